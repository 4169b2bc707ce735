//! Pickup routes: a fleet, a plan that is searched for, changed by hand, published, driven, and taken along as files.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{Person, TestApp, pile};

const DAY: &str = "2026-06-11"; // the Thursday after the start

fn truck() -> Value {
    json!({"id": Uuid::now_v7(), "name": "Bil 1", "kind": "truck", "depot": {"lon": 8.702, "lat": 58.405},
        "capacity": {"litres": 8000, "kg": 3000, "bags": 80}, "from": "07:00:00", "until": "15:00:00",
        "pause": {"at": "11:30:00", "minutes": 30}, "speed_kmh": 35, "cost_per_km": 12, "cost_per_hour": 600, "co2_kg_per_km": 0.9})
}

fn boat() -> Value {
    json!({"id": Uuid::now_v7(), "name": "Skjærgårdsbåten", "kind": "boat", "depot": {"lon": 8.701, "lat": 58.400}, "draught_m": 0.5,
        "capacity": {"litres": 6000, "kg": 2000, "bags": 60}, "from": "08:00:00", "until": "16:00:00",
        "speed_kmh": 20, "cost_per_km": 20, "cost_per_hour": 900, "co2_kg_per_km": 2})
}

/// A reception site that takes what trucks and boats bring, a truck, a boat, and piles by road and by boat.
struct Scene {
    hauler: Person,
    kari: Person,
    truck: Value,
    boat: Value,
    piles: Vec<Value>,
}

impl Scene {
    async fn pile(&self, pile: &Value) -> Value {
        self.kari.see(pile, "piles").await["pile"].clone()
    }
}

async fn scene(app: &TestApp) -> Scene {
    let (kari, staff, hauler) = (app.volunteer().await, app.as_role("staff").await, app.as_role("hauler").await);
    let site = json!({"id": Uuid::now_v7(), "lon": 8.72, "lat": 58.4, "name": "Brygga", "hours": "Mo-Fr 08:00-16:00", "takes": ["litter", "by_boat"]});
    staff.post("/api/v1/sites", site).await.expect(StatusCode::CREATED);
    let truck = hauler.post("/api/v1/vehicles", truck()).await.expect(StatusCode::CREATED);
    let boat = hauler.post("/api/v1/vehicles", boat()).await.expect(StatusCode::CREATED);
    let mut piles = vec![];
    for (place, access) in [((8.705, 58.4), "road"), ((8.71, 58.4), "road"), ((8.73, 58.411), "boat"), ((8.735, 58.4), "boat")] {
        let mut left = pile(place);
        left["access"] = json!(access);
        piles.push(kari.post("/api/v1/piles", left).await.expect(StatusCode::CREATED));
    }
    Scene { hauler, kari, truck, boat, piles }
}

