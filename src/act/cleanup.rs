//! Planning a cleanup, starting and cancelling it, and writing to those who come.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::claim::{NewClaim, claim};
use super::{Made, add, before, end, find, fresh_code, keep, load, repeated, save};
use crate::domain::change::Layer;
use crate::domain::claim::{ClaimTerms, HolderKind};
use crate::domain::cleanup::{Cleanup, CleanupState, Funding, Organiser, checked_time};
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::place::LonLat;
use crate::domain::text::{at_most, clean_optional, clean_required};
use crate::domain::thing::{Record, Stretch};
use crate::domain::zone::Regime;
use crate::error::{Error, Result};
use crate::store::Tx;

/// The most stretches or hotspots of one cleanup.
pub const MOST_PLACES: usize = 200;

/// Checks that places on stretches are places at all.
pub(super) fn on_earth(stretches: &[LonLat]) -> Result<()> {
    stretches.iter().try_for_each(|at| LonLat::new(at.lon, at.lat).map(drop).map_err(|e| e.at("stretches")))
}

/// Checks places on stretches of which there must be some.
pub(super) fn some_stretches(stretches: &[LonLat]) -> Result<()> {
    if stretches.is_empty() || stretches.len() > MOST_PLACES {
        return Err(Error::invalid("stretches", format!("One to {MOST_PLACES}.")));
    }
    on_earth(stretches)
}

/// What one sends to plan a cleanup, or to say that one is cleaning or has cleaned.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its id, made by the client.
    pub id: Uuid,
    /// Where people meet: degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// How to find that, in words.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub meeting: Option<String>,
    /// Places on the stretches it is for; the one nearest to the meeting point when none is said.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub stretches: Vec<LonLat>,
    /// Hotspots it is for.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub hotspots: Vec<Uuid>,
    /// What it is called.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub title: Option<String>,
    /// Who is responsible: person, group or organisation.
    pub organiser_kind: HolderKind,
    /// What they want to be called.
    #[serde(default)]
    #[schema(max_length = 80)]
    pub organiser_name: Option<String>,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Whether anyone may find and join it.
    #[serde(default)]
    pub open: bool,
    /// What to bring.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub bring: Option<String>,
    /// What parents should know.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub children: Option<String>,
    /// The most people.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    pub max_people: Option<u32>,
    /// Whether to plan it although somebody else cleans there then.
    #[serde(default)]
    pub anyway: bool,
    /// Whether it begins at once: "I am cleaning now".
    #[serde(default)]
    pub now: bool,
    /// The first of a row of repeated ones.
    #[serde(default)]
    pub series: Option<Uuid>,
}

/// Where a cleanup is, as the coast knows it.
#[derive(Debug, Clone)]
pub struct Site {
    /// The meeting point.
    pub at: LonLat,
    /// The stretches.
    pub stretches: Vec<Stretch>,
    /// The municipality.
    pub municipality: Option<String>,
    /// Who clears there on that day.
    pub regime: Regime,
}

impl Plan {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self, now: DateTime<Utc>) -> Result<Self> {
        LonLat::new(self.lon, self.lat)?;
        if self.now {
            let length = self.until.signed_duration_since(self.from);
            let until = now.checked_add_signed(length).ok_or_else(|| Error::invalid("until", "The day is too far away."))?;
            (self.from, self.until) = (now, until);
        }
        checked_time(self.from, self.until, now)?;
        at_most("stretches", &self.stretches, MOST_PLACES)?;
        at_most("hotspots", &self.hotspots, MOST_PLACES)?;
        on_earth(&self.stretches)?;
        if self.max_people.is_some_and(|n| n == 0 || n > 10_000) {
            return Err(Error::invalid("max_people", "max_people must be from 1 to 10000."));
        }
        self.meeting = clean_optional("meeting", self.meeting.as_deref(), 300)?;
        self.title = clean_optional("title", self.title.as_deref(), 100)?;
        self.organiser_name = clean_optional("organiser_name", self.organiser_name.as_deref(), 80)?;
        self.bring = clean_optional("bring", self.bring.as_deref(), 300)?;
        self.children = clean_optional("children", self.children.as_deref(), 300)?;
        self.hotspots.sort_unstable();
        self.hotspots.dedup();
        Ok(self)
    }
}

