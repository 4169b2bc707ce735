//! Hotspots: reported by anyone, seen by all.

use std::sync::Arc;

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Refusals;
use super::places::Collection;
use crate::act::hotspot::{Place, Report, Saying};
use crate::act::{self, Made};
use crate::domain::change::HistoryLine;
use crate::domain::hotspot::{Closing, Hotspot, State};
use crate::domain::permission::{Action, Subject, allow, may};
use crate::domain::place::{LonLat, Window};
use crate::domain::words::{self, Words};
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::{Actor, Who};

/// Which hotspots.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// west,south,east,north in degrees; everything when it is not said
    bbox: Option<String>,
    /// states, separated by commas; all when it is not said
    #[param(example = "reported,claimed")]
    state: Option<String>,
    /// reported at most so many days ago
    #[param(minimum = 0, maximum = 36500)]
    max_age_days: Option<u32>,
}

impl Filter {
    fn states(&self) -> Result<Option<Vec<State>>> {
        let Some(text) = &self.state else {
            return Ok(None);
        };
        let state = |t: &str| State::parse(t).ok_or_else(|| Error::invalid("state", format!("There is no state {t:?}.")));
        text.split(',').map(|t| state(t.trim())).collect::<Result<_>>().map(Some)
    }
}

/// Hotspots
#[utoipa::path(tag = "hotspots", params(Filter), responses(
    (status = 200, body = Collection<Hotspot>, content_type = "application/json"), Refusals))]
#[get("/api/v1/hotspots")]
pub async fn list(app: web::Data<App>, q: Params<Filter>) -> Result<web::Json<Collection<Hotspot>>> {
    let window = q.0.bbox.as_deref().map_or(Ok(Window::WORLD), Window::parse)?;
    let states = q.0.states()?;
    if q.0.max_age_days.is_some_and(|days| days > 36_500) {
        return Err(Error::invalid("max_age_days", "max_age_days must be from 0 to 36500."));
    }
    let now = app.live.clock.now();
    let since = q.0.max_age_days.map_or(DateTime::<Utc>::MIN_UTC, |days| now - TimeDelta::days(days.into()));
    let coast = app.live.coast();
    let found: Vec<Hotspot> = coast
        .hotspots
        .within(window)
        .into_iter()
        .filter(|h| h.reported_at >= since)
        .map(|h| h.seen(now))
        .filter(|h| states.as_ref().is_none_or(|s| s.contains(&h.state)))
        .collect();
    let most = app.config.limits.hotspots;
    if found.len() > most {
        return Err(Error::new(Code::WindowTooLarge, format!("The window holds more than {most} hotspots.")).at("bbox"));
    }
    let features = found.into_iter().map(|h| (h.id, geojson::Geometry::new(geojson::GeometryValue::new_point(h.at.pair())), h));
    Ok(web::Json(Collection::of(features)))
}

/// A place and how far around it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NearPlace {
    /// degrees east
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// degrees north
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// how many, 1 to 20
    #[serde(default = "three")]
    #[param(minimum = 1, maximum = 20, default = 3)]
    k: usize,
    /// metres, at most 10000
    #[serde(default = "hundred")]
    #[param(minimum = 0, maximum = 10000, default = 100)]
    within_m: f64,
}

fn three() -> usize {
    3
}

fn hundred() -> f64 {
    100.0
}

/// A hotspot near a place.
#[derive(Serialize, ToSchema)]
pub struct NearHotspot {
    /// Geodesic metres to it.
    distance_m: f64,
    /// The hotspot.
    hotspot: Hotspot,
}

