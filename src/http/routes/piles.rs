//! Filled bags: left, fetched, weighed at a gate.

use std::sync::Arc;

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Refusals;
use super::places::Collection;
use super::sites::{NearSite, SiteShown};
use super::things::{Nothing, Where, acts, haulers, known, made, municipality};
use crate::act::cleanup::Why;
use crate::act::gate::{NewWeighing, Weighed, no_such_code};
use crate::act::leaving::NewPile;
use crate::act::pile::{Into, Promise, Reason, Split};
use crate::act::{self, digest};
use crate::coast::index::Coast;
use crate::domain::change::{HistoryLine, Layer};
use crate::domain::cleanup::Cleanup;
use crate::domain::code;
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::pile::{Access, Hauler, Origin, Pile};
use crate::domain::place::LonLat;
use crate::error::Result;
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::{Actor, Who};

/// A pile as all may see it: of a cleanup that is not open to all, not which one it is.
pub fn for_all(coast: &Coast, pile: &Pile) -> Pile {
    let mut shown = pile.clone();
    for part in &mut shown.parts {
        if let Origin::Cleanup { id } = &mut part.of
            && !coast.cleanups.get(*id).is_some_and(|c| c.open)
        {
            *id = Uuid::nil();
        }
    }
    shown
}

/// Waste piles
#[utoipa::path(tag = "waste", params(Where), responses((status = 200, body = Collection<Pile>), Refusals))]
#[get("/api/v1/piles")]
pub async fn list(app: web::Data<App>, q: Params<Where>) -> Result<web::Json<Collection<Pile>>> {
    let passes = |p: &Pile| q.0.passes(p.state.text(), p.municipality.as_deref());
    let coast = app.live.coast().clone();
    let found = q.0.find(&app, &coast.piles, passes)?;
    Ok(web::Json(Collection::points(found.iter().map(|p| Arc::new(for_all(&coast, p))).collect())))
}

/// A pile, and what the one who asks may do with it.
#[derive(Serialize, ToSchema)]
pub struct PileShown {
    /// The pile.
    pile: Pile,
    /// Its kilograms, estimated.
    estimated_kg: f64,
    /// Whether somebody should have acted by now.
    late: bool,
    /// Whether they look after it.
    may_keep: bool,
    /// Whether they may fetch it.
    may_fetch: bool,
}

/// A pile
#[utoipa::path(tag = "waste", params(("id" = Uuid, Path)), responses((status = 200, body = PileShown), Refusals))]
#[get("/api/v1/piles/{id}")]
pub async fn one(app: web::Data<App>, who: Who, path: web::Path<String>) -> Result<web::Json<PileShown>> {
    let pile = known(&app.live.coast().piles, id(&path)?)?;
    let now = app.live.clock.now();
    let (mut may_keep, mut may_fetch) = (false, false);
    if let Some(by) = who.0 {
        let mut tx = app.live.store.read(now).await?;
        let maker = tx.maker(pile.record.id).await?.is_some_and(|(maker, _)| maker == by.id);
        let (keeps, fetches) = act::pile::may(&by, &pile, maker);
        (may_keep, may_fetch) = (keeps, fetches);
    }
    let (estimated_kg, late) = (pile.estimated_kg(), pile.is_late(now));
    let pile = if may_keep { (*pile).clone() } else { for_all(&app.live.coast(), &pile) };
    Ok(web::Json(PileShown { pile, estimated_kg, late, may_keep, may_fetch }))
}

/// What happened to a pile, oldest first
#[utoipa::path(tag = "waste", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<HistoryLine>), Refusals))]
#[get("/api/v1/piles/{id}/history")]
pub async fn history(app: web::Data<App>, who: Who, path: web::Path<String>) -> Result<web::Json<Vec<HistoryLine>>> {
    let id = id(&path)?;
    known(&app.live.coast().piles, id)?;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    Ok(web::Json(tx.history(id, who.0.map(|p| p.id)).await?))
}

/// A place and how one gets there.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlaceAndAccess {
    /// degrees east
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// degrees north
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// road, boat, both or crane
    access: Access,
}

/// What can become of bags at a place.
#[derive(Serialize, ToSchema)]
pub struct WasteOptions {
    /// Haulers that fetch there; none means: do not leave bags there without asking.
    haulers: Vec<String>,
    /// The fewest bags a boat comes for.
    boat_bags: u32,
    /// The nearest reception sites.
    sites: Vec<NearSite>,
}

