//! Driving a route: fetching, not fetching, handing in.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fleet::hauled_by;
use super::gate::{NewWeighing, weigh};
use super::leaving::{NewPile, leave};
use super::pile::{Reason, Split, collect, fail, saved, split};
use super::{Made, announce, by_our_clock, digest, find, keep, repeated};
use crate::domain::fleet::VehicleKind;
use crate::domain::person::Person;
use crate::domain::photo::PhotoOf;
use crate::domain::pickup::{FailedWhy, Fetched, PickupRoute, RouteState, RouteStop, SharedUntil, StopKind, StopOutcome};
use crate::domain::pile::{Access, Hauler, Pile, PileState};
use crate::domain::thing::require;
use crate::domain::waste::{Bags, WasteTerms, checked_kg, shared_out};
use crate::error::{Error, Result};
use crate::store::Tx;

async fn driven_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<PickupRoute> {
    let route: PickupRoute = find(tx, id).await?;
    hauled_by(by, route.organisation)?;
    Ok(route)
}

/// When something was: it may have waited on a phone for a signal.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Moment {
    /// When it was, by the phone's clock; now when it is not said.
    pub at: Option<DateTime<Utc>>,
    /// When it was sent, by the same clock: it tells how wrong that is.
    pub sent_at: Option<DateTime<Utc>>,
}

/// The driver sets out.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn set_out(tx: &mut Tx, by: &Person, id: Uuid, when: Moment) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    if repeated(tx, by, id, "set_out").await? {
        return Ok(route);
    }
    route.start(by_our_clock(tx.now, when.at, when.sent_at))?;
    keep(tx, route, "set_out", None, Some(by)).await
}

/// The driver is at a stop.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arriving {
    /// Which stop of the route, from 0.
    pub stop: usize,
    /// When, by the phone's clock.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// When it was sent, by the same clock.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
}

/// Says that the driver is at a stop. Told twice, the first stands.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn arrive(tx: &mut Tx, by: &Person, id: Uuid, told: Arriving) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    let stop = route.stops.get(told.stop).ok_or_else(|| Error::invalid("stop", "This route does not have that stop."))?;
    if stop.arrived_at.is_some() {
        return Ok(route);
    }
    route.arrive(told.stop, by_our_clock(tx.now, told.at, told.sent_at))?;
    keep(tx, route, "arrived", None, Some(by)).await
}

/// How fetching a pile went.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fetching {
    /// Its id, made by the client; also of the pile that is left behind, if one is.
    pub id: Uuid,
    /// Which pile.
    pub pile: Uuid,
    /// How it went.
    pub fetched: Fetched,
    /// Why not, or not all.
    #[serde(default)]
    pub why: Option<FailedWhy>,
    /// The bags left behind, when only some are on board.
    #[serde(default)]
    pub left: Bags,
    /// How many more bags than told lay there and are on board.
    #[serde(default)]
    pub more: Bags,
    /// Ids of photos of what was there, which are sent afterwards.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub photos: Vec<Uuid>,
    /// When, by the phone's clock.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// When it was sent, by the same clock.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
}

