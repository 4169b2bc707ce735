//! Cleanups by volunteers.

use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Refusals;
use super::places::Collection;
use super::things::{Nothing, Where, acts, known, made, site};
use crate::act::cleanup::{Note, Plan, Site, Why};
use crate::act::join::Joining;
use crate::act::outcome::{Costs, Told};
use crate::act::{self, Made, digest};
use crate::coast::index::Coast;
use crate::domain::change::HistoryLine;
use crate::domain::cleanup::Cleanup;
use crate::domain::litter::{ITEMS, LitterItem};
use crate::domain::permission::{Action, Subject, allow, may};
use crate::domain::person::Person;
use crate::domain::pile::Pile;
use crate::domain::place::LonLat;
use crate::domain::refund::{Missing, missing};
use crate::domain::thing::Stretch;
use crate::domain::waste::weight_of;
use crate::domain::zone::Regime;
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::{Actor, Who};
use crate::picture::Map;

/// How far away another stretch is offered, in metres.
const ELSEWHERE_M: f64 = 10_000.0;

/// Lines of stretches as GeoJSON.
fn lines(coast: &Coast, stretches: &[Stretch]) -> geojson::Geometry {
    let line = |s: &Stretch| Some(coast.line_of(s.segment, s.at)?.iter().map(|v| v.pair()).collect::<Vec<_>>());
    geojson::Geometry::new(geojson::GeometryValue::new_multi_line_string(stretches.iter().filter_map(line)))
}

/// Things with stretches as features, their lines as geometry.
pub fn on_the_shore<T: crate::domain::thing::Document>(
    coast: &Coast,
    things: Vec<std::sync::Arc<T>>,
    stretches: impl Fn(&T) -> &[Stretch],
) -> Collection<T> {
    Collection::of(things.into_iter().map(|t| (t.record().id, lines(coast, stretches(&t)), (*t).clone())))
}

/// Cleanups that anyone may find
#[utoipa::path(tag = "cleanups", params(Where), responses((status = 200, body = Collection<Cleanup>), Refusals))]
#[get("/api/v1/cleanups")]
pub async fn list(app: web::Data<App>, q: Params<Where>) -> Result<web::Json<Collection<Cleanup>>> {
    let coast = app.live.coast().clone();
    let passes = |c: &Cleanup| c.open && q.0.passes(c.state.text(), c.municipality.as_deref());
    let found = q.0.find(&app, &coast.cleanups, passes)?;
    Ok(web::Json(on_the_shore(&coast, found, |c| &c.stretches)))
}

/// A cleanup with what belongs to it.
#[derive(Serialize, ToSchema)]
pub struct CleanupShown {
    /// The cleanup.
    cleanup: Cleanup,
    /// Its piles.
    piles: Vec<Pile>,
    /// Kilograms that were weighed.
    weighed_kg: f64,
    /// Kilograms that are estimated, apart from those weighed.
    estimated_kg: f64,
    /// Lines of its stretches, a GeoJSON `MultiLineString`.
    #[schema(value_type = Object)]
    line: geojson::Geometry,
    /// What is missing before its costs can be refunded.
    missing: Vec<Missing>,
    /// What the one who asks is in it.
    mine: Mine,
}

/// What somebody is in a cleanup.
#[derive(Serialize, ToSchema, Default)]
pub struct Mine {
    /// Whether they run it.
    runs: bool,
    /// `coming`, `waiting` or `left`.
    joined: Option<String>,
    /// Whether they may thank: they reported what it cleared.
    may_thank: bool,
    /// Whether they have thanked.
    thanked: bool,
}

pub fn piles_of(coast: &Coast, cleanup: &Cleanup) -> Vec<std::sync::Arc<Pile>> {
    cleanup.piles.iter().filter_map(|id| coast.piles.get(*id).cloned()).collect()
}

