//! Counts and logs requests: method, route, status, time; never an address, a name or a place.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use metrics::{Counter, Histogram};

use super::routes;

/// What tells requests apart: all of it from a short list, whatever was asked.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    method: &'static str,
    route: String,
    status: u16,
}

thread_local! {
    /// What each kind is counted by: to look it up among all measurements takes longer than many an answer.
    static COUNTED: RefCell<HashMap<Kind, (Counter, Histogram)>> = RefCell::default();
}

/// Counts and logs a request that was answered.
pub fn observe<B>(done: &ServiceResponse<B>, took: Duration) {
    let req = done.request();
    // What was refused at the door, or by all routes of an address, has been at none.
    let route = req.match_pattern().or_else(|| routes::known(req.path()).map(str::to_owned));
    let route = route.unwrap_or_else(|| "other".into());
    let kind = Kind { method: known(req.method()), route, status: done.status().as_u16() };
    let seconds = took.as_secs_f64();
    tracing::debug!(method = kind.method, route = kind.route, status = kind.status, seconds, "http.request");
    COUNTED.with_borrow_mut(|counted| {
        let (requests, times) = counted.entry(kind).or_insert_with_key(meters);
        requests.increment(1);
        times.record(seconds);
    });
}

fn meters(kind: &Kind) -> (Counter, Histogram) {
    let labels = [("method", kind.method.to_owned()), ("route", kind.route.clone()), ("status", kind.status.to_string())];
    let times = metrics::histogram!("strandline_request_seconds", &labels[..2]);
    (metrics::counter!("strandline_requests_total", &labels), times)
}

/// The methods of HTTP; anybody can make up others, and each would be measured for ever.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
