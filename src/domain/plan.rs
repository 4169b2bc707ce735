//! Plans: which piles are to be fetched on which days with which vehicles, and what came of it.
//!
//! `searching → draft → published`, or `dropped`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{Layer, Thing};
use super::pile::Pile;
use super::place::LonLat;
use super::thing::{Document, Record, states};

states! {
    /// Where a plan is in its life.
    PlanState {
        /// Routes are being searched for.
        Searching = "searching",
        /// It can be looked at and changed.
        Draft = "draft",
        /// The drivers have it.
        Published = "published",
        /// It came to nothing.
        Dropped = "dropped",
    }
}

states! {
    /// Why a pile is in no route.
    LeftWhy {
        /// No vehicle of the fleet gets there.
        NoAccess = "no_access",
        /// No vehicle that gets there can lift or carry it.
        NoSkill = "no_skill",
        /// It is more than any of them holds.
        TooLarge = "too_large",
        /// People may not be there on any of the days.
        Closed = "closed",
        /// No water leads there, or no way.
        Unreachable = "unreachable",
        /// It lies too far from any road.
        NoRoad = "no_road",
        /// No reception site takes what it brings.
        NoSite = "no_site",
        /// There and to a site and back is longer than a shift.
        TooFar = "too_far",
        /// Too few bags for a tour of their own.
        TooFew = "too_few",
        /// No vehicle has time left for it: others came first, or the shift has begun.
        NoTime = "no_time",
        /// It stays in the route it is locked in, which has no room or no time for it.
        Locked = "locked",
        /// Somebody took it out.
        TakenOut = "taken_out",
        /// It does not wait for this organisation any more: another route or hauler has it, or it is fetched or gone.
        Elsewhere = "elsewhere",
    }
}

states! {
    /// Where the ways by road of a plan come from.
    RoadsBy {
        /// It has none.
        None = "none",
        /// A road network.
        Network = "network",
        /// An estimate: no road network is known.
        Estimate = "estimate",
        /// An estimate: the road network did not answer.
        Away = "away",
    }
}

/// A pile that is in no route, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// Which.
    pub pile: Uuid,
    /// Its code.
    pub code: Option<String>,
    /// Why.
    pub why: LeftWhy,
}

impl LeftOut {
    /// Says why a pile is in no route.
    #[must_use]
    pub fn of(pile: &Pile, why: LeftWhy) -> Self {
        Self { pile: pile.record.id, code: pile.record.code.clone(), why }
    }
}

/// Sums over routes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RouteSums {
    /// Metres on the way.
    pub metres: f64,
    /// Seconds from leaving the depot to being back.
    pub seconds: i64,
    /// Kilograms, estimated.
    pub estimated_kg: f64,
    /// Bags and sacks.
    pub bags: u32,
    /// Piles fetched.
    pub piles: u32,
    /// Piles left.
    pub left: u32,
    /// Cost, in the currency of the vehicles.
    pub cost: f64,
    /// Kilograms of CO₂.
    pub co2_kg: f64,
}

impl RouteSums {
    /// Both together.
    #[must_use]
    pub fn and(self, o: &Self) -> Self {
        Self {
            metres: self.metres + o.metres,
            seconds: self.seconds + o.seconds,
            estimated_kg: self.estimated_kg + o.estimated_kg,
            bags: self.bags + o.bags,
            piles: self.piles + o.piles,
            left: self.left + o.left,
            cost: self.cost + o.cost,
            co2_kg: self.co2_kg + o.co2_kg,
        }
    }
}

/// What a plan was asked for, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// Id, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// Whose it is.
    pub organisation: Uuid,
    /// The days, in order.
    pub days: Vec<NaiveDate>,
    /// The vehicles.
    pub vehicles: Vec<Uuid>,
    /// The piles.
    pub piles: Vec<Uuid>,
    /// Piles that stay in their route.
    pub locked: Vec<Uuid>,
    /// Piles that are not to be fetched.
    pub taken_out: Vec<Uuid>,
    /// Where chance begins: the same plan with the same seed gives the same routes.
    pub seed: u64,
    /// Where it is in its life.
    pub state: PlanState,
    /// The piles that are in no route.
    pub left: Vec<LeftOut>,
    /// Where its ways by road come from.
    pub roads: RoadsBy,
    /// Steps the search took.
    pub steps: u64,
    /// Its routes together.
    pub sums: RouteSums,
    /// The same before the last change.
    pub before: Option<RouteSums>,
}

impl Document for Plan {
    const LAYER: Layer = Layer::Plan;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Plan(Box::new(self))
    }
    fn place(&self) -> LonLat {
        LonLat { lon: 0.0, lat: 0.0 } // it is on no map
    }
    fn organisation(&self) -> Option<Uuid> {
        Some(self.organisation)
    }
    fn day(&self) -> Option<NaiveDate> {
        self.days.last().copied()
    }
}
