//! Zones, and the regime they give to the places in them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who clears a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// Crews clear; volunteers report.
    Professional,
    /// Volunteers clear.
    Volunteer,
    /// Both may.
    Shared,
    /// A monitoring beach: its litter is counted four times a year and must not be cleaned in between (OSPAR).
    Monitoring,
    /// People may not be there.
    Closed,
}

impl Regime {
    /// Every regime.
    pub const ALL: [Self; 5] = [Self::Professional, Self::Volunteer, Self::Shared, Self::Monitoring, Self::Closed];

    /// As it is written in the API.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Professional => "professional",
            Self::Volunteer => "volunteer",
            Self::Shared => "shared",
            Self::Monitoring => "monitoring",
            Self::Closed => "closed",
        }
    }

    /// The regime written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.text() == text)
    }
}

/// A polygon that gives the places in it a regime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Zone {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Who clears there.
    pub regime: Regime,
    /// Code of the municipality that answers for it.
    pub municipality: String,
    /// GeoJSON MultiPolygon.
    #[serde(serialize_with = "geojson::ser::serialize_geometry", deserialize_with = "geojson::de::deserialize_geometry")]
    #[schema(value_type = Object)]
    pub geometry: geo::MultiPolygon,
    /// Its area in m², on the sphere.
    pub area_m2: f64,
    /// Counts the changes, from 1; the `ETag`.
    pub version: i64,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
}

impl Zone {
    /// Whether it is the same drawing as another, whenever and however often either was stored.
    #[must_use]
    pub fn draws(&self, other: &Self) -> bool {
        *other == Self { version: other.version, changed_at: other.changed_at, ..self.clone() }
    }
}
