//! A clearing by volunteers, planned, under way or done; it carries an action code.
//!
//! `planned → under_way → cleaned → waste_handled → closed`, or `cancelled`. It is not done before its waste is.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{Layer, Thing};
use super::claim::HolderKind;
use super::photo::Photo;
use super::pile::{Origin, Pile, Weighing};
use super::place::LonLat;
use super::thing::{Document, Record, Stretch, require, states};
use super::waste::Bags;
use super::zone::Regime;
use crate::error::{Code, Error, Result};

states! {
    /// Where a cleanup is in its life.
    CleanupState {
        /// It is to come.
        Planned = "planned",
        /// People are at it.
        UnderWay = "under_way",
        /// The shore is done, the waste is not.
        Cleaned = "cleaned",
        /// All its waste was weighed, or is known to be lost.
        WasteHandled = "waste_handled",
        /// Nothing is left to do.
        Closed = "closed",
        /// It does not take place.
        Cancelled = "cancelled",
    }
}

/// Who is responsible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Organiser {
    /// Person, group or organisation.
    pub kind: HolderKind,
    /// What they want to be called; nothing for "a volunteer".
    pub name: Option<String>,
}

/// Who pays for the waste and the costs. One funder, so that nothing is paid twice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Funding {
    /// The refund scheme for voluntary cleanups.
    #[default]
    Refund,
    /// A grant of its own.
    Grant {
        /// From whom.
        name: String,
    },
    /// Nobody.
    Nobody,
}

/// Something that was paid for, with its receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Expense {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What was bought.
    #[schema(min_length = 1, max_length = 100)]
    pub what: String,
    /// From whom.
    #[schema(min_length = 1, max_length = 100)]
    pub seller: String,
    /// Number of the receipt: together with the seller it is one expense, wherever it is told.
    #[schema(min_length = 1, max_length = 40)]
    pub receipt: String,
    /// In hundredths of the currency.
    #[schema(minimum = 1, maximum = 100_000_000)]
    pub cents: i64,
}

/// What came of it. Bags first; all else is optional.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// Its id, made by the client.
    pub id: Uuid,
    /// Filled bags.
    pub bags: Bags,
    /// Kilograms as they estimate it; what is weighed comes from the gate.
    pub weight_kg: Option<f64>,
    /// Metres of shore that were cleared.
    pub metres: Option<f64>,
    /// How many people.
    pub people: Option<u32>,
    /// How many hours each was at it.
    pub hours: Option<f64>,
    /// Items by code of the joint list.
    pub counts: BTreeMap<String, u32>,
    /// The stretches that are done; the others stay open.
    pub segments: Vec<Uuid>,
    /// The hotspots that are gone; the others stay open.
    pub hotspots: Vec<Uuid>,
    /// Anything else.
    pub note: Option<String>,
    /// When it was told.
    pub at: DateTime<Utc>,
}

/// A clearing by volunteers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cleanup {
    /// Id, action code, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// Where people meet.
    #[serde(flatten)]
    pub at: LonLat,
    /// How to find that, in words.
    pub meeting: Option<String>,
    /// The stretches it is for.
    pub stretches: Vec<Stretch>,
    /// The hotspots it is for.
    pub hotspots: Vec<Uuid>,
    /// Code of the municipality.
    pub municipality: Option<String>,
    /// Who clears there on that day.
    pub regime: Regime,
    /// What it is called.
    pub title: Option<String>,
    /// Who is responsible.
    pub organiser: Organiser,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Whether anyone may find and join it; else only those with its link.
    pub open: bool,
    /// What to bring.
    pub bring: Option<String>,
    /// What parents should know.
    pub children: Option<String>,
    /// The most people.
    pub max_people: Option<u32>,
    /// How many come.
    pub coming: u32,
    /// How many wait for a place.
    pub waiting: u32,
    /// The first of a row of repeated ones.
    pub series: Option<Uuid>,
    /// Where it is in its life.
    pub state: CleanupState,
    /// Why it was cancelled.
    pub why: Option<String>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Its piles.
    pub piles: Vec<Uuid>,
    /// What was handed in under its code beside its piles.
    pub weighings: Vec<Weighing>,
    /// Who pays.
    #[serde(default)]
    pub funding: Funding,
    /// What was paid for.
    #[serde(default)]
    pub expenses: Vec<Expense>,
    /// Whether those responsible say that it was ownerless litter from sea or shore, and that nobody was paid.
    #[serde(default)]
    pub declared: bool,
    /// How many thanked.
    #[serde(default)]
    pub thanks: u32,
    /// Its photos.
    pub photos: Vec<Photo>,
}

