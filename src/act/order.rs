//! Work orders: given out by staff, done by crews, approved by staff.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cleanup::{MOST_PLACES, Site, Why, on_earth};
use super::pile::Reason;
use super::{Made, add, announce, before, find, fresh_code, keep, lies_in, load, repeated, save};
use crate::domain::change::Layer;
use crate::domain::hotspot::State;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::order::{Crew, Order, OrderState, WorkDone};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::photo::PhotoOf;
use crate::domain::pile::Access;
use crate::domain::place::LonLat;
use crate::domain::text::{at_most, clean_optional, clean_required};
use crate::domain::thing::Record;
use crate::domain::waste::{Bags, checked_kg};
use crate::error::{Error, Result};
use crate::store::Tx;

/// What one sends to give out a work order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What is to be done.
    #[schema(min_length = 1, max_length = 500)]
    pub what: String,
    /// Hotspots it is for.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub hotspots: Vec<Uuid>,
    /// Places on the stretches it is for.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub stretches: Vec<LonLat>,
    /// By which day.
    pub by: NaiveDate,
    /// How one gets there.
    pub access: Access,
    /// What to look out for.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub hazards: Option<String>,
    /// What to bring.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub equipment: Option<String>,
    /// The crew's organisation; it waits for one when none is said.
    #[serde(default)]
    pub crew: Option<Uuid>,
}

impl NewOrder {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self, today: NaiveDate) -> Result<Self> {
        self.what = clean_required("what", &self.what, 500)?;
        self.hazards = clean_optional("hazards", self.hazards.as_deref(), 500)?;
        self.equipment = clean_optional("equipment", self.equipment.as_deref(), 500)?;
        self.hotspots.sort_unstable();
        self.hotspots.dedup();
        if self.hotspots.len() + self.stretches.len() == 0 {
            return Err(Error::invalid("hotspots", "Say which hotspots or stretches it is for."));
        }
        at_most("hotspots", &self.hotspots, MOST_PLACES)?;
        at_most("stretches", &self.stretches, MOST_PLACES)?;
        on_earth(&self.stretches)?;
        if self.by < today || self.by > today + chrono::Days::new(731) {
            return Err(Error::invalid("by", "The day must be from today on, within two years."));
        }
        Ok(self)
    }
}

/// Gives out a work order: its hotspots are ordered, and the crew is told.
///
/// # Errors
/// `forbidden`, `id_taken`, `wrong_state` when a hotspot is not open, `invalid` when there is no such crew.
pub async fn give(tx: &mut Tx, by: &Person, new: NewOrder, sent: [u8; 32], site: Site) -> Result<Made<Order>> {
    allow(by, Action::Order, Subject { own: false, municipality: site.municipality.as_deref() })?;
    if let Some(there) = before(tx, by, new.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let mut order = Order {
        record: Record::new(new.id, Some(fresh_code(tx, new.id).await?), tx.now),
        at: site.at,
        municipality: site.municipality,
        regime: site.regime,
        what: new.what,
        hotspots: new.hotspots,
        stretches: site.stretches,
        by: new.by,
        access: new.access,
        hazards: new.hazards,
        equipment: new.equipment,
        crew: None,
        state: OrderState::Proposed,
        why: None,
        done: None,
        photos: vec![],
    };
    for &id in &order.hotspots {
        let mut h = load(tx, id).await?;
        allow(by, Action::Order, lies_in(&h))?;
        h.order(new.id).map_err(|e| e.at("hotspots").fact("hotspot", id.to_string()))?;
        save(tx, h, "ordered", None, by).await?;
    }
    if let Some(crew) = new.crew {
        order.assign(crew_of(tx, crew).await?)?;
    }
    let made = add(tx, by, order, &sent, "ordered").await?;
    if let Made::New(order) = &made {
        tell_crew(tx, order).await?;
    }
    Ok(made)
}

async fn crew_of(tx: &mut Tx, id: Uuid) -> Result<Crew> {
    let crew = tx.crews().await?.into_iter().find(|c| c.id == id);
    crew.ok_or_else(|| Error::invalid("crew", "There is no such crew."))
}

async fn tell_crew(tx: &mut Tx, order: &Order) -> Result<()> {
    let Some(crew) = order.crew.as_ref().filter(|_| order.state == OrderState::Assigned) else { return Ok(()) };
    let telling = about(MessageKind::OrderAssigned, order);
    tx.tell(Audience::Organisation(crew.id), &telling).await
}

fn about(kind: MessageKind, order: &Order) -> Telling {
    let telling = Telling::new(kind, Layer::Order, order.record.id, order.record.version);
    telling.fact("what", order.what.clone()).fact("by", order.by.to_string()).fact("why", order.why.clone())
}

async fn tell_staff(tx: &mut Tx, order: &Order, kind: MessageKind) -> Result<()> {
    let Some(code) = order.municipality.as_deref() else { return Ok(()) };
    let telling = about(kind, order);
    tx.tell(Audience::Municipality(code), &telling).await
}

async fn for_staff(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Order> {
    let order: Order = find(tx, id).await?;
    allow(by, Action::Order, Subject { own: false, municipality: order.municipality.as_deref() })?;
    Ok(order)
}

async fn for_crew(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Order> {
    let order: Order = find(tx, id).await?;
    let organisation = by.organisation.as_ref().map(|o| o.id);
    let own = order.crew.as_ref().is_some_and(|c| Some(c.id) == organisation);
    allow(by, Action::Work, Subject { own, municipality: None })?;
    Ok(order)
}

/// Whom to ask.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The crew's organisation.
    pub crew: Uuid,
}

/// Asks a crew.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn assign(tx: &mut Tx, by: &Person, id: Uuid, to: Assignment) -> Result<Order> {
    let mut order = for_staff(tx, by, id).await?;
    if order.crew.as_ref().is_some_and(|c| c.id == to.crew) && repeated(tx, by, id, "assigned").await? {
        return Ok(order);
    }
    order.assign(crew_of(tx, to.crew).await?)?;
    let order = keep(tx, order, "assigned", None, Some(by)).await?;
    tell_crew(tx, &order).await?;
    Ok(order)
}

/// The crew will do it.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn accept(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Order> {
    let mut order = for_crew(tx, by, id).await?;
    if repeated(tx, by, id, "accepted").await? {
        return Ok(order);
    }
    order.accept()?;
    keep(tx, order, "accepted", None, Some(by)).await
}

