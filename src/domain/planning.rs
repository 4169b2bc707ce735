//! How long work takes and how far it is when nothing better is known. Configuration.

use serde::{Deserialize, Serialize};

use super::pile::Pile;

/// What plans count with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlanningTerms {
    /// Seconds at each pile, whatever lies there.
    pub stop_s: i32,
    /// Seconds more for each bag or sack.
    pub bag_s: i32,
    /// Seconds at a reception site.
    pub site_s: i32,
    /// Seconds from when a plan is made to when its first route may set out: a route of the same day must have reached its driver.
    pub notice_s: i64,
    /// How much longer a road is than the straight line. 1.4 lies between what is measured for towns and for rugged coasts.
    pub road_detour: f64,
    /// How far a boat keeps from land, in metres.
    pub clearance_m: f64,
    /// How much farther for each metre of its draught.
    pub clearance_per_draught_m: f64,
    /// Steps of the search, whatever the plan.
    pub steps: u64,
    /// Steps more for each pile.
    pub steps_per_pile: u64,
    /// A search ends after so many seconds, whatever it has found. Only a guard: steps decide.
    pub guard_s: u64,
    /// The most piles of one plan.
    pub most_piles: usize,
}

impl Default for PlanningTerms {
    fn default() -> Self {
        Self {
            stop_s: 300,
            bag_s: 20,
            site_s: 900,
            notice_s: 900,
            road_detour: 1.4,
            clearance_m: 10.0,
            clearance_per_draught_m: 10.0,
            steps: 10_000,
            steps_per_pile: 300,
            guard_s: 300,
            most_piles: 500,
        }
    }
}

impl PlanningTerms {
    /// Seconds of work at a pile.
    #[must_use]
    pub fn at_pile_s(&self, pile: &Pile) -> i32 {
        self.stop_s + self.bag_s * i32::try_from(pile.bags().count()).unwrap_or(i32::MAX / 1000).min(5_000)
    }
}
