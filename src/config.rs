//! Settings: defaults, then a file, then the environment (`STRANDLINE__DATABASE__URL`).
//!
//! `config.example.toml` explains every key at its default; a test keeps the two alike.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::claim::ClaimTerms;
use crate::domain::hazard::Hazard;
use crate::domain::planning::PlanningTerms;
use crate::domain::refund::RefundScheme;
use crate::domain::waste::WasteTerms;

/// All settings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The HTTP server.
    pub server: Server,
    /// The database.
    pub database: DatabaseSettings,
    /// Photos.
    pub photos: PhotoSettings,
    /// The coast.
    pub coast: CoastSettings,
    /// Claims.
    pub claims: ClaimTerms,
    /// Bags and kilograms.
    pub waste: WasteTerms,
    /// Pickup routes.
    pub planning: PlanningTerms,
    /// The road network.
    pub roads: RoadSettings,
    /// Other road networks by name, for vehicles that do not drive as most do: a profile for lorries.
    pub other_roads: BTreeMap<String, RoadSettings>,
    /// The refund scheme.
    pub refund: RefundScheme,
    /// Limits.
    pub limits: Limits,
    /// Sessions.
    pub sessions: Sessions,
    /// Emergency numbers by country, ISO 3166-1 alpha-2.
    pub emergency: BTreeMap<String, Emergency>,
    /// The log.
    pub log: LogSettings,
    /// Whether anyone may choose to be volunteer, staff, crew or hauler. Only for demonstrations.
    pub demo: bool,
}

/// The HTTP server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Where it listens.
    pub bind: String,
    /// How people reach it; the start of every link it gives out.
    pub public_url: String,
    /// The folder of the front end.
    pub web: PathBuf,
    /// Threads that answer; 0 for one a core.
    pub workers: usize,
    /// How long open requests may take to end when it is stopped, in seconds.
    pub stop_within_s: u64,
    /// Whether it stands behind a proxy whose `X-Forwarded-For` can be believed.
    pub trust_proxy: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: "127.0.0.1:8080".into(),
            public_url: "http://localhost:8080".into(),
            web: "web/dist".into(),
            workers: 0,
            stop_within_s: 10,
            trust_proxy: false,
        }
    }
}

/// The database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `sqlite:path` or `postgres://user:password@host/name`.
    pub url: String,
    /// The most connections at once.
    pub connections: u32,
    /// How often it is looked at for what other processes wrote, in milliseconds.
    pub look_ms: NonZeroU64,
}

impl DatabaseSettings {
    /// How often it is looked at for what other processes wrote.
    #[must_use]
    pub fn look(&self) -> Duration {
        Duration::from_millis(self.look_ms.get())
    }
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self { url: "sqlite:var/strandline.db".into(), connections: 8, look_ms: const { NonZeroU64::new(500).unwrap() } }
    }
}

/// Photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhotoSettings {
    /// Where the files lie.
    pub folder: PathBuf,
    /// How many are worked on at once: each may take half a gigabyte of memory.
    pub at_once: usize,
}

impl Default for PhotoSettings {
    fn default() -> Self {
        Self { folder: "var/photos".into(), at_once: 2 }
    }
}

/// The coast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CoastSettings {
    /// Where the local day begins and ends.
    pub time_zone: Tz,
    /// How far from the shore a report may lie, in metres.
    pub reach_m: f64,
}

impl Default for CoastSettings {
    fn default() -> Self {
        Self { time_zone: chrono_tz::Europe::Oslo, reach_m: 2_000.0 }
    }
}

/// The road network, as an OSRM service knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoadSettings {
    /// Where it answers; empty where there is none, and ways by road are estimates.
    pub url: String,
    /// The profile it was built with.
    pub profile: String,
    /// How far from a road a pile, a site or a depot may lie, in metres.
    pub reach_m: f64,
}

impl Default for RoadSettings {
    fn default() -> Self {
        Self { url: String::new(), profile: "driving".into(), reach_m: 500.0 }
    }
}

/// Limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Writes a minute from one address.
    pub writes_per_minute: u32,
    /// Bytes of a JSON body.
    pub body_bytes: usize,
    /// Segments in one answer.
    pub segments: usize,
    /// Hotspots in one answer.
    pub hotspots: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { writes_per_minute: 120, body_bytes: 262_144, segments: 50_000, hotspots: 5_000 }
    }
}

/// Sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// How long one lasts, in days.
    pub days: i64,
    /// Whether the cookie is only sent over HTTPS.
    pub secure_cookie: bool,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { days: 180, secure_cookie: false }
    }
}

/// The log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// What is logged, as `tracing` filters have it.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { filter: "info,sqlx=warn".into(), json: false }
    }
}

/// Whom to call in a country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// The police.
    pub police: String,
    /// For acute pollution.
    pub pollution: String,
    /// When somebody is hurt.
    pub injury: String,
}

impl Config {
    /// Names of the road networks beside the usual one.
    #[must_use]
    pub fn road_names(&self) -> Vec<String> {
        self.other_roads.iter().filter(|(_, roads)| !roads.url.is_empty()).map(|(name, _)| name.clone()).collect()
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// With the key at fault.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut builder = config::Config::builder();
        if let Some(file) = file {
            builder = builder.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        let environment = config::Environment::with_prefix("STRANDLINE").separator("__").try_parsing(true);
        let read = builder
            .add_source(environment)
            .build()
            .context("cannot read the settings: name a TOML file that is there, as config.example.toml is")?;
        read.try_deserialize().context("a setting is not as config.example.toml explains it")
    }

    /// The number to call about a hazard: that of the country, else 112, which works in all of Europe.
    #[must_use]
    pub fn emergency_number(&self, country: &str, hazard: Hazard) -> String {
        let numbers = self.emergency.get(country);
        let number = match hazard {
            Hazard::Oil | Hazard::OiledBird => numbers.map(|n| &n.pollution),
            _ => numbers.map(|n| &n.police),
        };
        number.cloned().unwrap_or_else(|| "112".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_shows_every_key_at_its_default() {
        let example = Config::load(Some(Path::new("config.example.toml"))).unwrap();
        let numbers = example.emergency.clone();
        assert_eq!(Config { emergency: BTreeMap::new(), ..example }, Config::default());
        assert_eq!(numbers["NO"].pollution, "110");
        let text = std::fs::read_to_string("config.example.toml").unwrap();
        let serde_json::Value::Object(tables) = serde_json::to_value(Config::default()).unwrap() else { panic!() };
        for (table, keys) in tables {
            assert!(text.contains(&table), "{table} is not in the example");
            for (key, _) in keys.as_object().into_iter().flatten() {
                let (plain, nested) = (format!("{key} = "), format!("[{table}.{key}]"));
                assert!(text.lines().any(|l| l.starts_with(&plain) || l == nested), "{table}.{key} is not in the example");
            }
        }
    }

    #[test]
    fn an_unknown_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        std::fs::write(&file, "[server]\nbnid = \"x\"\n").unwrap();
        let refused = format!("{:#}", Config::load(Some(&file)).unwrap_err());
        assert!(refused.contains("bnid"), "{refused}");
    }
}
