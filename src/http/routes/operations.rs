//! For those who run the service.

use actix_web::{HttpResponse, get, web};

use super::Refusals;
use crate::error::Result;
use crate::http::App;

/// Whether the process is alive
#[utoipa::path(tag = "operations", responses((status = 200, body = String, content_type = "text/plain")))]
#[get("/healthz")]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

/// Whether it can do its work: the database answers
#[utoipa::path(tag = "operations", responses((status = 200, body = String, content_type = "text/plain"), Refusals))]
#[get("/readyz")]
pub async fn readyz(app: web::Data<App>) -> Result<HttpResponse> {
    app.live.store.read(app.live.clock.now()).await?.last_seq().await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready"))
}

/// Counts for Prometheus
#[utoipa::path(tag = "operations", responses((status = 200, body = String, content_type = "text/plain"), Refusals))]
#[get("/metrics")]
pub async fn metrics(app: web::Data<App>) -> HttpResponse {
    let text = app.metrics.as_ref().map(metrics_exporter_prometheus::PrometheusHandle::render).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}

/// This description
#[utoipa::path(tag = "operations", responses((status = 200, body = Object, content_type = "application/json")))]
#[get("/api/v1/openapi.json")]
pub async fn description() -> HttpResponse {
    HttpResponse::Ok().json(crate::http::openapi())
}
