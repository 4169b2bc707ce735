//! Counts and logs requests: method, route, status, time; never an address, a name or a place.

use std::time::Instant;

use actix_web::Error as ActixError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

/// Counts and logs a request.
///
/// # Errors
/// What is inside refuses.
pub async fn observe<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> std::result::Result<ServiceResponse<B>, ActixError> {
    let started = Instant::now();
    let done = next.call(req).await?;
    let route = done.request().match_pattern().unwrap_or_else(|| "other".into());
    let (method, status) = (done.request().method().as_str(), done.status().as_u16());
    let seconds = started.elapsed().as_secs_f64();
    tracing::debug!(method, route, status, seconds, "http.request");
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("strandline_requests_total", &labels).increment(1);
    metrics::histogram!("strandline_request_seconds", &labels[..2]).record(seconds);
    Ok(done)
}
