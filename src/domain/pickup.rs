//! The routes of a plan: which piles a vehicle fetches on a day, in which order, and how that went.
//!
//! `draft → published → under_way → done`; what is published and not begun may be `withdrawn`. The stops have outcomes of their own.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{Layer, Thing};
use super::fleet::{Pause, VehicleFacts, VehicleKind};
use super::pile::Pile;
use super::place::LonLat;
use super::plan::RouteSums;
use super::site::Site;
use super::thing::{Document, Record, require, states};
use super::waste::Bags;
use crate::error::Result;

states! {
    /// Where a route is in its life.
    RouteState {
        /// It may still change.
        Draft = "draft",
        /// The driver has it.
        Published = "published",
        /// It is being driven.
        UnderWay = "under_way",
        /// It is driven.
        Done = "done",
        /// It was taken back from the driver before anybody told of setting out.
        Withdrawn = "withdrawn",
    }
}

states! {
    /// A condition that a route does not keep.
    BrokenRule {
        /// More than the vehicle holds.
        Overload = "overload",
        /// Closed, or the shift is over.
        Late = "late",
        /// No way leads there.
        Unreachable = "unreachable",
        /// The vehicle may not go there or cannot take it.
        NotForIt = "not_for_it",
        /// It comes home with bags on board.
        NotEmpty = "not_empty",
        /// Too few bags for a tour.
        TooFew = "too_few",
    }
}

states! {
    /// What is at a stop.
    StopKind {
        /// A pile.
        Pile = "pile",
        /// A reception site.
        Site = "site",
    }
}

states! {
    /// How fetching went.
    Fetched {
        /// All is on board.
        Loaded = "loaded",
        /// Some is.
        Partly = "partly",
        /// Nothing is.
        Failed = "failed",
    }
}

states! {
    /// Why something could not be fetched.
    FailedWhy {
        /// It is not there.
        NotFound = "not_found",
        /// One cannot get there.
        Unreachable = "unreachable",
        /// It is too heavy.
        TooHeavy = "too_heavy",
        /// The sea is too rough.
        SeaState = "sea_state",
        /// The day was over.
        NoTime = "no_time",
    }
}

/// What became of a stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StopOutcome {
    /// The id of what was sent, made by the client.
    pub id: Uuid,
    /// How it went; nothing at a site.
    pub fetched: Option<Fetched>,
    /// Why not, or not all.
    pub why: Option<FailedWhy>,
    /// Kilograms on the scale of a site.
    pub weight_kg: Option<f64>,
    /// How many were told before it on this route: what is on board follows from the order, whatever a phone's clock says.
    #[serde(default)]
    pub order: u32,
    /// When, as the phone had it.
    pub at: DateTime<Utc>,
}

/// A stop of a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RouteStop {
    /// What is there.
    pub kind: StopKind,
    /// The pile or the site.
    pub id: Uuid,
    /// The code on the bags, or what the site is called.
    pub name: String,
    /// Where it is.
    #[serde(flatten)]
    pub at: LonLat,
    /// The way there from the stop before, as it was timed.
    #[schema(value_type = Vec<[f64; 2]>)]
    pub way: Vec<[f64; 2]>,
    /// Metres of it.
    pub metres: f64,
    /// When one is there.
    pub arrives: DateTime<Utc>,
    /// When work can begin.
    pub begins: DateTime<Utc>,
    /// When one leaves.
    pub leaves: DateTime<Utc>,
    /// The bags to be fetched.
    pub bags: Bags,
    /// Their kilograms, estimated.
    pub estimated_kg: f64,
    /// How to find it.
    pub note: Option<String>,
    /// When the driver was there.
    #[serde(default)]
    pub arrived_at: Option<DateTime<Utc>>,
    /// What became of it.
    pub outcome: Option<StopOutcome>,
}

impl RouteStop {
    /// At a pile, on no way yet.
    #[must_use]
    pub fn at_pile(pile: &Pile, when: DateTime<Utc>) -> Self {
        Self {
            bags: pile.bags(),
            estimated_kg: pile.estimated_kg(),
            note: pile.note.clone(),
            ..Self::at(StopKind::Pile, pile.record.id, pile.record.code.clone().unwrap_or_default(), pile.at, when)
        }
    }

    /// At a reception site, on no way yet.
    #[must_use]
    pub fn at_site(site: &Site, when: DateTime<Utc>) -> Self {
        Self::at(StopKind::Site, site.record.id, site.name.clone(), site.at, when)
    }

