//! The life of a pile: somebody is always expected to act, by a date.
//!
//! `filled → ready → requested → accepted → collected → weighed`; `failed` leads back to `ready` with the reason; `lost` to the
//! sea, `merged` into another and `gone` (somebody took it) are ends.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::local::instant;
use super::pile::{Actor, Duty, Hauler, Part, Pile, PileState, Weighing};
use super::thing::require;
use super::waste::{Bags, WasteTerms};
use crate::error::{Error, Result};

impl Pile {
    fn expect(&mut self, who: Actor, days: i64, now: DateTime<Utc>) {
        self.duty = Some(Duty { who, due: now + TimeDelta::days(days) });
    }

    fn municipality_actor(&self) -> Actor {
        self.municipality.clone().map_or(Actor::Service, |code| Actor::Municipality { code })
    }

    fn to(&mut self, from: &[PileState], to: PileState) -> Result<()> {
        require(from.contains(&self.state), self.state.text(), to.text())?;
        self.state = to;
        Ok(())
    }

    /// It is being filled: its maker is to say when it is ready.
    pub fn fill(&mut self, terms: &WasteTerms, now: DateTime<Utc>) {
        self.expect(Actor::Maker, terms.fill_days, now);
    }

    /// It can be fetched: a hauler is asked, or else the municipality has to find one.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn ready(&mut self, hauler: Option<Hauler>, terms: &WasteTerms, now: DateTime<Utc>) -> Result<()> {
        self.to(&[PileState::Filled, PileState::Ready], PileState::Ready)?;
        self.ask(hauler, terms, now);
        Ok(())
    }

    fn ask(&mut self, hauler: Option<Hauler>, terms: &WasteTerms, now: DateTime<Utc>) {
        if let Some(Hauler { id, name }) = hauler.filter(|h| !self.declined_by.contains(&h.id)) {
            self.state = PileState::Requested;
            self.expect(Actor::Hauler { id, name }, terms.answer_days, now);
        } else {
            self.state = PileState::Ready;
            self.expect(self.municipality_actor(), terms.answer_days, now);
        }
    }

    /// The hauler says yes, and by which day.
    ///
    /// # Errors
    /// `wrong_state`, `invalid` when the day has passed.
    pub fn accept(&mut self, hauler: Hauler, by: Option<(NaiveDate, Tz)>, terms: &WasteTerms, now: DateTime<Utc>) -> Result<()> {
        let due = by.map_or(Ok(now + TimeDelta::days(terms.pickup_days)), |(day, zone)| due_on(day, zone, now))?;
        self.to(&[PileState::Ready, PileState::Requested], PileState::Accepted)?;
        self.duty = Some(Duty { who: Actor::Hauler { id: hauler.id, name: hauler.name }, due });
        self.why = None;
        Ok(())
    }

    /// The hauler comes later than it has said. Whether it does: what was promised for a later day stands.
    ///
    /// # Errors
    /// `wrong_state`, `invalid` when the day has passed.
    pub fn put_off(&mut self, to: NaiveDate, zone: Tz, now: DateTime<Utc>) -> Result<bool> {
        self.to(&[PileState::Accepted], PileState::Accepted)?;
        let due = due_on(to, zone, now)?;
        let later = self.duty.as_mut().filter(|duty| duty.due.with_timezone(&zone).date_naive() < to);
        Ok(later.map(|duty| duty.due = due).is_some())
    }

    /// The hauler says no: the next one is asked, or else the municipality.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn decline(&mut self, by: Uuid, why: String, next: Option<Hauler>, terms: &WasteTerms, now: DateTime<Utc>) -> Result<()> {
        self.to(&[PileState::Requested, PileState::Accepted], PileState::Ready)?;
        self.declined_by.push(by);
        self.why = Some(why);
        self.ask(next, terms, now);
        Ok(())
    }

    /// It could not be fetched: it is ready again, and the municipality looks after it.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn fail(&mut self, why: String, terms: &WasteTerms, now: DateTime<Utc>) -> Result<()> {
        self.to(&[PileState::Accepted, PileState::Requested, PileState::Collected], PileState::Ready)?;
        self.why = Some(why);
        self.declined_by.clear();
        self.expect(self.municipality_actor(), terms.answer_days, now);
        Ok(())
    }

    /// There lie more bags than was told: they count with its first part, estimated as bags are.
    pub fn found_more(&mut self, more: Bags, terms: &WasteTerms) {
        if let Some(first) = self.parts.first_mut() {
            first.bags = first.bags.and(more);
            first.estimated_kg += terms.kg(more);
        }
        self.estimated_l += terms.litres(more);
    }

    /// It is on the truck or the boat.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn collect(&mut self, hauler: Hauler, terms: &WasteTerms, now: DateTime<Utc>) -> Result<()> {
        self.to(&[PileState::Ready, PileState::Requested, PileState::Accepted], PileState::Collected)?;
        self.expect(Actor::Hauler { id: hauler.id, name: hauler.name }, terms.weigh_days, now);
        self.why = None;
        Ok(())
    }

    /// It was weighed: done. Also one that its makers drove there themselves.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn weigh(&mut self, weighing: Weighing) -> Result<()> {
        // What somebody did not see any more may be on the scale now.
        require(self.state.is_open() || self.state == PileState::Gone, self.state.text(), "weighed")?;
        self.state = PileState::Weighed;
        self.weighing = Some(weighing);
        self.duty = None;
        Ok(())
    }

    /// The sea took it, or somebody unknown did.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn end(&mut self, how: PileState, why: Option<String>) -> Result<()> {
        require(self.can_change(), self.state.text(), how.text())?;
        self.state = how;
        self.why = why;
        self.duty = None;
        Ok(())
    }

    /// Its bags are carried to another pile.
    ///
    /// # Errors
    /// `wrong_state`; `invalid` when it is the same pile.
    pub fn merge_into(&mut self, other: &mut Self) -> Result<()> {
        if self.record.id == other.record.id {
            return Err(Error::invalid("into", "A pile cannot be merged into itself."));
        }
        require(other.can_change(), other.state.text(), "added to")?;
        require(self.can_change(), self.state.text(), PileState::Merged.text())?;
        other.parts.append(&mut self.parts);
        other.estimated_l += std::mem::take(&mut self.estimated_l);
        other.beside.append(&mut self.beside);
        other.beside.sort_unstable();
        other.beside.dedup();
        self.state = PileState::Merged;
        self.merged_into = Some(other.record.id);
        self.duty = None;
        Ok(())
    }

    fn can_change(&self) -> bool {
        self.state.is_open() && self.state != PileState::Collected
    }

    /// Takes bags off, for a pile of their own.
    ///
    /// # Errors
    /// `wrong_state`; `invalid` at `bags` when it has not so many, or nothing would be left.
    pub fn split_off(&mut self, bags: Bags, terms: &WasteTerms) -> Result<Vec<Part>> {
        require(self.can_change(), self.state.text(), "split")?;
        let here = self.bags();
        if bags.is_empty() || bags == here || here.without(bags).and(bags) != here {
            return Err(Error::invalid("bags", "Take some of its bags, and leave some."));
        }
        let (mut wanted, mut off) = (bags, vec![]);
        for part in &mut self.parts {
            let min = |a: u32, b: u32| a.min(b);
            let (have, want) = (part.bags, wanted);
            let take =
                Bags { full: min(have.full, want.full), half: min(have.half, want.half), sacks: min(have.sacks, want.sacks) };
            if take.is_empty() {
                continue;
            }
            let share = terms.kg(take) / terms.kg(part.bags).max(f64::MIN_POSITIVE);
            let kg = part.estimated_kg * share.min(1.0);
            off.push(Part { of: part.of, bags: take, estimated_kg: kg });
            part.bags = part.bags.without(take);
            part.estimated_kg -= kg;
            wanted = wanted.without(take);
        }
        self.parts.retain(|p| !p.bags.is_empty() || p.estimated_kg > 1e-6);
        self.estimated_l = (self.estimated_l - terms.litres(bags)).max(0.0);
        Ok(off)
    }
}

