//! Every route on one page.

mod adoptions;
mod calendars;
mod claims;
mod cleanups;
mod coast;
mod driving;
mod equipment;
mod events;
mod fleet;
mod hotspots;
mod lotteries;
mod messages;
mod numbers;
mod operations;
mod orders;
mod people;
mod photos;
mod piles;
mod places;
mod plans;
mod repeats;
mod rulebook;
pub mod share;
mod sites;
mod surveys;
mod things;
mod zones;

use std::sync::LazyLock;

use actix_web::dev::{HttpServiceFactory, ResourceDef};
use actix_web::guard::fn_guard;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use percent_encoding::percent_decode_str;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{OpenApiFactory, scope};

use super::problem::Problem;
use crate::error::{Code, Error};

/// The whole API.
#[allow(clippy::too_many_lines)] // every route on one page
pub fn all(s: &mut ServiceConfig<'_>) {
    // Asked for most, and quick to tell.
    s.service(coast::about).service(coast::segments).service(coast::nearest).service(coast::map_tile);
    s.service(group(&["rules", "areas", "closures", "rulebook", "qr", "zones", "emergency"], |s| {
        s.service(places::rules)
            .service(places::areas)
            .service(places::closures)
            .service(rulebook::rulebook)
            .service(share::qr)
            .service(zones::list)
            .service(zones::one)
            .service(zones::draw)
            .service(zones::reshape)
            .service(zones::remove)
            .service(places::emergency);
    }));
    s.service(group(&["hotspots", "photos", "claims"], |s| {
        s.service(hotspots::list)
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
            .service(claims::answer);
    }));
    s.service(group(&["cleanups", "litter-items", "calendar"], |s| {
        s.service(cleanups::list)
            .service(cleanups::make)
            .service(cleanups::one)
            .service(cleanups::small_map)
            .service(cleanups::history)
            .service(repeats::plan_again)
            .service(cleanups::start)
            .service(cleanups::cancel)
            .service(cleanups::tell_result)
            .service(cleanups::close)
            .service(cleanups::thank)
            .service(cleanups::write)
            .service(cleanups::leave)
            .service(cleanups::cost)
            .service(cleanups::join)
            .service(cleanups::participants)
            .service(cleanups::litter_items)
            .service(calendars::of_cleanup)
            .service(calendars::of_many);
    }));
    s.service(group(&["piles", "waste-options", "codes", "weighings", "duties", "sites"], |s| {
        s.service(piles::list)
            .service(piles::leave)
            .service(piles::one)
            .service(piles::history)
            .service(piles::options)
            .service(piles::divide)
            .service(piles::ready)
            .service(piles::accept)
            .service(piles::decline)
            .service(piles::collect)
            .service(piles::fail)
            .service(piles::lose)
            .service(piles::miss)
            .service(piles::merge)
            .service(piles::coded)
            .service(piles::weigh)
            .service(piles::duties)
            .service(sites::list)
            .service(sites::one)
            .service(sites::place)
            .service(sites::describe)
            .service(sites::close);
    }));
    s.service(group(&["orders", "crews", "my-orders", "equipment", "planned-drops"], |s| {
        s.service(orders::list)
            .service(orders::give)
            .service(orders::one)
            .service(orders::history)
            .service(orders::assign)
            .service(orders::accept)
            .service(orders::decline)
            .service(orders::start)
            .service(orders::finish)
            .service(orders::approve)
            .service(orders::withdraw)
            .service(orders::crews)
            .service(orders::mine)
            .service(equipment::list)
            .service(equipment::nearest)
            .service(equipment::place)
            .service(equipment::one)
            .service(equipment::stock)
            .service(equipment::lend)
            .service(equipment::take_back)
            .service(equipment::describe)
            .service(equipment::remove)
            .service(equipment::drops);
    }));
    s.service(group(&["surveys", "adoptions", "stretches", "lotteries"], |s| {
        s.service(surveys::list)
            .service(surveys::one)
            .service(surveys::tell)
            .service(surveys::withdraw)
            .service(adoptions::list)
            .service(adoptions::ask)
            .service(adoptions::one)
            .service(adoptions::approve)
            .service(adoptions::decline)
            .service(adoptions::hand_out_kit)
            .service(adoptions::pause)
            .service(adoptions::resume)
            .service(adoptions::end)
            .service(adoptions::of_stretch)
            .service(lotteries::list)
            .service(lotteries::announce)
            .service(lotteries::one)
            .service(lotteries::tickets)
            .service(lotteries::register)
            .service(lotteries::draw);
    }));
    s.service(group(&["vehicles", "plans", "due-piles", "due-areas", "my-routes", "haulage", "routes"], |s| {
        s.service(fleet::list)
            .service(fleet::add)
            .service(fleet::describe)
            .service(fleet::drive)
            .service(fleet::stop_driving)
            .service(fleet::forget_drivers)
            .service(fleet::retire)
            .service(fleet::reinstate)
            .service(plans::list)
            .service(plans::ask)
            .service(plans::due)
            .service(plans::due_areas)
            .service(plans::one)
            .service(plans::move_stop)
            .service(plans::mark)
            .service(plans::search_again)
            .service(plans::cancel)
            .service(plans::publish)
            .service(driving::mine)
            .service(driving::haulage)
            .service(driving::one)
            .service(driving::exported)
            .service(driving::set_out)
            .service(driving::fetch)
            .service(driving::arrive)
            .service(driving::hand_in)
            .service(driving::take_along)
            .service(driving::come_back)
            .service(driving::withdraw)
            .service(driving::share);
    }));
    s.service(group(&["messages", "numbers", "refunds", "seasons", "me", "session", "invites", "demo", "events"], |s| {
        s.service(messages::list)
            .service(messages::read)
            .service(messages::choose)
            .service(numbers::numbers)
            .service(numbers::numbers_csv)
            .service(numbers::refunds)
            .service(numbers::refunds_csv)
            .service(numbers::refunds_xlsx)
            .service(numbers::season)
            .service(numbers::season_picture)
            .service(people::me)
            .service(people::begin)
            .service(people::end)
            .service(people::enter)
            .service(people::invite)
            .service(people::play)
            .service(events::events);
    }));
    s.service(operations::healthz).service(operations::readyz).service(operations::metrics).service(operations::description);
}