impl Document for Cleanup {
    const LAYER: Layer = Layer::Cleanup;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Cleanup(Box::new(self))
    }
    fn photos(&mut self) -> Option<&mut Vec<Photo>> {
        Some(&mut self.photos)
    }
    fn place(&self) -> LonLat {
        self.at
    }
}

/// The longest a cleanup lasts, in days.
const LONGEST_DAYS: i64 = 3;
/// How far ahead one plans, in days.
const AHEAD_DAYS: i64 = 400;
/// How long ago one may have cleaned, in days.
const BACK_DAYS: i64 = 366;

/// Checks the time of a cleanup: it ends after it begins, within three days, not farther away than a good year.
///
/// # Errors
/// `invalid` at `from` or `until`.
pub fn checked_time(from: DateTime<Utc>, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    if from > now + TimeDelta::days(AHEAD_DAYS) || from < now - TimeDelta::days(BACK_DAYS) {
        return Err(Error::invalid("from", "The day is too far away."));
    }
    if until <= from {
        return Err(Error::invalid("until", "It must end after it begins."));
    }
    if until > from + TimeDelta::days(LONGEST_DAYS) {
        return Err(Error::invalid("until", format!("A cleanup lasts at most {LONGEST_DAYS} days.")));
    }
    Ok(())
}

impl Cleanup {
    /// Whether its stretches are reserved.
    #[must_use]
    pub fn reserves(&self) -> bool {
        matches!(self.state, CleanupState::Planned | CleanupState::UnderWay)
    }

    /// Whether nothing more can come of it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, CleanupState::Closed | CleanupState::Cancelled)
    }

    /// Whether it meets another on the same stretch at the same time.
    #[must_use]
    pub fn meets(&self, stretches: &[Stretch], from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        let same = |s: &Stretch| stretches.iter().any(|o| o.segment == s.segment);
        self.reserves() && from < self.until && self.from < until && self.stretches.iter().any(same)
    }

    /// Whether so many more find a place.
    #[must_use]
    pub fn has_room(&self, people: u32) -> bool {
        self.max_people.is_none_or(|most| self.coming + people <= most)
    }

    /// People are at it.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn start(&mut self) -> Result<()> {
        require(self.state == CleanupState::Planned, self.state.text(), CleanupState::UnderWay.text())?;
        self.state = CleanupState::UnderWay;
        Ok(())
    }

    /// It does not take place.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn cancel(&mut self, why: Option<String>) -> Result<()> {
        require(self.reserves(), self.state.text(), CleanupState::Cancelled.text())?;
        self.state = CleanupState::Cancelled;
        self.why = why;
        Ok(())
    }

    /// What came of it. A second telling says which one it corrects.
    ///
    /// # Errors
    /// `wrong_state`; `result_there` with what was told, when somebody was quicker.
    pub fn register(&mut self, outcome: Outcome, replaces: Option<Uuid>) -> Result<()> {
        if let Some(there) = &self.outcome
            && replaces != Some(there.id)
        {
            return Err(Error::new(Code::ResultThere, "Somebody has told what came of it.")
                .fact("outcome", there.id.to_string())
                .fact("bags_full", there.bags.full)
                .fact("bags_half", there.bags.half));
        }
        let unweighed = self.state == CleanupState::WasteHandled && self.weighings.is_empty();
        let open = self.reserves() || self.state == CleanupState::Cleaned || unweighed;
        require(open, self.state.text(), CleanupState::Cleaned.text())?;
        self.state = CleanupState::Cleaned;
        self.outcome = Some(outcome);
        Ok(())
    }

    /// Moves on when all its waste was weighed or is known to be lost, and back when there is more. Returns whether it moved.
    pub fn look_at_waste<'a>(&mut self, piles: impl Iterator<Item = &'a Pile>) -> bool {
        let (mut open, mut in_piles) = (false, Bags::default());
        let ours = Origin::Cleanup { id: self.record.id };
        for pile in piles.filter(|p| p.parts.iter().any(|part| part.of == ours)) {
            open |= pile.state.is_open();
            in_piles = in_piles.and(pile.bags_of(&ours));
        }
        let bags = self.outcome.as_ref().map(|o| o.bags).unwrap_or_default();
        let handled = !open && (!self.weighings.is_empty() || bags.without(in_piles).is_empty());
        let next = match self.state {
            CleanupState::Cleaned if handled => CleanupState::WasteHandled,
            CleanupState::WasteHandled if !handled => CleanupState::Cleaned,
            same => same,
        };
        std::mem::replace(&mut self.state, next) != next
    }

    /// Nothing is left to do.
    ///
    /// # Errors
    /// `wrong_state`: its waste comes first.
    pub fn close(&mut self) -> Result<()> {
        require(self.state == CleanupState::WasteHandled, self.state.text(), CleanupState::Closed.text())?;
        self.state = CleanupState::Closed;
        Ok(())
    }
}
