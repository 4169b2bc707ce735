//! Bags and kilograms. What was weighed and what was estimated are never one number.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cleanup::Cleanup;
use super::pile::{Origin, Pile, PileState};
use crate::error::{Error, Result};

/// The most bags of a size in one place: more is a slip of the finger.
const MOST_BAGS: u32 = 5_000;
/// The most kilograms of one weighing.
const MOST_KG: f64 = 100_000.0;

/// Filled bags by size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Bags {
    /// Full bags.
    pub full: u32,
    /// Half full bags.
    pub half: u32,
    /// Big sacks of 1,000 litres, which need a crane.
    pub sacks: u32,
}

impl Bags {
    /// None at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// How many pieces.
    #[must_use]
    pub fn count(self) -> u32 {
        self.full + self.half + self.sacks
    }

    /// Both together.
    #[must_use]
    pub fn and(self, o: Self) -> Self {
        Self { full: self.full + o.full, half: self.half + o.half, sacks: self.sacks + o.sacks }
    }

    /// What is left when some are taken away.
    #[must_use]
    pub fn without(self, o: Self) -> Self {
        Self {
            full: self.full.saturating_sub(o.full),
            half: self.half.saturating_sub(o.half),
            sacks: self.sacks.saturating_sub(o.sacks),
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// `invalid` at `bags`.
    pub fn checked(self) -> Result<Self> {
        if [self.full, self.half, self.sacks].into_iter().any(|n| n > MOST_BAGS) {
            return Err(Error::invalid("bags", format!("At most {MOST_BAGS} bags of a size.")));
        }
        Ok(self)
    }
}

/// Checks a weight in kilograms: above nothing, at most 100 tonnes, no finer than a gram.
///
/// # Errors
/// `invalid` at the field.
pub fn checked_kg(field: &'static str, kg: f64) -> Result<f64> {
    let kg = (kg * 1000.0).round() / 1000.0;
    if !kg.is_finite() || kg <= 0.0 || kg > MOST_KG {
        return Err(Error::invalid(field, format!("{field} must be above 0 and at most {MOST_KG}.")));
    }
    Ok(kg)
}

/// What a bag weighs and holds when nobody weighed it, and how long things may wait. Configuration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WasteTerms {
    /// Kilograms of a full bag.
    pub full_bag_kg: f64,
    /// Kilograms of a half bag.
    pub half_bag_kg: f64,
    /// Kilograms of a big sack.
    pub sack_kg: f64,
    /// Litres of a bag.
    pub bag_l: f64,
    /// Litres of a big sack.
    pub sack_l: f64,
    /// Days until bags that are being filled should be ready.
    pub fill_days: i64,
    /// Days a hauler, or the municipality where there is none, has to answer.
    pub answer_days: i64,
    /// Days until bags should be fetched when the hauler names no day.
    pub pickup_days: i64,
    /// Days from fetching to weighing.
    pub weigh_days: i64,
    /// The fewest bags a boat comes for.
    pub boat_bags: u32,
}

impl Default for WasteTerms {
    fn default() -> Self {
        Self {
            full_bag_kg: 10.0,
            half_bag_kg: 5.0,
            sack_kg: 80.0,
            bag_l: 130.0,
            sack_l: 1000.0,
            fill_days: 7,
            answer_days: 3,
            pickup_days: 14,
            weigh_days: 7,
            boat_bags: 8,
        }
    }
}

impl WasteTerms {
    /// Kilograms of bags, estimated.
    #[must_use]
    pub fn kg(&self, bags: Bags) -> f64 {
        f64::from(bags.full) * self.full_bag_kg + f64::from(bags.half) * self.half_bag_kg + f64::from(bags.sacks) * self.sack_kg
    }

    /// Litres of bags, estimated; a half bag is half a bag.
    #[must_use]
    pub fn litres(&self, bags: Bags) -> f64 {
        (f64::from(bags.full) + f64::from(bags.half) / 2.0) * self.bag_l + f64::from(bags.sacks) * self.sack_l
    }
}

/// Kilograms, those weighed apart from those estimated. In grams inside, so that sums are exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Weighed, in grams.
    pub weighed_g: i64,
    /// Estimated, in grams.
    pub estimated_g: i64,
}

impl Weight {
    /// So much, weighed.
    #[must_use]
    pub fn weighed(kg: f64) -> Self {
        Self { weighed_g: grams(kg), estimated_g: 0 }
    }

