//! Changing a plan by hand: a stop goes to another route or place, and the times follow. What breaks is shown, not forbidden.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Planner;
use super::gather::Part;
use crate::act::plan::{Changed, given, on_the_way, routes_of};
use crate::domain::fleet::Vehicle;
use crate::domain::pickup::PickupRoute;
use crate::domain::plan::{LeftOut, LeftWhy, Plan, PlanState, RoadsBy};
use crate::domain::thing::require;
use crate::error::{Code, Error, Result};
use crate::routing::day::{takes, takes_all};

/// Where a pile is to go.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Moving {
    /// Which pile.
    pub pile: Uuid,
    /// To the route of which vehicle; nothing to take it out.
    #[serde(default)]
    pub vehicle: Option<Uuid>,
    /// On which day; the first of the plan when it is not said.
    #[serde(default)]
    pub day: Option<NaiveDate>,
    /// Before which stop of that route as it is then, from 0; the last when it is more than there are. Where it breaks and
    /// costs least when it is not said.
    #[serde(default)]
    #[schema(maximum = 10_000)]
    pub at: Option<usize>,
}

/// Whether a pile stays in its route.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// Which pile.
    pub pile: Uuid,
    /// Whether it stays.
    pub locked: bool,
}

/// Routes as lists of what they stop at.
struct Lists {
    plan: Plan,
    routes: Vec<PickupRoute>,
    vehicles: Vec<Arc<Vehicle>>,
    /// Piles that routes the drivers have are to fetch.
    taken: HashSet<Uuid>,
}

impl Planner {
    async fn lists(&self, id: Uuid) -> Result<Lists> {
        let mut tx = self.live.store.snapshot(self.live.clock.now()).await?;
        let plan: Plan = tx.thing(id).await?.ok_or_else(|| Error::new(Code::NotFound, "There is no such plan."))?;
        let routes = routes_of(&mut tx, &plan).await?;
        let vehicles: Vec<Vehicle> = tx.things_of(plan.organisation, None, None).await?;
        let given = given(&mut tx, plan.organisation, self.live.day_of(self.live.clock.now())).await?;
        Ok(Lists { routes, vehicles: vehicles.into_iter().map(Arc::new).collect(), plan, taken: on_the_way(&given) })
    }

    /// The plan with a pile moved.
    ///
    /// # Errors
    /// `not_found`, `wrong_state`, `invalid`.
    pub async fn moved(self: &Arc<Self>, id: Uuid, moving: Moving) -> Result<Changed> {
        let lists = self.lists(id).await?;
        require(lists.plan.state == PlanState::Draft, lists.plan.state.text(), "changed")?;
        if !lists.plan.piles.contains(&moving.pile) {
            return Err(Error::invalid("pile", "This plan does not have that pile."));
        }
        let day = moving.day.or(lists.plan.days.first().copied()).unwrap_or_default();
        if let Some(vehicle) = moving.vehicle {
            if !lists.plan.vehicles.contains(&vehicle) {
                return Err(Error::invalid("vehicle", "This plan does not have that vehicle."));
            }
            if !lists.vehicles.iter().any(|v| v.record.id == vehicle && v.in_use) {
                return Err(Error::invalid("vehicle", "That vehicle is out of use."));
            }
            if !lists.plan.days.contains(&day) {
                return Err(Error::invalid("day", "This plan does not have that day."));
            }
            let free = self.live.coast().piles.get(moving.pile).is_some_and(|p| p.waits_for(lists.plan.organisation));
            if !free || lists.taken.contains(&moving.pile) {
                return Err(Error::invalid("pile", "That pile does not wait any more."));
            }
        }
        let planner = self.clone();
        tokio::task::spawn_blocking(move || planner.with_moved(&lists, &moving, day)).await.map_err(Error::internal)?
    }

