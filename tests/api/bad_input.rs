use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{Engine, OPEN, TestApp, pile, report};

/// A report with one field changed.
fn with(field: &str, value: Value) -> Value {
    let mut body = report(OPEN);
    body[field] = value;
    body
}

#[tokio::test]
async fn every_field_at_fault_is_named() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let ola = app.volunteer().await;
    for (field, value) in [
        ("lon", json!("east")),
        ("lon", json!(null)),
        ("lon", json!(181)),
        ("lat", json!(-91)),
        ("lat", json!(1e300)),
        ("amount", json!("tons")),
        ("id", json!("seven")),
        ("photos", json!("one")),
        ("photos[0]", json!(null)),
        ("hazards[0]", json!(null)),
        ("note", json!("x".repeat(1001))),
        ("note", json!("bell\u{7}")),
        ("note", json!("turn\u{202E}ed")),
        ("seen_at", json!("yesterday")),
        ("colour", json!("blue")),
    ] {
        let body = match field {
            "photos[0]" => with("photos", json!([7])),
            "hazards[0]" => with("hazards", json!(["dragons"])),
            _ => with(field, value.clone()),
        };
        let problem = ola.post("/api/v1/hotspots", body).await.refused(422, "invalid");
        assert_eq!(problem["field"], field, "{value}: {problem}");
    }
    let mut missing = report(OPEN);
    missing.as_object_mut().unwrap().remove("lat");
    assert_eq!(ola.post("/api/v1/hotspots", missing).await.refused(422, "invalid")["field"], "lat");
    assert_eq!(ola.get("/api/v1/hotspots").await.json()["features"], json!([]), "something was kept");
}

#[tokio::test]
async fn text_in_every_script_is_kept_as_it_is() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let ola = app.volunteer().await;
    for text in ["Ærfuglvika på Ålo", "Guovdageaidnu čáhci", "海ごみ", "قمامة على الشاطئ", "🏖️ 🗑️", "<b>&amp;\"'", "line\nbreak"]
    {
        let told = ola.post("/api/v1/hotspots", with("note", json!(text))).await.expect(StatusCode::CREATED);
        assert_eq!(told["hotspot"]["note"], text);
    }
}

#[tokio::test]
async fn a_place_far_from_the_shore_is_refused_and_a_swap_is_noticed() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let ola = app.volunteer().await;
    let inland = ola.post("/api/v1/hotspots", report((8.7, 61.1))).await.refused(422, "far_from_shore");
    let rules = app.anonymous().get("/api/v1/rules?lon=8.7&lat=61.1").await.refused(422, "far_from_shore");
    assert_eq!(rules["field"], "lon", "{rules}");
    app.anonymous().get("/api/v1/rules?lon=8.7&lat=58.0").await.expect(StatusCode::OK);
    assert!((inland["nearest_shore_m"].as_f64().unwrap() - 300_000.0).abs() < 10_000.0, "{inland}");
    let swapped = ola.post("/api/v1/hotspots", report((OPEN.1, OPEN.0))).await.refused(422, "far_from_shore");
    assert_eq!(swapped["looks_swapped"], true);
}

#[tokio::test]
async fn bodies_that_are_none_are_refused() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let ola = app.volunteer().await;
    let post =
        |kind: &'static str, body: Vec<u8>| ola.request(Method::POST, "/api/v1/hotspots").header("content-type", kind).body(body);
    for broken in [&b"{"[..], b"", b"{\"lon\": NaN}", b"\xff\xfe"] {
        let problem = ola.send(post("application/json", broken.to_vec())).await.refused(400, "malformed");
        assert_eq!(problem["field"], "body", "{problem}");
    }
    ola.send(post("application/json", b"{} {}".to_vec())).await.refused(422, "invalid");
    let list = serde_json::to_vec(&json!([Uuid::now_v7(), OPEN.0, OPEN.1, "bag"])).unwrap();
    assert_eq!(ola.send(post("application/json", list)).await.refused(422, "invalid")["field"], "body");
    let h = ola.report(OPEN).await;
    assert_eq!(ola.act(&h, "hotspots", "cleanings", json!([])).await.refused(422, "invalid")["field"], "body");
    let text = ola.send(post("text/plain", report(OPEN).to_string().into_bytes())).await;
    assert_eq!(text.refused(415, "unsupported_media_type")["field"], "content-type");
    let large = ola.send(post("application/json", vec![b' '; 10 << 20])).await;
    assert_eq!(large.refused(413, "too_large")["field"], "body");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let refused = ola.send(post("application/json", deep.into_bytes())).await;
    assert!(refused.status.is_client_error());
}