pub async fn planned(hauler: &Person, plan: &Value) -> Value {
    // What a person sees: the screen asks now and then until the search is done.
    for _ in 0..2000 {
        let seen = hauler.see(plan, "plans").await;
        if seen["plan"]["state"] != "searching" {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the search does not end");
}

async fn drafted(s: &Scene) -> Value {
    let asked = json!({"id": Uuid::now_v7(), "days": [DAY]});
    let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
    planned(&s.hauler, &plan).await
}

fn route_of<'a>(plan: &'a Value, vehicle: &Value) -> &'a Value {
    plan["routes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["vehicle"] == vehicle["id"])
        .unwrap_or_else(|| panic!("no route: {plan}"))
}

fn names(route: &Value, key: &str) -> Vec<Value> {
    route["stops"].as_array().unwrap().iter().map(|s| s[key].clone()).collect()
}

/// A plan whose process ended before its search did: the row is all that is left.
async fn cut_off(app: &TestApp, s: &Scene) -> Value {
    let asked = json!({"id": Uuid::now_v7(), "days": [DAY]});
    let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
    let id: Uuid = plan["id"].as_str().unwrap().parse().unwrap();
    planned(&s.hauler, &plan).await;
    let write = app.service.live.write(move |tx| {
        Box::pin(async move {
            let mut plan: strandline::domain::pickup::Plan = tx.thing(id).await?.unwrap();
            plan.state = strandline::domain::pickup::PlanState::Searching;
            tx.put_thing(&plan).await
        })
    });
    write.await.unwrap();
    plan
}

both! {
    async fn a_day_by_road_and_by_sea_is_planned_published_driven_and_weighed(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        let plan = &draft["plan"];
        assert_eq!((&plan["state"], &plan["left"], &plan["roads"]), (&json!("draft"), &json!([]), &json!("estimate")), "{plan}");
        assert_eq!(plan["sums"]["piles"], 4);
        let (by_road, by_sea) = (route_of(&draft, &s.truck), route_of(&draft, &s.boat));
        for route in [by_road, by_sea] {
            assert_eq!(route["broken"], json!([]));
            assert_eq!(names(route, "kind"), ["pile", "pile", "site"]);
            let at = |key: &str| names(route, key).iter().map(|t| t.as_str().unwrap().to_owned()).collect::<Vec<_>>();
            assert!(at("arrives").is_sorted() && at("begins").iter().zip(at("leaves")).all(|(b, l)| *b < l));
            // Nothing is handed in before the site opens at 8 (6 UTC), nor after it closes.
            assert!(("2026-06-11T06:00:00Z".."2026-06-11T14:00:00Z").contains(&at("begins")[2].as_str()), "{}", at("begins")[2]);
        }
        // The boat goes around the island: one pile lies on its other side.
        let turns: usize = names(by_sea, "way").iter().map(|w| w.as_array().unwrap().len()).sum();
        assert!(turns > 6, "{by_sea}");
        s.hauler.act(plan, "plans", "publications", json!({})).await.expect(StatusCode::OK);
        let again = s.hauler.act(plan, "plans", "publications", json!({})).await.expect(StatusCode::OK);
        assert_eq!(again["state"], "published");
        assert!(s.hauler.told().await.contains(&"route_published".to_owned()));
        assert_eq!(s.pile(&s.piles[0]).await["state"], "accepted");

        let mine = s.hauler.get("/api/v1/my-routes").await.expect(StatusCode::OK);
        assert_eq!(mine.as_array().unwrap().len(), 2);
        let stops = names(by_road, "id");
        let minutes_ago = |n: i64| app.clock.now() - chrono::TimeDelta::minutes(n);
        let out = json!({"at": minutes_ago(40), "sent_at": minutes_ago(30)});
        s.hauler.act(by_road, "routes", "starts", out).await.expect(StatusCode::OK);
        let at = json!({"stop": 0, "at": minutes_ago(40), "sent_at": minutes_ago(30)});
        let arrived = s.hauler.act(by_road, "routes", "arrivals", at).await.expect(StatusCode::OK);
        assert_eq!(arrived["stops"][0]["arrived_at"], json!(minutes_ago(10)), "the phone's clock measures, ours tells the time");
        let photo = Uuid::now_v7();
        let loaded = json!({"id": Uuid::now_v7(), "pile": stops[0], "fetched": "loaded", "photos": [photo]});
        s.hauler.act(by_road, "routes", "fetchings", loaded.clone()).await.expect(StatusCode::OK);
        let again = s.hauler.act(by_road, "routes", "fetchings", loaded).await.expect(StatusCode::OK);
        assert_eq!(again["state"], "under_way");
        let no_reason = json!({"id": Uuid::now_v7(), "pile": stops[1], "fetched": "failed"});
        assert_eq!(s.hauler.act(by_road, "routes", "fetchings", no_reason).await.refused(422, "invalid")["field"], "why");
        let failed = json!({"id": Uuid::now_v7(), "pile": stops[1], "fetched": "failed", "why": "too_heavy"});
        s.hauler.act(by_road, "routes", "fetchings", failed).await.expect(StatusCode::OK);
        let back = s.pile(&json!({"id": stops[1]})).await;
        assert_eq!((&back["state"], &back["why"]), (&json!("ready"), &json!("too_heavy")));
        let found = json!({"id": Uuid::now_v7(), "lon": 8.7051, "lat": 58.4001, "bags": {"full": 2}, "note": "Garn"});
        let with = s.hauler.act(by_road, "routes", "finds", found.clone()).await.expect(StatusCode::OK);
        let again = s.hauler.act(by_road, "routes", "finds", found.clone()).await.expect(StatusCode::OK);
        assert_eq!((with["found"].as_array().unwrap().len(), &again["found"]), (1, &with["found"]));
        let taken = s.hauler.see(&found, "piles").await["pile"].clone();
        assert_eq!((&taken["state"], &taken["parts"][0]["of"]["kind"]), (&json!("collected"), &json!("professional")), "{taken}");
        let nothing = json!({"id": Uuid::now_v7(), "stop": 2});
        assert_eq!(s.hauler.act(by_road, "routes", "hand-ins", nothing).await.refused(422, "invalid")["field"], "weight_kg");
        let weighed = json!({"id": Uuid::now_v7(), "stop": 2, "weight_kg": 47.5});
        let done = s.hauler.act(by_road, "routes", "hand-ins", weighed.clone()).await.expect(StatusCode::OK);
        assert_eq!(s.hauler.act(by_road, "routes", "hand-ins", weighed).await.expect(StatusCode::OK), done);
        let first = s.pile(&json!({"id": stops[0]})).await;
        let found = s.hauler.see(&found, "piles").await["pile"].clone();
        assert_eq!((&first["state"], &found["state"]), (&json!("weighed"), &json!("weighed")));
        let kg = |p: &Value| p["weighing"]["weight_kg"].as_f64().unwrap();
        assert!((kg(&first) + kg(&found) - 47.5).abs() < 1e-9 && kg(&first) > kg(&found), "the load is shared out: {first} {found}");
        assert_eq!(first["photos"][0]["id"], json!(photo));
        assert_eq!(s.hauler.act(by_road, "routes", "returns", json!({"driven_m": -1})).await.refused(422, "invalid")["field"], "driven_m");
        let back = json!({"driven_m": 12_500});
        let back = s.hauler.act(by_road, "routes", "returns", back).await.expect(StatusCode::OK);
        assert_eq!((&back["state"], &back["driven_m"]), (&json!("done"), &json!(12_500.0)));
        // What comes after the end is refused as a whole.
        let late = json!({"id": Uuid::now_v7(), "lon": 8.7051, "lat": 58.4001, "bags": {"full": 2}});
        s.hauler.act(by_road, "routes", "finds", late.clone()).await.refused(409, "wrong_state");
        s.hauler.get(&format!("/api/v1/piles/{}", late["id"].as_str().unwrap())).await.refused(404, "not_found");
        let sums = s.hauler.get("/api/v1/haulage?from=2026-06-01").await.expect(StatusCode::OK);
        let total = &sums["total"];
        assert_eq!((&total["routes"], &total["driven_m"], &total["weighed_kg"], &total["failed"]), (&json!(1), &json!(12_500.0), &json!(47.5), &json!(1)));
        assert_eq!(total["planned_m"], by_road["sums"]["metres"]);
        // 12 a kilometre and 600 an hour for 12.5 km and 10 minutes, over 47.5 kg.
        let cost = 12.5 * 12.0 + 600.0 / 6.0;
        assert!((total["cost_per_tonne"].as_f64().unwrap() - cost / 0.0475).abs() < 1.0, "{total}");
        assert!((total["co2_kg_per_tonne"].as_f64().unwrap() - 12.5 * 0.9 / 0.0475).abs() < 0.1, "{total}");
        assert_eq!(sums["months"]["2026-06"]["routes"], 1);
        let told = s.kari.told().await;
        for kind in ["pile_accepted", "pile_collected", "pile_weighed", "pile_failed"] {
            assert!(told.contains(&kind.to_owned()), "{kind} of {told:?}");
        }
        // What could not be fetched is due again, and can be planned again.
        let due = s.hauler.get("/api/v1/due-piles").await.json();
        assert!(due.as_array().unwrap().iter().any(|p| p["id"] == stops[1]), "{due}");
    }

    async fn some_of_a_pile_is_taken_and_the_rest_is_a_pile_of_its_own(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        let route = route_of(&draft, &s.boat);
        let pile = names(route, "id")[0].clone();
        let rest = Uuid::now_v7();
        let told = json!({"id": rest, "pile": pile, "fetched": "partly", "why": "sea_state", "left": {"full": 1}});
        s.hauler.act(route, "routes", "fetchings", told).await.expect(StatusCode::OK);
        let (taken, left) = (s.pile(&json!({"id": pile})).await, s.pile(&json!({"id": rest})).await);
        assert_eq!((&taken["state"], &taken["parts"][0]["bags"]["full"]), (&json!("collected"), &json!(3)));
        assert_eq!((&left["state"], &left["why"], &left["parts"][0]["bags"]["full"]), (&json!("ready"), &json!("sea_state"), &json!(1)));
    }

    async fn more_bags_than_told_are_counted_when_they_are_loaded(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        let route = route_of(&draft, &s.truck).clone();
        s.hauler.act(&route, "routes", "starts", json!({})).await.expect(StatusCode::OK);
        let first = names(&route, "id")[0].clone();
        let before = s.pile(&json!({"id": first})).await;
        let told = json!({"id": Uuid::now_v7(), "pile": first, "fetched": "loaded", "more": {"full": 3}});
        for _ in 0..2 {
            let seen = s.hauler.act(&route, "routes", "fetchings", told.clone()).await.expect(StatusCode::OK);
            let full = before["parts"][0]["bags"]["full"].as_u64().unwrap() + 3;
            assert_eq!(seen["stops"][0]["bags"]["full"], json!(full));
            let pile = s.pile(&json!({"id": first})).await;
            assert_eq!((&pile["parts"][0]["bags"]["full"], &pile["state"]), (&json!(full), &json!("collected")));
            assert!(pile["parts"][0]["estimated_kg"].as_f64() > before["parts"][0]["estimated_kg"].as_f64());
        }
        let too_many = json!({"id": Uuid::now_v7(), "pile": names(&route, "id")[1], "fetched": "loaded", "more": {"full": 999_999}});
        assert_eq!(s.hauler.act(&route, "routes", "fetchings", too_many).await.refused(422, "invalid")["field"], "bags");
    }

    async fn what_nothing_was_said_of_is_due_again_when_the_day_is_over(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        let route = route_of(&draft, &s.boat);
        let stops = names(route, "id");
        let first = json!({"id": Uuid::now_v7(), "pile": stops[0], "fetched": "loaded"});
        s.hauler.act(route, "routes", "fetchings", first).await.expect(StatusCode::OK);
        let back = s.hauler.act(route, "routes", "returns", json!({})).await.expect(StatusCode::OK);
        assert_eq!((&back["state"], &back["driven_m"], &back["stops"][1]["outcome"]["why"]), (&json!("done"), &Value::Null, &json!("no_time")));
        let (taken, left) = (s.pile(&json!({"id": stops[0]})).await, s.pile(&json!({"id": stops[1]})).await);
        assert_eq!((&taken["state"], &left["state"], &left["why"]), (&json!("collected"), &json!("ready"), &json!("no_time")));
        assert_eq!(s.hauler.get("/api/v1/haulage").await.expect(StatusCode::OK)["total"]["cost_per_tonne"], Value::Null);
    }

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

    async fn those_who_drive_a_vehicle_are_told_of_its_routes(app) {
        let s = scene(&app).await;
        let (anne, bo) = (s.hauler.another("hauler").await, s.hauler.another("hauler").await);
        let anne_is = anne.get("/api/v1/me").await.json()["person"]["id"].clone();
        for _ in 0..2 {
            let driven = anne.act(&s.truck, "vehicles", "drivers", json!({})).await.expect(StatusCode::OK);
            assert_eq!(driven["drivers"], json!([anne_is]), "said twice, it stands");
        }
        s.kari.act(&s.truck, "vehicles", "drivers", json!({})).await.refused(403, "forbidden");
        // What is said of it anew leaves its drivers.
        let mut facts = truck();
        facts.as_object_mut().unwrap().remove("id");
        let put = anne.request(reqwest::Method::PUT, &format!("/api/v1/vehicles/{}", s.truck["id"].as_str().unwrap())).json(&facts);
        assert_eq!(anne.send(put).await.expect(StatusCode::OK)["drivers"], json!([anne_is]));

        let draft = drafted(&s).await;
        s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        // The truck's route is for Anne; nobody has said who sails the boat, so everyone is told of its route.
        let of = |told: Vec<String>| told.iter().filter(|kind| *kind == "route_published").count();
        assert_eq!((of(anne.told().await), of(bo.told().await)), (2, 1));

        // When she does not drive it any more, everyone is told again.
        let left = anne.act(&s.truck, "vehicles", "drivers/departures", json!({})).await.expect(StatusCode::OK);
        assert_eq!(left["drivers"], json!([]));
        let more = s.kari.post("/api/v1/piles", pile((8.706, 58.4))).await.expect(StatusCode::CREATED);
        let asked = json!({"id": Uuid::now_v7(), "days": ["2026-06-12"], "piles": [more["id"]], "vehicles": [s.truck["id"]]});
        let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
        planned(&s.hauler, &plan).await;
        s.hauler.act(&plan, "plans", "publications", json!({})).await.expect(StatusCode::OK);
        assert_eq!((of(anne.told().await), of(bo.told().await)), (3, 2));
    }

    async fn who_has_left_is_forgotten_by_a_colleague(app) {
        let s = scene(&app).await;
        let (anne, bo) = (s.hauler.another("hauler").await, s.hauler.another("hauler").await);
        anne.act(&s.truck, "vehicles", "drivers", json!({})).await.expect(StatusCode::OK);
        s.kari.act(&s.truck, "vehicles", "drivers/removals", json!({})).await.refused(403, "forbidden");
        let nobody = bo.act(&s.truck, "vehicles", "drivers/removals", json!({})).await.expect(StatusCode::OK);
        assert_eq!(nobody["drivers"], json!([]));
    }

    async fn a_driver_who_is_there_no_more_keeps_nobody_from_being_told(app) {
        let s = scene(&app).await;
        let (gone, bo) = (s.hauler.another("hauler").await, s.hauler.another("hauler").await);
        for vehicle in [&s.truck, &s.boat] {
            gone.act(vehicle, "vehicles", "drivers", json!({})).await.expect(StatusCode::OK);
        }
        gone.send(gone.request(reqwest::Method::DELETE, "/api/v1/session")).await.expect(StatusCode::NO_CONTENT);
        let draft = drafted(&s).await;
        s.hauler.act(&draft["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        assert_eq!(bo.told().await, ["route_published", "route_published"]);
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

    async fn a_pile_is_in_one_route_that_the_drivers_have(app) {
        let s = scene(&app).await;
        let (first, second) = (drafted(&s).await, drafted(&s).await);
        s.hauler.act(&first["plan"], "plans", "publications", json!({})).await.expect(StatusCode::OK);
        assert_eq!(s.hauler.get("/api/v1/due-piles").await.expect(StatusCode::OK), json!([]));
        let refused = s.hauler.act(&second["plan"], "plans", "publications", json!({})).await.refused(409, "wrong_state");
        assert!(s.piles.iter().any(|p| p["code"] == refused["code_of_pile"]), "{refused}");
        s.hauler.act(&second["plan"], "plans", "searches", json!({})).await.expect(StatusCode::OK);
        let anew = planned(&s.hauler, &second["plan"]).await;
        let whys: Vec<_> = anew["plan"]["left"].as_array().unwrap().iter().map(|l| l["why"].clone()).collect();
        assert_eq!((whys, &anew["routes"]), (vec![json!("elsewhere"); 4], &json!([])));
        // The day is over, and nobody has driven: they are due again.
        app.clock.advance(chrono::TimeDelta::days(2));
        assert_eq!(s.hauler.get("/api/v1/due-piles").await.expect(StatusCode::OK).as_array().unwrap().len(), 4);
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

    async fn a_route_is_a_file_and_a_link_that_ends(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        let route = route_of(&draft, &s.boat);
        let path = |what: &str| format!("/api/v1/routes/{}{what}", route["id"].as_str().unwrap());
        let text = |a: crate::helpers::Answer| String::from_utf8(a.bytes).unwrap();
        let gpx = text(s.hauler.get(&path("/files/gpx")).await);
        let read = gpx::read(gpx.as_bytes()).unwrap();
        assert_eq!((read.waypoints.len(), read.tracks[0].segments.len()), (3, 4));
        assert!(read.waypoints[2].name.as_deref().unwrap().ends_with("Brygga"));
        let csv = text(s.hauler.get(&path("/files/csv")).await);
        assert_eq!((csv.lines().count(), csv.lines().next().unwrap().starts_with("stop,kind,name")), (4, true));
        assert!(text(s.hauler.get(&path("/files/ics")).await).contains("SUMMARY:Skjærgårdsbåten 2026-06-11"));
        assert_eq!(s.hauler.get(&path("/files/pdf")).await.status, StatusCode::NOT_FOUND);

        let shared = s.hauler.act(route, "routes", "shares", json!({"hours": 48})).await.expect(StatusCode::OK);
        let key = shared["shared"]["key"].as_str().unwrap();
        let stranger = app.anonymous();
        stranger.get(&path("")).await.refused(401, "no_session");
        let seen = stranger.get(&path(&format!("?key={key}"))).await.expect(StatusCode::OK);
        assert_eq!((&seen["shared"], &seen["driver"]), (&Value::Null, &Value::Null));
        assert!(stranger.get(&path(&format!("/files/gpx?key={key}"))).await.status.is_success());
        stranger.get(&path("?key=other")).await.refused(401, "no_session");
        app.clock.advance(chrono::TimeDelta::hours(49));
        stranger.get(&path(&format!("?key={key}"))).await.refused(401, "no_session");
    }

    async fn only_those_whose_fleet_it_is_plan_and_drive(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        let (plan, route) = (&draft["plan"], route_of(&draft, &s.truck));
        let staff = app.as_role("staff").await;
        assert_eq!(staff.get("/api/v1/vehicles").await.expect(StatusCode::OK), json!([]));
        for other in [&s.kari, &staff] {
            other.send(other.request(reqwest::Method::PUT, &format!("/api/v1/vehicles/{}", s.truck["id"].as_str().unwrap())).json(&truck())).await.refused(403, "forbidden");
            other.act(&s.truck, "vehicles", "retirements", json!({})).await.refused(403, "forbidden");
            other.get(&format!("/api/v1/plans/{}", plan["id"].as_str().unwrap())).await.refused(403, "forbidden");
            other.get(&format!("/api/v1/routes/{}", route["id"].as_str().unwrap())).await.refused(403, "forbidden");
            for what in ["searches", "cancellations", "publications"] {
                other.act(plan, "plans", what, json!({})).await.refused(403, "forbidden");
            }
            other.act(plan, "plans", "moves", json!({"pile": s.piles[0]["id"]})).await.refused(403, "forbidden");
            other.act(plan, "plans", "locks", json!({"pile": s.piles[0]["id"], "locked": true})).await.refused(403, "forbidden");
            other.act(route, "routes", "starts", json!({})).await.refused(403, "forbidden");
            other.act(route, "routes", "shares", json!({"hours": 1})).await.refused(403, "forbidden");
            let told = json!({"id": Uuid::now_v7(), "pile": s.piles[0]["id"], "fetched": "loaded"});
            other.act(route, "routes", "fetchings", told).await.refused(403, "forbidden");
            other.act(route, "routes", "hand-ins", json!({"id": Uuid::now_v7(), "stop": 2})).await.refused(403, "forbidden");
            other.act(route, "routes", "arrivals", json!({"stop": 0})).await.refused(403, "forbidden");
            other.act(route, "routes", "returns", json!({})).await.refused(403, "forbidden");
            let found = json!({"id": Uuid::now_v7(), "lon": 8.7, "lat": 58.4, "bags": {"full": 1}});
            other.act(route, "routes", "finds", found).await.refused(403, "forbidden");
        }
        for path in ["/api/v1/vehicles", "/api/v1/plans", "/api/v1/due-piles", "/api/v1/my-routes", "/api/v1/haulage"] {
            s.kari.get(path).await.refused(403, "forbidden");
            app.anonymous().get(path).await.refused(401, "no_session");
        }
        s.kari.post("/api/v1/vehicles", truck()).await.refused(403, "forbidden");
        s.kari.post("/api/v1/plans", json!({"id": Uuid::now_v7(), "days": [DAY]})).await.refused(403, "forbidden");
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
        ] {
            let refused = s.hauler.post("/api/v1/vehicles", vehicle(key, value)).await.refused(422, "invalid");
            assert_eq!(refused["field"], field);
        }
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
        // Retired, it is in no plan any more.
        s.hauler.act(&s.truck, "vehicles", "retirements", json!({})).await.expect(StatusCode::OK);
        assert_eq!(s.hauler.get("/api/v1/vehicles").await.json().as_array().unwrap().len(), 1);
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
