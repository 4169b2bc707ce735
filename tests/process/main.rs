//! The program itself: its command line, a kill in the middle of everything, a graceful stop.

#![allow(clippy::cast_possible_truncation, clippy::needless_pass_by_value)] // small pictures, small values

mod helpers;
mod messages;
mod plans;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use helpers::{Program, jpeg};
use serde_json::{Value, json};
use strandline::domain::hotspot::State;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use uuid::Uuid;

/// Reports with a photo until the service is gone. Returns what was acknowledged: reports, and photos.
async fn report_until_gone(url: String, gone: Arc<AtomicBool>) -> (Vec<Uuid>, Vec<(Uuid, Uuid)>) {
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    client.post(format!("{url}/api/v1/session")).send().await.unwrap();
    let (mut reports, mut photos) = (vec![], vec![]);
    let picture = jpeg();
    while !gone.load(Ordering::Relaxed) {
        let (id, photo) = (Uuid::now_v7(), Uuid::now_v7());
        let body = json!({"id": id, "lon": 8.701, "lat": 58.400, "amount": "bag", "photos": [photo]});
        match client.post(format!("{url}/api/v1/hotspots")).json(&body).send().await {
            Ok(answer) if answer.status() == 201 => reports.push(id),
            _ => break,
        }
        let path = format!("{url}/api/v1/photos/{photo}");
        match client.put(path).header("content-type", "image/jpeg").body(picture.clone()).send().await {
            Ok(answer) if answer.status() == 201 => photos.push((id, photo)),
            _ => break,
        }
    }
    (reports, photos)
}

async fn nothing_acknowledged_is_lost(program: Program) {
    let mut running = program.serve().await;
    let gone = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..16).map(|_| tokio::spawn(report_until_gone(running.url.clone(), gone.clone()))).collect();
    running.wait_until(|all| all.len() >= 150).await;
    running.kill();
    gone.store(true, Ordering::Relaxed);
    let mut acknowledged = (HashSet::new(), vec![]);
    for writer in writers {
        let (reports, photos) = writer.await.unwrap();
        acknowledged.0.extend(reports);
        acknowledged.1.extend(photos);
    }
    assert!(acknowledged.0.len() >= 100 && acknowledged.1.len() >= 20, "too little was written to prove anything");

    all_are_there(&program, acknowledged).await;
}

/// What was acknowledged is there after a new start, and rows and files agree.
async fn all_are_there(program: &Program, (reports, photos): (HashSet<Uuid>, Vec<(Uuid, Uuid)>)) {
    let running = program.serve().await;
    let all = running.hotspots().await;
    let there: HashSet<Uuid> = all.iter().map(|h| h["id"].as_str().unwrap().parse().unwrap()).collect();
    assert!(reports.is_subset(&there), "{} reports are lost", reports.difference(&there).count());
    for (id, photo) in photos {
        let h = all.iter().find(|h| h["id"] == id.to_string()).unwrap();
        assert_ne!(h["photos"][0]["size"], Value::Null, "the row of a photo is lost");
        let file = running.get(&format!("/api/v1/photos/{photo}/zoom")).await;
        assert_eq!(&file[..2], b"\xFF\xD8", "the file of a photo is lost");
    }
    // Also for what was not acknowledged.
    for h in &all {
        let folder = program.photos().join(h["photos"][0]["id"].as_str().unwrap());
        assert!(h["photos"][0]["size"] == Value::Null || folder.join("zoom.jpg").is_file());
    }
}

#[tokio::test]
async fn after_a_kill_under_load_every_acknowledged_report_and_photo_is_there_on_sqlite() {
    nothing_acknowledged_is_lost(Program::on_sqlite().await).await;
}

#[tokio::test]
async fn after_a_kill_under_load_every_acknowledged_report_and_photo_is_there_on_postgres() {
    nothing_acknowledged_is_lost(Program::on_postgres().await).await;
}

#[tokio::test]
async fn a_stop_is_graceful_and_says_so_with_its_exit_code() {
    let program = Program::on_sqlite().await;
    let mut running = program.serve().await;
    let writer = tokio::spawn(report_until_gone(running.url.clone(), Arc::default()));
    running.wait_until(|all| all.len() >= 5).await;
    assert!(running.terminate().await.success());
    let (reports, photos) = writer.await.unwrap();
    assert!(reports.len() >= 5 && photos.len() >= 4, "too little was written to prove anything");
    all_are_there(&program, (reports.into_iter().collect(), photos)).await;
}

