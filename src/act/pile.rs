//! Getting filled bags fetched, and what may happen to them.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cleanup::Why;
use super::outcome::look_at_waste;
use super::{Made, add, before, find, fresh_code, keep, repeated};
use crate::coast::earth::metres;
use crate::domain::change::Layer;
use crate::domain::cleanup::Cleanup;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::{Person, Role};
use crate::domain::pile::{Actor, Hauler, Origin, Pile, PileState};
use crate::domain::text::clean_required;
use crate::domain::thing::Record;
use crate::domain::waste::{Bags, WasteTerms};
use crate::error::{Error, Result};
use crate::store::Tx;

/// Says in a cleanup that it has this pile.
pub(super) async fn belongs_to(tx: &mut Tx, pile: &Pile, cleanup: Uuid, by: Option<&Person>) -> Result<()> {
    let mut cleanup: Cleanup = find(tx, cleanup).await?;
    if cleanup.piles.contains(&pile.record.id) {
        return Ok(());
    }
    cleanup.piles.push(pile.record.id);
    let id = cleanup.record.id;
    keep(tx, cleanup, "pile_left", None, by).await?;
    look_at_waste(tx, id).await
}

/// Tells whoever is expected to act.
pub(super) async fn tell_expected(tx: &mut Tx, pile: &Pile) -> Result<()> {
    let Some(duty) = &pile.duty else { return Ok(()) };
    let (kind, whom) = match &duty.who {
        Actor::Hauler { id, .. } if pile.state == PileState::Requested => {
            (MessageKind::PileRequested, Audience::Organisation(*id))
        }
        Actor::Municipality { code } => (MessageKind::PileUnserved, Audience::Municipality(code)),
        _ => return Ok(()),
    };
    let telling = about(kind, pile, pile.record.version);
    tx.tell(whom, &telling).await
}

fn about(kind: MessageKind, pile: &Pile, occasion: impl std::fmt::Display) -> Telling {
    Telling::new(kind, Layer::Pile, pile.record.id, occasion).fact("bags", pile.bags().count()).fact("why", pile.why.clone())
}

/// Tells whoever left it, and whoever organised the cleanups its bags are from.
pub(super) async fn tell_makers(tx: &mut Tx, pile: &Pile, kind: MessageKind, by: &Person) -> Result<()> {
    let mut makers = vec![];
    makers.extend(tx.maker(pile.record.id).await?.map(|(maker, _)| maker));
    for part in &pile.parts {
        if let Origin::Cleanup { id } = part.of {
            makers.extend(tx.maker(id).await?.map(|(maker, _)| maker));
        }
    }
    let weight = pile.weighing.as_ref().map(|w| w.weight_kg);
    let due = pile.duty.as_ref().map(|d| d.due.to_rfc3339());
    let telling = about(kind, pile, pile.record.version).fact("weight_kg", weight).fact("due", due);
    for maker in makers.into_iter().filter(|m| *m != by.id) {
        tx.tell(Audience::Person(maker), &telling).await?;
    }
    Ok(())
}

/// Stores a pile after an act, tells who is expected now, and looks at the cleanups its bags are from.
pub(super) async fn saved(tx: &mut Tx, pile: Pile, act: &str, why: Option<String>, by: &Person) -> Result<Pile> {
    let pile = keep(tx, pile, act, why, Some(by)).await?;
    tell_expected(tx, &pile).await?;
    for part in &pile.parts {
        if let Origin::Cleanup { id } = part.of {
            look_at_waste(tx, id).await?;
        }
    }
    Ok(pile)
}

/// The pile, for whoever may look after it: its maker, its hauler, staff of its municipality.
async fn kept_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Pile> {
    let pile: Pile = find(tx, id).await?;
    let maker = tx.maker(id).await?.is_some_and(|(maker, _)| maker == by.id);
    let own = maker || is_hauler(by, &pile, false);
    allow(by, Action::KeepPile, Subject { own, municipality: pile.municipality.as_deref() })?;
    Ok(pile)
}

/// Whether somebody may look after a pile, and whether they may fetch it.
#[must_use]
pub fn may(by: &Person, pile: &Pile, maker: bool) -> (bool, bool) {
    let municipality = pile.municipality.as_deref();
    let keeps = Subject { own: maker || is_hauler(by, pile, false), municipality };
    let fetches = Subject { own: is_hauler(by, pile, pile.state == PileState::Ready), municipality };
    (allow(by, Action::KeepPile, keeps).is_ok(), allow(by, Action::Fetch, fetches).is_ok())
}