/// Says how fetching a pile went: the pile changes with it, and those who left it are told.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn fetch(tx: &mut Tx, by: &Person, id: Uuid, told: Fetching, terms: &WasteTerms) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    let is = |s: &RouteStop| s.kind == StopKind::Pile && s.id == told.pile;
    let at = route.stops.iter().position(is).ok_or_else(|| Error::invalid("pile", "This route does not have that pile."))?;
    if let Some(there) = &route.stops[at].outcome {
        // Sent again; something else is said by its own id.
        require(there.id == told.id, there.fetched.map_or("done", Fetched::text), told.fetched.text())?;
        return Ok(route);
    }
    if told.fetched != Fetched::Loaded && told.why.is_none() {
        return Err(Error::invalid("why", "Say why it is not on board."));
    }
    let hand = by.following();
    let mut pile: Pile = find(tx, told.pile).await?;
    if !told.photos.is_empty() {
        announce(tx, by, told.pile, &mut pile.photos, &told.photos, PhotoOf::Pile).await?;
        pile = keep(tx, pile, "photographed", None, Some(by)).await?;
    }
    let more = told.more.checked()?;
    if told.fetched == Fetched::Loaded && pile.state.is_open() && !more.is_empty() {
        pile.found_more(more, terms);
        let stop = &mut route.stops[at];
        (stop.bags, stop.estimated_kg) = (pile.bags(), pile.estimated_kg());
        pile = keep(tx, pile, "counted_anew", None, Some(by)).await?;
    }
    match told.fetched {
        // Somebody has ended it meanwhile; what the driver did is told all the same.
        _ if !pile.state.is_open() || pile.state == PileState::Collected => {}
        Fetched::Loaded => drop(collect(tx, &hand, told.pile, terms).await?),
        Fetched::Partly => {
            let off = Split { id: told.id, bags: told.left.checked()? };
            let sent = digest(&off)?;
            split(tx, &hand, told.pile, off, sent, terms).await?;
            let taken = collect(tx, &hand, told.pile, terms).await?;
            let stop = &mut route.stops[at];
            (stop.bags, stop.estimated_kg) = (taken.bags(), taken.estimated_kg());
            fail(tx, &hand, told.id, reason(told.why), terms).await?;
        }
        Fetched::Failed => drop(fail(tx, &hand, told.pile, reason(told.why), terms).await?),
    }
    let at_instant = by_our_clock(tx.now, told.at, told.sent_at);
    route.tell(at, outcome(told.id, Some(told.fetched), told.why, None, at_instant))?;
    keep(tx, route, told.fetched.text(), None, Some(by)).await
}

fn outcome(id: Uuid, fetched: Option<Fetched>, why: Option<FailedWhy>, weight_kg: Option<f64>, at: DateTime<Utc>) -> StopOutcome {
    StopOutcome { id, fetched, why, weight_kg, order: 0, at }
}

fn reason(why: Option<FailedWhy>) -> Reason {
    Reason { why: why.map_or("", FailedWhy::text).to_owned() }
}

/// What is handed in at a site.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandIn {
    /// Its id, made by the client.
    pub id: Uuid,
    /// Where in the route, from 0: a site may be visited more than once.
    pub stop: usize,
    /// Kilograms on the scale; nothing when there was nothing on board.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub weight_kg: Option<f64>,
    /// When, by the phone's clock.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// When it was sent, by the same clock.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
}

/// Hands in what is on board: its piles share the weight as they were estimated.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn hand_in(tx: &mut Tx, by: &Person, id: Uuid, told: HandIn, terms: &WasteTerms) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    let stop = route.stops.get(told.stop).filter(|s| s.kind == StopKind::Site).cloned();
    let stop = stop.ok_or_else(|| Error::invalid("stop", "There is no reception site at that stop."))?;
    if let Some(there) = &stop.outcome {
        require(there.id == told.id, "handed_in", "handed in again")?;
        return Ok(route);
    }
    let aboard = route.on_board();
    let weight_kg = match (told.weight_kg, aboard.is_empty()) {
        (Some(kg), false) => Some(checked_kg("weight_kg", kg)?),
        (None, false) => return Err(Error::invalid("weight_kg", "Say what is on the scale.")),
        (_, true) => None,
    };
    if let Some(kg) = weight_kg {
        let mut piles: Vec<Pile> = vec![];
        for pile in aboard {
            // A gate may have weighed it by its code.
            piles.push(find(tx, pile).await?);
        }
        piles.retain(|p| p.weighing.is_none());
        let estimates: Vec<f64> = piles.iter().map(Pile::estimated_kg).collect();
        let hand = by.following();
        for (pile, share) in piles.into_iter().zip(shared_out(kg, &estimates)).filter(|(_, share)| *share > 0.0) {
            let code = pile.record.code.unwrap_or_default();
            let new = NewWeighing {
                id: Uuid::new_v5(&told.id, pile.record.id.as_bytes()),
                code,
                site: Some(stop.id),
                weight_kg: share,
                more: false,
            };
            weigh(tx, &hand, new, terms).await?;
        }
    }
    let at = by_our_clock(tx.now, told.at, told.sent_at);
    route.tell(told.stop, outcome(told.id, None, None, weight_kg, at))?;
    keep(tx, route, "handed_in", None, Some(by)).await
}

/// What was found beside the stops and taken along.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The id of the pile it becomes, made by the client.
    pub id: Uuid,
    /// Where: degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// How many bags.
    pub bags: Bags,
    /// What it is.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: Option<String>,
    /// Ids of photos, which are sent afterwards.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub photos: Vec<Uuid>,
    /// When, by the phone's clock.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// When it was sent, by the same clock.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
}

