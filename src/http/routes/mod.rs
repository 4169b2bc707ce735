//! Every route on one page.

mod claims;
mod coast;
mod events;
mod hotspots;
mod operations;
mod people;
mod photos;
mod places;
mod rulebook;
pub mod share;
mod zones;

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::web;
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
        .service(rulebook::rulebook)
        .service(share::qr)
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
        .service(photos::received)
        .service(photos::send_part)
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

/// What is no address of the API.
pub fn no_route(s: &mut web::ServiceConfig) {
    let refuse = |req: actix_web::HttpRequest| std::future::ready(actix_web::ResponseError::error_response(&unknown(&req)));
    s.service(web::scope("/api").default_service(web::to(refuse)));
}

fn unknown(req: &actix_web::HttpRequest) -> Error {
    static KNOWN: LazyLock<Vec<ResourceDef>> =
        LazyLock::new(|| crate::http::openapi().paths.paths.keys().map(|p| ResourceDef::new(p.as_str())).collect());
    if KNOWN.iter().any(|p| p.is_match(req.path())) {
        return Error::new(Code::MethodNotAllowed, format!("{} does not take {}.", req.path(), req.method()));
    }
    Error::new(Code::NotFound, "There is nothing at this address.")
}

/// The refusals every route may answer with.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code)] // described, never made: `Error` makes the same document
pub enum Refusals {
    /// A problem document.
    #[response(status = "default", content_type = "application/problem+json")]
    Refused(#[to_schema] Problem),
}