/// Open hotspots near a place
///
/// Asked before one reports, to support a report that is there rather than make another.
#[utoipa::path(tag = "hotspots", params(NearPlace), responses((status = 200, body = Vec<NearHotspot>), Refusals))]
#[get("/api/v1/hotspots/nearest")]
pub async fn nearest(app: web::Data<App>, q: Params<NearPlace>) -> Result<web::Json<Vec<NearHotspot>>> {
    let at = LonLat::new(q.0.lon, q.0.lat)?;
    if !(1..=20).contains(&q.0.k) {
        return Err(Error::invalid("k", "k must be from 1 to 20."));
    }
    if !(0.0..=10_000.0).contains(&q.0.within_m) {
        return Err(Error::invalid("within_m", "within_m must be from 0 to 10000."));
    }
    let (now, coast) = (app.live.clock.now(), app.live.coast());
    let near = coast.hotspots.nearest(at, usize::MAX, q.0.within_m, |h| h.at);
    let near = near.into_iter().map(|(d, h)| NearHotspot { distance_m: d.round(), hotspot: h.seen(now) });
    Ok(web::Json(near.filter(|n| n.hotspot.state.is_open()).take(q.0.k).collect()))
}

/// A report as it was taken.
#[derive(Serialize, ToSchema)]
pub struct Reported {
    /// The hotspot.
    hotspot: Hotspot,
    /// What to do at once, when it is hazardous.
    advice: Vec<Words>,
}

fn advice(app: &App, h: &Hotspot) -> Vec<Words> {
    let coast = app.live.coast();
    let country = coast.municipality(h.at).map_or_else(String::new, |m| m.country.clone());
    h.hazards.iter().map(|hazard| words::hazard(*hazard, &app.config.emergency_number(&country, *hazard))).collect()
}

fn shown(mut response: actix_web::HttpResponseBuilder, app: &App, hotspot: Hotspot) -> HttpResponse {
    let advice = advice(app, &hotspot);
    response.insert_header((ETAG, format!("\"{}\"", hotspot.version)));
    response.insert_header((LOCATION, format!("/api/v1/hotspots/{}", hotspot.id)));
    response.json(Reported { hotspot, advice })
}

fn place(app: &App, at: LonLat) -> Result<Place> {
    let (coast, reach) = (app.live.coast(), app.config.coast.reach_m);
    if let Some(near) = coast.shore.nearest(at, 1, reach).pop().filter(|n| n.distance_m <= reach) {
        let municipality = coast.municipality(at).map(|m| m.code.clone()).or(near.municipality);
        return Ok(Place { segment: near.id, municipality });
    }
    let swapped = at.swapped().is_some_and(|p| !coast.shore.nearest(p, 1, reach).is_empty());
    let hint = if swapped { " lon and lat look swapped." } else { "" };
    let shore_m = coast.shore.nearest(at, 1, f64::INFINITY).pop().map(|n| n.distance_m.round());
    let detail = format!("The place is farther than {reach:.0} m from any shore known here.{hint}");
    Err(Error::new(Code::FarFromShore, detail).at("lon").fact("nearest_shore_m", shore_m).fact("looks_swapped", swapped))
}

/// Report a hotspot
///
/// Its photos are announced by their ids and sent afterwards.
#[utoipa::path(tag = "hotspots", request_body = Report, responses(
    (status = 200, description = "it was reported before", body = Reported), (status = 201, body = Reported), Refusals))]
#[post("/api/v1/hotspots")]
pub async fn report(app: web::Data<App>, who: Actor, sent: Body<Report>) -> Result<HttpResponse> {
    allow(&who.0, Action::Report, Subject::default())?;
    let (at, told) = sent.0.checked()?;
    let place = place(&app, at)?;
    let by = who.0;
    let brings = told.photos.iter().copied().chain([told.id]).collect();
    let made = app
        .live
        .write_new(brings, move |tx| Box::pin(async move { act::hotspot::report(tx, &by, told, at, place).await }))
        .await?;
    Ok(match made {
        Made::New(h) => shown(HttpResponse::Created(), &app, h),
        Made::Before(h) => shown(HttpResponse::Ok(), &app, h),
    })
}

fn find(app: &App, id: Uuid) -> Result<Arc<Hotspot>> {
    let coast = app.live.coast();
    coast.hotspots.get(id).cloned().ok_or_else(|| Error::new(Code::NotFound, "There is no such hotspot."))
}

/// A hotspot
#[utoipa::path(tag = "hotspots", params(("id" = Uuid, Path)), responses((status = 200, body = Reported), Refusals))]
#[get("/api/v1/hotspots/{id}")]
pub async fn one(app: web::Data<App>, path: web::Path<String>) -> Result<HttpResponse> {
    let hotspot = find(&app, id(&path)?)?.seen(app.live.clock.now());
    Ok(shown(HttpResponse::Ok(), &app, hotspot))
}

