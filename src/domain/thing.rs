//! What is planned, made and fetched: each kind of thing is a document with a record, and lives in a layer of its own.

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{Layer, Thing};
use super::photo::Photo;
use super::place::LonLat;
use crate::error::{Code, Error, Result};

/// What is known of every thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What people type or scan: see [`super::code`].
    pub code: Option<String>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Counts the changes, from 1.
    pub version: i64,
}

impl Record {
    /// That of a new thing.
    #[must_use]
    pub fn new(id: Uuid, code: Option<String>, now: DateTime<Utc>) -> Self {
        Self { id, code, made_at: now, changed_at: now, version: 1 }
    }
}

/// A thing that is stored as a document.
pub trait Document: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Its layer.
    const LAYER: Layer;
    /// Its record.
    fn record(&self) -> &Record;
    /// Its record, to be changed.
    fn record_mut(&mut self) -> &mut Record;
    /// As it stands in the log.
    fn into_thing(self) -> Thing;
    /// Its photos; none for those that have none.
    fn photos(&mut self) -> Option<&mut Vec<Photo>> {
        None
    }
    /// Where it is on the map.
    fn place(&self) -> LonLat;
    /// Whose it is alone; nothing for what everybody sees. It never changes.
    fn organisation(&self) -> Option<Uuid> {
        None
    }
    /// The local day it is for, by which it is found among those of its organisation. It never changes.
    fn day(&self) -> Option<NaiveDate> {
        None
    }
}

/// Part of the shore: a segment, with a place on it by which it is found again when the shore was imported anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stretch {
    /// The segment.
    pub segment: Uuid,
    /// A place on it.
    #[serde(flatten)]
    pub at: LonLat,
    /// Its length in metres.
    pub length_m: f64,
}

/// The refusal of what the state does not allow.
///
/// # Errors
/// `wrong_state` unless `allowed`.
pub fn require(allowed: bool, state: &str, wanted: &str) -> Result<()> {
    if allowed {
        return Ok(());
    }
    Err(Error::new(Code::WrongState, format!("It is {state} and cannot be {wanted}.")).fact("state", state))
}

/// Makes an enum of states with their text, as every state machine has one.
macro_rules! states {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $state:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $state,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$state,)*];

            /// As it is stored and sent.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$state => $text,)* }
            }

            /// The one written so.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|s| s.text() == text)
            }
        }
    };
}
pub(crate) use states;
