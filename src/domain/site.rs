//! Where waste is handed in and weighed.

use chrono::{DateTime, NaiveDateTime};
use chrono_tz::Tz;
use opening_hours::{OpeningHours, RuleKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::{Layer, Thing};
use super::place::LonLat;
use super::thing::{Document, Record, states};
use crate::error::{Error, Result};

states! {
    /// What a reception site takes.
    Takes {
        /// Mixed litter from the shore.
        Litter = "litter",
        /// Fishing gear.
        FishingGear = "fishing_gear",
        /// Hazardous waste.
        Hazardous = "hazardous",
        /// Large things.
        Bulky = "bulky",
        /// Bags brought by boat.
        ByBoat = "by_boat",
    }
}

/// A reception site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Id, code, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// Where.
    #[serde(flatten)]
    pub at: LonLat,
    /// Code of the municipality.
    pub municipality: Option<String>,
    /// What it is called.
    pub name: String,
    /// When it is open, as OpenStreetMap writes opening hours; nothing for always.
    pub hours: Option<String>,
    /// What it takes.
    pub takes: Vec<Takes>,
    /// Whom to call.
    pub phone: Option<String>,
    /// Whether it is still there.
    pub in_use: bool,
}

impl Document for Site {
    const LAYER: Layer = Layer::Site;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Site(Box::new(self))
    }
    fn place(&self) -> LonLat {
        self.at
    }
}

/// Checks opening hours: `Mo-Fr 08:00-16:00; PH off` (the `opening_hours` tag of OpenStreetMap).
///
/// # Errors
/// `invalid` at `hours`.
pub fn checked_hours(hours: Option<String>) -> Result<Option<String>> {
    let wrong = |e: &dyn std::fmt::Display| Error::invalid("hours", format!("Write opening hours like Mo-Fr 08:00-16:00: {e}"));
    match hours {
        Some(text) => text.parse::<OpeningHours>().map_err(|e| wrong(&e)).map(|_| Some(text)),
        None => Ok(None),
    }
}

/// Whether something with these opening hours is open at a local time, and when that changes.
#[must_use]
pub fn open_at(hours: Option<&str>, at: DateTime<Tz>) -> (bool, Option<NaiveDateTime>) {
    let Some(hours) = hours.and_then(|h| h.parse::<OpeningHours>().ok()) else { return (true, None) };
    let local = at.naive_local();
    (hours.is_open(local), hours.next_change(local))
}

/// Whether something with these opening hours is open at a local time, and when that changes as a clock on the wall shows it.
#[must_use]
pub fn open_now(hours: Option<&str>, at: DateTime<Tz>) -> (bool, Option<String>) {
    let (open, changes_at) = open_at(hours, at);
    (open, changes_at.map(|t| t.format("%Y-%m-%dT%H:%M").to_string()))
}

/// When something with these opening hours is open between two local times.
#[must_use]
pub fn open_spans(hours: Option<&str>, from: NaiveDateTime, to: NaiveDateTime) -> Vec<(NaiveDateTime, NaiveDateTime)> {
    let Some(hours) = hours.and_then(|h| h.parse::<OpeningHours>().ok()) else { return vec![(from, to)] };
    hours.iter_range(from, to).filter(|span| span.kind == RuleKind::Open).map(|span| (span.range.start, span.range.end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn opening_hours_are_read_and_wrong_ones_named() {
        let hours = checked_hours(Some("Mo-Fr 08:00-16:00".into())).unwrap();
        let at = |day, hour| chrono_tz::Europe::Oslo.with_ymd_and_hms(2026, 6, day, hour, 0, 0).unwrap();
        assert!(open_at(hours.as_deref(), at(10, 9)).0); // a Wednesday
        assert!(!open_at(hours.as_deref(), at(13, 9)).0);
        assert!(open_at(None, at(13, 3)).0);
        assert_eq!(checked_hours(Some("every day".into())).unwrap_err().field.as_deref(), Some("hours"));
    }
}
