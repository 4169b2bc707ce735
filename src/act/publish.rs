//! Giving a plan to the drivers, and taking it back.

use chrono::NaiveDate;
use uuid::Uuid;

use super::fleet::hauled_by;
use super::pile::promise;
use super::plan::{given, on_the_way, routes_of};
use super::{find, keep, repeated};
use crate::domain::change::Layer;
use crate::domain::fleet::Vehicle;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::person::Person;
use crate::domain::pickup::{PickupRoute, RouteState, RouteStop, StopKind};
use crate::domain::pile::Pile;
use crate::domain::plan::{Plan, PlanState};
use crate::domain::thing::require;
use crate::domain::waste::WasteTerms;
use crate::error::{Code, Error, Result};
use crate::store::Tx;

fn refused<T>(detail: &'static str, fact: &'static str, about: impl Into<serde_json::Value>) -> Result<T> {
    Err(Error::new(Code::WrongState, detail).fact(fact, about))
}

fn piles_of(route: &PickupRoute) -> impl Iterator<Item = &RouteStop> {
    route.stops.iter().filter(|s| s.kind == StopKind::Pile)
}

/// The vehicle of a route, when it is there for it.
async fn vehicle_of(tx: &mut Tx, route: &PickupRoute, given: &[PickupRoute], today: NaiveDate) -> Result<Vehicle> {
    let vehicle: Vehicle = find(tx, route.vehicle).await?;
    if route.day < today {
        return refused("A day of it is over. Make another plan.", "day_over", route.day.to_string());
    }
    if !vehicle.in_use {
        return refused("A vehicle of it is out of use. Search again.", "vehicle_out_of_use", route.vehicle_name.clone());
    }
    if given.iter().any(|other| other.vehicle == route.vehicle && other.leaves < route.returns && route.leaves < other.returns) {
        return refused("A vehicle of it has another route then. Search again.", "vehicle_taken", route.vehicle_name.clone());
    }
    Ok(vehicle)
}

/// Tells those who drive a vehicle what became of a route.
async fn tell_drivers(tx: &mut Tx, kind: MessageKind, route: &PickupRoute, vehicle: &Vehicle) -> Result<()> {
    let driver = route.driver.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let telling = Telling::new(kind, Layer::Route, route.record.id, route.record.version)
        .fact("vehicle", format!("{}{driver}", route.vehicle_name))
        .fact("day", route.day.to_string())
        .fact("stops", route.stops.len());
    tx.tell(Audience::Among(route.organisation, &vehicle.drivers), &telling).await
}

/// Gives a plan to the drivers: piles are promised by the days they will be fetched on, and those who drive its vehicles are told.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn publish(tx: &mut Tx, by: &Person, id: Uuid, today: NaiveDate, terms: &WasteTerms) -> Result<Plan> {
    let mut plan: Plan = find(tx, id).await?;
    hauled_by(by, plan.organisation)?;
    if plan.state == PlanState::Published || repeated(tx, by, id, "published").await? {
        return Ok(plan);
    }
    require(plan.state == PlanState::Draft, plan.state.text(), "published")?;
    let routes = routes_of(tx, &plan).await?;
    require(!routes.is_empty(), "empty", "published")?;
    let given = given(tx, plan.organisation, today).await?;
    let taken = on_the_way(&given);
    for stop in routes.iter().flat_map(piles_of) {
        if taken.contains(&stop.id) || !find::<Pile>(tx, stop.id).await?.waits_for(plan.organisation) {
            return refused("Somebody else has a pile of it by now. Search again.", "code_of_pile", stop.name.clone());
        }
    }
    for mut route in routes {
        let vehicle = vehicle_of(tx, &route, &given, today).await?;
        for stop in piles_of(&route) {
            promise(tx, &by.following(), stop.id, route.day, terms).await?;
        }
        route.state = RouteState::Published;
        let route = keep(tx, route, "published", None, Some(by)).await?;
        tell_drivers(tx, MessageKind::RoutePublished, &route, &vehicle).await?;
    }
    plan.state = PlanState::Published;
    keep(tx, plan, "published", None, Some(by)).await
}

/// Takes a plan back from the drivers, none of whom has set out: it is a draft again, and they are told. What was promised to those who left
/// the bags stands, until another route promises another day.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn withdraw(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Plan> {
    let mut plan: Plan = find(tx, id).await?;
    hauled_by(by, plan.organisation)?;
    if repeated(tx, by, id, "withdrawn").await? {
        return Ok(plan);
    }
    require(plan.state == PlanState::Published, plan.state.text(), "withdrawn")?;
    let routes = routes_of(tx, &plan).await?;
    if let Some(begun) = routes.iter().find(|r| r.state != RouteState::Published) {
        return refused("A route of it has been begun.", "vehicle_under_way", begun.vehicle_name.clone());
    }
    for route in routes {
        let vehicle: Vehicle = find(tx, route.vehicle).await?;
        let route = keep(tx, PickupRoute { state: RouteState::Draft, ..route }, "withdrawn", None, Some(by)).await?;
        tell_drivers(tx, MessageKind::RouteWithdrawn, &route, &vehicle).await?;
    }
    plan.state = PlanState::Draft;
    keep(tx, plan, "withdrawn", None, Some(by)).await
}
