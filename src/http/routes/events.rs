//! The live feed: server-sent events that go on from the last one seen.

use std::time::Duration;

use actix_web::{HttpRequest, Responder, get, web};
use actix_web_lab::sse::{Data, Event as SseEvent, Sse};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Refusals, piles};
use crate::domain::change::{Change, Layer, Thing};
use crate::domain::hotspot::Hotspot;
use crate::error::{Error, Result};
use crate::http::App;
use crate::http::read::Params;
use crate::http::session::Who;
use crate::live::Event;

/// How far back the feed goes; one who has missed more reads the map anew.
const FARTHEST: i64 = 5_000;

/// Where to go on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// the `seq` of the last change known; `Last-Event-ID` is stronger
    #[param(minimum = 0)]
    since: Option<i64>,
}

/// What an event says.
#[derive(Serialize)]
struct Said<'a> {
    layer: Layer,
    id: Uuid,
    act: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hotspot: Option<Hotspot>,
    /// The thing after it, where it is one that all may see.
    #[serde(skip_serializing_if = "Option::is_none")]
    thing: Option<serde_json::Value>,
}

/// What happens, as it happens
///
/// Events named `change` (with `id`: the sequence number), `shore` (the map tiles have a new version) and `reload`
/// (too much was missed).
#[utoipa::path(tag = "events", params(Since), responses((status = 200, body = String, content_type = "text/event-stream"), Refusals))]
#[get("/api/v1/events")]
pub async fn events(app: web::Data<App>, who: Who, req: HttpRequest, q: Params<Since>) -> Result<impl Responder> {
    let who = who.0.map(|p| p.id);
    let last = req.headers().get("last-event-id").and_then(|v| v.to_str().ok()).map(str::parse::<i64>);
    let since = match last {
        Some(Ok(seq)) => Some(seq),
        Some(Err(_)) => return Err(Error::invalid("last-event-id", "Last-Event-ID must be a number.")),
        None => q.0.since,
    };
    if since.is_some_and(|s| s < 0) {
        return Err(Error::invalid("since", "since must not be negative."));
    }
    // Before it is answered: what is written once the answer is there is heard.
    let live = app.live.subscribe();
    let seen = since.unwrap_or_else(|| app.live.coast().seq);
    let (send, receive) = mpsc::channel(64);
    actix_web::rt::spawn(async move {
        tokio::select! {
            () = follow(&app, who, live, seen, &send) => {}
            () = app.live.watching_ends() => {}
            () = send.closed() => {}
        }
    });
    Ok(Sse::from_infallible_receiver(receive)
        .with_keep_alive(Duration::from_secs(15))
        .with_retry_duration(Duration::from_secs(2)))
}

/// Sends what was missed, then what happens, until nobody listens.
async fn follow(app: &App, who: Option<Uuid>, mut live: Receiver<Event>, mut seen: i64, send: &mpsc::Sender<SseEvent>) {
    loop {
        let version = Data::new(app.live.coast().shore_version()).event("shore");
        if catch_up(app, who, &mut seen, send).await.is_err() || send.send(version.into()).await.is_err() {
            return;
        }
        loop {
            match live.recv().await {
                Ok(Event::Change(change)) if change.seq <= seen => {}
                Ok(Event::Change(change)) => {
                    seen = change.seq;
                    if concerns(&change, who) && send.send(said(app, &change)).await.is_err() {
                        return;
                    }
                }
                Ok(Event::Shore(version)) => {
                    if send.send(Data::new(version).event("shore").into()).await.is_err() {
                        return;
                    }
                }
                Err(RecvError::Lagged(_)) => break, // what was missed is in the log
                Err(RecvError::Closed) => return,
            }
        }
    }
}

async fn catch_up(app: &App, who: Option<Uuid>, seen: &mut i64, send: &mpsc::Sender<SseEvent>) -> std::result::Result<(), ()> {
    let newest = app.live.coast().seq;
    if newest - *seen > FARTHEST || *seen > newest {
        *seen = newest;
        let reload = Data::new(newest.to_string()).event("reload").id(newest.to_string());
        return send.send(reload.into()).await.map_err(drop);
    }
    while *seen < newest {
        let mut tx = app.live.store.read(app.live.clock.now()).await.map_err(drop)?;
        let changes = tx.changes_after(*seen, 200).await.map_err(drop)?;
        drop(tx);
        if changes.is_empty() {
            return Ok(());
        }
        for change in changes {
            *seen = change.seq;
            if concerns(&change, who) {
                send.send(said(app, &change)).await.map_err(drop)?;
            }
        }
    }
    Ok(())
}

/// Whom a message is for is nobody else's business, nor is what is planned among friends, nor how a hauler works.
fn concerns(change: &Change, who: Option<Uuid>) -> bool {
    match &change.thing {
        Thing::Told => Some(change.id) == who,
        Thing::Cleanup(c) => c.open, // of one that is not, its link is all there is to know
        Thing::Vehicle(_) | Thing::Plan(_) | Thing::Route(_) => false,
        _ => true,
    }
}

fn said(app: &App, change: &Change) -> SseEvent {
    let hotspot = match &change.thing {
        Thing::Hotspot(h) => Some(h.seen(app.live.clock.now())),
        _ => None,
    };
    let thing = match &change.thing {
        Thing::Cleanup(c) if c.open => serde_json::to_value(c).ok(),
        Thing::Pile(p) => serde_json::to_value(piles::for_all(&app.live.coast(), p)).ok(),
        Thing::Order(o) => serde_json::to_value(o).ok(),
        Thing::Equipment(p) => serde_json::to_value(p.for_all()).ok(),
        Thing::Site(s) => serde_json::to_value(s).ok(),
        _ => None,
    };
    let said = Said { layer: change.thing.layer(), id: change.id, act: &change.act, hotspot, thing };
    let data = serde_json::to_string(&said).unwrap_or_default();
    Data::new(data).event("change").id(change.seq.to_string()).into()
}
