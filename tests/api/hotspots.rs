use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::helpers::{CLOSED, OPEN, PROFESSIONAL, report};

both! {
    async fn a_report_is_in_the_next_map_read(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        assert_eq!((&h["state"], &h["municipality"]), (&json!("reported"), &json!("0001")));
        let seen = app.anonymous().get("/api/v1/hotspots?bbox=8.69,58.39,8.71,58.41").await.expect(StatusCode::OK);
        assert_eq!(seen["features"][0]["id"], h["id"]);
        assert_eq!(seen["features"][0]["geometry"]["coordinates"], json!([OPEN.0, OPEN.1]));
        let elsewhere = app.anonymous().get("/api/v1/hotspots?bbox=8.79,58.39,8.80,58.41").await.expect(StatusCode::OK);
        assert_eq!(elsewhere["features"], json!([]));
    }

    async fn sending_twice_is_sending_once(app) {
        let ola = app.volunteer().await;
        let body = report(OPEN);
        let first = ola.post("/api/v1/hotspots", body.clone()).await.expect(StatusCode::CREATED);
        let again = ola.post("/api/v1/hotspots", body.clone()).await.expect(StatusCode::OK);
        assert_eq!(first["hotspot"]["id"], again["hotspot"]["id"]);
        let mut other = body.clone();
        other["note"] = json!("something else");
        ola.post("/api/v1/hotspots", other).await.refused(409, "id_taken");
        app.volunteer().await.post("/api/v1/hotspots", body).await.refused(409, "id_taken");
        let all = ola.get("/api/v1/hotspots").await.expect(StatusCode::OK);
        assert_eq!(all["features"].as_array().unwrap().len(), 1);
    }

    async fn ten_at_once_with_one_id_make_one_report(app) {
        let ola = app.volunteer().await;
        let body = report(OPEN);
        let answers = futures_util::future::join_all((0..10).map(|_| ola.post("/api/v1/hotspots", body.clone()))).await;
        assert_eq!(answers.iter().filter(|a| a.status == StatusCode::CREATED).count(), 1);
        assert_eq!(answers.iter().filter(|a| a.status == StatusCode::OK).count(), 9);
        assert_eq!(ola.get("/api/v1/hotspots").await.json()["features"].as_array().unwrap().len(), 1);
    }

    async fn a_report_whose_photo_id_is_taken_leaves_nothing_behind(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        let mut body = report(OPEN);
        body["photos"] = json!([Uuid::now_v7(), h["photos"][0]["id"]]);
        let problem = ola.post("/api/v1/hotspots", body.clone()).await.refused(422, "invalid");
        assert_eq!(problem["field"], "photos");
        ola.get(&format!("/api/v1/hotspots/{}", body["id"].as_str().unwrap())).await.refused(404, "not_found");
        body["photos"] = json!([body["photos"][0]]);
        ola.post("/api/v1/hotspots", body).await.expect(StatusCode::CREATED);
    }

    async fn a_hazardous_report_tells_what_to_do_and_goes_to_the_authority(app) {
        let ola = app.volunteer().await;
        let mut body = report(OPEN);
        body["hazards"] = json!(["needles", "explosive"]);
        let told = ola.post("/api/v1/hotspots", body).await.expect(StatusCode::CREATED);
        assert_eq!(told["hotspot"]["owner"], json!({"kind": "authority", "authority": "police"}));
        assert!(told["advice"].as_array().unwrap().iter().any(|w| w["en"].as_str().unwrap().contains("112")));
        ola.claim(&told["hotspot"], 3).await.refused(409, "hazardous");
        let path = format!("/api/v1/hotspots/{}/cleanings", told["hotspot"]["id"].as_str().unwrap());
        ola.post(&path, json!({})).await.refused(409, "hazardous");
    }

    async fn near_an_open_report_one_is_offered_it_and_may_support_it_once(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = ola.report(OPEN).await;
        let near = format!("/api/v1/hotspots/nearest?lon={}&lat={}&within_m=100", OPEN.0 + 0.001, OPEN.1);
        let offered = kari.get(&near).await.expect(StatusCode::OK);
        assert_eq!(offered[0]["hotspot"]["id"], h["id"]);
        assert_eq!(offered[0]["distance_m"], 58.0);
        let path = format!("/api/v1/hotspots/{}/supports", h["id"].as_str().unwrap());
        for _ in 0..3 {
            let supported = kari.post(&path, json!({})).await.expect(StatusCode::OK);
            assert_eq!(supported["hotspot"]["supports"], 1);
        }
        // One's own report needs no support from oneself; and one may still say "this is another".
        assert_eq!(ola.post(&path, json!({})).await.expect(StatusCode::OK)["hotspot"]["supports"], 1);
        kari.report(OPEN).await;
    }

    async fn its_life_is_in_its_history(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let h = ola.report(OPEN).await;
        let at = |what: &str| format!("/api/v1/hotspots/{}/{what}", h["id"].as_str().unwrap());
        ola.claim(&h, 5).await.expect(StatusCode::CREATED);
        ola.post(&at("cleanings"), json!({"note": "Tre sekker"})).await.expect(StatusCode::OK);
        staff.post(&at("verifications"), json!({})).await.expect(StatusCode::OK);
        ola.post(&at("sightings"), json!({})).await.refused(422, "invalid");
        let photo = json!({"photos": [Uuid::now_v7()]});
        let again = app.volunteer().await.post(&at("sightings"), photo).await.expect(StatusCode::OK);
        assert_eq!(again["hotspot"]["state"], "reported");
        let lines = ola.get(&at("history")).await.expect(StatusCode::OK);
        let acts: Vec<_> = lines.as_array().unwrap().iter().map(|l| (l["act"].as_str().unwrap(), l["mine"].as_bool().unwrap())).collect();
        assert_eq!(acts, [("reported", true), ("claimed", true), ("cleaned", true), ("verified", false), ("still_there", false)]);
        assert_eq!((&lines[2]["why"], &lines[3]["role"]), (&json!("Tre sekker"), &json!("staff")));
    }

    async fn acts_sent_twice_are_done_once(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = ola.report(OPEN).await;
        let at = |what: &str| format!("/api/v1/hotspots/{}/{what}", h["id"].as_str().unwrap());
        for _ in 0..3 {
            let seen = kari.post(&at("sightings"), json!({})).await.expect(StatusCode::OK);
            assert_eq!(seen["hotspot"]["supports"], 1);
            ola.post(&at("sightings"), json!({})).await.expect(StatusCode::OK);
        }
        for _ in 0..3 {
            ola.post(&at("cleanings"), json!({})).await.expect(StatusCode::OK);
        }
        let photo = json!({"photos": [Uuid::now_v7()]});
        for _ in 0..3 {
            let again = kari.post(&at("sightings"), photo.clone()).await.expect(StatusCode::OK);
            assert_eq!((&again["hotspot"]["state"], &again["hotspot"]["supports"]), (&json!("reported"), &json!(1)));
        }
        let lines = ola.get(&at("history")).await.json();
        let acts: Vec<_> = lines.as_array().unwrap().iter().map(|l| l["act"].as_str().unwrap()).collect();
        assert_eq!(acts, ["reported", "still_there", "cleaned", "still_there"]);
    }

    async fn closed_never_pretends_to_be_cleaned(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let close = async |closing: serde_json::Value| {
            let h = ola.report(OPEN).await;
            let path = format!("/api/v1/hotspots/{}/closings", h["id"].as_str().unwrap());
            staff.post(&path, closing).await
        };
        let other = ola.report(OPEN).await;
        let state = |v: &serde_json::Value| v["hotspot"]["state"].as_str().unwrap().to_owned();
        let closed = close(json!({"kind": "duplicate", "of": other["id"]})).await.expect(StatusCode::OK);
        assert_eq!(state(&closed), "duplicate");
        assert_eq!(state(&close(json!({"kind": "not_found"})).await.expect(StatusCode::OK)), "not_found");
        let handed = close(json!({"kind": "not_ours", "handed_to": "Kystverket"})).await.expect(StatusCode::OK);
        assert_eq!(handed["hotspot"]["owner"], json!({"kind": "handed_to", "name": "Kystverket"}));
        let rejected = close(json!({"kind": "rejected", "why": "Det er tang."})).await.expect(StatusCode::OK);
        assert_eq!(rejected["hotspot"]["closing"]["why"], "Det er tang.");
        assert_eq!(close(json!({"kind": "rejected", "why": "  "})).await.refused(422, "invalid")["field"], "why");
        assert_eq!(close(json!({"kind": "duplicate", "of": Uuid::now_v7()})).await.refused(422, "invalid")["field"], "of");
    }

    async fn the_place_decides_who_may_say_that_it_is_clean(app) {
        let (ola, crew) = (app.volunteer().await, app.as_role("crew").await);
        let (pro, closed) = (ola.report(PROFESSIONAL).await, ola.report(CLOSED).await);
        let at = |h: &serde_json::Value| format!("/api/v1/hotspots/{}/cleanings", h["id"].as_str().unwrap());
        ola.post(&at(&pro), json!({})).await.refused(409, "professional_zone");
        ola.post(&at(&closed), json!({})).await.refused(409, "closed_place");
        crew.post(&at(&pro), json!({})).await.expect(StatusCode::OK);
    }

    async fn filters_by_state_and_age_hold(app) {
        let ola = app.volunteer().await;
        let old = ola.report(OPEN).await;
        app.clock.advance(chrono::TimeDelta::days(10));
        let new = ola.report(OPEN).await;
        let path = format!("/api/v1/hotspots/{}/cleanings", new["id"].as_str().unwrap());
        ola.post(&path, json!({})).await.expect(StatusCode::OK);
        let ids = async |query: &str| {
            let found = ola.get(&format!("/api/v1/hotspots?{query}")).await.expect(StatusCode::OK);
            found["features"].as_array().unwrap().iter().map(|f| f["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids("state=reported,claimed").await, [old["id"].clone()]);
        assert_eq!(ids("max_age_days=5").await, [new["id"].clone()]);
        assert_eq!(ids("state=verified").await, Vec::<serde_json::Value>::new());
    }
}
