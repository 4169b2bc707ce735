//! Time comes in as a parameter: the only place that asks the machine for it.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// Tells the time to the millisecond, which is what both databases keep.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<Mutex<DateTime<Utc>>>>);

impl Clock {
    /// A clock that stands still until it is moved. For tests.
    #[must_use]
    pub fn standing(at: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(Mutex::new(at))))
    }

    /// The present instant in UTC.
    ///
    /// # Panics
    /// Never in practice: the present is within the range that can be rounded to a millisecond.
    #[must_use]
    #[allow(clippy::disallowed_methods)] // this is the one place that may
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            Some(set) => *set.lock().expect("no panic while holding the clock"),
            None => Utc::now(),
        };
        now.duration_trunc(TimeDelta::milliseconds(1)).expect("the present can be rounded")
    }

    /// Moves a standing clock.
    ///
    /// # Panics
    /// When the clock is the machine's.
    pub fn advance(&self, by: TimeDelta) {
        let set = self.0.as_ref().expect("only a standing clock can be moved");
        *set.lock().expect("no panic while holding the clock") += by;
    }
}
