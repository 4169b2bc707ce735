//! Every role over every route.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use strandline::domain::lottery::commitment;
use strandline::domain::permission::{Action, Grant, grant};
use strandline::domain::person::Role;
use uuid::Uuid;

use crate::helpers::{Engine, OPEN, Person, TestApp, claim, pile, plan, report, start};

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
    ("put", "/api/v1/photos/{id}", Some(Action::SendPhoto)),
    ("head", "/api/v1/photos/{id}", Some(Action::SendPhoto)),
    ("patch", "/api/v1/photos/{id}", Some(Action::SendPhoto)),
    ("get", "/api/v1/rulebook", Some(Action::Look)),
    ("get", "/api/v1/qr", None),
    ("get", "/api/v1/photos/{id}/{size}", Some(Action::Look)),
    ("post", "/api/v1/hotspots/{id}/claims", Some(Action::Claim)),
    ("post", "/api/v1/claims/{id}/extensions", Some(Action::KeepClaim)),
    ("post", "/api/v1/claims/{id}/releases", Some(Action::KeepClaim)),
    ("post", "/api/v1/claims/{id}/takeover-requests", Some(Action::AskTakeover)),
    ("post", "/api/v1/claims/{id}/takeover-answers", Some(Action::KeepClaim)),
    ("get", "/api/v1/cleanups", Some(Action::Look)),
    ("post", "/api/v1/cleanups", Some(Action::Plan)),
    ("get", "/api/v1/cleanups/{id}", Some(Action::Look)),
    ("get", "/api/v1/cleanups/{id}/history", Some(Action::Look)),
    ("get", "/api/v1/cleanups/{id}/map.svg", Some(Action::Look)),
    ("get", "/api/v1/cleanups/{id}/calendar.ics", Some(Action::Look)),
    ("get", "/api/v1/cleanups/{id}/participants", None), // its organiser
    ("post", "/api/v1/cleanups/{id}/participants", Some(Action::Join)),
    ("post", "/api/v1/cleanups/{id}/leavings", Some(Action::Join)),
    ("post", "/api/v1/cleanups/{id}/repeats", Some(Action::RunCleanup)),
    ("post", "/api/v1/cleanups/{id}/starts", Some(Action::RunCleanup)),
    ("post", "/api/v1/cleanups/{id}/cancellations", Some(Action::RunCleanup)),
    ("post", "/api/v1/cleanups/{id}/results", Some(Action::RunCleanup)),
    ("post", "/api/v1/cleanups/{id}/closings", Some(Action::RunCleanup)),
    ("post", "/api/v1/cleanups/{id}/notes", Some(Action::RunCleanup)),
    ("post", "/api/v1/cleanups/{id}/costs", Some(Action::RunCleanup)),
    ("post", "/api/v1/cleanups/{id}/thanks", Some(Action::Thank)),
    ("get", "/api/v1/litter-items", Some(Action::Look)),
    ("get", "/api/v1/calendar.ics", Some(Action::Look)),
    ("get", "/api/v1/piles", Some(Action::Look)),
    ("post", "/api/v1/piles", Some(Action::LeavePile)),
    ("get", "/api/v1/piles/{id}", Some(Action::Look)),
    ("get", "/api/v1/piles/{id}/history", Some(Action::Look)),
    ("get", "/api/v1/waste-options", Some(Action::Look)),
    ("post", "/api/v1/piles/{id}/splits", Some(Action::KeepPile)),
    ("post", "/api/v1/piles/{id}/merges", Some(Action::KeepPile)),
    ("post", "/api/v1/piles/{id}/losses", Some(Action::KeepPile)),
    ("post", "/api/v1/piles/{id}/readiness", Some(Action::KeepPile)),
    ("post", "/api/v1/piles/{id}/absences", Some(Action::MissPile)),
    ("post", "/api/v1/piles/{id}/acceptances", Some(Action::Fetch)),
    ("post", "/api/v1/piles/{id}/declinations", Some(Action::Fetch)),
    ("post", "/api/v1/piles/{id}/collections", Some(Action::Fetch)),
    ("post", "/api/v1/piles/{id}/failures", Some(Action::Fetch)),
    ("get", "/api/v1/codes/{code}", Some(Action::Look)),
    ("post", "/api/v1/weighings", Some(Action::Weigh)),
    ("get", "/api/v1/duties", None), // one's own
    ("get", "/api/v1/sites", Some(Action::Look)),
    ("get", "/api/v1/sites/{id}", Some(Action::Look)),
    ("post", "/api/v1/sites", Some(Action::Place)),
    ("post", "/api/v1/sites/{id}/descriptions", Some(Action::Place)),
    ("post", "/api/v1/sites/{id}/closings", Some(Action::Place)),
    ("get", "/api/v1/orders", Some(Action::Look)),
    ("post", "/api/v1/orders", Some(Action::Order)),
    ("get", "/api/v1/orders/{id}", Some(Action::Look)),
    ("get", "/api/v1/orders/{id}/history", Some(Action::Look)),
    ("post", "/api/v1/orders/{id}/assignments", Some(Action::Order)),
    ("post", "/api/v1/orders/{id}/approvals", Some(Action::Order)),
    ("post", "/api/v1/orders/{id}/withdrawals", Some(Action::Order)),
    ("post", "/api/v1/orders/{id}/acceptances", Some(Action::Work)),
    ("post", "/api/v1/orders/{id}/declinations", Some(Action::Work)),
    ("post", "/api/v1/orders/{id}/starts", Some(Action::Work)),
    ("post", "/api/v1/orders/{id}/results", Some(Action::Work)),
    ("get", "/api/v1/crews", None),     // names of organisations, for who has a session
    ("get", "/api/v1/my-orders", None), // one's own
    ("get", "/api/v1/equipment", Some(Action::Look)),
    ("get", "/api/v1/equipment/nearest", Some(Action::Look)),
    ("post", "/api/v1/equipment", Some(Action::Place)),
    ("get", "/api/v1/equipment/{id}", Some(Action::Look)),
    ("post", "/api/v1/equipment/{id}/stock-changes", Some(Action::Stock)),
    ("post", "/api/v1/equipment/{id}/loans", Some(Action::Stock)),
    ("post", "/api/v1/equipment/{id}/returns", Some(Action::Stock)),
    ("post", "/api/v1/equipment/{id}/descriptions", Some(Action::Place)),
    ("post", "/api/v1/equipment/{id}/removals", Some(Action::Place)),
    ("get", "/api/v1/planned-drops", None), // staff: tests/api/equipment.rs
    ("get", "/api/v1/surveys", Some(Action::Look)),
    ("get", "/api/v1/surveys/{id}", Some(Action::Look)),
    ("post", "/api/v1/surveys", Some(Action::Survey)),
    ("post", "/api/v1/surveys/{id}/withdrawals", Some(Action::KeepSurvey)),
    ("get", "/api/v1/adoptions", Some(Action::Look)),
    ("post", "/api/v1/adoptions", Some(Action::Adopt)),
    ("get", "/api/v1/adoptions/{id}", Some(Action::Look)),
    ("post", "/api/v1/adoptions/{id}/approvals", Some(Action::Judge)),
    ("post", "/api/v1/adoptions/{id}/declinations", Some(Action::Judge)),
    ("post", "/api/v1/adoptions/{id}/kits", Some(Action::Judge)),
    ("post", "/api/v1/adoptions/{id}/pauses", Some(Action::KeepAdoption)),
    ("post", "/api/v1/adoptions/{id}/resumptions", Some(Action::KeepAdoption)),
    ("post", "/api/v1/adoptions/{id}/ends", Some(Action::KeepAdoption)),
    ("get", "/api/v1/stretches/{segment}/story", Some(Action::Look)),
    ("get", "/api/v1/lotteries", Some(Action::Look)),
    ("post", "/api/v1/lotteries", Some(Action::Lottery)),
    ("get", "/api/v1/lotteries/{id}", Some(Action::Look)),
    ("get", "/api/v1/lotteries/{id}/tickets", Some(Action::Look)),
    ("post", "/api/v1/lotteries/{id}/tickets", Some(Action::Weigh)),
    ("post", "/api/v1/lotteries/{id}/draws", Some(Action::Lottery)),
    // The fleet, plans and routes of one's own organisation: tests/api/pickup.rs
    ("get", "/api/v1/vehicles", None),
    ("post", "/api/v1/vehicles", None),
    ("put", "/api/v1/vehicles/{id}", None),
    ("post", "/api/v1/vehicles/{id}/drivers", None),
    ("post", "/api/v1/vehicles/{id}/drivers/departures", None),
    ("post", "/api/v1/vehicles/{id}/drivers/removals", None),
    ("post", "/api/v1/vehicles/{id}/retirements", None),
    ("post", "/api/v1/vehicles/{id}/reinstatements", None),
    ("get", "/api/v1/plans", None),
    ("post", "/api/v1/plans", None),
    ("get", "/api/v1/due-piles", None),
    ("get", "/api/v1/due-areas", None),
    ("get", "/api/v1/plans/{id}", None),
    ("post", "/api/v1/plans/{id}/moves", None),
    ("post", "/api/v1/plans/{id}/locks", None),
    ("post", "/api/v1/plans/{id}/searches", None),
    ("post", "/api/v1/plans/{id}/cancellations", None),
    ("post", "/api/v1/plans/{id}/publications", None),
    ("get", "/api/v1/my-routes", None),
    ("get", "/api/v1/haulage", None),
    ("get", "/api/v1/routes/{id}", None),
    ("get", "/api/v1/routes/{id}/files/{format}", None),
    ("post", "/api/v1/routes/{id}/starts", None),
    ("post", "/api/v1/routes/{id}/fetchings", None),
    ("post", "/api/v1/routes/{id}/hand-ins", None),
    ("post", "/api/v1/routes/{id}/arrivals", None),
    ("post", "/api/v1/routes/{id}/finds", None),
    ("post", "/api/v1/routes/{id}/returns", None),
    ("post", "/api/v1/routes/{id}/withdrawals", None),
    ("post", "/api/v1/routes/{id}/shares", None),
    ("get", "/api/v1/messages", None), // one's own
    ("post", "/api/v1/messages/reads", Some(Action::Listen)),
    ("put", "/api/v1/messages/choice", Some(Action::Listen)),
    ("get", "/api/v1/numbers", Some(Action::Look)),
    ("get", "/api/v1/numbers.csv", Some(Action::Look)),
    ("get", "/api/v1/seasons", Some(Action::Look)),
    ("get", "/api/v1/seasons.png", Some(Action::Look)),
    ("get", "/api/v1/emergency", Some(Action::Look)),
    ("get", "/api/v1/refunds", None), // staff, of their own municipality: tests/api/waste.rs
    ("get", "/api/v1/refunds.csv", None),
    ("get", "/api/v1/refunds.xlsx", None),
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

