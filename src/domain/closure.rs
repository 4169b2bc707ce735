//! Closures: when people may not be in a place.
//!
//! Dates differ from reserve to reserve (15 April to 15 July, 31 July or 1 August; 1 April to 31 May and 15 August to
//! 30 September; all year), so they are data, never code.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A day of any year, written `MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MonthDay {
    month: u32,
    day: u32,
}

impl MonthDay {
    /// This day in that year; 29 February of a common year is its 28 February.
    #[must_use]
    pub fn of(self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
    }
}

impl From<NaiveDate> for MonthDay {
    fn from(date: NaiveDate) -> Self {
        Self { month: date.month(), day: date.day() }
    }
}

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // 2000 is a leap year, so that 02-29 is a day.
        NaiveDate::parse_from_str(&format!("2000-{text}"), "%Y-%m-%d")
            .ok()
            .filter(|_| text.len() == 5)
            .map(Self::from)
            .ok_or_else(|| format!("{text:?} is not a day of the year, written MM-DD"))
    }
}

impl From<MonthDay> for String {
    fn from(d: MonthDay) -> Self {
        format!("{:02}-{:02}", d.month, d.day)
    }
}

/// A span of days, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Season {
    /// Every year; `from` after `to` runs over New Year.
    Yearly {
        /// First day.
        #[schema(value_type = String, pattern = r"^\d\d-\d\d$", example = "04-15")]
        from: MonthDay,
        /// Last day.
        #[schema(value_type = String, pattern = r"^\d\d-\d\d$", example = "07-15")]
        to: MonthDay,
    },
    /// Once.
    Dated {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
    /// Always.
    AllYear,
}

impl Season {
    /// Whether the day is in it.
    #[must_use]
    pub fn has(self, date: NaiveDate) -> bool {
        let day = MonthDay::from(date);
        match self {
            Self::Yearly { from, to } if from <= to => (from..=to).contains(&day),
            Self::Yearly { from, to } => day >= from || day <= to,
            Self::Dated { from, to } => (from..=to).contains(&date),
            Self::AllYear => true,
        }
    }
}

/// A place where people may not be in certain seasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Closure {
    /// Its id, made from its name and place so that importing again finds it.
    pub id: Uuid,
    /// What the regulation calls it.
    pub name: String,
    /// When it is in effect.
    pub seasons: Vec<Season>,
    /// How far from it boats must stay, in metres; 0 where the regulation says nothing of it.
    pub sea_buffer_m: f64,
    /// Where the regulation can be read.
    pub source_url: Option<String>,
    /// GeoJSON MultiPolygon.
    #[serde(serialize_with = "geojson::ser::serialize_geometry", deserialize_with = "geojson::de::deserialize_geometry")]
    #[schema(value_type = Object)]
    pub geometry: geo::MultiPolygon,
}

impl Closure {
    /// Whether it is in effect on a day.
    #[must_use]
    pub fn in_effect(&self, date: NaiveDate) -> bool {
        self.seasons.iter().any(|s| s.has(date))
    }
}

/// The first day from `date` on with none of the closures in effect, within two years.
#[must_use]
pub fn first_open_day(closures: &[&Closure], date: NaiveDate) -> Option<NaiveDate> {
    (0..=731).filter_map(|n| date.checked_add_days(Days::new(n))).find(|&day| !closures.iter().any(|c| c.in_effect(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn closure(seasons: &str) -> Closure {
        Closure {
            id: Uuid::nil(),
            name: "Ærøya".into(),
            seasons: serde_json::from_str(seasons).unwrap(),
            sea_buffer_m: 50.0,
            source_url: None,
            geometry: geo::MultiPolygon(vec![]),
        }
    }

    #[test]
    fn a_yearly_season_includes_both_its_ends() {
        let c = closure(r#"[{"kind":"yearly","from":"04-15","to":"07-15"}]"#);
        let open = ["2026-04-14", "2026-07-16"].map(|d| c.in_effect(day(d)));
        let closed = ["2026-04-15", "2030-07-15"].map(|d| c.in_effect(day(d)));
        assert_eq!((open, closed), ([false, false], [true, true]));
    }

    #[test]
    fn a_season_may_run_over_new_year() {
        let c = closure(r#"[{"kind":"yearly","from":"10-01","to":"02-29"}]"#);
        assert!(c.in_effect(day("2026-12-31")) && c.in_effect(day("2027-02-28")) && c.in_effect(day("2028-02-29")));
        assert!(!c.in_effect(day("2027-03-01")));
        assert_eq!(first_open_day(&[&c], day("2026-12-01")), Some(day("2027-03-01")));
    }

    #[test]
    fn the_first_open_day_lies_between_two_seasons() {
        let c = closure(r#"[{"kind":"yearly","from":"04-01","to":"05-31"},{"kind":"yearly","from":"08-15","to":"09-30"}]"#);
        assert_eq!(first_open_day(&[&c], day("2026-04-20")), Some(day("2026-06-01")));
        assert_eq!(first_open_day(&[&c], day("2026-07-01")), Some(day("2026-07-01")));
    }

    #[test]
    fn a_dated_season_comes_once() {
        let c = closure(r#"[{"kind":"dated","from":"2026-05-01","to":"2026-05-10"}]"#);
        let days = ["2026-04-30", "2026-05-01", "2026-05-10", "2026-05-11", "2027-05-05"].map(|d| c.in_effect(day(d)));
        assert_eq!(days, [false, true, true, false, false]);
        assert_eq!(first_open_day(&[&c], day("2026-05-03")), Some(day("2026-05-11")));
    }

    #[test]
    fn a_place_closed_all_year_never_opens() {
        assert_eq!(first_open_day(&[&closure(r#"[{"kind":"all_year"}]"#)], day("2026-04-20")), None);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["13-01", "02-30", "4-1", "0415", ""] {
            assert!(MonthDay::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
