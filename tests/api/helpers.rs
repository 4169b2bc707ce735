//! A service of its own for each test, on a fresh database, with a small coast and a clock that stands still.

use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use strandline::clock::Clock;
use strandline::config::Config;
use strandline::domain::area::AreaKind;
use strandline::import;
use strandline::startup::{Service, open_store};
use uuid::Uuid;

/// Runs each test on both databases.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($app: $crate::helpers::TestApp) $body

            #[tokio::test]
            async fn sqlite() {
                test($crate::helpers::TestApp::spawn($crate::helpers::Engine::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                test($crate::helpers::TestApp::spawn($crate::helpers::Engine::Postgres).await).await;
            }
        })*
    };
}

#[derive(Clone, Copy, PartialEq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub struct TestApp {
    pub config: Config,
    pub clock: Clock,
    pub service: Service,
    url: String,
    _folder: tempfile::TempDir,
}

/// Somebody with a cookie jar of their own.
#[derive(Clone)]
pub struct Person {
    client: Client,
    url: String,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

/// The instant at which every test begins: a Wednesday in June.
pub fn start() -> DateTime<Utc> {
    "2026-06-10T10:00:00Z".parse().unwrap()
}

/// A place on the island that no zone covers.
pub const OPEN: (f64, f64) = (8.701, 58.400);
/// A place in the professional zone.
pub const PROFESSIONAL: (f64, f64) = (8.73, 58.400);
/// A place in a closure from 15 April to 15 July.
pub const CLOSED: (f64, f64) = (8.715, 58.411);

pub async fn fresh_postgres() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let admin = std::env::var("STRANDLINE_TEST_POSTGRES")
        .expect("STRANDLINE_TEST_POSTGRES is not set: run the tests by `make test`, which starts PostgreSQL");
    let name = format!("t{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut connection = sqlx::PgConnection::connect(&admin).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (server, _) = admin.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

fn write(folder: &Path, name: &str, features: Value) -> std::path::PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, json!({"type": "FeatureCollection", "features": features}).to_string()).unwrap();
    file
}

fn square(west: f64, south: f64, east: f64, north: f64) -> Value {
    json!({"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]})
}

pub fn feature(properties: Value, geometry: Value) -> Value {
    json!({"type": "Feature", "properties": properties, "geometry": geometry})
}

impl TestApp {
    pub async fn spawn(engine: Engine) -> Self {
        Self::spawn_with(engine, |_| {}).await
    }

    pub async fn spawn_with(engine: Engine, set: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(Some(Path::new("config.example.toml"))).unwrap();
        config.database.url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("test.db").display()),
            Engine::Postgres => fresh_postgres().await,
        };
        config.database.connections = 4;
        config.photos.folder = folder.path().join("photos");
        config.server.bind = "127.0.0.1:0".into();
        config.server.workers = 2;
        config.limits.writes_per_minute = 100_000;
        config.demo = true;
        set(&mut config);
        let clock = Clock::standing(start());
        small_coast(&config, &clock, folder.path()).await;
        let service = Service::start(config.clone(), clock.clone(), None).await.unwrap();
        let url = format!("http://127.0.0.1:{}", service.port);
        Self { config, clock, service, url, _folder: folder }
    }

    /// Another process on the same database, as far as the database can tell.
    pub async fn another(&self) -> Service {
        Service::start(self.config.clone(), self.clock.clone(), None).await.unwrap()
    }

    /// What somebody does who goes past the service.
    pub async fn sql(&self, statement: &'static str) -> sqlx::Result<()> {
        let url = &self.config.database.url;
        if url.starts_with("sqlite:") {
            sqlx::SqliteConnection::connect(url).await?.execute(statement).await.map(drop)
        } else {
            sqlx::PgConnection::connect(url).await?.execute(statement).await.map(drop)
        }
    }

    /// Somebody without a session.
    pub fn anonymous(&self) -> Person {
        Person::at(&self.url)
    }

    pub async fn volunteer(&self) -> Person {
        let person = self.anonymous();
        person.post("/api/v1/session", json!({})).await.expect(StatusCode::CREATED);
        person
    }

    /// Somebody of Sund municipality.
    pub async fn as_role(&self, role: &str) -> Person {
        self.of(role, "0001").await
    }

    pub async fn of(&self, role: &str, municipality: &str) -> Person {
        let person = self.anonymous();
        let part = json!({"role": role, "municipality": municipality});
        person.post("/api/v1/demo/role", part).await.expect(StatusCode::CREATED);
        person
    }
}

