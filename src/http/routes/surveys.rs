//! Surveys: how much litter somebody saw on stretches.

use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Refusals;
use super::cleanups::on_the_shore;
use super::places::Collection;
use super::things::{Nothing, Where, acts, known, made, one_municipality, site};
use crate::act::survey::NewSurvey;
use crate::act::{self, digest};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::survey::Survey;
use crate::error::Result;
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::Actor;

/// A survey as it is shown.
#[derive(Serialize, ToSchema)]
pub struct SurveyShown {
    /// The survey.
    survey: Survey,
}

/// Surveys
///
/// `state` asks for how much litter was seen.
#[utoipa::path(tag = "surveys", params(Where), responses((status = 200, body = Collection<Survey>), Refusals))]
#[get("/api/v1/surveys")]
pub async fn list(app: web::Data<App>, q: Params<Where>) -> Result<web::Json<Collection<Survey>>> {
    let coast = app.live.coast().clone();
    let passes = |s: &Survey| !s.withdrawn && q.0.passes(s.litter.text(), s.municipality.as_deref());
    let found = q.0.find(&app, &coast.surveys, passes)?;
    Ok(web::Json(on_the_shore(&coast, found, |s| &s.stretches)))
}

/// A survey
#[utoipa::path(tag = "surveys", params(("id" = Uuid, Path)), responses((status = 200, body = SurveyShown), Refusals))]
#[get("/api/v1/surveys/{id}")]
pub async fn one(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<SurveyShown>> {
    Ok(web::Json(SurveyShown { survey: (*known(&app.live.coast().surveys, id(&path)?)?).clone() }))
}

/// Tell how much litter lies on stretches
#[utoipa::path(tag = "surveys", request_body = NewSurvey, responses(
    (status = 200, description = "it was told before", body = Survey), (status = 201, body = Survey), Refusals))]
#[post("/api/v1/surveys")]
pub async fn tell(app: web::Data<App>, who: Actor, new: Body<NewSurvey>) -> Result<HttpResponse> {
    allow(&who.0, Action::Survey, Subject::default())?;
    let (by, sent, new) = (who.0, digest(&new.0)?, new.0.checked()?);
    let site = site(&app, None, &new.stretches)?;
    one_municipality(&app, &site)?;
    let done = app.live.write(move |tx| Box::pin(async move { act::survey::tell(tx, &by, new, sent, site).await })).await?;
    Ok(made(done))
}

acts! {
    /// Take a survey back
    withdraw "/api/v1/surveys/{id}/withdrawals" "surveys" (Nothing) -> Survey { |app, tx, by, id, sent| act::survey::withdraw(tx, &by, id) }
}
