//! Surveys: somebody's judgement of how much litter lies on stretches. Those made from a boat or a drone see less than those on
//! foot, above all under vegetation, so how it was done and how sure one is belong to each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::{Layer, Thing};
use super::place::LonLat;
use super::thing::{Document, Record, Stretch, states};

states! {
    /// How much litter lies on a stretch, as one judges.
    Littered {
        /// None to be seen.
        Clean = "clean",
        /// A piece here and there.
        Little = "little",
        /// Wherever one looks.
        Some = "some",
        /// So that it has to be fetched.
        Much = "much",
    }
}

states! {
    /// How one looked.
    SurveyMethod {
        /// Walking along it.
        Foot = "foot",
        /// From a boat.
        Boat = "boat",
        /// By pictures from a drone.
        Drone = "drone",
    }
}

states! {
    /// How sure one is.
    Confidence {
        /// Not very.
        Low = "low",
        /// Fairly.
        Medium = "medium",
        /// Very.
        High = "high",
    }
}

/// A survey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Survey {
    /// Id, code, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// A place on it.
    #[serde(flatten)]
    pub at: LonLat,
    /// Code of the municipality.
    pub municipality: Option<String>,
    /// The stretches.
    pub stretches: Vec<Stretch>,
    /// How much litter.
    pub litter: Littered,
    /// How one looked.
    pub method: SurveyMethod,
    /// How sure one is.
    pub confidence: Confidence,
    /// What else there is to say.
    pub note: Option<String>,
    /// When one was there.
    pub seen_at: DateTime<Utc>,
    /// Whether it was taken back, by whom it is from or by the municipality: it is told no more.
    pub withdrawn: bool,
}

impl Document for Survey {
    const LAYER: Layer = Layer::Survey;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Survey(Box::new(self))
    }
    fn place(&self) -> LonLat {
        self.at
    }
}
