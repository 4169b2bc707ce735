//! What holds at a place: rules, municipalities, closures.

use std::sync::Arc;

use actix_web::{get, web};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Refusals;
use crate::domain::area::Area;
use crate::domain::closure::Closure;
use crate::domain::place::{LonLat, Window};
use crate::domain::rules::RulesAnswer;
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::Params;

/// So many metres from all shore that is known, nothing is known of a place.
const KNOWN_M: f64 = 50_000.0;

/// A place and a day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlaceAndTime {
    /// degrees east
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// degrees north
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// a day (2026-05-01) or an instant (RFC 3339), which is turned into the local day; today when it is not said
    at: Option<String>,
}

/// What one may do in a place on a day, and why
#[utoipa::path(tag = "coast", params(PlaceAndTime), responses((status = 200, body = RulesAnswer), Refusals))]
#[get("/api/v1/rules")]
pub async fn rules(app: web::Data<App>, q: Params<PlaceAndTime>) -> Result<web::Json<RulesAnswer>> {
    let at = LonLat::new(q.0.lon, q.0.lat)?;
    let date = match &q.0.at {
        None => app.live.day_of(app.live.clock.now()),
        Some(text) => day(&app, text)?,
    };
    let coast = app.live.coast();
    // Where nothing is known nobody is told that they are welcome. Out at sea one is still near a closure.
    if !coast.shore.is_empty() && coast.shore.nearest(at, 1, KNOWN_M).is_empty() {
        let detail = format!("No shore is known within {} km of this place.", KNOWN_M / 1000.0);
        return Err(Error::new(Code::FarFromShore, detail).at("lon"));
    }
    Ok(web::Json(coast.here(at).answer(date)))
}

fn day(app: &App, text: &str) -> Result<NaiveDate> {
    let wrong = || Error::invalid("at", "at must be a day like 2026-05-01 or an instant like 2026-05-01T10:00:00Z.");
    let date = if let Ok(date) = text.parse::<NaiveDate>() {
        date
    } else {
        let instant = text.parse::<DateTime<Utc>>().map_err(|_| wrong())?;
        // Looked at before it is turned into a local day, for which a year far away leaves no room.
        if !(1900..2200).contains(&instant.year()) {
            return Err(wrong());
        }
        app.live.day_of(instant)
    };
    // A far year is a slip of the hand, and there is no calendar for it.
    let years = NaiveDate::from_ymd_opt(1900, 1, 1)..NaiveDate::from_ymd_opt(2200, 1, 1);
    if years.contains(&Some(date)) { Ok(date) } else { Err(wrong()) }
}

/// A place.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AtPlace {
    /// degrees east
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// degrees north
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
}

/// Whom to call.
#[derive(Serialize, ToSchema)]
pub struct EmergencyNumbers {
    /// The police: explosives, flares, ammunition.
    police: String,
    /// For acute pollution.
    pollution: String,
    /// When somebody is hurt.
    injury: String,
}

/// Whom to call at a place
#[utoipa::path(tag = "coast", params(AtPlace), responses((status = 200, body = EmergencyNumbers), Refusals))]
#[get("/api/v1/emergency")]
pub async fn emergency(app: web::Data<App>, q: Params<AtPlace>) -> Result<web::Json<EmergencyNumbers>> {
    let at = LonLat::new(q.0.lon, q.0.lat)?;
    let coast = app.live.coast();
    let numbers = coast.municipality(at).and_then(|m| app.config.emergency.get(&m.country));
    // 112 works in all of Europe.
    let or_112 = |n: Option<&String>| n.cloned().unwrap_or_else(|| "112".into());
    Ok(web::Json(EmergencyNumbers {
        police: or_112(numbers.map(|n| &n.police)),
        pollution: or_112(numbers.map(|n| &n.pollution)),
        injury: or_112(numbers.map(|n| &n.injury)),
    }))
}

/// An optional window.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MaybeWindow {
    /// west,south,east,north in degrees; everything when it is not said
    bbox: Option<String>,
}