/// The crew will not: staff hear why.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn decline(tx: &mut Tx, by: &Person, id: Uuid, reason: Reason) -> Result<Order> {
    let why = reason.text()?;
    if repeated(tx, by, id, "declined").await? {
        return find(tx, id).await;
    }
    let mut order = for_crew(tx, by, id).await?;
    order.decline(why.clone())?;
    let order = keep(tx, order, "declined", Some(why), Some(by)).await?;
    tell_staff(tx, &order, MessageKind::OrderDeclined).await?;
    Ok(order)
}

/// The crew is at it.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn start(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Order> {
    let mut order = for_crew(tx, by, id).await?;
    if repeated(tx, by, id, "started").await? {
        return Ok(order);
    }
    order.start()?;
    keep(tx, order, "started", None, Some(by)).await
}

/// What the crew did.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Finished {
    /// Metres that were cleared; the length of its stretches when it is not said.
    pub metres: Option<f64>,
    /// Filled bags.
    pub bags: Bags,
    /// Kilograms.
    pub weight_kg: Option<f64>,
    /// Whether they were weighed.
    pub weighed: bool,
    /// Anything else.
    #[schema(max_length = 1000)]
    pub note: Option<String>,
    /// Ids of photos taken before.
    #[schema(max_items = 5)]
    pub photos_before: Vec<Uuid>,
    /// Ids of photos taken after.
    #[schema(max_items = 5)]
    pub photos_after: Vec<Uuid>,
}

impl Finished {
    fn done(&self, order: &Order, now: DateTime<Utc>) -> Result<WorkDone> {
        if self.metres.is_some_and(|m| !m.is_finite() || !(0.0..=1e6).contains(&m)) {
            return Err(Error::invalid("metres", "metres must be from 0 to 1000000."));
        }
        let length: f64 = order.stretches.iter().map(|s| s.length_m).sum();
        Ok(WorkDone {
            metres: self.metres.or((length > 0.0).then_some(length)),
            bags: self.bags.checked()?,
            weight_kg: self.weight_kg.map(|kg| checked_kg("weight_kg", kg)).transpose()?,
            weighed: self.weighed,
            note: clean_optional("note", self.note.as_deref(), 1000)?,
            at: now,
        })
    }
}

/// The crew is done: its hotspots are cleaned.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn finish(tx: &mut Tx, by: &Person, id: Uuid, finished: Finished) -> Result<Order> {
    let mut order = for_crew(tx, by, id).await?;
    let done = finished.done(&order, tx.now)?;
    if repeated(tx, by, id, "done").await? {
        return Ok(order);
    }
    order.finish(done)?;
    announce(tx, by, id, &mut order.photos, &finished.photos_before, PhotoOf::Before).await?;
    announce(tx, by, id, &mut order.photos, &finished.photos_after, PhotoOf::Cleaned).await?;
    for &hotspot in &order.hotspots {
        let mut h = load(tx, hotspot).await?;
        if h.state != State::Ordered || h.order != Some(id) {
            continue;
        }
        h.clean_by_order();
        save(tx, h, "cleaned", None, by).await?;
        if let Some((reporter, _)) = tx.reporter(hotspot).await? {
            let photo = finished.photos_after.first().map(Uuid::to_string);
            let telling = Telling::new(MessageKind::HotspotCleaned, Layer::Hotspot, hotspot, id).fact("photo", photo);
            tx.tell(Audience::Person(reporter), &telling).await?;
        }
    }
    let order = keep(tx, order, "done", None, Some(by)).await?;
    tell_staff(tx, &order, MessageKind::OrderDone).await?;
    Ok(order)
}

/// Staff are content: its hotspots are verified.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn approve(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Order> {
    let mut order = for_staff(tx, by, id).await?;
    if repeated(tx, by, id, "approved").await? {
        return Ok(order);
    }
    order.approve()?;
    for &hotspot in &order.hotspots {
        let mut h = load(tx, hotspot).await?;
        if h.state == State::Cleaned && h.order == Some(id) {
            h.verify()?;
            save(tx, h, "verified", None, by).await?;
        }
    }
    keep(tx, order, "approved", None, Some(by)).await
}

/// It is not needed any more: its hotspots are open again.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn withdraw(tx: &mut Tx, by: &Person, id: Uuid, why: Why) -> Result<Order> {
    let mut order = for_staff(tx, by, id).await?;
    let why = why.text()?;
    if repeated(tx, by, id, "withdrawn").await? {
        return Ok(order);
    }
    order.withdraw(why.clone())?;
    for &hotspot in &order.hotspots {
        let mut h = load(tx, hotspot).await?;
        if h.state == State::Ordered && h.order == Some(id) {
            h.unorder();
            save(tx, h, "released", None, by).await?;
        }
    }
    keep(tx, order, "withdrawn", why, Some(by)).await
}