/// Some routes, by the word that follows `/api/v1/` in their addresses. To hold a request against one route after the other takes
/// longer than many an answer: so it is held against those of its own group alone.
fn group(
    words: &'static [&'static str],
    routes: impl FnOnce(&mut ServiceConfig<'_>),
) -> impl HttpServiceFactory + OpenApiFactory + 'static {
    let ours = fn_guard(move |r| {
        let path = percent_decode_str(r.head().uri.path()).decode_utf8_lossy();
        path.strip_prefix("/api/v1/").and_then(|p| p.split(['/', '.']).next()).is_some_and(|word| words.contains(&word))
    });
    scope::scope("").guard(ours).configure(routes).default_service(web::to(refuse))
}

/// What is no address of the API.
pub fn no_route(s: &mut web::ServiceConfig) {
    s.service(web::scope("/api").default_service(web::to(refuse)));
}

async fn refuse(req: HttpRequest) -> HttpResponse {
    unknown(&req).error_response()
}

/// The route at an address, whichever methods it takes.
pub fn known(path: &str) -> Option<&'static str> {
    static KNOWN: LazyLock<Vec<ResourceDef>> =
        LazyLock::new(|| crate::http::openapi().paths.paths.keys().map(|p| ResourceDef::new(p.as_str())).collect());
    KNOWN.iter().find(|route| route.is_match(path))?.pattern()
}

fn unknown(req: &HttpRequest) -> Error {
    if known(req.path()).is_some() {
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
