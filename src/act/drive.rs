//! Driving a route: fetching, not fetching, handing in.

use chrono::{TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fleet::hauled_by;
use super::gate::{NewWeighing, weigh};
use super::pile::{Reason, Split, collect, fail, split};
use super::{digest, find, keep, repeated};
use crate::domain::person::Person;
use crate::domain::pickup::{FailedWhy, Fetched, PickupRoute, SharedUntil, StopKind, StopOutcome};
use crate::domain::pile::{Pile, PileState};
use crate::domain::thing::require;
use crate::domain::waste::{Bags, WasteTerms, checked_kg, shared_out};
use crate::error::{Error, Result};
use crate::store::Tx;

async fn driven_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<PickupRoute> {
    let route: PickupRoute = find(tx, id).await?;
    hauled_by(by, route.organisation)?;
    Ok(route)
}

/// The driver sets out.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn set_out(tx: &mut Tx, by: &Person, id: Uuid) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    if repeated(tx, by, id, "set_out").await? {
        return Ok(route);
    }
    route.start(tx.now)?;
    keep(tx, route, "set_out", None, Some(by)).await
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
}

/// Says how fetching a pile went: the pile changes with it, and those who left it are told.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn fetch(tx: &mut Tx, by: &Person, id: Uuid, told: Fetching, terms: &WasteTerms) -> Result<PickupRoute> {
    let mut route = driven_by(tx, by, id).await?;
    let is = |s: &crate::domain::pickup::RouteStop| s.kind == StopKind::Pile && s.id == told.pile;
    let at = route.stops.iter().position(is).ok_or_else(|| Error::invalid("pile", "This route does not have that pile."))?;
    if let Some(there) = &route.stops[at].outcome {
        // Sent again; something else is said by its own id.
        require(there.id == told.id, there.fetched.map_or("done", Fetched::text), told.fetched.text())?;
        return Ok(route);
    }
    if told.fetched != Fetched::Loaded && told.why.is_none() {
        return Err(Error::invalid("why", "Say why it is not on board."));
    }
    // What the phone sent is this; what follows of it for the pile is not sent again by itself.
    let hand = Person { sending: None, ..by.clone() };
    let pile: Pile = find(tx, told.pile).await?;
    match told.fetched {
        // Somebody has ended it meanwhile; what the driver did is told all the same.
        _ if !pile.state.is_open() || pile.state == PileState::Collected => {}
        Fetched::Loaded => drop(collect(tx, &hand, told.pile, terms).await?),
        Fetched::Partly => {
            let off = Split { id: told.id, bags: told.left.checked()? };
            let sent = digest(&off)?;
            split(tx, &hand, told.pile, off, sent, terms).await?;
            collect(tx, &hand, told.pile, terms).await?;
            fail(tx, &hand, told.id, reason(told.why), terms).await?;
        }
        Fetched::Failed => drop(fail(tx, &hand, told.pile, reason(told.why), terms).await?),
    }
    let now = tx.now;
    let outcome = StopOutcome { id: told.id, fetched: Some(told.fetched), why: told.why, weight_kg: None, at: now };
    route.tell(at, outcome, now)?;
    keep(tx, route, told.fetched.text(), None, Some(by)).await
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
        let hand = Person { sending: None, ..by.clone() };
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
    let now = tx.now;
    let outcome = StopOutcome { id: told.id, fetched: None, why: None, weight_kg, at: now };
    route.tell(told.stop, outcome, now)?;
    keep(tx, route, "handed_in", None, Some(by)).await
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
pub fn opens(route: &PickupRoute, key: &str, now: chrono::DateTime<Utc>) -> bool {
    route.shared.as_ref().is_some_and(|s| s.key == key && s.until > now)
}
