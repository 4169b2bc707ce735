use reqwest::StatusCode;
use serde_json::json;
use strandline::act::person::{Secret, found};
use strandline::domain::person::Role;

use crate::helpers::{Engine, OPEN, TestApp, report};

both! {
    async fn nobody_signs_up_and_yet_everyone_keeps_what_is_theirs(app) {
        let someone = app.anonymous();
        assert_eq!(someone.get("/api/v1/me").await.expect(StatusCode::OK)["person"], json!(null));
        someone.post("/api/v1/hotspots", report(OPEN)).await.refused(401, "no_session");
        let begun = someone.post("/api/v1/session", json!({})).await;
        let cookie = begun.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let me = someone.get("/api/v1/me").await.expect(StatusCode::OK);
        assert_eq!(me["person"]["role"], "volunteer");
        someone.post("/api/v1/session", json!({})).await.expect(StatusCode::OK);
        assert_eq!(someone.get("/api/v1/me").await.json()["person"]["id"], me["person"]["id"]);
    }

    async fn a_session_ends_when_it_is_ended_and_when_its_time_is_up(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let end = ola.send(ola.request(reqwest::Method::DELETE, "/api/v1/session")).await;
        end.expect(StatusCode::NO_CONTENT);
        ola.post("/api/v1/hotspots", report(OPEN)).await.refused(401, "no_session");
        app.clock.advance(chrono::TimeDelta::days(181));
        kari.post("/api/v1/hotspots", report(OPEN)).await.refused(401, "session_expired");
        assert_eq!(kari.get("/api/v1/me").await.expect(StatusCode::OK)["person"], json!(null));
        kari.post("/api/v1/session", json!({})).await.expect(StatusCode::OK); // it goes on
        app.clock.advance(chrono::TimeDelta::days(361));
        ola.post("/api/v1/session", json!({})).await.expect(StatusCode::CREATED);
        ola.send(ola.request(reqwest::Method::DELETE, "/api/v1/session")).await.expect(StatusCode::NO_CONTENT);
        // Too long ago: it was taken along when another was ended.
        kari.post("/api/v1/session", json!({})).await.expect(StatusCode::CREATED);
    }

    async fn a_one_time_link_opens_once_and_leads_into_its_organisation(app) {
        let secret = Secret::new();
        let hidden = secret.clone();
        app.service
            .live
            .write(move |tx| Box::pin(async move { found(tx, "Sund kommune", Some("0001"), Role::Admin, &hidden).await }))
            .await
            .unwrap();
        let admin = app.anonymous();
        let entered = admin.post("/api/v1/session/enter", json!({"secret": secret.text()})).await.expect(StatusCode::CREATED);
        assert_eq!((&entered["person"]["role"], &entered["person"]["organisation"]["municipality"]), (&json!("admin"), &json!("0001")));
        app.anonymous().post("/api/v1/session/enter", json!({"secret": secret.text()})).await.refused(409, "invite_used");
        let link = admin.post("/api/v1/invites", json!({"role": "crew"})).await.expect(StatusCode::CREATED);
        let (_, secret) = link["url"].as_str().unwrap().rsplit_once('/').unwrap();
        let crew = app.anonymous();
        let entered = crew.post("/api/v1/session/enter", json!({"secret": secret})).await.expect(StatusCode::CREATED);
        assert_eq!(entered["person"]["role"], "crew");
        crew.post("/api/v1/invites", json!({"role": "crew"})).await.refused(403, "forbidden");
        assert_eq!(admin.post("/api/v1/invites", json!({"role": "volunteer"})).await.refused(422, "invalid")["field"], "role");
    }

    async fn a_link_left_lying_ends_by_itself(app) {
        let admin = app.as_role("admin").await;
        let link = admin.post("/api/v1/invites", json!({"role": "staff"})).await.expect(StatusCode::CREATED);
        let (_, secret) = link["url"].as_str().unwrap().rsplit_once('/').unwrap();
        app.clock.advance(chrono::TimeDelta::days(8));
        app.anonymous().post("/api/v1/session/enter", json!({"secret": secret})).await.refused(409, "invite_used");
    }
}

#[tokio::test]
async fn writes_from_another_site_are_refused() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let ola = app.volunteer().await;
    let from = |name: &'static str, value: &'static str| {
        ola.request(reqwest::Method::POST, "/api/v1/hotspots").header(name, value).json(&report(OPEN))
    };
    let refused = ola.send(from("origin", "https://evil.example")).await;
    assert_eq!(refused.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    refused.refused(400, "cross_site");
    ola.send(from("origin", "null")).await.refused(400, "cross_site");
    ola.send(from("sec-fetch-site", "cross-site")).await.refused(400, "cross_site");
    ola.send(from("sec-fetch-site", "same-origin")).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn writes_are_limited_by_address() {
    let app = TestApp::spawn_with(Engine::Sqlite, |c| c.limits.writes_per_minute = 3).await;
    let ola = app.volunteer().await;
    for _ in 0..2 {
        ola.post("/api/v1/hotspots", report(OPEN)).await.expect(StatusCode::CREATED);
    }
    let refused = ola.post("/api/v1/hotspots", report(OPEN)).await;
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
    refused.refused(429, "rate_limited");
    ola.get("/api/v1/hotspots").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn behind_a_proxy_its_own_word_counts_and_nobody_elses() {
    let app = TestApp::spawn_with(Engine::Sqlite, |c| (c.limits.writes_per_minute, c.server.trust_proxy) = (3, true)).await;
    let begin = |forwarded: String| {
        let someone = app.anonymous();
        let request = someone.request(reqwest::Method::POST, "/api/v1/session").header("x-forwarded-for", forwarded);
        async move { someone.send(request).await.status }
    };
    for i in 0..3 {
        assert_eq!(begin(format!("10.0.0.{i}, 198.51.100.7")).await, StatusCode::CREATED);
    }
    assert_eq!(begin("10.9.9.9, 198.51.100.7".into()).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(begin("198.51.100.8".into()).await, StatusCode::CREATED);
    for i in 0..3 {
        assert_eq!(begin(format!("2001:db8:1:1::{i}")).await, StatusCode::CREATED);
    }
    assert_eq!(begin("2001:db8:1:1:ffff::1".into()).await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn without_a_demonstration_nobody_chooses_a_role() {
    let app = TestApp::spawn_with(Engine::Sqlite, |c| c.demo = false).await;
    app.anonymous().post("/api/v1/demo/role", json!({"role": "admin"})).await.refused(404, "not_found");
}
