//! Reception sites: putting them on the map, describing them, taking them off it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::equipment::name_and_hours;
use super::{Made, add, before, find, keep};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::place::LonLat;
use crate::domain::site::{Site, Takes};
use crate::domain::text::{at_most, clean_optional};
use crate::domain::thing::Record;
use crate::error::Result;
use crate::store::Tx;

/// What one sends to put a reception site on the map.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// Its id, made by the client.
    pub id: Uuid,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// What it is called.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Opening hours as OpenStreetMap writes them.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub hours: Option<String>,
    /// What it takes.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub takes: Vec<Takes>,
    /// Whom to call.
    #[serde(default)]
    #[schema(max_length = 30)]
    pub phone: Option<String>,
}

impl NewSite {
    /// Checks everything that can be checked without the database: its place, its id, and what is said of it.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(self) -> Result<(LonLat, Uuid, SiteFacts)> {
        let Self { id, lon, lat, name, hours, takes, phone } = self;
        Ok((LonLat::new(lon, lat)?, id, SiteFacts { name, hours, takes, phone }.checked()?))
    }
}

/// Puts a reception site on the map.
///
/// # Errors
/// `forbidden`, `id_taken`.
pub async fn place(
    tx: &mut Tx,
    by: &Person,
    id: Uuid,
    facts: SiteFacts,
    sent: [u8; 32],
    at: LonLat,
    municipality: Option<String>,
) -> Result<Made<Site>> {
    allow(by, Action::Place, Subject { own: false, municipality: municipality.as_deref() })?;
    if let Some(there) = before(tx, by, id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let site = Site {
        record: Record::new(id, None, tx.now),
        at,
        municipality,
        name: facts.name,
        hours: facts.hours,
        takes: facts.takes,
        phone: facts.phone,
        in_use: true,
    };
    add(tx, by, site, &sent, "placed").await
}

async fn looked_after_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Site> {
    let site: Site = find(tx, id).await?;
    allow(by, Action::Place, Subject { own: false, municipality: site.municipality.as_deref() })?;
    Ok(site)
}

/// What one sends to describe a reception site anew.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteFacts {
    /// What it is called.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Opening hours as OpenStreetMap writes them.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub hours: Option<String>,
    /// What it takes.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub takes: Vec<Takes>,
    /// Whom to call.
    #[serde(default)]
    #[schema(max_length = 30)]
    pub phone: Option<String>,
}

impl SiteFacts {
    fn checked(mut self) -> Result<Self> {
        (self.name, self.hours) = name_and_hours(&self.name, self.hours.as_deref())?;
        self.phone = clean_optional("phone", self.phone.as_deref(), 30)?;
        at_most("takes", &self.takes, 10)?;
        self.takes.sort_unstable();
        self.takes.dedup();
        Ok(self)
    }
}

/// Describes a reception site anew.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn describe(tx: &mut Tx, by: &Person, id: Uuid, facts: SiteFacts) -> Result<Site> {
    let site = looked_after_by(tx, by, id).await?;
    let SiteFacts { name, hours, takes, phone } = facts.checked()?;
    let told = Site { name, hours, takes, phone, ..site.clone() };
    if told == site {
        return Ok(site);
    }
    keep(tx, told, "described", None, Some(by)).await
}

/// Takes a site off the map.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn close(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Site> {
    let mut site = looked_after_by(tx, by, id).await?;
    if !site.in_use {
        return Ok(site);
    }
    site.in_use = false;
    keep(tx, site, "removed", None, Some(by)).await
}
