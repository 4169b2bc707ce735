//! Local days and times as instants.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// A local instant; where clocks go back the earlier one, and an hour later where clocks go forward over it.
#[must_use]
pub fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let later = || (local + TimeDelta::hours(1)).and_local_timezone(zone).earliest();
    local.and_local_timezone(zone).earliest().or_else(later).map_or_else(|| local.and_utc(), |t| t.to_utc())
}
