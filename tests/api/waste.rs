//! Piles: somebody is always expected to act, kilograms are counted once, and refunds add up.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{OPEN, Person, pile, plan, start};

/// In Vik, which no hauler serves.
const UNSERVED: (f64, f64) = (8.755, 58.400);

async fn leave(person: &Person, sent: Value) -> Value {
    person.post("/api/v1/piles", sent).await.expect(StatusCode::CREATED)
}

fn weighing(code: &Value, weight_kg: f64) -> Value {
    json!({"id": Uuid::now_v7(), "code": code, "weight_kg": weight_kg})
}

both! {
    async fn bags_go_from_the_beach_to_the_scale_and_everyone_hears(app) {
        let (ola, hauler) = (app.volunteer().await, app.as_role("hauler").await);
        let sent = pile(OPEN);
        let left = leave(&ola, sent.clone()).await;
        assert_eq!((&left["state"], &left["duty"]["who"]["name"]), (&json!("requested"), &json!("Renovasjonen")));
        assert_eq!(left["duty"]["due"], json!(start() + TimeDelta::days(3)));
        assert_eq!(hauler.told().await, ["pile_requested"]);
        assert_eq!(ola.post("/api/v1/piles", sent).await.expect(StatusCode::OK)["code"], left["code"]);
        let accepted = hauler.act(&left, "piles", "acceptances", json!({"by": "2026-06-20"})).await.expect(StatusCode::OK);
        assert_eq!(accepted["duty"]["due"], "2026-06-20T21:59:00Z", "the end of the local day");
        hauler.act(&left, "piles", "collections", json!({})).await.expect(StatusCode::OK);
        let weigh = weighing(&left["code"], 61.5);
        for _ in 0..2 {
            let done = hauler.post("/api/v1/weighings", weigh.clone()).await.expect(StatusCode::OK);
            assert_eq!((&done["piles"][0]["state"], &done["piles"][0]["duty"]), (&json!("weighed"), &Value::Null));
        }
        let again = hauler.post("/api/v1/weighings", weighing(&left["code"], 5.0)).await.refused(409, "already_weighed");
        assert_eq!(again["weight_kg"], 61.5);
        assert_eq!(ola.told().await, ["pile_weighed", "pile_collected", "pile_accepted"]);
        ola.post("/api/v1/weighings", weighing(&left["code"], 5.0)).await.refused(403, "forbidden");
        hauler.post("/api/v1/weighings", weighing(&json!("A34679F"), 5.0)).await.refused(404, "not_found");
    }

    async fn where_nobody_comes_it_is_said_before_the_bags_are_carried_and_is_an_alarm(app) {
        let (ola, staff) = (app.volunteer().await, app.of("staff", "0002").await);
        let options = |at: (f64, f64), access: &str| format!("/api/v1/waste-options?lon={}&lat={}&access={access}", at.0, at.1);
        assert_eq!(ola.get(&options(OPEN, "road")).await.json()["haulers"], json!(["Renovasjonen"]));
        assert_eq!(ola.get(&options(OPEN, "crane")).await.json()["haulers"], json!([]));
        assert_eq!(ola.get(&options(UNSERVED, "road")).await.json()["haulers"], json!([]));
        let left = leave(&ola, pile(UNSERVED)).await;
        assert_eq!((&left["state"], &left["duty"]["who"]), (&json!("ready"), &json!({"kind": "municipality", "code": "0002"})));
        assert_eq!(staff.told().await, ["pile_unserved"]);
        assert_eq!(staff.get("/api/v1/duties").await.json()["piles"][0]["late"], false);
        app.clock.advance(TimeDelta::days(4));
        let duties = staff.get("/api/v1/duties").await.json();
        assert_eq!((&duties["late"], &duties["piles"][0]["pile"]["id"]), (&json!(1), &left["id"]));
        // The municipality may fetch it itself.
        staff.act(&left, "piles", "acceptances", json!({})).await.expect(StatusCode::OK);
    }

    async fn a_hauler_that_declines_says_why_and_the_municipality_is_expected(app) {
        let (ola, hauler, staff) = (app.volunteer().await, app.as_role("hauler").await, app.as_role("staff").await);
        let left = leave(&ola, pile(OPEN)).await;
        assert_eq!(hauler.act(&left, "piles", "declinations", json!({"why": " "})).await.refused(422, "invalid")["field"], "why");
        let declined = hauler.act(&left, "piles", "declinations", json!({"why": "For få sekker"})).await.expect(StatusCode::OK);
        assert_eq!((&declined["state"], &declined["why"]), (&json!("ready"), &json!("For få sekker")));
        assert_eq!(declined["duty"]["who"]["kind"], "municipality");
        assert_eq!((ola.told().await, staff.told().await), (vec!["pile_unserved".to_owned()], vec!["pile_unserved".to_owned()]));
        ola.act(&left, "piles", "acceptances", json!({})).await.refused(403, "forbidden");
        // Somebody can be asked again.
        assert_eq!(staff.act(&left, "piles", "readiness", json!({})).await.expect(StatusCode::OK)["state"], "requested");
        hauler.act(&left, "piles", "acceptances", json!({})).await.expect(StatusCode::OK);
        let failed = hauler.act(&left, "piles", "failures", json!({"why": "For høy sjø"})).await.expect(StatusCode::OK);
        assert_eq!((&failed["state"], &failed["duty"]["who"]["kind"]), (&json!("ready"), &json!("municipality")));
    }

    async fn a_cleanup_is_not_done_before_its_waste_is(app) {
        let (ola, hauler) = (app.volunteer().await, app.as_role("hauler").await);
        let cleanup = ola.plan(plan(OPEN)).await;
        let told = json!({"id": Uuid::now_v7(), "bags": {"full": 6}, "people": 3});
        ola.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
        ola.act(&cleanup, "cleanups", "closings", json!({})).await.refused(409, "wrong_state");
        let part = |full: u32| {
            let mut p = pile(OPEN);
            (p["cleanup"], p["bags"]) = (cleanup["id"].clone(), json!({"full": full}));
            p
        };
        let (one, two) = (leave(&ola, part(4)).await, leave(&ola, part(2)).await);
        let shown = ola.see(&cleanup, "cleanups").await;
        assert_eq!((&shown["weighed_kg"], &shown["estimated_kg"]), (&json!(0.0), &json!(60.0)));
        hauler.post("/api/v1/weighings", weighing(&one["code"], 33.0)).await.expect(StatusCode::OK);
        let shown = ola.see(&cleanup, "cleanups").await;
        assert_eq!((&shown["weighed_kg"], &shown["estimated_kg"]), (&json!(33.0), &json!(20.0)));
        assert_eq!(shown["missing"], json!(["waste", "declaration", "closing"]));
        ola.act(&two, "piles", "losses", json!({"why": "Springflo"})).await.expect(StatusCode::OK);
        let shown = ola.see(&cleanup, "cleanups").await;
        assert_eq!((&shown["cleanup"]["state"], &shown["estimated_kg"]), (&json!("waste_handled"), &json!(0.0)));
        ola.act(&cleanup, "cleanups", "closings", json!({})).await.expect(StatusCode::OK);
        assert_eq!(ola.see(&cleanup, "cleanups").await["missing"], json!(["declaration"]));
        let declared = json!({"funding": {"kind": "refund"}, "declared": true});
        ola.act(&cleanup, "cleanups", "costs", declared).await.expect(StatusCode::OK);
        assert_eq!(ola.see(&cleanup, "cleanups").await["missing"], json!([]));
    }

    async fn the_code_of_a_cleanup_weighs_all_of_it_at_once(app) {
        let (ola, hauler) = (app.volunteer().await, app.as_role("hauler").await);
        let cleanup = ola.plan(plan(OPEN)).await;
        let told = json!({"id": Uuid::now_v7(), "bags": {"full": 4}});
        ola.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
        let mut left = pile(OPEN);
        (left["cleanup"], left["bags"]) = (cleanup["id"].clone(), json!({"full": 3}));
        leave(&ola, left).await;
        // Three bags in the pile, one they bring themselves.
        let done = hauler.post("/api/v1/weighings", weighing(&cleanup["code"], 100.001)).await.expect(StatusCode::OK);
        assert_eq!((&done["cleanup"]["state"], &done["piles"][0]["weighing"]["weight_kg"]), (&json!("waste_handled"), &json!(75.001)));
        let shown = ola.see(&cleanup, "cleanups").await;
        assert_eq!((&shown["weighed_kg"], &shown["estimated_kg"]), (&json!(100.001), &json!(0.0)));
        hauler.post("/api/v1/weighings", weighing(&cleanup["code"], 9.0)).await.refused(409, "already_weighed");
        let mut more = weighing(&cleanup["code"], 9.0);
        more["more"] = json!(true);
        hauler.post("/api/v1/weighings", more).await.expect(StatusCode::OK);
        assert_eq!(ola.see(&cleanup, "cleanups").await["weighed_kg"], 109.001);
    }

    async fn what_was_driven_away_unseen_is_counted_once_when_it_is_weighed(app) {
        let (ola, hauler) = (app.volunteer().await, app.as_role("hauler").await);
        let cleanup = ola.plan(plan(OPEN)).await;
        let told = json!({"id": Uuid::now_v7(), "bags": {"full": 3}});
        ola.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
        let mut left = pile(OPEN);
        (left["cleanup"], left["bags"]) = (cleanup["id"].clone(), json!({"full": 3}));
        let left = leave(&ola, left).await;
        app.volunteer().await.act(&left, "piles", "absences", json!({})).await.expect(StatusCode::OK);
        hauler.post("/api/v1/weighings", weighing(&cleanup["code"], 28.0)).await.expect(StatusCode::OK);
        let shown = ola.see(&cleanup, "cleanups").await;
        assert_eq!((&shown["weighed_kg"], &shown["estimated_kg"]), (&json!(28.0), &json!(0.0)));
        // Bags of others cannot be put to it, nor any once it is closed.
        ola.act(&cleanup, "cleanups", "closings", json!({})).await.expect(StatusCode::OK);
        let mut more = pile(OPEN);
        more["cleanup"] = cleanup["id"].clone();
        app.volunteer().await.post("/api/v1/piles", more.clone()).await.refused(403, "forbidden");
        ola.post("/api/v1/piles", more).await.refused(409, "wrong_state");
    }

    async fn piles_are_merged_split_and_missed(app) {
        let (ola, hauler) = (app.volunteer().await, app.as_role("hauler").await);
        let (one, two) = (leave(&ola, pile(OPEN)).await, leave(&ola, pile(OPEN)).await);
        let both = ola.act(&one, "piles", "merges", json!({"into": two["id"]})).await.expect(StatusCode::OK);
        assert_eq!(both["parts"].as_array().unwrap().len(), 2);
        let gone = ola.see(&one, "piles").await["pile"].clone();
        assert_eq!((&gone["state"], &gone["merged_into"], &gone["parts"]), (&json!("merged"), &two["id"], &json!([])));
        ola.act(&two, "piles", "merges", json!({"into": two["id"]})).await.refused(422, "invalid");
        let split = json!({"id": Uuid::now_v7(), "bags": {"full": 5}});
        for status in [StatusCode::CREATED, StatusCode::OK] {
            let part = hauler.act(&two, "piles", "splits", split.clone()).await.expect(status);
            assert_eq!(part["parts"].as_array().unwrap().iter().map(|p| p["bags"]["full"].as_u64().unwrap()).sum::<u64>(), 5);
        }
        ola.act(&two, "piles", "splits", json!({"id": Uuid::now_v7(), "bags": {"full": 50}})).await.refused(422, "invalid");
        let missed = app.volunteer().await.act(&two, "piles", "absences", json!({"why": "Tomt her"})).await.expect(StatusCode::OK);
        assert_eq!((&missed["state"], &missed["duty"]), (&json!("gone"), &Value::Null));
        app.volunteer().await.act(&split, "piles", "losses", json!({})).await.refused(403, "forbidden");
    }

    async fn the_refund_report_adds_up_to_the_cent(app) {
        let (ola, hauler, staff) = (app.volunteer().await, app.as_role("hauler").await, app.as_role("staff").await);
        let mut codes = vec![];
        for (at, kg) in [((8.701, 58.4), 12.345), ((8.705, 58.4), 0.333)] {
            let cleanup = ola.plan(plan(at)).await;
            let told = json!({"id": Uuid::now_v7(), "bags": {"full": 1}, "people": 2});
            ola.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
            hauler.post("/api/v1/weighings", weighing(&cleanup["code"], kg)).await.expect(StatusCode::OK);
            ola.act(&cleanup, "cleanups", "closings", json!({})).await.expect(StatusCode::OK);
            codes.push(cleanup);
        }
        let receipt = |cents: i64| json!({"id": Uuid::now_v7(), "what": "Sekker", "seller": "Biltema", "receipt": "77-A", "cents": cents});
        ola.act(&codes[1], "cleanups", "costs", json!({"funding": {"kind": "refund"}, "declared": true})).await.expect(StatusCode::OK);
        let costs = json!({"funding": {"kind": "refund"}, "expenses": [receipt(19_990)], "declared": true});
        ola.act(&codes[0], "cleanups", "costs", costs.clone()).await.expect(StatusCode::OK);
        // The same receipt with another cleanup, or twice with the same, is refused.
        let twice = json!({"funding": {"kind": "refund"}, "expenses": [receipt(1)]});
        assert_eq!(ola.act(&codes[1], "cleanups", "costs", twice).await.refused(422, "invalid")["field"], "expenses");
        let report = staff.get("/api/v1/refunds?year=2026").await.expect(StatusCode::OK);
        // 12.345 kg at 2.50 is 30.8625, 0.333 kg is 0.8325.
        assert_eq!((&report["weight_cents"], &report["expense_cents"], &report["total_cents"]), (&json!(3086 + 83), &json!(19_990), &json!(23_159)));
        let csv = String::from_utf8(staff.get("/api/v1/refunds.csv?year=2026").await.bytes).unwrap();
        assert!(csv.lines().last().unwrap().starts_with("total,,,,,,31.69,199.90,231.59"), "{csv}");
        let sheet = staff.get("/api/v1/refunds.xlsx?year=2026").await;
        assert!(sheet.bytes.starts_with(b"PK"));
        // One with another funder is not in the totals, and says why.
        let grant = json!({"funding": {"kind": "grant", "name": "Sparebanken"}, "declared": true});
        ola.act(&codes[1], "cleanups", "costs", grant).await.expect(StatusCode::OK);
        let csv = String::from_utf8(staff.get("/api/v1/refunds.csv?year=2026").await.bytes).unwrap();
        let cents = |line: &str| line.split(',').skip(6).take(3).map(|n| n.replace('.', "").parse::<i64>().unwrap()).collect::<Vec<_>>();
        let (total, paid): (Vec<_>, Vec<_>) = csv.lines().skip(1).partition(|line| line.starts_with("total"));
        let sums = (0..3).map(|i| paid.iter().map(|line| cents(line)[i]).sum::<i64>()).collect::<Vec<_>>();
        assert_eq!((paid.len(), cents(total[0])), (2, sums), "{csv}");
        let report = staff.get("/api/v1/refunds?year=2026").await.json();
        let lines = report["lines"].as_array().unwrap();
        let line = lines.iter().find(|l| l["cleanup"] == codes[1]["id"]).unwrap();
        assert_eq!((&report["weight_cents"], &line["missing"]), (&json!(3086), &json!(["funder"])));
        ola.get("/api/v1/refunds").await.refused(403, "forbidden");
        assert_eq!(app.of("staff", "0002").await.get("/api/v1/refunds?year=2026").await.json()["lines"], json!([]));
    }

    async fn reception_sites_say_whether_they_are_open(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let site = json!({"id": Uuid::now_v7(), "lon": 8.70, "lat": 58.405, "name": "Mottaket", "hours": "Mo-Fr 08:00-16:00", "takes": ["litter"]});
        staff.post("/api/v1/sites", site.clone()).await.expect(StatusCode::CREATED);
        ola.post("/api/v1/sites", site.clone()).await.refused(403, "forbidden");
        let mut wrong = site.clone();
        wrong["hours"] = json!("når vi vil");
        assert_eq!(staff.post("/api/v1/sites", wrong).await.refused(422, "invalid")["field"], "hours");
        let near = ola.get(&format!("/api/v1/waste-options?lon={}&lat={}&access=road", OPEN.0, OPEN.1)).await.json();
        assert_eq!((&near["sites"][0]["open"], &near["sites"][0]["changes_at"]), (&json!(true), &json!("2026-06-10T16:00")));
        app.clock.advance(TimeDelta::hours(8));
        let near = ola.get(&format!("/api/v1/waste-options?lon={}&lat={}&access=road", OPEN.0, OPEN.1)).await.json();
        assert_eq!((&near["sites"][0]["open"], &near["sites"][0]["changes_at"]), (&json!(false), &json!("2026-06-11T08:00")));
        staff.act(&site, "sites", "closings", json!({})).await.expect(StatusCode::OK);
        assert_eq!(ola.get("/api/v1/sites").await.json()["features"], json!([]));
    }
}
