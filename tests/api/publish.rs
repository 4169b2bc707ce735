//! Giving plans to the drivers, what keeps them from being given, and taking them back.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::start;
use crate::pickup::{DAY, drafted, names, planned, route_of, scene};

both! {
    async fn a_pile_is_in_one_route_that_the_drivers_have(app) {
        let s = scene(&app).await;
        let (first, second) = (drafted(&s).await, drafted(&s).await);
        s.hauler.act(&first["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        assert_eq!(s.hauler.get("/api/v1/due-piles").await.expect(StatusCode::OK), json!([]));
        let refused = s.hauler.act(&second["plan"], "plans", "publications", json!({})).await.refused(409, "wrong_state");
        assert!(s.piles.iter().any(|p| p["code"] == refused["code_of_pile"]), "{refused}");
        // Nor is it put into another by hand.
        let moved = json!({"pile": s.piles[0]["id"], "vehicle": s.truck["id"]});
        assert_eq!(s.hauler.act(&second["plan"], "plans", "moves", moved).await.refused(422, "invalid")["field"], "pile");
        s.hauler.act(&second["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        let anew = planned(&s.hauler, &second["plan"]).await;
        let whys: Vec<_> = anew["plan"]["left"].as_array().unwrap().iter().map(|l| l["why"].clone()).collect();
        assert_eq!((whys, &anew["routes"]), (vec![json!("elsewhere"); 4], &json!([])));
        // The day is over, and nobody has driven: they are due again.
        app.clock.advance(TimeDelta::days(2));
        assert_eq!(s.hauler.get("/api/v1/due-piles").await.expect(StatusCode::OK).as_array().unwrap().len(), 4);
    }

    async fn a_vehicle_that_has_a_route_is_planned_for_the_rest_of_its_day(app) {
        let s = scene(&app).await;
        let asked = |pile: &Value| json!({"id": Uuid::now_v7(), "days": [DAY], "vehicles": [s.truck["id"]], "piles": [pile["id"]]});
        let mut plans = vec![];
        for pile in &s.piles[..2] {
            let plan = s.hauler.post("/api/v1/plans", asked(pile)).await.expect(StatusCode::CREATED);
            plans.push(planned(&s.hauler, &plan).await);
        }
        let publish = |plan: usize| s.hauler.act(&plans[plan]["plan"], "plans", "publications", json!({}));
        publish(0).await.expect(StatusCode::OK);
        let refused = publish(1).await.refused(409, "wrong_state");
        assert_eq!(refused["vehicle_taken"], s.truck["name"], "{refused}");
        s.hauler.act(&plans[1]["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        let anew = planned(&s.hauler, &plans[1]["plan"]).await;
        let (first, second) = (route_of(&plans[0], &s.truck), route_of(&anew, &s.truck));
        assert!(second["leaves"].as_str() >= first["returns"].as_str(), "{first} {second}");
        publish(1).await.expect(StatusCode::OK);
    }

    async fn a_vehicle_out_of_use_is_neither_given_out_nor_planned_with_again(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        s.hauler.act(&s.truck, "vehicles", "retirements", json!({})).await.expect(StatusCode::OK);
        let refused = s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.refused(409, "wrong_state");
        assert_eq!(refused["vehicle_out_of_use"], s.truck["name"], "{refused}");
        s.hauler.act(&draft["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        let anew = planned(&s.hauler, &draft["plan"]).await;
        let (routes, left) = (anew["routes"].as_array().unwrap(), anew["plan"]["left"].as_array().unwrap());
        assert!(routes.iter().all(|r| r["vehicle"] == s.boat["id"]), "{anew}");
        assert!(left.iter().all(|l| l["why"] == "no_access") && left.len() == 2, "{anew}");
        s.hauler.act(&s.boat, "vehicles", "retirements", json!({})).await.expect(StatusCode::OK);
        s.hauler.act(&draft["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        let none = planned(&s.hauler, &draft["plan"]).await;
        assert_eq!((&none["routes"], none["plan"]["left"].as_array().unwrap().len()), (&json!([]), 4), "{none}");
        let moved = json!({"pile": s.piles[0]["id"], "vehicle": s.truck["id"]});
        assert_eq!(s.hauler.act(&draft["plan"], "plans", "moves", moved).await.refused(422, "invalid")["field"], "vehicle");
        // Taken into use again, it is planned with as before.
        for vehicle in [&s.truck, &s.boat] {
            let back = s.hauler.act(vehicle, "vehicles", "reinstatements", json!({})).await.expect(StatusCode::OK);
            assert_eq!(back["in_use"], true);
        }
        s.hauler.act(&draft["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        assert_eq!(planned(&s.hauler, &draft["plan"]).await["plan"]["sums"]["piles"], 4);
    }

    async fn a_route_is_taken_back_while_nobody_has_set_out(app) {
        let s = scene(&app).await;
        let (anne, bo) = (s.hauler.another("hauler").await, s.hauler.another("hauler").await);
        let draft = drafted(&s).await;
        let (by_road, by_sea) = (route_of(&draft, &s.truck), route_of(&draft, &s.boat));
        let back = |route: &'static str| { let r = if route == "truck" { by_road } else { by_sea }; s.hauler.act(r, "routes", "withdrawals", json!({})) };
        back("truck").await.refused(409, "wrong_state");
        s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        let shared = s.hauler.act(by_road, "routes", "shares", json!({"hours": 48})).await.expect(StatusCode::OK);
        let link = format!("/api/v1/routes/{}?key={}", by_road["id"].as_str().unwrap(), shared["shared"]["key"].as_str().unwrap());
        app.anonymous().get(&link).await.expect(StatusCode::OK);
        anne.act(&s.truck, "vehicles", "drivers", json!({})).await.expect(StatusCode::OK); // Bo was told of the route as well
        for _ in 0..2 {
            assert_eq!(back("truck").await.expect(StatusCode::OK)["state"], "withdrawn");
        }
        for one in [&anne, &bo] {
            assert_eq!(one.told().await.iter().filter(|k| *k == "route_withdrawn").count(), 1);
        }
        app.anonymous().get(&link).await.refused(401, "no_session");
        s.hauler.act(by_road, "routes", "starts", json!({})).await.refused(409, "wrong_state");
        // Its piles are due again and its vehicle is free; the other route stays with its driver.
        let mine = s.hauler.get("/api/v1/my-routes").await.expect(StatusCode::OK);
        assert_eq!((mine.as_array().unwrap().len(), &mine[0]["id"]), (1, &by_sea["id"]));
        assert_eq!(s.hauler.get("/api/v1/due-piles").await.expect(StatusCode::OK).as_array().unwrap().len(), 2);
        let again = drafted(&s).await;
        assert_eq!(names(route_of(&again, &s.truck), "id"), names(by_road, "id"));
        s.hauler.act(&again["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        s.hauler.act(by_sea, "routes", "starts", json!({})).await.expect(StatusCode::OK);
        back("boat").await.refused(409, "wrong_state");
    }

    async fn what_was_done_out_of_signal_on_a_route_that_was_taken_back_is_told_all_the_same(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        let route = route_of(&draft, &s.boat);
        s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        app.clock.advance(TimeDelta::hours(2));
        s.hauler.act(route, "routes", "withdrawals", json!({})).await.expect(StatusCode::OK);
        app.clock.advance(TimeDelta::hours(2));
        // The boat set out three hours ago, an hour before its route was taken back, and has had no signal since.
        let then = |hours: i64| (start() + TimeDelta::hours(hours)).to_rfc3339();
        let told = |hours, what: Value| { let mut w = what; (w["at"], w["sent_at"]) = (json!(then(hours)), json!(then(4))); w };
        s.hauler.act(route, "routes", "starts", told(1, json!({}))).await.expect(StatusCode::OK);
        let pile = &names(route, "id")[0];
        let loaded = told(3, json!({"id": Uuid::now_v7(), "pile": pile, "fetched": "loaded"}));
        let seen = s.hauler.act(route, "routes", "fetchings", loaded).await.expect(StatusCode::OK);
        assert_eq!(seen["state"], "under_way");
        assert_eq!(s.hauler.see(&json!({"id": pile}), "piles").await["pile"]["state"], "collected");
    }

    async fn what_was_promised_for_a_day_is_put_off_by_a_route_of_a_later_one(app) {
        let s = scene(&app).await;
        let first = drafted(&s).await;
        // By the end of the day where the bags lie.
        let due = |pile: Value| {
            let due: chrono::DateTime<chrono::Utc> = pile["duty"]["due"].as_str().unwrap().parse().unwrap();
            due.with_timezone(&chrono_tz::Europe::Oslo).format("%Y-%m-%d").to_string()
        };
        s.hauler.act(&first["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        assert_eq!(due(s.pile(&s.piles[0]).await), DAY);
        s.hauler.act(route_of(&first, &s.truck), "routes", "withdrawals", json!({})).await.expect(StatusCode::OK);
        assert_eq!(due(s.pile(&s.piles[0]).await), DAY, "nobody has said otherwise yet");
        // Earlier than promised, nothing is said anew; later, it is.
        for (day, promised, times) in [("2026-06-10", DAY, 1), ("2026-06-12", "2026-06-12", 2)] {
            let asked = json!({"id": Uuid::now_v7(), "days": [day], "piles": [s.piles[0]["id"]]});
            let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
            let drafted = planned(&s.hauler, &plan).await;
            s.hauler.act(&plan, "plans", "publications", json!({})).await.expect(StatusCode::OK);
            assert_eq!(due(s.pile(&s.piles[0]).await), promised);
            let code = &s.piles[0]["code"];
            let inbox = s.kari.get("/api/v1/messages").await.json();
            let told = inbox["messages"].as_array().unwrap().iter();
            let of_it = told.filter(|m| m["kind"] == "pile_accepted" && m["about"] == s.piles[0]["id"]).count();
            assert_eq!(of_it, times, "{code} {day}");
            s.hauler.act(&drafted["routes"][0], "routes", "withdrawals", json!({})).await.expect(StatusCode::OK);
        }
    }

    async fn a_plan_is_not_given_out_once_a_route_of_it_should_have_set_out(app) {
        let s = scene(&app).await;
        let mut draft = drafted(&s).await;
        let plan = draft["plan"].clone();
        let publish = || s.hauler.act(&plan, "plans", "publications", json!({}));
        let first = |draft: &Value| -> DateTime<Utc> {
            let leaves = draft["routes"].as_array().unwrap().iter().filter_map(|r| r["leaves"].as_str());
            leaves.min().unwrap().parse().unwrap()
        };
        app.clock.advance(first(&draft) + TimeDelta::seconds(1) - app.clock.now());
        let refused = publish().await.refused(409, "wrong_state");
        assert!(draft["routes"].as_array().unwrap().iter().any(|r| r["vehicle_name"] == refused["vehicle_late"]), "{refused}");
        // Searched for again it sets out later, and may be given out until then.
        s.hauler.act(&plan, "plans", "searches", json!({})).await.expect(StatusCode::OK);
        draft = planned(&s.hauler, &plan).await;
        app.clock.advance(first(&draft) - app.clock.now());
        assert_eq!(publish().await.expect(StatusCode::OK)["state"], "published");
    }

    async fn a_plan_of_a_day_that_is_over_or_with_what_is_fetched_is_not_given_out(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        s.hauler.act(&s.piles[0], "piles", "acceptances", json!({})).await.expect(StatusCode::OK);
        s.hauler.act(&s.piles[0], "piles", "collections", json!({})).await.expect(StatusCode::OK);
        let refused = s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.refused(409, "wrong_state");
        assert_eq!(refused["code_of_pile"], s.piles[0]["code"], "{refused}");
        assert_eq!(s.pile(&s.piles[1]).await["state"], "requested", "nothing of it is half done");
        s.hauler.act(&draft["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        let anew = planned(&s.hauler, &draft["plan"]).await;
        assert_eq!((&anew["plan"]["left"][0]["pile"], &anew["plan"]["left"][0]["why"]), (&s.piles[0]["id"], &json!("elsewhere")));
        app.clock.advance(TimeDelta::days(2));
        let refused = s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.refused(409, "wrong_state");
        assert_eq!(refused["day_over"], DAY, "{refused}");
        // Searched for again, no day is left of it.
        s.hauler.act(&draft["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        let none = planned(&s.hauler, &draft["plan"]).await;
        assert_eq!((&none["routes"], none["plan"]["left"].as_array().unwrap().len()), (&json!([]), 4), "{none}");
    }
}
