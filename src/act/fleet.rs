//! Keeping the vehicles and boats of an organisation.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Made, add, before, find, keep, repeated};
use crate::domain::fleet::{Vehicle, VehicleFacts};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::thing::Record;
use crate::error::{Error, Result};
use crate::store::Tx;

/// How many people may drive a vehicle in turn.
const MOST_DRIVERS: usize = 50;

/// What one sends to add a vehicle.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewVehicle {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What is said of it.
    #[serde(flatten)]
    pub facts: VehicleFacts,
}

/// The organisation somebody hauls for.
///
/// # Errors
/// `forbidden`.
pub fn hauls_for(by: &Person) -> Result<Uuid> {
    let own = by.organisation.as_ref().map(|o| o.id);
    allow(by, Action::Haul, Subject { own: own.is_some(), municipality: None })?;
    own.ok_or_else(|| Error::invalid("id", "Only an organisation has vehicles."))
}

/// Refuses what belongs to another organisation.
///
/// # Errors
/// `forbidden`.
pub fn hauled_by(by: &Person, organisation: Uuid) -> Result<()> {
    let own = by.organisation.as_ref().is_some_and(|o| o.id == organisation);
    allow(by, Action::Haul, Subject { own, municipality: None })
}

/// Adds a vehicle. `roads` are the names of the road networks there are beside the usual one.
///
/// # Errors
/// `forbidden`, `id_taken`, `invalid`.
pub async fn add_vehicle(tx: &mut Tx, by: &Person, new: NewVehicle, sent: [u8; 32], roads: &[String]) -> Result<Made<Vehicle>> {
    let organisation = hauls_for(by)?;
    if let Some(there) = before(tx, by, new.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let record = Record::new(new.id, None, tx.now);
    let vehicle = Vehicle { record, organisation, facts: new.facts.checked(roads)?, drivers: vec![], in_use: true };
    add(tx, by, vehicle, &sent, "added").await
}

/// Says something else of a vehicle.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`.
pub async fn describe(tx: &mut Tx, by: &Person, id: Uuid, facts: VehicleFacts, roads: &[String]) -> Result<Vehicle> {
    let mut vehicle: Vehicle = find(tx, id).await?;
    hauled_by(by, vehicle.organisation)?;
    vehicle.facts = facts.checked(roads)?;
    keep(tx, vehicle, "described", None, Some(by)).await
}

/// Says that one drives a vehicle, or does not any more. Said twice, it stands.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn drive(tx: &mut Tx, by: &Person, id: Uuid, drives: bool) -> Result<Vehicle> {
    let mut vehicle: Vehicle = find(tx, id).await?;
    hauled_by(by, vehicle.organisation)?;
    let act = if drives { "driven" } else { "not_driven" };
    if repeated(tx, by, id, act).await? || vehicle.drivers.contains(&by.id) == drives {
        return Ok(vehicle);
    }
    vehicle.drivers.retain(|d| *d != by.id);
    if drives {
        // Links are given out anew and sessions end: who drove it once must not keep out who drives it now.
        vehicle.drivers.truncate(MOST_DRIVERS - 1);
        vehicle.drivers.insert(0, by.id);
    }
    keep(tx, vehicle, act, None, Some(by)).await
}

/// Forgets who drives a vehicle: somebody may have left, or have a new phone, and would be told in the place of others.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn forget_drivers(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Vehicle> {
    let mut vehicle: Vehicle = find(tx, id).await?;
    hauled_by(by, vehicle.organisation)?;
    if repeated(tx, by, id, "drivers_forgotten").await? || vehicle.drivers.is_empty() {
        return Ok(vehicle);
    }
    vehicle.drivers.clear();
    keep(tx, vehicle, "drivers_forgotten", None, Some(by)).await
}

/// Takes a vehicle out of use, or into it again; what it has driven stays.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn use_it(tx: &mut Tx, by: &Person, id: Uuid, in_use: bool) -> Result<Vehicle> {
    let mut vehicle: Vehicle = find(tx, id).await?;
    hauled_by(by, vehicle.organisation)?;
    let act = if in_use { "reinstated" } else { "retired" };
    if repeated(tx, by, id, act).await? || vehicle.in_use == in_use {
        return Ok(vehicle);
    }
    vehicle.in_use = in_use;
    keep(tx, vehicle, act, None, Some(by)).await
}
