//! Equipment points: placing them, filling them, and taking from them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Made, add, before, find, fresh_code, keep, repeated};
use crate::domain::change::Layer;
use crate::domain::equipment::{Count, EquipmentPoint, Item, Level, Loan, Movement, Stock, each_once};
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::place::LonLat;
use crate::domain::site::checked_hours;
use crate::domain::text::{clean_optional, clean_required};
use crate::domain::thing::Record;
use crate::error::{Error, Result};
use crate::store::Tx;

/// What a point or a site is called, and when it is open.
pub(super) fn name_and_hours(name: &str, hours: Option<&str>) -> Result<(String, Option<String>)> {
    Ok((clean_required("name", name, 100)?, checked_hours(clean_optional("hours", hours, 200)?)?))
}

/// What one sends to place an equipment point.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPoint {
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
    /// Who looks after it.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub host: Option<String>,
    /// Opening hours as OpenStreetMap writes them.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub hours: Option<String>,
    /// What there is, and how many it should have.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub stock: Vec<Stock>,
}

impl NewPoint {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self) -> Result<(LonLat, Self)> {
        let at = LonLat::new(self.lon, self.lat)?;
        (self.name, self.hours) = name_and_hours(&self.name, self.hours.as_deref())?;
        self.host = clean_optional("host", self.host.as_deref(), 100)?;
        each_once("stock", &self.stock.iter().map(|s| (s.item, s.count.max(s.enough))).collect::<Vec<_>>())?;
        Ok((at, self))
    }
}

/// Places an equipment point.
///
/// # Errors
/// `forbidden`, `id_taken`.
pub async fn place(
    tx: &mut Tx,
    by: &Person,
    new: NewPoint,
    sent: [u8; 32],
    at: LonLat,
    municipality: Option<String>,
) -> Result<Made<EquipmentPoint>> {
    allow(by, Action::Place, Subject { own: false, municipality: municipality.as_deref() })?;
    if let Some(there) = before(tx, by, new.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let point = EquipmentPoint {
        record: Record::new(new.id, Some(fresh_code(tx, new.id).await?), tx.now),
        at,
        municipality,
        name: new.name,
        host: new.host,
        hours: new.hours,
        stock: new.stock,
        loans: vec![],
        seen_at: tx.now,
        in_use: true,
    };
    add(tx, by, point, &sent, "placed").await
}

async fn looked_after_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<EquipmentPoint> {
    let point: EquipmentPoint = find(tx, id).await?;
    allow(by, Action::Place, Subject { own: false, municipality: point.municipality.as_deref() })?;
    Ok(point)
}

/// Takes a point away, or puts it back.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn use_point(tx: &mut Tx, by: &Person, id: Uuid, in_use: bool) -> Result<EquipmentPoint> {
    let mut point = looked_after_by(tx, by, id).await?;
    if point.in_use == in_use {
        return Ok(point);
    }
    point.in_use = in_use;
    keep(tx, point, if in_use { "placed" } else { "removed" }, None, Some(by)).await
}

/// What one sends to describe an equipment point anew.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointFacts {
    /// What it is called.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Who looks after it.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub host: Option<String>,
    /// Opening hours as OpenStreetMap writes them.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub hours: Option<String>,
    /// How many of what it should have. What is not in it any more stays until it is counted as gone.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub enough: Vec<Count>,
}

/// Describes an equipment point anew. What is in it stays as it was counted.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn describe_point(tx: &mut Tx, by: &Person, id: Uuid, facts: PointFacts) -> Result<EquipmentPoint> {
    let mut point = looked_after_by(tx, by, id).await?;
    let before = point.clone();
    (point.name, point.hours) = name_and_hours(&facts.name, facts.hours.as_deref())?;
    point.host = clean_optional("host", facts.host.as_deref(), 100)?;
    point.should_have(&facts.enough)?;
    if point == before {
        return Ok(point);
    }
    keep(tx, point, "described", None, Some(by)).await
}

/// How the stock of a point changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockChange {
    /// Its id, made by the client.
    pub id: Uuid,
    /// Filled up, taken, or seen.
    pub how: Movement,
    /// How many of what.
    #[schema(min_items = 1, max_items = 20)]
    pub items: Vec<Count>,
}

/// Changes the stock. When it runs empty, the municipality is told once a day.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn stock(tx: &mut Tx, by: &Person, id: Uuid, change: StockChange) -> Result<EquipmentPoint> {
    allow(by, Action::Stock, Subject::default())?;
    let by = &Person { sending: Some(change.id), ..by.clone() };
    let mut point: EquipmentPoint = find(tx, id).await?;
    let act = change.how.text();
    if repeated(tx, by, id, act).await? {
        return Ok(point);
    }
    point.moved(change.how, &change.items, tx.now)?;
    if point.level() == Level::Empty
        && let Some(code) = point.municipality.clone()
    {
        let telling = Telling::new(MessageKind::PointEmpty, Layer::Equipment, id, tx.now.date_naive());
        let telling = telling.fact("name", point.name.clone());
        tx.tell(Audience::Municipality(&code), &telling).await?;
    }
    keep(tx, point, act, None, Some(by)).await
}

/// What one sends to lend something.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLoan {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What.
    pub item: Item,
    /// How many.
    #[schema(minimum = 1, maximum = 1000)]
    pub count: u32,
    /// What the borrower wants to be called.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Until which day.
    pub until: NaiveDate,
}

/// Lends something until a day. Anyone may borrow.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn lend(tx: &mut Tx, by: &Person, id: Uuid, new: NewLoan) -> Result<EquipmentPoint> {
    allow(by, Action::Stock, Subject::default())?;
    let mut point: EquipmentPoint = find(tx, id).await?;
    if point.loans.iter().any(|l| l.id == new.id) {
        return Ok(point);
    }
    let today = tx.now.date_naive();
    if new.until < today || new.until > today + chrono::Days::new(366) {
        return Err(Error::invalid("until", "The day must be from today on, within a year."));
    }
    let name = clean_required("name", &new.name, 80)?;
    point.lend(Loan { id: new.id, item: new.item, count: new.count, name, until: new.until, returned_at: None })?;
    keep(tx, point, "lent", None, Some(by)).await
}

/// Takes back what was lent.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn take_back(tx: &mut Tx, by: &Person, id: Uuid, loan: Uuid) -> Result<EquipmentPoint> {
    allow(by, Action::Stock, Subject::default())?;
    let mut point: EquipmentPoint = find(tx, id).await?;
    if !point.take_back(loan, tx.now)? {
        return Ok(point);
    }
    keep(tx, point, "returned", None, Some(by)).await
}
