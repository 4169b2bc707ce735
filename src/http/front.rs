//! The front end's files. Every address that is not one of them is the app itself, whose page says what it is about to
//! those who only read its head: a chat that shows a link.

use std::path::{Path, PathBuf};

use actix_files::NamedFile;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CROSS_ORIGIN_OPENER_POLICY, ContentEncoding, Encoding, HeaderMap,
    HeaderName, HeaderValue, PERMISSIONS_POLICY, REFERRER_POLICY, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};

use super::App;
use crate::domain::words::Lang;
use crate::http::read::takes;
use crate::http::routes::share::{self, Card};

/// Nothing but our own files may run, frame us or learn where people came from. A worker goes by the policy of its own file.
const OF_DOCUMENTS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; manifest-src 'self'; object-src 'none'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    ),
    (REFERRER_POLICY, "same-origin"),
    (PERMISSIONS_POLICY, "camera=(self), geolocation=(self), microphone=()"),
    (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
];

/// A file of the front end, or its page.
pub async fn file(app: web::Data<App>, req: HttpRequest) -> HttpResponse {
    let folder = &app.config.server.web;
    let mut answer = match found(folder, req.path()) {
        Some(path) => static_file(&req, &path),
        None => page(&app, &req, &folder.join("index.html")),
    };
    for (name, value) in OF_DOCUMENTS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// The file at an address: only plain names below the folder, never the page itself.
fn found(folder: &Path, address: &str) -> Option<PathBuf> {
    let plain = |name: &str| {
        !name.is_empty() && !name.starts_with('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let names: Vec<_> = address.trim_start_matches('/').split('/').collect();
    let path = names.iter().all(|n| plain(n)).then(|| folder.join(names.join("/")))?;
    (address != "/index.html" && path.is_file()).then_some(path)
}

/// A file as it was compressed when it was built, for those who take that.
fn static_file(req: &HttpRequest, path: &Path) -> HttpResponse {
    let kind = mime(path);
    let packed = [("br", ContentEncoding::Brotli), ("gz", ContentEncoding::Gzip)].into_iter().find_map(|(ending, encoding)| {
        let path = PathBuf::from(format!("{}.{ending}", path.display()));
        (takes(req, &Encoding::Known(encoding)) && path.is_file()).then_some((path, encoding))
    });
    let opened = match packed {
        Some((path, encoding)) => NamedFile::open(path).map(|f| f.set_content_encoding(encoding)),
        None => NamedFile::open(path),
    };
    let Ok(file) = opened else { return HttpResponse::NotFound().finish() };
    let mut response = file.set_content_type(kind).into_response(req);
    let headers = response.headers_mut();
    // Names under assets carry a digest of their content; the others are asked for again.
    let kept = if req.path().starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn mime(path: &Path) -> mime_guess::Mime {
    match path.extension().and_then(|e| e.to_str()) {
        Some("webmanifest") => "application/manifest+json".parse().unwrap_or(mime_guess::mime::APPLICATION_JSON),
        _ => mime_guess::from_path(path).first_or_octet_stream(),
    }
}

fn page(app: &App, req: &HttpRequest, index: &Path) -> HttpResponse {
    let Ok(html) = std::fs::read_to_string(index) else {
        let missing = "The front end is not built. Run: make web";
        return HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body(missing);
    };
    let lang = language(req.headers());
    let html = with_texts_of(&html, lang);
    let body = match share::card(app, req.path(), lang) {
        Some(card) => with_card(&html, &card, &app.config.server.public_url, req.path(), lang),
        None => html,
    };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "accept-language, accept-encoding"))
        .body(body)
}

/// The first language of the browser that there is; Norwegian bokmål where none is.
pub fn language(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    wanted.split(',').find_map(|l| Lang::of_tag(l.split([';', '-']).next()?.trim())).unwrap_or(Lang::Nb)
}

/// The page as one reader gets it: with the texts of one language, which are named in it for each.
fn with_texts_of(html: &str, lang: Lang) -> String {
    let code = lang.tag().split('-').next().unwrap_or_default();
    let own = format!("hreflang=\"{code}\"");
    html.lines().filter(|l| !l.contains("hreflang=") || l.contains(&own)).collect::<Vec<_>>().join("\n")
}

/// The page with a title, a description and what a chat shows (ogp.me).
fn with_card(html: &str, card: &Card, public_url: &str, path: &str, lang: Lang) -> String {
    let (title, text) = (escaped(&card.title), escaped(&card.text));
    let (url, image) = (escaped(&format!("{public_url}{path}")), escaped(&format!("{public_url}{}", card.image)));
    let head = format!(
        r#"<title>{title} – Strandline</title>
    <meta name="description" content="{text}" />
    <meta property="og:site_name" content="Strandline" />
    <meta property="og:type" content="website" />
    <meta property="og:title" content="{title}" />
    <meta property="og:description" content="{text}" />
    <meta property="og:url" content="{url}" />
    <meta property="og:image" content="{image}" />
    <meta property="og:locale" content="{}" />
    <meta name="twitter:card" content="summary_large_image" />"#,
        lang.tag().replace('-', "_")
    );
    let without = html.lines().filter(|l| !l.contains("<meta name=\"description\""));
    without.collect::<Vec<_>>().join("\n").replacen("<title>Strandline</title>", &head, 1)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_of_the_folder_are_served() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        std::fs::write(folder.path().join("assets/a-1.js"), "1").unwrap();
        std::fs::write(folder.path().join(".env"), "1").unwrap();
        std::fs::write(folder.path().join("index.html"), "1").unwrap();
        assert!(found(folder.path(), "/assets/a-1.js").is_some());
        for address in ["/.env", "/assets/../.env", "/assets/%2e%2e/.env", "/", "/assets", "/index.html", "/assets//a-1.js"] {
            assert_eq!(found(folder.path(), address), None, "{address}");
        }
    }

    #[test]
    fn what_is_said_in_the_head_cannot_leave_it() {
        let card = Card { title: "\"><script>".into(), text: "a & b".into(), image: "/share.png".into() };
        let html = with_card("<title>Strandline</title>", &card, "https://x", "/place/1,2", Lang::En);
        assert!(!html.contains("<script>") && html.contains("&quot;&gt;&lt;script&gt;") && html.contains("a &amp; b"));
    }
}
