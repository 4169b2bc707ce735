//! Figures of a place, a municipality, an organisation, a year. Volunteers and professionals are never in one sum, nor is what was
//! weighed with what was estimated.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::cleanup::Cleanup;
use super::order::Order;
use super::waste::{Bags, Weight};
use super::zone::Regime;

/// A sum of what was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// Cleanups, or work orders.
    pub count: u32,
    /// Metres of shore.
    pub metres: f64,
    /// Kilograms that were weighed.
    pub weighed_kg: f64,
    /// Kilograms that were estimated.
    pub estimated_kg: f64,
    /// Bags and sacks.
    pub bags: u32,
    /// People; for professionals it is not told.
    pub people: u32,
    /// Hours of all people together.
    pub hours: f64,
}

impl Figures {
    /// Those of one cleanup that has a result.
    #[must_use]
    pub fn of_cleanup(cleanup: &Cleanup, weight: Weight) -> Self {
        let Some(outcome) = &cleanup.outcome else { return Self::default() };
        let people = outcome.people.unwrap_or(0);
        Self {
            count: 1,
            metres: outcome.metres.unwrap_or(0.0),
            bags: outcome.bags.count(),
            people,
            hours: outcome.hours.unwrap_or(0.0) * f64::from(people),
            ..Self::of_weight(weight)
        }
    }

    /// Those of one work order that is done.
    #[must_use]
    pub fn of_order(order: &Order, in_piles: Weight) -> Self {
        let Some(done) = &order.done else { return Self::default() };
        // What was weighed in its piles is what the crew told; it is counted once.
        let weight = match done.weight_kg {
            _ if in_piles != Weight::default() => in_piles,
            Some(kg) if done.weighed => Weight::weighed(kg),
            Some(kg) => Weight::estimated(kg),
            None => Weight::default(),
        };
        Self { count: 1, metres: done.metres.unwrap_or(0.0), bags: done.bags.count(), ..Self::of_weight(weight) }
    }

    /// Those of bags that somebody filled on their own.
    #[must_use]
    pub fn of_bags(bags: Bags, weight: Weight) -> Self {
        Self { bags: bags.count(), ..Self::of_weight(weight) }
    }

    fn of_weight(weight: Weight) -> Self {
        let kg = |g: i64| g as f64 / 1000.0;
        Self { weighed_kg: kg(weight.weighed_g), estimated_kg: kg(weight.estimated_g), ..Self::default() }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, o: Self) -> Self {
        // To the thousandth, so that sums do not depend on the order of what they are of.
        let sum = |a: f64, b: f64| ((a + b) * 1000.0).round() / 1000.0;
        Self {
            count: self.count + o.count,
            metres: sum(self.metres, o.metres),
            weighed_kg: sum(self.weighed_kg, o.weighed_kg),
            estimated_kg: sum(self.estimated_kg, o.estimated_kg),
            bags: self.bags + o.bags,
            people: self.people + o.people,
            hours: sum(self.hours, o.hours),
        }
    }
}

/// Figures of one side of the coast.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Side {
    /// All together.
    pub total: Figures,
    /// By month, 1 to 12.
    pub months: BTreeMap<String, Figures>,
    /// By who clears there.
    pub regimes: BTreeMap<String, Figures>,
}

impl Side {
    /// Adds something that was done.
    pub fn add(&mut self, month: u32, regime: Regime, figures: Figures) {
        self.total = self.total.and(figures);
        let months = self.months.entry(month.to_string()).or_default();
        *months = months.and(figures);
        let regimes = self.regimes.entry(regime.text().to_owned()).or_default();
        *regimes = regimes.and(figures);
    }
}

/// Figures of a year, each side apart. There is no sum of both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Numbers {
    /// The year.
    pub year: i32,
    /// Volunteers.
    pub volunteers: Side,
    /// Professionals.
    pub professionals: Side,
    /// Items that volunteers counted, by code of the joint list.
    pub counts: BTreeMap<String, u32>,
}
