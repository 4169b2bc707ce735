//! Whatever people do in whatever order: bags always have somebody who is expected to act, and count once.

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{OPEN, Person, pile, plan};

/// How many cleanups there are, one after another, and how many acts follow upon each.
const ROUNDS: usize = 12;
const STEPS: usize = 50;
/// The last of the acts; those before it have lower numbers.
const WEIGHING: u8 = 9;

/// What was put in, by what was answered.
#[derive(Default)]
struct Ledger {
    piles: Vec<Value>,
    full_bags: u64,
    grams: i64,
    /// Which acts were done at least once.
    done: BTreeSet<u8>,
}

fn id_of(thing: &Value) -> Value {
    thing["id"].clone()
}

/// One act of chance by one of the people. What is refused is refused for a reason, and changes nothing.
async fn act(people: &[Person], cleanup: &Value, ledger: &mut Ledger, chance: &mut Rng) {
    let by = &people[chance.usize(0..people.len())];
    if ledger.piles.is_empty() || chance.f32() < 0.15 {
        let mut sent = pile(OPEN);
        let full = chance.u64(1..6);
        (sent["bags"], sent["ready"]) = (json!({"full": full}), json!(chance.bool()));
        if chance.bool() {
            sent["cleanup"] = id_of(cleanup);
        }
        let answer = by.post("/api/v1/piles", sent).await;
        if answer.status == 201 {
            ledger.full_bags += full;
            ledger.piles.push(answer.json());
        }
        return;
    }
    let one = ledger.piles[chance.usize(0..ledger.piles.len())].clone();
    let other = ledger.piles[chance.usize(0..ledger.piles.len())].clone();
    let why = json!({"why": "Sjøen"});
    let what = chance.u8(0..WEIGHING + 2); // bags are weighed twice as often
    let answer = match what {
        0 => by.act(&one, "piles", "readiness", json!({})).await,
        1 => by.act(&one, "piles", "acceptances", json!({})).await,
        2 => by.act(&one, "piles", "declinations", why).await,
        3 => by.act(&one, "piles", "collections", json!({})).await,
        4 => by.act(&one, "piles", "failures", why).await,
        5 => by.act(&one, "piles", "losses", why).await,
        6 => by.act(&one, "piles", "absences", json!({})).await,
        7 => by.act(&one, "piles", "merges", json!({"into": id_of(&other)})).await,
        8 => {
            let split = json!({"id": Uuid::now_v7(), "bags": {"full": chance.u64(1..3)}});
            let answer = by.act(&one, "piles", "splits", split).await;
            if answer.status == 201 {
                ledger.piles.push(answer.json());
            }
            answer
        }
        WEIGHING.. => {
            let grams = chance.i64(1_000..90_000);
            let code = if chance.f32() < 0.2 { &cleanup["code"] } else { &one["code"] };
            let weighing = json!({"id": Uuid::now_v7(), "code": code, "weight_kg": grams as f64 / 1000.0});
            let answer = by.post("/api/v1/weighings", weighing.clone()).await;
            if answer.status == 200 {
                ledger.grams += grams;
                // Sent again, because its answer may have been lost.
                assert_eq!(by.post("/api/v1/weighings", weighing).await.status, 200);
            }
            answer
        }
    };
    if answer.status.is_success() {
        ledger.done.insert(what.min(WEIGHING));
    }
    assert!(matches!(answer.status.as_u16(), 200 | 201 | 403 | 409 | 422), "{}: {}", answer.status, answer.json());
}

/// What must hold after every act.
async fn all_is_well(anyone: &Person, ledger: &Ledger) {
    let piles = anyone.get("/api/v1/piles").await.json();
    let piles: Vec<&Value> = piles["features"].as_array().unwrap().iter().map(|f| &f["properties"]).collect();
    assert_eq!(piles.len(), ledger.piles.len());
    for p in &piles {
        let open = ["filled", "ready", "requested", "accepted", "collected"].contains(&p["state"].as_str().unwrap());
        assert_eq!(open, p["duty"]["due"].is_string() && p["duty"]["who"]["kind"].is_string(), "{p}");
    }
    let bags = |p: &Value| p["parts"].as_array().unwrap().iter().filter_map(|part| part["bags"]["full"].as_u64()).sum::<u64>();
    assert_eq!(piles.iter().map(|p| bags(p)).sum::<u64>(), ledger.full_bags, "each bag is in one pile");
    let numbers = anyone.get("/api/v1/numbers?year=2026").await.json();
    let side = |who: &str| numbers[who]["total"]["weighed_kg"].as_f64().unwrap();
    let weighed = side("volunteers") + side("professionals");
    assert!((weighed * 1000.0 - ledger.grams as f64).abs() < 0.5, "{weighed} kg for {} g", ledger.grams);
}

both! {
    async fn no_sequence_of_acts_forgets_bags_or_counts_a_kilogram_twice(app) {
        let people = [app.volunteer().await, app.as_role("hauler").await, app.as_role("staff").await];
        let (mut ledger, mut chance) = (Ledger::default(), Rng::with_seed(7));
        for _ in 0..ROUNDS {
            let cleanup = people[0].plan(plan(OPEN)).await;
            let told = json!({"id": Uuid::now_v7(), "bags": {"full": 6}, "people": 3});
            people[0].act(&cleanup, "cleanups", "results", told).await.expect(reqwest::StatusCode::OK);
            for _ in 0..STEPS {
                act(&people, &cleanup, &mut ledger, &mut chance).await;
                all_is_well(&people[0], &ledger).await;
            }
        }
        assert!(ledger.grams > 0 && ledger.piles.len() > ROUNDS, "nothing happened");
        assert!(ledger.done.iter().copied().eq(0..=WEIGHING), "only these were done: {:?}", ledger.done);
    }
}
