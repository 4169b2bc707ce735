//! Calendar feeds (RFC 5545).

use actix_web::{HttpResponse, get, web};
use icalendar::{Calendar, Component, Event, EventLike};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Refusals;
use super::numbers::short;
use super::things::known;
use crate::domain::cleanup::{Cleanup, CleanupState};
use crate::error::{Error, Result};
use crate::http::App;
use crate::http::read::{Params, id};

fn event(app: &App, cleanup: &Cleanup) -> Event {
    let url = format!("{}/cleanups/{}", app.config.server.public_url, cleanup.record.id);
    let title = cleanup.title.clone().or_else(|| cleanup.organiser.name.clone()).unwrap_or_else(|| "Strandline".into());
    let words = [cleanup.meeting.clone(), cleanup.bring.clone(), Some(url.clone())];
    let mut event = Event::new();
    event
        .uid(&format!("{}@strandline", cleanup.record.id))
        .summary(&title)
        .description(&words.into_iter().flatten().collect::<Vec<_>>().join("\n"))
        .starts(cleanup.from)
        .ends(cleanup.until)
        .timestamp(cleanup.record.changed_at)
        .last_modified(cleanup.record.changed_at)
        .sequence(u32::try_from(cleanup.record.version).unwrap_or(u32::MAX))
        .add_property("GEO", format!("{};{}", cleanup.at.lat, cleanup.at.lon))
        .url(&url);
    if let Some(meeting) = &cleanup.meeting {
        event.location(meeting);
    }
    if cleanup.state == CleanupState::Cancelled {
        event.status(icalendar::EventStatus::Cancelled);
    }
    event.done()
}

fn feed(app: &App, name: &str, mut cleanups: Vec<std::sync::Arc<Cleanup>>) -> HttpResponse {
    cleanups.sort_by_key(|c| (c.from, c.record.id));
    let mut feed = Calendar::new();
    feed.name(name);
    for cleanup in cleanups {
        feed.push(event(app, &cleanup));
    }
    HttpResponse::Ok().content_type("text/calendar; charset=utf-8").body(feed.to_string())
}

/// A cleanup for one's calendar
#[utoipa::path(tag = "calendars", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = String, content_type = "text/calendar"), Refusals))]
#[get("/api/v1/cleanups/{id}/calendar.ics")]
pub async fn of_cleanup(app: web::Data<App>, path: web::Path<String>) -> Result<HttpResponse> {
    let cleanup = known(&app.live.coast().cleanups, id(&path)?)?;
    Ok(feed(&app, "Strandline", vec![cleanup]))
}

/// Whose cleanups.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// name of a group or organisation, as it stands in its cleanups
    #[param(max_length = 80)]
    organiser: Option<String>,
    /// code of a municipality
    municipality: Option<String>,
}

/// Open cleanups of a group, an organisation or a municipality, to subscribe to
#[utoipa::path(tag = "calendars", params(Feed), responses((status = 200, body = String, content_type = "text/calendar"), Refusals))]
#[get("/api/v1/calendar.ics")]
pub async fn of_many(app: web::Data<App>, q: Params<Feed>) -> Result<HttpResponse> {
    short("organiser", q.0.organiser.as_deref())?;
    let name = match (&q.0.organiser, &q.0.municipality) {
        (Some(name), _) => name.clone(),
        (None, Some(code)) => code.clone(),
        (None, None) => return Err(Error::invalid("organiser", "Say whose cleanups: organiser or municipality.")),
    };
    let passes = |c: &Cleanup| {
        let organiser = q.0.organiser.as_deref();
        c.open
            && organiser.is_none_or(|n| c.organiser.name.as_deref().is_some_and(|o| o.eq_ignore_ascii_case(n)))
            && q.0.municipality.as_deref().is_none_or(|code| c.municipality.as_deref() == Some(code))
    };
    let coast = app.live.coast().clone();
    let found = coast.cleanups.all().filter(|c| passes(c)).cloned().collect();
    Ok(feed(&app, &name, found))
}
