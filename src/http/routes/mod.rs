//! Every route on one page.

mod claims;
mod coast;
mod events;
mod hotspots;
mod operations;
mod people;
mod photos;
mod places;
mod zones;

use std::path::Path;
use std::sync::LazyLock;

use actix_web::dev::{ResourceDef, ServiceRequest, ServiceResponse, fn_service};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::problem::Problem;
use crate::error::{Code, Error};

/// The whole API.
pub fn all(s: &mut ServiceConfig<'_>) {
    s.service(coast::about)
        .service(coast::segments)
        .service(coast::nearest)
        .service(coast::map_tile)
        .service(places::rules)
        .service(places::areas)
        .service(places::closures)
        .service(zones::list)
        .service(zones::one)
        .service(zones::draw)
        .service(zones::reshape)
        .service(zones::remove)
        .service(hotspots::list)
        .service(hotspots::nearest)
        .service(hotspots::report)
        .service(hotspots::one)
        .service(hotspots::history)
        .service(hotspots::support)
        .service(hotspots::still_there)
        .service(hotspots::cleaned)
        .service(hotspots::verify)
        .service(hotspots::close)
        .service(photos::send)
        .service(photos::file)
        .service(claims::claim)
        .service(claims::extend)
        .service(claims::release)
        .service(claims::ask)
        .service(claims::answer)
        .service(people::me)
        .service(people::begin)
        .service(people::end)
        .service(people::enter)
        .service(people::invite)
        .service(people::play)
        .service(events::events)
        .service(operations::healthz)
        .service(operations::readyz)
        .service(operations::metrics)
        .service(operations::description);
}

/// The front end's files; every address that is not one of them is the app itself.
pub fn front(folder: &Path) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let (folder, index) = (folder.to_owned(), folder.join("index.html"));
    move |s| {
        let assets = web::scope("/assets")
            .wrap_fn(|req, srv| {
                let done = actix_web::dev::Service::call(&srv, req);
                async move {
                    let mut done = done.await?;
                    if done.status().is_success() {
                        // Their names carry a digest of their content.
                        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
                        done.headers_mut().insert(CACHE_CONTROL, forever);
                    }
                    Ok(done)
                }
            })
            .service(actix_files::Files::new("/", folder.join("assets")));
        let app = fn_service(move |req: ServiceRequest| {
            let (req, _) = req.into_parts();
            let page = app_page(&req, &index);
            std::future::ready(Ok(ServiceResponse::new(req, page)))
        });
        let refuse = |req: actix_web::HttpRequest| std::future::ready(actix_web::ResponseError::error_response(&unknown(&req)));
        s.service(web::scope("/api").default_service(web::to(refuse)));
        s.service(assets);
        s.service(actix_files::Files::new("/", &folder).index_file("index.html").default_handler(app));
    }
}

fn unknown(req: &actix_web::HttpRequest) -> Error {
    static KNOWN: LazyLock<Vec<ResourceDef>> =
        LazyLock::new(|| crate::http::openapi().paths.paths.keys().map(|p| ResourceDef::new(p.as_str())).collect());
    if KNOWN.iter().any(|p| p.is_match(req.path())) {
        return Error::new(Code::MethodNotAllowed, format!("{} does not take {}.", req.path(), req.method()));
    }
    Error::new(Code::NotFound, "There is nothing at this address.")
}

fn app_page(req: &actix_web::HttpRequest, index: &Path) -> HttpResponse {
    match actix_files::NamedFile::open(index) {
        Ok(page) => {
            let mut page = page.into_response(req);
            page.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            page
        }
        Err(_) => actix_web::ResponseError::error_response(&Error::new(
            Code::NotFound,
            "The front end has not been built: run `make web`.",
        )),
    }
}

/// The refusals every route may answer with.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code)] // described, never made: `Error` makes the same document
pub enum Refusals {
    /// A problem document.
    #[response(status = "default", content_type = "application/problem+json")]
    Refused(#[to_schema] Problem),
}
