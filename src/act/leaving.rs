//! Leaving filled bags.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::pile::{belongs_to, tell_expected};
use super::{Made, add, announce, before, fresh_code};
use crate::domain::cleanup::Cleanup;
use crate::domain::order::Order;
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::{Person, Role};
use crate::domain::photo::PhotoOf;
use crate::domain::pile::{Access, Beside, Hauler, Origin, Part, Pile, PileState};
use crate::domain::place::LonLat;
use crate::domain::text::{at_most, clean_optional};
use crate::domain::thing::{Record, require};
use crate::domain::waste::{Bags, WasteTerms, checked_kg};
use crate::error::{Error, Result};
use crate::store::Tx;

/// What one sends to leave filled bags.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPile {
    /// Its id, made by the client.
    pub id: Uuid,
    /// Exactly where: degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// The cleanup they are from.
    #[serde(default)]
    pub cleanup: Option<Uuid>,
    /// The work order they are from.
    #[serde(default)]
    pub order: Option<Uuid>,
    /// How many.
    pub bags: Bags,
    /// Kilograms, estimated; by the bags when it is not said.
    #[serde(default)]
    pub estimated_kg: Option<f64>,
    /// What lies beside.
    #[serde(default)]
    #[schema(max_items = 4)]
    pub beside: Vec<Beside>,
    /// How one gets there.
    pub access: Access,
    /// Whether it lies above tide and waves.
    #[serde(default)]
    pub safe_from_tide: bool,
    /// How to find it.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: Option<String>,
    /// Ids of photos, which are sent afterwards.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub photos: Vec<Uuid>,
    /// Whether it can be fetched; else bags are still being filled.
    #[serde(default)]
    pub ready: bool,
}

impl NewPile {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self) -> Result<(LonLat, Self)> {
        let at = LonLat::new(self.lon, self.lat)?;
        self.bags = self.bags.checked()?;
        if self.bags.is_empty() && self.beside.is_empty() {
            return Err(Error::invalid("bags", "Say how many bags there are, or what lies there."));
        }
        self.estimated_kg = self.estimated_kg.map(|kg| checked_kg("estimated_kg", kg)).transpose()?;
        if self.cleanup.is_some() && self.order.is_some() {
            return Err(Error::invalid("order", "Bags are from a cleanup or from a work order."));
        }
        self.note = clean_optional("note", self.note.as_deref(), 500)?;
        at_most("beside", &self.beside, 4)?;
        self.beside.sort_unstable();
        self.beside.dedup();
        Ok((at, self))
    }
}

/// Leaves filled bags. When they can be fetched, `hauler` is asked; where there is none, the municipality has an alarm.
///
/// # Errors
/// `forbidden`, `id_taken`, `invalid`, `not_found`.
#[allow(clippy::too_many_arguments)] // what came, where it is, and who may be asked
pub async fn leave(
    tx: &mut Tx,
    by: &Person,
    new: NewPile,
    sent: [u8; 32],
    at: LonLat,
    municipality: Option<String>,
    hauler: Option<Hauler>,
    terms: &WasteTerms,
) -> Result<Made<Pile>> {
    allow(by, Action::LeavePile, Subject::default())?;
    if let Some(there) = before(tx, by, new.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let of = origin(tx, by, &new).await?;
    let estimated_kg = new.estimated_kg.unwrap_or_else(|| terms.kg(new.bags));
    let mut pile = Pile {
        record: Record::new(new.id, Some(fresh_code(tx, new.id).await?), tx.now),
        at,
        municipality,
        parts: vec![Part { of, bags: new.bags, estimated_kg }],
        estimated_l: terms.litres(new.bags),
        beside: new.beside,
        access: new.access,
        safe_from_tide: new.safe_from_tide,
        note: new.note,
        state: PileState::Filled,
        duty: None,
        declined_by: vec![],
        why: None,
        merged_into: None,
        weighing: None,
        tickets: vec![],
        photos: vec![],
    };
    pile.fill(terms, tx.now);
    if new.ready {
        pile.ready(hauler, terms, tx.now)?;
    }
    announce(tx, by, new.id, &mut pile.photos, &new.photos, PhotoOf::Pile).await?;
    let made = add(tx, by, pile, &sent, "piled").await?;
    if let Made::New(pile) = &made {
        if let Origin::Cleanup { id } = of {
            belongs_to(tx, pile, id, Some(by)).await?;
        }
        tell_expected(tx, pile).await?;
    }
    Ok(made)
}

/// Where bags are from: a cleanup for those who were at it, a work order for its crew. What professionals bring is never
/// volunteers'.
async fn origin(tx: &mut Tx, by: &Person, new: &NewPile) -> Result<Origin> {
    let professional = matches!(by.role, Role::Crew | Role::Hauler);
    match (new.cleanup, new.order) {
        (Some(id), _) => {
            let cleanup: Option<Cleanup> = tx.thing(id).await?;
            let cleanup = cleanup.ok_or_else(|| Error::invalid("cleanup", "There is no such cleanup."))?;
            let maker = tx.maker(id).await?.is_some_and(|(maker, _)| maker == by.id);
            let own = maker || tx.participants(id).await?.iter().any(|p| p.person == by.id && p.state == "coming");
            allow(by, Action::RunCleanup, Subject { own, municipality: cleanup.municipality.as_deref() })?;
            require(!cleanup.is_over(), cleanup.state.text(), "given more bags")?;
            Ok(Origin::Cleanup { id })
        }
        (None, Some(id)) => {
            let order: Option<Order> = tx.thing(id).await?;
            let order = order.ok_or_else(|| Error::invalid("order", "There is no such work order."))?;
            let crew = order.crew.as_ref().map(|c| c.id);
            let own = crew.is_some() && by.organisation.as_ref().map(|o| o.id) == crew;
            if !own {
                allow(by, Action::Order, Subject { own: false, municipality: order.municipality.as_deref() })?;
            }
            Ok(Origin::Order { id })
        }
        (None, None) => Ok(if professional { Origin::Professional } else { Origin::Found }),
    }
}
