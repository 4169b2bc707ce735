//! What a plan is searched with: the piles, the fleet, the sites, the waters and the closures of its days.

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::Planner;
use super::waters::Waters;
use crate::coast::index::Coast;
use crate::domain::fleet::{Vehicle, VehicleKind};
use crate::domain::pile::{Access, Pile};
use crate::domain::place::LonLat;
use crate::domain::site::Site;
use crate::routing::day::Task;
use crate::routing::travel::{Ground, Network};

/// The most reception sites of a plan.
const MOST_SITES: usize = 30;
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
}

impl Planner {
    /// A task from a part of a plan.
    #[must_use]
    pub fn task(&self, coast: &Coast, part: Part) -> Task {
        let sites = sites_near(coast, &part);
        let networks = part.vehicles.iter().map(|v| self.networks(coast, v, &part, &sites)).collect();
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
            days: part.days,
            vehicles: part.vehicles,
            piles: part.piles,
            locked: part.locked,
            sites,
            terms: self.terms,
            now: self.live.clock.now(),
        }
    }

    fn networks(&self, coast: &Coast, vehicle: &Vehicle, part: &Part, sites: &[Arc<Site>]) -> Vec<Arc<Network>> {
        let sails = |p: &&Arc<Pile>| p.access != Access::Road;
        let mut places: Vec<LonLat> = part.piles.iter().filter(sails).map(|p| p.at).collect();
        places.push(vehicle.facts.depot);
        places.extend(sites.iter().filter(|s| crate::routing::day::takes(s, VehicleKind::Boat)).map(|s| s.at));
        let on = |day: &NaiveDate| match vehicle.facts.kind {
            VehicleKind::Truck => self.roads.clone(),
            VehicleKind::Boat => {
                let water = self.waters.around(coast, &places, vehicle.facts.draught_m, *day, &self.terms);
                water.unwrap_or_else(|| self.nowhere.clone())
            }
        };
        part.days.iter().map(on).collect()
    }

    /// Roads, as far as they are known, and a network that leads nowhere.
    pub(super) fn grounds(detour: f64) -> (Arc<Network>, Arc<Network>, Waters) {
        (Arc::new(Network::on(Ground::Road(detour))), Arc::new(Network::on(Ground::Nowhere)), Waters::default())
    }
}

/// The sites nearest to the piles, nearest first, and those that are asked for.
fn sites_near(coast: &Coast, part: &Part) -> Vec<Arc<Site>> {
    let mut sites: Vec<(f64, Arc<Site>)> = vec![];
    let mut add = |metres: f64, site: &Arc<Site>| match sites.iter_mut().find(|(_, s)| s.record.id == site.record.id) {
        Some((nearest, _)) => *nearest = nearest.min(metres),
        None => sites.push((metres, site.clone())),
    };
    for pile in &part.piles {
        for (metres, site) in coast.sites.nearest(pile.at, 5, SITE_WITHIN_M, |s| s.at) {
            if site.in_use {
                add(metres, site);
            }
        }
    }
    for id in &part.sites {
        if let Some(site) = coast.sites.get(*id) {
            add(-1.0, site);
        }
    }
    sites.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.record.id.cmp(&b.1.record.id)));
    sites.into_iter().take(MOST_SITES).map(|(_, s)| s).collect()
}
