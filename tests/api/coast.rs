use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use strandline::domain::area::AreaKind;
use strandline::import;

use crate::helpers::{Engine, TestApp, feature};

/// Imports a shoreline beside the running service, and waits until that has it.
async fn imported(app: &TestApp, shore: &Value) -> import::CoastCount {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("coast.geojson");
    std::fs::write(&file, shore.to_string()).unwrap();
    let mut events = app.service.live.subscribe();
    let store = strandline::startup::open_store(&app.config).await.unwrap();
    let count = import::coast(&store, &app.clock, &file, 200.0).await.unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(10), events.recv()).await.unwrap().unwrap();
    count
}

both! {
    async fn every_segment_knows_its_municipality_and_regime(app) {
        let about = app.anonymous().get("/api/v1/coast").await.expect(StatusCode::OK);
        let all = app.anonymous().get("/api/v1/segments?bbox=8.6,58.3,8.9,58.5").await.expect(StatusCode::OK);
        let segments = all["features"].as_array().unwrap();
        assert_eq!(about["segments"], segments.len());
        for s in segments {
            assert!(["0001", "0002"].contains(&s["properties"]["municipality"].as_str().unwrap()), "{s}");
            let length = s["properties"]["length_m"].as_f64().unwrap();
            assert!((100.0..=300.0).contains(&length), "{length}");
        }
        let total: f64 = segments.iter().map(|s| s["properties"]["length_m"].as_f64().unwrap()).sum();
        // Two parallels of 0.06° at 58.4° N and two meridians of 0.011°, on the ellipsoid.
        assert!((total - 9465.6).abs() < 1.0, "{total}");
    }

    async fn a_tile_is_a_vector_tile_that_may_be_kept(app) {
        let version = app.anonymous().get("/api/v1/coast").await.json()["shore_version"].as_str().unwrap().to_owned();
        // Zoom 11 over the island.
        let tile = app.anonymous().get(&format!("/api/v1/tiles/11/1073/612?v={version}")).await;
        assert_eq!((tile.status, &tile.headers["content-type"]), (StatusCode::OK, &"application/vnd.mapbox-vector-tile".parse().unwrap()));
        assert!(tile.headers["cache-control"].to_str().unwrap().contains("immutable"));
        for word in ["land", "shore", "regime", "professional", "closed"] {
            assert!(tile.bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{word}");
        }
        for none in ["17/0/0", "3/8/0", "x/0/0", "1/-1/0"] {
            app.anonymous().get(&format!("/api/v1/tiles/{none}")).await.refused(404, "not_found");
        }
    }

    async fn a_corrected_shoreline_reaches_a_running_service(app) {
        let islands = json!({"type": "FeatureCollection", "features": [
            feature(json!({}), json!({"type": "Polygon", "coordinates": [[[8.70, 58.400], [8.76, 58.400], [8.76, 58.411], [8.70, 58.411], [8.70, 58.400]]]})),
            feature(json!({}), json!({"type": "LineString", "coordinates": [[8.77, 58.40], [8.78, 58.40]]})),
        ]});
        let before = app.anonymous().get("/api/v1/coast").await.json();
        let count = imported(&app, &islands).await;
        assert_eq!((count.kept, count.moved, count.new, count.retired), (before["segments"].as_u64().unwrap() as usize, 0, 3, 0));
        let after = app.anonymous().get("/api/v1/coast").await.json();
        assert_eq!(after["segments"], before["segments"].as_u64().unwrap() + 3);
        assert_ne!(after["shore_version"], before["shore_version"]);
        // A corner lies twenty metres farther out, and the spit is gone.
        let ids = async || {
            let all = app.anonymous().get("/api/v1/segments?bbox=8.6,58.3,8.9,58.5").await.json();
            let mut ids: Vec<_> = all["features"].as_array().unwrap().iter().map(|f| f["id"].to_string()).collect();
            ids.sort();
            ids
        };
        let known = ids().await;
        let island = json!({"type": "Polygon", "coordinates": [[[8.70, 58.400], [8.7603, 58.400], [8.76, 58.411], [8.70, 58.411], [8.70, 58.400]]]});
        let count = imported(&app, &json!({"type": "FeatureCollection", "features": [feature(json!({}), island)]})).await;
        assert!(count.moved > 0 && count.new == 0, "{count:?}");
        assert_eq!((count.kept + count.moved, count.retired), (before["segments"].as_u64().unwrap() as usize, 3));
        let left = ids().await;
        assert_eq!(left.len(), known.len() - 3);
        assert!(left.iter().all(|id| known.contains(id)), "they are the same places");
    }

    async fn a_long_shore_comes_compressed_as_well(app) {
        let shore = feature(json!({}), json!({"type": "LineString", "coordinates": [[5.0, 58.0], [7.0, 58.1], [9.5, 58.0]]}));
        let count = imported(&app, &json!({"type": "FeatureCollection", "features": [shore]})).await;
        assert!(count.new > 1_200, "{}", count.new);
        let anyone = app.anonymous();
        let ask = |takes: &str| anyone.send(anyone.request(Method::GET, "/api/v1/segments?bbox=4,57,10,59").header("accept-encoding", takes));
        let (plain, packed) = (ask("identity").await, ask("gzip").await);
        assert_eq!(plain.json()["features"].as_array().unwrap().len(), count.new);
        assert_eq!(packed.unpacked(), plain.bytes);
        assert!(packed.bytes.len() < plain.bytes.len() / 3, "{} of {}", packed.bytes.len(), plain.bytes.len());
    }

    async fn a_file_with_one_bad_feature_changes_nothing(app) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("areas.geojson");
        let square = json!({"type": "Polygon", "coordinates": [[[9, 58], [9.1, 58], [9.1, 58.1], [9, 58], [9, 58]]]});
        let bow = json!({"type": "Polygon", "coordinates": [[[9, 58], [9.1, 58.1], [9.1, 58], [9, 58.1], [9, 58]]]});
        let named = |code: &str, g| feature(json!({"code": code, "name": code}), g);
        let areas = json!({"type": "FeatureCollection", "features": [named("0003", square), named("0004", bow)]});
        std::fs::write(&file, areas.to_string()).unwrap();
        let store = strandline::startup::open_store(&app.config).await.unwrap();
        let refused = import::areas(&store, &app.clock, &file, AreaKind::Municipality).await.unwrap_err();
        let text = format!("{refused:#}");
        assert!(text.contains("feature 2 (0004): its boundary crosses itself near 9.05000, 58.05000"), "{text}");
        let areas = app.anonymous().get("/api/v1/areas").await.expect(StatusCode::OK);
        let codes = areas["features"].as_array().unwrap().iter().map(|f| f["properties"]["code"].as_str().unwrap());
        assert!(codes.clone().any(|c| c == "0001") && !codes.clone().any(|c| c == "0003"));
    }
}

