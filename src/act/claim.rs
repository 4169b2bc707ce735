//! Claiming a hotspot, and what its holder and others may do with a claim.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Made, digest, id_taken, load, missing, repeated, save};
use crate::domain::claim::{Claim, ClaimTerms, HolderKind, Takeover};
use crate::domain::hotspot::Hotspot;
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::text::{clean_optional, clean_required};
use crate::error::{Code, Error, Result};
use crate::store::{StoredClaim, Tx};

/// What one sends to claim a hotspot.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClaim {
    /// Its id, made by the client.
    pub id: Uuid,
    /// Person, group or organisation.
    pub holder_kind: HolderKind,
    /// What the holder wants to be called, at most 80 characters; nothing for "a volunteer".
    #[serde(default)]
    #[schema(max_length = 80)]
    pub holder_name: Option<String>,
    /// From when; now when it is not said.
    #[serde(default)]
    pub from: Option<DateTime<Utc>>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// Claims a hotspot. Whether the place allows it has been asked of the rules.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`, `hazardous`, `already_claimed`, `wrong_state`, `id_taken`.
pub async fn claim(tx: &mut Tx, by: &Person, id: Uuid, new: NewClaim, terms: &ClaimTerms) -> Result<Made<Hotspot>> {
    allow(by, Action::Claim, Subject::default())?;
    let sent_hash = digest(&new)?;
    let mut h = load(tx, id).await?;
    let stored = StoredClaim { hotspot: id, person: by.id, sent_hash };
    if let Some(before) = tx.claim(new.id).await? {
        return if before == stored { Ok(Made::Before(h)) } else { Err(id_taken()) };
    }
    let holder_name = clean_optional("holder_name", new.holder_name.as_deref(), 80)?;
    let from = new.from.unwrap_or(tx.now).max(tx.now);
    let remind_at = terms.remind_at(from, new.until, tx.now)?;
    let claim =
        Claim { id: new.id, holder_kind: new.holder_kind, holder_name, from, until: new.until, remind_at, takeover: None };
    h.claim(claim)?;
    tx.add_claim(new.id, &stored, new.until).await?;
    save(tx, h, "claimed", None, by).await.map(Made::New)
}

/// The hotspot with this claim on it, for its holder.
async fn held(tx: &mut Tx, by: &Person, id: Uuid) -> Result<(Hotspot, Claim)> {
    let stored = tx.claim(id).await?.ok_or_else(|| missing("claim"))?;
    allow(by, Action::KeepClaim, Subject { own: stored.person == by.id, municipality: None })?;
    active(tx, stored.hotspot, id).await
}

async fn active(tx: &mut Tx, hotspot: Uuid, id: Uuid) -> Result<(Hotspot, Claim)> {
    let h = load(tx, hotspot).await?;
    match h.claim.clone().filter(|c| c.id == id) {
        Some(claim) => Ok((h, claim)),
        None => Err(Error::new(Code::WrongState, "The claim has ended.").fact("state", h.state.text())),
    }
}

/// The hotspot of this person's claim, when the last thing they did about it was this.
async fn done_before(tx: &mut Tx, by: &Person, id: Uuid, act: &str) -> Result<Option<Hotspot>> {
    let Some(own) = tx.claim(id).await?.filter(|c| c.person == by.id) else { return Ok(None) };
    if repeated(tx, by, own.hotspot, act).await? { Ok(Some(load(tx, own.hotspot).await?)) } else { Ok(None) }
}

/// Sets another end.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn extend(tx: &mut Tx, by: &Person, id: Uuid, until: DateTime<Utc>, terms: &ClaimTerms) -> Result<Hotspot> {
    let (mut h, mut claim) = held(tx, by, id).await?;
    if claim.until == until && repeated(tx, by, h.id, "extended").await? {
        return Ok(h);
    }
    claim.remind_at = terms.remind_at(claim.from, until, tx.now)?;
    claim.until = until;
    claim.takeover = None; // extending is an answer: the holder keeps it
    tx.set_takeover(id, None).await?;
    tx.set_claim_end(id, until).await?;
    h.claim = Some(claim);
    save(tx, h, "extended", None, by).await
}

/// Gives a claim back.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn release(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Hotspot> {
    if let Some(h) = done_before(tx, by, id, "released").await? {
        return Ok(h);
    }
    let (mut h, _) = held(tx, by, id).await?;
    h.release();
    tx.end_claim(id, "released").await?;
    save(tx, h, "released", None, by).await
}

/// What one sends to ask the holder whether one may take over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeoverRequest {
    /// What one wants to be called, at most 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
}

/// Asks the holder. Unanswered, the claim lapses at the deadline.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state` when the claim has ended or somebody has asked, `invalid`.
pub async fn ask_takeover(tx: &mut Tx, by: &Person, id: Uuid, ask: TakeoverRequest, terms: &ClaimTerms) -> Result<Hotspot> {
    let stored = tx.claim(id).await?.ok_or_else(|| missing("claim"))?;
    allow(by, Action::AskTakeover, Subject::default())?;
    if stored.person == by.id {
        return Err(Error::new(Code::WrongState, "The claim is yours."));
    }
    let name = clean_required("name", &ask.name, 80)?;
    let (mut h, mut claim) = active(tx, stored.hotspot, id).await?;
    if claim.takeover.is_some() {
        if repeated(tx, by, h.id, "takeover_asked").await? {
            return Ok(h);
        }
        return Err(Error::new(Code::WrongState, "Somebody has asked before you."));
    }
    let answer_by = tx.now + TimeDelta::hours(terms.answer_within_hours);
    claim.takeover = Some(Takeover { name, answer_by });
    tx.set_takeover(id, Some(by.id)).await?;
    h.claim = Some(claim);
    save(tx, h, "takeover_asked", None, by).await
}

/// The holder's answer: hand over to the one who asks, or keep it.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state` when nobody asks.
pub async fn answer_takeover(tx: &mut Tx, by: &Person, id: Uuid, hand_over: bool, terms: &ClaimTerms) -> Result<Hotspot> {
    if let Some(h) = done_before(tx, by, id, if hand_over { "handed_over" } else { "kept" }).await? {
        return Ok(h);
    }
    let (mut h, mut claim) = held(tx, by, id).await?;
    let (Some(takeover), Some(asker)) = (claim.takeover.take(), tx.takeover_by(id).await?) else {
        return Err(Error::new(Code::WrongState, "Nobody asks to take over."));
    };
    tx.set_takeover(id, None).await?;
    if !hand_over {
        h.claim = Some(claim);
        return save(tx, h, "kept", None, by).await;
    }
    tx.end_claim(id, "handed_over").await?;
    let from = claim.from.max(tx.now);
    let next = Claim {
        id: Uuid::now_v7(),
        holder_kind: HolderKind::Group, // they gave a name, and did not say of what
        holder_name: Some(takeover.name),
        from,
        until: claim.until,
        remind_at: terms.remind_at(from, claim.until, tx.now)?,
        takeover: None,
    };
    let stored = StoredClaim { hotspot: h.id, person: asker, sent_hash: digest(&next.id)? };
    tx.add_claim(next.id, &stored, next.until).await?;
    h.claim = Some(next);
    save(tx, h, "handed_over", None, by).await
}