/// Makes what the route acts upon, and asks for it as `who`. Everything lies in Sund and belongs to `owner`; the crew and the
/// hauler are those it was given to.
async fn ask(owner: &Person, staff: &Person, who: &Person, method: &str, path: &str) -> StatusCode {
    let (id, body) = match path.split('/').nth(3).unwrap_or_default() {
        "claims" => claimed(owner, path).await,
        "zones" => drawn(staff, method).await,
        "cleanups" => planned(owner, path).await,
        "piles" => piled(owner, path).await,
        "orders" => ordered(owner, staff, path).await,
        "equipment" | "sites" => placed(staff, path).await,
        "surveys" => surveyed(owner, path).await,
        "adoptions" => adopted(owner, staff, path).await,
        "lotteries" => raffled(owner, staff, path).await,
        "weighings" => {
            let pile = owner.post("/api/v1/piles", pile(OPEN)).await.expect(StatusCode::CREATED);
            (String::new(), json!({"id": Uuid::now_v7(), "code": pile["code"], "weight_kg": 7.5}))
        }
        "messages" if path.ends_with("reads") => (String::new(), json!({"up_to": start()})),
        "invites" => (String::new(), json!({"role": "crew"})),
        "photos" => (owner.report(OPEN).await["photos"][0]["id"].as_str().unwrap().to_owned(), json!({})),
        _ => reported(owner, path).await,
    };
    let path = path.replace("{id}", &id);
    let mut request = who.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &path);
    if method == "patch" {
        request = request.header("content-type", "application/partial-upload").header("upload-offset", "0");
    }
    let answer = who.send(request.header("if-match", "\"1\"").json(&body)).await;
    let fits = answer.status.is_success() || matches!(answer.status.as_u16(), 401 | 403);
    assert!(fits, "{method} {path}: {}", answer.json());
    answer.status
}

fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

async fn reported(owner: &Person, path: &str) -> (String, Value) {
    let h = owner.report(OPEN).await;
    if path.ends_with("/verifications") {
        owner.act(&h, "hotspots", "cleanings", json!({})).await.expect(StatusCode::OK);
    }
    let body = match path {
        "/api/v1/hotspots" => report(OPEN),
        p if p.ends_with("/claims") => claim(3),
        p if p.ends_with("/closings") => json!({"kind": "not_found"}),
        _ => json!({}),
    };
    (id_of(&h), body)
}

async fn claimed(owner: &Person, path: &str) -> (String, Value) {
    let h = owner.report(OPEN).await;
    let claimed = owner.claim(&h, 5).await.expect(StatusCode::CREATED);
    let body = match path {
        p if p.ends_with("/extensions") => json!({"until": start() + chrono::TimeDelta::days(6)}),
        p if p.ends_with("/takeover-requests") => json!({"name": "Vi"}),
        p if p.ends_with("/takeover-answers") => json!({"hand_over": false}),
        _ => json!({}),
    };
    (id_of(&claimed["claim"]), body)
}

async fn drawn(staff: &Person, method: &str) -> (String, Value) {
    let id = Uuid::now_v7().to_string();
    if method != "post" {
        staff.post(&format!("/api/v1/zones/{id}"), zone()).await.expect(StatusCode::CREATED);
    }
    (id, zone())
}