/// The end of a local day somebody promises.
fn due_on(day: NaiveDate, zone: Tz, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    match instant(day.and_hms_opt(23, 59, 0).unwrap_or_default(), zone) {
        due if due < now => Err(Error::invalid("by", "The day must not have passed.")),
        due if due > now + TimeDelta::days(366) => Err(Error::invalid("by", "The day must be within a year.")),
        due => Ok(due),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pile::{Access, Origin};
    use crate::domain::place::LonLat;
    use crate::domain::thing::Record;
    use crate::domain::waste::{Weight, weight_in};
    use proptest::prelude::*;

    fn pile(n: u128, full: u32) -> Pile {
        let (now, terms) = (DateTime::UNIX_EPOCH, WasteTerms::default());
        let bags = Bags { full, half: 1, sacks: 0 };
        let mut pile = Pile {
            record: Record::new(Uuid::from_u128(n), None, now),
            at: LonLat { lon: 8.7, lat: 58.4 },
            municipality: Some("0001".into()),
            parts: vec![Part { of: Origin::Cleanup { id: Uuid::from_u128(n + 100) }, bags, estimated_kg: terms.kg(bags) }],
            estimated_l: terms.litres(bags),
            beside: vec![],
            access: Access::Road,
            safe_from_tide: true,
            note: None,
            state: PileState::Filled,
            duty: None,
            declined_by: vec![],
            why: None,
            merged_into: None,
            weighing: None,
            tickets: vec![],
            photos: vec![],
        };
        pile.fill(&terms, now);
        pile
    }

    fn hauler(n: u128) -> Hauler {
        Hauler { id: Uuid::from_u128(n), name: "Renovasjonen".into() }
    }

    proptest! {
        /// No sequence of acts leaves an open pile without somebody expected and a date, or a closed one with them; bags are
        /// in exactly one pile; and no kilogram is counted twice.
        #[test]
        fn nobodys_bags_are_forgotten_or_counted_twice(acts in proptest::collection::vec((0..11_u8, 0..3_usize, 0..3_usize, 1..4_u32), 0..60)) {
            let (terms, mut now) = (WasteTerms::default(), DateTime::UNIX_EPOCH);
            let mut piles = vec![pile(1, 4), pile(2, 1), pile(3, 9)];
            let whole = piles.iter().fold(Bags::default(), |sum, p| sum.and(p.bags()));
            let mut weighed = 0.0;
            for (act, i, j, n) in acts {
                now += TimeDelta::hours(7);
                let before = piles[i].clone();
                let kg = f64::from(n) * 7.5;
                let refused = match act {
                    0 => piles[i].ready((n < 3).then(|| hauler(n.into())), &terms, now).is_err(),
                    1 => piles[i].accept(hauler(1), None, &terms, now).is_err(),
                    2 => piles[i].decline(Uuid::from_u128(n.into()), "nei".into(), Some(hauler(2)), &terms, now).is_err(),
                    3 => piles[i].collect(hauler(1), &terms, now).is_err(),
                    4 => piles[i].fail("sjø".into(), &terms, now).is_err(),
                    5 => {
                        let done = piles[i].weigh(Weighing { id: Uuid::nil(), site: None, weight_kg: kg, at: now });
                        weighed += if done.is_ok() { kg } else { 0.0 };
                        done.is_err()
                    }
                    6 => piles[i].end(PileState::Lost, None).is_err(),
                    7 => piles[i].end(PileState::Gone, None).is_err(),
                    8 if i != j => {
                        let mut other = piles[j].clone();
                        let refused = piles[i].merge_into(&mut other).is_err();
                        piles[j] = other;
                        refused
                    }
                    9 => match piles[i].split_off(Bags { full: n, half: 0, sacks: 0 }, &terms) {
                        Ok(parts) => {
                            let mut next = pile(piles.len() as u128 + 1, 0);
                            next.parts = parts;
                            piles.push(next);
                            false
                        }
                        Err(_) => true,
                    },
                    _ => continue,
                };
                prop_assert!(!refused || piles[i] == before, "a refusal changed something");
                for p in &piles {
                    prop_assert_eq!(p.state.is_open(), p.duty.is_some(), "{:?}", p.state);
                    prop_assert!(p.duty.as_ref().is_none_or(|d| d.due > DateTime::UNIX_EPOCH));
                }
                prop_assert_eq!(piles.iter().fold(Bags::default(), |sum, p| sum.and(p.bags())), whole);
                let all = piles.iter().fold(Weight::default(), |sum, p| sum.and(weight_in(p, |_| true)));
                prop_assert_eq!(all.weighed_g, Weight::weighed(weighed).weighed_g);
                let apart = (101..104).map(|n| Origin::Cleanup { id: Uuid::from_u128(n) });
                let each = apart.flat_map(|o| piles.iter().map(move |p| weight_in(p, |of| *of == o)));
                prop_assert_eq!(each.fold(Weight::default(), Weight::and).weighed_g, all.weighed_g);
            }
        }
    }

    #[test]
    fn when_all_haulers_say_no_the_municipality_is_expected() {
        let (terms, now) = (WasteTerms::default(), DateTime::UNIX_EPOCH);
        let mut p = pile(1, 2);
        p.ready(Some(hauler(1)), &terms, now).unwrap();
        assert_eq!((p.state, p.hauler()), (PileState::Requested, Some(Uuid::from_u128(1))));
        p.decline(Uuid::from_u128(1), "for få sekker".into(), Some(hauler(1)), &terms, now).unwrap();
        assert_eq!(p.state, PileState::Ready);
        assert_eq!(p.duty.unwrap().who, Actor::Municipality { code: "0001".into() });
    }
}
