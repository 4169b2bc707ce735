//! One error type for everything that can be answered to a person, and the table of its codes.
//!
//! A [`Code`] is stable: clients keep a sentence for each in every language. Its HTTP status lives in `http::problem`.

use std::borrow::Cow;

use serde_json::{Map, Value};

macro_rules! codes {
    ($($name:ident $text:literal $means:literal,)*) => {
        /// Why something was refused. The text form is part of the API and never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $means] $name,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as clients see it.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// What it means, in one English line.
            #[must_use]
            pub fn means(self) -> &'static str {
                match self { $(Code::$name => $means,)* }
            }
        }
    };
}

codes! {
    Malformed "malformed" "The request could not be read.",
    UnsupportedMediaType "unsupported_media_type" "The content type is not one this address takes.",
    TooLarge "too_large" "The body is larger than the limit.",
    Invalid "invalid" "A value is not allowed.",
    FarFromShore "far_from_shore" "The place is too far from the shore.",
    WindowTooLarge "window_too_large" "The window holds more than one answer may carry.",
    NotFound "not_found" "There is no such thing.",
    MethodNotAllowed "method_not_allowed" "The address does not take this method.",
    IdTaken "id_taken" "The id exists with other content.",
    AlreadyClaimed "already_claimed" "Somebody else has claimed it.",
    ResultThere "result_there" "Somebody has told what came of it.",
    StretchReserved "stretch_reserved" "Somebody else cleans there then.",
    AlreadyWeighed "already_weighed" "It was weighed before.",
    WrongState "wrong_state" "Its state does not allow this.",
    Hazardous "hazardous" "It is hazardous and belongs to the authority.",
    ProfessionalZone "professional_zone" "Professional crews clear here.",
    MonitoringBeach "monitoring_beach" "This beach is surveyed and must not be cleaned.",
    ClosedPlace "closed_place" "People may not be there then.",
    Stale "stale" "It has been changed since it was read.",
    PreconditionRequired "precondition_required" "The change must say which version it is based on.",
    NoSession "no_session" "A session is needed.",
    SessionExpired "session_expired" "The session has ended.",
    Forbidden "forbidden" "This role may not do this.",
    CrossSite "cross_site" "The request came from another site.",
    InviteUsed "invite_used" "The link was used before or has ended.",
    RateLimited "rate_limited" "Too many requests in a short time.",
    PhotoUnreadable "photo_unreadable" "The photo cannot be read.",
    PhotoTooBig "photo_too_big" "The photo has too many pixels.",
    PhotoMislabelled "photo_mislabelled" "The photo is not of the type it says.",
    WrongOffset "wrong_offset" "Another part of the photo is expected.",
    Busy "busy" "The service cannot take more right now.",
    Internal "internal" "Something failed on our side.",
}

/// A refusal or failure: the code, the field at fault, a sentence, and facts a client may act on.
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", code.text())]
pub struct Error {
    /// What kind of refusal it is.
    pub code: Code,
    /// The field at fault, as a path into the body or the name of a parameter.
    pub field: Option<Cow<'static, str>>,
    /// One English sentence.
    pub detail: Cow<'static, str>,
    /// Further members of the answer, such as the first allowed date.
    pub facts: Map<String, Value>,
    #[source]
    source: Option<anyhow::Error>,
}

/// The result of everything that may be refused.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A refusal with its sentence.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, field: None, detail: detail.into(), facts: Map::new(), source: None }
    }

    /// A value that is not allowed in `field`.
    pub fn invalid(field: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Invalid, detail).at(field)
    }

    /// A failure that is ours: the cause goes to the log, never to the client.
    pub fn internal(source: impl Into<anyhow::Error>) -> Self {
        Self { source: Some(source.into()), ..Self::new(Code::Internal, Code::Internal.means()) }
    }

    /// Names the field at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds a fact to the answer.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// The cause of an internal failure, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&anyhow::Error> {
        self.source.as_ref()
    }
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        Self::internal(e)
    }
}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        Self::internal(e)
    }
}

impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        Self::internal(e)
    }
}
