//! Cleanups by volunteers: planned, joined, done.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{CLOSED, Engine, OPEN, PROFESSIONAL, TestApp, pile, plan, start};
use crate::photos::{jpeg, put};

fn result(full: u32) -> Value {
    json!({"id": Uuid::now_v7(), "bags": {"full": full, "half": 1}, "people": 4, "hours": 2.0})
}

both! {
    async fn a_cleanup_is_planned_with_a_code_and_its_stretch(app) {
        let ola = app.volunteer().await;
        let sent = plan(OPEN);
        let cleanup = ola.plan(sent.clone()).await;
        assert_eq!(cleanup["state"], "planned");
        let code = cleanup["code"].as_str().unwrap();
        assert_eq!(code.len(), 7);
        assert!(cleanup["stretches"][0]["length_m"].as_f64().unwrap() > 50.0);
        let found = app.anonymous().get(&format!("/api/v1/codes/{}-{}", &code[..3], code[3..].to_lowercase())).await.json();
        assert_eq!((&found["layer"], &found["id"]), (&json!("cleanup"), &cleanup["id"]));
        app.anonymous().get("/api/v1/codes/AAAAAAA").await.refused(404, "not_found");
        // Sent again it is the same; another's plan with its id is refused.
        assert_eq!(ola.post("/api/v1/cleanups", sent.clone()).await.expect(StatusCode::OK)["code"], code);
        app.volunteer().await.post("/api/v1/cleanups", sent).await.refused(409, "id_taken");
        let listed = app.anonymous().get("/api/v1/cleanups?state=planned").await.json();
        assert_eq!(listed["features"][0]["geometry"]["type"], "MultiLineString");
    }

    async fn the_rules_of_the_place_are_asked_and_another_stretch_is_offered(app) {
        let ola = app.volunteer().await;
        let refused = ola.post("/api/v1/cleanups", plan(PROFESSIONAL)).await.refused(409, "professional_zone");
        let other = &refused["nearest_allowed"];
        assert!(other["distance_m"].as_f64().unwrap() < 2_000.0, "{refused}");
        let mut there = plan((other["lon"].as_f64().unwrap(), other["lat"].as_f64().unwrap()));
        there["anyway"] = json!(true);
        ola.plan(there).await;
        let closed = ola.post("/api/v1/cleanups", plan(CLOSED)).await.refused(409, "closed_place");
        assert_eq!(closed["first_allowed"], "2026-07-16");
    }

    async fn a_stretch_is_reserved_and_one_may_join_or_plan_anyway(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let first = ola.plan(plan(OPEN)).await;
        let mut second = plan(OPEN);
        let refused = kari.post("/api/v1/cleanups", second.clone()).await.refused(409, "stretch_reserved");
        assert_eq!((&refused["cleanup"], &refused["name"]), (&first["id"], &json!("Rydd Sund")));
        second["anyway"] = json!(true);
        kari.plan(second).await;
        let from = start() + TimeDelta::days(9);
        let mut later = plan(OPEN);
        (later["from"], later["until"]) = (json!(from), json!(from + TimeDelta::hours(2)));
        kari.plan(later).await;
    }

    async fn its_hotspots_are_claimed_and_free_again_when_it_is_cancelled(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = kari.report(OPEN).await;
        let mut sent = plan(OPEN);
        sent["hotspots"] = json!([h["id"]]);
        let cleanup = ola.plan(sent).await;
        assert_eq!(kari.hotspot(&h["id"]).await["claim"]["holder_name"], "Speiderne");
        kari.act(&cleanup, "cleanups", "participants", json!({"id": Uuid::now_v7()})).await.expect(StatusCode::OK);
        kari.act(&cleanup, "cleanups", "cancellations", json!({})).await.refused(403, "forbidden");
        ola.act(&cleanup, "cleanups", "cancellations", json!({"why": "Storm"})).await.expect(StatusCode::OK);
        assert_eq!(kari.hotspot(&h["id"]).await["state"], "reported");
        assert_eq!(kari.told().await, ["cleanup_cancelled"]);
        ola.act(&cleanup, "cleanups", "results", result(2)).await.refused(409, "wrong_state");
    }

    async fn a_hotspot_of_somebody_else_stops_the_plan_and_nothing_is_left_of_it(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let (free, taken) = (kari.report(OPEN).await, kari.report(OPEN).await);
        kari.claim(&taken, 5).await.expect(StatusCode::CREATED);
        let mut sent = plan(OPEN);
        sent["hotspots"] = json!([free["id"], taken["id"]]);
        let refused = ola.post("/api/v1/cleanups", sent.clone()).await.refused(409, "already_claimed");
        assert_eq!(refused["hotspot"], taken["id"]);
        assert_eq!(ola.hotspot(&free["id"]).await["state"], "reported");
        ola.get(&format!("/api/v1/cleanups/{}", sent["id"].as_str().unwrap())).await.refused(404, "not_found");
    }

    async fn people_join_wait_and_leave_and_the_next_one_gets_the_place(app) {
        let (ola, kari, per, siv) = (app.volunteer().await, app.volunteer().await, app.volunteer().await, app.volunteer().await);
        let mut sent = plan(OPEN);
        sent["max_people"] = json!(3);
        let cleanup = ola.plan(sent).await;
        let join = |people: u32| json!({"id": Uuid::now_v7(), "name": "Kari", "people": people});
        let joined = kari.act(&cleanup, "cleanups", "participants", join(2)).await.expect(StatusCode::OK);
        assert_eq!((&joined["state"], &joined["cleanup"]["coming"]), (&json!("coming"), &json!(2)));
        let waits = per.act(&cleanup, "cleanups", "participants", join(2)).await.expect(StatusCode::OK);
        assert_eq!((&waits["state"], &waits["cleanup"]["waiting"]), (&json!("waiting"), &json!(2)));
        // Who comes later does not get past who waits.
        assert_eq!(siv.act(&cleanup, "cleanups", "participants", join(1)).await.json()["state"], "waiting");
        app.clock.advance(TimeDelta::hours(40));
        kari.act(&cleanup, "cleanups", "leavings", json!({"why": "Syk"})).await.expect(StatusCode::OK);
        assert_eq!(per.told().await, ["place_free"]);
        assert_eq!(siv.told().await, ["place_free"]);
        assert_eq!(ola.told().await, ["left_late"]);
        let shown = per.see(&cleanup, "cleanups").await;
        assert_eq!((&shown["mine"]["joined"], &shown["cleanup"]["coming"]), (&json!("coming"), &json!(3)));
        let names = format!("/api/v1/cleanups/{}/participants", cleanup["id"].as_str().unwrap());
        per.get(&names).await.refused(403, "forbidden");
        assert_eq!(ola.get(&names).await.json().as_array().unwrap().len(), 3);
    }

    async fn a_result_closes_its_hotspots_and_the_reporters_hear_and_thank(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let (gone, left) = (kari.report(OPEN).await, kari.report(OPEN).await);
        let mut sent = plan(OPEN);
        sent["hotspots"] = json!([gone["id"], left["id"]]);
        let cleanup = ola.plan(sent).await;
        let mut told = result(5);
        let photo = json!(Uuid::now_v7());
        (told["hotspots"], told["photos_after"]) = (json!([gone["id"]]), json!([photo]));
        let done = ola.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
        assert_eq!(done["state"], "cleaned");
        put(&ola, &photo, "image/jpeg", jpeg(40, 30)).await.expect(StatusCode::CREATED);
        assert!(ola.see(&cleanup, "cleanups").await["cleanup"]["photos"][0]["size"].is_object());
        let cleaned = kari.hotspot(&gone["id"]).await;
        assert_eq!((&cleaned["state"], &cleaned["cleanup"]), (&json!("cleaned"), &cleanup["id"]));
        assert_eq!(kari.hotspot(&left["id"]).await["state"], "reported");
        let inbox = kari.get("/api/v1/messages").await.json();
        assert_eq!((&inbox["messages"][0]["kind"], &inbox["messages"][0]["facts"]["photo"]), (&json!("hotspot_cleaned"), &photo));
        for _ in 0..2 {
            kari.act(&cleanup, "cleanups", "thanks", json!({})).await.expect(StatusCode::OK);
        }
        assert_eq!(ola.told().await, ["thanks"]);
        assert_eq!(ola.see(&cleanup, "cleanups").await["cleanup"]["thanks"], 1);
        app.volunteer().await.act(&cleanup, "cleanups", "thanks", json!({})).await.refused(403, "forbidden");
    }

    async fn two_phones_that_tell_the_result_make_one_and_the_second_may_correct_it(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let cleanup = ola.plan(plan(OPEN)).await;
        kari.act(&cleanup, "cleanups", "participants", json!({"id": Uuid::now_v7()})).await.expect(StatusCode::OK);
        // Before it has begun, only the organiser can tell.
        kari.act(&cleanup, "cleanups", "results", result(1)).await.refused(403, "forbidden");
        ola.act(&cleanup, "cleanups", "starts", json!({})).await.expect(StatusCode::OK);
        let (a, b) = (result(3), result(4));
        let (first, second) =
            tokio::join!(ola.act(&cleanup, "cleanups", "results", a.clone()), kari.act(&cleanup, "cleanups", "results", b.clone()));
        let (won, lost) = if first.status == StatusCode::OK { (a, second) } else { (b, first) };
        let refused = lost.refused(409, "result_there");
        assert_eq!((&refused["outcome"], &refused["bags_full"]), (&won["id"], &won["bags"]["full"]));
        let mut correction = result(9);
        correction["replaces"] = won["id"].clone();
        let corrected = kari.act(&cleanup, "cleanups", "results", correction).await.expect(StatusCode::OK);
        assert_eq!(corrected["outcome"]["bags"]["full"], 9);
        app.volunteer().await.act(&cleanup, "cleanups", "results", result(1)).await.refused(403, "forbidden");
    }

    async fn half_done_is_fine_and_the_rest_stays_open(app) {
        let ola = app.volunteer().await;
        let mut sent = plan(OPEN);
        sent["stretches"] = json!([{"lon": 8.701, "lat": 58.4}, {"lon": 8.705, "lat": 58.4}]);
        let cleanup = ola.plan(sent).await;
        let segments = cleanup["stretches"].as_array().unwrap();
        assert_eq!(segments.len(), 2);
        let mut told = result(1);
        told["segments"] = json!([segments[0]["segment"]]);
        let done = ola.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
        assert_eq!(done["outcome"]["metres"], segments[0]["length_m"]);
        let mut wrong = result(1);
        (wrong["segments"], wrong["replaces"]) = (json!([Uuid::now_v7()]), done["outcome"]["id"].clone());
        assert_eq!(ola.act(&cleanup, "cleanups", "results", wrong).await.refused(422, "invalid")["field"], "segments");
    }

    async fn now_and_afterwards_take_one_request_and_what_was_done_is_taken_as_it_is(app) {
        let ola = app.volunteer().await;
        let mut now = plan(OPEN);
        now["now"] = json!(true);
        assert_eq!(ola.plan(now).await["state"], "under_way");
        let mut past = plan(PROFESSIONAL);
        (past["from"], past["until"]) = (json!(start() - TimeDelta::days(3)), json!(start() - TimeDelta::days(3) + TimeDelta::hours(1)));
        let cleanup = ola.plan(past).await;
        assert_eq!((&cleanup["state"], &cleanup["regime"]), (&json!("under_way"), &json!("professional")));
        ola.act(&cleanup, "cleanups", "results", result(2)).await.expect(StatusCode::OK);
    }

    async fn a_cleanup_in_the_night_of_the_clock_change_has_an_hour_there_is(app) {
        let ola = app.volunteer().await;
        app.clock.advance(TimeDelta::days(120)); // 8 October
        // From 02:30 until 06:30 by the clock on the wall. On 25 October 02:30 comes twice, on 28 March it does not come at all.
        for (from, expected) in [
            ("2026-10-18T00:30:00Z", [("2026-10-25T00:30:00Z", "2026-10-25T05:30:00Z"), ("2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z")]),
            ("2027-03-21T01:30:00Z", [("2027-03-28T01:30:00Z", "2027-03-28T04:30:00Z"), ("2027-04-04T00:30:00Z", "2027-04-04T04:30:00Z")]),
        ] {
            let from: DateTime<Utc> = from.parse().unwrap();
            let mut sent = plan(OPEN);
            (sent["from"], sent["until"]) = (json!(from), json!(from + TimeDelta::hours(4)));
            let cleanup = ola.plan(sent).await;
            let again = ola.act(&cleanup, "cleanups", "repeats", json!({"every": "week", "times": 2})).await.expect(StatusCode::OK);
            let planned = again["planned"].as_array().unwrap();
            let told: Vec<_> = planned.iter().map(|c| (c["from"].as_str().unwrap(), c["until"].as_str().unwrap())).collect();
            assert_eq!(told, expected);
        }
    }

    async fn a_repeated_one_keeps_its_hour_when_the_clocks_change_and_skips_what_is_closed(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        app.clock.advance(TimeDelta::days(120)); // 8 October: clocks change on the 25th
        let from: DateTime<Utc> = "2026-10-11T08:00:00Z".parse().unwrap();
        let mut sent = plan(OPEN);
        (sent["from"], sent["until"]) = (json!(from), json!(from + TimeDelta::hours(3)));
        let cleanup = ola.plan(sent).await;
        kari.act(&cleanup, "cleanups", "participants", json!({"id": Uuid::now_v7()})).await.expect(StatusCode::OK);
        for _ in 0..2 {
            let again = ola.act(&cleanup, "cleanups", "repeats", json!({"every": "week", "times": 3})).await.expect(StatusCode::OK);
            let hours: Vec<_> = again["planned"].as_array().unwrap().iter().map(|c| c["from"].as_str().unwrap()).collect();
            assert_eq!(hours, ["2026-10-18T08:00:00Z", "2026-10-25T09:00:00Z", "2026-11-01T09:00:00Z"]);
        }
        assert_eq!(kari.told().await, ["cleanup_again"]);
        let mut closed = plan(CLOSED);
        let from: DateTime<Utc> = "2027-03-20T09:00:00Z".parse().unwrap();
        (closed["from"], closed["until"]) = (json!(from), json!(from + TimeDelta::hours(3)));
        let first = ola.plan(closed).await;
        // Its place is on its stretch and on no other, so that the next time is on the same one.
        let stretch = &first["stretches"][0];
        let near = ola.get(&format!("/api/v1/segments/nearest?lon={}&lat={}&k=2", stretch["lon"], stretch["lat"])).await.json();
        assert_eq!(near[0]["id"], stretch["segment"]);
        assert!(near[1]["distance_m"].as_f64().unwrap() > 1.0, "{near}");
        let again = ola.act(&first, "cleanups", "repeats", json!({"every": "month", "times": 2})).await.json();
        assert_eq!((again["planned"].as_array().unwrap().len(), &again["skipped"][0]["code"]), (0, &json!("closed_place")));
    }

    async fn one_that_is_over_is_repeated_on_days_to_come(app) {
        let ola = app.volunteer().await;
        // Nobody is invited to a day that has passed.
        let mut past = plan(OPEN);
        let from = start() - TimeDelta::days(17);
        (past["from"], past["until"]) = (json!(from), json!(from + TimeDelta::hours(2)));
        let past = ola.plan(past).await;
        let again = ola.act(&past, "cleanups", "repeats", json!({"every": "week", "times": 2})).await.json();
        let days: Vec<_> = again["planned"].as_array().unwrap().iter().map(|c| c["from"].as_str().unwrap()).collect();
        assert_eq!(days, [json!(from + TimeDelta::days(21)), json!(from + TimeDelta::days(28))], "{again}");
    }

    async fn bad_plans_and_results_name_their_field(app) {
        let ola = app.volunteer().await;
        let with = |field: &str, value: Value| {
            let mut sent = plan(OPEN);
            sent[field] = value;
            sent
        };
        for (field, value) in [
            ("until", json!(start())), ("until", json!("+262142-01-01T00:00:00Z")), ("from", json!("2020-01-01T00:00:00Z")), ("max_people", json!(0)), ("lon", json!(200)),
            ("title", json!("x".repeat(101))), ("hotspots", json!(vec![Uuid::nil(); 201])), ("organiser_kind", json!("king")),
        ] {
            assert_eq!(ola.post("/api/v1/cleanups", with(field, value)).await.refused(422, "invalid")["field"], field);
        }
        let far = ola.post("/api/v1/cleanups", with("stretches", json!([{"lon": 10.0, "lat": 60.0}]))).await;
        assert_eq!(far.refused(422, "far_from_shore")["field"], "stretches");
        let cleanup = ola.plan(plan(OPEN)).await;
        for (field, value, named) in [
            ("weight_kg", json!(-1), "weight_kg"), ("bags", json!({"full": 100_000}), "bags"), ("hours", json!(1e9), "hours"),
            ("counts", json!({"pl": 4}), "counts.pl"), ("people", json!(1_000_000), "people"),
        ] {
            let mut told = result(1);
            told[field] = value;
            assert_eq!(ola.act(&cleanup, "cleanups", "results", told).await.refused(422, "invalid")["field"], named);
        }
        assert_eq!(ola.see(&cleanup, "cleanups").await["cleanup"]["state"], "planned");
    }

    async fn only_hotspots_of_the_cleanup_are_cleaned_by_its_result(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let other = kari.report(OPEN).await;
        let cleanup = ola.plan(plan(OPEN)).await;
        let mut told = result(1);
        told["hotspots"] = json!([other["id"]]);
        assert_eq!(ola.act(&cleanup, "cleanups", "results", told).await.refused(422, "invalid")["field"], "hotspots");
        assert_eq!(kari.hotspot(&other["id"]).await["state"], "reported");
    }

    async fn what_is_planned_among_friends_is_known_by_its_link_alone(app) {
        let ola = app.volunteer().await;
        let mut sent = plan(OPEN);
        sent["open"] = json!(false);
        let hidden = ola.plan(sent).await;
        let mut left = pile(OPEN);
        left["cleanup"] = hidden["id"].clone();
        ola.post("/api/v1/piles", left.clone()).await.expect(StatusCode::CREATED);
        let id = hidden["id"].as_str().unwrap();
        let anyone = app.anonymous();
        let segment = hidden["stretches"][0]["segment"].as_str().unwrap();
        let story = format!("/api/v1/stretches/{segment}/story");
        let pile = format!("/api/v1/piles/{}", left["id"].as_str().unwrap());
        for path in ["/api/v1/cleanups", "/api/v1/piles", "/api/v1/calendar.ics?municipality=0001", story.as_str(), pile.as_str()] {
            let answer = anyone.get(path).await;
            assert!(answer.status == StatusCode::OK && !String::from_utf8_lossy(&answer.bytes).contains(id), "{path}");
        }
        let mut events = anyone.request(reqwest::Method::GET, "/api/v1/events?since=0").send().await.unwrap();
        app.volunteer().await.report(OPEN).await; // the last thing that happens
        let mut seen = String::new();
        while !seen.contains("\"act\":\"reported\"") {
            seen.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
        assert!(seen.contains("\"act\":\"piled\"") && !seen.contains(id), "{seen}");
        assert_eq!(anyone.see(&hidden, "cleanups").await["cleanup"]["title"], "Rydd Sund");
    }

    async fn who_corrects_a_name_keeps_the_place(app) {
        let (ola, kari, per) = (app.volunteer().await, app.volunteer().await, app.volunteer().await);
        let mut sent = plan(OPEN);
        sent["max_people"] = json!(2);
        let cleanup = ola.plan(sent).await;
        let join = |name: &str, people: u32| json!({"id": Uuid::now_v7(), "name": name, "people": people});
        kari.act(&cleanup, "cleanups", "participants", join("Kri", 2)).await.expect(StatusCode::OK);
        assert_eq!(per.act(&cleanup, "cleanups", "participants", join("Per", 1)).await.json()["state"], "waiting");
        assert_eq!(kari.act(&cleanup, "cleanups", "participants", join("Kari", 2)).await.json()["state"], "coming");
        // Fewer than before: there is room for who waits.
        kari.act(&cleanup, "cleanups", "participants", join("Kari", 1)).await.expect(StatusCode::OK);
        assert_eq!(per.told().await, ["place_free"]);
    }

    async fn calendars_hold_what_is_open(app) {
        let ola = app.volunteer().await;
        let cleanup = ola.plan(plan(OPEN)).await;
        let mut hidden = plan((8.705, 58.4));
        (hidden["open"], hidden["title"], hidden["anyway"]) = (json!(false), json!("Hemmelig"), json!(true));
        let hidden = ola.plan(hidden).await;
        let own = app.anonymous().get(&format!("/api/v1/cleanups/{}/calendar.ics", hidden["id"].as_str().unwrap())).await;
        assert!(String::from_utf8(own.bytes).unwrap().contains("Hemmelig"));
        for query in ["organiser=speiderne", "municipality=0001"] {
            let feed = app.anonymous().get(&format!("/api/v1/calendar.ics?{query}")).await;
            let text = String::from_utf8(feed.bytes).unwrap();
            assert!(text.contains(cleanup["id"].as_str().unwrap()) && text.contains("DTSTART:20260612T100000Z"), "{text}");
            assert!(!text.contains("Hemmelig"));
        }
        ola.act(&cleanup, "cleanups", "cancellations", json!({})).await.expect(StatusCode::OK);
        let feed = app.anonymous().get("/api/v1/calendar.ics?municipality=0001").await;
        assert!(String::from_utf8(feed.bytes).unwrap().contains("STATUS:CANCELLED"));
    }
}

#[tokio::test]
async fn what_one_counts_is_a_list_in_four_languages() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let items = app.anonymous().get("/api/v1/litter-items").await.json();
    assert!(items.as_array().unwrap().iter().any(|i| i["code"] == "J8" && i["name"]["da"] == "Drikkeflasker over 0,5 liter"));
}
