//! The program as it is built, on a database of its own.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

pub struct Program {
    folder: tempfile::TempDir,
    database: String,
    settings: Vec<(&'static str, String)>,
}

/// A running service.
pub struct Running {
    child: Child,
    pub url: String,
}

impl Program {
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("test.db").display());
        Self::with_a_coast(Self { folder, database, settings: vec![] }).await
    }

    pub async fn on_postgres() -> Self {
        let admin = std::env::var("STRANDLINE_TEST_POSTGRES").expect("run the tests by `make test`, which starts PostgreSQL");
        let name = format!("p{}", uuid::Uuid::now_v7().simple());
        let mut connection = sqlx::PgConnection::connect(&admin).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let (server, _) = admin.rsplit_once('/').unwrap();
        let (folder, database) = (tempfile::tempdir().unwrap(), format!("{server}/{name}"));
        Self::with_a_coast(Self { folder, database, settings: vec![] }).await
    }

    async fn with_a_coast(program: Self) -> Self {
        let ring = json!([[8.70, 58.400], [8.76, 58.400], [8.76, 58.411], [8.70, 58.411], [8.70, 58.400]]);
        let land = json!({"type": "Polygon", "coordinates": [ring]});
        let coast = json!({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": land}]});
        let file = program.write("coast.geojson", &coast);
        let (good, said) = program.run(&["import", "coast", file.to_str().unwrap()]).await;
        assert!(good, "{said}");
        program
    }

    /// From the next start on.
    pub fn set(&mut self, key: &'static str, value: impl ToString) {
        self.settings.retain(|(k, _)| *k != key);
        self.settings.push((key, value.to_string()));
    }

    /// Imports polygons.
    pub async fn import(&self, what: &str, features: Value) {
        let file = self.write(&format!("{what}.geojson"), &json!({"type": "FeatureCollection", "features": features}));
        let (good, said) = self.run(&["import", what, file.to_str().unwrap()]).await;
        assert!(good, "{said}");
    }

    pub fn photos(&self) -> PathBuf {
        self.folder.path().join("photos")
    }

    pub fn write(&self, name: &str, content: &Value) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content.to_string()).unwrap();
        file
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strandline"));
        command
            .args(args)
            .env("STRANDLINE__DATABASE__URL", &self.database)
            .env("STRANDLINE__PHOTOS__FOLDER", self.photos())
            .env("STRANDLINE__SERVER__BIND", "127.0.0.1:0")
            .env("STRANDLINE__LIMITS__WRITES_PER_MINUTE", "1000000")
            .env("STRANDLINE__LOG__FILTER", "error") // a slow disk is warned of, in what is read here
            .envs(self.settings.clone())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).spawn().unwrap()
    }

    /// Whether it went well, and all it said.
    pub async fn run(&self, args: &[&str]) -> (bool, String) {
        ended(self.command(args)).await
    }

    /// The same with another setting.
    pub async fn run_with(&self, args: &[&str], key: &str, value: &str) -> (bool, String) {
        let mut command = self.command(args);
        command.env(key, value);
        ended(command).await
    }

    /// What somebody does who goes past the service.
    pub async fn sql(&self, statement: &'static str) {
        let mut connection = sqlx::SqliteConnection::connect(&self.database).await.unwrap();
        connection.execute(statement).await.unwrap();
    }

    pub async fn serve(&self) -> Running {
        let mut child = self.start(&["serve"]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.expect("it did not start");
        let line = line.unwrap().expect("it ended at once");
        let port = line.rsplit_once("(port ").and_then(|(_, p)| p.strip_suffix(')')).unwrap().to_owned();
        Running { child, url: format!("http://127.0.0.1:{port}") }
    }

    /// Ends when a writer holds the database: another connection cannot begin to write at once.
    pub async fn until_writing(&self) {
        let path = self.database.strip_prefix("sqlite:").unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(Path::new(path)).busy_timeout(Duration::ZERO);
        // One for all tries: one that is closed holds the database for a moment itself.
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        let held = async {
            loop {
                if connection.execute("BEGIN IMMEDIATE").await.is_err() {
                    return;
                }
                connection.execute("ROLLBACK").await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), held).await.expect("the import never wrote");
    }
}

/// Whether a command went well, and all it said.
async fn ended(mut command: Command) -> (bool, String) {
    let output = tokio::time::timeout(Duration::from_mins(2), command.output()).await.expect("it did not end").unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

impl Running {
    pub async fn get(&self, path: &str) -> Vec<u8> {
        let answer = reqwest::get(format!("{}{path}", self.url)).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.bytes().await.unwrap().to_vec()
    }

    pub async fn hotspots(&self) -> Vec<Value> {
        let all: Value = serde_json::from_slice(&self.get("/api/v1/hotspots").await).unwrap();
        all["features"].as_array().unwrap().iter().map(|f| f["properties"].clone()).collect()
    }

    /// Somebody who has entered by a link of `strandline invite`.
    pub async fn entered(&self, program: &Program, invite: &[&str]) -> reqwest::Client {
        let (good, link) = program.run(&[&["invite"], invite].concat()).await;
        assert!(good, "{link}");
        let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
        let secret = json!({"secret": link.trim().rsplit('/').next().unwrap()});
        let entered = client.post(format!("{}/api/v1/session/enter", self.url)).json(&secret).send().await.unwrap();
        assert_eq!(entered.status(), 201);
        client
    }

    /// Ends when the hotspots are as wanted.
    pub async fn wait_until(&self, wanted: impl Fn(&[Value]) -> bool) {
        let reached = async {
            while !wanted(&self.hotspots().await) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(3), reached).await.expect("it never came to that");
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.child.start_kill().unwrap();
    }

    /// All that it wrote into its log until it ended.
    pub async fn log(&mut self) -> String {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
        log
    }

    /// A polite stop, as a service manager does it.
    pub async fn terminate(&mut self) -> ExitStatus {
        let pid = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await.expect("it did not stop").unwrap()
    }
}

/// Sends something that is to be taken.
pub async fn send(client: &reqwest::Client, running: &Running, path: &str, body: Value) -> Value {
    let answer = client.post(format!("{}/api/v1/{path}", running.url)).json(&body).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

pub fn jpeg() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut out = std::io::Cursor::new(vec![]);
    picture.write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    out.into_inner()
}
