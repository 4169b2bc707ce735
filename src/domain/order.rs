//! Clearing by professionals: assigned, accepted, done, approved. Its figures are never among those of volunteers.
//!
//! `proposed → assigned → accepted → under_way → done → approved`; a crew that declines sends it back to `proposed`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{Layer, Thing};
use super::photo::Photo;
use super::pile::Access;
use super::place::LonLat;
use super::thing::{Document, Record, Stretch, require, states};
use super::waste::Bags;
use super::zone::Regime;
use crate::error::Result;

states! {
    /// Where a work order is in its life.
    OrderState {
        /// It waits for a crew.
        Proposed = "proposed",
        /// A crew is asked.
        Assigned = "assigned",
        /// The crew will do it.
        Accepted = "accepted",
        /// The crew is at it.
        UnderWay = "under_way",
        /// The crew says that it is done.
        Done = "done",
        /// Staff have approved it.
        Approved = "approved",
        /// It is not needed any more.
        Withdrawn = "withdrawn",
    }
}

/// Those who clear for pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Crew {
    /// Its organisation.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// What the crew did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkDone {
    /// Metres of shore that were cleared.
    pub metres: Option<f64>,
    /// Filled bags.
    pub bags: Bags,
    /// Kilograms.
    pub weight_kg: Option<f64>,
    /// Whether they were weighed; else they are an estimate.
    pub weighed: bool,
    /// Anything else.
    pub note: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Clearing assigned to a crew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// Id, code, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// Where.
    #[serde(flatten)]
    pub at: LonLat,
    /// Code of the municipality.
    pub municipality: Option<String>,
    /// Who clears there.
    pub regime: Regime,
    /// What is to be done.
    pub what: String,
    /// The hotspots it is for.
    pub hotspots: Vec<Uuid>,
    /// The stretches it is for.
    pub stretches: Vec<Stretch>,
    /// By which day.
    pub by: NaiveDate,
    /// How one gets there.
    pub access: Access,
    /// What to look out for.
    pub hazards: Option<String>,
    /// What to bring.
    pub equipment: Option<String>,
    /// The crew.
    pub crew: Option<Crew>,
    /// Where it is in its life.
    pub state: OrderState,
    /// Why it was declined.
    pub why: Option<String>,
    /// What the crew did.
    pub done: Option<WorkDone>,
    /// Its photos.
    pub photos: Vec<Photo>,
}

impl Document for Order {
    const LAYER: Layer = Layer::Order;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Order(Box::new(self))
    }
    fn photos(&mut self) -> Option<&mut Vec<Photo>> {
        Some(&mut self.photos)
    }
    fn place(&self) -> LonLat {
        self.at
    }
}

impl Order {
    fn to(&mut self, from: &[OrderState], to: OrderState) -> Result<()> {
        require(from.contains(&self.state), self.state.text(), to.text())?;
        self.state = to;
        Ok(())
    }

    /// Asks a crew.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn assign(&mut self, crew: Crew) -> Result<()> {
        self.to(&[OrderState::Proposed, OrderState::Assigned], OrderState::Assigned)?;
        self.crew = Some(crew);
        self.why = None;
        Ok(())
    }

    /// The crew will do it.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn accept(&mut self) -> Result<()> {
        self.to(&[OrderState::Assigned], OrderState::Accepted)
    }

    /// The crew will not.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn decline(&mut self, why: String) -> Result<()> {
        self.to(&[OrderState::Assigned, OrderState::Accepted], OrderState::Proposed)?;
        self.crew = None;
        self.why = Some(why);
        Ok(())
    }

    /// The crew is at it.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn start(&mut self) -> Result<()> {
        self.to(&[OrderState::Accepted], OrderState::UnderWay)
    }

    /// The crew is done.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn finish(&mut self, done: WorkDone) -> Result<()> {
        self.to(&[OrderState::Accepted, OrderState::UnderWay], OrderState::Done)?;
        self.done = Some(done);
        Ok(())
    }

    /// Staff are content.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn approve(&mut self) -> Result<()> {
        self.to(&[OrderState::Done], OrderState::Approved)
    }

    /// It is not needed any more.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn withdraw(&mut self, why: Option<String>) -> Result<()> {
        self.to(&[OrderState::Proposed, OrderState::Assigned, OrderState::Accepted], OrderState::Withdrawn)?;
        self.why = why;
        Ok(())
    }
}
