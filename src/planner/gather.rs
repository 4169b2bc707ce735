//! What a plan is searched with: the piles, the fleet, the sites, the waters and the closures of its days.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::Planner;
use crate::coast::index::Coast;
use crate::domain::fleet::{Vehicle, VehicleKind};
use crate::domain::pile::{Access, Pile};
use crate::domain::place::LonLat;
use crate::domain::site::Site;
use crate::error::{Error, Result};
use crate::routing::day::{Day, Task, takes, takes_all};
use crate::routing::travel::{Ground, Network, Roads};

/// The most reception sites of a plan.
const MOST_SITES: usize = 30;
/// How many sites near each pile are looked at.
const NEAREST: usize = 5;
/// How far away a reception site may lie from a pile, in metres.
const SITE_WITHIN_M: f64 = 100_000.0;

/// Which part of a plan is to be looked at.
pub struct Part {
    /// The plan.
    pub plan: Uuid,
    /// Its days, all or some.
    pub days: Vec<NaiveDate>,
    /// Its vehicles, all or some.
    pub vehicles: Vec<Arc<Vehicle>>,
    /// Its piles, all or some.
    pub piles: Vec<Arc<Pile>>,
    /// The routes piles must stay in.
    pub locked: Vec<Option<(Uuid, NaiveDate)>>,
    /// Sites that must be among those of the task.
    pub sites: Vec<Uuid>,
    /// When a vehicle is back from what its driver already has, by day.
    pub busy: HashMap<(Uuid, NaiveDate), DateTime<Utc>>,
}

/// The road networks that answer.
#[derive(Default)]
pub struct RoadNetworks {
    /// The one vehicles drive on when they say nothing else.
    pub usual: Option<Arc<dyn Roads>>,
    /// Others, by the name a vehicle says.
    pub others: HashMap<String, Arc<dyn Roads>>,
}

/// Where those that do not sail travel.
pub struct Grounds {
    roads: Option<Arc<Network>>,
    other_roads: HashMap<String, Arc<Network>>,
    /// What is estimated in their place.
    estimate: Arc<Network>,
    nowhere: Arc<Network>,
}

impl Grounds {
    /// With road networks or without.
    #[must_use]
    pub fn new(roads: RoadNetworks, detour: f64) -> Self {
        let network = |ground| Arc::new(Network::on(ground));
        Self {
            roads: roads.usual.map(|r| network(Ground::Roads(r))),
            other_roads: roads.others.into_iter().map(|(name, r)| (name, network(Ground::Roads(r)))).collect(),
            estimate: network(Ground::Estimate(detour)),
            nowhere: network(Ground::Nowhere),
        }
    }

    /// What a truck drives on. A name that is not configured any more means the usual network.
    fn of(&self, vehicle: &Vehicle) -> &Arc<Network> {
        let other = vehicle.facts.roads.as_ref().and_then(|name| self.other_roads.get(name));
        other.or(self.roads.as_ref()).unwrap_or(&self.estimate)
    }

    /// What the configuration calls a network.
    fn name(&self, network: &Arc<Network>) -> &str {
        self.other_roads.iter().find(|(_, n)| Arc::ptr_eq(n, network)).map_or("roads", |(name, _)| name)
    }
}

impl Planner {
    /// A part of a plan as a day: what drives on a road network that does not answer, with an estimate.
    ///
    /// # Errors
    /// `internal`, never: an estimate always answers.
    pub fn day(&self, coast: &Coast, part: &Part) -> Result<Day> {
        let mut away: Vec<Arc<Network>> = vec![];
        loop {
            let roads = |v: &Vehicle| Some(self.grounds.of(v)).filter(|n| !away.iter().any(|a| Arc::ptr_eq(a, n)));
            match Day::of(self.task(coast, part, |v| roads(v).unwrap_or(&self.grounds.estimate))) {
                Ok(day) => {
                    if !away.is_empty() {
                        day.note_away();
                    }
                    return Ok(day);
                }
                Err(network) if network.is_roads() => {
                    tracing::warn!(network = self.grounds.name(&network), "roads.away");
                    away.push(network);
                }
                Err(_) => return Err(Error::internal(anyhow::anyhow!("no estimate"))),
            }
        }
    }