    /// So much, estimated.
    #[must_use]
    pub fn estimated(kg: f64) -> Self {
        Self { weighed_g: 0, estimated_g: grams(kg) }
    }

    /// Both together, still apart.
    #[must_use]
    pub fn and(self, o: Self) -> Self {
        Self { weighed_g: self.weighed_g + o.weighed_g, estimated_g: self.estimated_g + o.estimated_g }
    }
}

#[allow(clippy::cast_possible_truncation)] // at most a hundred tonnes at a time
fn grams(kg: f64) -> i64 {
    (kg * 1000.0).round() as i64
}

/// A weighing of a whole load, shared out among its parts as they were estimated: exact to the gram.
#[must_use]
pub fn shared_out(total_kg: f64, estimates_kg: &[f64]) -> Vec<f64> {
    let (total, all) = (grams(total_kg), estimates_kg.iter().sum::<f64>());
    let (mut before, mut told) = (0.0, 0_i64);
    let each = estimates_kg.iter().enumerate().map(|(i, estimate)| {
        before += if all > 0.0 { estimate / all } else { 1.0 / estimates_kg.len() as f64 };
        let up_to = if i + 1 == estimates_kg.len() { total } else { grams(total_kg * before).min(total) };
        let share = up_to - told;
        told = up_to;
        share as f64 / 1000.0
    });
    each.collect()
}

/// What of a pile's kilograms came from where a test says so; nothing of one that was lost.
#[must_use]
pub fn weight_in(pile: &Pile, counts: impl Fn(&Origin) -> bool) -> Weight {
    if pile.state == PileState::Lost {
        return Weight::default();
    }
    let estimates: Vec<f64> = pile.parts.iter().map(|p| p.estimated_kg).collect();
    let weights: Vec<Weight> = match &pile.weighing {
        Some(w) => shared_out(w.weight_kg, &estimates).into_iter().map(Weight::weighed).collect(),
        None => estimates.into_iter().map(Weight::estimated).collect(),
    };
    let ours = pile.parts.iter().zip(weights).filter(|(part, _)| counts(&part.of));
    ours.fold(Weight::default(), |sum, (_, w)| sum.and(w))
}

/// The kilograms of a cleanup, each counted once: its parts of piles, what was handed in under its code, and an estimate for
/// bags that are in neither.
#[must_use]
pub fn weight_of<'a>(cleanup: &Cleanup, piles: impl IntoIterator<Item = &'a Pile>, terms: &WasteTerms) -> Weight {
    let ours = Origin::Cleanup { id: cleanup.record.id };
    let (mut sum, mut in_piles) = (Weight::default(), Bags::default());
    for pile in piles {
        sum = sum.and(weight_in(pile, |of| *of == ours));
        in_piles = in_piles.and(pile.bags_of(&ours));
    }
    let handed_in = cleanup.weighings.iter().map(|w| Weight::weighed(w.weight_kg)).fold(Weight::default(), Weight::and);
    sum.and(handed_in).and(Weight::estimated(rest_kg(cleanup, in_piles, terms)))
}

/// Estimated kilograms of a cleanup's bags that are neither in a pile nor handed in.
#[must_use]
pub fn rest_kg(cleanup: &Cleanup, in_piles: Bags, terms: &WasteTerms) -> f64 {
    match &cleanup.outcome {
        // What was handed in under the code was all that was not in a pile.
        Some(outcome) if cleanup.weighings.is_empty() => match outcome.weight_kg {
            Some(kg) if in_piles.is_empty() => kg,
            _ => terms.kg(outcome.bags.without(in_piles)),
        },
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_are_exactly_the_whole(total in 0.001..5000.0_f64, estimates in proptest::collection::vec(0.0..500.0_f64, 1..9)) {
            let total = checked_kg("weight_kg", total).unwrap_or(0.001);
            let shares = shared_out(total, &estimates);
            prop_assert!(shares.iter().all(|s| *s >= 0.0));
            prop_assert_eq!(shares.iter().map(|s| grams(*s)).sum::<i64>(), grams(total));
        }
    }

    #[test]
    fn a_bag_weighs_what_the_terms_say_when_nobody_weighed_it() {
        let terms = WasteTerms::default();
        assert!((terms.kg(Bags { full: 3, half: 1, sacks: 0 }) - 35.0).abs() < 1e-9);
        assert!((terms.litres(Bags { full: 3, half: 2, sacks: 1 }) - 1520.0).abs() < 1e-9);
    }
}
