//! The change log: one entry for each thing changed, in the order of the commits.
//!
//! It serves four needs at once: the index follows it, the live map shows it, it is the history of each thing, and
//! phones catch up by it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::area::Area;
use super::closure::Closure;
use super::hotspot::Hotspot;
use super::person::Role;
use super::zone::Zone;

/// A layer of the map, each with its own table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The shoreline as a whole.
    Coast,
    /// Municipalities and service areas.
    Area,
    /// Zones.
    Zone,
    /// Closures.
    Closure,
    /// Hotspots.
    Hotspot,
}

impl Layer {
    /// Every layer.
    pub const ALL: [Self; 5] = [Self::Coast, Self::Area, Self::Zone, Self::Closure, Self::Hotspot];

    /// As it is stored and sent.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Coast => "coast",
            Self::Area => "area",
            Self::Zone => "zone",
            Self::Closure => "closure",
            Self::Hotspot => "hotspot",
        }
    }

    /// The layer written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.text() == text)
    }
}

/// A thing as it is after a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Thing {
    /// The shoreline was imported anew: read it from the store.
    Coast,
    /// A municipality or service area.
    Area(Area),
    /// A zone.
    Zone(Zone),
    /// A closure.
    Closure(Closure),
    /// A hotspot.
    Hotspot(Box<Hotspot>),
    /// The thing is gone.
    Removed(Layer),
}

impl Thing {
    /// The layer it is in.
    #[must_use]
    pub fn layer(&self) -> Layer {
        match self {
            Self::Coast => Layer::Coast,
            Self::Area(_) => Layer::Area,
            Self::Zone(_) => Layer::Zone,
            Self::Closure(_) => Layer::Closure,
            Self::Hotspot(_) => Layer::Hotspot,
            Self::Removed(layer) => *layer,
        }
    }

    /// As it is stored; nothing for a thing that is gone or too large for the log.
    ///
    /// # Errors
    /// Never for the things there are: they all have a JSON form.
    pub fn to_json(&self) -> serde_json::Result<Option<String>> {
        match self {
            Self::Coast | Self::Removed(_) => Ok(None),
            Self::Area(a) => serde_json::to_string(a).map(Some),
            Self::Zone(z) => serde_json::to_string(z).map(Some),
            Self::Closure(c) => serde_json::to_string(c).map(Some),
            Self::Hotspot(h) => serde_json::to_string(h).map(Some),
        }
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// When the text is not of that layer.
    pub fn from_json(layer: Layer, json: Option<&str>) -> serde_json::Result<Self> {
        let Some(json) = json else {
            return Ok(if layer == Layer::Coast { Self::Coast } else { Self::Removed(layer) });
        };
        Ok(match layer {
            Layer::Coast => Self::Coast,
            Layer::Area => Self::Area(serde_json::from_str(json)?),
            Layer::Zone => Self::Zone(serde_json::from_str(json)?),
            Layer::Closure => Self::Closure(serde_json::from_str(json)?),
            Layer::Hotspot => Self::Hotspot(serde_json::from_str(json)?),
        })
    }
}

/// One entry of the log.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its number: 1, 2, 3 … in the order of the commits, without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What was done, as a past participle: `reported`, `claimed`, `imported`.
    pub act: String,
    /// Why, where the one who did it said so.
    pub why: Option<String>,
    /// Who; nobody for the service itself.
    pub by: Option<Uuid>,
    /// What they were then.
    pub role: Option<Role>,
    /// The id of the thing.
    pub id: Uuid,
    /// The thing after it.
    pub thing: Thing,
}

/// One line of a thing's history, without saying who by name: the role is enough for others.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HistoryLine {
    /// When.
    pub at: DateTime<Utc>,
    /// What was done.
    pub act: String,
    /// Why.
    pub why: Option<String>,
    /// By whom.
    pub role: Option<Role>,
    /// Whether the one who asks did it.
    pub mine: bool,
    /// The state it led to.
    pub state: Option<String>,
}
