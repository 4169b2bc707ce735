//! What came of a cleanup: its result, its costs, thanks, and its end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cleanup::{MOST_PLACES, claim_id, give_back, run_by, tell_all, told_of};
use super::{announce, end, find, keep, load, missing, repeated, save};
use crate::domain::change::Layer;
use crate::domain::cleanup::{Cleanup, CleanupState, Expense, Funding, Outcome};
use crate::domain::hotspot::{Hotspot, State};
use crate::domain::litter::checked_counts;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::photo::PhotoOf;
use crate::domain::pile::Pile;
use crate::domain::text::{at_most, clean_optional, clean_required};
use crate::domain::waste::{Bags, checked_kg};
use crate::error::{Code, Error, Result};
use crate::store::Tx;

/// What one sends to tell what came of a cleanup.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its id, made by the client.
    pub id: Uuid,
    /// The result it corrects.
    #[serde(default)]
    pub replaces: Option<Uuid>,
    /// Filled bags.
    pub bags: Bags,
    /// Kilograms, estimated.
    #[serde(default)]
    pub weight_kg: Option<f64>,
    /// Metres that were cleared.
    #[serde(default)]
    pub metres: Option<f64>,
    /// How many people.
    #[serde(default)]
    pub people: Option<u32>,
    /// How many hours each was at it.
    #[serde(default)]
    pub hours: Option<f64>,
    /// Items by code of the joint list.
    #[serde(default)]
    pub counts: BTreeMap<String, u32>,
    /// The stretches that are done; all when it is not said.
    #[serde(default)]
    pub segments: Option<Vec<Uuid>>,
    /// The hotspots that are gone; all when it is not said.
    #[serde(default)]
    pub hotspots: Option<Vec<Uuid>>,
    /// Anything else.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
    /// Ids of photos taken before.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub photos_before: Vec<Uuid>,
    /// Ids of photos taken after.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub photos_after: Vec<Uuid>,
}

fn checked_number(field: &'static str, value: Option<f64>, most: f64) -> Result<Option<f64>> {
    match value {
        Some(n) if !n.is_finite() || n < 0.0 || n > most => {
            Err(Error::invalid(field, format!("{field} must be from 0 to {most}.")))
        }
        n => Ok(n),
    }
}

impl Told {
    fn outcome(&self, cleanup: &Cleanup, now: DateTime<Utc>) -> Result<Outcome> {
        let all = || cleanup.stretches.iter().map(|s| s.segment).collect::<Vec<_>>();
        let segments = self.segments.clone().unwrap_or_else(all);
        let hotspots = self.hotspots.clone().unwrap_or_else(|| cleanup.hotspots.clone());
        if segments.len() > MOST_PLACES || segments.iter().any(|s| !cleanup.stretches.iter().any(|own| own.segment == *s)) {
            return Err(Error::invalid("segments", "Only stretches of this cleanup can be done."));
        }
        if hotspots.iter().any(|h| !cleanup.hotspots.contains(h)) {
            return Err(Error::invalid("hotspots", "Only hotspots of this cleanup can be done."));
        }
        if self.people.is_some_and(|n| n > 100_000) {
            return Err(Error::invalid("people", "people must be at most 100000."));
        }
        let done = cleanup.stretches.iter().filter(|s| segments.contains(&s.segment));
        let length: f64 = done.map(|s| s.length_m).sum();
        Ok(Outcome {
            id: self.id,
            bags: self.bags.checked()?,
            weight_kg: self.weight_kg.map(|kg| checked_kg("weight_kg", kg)).transpose()?,
            metres: checked_number("metres", self.metres, 1e6)?.or((length > 0.0).then_some(length)),
            people: self.people,
            hours: checked_number("hours", self.hours, 72.0)?,
            counts: checked_counts(&self.counts)?,
            segments,
            hotspots,
            note: clean_optional("note", self.note.as_deref(), 1000)?,
            at: now,
        })
    }
}

