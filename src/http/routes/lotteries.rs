//! Coast lotteries: announced, fed with tickets, drawn so that anyone can check it.

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Refusals;
use super::things::{acts, made};
use crate::act::lottery::{NewLottery, Seed, TornOff};
use crate::act::{self, digest};
use crate::domain::lottery::{Lottery, Ticket};
use crate::domain::text::clean_required;
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{Body, Params, id};
use crate::http::session::Actor;

/// Lotteries, the newest first
#[utoipa::path(tag = "lotteries", responses((status = 200, body = Vec<Lottery>), Refusals))]
#[get("/api/v1/lotteries")]
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Lottery>>> {
    let mut all: Vec<Lottery> = app.live.store.read(app.live.clock.now()).await?.things().await?;
    all.sort_by_key(|l| std::cmp::Reverse((l.until, l.record.id)));
    Ok(web::Json(all))
}

/// A lottery, with its seed once it is drawn
#[utoipa::path(tag = "lotteries", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Lottery), Refusals))]
#[get("/api/v1/lotteries/{id}")]
pub async fn one(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Lottery>> {
    let found = app.live.store.read(app.live.clock.now()).await?.thing(id(&path)?).await?;
    found.map(web::Json).ok_or_else(none)
}

fn none() -> Error {
    Error::new(Code::NotFound, "There is no such lottery.")
}

/// Which ticket.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// the number on one, to see whether it is registered
    #[param(min_length = 1, max_length = 30)]
    number: Option<String>,
}

/// The tickets of a lottery that was drawn, sorted by number; before the draw one whose number is known, if it is registered
#[utoipa::path(tag = "lotteries", params(("id" = uuid::Uuid, Path), Which), responses((status = 200, body = Vec<Ticket>), Refusals))]
#[get("/api/v1/lotteries/{id}/tickets")]
pub async fn tickets(app: web::Data<App>, path: web::Path<String>, q: Params<Which>) -> Result<web::Json<Vec<Ticket>>> {
    let id = id(&path)?;
    let number = q.0.number.map(|n| clean_required("number", &n, 30)).transpose()?.map(|n| n.to_uppercase());
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    let lottery: Lottery = tx.thing(id).await?.ok_or_else(none)?;
    if lottery.drawn_at.is_none() && number.is_none() {
        return Err(Error::new(Code::WrongState, "The tickets are published with the draw."));
    }
    tx.tickets(id, number).await.map(web::Json)
}

/// Announce a lottery in my municipality
#[utoipa::path(tag = "lotteries", request_body = NewLottery, responses(
    (status = 200, description = "it was announced before", body = Lottery), (status = 201, body = Lottery), Refusals))]
#[post("/api/v1/lotteries")]
pub async fn announce(app: web::Data<App>, who: Actor, new: Body<NewLottery>) -> Result<HttpResponse> {
    let (by, sent) = (who.0, digest(&new.0)?);
    let done = app.live.write(move |tx| Box::pin(async move { act::lottery::announce(tx, &by, new.0, sent).await })).await?;
    Ok(made(done))
}

acts! {
    /// Register a ticket torn off a bag
    register "/api/v1/lotteries/{id}/tickets" "lotteries" (TornOff) -> Lottery { |app, tx, by, id, sent| act::lottery::register(tx, &by, id, sent) }
    /// Draw a lottery with the seed that was committed to
    draw "/api/v1/lotteries/{id}/draws" "lotteries" (Seed) -> Lottery { |app, tx, by, id, sent| act::lottery::draw(tx, &by, id, sent) }
}
