//! Every role over every route.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use strandline::domain::permission::{Action, Grant, grant};
use strandline::domain::person::Role;
use uuid::Uuid;

use crate::helpers::{Engine, OPEN, Person, TestApp, claim, report};

/// Every route with the action it asks the table for; none where it is open to all or guards itself otherwise.
const ROUTES: &[(&str, &str, Option<Action>)] = &[
    ("get", "/api/v1/coast", Some(Action::Look)),
    ("get", "/api/v1/segments", Some(Action::Look)),
    ("get", "/api/v1/segments/nearest", Some(Action::Look)),
    ("get", "/api/v1/tiles/{z}/{x}/{y}", Some(Action::Look)),
    ("get", "/api/v1/rules", Some(Action::Look)),
    ("get", "/api/v1/areas", Some(Action::Look)),
    ("get", "/api/v1/closures", Some(Action::Look)),
    ("get", "/api/v1/zones", Some(Action::Look)),
    ("get", "/api/v1/zones/{id}", Some(Action::Look)),
    ("post", "/api/v1/zones/{id}", Some(Action::Zone)),
    ("put", "/api/v1/zones/{id}", Some(Action::Zone)),
    ("delete", "/api/v1/zones/{id}", Some(Action::Zone)),
    ("get", "/api/v1/hotspots", Some(Action::Look)),
    ("get", "/api/v1/hotspots/nearest", Some(Action::Look)),
    ("post", "/api/v1/hotspots", Some(Action::Report)),
    ("get", "/api/v1/hotspots/{id}", Some(Action::Look)),
    ("get", "/api/v1/hotspots/{id}/history", Some(Action::Look)),
    ("post", "/api/v1/hotspots/{id}/supports", Some(Action::Vouch)),
    ("post", "/api/v1/hotspots/{id}/sightings", Some(Action::Vouch)),
    ("post", "/api/v1/hotspots/{id}/cleanings", Some(Action::Clean)),
    ("post", "/api/v1/hotspots/{id}/verifications", Some(Action::Judge)),
    ("post", "/api/v1/hotspots/{id}/closings", Some(Action::Judge)),
    ("put", "/api/v1/hotspots/{id}/photos/{photo}", None), // whoever announced it
    ("head", "/api/v1/hotspots/{id}/photos/{photo}", None),
    ("patch", "/api/v1/hotspots/{id}/photos/{photo}", None),
    ("get", "/api/v1/rulebook", Some(Action::Look)),
    ("get", "/api/v1/qr", None),
    ("get", "/api/v1/photos/{id}/{size}", Some(Action::Look)),
    ("post", "/api/v1/hotspots/{id}/claims", Some(Action::Claim)),
    ("post", "/api/v1/claims/{id}/extensions", Some(Action::KeepClaim)),
    ("post", "/api/v1/claims/{id}/releases", Some(Action::KeepClaim)),
    ("post", "/api/v1/claims/{id}/takeover-requests", Some(Action::AskTakeover)),
    ("post", "/api/v1/claims/{id}/takeover-answers", Some(Action::KeepClaim)),
    ("get", "/api/v1/me", Some(Action::Look)),
    ("post", "/api/v1/session", None), // anyone may begin one
    ("delete", "/api/v1/session", None),
    ("post", "/api/v1/session/enter", None), // whoever has the link
    ("post", "/api/v1/invites", Some(Action::Invite)),
    ("post", "/api/v1/demo/role", None), // only in a demonstration
    ("get", "/api/v1/events", Some(Action::Look)),
    ("get", "/healthz", Some(Action::Look)),
    ("get", "/readyz", Some(Action::Look)),
    ("get", "/metrics", Some(Action::Look)),
    ("get", "/api/v1/openapi.json", Some(Action::Look)),
];

fn zone() -> Value {
    json!({"name": "Prøve", "regime": "shared", "geometry":
        {"type": "Polygon", "coordinates": [[[8.69, 58.395], [8.70, 58.395], [8.70, 58.40], [8.69, 58.395]]]}})
}

