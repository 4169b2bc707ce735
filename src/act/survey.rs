//! Telling how much litter lies on stretches.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cleanup::{MOST_PLACES, Site};
use super::{Made, add, before};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::place::LonLat;
use crate::domain::survey::{Confidence, Littered, Survey, SurveyMethod};
use crate::domain::text::clean_optional;
use crate::domain::thing::Record;
use crate::error::{Error, Result};
use crate::store::Tx;

/// What one sends to tell of a survey.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSurvey {
    /// Its id, made by the client.
    pub id: Uuid,
    /// Places on the stretches.
    #[schema(min_items = 1, max_items = 200)]
    pub stretches: Vec<LonLat>,
    /// How much litter.
    pub litter: Littered,
    /// How one looked.
    pub method: SurveyMethod,
    /// How sure one is.
    pub confidence: Confidence,
    /// What else there is to say.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

impl NewSurvey {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self) -> Result<Self> {
        self.note = clean_optional("note", self.note.as_deref(), 1000)?;
        if self.stretches.is_empty() || self.stretches.len() > MOST_PLACES {
            return Err(Error::invalid("stretches", format!("One to {MOST_PLACES}.")));
        }
        for at in &self.stretches {
            LonLat::new(at.lon, at.lat).map_err(|e| e.at("stretches"))?;
        }
        Ok(self)
    }
}

/// Tells of a survey. When one was there is when it was entered, also where the phone had no signal then.
///
/// # Errors
/// `forbidden`, `id_taken`.
pub async fn tell(tx: &mut Tx, by: &Person, new: NewSurvey, sent: [u8; 32], site: Site) -> Result<Made<Survey>> {
    allow(by, Action::Survey, Subject::default())?;
    if let Some(there) = before(tx, by, new.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let survey = Survey {
        record: Record::new(new.id, None, tx.now),
        at: site.at,
        municipality: site.municipality,
        stretches: site.stretches,
        litter: new.litter,
        method: new.method,
        confidence: new.confidence,
        note: new.note,
        seen_at: by.entered.map_or(tx.now, |e| e.at),
    };
    add(tx, by, survey, &sent, "told").await
}
