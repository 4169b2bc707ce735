//! Driving a route, and taking it along as a file.

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Refusals;
use super::things::{Nothing, acts};
use crate::act;
use crate::act::drive::{Fetching, HandIn, Sharing, opens};
use crate::act::fleet::{hauled_by, hauls_for};
use crate::act::person::Secret;
use crate::domain::pickup::{PickupRoute, RouteState};
use crate::error::{Code, Error, Result};
use crate::export;
use crate::http::App;
use crate::http::read::{Params, id};
use crate::http::session::{Actor, Who};

/// The routes my organisation drives from today on, and those not done yet
#[utoipa::path(tag = "routes", responses((status = 200, body = Vec<PickupRoute>), Refusals))]
#[get("/api/v1/my-routes")]
pub async fn mine(app: web::Data<App>, who: Actor) -> Result<web::Json<Vec<PickupRoute>>> {
    let own = hauls_for(&who.0)?;
    let today = app.live.day_of(app.live.clock.now());
    let mut all: Vec<PickupRoute> = app.live.store.read(app.live.clock.now()).await?.things().await?;
    let open = |r: &PickupRoute| matches!(r.state, RouteState::Published | RouteState::UnderWay) || r.day >= today;
    all.retain(|r| r.organisation == own && r.state != RouteState::Draft && open(r) && !r.stops.is_empty());
    all.sort_by_key(|r| (r.day, r.vehicle_name.clone(), r.record.id));
    Ok(web::Json(all))
}

/// What a link to a route ends with.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// the key of a shared link; not needed by those whose route it is
    #[param(max_length = 100)]
    key: Option<String>,
}

async fn seen(app: &App, who: Who, path: &str, key: Option<&str>) -> Result<PickupRoute> {
    let found: Option<PickupRoute> = app.live.store.read(app.live.clock.now()).await?.thing(id(path)?).await?;
    let mut route = found.ok_or_else(|| Error::new(Code::NotFound, "There is no such route."))?;
    if who.0.as_ref().is_some_and(|by| hauled_by(by, route.organisation).is_ok()) {
        return Ok(route);
    }
    if key.is_some_and(|key| opens(&route, key, app.live.clock.now())) {
        (route.shared, route.driver) = (None, None); // to look, not to share on; nor who drives
        return Ok(route);
    }
    match who.0 {
        Some(by) => {
            Err(hauled_by(&by, route.organisation).err().unwrap_or_else(|| Error::new(Code::NotFound, "There is no such route.")))
        }
        None => Err(Error::new(Code::NoSession, "A session is needed, or a link that has not ended.")),
    }
}

/// A route
#[utoipa::path(tag = "routes", params(("id" = Uuid, Path), Key), responses((status = 200, body = PickupRoute), Refusals))]
#[get("/api/v1/routes/{id}")]
pub async fn one(app: web::Data<App>, who: Who, path: web::Path<String>, q: Params<Key>) -> Result<web::Json<PickupRoute>> {
    seen(&app, who, &path, q.0.key.as_deref()).await.map(web::Json)
}

/// As which file.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RouteFile {
    /// GPX 1.1: waypoints with names and the route as a track.
    Gpx,
    /// One line a stop.
    Csv,
    /// iCalendar.
    Ics,
}

/// A route as a file
#[utoipa::path(tag = "routes", params(("id" = Uuid, Path), ("format" = inline(RouteFile), Path), Key), responses(
    (status = 200, body = String, content_type = "application/gpx+xml"), Refusals))]
#[get("/api/v1/routes/{id}/files/{format}")]
pub async fn exported(app: web::Data<App>, who: Who, path: web::Path<(String, String)>, q: Params<Key>) -> Result<HttpResponse> {
    let (id, format) = path.into_inner();
    let route = seen(&app, who, &id, q.0.key.as_deref()).await?;
    let url = format!("{}/routes/{}", app.config.server.public_url, route.record.id);
    let (content_type, body) = match format.as_str() {
        "gpx" => ("application/gpx+xml; charset=utf-8", export::gpx(&route)?),
        "csv" => ("text/csv; charset=utf-8", export::csv(&route, app.live.time_zone)?),
        "ics" => ("text/calendar; charset=utf-8", export::ics(&route, &url)),
        _ => return Err(Error::new(Code::NotFound, "There is gpx, csv and ics.")),
    };
    let name = format!("attachment; filename=\"{}-{}.{format}\"", route.day, route.record.id.simple());
    Ok(HttpResponse::Ok().content_type(content_type).insert_header(("content-disposition", name)).body(body))
}

acts! {
    /// Set out
    set_out "/api/v1/routes/{id}/starts" "routes" (Nothing) -> PickupRoute { |app, tx, by, id, sent| act::drive::set_out(tx, &by, id) }
    /// Say how fetching a pile went
    fetch "/api/v1/routes/{id}/fetchings" "routes" (Fetching) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::fetch(tx, &by, id, sent, &app.config.waste) }
    /// Hand in what is on board, with its weight
    hand_in "/api/v1/routes/{id}/hand-ins" "routes" (HandIn) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::hand_in(tx, &by, id, sent, &app.config.waste) }
    /// Make a link to a route that ends, or end it
    share "/api/v1/routes/{id}/shares" "routes" (Sharing) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::share(tx, &by, id, sent, Secret::default().text()) }
}
