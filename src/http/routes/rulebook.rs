//! Everything that decides what one may do in a frame of the coast, to be asked without signal.

use actix_web::{get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Refusals;
use super::places::{AreaProperties, Collection, area_feature, geometry};
use crate::coast::index::MUNICIPALITY_REACH_M;
use crate::coast::layer::widened;
use crate::domain::area::AreaKind;
use crate::domain::closure::Season;
use crate::domain::place::Window;
use crate::domain::rules::UNZONED;
use crate::domain::words::{self, Words};
use crate::domain::zone::Regime;
use crate::error::{Error, Result};
use crate::http::App;
use crate::http::read::Params;

/// The largest frame, in degrees of latitude and of longitude: a large municipality.
const LARGEST: f64 = 3.0;

/// A frame.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// west,south,east,north in degrees, at most 3 degrees each way
    #[param(example = "8.7,58.4,8.9,58.5")]
    bbox: String,
}

/// What a regime means.
#[derive(Serialize, ToSchema)]
pub struct RegimeWords {
    regime: Regime,
    words: Words,
}

/// A zone beside its shape.
#[derive(Serialize, ToSchema)]
pub struct ZoneRule {
    name: String,
    regime: Regime,
    /// The smallest decides.
    area_m2: f64,
}

/// A closure beside its shape.
#[derive(Serialize, ToSchema)]
pub struct ClosureRule {
    name: String,
    seasons: Vec<Season>,
    sea_buffer_m: f64,
    source_url: Option<String>,
    /// What is said of it on a day when it holds.
    holds: Words,
    /// And on one when it does not.
    rests: Words,
}

/// The rules of a frame, with the sentences they are told in.
#[derive(Serialize, ToSchema)]
pub struct Rulebook {
    /// When it was true.
    as_of: DateTime<Utc>,
    /// The local day then.
    today: NaiveDate,
    /// The regime where nobody has said anything.
    unzoned: Regime,
    /// A place outside every municipality belongs to the nearest one within so many metres.
    municipality_reach_m: f64,
    regimes: Vec<RegimeWords>,
    /// With `{date}` for the first open day.
    open_from: Words,
    leave_nature: Words,
    municipalities: Collection<AreaProperties>,
    zones: Collection<ZoneRule>,
    closures: Collection<ClosureRule>,
}

/// The rules of a frame of the coast
///
/// To be kept on a phone and asked without signal: closure, then monitoring, then the smallest zone, then the municipality.
#[utoipa::path(tag = "coast", params(Frame), responses((status = 200, body = Rulebook), Refusals))]
#[get("/api/v1/rulebook")]
pub async fn rulebook(app: web::Data<App>, q: Params<Frame>) -> Result<web::Json<Rulebook>> {
    let frame = Window::parse(&q.0.bbox)?;
    if frame.north - frame.south > LARGEST || frame.split().map(|w| w.east - w.west).sum::<f64>() > LARGEST {
        return Err(Error::invalid("bbox", format!("A frame may have at most {LARGEST} degrees each way.")));
    }
    let coast = app.live.coast();
    let areas = coast.areas.within(widened(frame, MUNICIPALITY_REACH_M)).into_iter();
    let municipalities = areas.filter(|a| a.kind == AreaKind::Municipality).map(area_feature);
    let zones = coast
        .zones
        .within(frame)
        .into_iter()
        .map(|z| (z.id, geometry(&z.geometry), ZoneRule { name: z.name.clone(), regime: z.regime, area_m2: z.area_m2 }));
    let closures = coast.closures.within(frame).into_iter().map(|c| -> (Uuid, _, _) {
        let (holds, rests) = (words::closure(c, true), words::closure(c, false));
        let (name, seasons, source_url) = (c.name.clone(), c.seasons.clone(), c.source_url.clone());
        (c.id, geometry(&c.geometry), ClosureRule { name, seasons, sea_buffer_m: c.sea_buffer_m, source_url, holds, rests })
    });
    Ok(web::Json(Rulebook {
        as_of: app.live.clock.now(),
        today: coast.date,
        unzoned: UNZONED,
        municipality_reach_m: MUNICIPALITY_REACH_M,
        regimes: Regime::ALL.into_iter().map(|regime| RegimeWords { regime, words: words::regime(regime) }).collect(),
        open_from: words::open_from_some_day(),
        leave_nature: words::leave_nature(),
        municipalities: Collection::of(municipalities),
        zones: Collection::of(zones),
        closures: Collection::of(closures),
    }))
}