#[tokio::test]
async fn the_log_is_structured_and_speaks_of_nobody() {
    let mut program = Program::on_sqlite().await;
    program.set("STRANDLINE__LOG__JSON", true);
    program.set("STRANDLINE__LOG__FILTER", "info,strandline=trace");
    let mut running = program.serve().await;
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let entered = client.post(format!("{}/api/v1/session", running.url)).send().await.unwrap();
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().split([';', '=']).nth(1).unwrap().to_owned();
    let body = json!({"id": Uuid::now_v7(), "lon": 8.70123, "lat": 58.40012, "amount": "bag", "note": "Ved naustet til Kari",
        "photos": [Uuid::now_v7()]});
    helpers::send(&client, &running, "hotspots", body).await;
    assert!(running.terminate().await.success());
    let log = running.log().await;
    let lines: Vec<Value> = log.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|_| panic!("no JSON: {l}"))).collect();
    let taken = json!({"method": "POST", "route": "/api/v1/hotspots", "status": 201});
    let as_told = |l: &Value, key: &str| l["fields"][key] == taken[key];
    assert!(lines.iter().any(|l| ["method", "route", "status"].iter().all(|k| as_told(l, k))), "{log}");
    let stopping = lines.iter().find(|l| l["fields"]["message"] == "service.stopping").expect("it did not say that it stops");
    assert_eq!(stopping["level"], "INFO");
    assert!(stopping["timestamp"].is_string() && stopping["target"] == "strandline::startup", "{stopping}");
    for private in [&cookie, "naustet", "8.70123", "58.40012"] {
        assert!(!log.contains(private), "{private} is in the log");
    }
}

