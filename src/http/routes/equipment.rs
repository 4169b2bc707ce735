//! Equipment points: where bags and gloves are, and what is missing there.

use std::sync::Arc;

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Refusals;
use super::places::Collection;
use super::things::{Nothing, Where, acts, known, made, municipality};
use crate::act::equipment::{NewLoan, NewPoint, PointFacts, StockChange};
use crate::act::{self, digest};
use crate::domain::equipment::{Count, EquipmentPoint, Item, Level};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::place::LonLat;
use crate::domain::site::{open_at, open_now};
use crate::error::{Error, Result};
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::{Actor, Who};

/// How far ahead drops are planned for, in days.
const AHEAD_DAYS: i64 = 14;
/// How far away a point may be from a cleanup that takes from it, in metres.
const REACH_M: f64 = 20_000.0;
/// Bags each person on a cleanup fills, and pairs of gloves each needs.
const BAGS_EACH: u32 = 2;

/// Equipment points
#[utoipa::path(tag = "equipment", params(Where), responses((status = 200, body = Collection<EquipmentPoint>), Refusals))]
#[get("/api/v1/equipment")]
pub async fn list(app: web::Data<App>, q: Params<Where>) -> Result<web::Json<Collection<EquipmentPoint>>> {
    let passes = |p: &EquipmentPoint| p.in_use && q.0.passes(p.level().text(), p.municipality.as_deref());
    let found = q.0.find(&app, &app.live.coast().equipment, passes)?;
    Ok(web::Json(Collection::points(found.iter().map(|p| Arc::new(p.for_all())).collect())))
}

/// An equipment point as it is now.
#[derive(Serialize, ToSchema)]
pub struct PointShown {
    /// The point.
    point: EquipmentPoint,
    /// Whether it is stocked, low or empty.
    level: Level,
    /// Whether it is open at the instant asked for.
    open: bool,
    /// When that changes, by the local clock.
    changes_at: Option<String>,
    /// Geodesic metres to it, where a place was asked for.
    distance_m: Option<f64>,
}

fn shown(app: &App, point: &EquipmentPoint, at: DateTime<Utc>, distance_m: Option<f64>) -> PointShown {
    let (open, changes_at) = open_now(point.hours.as_deref(), at.with_timezone(&app.live.time_zone));
    PointShown { level: point.level(), point: point.for_all(), open, changes_at, distance_m }
}

/// An equipment point
#[utoipa::path(tag = "equipment", params(("id" = Uuid, Path)), responses((status = 200, body = PointShown), Refusals))]
#[get("/api/v1/equipment/{id}")]
pub async fn one(app: web::Data<App>, who: Who, path: web::Path<String>) -> Result<web::Json<PointShown>> {
    let point = known(&app.live.coast().equipment, id(&path)?)?;
    let mut shown = shown(&app, &point, app.live.clock.now(), None);
    let subject = Subject { own: false, municipality: point.municipality.as_deref() };
    if who.0.is_some_and(|by| allow(&by, Action::Place, subject).is_ok()) {
        shown.point = (*point).clone(); // who lends knows to whom
    }
    Ok(web::Json(shown))
}

/// What one needs, where and when.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// degrees east
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// degrees north
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// what, separated by commas; anything when it is not said
    #[param(example = "bags,gloves")]
    items: Option<String>,
    /// how many of each
    #[serde(default = "one_of_each")]
    #[param(minimum = 1, maximum = 10000, default = 1)]
    count: u32,
    /// on which day; today when it is not said
    on: Option<NaiveDate>,
}

fn one_of_each() -> u32 {
    1
}

/// The nearest equipment points that have what one needs, and are open that day
#[utoipa::path(tag = "equipment", params(Need), responses((status = 200, body = Vec<PointShown>), Refusals))]
#[get("/api/v1/equipment/nearest")]
pub async fn nearest(app: web::Data<App>, q: Params<Need>) -> Result<web::Json<Vec<PointShown>>> {
    let (at, now) = (LonLat::new(q.0.lon, q.0.lat)?, app.live.clock.now());
    let item = |t: &str| Item::parse(t.trim()).ok_or_else(|| Error::invalid("items", format!("There is no item {t:?}.")));
    let items = q.0.items.as_deref().map_or(Ok(vec![]), |t| t.split(',').map(item).collect::<Result<Vec<_>>>())?;
    if !(1..=10_000).contains(&q.0.count) {
        return Err(Error::invalid("count", "count must be from 1 to 10000."));
    }
    let coast = app.live.coast().clone();
    let near = coast.equipment.nearest(at, usize::MAX, 100_000.0, |p| p.at);
    let serves = |p: &EquipmentPoint| p.in_use && items.iter().all(|i| p.has(*i) >= q.0.count) && opens_on(&app, p, q.0.on);
    let found = near.into_iter().filter(|(_, p)| serves(p)).take(5);
    Ok(web::Json(found.map(|(metres, p)| shown(&app, p, now, Some(metres.round()))).collect()))
}

/// Whether a point is open at some time of a day.
fn opens_on(app: &App, point: &EquipmentPoint, on: Option<NaiveDate>) -> bool {
    let Some(day) = on else { return true };
    let zone = app.live.time_zone;
    if !(1900..2200).contains(&day.year()) {
        return false; // a slip of the hand, for which there is no calendar
    }
    let at = |hour| day.and_hms_opt(hour, 0, 0).and_then(|t| zone.from_local_datetime(&t).earliest());
    let Some(begins) = at(0) else { return false };
    let (open, changes) = open_at(point.hours.as_deref(), begins);
    open || changes.is_some_and(|t| t.date() == day)
}

