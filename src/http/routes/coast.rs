//! The shore itself.

use actix_web::http::header::{CACHE_CONTROL, ContentEncoding, Encoding, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Refusals;
use crate::coast::earth::Vertex;
use crate::coast::tile::{TileId, tile};
use crate::domain::place::{LonLat, Window};
use crate::domain::zone::Regime;
use crate::error::{Code, Error, Result};
use crate::http::App;
use crate::http::pieces::Pieces;
use crate::http::read::{Params, takes};

/// What a client needs to know before anything else.
#[derive(Serialize, ToSchema)]
pub struct About {
    /// West, south, east, north of the shore; nothing when none was imported.
    bounds: Option<[f64; 4]>,
    /// How many segments.
    segments: usize,
    /// The version of map tiles.
    shore_version: String,
    /// The last entry of the change log: where to follow events from.
    seq: i64,
    /// The local day.
    today: chrono::NaiveDate,
    /// The local time zone.
    time_zone: String,
    /// Whether anyone may choose a role.
    demo: bool,
    /// The longest claim, in days.
    max_claim_days: i64,
    /// The most piles of a plan of pickup routes.
    most_piles: usize,
    /// Names of the road networks a vehicle may drive on, beside the usual one.
    roads: Vec<String>,
    /// ISO 4217 code of the currency of refunds and vehicles.
    currency: String,
}

/// About this coast
#[utoipa::path(tag = "coast", responses((status = 200, body = About), Refusals))]
#[get("/api/v1/coast")]
pub async fn about(app: web::Data<App>) -> web::Json<About> {
    let coast = app.live.coast();
    let bounds = coast.shore.bounds().map(|b| {
        let degrees = |lon, lat| Vertex { lon, lat }.degrees();
        let (low, high) = (degrees(b.west, b.south), degrees(b.east, b.north));
        [low.lon, low.lat, high.lon, high.lat]
    });
    web::Json(About {
        bounds,
        segments: coast.shore.len(),
        shore_version: coast.shore_version(),
        seq: coast.seq,
        today: coast.date,
        time_zone: app.config.coast.time_zone.to_string(),
        demo: app.config.demo,
        max_claim_days: app.config.claims.max_days,
        most_piles: app.config.planning.most_piles,
        roads: app.config.road_names(),
        currency: app.config.refund.currency.clone(),
    })
}

/// A window.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InWindow {
    /// west,south,east,north in degrees; west may be greater than east across the 180th meridian
    #[param(example = "8.7,58.4,8.9,58.5")]
    bbox: String,
}

/// To compress more segments than these for the first time takes some milliseconds: other answers are not to wait for it.
const PACKED_AT_ONCE: usize = 1_000;

/// Segments in a window
///
/// A GeoJSON FeatureCollection, copied from memory as it lies there: for those who take gzip, as it was compressed once.
#[utoipa::path(tag = "coast", params(InWindow), responses(
    (status = 200, body = Object, content_type = "application/geo+json"), Refusals))]
#[get("/api/v1/segments")]
pub async fn segments(app: web::Data<App>, q: Params<InWindow>, req: HttpRequest) -> Result<HttpResponse> {
    let window = Window::parse(&q.0.bbox)?;
    let most = app.config.limits.segments;
    let shore = app.live.coast().shore.clone();
    let (runs, found) = shore.runs_within(window, most);
    if found > most {
        let detail = format!("The window holds more than {most} segments. Ask for a smaller one, or for map tiles.");
        return Err(Error::new(Code::WindowTooLarge, detail).at("bbox"));
    }
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/geo+json").insert_header((VARY, "accept-encoding"));
    if !takes(&req, &Encoding::gzip()) {
        return Ok(answer.body(Pieces::of(shore.collection(&runs))));
    }
    let pieces = if found > PACKED_AT_ONCE {
        web::block(move || shore.packed_collection(&runs)).await.map_err(Error::internal)?
    } else {
        shore.packed_collection(&runs)
    };
    Ok(answer.insert_header(ContentEncoding::Gzip).body(Pieces::of(pieces)))
}

/// A place and how much is wanted around it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NearPlace {
    /// degrees east
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// degrees north
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// how many, 1 to 100
    #[serde(default = "one")]
    #[param(minimum = 1, maximum = 100, default = 1)]
    k: usize,
}

fn one() -> usize {
    1
}

/// A segment near a place.
#[derive(Serialize, ToSchema)]
pub struct NearSegment {
    /// Its id.
    id: uuid::Uuid,
    /// Geodesic metres to it.
    distance_m: f64,
    /// Its nearest point: degrees east.
    lon: f64,
    /// Degrees north.
    lat: f64,
    /// Who clears there today.
    regime: Regime,
    /// Code of its municipality.
    municipality: Option<String>,
}

/// The segments nearest to a place
#[utoipa::path(tag = "coast", params(NearPlace), responses((status = 200, body = Vec<NearSegment>), Refusals))]
#[get("/api/v1/segments/nearest")]
pub async fn nearest(app: web::Data<App>, q: Params<NearPlace>) -> Result<web::Json<Vec<NearSegment>>> {
    let at = LonLat::new(q.0.lon, q.0.lat)?;
    if !(1..=100).contains(&q.0.k) {
        return Err(Error::invalid("k", "k must be from 1 to 100."));
    }
    let near = app.live.coast().shore.nearest(at, q.0.k, f64::INFINITY).into_iter().map(|n| NearSegment {
        id: n.id,
        distance_m: (n.distance_m * 100.0).round() / 100.0,
        lon: n.place.lon,
        lat: n.place.lat,
        regime: n.regime,
        municipality: n.municipality,
    });
    Ok(web::Json(near.collect()))
}

/// Which version of a tile.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TileVersion {
    /// the `shore_version` it is wanted in; with it the answer may be kept for ever
    v: Option<String>,
}

/// A map tile of land and shore
///
/// Mapbox Vector Tile 2.1 with the layers `land` and `shore`; a shore feature has a `regime`.
#[utoipa::path(tag = "coast",
    params(("z" = u8, Path, description = "zoom, 0 to 16"), ("x" = u32, Path, description = "column"),
           ("y" = u32, Path, description = "row"), TileVersion),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"), Refusals))]
#[get("/api/v1/tiles/{z}/{x}/{y}")]
pub async fn map_tile(
    app: web::Data<App>,
    path: web::Path<(String, String, String)>,
    q: Params<TileVersion>,
) -> Result<HttpResponse> {
    let (z, x, y) = path.into_inner();
    let no_tile = || Error::new(Code::NotFound, "There is no such tile.");
    let number = |t: &str| t.parse::<u32>().map_err(|_| no_tile());
    let id = TileId::new(u8::try_from(number(&z)?).map_err(|_| no_tile())?, number(&x)?, number(&y)?).ok_or_else(no_tile)?;
    let coast = app.live.coast().clone();
    let kept = if q.0.v == Some(coast.shore_version()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    // A tile of a whole country takes a while; the others are not to wait for it.
    let bytes = web::block(move || tile(&coast, id)).await.map_err(Error::internal)?;
    Ok(HttpResponse::Ok().content_type("application/vnd.mapbox-vector-tile").insert_header((CACHE_CONTROL, kept)).body(bytes))
}
