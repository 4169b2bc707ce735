//! Work orders: from staff to crew and back, and never among the figures of volunteers.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{OPEN, PROFESSIONAL, Person, TestApp, plan};

pub async fn crew_of(app: &TestApp) -> (Person, Value) {
    let crew = app.as_role("crew").await;
    let id = crew.get("/api/v1/crews").await.json()[0]["id"].clone();
    (crew, id)
}

pub fn order(h: &Value, crew: &Value) -> Value {
    json!({"id": Uuid::now_v7(), "what": "Rydd tangen", "hotspots": [h["id"]], "by": "2026-07-01", "access": "boat",
        "stretches": [{"lon": PROFESSIONAL.0, "lat": PROFESSIONAL.1}], "hazards": "Glatte svaberg", "crew": crew})
}

both! {
    async fn an_order_goes_from_staff_to_crew_to_approved(app) {
        let (kari, staff, (crew, id)) = (app.volunteer().await, app.as_role("staff").await, crew_of(&app).await);
        let h = kari.report(PROFESSIONAL).await;
        let sent = order(&h, &id);
        let given = staff.post("/api/v1/orders", sent.clone()).await.expect(StatusCode::CREATED);
        assert_eq!((&given["state"], &given["regime"]), (&json!("assigned"), &json!("professional")));
        assert_eq!(staff.post("/api/v1/orders", sent).await.expect(StatusCode::OK)["code"], given["code"]);
        assert_eq!(kari.hotspot(&h["id"]).await["state"], "ordered");
        assert_eq!(crew.told().await, ["order_assigned"]);
        assert_eq!(crew.get("/api/v1/my-orders").await.json()[0]["id"], given["id"]);
        crew.act(&given, "orders", "acceptances", json!({})).await.expect(StatusCode::OK);
        crew.act(&given, "orders", "starts", json!({})).await.expect(StatusCode::OK);
        let done = json!({"bags": {"full": 7}, "weight_kg": 81.5, "weighed": true, "photos_after": [Uuid::now_v7()]});
        let done = crew.act(&given, "orders", "results", done).await.expect(StatusCode::OK);
        assert!(done["done"]["metres"].as_f64().unwrap() > 50.0);
        assert_eq!(kari.told().await, ["hotspot_cleaned"]);
        assert_eq!(staff.told().await, ["order_done"]);
        staff.act(&given, "orders", "approvals", json!({})).await.expect(StatusCode::OK);
        assert_eq!(kari.hotspot(&h["id"]).await["state"], "verified");
    }

    async fn a_crew_declines_with_a_reason_and_another_is_asked(app) {
        let (kari, staff, (crew, id)) = (app.volunteer().await, app.as_role("staff").await, crew_of(&app).await);
        let h = kari.report(PROFESSIONAL).await;
        let given = staff.post("/api/v1/orders", order(&h, &id)).await.expect(StatusCode::CREATED);
        assert_eq!(crew.act(&given, "orders", "declinations", json!({"why": ""})).await.refused(422, "invalid")["field"], "why");
        let declined = crew.act(&given, "orders", "declinations", json!({"why": "Båten er på slipp"})).await.expect(StatusCode::OK);
        assert_eq!((&declined["state"], &declined["why"]), (&json!("proposed"), &json!("Båten er på slipp")));
        assert_eq!(staff.told().await, ["order_declined"]);
        staff.act(&given, "orders", "assignments", json!({"crew": id})).await.expect(StatusCode::OK);
        app.of("crew", "0002").await.act(&given, "orders", "acceptances", json!({})).await.refused(403, "forbidden");
        staff.act(&given, "orders", "withdrawals", json!({"why": "Ikke nødvendig"})).await.expect(StatusCode::OK);
        assert_eq!(kari.hotspot(&h["id"]).await["state"], "reported");
    }

    async fn an_order_is_only_given_where_staff_decide_and_for_what_is_open(app) {
        let (kari, staff, (_, id)) = (app.volunteer().await, app.as_role("staff").await, crew_of(&app).await);
        let h = kari.report(OPEN).await;
        app.of("staff", "0002").await.post("/api/v1/orders", order(&h, &id)).await.refused(403, "forbidden");
        kari.claim(&h, 3).await.expect(StatusCode::CREATED);
        assert_eq!(staff.post("/api/v1/orders", order(&h, &id)).await.refused(409, "already_claimed")["hotspot"], h["id"]);
        let none = json!({"id": Uuid::now_v7(), "what": "x", "by": "2026-07-01", "access": "road"});
        assert_eq!(staff.post("/api/v1/orders", none).await.refused(422, "invalid")["field"], "hotspots");
        let mut long = order(&kari.report(OPEN).await, &id);
        long["stretches"] = json!(vec![json!({"lon": PROFESSIONAL.0, "lat": PROFESSIONAL.1}); 201]);
        assert_eq!(staff.post("/api/v1/orders", long).await.refused(422, "invalid")["field"], "stretches");
        let mut late = order(&kari.report(OPEN).await, &id);
        late["by"] = json!("2026-06-01");
        assert_eq!(staff.post("/api/v1/orders", late).await.refused(422, "invalid")["field"], "by");
        let nobody = order(&kari.report(OPEN).await, &json!(Uuid::now_v7()));
        assert_eq!(staff.post("/api/v1/orders", nobody).await.refused(422, "invalid")["field"], "crew");
    }

    async fn no_figure_of_volunteers_contains_what_professionals_did(app) {
        let (kari, staff, (crew, id)) = (app.volunteer().await, app.as_role("staff").await, crew_of(&app).await);
        let cleanup = kari.plan(plan(OPEN)).await;
        let told = json!({"id": Uuid::now_v7(), "bags": {"full": 2}, "people": 3, "hours": 2, "metres": 100});
        kari.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
        let before = kari.get("/api/v1/numbers?year=2026").await.json();
        crew.post("/api/v1/piles", crate::helpers::pile(PROFESSIONAL)).await.expect(StatusCode::CREATED); // without an order
        let numbers = kari.get("/api/v1/numbers?year=2026").await.json();
        assert_eq!((&numbers["volunteers"], &numbers["professionals"]["total"]["estimated_kg"]), (&before["volunteers"], &json!(50.0)));
        let h = kari.report(PROFESSIONAL).await;
        let given = staff.post("/api/v1/orders", order(&h, &id)).await.expect(StatusCode::CREATED);
        crew.act(&given, "orders", "acceptances", json!({})).await.expect(StatusCode::OK);
        let mut left = crate::helpers::pile(PROFESSIONAL);
        left["order"] = given["id"].clone();
        let left = crew.post("/api/v1/piles", left).await.expect(StatusCode::CREATED);
        let done = json!({"bags": {"full": 5}, "weight_kg": 50, "metres": 400});
        crew.act(&given, "orders", "results", done).await.expect(StatusCode::OK);
        let weigh = json!({"id": Uuid::now_v7(), "code": left["code"], "weight_kg": 44});
        app.as_role("hauler").await.post("/api/v1/weighings", weigh).await.expect(StatusCode::OK);
        let after = kari.get("/api/v1/numbers?year=2026").await.json();
        assert_eq!(after["volunteers"], before["volunteers"]);
        let total = &after["professionals"]["total"];
        assert_eq!((&total["count"], &total["metres"], &total["weighed_kg"], &total["estimated_kg"]), (&json!(1), &json!(400.0), &json!(44.0), &json!(50.0)));
        for path in ["/api/v1/seasons?name=Kystlaget%20Sund", "/api/v1/seasons?name=Speiderne"] {
            assert!(kari.get(path).await.json()["figures"]["metres"].as_f64().unwrap() < 200.0);
        }
        assert_eq!(staff.get("/api/v1/refunds?year=2026").await.json()["lines"].as_array().unwrap().len(), 1);
    }
}
