//! Municipalities and other service areas.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::pile::Access;
use super::zone::Regime;

/// What an area is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// A municipality: every segment knows its own.
    Municipality,
    /// Where a waste company or an archipelago service operates.
    ServiceArea,
}

impl AreaKind {
    /// As it is written in the API.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Municipality => "municipality",
            Self::ServiceArea => "service_area",
        }
    }
}

/// The organisation that fetches waste in a service area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AreaHauler {
    /// The organisation.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// An area somebody answers for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Area {
    /// Its id, made from its kind and code so that importing again finds it.
    pub id: Uuid,
    /// Municipality or service area.
    pub kind: AreaKind,
    /// The official code, as text: Oslo's is `0301`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// ISO 3166-1 alpha-2, for emergency numbers.
    pub country: String,
    /// Who clears where no zone says anything.
    pub default_regime: Regime,
    /// Who fetches waste there, for a service area.
    #[serde(default)]
    pub hauler: Option<AreaHauler>,
    /// How its hauler gets to places.
    #[serde(default)]
    pub access: Vec<Access>,
    /// GeoJSON MultiPolygon.
    #[serde(serialize_with = "geojson::ser::serialize_geometry", deserialize_with = "geojson::de::deserialize_geometry")]
    #[schema(value_type = Object)]
    pub geometry: geo::MultiPolygon,
}

impl Area {
    /// The id of the area with this kind and code.
    #[must_use]
    pub fn id_of(kind: AreaKind, code: &str) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("strandline:area:{}:{code}", kind.text()).as_bytes())
    }
}
