//! Telling how much litter lies on stretches.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cleanup::{Site, some_stretches};
use super::{Made, add, before, by_our_clock, find, keep};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::{Entered, Person};
use crate::domain::place::LonLat;
use crate::domain::survey::{Confidence, Littered, Survey, SurveyMethod};
use crate::domain::text::clean_optional;
use crate::domain::thing::Record;
use crate::error::Result;
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
    /// When one was there, by the clock of the phone; now when it is not said.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
}

impl NewSurvey {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self) -> Result<Self> {
        self.note = clean_optional("note", self.note.as_deref(), 1000)?;
        some_stretches(&self.stretches)?;
        Ok(self)
    }
}

/// When one was there by our clock: the phone's is as wrong then as it was when it sent.
fn seen_at(now: DateTime<Utc>, at: Option<DateTime<Utc>>, entered: Option<Entered>) -> DateTime<Utc> {
    by_our_clock(now, at, entered.and_then(|e| e.phone_at.checked_add_signed(now - e.at)))
}

/// Tells of a survey.
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
        seen_at: seen_at(tx.now, new.at, by.entered),
        withdrawn: false,
    };
    add(tx, by, survey, &sent, "told").await
}

/// Takes a survey back.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn withdraw(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Survey> {
    let mut survey: Survey = find(tx, id).await?;
    let own = tx.maker(id).await?.is_some_and(|(maker, _)| maker == by.id);
    allow(by, Action::KeepSurvey, Subject { own, municipality: survey.municipality.as_deref() })?;
    if survey.withdrawn {
        return Ok(survey);
    }
    survey.withdrawn = true;
    survey.note = None;
    keep(tx, survey, "withdrawn", None, Some(by)).await
}
