//! A reported place with litter. Its life is in `hotspot_life`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::claim::Claim;
use super::hazard::{Authority, Hazard};
use super::photo::Photo;
use super::place::LonLat;

/// How much there is, as one sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// A handful.
    Handful,
    /// A bag.
    Bag,
    /// Several bags.
    SeveralBags,
    /// More than can be carried.
    MoreThanCarried,
}

/// What kind of litter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Litter {
    /// Nets, pots, lines.
    FishingGear,
    /// Rope.
    Rope,
    /// Foam plastic.
    Foam,
    /// Bottles and packaging.
    Packaging,
    /// Plastic pellets.
    Pellets,
    /// Metal.
    Metal,
    /// Glass.
    Glass,
    /// Something else.
    Other,
}

/// Where it is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody saw it.
    Reported,
    /// Somebody will clear it.
    Claimed,
    /// A crew has the order.
    Ordered,
    /// Somebody says it is clean.
    Cleaned,
    /// Staff confirmed that.
    Verified,
    /// Another report is about the same litter.
    Duplicate,
    /// Nobody found it.
    NotFound,
    /// It was handed to somebody else.
    NotOurs,
    /// It is no report of litter.
    Rejected,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Reported,
        Self::Claimed,
        Self::Ordered,
        Self::Cleaned,
        Self::Verified,
        Self::Duplicate,
        Self::NotFound,
        Self::NotOurs,
        Self::Rejected,
    ];

    /// As it is stored and sent.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Claimed => "claimed",
            Self::Ordered => "ordered",
            Self::Cleaned => "cleaned",
            Self::Verified => "verified",
            Self::Duplicate => "duplicate",
            Self::NotFound => "not_found",
            Self::NotOurs => "not_ours",
            Self::Rejected => "rejected",
        }
    }

    /// The state written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.text() == text)
    }

    /// Whether there is still litter to be cleared.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Reported | Self::Claimed | Self::Ordered)
    }
}

/// Why a report is closed without being cleaned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Closing {
    /// The same litter as another report.
    Duplicate {
        /// The other report.
        of: Uuid,
    },
    /// Nobody found it.
    NotFound,
    /// It belongs to somebody else.
    NotOurs {
        /// Whom it was handed to.
        handed_to: String,
    },
    /// It is no report of litter.
    Rejected {
        /// Why, in plain words for the one who reported.
        why: String,
    },
}

impl Closing {
    /// The state it leads to.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Duplicate { .. } => State::Duplicate,
            Self::NotFound => State::NotFound,
            Self::NotOurs { .. } => State::NotOurs,
            Self::Rejected { .. } => State::Rejected,
        }
    }
}

/// Who answers for a report: every report has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Owner {
    /// The municipality with this code.
    Municipality {
        /// Its code.
        code: String,
    },
    /// An authority, because it is hazardous.
    Authority {
        /// Which.
        authority: Authority,
    },
    /// Somebody it was handed to.
    HandedTo {
        /// Whom.
        name: String,
    },
    /// Nobody yet: it lies outside every municipality known here.
    Service,
}

/// A reported place with litter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hotspot {
    /// Its id.
    pub id: Uuid,
    /// Where.
    #[serde(flatten)]
    pub at: LonLat,
    /// The nearest shore segment.
    pub segment: Uuid,
    /// Code of the municipality.
    pub municipality: Option<String>,
    /// How much.
    pub amount: Amount,
    /// Kinds of litter.
    pub kinds: Vec<Litter>,
    /// Hazards.
    pub hazards: Vec<Hazard>,
    /// What the reporter wrote.
    pub note: Option<String>,
    /// Where it is in its life.
    pub state: State,
    /// Why it was closed without being cleaned.
    pub closing: Option<Closing>,
    /// Who answers for it.
    pub owner: Owner,
    /// The claim that holds.
    pub claim: Option<Claim>,
    /// The cleanup that cleared it.
    #[serde(default)]
    pub cleanup: Option<Uuid>,
    /// The work order it is in.
    #[serde(default)]
    pub order: Option<Uuid>,
    /// Its photos.
    pub photos: Vec<Photo>,
    /// How many others have seen it too.
    pub supports: u32,
    /// When it was seen, as far as the service can tell from the phone's clock and its own.
    pub seen_at: DateTime<Utc>,
    /// When it was seen, by the phone's clock, which may be wrong.
    #[serde(default)]
    pub phone_seen_at: Option<DateTime<Utc>>,
    /// When the service got it.
    pub reported_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Counts the changes, from 1; the `ETag`.
    pub version: i64,
}

impl Hotspot {
    /// As it is to be seen at an instant: a claim that lapsed is gone.
    #[must_use]
    pub fn seen(&self, now: DateTime<Utc>) -> Self {
        let mut seen = self.clone();
        seen.drop_lapsed_claim(now);
        seen
    }
}
