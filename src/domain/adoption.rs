//! Standing responsibility for stretches: an island, a cove, a hundred metres.
//!
//! `requested → approved`, `waiting` behind another, `declined`; `paused` and back; `ended`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::{Layer, Thing};
use super::cleanup::Organiser;
use super::place::LonLat;
use super::thing::{Document, Record, Stretch, require, states};
use crate::error::Result;

states! {
    /// Where an adoption is in its life.
    AdoptionState {
        /// Asked for.
        Requested = "requested",
        /// It waits until another ends.
        Waiting = "waiting",
        /// It holds.
        Approved = "approved",
        /// Resting for a while.
        Paused = "paused",
        /// Not granted.
        Declined = "declined",
        /// Over.
        Ended = "ended",
    }
}

/// Standing responsibility for stretches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Adoption {
    /// Id, code, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// A place on it.
    #[serde(flatten)]
    pub at: LonLat,
    /// Code of the municipality.
    pub municipality: Option<String>,
    /// What they call it.
    pub name: String,
    /// Who.
    pub adopter: Organiser,
    /// The stretches.
    pub stretches: Vec<Stretch>,
    /// Whether others may adopt it beside them.
    pub shared: bool,
    /// Where it is in its life.
    pub state: AdoptionState,
    /// Why it was declined or ended.
    pub why: Option<String>,
    /// Since when it holds.
    pub since: Option<DateTime<Utc>>,
    /// When the start kit was handed out.
    pub kit_at: Option<DateTime<Utc>>,
}

impl Document for Adoption {
    const LAYER: Layer = Layer::Adoption;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Adoption(Box::new(self))
    }
    fn place(&self) -> LonLat {
        self.at
    }
}

impl Adoption {
    /// Whether it stands in the way of another on the same stretch.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self.state, AdoptionState::Approved | AdoptionState::Paused)
    }

    /// Whether both want the same stretch.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.stretches.iter().any(|s| other.stretches.iter().any(|o| o.segment == s.segment))
    }

    /// Whether both may have it.
    #[must_use]
    pub fn shares_with(&self, other: &Self) -> bool {
        self.shared && other.shared
    }

    fn to(&mut self, from: &[AdoptionState], to: AdoptionState) -> Result<()> {
        require(from.contains(&self.state), self.state.text(), to.text())?;
        self.state = to;
        Ok(())
    }

    /// Staff grant it.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn approve(&mut self, now: DateTime<Utc>) -> Result<()> {
        self.to(&[AdoptionState::Requested, AdoptionState::Waiting], AdoptionState::Approved)?;
        self.since = Some(now);
        self.why = None;
        Ok(())
    }

    /// Staff do not grant it.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn decline(&mut self, why: String) -> Result<()> {
        self.to(&[AdoptionState::Requested, AdoptionState::Waiting], AdoptionState::Declined)?;
        self.why = Some(why);
        Ok(())
    }

    /// They rest for a while.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn pause(&mut self) -> Result<()> {
        self.to(&[AdoptionState::Approved], AdoptionState::Paused)
    }

    /// They go on.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn resume(&mut self) -> Result<()> {
        self.to(&[AdoptionState::Paused], AdoptionState::Approved)
    }

    /// It is over.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn end(&mut self, why: Option<String>) -> Result<()> {
        let open = [AdoptionState::Requested, AdoptionState::Waiting, AdoptionState::Approved, AdoptionState::Paused];
        self.to(&open, AdoptionState::Ended)?;
        self.why = why;
        Ok(())
    }
}
