//! Adopted stretches, and the story of a stretch.

use std::cmp::Reverse;

use actix_web::{HttpResponse, get, post, web};
use chrono::Datelike;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Refusals;
use super::cleanups::{on_the_shore, piles_of};
use super::numbers::milestone;
use super::places::Collection;
use super::things::{Nothing, Where, acts, known, made, one_municipality, site};
use crate::act::adoption::NewAdoption;
use crate::act::cleanup::Why;
use crate::act::pile::Reason;
use crate::act::{self, digest};
use crate::domain::adoption::{Adoption, AdoptionState};
use crate::domain::cleanup::Cleanup;
use crate::domain::hotspot::Hotspot;
use crate::domain::order::Order;
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::survey::Survey;
use crate::domain::thing::Stretch;
use crate::domain::waste::{Weight, weight_of};
use crate::error::Result;
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::{Actor, Who};

/// Adopted stretches
#[utoipa::path(tag = "adoptions", params(Where), responses((status = 200, body = Collection<Adoption>), Refusals))]
#[get("/api/v1/adoptions")]
pub async fn list(app: web::Data<App>, q: Params<Where>) -> Result<web::Json<Collection<Adoption>>> {
    let coast = app.live.coast().clone();
    let passes = |a: &Adoption| q.0.passes(a.state.text(), a.municipality.as_deref());
    let found = q.0.find(&app, &coast.adoptions, passes)?;
    Ok(web::Json(on_the_shore(&coast, found, |a| &a.stretches)))
}

/// Adopt stretches
#[utoipa::path(tag = "adoptions", request_body = NewAdoption, responses(
    (status = 200, description = "it was asked before", body = Adoption), (status = 201, body = Adoption), Refusals))]
#[post("/api/v1/adoptions")]
pub async fn ask(app: web::Data<App>, who: Actor, new: Body<NewAdoption>) -> Result<HttpResponse> {
    allow(&who.0, Action::Adopt, Subject::default())?;
    let (by, sent, new) = (who.0, digest(&new.0)?, new.0.checked()?);
    let site = site(&app, None, &new.stretches)?;
    one_municipality(&app, &site)?;
    let done = app.live.write(move |tx| Box::pin(async move { act::adoption::ask(tx, &by, new, sent, site).await })).await?;
    Ok(made(done))
}

acts! {
    /// Grant an adoption
    approve "/api/v1/adoptions/{id}/approvals" "adoptions" (Nothing) -> Adoption { |app, tx, by, id, sent| act::adoption::approve(tx, &by, id) }
    /// Do not grant an adoption
    decline "/api/v1/adoptions/{id}/declinations" "adoptions" (Reason) -> Adoption { |app, tx, by, id, sent| act::adoption::decline(tx, &by, id, sent) }
    /// Say that the start kit was handed out
    hand_out_kit "/api/v1/adoptions/{id}/kits" "adoptions" (Nothing) -> Adoption { |app, tx, by, id, sent| act::adoption::hand_out_kit(tx, &by, id) }
    /// Rest for a while
    pause "/api/v1/adoptions/{id}/pauses" "adoptions" (Nothing) -> Adoption { |app, tx, by, id, sent| act::adoption::pause(tx, &by, id, true) }
    /// Go on
    resume "/api/v1/adoptions/{id}/resumptions" "adoptions" (Nothing) -> Adoption { |app, tx, by, id, sent| act::adoption::pause(tx, &by, id, false) }
    /// End an adoption
    end "/api/v1/adoptions/{id}/ends" "adoptions" (Why) -> Adoption { |app, tx, by, id, sent| act::adoption::end(tx, &by, id, sent) }
}

/// An adoption with the story of its stretches.
#[derive(Serialize, ToSchema)]
pub struct AdoptionShown {
    /// The adoption.
    adoption: Adoption,
    /// Cleanups there this year; the custom is three.
    cleanups_this_year: usize,
    /// What happened there over the years.
    story: Story,
    /// Whether the one who asks keeps it.
    may_keep: bool,
    /// Whether the one who asks may grant it.
    may_judge: bool,
}

/// What happened on stretches over the years.
#[derive(Serialize, ToSchema, Default)]
pub struct Story {
    /// Reports, newest first.
    hotspots: Vec<Hotspot>,
    /// Cleanups by volunteers, newest first.
    cleanups: Vec<Cleanup>,
    /// Work orders, newest first: never part of the figures of volunteers.
    orders: Vec<Order>,
    /// Year by year, oldest first.
    years: Vec<StoryYear>,
    /// Surveys, newest first.
    surveys: Vec<Survey>,
    /// Who looks after them: adoptions that were granted.
    adoptions: Vec<Adoption>,
    /// The milestone in kilograms that volunteers have passed here, weighed only.
    milestone_kg: Option<u32>,
}

