//! What a refund scheme for voluntary cleanups asks for, and what it pays.
//!
//! The conditions are those of the Norwegian scheme for voluntary clearing (DOMAIN: marine or shoreline litter, ownerless,
//! voluntary, registered with an action code, closed, weight registered, receipts, each expense once, no other direct grant for the
//! same action). Rates are configuration, by year.

use std::collections::BTreeMap;

use chrono::Datelike;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cleanup::{Cleanup, CleanupState, Funding};
use super::thing::states;
use super::waste::Weight;

/// The scheme. Configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefundScheme {
    /// What it is called.
    pub name: String,
    /// ISO 4217 code of the currency.
    pub currency: String,
    /// Hundredths of the currency for a kilogram, by year.
    pub cents_per_kg: BTreeMap<String, i64>,
    /// Whether kilograms that nobody weighed count.
    pub estimates_count: bool,
}

impl Default for RefundScheme {
    fn default() -> Self {
        Self {
            name: "Refusjonsordningen".into(),
            currency: "NOK".into(),
            cents_per_kg: BTreeMap::from([("2026".to_owned(), 250)]),
            estimates_count: true,
        }
    }
}

states! {
    /// What is missing before a cleanup can be refunded.
    Missing {
        /// It is not over.
        Result = "result",
        /// Its waste was not handled.
        Waste = "waste",
        /// Nobody has weighed or estimated its waste.
        Weight = "weight",
        /// Its waste was estimated, not weighed, and the scheme wants it weighed.
        Weighing = "weighing",
        /// It is not closed.
        Closing = "closing",
        /// Somebody else pays.
        Funder = "funder",
        /// The number of people is not told.
        People = "people",
        /// Nobody has said yet that it was ownerless litter from sea or shore, and that nobody was paid.
        Declaration = "declaration",
        /// There is no rate for its year.
        Rate = "rate",
    }
}

/// The local year of a cleanup: one over New Year belongs to the year in which it began.
#[must_use]
pub fn year_of(cleanup: &Cleanup, zone: Tz) -> i32 {
    cleanup.from.with_timezone(&zone).year()
}

/// What is missing.
#[must_use]
pub fn missing(cleanup: &Cleanup, weight: Weight, scheme: &RefundScheme) -> Vec<Missing> {
    let outcome = cleanup.outcome.as_ref();
    let handled = matches!(cleanup.state, CleanupState::WasteHandled | CleanupState::Closed);
    let checks = [
        (Missing::Funder, cleanup.funding == Funding::Refund),
        (Missing::Result, outcome.is_some()),
        (Missing::People, outcome.is_some_and(|o| o.people.is_some())),
        (Missing::Waste, handled),
        (Missing::Weight, weight != Weight::default()),
        (Missing::Weighing, scheme.estimates_count || weight.estimated_g == 0),
        (Missing::Declaration, cleanup.declared),
        (Missing::Closing, cleanup.state == CleanupState::Closed),
    ];
    checks.into_iter().filter(|(_, there)| !there).map(|(what, _)| what).collect()
}

/// What is paid for so many grams at a rate: hundredths of the currency, half of one rounded up.
#[must_use]
pub fn cents_for(grams: i64, cents_per_kg: i64) -> i64 {
    (grams * cents_per_kg + 500) / 1000
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RefundLine {
    /// The cleanup.
    pub cleanup: uuid::Uuid,
    /// Its action code.
    pub code: String,
    /// Its local day.
    pub date: chrono::NaiveDate,
    /// Who was responsible.
    pub organiser: Option<String>,
    /// How many people.
    pub people: Option<u32>,
    /// Kilograms that were weighed.
    pub weighed_kg: f64,
    /// Kilograms that were estimated.
    pub estimated_kg: f64,
    /// For the kilograms, in hundredths of the currency.
    pub weight_cents: i64,
    /// For receipts, in hundredths of the currency.
    pub expense_cents: i64,
    /// Both together.
    pub total_cents: i64,
    /// What is missing; such a line is not in the totals.
    pub missing: Vec<Missing>,
}

impl RefundLine {
    /// What is paid of it as it is: for kilograms, for receipts, both together. Nothing while something is missing, so that lines
    /// add up to the totals.
    #[must_use]
    pub fn paid_cents(&self) -> [i64; 3] {
        if self.missing.is_empty() { [self.weight_cents, self.expense_cents, self.total_cents] } else { [0; 3] }
    }
}

/// The report of a year.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RefundReport {
    /// The year.
    pub year: i32,
    /// The scheme.
    pub scheme: String,
    /// ISO 4217 code of the currency.
    pub currency: String,
    /// Hundredths of the currency for a kilogram; none when there is no rate for the year.
    pub cents_per_kg: Option<i64>,
    /// Its lines, by date.
    pub lines: Vec<RefundLine>,
    /// The sum of the complete lines: for kilograms.
    pub weight_cents: i64,
    /// For receipts.
    pub expense_cents: i64,
    /// Both together.
    pub total_cents: i64,
}

/// The report of a year over cleanups with their weights.
#[must_use]
pub fn report(year: i32, cleanups: Vec<(&Cleanup, Weight)>, scheme: &RefundScheme, zone: Tz) -> RefundReport {
    let rate = scheme.cents_per_kg.get(&year.to_string()).copied();
    let line = |(c, weight): (&Cleanup, Weight)| {
        let mut lacks = missing(c, weight, scheme);
        lacks.extend(rate.is_none().then_some(Missing::Rate));
        let grams = weight.weighed_g + if scheme.estimates_count { weight.estimated_g } else { 0 };
        let weight_cents = cents_for(grams, rate.unwrap_or(0));
        let expense_cents = c.expenses.iter().map(|e| e.cents).sum();
        RefundLine {
            cleanup: c.record.id,
            code: c.record.code.clone().unwrap_or_default(),
            date: c.from.with_timezone(&zone).date_naive(),
            organiser: c.organiser.name.clone(),
            people: c.outcome.as_ref().and_then(|o| o.people),
            weighed_kg: weight.weighed_g as f64 / 1000.0,
            estimated_kg: weight.estimated_g as f64 / 1000.0,
            weight_cents,
            expense_cents,
            total_cents: weight_cents + expense_cents,
            missing: lacks,
        }
    };
    let of_year = cleanups.into_iter().filter(|(c, _)| year_of(c, zone) == year && c.state != CleanupState::Cancelled);
    let mut lines: Vec<_> = of_year.map(line).collect();
    lines.sort_by(|a, b| (a.date, &a.code).cmp(&(b.date, &b.code)));
    let paid = |which: usize| lines.iter().map(|l| l.paid_cents()[which]).sum();
    let (weight_cents, expense_cents) = (paid(0), paid(1));
    RefundReport {
        year,
        scheme: scheme.name.clone(),
        currency: scheme.currency.clone(),
        cents_per_kg: rate,
        weight_cents,
        expense_cents,
        total_cents: weight_cents + expense_cents,
        lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_exact_and_half_of_one_is_rounded_up() {
        assert_eq!(cents_for(1_000, 250), 250);
        assert_eq!(cents_for(2, 250), 1);
        assert_eq!(cents_for(1, 250), 0);
        assert_eq!(cents_for(12_345_678, 250), 3_086_420);
    }
}