/// Whether somebody is of the hauler that is asked; where nobody is, `free` says whether any hauler may come.
fn is_hauler(by: &Person, pile: &Pile, free: bool) -> bool {
    let organisation = by.organisation.as_ref().map(|o| o.id);
    by.role == Role::Hauler && organisation.is_some() && pile.hauler().map_or(free, |h| Some(h) == organisation)
}

async fn fetched_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<(Pile, Hauler)> {
    let pile: Pile = find(tx, id).await?;
    let own = is_hauler(by, &pile, pile.state == PileState::Ready);
    allow(by, Action::Fetch, Subject { own, municipality: pile.municipality.as_deref() })?;
    let hauler = by.organisation.as_ref().map(|o| Hauler { id: o.id, name: o.name.clone() });
    Ok((pile, hauler.ok_or_else(|| Error::invalid("id", "Only an organisation fetches."))?))
}

/// It can be fetched.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn ready(tx: &mut Tx, by: &Person, id: Uuid, hauler: Option<Hauler>, terms: &WasteTerms) -> Result<Pile> {
    let mut pile = kept_by(tx, by, id).await?;
    if repeated(tx, by, id, "ready").await? {
        return Ok(pile);
    }
    pile.declined_by.clear();
    pile.ready(hauler, terms, tx.now)?;
    saved(tx, pile, "ready", None, by).await
}

/// By which day a hauler comes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Promise {
    /// The day; by the terms when it is not said.
    pub by: Option<NaiveDate>,
}

/// The hauler says yes.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn accept(tx: &mut Tx, by: &Person, id: Uuid, promise: Promise, zone: Tz, terms: &WasteTerms) -> Result<Pile> {
    let (mut pile, hauler) = fetched_by(tx, by, id).await?;
    if repeated(tx, by, id, "accepted").await? {
        return Ok(pile);
    }
    pile.accept(hauler, promise.by.map(|day| (day, zone)), terms, tx.now)?;
    promised(tx, pile, "accepted", by).await
}

async fn promised(tx: &mut Tx, pile: Pile, act: &str, by: &Person) -> Result<Pile> {
    let pile = saved(tx, pile, act, None, by).await?;
    tell_makers(tx, &pile, MessageKind::PileAccepted, by).await?;
    Ok(pile)
}

/// A route of the hauler comes on a day: it says yes, or puts off what it has promised for an earlier one.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub(super) async fn promise(tx: &mut Tx, by: &Person, id: Uuid, day: NaiveDate, zone: Tz, terms: &WasteTerms) -> Result<()> {
    let (mut pile, hauler) = fetched_by(tx, by, id).await?;
    let act = if pile.state != PileState::Accepted {
        pile.accept(hauler, Some((day, zone)), terms, tx.now)?;
        "accepted"
    } else if pile.put_off(day, zone, tx.now)? {
        "put_off"
    } else {
        return Ok(());
    };
    promised(tx, pile, act, by).await.map(drop)
}

/// Why not; it has to be said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In plain words.
    #[schema(min_length = 1, max_length = 500)]
    pub why: String,
}

impl Reason {
    /// The words, without what does not belong in a text.
    pub(super) fn text(&self) -> Result<String> {
        clean_required("why", &self.why, 500)
    }
}

/// The hauler says no: the next one is asked.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn decline(tx: &mut Tx, by: &Person, id: Uuid, reason: Reason, next: &[Hauler], terms: &WasteTerms) -> Result<Pile> {
    let why = reason.text()?;
    if repeated(tx, by, id, "declined").await? {
        return find(tx, id).await; // it is another's by now
    }
    let (mut pile, hauler) = fetched_by(tx, by, id).await?;
    let next = next.iter().find(|h| h.id != hauler.id && !pile.declined_by.contains(&h.id)).cloned();
    let asked = pile.hauler().unwrap_or(hauler.id);
    pile.decline(asked, why.clone(), next.filter(|h| h.id != asked), terms, tx.now)?;
    let pile = saved(tx, pile, "declined", Some(why), by).await?;
    if pile.state == PileState::Ready {
        tell_makers(tx, &pile, MessageKind::PileUnserved, by).await?;
    }
    Ok(pile)
}