/// What happened to a hotspot, oldest first
#[utoipa::path(tag = "hotspots", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<HistoryLine>), Refusals))]
#[get("/api/v1/hotspots/{id}/history")]
pub async fn history(app: web::Data<App>, who: Who, path: web::Path<String>) -> Result<web::Json<Vec<HistoryLine>>> {
    let id = id(&path)?;
    find(&app, id)?;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    Ok(web::Json(tx.history(id, who.0.map(|p| p.id)).await?))
}

/// Support a report: "I have seen it too"
#[utoipa::path(tag = "hotspots", params(("id" = Uuid, Path)), responses((status = 200, body = Reported), Refusals))]
#[post("/api/v1/hotspots/{id}/supports")]
pub async fn support(app: web::Data<App>, who: Actor, path: web::Path<String>) -> Result<HttpResponse> {
    let (by, id) = (who.0, id(&path)?);
    let h = app.live.write(move |tx| Box::pin(async move { act::hotspot::support(tx, &by, id).await })).await?;
    Ok(shown(HttpResponse::Ok(), &app, h))
}

/// Say that it is still there
#[utoipa::path(tag = "hotspots", params(("id" = Uuid, Path)), request_body = Saying, responses((status = 200, body = Reported), Refusals))]
#[post("/api/v1/hotspots/{id}/sightings")]
pub async fn still_there(app: web::Data<App>, who: Actor, path: web::Path<String>, saying: Body<Saying>) -> Result<HttpResponse> {
    let (by, id) = (who.0, id(&path)?);
    let h = app.live.write(move |tx| Box::pin(async move { act::hotspot::still_there(tx, &by, id, saying.0).await })).await?;
    Ok(shown(HttpResponse::Ok(), &app, h))
}

/// Say that it is clean
#[utoipa::path(tag = "hotspots", params(("id" = Uuid, Path)), request_body = Saying, responses((status = 200, body = Reported), Refusals))]
#[post("/api/v1/hotspots/{id}/cleanings")]
pub async fn cleaned(app: web::Data<App>, who: Actor, path: web::Path<String>, saying: Body<Saying>) -> Result<HttpResponse> {
    let (by, id) = (who.0, id(&path)?);
    let place = find(&app, id)?.at;
    if !may(&by, Action::CleanAsProfessional) {
        let coast = app.live.coast();
        coast.here(place).may_clean(coast.date, coast.date, false)?;
    }
    let h = app.live.write(move |tx| Box::pin(async move { act::hotspot::cleaned(tx, &by, id, saying.0).await })).await?;
    Ok(shown(HttpResponse::Ok(), &app, h))
}

/// Confirm that it is clean
#[utoipa::path(tag = "hotspots", params(("id" = Uuid, Path)), responses((status = 200, body = Reported), Refusals))]
#[post("/api/v1/hotspots/{id}/verifications")]
pub async fn verify(app: web::Data<App>, who: Actor, path: web::Path<String>) -> Result<HttpResponse> {
    let (by, id) = (who.0, id(&path)?);
    let h = app.live.write(move |tx| Box::pin(async move { act::hotspot::verify(tx, &by, id).await })).await?;
    Ok(shown(HttpResponse::Ok(), &app, h))
}

/// Close it without it being cleaned, with the reason
#[utoipa::path(tag = "hotspots", params(("id" = Uuid, Path)), request_body = Closing, responses((status = 200, body = Reported), Refusals))]
#[post("/api/v1/hotspots/{id}/closings")]
pub async fn close(app: web::Data<App>, who: Actor, path: web::Path<String>, closing: Body<Closing>) -> Result<HttpResponse> {
    let (by, id) = (who.0, id(&path)?);
    let h = app.live.write(move |tx| Box::pin(async move { act::hotspot::close(tx, &by, id, closing.0).await })).await?;
    Ok(shown(HttpResponse::Ok(), &app, h))
}