/// Plans a cleanup. Whether the place allows it has been asked of the rules. `sent` is the plan as it came.
///
/// # Errors
/// `forbidden`, `id_taken`, `already_claimed` when somebody else has one of its hotspots, `hazardous`, `not_found`.
pub async fn plan(tx: &mut Tx, by: &Person, plan: Plan, sent: [u8; 32], site: Site, terms: &ClaimTerms) -> Result<Made<Cleanup>> {
    allow(by, Action::Plan, Subject::default())?;
    if let Some(there) = before(tx, by, plan.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    for hotspot in &plan.hotspots {
        take_hotspot(tx, by, *hotspot, &plan, terms).await?;
    }
    let begun = plan.now || plan.from <= tx.now;
    let cleanup = Cleanup {
        record: Record::new(plan.id, Some(fresh_code(tx, plan.id).await?), tx.now),
        at: site.at,
        meeting: plan.meeting,
        stretches: site.stretches,
        hotspots: plan.hotspots,
        municipality: site.municipality,
        regime: site.regime,
        title: plan.title,
        organiser: Organiser { kind: plan.organiser_kind, name: plan.organiser_name },
        from: plan.from,
        until: plan.until,
        open: plan.open,
        bring: plan.bring,
        children: plan.children,
        max_people: plan.max_people,
        coming: 0,
        waiting: 0,
        series: plan.series,
        state: if begun { CleanupState::UnderWay } else { CleanupState::Planned },
        why: None,
        outcome: None,
        piles: vec![],
        weighings: vec![],
        funding: Funding::default(),
        declared: false,
        expenses: vec![],
        thanks: 0,
        photos: vec![],
    };
    add(tx, by, cleanup, &sent, if begun { "started" } else { "planned" }).await
}

pub(super) fn claim_id(cleanup: Uuid, hotspot: Uuid) -> Uuid {
    Uuid::new_v5(&cleanup, hotspot.as_bytes())
}

/// Claims a hotspot for a cleanup, unless its organiser has it already or it is too far ahead to claim.
async fn take_hotspot(tx: &mut Tx, by: &Person, id: Uuid, plan: &Plan, terms: &ClaimTerms) -> Result<()> {
    let h = load(tx, id).await?;
    if let Some(held) = &h.claim {
        let own = tx.claim(held.id).await?.is_some_and(|c| c.person == by.id);
        if own {
            return Ok(());
        }
    }
    if plan.until <= tx.now {
        return Ok(()); // what was cleaned is cleaned, whoever had it
    }
    if terms.remind_at(tx.now, plan.until, tx.now).is_err() {
        return Ok(());
    }
    let new = NewClaim {
        id: claim_id(plan.id, id),
        holder_kind: plan.organiser_kind,
        holder_name: plan.organiser_name.clone().filter(|_| plan.open),
        from: Some(plan.from.max(tx.now)),
        until: plan.until,
    };
    claim(tx, by, id, new, terms).await.map(drop).map_err(|e| e.fact("hotspot", id.to_string()))
}

/// The cleanup, for those who run it: its organiser, and staff of the municipality it lies in.
pub(super) async fn run_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Cleanup> {
    let cleanup: Cleanup = find(tx, id).await?;
    let own = tx.maker(id).await?.is_some_and(|(maker, _)| maker == by.id);
    allow(by, Action::RunCleanup, Subject { own, municipality: cleanup.municipality.as_deref() })?;
    Ok(cleanup)
}

/// People are at it.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn start(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Cleanup> {
    let mut cleanup = run_by(tx, by, id).await?;
    if repeated(tx, by, id, "started").await? {
        return Ok(cleanup);
    }
    cleanup.start()?;
    keep(tx, cleanup, "started", None, Some(by)).await
}

/// Why something does not happen.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Why {
    /// In plain words, at most 500 characters.
    #[schema(max_length = 500)]
    pub why: Option<String>,
}

impl Why {
    /// The words, without what does not belong in a text.
    pub(super) fn text(&self) -> Result<Option<String>> {
        clean_optional("why", self.why.as_deref(), 500)
    }
}

/// It does not take place: those who come are told, and its hotspots are free again.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn cancel(tx: &mut Tx, by: &Person, id: Uuid, why: Why) -> Result<Cleanup> {
    let mut cleanup = run_by(tx, by, id).await?;
    let why = why.text()?;
    if repeated(tx, by, id, "cancelled").await? {
        return Ok(cleanup);
    }
    cleanup.cancel(why.clone())?;
    give_back(tx, &cleanup, by).await?;
    let telling = Telling::new(MessageKind::CleanupCancelled, Layer::Cleanup, id, "cancelled").fact("why", why.clone());
    tell_all(tx, &cleanup, &telling).await?;
    keep(tx, cleanup, "cancelled", why, Some(by)).await
}

/// Gives the claims of a cleanup back, of hotspots that were not cleaned.
pub(super) async fn give_back(tx: &mut Tx, cleanup: &Cleanup, by: &Person) -> Result<()> {
    for &hotspot in &cleanup.hotspots {
        let mut h = load(tx, hotspot).await?;
        if h.claim.as_ref().is_some_and(|c| c.id == claim_id(cleanup.record.id, hotspot)) {
            let released = h.release();
            end(tx, released, "released").await?;
            save(tx, h, "released", None, by).await?;
        }
    }
    Ok(())
}

/// Tells everyone who comes, and those who wait.
pub(super) async fn tell_all(tx: &mut Tx, cleanup: &Cleanup, telling: &Telling) -> Result<()> {
    for p in tx.participants(cleanup.record.id).await?.into_iter().filter(|p| p.state != "left") {
        let telling = told_of(telling, cleanup);
        tx.tell(Audience::Person(p.person), &telling).await?;
    }
    Ok(())
}

/// With what the sentence needs to name the cleanup.
pub(super) fn told_of(telling: &Telling, cleanup: &Cleanup) -> Telling {
    telling.clone().fact("title", cleanup.title.clone()).fact("from", cleanup.from.to_rfc3339())
}

/// A word to those who come.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What it says.
    #[schema(min_length = 1, max_length = 1000)]
    pub text: String,
}

/// The organiser writes to those who come.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn write(tx: &mut Tx, by: &Person, id: Uuid, note: Note) -> Result<()> {
    let cleanup = run_by(tx, by, id).await?;
    let text = clean_required("text", &note.text, 1000)?;
    let telling = Telling::new(MessageKind::CleanupNote, Layer::Cleanup, id, note.id).fact("text", text);
    tell_all(tx, &cleanup, &telling).await
}

/// Asks those who came to a cleanup to come to the next one, within their own limits.
///
/// # Errors
/// `internal`.
pub async fn invite_again(tx: &mut Tx, first: Uuid, next: &Cleanup) -> Result<()> {
    let telling = Telling::new(MessageKind::CleanupAgain, Layer::Cleanup, next.record.id, "again");
    for p in tx.participants(first).await?.into_iter().filter(|p| p.state == "coming") {
        let telling = told_of(&telling, next);
        tx.tell(Audience::Person(p.person), &telling).await?;
    }
    Ok(())
}
