//! Plans of pickup routes: asked for, searched for, changed by hand, given to the drivers.

use std::sync::Arc;

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Refusals;
use super::things::{Nothing, acts, haulers, made};
use crate::act::fleet::{hauled_by, hauls_for};
use crate::act::plan::{Changed, NewPlan, given, on_the_way, routes_of};
use crate::act::{self, Made, digest};
use crate::coast::polygon::contains;
use crate::domain::area::{Area, AreaKind};
use crate::domain::pickup::PickupRoute;
use crate::domain::pile::Pile;
use crate::domain::plan::{Plan, PlanState};
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::Actor;
use crate::planner::{Marking, Moving, SearchProgress};

/// How many plans a list shows, the newest first.
const MOST: usize = 100;

/// A plan with its routes.
#[derive(Serialize, ToSchema)]
pub struct PlanShown {
    /// The plan.
    plan: Plan,
    /// Its routes that stop anywhere, by day and vehicle.
    routes: Vec<PickupRoute>,
    /// How far the search has come, while it goes on.
    progress: Option<SearchProgress>,
}

/// A plan and its routes as they were at one moment: half of what is being written is never seen.
async fn shown(app: &App, who: &Actor, id: Uuid) -> Result<web::Json<PlanShown>> {
    let mut tx = app.live.store.snapshot(app.live.clock.now()).await?;
    let plan: Plan = tx.thing(id).await?.ok_or_else(|| Error::new(Code::NotFound, "There is no such plan."))?;
    hauled_by(&who.0, plan.organisation)?;
    let routes = routes_of(&mut tx, &plan).await?;
    let progress = (plan.state == PlanState::Searching).then(|| app.planner.progress(id)).flatten();
    if plan.state == PlanState::Searching && progress.is_none() && app.planner.is_overdue(&plan) {
        app.planner.begin(id); // the process that was to search for it is gone
    }
    Ok(web::Json(PlanShown { plan, routes, progress }))
}

/// The plans of my organisation, the newest first
#[utoipa::path(tag = "plans", responses((status = 200, body = Vec<Plan>), Refusals))]
#[get("/api/v1/plans")]
pub async fn list(app: web::Data<App>, who: Actor) -> Result<web::Json<Vec<Plan>>> {
    let own = hauls_for(&who.0)?;
    let mut all: Vec<Plan> = app.live.store.read(app.live.clock.now()).await?.things_of(own, None, None).await?;
    all.retain(|p| p.state != PlanState::Dropped);
    all.sort_by_key(|p| std::cmp::Reverse((p.record.made_at, p.record.id)));
    all.truncate(MOST);
    Ok(web::Json(all))
}

/// A plan with its routes
#[utoipa::path(tag = "plans", params(("id" = Uuid, Path)), responses((status = 200, body = PlanShown), Refusals))]
#[get("/api/v1/plans/{id}")]
pub async fn one(app: web::Data<App>, who: Actor, path: web::Path<String>) -> Result<web::Json<PlanShown>> {
    shown(&app, &who, id(&path)?).await
}

/// Piles an organisation may put into a plan, in an area or everywhere: those it was asked for or has promised, and those nobody has that lie
/// where it fetches; not those that a route the drivers have is to fetch.
async fn due_for(app: &App, organisation: Uuid, area: Option<Uuid>) -> Result<Vec<Arc<Pile>>> {
    let now = app.live.clock.now();
    let given = given(&mut app.live.store.read(now).await?, organisation, app.live.day_of(now)).await?;
    let taken = on_the_way(&given);
    let serves = |p: &Pile| haulers(app, p.at, p.access).iter().any(|h| h.id == organisation);
    let theirs = |p: &Pile| p.waits_for(organisation) && (p.hauler().is_some() || serves(p));
    let coast = app.live.coast().clone();
    let area = area.map(|id| coast.areas.get(id).ok_or_else(|| Error::invalid("area", "There is no such area."))).transpose()?;
    let inside = |p: &Pile| area.is_none_or(|a| lies_in(p, a));
    let wanted = |p: &&Arc<Pile>| theirs(p) && inside(p) && !taken.contains(&p.record.id);
    let mut found: Vec<_> = coast.piles.all().filter(wanted).cloned().collect();
    found.sort_by_key(|p| (p.duty.as_ref().map(|d| d.due), p.record.id));
    Ok(found)
}

