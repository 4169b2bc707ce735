//! What people are told: once, and within their own limits.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use crate::helpers::{OPEN, Person, pile, plan, start};

async fn choose(person: &Person, choice: serde_json::Value) -> crate::helpers::Answer {
    person.send(person.request(Method::PUT, "/api/v1/messages/choice").json(&choice)).await
}

both! {
    async fn a_reminder_comes_the_day_before_and_once_however_many_look(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let cleanup = ola.plan(plan(OPEN)).await;
        kari.act(&cleanup, "cleanups", "participants", json!({"id": Uuid::now_v7()})).await.expect(StatusCode::OK);
        app.clock.advance(TimeDelta::hours(30));
        // Each process looks when it starts, and every minute.
        let (one, two) = tokio::join!(app.another(), app.another());
        let mut events = kari.request(Method::GET, "/api/v1/events?since=0").send().await.unwrap();
        let mut seen = String::new();
        while !seen.contains("\"layer\":\"message\"") {
            seen.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
        one.stop().await;
        two.stop().await;
        assert_eq!(kari.told().await, ["cleanup_reminder"]);
        assert_eq!(ola.told().await, ["cleanup_reminder"]);
    }

    async fn messages_are_read_and_kinds_switched_off(app) {
        let (ola, hauler) = (app.volunteer().await, app.as_role("hauler").await);
        assert_eq!(choose(&ola, json!({"off": ["king"]})).await.refused(422, "invalid")["field"], "off[0]");
        choose(&ola, json!({"off": ["pile_accepted"], "asks_a_year": 2})).await.expect(StatusCode::OK);
        let left = ola.post("/api/v1/piles", pile(OPEN)).await.expect(StatusCode::CREATED);
        hauler.act(&left, "piles", "acceptances", json!({})).await.expect(StatusCode::OK);
        hauler.act(&left, "piles", "collections", json!({})).await.expect(StatusCode::OK);
        let inbox = ola.get("/api/v1/messages").await.json();
        assert_eq!((ola.told().await, &inbox["unread"]), (vec!["pile_collected".to_owned()], &json!(1)));
        assert_eq!(inbox["choice"], json!({"off": ["pile_accepted"], "asks_a_year": 2}));
        let read = ola.post("/api/v1/messages/reads", json!({"up_to": start()})).await.expect(StatusCode::OK);
        assert_eq!((&read["unread"], &read["messages"][0]["read"]), (&json!(0), &json!(true)));
    }

    async fn who_wants_to_be_asked_twice_a_year_is_asked_twice(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        choose(&kari, json!({"asks_a_year": 2})).await.expect(StatusCode::OK);
        let cleanup = ola.plan(plan(OPEN)).await;
        kari.act(&cleanup, "cleanups", "participants", json!({"id": Uuid::now_v7()})).await.expect(StatusCode::OK);
        for every in ["week", "month", "year", "two_weeks"] {
            let repeat = json!({"every": every, "times": 1});
            ola.act(&cleanup, "cleanups", "repeats", repeat).await.expect(StatusCode::OK);
        }
        assert_eq!(kari.told().await, ["cleanup_again", "cleanup_again"]);
    }

    async fn an_organiser_writes_to_those_who_come_and_nobody_else_hears(app) {
        let (ola, kari, per) = (app.volunteer().await, app.volunteer().await, app.volunteer().await);
        let cleanup = ola.plan(plan(OPEN)).await;
        kari.act(&cleanup, "cleanups", "participants", json!({"id": Uuid::now_v7()})).await.expect(StatusCode::OK);
        let note = json!({"id": Uuid::now_v7(), "text": "Ta med hansker"});
        for _ in 0..2 {
            ola.act(&cleanup, "cleanups", "notes", note.clone()).await.expect(StatusCode::OK);
        }
        let inbox = kari.get("/api/v1/messages").await.json();
        assert_eq!((inbox["messages"].as_array().unwrap().len(), &inbox["messages"][0]["facts"]["text"]), (1, &json!("Ta med hansker")));
        assert!(per.told().await.is_empty());
        kari.act(&cleanup, "cleanups", "notes", note).await.refused(403, "forbidden");
        let events = per.request(Method::GET, "/api/v1/events?since=0").send().await.unwrap();
        let mut events = events;
        let mut seen = String::new();
        per.report(OPEN).await; // the last thing that happens
        while !seen.contains("\"act\":\"reported\"") {
            seen.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
        assert!(seen.contains("\"act\":\"joined\"") && !seen.contains("\"layer\":\"message\""), "{seen}");
    }

    async fn late_bags_are_an_alarm_for_all_who_should_act(app) {
        let (ola, hauler, staff) = (app.volunteer().await, app.as_role("hauler").await, app.as_role("staff").await);
        ola.post("/api/v1/piles", pile(OPEN)).await.expect(StatusCode::CREATED);
        app.clock.advance(TimeDelta::days(4));
        let looks = app.another().await;
        let mut events = staff.request(Method::GET, "/api/v1/events?since=0").send().await.unwrap();
        let mut seen = String::new();
        while !seen.contains("\"layer\":\"message\"") {
            seen.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
        looks.stop().await;
        assert_eq!((hauler.told().await, staff.told().await), (vec!["pile_late".to_owned(), "pile_requested".to_owned()], vec!["pile_late".to_owned()]));
    }
}
