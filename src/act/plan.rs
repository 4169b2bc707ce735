//! Asking for a plan of pickup routes, and changing it.

use std::collections::{BTreeSet, HashSet};

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fleet::{hauled_by, hauls_for};
use super::{Made, add, before, find, keep, repeated};
use crate::domain::fleet::Vehicle;
use crate::domain::person::Person;
use crate::domain::pickup::{PickupRoute, RouteState};
use crate::domain::plan::{LeftOut, Plan, PlanState, RoadsBy, RouteSums};
use crate::domain::planning::PlanningTerms;
use crate::domain::text::at_most;
use crate::domain::thing::{Record, require};
use crate::error::{Code, Error, Result};
use crate::store::Tx;

/// How many days a plan may have, and how far ahead it may lie.
const MOST_DAYS: usize = 7;
const AHEAD_DAYS: i64 = 60;
/// How many vehicles it may have.
const MOST_VEHICLES: usize = 100;

/// What one sends to have routes searched for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// Its id, made by the client.
    pub id: Uuid,
    /// The local days.
    #[schema(min_items = 1, max_items = 7)]
    pub days: Vec<NaiveDate>,
    /// The vehicles; all when none is said.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub vehicles: Vec<Uuid>,
    /// Only piles in this service area or municipality; everywhere when none is said.
    // Left out when it is none: what was sent before there were areas is the same when it is sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Uuid>,
    /// The piles; all that are due there when none is said.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub piles: Vec<Uuid>,
    /// Where chance begins.
    #[serde(default)]
    pub seed: u32,
}