/// It is on the truck or the boat.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn collect(tx: &mut Tx, by: &Person, id: Uuid, terms: &WasteTerms) -> Result<Pile> {
    let (mut pile, hauler) = fetched_by(tx, by, id).await?;
    if repeated(tx, by, id, "collected").await? {
        return Ok(pile);
    }
    pile.collect(hauler, terms, tx.now)?;
    let pile = saved(tx, pile, "collected", None, by).await?;
    tell_makers(tx, &pile, MessageKind::PileCollected, by).await?;
    Ok(pile)
}

/// It could not be fetched.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn fail(tx: &mut Tx, by: &Person, id: Uuid, reason: Reason, terms: &WasteTerms) -> Result<Pile> {
    let why = reason.text()?;
    if repeated(tx, by, id, "failed").await? {
        return find(tx, id).await;
    }
    let (mut pile, _) = fetched_by(tx, by, id).await?;
    pile.fail(why.clone(), terms, tx.now)?;
    let pile = saved(tx, pile, "failed", Some(why), by).await?;
    tell_makers(tx, &pile, MessageKind::PileFailed, by).await?;
    Ok(pile)
}

/// The sea took it: said by whoever looks after it.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn lose(tx: &mut Tx, by: &Person, id: Uuid, why: Why) -> Result<Pile> {
    let pile = kept_by(tx, by, id).await?;
    ended(tx, by, pile, PileState::Lost, why).await
}

/// It is not there any more: anyone may say so.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn miss(tx: &mut Tx, by: &Person, id: Uuid, why: Why) -> Result<Pile> {
    allow(by, Action::MissPile, Subject::default())?;
    let pile = find(tx, id).await?;
    ended(tx, by, pile, PileState::Gone, why).await
}

async fn ended(tx: &mut Tx, by: &Person, mut pile: Pile, how: PileState, why: Why) -> Result<Pile> {
    let why = why.text()?; // also of what is taken for the same sent again
    if repeated(tx, by, pile.record.id, how.text()).await? {
        return Ok(pile);
    }
    pile.end(how, why.clone())?;
    saved(tx, pile, how.text(), why, by).await
}

/// Bags are not carried farther than this to another pile, in metres.
const MERGED_WITHIN_M: f64 = 500.0;

/// Where a pile's bags are carried.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Into {
    /// The other pile.
    pub into: Uuid,
}

/// Its bags are carried to another pile.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn merge(tx: &mut Tx, by: &Person, id: Uuid, into: Into) -> Result<Pile> {
    let mut pile = kept_by(tx, by, id).await?;
    if pile.merged_into == Some(into.into) && repeated(tx, by, id, "merged").await? {
        return find(tx, into.into).await;
    }
    let mut other: Pile = tx.thing(into.into).await?.ok_or_else(|| Error::invalid("into", "There is no such pile."))?;
    let apart = metres(pile.at, other.at);
    if apart > MERGED_WITHIN_M {
        return Err(Error::invalid("into", format!("It lies {apart:.0} m away.")));
    }
    pile.merge_into(&mut other)?;
    keep(tx, pile, "merged", None, Some(by)).await?;
    for part in other.parts.clone() {
        if let Origin::Cleanup { id } = part.of {
            belongs_to(tx, &other, id, Some(by)).await?;
        }
    }
    saved(tx, other, "added_to", None, by).await
}

/// Bags for a pile of their own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The id of the new pile, made by the client.
    pub id: Uuid,
    /// How many bags.
    pub bags: Bags,
}

/// Makes two piles of one. Returns the new one.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`, `id_taken`.
pub async fn split(tx: &mut Tx, by: &Person, id: Uuid, split: Split, sent: [u8; 32], terms: &WasteTerms) -> Result<Made<Pile>> {
    let mut pile = kept_by(tx, by, id).await?;
    if let Some(there) = before(tx, by, split.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let parts = pile.split_off(split.bags.checked()?, terms)?;
    let next = Pile {
        record: Record::new(split.id, Some(fresh_code(tx, split.id).await?), tx.now),
        estimated_l: terms.litres(split.bags),
        parts: parts.clone(),
        beside: vec![],
        photos: vec![],
        tickets: vec![],
        ..pile.clone()
    };
    let made = add(tx, by, next.clone(), &sent, "piled").await?;
    for part in parts {
        if let Origin::Cleanup { id } = part.of {
            belongs_to(tx, &next, id, Some(by)).await?;
        }
    }
    saved(tx, pile, "split", None, by).await?;
    Ok(made)
}
