use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::json;

use crate::helpers::{CLOSED, OPEN, PROFESSIONAL, Person, claim, start};

both! {
    /// At two processes on one database, a hundred at each.
    async fn two_hundred_people_try_at_once_and_one_gets_it(app) {
        let other = app.another().await;
        let h = app.volunteer().await.report(OPEN).await;
        let people = (0..200).map(async |i| {
            let person = if i % 2 == 0 { app.anonymous() } else { Person::of(&other) };
            person.post("/api/v1/session", json!({})).await.expect(StatusCode::CREATED);
            person
        });
        let people = futures_util::future::join_all(people).await;
        other.live.catch_up().await.unwrap(); // where nobody tells of a write, it looks every half second
        let answers = futures_util::future::join_all(people.iter().map(|p| p.claim(&h, 5))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == StatusCode::CREATED);
        assert_eq!((won.len(), lost.len()), (1, 199));
        for refused in lost {
            let problem = refused.refused(409, "already_claimed");
            assert_eq!(problem["holder_name"], "Speiderne");
            assert_eq!(problem["until"], "2026-06-15T10:00:00+00:00");
        }
        let history = app.anonymous().get(&format!("/api/v1/hotspots/{}/history", h["id"].as_str().unwrap())).await.json();
        assert_eq!(history.as_array().unwrap().iter().filter(|line| line["act"] == "claimed").count(), 1, "{history}");
        other.stop().await;
    }

    async fn the_database_itself_holds_no_second_active_claim(app) {
        let ola = app.volunteer().await;
        for _ in 0..2 {
            let h = ola.report(OPEN).await;
            ola.claim(&h, 5).await.expect(StatusCode::CREATED);
        }
        let both_on_one = "UPDATE claim SET hotspot_id = (SELECT hotspot_id FROM claim LIMIT 1)";
        let refused = app.sql(both_on_one).await.unwrap_err();
        assert!(refused.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation), "{refused}");
    }

    async fn a_claim_sent_twice_is_one_claim(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        let (path, body) = (format!("/api/v1/hotspots/{}/claims", h["id"].as_str().unwrap()), claim(5));
        ola.post(&path, body.clone()).await.expect(StatusCode::CREATED);
        ola.post(&path, body.clone()).await.expect(StatusCode::OK);
        app.volunteer().await.post(&path, body).await.refused(409, "id_taken");
    }

    async fn a_claim_lapses_by_itself_and_another_may_follow(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = ola.report(OPEN).await;
        let claimed = ola.claim(&h, 5).await.expect(StatusCode::CREATED);
        assert_eq!(claimed["claim"]["remind_at"], json!(start() + TimeDelta::days(4)));
        app.clock.advance(TimeDelta::days(5));
        let seen = kari.hotspot(&h["id"]).await;
        assert_eq!((&seen["state"], &seen["claim"]), (&json!("reported"), &json!(null)));
        kari.claim(&h, 9).await.expect(StatusCode::CREATED);
        let id = claimed["claim"]["id"].as_str().unwrap();
        ola.post(&format!("/api/v1/claims/{id}/releases"), json!({})).await.refused(409, "wrong_state");
    }

    async fn the_holder_extends_and_releases_and_nobody_else_does(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = ola.report(OPEN).await;
        let claimed = ola.claim(&h, 5).await.expect(StatusCode::CREATED);
        let at = |what: &str| format!("/api/v1/claims/{}/{what}", claimed["claim"]["id"].as_str().unwrap());
        let until = json!({"until": start() + TimeDelta::days(20)});
        kari.post(&at("extensions"), until.clone()).await.refused(403, "forbidden");
        kari.post(&at("releases"), json!({})).await.refused(403, "forbidden");
        let extended = ola.post(&at("extensions"), until).await.expect(StatusCode::OK);
        assert_eq!(extended["claim"]["until"], "2026-06-30T10:00:00Z");
        let far = json!({"until": start() + TimeDelta::days(400)});
        assert_eq!(ola.post(&at("extensions"), far).await.refused(422, "invalid")["field"], "until");
        ola.post(&at("releases"), json!({})).await.expect(StatusCode::OK);
        kari.claim(&h, 2).await.expect(StatusCode::CREATED);
    }

    async fn a_request_to_take_over_is_answered_or_lapses(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = ola.report(OPEN).await;
        let claimed = ola.claim(&h, 20).await.expect(StatusCode::CREATED);
        let at = |what: &str| format!("/api/v1/claims/{}/{what}", claimed["claim"]["id"].as_str().unwrap());
        let ask = json!({"name": "Turlaget"});
        let asked = kari.post(&at("takeover-requests"), ask.clone()).await.expect(StatusCode::OK);
        assert_eq!(asked["claim"]["takeover"]["answer_by"], json!(start() + TimeDelta::hours(72)));
        app.volunteer().await.post(&at("takeover-requests"), ask.clone()).await.refused(409, "wrong_state");
        ola.post(&at("takeover-answers"), json!({"hand_over": false})).await.expect(StatusCode::OK);
        kari.post(&at("takeover-requests"), ask.clone()).await.expect(StatusCode::OK);
        let given = ola.post(&at("takeover-answers"), json!({"hand_over": true})).await.expect(StatusCode::OK);
        assert_eq!((&given["state"], &given["claim"]["holder_name"]), (&json!("claimed"), &json!("Turlaget")));
        let new = given["claim"]["id"].as_str().unwrap();
        ola.post(&format!("/api/v1/claims/{new}/releases"), json!({})).await.refused(403, "forbidden");
        kari.post(&format!("/api/v1/claims/{new}/releases"), json!({})).await.expect(StatusCode::OK);

        let second = ola.claim(&h, 20).await.expect(StatusCode::CREATED);
        let path = format!("/api/v1/claims/{}/takeover-requests", second["claim"]["id"].as_str().unwrap());
        kari.post(&path, ask).await.expect(StatusCode::OK);
        app.clock.advance(TimeDelta::hours(72));
        assert_eq!(kari.hotspot(&h["id"]).await["state"], "reported");
    }

    async fn the_place_decides_whether_a_volunteer_may_claim(app) {
        let (ola, staff) = (app.volunteer().await, app.as_role("staff").await);
        let pro = ola.report(PROFESSIONAL).await;
        let problem = ola.claim(&pro, 3).await.refused(409, "professional_zone");
        assert_eq!(problem["instead"], "support");
        staff.claim(&pro, 3).await.expect(StatusCode::CREATED);
        let closed = ola.report(CLOSED).await;
        assert_eq!(ola.claim(&closed, 3).await.refused(409, "closed_place")["first_allowed"], "2026-07-16");
        let watched = ola.report((8.727, 58.411)).await;
        ola.claim(&watched, 3).await.refused(409, "monitoring_beach");
    }

    async fn nobody_gets_a_claim_by_takeover_that_the_place_refuses(app) {
        let (staff, ola) = (app.as_role("staff").await, app.volunteer().await);
        let pro = ola.report(PROFESSIONAL).await;
        let held = staff.claim(&pro, 9).await.expect(StatusCode::CREATED);
        let ask = format!("/api/v1/claims/{}/takeover-requests", held["claim"]["id"].as_str().unwrap());
        ola.post(&ask, json!({"name": "Vi"})).await.refused(409, "professional_zone");
        let closed = ola.report(CLOSED).await;
        staff.claim(&closed, 3).await.refused(409, "closed_place");
    }

    async fn a_claim_that_begins_later_is_extended_by_its_own_days(app) {
        let ola = app.volunteer().await;
        app.clock.advance(TimeDelta::days(25)); // 5 July; the closure ends on the 15th
        let closed = ola.report(CLOSED).await;
        let path = format!("/api/v1/hotspots/{}/claims", closed["id"].as_str().unwrap());
        let mut later = claim(38);
        later["from"] = json!("2026-07-16T10:00:00Z");
        let held = ola.post(&path, later).await.expect(StatusCode::CREATED);
        let extend = format!("/api/v1/claims/{}/extensions", held["claim"]["id"].as_str().unwrap());
        ola.post(&extend, json!({"until": "2026-07-25T10:00:00Z"})).await.expect(StatusCode::OK);
        let early = ola.post(&extend, json!({"until": "2026-07-10T10:00:00Z"})).await.refused(422, "invalid");
        assert_eq!(early["field"], "from");
    }

    async fn what_somebody_else_holds_is_not_cleaned_away_from_them(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = ola.report(OPEN).await;
        ola.claim(&h, 5).await.expect(StatusCode::CREATED);
        let path = format!("/api/v1/hotspots/{}/cleanings", h["id"].as_str().unwrap());
        kari.post(&path, json!({})).await.refused(409, "already_claimed");
        ola.post(&path, json!({})).await.expect(StatusCode::OK);
    }

    async fn a_far_year_is_a_refusal_and_no_failure(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        let path = format!("/api/v1/hotspots/{}/claims", h["id"].as_str().unwrap());
        let mut far = claim(3);
        (far["from"], far["until"]) = (json!("+262142-12-31T23:00:00Z"), json!("+262142-12-31T23:30:00Z"));
        assert_eq!(ola.post(&path, far).await.refused(422, "invalid")["field"], "until");
    }

    async fn an_impossible_window_is_refused(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        assert_eq!(ola.claim(&h, -1).await.refused(422, "invalid")["field"], "until");
        assert_eq!(ola.claim(&h, 31).await.refused(422, "invalid")["field"], "until");
    }
}