/// Asks for a plan. `due` are the piles the organisation may fetch there, the most urgent first: of more than a plan can have, the others
/// stay due.
///
/// # Errors
/// `forbidden`, `id_taken`, `invalid`.
pub async fn ask(
    tx: &mut Tx,
    by: &Person,
    new: NewPlan,
    sent: [u8; 32],
    due: Vec<Uuid>,
    today: NaiveDate,
    terms: &PlanningTerms,
) -> Result<Made<Plan>> {
    let organisation = hauls_for(by)?;
    if let Some(there) = before(tx, by, new.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    if new.days.is_empty() || new.days.len() > MOST_DAYS {
        return Err(Error::invalid("days", format!("Say 1 to {MOST_DAYS} days.")));
    }
    let days: Vec<NaiveDate> = new.days.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    if days.iter().any(|d| *d < today || *d > today + TimeDelta::days(AHEAD_DAYS)) {
        return Err(Error::invalid("days", format!("Days must be today or later, at most {AHEAD_DAYS} days ahead.")));
    }
    let vehicles = fleet_of(tx, organisation, &new.vehicles).await?;
    at_most("piles", &new.piles, terms.most_piles)?;
    if let Some(other) = new.piles.iter().find(|p| !due.contains(p)) {
        return Err(Error::invalid("piles", "A pile is not waiting for this organisation.").fact("pile", other.to_string()));
    }
    let chosen: BTreeSet<Uuid> = new.piles.iter().copied().collect();
    let wanted = due.into_iter().filter(|p| chosen.is_empty() || chosen.contains(p));
    let piles: Vec<Uuid> = wanted.take(terms.most_piles).collect();
    if piles.is_empty() {
        return Err(Error::invalid("piles", "No pile is due."));
    }
    let plan = Plan {
        record: Record::new(new.id, None, tx.now),
        organisation,
        days,
        vehicles,
        piles,
        locked: vec![],
        taken_out: vec![],
        seed: u64::from(new.seed),
        state: PlanState::Searching,
        left: vec![],
        roads: RoadsBy::None,
        steps: 0,
        sums: RouteSums::default(),
        before: None,
    };
    add(tx, by, plan, &sent, "asked").await
}

async fn fleet_of(tx: &mut Tx, organisation: Uuid, wanted: &[Uuid]) -> Result<Vec<Uuid>> {
    let all: Vec<Vehicle> = tx.things_of(organisation, None, None).await?;
    let own: Vec<Uuid> = all.iter().filter(|v| v.in_use).map(|v| v.record.id).collect();
    at_most("vehicles", wanted, MOST_VEHICLES)?;
    if wanted.iter().any(|id| !own.contains(id)) {
        return Err(Error::invalid("vehicles", "A vehicle is not of this organisation, or not in use."));
    }
    let chosen: Vec<Uuid> = own.into_iter().filter(|id| wanted.is_empty() || wanted.contains(id)).collect();
    if chosen.is_empty() {
        return Err(Error::invalid("vehicles", "There is no vehicle."));
    }
    Ok(chosen)
}

/// What a search or a hand has made of a plan.
pub struct Changed {
    /// The version of the plan it is based on.
    pub version: i64,
    /// Routes that are another now; without stops, they are none.
    pub routes: Vec<PickupRoute>,
    /// The piles that are in no route.
    pub left: Vec<LeftOut>,
    /// Where ways by road come from.
    pub roads: RoadsBy,
    /// Steps of the search, if it was one.
    pub steps: Option<u64>,
    /// Locked and taken out, if a hand changed them.
    pub marks: Option<(Vec<Uuid>, Vec<Uuid>)>,
}

/// The routes of a plan, with stops, by day and vehicle.
///
/// # Errors
/// `internal`.
pub async fn routes_of(tx: &mut Tx, plan: &Plan) -> Result<Vec<PickupRoute>> {
    let mut routes = vec![];
    for day in &plan.days {
        for vehicle in &plan.vehicles {
            let route: Option<PickupRoute> = tx.thing(PickupRoute::id_of(plan.record.id, *vehicle, *day)).await?;
            routes.extend(route.filter(|r| !r.stops.is_empty()));
        }
    }
    Ok(routes)
}

/// Routes that the drivers have, from today on: one of a day that is over holds nothing.
///
/// # Errors
/// `internal`.
pub async fn given(tx: &mut Tx, organisation: Uuid, today: NaiveDate) -> Result<Vec<PickupRoute>> {
    let mut routes: Vec<PickupRoute> = tx.things_of(organisation, Some(today), None).await?;
    routes.retain(|r| matches!(r.state, RouteState::Published | RouteState::UnderWay));
    Ok(routes)
}

/// Piles that routes are still to fetch.
#[must_use]
pub fn on_the_way(routes: &[PickupRoute]) -> HashSet<Uuid> {
    let open = routes.iter().flat_map(PickupRoute::piles).filter(|s| s.outcome.is_none());
    open.map(|s| s.id).collect()
}

/// Stores what a search or a hand has made of a plan, all or nothing.
///
/// # Errors
/// `stale` when it was changed since.
pub async fn change(tx: &mut Tx, by: Option<&Person>, id: Uuid, changed: Changed, act: &str) -> Result<Plan> {
    let mut plan: Plan = find(tx, id).await?;
    if let Some(by) = by {
        hauled_by(by, plan.organisation)?;
    }
    if plan.record.version != changed.version {
        return Err(Error::new(Code::Stale, "The plan has been changed since."));
    }
    let maker = tx.maker(id).await?.map(|(maker, _)| maker).ok_or_else(|| Error::internal(anyhow::anyhow!("no maker")))?;
    let had_routes = !routes_of(tx, &plan).await?.is_empty();
    for route in changed.routes {
        match tx.thing::<PickupRoute>(route.record.id).await? {
            Some(there) if there.stops == route.stops && there.broken == route.broken => {}
            Some(there) => drop(keep(tx, PickupRoute { record: there.record, ..route }, act, None, by).await?),
            None if route.stops.is_empty() => {}
            None => {
                tx.add_thing(&route, maker, &[]).await?;
                tx.log(act, None, by, route.record.id, crate::domain::thing::Document::into_thing(route));
            }
        }
    }
    plan.before = had_routes.then_some(plan.sums);
    let sums = routes_of(tx, &plan).await?.iter().fold(RouteSums::default(), |sums, r| sums.and(&r.sums));
    plan.sums = RouteSums { left: u32::try_from(changed.left.len()).unwrap_or(u32::MAX), ..sums };
    plan.left = changed.left;
    plan.roads = changed.roads;
    plan.state = PlanState::Draft;
    if let Some((locked, taken_out)) = changed.marks {
        (plan.locked, plan.taken_out) = (locked, taken_out);
    }
    plan.steps = changed.steps.unwrap_or(plan.steps);
    keep(tx, plan, act, None, by).await
}

/// Has the rest of a plan searched for anew; what is locked stays in its route.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn search_again(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Plan> {
    let mut plan: Plan = find(tx, id).await?;
    hauled_by(by, plan.organisation)?;
    if plan.state == PlanState::Searching {
        return Ok(plan);
    }
    require(plan.state == PlanState::Draft, plan.state.text(), "searched for")?;
    plan.state = PlanState::Searching;
    keep(tx, plan, "asked_again", None, Some(by)).await
}

/// Ends a search: the plan is as it was before, or comes to nothing. `by` nobody when the search itself broke.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn cancel(tx: &mut Tx, by: Option<&Person>, id: Uuid) -> Result<Plan> {
    let mut plan: Plan = find(tx, id).await?;
    if let Some(by) = by {
        hauled_by(by, plan.organisation)?;
        if repeated(tx, by, id, "cancelled").await? {
            return Ok(plan);
        }
    }
    require(matches!(plan.state, PlanState::Searching | PlanState::Draft), plan.state.text(), "cancelled")?;
    let back = plan.state == PlanState::Searching && !routes_of(tx, &plan).await?.is_empty();
    plan.state = if back { PlanState::Draft } else { PlanState::Dropped };
    keep(tx, plan, "cancelled", None, by).await
}