/// Tells what came of a cleanup: its hotspots are cleaned, and those who reported them hear of it. What is not done stays open.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`, `result_there` when somebody was quicker, `wrong_state`, `hazardous`.
pub async fn tell_result(tx: &mut Tx, by: &Person, id: Uuid, told: Told) -> Result<Cleanup> {
    let mut cleanup: Cleanup = find(tx, id).await?;
    let maker = tx.maker(id).await?.is_some_and(|(maker, _)| maker == by.id);
    // Those who come may tell as well, once it has begun.
    let begun = cleanup.state != CleanupState::Planned || cleanup.from <= tx.now;
    let own = maker || (begun && tx.participants(id).await?.iter().any(|p| p.person == by.id && p.state == "coming"));
    allow(by, Action::RunCleanup, Subject { own, municipality: cleanup.municipality.as_deref() })?;
    let outcome = told.outcome(&cleanup, tx.now)?;
    let there = cleanup.outcome.clone().filter(|there| there.id == told.id);
    if there.as_ref().is_some_and(|there| *there == Outcome { at: there.at, ..outcome.clone() }) {
        return Ok(cleanup); // sent again
    }
    // Its first answer was lost, and it was changed since: it corrects itself.
    cleanup.register(outcome.clone(), there.map(|there| there.id).or(told.replaces))?;
    let shown: Vec<Uuid> = cleanup.photos.iter().map(|p| p.id).collect();
    for (ids, of) in [(&told.photos_before, PhotoOf::Before), (&told.photos_after, PhotoOf::Cleaned)] {
        let new: Vec<Uuid> = ids.iter().filter(|id| !shown.contains(id)).copied().collect();
        announce(tx, by, id, &mut cleanup.photos, &new, of).await?;
    }
    for &hotspot in &outcome.hotspots {
        clean_hotspot(tx, by, &cleanup, hotspot, told.photos_after.first()).await?;
    }
    give_back(tx, &cleanup, by).await?;
    let piles = piles_of(tx, &cleanup).await?;
    cleanup.look_at_waste(piles.iter());
    keep(tx, cleanup, "result_told", outcome.note, Some(by)).await
}

async fn clean_hotspot(tx: &mut Tx, by: &Person, cleanup: &Cleanup, id: Uuid, photo: Option<&Uuid>) -> Result<()> {
    let mut h = load(tx, id).await?;
    if !h.state.is_open() && h.hazards.is_empty() {
        return Ok(()); // a corrected result, or somebody else was there before
    }
    let others = h.claim.as_ref().is_some_and(|c| c.id != claim_id(cleanup.record.id, id));
    if h.state == State::Ordered || (others && !own_claim(tx, by, &h).await?) {
        return Ok(()); // it is somebody else's to say
    }
    let ended = h.clean().map_err(|e| e.at("hotspots").fact("hotspot", id.to_string()))?;
    end(tx, ended, "fulfilled").await?;
    h.cleanup = cleanup.open.then_some(cleanup.record.id);
    let (reporter, _) = tx.reporter(id).await?.ok_or_else(|| missing("hotspot"))?;
    save(tx, h, "cleaned", None, by).await?;
    if reporter == by.id {
        return Ok(());
    }
    let telling = Telling::new(MessageKind::HotspotCleaned, Layer::Cleanup, cleanup.record.id, id)
        .fact("hotspot", id.to_string())
        .fact("photo", photo.map(Uuid::to_string))
        .fact("name", cleanup.organiser.name.clone());
    tx.tell(Audience::Person(reporter), &telling).await
}

async fn own_claim(tx: &mut Tx, by: &Person, h: &Hotspot) -> Result<bool> {
    let Some(claim) = &h.claim else { return Ok(true) };
    Ok(tx.claim(claim.id).await?.is_some_and(|c| c.person == by.id))
}

/// The piles of a cleanup.
pub(super) async fn piles_of(tx: &mut Tx, cleanup: &Cleanup) -> Result<Vec<Pile>> {
    let mut piles = vec![];
    for &pile in &cleanup.piles {
        piles.extend(tx.thing(pile).await?);
    }
    Ok(piles)
}