async fn planned(owner: &Person, path: &str) -> (String, Value) {
    let mut sent = plan(OPEN);
    sent["anyway"] = json!(true);
    let result = json!({"id": Uuid::now_v7(), "bags": {}});
    let cleanup = owner.plan(sent.clone()).await;
    if path.ends_with("/closings") || path.ends_with("/thanks") {
        owner.act(&cleanup, "cleanups", "results", result.clone()).await.expect(StatusCode::OK);
    }
    sent["id"] = json!(Uuid::now_v7());
    let body = match path {
        "/api/v1/cleanups" => sent,
        p if p.ends_with("/participants") => json!({"id": Uuid::now_v7()}),
        p if p.ends_with("/repeats") => json!({"every": "week", "times": 1}),
        p if p.ends_with("/results") => result,
        p if p.ends_with("/notes") => json!({"id": Uuid::now_v7(), "text": "Hei"}),
        p if p.ends_with("/costs") => json!({"funding": {"kind": "nobody"}}),
        _ => json!({}),
    };
    (id_of(&cleanup), body)
}

async fn piled(owner: &Person, path: &str) -> (String, Value) {
    let mut sent = pile(OPEN);
    sent["ready"] = json!(!path.ends_with("/readiness"));
    let left = owner.post("/api/v1/piles", sent).await.expect(StatusCode::CREATED);
    let other = owner.post("/api/v1/piles", pile(OPEN)).await.expect(StatusCode::CREATED);
    let body = match path {
        "/api/v1/piles" => pile(OPEN),
        p if p.ends_with("/splits") => json!({"id": Uuid::now_v7(), "bags": {"full": 1}}),
        p if p.ends_with("/merges") => json!({"into": other["id"]}),
        p if p.ends_with("/declinations") || p.ends_with("/failures") => json!({"why": "Vind"}),
        _ => json!({}),
    };
    (id_of(&left), body)
}

