//! A search for routes and the end of the process it goes on in.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{Program, Running, send};

const STEPS: &str = "STRANDLINE__PLANNING__STEPS";

fn square(properties: Value) -> Value {
    let ring = [[8.68, 58.39], [8.78, 58.39], [8.78, 58.42], [8.68, 58.42], [8.68, 58.39]];
    json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
}

/// Looks at a plan until it is as wanted.
async fn until(client: &reqwest::Client, running: &Running, plan: Uuid, wanted: impl Fn(&Value) -> bool) -> Value {
    let reached = async {
        loop {
            let answer = client.get(format!("{}/api/v1/plans/{plan}", running.url)).send().await.unwrap();
            let seen: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            if wanted(&seen) {
                return seen;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), reached).await.expect("it never came to that")
}

async fn get(client: &reqwest::Client, running: &Running, path: &str) -> Vec<u8> {
    client.get(format!("{}/api/v1/{path}", running.url)).send().await.unwrap().bytes().await.unwrap().to_vec()
}

async fn tomorrow(running: &Running) -> chrono::NaiveDate {
    let coast: Value = serde_json::from_slice(&running.get("/api/v1/coast").await).unwrap();
    coast["today"].as_str().unwrap().parse::<chrono::NaiveDate>().unwrap() + chrono::TimeDelta::days(1)
}

/// A service with a truck and twelve piles: the admin, the hauler, and the service.
async fn one_truck(program: &mut Program) -> (reqwest::Client, reqwest::Client, Running) {
    program
        .import(
            "municipalities",
            json!([square(json!({"code": "0001", "name": "Sund", "country": "NO", "default_regime": "shared"}))]),
        )
        .await;
    program
        .import(
            "service-areas",
            json!([square(json!({"code": "S1", "name": "Sund", "hauler": "Renovasjonen", "access": "road"}))]),
        )
        .await;
    let running = program.serve().await;
    let admin = running.entered(program, &["Sund kommune", "--municipality", "0001"]).await;
    let hauler = running.entered(program, &["Renovasjonen", "--role", "hauler"]).await;
    let site = json!({"id": Uuid::now_v7(), "lon": 8.72, "lat": 58.4, "name": "Brygga", "hours": "24/7", "takes": ["litter"]});
    send(&admin, &running, "sites", site).await;
    let truck = json!({"id": Uuid::now_v7(), "name": "Bil 1", "kind": "truck", "depot": {"lon": 8.702, "lat": 58.405},
        "capacity": {"litres": 800, "kg": 300, "bags": 8}, "from": "07:00:00", "until": "20:00:00",
        "speed_kmh": 35, "cost_per_km": 12, "cost_per_hour": 600});
    send(&hauler, &running, "vehicles", truck).await;
    for i in 0..12 {
        let pile = json!({"id": Uuid::now_v7(), "lon": 8.70 + f64::from(i) * 0.005, "lat": 58.4, "bags": {"full": 3}, "access": "road", "ready": true});
        send(&admin, &running, "piles", pile).await;
    }
    (admin, hauler, running)
}

async fn a_plan_survives(mut program: Program) {
    // More steps than a test has time for: it is surely cut off.
    program.set(STEPS, 4_000_000_000_u64);
    let (_, hauler, mut running) = one_truck(&mut program).await;
    let plan = Uuid::now_v7();
    send(&hauler, &running, "plans", json!({"id": plan, "days": [tomorrow(&running).await]})).await;
    until(&hauler, &running, plan, |seen| seen["progress"]["best_cost"].is_number()).await;
    running.kill();

    program.set(STEPS, 1_000);
    let running = program.serve().await;
    let hauler = running.entered(&program, &["Renovasjonen", "--role", "hauler"]).await;
    let found = until(&hauler, &running, plan, |seen| {
        // All of it or nothing, whenever one looks.
        let whole = seen["plan"]["state"] == "draft";
        assert!(whole || seen["routes"] == json!([]), "half a plan: {seen}");
        whole
    })
    .await;
    let stops = found["routes"].as_array().unwrap().iter().flat_map(|r| r["stops"].as_array().unwrap());
    let piles: Vec<_> = stops.filter(|s| s["kind"] == "pile").map(|s| s["id"].to_string()).collect();
    assert_eq!((piles.len(), piles.iter().collect::<HashSet<_>>().len(), &found["plan"]["left"]), (12, 12, &json!([])));
}

/// Two plans at once, on however many cores: neither waits for the other.
#[tokio::test]
async fn two_searches_go_on_side_by_side() {
    let mut program = Program::on_sqlite().await;
    program.set(STEPS, 4_000_000_000_u64);
    let (_, hauler, running) = one_truck(&mut program).await;
    let plans = [Uuid::now_v7(), Uuid::now_v7()];
    for plan in plans {
        send(&hauler, &running, "plans", json!({"id": plan, "days": [tomorrow(&running).await]})).await;
    }
    let steps = |seen: &Value| seen["progress"]["done"].as_f64().unwrap_or(0.0);
    let mut before = [0.0; 2];
    for plan in [0, 1] {
        before[plan] = steps(&until(&hauler, &running, plans[plan], |seen| steps(seen) > 0.0).await);
    }
    // Both have begun; from here on each goes on while the other does.
    for plan in [0, 1] {
        let seen = until(&hauler, &running, plans[plan], |seen| steps(seen) > before[plan]).await;
        assert_eq!((&seen["plan"]["state"], &seen["progress"]["waits"]), (&json!("searching"), &json!(false)));
    }
}

/// More searches than there are cores, each ended by its guard: the time that one waits is not taken from it.
#[tokio::test]
async fn a_search_that_waited_for_others_has_its_whole_time() {
    let mut program = Program::on_sqlite().await;
    let (_, hauler, running) = {
        program.set(STEPS, 4_000_000_000_u64);
        program.set("STRANDLINE__PLANNING__GUARD_S", 4_u64);
        one_truck(&mut program).await
    };
    let waiting: Value = serde_json::from_slice(&get(&hauler, &running, "due-piles").await).unwrap();
    let cores = std::thread::available_parallelism().unwrap().get().max(2);
    let plans: Vec<Uuid> = (0..=cores).map(|_| Uuid::now_v7()).collect();
    let day = tomorrow(&running).await;
    let ask = |plan: &Uuid| json!({"id": plan, "days": [day], "piles": [waiting[0]["id"], waiting[1]["id"]]});
    // All at once: the first must not be over before the last is asked for.
    futures_util::future::join_all(plans.iter().map(|plan| send(&hauler, &running, "plans", ask(plan)))).await;
    let waits =
        plans.iter().map(|plan| Box::pin(until(&hauler, &running, *plan, |seen| seen["progress"]["waits"] == json!(true))));
    futures_util::future::select_all(waits).await;
    for plan in &plans {
        let found = until(&hauler, &running, *plan, |seen| seen["plan"]["state"] == "draft").await;
        assert!(found["plan"]["steps"].as_u64().unwrap() > 1000, "cut off at once: {found}");
    }
}

#[tokio::test]
async fn a_search_that_is_killed_is_begun_anew_and_leaves_no_half_plan_on_sqlite() {
    a_plan_survives(Program::on_sqlite().await).await;
}

#[tokio::test]
async fn a_search_that_is_killed_is_begun_anew_and_leaves_no_half_plan_on_postgres() {
    a_plan_survives(Program::on_postgres().await).await;
}