/// Nothing is left to do.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state` while its waste is not handled.
pub async fn close(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Cleanup> {
    let mut cleanup = run_by(tx, by, id).await?;
    if repeated(tx, by, id, "closed").await? {
        return Ok(cleanup);
    }
    cleanup.close()?;
    keep(tx, cleanup, "closed", None, Some(by)).await
}

/// Who pays for it, and what was paid for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// Who pays.
    pub funding: Funding,
    /// What was paid for.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub expenses: Vec<Expense>,
    /// That it was ownerless litter from sea or shore, and that nobody was paid for it: conditions of the refund.
    #[serde(default)]
    pub declared: bool,
}

/// Says who pays for a cleanup, and what was paid for.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid` when an expense is told twice.
pub async fn cost(tx: &mut Tx, by: &Person, id: Uuid, mut costs: Costs) -> Result<Cleanup> {
    let mut cleanup = run_by(tx, by, id).await?;
    at_most("expenses", &costs.expenses, 50)?;
    let others: Vec<Cleanup> = tx.things().await?;
    let others = others.iter().filter(|c| c.record.id != id);
    let mut seen: Vec<(String, String)> = others.flat_map(|c| &c.expenses).map(receipt_key).collect();
    for expense in &mut costs.expenses {
        expense.what = clean_required("expenses", &expense.what, 100)?;
        expense.seller = clean_required("expenses", &expense.seller, 100)?;
        expense.receipt = clean_required("expenses", &expense.receipt, 40)?;
        if !(1..=100_000_000).contains(&expense.cents) {
            return Err(Error::invalid("expenses", "cents must be from 1 to 100000000."));
        }
        let key = receipt_key(expense);
        if seen.contains(&key) {
            return Err(Error::invalid(
                "expenses",
                format!("Receipt {} of {} is told already.", expense.receipt, expense.seller),
            ));
        }
        seen.push(key);
    }
    if let Funding::Grant { name } = &mut costs.funding {
        *name = clean_required("funding", name, 100)?;
    }
    let told = (costs.funding, costs.expenses, costs.declared);
    if told == (cleanup.funding.clone(), cleanup.expenses.clone(), cleanup.declared) {
        return Ok(cleanup);
    }
    (cleanup.funding, cleanup.expenses, cleanup.declared) = told;
    keep(tx, cleanup, "costs_told", None, Some(by)).await
}

/// Seller and number of a receipt, by which it is the same wherever it is told.
fn receipt_key(expense: &Expense) -> (String, String) {
    (expense.seller.to_lowercase(), expense.receipt.to_lowercase())
}

/// Thanks those who cleaned: for who reported what they cleared, and for the municipality.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state` before there is anything to thank for.
pub async fn thank(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Cleanup> {
    let mut cleanup: Cleanup = find(tx, id).await?;
    let cleared = cleanup.outcome.as_ref().map(|o| o.hotspots.clone()).unwrap_or_default();
    let mut own = false;
    for hotspot in cleared {
        own |= tx.reporter(hotspot).await?.is_some_and(|(reporter, _)| reporter == by.id);
    }
    allow(by, Action::Thank, Subject { own, municipality: cleanup.municipality.as_deref() })?;
    if cleanup.outcome.is_none() {
        return Err(Error::new(Code::WrongState, "There is nothing to thank for yet."));
    }
    if tx.has_done(id, "thanked", by.id).await? {
        return Ok(cleanup);
    }
    cleanup.thanks += 1;
    let municipality = by.organisation.as_ref().map(|o| o.name.clone());
    let telling = Telling::new(MessageKind::Thanks, Layer::Cleanup, id, by.id).fact("from_name", municipality);
    if let Some((maker, _)) = tx.maker(id).await?
        && maker != by.id
    {
        let telling = told_of(&telling, &cleanup);
        tx.tell(Audience::Person(maker), &telling).await?;
    }
    tell_all(tx, &cleanup, &telling).await?;
    keep(tx, cleanup, "thanked", None, Some(by)).await
}

/// Moves a cleanup on when all its waste is handled.
pub(super) async fn look_at_waste(tx: &mut Tx, id: Uuid) -> Result<()> {
    let mut cleanup: Cleanup = find(tx, id).await?;
    let piles = piles_of(tx, &cleanup).await?;
    if cleanup.look_at_waste(piles.iter()) {
        let act = cleanup.state.text();
        keep(tx, cleanup, act, None, None).await?;
    }
    Ok(())
}