async fn ordered(owner: &Person, staff: &Person, path: &str) -> (String, Value) {
    let crews = owner.get("/api/v1/crews").await.json();
    let crew = crews.as_array().unwrap().iter().find(|c| c["name"] == "Kystlaget Sund").map(|c| c["id"].clone());
    let h = owner.report(OPEN).await;
    let new = |h: &Value| json!({"id": Uuid::now_v7(), "what": "Rydd", "hotspots": [h["id"]], "by": "2026-07-01", "access": "road", "crew": crew});
    let order = staff.post("/api/v1/orders", new(&h)).await.expect(StatusCode::CREATED);
    if ["/starts", "/results", "/approvals"].iter().any(|p| path.ends_with(p)) {
        let crew = staff.another("crew").await;
        crew.act(&order, "orders", "acceptances", json!({})).await.expect(StatusCode::OK);
        if path.ends_with("/approvals") {
            crew.act(&order, "orders", "results", json!({})).await.expect(StatusCode::OK);
        }
    }
    let body = match path {
        "/api/v1/orders" => new(&owner.report(OPEN).await),
        p if p.ends_with("/assignments") => json!({"crew": crew}),
        p if p.ends_with("/declinations") => json!({"why": "Vind"}),
        _ => json!({}),
    };
    (id_of(&order), body)
}

async fn placed(staff: &Person, path: &str) -> (String, Value) {
    let new = |stock: Value| json!({"id": Uuid::now_v7(), "lon": OPEN.0, "lat": OPEN.1, "name": "Boksen", "stock": stock});
    let mut site = new(json!([]));
    site.as_object_mut().unwrap().remove("stock");
    if path.contains("/sites") {
        let there = staff.post("/api/v1/sites", site.clone()).await.expect(StatusCode::CREATED);
        site["id"] = json!(Uuid::now_v7());
        let body = match path {
            p if p.ends_with("/closings") => json!({}),
            p if p.ends_with("/descriptions") => json!({"name": "Stasjonen"}),
            _ => site,
        };
        return (id_of(&there), body);
    }
    let stock = json!([{"item": "scale", "count": 2, "enough": 2}]);
    let point = staff.post("/api/v1/equipment", new(stock.clone())).await.expect(StatusCode::CREATED);
    let loan = json!({"id": Uuid::now_v7(), "item": "scale", "count": 1, "name": "Kari", "until": "2026-06-20"});
    let body = match path {
        "/api/v1/equipment" => new(stock),
        p if p.ends_with("/stock-changes") => {
            json!({"id": Uuid::now_v7(), "how": "sighting", "items": [{"item": "bags", "count": 0}]})
        }
        p if p.ends_with("/descriptions") => json!({"name": "Boksen ved brua"}),
        p if p.ends_with("/loans") => loan,
        p if p.ends_with("/returns") => {
            staff.act(&point, "equipment", "loans", loan.clone()).await.expect(StatusCode::OK);
            json!({"loan": loan["id"]})
        }
        _ => json!({}),
    };
    (id_of(&point), body)
}

async fn surveyed(owner: &Person, path: &str) -> (String, Value) {
    let new = || {
        json!({"id": Uuid::now_v7(), "litter": "some", "method": "foot", "confidence": "high",
            "stretches": [{"lon": OPEN.0, "lat": OPEN.1}]})
    };
    (
        id_of(&owner.post("/api/v1/surveys", new()).await.expect(StatusCode::CREATED)),
        if path.ends_with("/withdrawals") { json!({}) } else { new() },
    )
}

async fn adopted(owner: &Person, staff: &Person, path: &str) -> (String, Value) {
    let new = || {
        json!({"id": Uuid::now_v7(), "name": "Vika", "adopter_kind": "group", "adopter_name": "4B", "shared": true,
            "stretches": [{"lon": OPEN.0, "lat": OPEN.1}]})
    };
    let adoption = owner.post("/api/v1/adoptions", new()).await.expect(StatusCode::CREATED);
    if path.ends_with("/pauses") || path.ends_with("/resumptions") {
        staff.act(&adoption, "adoptions", "approvals", json!({})).await.expect(StatusCode::OK);
        if path.ends_with("/resumptions") {
            owner.act(&adoption, "adoptions", "pauses", json!({})).await.expect(StatusCode::OK);
        }
    }
    let body = match path {
        "/api/v1/adoptions" => new(),
        p if p.ends_with("/declinations") => json!({"why": "Fredet"}),
        _ => json!({}),
    };
    (id_of(&adoption), body)
}