/// Where piles wait.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InArea {
    /// only in this service area or municipality
    area: Option<Uuid>,
}

/// Piles that wait for my organisation, the most urgent first
#[utoipa::path(tag = "plans", params(InArea), responses((status = 200, body = Vec<Pile>), Refusals))]
#[get("/api/v1/due-piles")]
pub async fn due(app: web::Data<App>, who: Actor, q: Params<InArea>) -> Result<web::Json<Vec<Pile>>> {
    let own = hauls_for(&who.0)?;
    Ok(web::Json(due_for(&app, own, q.0.area).await?.iter().map(|p| (**p).clone()).collect()))
}

/// Whether a pile lies in a municipality, which it knows also where the shoreline lies outside of the polygon, or in a service area that gets to it.
fn lies_in(pile: &Pile, area: &Area) -> bool {
    match area.kind {
        AreaKind::Municipality => pile.municipality.as_ref() == Some(&area.code),
        AreaKind::ServiceArea => pile.access.served_by(&area.access) && contains(&area.geometry, pile.at),
    }
}

/// An area in which piles wait.
#[derive(Serialize, ToSchema)]
pub struct DueArea {
    /// Its id.
    id: Uuid,
    /// Service area or municipality.
    kind: AreaKind,
    /// Its name.
    name: String,
    /// How many piles wait in it.
    piles: usize,
}

/// The service areas of my organisation and the municipalities in which piles wait for it
#[utoipa::path(tag = "plans", responses((status = 200, body = Vec<DueArea>), Refusals))]
#[get("/api/v1/due-areas")]
pub async fn due_areas(app: web::Data<App>, who: Actor) -> Result<web::Json<Vec<DueArea>>> {
    let own = hauls_for(&who.0)?;
    let (piles, coast) = (due_for(&app, own, None).await?, app.live.coast().clone());
    let theirs = |a: &&Arc<Area>| a.kind == AreaKind::Municipality || a.hauler.as_ref().is_some_and(|h| h.id == own);
    let counted = |a: &Arc<Area>| {
        let piles = piles.iter().filter(|p| lies_in(p, a)).count();
        DueArea { id: a.id, kind: a.kind, name: a.name.clone(), piles }
    };
    let mut areas: Vec<DueArea> = coast.areas.all().filter(theirs).map(counted).filter(|a| a.piles > 0).collect();
    areas.sort_by(|a, b| {
        (a.kind == AreaKind::Municipality, &a.name, a.id).cmp(&(b.kind == AreaKind::Municipality, &b.name, b.id))
    });
    Ok(web::Json(areas))
}

/// Have routes searched for
///
/// The answer comes at once; the search goes on beside it, and the plan is a draft when it is done.
#[utoipa::path(tag = "plans", request_body = NewPlan, responses(
    (status = 200, description = "it was asked for before", body = Plan), (status = 201, body = Plan), Refusals))]
#[post("/api/v1/plans")]
pub async fn ask(app: web::Data<App>, who: Actor, new: Body<NewPlan>) -> Result<HttpResponse> {
    let (by, sent, own) = (who.0.clone(), digest(&new.0)?, hauls_for(&who.0)?);
    let waiting: Vec<Uuid> = due_for(&app, own, new.0.area).await?.iter().map(|p| p.record.id).collect();
    let (today, terms) = (app.live.day_of(app.live.clock.now()), app.config.planning);
    let done = app
        .live
        .write(move |tx| Box::pin(async move { act::plan::ask(tx, &by, new.0, sent, waiting, today, &terms).await }))
        .await?;
    if let Made::New(plan) = &done {
        app.planner.begin(plan.record.id);
    }
    Ok(made(done))
}

