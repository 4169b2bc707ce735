//! What people do: each act is one command inside a write, from the rules to the rows and the log.
//!
//! An act checks permission, asks the rules, changes rows and logs the change; it is undone as a whole when it is
//! refused at any step.

pub mod adoption;
pub mod claim;
pub mod cleanup;
pub mod drive;
pub mod equipment;
pub mod fleet;
pub mod gate;
pub mod hotspot;
pub mod join;
pub mod leaving;
pub mod lottery;
pub mod order;
pub mod outcome;
pub mod person;
pub mod photo;
pub mod pile;
pub mod plan;
pub mod publish;
pub mod reminder;
pub mod site;
pub mod survey;
pub mod zone;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::change::Thing;
use crate::domain::claim::Claim;
use crate::domain::code::code_of;
use crate::domain::hotspot::Hotspot;
use crate::domain::permission::Subject;
use crate::domain::person::Person;
use crate::domain::photo::{Photo, PhotoOf, announce as show_as_announced};
use crate::domain::thing::Document;
use crate::error::{Code, Error, Result};
use crate::store::Tx;

/// Whether a thing was made just now or had been sent before.
#[derive(Debug)]
pub enum Made<T> {
    /// Just now.
    New(T),
    /// Before, with the same content.
    Before(T),
}

/// A digest of what was sent, to tell a repetition from another thing with the same id.
///
/// # Errors
/// `internal`, never for the bodies there are.
pub fn digest(sent: &impl Serialize) -> Result<[u8; 32]> {
    Ok(Sha256::digest(serde_json::to_vec(sent)?).into())
}

/// When something was, by our clock: so long before now as the phone says it was before it was sent, never in the future and
/// at most a year ago. Phones' clocks are wrong, but they measure.
#[must_use]
pub fn by_our_clock(now: DateTime<Utc>, at: Option<DateTime<Utc>>, sent_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let waited = at.map_or(TimeDelta::zero(), |at| sent_at.unwrap_or(now).signed_duration_since(at));
    now - waited.clamp(TimeDelta::zero(), TimeDelta::days(366))
}

fn id_taken() -> Error {
    Error::new(Code::IdTaken, "This id exists with other content.").at("id")
}

fn missing(what: &str) -> Error {
    Error::new(Code::NotFound, format!("There is no such {what}."))
}

/// Loads a hotspot to act upon. A claim that has lapsed is ended first, in its row as well.
async fn load(tx: &mut Tx, id: Uuid) -> Result<Hotspot> {
    let mut hotspot = tx.hotspot(id).await?.ok_or_else(|| missing("hotspot"))?;
    if let Some(lapsed) = hotspot.drop_lapsed_claim(tx.now) {
        tx.end_claim(lapsed.id, "expired").await?;
    }
    Ok(hotspot)
}

/// Whether this was done before: it is the same one, sent again because its answer was lost, and changes nothing. It is known by
/// the id the phone gave it; where there is none, it is the same when the last act on the thing was this one by this person.
async fn repeated(tx: &mut Tx, by: &Person, thing: Uuid, act: &str) -> Result<bool> {
    if let Some(sending) = by.sending {
        return tx.was_sent(sending, by.id, thing).await;
    }
    Ok(tx.last_act(thing).await?.is_some_and(|(last, who)| last == act && who == Some(by.id)))
}

/// Stores a hotspot after an act and logs it.
async fn save(tx: &mut Tx, mut h: Hotspot, act: &str, why: Option<String>, by: &Person) -> Result<Hotspot> {
    h.version += 1;
    h.changed_at = tx.now;
    tx.put_hotspot(&h).await?;
    tx.log(act, why, Some(by), h.id, Thing::Hotspot(Box::new(h.clone())));
    Ok(h)
}

/// Announces photos of an act upon a thing: in the thing, and as rows that wait for their files.
async fn announce(tx: &mut Tx, by: &Person, thing: Uuid, there: &mut Vec<Photo>, ids: &[Uuid], of: PhotoOf) -> Result<()> {
    show_as_announced(there, ids, of)?;
    expect_photos(tx, by, thing, ids).await
}

async fn expect_photos(tx: &mut Tx, by: &Person, thing: Uuid, ids: &[Uuid]) -> Result<()> {
    for &photo in ids {
        if !tx.announce_photo(photo, thing, by.id).await? {
            return Err(Error::invalid("photos", "A photo with this id exists."));
        }
    }
    Ok(())
}

/// The thing of that kind with this id.
async fn find<T: Document>(tx: &mut Tx, id: Uuid) -> Result<T> {
    tx.thing(id).await?.ok_or_else(|| missing(T::LAYER.text()))
}

/// Adds a thing and logs it; one that was sent before is given back as it is now.
async fn add<T: Document>(tx: &mut Tx, by: &Person, thing: T, sent: &[u8], act: &str) -> Result<Made<T>> {
    let id = thing.record().id;
    if !tx.add_thing(&thing, by.id, sent).await? {
        return before(tx, by, id, sent).await?.ok_or_else(|| missing(T::LAYER.text())).map(Made::Before);
    }
    tx.log(act, None, Some(by), id, thing.clone().into_thing());
    Ok(Made::New(thing))
}

/// The thing with this id, when this person has sent just this; nothing when there is none.
async fn before<T: Document>(tx: &mut Tx, by: &Person, id: Uuid, sent: &[u8]) -> Result<Option<T>> {
    match tx.maker(id).await? {
        None => Ok(None),
        Some((maker, first)) if maker == by.id && first == sent => tx.thing(id).await,
        Some(_) => Err(id_taken()),
    }
}

/// Stores a thing after an act and logs it.
async fn keep<T: Document>(tx: &mut Tx, mut thing: T, act: &str, why: Option<String>, by: Option<&Person>) -> Result<T> {
    let now = tx.now;
    let record = thing.record_mut();
    record.version += 1;
    record.changed_at = now;
    let id = record.id;
    tx.put_thing(&thing).await?;
    tx.log(act, why, by, id, thing.clone().into_thing());
    Ok(thing)
}

/// A code that no other thing has.
async fn fresh_code(tx: &mut Tx, id: Uuid) -> Result<String> {
    for attempt in 0..20 {
        let code = code_of(id, attempt);
        if !tx.code_is_taken(&code).await? {
            return Ok(code);
        }
    }
    Err(Error::internal(anyhow::anyhow!("twenty codes in a row are taken")))
}

/// Ends a claim that an act took off a hotspot.
async fn end(tx: &mut Tx, claim: Option<Claim>, how: &str) -> Result<()> {
    match claim {
        Some(claim) => tx.end_claim(claim.id, how).await,
        None => Ok(()),
    }
}

fn lies_in(h: &Hotspot) -> Subject<'_> {
    Subject { own: false, municipality: h.municipality.as_deref() }
}
