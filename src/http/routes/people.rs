//! Sessions, without sign-up, and one-time links.
//!
//! Sign-in by e-mail and OpenID Connect is to come beside `enter`: it ends in the same session.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Refusals;
use crate::act;
use crate::act::person::Secret;
use crate::domain::area::AreaKind;
use crate::domain::person::{Person, Role};
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::Body;
use crate::http::session::{Actor, Who, cookie, secret};

/// Who one is here.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Nothing before one acts.
    person: Option<Person>,
}

/// Who I am
#[utoipa::path(tag = "people", responses((status = 200, body = Me), Refusals))]
#[get("/api/v1/me")]
pub async fn me(who: Who) -> web::Json<Me> {
    web::Json(Me { person: who.0.map(|p| (*p).clone()) })
}

fn entered(app: &App, secret: &Secret, person: Person) -> HttpResponse {
    HttpResponse::Created().cookie(cookie(app, secret)).json(Me { person: Some(person) })
}

/// Begin a session, without signing up
///
/// One that is there already goes on, as does that of a volunteer which ended a while ago.
#[utoipa::path(tag = "people", responses((status = 200, description = "it goes on", body = Me), (status = 201, body = Me), Refusals))]
#[post("/api/v1/session")]
pub async fn begin(app: web::Data<App>, who: Who, req: HttpRequest) -> Result<HttpResponse> {
    if let Some(person) = who.0 {
        return Ok(HttpResponse::Ok().json(Me { person: Some((*person).clone()) }));
    }
    let (fresh, days) = (Secret::new(), app.config.sessions.days);
    if let Some(ended) = secret(&req) {
        let hidden = ended.clone();
        let renewed = app.live.write(move |tx| Box::pin(async move { act::person::renew(tx, &hidden, days).await })).await?;
        if let Some(person) = renewed {
            app.sessions.forget(&ended.hash());
            let again = cookie(&app, &ended);
            return Ok(HttpResponse::Ok().cookie(again).json(Me { person: Some(person) }));
        }
    }
    let hidden = fresh.clone();
    let person = app
        .live
        .write(move |tx| Box::pin(async move { act::person::begin(tx, &hidden, Role::Volunteer, None, days).await }))
        .await?;
    Ok(entered(&app, &fresh, person))
}

/// End the session
#[utoipa::path(tag = "people", responses((status = 204), Refusals))]
#[delete("/api/v1/session")]
pub async fn end(app: web::Data<App>, req: HttpRequest) -> Result<HttpResponse> {
    let Some(secret) = secret(&req) else { return Ok(HttpResponse::NoContent().finish()) };
    let hash = secret.hash();
    app.live.write(move |tx| Box::pin(async move { tx.end_session(&hash).await })).await?;
    app.sessions.forget(&hash);
    let mut gone = cookie(&app, &secret);
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

/// A one-time link's secret.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// What stands behind `/enter/` in the link.
    #[schema(min_length = 64, max_length = 64)]
    secret: String,
}

/// Enter by a one-time link
#[utoipa::path(tag = "people", request_body = Invite, responses((status = 201, body = Me), Refusals))]
#[post("/api/v1/session/enter")]
pub async fn enter(app: web::Data<App>, link: Body<Invite>) -> Result<HttpResponse> {
    let link = Secret::parse(&link.0.secret).ok_or_else(|| Error::invalid("secret", "This is no link from here."))?;
    let (fresh, days) = (Secret::new(), app.config.sessions.days);
    let hidden = fresh.clone();
    let person = app.live.write(move |tx| Box::pin(async move { act::person::enter(tx, &link, &hidden, days).await })).await?;
    Ok(entered(&app, &fresh, person))
}

/// Whom to invite.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// As what.
    role: Role,
}

/// A one-time link.
#[derive(Serialize, ToSchema)]
pub struct InviteLink {
    /// To be given to one person.
    url: String,
}

/// Make a one-time link into one's own organisation
#[utoipa::path(tag = "people", request_body = Invitation, responses((status = 201, body = InviteLink), Refusals))]
#[post("/api/v1/invites")]
pub async fn invite(app: web::Data<App>, who: Actor, invitation: Body<Invitation>) -> Result<HttpResponse> {
    let (by, fresh, role) = (who.0, Secret::new(), invitation.0.role);
    let hidden = fresh.clone();
    app.live.write(move |tx| Box::pin(async move { act::person::invite(tx, &by, role, &hidden).await })).await?;
    let url = format!("{}/enter/{}", app.config.server.public_url, fresh.text());
    Ok(HttpResponse::Created().json(InviteLink { url }))
}

/// Whom to play in a demonstration.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemoPart {
    /// As what.
    role: Role,
    /// Code of the municipality to act for; the first one known when it is not said.
    #[serde(default)]
    municipality: Option<String>,
}

/// Choose a role, in a demonstration
#[utoipa::path(tag = "people", request_body = DemoPart, responses((status = 201, body = Me), Refusals))]
#[post("/api/v1/demo/role")]
pub async fn play(app: web::Data<App>, part: Body<DemoPart>) -> Result<HttpResponse> {
    if !app.config.demo {
        return Err(Error::new(Code::NotFound, "This is no demonstration."));
    }
    let role = part.0.role;
    let organisation =
        if role == Role::Volunteer { None } else { Some(organisation(&app, role, part.0.municipality.as_deref())?) };
    let (fresh, days) = (Secret::new(), app.config.sessions.days);
    let hidden = fresh.clone();
    let person = app
        .live
        .write(move |tx| {
            Box::pin(async move {
                let organisation = match organisation {
                    Some((name, code)) => Some(tx.organisation(&name, code.as_deref(), Uuid::now_v7()).await?),
                    None => None,
                };
                act::person::begin(tx, &hidden, role, organisation, days).await
            })
        })
        .await?;
    Ok(entered(&app, &fresh, person))
}

/// Name of the organisation to act for, and code of its municipality: a municipality's office, its crew, or the hauler whose service
/// area it lies in.
fn organisation(app: &App, role: Role, code: Option<&str>) -> Result<(String, Option<String>)> {
    let coast = app.live.coast();
    let found = coast
        .areas
        .all()
        .filter(|a| a.kind == AreaKind::Municipality && code.is_none_or(|c| c == a.code))
        .min_by(|a, b| a.code.cmp(&b.code))
        .ok_or_else(|| Error::invalid("municipality", "No such municipality is known here."))?;
    let hauler =
        || coast.areas.all().filter(|a| a.kind == AreaKind::ServiceArea).min_by(|a, b| a.code.cmp(&b.code))?.hauler.clone();
    Ok(match (role, hauler()) {
        (Role::Hauler, Some(hauler)) => (hauler.name, None),
        (Role::Crew, _) => (format!("Kystlaget {}", found.name), Some(found.code.clone())),
        _ => (found.name.clone(), Some(found.code.clone())),
    })
}
