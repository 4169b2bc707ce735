//! Giving a plan to the drivers, and taking routes back.

use chrono::NaiveDate;
use chrono_tz::Tz;
use uuid::Uuid;

use super::fleet::hauled_by;
use super::pile::promise;
use super::plan::{given, on_the_way, routes_of};
use super::{find, keep, repeated};
use crate::domain::change::Layer;
use crate::domain::fleet::Vehicle;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::person::Person;
use crate::domain::pickup::{PickupRoute, RouteState};
use crate::domain::pile::Pile;
use crate::domain::plan::{Plan, PlanState};
use crate::domain::thing::require;
use crate::domain::waste::WasteTerms;
use crate::error::{Code, Error, Result};
use crate::store::Tx;

fn refused<T>(detail: &'static str, fact: &'static str, about: impl Into<serde_json::Value>) -> Result<T> {
    Err(Error::new(Code::WrongState, detail).fact(fact, about))
}

/// The vehicle of a route, when it is there for it.
async fn vehicle_of(tx: &mut Tx, route: &PickupRoute, given: &[PickupRoute], today: NaiveDate) -> Result<Vehicle> {
    let vehicle: Vehicle = find(tx, route.vehicle).await?;
    if route.day < today {
        return refused("A day of it is over. Make another plan.", "day_over", route.day.to_string());
    }
    if route.leaves < tx.now {
        return refused("A vehicle of it should have set out by now. Search again.", "vehicle_late", route.vehicle_name.clone());
    }
    if !vehicle.in_use {
        return refused("A vehicle of it is out of use. Search again.", "vehicle_out_of_use", route.vehicle_name.clone());
    }
    if given.iter().any(|other| other.vehicle == route.vehicle && other.leaves < route.returns && route.leaves < other.returns) {
        return refused("A vehicle of it has another route then. Search again.", "vehicle_taken", route.vehicle_name.clone());
    }
    Ok(vehicle)
}

fn telling(kind: MessageKind, route: &PickupRoute) -> Telling {
    let driver = route.driver.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    Telling::new(kind, Layer::Route, route.record.id, route.record.version)
        .fact("vehicle", format!("{}{driver}", route.vehicle_name))
        .fact("day", route.day.to_string())
        .fact("stops", route.stops.len())
}

/// Gives a plan to the drivers: piles are promised by the days they will be fetched on, and those who drive its vehicles are told.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn publish(tx: &mut Tx, by: &Person, id: Uuid, today: NaiveDate, zone: Tz, terms: &WasteTerms) -> Result<Plan> {
    let mut plan: Plan = find(tx, id).await?;
    hauled_by(by, plan.organisation)?;
    if plan.state == PlanState::Published {
        return Ok(plan);
    }
    require(plan.state == PlanState::Draft, plan.state.text(), "published")?;
    let routes = routes_of(tx, &plan).await?;
    require(!routes.is_empty(), "empty", "published")?;
    let given = given(tx, plan.organisation, today).await?;
    let taken = on_the_way(&given);
    for stop in routes.iter().flat_map(PickupRoute::piles) {
        if taken.contains(&stop.id) || !find::<Pile>(tx, stop.id).await?.waits_for(plan.organisation) {
            return refused("A pile of it does not wait any more. Search again.", "code_of_pile", stop.name.clone());
        }
    }
    for mut route in routes {
        let vehicle = vehicle_of(tx, &route, &given, today).await?;
        for stop in route.piles() {
            promise(tx, &by.following(), stop.id, route.day, zone, terms).await?;
        }
        route.state = RouteState::Published;
        let route = keep(tx, route, "published", None, Some(by)).await?;
        let told = Audience::Among(plan.organisation, &vehicle.drivers);
        tx.tell(told, &telling(MessageKind::RoutePublished, &route)).await?;
    }
    plan.state = PlanState::Published;
    keep(tx, plan, "published", None, Some(by)).await
}

/// Takes a route back that nobody has told of setting out on: its piles are due again, and everyone who may have been told of it is told. What
/// was promised to those who left the bags stands, until another route promises another day.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn withdraw(tx: &mut Tx, by: &Person, id: Uuid) -> Result<PickupRoute> {
    let mut route: PickupRoute = find(tx, id).await?;
    hauled_by(by, route.organisation)?;
    if route.state == RouteState::Withdrawn || repeated(tx, by, id, "withdrawn").await? {
        return Ok(route);
    }
    route.withdraw(tx.now)?;
    let route = keep(tx, route, "withdrawn", None, Some(by)).await?;
    tx.tell(Audience::Organisation(route.organisation), &telling(MessageKind::RouteWithdrawn, &route)).await?;
    Ok(route)
}
