//! Who asks: the person behind the session cookie.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{DateTime, Utc};

use super::App;
use crate::act::by_our_clock;
use crate::act::person::Secret;
use crate::domain::person::{Entered, Person, RENEWABLE_DAYS};
use crate::error::{Code, Error, Result};

/// The name of the cookie.
pub const COOKIE: &str = "strandline_session";
/// How long a session found in the database is believed without looking again.
const BELIEVED: Duration = Duration::from_mins(1);
/// How many sessions are kept in memory.
const KEPT: usize = 20_000;

/// Somebody, or nobody yet.
pub struct Who(pub Option<Arc<Person>>);

/// Somebody with a session.
pub struct Actor(pub Arc<Person>);

/// Sessions seen a moment ago, so that a write costs no read.
#[derive(Default)]
pub struct SessionCache(RwLock<HashMap<SecretHash, (Arc<Person>, Instant)>>);

type SecretHash = [u8; 32];

impl SessionCache {
    fn get(&self, hash: &[u8; 32]) -> Option<Arc<Person>> {
        let known = self.0.read().ok()?;
        known.get(hash).filter(|(_, seen)| seen.elapsed() < BELIEVED).map(|(p, _)| p.clone())
    }

    fn put(&self, hash: [u8; 32], person: Arc<Person>) {
        if let Ok(mut known) = self.0.write() {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(hash, (person, Instant::now()));
        }
    }

    /// Forgets a session that has ended.
    pub fn forget(&self, hash: &[u8; 32]) {
        if let Ok(mut known) = self.0.write() {
            known.remove(hash);
        }
    }
}

/// The secret in the cookie.
#[must_use]
pub fn secret(req: &HttpRequest) -> Option<Secret> {
    req.cookie(COOKIE).and_then(|c| Secret::parse(c.value()))
}

/// The cookie of a session: not for scripts, not for other sites.
#[must_use]
pub fn cookie(app: &App, secret: &Secret) -> Cookie<'static> {
    Cookie::build(COOKIE, secret.text())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.sessions.secure_cookie)
        .max_age(time::Duration::days(app.config.sessions.days + RENEWABLE_DAYS))
        .finish()
}

async fn person(app: &App, req: &HttpRequest) -> Result<Option<Arc<Person>>> {
    let Some(hash) = secret(req).map(|s| s.hash()) else { return Ok(None) };
    let now = app.live.clock.now();
    let known = match app.sessions.get(&hash) {
        Some(person) if person.until > now => person,
        _ => match app.live.store.read(now).await?.session(&hash).await? {
            Some(person) => {
                let person = Arc::new(person);
                // One that has ended may go on in a moment (`act::person::renew`).
                if person.until > now {
                    app.sessions.put(hash, person.clone());
                }
                person
            }
            None => return Err(expired()),
        },
    };
    if known.until <= now { Err(expired()) } else { Ok(Some(known)) }
}

/// The id of what is being sent (draft-ietf-httpapi-idempotency-key-header).
fn sending(req: &HttpRequest) -> Result<Option<uuid::Uuid>> {
    let Some(key) = req.headers().get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().and_then(|k| k.trim_matches('"').parse().ok());
    key.map(Some).ok_or_else(|| Error::invalid("idempotency-key", "Idempotency-Key must be a UUID."))
}

/// When it was entered and sent, by the phone's clock. Nothing where it does not say both.
fn entered(req: &HttpRequest, now: DateTime<Utc>) -> Result<Option<Entered>> {
    let told = |name: &'static str| {
        let Some(value) = req.headers().get(name) else { return Ok(None) };
        let instant = value.to_str().ok().and_then(|v| DateTime::parse_from_rfc3339(v).ok());
        instant.map(|t| Some(t.to_utc())).ok_or_else(|| Error::invalid(name, format!("{name} must be an instant of RFC 3339.")))
    };
    let Some((phone_at, sent_at)) = told("entered-at")?.zip(told("sent-at")?) else { return Ok(None) };
    Ok(Some(Entered { at: by_our_clock(now, Some(phone_at), Some(sent_at)), phone_at }))
}

fn expired() -> Error {
    Error::new(Code::SessionExpired, "The session has ended. Begin a new one.")
}

impl FromRequest for Who {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let Some(app) = req.app_data::<web::Data<App>>() else { return Ok(Self(None)) };
            match person(app, &req).await {
                // Reading needs nobody; who was somebody reads as nobody.
                Err(e) if e.code == Code::SessionExpired => Ok(Self(None)),
                found => found.map(Self),
            }
        })
    }
}

impl FromRequest for Actor {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let none = || Error::new(Code::NoSession, "Begin a session first: POST /api/v1/session.");
            let app = req.app_data::<web::Data<App>>().ok_or_else(none)?;
            let person = person(app, &req).await?.ok_or_else(none)?;
            let (sending, entered) = (sending(&req)?, entered(&req, app.live.clock.now())?);
            if sending.is_none() && entered.is_none() {
                return Ok(Self(person));
            }
            Ok(Self(Arc::new(Person { sending, entered, ..(*person).clone() })))
        })
    }
}