async fn mine(app: &App, by: Option<&Person>, cleanup: &Cleanup) -> Result<Mine> {
    let Some(by) = by else { return Ok(Mine::default()) };
    let id = cleanup.record.id;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    let joined = tx.participants(id).await?.into_iter().find(|p| p.person == by.id).map(|p| p.state);
    let maker = tx.maker(id).await?.is_some_and(|(maker, _)| maker == by.id);
    let mut reported = false;
    for hotspot in cleanup.outcome.iter().flat_map(|o| &o.hotspots) {
        reported |= tx.reporter(*hotspot).await?.is_some_and(|(reporter, _)| reporter == by.id);
    }
    let municipality = cleanup.municipality.as_deref();
    Ok(Mine {
        runs: allow(by, Action::RunCleanup, Subject { own: maker, municipality }).is_ok(),
        joined,
        may_thank: cleanup.outcome.is_some() && allow(by, Action::Thank, Subject { own: reported, municipality }).is_ok(),
        thanked: tx.has_done(id, "thanked", by.id).await?,
    })
}

/// A cleanup
#[utoipa::path(tag = "cleanups", params(("id" = Uuid, Path)), responses((status = 200, body = CleanupShown), Refusals))]
#[get("/api/v1/cleanups/{id}")]
pub async fn one(app: web::Data<App>, who: Who, path: web::Path<String>) -> Result<web::Json<CleanupShown>> {
    let coast = app.live.coast().clone();
    let cleanup = known(&coast.cleanups, id(&path)?)?;
    let piles = piles_of(&coast, &cleanup);
    let weight = weight_of(&cleanup, piles.iter().map(|p| &**p), &app.config.waste);
    let mine = mine(&app, who.0.as_deref(), &cleanup).await?;
    Ok(web::Json(CleanupShown {
        line: lines(&coast, &cleanup.stretches),
        missing: missing(&cleanup, weight, &app.config.refund),
        piles: piles.iter().map(|p| (**p).clone()).collect(),
        weighed_kg: weight.weighed_g as f64 / 1000.0,
        estimated_kg: weight.estimated_g as f64 / 1000.0,
        cleanup: (*cleanup).clone(),
        mine,
    }))
}

/// A small map of a cleanup, to be printed
#[utoipa::path(tag = "cleanups", params(("id" = Uuid, Path)), responses((status = 200, body = String, content_type = "image/svg+xml"), Refusals))]
#[get("/api/v1/cleanups/{id}/map.svg")]
pub async fn small_map(app: web::Data<App>, path: web::Path<String>) -> Result<HttpResponse> {
    let coast = app.live.coast().clone();
    let cleanup = known(&coast.cleanups, id(&path)?)?;
    let draw = move || {
        let lines = cleanup.stretches.iter().filter_map(|s| coast.line_of(s.segment, s.at)).collect();
        let map = Map::around(&coast, &[cleanup.at], lines).svg(0.0, 0.0, 600.0);
        format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600">{map}</svg>"#)
    };
    let svg = web::block(draw).await.map_err(Error::internal)?;
    Ok(HttpResponse::Ok().content_type("image/svg+xml").body(svg))
}

/// What happened to a cleanup, oldest first
#[utoipa::path(tag = "cleanups", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<HistoryLine>), Refusals))]
#[get("/api/v1/cleanups/{id}/history")]
pub async fn history(app: web::Data<App>, who: Who, path: web::Path<String>) -> Result<web::Json<Vec<HistoryLine>>> {
    let id = id(&path)?;
    known(&app.live.coast().cleanups, id)?;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    Ok(web::Json(tx.history(id, who.0.map(|p| p.id)).await?))
}

