//! A phone whose answers are lost sends again: whatever it sends, however often, happens once.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::adoptions::adoption;
use crate::helpers::{Answer, Engine, OPEN, PROFESSIONAL, Person, TestApp, pile, plan, report, start};
use crate::orders::{crew_of, order};
use crate::photos::jpeg;

async fn part(person: &Person, h: &Value, offset: usize, bytes: &[u8], last: bool) -> Answer {
    let request = person.request(Method::PATCH, &photo_path(h)).header("content-type", "application/partial-upload");
    let request = request.header("upload-offset", offset).header("upload-complete", if last { "?1" } else { "?0" });
    person.send(request.body(bytes.to_vec())).await
}

fn photo_path(h: &Value) -> String {
    format!("/api/v1/photos/{}", h["photos"][0]["id"].as_str().unwrap())
}

async fn received(person: &Person, h: &Value) -> (String, String) {
    let answer = person.send(person.request(Method::HEAD, &photo_path(h))).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    (header("upload-offset"), header("upload-complete"))
}

/// How many entries of the log say this act.
async fn lines(person: &Person, id: &Value, act: &str) -> usize {
    let history = person.get(&format!("/api/v1/hotspots/{}/history", id.as_str().unwrap())).await.json();
    history.as_array().unwrap().iter().filter(|l| l["act"] == act).count()
}

/// Sends the same ten times at once and once more; all go well.
async fn eleven_times(person: &Person, path: &str, body: &Value) {
    let answers = futures_util::future::join_all((0..10).map(|_| person.post(path, body.clone()))).await;
    for answer in answers.into_iter().chain([person.post(path, body.clone()).await]) {
        assert!(answer.status.is_success(), "{path}: {}", answer.json());
    }
}

/// Does something, and then the same with a text that is too long.
async fn done_then_wrong(person: &Person, path: &str, field: &str, body: &Value, most: usize) {
    person.post(path, body.clone()).await.expect(StatusCode::OK);
    let mut wrong = body.clone();
    wrong[field] = json!("x".repeat(most + 1));
    assert_eq!(person.post(path, wrong).await.refused(422, "invalid")["field"], field, "{path}");
}

