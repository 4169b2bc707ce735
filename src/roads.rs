//! Ways along a road network, asked of an OSRM service (HTTP API v1, <https://project-osrm.org/docs/>).

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;

use crate::config::RoadSettings;
use crate::domain::place::LonLat;
use crate::routing::travel::{Away, Leg, Roads};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// Places on each side of a table: two times fifty is what a service takes that nobody has set up otherwise.
const MOST: usize = 50;

/// An OSRM service.
pub struct Osrm {
    client: Client,
    settings: RoadSettings,
    /// Searches run on threads of their own, which have no runtime.
    runtime: Handle,
}

/// An answer of which only that there is one matters.
#[derive(Deserialize)]
struct Found {}

#[derive(Deserialize)]
struct Table {
    durations: Vec<Vec<Option<f64>>>,
    distances: Vec<Vec<Option<f64>>>,
}

#[derive(Deserialize)]
struct Line {
    coordinates: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
struct Route {
    geometry: Line,
}

#[derive(Deserialize)]
struct Routes {
    routes: Vec<Route>,
}

/// Why there is no answer: the codes of OSRM.
#[derive(Deserialize)]
struct Refused {
    code: String,
}

impl Osrm {
    /// The service that is configured, if one is.
    #[must_use]
    pub fn of(settings: &RoadSettings) -> Option<Self> {
        (!settings.url.is_empty()).then(|| Self { client: Client::new(), settings: settings.clone(), runtime: Handle::current() })
    }

    /// Asks. Nothing, when no road is within reach, or no way leads there. Among roads within reach OSRM prefers those that lead on.
    fn ask<T: DeserializeOwned>(&self, what: &str, places: &[LonLat], query: &str) -> Result<Option<T>, Away> {
        let radiuses = vec![self.settings.reach_m.to_string(); places.len()].join(";");
        let places: Vec<String> = places.iter().map(|p| format!("{:.6},{:.6}", p.lon, p.lat)).collect();
        let (base, profile) = (self.settings.url.trim_end_matches('/'), &self.settings.profile);
        let url = format!("{base}/{what}/v1/{profile}/{}?{query}&radiuses={radiuses}", places.join(";"));
        let answer = self.runtime.block_on(async {
            let answer = self.client.get(url).timeout(PATIENCE).send().await?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        });
        let away = |why: &dyn std::fmt::Display| {
            tracing::warn!(%why, "roads.ask");
            Away
        };
        let (status, body) = answer.map_err(|e| away(&e.without_url()))?;
        if status == StatusCode::OK {
            return serde_json::from_slice(&body).map(Some).map_err(|e| away(&e));
        }
        match serde_json::from_slice::<Refused>(&body).map(|r| r.code).as_deref() {
            Ok("NoSegment" | "NoRoute" | "NoTable") => Ok(None),
            Ok(code) => Err(away(&code)),
            Err(_) => Err(away(&status)),
        }
    }
}

impl Roads for Osrm {
    fn reach(&self, at: LonLat) -> Result<bool, Away> {
        Ok(self.ask::<Found>("nearest", &[at], "number=1")?.is_some())
    }

    fn legs(&self, from: &[LonLat], to: &[LonLat]) -> Result<Vec<Option<Leg>>, Away> {
        let places = [from, to].concat();
        let list = |range: std::ops::Range<usize>| range.map(|i| i.to_string()).collect::<Vec<_>>().join(";");
        let (sources, destinations) = (list(0..from.len()), list(from.len()..places.len()));
        let query = format!("annotations=duration,distance&sources={sources}&destinations={destinations}");
        let Some(table) = self.ask::<Table>("table", &places, &query)? else { return Ok(vec![None; from.len() * to.len()]) };
        let legs = table.durations.into_iter().flatten().zip(table.distances.into_iter().flatten());
        let legs: Vec<_> = legs.map(|(s, m)| s.zip(m).map(|(s, metres)| Leg { metres, seconds: Some(s) })).collect();
        if legs.len() == from.len() * to.len() { Ok(legs) } else { Err(Away) }
    }

    fn line(&self, from: LonLat, to: LonLat) -> Result<Vec<LonLat>, Away> {
        let found: Option<Routes> = self.ask("route", &[from, to], "overview=full&geometries=geojson")?;
        let line = found.and_then(|r| r.routes.into_iter().next()).map(|r| r.geometry.coordinates);
        Ok(line.unwrap_or_default().into_iter().map(|[lon, lat]| LonLat { lon, lat }).collect())
    }

    fn most(&self) -> usize {
        MOST
    }
}
