//! Photos: sent after the act that announced them, served from the folder.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::{HttpRequest, HttpResponse, get, head, patch, put, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Refusals;
use crate::act;
use crate::domain::person::Person;
use crate::domain::place::LonLat;
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{all, id};
use crate::http::session::Actor;
use crate::imaging;
use crate::photos::Photos;

/// A photo as it was taken in.
#[derive(Serialize, ToSchema)]
pub struct Taken {
    /// Its id.
    id: Uuid,
    /// Where the camera said it was. It has been stripped from the photo and is kept nowhere.
    position: Option<LonLat>,
}

/// Send a photo
///
/// JPEG, PNG or WebP, at most 12 MiB. All metadata is stripped. Sending it again changes nothing.
#[utoipa::path(tag = "photos", params(("id" = Uuid, Path)),
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 200, description = "it was there before", body = Taken), (status = 201, body = Taken), Refusals))]
#[put("/api/v1/photos/{id}")]
pub async fn send(
    app: web::Data<App>,
    who: Actor,
    req: HttpRequest,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let photo = id(&path)?;
    let by = who.0;
    if expected(&app, &by, photo).await? {
        return Ok(HttpResponse::Ok().json(Taken { id: photo, position: None }));
    }
    let bytes = all(&req, &mut payload.into_inner(), imaging::MAX_BYTES).await?;
    let kind = actix_web::HttpMessage::content_type(&req).to_owned();
    take_in(&app, by, photo, move |_| Ok((bytes.to_vec(), kind))).await
}

/// Whether a photo that this person announced is there already.
async fn expected(app: &App, by: &Person, photo: Uuid) -> Result<bool> {
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    Ok(act::photo::expected(&mut tx, by, photo).await?.stored)
}

/// Decodes a photo off the async threads, keeps it, and says so.
async fn take_in(
    app: &App,
    by: Arc<Person>,
    photo: Uuid,
    bytes: impl FnOnce(&Photos) -> Result<(Vec<u8>, String)> + Send + 'static,
) -> Result<HttpResponse> {
    let turn = app.imaging.clone().acquire_owned().await.map_err(Error::internal)?;
    let photos = app.photos.clone();
    let work = move || {
        let _turn = turn;
        let (bytes, kind) = bytes(&photos)?;
        // What is no photo is not asked for again part by part.
        let prepared = imaging::prepare(&bytes, &kind).inspect_err(|_| photos.forget_parts(photo))?;
        photos.keep(photo, &prepared)?;
        Ok::<_, Error>((prepared.size, prepared.position))
    };
    let (size, position) = web::block(work).await.map_err(Error::internal)??;
    app.live.write(move |tx| Box::pin(async move { act::photo::arrived(tx, &by, photo, size).await })).await?;
    app.photos.forget_parts(photo); // not before its row says that it is there
    Ok(HttpResponse::Created().json(Taken { id: photo, position }))
}

const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const COMPLETE: HeaderName = HeaderName::from_static("upload-complete");

/// How much of a photo has arrived
///
/// `Upload-Offset` is where the next part begins; `Upload-Complete: ?1` says that the photo is there.
#[utoipa::path(tag = "photos", params(("id" = Uuid, Path)),
    responses((status = 204, headers(("upload-offset" = i64), ("upload-complete" = String))), Refusals))]
#[head("/api/v1/photos/{id}")]
pub async fn received(app: web::Data<App>, who: Actor, path: web::Path<String>) -> Result<HttpResponse> {
    let photo = id(&path)?;
    let there = expected(&app, &who.0, photo).await?;
    Ok(so_far(app.photos.received(photo), there))
}

fn so_far(bytes: u64, complete: bool) -> HttpResponse {
    let complete = if complete { "?1" } else { "?0" };
    HttpResponse::NoContent()
        .insert_header((OFFSET, bytes.to_string()))
        .insert_header((COMPLETE, complete))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

/// Send a part of a photo
///
/// For a thin signal: what has arrived need not be sent again (draft-ietf-httpbis-resumable-upload). Parts come in order,
/// from `Upload-Offset` on; the last one says `Upload-Complete: ?1`.
#[utoipa::path(tag = "photos", params(
        ("id" = Uuid, Path),
        ("upload-offset" = i64, Header, minimum = 0, description = "where the part begins, in bytes"),
        ("upload-complete" = Option<String>, Header, description = "?1 with the last part")),
    request_body(content = Vec<u8>, content_type = "application/partial-upload"),
    responses((status = 200, description = "it was there before", body = Taken), (status = 201, description = "the photo is whole", body = Taken),
        (status = 204, description = "more is to come", headers(("upload-offset" = i64), ("upload-complete" = String))), Refusals))]
#[patch("/api/v1/photos/{id}")]
pub async fn send_part(
    app: web::Data<App>,
    who: Actor,
    req: HttpRequest,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let photo = id(&path)?;
    let by = who.0;
    if actix_web::HttpMessage::content_type(&req) != imaging::PARTS {
        return Err(Error::new(Code::UnsupportedMediaType, format!("A part must be {}.", imaging::PARTS)).at("content-type"));
    }
    let header = |name: &HeaderName| req.headers().get(name).and_then(|v| v.to_str().ok());
    let offset = header(&OFFSET).and_then(|t| t.parse::<u64>().ok());
    let offset = offset.ok_or_else(|| Error::invalid("upload-offset", "Upload-Offset must say where the part begins."))?;
    let last = header(&COMPLETE) == Some("?1");
    if expected(&app, &by, photo).await? {
        return Ok(HttpResponse::Ok().json(Taken { id: photo, position: None }));
    }
    let room = (imaging::MAX_BYTES as u64).saturating_sub(offset);
    let part = all(&req, &mut payload.into_inner(), usize::try_from(room).unwrap_or(0)).await?;
    let (photos, wanted) = (app.photos.clone(), offset + part.len() as u64);
    let here = web::block(move || photos.add_part(photo, offset, &part)).await.map_err(Error::internal)??;
    if here != wanted {
        return Err(Error::new(Code::WrongOffset, format!("The next part begins at {here}."))
            .at("upload-offset")
            .fact("received_bytes", here));
    }
    if !last {
        return Ok(so_far(here, false));
    }
    match take_in(&app, by.clone(), photo, move |photos| Ok((photos.whole(photo)?, imaging::PARTS.to_owned()))).await {
        // Another tab sent the same last part at the same time, and its parts are kept and gone.
        Err(e) if e.code == Code::Internal && expected(&app, &by, photo).await? => {
            Ok(HttpResponse::Ok().json(Taken { id: photo, position: None }))
        }
        taken => taken,
    }
}

/// A photo in one of its sizes
#[utoipa::path(tag = "photos", params(("id" = Uuid, Path), ("size" = String, Path, description = "list, screen or zoom")),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), Refusals))]
#[get("/api/v1/photos/{id}/{size}")]
pub async fn file(app: web::Data<App>, req: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let missing = || Error::new(Code::NotFound, "There is no such photo.");
    let file = app.photos.file(id(&path.0)?, &path.1).ok_or_else(missing)?;
    let file = actix_files::NamedFile::open(file).map_err(|_| missing())?;
    let mut response = file.into_response(&req);
    let forever = actix_web::http::header::HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(CACHE_CONTROL, forever);
    Ok(response)
}