/// Takes along what nobody had told of: a pile of the hauler's own, on board from the beginning.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`, `id_taken`.
pub async fn take_along(
    tx: &mut Tx,
    by: &Person,
    id: Uuid,
    told: Finding,
    municipality: Option<String>,
    terms: &WasteTerms,
) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    if route.found.iter().any(|s| s.id == told.id) {
        return Ok(route);
    }
    let (when, now) = (by_our_clock(tx.now, told.at, told.sent_at), tx.now);
    let access = if route.kind == VehicleKind::Boat { Access::Boat } else { Access::Road };
    let new = NewPile {
        id: told.id,
        lon: told.lon,
        lat: told.lat,
        cleanup: None,
        order: None,
        bags: told.bags,
        estimated_kg: None,
        beside: vec![],
        access,
        safe_from_tide: true,
        note: told.note,
        photos: told.photos,
        ready: false,
    };
    let (at, new) = new.checked()?;
    let sent = digest(&new)?;
    let hand = by.following();
    let (Made::New(mut pile) | Made::Before(mut pile)) = leave(tx, &hand, new, sent, at, municipality, None, terms).await?;
    let of = by.organisation.as_ref().ok_or_else(|| Error::invalid("id", "Only an organisation fetches."))?;
    let hauler = Hauler { id: of.id, name: of.name.clone() };
    pile.ready(Some(hauler.clone()), terms, now)?;
    pile.collect(hauler, terms, now)?;
    let pile = saved(tx, pile, "collected", None, &hand).await?;
    let fetched = outcome(told.id, Some(Fetched::Loaded), None, None, when);
    route.find(RouteStop::at_pile(&pile, when), fetched)?;
    keep(tx, route, "taken_along", None, Some(by)).await
}

/// The vehicle is back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// Metres driven, by its counter.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 2_000_000)]
    pub driven_m: Option<f64>,
    /// When, by the phone's clock.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// When it was sent, by the same clock.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
}

/// Ends the route. Piles that nothing was said of are due again: the day was over.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn come_back(tx: &mut Tx, by: &Person, id: Uuid, told: Return, terms: &WasteTerms) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    if told.driven_m.is_some_and(|m| !m.is_finite() || !(0.0..=2e6).contains(&m)) {
        return Err(Error::invalid("driven_m", "Metres must be from 0 to 2,000,000."));
    }
    if repeated(tx, by, id, "came_back").await? {
        return Ok(route);
    }
    let when = by_our_clock(tx.now, told.at, told.sent_at);
    let hand = by.following();
    for at in 0..route.stops.len() {
        let stop = &route.stops[at];
        if stop.kind != StopKind::Pile || stop.outcome.is_some() {
            continue;
        }
        let (why, pile) = (Some(FailedWhy::NoTime), find::<Pile>(tx, stop.id).await?);
        // Somebody else may have it by now.
        if pile.state == PileState::Accepted && pile.hauler() == Some(route.organisation) {
            fail(tx, &hand, pile.record.id, reason(why), terms).await?;
        }
        let passed_by = Uuid::new_v5(&route.record.id, pile.record.id.as_bytes());
        route.tell(at, outcome(passed_by, Some(Fetched::Failed), why, None, when))?;
    }
    route.come_back(told.driven_m, when)?;
    keep(tx, route, "came_back", None, Some(by)).await
}

/// For how long a link is to work.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sharing {
    /// Hours; 0 ends the link there is.
    #[schema(maximum = 336)]
    pub hours: u32,
}

/// Makes a link to a route that ends. `key` is what it ends with.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn share(tx: &mut Tx, by: &Person, id: Uuid, sharing: Sharing, key: String) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    if sharing.hours > 336 {
        return Err(Error::invalid("hours", "At most 336: two weeks."));
    }
    let until = tx.now + TimeDelta::hours(i64::from(sharing.hours));
    route.shared = (sharing.hours > 0).then_some(SharedUntil { key, until });
    keep(tx, route, "shared", None, Some(by)).await
}

/// Whether a key opens a route now.
#[must_use]
pub fn opens(route: &PickupRoute, key: &str, now: DateTime<Utc>) -> bool {
    let shown = route.state != RouteState::Withdrawn; // nobody drives it
    shown && route.shared.as_ref().is_some_and(|s| s.key == key && s.until > now)
}
