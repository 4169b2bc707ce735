//! The page, its files, what a shared link says, and the rules a phone takes along.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::helpers::{Engine, OPEN, PROFESSIONAL, Person, TestApp};

async fn with_front() -> (TestApp, tempfile::TempDir) {
    let web = tempfile::tempdir().unwrap();
    let page = "<html><head>\n<meta name=\"description\" content=\"x\" />\n<link hreflang=\"nb\" />\n<link hreflang=\"da\" />\n<title>Strandline</title></head></html>";
    std::fs::write(web.path().join("index.html"), page).unwrap();
    std::fs::create_dir(web.path().join("assets")).unwrap();
    for (name, text) in [("a-1.js", "plain"), ("a-1.js.br", "packed by brotli"), ("a-1.js.gz", "packed by gzip")] {
        std::fs::write(web.path().join("assets").join(name), text).unwrap();
    }
    std::fs::write(web.path().join("sw.js"), "self").unwrap();
    let folder = web.path().to_owned();
    (TestApp::spawn_with(Engine::Sqlite, |c| c.server.web = folder).await, web)
}

async fn head_of(person: &Person, path: &str, lang: &str) -> String {
    let answer = person.send(person.request(Method::GET, path).header("accept-language", lang)).await;
    assert_eq!(answer.status, StatusCode::OK);
    String::from_utf8(answer.bytes).unwrap()
}

#[tokio::test]
async fn files_come_packed_and_are_kept_for_ever_where_their_name_says_what_they_hold() {
    let (app, _web) = with_front().await;
    let anyone = app.anonymous();
    for (takes, encoding, text) in [
        ("gzip, br", Some("br"), "packed by brotli"),
        ("gzip", Some("gzip"), "packed by gzip"),
        ("br;q=0, gzip", Some("gzip"), "packed by gzip"),
        ("x", None, "plain"),
    ] {
        let got = anyone.send(anyone.request(Method::GET, "/assets/a-1.js").header("accept-encoding", takes)).await;
        assert_eq!(got.headers.get("content-encoding").map(|v| v.to_str().unwrap()), encoding);
        assert_eq!(String::from_utf8_lossy(&got.bytes), text);
        assert_eq!(got.headers["content-type"], "text/javascript");
        assert!(got.headers["cache-control"].to_str().unwrap().contains("immutable"));
    }
    for path in ["/sw.js", "/", "/list"] {
        let got = anyone.get(path).await;
        assert_eq!(got.headers["cache-control"], "no-cache", "{path}");
        let policy = got.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(got.headers["referrer-policy"], "same-origin", "{path}");
    }
    // What is no document runs nothing at all, also when it is refused.
    for path in ["/api/v1/coast", "/api/v1/nothing", "/api/v1/segments?bbox=1"] {
        let got = anyone.get(path).await;
        assert_eq!(got.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'", "{path}");
        assert_eq!(got.headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn a_shared_link_says_what_it_is_about_in_the_language_of_who_looks() {
    let (app, _web) = with_front().await;
    let ola = app.volunteer().await;
    let h = ola.report(OPEN).await;
    let link = format!("/hotspots/{}", h["id"].as_str().unwrap());
    let english = head_of(&ola, &link, "en-GB,en;q=0.9").await;
    assert!(english.contains("<title>A bag of litter – Sund – Strandline</title>"), "{english}");
    assert!(english.contains(&format!("property=\"og:url\" content=\"http://localhost:8080{link}\"")));
    assert!(english.contains("og:image\" content=\"http://localhost:8080/share.png\""));
    assert!(head_of(&ola, &link, "fr").await.contains("En sekk søppel – Sund"));
    let place = head_of(&ola, &format!("/place/{},{}", PROFESSIONAL.1, PROFESSIONAL.0), "da").await;
    assert!(place.contains("Hvad må jeg gøre her? – Sund") && place.contains("Her rydder professionelle hold"), "{place}");
    assert!(head_of(&ola, "/areas/0001", "nn").await.contains("Éi melding ventar på å bli rydda."));
    assert!(head_of(&ola, "/hotspots/nothing", "en").await.contains("<title>Strandline</title>"));
    let qr = ola.get("/api/v1/qr?path=/report").await;
    assert_eq!((qr.status, qr.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "image/svg+xml"));
    for path in ["https://evil.example", "//evil.example", ""] {
        assert_eq!(ola.get(&format!("/api/v1/qr?path={path}")).await.refused(422, "invalid")["field"], "path");
    }
}

both! {
    async fn the_rules_of_a_frame_can_be_taken_along(app) {
        let anyone = app.anonymous();
        let book = anyone.get("/api/v1/rulebook?bbox=8.69,58.39,8.74,58.42").await.expect(StatusCode::OK);
        assert_eq!(book["zones"]["features"].as_array().unwrap().len(), 2);
        assert_eq!(book["closures"]["features"][0]["properties"]["sea_buffer_m"], 50.0);
        assert!(book["closures"]["features"][0]["properties"]["holds"]["en"].as_str().unwrap().contains("It holds"));
        // The neighbour's border is within reach of the frame, so it comes along.
        assert_eq!(book["municipalities"]["features"].as_array().unwrap().len(), 2);
        assert_eq!(book["today"], json!("2026-06-10"));
        assert_eq!(anyone.get("/api/v1/rulebook?bbox=0,50,10,60").await.refused(422, "invalid")["field"], "bbox");
    }
}

#[tokio::test]
async fn the_page_names_the_texts_of_the_readers_language_and_no_other() {
    let (app, _web) = with_front().await;
    let anyone = app.anonymous();
    for (wanted, lang, other) in [("da,en;q=0.5", "da", "nb"), ("no", "nb", "da"), ("fr", "nb", "da")] {
        let page = head_of(&anyone, "/list", wanted).await;
        assert!(page.contains(&format!("hreflang=\"{lang}\"")) && !page.contains(&format!("hreflang=\"{other}\"")), "{page}");
    }
}