both! {
    async fn every_act_upon_a_hotspot_sent_again_happens_once(app) {
        let (ola, kari, staff) = (app.volunteer().await, app.volunteer().await, app.as_role("staff").await);
        let sent = report(OPEN);
        eleven_times(&ola, "/api/v1/hotspots", &sent).await;
        let (id, hotspot) = (&sent["id"], format!("/api/v1/hotspots/{}", sent["id"].as_str().unwrap()));
        eleven_times(&kari, &format!("{hotspot}/supports"), &json!({})).await;
        let until = |days| start() + TimeDelta::days(days);
        let claim = json!({"id": Uuid::now_v7(), "holder_kind": "person", "until": until(5)});
        eleven_times(&ola, &format!("{hotspot}/claims"), &claim).await;
        let held = format!("/api/v1/claims/{}", claim["id"].as_str().unwrap());
        eleven_times(&ola, &format!("{held}/extensions"), &json!({"until": until(9)})).await;
        eleven_times(&kari, &format!("{held}/takeover-requests"), &json!({"name": "Kari"})).await;
        eleven_times(&ola, &format!("{held}/takeover-answers"), &json!({"hand_over": false})).await;
        eleven_times(&ola, &format!("{held}/releases"), &json!({})).await;
        eleven_times(&ola, &format!("{hotspot}/cleanings"), &json!({"photos": [Uuid::now_v7()]})).await;
        eleven_times(&kari, &format!("{hotspot}/sightings"), &json!({"photos": [Uuid::now_v7()]})).await;
        eleven_times(&staff, &format!("{hotspot}/closings"), &json!({"kind": "rejected", "why": "tang"})).await;
        // Another reason is another act, and one that the state refuses.
        staff.post(&format!("{hotspot}/closings"), json!({"kind": "not_found"})).await.refused(409, "wrong_state");
        for act in ["reported", "supported", "claimed", "extended", "takeover_asked", "kept", "released", "cleaned", "still_there", "rejected"] {
            assert_eq!(lines(&ola, id, act).await, 1, "{act}");
        }
    }

    async fn what_one_drives_sent_again_hours_later_changes_nothing(app) {
        let anne = app.as_role("hauler").await;
        let truck = json!({"id": Uuid::now_v7(), "name": "Bil 1", "kind": "truck", "depot": {"lon": 8.702, "lat": 58.405},
            "capacity": {"litres": 8000, "kg": 3000, "bags": 80}, "from": "07:00:00", "until": "15:00:00",
            "speed_kmh": 35, "cost_per_km": 12, "cost_per_hour": 600});
        eleven_times(&anne, "/api/v1/vehicles", &truck).await;
        let drivers = format!("/api/v1/vehicles/{}/drivers", truck["id"].as_str().unwrap());
        let count = |vehicle: Value| vehicle["drivers"].as_array().unwrap().len();
        let key = Uuid::now_v7().to_string();
        let again = || anne.send(anne.request(Method::POST, &drivers).header("idempotency-key", &key).json(&json!({})));
        assert_eq!(count(again().await.expect(StatusCode::OK)), 1);
        assert_eq!(count(anne.post(&format!("{drivers}/departures"), json!({})).await.expect(StatusCode::OK)), 0);
        assert_eq!(count(again().await.expect(StatusCode::OK)), 0, "its answer was lost, and she has said since that she does not");
        assert_eq!(count(anne.post(&drivers, json!({})).await.expect(StatusCode::OK)), 1);
        // The same of being out of use.
        let (key, path) = (Uuid::now_v7().to_string(), |what: &str| drivers.replace("drivers", what));
        let retire = || anne.send(anne.request(Method::POST, &path("retirements")).header("idempotency-key", &key).json(&json!({})));
        assert_eq!(retire().await.expect(StatusCode::OK)["in_use"], false);
        for _ in 0..2 {
            assert_eq!(anne.post(&path("reinstatements"), json!({})).await.expect(StatusCode::OK)["in_use"], true);
        }
        assert_eq!(retire().await.expect(StatusCode::OK)["in_use"], true, "its answer was lost, and it is in use again since");
    }

    async fn an_act_sent_again_hours_later_with_others_in_between_is_known_by_its_key(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = ola.report(OPEN).await;
        let cleanings = format!("/api/v1/hotspots/{}/cleanings", h["id"].as_str().unwrap());
        let key = Uuid::now_v7().to_string();
        let again = || ola.send(ola.request(Method::POST, &cleanings).header("idempotency-key", &key).json(&json!({})));
        again().await.expect(StatusCode::OK);
        kari.act(&h, "hotspots", "sightings", json!({"photos": [Uuid::now_v7()]})).await.expect(StatusCode::OK);
        // The answer to the first was lost, and the phone was out of signal until now: what Kari saw stands.
        assert_eq!(again().await.expect(StatusCode::OK)["hotspot"]["state"], "reported");
        assert_eq!(lines(&ola, &h["id"], "cleaned").await, 1);
        let wrong = ola.request(Method::POST, &cleanings).header("idempotency-key", "x").json(&json!({}));
        assert_eq!(ola.send(wrong).await.refused(422, "invalid")["field"], "idempotency-key");
        // Another key is another act.
        let other = ola.request(Method::POST, &cleanings).header("idempotency-key", Uuid::now_v7().to_string()).json(&json!({}));
        assert_eq!(ola.send(other).await.expect(StatusCode::OK)["hotspot"]["state"], "cleaned");
    }

    async fn when_something_was_entered_is_kept_beside_when_it_came_also_by_a_clock_that_is_wrong(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        let cleanings = format!("/api/v1/hotspots/{}/cleanings", h["id"].as_str().unwrap());
        let sending = |entered: &str, sent: &str| {
            let request = ola.request(Method::POST, &cleanings).json(&json!({}));
            ola.send(request.header("entered-at", entered).header("sent-at", sent))
        };
        assert_eq!(sending("yesterday", "2031-01-01T00:00:00Z").await.refused(422, "invalid")["field"], "entered-at");
        // The phone is years ahead; it measures all the same that it waited for three hours.
        sending("2031-01-01T06:00:00+02:00", "2031-01-01T07:00:00Z").await.expect(StatusCode::OK);
        let history = ola.get(&format!("/api/v1/hotspots/{}/history", h["id"].as_str().unwrap())).await.json();
        let line = &history[1];
        let (at, entered): (chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>) =
            (line["at"].as_str().unwrap().parse().unwrap(), line["entered_at"].as_str().unwrap().parse().unwrap());
        assert_eq!((at - entered, &line["phone_at"]), (TimeDelta::hours(3), &json!("2031-01-01T04:00:00Z")));
        assert_eq!(history[0]["entered_at"], Value::Null);
    }

    async fn everything_about_cleanups_and_bags_sent_again_happens_once(app) {
        let (ola, kari, hauler) = (app.volunteer().await, app.volunteer().await, app.as_role("hauler").await);
        let h = kari.report(OPEN).await;
        let mut sent = plan(OPEN);
        sent["hotspots"] = json!([h["id"]]);
        eleven_times(&ola, "/api/v1/cleanups", &sent).await;
        let cleanup = format!("/api/v1/cleanups/{}", sent["id"].as_str().unwrap());
        eleven_times(&kari, &format!("{cleanup}/participants"), &json!({"id": Uuid::now_v7(), "people": 2})).await;
        eleven_times(&ola, &format!("{cleanup}/notes"), &json!({"id": Uuid::now_v7(), "text": "Hei"})).await;
        eleven_times(&ola, &format!("{cleanup}/starts"), &json!({})).await;
        let told = json!({"id": Uuid::now_v7(), "bags": {"full": 4}, "people": 3, "photos_after": [Uuid::now_v7()]});
        eleven_times(&ola, &format!("{cleanup}/results"), &told).await;
        // Its answer was lost, and it was changed since: it corrects itself, also with another photo.
        let corrected = json!({"id": told["id"], "bags": {"full": 4}, "people": 5, "photos_after": [told["photos_after"][0], Uuid::now_v7()]});
        let seen = ola.post(&format!("{cleanup}/results"), corrected).await.expect(StatusCode::OK);
        assert_eq!((&seen["outcome"]["people"], seen["photos"].as_array().unwrap().len()), (&json!(5), 2));
        let mut left = pile(OPEN);
        (left["cleanup"], left["photos"], left["bags"]) = (sent["id"].clone(), json!([Uuid::now_v7()]), json!({"full": 4}));
        eleven_times(&ola, "/api/v1/piles", &left).await;
        let at = format!("/api/v1/piles/{}", left["id"].as_str().unwrap());
        eleven_times(&ola, &format!("{at}/splits"), &json!({"id": Uuid::now_v7(), "bags": {"full": 1}})).await;
        eleven_times(&hauler, &format!("{at}/acceptances"), &json!({})).await;
        eleven_times(&hauler, &format!("{at}/collections"), &json!({})).await;
        let code = ola.see(&sent, "cleanups").await["cleanup"]["code"].clone();
        eleven_times(&hauler, "/api/v1/weighings", &json!({"id": Uuid::now_v7(), "code": code, "weight_kg": 31.4})).await;
        eleven_times(&ola, &format!("{cleanup}/closings"), &json!({})).await;
        eleven_times(&kari, &format!("{cleanup}/thanks"), &json!({})).await;
        let shown = ola.see(&sent, "cleanups").await;
        assert_eq!((&shown["weighed_kg"], &shown["estimated_kg"], &shown["cleanup"]["thanks"]), (&json!(31.4), &json!(0.0), &json!(1)));
        assert_eq!((shown["piles"].as_array().unwrap().len(), &shown["cleanup"]["coming"]), (2, &json!(2)));
        // Whom it concerns was told once of each.
        assert_eq!(kari.told().await, ["thanks", "hotspot_cleaned", "cleanup_note"].map(str::to_owned));
        let of = |kind: &str, all: &[String]| all.iter().filter(|k| *k == kind).count();
        let told = ola.told().await;
        assert_eq!([of("thanks", &told), of("pile_accepted", &told), of("pile_collected", &told), of("pile_weighed", &told)], [1, 1, 1, 2]);
    }

    /// An act that was done is not taken for one sent again where what it says is wrong.
    async fn what_is_wrong_is_refused_also_right_after_the_same_was_done(app) {
        let (ola, kari, staff, hauler) =
            (app.volunteer().await, app.volunteer().await, app.as_role("staff").await, app.as_role("hauler").await);
        let h = ola.report(OPEN).await;
        let claimed = ola.claim(&h, 5).await.expect(StatusCode::CREATED);
        let asked = format!("/api/v1/claims/{}/takeover-requests", claimed["claim"]["id"].as_str().unwrap());
        done_then_wrong(&kari, &asked, "name", &json!({"name": "Kari"}), 80).await;
        for act in ["declinations", "failures"] {
            let left = pile(OPEN);
            ola.post("/api/v1/piles", left.clone()).await.expect(StatusCode::CREATED);
            let at = format!("/api/v1/piles/{}", left["id"].as_str().unwrap());
            if act == "failures" {
                hauler.post(&format!("{at}/acceptances"), json!({})).await.expect(StatusCode::OK);
            }
            done_then_wrong(&hauler, &format!("{at}/{act}"), "why", &json!({"why": "isen"}), 500).await;
            done_then_wrong(&ola, &format!("{at}/losses"), "why", &json!({"why": "sjøen"}), 500).await;
        }
        // Merged into one pile is not merged into another.
        let [from, into, other] = [pile(OPEN), pile(OPEN), pile(OPEN)];
        for left in [&from, &into, &other] {
            ola.post("/api/v1/piles", left.clone()).await.expect(StatusCode::CREATED);
        }
        for _ in 0..2 {
            let merged = ola.act(&from, "piles", "merges", json!({"into": into["id"]})).await.expect(StatusCode::OK);
            assert_eq!(merged["id"], into["id"]);
        }
        ola.act(&from, "piles", "merges", json!({"into": other["id"]})).await.refused(409, "wrong_state");
        let (h, (crew, id)) = (kari.report(PROFESSIONAL).await, crew_of(&app).await);
        let given = staff.post("/api/v1/orders", order(&h, &id)).await.expect(StatusCode::CREATED);
        let given = format!("/api/v1/orders/{}", given["id"].as_str().unwrap());
        done_then_wrong(&crew, &format!("{given}/declinations"), "why", &json!({"why": "slipp"}), 500).await;
        done_then_wrong(&staff, &format!("{given}/withdrawals"), "why", &json!({"why": "is"}), 500).await;
        let sent = plan(OPEN);
        ola.post("/api/v1/cleanups", sent.clone()).await.expect(StatusCode::CREATED);
        let cancelled = format!("/api/v1/cleanups/{}/cancellations", sent["id"].as_str().unwrap());
        done_then_wrong(&ola, &cancelled, "why", &json!({"why": "storm"}), 500).await;
        for (person, act) in [(&staff, "declinations"), (&ola, "ends")] {
            let asked = adoption("4B", true);
            ola.post("/api/v1/adoptions", asked.clone()).await.expect(StatusCode::CREATED);
            let path = format!("/api/v1/adoptions/{}/{act}", asked["id"].as_str().unwrap());
            done_then_wrong(person, &path, "why", &json!({"why": "flyttet"}), 500).await;
        }
    }

    async fn handing_over_and_confirming_sent_again_happen_once(app) {
        let (ola, kari, staff) = (app.volunteer().await, app.volunteer().await, app.as_role("staff").await);
        let h = ola.report(OPEN).await;
        let claimed = ola.claim(&h, 5).await.expect(StatusCode::CREATED);
        let held = format!("/api/v1/claims/{}", claimed["claim"]["id"].as_str().unwrap());
        kari.post(&format!("{held}/takeover-requests"), json!({"name": "Kari"})).await.expect(StatusCode::OK);
        eleven_times(&ola, &format!("{held}/takeover-answers"), &json!({"hand_over": true})).await;
        let hotspot = format!("/api/v1/hotspots/{}", h["id"].as_str().unwrap());
        kari.post(&format!("{hotspot}/cleanings"), json!({})).await.expect(StatusCode::OK);
        eleven_times(&staff, &format!("{hotspot}/verifications"), &json!({})).await;
        for act in ["handed_over", "verified"] {
            assert_eq!(lines(&ola, &h["id"], act).await, 1, "{act}");
        }
    }

    async fn a_zone_changed_and_removed_again_is_changed_once(app) {
        let staff = app.as_role("staff").await;
        let shape = |east: f64| json!({"type": "Polygon", "coordinates": [[[8.70, 58.400], [east, 58.400], [east, 58.402], [8.70, 58.400]]]});
        let path = format!("/api/v1/zones/{}", Uuid::now_v7());
        let body = |east| json!({"name": "Vika", "regime": "volunteer", "geometry": shape(east)});
        eleven_times(&staff, &path, &body(8.705)).await;
        for _ in 0..3 {
            let change = staff.request(Method::PUT, &path).header("if-match", "\"1\"").json(&body(8.706));
            assert_eq!(staff.send(change).await.expect(StatusCode::OK)["version"], 2);
        }
        let other = staff.request(Method::PUT, &path).header("if-match", "\"1\"").json(&body(8.707));
        staff.send(other).await.refused(412, "stale");
        for _ in 0..3 {
            let remove = staff.request(Method::DELETE, &path).header("if-match", "\"2\"");
            staff.send(remove).await.expect(StatusCode::NO_CONTENT);
        }
    }

    async fn a_photo_in_parts_goes_on_where_it_was_cut_off(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let (h, photo) = (ola.report(OPEN).await, jpeg(300, 200));
        let (a, b) = (photo.len() / 3, photo.len() / 2);
        assert_eq!(received(&ola, &h).await, ("0".into(), "?0".into()));
        assert_eq!(part(&ola, &h, 0, &photo[..a], false).await.status, StatusCode::NO_CONTENT);
        // Its answer was lost: the same part is not added again. One that overlaps is told where to go on.
        assert_eq!(part(&ola, &h, 0, &photo[..a], false).await.status, StatusCode::NO_CONTENT);
        assert_eq!(part(&ola, &h, 0, &photo[..b], false).await.refused(409, "wrong_offset")["received_bytes"], a);
        assert_eq!(received(&ola, &h).await, (a.to_string(), "?0".into()));
        part(&kari, &h, a, &photo[a..b], false).await.refused(403, "forbidden");
        part(&ola, &h, b, &photo[b..], true).await.refused(409, "wrong_offset");
        assert_eq!(part(&ola, &h, a, &photo[a..b], false).await.status, StatusCode::NO_CONTENT);
        part(&ola, &h, b, &photo[b..], true).await.expect(StatusCode::CREATED);
        part(&ola, &h, b, &photo[b..], true).await.expect(StatusCode::OK);
        assert_eq!(received(&ola, &h).await.1, "?1");
        assert_eq!(ola.hotspot(&h["id"]).await["photos"][0]["size"], json!({"width": 300, "height": 200}));
        assert_eq!(lines(&ola, &h["id"], "photo_added").await, 1);
    }

    async fn two_phones_with_the_same_draft_make_one_report_and_one_photo(app) {
        let ola = app.volunteer().await;
        let (h, photo) = (ola.report(OPEN).await, jpeg(300, 200));
        let half = photo.len() / 2;
        let both = || async {
            for (offset, bytes, last) in [(0, &photo[..half], false), (half, &photo[half..], true)] {
                part(&ola, &h, offset, bytes, last).await;
            }
        };
        futures_util::future::join_all((0..6).map(|_| both())).await;
        assert_eq!(received(&ola, &h).await.1, "?1");
        assert_eq!(lines(&ola, &h["id"], "photo_added").await, 1);
        // Also when the other phone is somebody else's by now: one report, of whoever was first. The app tells the other one that
        // it stands (`id_taken`), and sends its photos as those of another who has seen it.
        let (kari, sent) = (app.volunteer().await, report(OPEN));
        let answers = futures_util::future::join_all([ola.post("/api/v1/hotspots", sent.clone()), kari.post("/api/v1/hotspots", sent.clone())]).await;
        let mut statuses: Vec<_> = answers.iter().map(|a| a.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        assert_eq!(lines(&ola, &sent["id"], "reported").await, 1);
    }

    async fn parts_have_limits_and_what_is_no_photo_begins_anew(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        part(&ola, &h, 0, b"no photo", true).await.refused(422, "photo_unreadable");
        assert_eq!(received(&ola, &h).await.0, "0");
        part(&ola, &h, 13 << 20, b"x", false).await.refused(413, "too_large");
        part(&ola, &h, 0, &vec![0; 13 << 20], false).await.refused(413, "too_large");
        let none = ola.request(Method::PATCH, &photo_path(&h)).header("content-type", "application/partial-upload").body("x");
        assert_eq!(ola.send(none).await.refused(422, "invalid")["field"], "upload-offset");
        let other = ola.request(Method::PATCH, &photo_path(&h)).header("content-type", "image/jpeg").header("upload-offset", 0);
        ola.send(other.body("x")).await.refused(415, "unsupported_media_type");
        part(&ola, &h, 0, &jpeg(30, 20), true).await.expect(StatusCode::CREATED);
    }

    async fn a_session_that_ended_goes_on_as_the_same_person_and_may_send_its_photos(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        app.clock.advance(TimeDelta::days(200));
        part(&ola, &h, 0, &jpeg(30, 20), true).await.refused(401, "session_expired");
        ola.post("/api/v1/session", json!({})).await.expect(StatusCode::OK);
        part(&ola, &h, 0, &jpeg(30, 20), true).await.expect(StatusCode::CREATED);
        let staff = app.as_role("staff").await;
        app.clock.advance(TimeDelta::days(200));
        let begun = staff.post("/api/v1/session", json!({})).await.expect(StatusCode::CREATED);
        assert_eq!(begun["person"]["role"], "volunteer"); // an account has to be entered anew
    }

    async fn a_wrong_clock_is_set_right_and_both_times_are_kept(app) {
        let ola = app.volunteer().await;
        let ahead = start() + TimeDelta::days(900);
        let mut sent = report(OPEN);
        sent["seen_at"] = json!(ahead - TimeDelta::hours(5));
        sent["sent_at"] = json!(ahead);
        let h = ola.post("/api/v1/hotspots", sent.clone()).await.expect(StatusCode::CREATED)["hotspot"].clone();
        assert_eq!(h["seen_at"], "2026-06-10T05:00:00Z");
        assert_eq!(h["phone_seen_at"], sent["seen_at"]);
        assert_eq!(h["reported_at"], "2026-06-10T10:00:00Z");
        // Sent again later, it is the same report.
        sent["sent_at"] = json!(ahead + TimeDelta::hours(1));
        ola.post("/api/v1/hotspots", sent).await.expect(StatusCode::OK);
    }
}

/// What does not fit in a group of commands is undone alone, with rows of others waiting around it.
#[tokio::test]
async fn many_reports_at_once_and_the_bad_ones_among_them_are_told_apart() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::spawn(engine).await;
        let people = futures_util::future::join_all((0..8).map(|_| app.volunteer())).await;
        let taken = people[0].report(OPEN).await;
        let sends = (0..160).map(|i| {
            let mut body = report(OPEN);
            if i % 4 == 1 {
                body["photos"] = json!([body["photos"][0], taken["photos"][0]["id"]]); // a photo that exists
            } else if i % 4 == 2 {
                body["id"] = taken["id"].clone(); // an id that exists
            }
            people[i % 8].post("/api/v1/hotspots", body)
        });
        for (i, answer) in futures_util::future::join_all(sends).await.into_iter().enumerate() {
            let expected = [201, 422, 409, 201][i % 4];
            assert_eq!(answer.status.as_u16(), expected, "{i}: {}", answer.json());
        }
        let all = people[0].get("/api/v1/hotspots").await.json();
        assert_eq!(all["features"].as_array().unwrap().len(), 81);
        let after = app.another().await;
        let again = Person::at(&format!("http://127.0.0.1:{}", after.port)).get("/api/v1/hotspots").await.json();
        assert_eq!(again["features"].as_array().unwrap().len(), 81, "what was kept is in the database");
        after.stop().await;
    }
}
