//! Figures: by year, place, organisation; cleanups over New Year belong to the year in which they began.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::helpers::{OPEN, plan};

both! {
    async fn a_cleanup_over_new_year_is_counted_once_in_the_year_it_began(app) {
        app.clock.advance(TimeDelta::days(200));
        let ola = app.volunteer().await;
        let from: DateTime<Utc> = "2026-12-31T21:30:00Z".parse().unwrap(); // 22:30 in Oslo
        let mut sent = plan(OPEN);
        (sent["from"], sent["until"]) = (json!(from), json!(from + TimeDelta::hours(4)));
        let cleanup = ola.plan(sent).await;
        app.clock.advance(TimeDelta::days(10));
        let told = json!({"id": Uuid::now_v7(), "bags": {"full": 1, "half": 1}, "people": 3, "hours": 1.5, "metres": 120, "counts": {"J8": 7}});
        ola.act(&cleanup, "cleanups", "results", told).await.expect(StatusCode::OK);
        let of = |year: i32| format!("/api/v1/numbers?year={year}&municipality=0001");
        let numbers = ola.get(&of(2026)).await.json();
        let total = json!({"count": 1, "metres": 120.0, "weighed_kg": 0.0, "estimated_kg": 15.0, "bags": 2, "people": 3, "hours": 4.5});
        assert_eq!((&numbers["volunteers"]["total"], &numbers["volunteers"]["months"]["12"]), (&total, &total));
        assert_eq!((&numbers["volunteers"]["regimes"]["shared"], &numbers["counts"]["J8"]), (&total, &json!(7)));
        assert_eq!(ola.get(&of(2027)).await.json()["volunteers"]["total"]["count"], 0);
        assert_eq!(ola.get("/api/v1/numbers?year=2026&municipality=0002").await.json()["volunteers"]["total"]["count"], 0);
        assert_eq!(ola.get("/api/v1/numbers?year=2026&organiser=speiderne").await.json()["volunteers"]["total"]["count"], 1);
        let segment = cleanup["stretches"][0]["segment"].as_str().unwrap();
        assert_eq!(ola.get(&format!("/api/v1/numbers?year=2026&segment={segment}")).await.json()["volunteers"]["total"]["count"], 1);
        assert_eq!(ola.get("/api/v1/numbers?year=1").await.refused(422, "invalid")["field"], "year");
        let csv = String::from_utf8(ola.get("/api/v1/numbers.csv?year=2026").await.bytes).unwrap();
        assert!(csv.contains("volunteers,2026-12,1,120,0.000,15.000,2,3,4.5"), "{csv}");
        let season = ola.get("/api/v1/seasons?name=Speiderne&year=2026").await.json();
        assert_eq!((&season["figures"], season["places"].as_array().unwrap().len()), (&total, 1));
        // What surrounds a name is none of it; what is no text makes no picture.
        assert_eq!(ola.get("/api/v1/seasons?name=Speiderne%0C&year=2026").await.json()["name"], "Speiderne");
        assert!(ola.get("/api/v1/seasons.png?name=Speiderne%0C").await.status.is_success());
        for odd in ["a%0Cb", "%EF%BF%BE", "a%EF%BF%BF"] {
            assert_eq!(ola.get(&format!("/api/v1/seasons.png?name={odd}")).await.refused(422, "invalid")["field"], "name");
        }
    }
}