/// Place an equipment point
#[utoipa::path(tag = "equipment", request_body = NewPoint, responses(
    (status = 200, description = "it was there before", body = EquipmentPoint), (status = 201, body = EquipmentPoint), Refusals))]
#[post("/api/v1/equipment")]
pub async fn place(app: web::Data<App>, who: Actor, new: Body<NewPoint>) -> Result<HttpResponse> {
    let (by, sent) = (who.0, digest(&new.0)?);
    let (at, new) = new.0.checked()?;
    let code = municipality(&app, at);
    allow(&by, Action::Place, Subject { own: false, municipality: code.as_deref() })?;
    let done =
        app.live.write(move |tx| Box::pin(async move { act::equipment::place(tx, &by, new, sent, at, code).await })).await?;
    Ok(made(done))
}

/// The id of a loan.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The loan.
    loan: Uuid,
}

acts! {
    /// Fill it up, take from it, or say what is there
    stock "/api/v1/equipment/{id}/stock-changes" "equipment" (StockChange) -> EquipmentPoint { |app, tx, by, id, sent| async { act::equipment::stock(tx, &by, id, sent).await.map(|p| p.for_all()) } }
    /// Borrow something
    lend "/api/v1/equipment/{id}/loans" "equipment" (NewLoan) -> EquipmentPoint { |app, tx, by, id, sent| async { act::equipment::lend(tx, &by, id, sent).await.map(|p| p.for_all()) } }
    /// Bring something back
    take_back "/api/v1/equipment/{id}/returns" "equipment" (Return) -> EquipmentPoint { |app, tx, by, id, sent| async { act::equipment::take_back(tx, &by, id, sent.loan).await.map(|p| p.for_all()) } }
    /// Describe an equipment point anew
    describe "/api/v1/equipment/{id}/descriptions" "equipment" (PointFacts) -> EquipmentPoint { |app, tx, by, id, sent| async { act::equipment::describe_point(tx, &by, id, sent).await.map(|p| p.for_all()) } }
    /// Take an equipment point away
    remove "/api/v1/equipment/{id}/removals" "equipment" (Nothing) -> EquipmentPoint { |app, tx, by, id, sent| async { act::equipment::use_point(tx, &by, id, false).await.map(|p| p.for_all()) } }
}

/// What to bring to a point.
#[derive(Serialize, ToSchema)]
pub struct PlannedDrop {
    /// The point.
    point: EquipmentPoint,
    /// What is there.
    level: Level,
    /// What to bring: to fill it up, and for the cleanups to come.
    bring: Vec<Count>,
    /// Cleanups in the next fourteen days that will take from it.
    cleanups: usize,
    /// By when.
    by: Option<DateTime<Utc>>,
}

/// What the one who drives should bring where
///
/// From the stock of each point and the cleanups of the next fourteen days that have it nearest.
#[utoipa::path(tag = "equipment", params(Where), responses((status = 200, body = Vec<PlannedDrop>), Refusals))]
#[get("/api/v1/planned-drops")]
pub async fn drops(app: web::Data<App>, who: Actor, q: Params<Where>) -> Result<web::Json<Vec<PlannedDrop>>> {
    // Also what is planned among friends is in it: for those who place equipment out.
    allow(&who.0, Action::Place, Subject { own: false, municipality: who.0.municipality() })?;
    let (coast, now) = (app.live.coast().clone(), app.live.clock.now());
    let passes = |p: &EquipmentPoint| p.in_use && q.0.passes(p.level().text(), p.municipality.as_deref());
    let points = q.0.find(&app, &coast.equipment, passes)?;
    let soon = coast.cleanups.all().filter(|c| c.reserves() && c.from >= now && c.from < now + TimeDelta::days(AHEAD_DAYS));
    let nearest_to = |at| coast.equipment.nearest(at, 8, REACH_M, |p: &EquipmentPoint| p.at).into_iter().find(|(_, p)| p.in_use);
    let takes: Vec<_> = soon.filter_map(|c| Some((nearest_to(c.at)?.1.record.id, c.coming.max(1), c.from))).collect();
    let mut drops: Vec<_> = points.iter().filter_map(|p| planned_drop(p, &takes)).collect();
    drops.sort_by_key(|d| (d.by.is_none(), d.by, std::cmp::Reverse(d.level), d.point.record.id));
    Ok(web::Json(drops))
}

/// What to bring to a point; nothing when it has enough. `takes`: the point, how many people, and when.
fn planned_drop(point: &EquipmentPoint, takes: &[(Uuid, u32, DateTime<Utc>)]) -> Option<PlannedDrop> {
    let own: Vec<_> = takes.iter().filter(|(id, ..)| *id == point.record.id).collect();
    let people: u32 = own.iter().map(|(_, people, _)| people).sum();
    let bring = point.stock.iter().filter_map(|s| {
        let taken = match s.item {
            Item::Bags => people * BAGS_EACH,
            Item::Gloves => people,
            _ => 0,
        };
        let after = s.count.saturating_sub(taken);
        let fill = after * 4 <= s.enough || taken > s.count;
        let count = (s.enough + taken).saturating_sub(s.count);
        (fill && count > 0).then_some(Count { item: s.item, count })
    });
    let bring: Vec<Count> = bring.collect();
    let by = own.iter().map(|(.., from)| *from).min();
    (!bring.is_empty()).then(|| PlannedDrop { point: point.clone(), level: point.level(), bring, cleanups: own.len(), by })
}
