//! Work orders for crews.

use actix_web::{HttpResponse, get, post, web};
use uuid::Uuid;

use super::Refusals;
use super::cleanups::on_the_shore;
use super::places::Collection;
use super::things::{Nothing, Where, acts, known, made, one_municipality, site};
use crate::act::cleanup::Why;
use crate::act::order::{Assignment, Finished, NewOrder};
use crate::act::pile::Reason;
use crate::act::{self, digest};
use crate::domain::change::HistoryLine;
use crate::domain::order::{Crew, Order};
use crate::domain::permission::{Action, Subject, allow};
use crate::error::{Error, Result};
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::{Actor, Who};

/// Work orders
#[utoipa::path(tag = "orders", params(Where), responses((status = 200, body = Collection<Order>), Refusals))]
#[get("/api/v1/orders")]
pub async fn list(app: web::Data<App>, q: Params<Where>) -> Result<web::Json<Collection<Order>>> {
    let coast = app.live.coast().clone();
    let passes = |o: &Order| q.0.passes(o.state.text(), o.municipality.as_deref());
    let found = q.0.find(&app, &coast.orders, passes)?;
    Ok(web::Json(on_the_shore(&coast, found, |o| &o.stretches)))
}

/// A work order
#[utoipa::path(tag = "orders", params(("id" = Uuid, Path)), responses((status = 200, body = Order), Refusals))]
#[get("/api/v1/orders/{id}")]
pub async fn one(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Order>> {
    Ok(web::Json((*known(&app.live.coast().orders, id(&path)?)?).clone()))
}

/// What happened to a work order, oldest first
#[utoipa::path(tag = "orders", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<HistoryLine>), Refusals))]
#[get("/api/v1/orders/{id}/history")]
pub async fn history(app: web::Data<App>, who: Who, path: web::Path<String>) -> Result<web::Json<Vec<HistoryLine>>> {
    let id = id(&path)?;
    known(&app.live.coast().orders, id)?;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    Ok(web::Json(tx.history(id, who.0.map(|p| p.id)).await?))
}

/// Give out a work order
#[utoipa::path(tag = "orders", request_body = NewOrder, responses(
    (status = 200, description = "it was given out before", body = Order), (status = 201, body = Order), Refusals))]
#[post("/api/v1/orders")]
pub async fn give(app: web::Data<App>, who: Actor, new: Body<NewOrder>) -> Result<HttpResponse> {
    let (by, sent) = (who.0, digest(&new.0)?);
    // Asked before anything is looked up; the municipality it lies in is asked for in the act.
    if by.municipality().is_none() {
        allow(&by, Action::Order, Subject::default())?;
    }
    let new = new.0.checked(app.live.day_of(app.live.clock.now()))?;
    let coast = app.live.coast().clone();
    let hotspot = |id: &Uuid| coast.hotspots.get(*id).ok_or_else(|| Error::invalid("hotspots", "There is no such hotspot."));
    let mut places = new.hotspots.iter().map(|id| hotspot(id).map(|h| h.at)).collect::<Result<Vec<_>>>()?;
    let first = places.first().copied();
    places.extend(&new.stretches);
    let mut site = site(&app, first, &new.stretches)?;
    one_municipality(&app, &site)?;
    if site.municipality.is_none() {
        site.municipality = places.first().and_then(|at| coast.municipality(*at)).map(|m| m.code.clone());
    }
    let done = app.live.write(move |tx| Box::pin(async move { act::order::give(tx, &by, new, sent, site).await })).await?;
    Ok(made(done))
}

acts! {
    /// Ask a crew
    assign "/api/v1/orders/{id}/assignments" "orders" (Assignment) -> Order { |app, tx, by, id, sent| act::order::assign(tx, &by, id, sent) }
    /// The crew will do it
    accept "/api/v1/orders/{id}/acceptances" "orders" (Nothing) -> Order { |app, tx, by, id, sent| act::order::accept(tx, &by, id) }
    /// The crew will not
    decline "/api/v1/orders/{id}/declinations" "orders" (Reason) -> Order { |app, tx, by, id, sent| act::order::decline(tx, &by, id, sent) }
    /// The crew is at it
    start "/api/v1/orders/{id}/starts" "orders" (Nothing) -> Order { |app, tx, by, id, sent| act::order::start(tx, &by, id) }
    /// The crew is done
    finish "/api/v1/orders/{id}/results" "orders" (Finished) -> Order { |app, tx, by, id, sent| act::order::finish(tx, &by, id, sent) }
    /// Staff are content
    approve "/api/v1/orders/{id}/approvals" "orders" (Nothing) -> Order { |app, tx, by, id, sent| act::order::approve(tx, &by, id) }
    /// It is not needed any more
    withdraw "/api/v1/orders/{id}/withdrawals" "orders" (Why) -> Order { |app, tx, by, id, sent| act::order::withdraw(tx, &by, id, sent) }
}

/// Organisations with crews
#[utoipa::path(tag = "orders", responses((status = 200, body = Vec<Crew>), Refusals))]
#[get("/api/v1/crews")]
pub async fn crews(app: web::Data<App>, _who: Actor) -> Result<web::Json<Vec<Crew>>> {
    Ok(web::Json(app.live.store.read(app.live.clock.now()).await?.crews().await?))
}

/// The work orders of my crew, by the day they are due
#[utoipa::path(tag = "orders", responses((status = 200, body = Vec<Order>), Refusals))]
#[get("/api/v1/my-orders")]
pub async fn mine(app: web::Data<App>, who: Actor) -> Result<web::Json<Vec<Order>>> {
    use crate::domain::order::OrderState::{Accepted, Assigned, Done, UnderWay};
    let own = who.0.organisation.as_ref().map(|o| o.id);
    let coast = app.live.coast().clone();
    let theirs = |o: &Order| own.is_some() && o.crew.as_ref().map(|c| c.id) == own;
    let open = |o: &Order| matches!(o.state, Assigned | Accepted | UnderWay | Done);
    let mut found: Vec<Order> = coast.orders.all().filter(|o| theirs(o) && open(o)).map(|o| (**o).clone()).collect();
    found.sort_by_key(|o| (o.by, o.record.id));
    Ok(web::Json(found))
}
