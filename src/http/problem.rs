//! Errors as RFC 9457 problem details, and the one table from code to status.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::error::{Code, Error};

/// The status of a code.
#[must_use]
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::Malformed | Code::CrossSite => StatusCode::BAD_REQUEST,
        Code::NoSession | Code::SessionExpired => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::IdTaken
        | Code::AlreadyClaimed
        | Code::ResultThere
        | Code::StretchReserved
        | Code::AlreadyWeighed
        | Code::WrongState
        | Code::Hazardous
        | Code::ProfessionalZone
        | Code::MonitoringBeach
        | Code::ClosedPlace
        | Code::InviteUsed
        | Code::WrongOffset => StatusCode::CONFLICT,
        Code::Stale => StatusCode::PRECONDITION_FAILED,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::Invalid
        | Code::FarFromShore
        | Code::WindowTooLarge
        | Code::PhotoUnreadable
        | Code::PhotoTooBig
        | Code::PhotoMislabelled => StatusCode::UNPROCESSABLE_ENTITY,
        Code::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` tells kinds apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What the code means.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable code.
    code: &'static str,
    /// What is wrong with this request.
    detail: String,
    /// The field at fault.
    field: Option<String>,
    /// Facts to act upon, such as the first allowed date.
    #[serde(flatten)]
    #[schema(additional_properties, value_type = Object)]
    facts: Map<String, Value>,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        status(self.code)
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        if let Some(cause) = self.cause() {
            // Logged once, here at the boundary; the client gets a fixed sentence.
            tracing::error!(error = format!("{cause:#}"), "http.internal");
        }
        let mut response = HttpResponse::build(status);
        if self.code == Code::RateLimited
            && let Some(seconds) = self.facts.get("retry_after_s").and_then(Value::as_u64)
        {
            response.insert_header(("retry-after", seconds.to_string()));
        }
        response.content_type("application/problem+json").json(Problem {
            kind: "about:blank",
            title: self.code.means(),
            status: status.as_u16(),
            code: self.code.text(),
            detail: self.detail.clone().into_owned(),
            field: self.field.clone().map(std::borrow::Cow::into_owned),
            facts: self.facts.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_an_error_status_and_a_text_of_its_own() {
        for code in Code::ALL {
            assert!(status(*code).is_client_error() || status(*code).is_server_error(), "{code:?}");
            assert_eq!(Code::ALL.iter().filter(|c| c.text() == code.text()).count(), 1, "{code:?}");
        }
    }

    #[actix_web::test]
    async fn a_failure_of_ours_tells_the_client_nothing() {
        let error = Error::internal(anyhow::anyhow!("no such column: secret"));
        let body = actix_web::body::to_bytes(error.error_response().into_body()).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }
}