/// Things as GeoJSON.
#[derive(Serialize, ToSchema)]
pub struct Collection<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    features: Vec<FeatureOf<T>>,
}

/// A thing as GeoJSON.
#[derive(Serialize, ToSchema)]
pub struct FeatureOf<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: uuid::Uuid,
    #[schema(value_type = Object)]
    geometry: geojson::Geometry,
    properties: T,
}

impl<T> Collection<T> {
    /// A FeatureCollection of things with their geometries.
    pub fn of(things: impl Iterator<Item = (uuid::Uuid, geojson::Geometry, T)>) -> Self {
        let feature = |(id, geometry, properties)| FeatureOf { kind: "Feature", id, geometry, properties };
        Self { kind: "FeatureCollection", features: things.map(feature).collect() }
    }
}

impl<T: crate::domain::thing::Document> Collection<T> {
    /// Things that are at a place.
    pub fn points(things: Vec<Arc<T>>) -> Self {
        let point = |t: &T| geojson::Geometry::new(geojson::GeometryValue::new_point(t.place().pair()));
        Self::of(things.into_iter().map(|t| (t.record().id, point(&t), (*t).clone())))
    }
}

/// A geometry as GeoJSON.
pub fn geometry(g: &geo::MultiPolygon) -> geojson::Geometry {
    geojson::Geometry::new(geojson::GeometryValue::from(g))
}

/// What is known of an area beside its shape.
#[derive(Serialize, ToSchema)]
pub struct AreaProperties {
    kind: crate::domain::area::AreaKind,
    code: String,
    name: String,
    country: String,
    default_regime: crate::domain::zone::Regime,
}

impl MaybeWindow {
    /// The window asked for, or the world.
    ///
    /// # Errors
    /// `invalid` at `bbox`.
    pub fn window(&self) -> Result<Window> {
        self.bbox.as_deref().map_or(Ok(Window::WORLD), Window::parse)
    }
}

/// Municipalities and service areas
#[utoipa::path(tag = "coast", params(MaybeWindow), responses(
    (status = 200, body = Collection<AreaProperties>, content_type = "application/json"), Refusals))]
#[get("/api/v1/areas")]
pub async fn areas(app: web::Data<App>, q: Params<MaybeWindow>) -> Result<web::Json<Collection<AreaProperties>>> {
    let coast = app.live.coast();
    Ok(web::Json(Collection::of(coast.areas.within(q.0.window()?).into_iter().map(area_feature))))
}

/// An area as GeoJSON.
pub fn area_feature(a: &Arc<Area>) -> (uuid::Uuid, geojson::Geometry, AreaProperties) {
    let (code, name, country) = (a.code.clone(), a.name.clone(), a.country.clone());
    (a.id, geometry(&a.geometry), AreaProperties { kind: a.kind, code, name, country, default_regime: a.default_regime })
}

/// What is known of a closure beside its shape.
#[derive(Serialize, ToSchema)]
pub struct ClosureProperties {
    name: String,
    seasons: Vec<crate::domain::closure::Season>,
    sea_buffer_m: f64,
    source_url: Option<String>,
    /// Whether it holds today.
    in_effect: bool,
}

/// Closures
#[utoipa::path(tag = "coast", params(MaybeWindow), responses(
    (status = 200, body = Collection<ClosureProperties>, content_type = "application/json"), Refusals))]
#[get("/api/v1/closures")]
pub async fn closures(app: web::Data<App>, q: Params<MaybeWindow>) -> Result<web::Json<Collection<ClosureProperties>>> {
    let coast = app.live.coast();
    let found = coast.closures.within(q.0.window()?).into_iter().map(|c: &std::sync::Arc<Closure>| {
        let (name, seasons, source_url) = (c.name.clone(), c.seasons.clone(), c.source_url.clone());
        let in_effect = c.in_effect(coast.date);
        let properties = ClosureProperties { name, seasons, sea_buffer_m: c.sea_buffer_m, source_url, in_effect };
        (c.id, geometry(&c.geometry), properties)
    });
    Ok(web::Json(Collection::of(found)))
}