/// A year on stretches.
#[derive(Serialize, ToSchema)]
pub struct StoryYear {
    /// The year.
    year: i32,
    /// Cleanups by volunteers.
    cleanups: usize,
    /// Kilograms of volunteers that were weighed.
    weighed_kg: f64,
    /// Kilograms of volunteers that were estimated.
    estimated_kg: f64,
    /// Work orders that were done.
    orders: usize,
}

/// The most entries of each kind in a story.
const TOLD: usize = 50;

fn story(app: &App, segments: &[Uuid]) -> Story {
    let (coast, now, zone) = (app.live.coast().clone(), app.live.clock.now(), app.live.time_zone);
    let on = |stretches: &[Stretch]| stretches.iter().any(|s| segments.contains(&s.segment));
    let mut hotspots: Vec<_> = coast.hotspots.which(|h| segments.contains(&h.segment)).into_iter().map(|h| h.seen(now)).collect();
    let mut cleanups = coast.cleanups.which(|c| on(&c.stretches));
    let mut orders = coast.orders.which(|o| on(&o.stretches));
    hotspots.sort_by_key(|h| Reverse(h.reported_at));
    cleanups.sort_by_key(|c| Reverse(c.from));
    orders.sort_by_key(|o| Reverse(o.by));
    let mut surveys = coast.surveys.which(|s| !s.withdrawn && on(&s.stretches));
    surveys.sort_by_key(|s| Reverse(s.seen_at));
    let year = |c: &Cleanup| c.from.with_timezone(&zone).year();
    let done = || cleanups.iter().filter(|c| c.outcome.is_some());
    let mut years: Vec<i32> =
        done().map(|c| year(c)).chain(orders.iter().filter(|o| o.done.is_some()).map(|o| o.by.year())).collect();
    years.sort_unstable();
    years.dedup();
    let of = |y: i32| {
        let own: Vec<_> = done().filter(|c| year(c) == y).collect();
        let weigh = |c: &&&std::sync::Arc<Cleanup>| {
            let piles = piles_of(&coast, c);
            weight_of(c, piles.iter().map(|p| &**p), &app.config.waste)
        };
        let weight = own.iter().map(weigh).fold(Weight::default(), Weight::and);
        StoryYear {
            year: y,
            cleanups: own.len(),
            weighed_kg: weight.weighed_g as f64 / 1000.0,
            estimated_kg: weight.estimated_g as f64 / 1000.0,
            orders: orders.iter().filter(|o| o.done.is_some() && o.by.year() == y).count(),
        }
    };
    let years: Vec<StoryYear> = years.into_iter().map(of).collect();
    let kept = |a: &Adoption| a.state == AdoptionState::Approved && on(&a.stretches);
    Story {
        milestone_kg: milestone(years.iter().map(|y| y.weighed_kg).sum()),
        adoptions: coast.adoptions.which(kept).into_iter().take(TOLD).map(|a| (**a).clone()).collect(),
        years,
        surveys: surveys.into_iter().take(TOLD).map(|s| (**s).clone()).collect(),
        hotspots: hotspots.into_iter().take(TOLD).collect(),
        cleanups: cleanups.into_iter().filter(|c| c.open).take(TOLD).map(|c| (**c).clone()).collect(),
        orders: orders.into_iter().take(TOLD).map(|o| (**o).clone()).collect(),
    }
}

/// An adoption with the story of its stretches
#[utoipa::path(tag = "adoptions", params(("id" = Uuid, Path)), responses((status = 200, body = AdoptionShown), Refusals))]
#[get("/api/v1/adoptions/{id}")]
pub async fn one(app: web::Data<App>, who: Who, path: web::Path<String>) -> Result<web::Json<AdoptionShown>> {
    let adoption = known(&app.live.coast().adoptions, id(&path)?)?;
    let segments: Vec<_> = adoption.stretches.iter().map(|s| s.segment).collect();
    let (now, municipality) = (app.live.clock.now(), adoption.municipality.as_deref());
    let story = story(&app, &segments);
    let this_year = now.with_timezone(&app.live.time_zone).year();
    let (mut may_keep, mut may_judge) = (false, false);
    if let Some(by) = who.0 {
        let own = app.live.store.read(now).await?.maker(adoption.record.id).await?.is_some_and(|(maker, _)| maker == by.id);
        may_keep = allow(&by, Action::KeepAdoption, Subject { own, municipality }).is_ok();
        may_judge = allow(&by, Action::Judge, Subject { own: false, municipality }).is_ok();
    }
    Ok(web::Json(AdoptionShown {
        cleanups_this_year: story.years.iter().find(|y| y.year == this_year).map_or(0, |y| y.cleanups),
        adoption: (*adoption).clone(),
        story,
        may_keep,
        may_judge,
    }))
}

/// The story of one stretch
#[utoipa::path(tag = "adoptions", params(("segment" = Uuid, Path)), responses((status = 200, body = Story), Refusals))]
#[get("/api/v1/stretches/{segment}/story")]
pub async fn of_stretch(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Story>> {
    Ok(web::Json(story(&app, &[id(&path)?])))
}