async fn raffled(owner: &Person, staff: &Person, path: &str) -> (String, Value) {
    let until = start() + chrono::TimeDelta::minutes(if path.ends_with("/draws") { -1 } else { 9 });
    let new = || {
        json!({"id": Uuid::now_v7(), "name": "Kystlotteriet", "from": start() - chrono::TimeDelta::days(9), "until": until,
            "prizes": ["Kajakktur"], "commitment": commitment("tang")})
    };
    let lottery = staff.post("/api/v1/lotteries", new()).await.expect(StatusCode::CREATED);
    let pile = owner.post("/api/v1/piles", pile(OPEN)).await.expect(StatusCode::CREATED);
    let body = match path {
        "/api/v1/lotteries" => new(),
        p if p.ends_with("/tickets") => json!({"number": format!("{}-1", pile["code"].as_str().unwrap())}),
        _ => json!({"seed": "tang"}),
    };
    (id_of(&lottery), body)
}

/// Whether what the tests act upon was given to the organisation of this role. Bags that are being filled are nobody's yet.
fn was_given_to(role: Role, action: Action, path: &str) -> bool {
    !path.ends_with("/readiness")
        && matches!((role, action), (Role::Hauler, Action::Fetch | Action::KeepPile) | (Role::Crew, Action::Work))
}

/// Who has no session yet, and every role.
fn everybody() -> impl Iterator<Item = Option<Role>> {
    std::iter::once(None).chain(Role::ALL.map(Some))
}

async fn somebody(app: &TestApp, role: Option<Role>) -> Person {
    match role {
        None => app.anonymous(),
        Some(role) => app.as_role(role.text()).await,
    }
}

#[tokio::test]
async fn every_role_over_every_route_gets_what_the_table_says() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let (owner, staff) = (app.volunteer().await, app.as_role("staff").await);
    app.as_role("crew").await; // so that there is one to give work to
    for &(method, path, action) in ROUTES.iter().filter(|(m, _, a)| *m != "get" && a.is_some()) {
        let action = action.unwrap();
        for role in everybody() {
            let who = somebody(&app, role).await;
            let status = ask(&owner, &staff, &who, method, path).await;
            let expected = match (role, grant(role, action)) {
                (None, _) => Some(StatusCode::UNAUTHORIZED),
                (_, Grant::No) => Some(StatusCode::FORBIDDEN),
                // What it acts upon belongs to somebody else; inviting is always into one's own organisation.
                (Some(role), Grant::Own) if action != Action::Invite && !was_given_to(role, action, path) => {
                    Some(StatusCode::FORBIDDEN)
                }
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
async fn every_role_may_look_at_what_is_open() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    for role in everybody() {
        let who = somebody(&app, role).await;
        for (method, path, _) in
            ROUTES.iter().filter(|(m, p, a)| *m == "get" && *a == Some(Action::Look) && *p != "/api/v1/events")
        {
            let status = who.get(&filled(path)).await.status;
            let open = status.is_success() || matches!(status.as_u16(), 404 | 422);
            assert!(open && grant(role, Action::Look) == Grant::Yes, "{role:?} {method} {path}: {status}");
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

/// An address of a route, of something there is not.
fn filled(path: &str) -> String {
    path.split('/').map(|word| if word.starts_with('{') { "1" } else { word }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_is_reached_at_its_address() {
    let app = TestApp::spawn(Engine::Sqlite).await;
    let anyone = app.anonymous();
    for (method, path, _) in ROUTES.iter().filter(|(_, p, _)| *p != "/api/v1/events") {
        // The live feed, which does not end, has tests of its own.
        let filled = filled(path);
        let got = anyone.send(anyone.request(method.to_uppercase().parse().unwrap(), &filled)).await;
        let text = String::from_utf8_lossy(&got.bytes);
        assert!(
            got.status != StatusCode::METHOD_NOT_ALLOWED && !text.contains("There is nothing at this address"),
            "{method} {filled}: {text}"
        );
    }
}

#[test]
fn the_committed_description_is_current() {
    let committed = std::fs::read_to_string("openapi.json").unwrap();
    let current = serde_json::to_string_pretty(&strandline::http::openapi()).unwrap();
    assert!(committed.trim() == current, "openapi.json is stale: run `make openapi`");
}
