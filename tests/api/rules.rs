use reqwest::StatusCode;
use serde_json::json;

use crate::helpers::{CLOSED, OPEN, PROFESSIONAL};

both! {
    async fn every_place_answers_with_every_rule_and_in_four_languages(app) {
        let anyone = app.anonymous();
        let rules = async |(lon, lat): (f64, f64), at: &str| {
            anyone.get(&format!("/api/v1/rules?lon={lon}&lat={lat}&at={at}")).await.expect(StatusCode::OK)
        };
        let closed = rules(CLOSED, "2026-05-01").await;
        assert_eq!((&closed["regime"], &closed["may_be_there"], &closed["first_allowed"]), (&json!("closed"), &json!(false), &json!("2026-07-16")));
        assert_eq!(closed["rules"][0]["source_url"], "https://lovdata.no/forskrift");
        for language in ["nb", "nn", "da", "en"] {
            assert!(closed["words"].as_array().unwrap().iter().all(|w| !w[language].as_str().unwrap().is_empty()));
        }
        assert_eq!(rules(CLOSED, "2026-08-01").await["regime"], "shared");
        assert_eq!(rules(PROFESSIONAL, "2026-08-01").await["regime"], "professional");
        let open = rules(OPEN, "2026-08-01").await;
        assert_eq!((&open["regime"], &open["municipality"]["name"]), (&json!("shared"), &json!("Sund")));
    }

    async fn an_instant_is_turned_into_the_local_day(app) {
        let day = |at: &str| format!("/api/v1/rules?lon={}&lat={}&at={at}", CLOSED.0, CLOSED.1);
        // Half past eleven at night in UTC is the next day in Norway.
        let answer = app.anonymous().get(&day("2026-04-14T22:30:00Z")).await.expect(StatusCode::OK);
        assert_eq!((&answer["date"], &answer["regime"]), (&json!("2026-04-15"), &json!("closed")));
        let answer = app.anonymous().get(&day("2026-04-14T21:30:00Z")).await.expect(StatusCode::OK);
        assert_eq!(answer["date"], "2026-04-14");
        for wrong in ["tomorrow", "2026-13-01", "99999-01-01", "0001-01-01", "%2B262142-12-31T23:30:00Z"] {
            assert_eq!(app.anonymous().get(&day(wrong)).await.refused(422, "invalid")["field"], "at");
        }
    }

    async fn boats_are_told_of_the_buffer_around_a_closure(app) {
        let beside = format!("/api/v1/rules?lon={}&lat={}&at=2026-05-01", 8.7185, 58.412);
        let answer = app.anonymous().get(&beside).await.expect(StatusCode::OK);
        assert_eq!((&answer["rules"][0]["inside"], &answer["may_be_there"]), (&json!(false), &json!(true)));
        let away = format!("/api/v1/rules?lon={}&lat={}&at=2026-05-01", 8.7195, 58.412);
        let answer = app.anonymous().get(&away).await.expect(StatusCode::OK);
        assert_eq!(answer["rules"][0]["kind"], "municipality_default");
    }

    async fn the_shore_opens_when_the_season_ends(app) {
        let regime = async || {
            let near = format!("/api/v1/segments/nearest?lon={}&lat={}", CLOSED.0, CLOSED.1);
            app.anonymous().get(&near).await.expect(StatusCode::OK)[0]["regime"].clone()
        };
        assert_eq!(regime().await, "closed");
        let mut events = app.service.live.subscribe();
        app.clock.advance(chrono::TimeDelta::days(40));
        let event = tokio::time::timeout(std::time::Duration::from_secs(10), events.recv()).await.unwrap().unwrap();
        assert!(matches!(event, strandline::live::Event::Shore(_)));
        assert_eq!(regime().await, "shared");
    }
}
