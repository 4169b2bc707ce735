//! What one is told, and one's own limits.

use actix_web::{get, post, put, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusals;
use crate::domain::message::{Choice, Message};
use crate::domain::permission::{Action, Subject, allow};
use crate::error::{Error, Result};
use crate::http::App;
use crate::http::read::Body;
use crate::http::session::Actor;

/// One's messages.
#[derive(Serialize, ToSchema)]
pub struct Inbox {
    /// The last hundred, newest first.
    messages: Vec<Message>,
    /// How many are unread.
    unread: usize,
    /// One's own limits.
    choice: Choice,
}

async fn inbox(app: &App, who: &Actor) -> Result<web::Json<Inbox>> {
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    let messages = tx.messages(who.0.id).await?;
    let unread = messages.iter().filter(|m| !m.read).count();
    Ok(web::Json(Inbox { messages, unread, choice: tx.choice(who.0.id).await? }))
}

/// My messages
#[utoipa::path(tag = "messages", responses((status = 200, body = Inbox), Refusals))]
#[get("/api/v1/messages")]
pub async fn list(app: web::Data<App>, who: Actor) -> Result<web::Json<Inbox>> {
    allow(&who.0, Action::Listen, Subject::default())?;
    inbox(&app, &who).await
}

/// Up to when one has read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadUpTo {
    /// The instant of the newest message one has seen.
    up_to: DateTime<Utc>,
}

/// Mark my messages as read
#[utoipa::path(tag = "messages", request_body = ReadUpTo, responses((status = 200, body = Inbox), Refusals))]
#[post("/api/v1/messages/reads")]
pub async fn read(app: web::Data<App>, who: Actor, up_to: Body<ReadUpTo>) -> Result<web::Json<Inbox>> {
    allow(&who.0, Action::Listen, Subject::default())?;
    let (by, at) = (who.0.id, up_to.0.up_to);
    app.live.write(move |tx| Box::pin(async move { tx.read_messages(by, at).await })).await?;
    inbox(&app, &who).await
}

/// Set my own limits
#[utoipa::path(tag = "messages", request_body = Choice, responses((status = 200, body = Inbox), Refusals))]
#[put("/api/v1/messages/choice")]
pub async fn choose(app: web::Data<App>, who: Actor, choice: Body<Choice>) -> Result<web::Json<Inbox>> {
    allow(&who.0, Action::Listen, Subject::default())?;
    let (by, mut choice) = (who.0.id, choice.0);
    if choice.asks_a_year.is_some_and(|n| n > 366) {
        return Err(Error::invalid("asks_a_year", "asks_a_year must be at most 366."));
    }
    choice.off.sort_unstable();
    choice.off.dedup();
    app.live.write(move |tx| Box::pin(async move { tx.choose(by, &choice).await })).await?;
    inbox(&app, &who).await
}
