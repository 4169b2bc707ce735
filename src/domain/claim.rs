//! A claim is a promise between people: holder and end are visible, and expiry is a stored instant read on demand.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Code, Error, Result};

/// Who holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HolderKind {
    /// One person.
    Person,
    /// A group of friends, a class, a club.
    Group,
    /// A company.
    Company,
    /// A school or a kindergarten.
    School,
    /// Another organisation.
    Organisation,
}

/// A polite request to take over. Unanswered at `answer_by`, the claim lapses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Takeover {
    /// What the one who asks calls themselves.
    pub name: String,
    /// When the holder should have answered.
    pub answer_by: DateTime<Utc>,
}

/// A person's or group's planned responsibility for a hotspot until a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// Its id.
    pub id: Uuid,
    /// Person, group or organisation.
    pub holder_kind: HolderKind,
    /// What the holder wants to be called; nothing for "a volunteer".
    pub holder_name: Option<String>,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// When the holder is reminded.
    pub remind_at: DateTime<Utc>,
    /// Somebody who asks to take over.
    pub takeover: Option<Takeover>,
}

/// How long a claim may last, and the times around it. Configuration; the defaults are those of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClaimTerms {
    /// The longest time from now to its end, in days.
    pub max_days: i64,
    /// How long before the end the holder is reminded, in hours.
    pub remind_before_hours: i64,
    /// How long the holder has to answer a request to take over, in hours.
    pub answer_within_hours: i64,
}

impl Default for ClaimTerms {
    fn default() -> Self {
        Self { max_days: 30, remind_before_hours: 24, answer_within_hours: 72 }
    }
}

impl ClaimTerms {
    /// Checks a claim's window at `now`, and says when to remind of its end: never before it is made.
    ///
    /// # Errors
    /// `invalid` at `until` or `from`.
    pub fn remind_at(&self, from: DateTime<Utc>, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        if until <= now {
            return Err(Error::invalid("until", "A claim must end in the future."));
        }
        if until <= from {
            return Err(Error::invalid("from", "A claim must begin before it ends."));
        }
        if until > now + TimeDelta::days(self.max_days) {
            return Err(Error::invalid("until", format!("A claim lasts at most {} days.", self.max_days)));
        }
        Ok((until - TimeDelta::hours(self.remind_before_hours)).max(now))
    }
}

impl Claim {
    /// The instant from which it no longer holds.
    #[must_use]
    pub fn lapses_at(&self) -> DateTime<Utc> {
        self.takeover.as_ref().map_or(self.until, |t| t.answer_by.min(self.until))
    }

    /// Whether it holds.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        now < self.lapses_at()
    }

    /// The refusal of a second claim: it names the holder and the end.
    #[must_use]
    pub fn already_claimed(&self) -> Error {
        let (holder, until) = (self.holder_name.as_deref().unwrap_or("A volunteer"), self.lapses_at().to_rfc3339());
        Error::new(Code::AlreadyClaimed, format!("{holder} has claimed it until {until}."))
            .fact("holder_name", self.holder_name.clone())
            .fact("until", until)
            .fact("claim", self.id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_reminder_comes_a_day_before_the_end_but_never_in_the_past() {
        let terms = ClaimTerms::default();
        let now = at("2026-05-01T10:00:00Z");
        assert_eq!(terms.remind_at(now, at("2026-05-04T10:00:00Z"), now).unwrap(), at("2026-05-03T10:00:00Z"));
        assert_eq!(terms.remind_at(now, at("2026-05-01T12:00:00Z"), now).unwrap(), now);
    }

    #[test]
    fn an_impossible_window_names_its_field() {
        let now = at("2026-05-01T10:00:00Z");
        let field = |from, until| ClaimTerms::default().remind_at(at(from), at(until), now).unwrap_err().field;
        assert_eq!(field("2026-05-01T10:00:00Z", "2026-04-30T10:00:00Z").as_deref(), Some("until"));
        assert_eq!(field("2026-05-01T10:00:00Z", "2027-05-01T10:00:00Z").as_deref(), Some("until"));
        assert_eq!(field("2026-05-03T10:00:00Z", "2026-05-02T10:00:00Z").as_deref(), Some("from"));
    }

    #[test]
    fn an_unanswered_request_ends_the_claim_early() {
        let now = at("2026-05-01T10:00:00Z");
        let mut claim = Claim {
            id: Uuid::nil(),
            holder_kind: HolderKind::Person,
            holder_name: None,
            from: now,
            until: at("2026-05-20T10:00:00Z"),
            remind_at: now,
            takeover: None,
        };
        assert!(claim.holds(at("2026-05-19T10:00:00Z")));
        claim.takeover = Some(Takeover { name: "Speiderne".into(), answer_by: at("2026-05-04T10:00:00Z") });
        assert!(claim.holds(at("2026-05-04T09:59:59Z")) && !claim.holds(at("2026-05-04T10:00:00Z")));
    }
}