    fn at(kind: StopKind, id: Uuid, name: String, at: LonLat, when: DateTime<Utc>) -> Self {
        Self {
            kind,
            id,
            name,
            at,
            way: vec![],
            metres: 0.0,
            arrives: when,
            begins: when,
            leaves: when,
            bags: Bags::default(),
            estimated_kg: 0.0,
            note: None,
            arrived_at: None,
            outcome: None,
        }
    }
}

/// A condition that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrokenAt {
    /// The stop by its place in the route, from 0; the way home comes after the last.
    pub stop: usize,
    /// Which.
    pub rule: BrokenRule,
}

/// A link to a route that ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedUntil {
    /// What the link ends with; only those who have it can look.
    pub key: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// The way of one vehicle on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PickupRoute {
    /// Id, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// Of which plan.
    pub plan: Uuid,
    /// Whose it is.
    pub organisation: Uuid,
    /// Which vehicle.
    pub vehicle: Uuid,
    /// What it is called.
    pub vehicle_name: String,
    /// What it moves on.
    pub kind: VehicleKind,
    /// Who drives.
    pub driver: Option<String>,
    /// The local day.
    pub day: NaiveDate,
    /// Where it begins and ends.
    pub depot: LonLat,
    /// The break, which the times of the stops allow for; nothing when the vehicle is not out then.
    #[serde(default)]
    pub pause: Option<Pause>,
    /// When it leaves.
    pub leaves: DateTime<Utc>,
    /// When it is back.
    pub returns: DateTime<Utc>,
    /// Where its stops are, in order.
    pub stops: Vec<RouteStop>,
    /// The way home, as it was timed.
    #[schema(value_type = Vec<[f64; 2]>)]
    pub way_home: Vec<[f64; 2]>,
    /// As planned.
    pub sums: RouteSums,
    /// Conditions that are broken; changing by hand is never forbidden.
    pub broken: Vec<BrokenAt>,
    /// Where it is in its life.
    pub state: RouteState,
    /// When it was taken back.
    #[serde(default)]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// When it was begun.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
    /// What was found beside the stops and taken along.
    #[serde(default)]
    pub found: Vec<RouteStop>,
    /// Metres driven, by the counter of the vehicle.
    #[serde(default)]
    pub driven_m: Option<f64>,
    /// A link to it.
    pub shared: Option<SharedUntil>,
}

impl Document for PickupRoute {
    const LAYER: Layer = Layer::Route;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Route(Box::new(self))
    }
    fn place(&self) -> LonLat {
        self.depot
    }
    fn organisation(&self) -> Option<Uuid> {
        Some(self.organisation)
    }
    fn day(&self) -> Option<NaiveDate> {
        Some(self.day)
    }
}

impl PickupRoute {
    /// The id of the route of a vehicle on a day of a plan: the same whenever it is searched anew.
    #[must_use]
    pub fn id_of(plan: Uuid, vehicle: Uuid, day: NaiveDate) -> Uuid {
        Uuid::new_v5(&plan, format!("{vehicle}:{day}").as_bytes())
    }