/// Asks the rules of every stretch and hotspot for the days of a plan; what has been done is taken as it is.
fn place_allows(app: &App, by: &Person, plan: &Plan, site: &mut Site) -> Result<()> {
    let (coast, now) = (app.live.coast(), app.live.clock.now());
    let (from, to) = (app.live.day_of(plan.from), app.live.day_of(plan.until));
    site.regime = coast.here(site.stretches.first().map_or(site.at, |s| s.at)).regime(from);
    if plan.until <= now {
        return Ok(());
    }
    let professional = may(by, Action::CleanAsProfessional);
    let hotspots = plan.hotspots.iter().filter_map(|id| coast.hotspots.get(*id)).map(|h| h.at);
    for at in site.stretches.iter().map(|s| s.at).chain(hotspots) {
        if let Err(refused) = coast.here(at).may_clean(from, to, professional) {
            let other = elsewhere(&coast, at, from, to);
            let other = other.map(|(s, metres)| serde_json::json!({"lon": s.lon, "lat": s.lat, "distance_m": metres.round()}));
            return Err(refused.fact("nearest_allowed", other));
        }
    }
    if !plan.anyway {
        for other in coast.cleanups.within(crate::coast::layer::around(site.at, ELSEWHERE_M)) {
            if other.record.id != plan.id && other.meets(&site.stretches, plan.from, plan.until) {
                let name = if other.open { other.title.clone().or_else(|| other.organiser.name.clone()) } else { None };
                return Err(Error::new(Code::StretchReserved, "Somebody else cleans there then. Join them, or plan it anyway.")
                    .at("stretches")
                    .fact("cleanup", other.open.then(|| other.record.id.to_string()))
                    .fact("name", name)
                    .fact("from", other.from.to_rfc3339()));
            }
        }
    }
    Ok(())
}

/// The nearest stretch that volunteers may clean on those days, with its distance.
fn elsewhere(coast: &Coast, at: LonLat, from: chrono::NaiveDate, to: chrono::NaiveDate) -> Option<(LonLat, f64)> {
    let near = coast.shore.nearest(at, 400, ELSEWHERE_M);
    let may = |regime: Regime| matches!(regime, Regime::Volunteer | Regime::Shared | Regime::Closed);
    near.into_iter()
        .filter(|n| may(n.regime))
        .filter_map(|n| Some((coast.stretch(n.place, 50.0)?.at, n.distance_m)))
        .find(|(place, _)| coast.here(*place).may_clean(from, to, false).is_ok())
}

/// Plan a cleanup, or say that one is cleaning or has cleaned
#[utoipa::path(tag = "cleanups", request_body = Plan, responses(
    (status = 200, description = "it was planned before", body = Cleanup), (status = 201, body = Cleanup), Refusals))]
#[post("/api/v1/cleanups")]
pub async fn make(app: web::Data<App>, who: Actor, plan: Body<Plan>) -> Result<HttpResponse> {
    allow(&who.0, Action::Plan, Subject::default())?;
    Ok(made(planned(&app, &who.0, plan.0).await?))
}

pub(super) async fn planned(app: &App, by: &std::sync::Arc<Person>, plan: Plan) -> Result<Made<Cleanup>> {
    let (sent, plan) = (digest(&plan)?, plan.checked(app.live.clock.now())?);
    if let Some(there) = app.live.coast().cleanups.get(plan.id) {
        // Sent before: what stands in the way by now does not matter. The act looks whether it is the same.
        let (at, stretches) = (there.at, there.stretches.clone());
        let site = Site { at, stretches, municipality: there.municipality.clone(), regime: there.regime };
        return write_plan(app, by.clone(), plan, sent, site).await;
    }
    let at = LonLat::new(plan.lon, plan.lat)?;
    let places = if plan.stretches.is_empty() { vec![at] } else { plan.stretches.clone() };
    let mut site = site(app, Some(at), &places)?;
    place_allows(app, by, &plan, &mut site)?;
    write_plan(app, by.clone(), plan, sent, site).await
}

async fn write_plan(app: &App, by: std::sync::Arc<Person>, plan: Plan, sent: [u8; 32], site: Site) -> Result<Made<Cleanup>> {
    let terms = app.config.claims;
    app.live.write(move |tx| Box::pin(async move { act::cleanup::plan(tx, &by, plan, sent, site, &terms).await })).await
}

