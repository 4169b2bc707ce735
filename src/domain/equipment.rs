//! Boxes with bags, gloves and grabbers. Stock follows from drops, takes and what people saw; low and empty are derived.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{Layer, Thing};
use super::place::LonLat;
use super::thing::{Document, Record, states};
use crate::error::{Error, Result};

states! {
    /// What there may be at an equipment point.
    Item {
        /// Bags.
        Bags = "bags",
        /// Gloves, pairs.
        Gloves = "gloves",
        /// Grabbers.
        Grabbers = "grabbers",
        /// Sacks of 1,000 litres.
        BigSacks = "big_sacks",
        /// A scale.
        Scale = "scale",
        /// A cart or a sledge.
        Cart = "cart",
        /// A first aid kit.
        FirstAid = "first_aid",
    }
}

states! {
    /// How well an item is stocked.
    Level {
        /// Enough.
        Plenty = "plenty",
        /// A quarter of enough, or less.
        Low = "low",
        /// Nothing.
        Empty = "empty",
    }
}

states! {
    /// How stock changes.
    Movement {
        /// Somebody filled it up.
        Drop = "drop",
        /// Somebody took some.
        Take = "take",
        /// Somebody saw how many there are.
        Sighting = "sighting",
    }
}

/// How many there are of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// Of what.
    pub item: Item,
    /// How many.
    #[schema(maximum = 10_000)]
    pub count: u32,
    /// How many it should have.
    #[schema(maximum = 10_000)]
    pub enough: u32,
}

impl Stock {
    /// How well it is stocked.
    #[must_use]
    pub fn level(&self) -> Level {
        match self.count {
            0 => Level::Empty,
            n if n * 4 <= self.enough => Level::Low,
            _ => Level::Plenty,
        }
    }
}

/// So many of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Of what.
    pub item: Item,
    /// How many.
    #[schema(maximum = 10_000)]
    pub count: u32,
}

/// Something lent until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Loan {
    /// Its id.
    pub id: Uuid,
    /// What.
    pub item: Item,
    /// How many.
    pub count: u32,
    /// What the borrower wants to be called.
    pub name: String,
    /// Until which day.
    pub until: NaiveDate,
    /// When it came back.
    pub returned_at: Option<DateTime<Utc>>,
}

/// Where equipment is placed out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EquipmentPoint {
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
    /// Who looks after it.
    pub host: Option<String>,
    /// When one gets at it, as OpenStreetMap writes opening hours; nothing for always.
    pub hours: Option<String>,
    /// What there is.
    pub stock: Vec<Stock>,
    /// What is lent, and what came back lately.
    pub loans: Vec<Loan>,
    /// When somebody last saw it.
    pub seen_at: DateTime<Utc>,
    /// Whether it is still there.
    pub in_use: bool,
}

impl Document for EquipmentPoint {
    const LAYER: Layer = Layer::Equipment;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Equipment(Box::new(self))
    }
    fn place(&self) -> LonLat {
        self.at
    }
}

/// The most of one item at a point.
const MOST: u32 = 10_000;

/// The most lines in which a movement is told.
const MOST_ITEMS: usize = 20;

/// Checks amounts of items.
///
/// # Errors
/// `invalid` at the field when an item is there twice, or too often.
pub fn each_once(field: &'static str, items: &[(Item, u32)]) -> Result<()> {
    let twice = |item| items.iter().filter(|(other, _)| *other == item).count() > 1;
    if items.iter().any(|(item, count)| *count > MOST || twice(*item)) {
        return Err(Error::invalid(field, format!("Each item once, at most {MOST}.")));
    }
    Ok(())
}
/// Loans that came back are kept this long in the list.
const KEPT_LOANS: usize = 20;

impl EquipmentPoint {
    /// As all may see it: that something is lent and until when, not to whom.
    #[must_use]
    pub fn for_all(&self) -> Self {
        let mut shown = self.clone();
        shown.loans.iter_mut().for_each(|l| l.name.clear());
        shown
    }