#[tokio::test]
async fn an_import_that_is_killed_leaves_the_old_coast_untouched() {
    let program = Program::on_sqlite().await;
    let running = program.serve().await;
    let before: Value = serde_json::from_slice(&running.get("/api/v1/coast").await).unwrap();
    drop(running);
    // A shoreline large enough that writing it takes a while; killed while it writes.
    let line = |i: u32| {
        let lat = 50.0 + f64::from(i) * 0.0005;
        json!({"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[0.0, lat], [1.0, lat]]}})
    };
    let file =
        program.write("large.geojson", &json!({"type": "FeatureCollection", "features": (0..500).map(line).collect::<Vec<_>>()}));
    let mut import = program.start(&["import", "coast", file.to_str().unwrap()]);
    program.until_writing().await;
    import.kill().await.unwrap();
    let after: Value = serde_json::from_slice(&program.serve().await.get("/api/v1/coast").await).unwrap();
    assert_eq!(after["segments"], before["segments"]);
    let again = program.run(&["import", "coast", file.to_str().unwrap()]).await;
    assert!(again.0 && again.1.contains("new"), "{again:?}");
}

/// Reads a whole answer (RFC 9112, 2.1). Its first line.
async fn status(socket: &mut BufReader<TcpStream>) -> String {
    let mut head = vec![];
    while head.last().is_none_or(|line: &String| !line.is_empty()) {
        let mut line = String::new();
        assert!(socket.read_line(&mut line).await.unwrap() > 0, "it was closed");
        head.push(line.trim_end().to_owned());
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    socket.read_exact(&mut vec![0; length]).await.unwrap();
    head.swap_remove(0)
}

/// A phone whose signal is thin in the middle of a request, and a proxy that keeps its connection for the next one: both are
/// waited for longer than a few seconds.
#[tokio::test]
async fn a_slow_request_and_an_idle_connection_are_waited_for() {
    let running = Program::on_sqlite().await.serve().await;
    let host = running.url.strip_prefix("http://").unwrap();
    let (first, rest) = ("GET /healthz HTTP/1.1\r\n", format!("Host: {host}\r\n\r\n"));
    let goes_on = async |said: &str, then: &str, is_whole: bool| {
        let mut socket = BufReader::new(TcpStream::connect(host).await.unwrap());
        socket.write_all(said.as_bytes()).await.unwrap();
        if is_whole {
            assert_eq!(status(&mut socket).await, "HTTP/1.1 200 OK");
        }
        let ended = tokio::time::timeout(Duration::from_secs(7), socket.read_u8()).await;
        assert!(ended.is_err(), "it was not waited for: {ended:?}");
        socket.write_all(then.as_bytes()).await.unwrap();
        assert_eq!(status(&mut socket).await, "HTTP/1.1 200 OK");
    };
    let whole = format!("{first}{rest}");
    tokio::join!(goes_on(first, &rest, false), goes_on(&whole, &whole, true));
}

#[tokio::test]
async fn the_command_line_says_in_one_line_what_is_wrong_and_what_to_do() {
    let program = Program::on_sqlite().await;
    let wrong = program.write("wrong.geojson", &json!({"type": "Topology", "objects": {}}));
    let point = program.write("point.geojson", &json!({"type": "FeatureCollection", "features": []}));
    let (wrong, point) = (wrong.to_str().unwrap(), point.to_str().unwrap());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let (serve, coast) = (vec!["serve"], |file| vec!["import", "coast", file]);
    let nothing = ("STRANDLINE__LOG__JSON", "false");
    for (args, (key, value), what, to_do) in [
        (coast("nowhere.geojson"), nothing, "cannot open nowhere.geojson", "name a GeoJSON file"),
        (coast(wrong), nothing, "wrong.geojson: not GeoJSON", "Topology"),
        (coast(point), nothing, "holds no shoreline", "name a file with lines"),
        ([coast(point), vec!["--segment-m", "3"]].concat(), nothing, "the length of a segment", "from 20 to 5000"),
        (
            vec!["demo", "--fixtures", "nowhere"],
            ("STRANDLINE__DATABASE__URL", "sqlite::memory:"),
            "cannot open nowhere/",
            "name a GeoJSON file",
        ),
        (vec!["--config", "nowhere.toml", "serve"], nothing, "nowhere.toml", "name a TOML file"),
        (serve.clone(), ("STRANDLINE__SERVER__BIND", &taken), "cannot listen on", "set `server.bind`"),
        (
            serve.clone(),
            ("STRANDLINE__PHOTOS__FOLDER", "/dev/null/photos"),
            "cannot make the folder /dev/null/photos",
            "set `photos.folder`",
        ),
        (
            serve.clone(),
            ("STRANDLINE__DATABASE__URL", "sqlite:/dev/null/my.db"),
            "cannot make the folder /dev/null",
            "set `database.url`",
        ),
        (
            serve.clone(),
            ("STRANDLINE__DATABASE__URL", "sqlite:/proc/version"),
            "cannot open sqlite:/proc/version",
            "set `database.url`",
        ),
        (
            serve.clone(),
            ("STRANDLINE__DATABASE__URL", "postgres://nobody@127.0.0.1:1/x"),
            "cannot reach PostgreSQL",
            "set `database.url`",
        ),
        (serve.clone(), ("STRANDLINE__DATABASE__URL", "mysql://x"), "`database.url`", "must begin with sqlite: or postgres:"),
        (serve.clone(), ("STRANDLINE__DATABASE__LOOK_MS", "0"), "a setting is not as config.example.toml explains it", "nonzero"),
        (serve.clone(), ("STRANDLINE__LOG__FILTER", "=="), "`log.filter`", "must be as in info,sqlx=warn"),
        (
            serve.clone(),
            ("STRANDLINE__LIMITS__SEGMENTS", "many"),
            "a setting is not as config.example.toml explains it",
            "segments",
        ),
    ] {
        let (good, said) = program.run_with(&args, key, value).await;
        assert!(
            !good && said.starts_with("strandline: ") && said.contains(what) && said.contains(to_do),
            "{args:?} {key}: {said}"
        );
        assert_eq!(said.trim().lines().count(), 1, "{args:?}: {said}");
    }
    // A database that a later version has written.
    program
        .sql("INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, true, checksum, 0 FROM _sqlx_migrations LIMIT 1")
        .await;
    let (good, said) = program.run(&["serve"]).await;
    assert!(!good && said.contains("run the version that wrote them"), "{said}");
}

#[tokio::test]
async fn the_first_admin_enters_by_a_link_from_the_command_line() {
    let program = Program::on_sqlite().await;
    let running = program.serve().await;
    let admin = running.entered(&program, &["Sund kommune", "--municipality", "0001"]).await;
    let entered = admin.get(format!("{}/api/v1/me", running.url)).send().await.unwrap();
    let me: Value = serde_json::from_str(&entered.text().await.unwrap()).unwrap();
    assert_eq!((&me["person"]["role"], &me["person"]["organisation"]["name"]), (&json!("admin"), &json!("Sund kommune")));
}

#[tokio::test]
async fn health_readiness_and_metrics_are_there_for_operators() {
    let program = Program::on_sqlite().await;
    let running = program.serve().await;
    assert_eq!(running.get("/healthz").await, b"ok");
    assert_eq!(running.get("/readyz").await, b"ready");
    tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            let metrics = String::from_utf8(running.get("/metrics").await).unwrap();
            if metrics.contains("strandline_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"}") {
                break;
            }
        }
    })
    .await
    .expect("the request was not counted");
    // Methods anybody makes up are counted as one: measurements do not grow without end.
    for made_up in ["BEACH", "COAST", "BEACH"] {
        let method = reqwest::Method::from_bytes(made_up.as_bytes()).unwrap();
        let refused = reqwest::Client::new().request(method, format!("{}/api/v1/coast", running.url)).send().await.unwrap();
        assert!(refused.status().is_client_error());
    }
    let metrics = String::from_utf8(running.get("/metrics").await).unwrap();
    assert!(metrics.contains("{method=\"other\"") && !metrics.contains("BEACH"), "{metrics}");
    // What is refused before it comes to a route is counted where it was sent.
    let hotspots = format!("{}/api/v1/hotspots", running.url);
    let foreign = reqwest::Client::new().post(&hotspots).header("origin", "https://evil.example").send().await.unwrap();
    let deleted = reqwest::Client::new().delete(&hotspots).send().await.unwrap();
    assert_eq!((foreign.status().as_u16(), deleted.status().as_u16()), (400, 405));
    let metrics = String::from_utf8(running.get("/metrics").await).unwrap();
    for (method, status) in [("POST", 400), ("DELETE", 405)] {
        let counted = format!("{{method=\"{method}\",route=\"/api/v1/hotspots\",status=\"{status}\"}} 1");
        assert!(metrics.contains(&counted), "{counted} {metrics}");
    }
}

