//! Zones: read by all, drawn by staff.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Refusals;
use super::places::{Collection, MaybeWindow, geometry};
use crate::act::{self, Made, zone::ZoneDrawing};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::zone::{Regime, Zone};
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{BasedOn, Body, Params, id};
use crate::http::session::Actor;

/// What is known of a zone beside its shape.
#[derive(Serialize, ToSchema)]
pub struct ZoneProperties {
    name: String,
    regime: Regime,
    municipality: String,
    area_m2: f64,
    /// Send it as `If-Match: "version"` with a change.
    version: i64,
    changed_at: DateTime<Utc>,
}

/// Zones
#[utoipa::path(tag = "zones", params(MaybeWindow), responses(
    (status = 200, body = Collection<ZoneProperties>, content_type = "application/json"), Refusals))]
#[get("/api/v1/zones")]
pub async fn list(app: web::Data<App>, q: Params<MaybeWindow>) -> Result<web::Json<Collection<ZoneProperties>>> {
    let coast = app.live.coast();
    let found = coast.zones.within(q.0.window()?).into_iter().map(|z: &std::sync::Arc<Zone>| {
        let (name, municipality) = (z.name.clone(), z.municipality.clone());
        let (regime, area_m2, version, changed_at) = (z.regime, z.area_m2, z.version, z.changed_at);
        (z.id, geometry(&z.geometry), ZoneProperties { name, regime, municipality, area_m2, version, changed_at })
    });
    Ok(web::Json(Collection::of(found)))
}

fn answer(mut response: actix_web::HttpResponseBuilder, zone: &Zone) -> HttpResponse {
    response.insert_header((ETAG, format!("\"{}\"", zone.version))).json(zone)
}

/// A zone
#[utoipa::path(tag = "zones", params(("id" = Uuid, Path)), responses((status = 200, body = Zone), Refusals))]
#[get("/api/v1/zones/{id}")]
pub async fn one(app: web::Data<App>, path: web::Path<String>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let coast = app.live.coast();
    let zone = coast.zones.get(id).ok_or_else(|| Error::new(Code::NotFound, "There is no such zone."))?;
    Ok(answer(HttpResponse::Ok(), zone))
}

/// A municipality says who clears its own shore, and nobody else's.
fn at_home(app: &App, zone: &Zone) -> Result<()> {
    if app.live.coast().lies_before(&zone.municipality, &zone.geometry) {
        return Ok(());
    }
    Err(Error::invalid("geometry", "The zone reaches out of the municipality."))
}

/// Draw a zone
///
/// The id is made by the client. Sending the same again changes nothing.
#[utoipa::path(tag = "zones", params(("id" = Uuid, Path)), request_body = ZoneDrawing, responses(
    (status = 200, description = "it was drawn before", body = Zone), (status = 201, body = Zone), Refusals))]
#[post("/api/v1/zones/{id}")]
pub async fn draw(app: web::Data<App>, who: Actor, path: web::Path<String>, drawing: Body<ZoneDrawing>) -> Result<HttpResponse> {
    let by = who.0;
    let municipality = by.municipality().unwrap_or_default().to_owned();
    allow(&by, Action::Zone, Subject { own: false, municipality: Some(&municipality) })?;
    let (zone, why) = drawing.0.zone(id(&path)?, &municipality)?;
    at_home(&app, &zone)?;
    let made = app.live.write(move |tx| Box::pin(async move { act::zone::draw(tx, &by, zone, why).await })).await?;
    Ok(match made {
        Made::New(zone) => answer(HttpResponse::Created(), &zone),
        Made::Before(zone) => answer(HttpResponse::Ok(), &zone),
    })
}

/// Reshape a zone or give it another regime
#[utoipa::path(tag = "zones", params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "the ETag it was read with")),
    request_body = ZoneDrawing, responses((status = 200, body = Zone), Refusals))]
#[put("/api/v1/zones/{id}")]
pub async fn reshape(
    app: web::Data<App>,
    who: Actor,
    path: web::Path<String>,
    based_on: BasedOn,
    drawing: Body<ZoneDrawing>,
) -> Result<HttpResponse> {
    let by = who.0;
    let (zone, why) = drawing.0.zone(id(&path)?, by.municipality().unwrap_or_default())?;
    allow(&by, Action::Zone, Subject { own: false, municipality: by.municipality() })?;
    at_home(&app, &zone)?;
    let zone =
        app.live.write(move |tx| Box::pin(async move { act::zone::reshape(tx, &by, zone, why, based_on.0).await })).await?;
    Ok(answer(HttpResponse::Ok(), &zone))
}

/// Remove a zone
#[utoipa::path(tag = "zones", params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "the ETag it was read with")),
    responses((status = 204), Refusals))]
#[delete("/api/v1/zones/{id}")]
pub async fn remove(app: web::Data<App>, who: Actor, path: web::Path<String>, based_on: BasedOn) -> Result<HttpResponse> {
    let (by, id) = (who.0, id(&path)?);
    app.live.write(move |tx| Box::pin(async move { act::zone::remove(tx, &by, id, based_on.0).await })).await?;
    Ok(HttpResponse::NoContent().finish())
}