/// Makes what the route acts upon, and asks for it as `who`. Everything lies in Sund, and claims belong to `owner`.
async fn ask(owner: &Person, staff: &Person, who: &Person, method: &str, path: &str) -> StatusCode {
    let h = owner.report(OPEN).await;
    let body = match path {
        "/api/v1/hotspots" => report(OPEN),
        p if p.ends_with("/claims") => claim(3),
        p if p.ends_with("/extensions") => json!({"until": crate::helpers::start() + chrono::TimeDelta::days(6)}),
        p if p.ends_with("/takeover-requests") => json!({"name": "Vi"}),
        p if p.ends_with("/takeover-answers") => json!({"hand_over": false}),
        p if p.ends_with("/closings") => json!({"kind": "not_found"}),
        p if p.ends_with("/invites") => json!({"role": "crew"}),
        p if p.contains("/zones/") => zone(),
        _ => json!({}),
    };
    let id = if path.contains("/claims/") {
        owner.claim(&h, 5).await.expect(StatusCode::CREATED)["claim"]["id"].as_str().unwrap().to_owned()
    } else if path.contains("/zones/") {
        let id = Uuid::now_v7().to_string();
        if method != "post" {
            staff.post(&format!("/api/v1/zones/{id}"), zone()).await.expect(StatusCode::CREATED);
        }
        id
    } else {
        if path.ends_with("/verifications") {
            let cleaned = format!("/api/v1/hotspots/{}/cleanings", h["id"].as_str().unwrap());
            owner.post(&cleaned, json!({})).await.expect(StatusCode::OK);
        }
        h["id"].as_str().unwrap().to_owned()
    };
    let path = path.replace("{id}", &id);
    let request = who.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &path);
    who.send(request.header("if-match", "\"1\"").json(&body)).await.status
}

#[tokio::test]
async fn every_role_over_every_route_gets_what_the_table_says() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let (owner, staff) = (app.volunteer().await, app.as_role("staff").await);
    for &(method, path, action) in ROUTES.iter().filter(|(m, _, a)| *m != "get" && a.is_some()) {
        let action = action.unwrap();
        for role in std::iter::once(None).chain(Role::ALL.map(Some)) {
            let who = match role {
                None => app.anonymous(),
                Some(role) => app.as_role(role.text()).await,
            };
            let status = ask(&owner, &staff, &who, method, path).await;
            let expected = match (role, grant(role, action)) {
                (None, _) => Some(StatusCode::UNAUTHORIZED),
                (_, Grant::No) => Some(StatusCode::FORBIDDEN),
                // What it acts upon belongs to somebody else; inviting is always into one's own organisation.
                (_, Grant::Own) if action != Action::Invite => Some(StatusCode::FORBIDDEN),
                _ => None,
            };
            match expected {
                Some(expected) => assert_eq!(status, expected, "{role:?} {method} {path}"),
                None => assert!(status.is_success(), "{role:?} {method} {path}: {status}"),
            }
        }
    }
}

#[tokio::test]
async fn what_lies_in_a_municipality_is_judged_there() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let h = app.volunteer().await.report(OPEN).await;
    let path = format!("/api/v1/hotspots/{}/closings", h["id"].as_str().unwrap());
    for role in ["staff", "admin"] {
        app.of(role, "0002").await.post(&path, json!({"kind": "not_found"})).await.refused(403, "forbidden");
    }
}

#[test]
fn every_route_is_in_the_table_and_in_the_description() {
    let described = serde_json::to_value(strandline::http::openapi()).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |m| (m.clone(), path.clone())))
        .collect();
    let known = ROUTES.iter().map(|(m, p, _)| ((*m).to_owned(), (*p).to_owned())).collect();
    assert_eq!(described, known);
}

#[test]
fn the_committed_description_is_current() {
    let committed = std::fs::read_to_string("openapi.json").unwrap();
    let current = serde_json::to_string_pretty(&strandline::http::openapi()).unwrap();
    assert!(committed.trim() == current, "openapi.json is stale: run `make openapi`");
}
