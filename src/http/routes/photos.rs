//! Photos: sent after the act that announced them, served from the folder.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Refusals;
use crate::act;
use crate::domain::place::LonLat;
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::read::{all, id};
use crate::http::session::Actor;
use crate::imaging;

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
#[utoipa::path(tag = "photos", params(("id" = Uuid, Path, description = "the hotspot"), ("photo" = Uuid, Path, description = "the photo")),
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 200, description = "it was there before", body = Taken), (status = 201, body = Taken), Refusals))]
#[put("/api/v1/hotspots/{id}/photos/{photo}")]
pub async fn send(
    app: web::Data<App>,
    who: Actor,
    req: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (hotspot, photo) = (id(&path.0)?, id(&path.1)?);
    let by = who.0;
    let mut tx = app.live.store.read(app.live.clock.now()).await?;
    let there = act::photo::expected(&mut tx, &by, hotspot, photo).await?;
    drop(tx);
    if there {
        return Ok(HttpResponse::Ok().json(Taken { id: photo, position: None }));
    }
    let bytes = all(&req, &mut payload.into_inner(), imaging::MAX_BYTES).await?;
    let kind = actix_web::HttpMessage::content_type(&req).to_owned();
    let turn = app.imaging.clone().acquire_owned().await.map_err(Error::internal)?;
    let photos = app.photos.clone();
    let work = move || {
        let _turn = turn;
        let prepared = imaging::prepare(&bytes, &kind)?;
        photos.keep(photo, &prepared)?;
        Ok::<_, Error>((prepared.size, prepared.position))
    };
    let (size, position) = web::block(work).await.map_err(Error::internal)??;
    app.live
        .write(move |tx| Box::pin(async move { act::photo::arrived(tx, &by, hotspot, photo, size).await }))
        .await?;
    Ok(HttpResponse::Created().json(Taken { id: photo, position }))
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
