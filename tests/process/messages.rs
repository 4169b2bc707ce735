//! What people are told, and the end of the process in between.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use strandline::clock::Clock;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::helpers::{Program, Running, send};

/// How many write at once, and how many words are acknowledged before the end. A person's messages are told a hundred at a time.
const WRITERS: usize = 8;
const ENOUGH: usize = 40;

async fn somebody(running: &Running) -> reqwest::Client {
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    send(&client, running, "session", json!({})).await;
    client
}

/// Writes to those who come until the service is gone. Returns each word with whether it was acknowledged.
async fn write_until_gone(organiser: reqwest::Client, path: String, written: Arc<AtomicUsize>) -> Vec<(Uuid, bool)> {
    let mut words = vec![];
    while words.len() < 100 / WRITERS {
        let id = Uuid::now_v7();
        let answer = organiser.post(&path).json(&json!({"id": id, "text": id})).send().await;
        let taken = answer.is_ok_and(|a| a.status().is_success());
        words.push((id, taken));
        if !taken {
            break;
        }
        written.fetch_add(1, Ordering::Relaxed);
    }
    words
}

/// The words somebody was told.
async fn told(person: &reqwest::Client, running: &Running) -> Vec<Uuid> {
    let inbox = person.get(format!("{}/api/v1/messages", running.url)).send().await.unwrap().text().await.unwrap();
    let inbox: Value = serde_json::from_str(&inbox).unwrap();
    let texts = inbox["messages"].as_array().unwrap().iter().filter_map(|m| m["facts"]["text"].as_str()?.parse().ok());
    texts.collect()
}

async fn nobody_is_told_twice_or_not_at_all(program: Program) {
    let mut running = program.serve().await;
    let (organiser, comes) = (somebody(&running).await, somebody(&running).await);
    let (id, from) = (Uuid::now_v7(), Clock::default().now() + chrono::TimeDelta::days(2));
    let until = from + chrono::TimeDelta::hours(2);
    let plan =
        json!({"id": id, "lon": 8.701, "lat": 58.400, "organiser_kind": "person", "from": from, "until": until, "open": true});
    send(&organiser, &running, "cleanups", plan).await;
    send(&comes, &running, &format!("cleanups/{id}/participants"), json!({"id": Uuid::now_v7()})).await;

    let (written, path) = (Arc::new(AtomicUsize::new(0)), format!("{}/api/v1/cleanups/{id}/notes", running.url));
    let write = || tokio::spawn(write_until_gone(organiser.clone(), path.clone(), written.clone()));
    let writers: Vec<_> = (0..WRITERS).map(|_| write()).collect();
    // Unless the writers are over before: then too few were acknowledged.
    while written.load(Ordering::Relaxed) < ENOUGH && !writers.iter().all(JoinHandle::is_finished) {
        tokio::task::yield_now().await;
    }
    assert!(written.load(Ordering::Relaxed) >= ENOUGH, "too few were acknowledged");
    running.kill();
    let mut words = vec![];
    for writer in writers {
        words.extend(writer.await.unwrap());
    }

    let running = program.serve().await;
    let after = told(&comes, &running).await;
    let once: HashSet<Uuid> = after.iter().copied().collect();
    assert_eq!(once.len(), after.len(), "somebody was told twice");
    assert!(words.iter().all(|(word, taken)| !taken || once.contains(word)), "what was acknowledged was not told");
    // What got no answer is sent again, and is told once whether it had been done or not.
    for (word, _) in words.iter().filter(|(_, taken)| !taken) {
        send(&organiser, &running, &format!("cleanups/{id}/notes"), json!({"id": word, "text": word})).await;
    }
    let mut all = told(&comes, &running).await;
    let mut expected: Vec<Uuid> = words.iter().map(|(word, _)| *word).collect();
    all.sort();
    expected.sort();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn a_kill_between_an_act_and_its_message_loses_none_and_doubles_none_on_sqlite() {
    nobody_is_told_twice_or_not_at_all(Program::on_sqlite().await).await;
}

#[tokio::test]
async fn a_kill_between_an_act_and_its_message_loses_none_and_doubles_none_on_postgres() {
    nobody_is_told_twice_or_not_at_all(Program::on_postgres().await).await;
}
