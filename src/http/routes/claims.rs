//! Claims.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Refusals;
use crate::act::claim::{NewClaim, TakeoverRequest};
use crate::act::{self, Made};
use crate::domain::claim::Claim;
use crate::domain::hotspot::Hotspot;
use crate::domain::permission::{Action, Subject, allow, may};
use crate::domain::person::Person;
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{Body, id};
use crate::http::session::Actor;

/// Asks the zones and closures of the place whether this person may claim there then.
fn place_allows(app: &App, by: &Person, hotspot: Uuid, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<()> {
    let coast = app.live.coast();
    let h = coast.hotspots.get(hotspot).ok_or_else(|| Error::new(Code::NotFound, "There is no such hotspot."))?;
    if until <= from || until > app.live.clock.now() + chrono::TimeDelta::days(366) {
        return Ok(()); // the terms refuse it, naming the field
    }
    let professional = may(by, Action::CleanAsProfessional);
    coast.here(h.at).may_clean(app.live.day_of(from), app.live.day_of(until), professional)
}

/// Claim a hotspot
#[utoipa::path(tag = "claims", params(("id" = Uuid, Path, description = "the hotspot")), request_body = NewClaim, responses(
    (status = 200, description = "it was claimed so before", body = Hotspot), (status = 201, body = Hotspot), Refusals))]
#[post("/api/v1/hotspots/{id}/claims")]
pub async fn claim(app: web::Data<App>, who: Actor, path: web::Path<String>, new: Body<NewClaim>) -> Result<HttpResponse> {
    let (by, id, now) = (who.0, id(&path)?, app.live.clock.now());
    allow(&by, Action::Claim, Subject::default())?;
    place_allows(&app, &by, id, new.0.from.unwrap_or(now).max(now), new.0.until)?;
    let terms = app.config.claims;
    let made = app.live.write(move |tx| Box::pin(async move { act::claim::claim(tx, &by, id, new.0, &terms).await })).await?;
    Ok(match made {
        Made::New(h) => HttpResponse::Created().json(h),
        Made::Before(h) => HttpResponse::Ok().json(h),
    })
}

/// Another end.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnd {
    /// Until when.
    until: DateTime<Utc>,
}

/// Set another end
#[utoipa::path(tag = "claims", params(("id" = Uuid, Path, description = "the claim")), request_body = NewEnd,
    responses((status = 200, body = Hotspot), Refusals))]
#[post("/api/v1/claims/{id}/extensions")]
pub async fn extend(app: web::Data<App>, who: Actor, path: web::Path<String>, end: Body<NewEnd>) -> Result<HttpResponse> {
    let (by, id, terms, until) = (who.0, id(&path)?, app.config.claims, end.0.until);
    if let Some((hotspot, held)) = on_the_map(&app, id) {
        place_allows(&app, &by, hotspot, held.from.max(app.live.clock.now()), until)?;
    }
    let h = app.live.write(move |tx| Box::pin(async move { act::claim::extend(tx, &by, id, until, &terms).await })).await?;
    Ok(HttpResponse::Ok().json(h))
}

/// A claim that holds, and its hotspot.
fn on_the_map(app: &App, id: Uuid) -> Option<(Uuid, Claim)> {
    let coast = app.live.coast();
    coast.hotspots.all().find_map(|h| h.claim.clone().filter(|c| c.id == id).map(|c| (h.id, c)))
}

/// Give a claim back
#[utoipa::path(tag = "claims", params(("id" = Uuid, Path, description = "the claim")), responses((status = 200, body = Hotspot), Refusals))]
#[post("/api/v1/claims/{id}/releases")]
pub async fn release(app: web::Data<App>, who: Actor, path: web::Path<String>) -> Result<HttpResponse> {
    let (by, id) = (who.0, id(&path)?);
    let h = app.live.write(move |tx| Box::pin(async move { act::claim::release(tx, &by, id).await })).await?;
    Ok(HttpResponse::Ok().json(h))
}

/// Ask the holder whether one may take over
#[utoipa::path(tag = "claims", params(("id" = Uuid, Path, description = "the claim")), request_body = TakeoverRequest,
    responses((status = 200, body = Hotspot), Refusals))]
#[post("/api/v1/claims/{id}/takeover-requests")]
pub async fn ask(
    app: web::Data<App>,
    who: Actor,
    path: web::Path<String>,
    request: Body<TakeoverRequest>,
) -> Result<HttpResponse> {
    let (by, id, terms) = (who.0, id(&path)?, app.config.claims);
    if let Some((hotspot, held)) = on_the_map(&app, id) {
        place_allows(&app, &by, hotspot, held.from.max(app.live.clock.now()), held.until)?;
    }
    let h =
        app.live.write(move |tx| Box::pin(async move { act::claim::ask_takeover(tx, &by, id, request.0, &terms).await })).await?;
    Ok(HttpResponse::Ok().json(h))
}

/// The holder's answer.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Whether the one who asks gets it.
    hand_over: bool,
}

/// Answer the one who asks
#[utoipa::path(tag = "claims", params(("id" = Uuid, Path, description = "the claim")), request_body = Answer,
    responses((status = 200, body = Hotspot), Refusals))]
#[post("/api/v1/claims/{id}/takeover-answers")]
pub async fn answer(app: web::Data<App>, who: Actor, path: web::Path<String>, said: Body<Answer>) -> Result<HttpResponse> {
    let (by, id, terms) = (who.0, id(&path)?, app.config.claims);
    let h = app
        .live
        .write(move |tx| Box::pin(async move { act::claim::answer_takeover(tx, &by, id, said.0.hand_over, &terms).await }))
        .await?;
    Ok(HttpResponse::Ok().json(h))
}