    fn with_moved(&self, lists: &Lists, moving: &Moving, day: NaiveDate) -> Result<Changed> {
        let plan = &lists.plan;
        let mut touched: Vec<(Uuid, NaiveDate, Vec<Uuid>)> = vec![];
        let to = moving.vehicle.map(|v| (v, day));
        for route in &lists.routes {
            let here = (route.vehicle, route.day);
            if route.stops.iter().any(|s| s.id == moving.pile) || Some(here) == to {
                touched.push((here.0, here.1, route.stops.iter().map(|s| s.id).filter(|id| *id != moving.pile).collect()));
            }
        }
        if let Some((vehicle, day)) = to
            && !touched.iter().any(|t| (t.0, t.1) == (vehicle, day))
        {
            touched.push((vehicle, day, vec![]));
        }
        let into = |v: Uuid, d: NaiveDate| (Some((v, d)) == to).then_some((moving.pile, moving.at));
        let mut roads = plan.roads;
        let mut routes: Vec<PickupRoute> = vec![];
        for (v, d, list) in touched {
            if let Some((route, by)) = self.along(lists, v, d, list, into(v, d))? {
                routes.push(route);
                roads = if by == RoadsBy::Away { by } else { roads };
            }
        }
        let mut left: Vec<LeftOut> = plan.left.iter().filter(|l| l.pile != moving.pile).cloned().collect();
        let mut taken_out: Vec<Uuid> = plan.taken_out.iter().copied().filter(|p| *p != moving.pile).collect();
        let mut locked: Vec<Uuid> = plan.locked.iter().copied().filter(|p| *p != moving.pile).collect();
        if to.is_some() {
            locked.push(moving.pile); // what a hand has put somewhere stays there
        } else {
            taken_out.push(moving.pile);
            let code = self.live.coast().piles.get(moving.pile).and_then(|p| p.record.code.clone());
            left.push(LeftOut { pile: moving.pile, code, why: LeftWhy::TakenOut });
        }
        let marks = Some((locked, taken_out));
        Ok(Changed { version: plan.record.version, routes, left, roads, steps: None, marks })
    }

    /// A route through these piles and sites in this order, with one more at a place or where it fits best. One that has piles
    /// and no site yet ends at the nearest, if there is one, that takes everything.
    fn along(
        &self,
        lists: &Lists,
        vehicle: Uuid,
        day: NaiveDate,
        mut list: Vec<Uuid>,
        more: Option<(Uuid, Option<usize>)>,
    ) -> Result<Option<(PickupRoute, RoadsBy)>> {
        let coast = self.live.coast().clone();
        let Some(of) = lists.vehicles.iter().find(|v| v.record.id == vehicle) else { return Ok(None) };
        let all = list.iter().copied().chain(more.map(|(pile, _)| pile));
        let piles: Vec<_> = all.filter_map(|id| coast.piles.get(id).cloned()).collect();
        if piles.is_empty() {
            list.clear(); // nothing is on board to be handed in
        }
        if !piles.is_empty() && !list.iter().any(|id| coast.sites.get(*id).is_some()) {
            let mut near = coast.sites.nearest(of.facts.depot, usize::MAX, 200_000.0, |s| s.at);
            near.retain(|(_, site)| takes(site, of.facts.kind));
            let best = near.iter().find(|(_, site)| piles.iter().all(|p| takes_all(site, p))).or(near.first());
            list.extend(best.map(|(_, site)| site.record.id));
        }
        let part = Part {
            plan: lists.plan.record.id,
            days: vec![day],
            vehicles: vec![of.clone()],
            locked: vec![None; piles.len()],
            piles,
            sites: list.clone(),
            busy: HashMap::new(), // what a hand does is shown, and refused when it is published
        };
        let worked = self.day(&coast, &part)?;
        let tour = |list: &[Uuid]| worked.tour(vehicle, day, list);
        let with = |pile: Uuid, at: usize| {
            let mut list = list.clone();
            list.insert(at.min(list.len()), pile);
            tour(&list)
        };
        let tour = match more {
            None => tour(&list),
            Some((pile, Some(at))) => with(pile, at),
            Some((pile, None)) => (0..=list.len()).filter_map(|at| with(pile, at)).min_by_key(|t| worked.badness(t)),
        };
        // Its lines are asked for before it is known whether they could be.
        let route = tour.map(|tour| worked.route(&tour));
        Ok(route.map(|route| (route, worked.roads())))
    }

    /// The plan with a pile locked or not.
    ///
    /// # Errors
    /// `not_found`, `wrong_state`, `invalid`.
    pub async fn marked(&self, id: Uuid, marking: &Marking) -> Result<Changed> {
        let Lists { plan, routes, .. } = self.lists(id).await?;
        require(plan.state == PlanState::Draft, plan.state.text(), "changed")?;
        let has = |r: &PickupRoute| r.piles().any(|s| s.id == marking.pile);
        if !routes.iter().any(has) {
            return Err(Error::invalid("pile", "No route of this plan has that pile."));
        }
        let mut locked: Vec<Uuid> = plan.locked.iter().copied().filter(|p| *p != marking.pile).collect();
        locked.extend(marking.locked.then_some(marking.pile));
        let marks = Some((locked, plan.taken_out.clone()));
        let (left, roads) = (plan.left, plan.roads);
        Ok(Changed { version: plan.record.version, routes: vec![], left, roads, steps: None, marks })
    }
}