    /// The level of the item that is lowest of those that are used up: bags and gloves decide.
    #[must_use]
    pub fn level(&self) -> Level {
        let used_up = |s: &&Stock| matches!(s.item, Item::Bags | Item::Gloves | Item::BigSacks) && s.enough > 0;
        self.stock.iter().filter(used_up).map(Stock::level).max().unwrap_or(Level::Plenty)
    }

    /// How many of an item there are, apart from those that are lent.
    #[must_use]
    pub fn has(&self, item: Item) -> u32 {
        self.stock.iter().find(|s| s.item == item).map_or(0, |s| s.count)
    }

    /// Says anew how many of what there should be. What is there stays as it was counted.
    ///
    /// # Errors
    /// `invalid` at `enough`.
    pub fn should_have(&mut self, enough: &[Count]) -> Result<()> {
        each_once("enough", &enough.iter().map(|c| (c.item, c.count)).collect::<Vec<_>>())?;
        let lent = |item| self.loans.iter().any(|l| l.item == item && l.returned_at.is_none());
        let still = self.stock.iter().filter(|s| s.count > 0 || lent(s.item)).map(|s| s.item);
        let others = still.filter(|item| !enough.iter().any(|c| c.item == *item));
        let wanted = enough.iter().map(|c| (c.item, c.count)).chain(others.map(|item| (item, 0)));
        self.stock = wanted.map(|(item, enough)| Stock { item, count: self.has(item), enough }).collect();
        Ok(())
    }

    /// Changes the stock.
    ///
    /// # Errors
    /// `invalid` at `items`.
    pub fn moved(&mut self, how: Movement, items: &[Count], now: DateTime<Utc>) -> Result<()> {
        if items.is_empty() || items.len() > MOST_ITEMS || items.iter().any(|i| i.count > MOST) {
            return Err(Error::invalid("items", format!("Say how many of one to {MOST_ITEMS} items, at most {MOST} of each.")));
        }
        for &Count { item, count } in items {
            let at = self.stock.iter().position(|s| s.item == item).unwrap_or(self.stock.len());
            if at == self.stock.len() {
                self.stock.push(Stock { item, count: 0, enough: 0 });
            }
            let stock = &mut self.stock[at];
            stock.count = match how {
                Movement::Drop => (stock.count + count).min(MOST),
                Movement::Take => stock.count.saturating_sub(count), // what people say they took is believed over what we counted
                Movement::Sighting => count,
            };
        }
        self.seen_at = now;
        Ok(())
    }

    /// Lends something.
    ///
    /// # Errors
    /// `invalid` when there are not so many.
    pub fn lend(&mut self, loan: Loan) -> Result<()> {
        let here = self.has(loan.item);
        if loan.count == 0 || loan.count > here {
            return Err(Error::invalid("count", format!("There are {here} here.")).fact("count", here));
        }
        if let Some(stock) = self.stock.iter_mut().find(|s| s.item == loan.item) {
            stock.count -= loan.count;
        }
        self.loans.push(loan);
        Ok(())
    }

    /// Takes back what was lent. False when it had come back before.
    ///
    /// # Errors
    /// `invalid` when there is no such loan.
    pub fn take_back(&mut self, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
        let loan = self.loans.iter_mut().find(|l| l.id == id).ok_or_else(|| Error::invalid("loan", "There is no such loan."))?;
        if loan.returned_at.is_some() {
            return Ok(false);
        }
        loan.returned_at = Some(now);
        let (item, count) = (loan.item, loan.count);
        match self.stock.iter_mut().find(|s| s.item == item) {
            Some(stock) => stock.count += count,
            None => self.stock.push(Stock { item, count, enough: 0 }),
        }
        while self.loans.len() > KEPT_LOANS
            && let Some(old) = self.loans.iter().position(|l| l.returned_at.is_some())
        {
            self.loans.remove(old);
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_and_empty_follow_from_the_count() {
        let level = |count| Stock { item: Item::Bags, count, enough: 40 }.level();
        assert_eq!([level(0), level(10), level(11)], [Level::Empty, Level::Low, Level::Plenty]);
    }
}
