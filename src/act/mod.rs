//! What people do: each act is one command inside a write, from the rules to the rows and the log.
//!
//! An act checks permission, asks the rules, changes rows and logs the change; it is undone as a whole when it is
//! refused at any step.

pub mod claim;
pub mod hotspot;
pub mod person;
pub mod photo;
pub mod zone;

use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::change::Thing;
use crate::domain::claim::Claim;
use crate::domain::hotspot::Hotspot;
use crate::domain::permission::Subject;
use crate::domain::person::Person;
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

/// Whether this was the last act on the thing, and this person's: then it is the same one, sent again because its answer
/// was lost, and changes nothing.
async fn repeated(tx: &mut Tx, by: &Person, thing: Uuid, act: &str) -> Result<bool> {
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
