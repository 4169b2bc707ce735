//! Reads requests: bodies and parameters, with the field at fault named.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AcceptEncoding, Encoding, IF_MATCH};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::App;
use crate::error::{Code, Error, Result};

/// A JSON body.
pub struct Body<T>(pub T);

/// The parameters behind the question mark.
pub struct Params<T>(pub T);

/// Whether an answer in a coding is what is wanted, rather than as it is.
#[must_use]
pub fn takes(req: &HttpRequest, coding: &Encoding) -> bool {
    let wanted = |takes: AcceptEncoding| takes.negotiate([coding, &Encoding::identity()].into_iter());
    req.get_header().and_then(wanted).as_ref() == Some(coding)
}

/// The version a change is based on, from `If-Match`.
pub struct BasedOn(pub i64);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, mut payload) = (req.clone(), payload.take());
        Box::pin(async move {
            if req.content_type() != "application/json" {
                let detail = "The body must be application/json.";
                return Err(Error::new(Code::UnsupportedMediaType, detail).at("content-type"));
            }
            let most = req.app_data::<web::Data<App>>().map_or(262_144, |a| a.config.limits.body_bytes);
            let bytes = all(&req, &mut payload, most).await?;
            parse(&bytes).map(Self)
        })
    }
}

/// The whole body, when it is not larger than `most`.
///
/// # Errors
/// `too_large`, `malformed`.
pub async fn all(req: &HttpRequest, payload: &mut Payload, most: usize) -> Result<web::BytesMut> {
    let too_large = || Error::new(Code::TooLarge, format!("The body may have at most {most} bytes.")).at("body");
    let told = req.headers().get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    if told.is_some_and(|n| n > most) {
        return Err(too_large());
    }
    let mut bytes = web::BytesMut::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|_| Error::new(Code::Malformed, "The body broke off.").at("body"))?;
        if bytes.len() + part.len() > most {
            return Err(too_large());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // serde takes a list for fields in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Error::invalid("body", "The body must be an object."));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|e| match e.inner().classify() {
        serde_json::error::Category::Data => at_fault(&e),
        _ => malformed(e.inner()),
    })?;
    json.end().map_err(|e| malformed(&e))?;
    Ok(read)
}

/// A body that is no JSON: where it breaks stands in the sentence, by line and column.
fn malformed(e: &serde_json::Error) -> Error {
    Error::new(Code::Malformed, sentence(e)).at("body")
}

/// Reads a body whose type is part of others' (`serde(flatten)`), which serde would read without naming the field at fault, and
/// with fields that nobody knows.
///
/// # Errors
/// `invalid` with the field.
pub fn exactly<T: DeserializeOwned + Serialize>(sent: Map<String, Value>) -> Result<T> {
    let stated: Vec<String> = sent.iter().filter(|(_, v)| !v.is_null()).map(|(name, _)| name.clone()).collect();
    let read: T = serde_path_to_error::deserialize(Value::Object(sent)).map_err(|e| at_fault(&e))?;
    let known = serde_json::to_value(&read)?;
    match stated.into_iter().find(|name| known.get(name).is_none()) {
        Some(name) => Err(Error::new(Code::Invalid, "Nobody knows this field.").at(name)),
        None => Ok(read),
    }
}

/// A value that is not allowed, with its field.
fn at_fault<E: std::fmt::Display>(e: &serde_path_to_error::Error<E>) -> Error {
    Error::new(Code::Invalid, sentence(e.inner())).at(field_of(&e.path().to_string(), &e.inner().to_string()))
}

/// serde names a missing or unknown field in its message, not in its path.
fn field_of(path: &str, message: &str) -> String {
    let named = ["missing field `", "unknown field `"]
        .iter()
        .find_map(|start| message.split_once(start)?.1.split_once('`').map(|(name, _)| name.to_owned()));
    match named {
        Some(name) if path == "." || path.is_empty() || path.ends_with(&name) => name,
        Some(name) => format!("{path}.{name}"),
        None => path.to_owned(),
    }
}

fn sentence(e: &impl std::fmt::Display) -> String {
    let text: String = e.to_string().chars().filter(|c| !c.is_control()).take(300).collect();
    text
}

impl<T: DeserializeOwned + 'static> FromRequest for Params<T> {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = pairs_of(req.query_string());
        std::future::ready(serde_path_to_error::deserialize(pairs).map(Self).map_err(|e| at_fault(&e)))
    }
}

fn pairs_of(query: &str) -> serde_urlencoded::Deserializer<'_> {
    serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()))
}

impl FromRequest for BasedOn {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let version = match req.headers().get(IF_MATCH) {
            None => Err(Error::new(Code::PreconditionRequired, "Send If-Match with the ETag of what you read.").at("if-match")),
            Some(tag) => tag
                .to_str()
                .ok()
                .and_then(|t| t.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok())
                .ok_or_else(|| Error::invalid("if-match", "If-Match must be an ETag given out here, such as \"3\".")),
        };
        std::future::ready(version.map(Self))
    }
}

/// The id in the path.
///
/// # Errors
/// `not_found`: what is no id names nothing.
pub fn id(text: &str) -> Result<uuid::Uuid> {
    text.parse().map_err(|_| Error::new(Code::NotFound, "There is no such thing: its address is no id."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::hotspot::Report;

    fn refused(body: &str) -> (Code, Option<String>) {
        let e = parse::<Report>(body.as_bytes()).err().unwrap();
        (e.code, e.field.map(std::borrow::Cow::into_owned))
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let id = r#""id":"019f0000-0000-7000-8000-000000000000""#;
        let at = |field: &str| (Code::Invalid, Some(field.to_owned()));
        assert_eq!(refused(&format!(r#"{{{id},"lon":"8"}}"#)), at("lon"));
        assert_eq!(refused(&format!(r#"{{{id},"lon":8}}"#)), at("lat"));
        assert_eq!(refused(&format!(r#"{{{id},"colour":8}}"#)), at("colour"));
        assert_eq!(refused(&format!(r#"{{{id},"lon":8,"lat":58,"amount":"tons"}}"#)), at("amount"));
        assert_eq!(refused(&format!(r#"{{{id},"photos":["x"]}}"#)), at("photos[0]"));
        for broken in [r#"{"lon":NaN}"#, "{", ""] {
            assert_eq!(refused(broken), (Code::Malformed, Some("body".to_owned())), "{broken:?}");
        }
    }
}
