//! Adopted stretches, and the lottery.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use strandline::domain::lottery::{commitment, draw};
use uuid::Uuid;

use crate::helpers::{OPEN, pile, plan, start};

pub fn adoption(name: &str, shared: bool) -> Value {
    json!({"id": Uuid::now_v7(), "name": "Vika", "adopter_kind": "group", "adopter_name": name, "shared": shared,
        "stretches": [{"lon": OPEN.0, "lat": OPEN.1}]})
}

both! {
    async fn an_adoption_is_asked_for_granted_and_waited_for(app) {
        let (ola, kari, staff) = (app.volunteer().await, app.volunteer().await, app.as_role("staff").await);
        let first = ola.post("/api/v1/adoptions", adoption("4B", false)).await.expect(StatusCode::CREATED);
        assert_eq!((&first["state"], staff.told().await), (&json!("requested"), vec!["adoption_asked".to_owned()]));
        ola.act(&first, "adoptions", "approvals", json!({})).await.refused(403, "forbidden");
        staff.act(&first, "adoptions", "approvals", json!({})).await.expect(StatusCode::OK);
        assert!(staff.act(&first, "adoptions", "kits", json!({})).await.expect(StatusCode::OK)["kit_at"].is_string());
        let second = kari.post("/api/v1/adoptions", adoption("Turlaget", true)).await.expect(StatusCode::CREATED);
        assert_eq!(second["state"], "waiting");
        staff.act(&second, "adoptions", "approvals", json!({})).await.refused(409, "wrong_state");
        ola.act(&first, "adoptions", "pauses", json!({})).await.expect(StatusCode::OK);
        ola.act(&first, "adoptions", "resumptions", json!({})).await.expect(StatusCode::OK);
        ola.act(&first, "adoptions", "ends", json!({"why": "Vi flytter"})).await.expect(StatusCode::OK);
        assert_eq!(kari.told().await, ["adoption_answered"]);
        staff.act(&second, "adoptions", "approvals", json!({})).await.expect(StatusCode::OK);
        // Who shares can adopt it together.
        let third = ola.post("/api/v1/adoptions", adoption("4B", true)).await.expect(StatusCode::CREATED);
        assert_eq!(third["state"], "requested");
        staff.act(&third, "adoptions", "approvals", json!({})).await.expect(StatusCode::OK);
    }

    async fn a_stretch_has_a_story_and_three_cleanups_a_year_are_a_custom(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        kari.report(OPEN).await;
        let adopted = ola.post("/api/v1/adoptions", adoption("4B", false)).await.expect(StatusCode::CREATED);
        let cleanup = ola.plan(plan(OPEN)).await;
        let told = json!({"id": Uuid::now_v7(), "bags": {"full": 3}});
        ola.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
        let shown = ola.see(&adopted, "adoptions").await;
        assert_eq!((&shown["cleanups_this_year"], &shown["may_keep"]), (&json!(1), &json!(true)));
        let story = &shown["story"];
        assert_eq!((story["hotspots"].as_array().unwrap().len(), &story["cleanups"][0]["id"]), (1, &cleanup["id"]));
        assert_eq!(story["years"], json!([{"year": 2026, "cleanups": 1, "weighed_kg": 0.0, "estimated_kg": 30.0, "orders": 0}]));
        let segment = adopted["stretches"][0]["segment"].as_str().unwrap();
        let told = app.anonymous().get(&format!("/api/v1/stretches/{segment}/story")).await.expect(StatusCode::OK);
        assert_eq!(told["years"], story["years"]);
    }

    async fn surveys_are_part_of_the_story_with_how_they_were_made(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let survey = |litter: &str, method: &str| json!({"id": Uuid::now_v7(), "litter": litter, "method": method, "confidence": "low",
            "note": "Mye under tangen", "stretches": [{"lon": OPEN.0, "lat": OPEN.1}]});
        let first = survey("some", "boat");
        let told = ola.post("/api/v1/surveys", first.clone()).await.expect(StatusCode::CREATED);
        assert_eq!(ola.post("/api/v1/surveys", first.clone()).await.expect(StatusCode::OK)["id"], told["id"]);
        kari.post("/api/v1/surveys", first).await.refused(409, "id_taken");
        kari.post("/api/v1/surveys", survey("clean", "foot")).await.expect(StatusCode::CREATED);
        let segment = told["stretches"][0]["segment"].as_str().unwrap();
        let story = app.anonymous().get(&format!("/api/v1/stretches/{segment}/story")).await.json();
        let seen: Vec<_> = story["surveys"].as_array().unwrap().iter().map(|s| (s["litter"].clone(), s["method"].clone())).collect();
        assert_eq!(seen.len(), 2);
        assert!(seen.contains(&(json!("some"), json!("boat"))) && seen.contains(&(json!("clean"), json!("foot"))));
        let found = app.anonymous().get("/api/v1/surveys?state=some").await.json();
        assert_eq!((found["features"].as_array().unwrap().len(), &found["features"][0]["properties"]["note"]), (1, &json!("Mye under tangen")));
        assert_eq!(ola.see(&told, "surveys").await["survey"], told);
        // Who was there without signal was there then, also by a clock that is years ahead.
        let mut late = survey("much", "foot");
        late["at"] = json!("2031-01-01T04:00:00Z");
        let request = ola.request(reqwest::Method::POST, "/api/v1/surveys").json(&late);
        let request = request.header("entered-at", "2031-01-01T06:30:00Z").header("sent-at", "2031-01-01T07:00:00Z");
        let late = ola.send(request).await.expect(StatusCode::CREATED);
        let instant = |of: &str| late[of].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert_eq!(instant("made_at") - instant("seen_at"), TimeDelta::hours(3));
        // It is taken back by whom it is from, or by the municipality, and told no more.
        kari.act(&late, "surveys", "withdrawals", json!({})).await.refused(403, "forbidden");
        for by in [&ola, &app.as_role("staff").await] {
            by.act(&late, "surveys", "withdrawals", json!({})).await.expect(StatusCode::OK);
        }
        assert_eq!(app.anonymous().get("/api/v1/surveys?state=much").await.json()["features"], json!([]));
        assert_eq!(ola.see(&late, "surveys").await["survey"]["note"], Value::Null);
        for (field, value) in [("stretches", json!([])), ("note", json!("x".repeat(1001)))] {
            let mut wrong = survey("some", "foot");
            wrong[field] = value;
            assert_eq!(ola.post("/api/v1/surveys", wrong).await.refused(422, "invalid")["field"], field);
        }
    }

    async fn a_lottery_is_drawn_so_that_anyone_can_check_it(app) {
        let (ola, hauler, staff) = (app.volunteer().await, app.as_role("hauler").await, app.as_role("staff").await);
        let lottery = json!({"id": Uuid::now_v7(), "name": "Kystlotteriet", "from": start(), "until": start() + TimeDelta::days(9),
            "prizes": ["Kajakktur", "Kikkert"], "child_prizes": ["Is"], "commitment": commitment("tang og tare")});
        staff.post("/api/v1/lotteries", lottery.clone()).await.expect(StatusCode::CREATED);
        let left = ola.post("/api/v1/piles", pile(OPEN)).await.expect(StatusCode::CREATED);
        let ticket = |n: u32, child: bool| json!({"number": format!("{}-{n}", left["code"].as_str().unwrap().to_lowercase()), "child": child});
        for n in [1, 2, 3, 4, 5, 3] {
            hauler.act(&lottery, "lotteries", "tickets", ticket(n, false)).await.expect(StatusCode::OK);
        }
        let child = hauler.act(&lottery, "lotteries", "tickets", ticket(9, true)).await.expect(StatusCode::OK);
        assert_eq!(child["registered"], 6);
        // Numbers hold the codes of cleanups: before the draw one sees one's own ticket and no other.
        let tickets = |of: &str| format!("/api/v1/lotteries/{}/tickets{of}", lottery["id"].as_str().unwrap());
        ola.get(&tickets("")).await.refused(409, "wrong_state");
        let code = left["code"].as_str().unwrap();
        let mine = ola.get(&tickets(&format!("?number={}-9", code.to_lowercase()))).await.json();
        assert_eq!(mine, json!([{"number": format!("{code}-9"), "child": true}]));
        assert_eq!(ola.get(&tickets(&format!("?number={code}-6"))).await.json(), json!([]));
        for bad in [String::new(), "9".repeat(31), "A%00".to_owned()] {
            assert_eq!(ola.get(&tickets(&format!("?number={bad}"))).await.refused(422, "invalid")["field"], "number");
        }
        ola.act(&lottery, "lotteries", "tickets", ticket(6, false)).await.refused(403, "forbidden");
        let none = json!({"number": "A34679F-1"});
        assert_eq!(hauler.act(&lottery, "lotteries", "tickets", none).await.refused(404, "not_found")["field"], "number");
        staff.act(&lottery, "lotteries", "draws", json!({"seed": "tang og tare"})).await.refused(409, "wrong_state");
        app.clock.advance(TimeDelta::days(10));
        assert_eq!(staff.act(&lottery, "lotteries", "draws", json!({"seed": "en annen"})).await.refused(422, "invalid")["field"], "seed");
        staff.act(&lottery, "lotteries", "draws", json!({"seed": "tang og tare"})).await.expect(StatusCode::OK);
        let drawn = app.anonymous().get(&format!("/api/v1/lotteries/{}", lottery["id"].as_str().unwrap())).await.json();
        let published = app.anonymous().get(&tickets("")).await.json();
        let numbers: Vec<_> = published.as_array().unwrap().iter().filter(|t| t["child"] == false).map(|t| t["number"].as_str().unwrap()).collect();
        assert_eq!((numbers.len(), &drawn["winners"]), (5, &json!(draw("tang og tare", &numbers, 2))));
        assert_eq!(drawn["child_winners"].as_array().unwrap().len(), 1);
        assert_eq!(commitment(drawn["seed"].as_str().unwrap()), drawn["commitment"].as_str().unwrap());
        assert_eq!(ola.told().await.iter().filter(|k| *k == "lottery_won").count(), 3);
        hauler.act(&lottery, "lotteries", "tickets", ticket(7, false)).await.refused(409, "wrong_state");
    }
}
