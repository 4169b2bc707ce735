//! Cleanups that are planned again on later days.

use actix_web::{post, web};
use chrono::{DateTime, Days, Months, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Refusals;
use super::cleanups::planned;
use super::things::known;
use crate::act::cleanup::Plan;
use crate::act::{self, Made};
use crate::domain::cleanup::Cleanup;
use crate::domain::local::instant;
use crate::domain::permission::{Action, Subject, allow};
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{Body, id};
use crate::http::session::Actor;

/// How many steps of a repetition are looked at to find those to come: more than a year of weeks.
const MOST_STEPS: u32 = 80;

/// How a cleanup is repeated.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Each week.
    Week,
    /// Every other week.
    TwoWeeks,
    /// Each month, on the same day.
    Month,
    /// Each year, on the same day.
    Year,
}

/// How often.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How far apart.
    every: Every,
    /// How many more, 1 to 12.
    #[schema(minimum = 1, maximum = 12)]
    times: u32,
}

/// What came of repeating.
#[derive(Serialize, ToSchema)]
pub struct Repeated {
    /// Those that are planned.
    planned: Vec<Cleanup>,
    /// Days on which the place does not allow it, with the problem code.
    skipped: Vec<Skipped>,
}

/// A day that was left out.
#[derive(Serialize, ToSchema)]
pub struct Skipped {
    /// When it would have begun.
    from: DateTime<Utc>,
    /// Why not, as a problem code.
    code: &'static str,
}

/// The same time of the day on a later day, by the clock on the wall: also when the clocks change in between.
fn later(app: &App, at: DateTime<Utc>, repeat: Repeat, n: u32) -> Option<DateTime<Utc>> {
    let local: NaiveDateTime = at.with_timezone(&app.live.time_zone).naive_local();
    let moved = match repeat.every {
        Every::Week => local.checked_add_days(Days::new(u64::from(n) * 7)),
        Every::TwoWeeks => local.checked_add_days(Days::new(u64::from(n) * 14)),
        Every::Month => local.checked_add_months(Months::new(n)),
        Every::Year => local.checked_add_months(Months::new(n * 12)),
    }?;
    Some(instant(moved, app.live.time_zone))
}

/// Plan a cleanup again on later days
///
/// At the same time by the clock on the wall. Those who came are told, if they want to be.
#[utoipa::path(tag = "cleanups", params(("id" = Uuid, Path)), request_body = Repeat, responses((status = 200, body = Repeated), Refusals))]
#[post("/api/v1/cleanups/{id}/repeats")]
pub async fn plan_again(
    app: web::Data<App>,
    who: Actor,
    path: web::Path<String>,
    repeat: Body<Repeat>,
) -> Result<web::Json<Repeated>> {
    let first = known(&app.live.coast().cleanups, id(&path)?)?;
    let own = {
        let mut tx = app.live.store.read(app.live.clock.now()).await?;
        tx.maker(first.record.id).await?.is_some_and(|(maker, _)| maker == who.0.id)
    };
    allow(&who.0, Action::RunCleanup, Subject { own, municipality: first.municipality.as_deref() })?;
    if !(1..=12).contains(&repeat.0.times) {
        return Err(Error::invalid("times", "times must be from 1 to 12."));
    }
    let mut done = Repeated { planned: vec![], skipped: vec![] };
    // Of one that is long over, the next ones to come; sent again from a phone that had no signal, the same ones.
    let asked = who.0.entered.map_or(app.live.clock.now(), |e| e.at);
    let both = |n| Some((later(&app, first.from, repeat.0, n)?, later(&app, first.until, repeat.0, n)?));
    let to_come = (1..MOST_STEPS).filter_map(both).filter(|(from, _)| *from > asked);
    for (from, until) in to_come.take(repeat.0.times as usize) {
        match planned(&app, &who.0, again(&first, from, until)).await {
            Ok(Made::New(c) | Made::Before(c)) => done.planned.push(c),
            Err(e) if e.code == Code::Internal => return Err(e),
            Err(e) => done.skipped.push(Skipped { from, code: e.code.text() }),
        }
    }
    if let Some(next) = done.planned.first() {
        let (of, next) = (first.record.id, next.clone());
        app.live.write(move |tx| Box::pin(async move { act::cleanup::invite_again(tx, of, &next).await })).await?;
    }
    Ok(web::Json(done))
}

/// The plan of a repeated cleanup. Its id follows from the first one and the day, so that repeating twice is repeating once.
fn again(first: &Cleanup, from: DateTime<Utc>, until: DateTime<Utc>) -> Plan {
    Plan {
        id: Uuid::new_v5(&first.record.id, from.to_rfc3339().as_bytes()),
        lon: first.at.lon,
        lat: first.at.lat,
        meeting: first.meeting.clone(),
        stretches: first.stretches.iter().map(|s| s.at).collect(),
        hotspots: vec![],
        title: first.title.clone(),
        organiser_kind: first.organiser.kind,
        organiser_name: first.organiser.name.clone(),
        from,
        until,
        open: first.open,
        bring: first.bring.clone(),
        children: first.children.clone(),
        max_people: first.max_people,
        anyway: false,
        now: false,
        series: Some(first.series.unwrap_or(first.record.id)),
    }
}