/// Takes a while: it fills a whole demonstration, with photos.
#[tokio::test]
async fn the_demonstration_is_filled_once_and_kept() {
    let mut program = Program::on_sqlite().await;
    let fresh = format!("sqlite:{}", program.photos().with_file_name("demo.db").display());
    program.set("STRANDLINE__DATABASE__URL", fresh);
    let (good, said) = program.run(&["demo"]).await;
    assert!(good, "{said}");
    let mut running = program.serve().await;
    for state in State::ALL {
        let of_it: Value =
            serde_json::from_slice(&running.get(&format!("/api/v1/hotspots?state={}", state.text())).await).unwrap();
        assert!(of_it["features"].as_array().is_some_and(|f| !f.is_empty()), "no report is {}", state.text());
    }
    let shore: Value = serde_json::from_slice(&running.get("/api/v1/segments?bbox=8,58,9.5,59").await).unwrap();
    let shore = shore["features"].as_array().unwrap();
    let lost: Vec<&Value> = shore.iter().filter(|s| s["properties"]["municipality"].is_null()).collect();
    assert!(
        shore.len() > 2000 && lost.is_empty(),
        "{} of {} segments are in no municipality: {:?}",
        lost.len(),
        shore.len(),
        lost.first()
    );
    let before = running.hotspots().await.len();
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    client.post(format!("{}/api/v1/session", running.url)).send().await.unwrap();
    let body = json!({"id": Uuid::now_v7(), "lon": 8.83, "lat": 58.4275, "amount": "bag", "photos": [Uuid::now_v7()]});
    helpers::send(&client, &running, "hotspots", body).await;
    assert!(running.terminate().await.success());
    let (good, said) = program.run(&["demo"]).await;
    assert!(good && said.contains("left as it is"), "{said}");
    assert_eq!(program.serve().await.hotspots().await.len(), before + 1);
}
