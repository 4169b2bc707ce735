//! Drawing zones.

use geo::ChamberlainDuquetteArea;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Made, id_taken, missing, repeated};
use crate::coast::polygon;
use crate::domain::change::{Layer, Thing};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::text::{clean_optional, clean_required};
use crate::domain::zone::{Regime, Zone};
use crate::error::{Code, Error, Result};
use crate::store::Tx;

/// What one sends to draw or reshape a zone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneDrawing {
    /// What people call it, at most 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Who clears there.
    pub regime: Regime,
    /// GeoJSON Polygon or MultiPolygon.
    #[schema(value_type = Object)]
    pub geometry: geojson::Geometry,
    /// Why it is changed, for those who ask later.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub why: Option<String>,
}

impl ZoneDrawing {
    /// The zone it draws, and why.
    ///
    /// # Errors
    /// `invalid` with the field, for the geometry with the place of the fault.
    pub fn zone(&self, id: Uuid, municipality: &str) -> Result<(Zone, Option<String>)> {
        let geometry = polygon::read(&self.geometry.value)
            .map_err(|f| Error::invalid("geometry", f.to_string()).fact("at", f.at.map(|p| p.to_vec())))?;
        let zone = Zone {
            id,
            name: clean_required("name", &self.name, 100)?,
            regime: self.regime,
            municipality: municipality.to_owned(),
            area_m2: geometry.chamberlain_duquette_unsigned_area().round(),
            geometry,
            version: 1,
            changed_at: chrono::DateTime::UNIX_EPOCH,
        };
        Ok((zone, clean_optional("why", self.why.as_deref(), 1000)?))
    }
}

/// Draws a zone. Sending it again changes nothing.
///
/// # Errors
/// `forbidden`, `id_taken`.
pub async fn draw(tx: &mut Tx, by: &Person, mut zone: Zone, why: Option<String>) -> Result<Made<Zone>> {
    allow(by, Action::Zone, Subject { own: false, municipality: Some(&zone.municipality) })?;
    zone.changed_at = tx.now;
    if let Some(there) = tx.zone(zone.id).await? {
        return if zone.draws(&there) { Ok(Made::Before(there)) } else { Err(id_taken()) };
    }
    tx.put_zone(&zone).await?;
    tx.log("drawn", why, Some(by), zone.id, Thing::Zone(zone.clone()));
    Ok(Made::New(zone))
}

async fn own(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Zone> {
    let zone = tx.zone(id).await?.ok_or_else(|| missing("zone"))?;
    allow(by, Action::Zone, Subject { own: false, municipality: Some(&zone.municipality) })?;
    Ok(zone)
}

fn based_on(zone: &Zone, version: i64) -> Result<()> {
    if zone.version == version {
        return Ok(());
    }
    Err(Error::new(Code::Stale, "Somebody has changed the zone since. Look at it again.").at("if-match"))
}

/// Reshapes a zone or gives it another regime.
///
/// # Errors
/// `forbidden`, `not_found`, `stale`.
pub async fn reshape(tx: &mut Tx, by: &Person, mut zone: Zone, why: Option<String>, version: i64) -> Result<Zone> {
    let there = own(tx, by, zone.id).await?;
    zone.municipality.clone_from(&there.municipality);
    if there.version == version + 1 && zone.draws(&there) && repeated(tx, by, zone.id, "reshaped").await? {
        return Ok(there);
    }
    based_on(&there, version)?;
    zone.version = version + 1;
    zone.changed_at = tx.now;
    tx.put_zone(&zone).await?;
    tx.log("reshaped", why, Some(by), zone.id, Thing::Zone(zone.clone()));
    Ok(zone)
}

/// Removes a zone.
///
/// # Errors
/// `forbidden`, `not_found`, `stale`.
pub async fn remove(tx: &mut Tx, by: &Person, id: Uuid, version: i64) -> Result<()> {
    if repeated(tx, by, id, "removed").await? {
        return Ok(());
    }
    based_on(&own(tx, by, id).await?, version)?;
    tx.remove_zone(id).await?;
    tx.log("removed", None, Some(by), id, Thing::Removed(Layer::Zone));
    Ok(())
}