/// Who would fetch bags here, and where one can take them oneself
///
/// Asked before the bags are carried there.
#[utoipa::path(tag = "waste", params(PlaceAndAccess), responses((status = 200, body = WasteOptions), Refusals))]
#[get("/api/v1/waste-options")]
pub async fn options(app: web::Data<App>, q: Params<PlaceAndAccess>) -> Result<web::Json<WasteOptions>> {
    let at = LonLat::new(q.0.lon, q.0.lat)?;
    let now = app.live.clock.now().with_timezone(&app.live.time_zone);
    let coast = app.live.coast().clone();
    let near = coast.sites.nearest(at, 3, 100_000.0, |s| s.at).into_iter().filter(|(_, s)| s.in_use);
    let sites = near.map(|(metres, site)| NearSite { distance_m: metres.round(), shown: SiteShown::at(site, now) });
    Ok(web::Json(WasteOptions {
        haulers: haulers(&app, at, q.0.access).into_iter().map(|h| h.name).collect(),
        boat_bags: app.config.waste.boat_bags,
        sites: sites.collect(),
    }))
}

fn haulers_of(app: &App, id: Uuid) -> Vec<Hauler> {
    app.live.coast().piles.get(id).map(|p| haulers(app, p.at, p.access)).unwrap_or_default()
}

/// Leave filled bags
///
/// When they can be fetched, a hauler is asked at once.
#[utoipa::path(tag = "waste", request_body = NewPile, responses(
    (status = 200, description = "they were left before", body = Pile), (status = 201, body = Pile), Refusals))]
#[post("/api/v1/piles")]
pub async fn leave(app: web::Data<App>, who: Actor, new: Body<NewPile>) -> Result<HttpResponse> {
    allow(&who.0, Action::LeavePile, Subject::default())?;
    let (by, sent) = (who.0, digest(&new.0)?);
    let (at, new) = new.0.checked()?;
    let (code, hauler, terms) = (municipality(&app, at), haulers(&app, at, new.access).into_iter().next(), app.config.waste);
    let done = app
        .live
        .write(move |tx| Box::pin(async move { act::leaving::leave(tx, &by, new, sent, at, code, hauler, &terms).await }))
        .await?;
    Ok(made(done))
}

/// Make two piles of one
#[utoipa::path(tag = "waste", params(("id" = Uuid, Path)), request_body = Split, responses(
    (status = 200, description = "it was split so before", body = Pile), (status = 201, body = Pile), Refusals))]
#[post("/api/v1/piles/{id}/splits")]
pub async fn divide(app: web::Data<App>, who: Actor, path: web::Path<String>, split: Body<Split>) -> Result<HttpResponse> {
    let (by, id, terms, sent) = (who.0, id(&path)?, app.config.waste, digest(&split.0)?);
    let done =
        app.live.write(move |tx| Box::pin(async move { act::pile::split(tx, &by, id, split.0, sent, &terms).await })).await?;
    Ok(made(done))
}

acts! {
    /// It can be fetched: a hauler is asked
    ready "/api/v1/piles/{id}/readiness" "waste" (Nothing) -> Pile { |app, tx, by, id, sent| async {
        act::pile::ready(tx, &by, id, haulers_of(&app, id).into_iter().next(), &app.config.waste).await
    } }
    /// The hauler says yes
    accept "/api/v1/piles/{id}/acceptances" "waste" (Promise) -> Pile { |app, tx, by, id, sent|
        act::pile::accept(tx, &by, id, sent, app.live.time_zone, &app.config.waste) }
    /// The hauler says no: the next one is asked
    decline "/api/v1/piles/{id}/declinations" "waste" (Reason) -> Pile { |app, tx, by, id, sent| async {
        act::pile::decline(tx, &by, id, sent, &haulers_of(&app, id), &app.config.waste).await
    } }
    /// It is on the truck or the boat
    collect "/api/v1/piles/{id}/collections" "waste" (Nothing) -> Pile { |app, tx, by, id, sent| act::pile::collect(tx, &by, id, &app.config.waste) }
    /// It could not be fetched
    fail "/api/v1/piles/{id}/failures" "waste" (Reason) -> Pile { |app, tx, by, id, sent| act::pile::fail(tx, &by, id, sent, &app.config.waste) }
    /// The sea took it
    lose "/api/v1/piles/{id}/losses" "waste" (Why) -> Pile { |app, tx, by, id, sent| act::pile::lose(tx, &by, id, sent) }
    /// It is not there any more
    miss "/api/v1/piles/{id}/absences" "waste" (Why) -> Pile { |app, tx, by, id, sent| act::pile::miss(tx, &by, id, sent) }
    /// Carry its bags to another pile
    merge "/api/v1/piles/{id}/merges" "waste" (Into) -> Pile { |app, tx, by, id, sent| act::pile::merge(tx, &by, id, sent) }
}

