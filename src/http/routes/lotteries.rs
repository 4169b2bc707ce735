//! Coast lotteries: announced, fed with tickets, drawn so that anyone can check it.

use actix_web::{HttpResponse, get, post, web};

use super::Refusals;
use super::things::{acts, made};
use crate::act::lottery::{NewLottery, Seed, TornOff};
use crate::act::{self, digest};
use crate::domain::lottery::Lottery;
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{Body, id};
use crate::http::session::Actor;

/// Lotteries, the newest first
#[utoipa::path(tag = "lotteries", responses((status = 200, body = Vec<Lottery>), Refusals))]
#[get("/api/v1/lotteries")]
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Lottery>>> {
    let mut all: Vec<Lottery> = app.live.store.read(app.live.clock.now()).await?.things().await?;
    all.sort_by_key(|l| std::cmp::Reverse((l.until, l.record.id)));
    Ok(web::Json(all.into_iter().map(Lottery::for_all).collect()))
}

/// A lottery with its tickets, and its seed once it is drawn
#[utoipa::path(tag = "lotteries", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Lottery), Refusals))]
#[get("/api/v1/lotteries/{id}")]
pub async fn one(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Lottery>> {
    let found = app.live.store.read(app.live.clock.now()).await?.thing(id(&path)?).await?;
    found.map(|l: Lottery| web::Json(l.for_all())).ok_or_else(|| Error::new(Code::NotFound, "There is no such lottery."))
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
