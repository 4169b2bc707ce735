//! What a link says to somebody who has not opened it yet.

use actix_web::{HttpResponse, get, web};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Refusals;
use crate::domain::area::{Area, AreaKind};
use crate::domain::place::LonLat;
use crate::domain::share;
use crate::domain::words::Lang;
use crate::error::{Error, Result};
use crate::http::App;
use crate::http::read::Params;

/// The picture of links that have none of their own.
const PICTURE: &str = "/share.png";

/// Title, text and picture of a link.
pub struct Card {
    /// One line.
    pub title: String,
    /// One or two sentences.
    pub text: String,
    /// Address of a picture, from `/` on.
    pub image: String,
}

/// What an address is about; nothing for those that are only the app.
#[must_use]
pub fn card(app: &App, path: &str, lang: Lang) -> Option<Card> {
    let (what, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    match what {
        "hotspots" => hotspot(app, rest, lang),
        "place" => place(app, rest, lang),
        "areas" => area(app, rest, lang),
        "report" => Some(plain(share::report(), lang)),
        _ => Some(plain(share::app(), lang)),
    }
}

fn plain([title, text]: [crate::domain::words::Words; 2], lang: Lang) -> Card {
    Card { title: title.said(lang), text: text.said(lang), image: PICTURE.into() }
}

fn hotspot(app: &App, id: &str, lang: Lang) -> Option<Card> {
    let coast = app.live.coast();
    let h = coast.hotspots.get(id.parse().ok()?)?.seen(app.live.clock.now());
    let place = coast.municipality(h.at).map(|m| m.name.clone());
    let title = share::hotspot(&h, place.as_deref());
    let photo = h.photos.iter().find(|p| p.size.is_some());
    let image = photo.map_or_else(|| PICTURE.to_owned(), |p| format!("/api/v1/photos/{}/screen", p.id));
    Some(Card { title: title.said(lang), text: share::state(h.state).said(lang), image })
}

fn place(app: &App, at: &str, lang: Lang) -> Option<Card> {
    let (lat, lon) = at.split_once(',')?;
    let at = LonLat::new(lon.parse().ok()?, lat.parse().ok()?).ok()?;
    let coast = app.live.coast();
    let rules = coast.here(at).answer(coast.date);
    let name = rules.municipality.as_ref().map(|m| m.name.as_str());
    let text = rules.words.first().map(|w| w.said(lang)).unwrap_or_default();
    Some(Card { title: share::place(name).said(lang), text, image: PICTURE.into() })
}

fn area(app: &App, code: &str, lang: Lang) -> Option<Card> {
    let (coast, now) = (app.live.coast(), app.live.clock.now());
    let area = coast.areas.get(Area::id_of(AreaKind::Municipality, code))?;
    let open = coast.hotspots.all().filter(|h| h.municipality.as_deref() == Some(code) && h.seen(now).state.is_open()).count();
    let [title, text] = share::area(&area.name, open);
    Some(Card { title: title.said(lang), text: text.said(lang), image: PICTURE.into() })
}

/// Where a code leads.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// an address of this service, from / on, at most 300 characters
    #[param(max_length = 300, example = "/report")]
    path: String,
}

/// A QR code of a link into the app
#[utoipa::path(tag = "operations", params(Target), responses((status = 200, body = String, content_type = "image/svg+xml"), Refusals))]
#[get("/api/v1/qr")]
pub async fn qr(app: web::Data<App>, q: Params<Target>) -> Result<HttpResponse> {
    let path = &q.0.path;
    if !path.starts_with('/') || path.starts_with("//") || path.len() > 300 || path.chars().any(char::is_control) {
        return Err(Error::invalid("path", "path must begin with one / and have at most 300 characters."));
    }
    let code =
        QrCode::new(format!("{}{path}", app.config.server.public_url)).map_err(|e| Error::invalid("path", e.to_string()))?;
    let picture = code.render::<svg::Color>().min_dimensions(240, 240).quiet_zone(true).build();
    Ok(HttpResponse::Ok().content_type("image/svg+xml").body(picture))
}
