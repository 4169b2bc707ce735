use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{Answer, OPEN, TestApp};

fn drawing(regime: &str, east: f64) -> Value {
    json!({"name": "Søndre", "regime": regime, "geometry":
        {"type": "Polygon", "coordinates": [[[8.695, 58.395], [east, 58.395], [east, 58.405], [8.695, 58.405], [8.695, 58.395]]]}})
}

async fn shore(app: &TestApp) -> Value {
    let near = format!("/api/v1/segments/nearest?lon={}&lat={}", OPEN.0, OPEN.1);
    app.anonymous().get(&near).await.expect(StatusCode::OK)[0]["regime"].clone()
}

both! {
    async fn a_zone_stays_before_its_own_municipality(app) {
        let staff = app.as_role("staff").await;
        let mut abroad = drawing("monitoring", 8.71);
        abroad["geometry"]["coordinates"] = json!([[[10.2, 56.1], [10.3, 56.1], [10.3, 56.2], [10.2, 56.1]]]);
        let refused = staff.post(&format!("/api/v1/zones/{}", Uuid::now_v7()), abroad.clone()).await.refused(422, "invalid");
        assert_eq!(refused["field"], "geometry");
        let path = format!("/api/v1/zones/{}", Uuid::now_v7());
        staff.post(&path, drawing("volunteer", 8.71)).await.expect(StatusCode::CREATED);
        let put = staff.request(Method::PUT, &path).header("if-match", "\"1\"").json(&abroad);
        staff.send(put).await.refused(422, "invalid");
    }

    async fn what_lies_in_a_hole_of_a_zone_is_not_in_it(app) {
        let around = |d: f64| {
            let (west, south, east, north) = (OPEN.0 - d, OPEN.1 - d, OPEN.0 + d, OPEN.1 + d);
            json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
        };
        let mut ring = drawing("monitoring", 8.71);
        ring["geometry"]["coordinates"] = json!([around(0.01), around(0.002)]);
        let staff = app.as_role("staff").await;
        staff.post(&format!("/api/v1/zones/{}", Uuid::now_v7()), ring).await.expect(StatusCode::CREATED);
        let regime = async |lon: f64| {
            let rules = app.anonymous().get(&format!("/api/v1/rules?lon={lon}&lat={}", OPEN.1)).await;
            rules.expect(StatusCode::OK)["regime"].clone()
        };
        assert_eq!((regime(OPEN.0).await, regime(OPEN.0 + 0.005).await), (json!("shared"), json!("monitoring")));
    }

    async fn readers_do_not_wait_while_something_is_written(app) {
        let staff = app.as_role("staff").await;
        let store = strandline::startup::open_store(&app.config).await.unwrap();
        // As an import has it: nobody else can write.
        let import = store.write(&app.clock).await.unwrap();
        let path = format!("/api/v1/zones/{}", Uuid::now_v7());
        let mut drawn = std::pin::pin!(staff.post(&path, drawing("volunteer", 8.71)));
        let reads = async {
            for path in ["segments?bbox=8.6,58.3,8.9,58.5", "segments/nearest?lon=8.7&lat=58.4", "rules?lon=8.7&lat=58.4", "hotspots", "zones"] {
                app.anonymous().get(&format!("/api/v1/{path}")).await.expect(StatusCode::OK);
            }
        };
        tokio::select! {
            biased;
            _ = &mut drawn => panic!("it was written while nobody could write"),
            () = reads => {}
        }
        drop(import);
        drawn.await.expect(StatusCode::CREATED);
    }

    async fn removing_a_zone_removes_nothing_else_that_has_its_id(app) {
        let staff = app.as_role("staff").await;
        let h = app.volunteer().await.report(OPEN).await;
        let path = format!("/api/v1/zones/{}", h["id"].as_str().unwrap());
        staff.post(&path, drawing("volunteer", 8.71)).await.expect(StatusCode::CREATED);
        let delete = staff.request(Method::DELETE, &path).header("if-match", "\"1\"");
        staff.send(delete).await.expect(StatusCode::NO_CONTENT);
        assert_eq!(staff.hotspot(&h["id"]).await["state"], "reported");
    }

    async fn a_zone_drawn_and_removed_at_once_is_gone_everywhere(app) {
        let other = app.another().await;
        let staff = app.as_role("staff").await;
        for _ in 0..10 {
            let path = format!("/api/v1/zones/{}", Uuid::now_v7());
            staff.post(&path, drawing("volunteer", 8.71)).await.expect(StatusCode::CREATED);
            let delete = staff.request(Method::DELETE, &path).header("if-match", "\"1\"");
            staff.send(delete).await.expect(StatusCode::NO_CONTENT);
        }
        let seq = app.service.live.coast().seq;
        let caught_up = async {
            while other.live.coast().seq < seq {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), caught_up).await.unwrap();
        assert_eq!(other.live.coast().zones.all().count(), 2, "the two of the small coast");
        other.stop().await;
    }

    async fn the_version_of_tiles_is_the_same_in_every_process_and_after_a_restart(app) {
        let staff = app.as_role("staff").await;
        let before = app.service.live.coast().shore_version();
        staff.post(&format!("/api/v1/zones/{}", Uuid::now_v7()), drawing("volunteer", 8.71)).await.expect(StatusCode::CREATED);
        app.volunteer().await.report(OPEN).await;
        let after = app.service.live.coast().shore_version();
        assert_ne!(before, after);
        let other = app.another().await;
        assert_eq!(other.live.coast().shore_version(), after);
        other.stop().await;
    }

    async fn a_zone_recolours_its_segments_at_once(app) {
        let staff = app.as_role("staff").await;
        let path = format!("/api/v1/zones/{}", Uuid::now_v7());
        assert_eq!(shore(&app).await, "shared");
        staff.post(&path, drawing("volunteer", 8.71)).await.expect(StatusCode::CREATED);
        assert_eq!(shore(&app).await, "volunteer");
        let in_window = app.anonymous().get("/api/v1/segments?bbox=8.70,58.399,8.705,58.401").await.expect(StatusCode::OK);
        assert!(in_window["features"].as_array().unwrap().iter().all(|f| f["properties"]["regime"] == "volunteer"));
        let put = staff.request(Method::PUT, &path).header("if-match", "\"1\"").json(&drawing("professional", 8.71));
        assert_eq!(staff.send(put).await.expect(StatusCode::OK)["version"], 2);
        assert_eq!(shore(&app).await, "professional");
        let delete = staff.request(Method::DELETE, &path).header("if-match", "\"2\"");
        staff.send(delete).await.expect(StatusCode::NO_CONTENT);
        assert_eq!(shore(&app).await, "shared");
    }

    async fn who_takes_gzip_gets_the_same_shore_compressed(app) {
        let staff = app.as_role("staff").await;
        let path = format!("/api/v1/zones/{}", Uuid::now_v7());
        let anyone = app.anonymous();
        let ask = |window: &str, takes: &str| {
            let request = anyone.request(Method::GET, &format!("/api/v1/segments?bbox={window}")).header("accept-encoding", takes);
            anyone.send(request)
        };
        let whole = "8.6,58.3,8.9,58.5";
        // The island, a part of it, nothing; before, with and after a zone on it.
        for act in ["", "draw", "remove"] {
            match act {
                "draw" => drop(staff.post(&path, drawing("volunteer", 8.71)).await.expect(StatusCode::CREATED)),
                "remove" => {
                    let delete = staff.request(Method::DELETE, &path).header("if-match", "\"1\"");
                    staff.send(delete).await.expect(StatusCode::NO_CONTENT);
                }
                _ => {}
            }
            for window in [whole, "8.70,58.399,8.705,58.401", "9,58,9.1,58.1"] {
                let (plain, packed) = (ask(window, "identity").await, ask(window, "br, gzip").await);
                assert_eq!(plain.headers.get("content-encoding"), None);
                let varies = |answer: &Answer| answer.headers["vary"].to_str().unwrap().to_lowercase().contains("accept-encoding");
                assert!(varies(&plain) && varies(&packed));
                let unpacked = packed.unpacked();
                assert_eq!(unpacked, plain.bytes, "{window}");
                if window == whole {
                    assert!(packed.bytes.len() < plain.bytes.len() / 2, "{} of {}", packed.bytes.len(), plain.bytes.len());
                    assert_eq!(String::from_utf8(unpacked).unwrap().contains("volunteer"), act == "draw");
                }
            }
            // Not wanted, or unknown: as it is.
            for takes in ["gzip;q=0", "zstd", ""] {
                assert_eq!(ask(whole, takes).await.headers.get("content-encoding"), None, "{takes}");
            }
        }
    }

    async fn a_change_must_be_based_on_what_is_there(app) {
        let staff = app.as_role("staff").await;
        let path = format!("/api/v1/zones/{}", Uuid::now_v7());
        let drawn = staff.post(&path, drawing("volunteer", 8.71)).await;
        assert_eq!(drawn.headers["etag"], "\"1\"");
        let put = |tag: &str| staff.request(Method::PUT, &path).header("if-match", tag).json(&drawing("shared", 8.71));
        staff.send(staff.request(Method::PUT, &path).json(&drawing("shared", 8.71))).await.refused(428, "precondition_required");
        staff.send(put("\"7\"")).await.refused(412, "stale");
        assert_eq!(staff.send(put("*")).await.refused(422, "invalid")["field"], "if-match");
        let colleague = app.as_role("staff").await;
        let theirs = colleague.request(Method::PUT, &path).header("if-match", "\"1\"").json(&drawing("shared", 8.71));
        let both = tokio::join!(staff.send(put("\"1\"")), colleague.send(theirs));
        let statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
        assert!(statuses == [200, 412] || statuses == [412, 200], "{statuses:?}");
    }

    async fn drawing_twice_is_drawing_once(app) {
        let staff = app.as_role("staff").await;
        let path = format!("/api/v1/zones/{}", Uuid::now_v7());
        staff.post(&path, drawing("volunteer", 8.71)).await.expect(StatusCode::CREATED);
        staff.post(&path, drawing("volunteer", 8.71)).await.expect(StatusCode::OK);
        staff.post(&path, drawing("volunteer", 8.72)).await.refused(409, "id_taken");
    }

    async fn only_staff_of_its_municipality_may_change_a_zone(app) {
        let (staff, neighbour) = (app.as_role("staff").await, app.of("staff", "0002").await);
        let path = format!("/api/v1/zones/{}", Uuid::now_v7());
        staff.post(&path, drawing("volunteer", 8.71)).await.expect(StatusCode::CREATED);
        let delete = neighbour.request(Method::DELETE, &path).header("if-match", "\"1\"");
        neighbour.send(delete).await.refused(403, "forbidden");
        app.volunteer().await.post(&path, drawing("shared", 8.71)).await.refused(403, "forbidden");
        app.anonymous().post(&path, drawing("shared", 8.71)).await.refused(401, "no_session");
    }

    async fn a_drawing_that_crosses_itself_is_refused_with_the_place(app) {
        let staff = app.as_role("staff").await;
        let mut bow = drawing("shared", 8.71);
        bow["geometry"]["coordinates"] = json!([[[8.6, 58.3], [8.8, 58.5], [8.8, 58.3], [8.6, 58.5], [8.6, 58.3]]]);
        let problem = staff.post(&format!("/api/v1/zones/{}", Uuid::now_v7()), bow).await.refused(422, "invalid");
        assert_eq!(problem["field"], "geometry");
        let at = problem["at"].as_array().unwrap();
        assert!((at[0].as_f64().unwrap() - 8.7).abs() < 1e-6 && (at[1].as_f64().unwrap() - 58.4).abs() < 1e-6);
    }
}