/// What has a code.
#[derive(Serialize, ToSchema)]
pub struct Coded {
    /// What it is.
    layer: Layer,
    /// Its id.
    id: Uuid,
    /// The cleanup, when it is one.
    cleanup: Option<Cleanup>,
    /// The pile, or the piles of the cleanup.
    piles: Vec<Pile>,
}

/// What has this code
#[utoipa::path(tag = "waste", params(("code" = String, Path)), responses((status = 200, body = Coded), Refusals))]
#[get("/api/v1/codes/{code}")]
pub async fn coded(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Coded>> {
    let code = code::read(&path).ok_or_else(no_such_code)?;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    let (layer, id) = tx.by_code(&code).await?.ok_or_else(no_such_code)?;
    let coast = app.live.coast().clone();
    let cleanup = coast.cleanups.get(id).cloned();
    let piles = match &cleanup {
        Some(c) => super::cleanups::piles_of(&coast, c),
        None => coast.piles.get(id).cloned().into_iter().collect(),
    };
    let piles = piles.iter().map(|p| for_all(&coast, p)).collect();
    Ok(web::Json(Coded { layer, id, cleanup: cleanup.map(|c| (*c).clone()), piles }))
}

/// Weigh what has a code
///
/// The piles of a cleanup share the weight as they were estimated; what was weighed is never weighed twice.
#[utoipa::path(tag = "waste", request_body = NewWeighing, responses((status = 200, body = Weighed), Refusals))]
#[post("/api/v1/weighings")]
pub async fn weigh(app: web::Data<App>, who: Actor, new: Body<NewWeighing>) -> Result<web::Json<Weighed>> {
    let (by, terms) = (who.0, app.config.waste);
    app.live.write(move |tx| Box::pin(async move { act::gate::weigh(tx, &by, new.0, &terms).await })).await.map(web::Json)
}

/// What a hauler or a municipality has to look after.
#[derive(Serialize, ToSchema)]
pub struct Duties {
    /// Piles somebody of theirs is expected to act on, the most urgent first.
    piles: Vec<PileShown>,
    /// How many of them are late.
    late: usize,
}

/// The piles my organisation is expected to act on
#[utoipa::path(tag = "waste", responses((status = 200, body = Duties), Refusals))]
#[get("/api/v1/duties")]
pub async fn duties(app: web::Data<App>, who: Actor) -> Result<web::Json<Duties>> {
    let (by, now) = (who.0, app.live.clock.now());
    let theirs = |p: &Pile| p.state.is_open() && concerns(&by, p);
    let coast = app.live.coast().clone();
    let mut found: Vec<_> = coast.piles.all().filter(|p| theirs(p)).cloned().collect();
    found.sort_by_key(|p| (p.duty.as_ref().map(|d| d.due), p.record.id));
    let shown = found.iter().map(|pile| {
        let (may_keep, may_fetch) = act::pile::may(&by, pile, false);
        PileShown { pile: (**pile).clone(), estimated_kg: pile.estimated_kg(), late: pile.is_late(now), may_keep, may_fetch }
    });
    let piles: Vec<_> = shown.take(1000).collect();
    Ok(web::Json(Duties { late: piles.iter().filter(|p| p.late).count(), piles }))
}

/// Whether a pile is on somebody's list: their organisation's to fetch, or in their municipality; in no municipality that is
/// known here, on that of all staff, so that it is on somebody's.
fn concerns(by: &Person, pile: &Pile) -> bool {
    let hauler = by.organisation.as_ref().is_some_and(|o| pile.hauler() == Some(o.id));
    let staff = allow(by, Action::Fetch, Subject { own: false, municipality: pile.municipality.as_deref() }).is_ok();
    let nobodys = pile.municipality.is_none() && by.municipality().is_some();
    hauler || staff || nobodys
}
