//! Pickup routes: a fleet, a plan that is searched for, changed by hand, published, driven, and taken along as files.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{Person, TestApp, pile};

pub const DAY: &str = "2026-06-11"; // the Thursday after the start

pub fn truck() -> Value {
    json!({"id": Uuid::now_v7(), "name": "Bil 1", "kind": "truck", "depot": {"lon": 8.702, "lat": 58.405},
        "capacity": {"litres": 8000, "kg": 3000, "bags": 80}, "from": "07:00:00", "until": "15:00:00",
        "pause": {"at": "11:30:00", "minutes": 30}, "speed_kmh": 35, "cost_per_km": 12, "cost_per_hour": 600, "co2_kg_per_km": 0.9})
}

pub fn boat() -> Value {
    json!({"id": Uuid::now_v7(), "name": "Skjærgårdsbåten", "kind": "boat", "depot": {"lon": 8.701, "lat": 58.400}, "draught_m": 0.5,
        "capacity": {"litres": 6000, "kg": 2000, "bags": 60}, "from": "08:00:00", "until": "16:00:00",
        "speed_kmh": 20, "cost_per_km": 20, "cost_per_hour": 900, "co2_kg_per_km": 2})
}

/// A reception site that takes what trucks and boats bring, a truck, a boat, and piles by road and by boat.
pub struct Scene {
    pub hauler: Person,
    pub kari: Person,
    pub truck: Value,
    pub boat: Value,
    pub piles: Vec<Value>,
}

impl Scene {
    pub async fn pile(&self, pile: &Value) -> Value {
        self.kari.see(pile, "piles").await["pile"].clone()
    }
}

pub async fn scene(app: &TestApp) -> Scene {
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

pub async fn drafted(s: &Scene) -> Value {
    let asked = json!({"id": Uuid::now_v7(), "days": [DAY]});
    let plan = s.hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
    planned(&s.hauler, &plan).await
}

pub fn route_of<'a>(plan: &'a Value, vehicle: &Value) -> &'a Value {
    plan["routes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["vehicle"] == vehicle["id"])
        .unwrap_or_else(|| panic!("no route: {plan}"))
}

pub fn names(route: &Value, key: &str) -> Vec<Value> {
    route["stops"].as_array().unwrap().iter().map(|s| s[key].clone()).collect()
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
        let driven = s.hauler.act(route, "routes", "fetchings", told).await.expect(StatusCode::OK);
        assert_eq!(driven["stops"][0]["bags"]["full"], 3, "what is on board: {driven}");
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
        let long = path(&format!("?key={}", "x".repeat(101)));
        assert_eq!(s.hauler.get(&long).await.refused(422, "invalid")["field"], "key");
        app.clock.advance(chrono::TimeDelta::hours(49));
        stranger.get(&path(&format!("?key={key}"))).await.refused(401, "no_session");
    }

    async fn only_those_whose_fleet_it_is_plan_and_drive(app) {
        let s = scene(&app).await;
        let draft = drafted(&s).await;
        let (plan, route) = (&draft["plan"], route_of(&draft, &s.truck));
        let staff = app.as_role("staff").await;
        assert_eq!(staff.get("/api/v1/vehicles").await.expect(StatusCode::OK), json!([]));
        let mut facts = truck();
        facts.as_object_mut().unwrap().remove("id");
        let (crew, admin, anyone) = (app.as_role("crew").await, app.as_role("admin").await, app.anonymous());
        for (other, status, code) in [&s.kari, &crew, &staff, &admin].map(|o| (o, 403, "forbidden")).into_iter().chain([(&anyone, 401, "no_session")]) {
            other.send(other.request(reqwest::Method::PUT, &format!("/api/v1/vehicles/{}", s.truck["id"].as_str().unwrap())).json(&facts)).await.refused(status, code);
            for what in ["retirements", "reinstatements", "drivers", "drivers/departures", "drivers/removals"] {
                other.act(&s.truck, "vehicles", what, json!({})).await.refused(status, code);
            }
            other.act(route, "routes", "withdrawals", json!({})).await.refused(status, code);
            other.get(&format!("/api/v1/plans/{}", plan["id"].as_str().unwrap())).await.refused(status, code);
            other.get(&format!("/api/v1/routes/{}", route["id"].as_str().unwrap())).await.refused(status, code);
            for what in ["searches", "cancellations", "publications"] {
                other.act(plan, "plans", what, json!({})).await.refused(status, code);
            }
            other.act(plan, "plans", "moves", json!({"pile": s.piles[0]["id"]})).await.refused(status, code);
            other.act(plan, "plans", "locks", json!({"pile": s.piles[0]["id"], "locked": true})).await.refused(status, code);
            other.act(route, "routes", "starts", json!({})).await.refused(status, code);
            other.act(route, "routes", "shares", json!({"hours": 1})).await.refused(status, code);
            let told = json!({"id": Uuid::now_v7(), "pile": s.piles[0]["id"], "fetched": "loaded"});
            other.act(route, "routes", "fetchings", told).await.refused(status, code);
            other.act(route, "routes", "hand-ins", json!({"id": Uuid::now_v7(), "stop": 2})).await.refused(status, code);
            other.act(route, "routes", "arrivals", json!({"stop": 0})).await.refused(status, code);
            other.act(route, "routes", "returns", json!({})).await.refused(status, code);
            let found = json!({"id": Uuid::now_v7(), "lon": 8.7, "lat": 58.4, "bags": {"full": 1}});
            other.act(route, "routes", "finds", found).await.refused(status, code);
        }
        for path in ["/api/v1/vehicles", "/api/v1/plans", "/api/v1/due-piles", "/api/v1/due-areas", "/api/v1/my-routes", "/api/v1/haulage"] {
            s.kari.get(path).await.refused(403, "forbidden");
            crew.get(path).await.refused(403, "forbidden");
            app.anonymous().get(path).await.refused(401, "no_session");
        }
        s.kari.post("/api/v1/vehicles", truck()).await.refused(403, "forbidden");
        s.kari.post("/api/v1/plans", json!({"id": Uuid::now_v7(), "days": [DAY]})).await.refused(403, "forbidden");
    }
}