    /// The driver sets out.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn start(&mut self, at: DateTime<Utc>) -> Result<()> {
        // Out of signal one may have set out before it was taken back.
        let unaware = self.state == RouteState::Withdrawn && self.withdrawn_at.is_some_and(|taken_back| at < taken_back);
        require(self.state == RouteState::Published || unaware, self.state.text(), "started")?;
        self.under_way(at);
        Ok(())
    }

    /// It is taken back from the driver, who has not told of setting out.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn withdraw(&mut self, at: DateTime<Utc>) -> Result<()> {
        require(self.state == RouteState::Published, self.state.text(), "withdrawn")?;
        (self.state, self.withdrawn_at) = (RouteState::Withdrawn, Some(at));
        Ok(())
    }

    fn under_way(&mut self, at: DateTime<Utc>) {
        self.state = RouteState::UnderWay;
        self.started_at.get_or_insert(at);
    }

    /// What somebody did out there is told also of a route that was taken back meanwhile: the bags are on board.
    fn may_be_driven(&self) -> Result<()> {
        let given = matches!(self.state, RouteState::Published | RouteState::UnderWay | RouteState::Withdrawn);
        require(given, self.state.text(), "driven")
    }

    /// The driver is at a stop.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn arrive(&mut self, stop: usize, at: DateTime<Utc>) -> Result<()> {
        self.may_be_driven()?;
        self.under_way(at);
        self.stops[stop].arrived_at.get_or_insert(at);
        Ok(())
    }

    /// What became of a stop.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn tell(&mut self, stop: usize, mut outcome: StopOutcome) -> Result<()> {
        self.may_be_driven()?;
        self.under_way(outcome.at);
        outcome.order = self.told();
        self.stops[stop].arrived_at.get_or_insert(outcome.at);
        self.stops[stop].outcome = Some(outcome);
        Ok(())
    }

    /// Something beside the stops is on board.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn find(&mut self, stop: RouteStop, mut outcome: StopOutcome) -> Result<()> {
        self.may_be_driven()?;
        self.under_way(outcome.at);
        outcome.order = self.told();
        self.found.push(RouteStop { outcome: Some(outcome), ..stop });
        Ok(())
    }

    /// The vehicle is back: the route is driven, with what its counter says.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn come_back(&mut self, driven_m: Option<f64>, at: DateTime<Utc>) -> Result<()> {
        self.may_be_driven()?;
        self.under_way(at);
        self.state = RouteState::Done;
        self.done_at = Some(at);
        self.driven_m = driven_m;
        Ok(())
    }

    /// Its stops at piles.
    pub fn piles(&self) -> impl Iterator<Item = &RouteStop> {
        self.stops.iter().filter(|s| s.kind == StopKind::Pile)
    }

    /// Stops and finds something has become of.
    fn outcomes(&self) -> impl Iterator<Item = (&RouteStop, &StopOutcome)> {
        self.stops.iter().chain(&self.found).filter_map(|s| s.outcome.as_ref().map(|o| (s, o)))
    }

    fn told(&self) -> u32 {
        u32::try_from(self.outcomes().count()).unwrap_or(u32::MAX)
    }

    /// Piles that are on board now: loaded, and not handed in since.
    #[must_use]
    pub fn on_board(&self) -> Vec<Uuid> {
        let mut told: Vec<_> = self.outcomes().collect();
        told.sort_by_key(|(_, o)| o.order);
        let mut piles = vec![];
        for (stop, outcome) in told {
            match stop.kind {
                StopKind::Site => piles.clear(),
                StopKind::Pile if outcome.fetched.is_some_and(|f| f != Fetched::Failed) => piles.push(stop.id),
                StopKind::Pile => {}
            }
        }
        piles
    }

    /// The same with nothing to do.
    #[must_use]
    pub fn emptied(self) -> Self {
        Self { stops: vec![], way_home: vec![], broken: vec![], sums: RouteSums::default(), returns: self.leaves, ..self }
    }

    /// What came of it. `vehicle` says what kilometres and hours cost.
    #[must_use]
    pub fn driven(&self, vehicle: &VehicleFacts) -> Driven {
        let seconds = self.started_at.zip(self.done_at).map_or(0, |(from, until)| (until - from).num_seconds().max(0));
        let fetched = |o: &StopOutcome| o.fetched.is_some_and(|f| f != Fetched::Failed);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let bags = self.outcomes().filter(|(_, o)| fetched(o)).map(|(s, _)| s.bags.count());
        Driven {
            metres: self.driven_m,
            seconds,
            weighed_kg: self.outcomes().filter_map(|(_, o)| o.weight_kg).sum(),
            bags: bags.sum(),
            piles: count(self.outcomes().filter(|(_, o)| fetched(o)).count()),
            failed: count(self.outcomes().filter(|(_, o)| o.fetched == Some(Fetched::Failed)).count()),
            cost: self.driven_m.map(|m| vehicle.cost(m, seconds)),
            co2_kg: self.driven_m.map(|m| vehicle.co2_kg(m)),
        }
    }
}

/// What came of a route that was driven.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Driven {
    /// Metres, by the counter of the vehicle; nothing when nobody read it.
    pub metres: Option<f64>,
    /// Seconds from setting out to being back.
    pub seconds: i64,
    /// Kilograms on the scales.
    pub weighed_kg: f64,
    /// Bags and sacks, as they were told of.
    pub bags: u32,
    /// Piles fetched, wholly or partly.
    pub piles: u32,
    /// Piles that could not be.
    pub failed: u32,
    /// Cost, in the currency of the vehicles; nothing without metres.
    pub cost: Option<f64>,
    /// Kilograms of CO₂; nothing without metres.
    pub co2_kg: Option<f64>,
}