#[tokio::test]
async fn parameters_that_are_none_are_refused() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let anyone = app.anonymous();
    for (path, field) in [
        ("/api/v1/segments?bbox=1,2,3", "bbox"),
        ("/api/v1/segments?bbox=NaN,2,3,4", "bbox"),
        ("/api/v1/segments?bbox=1,5,3,4", "bbox"),
        ("/api/v1/segments?bbox=1,5,300,6", "bbox"),
        ("/api/v1/segments", "bbox"),
        ("/api/v1/segments?bbox=1,2,3,4&box=1", "box"),
        ("/api/v1/segments/nearest?lon=x&lat=58", "lon"),
        ("/api/v1/segments/nearest?lon=8&lat=NaN", "lat"),
        ("/api/v1/segments/nearest?lon=8&lat=58&k=0", "k"),
        ("/api/v1/segments/nearest?lon=8&lat=58&k=101", "k"),
        ("/api/v1/rules?lon=8&lat=inf", "lat"),
        ("/api/v1/hotspots?state=dirty", "state"),
        ("/api/v1/hotspots?max_age_days=-1", "max_age_days"),
        ("/api/v1/hotspots?max_age_days=36501", "max_age_days"),
        ("/api/v1/hotspots/nearest?lon=8&lat=58&within_m=1e9", "within_m"),
    ] {
        assert_eq!(anyone.get(path).await.refused(422, "invalid")["field"], field, "{path}");
    }
    // The whole world and a window across the 180th meridian are windows like any other.
    assert_eq!(anyone.get("/api/v1/hotspots?bbox=-180,-90,180,90").await.status, StatusCode::OK);
    assert_eq!(anyone.get("/api/v1/segments?bbox=179,-20,-179,20").await.json()["features"], json!([]));
}

#[tokio::test]
async fn addresses_and_methods_there_are_not() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let ola = app.volunteer().await;
    for path in ["/api/v1/nothing", "/api/v1/hotspots/seven/times", "/api/v1/messages/x", "/api/v1/", "/api"] {
        ola.get(path).await.refused(404, "not_found");
    }
    // Encoded, an address is the same one (RFC 3986, 6.2.2.2).
    ola.get("/api/v1/%68otspots").await.expect(StatusCode::OK);
    ola.get("/api/v1/hotspots/seven").await.refused(404, "not_found");
    ola.get("/api/v1/hotspots/019f0000-0000-7000-8000-000000000000").await.refused(404, "not_found");
    ola.send(ola.request(Method::DELETE, "/api/v1/hotspots")).await.refused(405, "method_not_allowed");
    ola.send(ola.request(Method::POST, "/api/v1/rules")).await.refused(405, "method_not_allowed");
}

#[tokio::test]
async fn lists_longer_than_described_are_refused() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let staff = app.as_role("staff").await;
    let named = json!({"id": Uuid::now_v7(), "lon": OPEN.0, "lat": OPEN.1, "name": "Boksen"});
    let with = |field: &str, many: Value| {
        let mut body = named.clone();
        body[field] = many;
        body
    };
    let point = staff.post("/api/v1/equipment", with("stock", json!([]))).await.expect(StatusCode::CREATED);
    let drop = json!({"id": Uuid::now_v7(), "how": "drop", "items": vec![json!({"item": "bags", "count": 1}); 21]});
    assert_eq!(staff.act(&point, "equipment", "stock-changes", drop).await.refused(422, "invalid")["field"], "items");
    let site = staff.post("/api/v1/sites", with("takes", json!(vec!["bulky"; 11]))).await;
    assert_eq!(site.refused(422, "invalid")["field"], "takes");
    let mut bags = pile(OPEN);
    bags["beside"] = json!(vec!["glass"; 5]);
    assert_eq!(staff.post("/api/v1/piles", bags).await.refused(422, "invalid")["field"], "beside");
}
