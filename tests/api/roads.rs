//! Ways by road, asked of a real OSRM over the streets of Helsinki (`scripts/with-osrm`).

use reqwest::StatusCode;
use serde_json::{Value, json};
use strandline::config::RoadSettings;
use uuid::Uuid;

use crate::helpers::{Engine, Person, TestApp, pile};
use crate::pickup::planned;

/// In the middle of the streets, and where one stops.
const DEPOT: (f64, f64) = (24.946, 60.164);
const STOPS: [(f64, f64); 3] = [(24.943, 60.167), (24.949, 60.17), (24.952, 60.1685)];
const SITE: (f64, f64) = (24.943, 60.173);

fn osrm() -> String {
    std::env::var("STRANDLINE_TEST_OSRM").expect("run the tests with scripts/with-osrm")
}

/// A hauler with a truck in the city and piles at these places, and the plan of a day for them.
async fn drafted(app: &TestApp, places: &[(f64, f64)]) -> (Person, Value, Vec<Value>) {
    let (kari, staff, hauler) = (app.volunteer().await, app.of("staff", "0009").await, app.as_role("hauler").await);
    let site = json!({"id": Uuid::now_v7(), "lon": SITE.0, "lat": SITE.1, "name": "Asema", "hours": "Mo-Fr 08:00-16:00", "takes": ["litter"]});
    staff.post("/api/v1/sites", site).await.expect(StatusCode::CREATED);
    let truck = json!({"id": Uuid::now_v7(), "name": "Bil 1", "kind": "truck", "depot": {"lon": DEPOT.0, "lat": DEPOT.1},
        "capacity": {"litres": 8000, "kg": 3000, "bags": 80}, "from": "08:00:00", "until": "15:00:00",
        "speed_kmh": 35, "cost_per_km": 12, "cost_per_hour": 600});
    hauler.post("/api/v1/vehicles", truck).await.expect(StatusCode::CREATED);
    let mut piles = vec![];
    for place in places {
        piles.push(kari.post("/api/v1/piles", pile(*place)).await.expect(StatusCode::CREATED));
    }
    let asked =
        json!({"id": Uuid::now_v7(), "days": ["2026-06-11"], "piles": piles.iter().map(|p| p["id"].clone()).collect::<Vec<_>>()});
    let plan = hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
    let plan = planned(&hauler, &plan).await;
    (hauler, plan, piles)
}

/// What OSRM itself says of a way: metres, seconds, places of its line.
async fn way(from: (f64, f64), to: (f64, f64)) -> (f64, f64, usize) {
    let url = format!("{}/route/v1/driving/{},{};{},{}?overview=full&geometries=geojson", osrm(), from.0, from.1, to.0, to.1);
    let found: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let route = &found["routes"][0];
    let places = route["geometry"]["coordinates"].as_array().unwrap().len();
    (route["distance"].as_f64().unwrap(), route["duration"].as_f64().unwrap(), places)
}

fn instant(value: &Value) -> chrono::DateTime<chrono::Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[actix_web::test]
async fn a_truck_drives_along_the_streets() {
    let app = TestApp::spawn_with(Engine::Sqlite, |c| c.roads.url = osrm()).await;
    let (_, plan, _) = drafted(&app, &STOPS).await;
    assert_eq!((&plan["plan"]["roads"], &plan["plan"]["left"]), (&json!("network"), &json!([])), "{plan}");
    let route = &plan["routes"][0];
    let stops = route["stops"].as_array().unwrap();
    assert_eq!((stops.len(), &route["broken"]), (4, &json!([])));
    let (mut here, mut left) = (DEPOT, instant(&route["leaves"]));
    for stop in stops {
        let there = (stop["lon"].as_f64().unwrap(), stop["lat"].as_f64().unwrap());
        let (metres, seconds, places) = way(here, there).await;
        assert!((stop["metres"].as_f64().unwrap() - metres).abs() < 2.0, "{metres} m: {stop}");
        let took = (instant(&stop["arrives"]) - left).num_seconds() as f64;
        assert!((took - seconds).abs() < 2.0, "{seconds} s: {stop}");
        assert_eq!(stop["way"].as_array().unwrap().len(), places, "the line that is drawn is the line that was timed");
        (here, left) = (there, instant(&stop["leaves"]));
    }
}

