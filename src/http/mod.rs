//! HTTP: parse, authorise, call, answer. The only place that knows it.

mod front;
pub mod guard;
pub mod observe;
mod pieces;
pub mod problem;
pub mod read;
mod routes;
pub mod session;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::{Error as ActixError, web};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use crate::config::Config;
use crate::live::Live;
use crate::photos::Photos;
use crate::planner::{Planner, RoadNetworks};
use crate::roads::Osrm;
use crate::routing::travel::Roads;
use session::SessionCache;

/// What every handler may use.
pub struct App {
    /// The coast and its writer.
    pub live: Arc<Live>,
    /// The settings.
    pub config: Config,
    /// The files of photos.
    pub photos: Photos,
    /// Searches for pickup routes.
    pub planner: Arc<Planner>,
    /// Sessions seen a moment ago.
    pub sessions: SessionCache,
    /// Writes from each address.
    pub writes: DefaultKeyedRateLimiter<IpAddr>,
    /// Photos being worked on.
    pub imaging: Arc<Semaphore>,
    /// Counts, where they are kept.
    pub metrics: Option<PrometheusHandle>,
}

impl App {
    /// Puts it together.
    #[must_use]
    pub fn new(live: Arc<Live>, config: Config, photos: Photos, metrics: Option<PrometheusHandle>) -> Self {
        let per_minute = NonZeroU32::new(config.limits.writes_per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            planner: Planner::new(live.clone(), config.planning, road_networks(&config)),
            live,
            photos,
            sessions: SessionCache::default(),
            writes: RateLimiter::keyed(Quota::per_minute(per_minute)),
            imaging: Arc::new(Semaphore::new(config.photos.at_once.max(1))),
            config,
            metrics,
        }
    }
}

/// The road networks that are configured, by name.
fn road_networks(config: &Config) -> RoadNetworks {
    let asked = |settings| Osrm::of(settings).map(|osrm| Arc::new(osrm) as Arc<dyn Roads>);
    let others = config.other_roads.iter().filter_map(|(name, settings)| Some((name.clone(), asked(settings)?)));
    RoadNetworks { usual: asked(&config.roads), others: others.collect() }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Strandline",
        description = "Beach segments, zones and closures, hotspots and claims. Lengths are in metres, instants are \
                       RFC 3339 in UTC, positions are longitude and latitude in WGS 84.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/")),
)]
struct Description;

/// The description of the API, as it is served and committed.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, mut api) =
        actix_web::App::new().into_utoipa_app().openapi(Description::openapi()).configure(routes::all).split_for_parts();
    env!("CARGO_PKG_VERSION").clone_into(&mut api.info.version);
    for (path, item) in &mut api.paths.paths {
        let methods = [&mut item.get, &mut item.head, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for (method, operation) in ["get", "head", "post", "put", "patch", "delete"].into_iter().zip(methods) {
            if let Some(operation) = operation {
                operation.operation_id = Some(operation_id(method, path));
            }
        }
    }
    api
}

/// `get_hotspots_id_history`: handlers in different files share short names, operations may not.
fn operation_id(method: &str, path: &str) -> String {
    let parts = path.trim_start_matches("/api/v1").split(['/', '-', '.']).filter(|p| !p.is_empty());
    let parts = parts.map(|p| p.trim_matches(['{', '}']));
    std::iter::once(method).chain(parts).collect::<Vec<_>>().join("_")
}

/// All routes, behind the door.
pub fn configure(app: &web::Data<App>) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let app = app.clone();
    move |service| {
        service.app_data(app).service(
            web::scope("")
                .wrap(Compress::default())
                .wrap(from_fn(door))
                .configure(|s| {
                    let mut described = utoipa_actix_web::service_config::ServiceConfig::new(s);
                    routes::all(&mut described);
                })
                .configure(routes::no_route)
                .default_service(web::to(front::file)),
        );
    }
}

/// What every request goes through: it is let in or refused, and either answer is made safe and counted.
async fn door<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<EitherBody<B>>, ActixError> {
    let started = Instant::now();
    let mut answer = match guard::guard(&req) {
        Ok(()) => next.call(req).await?.map_into_left_body(),
        Err(refusal) => req.error_response(refusal).map_into_right_body(),
    };
    make_safe(answer.headers_mut());
    observe::observe(&answer, started.elapsed());
    Ok(answer)
}

/// What every answer has: it is what it says it is, and opened by itself it runs nothing and is framed by nobody. What documents
/// need beside it comes with them (`front`): an answer of data is small, and has no use for it (OWASP, REST Security Cheat Sheet).
fn make_safe(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    }
}
