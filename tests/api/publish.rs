//! Giving plans to the drivers, what keeps them from being given, and taking them back.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

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
        app.clock.advance(chrono::TimeDelta::days(2));
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
        // Taken into use again, it is planned with as before.
        for vehicle in [&s.truck, &s.boat] {
            let back = s.hauler.act(vehicle, "vehicles", "reinstatements", json!({})).await.expect(StatusCode::OK);
            assert_eq!(back["in_use"], true);
        }
        s.hauler.act(&draft["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        assert_eq!(planned(&s.hauler, &draft["plan"]).await["plan"]["sums"]["piles"], 4);
    }

    async fn a_plan_is_taken_back_while_nobody_has_set_out(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        let plan = &draft["plan"];
        s.hauler.act(plan, "plans", "withdrawals", json!({})).await.refused(409, "wrong_state");
        let key = Uuid::now_v7().to_string();
        let publications = format!("/api/v1/plans/{}/publications", plan["id"].as_str().unwrap());
        let publish = || s.hauler.send(s.hauler.request(Method::POST, &publications).header("idempotency-key", &key).json(&json!({})));
        publish().await.expect(StatusCode::OK);
        s.kari.act(plan, "plans", "withdrawals", json!({})).await.refused(403, "forbidden");
        for _ in 0..2 {
            let back = s.hauler.act(plan, "plans", "withdrawals", json!({})).await.expect(StatusCode::OK);
            assert_eq!(back["state"], "draft");
        }
        // Its answer was lost, and it was taken back since.
        assert_eq!(publish().await.expect(StatusCode::OK)["state"], "draft");
        let told = s.hauler.told().await;
        let count = |kind: &str| told.iter().filter(|k| *k == kind).count();
        assert_eq!((count("route_published"), count("route_withdrawn")), (2, 2), "{told:?}");
        assert_eq!(s.hauler.get("/api/v1/my-routes").await.expect(StatusCode::OK), json!([]));
        s.hauler.act(route_of(&draft, &s.truck), "routes", "starts", json!({})).await.refused(409, "wrong_state");
        assert_eq!(s.hauler.get("/api/v1/due-piles").await.expect(StatusCode::OK).as_array().unwrap().len(), 4);
        // It is a draft like any other: changed, given out again, and begun.
        let pile = &names(route_of(&draft, &s.truck), "id")[0];
        s.hauler.act(plan, "plans", "moves", json!({"pile": pile})).await.expect(StatusCode::OK);
        let again = s.hauler.act(plan, "plans", "publications", json!({})).await.expect(StatusCode::OK);
        assert_eq!((&again["state"], &again["sums"]["piles"]), (&json!("published"), &json!(3)));
        s.hauler.act(route_of(&draft, &s.truck), "routes", "starts", json!({})).await.expect(StatusCode::OK);
        let refused = s.hauler.act(plan, "plans", "withdrawals", json!({})).await.refused(409, "wrong_state");
        assert_eq!(refused["vehicle_under_way"], s.truck["name"], "{refused}");
    }

    async fn what_was_promised_for_a_day_is_put_off_by_a_route_of_a_later_one(app) {
        let s = scene(&app).await;
        let first = drafted(&s).await;
        let due = |pile: Value| pile["duty"]["due"].as_str().unwrap()[..10].to_owned();
        s.hauler.act(&first["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        assert_eq!(due(s.pile(&s.piles[0]).await), DAY);
        s.hauler.act(&first["plan"], "plans", "withdrawals", json!({})).await.expect(StatusCode::OK);
        assert_eq!(due(s.pile(&s.piles[0]).await), DAY, "nobody has said otherwise yet");
        // Earlier than promised, nothing is said anew; later, it is.
        for (day, promised, times) in [("2026-06-10", DAY, 1), ("2026-06-12", "2026-06-12", 2)] {
            let asked = json!({"id": Uuid::now_v7(), "days": [day], "piles": [s.piles[0]["id"]]});
            let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
            planned(&s.hauler, &plan).await;
            s.hauler.act(&plan, "plans", "publications", json!({})).await.expect(StatusCode::OK);
            assert_eq!(due(s.pile(&s.piles[0]).await), promised);
            let code = &s.piles[0]["code"];
            let inbox = s.kari.get("/api/v1/messages").await.json();
            let told = inbox["messages"].as_array().unwrap().iter();
            let of_it = told.filter(|m| m["kind"] == "pile_accepted" && m["about"] == s.piles[0]["id"]).count();
            assert_eq!(of_it, times, "{code} {day}");
            s.hauler.act(&plan, "plans", "withdrawals", json!({})).await.expect(StatusCode::OK);
        }
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
        app.clock.advance(chrono::TimeDelta::days(2));
        let refused = s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.refused(409, "wrong_state");
        assert_eq!(refused["day_over"], DAY, "{refused}");
    }
}