/// There is no usual network, and one for lorries.
#[actix_web::test]
async fn a_vehicle_drives_on_the_network_it_says() {
    let app = TestApp::spawn_with(Engine::Sqlite, |c| {
        c.other_roads.insert("lorry".into(), RoadSettings { url: osrm(), ..RoadSettings::default() });
    })
    .await;
    assert_eq!(app.anonymous().get("/api/v1/coast").await.json()["roads"], json!(["lorry"]));
    let (hauler, plan, piles) = drafted(&app, &STOPS).await;
    assert_eq!(plan["plan"]["roads"], "estimate", "it has said nothing: {plan}");
    let truck = hauler.get("/api/v1/vehicles").await.json()[0].clone();
    let mut facts = truck.clone();
    for key in ["id", "code", "organisation", "in_use", "drivers", "made_at", "changed_at", "version"] {
        facts.as_object_mut().unwrap().remove(key);
    }
    facts["roads"] = json!("lorry");
    let path = format!("/api/v1/vehicles/{}", truck["id"].as_str().unwrap());
    hauler.send(hauler.request(reqwest::Method::PUT, &path).json(&facts)).await.expect(StatusCode::OK);
    let asked =
        json!({"id": Uuid::now_v7(), "days": ["2026-06-12"], "piles": piles.iter().map(|p| p["id"].clone()).collect::<Vec<_>>()});
    let again = hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
    let again = planned(&hauler, &again).await;
    assert_eq!(again["plan"]["roads"], "network", "{again}");
    let stop = &again["routes"][0]["stops"][0];
    let (metres, _, _) = way(DEPOT, (stop["lon"].as_f64().unwrap(), stop["lat"].as_f64().unwrap())).await;
    assert!((stop["metres"].as_f64().unwrap() - metres).abs() < 2.0, "{metres} m: {stop}");
}

/// The usual network answers and the one for lorries is away: only the lorry's ways are estimates.
#[actix_web::test]
async fn a_network_that_is_away_takes_the_roads_from_its_own_vehicles_only() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(); // nobody answers there any more
    let app = TestApp::spawn_with(Engine::Sqlite, |c| {
        c.roads.url = osrm();
        c.other_roads.insert("lorry".into(), RoadSettings { url: format!("http://{free}"), ..RoadSettings::default() });
    })
    .await;
    let (hauler, _, piles) = drafted(&app, &STOPS).await;
    let lorry = json!({"id": Uuid::now_v7(), "name": "Lastebil", "kind": "truck", "depot": {"lon": DEPOT.0, "lat": DEPOT.1}, "roads": "lorry",
        "capacity": {"litres": 8000, "kg": 3000, "bags": 80}, "from": "08:00:00", "until": "15:00:00",
        "speed_kmh": 35, "cost_per_km": 900, "cost_per_hour": 90_000});
    hauler.post("/api/v1/vehicles", lorry).await.expect(StatusCode::CREATED);
    let asked =
        json!({"id": Uuid::now_v7(), "days": ["2026-06-12"], "piles": piles.iter().map(|p| p["id"].clone()).collect::<Vec<_>>()});
    let plan = hauler.post("/api/v1/plans", asked).await.expect(StatusCode::CREATED);
    let plan = planned(&hauler, &plan).await;
    assert_eq!(plan["plan"]["roads"], "away", "{plan}");
    let route = &plan["routes"][0];
    assert_eq!((&route["vehicle_name"], plan["routes"].as_array().unwrap().len()), (&json!("Bil 1"), 1), "the lorry is dear");
    let stop = &route["stops"][0];
    let (metres, _, _) = way(DEPOT, (stop["lon"].as_f64().unwrap(), stop["lat"].as_f64().unwrap())).await;
    assert!((stop["metres"].as_f64().unwrap() - metres).abs() < 2.0, "{metres} m: {stop}");
}

#[actix_web::test]
async fn too_far_from_a_road_is_told_from_no_way() {
    let app = TestApp::spawn_with(Engine::Sqlite, |c| c.roads.url = osrm()).await;
    let (at_sea, cut_off) = ((24.99, 60.12), (24.937, 60.164)); // the second lies on a street that the extract cuts off
    let (_, plan, piles) = drafted(&app, &[STOPS[0], at_sea, cut_off]).await;
    let left = plan["plan"]["left"].as_array().unwrap();
    let why = |pile: &Value| left.iter().find(|l| l["pile"] == pile["id"]).map(|l| l["why"].as_str().unwrap().to_owned());
    assert_eq!(why(&piles[0]), None, "{left:?}");
    assert_eq!(why(&piles[1]).as_deref(), Some("no_road"), "{left:?}");
    assert_eq!(why(&piles[2]).as_deref(), Some("unreachable"), "{left:?}");
}

#[actix_web::test]
async fn when_the_service_is_away_the_plan_is_an_estimate_and_says_so() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(); // nobody answers there any more
    let app = TestApp::spawn_with(Engine::Sqlite, |c| c.roads.url = format!("http://{free}")).await;
    let (hauler, plan, piles) = drafted(&app, &STOPS).await;
    assert_eq!((&plan["plan"]["roads"], &plan["plan"]["sums"]["piles"]), (&json!("away"), &json!(3)), "{plan}");
    let out = hauler.act(&plan["plan"], "plans", "moves", json!({"pile": piles[0]["id"]})).await.expect(StatusCode::OK);
    assert_eq!((&out["plan"]["roads"], &out["plan"]["sums"]["piles"]), (&json!("away"), &json!(2)));
}