/// An island of 4 by 2 km in two municipalities, with a professional zone, a monitoring beach and a closure.
async fn small_coast(config: &Config, clock: &Clock, folder: &Path) {
    let store = open_store(config).await.unwrap();
    let municipality = |code: &str, name: &str| json!({"code": code, "name": name, "country": "NO", "default_regime": "shared"});
    let file = write(
        folder,
        "areas",
        json!([
            feature(municipality("0001", "Sund"), square(8.68, 58.39, 8.74, 58.42)),
            feature(municipality("0002", "Vik"), square(8.74, 58.39, 8.80, 58.42)),
            feature(municipality("0009", "Staden"), square(24.90, 60.10, 25.00, 60.25)), // with the streets of scripts/with-osrm
        ]),
    );
    import::areas(&store, clock, &file, AreaKind::Municipality).await.unwrap();
    let service = json!({"code": "S1", "name": "Skjærgården", "hauler": "Renovasjonen", "access": "road,boat"});
    let city = json!({"code": "S2", "name": "Staden", "hauler": "Renovasjonen", "access": "road"});
    let areas = [feature(service, square(8.68, 58.39, 8.74, 58.42)), feature(city, square(24.90, 60.10, 25.00, 60.25))];
    let file = write(folder, "services", json!(areas));
    import::areas(&store, clock, &file, AreaKind::ServiceArea).await.unwrap();
    let zone = |name: &str, regime: &str| json!({"name": name, "regime": regime, "municipality": "0001"});
    let file = write(
        folder,
        "zones",
        json!([
            feature(zone("Ytre", "professional"), square(8.722, 58.395, 8.738, 58.405)),
            feature(zone("Målestrand", "monitoring"), square(8.724, 58.408, 8.730, 58.415)),
        ]),
    );
    import::zones(&store, clock, &file).await.unwrap();
    let closure = json!({"name": "Holmen", "sea_buffer_m": 50, "source_url": "https://lovdata.no/forskrift",
        "seasons": [{"kind": "yearly", "from": "04-15", "to": "07-15"}]});
    let file = write(folder, "closures", json!([feature(closure, square(8.712, 58.408, 8.718, 58.415))]));
    import::closures(&store, clock, &file).await.unwrap();
    let file = write(folder, "coast", json!([feature(json!({}), square(8.70, 58.400, 8.76, 58.411))]));
    import::coast(&store, clock, &file, 200.0).await.unwrap();
    store.close().await;
}

impl Person {
    pub fn at(url: &str) -> Self {
        Self { client: Client::builder().cookie_store(true).build().unwrap(), url: url.to_owned() }
    }

    /// Somebody at another process.
    pub fn of(service: &Service) -> Self {
        Self::at(&format!("http://127.0.0.1:{}", service.port))
    }

    /// Somebody else at the same service, of Sund.
    pub async fn another(&self, role: &str) -> Self {
        let person = Self::at(&self.url);
        let part = json!({"role": role, "municipality": "0001"});
        person.post("/api/v1/demo/role", part).await.expect(StatusCode::CREATED);
        person
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::of(request).await
    }

    /// Reports a hotspot and returns it.
    pub async fn report(&self, at: (f64, f64)) -> Value {
        self.post("/api/v1/hotspots", report(at)).await.expect(StatusCode::CREATED)["hotspot"].clone()
    }

    pub async fn claim(&self, hotspot: &Value, days: i64) -> Answer {
        let id = hotspot["id"].as_str().unwrap();
        self.post(&format!("/api/v1/hotspots/{id}/claims"), claim(days)).await
    }

    /// Does something to a thing: `act(&cleanup, "cleanups", "starts", json!({}))`.
    pub async fn act(&self, thing: &Value, layer: &str, what: &str, body: Value) -> Answer {
        self.post(&format!("/api/v1/{layer}/{}/{what}", thing["id"].as_str().unwrap()), body).await
    }

    /// A thing as it is shown.
    pub async fn see(&self, thing: &Value, layer: &str) -> Value {
        self.get(&format!("/api/v1/{layer}/{}", thing["id"].as_str().unwrap())).await.expect(StatusCode::OK)
    }

    /// Plans a cleanup and returns it.
    pub async fn plan(&self, plan: Value) -> Value {
        self.post("/api/v1/cleanups", plan).await.expect(StatusCode::CREATED)
    }

    /// The kinds of one's messages, newest first.
    pub async fn told(&self) -> Vec<String> {
        let inbox = self.get("/api/v1/messages").await.expect(StatusCode::OK);
        let kinds = inbox["messages"].as_array().unwrap().iter().map(|m| m["kind"].as_str().unwrap().to_owned());
        kinds.collect()
    }

    pub async fn hotspot(&self, id: &Value) -> Value {
        self.get(&format!("/api/v1/hotspots/{}", id.as_str().unwrap())).await.expect(StatusCode::OK)["hotspot"].clone()
    }
}

pub fn report((lon, lat): (f64, f64)) -> Value {
    json!({"id": Uuid::now_v7(), "lon": lon, "lat": lat, "amount": "bag", "photos": [Uuid::now_v7()]})
}

/// A cleanup two days ahead, from 10 to 13.
pub fn plan((lon, lat): (f64, f64)) -> Value {
    let from = start() + chrono::TimeDelta::days(2);
    json!({"id": Uuid::now_v7(), "lon": lon, "lat": lat, "organiser_kind": "group", "organiser_name": "Speiderne",
        "title": "Rydd Sund", "from": from, "until": from + chrono::TimeDelta::hours(3), "open": true})
}

/// A pile by the road.
pub fn pile((lon, lat): (f64, f64)) -> Value {
    json!({"id": Uuid::now_v7(), "lon": lon, "lat": lat, "bags": {"full": 4, "half": 2}, "access": "road", "ready": true})
}

pub fn claim(days: i64) -> Value {
    let until = start() + chrono::TimeDelta::days(days);
    json!({"id": Uuid::now_v7(), "holder_kind": "group", "holder_name": "Speiderne", "until": until})
}

impl Answer {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The body of an answer that was sent as gzip.
    pub fn unpacked(&self) -> Vec<u8> {
        assert_eq!(self.headers["content-encoding"], "gzip");
        let mut body = vec![];
        flate2::read::GzDecoder::new(&*self.bytes).read_to_end(&mut body).unwrap();
        body
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem document of a refusal with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let kind = self.headers.get("content-type").map(|v| v.to_str().unwrap().to_owned());
        let problem = self.expect(StatusCode::from_u16(status).unwrap());
        assert_eq!(kind.as_deref(), Some("application/problem+json"));
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{problem}");
        problem
    }
}
