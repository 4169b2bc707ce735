//! Those who act.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How many days after its end the session of a volunteer can still go on: a phone may have kept reports all that time,
/// and the photos of a report come from the one who made it.
pub const RENEWABLE_DAYS: i64 = 180;

/// What somebody is here as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Anybody: no sign-up.
    Volunteer,
    /// Clears for pay.
    Crew,
    /// Fetches the bags.
    Hauler,
    /// Works at a municipality.
    Staff,
    /// Staff who may also invite.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Volunteer, Self::Crew, Self::Hauler, Self::Staff, Self::Admin];

    /// As it is stored and sent.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Volunteer => "volunteer",
            Self::Crew => "crew",
            Self::Hauler => "hauler",
            Self::Staff => "staff",
            Self::Admin => "admin",
        }
    }

    /// The role written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.text() == text)
    }
}

/// Somebody with a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    /// Their id, known to nobody else.
    pub id: Uuid,
    /// What they are here as.
    pub role: Role,
    /// The organisation they act for.
    pub organisation: Option<Organisation>,
    /// When the session ends.
    pub until: DateTime<Utc>,
    /// The id of what they are sending just now (`Idempotency-Key`), by which it is known again when it is sent again.
    #[serde(skip)]
    pub sending: Option<Uuid>,
    /// When they entered what they are sending, where the phone says so.
    #[serde(skip)]
    pub entered: Option<Entered>,
}

/// When something was entered on a phone that may have been without signal for days, and whose clock may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    /// By our clock.
    pub at: DateTime<Utc>,
    /// By the phone's.
    pub phone_at: DateTime<Utc>,
}

impl Person {
    /// The same for what follows of an act: that was not sent by itself, and is not known again by the id of what was.
    #[must_use]
    pub fn following(&self) -> Self {
        Self { sending: None, ..self.clone() }
    }

    /// The municipality whose things they may decide on.
    #[must_use]
    pub fn municipality(&self) -> Option<&str> {
        self.organisation.as_ref().and_then(|o| o.municipality.as_deref())
    }
}

/// A municipality's office, a contractor, a hauler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Organisation {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The code of the municipality it acts for.
    pub municipality: Option<String>,
}