/// Stores what a hand has changed, and shows it.
async fn changed(app: &App, who: Actor, id: Uuid, changed: Changed, act: &'static str) -> Result<web::Json<PlanShown>> {
    let by = who.0.clone();
    app.live.write(move |tx| Box::pin(async move { act::plan::change(tx, Some(&by), id, changed, act).await })).await?;
    shown(app, &who, id).await
}

async fn own_plan(app: &App, who: &Actor, id: Uuid) -> Result<()> {
    let found: Option<Plan> = app.live.store.read(app.live.clock.now()).await?.thing(id).await?;
    hauled_by(&who.0, found.ok_or_else(|| Error::new(Code::NotFound, "There is no such plan."))?.organisation)
}

/// Move a pile to another route or place, or take it out
///
/// Times follow; conditions that are broken by it are shown, not forbidden.
#[utoipa::path(tag = "plans", params(("id" = Uuid, Path)), request_body = Moving, responses((status = 200, body = PlanShown), Refusals))]
#[post("/api/v1/plans/{id}/moves")]
pub async fn move_stop(
    app: web::Data<App>,
    who: Actor,
    path: web::Path<String>,
    moving: Body<Moving>,
) -> Result<web::Json<PlanShown>> {
    let id = id(&path)?;
    own_plan(&app, &who, id).await?;
    let moved = app.planner.moved(id, moving.0).await?;
    changed(&app, who, id, moved, "moved").await
}

/// Keep a pile in its route when the rest is searched for anew, or let it go
#[utoipa::path(tag = "plans", params(("id" = Uuid, Path)), request_body = Marking, responses((status = 200, body = PlanShown), Refusals))]
#[post("/api/v1/plans/{id}/locks")]
pub async fn mark(
    app: web::Data<App>,
    who: Actor,
    path: web::Path<String>,
    marking: Body<Marking>,
) -> Result<web::Json<PlanShown>> {
    let id = id(&path)?;
    own_plan(&app, &who, id).await?;
    let marked = app.planner.marked(id, &marking.0).await?;
    changed(&app, who, id, marked, "locked").await
}

/// Have the rest searched for anew
#[utoipa::path(tag = "plans", params(("id" = Uuid, Path)), request_body = Nothing, responses((status = 200, body = Plan), Refusals))]
#[post("/api/v1/plans/{id}/searches")]
pub async fn search_again(
    app: web::Data<App>,
    who: Actor,
    path: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<web::Json<Plan>> {
    let (by, id) = (who.0, id(&path)?);
    let plan = app.live.write(move |tx| Box::pin(async move { act::plan::search_again(tx, &by, id).await })).await?;
    app.planner.begin(id);
    Ok(web::Json(plan))
}

/// End a search, or let a draft go
#[utoipa::path(tag = "plans", params(("id" = Uuid, Path)), request_body = Nothing, responses((status = 200, body = Plan), Refusals))]
#[post("/api/v1/plans/{id}/cancellations")]
pub async fn cancel(app: web::Data<App>, who: Actor, path: web::Path<String>, _body: Body<Nothing>) -> Result<web::Json<Plan>> {
    let (by, id) = (who.0, id(&path)?);
    let plan = app.live.write(move |tx| Box::pin(async move { act::plan::cancel(tx, Some(&by), id).await })).await?;
    app.planner.end(id);
    Ok(web::Json(plan))
}

acts! {
    /// Give a plan to the drivers
    publish "/api/v1/plans/{id}/publications" "plans" (Nothing) -> Plan { |app, tx, by, id, sent| {
        let today = app.live.day_of(app.live.clock.now());
        act::publish::publish(tx, &by, id, today, app.live.time_zone, &app.config.waste) } }
}