acts! {
    /// People are at it
    start "/api/v1/cleanups/{id}/starts" "cleanups" (Nothing) -> Cleanup { |app, tx, by, id, sent| act::cleanup::start(tx, &by, id) }
    /// It does not take place
    cancel "/api/v1/cleanups/{id}/cancellations" "cleanups" (Why) -> Cleanup { |app, tx, by, id, sent| act::cleanup::cancel(tx, &by, id, sent) }
    /// Tell what came of it
    tell_result "/api/v1/cleanups/{id}/results" "cleanups" (Told) -> Cleanup { |app, tx, by, id, sent| act::outcome::tell_result(tx, &by, id, sent) }
    /// Nothing is left to do
    close "/api/v1/cleanups/{id}/closings" "cleanups" (Nothing) -> Cleanup { |app, tx, by, id, sent| act::outcome::close(tx, &by, id) }
    /// Thank those who cleaned
    thank "/api/v1/cleanups/{id}/thanks" "cleanups" (Nothing) -> Cleanup { |app, tx, by, id, sent| act::outcome::thank(tx, &by, id) }
    /// Write to those who come
    write "/api/v1/cleanups/{id}/notes" "cleanups" (Note) -> Nothing {
        |app, tx, by, id, sent| async { act::cleanup::write(tx, &by, id, sent).await.map(|()| Nothing {}) }
    }
    /// Leave a cleanup
    leave "/api/v1/cleanups/{id}/leavings" "cleanups" (Why) -> Cleanup { |app, tx, by, id, sent| act::join::leave(tx, &by, id, sent) }
    /// Say who pays for it, and what was paid for
    cost "/api/v1/cleanups/{id}/costs" "cleanups" (Costs) -> Cleanup {
        |app, tx, by, id, sent| act::outcome::cost(tx, &by, id, sent)
    }
}

/// Somebody's coming.
#[derive(Serialize, ToSchema)]
pub struct Joined {
    /// The cleanup as it is then.
    cleanup: Cleanup,
    /// `coming` or `waiting`.
    state: String,
}

/// Join a cleanup, or its waiting list
#[utoipa::path(tag = "cleanups", params(("id" = Uuid, Path)), request_body = Joining, responses((status = 200, body = Joined), Refusals))]
#[post("/api/v1/cleanups/{id}/participants")]
pub async fn join(app: web::Data<App>, who: Actor, path: web::Path<String>, joining: Body<Joining>) -> Result<web::Json<Joined>> {
    let (by, id) = (who.0, id(&path)?);
    let done = app.live.write(move |tx| Box::pin(async move { act::join::join(tx, &by, id, joining.0).await })).await;
    done.map(|(cleanup, own)| web::Json(Joined { cleanup, state: own.state }))
}

/// Somebody who comes, for the organiser.
#[derive(Serialize, ToSchema)]
pub struct Coming {
    /// What they want to be called.
    name: Option<String>,
    /// How many they are.
    people: u32,
    /// `coming`, `waiting` or `left`.
    state: String,
}

/// Who comes, for the organiser
#[utoipa::path(tag = "cleanups", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<Coming>), Refusals))]
#[get("/api/v1/cleanups/{id}/participants")]
pub async fn participants(app: web::Data<App>, who: Actor, path: web::Path<String>) -> Result<web::Json<Vec<Coming>>> {
    let cleanup = known(&app.live.coast().cleanups, id(&path)?)?;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    let own = tx.maker(cleanup.record.id).await?.is_some_and(|(maker, _)| maker == who.0.id);
    // Names are for the organiser: not for a municipality that happens to have the shore.
    if !own {
        return Err(Error::new(Code::Forbidden, "Only the organiser sees who comes."));
    }
    let all = tx.participants(cleanup.record.id).await?;
    Ok(web::Json(all.into_iter().map(|p| Coming { name: p.name, people: p.people, state: p.state }).collect()))
}

/// What people may count
#[utoipa::path(tag = "cleanups", responses((status = 200, body = Vec<LitterItem>), Refusals))]
#[get("/api/v1/litter-items")]
pub async fn litter_items() -> web::Json<Vec<LitterItem>> {
    web::Json(ITEMS.clone())
}
