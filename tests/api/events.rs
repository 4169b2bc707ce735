use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::helpers::{Engine, OPEN, Person, TestApp};

/// Events as they come, one after another.
struct Feed {
    response: reqwest::Response,
    text: String,
}

impl Feed {
    async fn open(person: &Person, last: Option<&str>, path: &str) -> Self {
        let request = person.request(Method::GET, path);
        let request = if let Some(id) = last { request.header("last-event-id", id) } else { request };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Self { response, text: String::new() }
    }

    /// The name, id and data of the next event, but for those that tell the version of map tiles.
    async fn next(&mut self) -> (String, String, Value) {
        loop {
            let event = self.any().await;
            if event.0 != "shore" {
                return event;
            }
        }
    }

    async fn any(&mut self) -> (String, String, Value) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    event.lines().find_map(|l| l.strip_prefix(name)).map(|v| v.trim().to_owned()).unwrap_or_default()
                };
                if !field("event:").is_empty() {
                    let data = field("data:");
                    let data = serde_json::from_str(&data).unwrap_or(Value::String(data));
                    return (field("event:"), field("id:"), data);
                }
                continue;
            }
            let part = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await;
            let part = part.expect("no event came").unwrap().expect("the feed ended");
            self.text.push_str(&String::from_utf8_lossy(&part));
        }
    }
}

both! {
    async fn who_comes_or_comes_back_is_told_the_version_of_map_tiles(app) {
        let mut feed = Feed::open(&app.anonymous(), None, "/api/v1/events").await;
        let (name, _, version) = feed.any().await;
        assert_eq!((name.as_str(), version), ("shore", app.service.live.coast().shore_version().into()));
    }

    async fn another_browser_sees_a_report_appear(app) {
        let mut feed = Feed::open(&app.anonymous(), None, "/api/v1/events").await;
        let h = app.volunteer().await.report(OPEN).await;
        let (name, _, data) = feed.next().await;
        assert_eq!((name.as_str(), &data["act"], &data["hotspot"]["id"]), ("change", &"reported".into(), &h["id"]));
    }

    async fn the_feed_goes_on_from_the_last_event_seen(app) {
        let ola = app.volunteer().await;
        let mut feed = Feed::open(&app.anonymous(), None, "/api/v1/events").await;
        ola.report(OPEN).await;
        let (_, last, _) = feed.next().await;
        drop(feed);
        let (second, third) = (ola.report(OPEN).await, ola.report(OPEN).await);
        let mut feed = Feed::open(&app.anonymous(), Some(&last), "/api/v1/events").await;
        assert_eq!(feed.next().await.2["id"], second["id"]);
        assert_eq!(feed.next().await.2["id"], third["id"]);
        let fourth = ola.report(OPEN).await;
        assert_eq!(feed.next().await.2["id"], fourth["id"]);
    }

    async fn who_missed_too_much_is_told_to_read_anew(app) {
        let mut feed = Feed::open(&app.anonymous(), Some("999999"), "/api/v1/events").await;
        assert_eq!(feed.next().await.0, "reload");
        app.anonymous().get("/api/v1/events?since=-1").await.refused(422, "invalid");
    }

    async fn two_processes_on_one_database_see_each_others_writes(app) {
        let other = app.another().await;
        let there = Person::of(&other);
        let mut feed = Feed::open(&there, None, "/api/v1/events").await;
        let h = app.volunteer().await.report(OPEN).await;
        assert_eq!(feed.next().await.2["id"], h["id"]);
        assert_eq!(there.hotspot(&h["id"]).await["id"], h["id"]);
        there.post("/api/v1/session", serde_json::json!({})).await.expect(StatusCode::CREATED);
        let mut back = Feed::open(&app.anonymous(), None, "/api/v1/events").await;
        there.claim(&h, 4).await.expect(StatusCode::CREATED);
        assert_eq!(back.next().await.2["act"], "claimed");
        other.stop().await;
    }

    async fn many_writes_from_two_processes_leave_no_gap_in_the_log(app) {
        let other = app.another().await;
        let (here, there) = (app.volunteer().await, Person::of(&other));
        there.post("/api/v1/session", serde_json::json!({})).await.expect(StatusCode::CREATED);
        let first = app.anonymous().get("/api/v1/coast").await.json()["seq"].as_i64().unwrap();
        let mut feed = Feed::open(&app.anonymous(), Some(&first.to_string()), "/api/v1/events").await;
        let reports = (0..60).map(|i| if i % 2 == 0 { here.report(OPEN) } else { there.report(OPEN) });
        futures_util::future::join_all(reports).await;
        for expected in first + 1..=first + 60 {
            assert_eq!(feed.next().await.1, expected.to_string());
        }
        other.stop().await;
    }

    async fn a_process_that_was_down_catches_up_and_a_stop_ends_the_feeds(app) {
        let other = app.another().await;
        let ola = app.volunteer().await;
        let mut feed = Feed::open(&Person::of(&other), None, "/api/v1/events").await;
        let seen = ola.report(OPEN).await;
        let (_, last, data) = feed.next().await;
        assert_eq!(data["id"], seen["id"]);
        tokio::time::timeout(Duration::from_secs(9), other.stop()).await.expect("an open feed held up the stop");
        drop(feed);
        // While it is down: a report, and another that is claimed.
        let (missed, claimed) = (ola.report(OPEN).await, ola.report(OPEN).await);
        ola.claim(&claimed, 4).await.expect(StatusCode::CREATED);
        let again = app.another().await;
        let there = Person::of(&again);
        assert_eq!(there.hotspot(&claimed["id"]).await["state"], "claimed");
        // Whoever watched it goes on where they were.
        let mut feed = Feed::open(&there, Some(&last), "/api/v1/events").await;
        for (act, id) in [("reported", &missed["id"]), ("reported", &claimed["id"]), ("claimed", &claimed["id"])] {
            let data = feed.next().await.2;
            assert_eq!((&data["act"], &data["id"]), (&act.into(), id));
        }
        drop(feed);
        again.stop().await;
    }
}

/// Where PostgreSQL tells, nobody waits for the next look at the log: it is a minute away here.
#[tokio::test]
async fn postgres_tells_other_processes_of_a_write() {
    let look = std::num::NonZeroU64::new(60_000).unwrap();
    let app = TestApp::spawn_with(Engine::Postgres, |config| config.database.look_ms = look).await;
    let other = app.another().await;
    let mut feed = Feed::open(&Person::of(&other), None, "/api/v1/events").await;
    for _ in 0..3 {
        let h = app.volunteer().await.report(OPEN).await;
        assert_eq!(feed.next().await.2["id"], h["id"]);
    }
    drop(feed);
    other.stop().await;
}
