use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::helpers::{Answer, OPEN, Person, report};

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    let mut out = std::io::Cursor::new(vec![]);
    picture.write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

/// The same picture with an EXIF block: turned a quarter, taken at 58°24' N 8°45' E, by a camera with a name.
fn with_exif(picture: &[u8]) -> Vec<u8> {
    let mut tiff: Vec<u8> = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    // IFD0 at 8: Model, Orientation, GPS; 2 + 3 * 12 + 4 = 42 bytes, so what follows begins at 50.
    let (model, gps) = (50_u32, 66_u32);
    tiff.extend(3_u16.to_le_bytes());
    tiff.extend(entry(0x0110, 2, 13, model));
    tiff.extend(entry(0x0112, 3, 1, 6));
    tiff.extend(entry(0x8825, 4, 1, gps));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(b"SecretCamera\0\0\0\0");
    // The GPS directory at 66: 2 + 4 * 12 + 4 = 54 bytes, so the numbers begin at 120.
    tiff.extend(4_u16.to_le_bytes());
    tiff.extend(entry(1, 2, 2, u32::from(b'N')));
    tiff.extend(entry(2, 5, 3, 120));
    tiff.extend(entry(3, 2, 2, u32::from(b'E')));
    tiff.extend(entry(4, 5, 3, 144));
    tiff.extend(0_u32.to_le_bytes());
    for n in [58_u32, 1, 24, 1, 0, 1, 8, 1, 45, 1, 0, 1] {
        tiff.extend(n.to_le_bytes());
    }
    let payload = [b"Exif\0\0", &tiff[..]].concat();
    let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
    [&picture[..2], &[0xFF, 0xE1], &length, &payload, &picture[2..]].concat()
}

pub async fn put(person: &Person, photo: &Value, kind: &str, bytes: Vec<u8>) -> Answer {
    let path = format!("/api/v1/photos/{}", photo.as_str().unwrap());
    person.send(person.request(Method::PUT, &path).header("content-type", kind).body(bytes)).await
}

both! {
    async fn a_photo_is_turned_upright_stripped_and_kept_in_three_sizes(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        let photo = &h["photos"][0]["id"];
        assert_eq!(h["photos"][0]["size"], json!(null));
        let taken = put(&ola, photo, "image/jpeg", with_exif(&jpeg(400, 200))).await.expect(StatusCode::CREATED);
        assert_eq!(taken["position"], json!({"lon": 8.75, "lat": 58.4}));
        assert_eq!(ola.hotspot(&h["id"]).await["photos"][0]["size"], json!({"width": 200, "height": 400}));
        for (size, expected) in [("list", (120, 240)), ("screen", (200, 400)), ("zoom", (200, 400))] {
            let got = ola.get(&format!("/api/v1/photos/{}/{size}", photo.as_str().unwrap())).await;
            assert!(got.headers["cache-control"].to_str().unwrap().contains("immutable"));
            let picture = image::load_from_memory(&got.bytes).unwrap();
            assert_eq!((picture.width(), picture.height()), expected);
            for secret in [&b"Exif"[..], b"SecretCamera"] {
                assert!(!got.bytes.windows(secret.len()).any(|w| w == secret));
            }
        }
    }

    async fn a_photo_sent_ten_times_is_one_photo(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        let sends = (0..10).map(|_| put(&ola, &h["photos"][0]["id"], "image/jpeg", jpeg(300, 200)));
        let answers = futures_util::future::join_all(sends).await;
        assert!(answers.iter().all(|a| a.status.is_success()));
        let lines = ola.get(&format!("/api/v1/hotspots/{}/history", h["id"].as_str().unwrap())).await.json();
        assert_eq!(lines.as_array().unwrap().iter().filter(|l| l["act"] == "photo_added").count(), 1);
        assert_eq!(std::fs::read_dir(&app.config.photos.folder).unwrap().count(), 1);
    }

    async fn what_is_no_photo_is_told_apart_and_leaves_nothing_behind(app) {
        let ola = app.volunteer().await;
        let h = ola.report(OPEN).await;
        let photo = &h["photos"][0]["id"];
        let good = jpeg(300, 200);
        put(&ola, photo, "image/jpeg", vec![]).await.refused(422, "photo_unreadable");
        put(&ola, photo, "image/jpeg", good[..good.len() / 3].to_vec()).await.refused(422, "photo_unreadable");
        put(&ola, photo, "image/png", good.clone()).await.refused(422, "photo_mislabelled");
        put(&ola, photo, "image/heic", good.clone()).await.refused(415, "unsupported_media_type");
        put(&ola, photo, "image/jpeg", vec![0; 13 << 20]).await.refused(413, "too_large");
        assert_eq!(std::fs::read_dir(&app.config.photos.folder).unwrap().count(), 0);
        put(&ola, photo, "image/jpeg", good).await.expect(StatusCode::CREATED);
    }

    async fn only_announced_photos_are_taken_and_only_from_their_reporter(app) {
        let (ola, kari) = (app.volunteer().await, app.volunteer().await);
        let h = ola.report(OPEN).await;
        put(&kari, &h["photos"][0]["id"], "image/jpeg", jpeg(30, 20)).await.refused(403, "forbidden");
        put(&ola, &json!(Uuid::now_v7()), "image/jpeg", jpeg(30, 20)).await.refused(404, "not_found");
        let mut none = report(OPEN);
        none["photos"] = json!([]);
        assert_eq!(ola.post("/api/v1/hotspots", none).await.refused(422, "invalid")["field"], "photos");
        let mut six = report(OPEN);
        six["photos"] = (0..6).map(|_| json!(Uuid::now_v7())).collect();
        assert_eq!(ola.post("/api/v1/hotspots", six).await.refused(422, "invalid")["field"], "photos");
    }

    async fn only_known_sizes_are_served(app) {
        for path in ["x/list", &format!("{}/list", Uuid::now_v7()), &format!("{}/huge", Uuid::now_v7()), "..%2F..%2Fetc/passwd"] {
            app.anonymous().get(&format!("/api/v1/photos/{path}")).await.refused(404, "not_found");
        }
    }
}
