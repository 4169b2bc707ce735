//! Reception sites: where waste is handed in.

use actix_web::{HttpResponse, get, post, web};
use chrono::DateTime;
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::Refusals;
use super::places::Collection;
use super::things::{Nothing, Where, acts, known, made, municipality};
use crate::act::site::{NewSite, SiteFacts};
use crate::act::{self, digest};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::site::{Site, open_now};
use crate::error::Result;
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::Actor;

/// Reception sites
#[utoipa::path(tag = "waste", params(Where), responses((status = 200, body = Collection<Site>), Refusals))]
#[get("/api/v1/sites")]
pub async fn list(app: web::Data<App>, q: Params<Where>) -> Result<web::Json<Collection<Site>>> {
    let passes = |s: &Site| s.in_use && q.0.passes("", s.municipality.as_deref());
    Ok(web::Json(Collection::points(q.0.find(&app, &app.live.coast().sites, passes)?)))
}

/// A reception site as it is now.
#[derive(Serialize, ToSchema)]
pub struct SiteShown {
    /// The site.
    site: Site,
    /// Whether it is open now.
    open: bool,
    /// When that changes, by the local clock.
    changes_at: Option<String>,
}

impl SiteShown {
    /// As it is at a local time.
    pub fn at(site: &Site, now: DateTime<Tz>) -> Self {
        let (open, changes_at) = open_now(site.hours.as_deref(), now);
        Self { site: site.clone(), open, changes_at }
    }
}

/// A reception site
#[utoipa::path(tag = "waste", params(("id" = Uuid, Path)), responses((status = 200, body = SiteShown), Refusals))]
#[get("/api/v1/sites/{id}")]
pub async fn one(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<SiteShown>> {
    let site = known(&app.live.coast().sites, id(&path)?)?;
    Ok(web::Json(SiteShown::at(&site, app.live.clock.now().with_timezone(&app.live.time_zone))))
}

/// A reception site near a place.
#[derive(Serialize, ToSchema)]
pub struct NearSite {
    /// The site as it is now.
    #[serde(flatten)]
    pub shown: SiteShown,
    /// Geodesic metres to it.
    pub distance_m: f64,
}

/// Put a reception site on the map
#[utoipa::path(tag = "waste", request_body = NewSite, responses(
    (status = 200, description = "it was there before", body = Site), (status = 201, body = Site), Refusals))]
#[post("/api/v1/sites")]
pub async fn place(app: web::Data<App>, who: Actor, new: Body<NewSite>) -> Result<HttpResponse> {
    let (by, sent) = (who.0, digest(&new.0)?);
    let (at, id, facts) = new.0.checked()?;
    let code = municipality(&app, at);
    allow(&by, Action::Place, Subject { own: false, municipality: code.as_deref() })?;
    let done =
        app.live.write(move |tx| Box::pin(async move { act::site::place(tx, &by, id, facts, sent, at, code).await })).await?;
    Ok(made(done))
}

acts! {
    /// Describe a reception site anew
    describe "/api/v1/sites/{id}/descriptions" "waste" (SiteFacts) -> Site { |app, tx, by, id, sent| act::site::describe(tx, &by, id, sent) }
    /// Take a reception site off the map
    close "/api/v1/sites/{id}/closings" "waste" (Nothing) -> Site { |app, tx, by, id, sent| act::site::close(tx, &by, id) }
}
