//! The vehicles and boats of an organisation.

use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Refusals;
use super::things::{Nothing, acts, made};
use crate::act::fleet::{NewVehicle, hauls_for};
use crate::act::{self, digest};
use crate::domain::fleet::{Vehicle, VehicleFacts};
use crate::error::Result;
use crate::http::App;
use crate::http::read::{Body, exactly, id};
use crate::http::session::Actor;

/// The vehicles of my organisation, also those that are out of use
#[utoipa::path(tag = "fleet", responses((status = 200, body = Vec<Vehicle>), Refusals))]
#[get("/api/v1/vehicles")]
pub async fn list(app: web::Data<App>, who: Actor) -> Result<web::Json<Vec<Vehicle>>> {
    let own = hauls_for(&who.0)?;
    app.live.store.read(app.live.clock.now()).await?.things_of(own, None, None).await.map(web::Json)
}

/// The id a vehicle comes with.
#[derive(Deserialize, Serialize)]
struct Named {
    id: Uuid,
}

/// Add a vehicle
#[utoipa::path(tag = "fleet", request_body = NewVehicle, responses(
    (status = 200, description = "it was added before", body = Vehicle), (status = 201, body = Vehicle), Refusals))]
#[post("/api/v1/vehicles")]
pub async fn add(app: web::Data<App>, who: Actor, body: Body<Map<String, Value>>) -> Result<HttpResponse> {
    let Body(mut said) = body;
    let named: Named = exactly(said.remove("id").map(|id| ("id".to_owned(), id)).into_iter().collect())?;
    let new = NewVehicle { id: named.id, facts: exactly(said)? };
    let (by, sent, roads) = (who.0, digest(&new)?, app.config.road_names());
    let done =
        app.live.write(move |tx| Box::pin(async move { act::fleet::add_vehicle(tx, &by, new, sent, &roads).await })).await?;
    Ok(made(done))
}

/// Say something else of a vehicle
#[utoipa::path(tag = "fleet", params(("id" = uuid::Uuid, Path)), request_body = VehicleFacts,
    responses((status = 200, body = Vehicle), Refusals))]
#[put("/api/v1/vehicles/{id}")]
pub async fn describe(
    app: web::Data<App>,
    who: Actor,
    path: web::Path<String>,
    facts: Body<Map<String, Value>>,
) -> Result<web::Json<Vehicle>> {
    let (by, id, roads, facts) = (who.0, id(&path)?, app.config.road_names(), exactly::<VehicleFacts>(facts.0)?);
    let write = app.live.write(move |tx| Box::pin(async move { act::fleet::describe(tx, &by, id, facts, &roads).await }));
    write.await.map(web::Json)
}

acts! {
    /// I drive a vehicle: I am told of its routes
    drive "/api/v1/vehicles/{id}/drivers" "fleet" (Nothing) -> Vehicle { |app, tx, by, id, sent| act::fleet::drive(tx, &by, id, true) }

    /// I do not drive a vehicle any more
    stop_driving "/api/v1/vehicles/{id}/drivers/departures" "fleet" (Nothing) -> Vehicle { |app, tx, by, id, sent|
        act::fleet::drive(tx, &by, id, false) }

    /// Forget who drives a vehicle: its routes are told to everyone again
    forget_drivers "/api/v1/vehicles/{id}/drivers/removals" "fleet" (Nothing) -> Vehicle { |app, tx, by, id, sent|
        act::fleet::forget_drivers(tx, &by, id) }

    /// Take a vehicle out of use
    retire "/api/v1/vehicles/{id}/retirements" "fleet" (Nothing) -> Vehicle { |app, tx, by, id, sent|
        act::fleet::use_it(tx, &by, id, false) }

    /// Take a vehicle into use again
    reinstate "/api/v1/vehicles/{id}/reinstatements" "fleet" (Nothing) -> Vehicle { |app, tx, by, id, sent|
        act::fleet::use_it(tx, &by, id, true) }
}
