//! What routes came to: planned against driven, and what a tonne costs.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fleet::{VehicleFacts, VehicleKind};
use super::pickup::{Driven, PickupRoute};
use super::plan::RouteSums;

/// One route that was driven.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RouteLine {
    /// Which.
    pub route: Uuid,
    /// The local day.
    pub day: NaiveDate,
    /// What the vehicle is called.
    pub vehicle_name: String,
    /// What it moves on.
    pub kind: VehicleKind,
    /// As it was planned.
    pub planned: RouteSums,
    /// As it was driven.
    pub driven: Driven,
}

impl RouteLine {
    /// Of a route, with what its vehicle costs.
    #[must_use]
    pub fn of(route: &PickupRoute, vehicle: &VehicleFacts) -> Self {
        Self {
            route: route.record.id,
            day: route.day,
            vehicle_name: route.vehicle_name.clone(),
            kind: route.kind,
            planned: route.sums,
            driven: route.driven(vehicle),
        }
    }

    /// Whether somebody has read its counter: only then can it be compared with its plan.
    fn is_measured(&self) -> bool {
        self.driven.metres.is_some()
    }
}

/// Sums over routes that were driven.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Haulage {
    /// Routes driven.
    pub routes: u32,
    /// Routes whose counter was read: planned and driven metres, cost and CO₂ are of these alone.
    pub measured: u32,
    /// Metres planned.
    pub planned_m: f64,
    /// Metres driven.
    pub driven_m: f64,
    /// Seconds planned, of all routes.
    pub planned_s: i64,
    /// Seconds from setting out to being back, of all routes.
    pub driven_s: i64,
    /// Kilograms on the scales, of all routes.
    pub weighed_kg: f64,
    /// Piles fetched, of all routes.
    pub piles: u32,
    /// Piles that could not be, of all routes.
    pub failed: u32,
    /// Cost a tonne; nothing while nothing is both measured and weighed.
    pub cost_per_tonne: Option<f64>,
    /// Kilograms of CO₂ a tonne; nothing while nothing is both measured and weighed.
    pub co2_kg_per_tonne: Option<f64>,
}

impl Haulage {
    /// Over these routes.
    #[must_use]
    pub fn over(lines: &[RouteLine]) -> Self {
        let mut sums = Self::default();
        let (mut cost, mut co2_kg, mut kg) = (0.0, 0.0, 0.0);
        for line in lines {
            sums.routes += 1;
            sums.planned_s += line.planned.seconds;
            sums.driven_s += line.driven.seconds;
            sums.weighed_kg += line.driven.weighed_kg;
            sums.piles += line.driven.piles;
            sums.failed += line.driven.failed;
            if line.is_measured() {
                sums.measured += 1;
                sums.planned_m += line.planned.metres;
                sums.driven_m += line.driven.metres.unwrap_or(0.0);
                cost += line.driven.cost.unwrap_or(0.0);
                co2_kg += line.driven.co2_kg.unwrap_or(0.0);
                kg += line.driven.weighed_kg;
            }
        }
        let per_tonne = |of: f64| (kg > 0.0).then(|| of / (kg / 1000.0));
        Self { cost_per_tonne: per_tonne(cost), co2_kg_per_tonne: per_tonne(co2_kg), ..sums }
    }
}
