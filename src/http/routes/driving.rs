//! Driving a route, and taking it along as a file.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpResponse, get, post, web};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Refusals;
use super::things::{Nothing, acts, municipality};
use crate::act;
use crate::act::drive::{Arriving, Fetching, Finding, HandIn, Moment, Return, Sharing, opens};
use crate::act::fleet::{hauled_by, hauls_for};
use crate::act::person::Secret;
use crate::domain::fleet::Vehicle;
use crate::domain::haulage::{Haulage, RouteLine};
use crate::domain::pickup::{PickupRoute, RouteState};
use crate::domain::place::LonLat;
use crate::error::{Code, Error, Result};
use crate::export;
use crate::http::App;
use crate::http::read::{Params, id};
use crate::http::session::{Actor, Who};

/// How long a route that was not driven to its end is shown.
const BACK_DAYS: i64 = 30;

/// The routes my organisation drives from today on, and those of the last thirty days that are not done yet
#[utoipa::path(tag = "routes", responses((status = 200, body = Vec<PickupRoute>), Refusals))]
#[get("/api/v1/my-routes")]
pub async fn mine(app: web::Data<App>, who: Actor) -> Result<web::Json<Vec<PickupRoute>>> {
    let own = hauls_for(&who.0)?;
    let today = app.live.day_of(app.live.clock.now());
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    let mut all: Vec<PickupRoute> = tx.things_of(own, Some(today - TimeDelta::days(BACK_DAYS)), None).await?;
    let open = |r: &PickupRoute| matches!(r.state, RouteState::Published | RouteState::UnderWay) || r.day >= today;
    let there = |r: &PickupRoute| !matches!(r.state, RouteState::Draft | RouteState::Withdrawn) && !r.stops.is_empty();
    all.retain(|r| there(r) && open(r));
    all.sort_by_key(|r| (r.day, r.vehicle_name.clone(), r.record.id));
    Ok(web::Json(all))
}

/// Which routes that were driven.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// the first local day
    from: Option<NaiveDate>,
    /// the last local day
    until: Option<NaiveDate>,
}

/// Routes that were driven, and what they came to.
#[derive(Serialize, ToSchema)]
pub struct HaulageShown {
    /// Together.
    total: Haulage,
    /// By month, as `2026-06`.
    months: BTreeMap<String, Haulage>,
    /// Each, the newest first.
    routes: Vec<RouteLine>,
}

/// What my organisation's routes came to: planned against driven, cost and CO₂ a tonne
#[utoipa::path(tag = "routes", params(Within), responses((status = 200, body = HaulageShown), Refusals))]
#[get("/api/v1/haulage")]
pub async fn haulage(app: web::Data<App>, who: Actor, q: Params<Within>) -> Result<web::Json<HaulageShown>> {
    let own = hauls_for(&who.0)?;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    let fleet: HashMap<Uuid, Vehicle> =
        tx.things_of::<Vehicle>(own, None, None).await?.into_iter().map(|v| (v.record.id, v)).collect();
    let all: Vec<PickupRoute> = tx.things_of(own, q.0.from, q.0.until).await?;
    let lines = all.iter().filter(|r| r.state == RouteState::Done);
    let mut routes: Vec<RouteLine> = lines.filter_map(|r| fleet.get(&r.vehicle).map(|v| RouteLine::of(r, &v.facts))).collect();
    routes.sort_by_key(|r| (std::cmp::Reverse(r.day), r.route));
    let mut by_month: BTreeMap<String, Vec<RouteLine>> = BTreeMap::new();
    for line in &routes {
        by_month.entry(line.day.format("%Y-%m").to_string()).or_default().push(line.clone());
    }
    let months = by_month.into_iter().map(|(month, lines)| (month, Haulage::over(&lines))).collect();
    Ok(web::Json(HaulageShown { total: Haulage::over(&routes), months, routes }))
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
    if key.is_some_and(|key| key.chars().count() > 100) {
        return Err(Error::invalid("key", "A key has at most 100 letters."));
    }
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
    (status = 200, content((String = "application/gpx+xml"), (String = "text/csv"), (String = "text/calendar"))), Refusals))]
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
    set_out "/api/v1/routes/{id}/starts" "routes" (Moment) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::set_out(tx, &by, id, sent) }
    /// Be at a stop
    arrive "/api/v1/routes/{id}/arrivals" "routes" (Arriving) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::arrive(tx, &by, id, sent) }
    /// Say how fetching a pile went
    fetch "/api/v1/routes/{id}/fetchings" "routes" (Fetching) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::fetch(tx, &by, id, sent, &app.config.waste) }
    /// Hand in what is on board, with its weight
    hand_in "/api/v1/routes/{id}/hand-ins" "routes" (HandIn) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::hand_in(tx, &by, id, sent, &app.config.waste) }
    /// Take along what was found beside the stops
    take_along "/api/v1/routes/{id}/finds" "routes" (Finding) -> PickupRoute { |app, tx, by, id, sent| {
        let at = LonLat::new(sent.lon, sent.lat)?;
        let code = municipality(&app, at);
        act::drive::take_along(tx, &by, id, sent, code, &app.config.waste) } }
    /// Be back: the route is driven
    come_back "/api/v1/routes/{id}/returns" "routes" (Return) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::come_back(tx, &by, id, sent, &app.config.waste) }
    /// Take a route back that nobody has told of setting out on
    withdraw "/api/v1/routes/{id}/withdrawals" "routes" (Nothing) -> PickupRoute { |app, tx, by, id, sent|
        act::publish::withdraw(tx, &by, id) }
    /// Make a link to a route that ends, or end it
    share "/api/v1/routes/{id}/shares" "routes" (Sharing) -> PickupRoute { |app, tx, by, id, sent|
        act::drive::share(tx, &by, id, sent, Secret::default().text()) }
}