#[tokio::test]
async fn bad_zones_and_closures_are_refused_with_what_is_wrong() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.geojson");
    let store = strandline::startup::open_store(&app.config).await.unwrap();
    let square = json!({"type": "Polygon", "coordinates": [[[9, 58], [9.1, 58], [9.1, 58.1], [9, 58.1], [9, 58]]]});
    let zone = json!({"name": "A", "regime": "volunteer", "municipality": "0001"});
    let closure = json!({"name": "B", "seasons": [{"kind": "all_year"}]});
    let known = async |path| app.anonymous().get(path).await.expect(StatusCode::OK)["features"].as_array().unwrap().len();
    let before = (known("/api/v1/zones").await, known("/api/v1/closures").await);
    for (good, key, value, reason) in [
        (&zone, "name", json!("a\u{202e}b"), "not allowed: U+202E"),
        (&zone, "name", json!("a".repeat(501)), "at most 500 characters"),
        (&zone, "regime", json!("anyone"), "there is no regime"),
        (&zone, "name", json!("A"), "another zone of its municipality in this file has it"),
        (&closure, "seasons", json!([]), "`seasons` is empty"),
        (&closure, "seasons", json!([{"kind": "yearly", "from": "13-01", "to": "02-01"}]), "`seasons`"),
        (&closure, "sea_buffer_m", json!(-1), "from 0 to 5000"),
        (&closure, "source_url", json!("javascript:alert(1)"), "must begin with https://"),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        let both = [good.clone(), bad].map(|properties| feature(properties, square.clone()));
        std::fs::write(&file, json!({"type": "FeatureCollection", "features": both}).to_string()).unwrap();
        let refused = if good == &zone {
            import::zones(&store, &app.clock, &file).await
        } else {
            import::closures(&store, &app.clock, &file).await
        };
        let text = format!("{:#}", refused.unwrap_err());
        assert!(text.contains("feature 2") && text.contains(reason), "{text}");
        assert_eq!((known("/api/v1/zones").await, known("/api/v1/closures").await), before, "{reason}");
    }
}

#[tokio::test]
async fn a_window_with_too_much_is_refused() {
    let app = TestApp::spawn_with(Engine::Sqlite, |c| c.limits.segments = 10).await;
    let problem = app.anonymous().get("/api/v1/segments?bbox=-180,-90,180,90").await.refused(422, "window_too_large");
    assert_eq!(problem["field"], "bbox");
}
