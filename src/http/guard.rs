//! Before anything is written: it must come from our own pages, and not too often.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::web;
use governor::clock::{Clock, DefaultClock};

use super::App;
use crate::error::{Code, Error};

/// Refuses writes from other sites and past the limit.
///
/// # Errors
/// `cross_site`, `rate_limited`.
pub fn guard(req: &ServiceRequest) -> Result<(), Error> {
    if !matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        same_site(req)?;
        slow_enough(req)?;
    }
    Ok(())
}

/// The cookie is `SameSite=Lax`; this also stops what a browser would let through.
fn same_site(req: &ServiceRequest) -> Result<(), Error> {
    let header = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok());
    let foreign_fetch = header("sec-fetch-site").is_some_and(|s| !matches!(s, "same-origin" | "none"));
    let host = req.connection_info().host().to_owned();
    let foreign_origin = header("origin").is_some_and(|o| o.split_once("://").map(|(_, h)| h) != Some(&host));
    if foreign_fetch || foreign_origin {
        return Err(Error::new(Code::CrossSite, "Writes must come from this site itself.").at("origin"));
    }
    Ok(())
}

fn slow_enough(req: &ServiceRequest) -> Result<(), Error> {
    let Some(app) = req.app_data::<web::Data<App>>() else { return Ok(()) };
    let Some(address) = address(req, app.config.server.trust_proxy) else { return Ok(()) };
    app.writes.check_key(&address).map_err(|wait| {
        let seconds = wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
        Error::new(Code::RateLimited, format!("Please wait {seconds} seconds.")).fact("retry_after_s", seconds)
    })
}

/// Who counts as one: an IPv4 address, or an IPv6 network of /64, which is what one household gets.
fn address(req: &ServiceRequest, trust_proxy: bool) -> Option<IpAddr> {
    let peer = || req.peer_addr().map(|a| a.ip());
    let address = if trust_proxy { forwarded(req).or_else(peer) } else { peer() }?;
    Some(match address {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    })
}

/// The last address in `X-Forwarded-For`: our proxy's own word. Those before it are anybody's.
fn forwarded(req: &ServiceRequest) -> Option<IpAddr> {
    let header = req.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
    header.rsplit(',').next()?.trim().parse().ok()
}