    /// A task from a part of a plan, where trucks drive on `roads`.
    fn task<'g>(&self, coast: &Coast, part: &Part, roads: impl Fn(&Vehicle) -> &'g Arc<Network>) -> Task {
        let sites = sites_near(coast, part);
        let networks = part.vehicles.iter().map(|v| self.networks(coast, v, part, &sites, roads(v))).collect();
        let shut = |at: LonLat, day: NaiveDate| {
            let here = coast.here(at).closures;
            let holds = |inside: bool| here.iter().any(|c| c.closure.in_effect(day) && (c.inside || !inside));
            // From the water also its buffer.
            [holds(true), holds(false)]
        };
        Task {
            plan: part.plan,
            zone: self.live.time_zone,
            closed: part.piles.iter().map(|p| part.days.iter().map(|d| shut(p.at, *d)).collect()).collect(),
            networks,
            days: part.days.clone(),
            vehicles: part.vehicles.clone(),
            piles: part.piles.clone(),
            locked: part.locked.clone(),
            busy: part.busy.clone(),
            sites,
            terms: self.terms,
            now: self.live.clock.now(),
        }
    }

    fn networks(
        &self,
        coast: &Coast,
        vehicle: &Vehicle,
        part: &Part,
        sites: &[Arc<Site>],
        roads: &Arc<Network>,
    ) -> Vec<Arc<Network>> {
        let sails = |p: &&Arc<Pile>| p.access != Access::Road;
        let mut places: Vec<LonLat> = part.piles.iter().filter(sails).map(|p| p.at).collect();
        places.push(vehicle.facts.depot);
        places.extend(sites.iter().filter(|s| takes(s, VehicleKind::Boat)).map(|s| s.at));
        let on = |day: &NaiveDate| match vehicle.facts.kind {
            VehicleKind::Truck => roads.clone(),
            VehicleKind::Boat => {
                let water = self.waters.around(coast, &places, vehicle.facts.draught_m, *day, &self.terms);
                water.unwrap_or_else(|| self.grounds.nowhere.clone())
            }
        };
        part.days.iter().map(on).collect()
    }
}

/// The sites that are asked for, then those a pile cannot do without, then the nearest.
fn sites_near(coast: &Coast, part: &Part) -> Vec<Arc<Site>> {
    let mut sites: HashMap<Uuid, (Rank, f64, Arc<Site>)> = HashMap::new();
    let mut add = |rank: Rank, metres: f64, site: &Arc<Site>| {
        let known = sites.entry(site.record.id).or_insert_with(|| (rank, metres, site.clone()));
        (known.0, known.1) = (known.0.min(rank), known.1.min(metres));
    };
    for site in part.sites.iter().filter_map(|id| coast.sites.get(*id)) {
        add(Rank::Asked, 0.0, site);
    }
    for pile in &part.piles {
        let mut near = coast.sites.nearest(pile.at, usize::MAX, SITE_WITHIN_M, |s| s.at);
        near.retain(|(_, site)| site.in_use);
        for kind in VehicleKind::ALL.iter().filter(|kind| part.vehicles.iter().any(|v| v.facts.kind == **kind)) {
            if let Some((metres, site)) = near.iter().find(|(_, site)| takes(site, *kind) && takes_all(site, pile)) {
                add(Rank::Needed, *metres, site);
            }
        }
        near.iter().take(NEAREST).for_each(|(metres, site)| add(Rank::Near, *metres, site));
    }
    let mut sites: Vec<_> = sites.into_values().collect();
    sites.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.record.id.cmp(&b.2.record.id)));
    sites.into_iter().take(MOST_SITES).map(|(_, _, site)| site).collect()
}

/// Which sites come first when there are too many.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A route stops there.
    Asked,
    /// The nearest that takes a pile and what lies beside it, from a truck or from a boat.
    Needed,
    Near,
}
