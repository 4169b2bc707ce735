//! Plans: what a search gives, what it leaves and why, what is changed by hand, and searches that are cut off.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use strandline::domain::plan::{Plan, PlanState};

use crate::helpers::{TestApp, pile};
use crate::pickup::{DAY, Scene, boat, drafted, names, planned, route_of, scene, truck};

/// A plan whose process ended before its search did: the row is all that is left. It is the like of one that was searched for
/// here, for whoever searched puts that away only after it is a draft.
async fn cut_off(app: &TestApp, s: &Scene) -> Value {
    let asked = json!({"id": Uuid::now_v7(), "days": [DAY]});
    let like = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
    let like: Uuid = like["id"].as_str().unwrap().parse().unwrap();
    let id = Uuid::now_v7();
    let write = app.service.live.write(move |tx| {
        Box::pin(async move {
            let mut plan: Plan = tx.thing(like).await?.unwrap();
            (plan.record.id, plan.state) = (id, PlanState::Searching);
            let (maker, _) = tx.maker(like).await?.unwrap();
            tx.add_thing(&plan, maker, &[]).await
        })
    });
    assert!(write.await.unwrap());
    json!({"id": id})
}

both! {
    async fn the_same_plan_gives_the_same_routes_and_nothing_is_asked_twice(app) {
        let s = scene(&app).await;
        let asked = json!({"id": Uuid::now_v7(), "days": [DAY], "seed": 7});
        let plan = s.hauler.post("/api/v1/plans", asked.clone()).await.expect(StatusCode::CREATED);
        let first = planned(&s.hauler, &plan).await;
        assert_eq!(s.hauler.post("/api/v1/plans", asked.clone()).await.expect(StatusCode::OK)["state"], "draft");
        let mut other = asked;
        other["id"] = json!(Uuid::now_v7());
        let plan = s.hauler.post("/api/v1/plans", other).await.expect(StatusCode::CREATED);
        let second = planned(&s.hauler, &plan).await;
        let stops = |p: &Value| p["routes"].as_array().unwrap().iter().map(|r| (r["vehicle"].clone(), names(r, "id"))).collect::<Vec<_>>();
        assert_eq!(stops(&first), stops(&second));
        assert_eq!(first["plan"]["steps"], second["plan"]["steps"]);
    }

    async fn a_plan_takes_the_piles_of_a_chosen_area(app) {
        let s = scene(&app).await;
        // Sund's service area and another far away, both of the same hauler.
        let far = s.kari.post("/api/v1/piles", pile((24.943, 60.167))).await.expect(StatusCode::CREATED);
        let areas = s.hauler.get("/api/v1/due-areas").await.expect(StatusCode::OK);
        let seen: Vec<_> = areas.as_array().unwrap().iter().map(|a| (a["kind"].as_str().unwrap(), a["name"].as_str().unwrap(), a["piles"].as_u64().unwrap())).collect();
        assert_eq!(seen, [("service_area", "Skjærgården", 4), ("service_area", "Staden", 1), ("municipality", "Staden", 1), ("municipality", "Sund", 4)]);
        let city = &areas[1]["id"];
        let due = s.hauler.get(&format!("/api/v1/due-piles?area={}", city.as_str().unwrap())).await.expect(StatusCode::OK);
        assert_eq!((due.as_array().unwrap().len(), &due[0]["id"]), (1, &far["id"]));
        let plan = s.hauler.post("/api/v1/plans", json!({"id": Uuid::now_v7(), "days": [DAY], "area": city})).await.expect(StatusCode::CREATED);
        assert_eq!(plan["piles"], json!([far["id"]]));
        // A pile that lies elsewhere is not of that area; an area nobody knows is none.
        let other = json!({"id": Uuid::now_v7(), "days": [DAY], "area": city, "piles": [s.piles[0]["id"]]});
        assert_eq!(s.hauler.post("/api/v1/plans", other).await.refused(422, "invalid")["field"], "piles");
        let unknown = json!({"id": Uuid::now_v7(), "days": [DAY], "area": Uuid::now_v7()});
        assert_eq!(s.hauler.post("/api/v1/plans", unknown).await.refused(422, "invalid")["field"], "area");
        s.kari.get("/api/v1/due-areas").await.refused(403, "forbidden");
    }

    /// Clearance is 10 m and 10 m more for each metre of draught; the island is a rectangle.
    async fn a_boat_that_lies_deep_keeps_off_the_land(app) {
        let s = scene(&app).await;
        let inland = {
            let mut left = pile((8.71, 58.4015)); // 167 m from the water
            left["access"] = json!("boat");
            s.kari.post("/api/v1/piles", left).await.expect(StatusCode::CREATED)
        };
        let mut deep = boat();
        (deep["draught_m"], deep["name"]) = (json!(20), json!("Fergen"));
        let deep = s.hauler.post("/api/v1/vehicles", deep).await.expect(StatusCode::CREATED);
        let off_land = |p: &Value| {
            let (lon, lat) = (p[0].as_f64().unwrap(), p[1].as_f64().unwrap());
            let (x, y) = ((8.70 - lon).max(lon - 8.76).max(0.0), (58.400 - lat).max(lat - 58.411).max(0.0));
            (x * 111_195.0 * 58.4_f64.to_radians().cos()).hypot(y * 111_195.0)
        };
        for (vehicle, clearance, reached) in [(&s.boat, 15.0, true), (&deep, 210.0, false)] {
            let piles = [&s.piles[2]["id"], &s.piles[3]["id"], &inland["id"]];
            let asked = json!({"id": Uuid::now_v7(), "days": [DAY], "vehicles": [vehicle["id"]], "piles": piles});
            let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
            let plan = planned(&s.hauler, &plan).await;
            let left: Vec<_> = plan["plan"]["left"].as_array().unwrap().iter().map(|l| (&l["pile"], l["why"].as_str().unwrap())).collect();
            let expected = if reached { vec![] } else { vec![(&inland["id"], "unreachable")] };
            assert_eq!(left, expected, "a landing lies within 300 m of its pile");
            let stops = plan["routes"][0]["stops"].as_array().unwrap();
            let ways: Vec<&Value> = stops.iter().flat_map(|stop| stop["way"].as_array().unwrap()).collect();
            let nearest = ways.iter().map(|p| off_land(p)).fold(f64::INFINITY, f64::min);
            assert!((clearance - 2.0..clearance + 15.0).contains(&nearest), "{nearest} m from land with a clearance of {clearance} m");
        }
    }

    async fn a_stop_is_moved_by_hand_and_what_breaks_is_shown(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        let plan = &draft["plan"];
        let by_sea = names(route_of(&draft, &s.boat), "id")[0].clone();
        let moved = json!({"pile": by_sea, "vehicle": s.truck["id"], "at": 0});
        let moved = s.hauler.act(plan, "plans", "moves", moved).await.expect(StatusCode::OK);
        let by_road = route_of(&moved, &s.truck);
        assert_eq!((&names(by_road, "id")[0], &by_road["broken"][0]), (&by_sea, &json!({"stop": 0, "rule": "not_for_it"})));
        assert_eq!(names(route_of(&moved, &s.boat), "kind"), ["pile", "site"]);
        assert_eq!(moved["plan"]["before"]["metres"], plan["sums"]["metres"]);
        assert_ne!(moved["plan"]["sums"]["metres"], plan["sums"]["metres"]);
        assert_eq!(moved["plan"]["locked"], json!([by_sea]));
        // Back to the boat where it fits best: nothing is broken there.
        let back = s.hauler.act(plan, "plans", "moves", json!({"pile": by_sea, "vehicle": s.boat["id"]})).await.expect(StatusCode::OK);
        assert_eq!((&route_of(&back, &s.boat)["broken"], &route_of(&back, &s.truck)["broken"]), (&json!([]), &json!([])));
        assert_eq!(back["plan"]["sums"]["metres"], plan["sums"]["metres"]);
        // Taken out: it is left, with that reason, and stays out when the rest is searched for anew.
        let out = s.hauler.act(plan, "plans", "moves", json!({"pile": by_sea})).await.expect(StatusCode::OK);
        assert_eq!((&out["plan"]["left"][0]["pile"], &out["plan"]["left"][0]["why"]), (&by_sea, &json!("taken_out")));
        s.hauler.act(plan, "plans", "searches", json!({})).await.expect(StatusCode::OK);
        let anew = planned(&s.hauler, plan).await;
        assert_eq!((&anew["plan"]["sums"]["piles"], &anew["plan"]["left"][0]["why"]), (&json!(3), &json!("taken_out")));
        // Locked in the truck's route, a pile by the road stays there.
        let stay = names(route_of(&anew, &s.truck), "id")[0].clone();
        let locked = s.hauler.act(plan, "plans", "locks", json!({"pile": stay, "locked": true})).await.expect(StatusCode::OK);
        assert_eq!(locked["plan"]["locked"], json!([stay]));
        s.hauler.act(plan, "plans", "searches", json!({})).await.expect(StatusCode::OK);
        assert!(names(route_of(&planned(&s.hauler, plan).await, &s.truck), "id").contains(&stay));
    }

    async fn a_break_is_told_where_the_vehicle_is_out_then(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        let early = route_of(&draft, &s.truck);
        assert!(early["returns"].as_str() < Some("2026-06-11T09:30:00Z"), "back before the break at half past eleven: {early}");
        assert_eq!(early["pause"], Value::Null);
        let mut late = truck();
        (late["from"], late["name"]) = (json!("11:25:00"), json!("Bil 2"));
        let late = s.hauler.post("/api/v1/vehicles", late).await.expect(StatusCode::CREATED);
        let asked = json!({"id": Uuid::now_v7(), "days": [DAY], "vehicles": [late["id"]], "piles": [s.piles[0]["id"]]});
        let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
        assert_eq!(route_of(&planned(&s.hauler, &plan).await, &late)["pause"], late["pause"]);
    }

    /// It is noon in Arendal; a route that is searched for now cannot set out at seven.
    async fn a_route_of_today_sets_out_after_it_was_planned(app) {
        let s = scene(&app).await;
        let search = async |vehicle: &Value| {
            let asked = json!({"id": Uuid::now_v7(), "days": ["2026-06-10"], "vehicles": [vehicle["id"]], "piles": [s.piles[0]["id"]]});
            let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
            planned(&s.hauler, &plan).await
        };
        let today = search(&s.truck).await;
        assert_eq!(route_of(&today, &s.truck)["leaves"], "2026-06-10T10:15:00Z", "a quarter of an hour's notice");
        // Its shift is over, or before it is back.
        for (until, pause) in [("11:50:00", json!(null)), ("12:20:00", truck()["pause"].clone())] {
            let mut early = truck();
            (early["until"], early["name"], early["pause"]) = (json!(until), json!(until), pause);
            let early = s.hauler.post("/api/v1/vehicles", early).await.expect(StatusCode::CREATED);
            assert_eq!(search(&early).await["plan"]["left"][0]["why"], "no_time", "{until}");
        }
        // What is moved by hand is timed as well from when it is moved.
        app.clock.advance(chrono::TimeDelta::hours(1));
        let moved = json!({"pile": s.piles[0]["id"], "vehicle": s.truck["id"], "at": 0});
        let moved = s.hauler.act(&today["plan"], "plans", "moves", moved).await.expect(StatusCode::OK);
        assert_eq!(route_of(&moved, &s.truck)["leaves"], "2026-06-10T11:15:00Z");
    }

    async fn what_does_not_fit_says_why(app) {
        let s = scene(&app).await;
        let leave = |place: (f64, f64), set: Value| {
            let mut sent = pile(place);
            sent.as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
            async { s.kari.post("/api/v1/piles", sent).await.expect(StatusCode::CREATED)["id"].clone() }
        };
        let closed = leave((8.713, 58.411), json!({"access": "boat"})).await;
        let inland = leave((8.73, 58.4055), json!({"access": "boat"})).await;
        let heavy = leave((8.706, 58.4), json!({"bags": {"full": 200}})).await;
        let dangerous = leave((8.706, 58.4), json!({"beside": ["hazardous"]})).await;
        let draft = drafted(&s).await;
        let left = draft["plan"]["left"].as_array().unwrap();
        let why = |id: &Value| left.iter().find(|l| l["pile"] == *id).map(|l| l["why"].as_str().unwrap());
        assert_eq!(why(&closed), Some("closed"), "{left:?}");
        assert_eq!(why(&inland), Some("unreachable"), "{left:?}");
        assert_eq!((why(&heavy), why(&dangerous), left.len()), (Some("too_large"), Some("no_skill"), 4));
        // Without a boat nobody gets to the piles by the sea.
        let by_road = json!({"id": Uuid::now_v7(), "days": [DAY], "vehicles": [s.truck["id"]]});
        let plan = s.hauler.post("/api/v1/plans", by_road).await.expect(StatusCode::CREATED);
        let plan = planned(&s.hauler, &plan).await;
        let reasons: Vec<_> = plan["plan"]["left"].as_array().unwrap().iter().map(|l| l["why"].as_str().unwrap()).collect();
        assert_eq!(reasons.iter().filter(|w| **w == "no_access").count(), 4, "{reasons:?}");
        // On a Saturday no site is open.
        let saturday = json!({"id": Uuid::now_v7(), "days": ["2026-06-13"], "piles": [s.piles[0]["id"]]});
        let plan = s.hauler.post("/api/v1/plans", saturday).await.expect(StatusCode::CREATED);
        assert_eq!(planned(&s.hauler, &plan).await["plan"]["left"][0]["why"], "no_site");
    }

    async fn what_is_too_far_or_too_little_for_a_tour_says_so(app) {
        let s = scene(&app).await;
        let with = |set: Value| {
            let mut vehicle = truck();
            vehicle.as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
            async { s.hauler.post("/api/v1/vehicles", vehicle).await.expect(StatusCode::CREATED)["id"].clone() }
        };
        let late = with(json!({"name": "Bil 2", "from": "14:50:00", "until": "15:00:00", "pause": null})).await;
        let choosy = with(json!({"name": "Bil 3", "least_bags": 30})).await;
        for (vehicle, expected) in [(late, "too_far"), (choosy, "too_few")] {
            let asked = json!({"id": Uuid::now_v7(), "days": [DAY], "vehicles": [vehicle], "piles": [s.piles[0]["id"]]});
            let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
            let left = planned(&s.hauler, &plan).await["plan"]["left"].clone();
            assert_eq!((left[0]["pile"].clone(), left[0]["why"].clone()), (s.piles[0]["id"].clone(), json!(expected)), "{left}");
        }
    }

    async fn what_is_dangerous_is_brought_only_where_it_is_taken(app) {
        let s = scene(&app).await;
        let mut able = truck();
        able["skills"] = json!(["hazardous"]);
        let able = s.hauler.post("/api/v1/vehicles", able).await.expect(StatusCode::CREATED);
        let mut sent = pile((8.706, 58.4));
        sent["beside"] = json!(["hazardous"]);
        let dangerous = s.kari.post("/api/v1/piles", sent).await.expect(StatusCode::CREATED)["id"].clone();
        let asked = |id: Uuid| json!({"id": id, "days": [DAY], "vehicles": [able["id"]]});
        let plan = s.hauler.post("/api/v1/plans", asked(Uuid::now_v7())).await.expect(StatusCode::CREATED);
        let left = planned(&s.hauler, &plan).await["plan"]["left"].clone();
        let why = left.as_array().unwrap().iter().find(|l| l["pile"] == dangerous).map(|l| l["why"].clone());
        assert_eq!(why, Some(json!("no_site")), "{left}");
        // The nearest site takes litter only; the other one takes what is dangerous as well.
        let site = json!({"id": Uuid::now_v7(), "lon": 8.75, "lat": 58.4, "name": "Miljøstasjonen", "takes": ["litter", "hazardous"]});
        app.of("staff", "0002").await.post("/api/v1/sites", site).await.expect(StatusCode::CREATED);
        let plan = s.hauler.post("/api/v1/plans", asked(Uuid::now_v7())).await.expect(StatusCode::CREATED);
        let plan = planned(&s.hauler, &plan).await;
        let route = route_of(&plan, &able);
        assert!(names(route, "id").contains(&dangerous), "{plan}");
        let brought = route["stops"].as_array().unwrap().iter().filter(|stop| stop["kind"] == "site");
        assert_eq!(brought.map(|stop| &stop["name"]).collect::<Vec<_>>(), [&json!("Miljøstasjonen")]);
    }

    async fn what_two_sites_take_one_truck_brings_to_both(app) {
        let s = scene(&app).await;
        let mut able = truck();
        able["skills"] = json!(["hazardous", "crane"]);
        let able = s.hauler.post("/api/v1/vehicles", able).await.expect(StatusCode::CREATED);
        let mut special = vec![];
        for kind in ["hazardous", "bulky"] {
            let mut sent = pile((8.706, 58.4));
            sent["beside"] = json!([kind]);
            special.push(s.kari.post("/api/v1/piles", sent).await.expect(StatusCode::CREATED)["id"].clone());
            let site = json!({"id": Uuid::now_v7(), "lon": 8.75, "lat": 58.4, "name": kind, "takes": ["litter", kind]});
            app.of("staff", "0002").await.post("/api/v1/sites", site).await.expect(StatusCode::CREATED);
        }
        let asked = json!({"id": Uuid::now_v7(), "days": [DAY], "vehicles": [able["id"]], "piles": special});
        let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
        let draft = planned(&s.hauler, &plan).await;
        assert_eq!((&draft["plan"]["left"], &route_of(&draft, &able)["broken"]), (&json!([]), &json!([])), "{draft}");
        assert_eq!(names(route_of(&draft, &able), "kind"), ["pile", "site", "pile", "site"]);
        // By hand as well: the route that is begun for it ends where it is taken, not at the nearest.
        for pile in &special {
            s.hauler.act(&plan, "plans", "moves", json!({"pile": pile})).await.expect(StatusCode::OK);
        }
        let put = async |pile: &Value| {
            let put = json!({"pile": pile, "vehicle": able["id"], "at": 0});
            let put = s.hauler.act(&plan, "plans", "moves", put).await.expect(StatusCode::OK);
            route_of(&put, &able).clone()
        };
        let route = put(&special[1]).await;
        assert_eq!((&route["stops"][1]["name"], &route["broken"]), (&json!("bulky"), &json!([])), "{route}");
        // What is not taken where the route goes is shown there.
        let route = put(&special[0]).await;
        assert_eq!((&route["stops"][2]["name"], &route["broken"]), (&json!("bulky"), &json!([{"stop": 2, "rule": "not_for_it"}])), "{route}");
    }

    async fn what_is_locked_stays_in_its_route_although_it_breaks_there(app) {
        let s = scene(&app).await;
        let plan = drafted(&s).await["plan"].clone();
        let again = async || {
            s.hauler.act(&plan, "plans", "searches", json!({})).await.expect(StatusCode::OK);
            planned(&s.hauler, &plan).await
        };
        // A pile by the sea, put into the truck's route: nothing but the hand holds it there.
        let by_sea = s.piles[2]["id"].clone();
        s.hauler.act(&plan, "plans", "moves", json!({"pile": by_sea, "vehicle": s.truck["id"]})).await.expect(StatusCode::OK);
        let anew = again().await;
        let route = route_of(&anew, &s.truck);
        let at = names(route, "id").iter().position(|id| *id == by_sea);
        assert_eq!(route["broken"], json!([{"stop": at, "rule": "not_for_it"}]), "{anew}");
        let unlocked = json!({"pile": by_sea, "locked": false});
        s.hauler.act(&plan, "plans", "locks", unlocked).await.expect(StatusCode::OK);
        assert!(names(route_of(&again().await, &s.boat), "id").contains(&by_sea));
        // What cannot even be carried there says why.
        let heavy = s.kari.post("/api/v1/piles", { let mut p = pile((8.706, 58.4)); p["bags"] = json!({"full": 79}); p }).await.expect(StatusCode::CREATED);
        let asked = json!({"id": Uuid::now_v7(), "days": [DAY], "piles": [heavy["id"]]});
        let other = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
        planned(&s.hauler, &other).await;
        s.hauler.act(&other, "plans", "moves", json!({"pile": heavy["id"], "vehicle": s.boat["id"]})).await.expect(StatusCode::OK);
        s.hauler.act(&other, "plans", "searches", json!({})).await.expect(StatusCode::OK);
        assert_eq!(planned(&s.hauler, &other).await["plan"]["left"][0]["why"], "locked");
    }

    async fn what_is_late_comes_before_what_is_not(app) {
        let s = scene(&app).await;
        let mut small = truck();
        small["capacity"] = json!({"litres": 1000, "kg": 100, "bags": 8});
        (small["from"], small["until"], small["pause"]) = (json!("08:00:00"), json!("08:40:00"), Value::Null);
        let small = s.hauler.post("/api/v1/vehicles", small).await.expect(StatusCode::CREATED);
        // The fresh one lies beside the truck and the late one farther away; there is time for one of them.
        let left = async |place| s.kari.post("/api/v1/piles", pile(place)).await.expect(StatusCode::CREATED)["id"].clone();
        let late = left((8.711, 58.4)).await;
        app.clock.advance(chrono::TimeDelta::days(40));
        let fresh = left((8.7025, 58.405)).await;
        let asked = json!({"id": Uuid::now_v7(), "days": ["2026-07-21"], "vehicles": [small["id"]], "piles": [late, fresh]});
        let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
        let plan = planned(&s.hauler, &plan).await;
        assert_eq!(names(route_of(&plan, &small), "id")[0], late, "{plan}");
        assert_eq!((&plan["plan"]["left"][0]["pile"], &plan["plan"]["left"][0]["why"]), (&fresh, &json!("no_time")), "{plan}");
    }

    async fn wrong_vehicles_and_plans_are_refused_with_the_field(app) {
        let s = scene(&app).await;
        let vehicle = |key: &str, value: Value| { let mut v = truck(); v[key] = value; v };
        for (key, value, field) in [
            ("name", json!(""), "name"),
            ("until", json!("06:00:00"), "until"),
            ("speed_kmh", json!(0), "speed_kmh"),
            ("depot", json!({"lon": 8.7, "lat": 95}), "lat"),
            ("pause", json!({"at": "05:00:00", "minutes": 30}), "pause"),
            ("roads", json!("lorry"), "roads"),
            ("capacity", json!({"litres": 0, "kg": 1, "bags": 1}), "litres"),
            ("capacity", json!({"litres": 1, "kg": null, "bags": 1}), "capacity.kg"),
            ("cost_per_km", Value::Null, "cost_per_km"),
            ("colour", json!("red"), "colour"),
            ("id", Value::Null, "id"),
        ] {
            let refused = s.hauler.post("/api/v1/vehicles", vehicle(key, value)).await.refused(422, "invalid");
            assert_eq!(refused["field"], field, "{refused}");
        }
        let put = s.hauler.request(reqwest::Method::PUT, &format!("/api/v1/vehicles/{}", s.truck["id"].as_str().unwrap()));
        assert_eq!(s.hauler.send(put.json(&vehicle("speed_kmh", Value::Null))).await.refused(422, "invalid")["field"], "speed_kmh");
        for (plan, field) in [
            (json!({"days": []}), "days"),
            (json!({"days": ["2026-06-09"]}), "days"),
            (json!({"days": [DAY], "vehicles": [Uuid::now_v7()]}), "vehicles"),
            (json!({"days": [DAY], "piles": [Uuid::now_v7()]}), "piles"),
        ] {
            let mut plan = plan;
            plan["id"] = json!(Uuid::now_v7());
            assert_eq!(s.hauler.post("/api/v1/plans", plan).await.refused(422, "invalid")["field"], field);
        }
        // Out of use, it is still known, and in no plan any more.
        s.hauler.act(&s.truck, "vehicles", "retirements", json!({})).await.expect(StatusCode::OK);
        let fleet = s.hauler.get("/api/v1/vehicles").await.json();
        assert_eq!(fleet.as_array().unwrap().iter().filter(|v| v["in_use"] == true).count(), 1, "{fleet}");
        let asked = json!({"id": Uuid::now_v7(), "days": [DAY]});
        assert_eq!(s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED)["vehicles"], json!([s.boat["id"]]));
    }

    async fn a_search_that_is_cut_off_is_begun_anew(app) {
        let s = scene(&app).await;
        let plan = cut_off(&app, &s).await;
        assert_eq!(s.hauler.see(&plan, "plans").await["plan"]["state"], "searching");
        let other = app.another().await;
        let found = planned(&s.hauler, &plan).await;
        assert_eq!((&found["plan"]["state"], &found["plan"]["sums"]["piles"]), (&json!("draft"), &json!(4)));
        other.stop().await;
    }

    async fn a_search_whose_process_is_gone_is_begun_anew_by_whoever_looks(app) {
        let s = scene(&app).await;
        let plan = cut_off(&app, &s).await;
        assert_eq!(s.hauler.see(&plan, "plans").await["progress"], Value::Null);
        app.clock.advance(chrono::TimeDelta::minutes(7)); // longer than any search may take
        let found = planned(&s.hauler, &plan).await;
        assert_eq!((&found["plan"]["state"], &found["plan"]["sums"]["piles"]), (&json!("draft"), &json!(4)));
    }

    async fn a_search_can_be_cancelled(app) {
        let s = scene(&app).await;
        let plan = s.hauler.post("/api/v1/plans", json!({"id": Uuid::now_v7(), "days": [DAY]})).await.expect(StatusCode::CREATED);
        // It may be done by now: a draft can be let go as well.
        let cancelled = s.hauler.act(&plan, "plans", "cancellations", json!({})).await.expect(StatusCode::OK);
        assert!(matches!(cancelled["state"].as_str(), Some("dropped" | "draft")));
        assert_eq!(planned(&s.hauler, &plan).await["plan"]["state"], cancelled["state"]);
    }
}
