//! The coast lottery: a ticket on each bag, drawn so that anyone can check it.
//!
//! Before the first ticket the service publishes the SHA-256 of a secret seed. At the draw it publishes the seed and the list of
//! tickets; the i-th winner is the ticket whose SHA-256 of seed, `:`, i, `:`, number is lowest among those not drawn yet. Nobody
//! can choose the winners without choosing the seed, and that was fixed before the tickets were.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::change::{Layer, Thing};
use super::place::LonLat;
use super::thing::{Document, Record};
use crate::error::{Code, Error, Result};

/// A ticket: its number stands on both halves, one on the bag and one kept by who filled it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Ticket {
    /// Action code and number of the bag, such as `A34679C-12`.
    pub number: String,
    /// Whether it is from the children's line, for half bags.
    pub child: bool,
}

/// A lottery of a municipality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Lottery {
    /// Id, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// Code of the municipality.
    pub municipality: String,
    /// What it is called.
    pub name: String,
    /// From when tickets take part.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// What is to be won, the best first.
    pub prizes: Vec<String>,
    /// What is to be won by children, the best first.
    pub child_prizes: Vec<String>,
    /// SHA-256 of the seed, in hexadecimal: published before the first ticket.
    pub commitment: String,
    /// The seed, in hexadecimal: published with the draw.
    pub seed: Option<String>,
    /// How many tickets are registered. Which ones is published with the draw, for a number holds the code of a cleanup.
    #[serde(default)]
    #[schema(required = true)]
    pub registered: u32,
    /// Numbers drawn for the prizes, in their order.
    pub winners: Vec<String>,
    /// Numbers drawn for the children's prizes.
    pub child_winners: Vec<String>,
    /// When it was drawn.
    pub drawn_at: Option<DateTime<Utc>>,
}

impl Document for Lottery {
    const LAYER: Layer = Layer::Lottery;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Lottery(Box::new(self))
    }
    fn place(&self) -> LonLat {
        LonLat { lon: 0.0, lat: 0.0 } // it is on no map
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes everything
        text
    })
}

/// What is published of a seed before the draw.
#[must_use]
pub fn commitment(seed: &str) -> String {
    hex(&Sha256::digest(seed.as_bytes()))
}

/// The numbers drawn, in order.
#[must_use]
pub fn draw(seed: &str, numbers: &[&str], prizes: usize) -> Vec<String> {
    let mut left: Vec<&str> = numbers.to_vec();
    (0..prizes)
        .map_while(|i| {
            let lot = |number: &&str| Sha256::digest(format!("{seed}:{i}:{number}").as_bytes());
            let at = (0..left.len()).min_by_key(|at| lot(&left[*at]))?;
            Some(left.swap_remove(at).to_owned())
        })
        .collect()
}

impl Lottery {
    /// Whether tickets can be registered.
    ///
    /// # Errors
    /// `wrong_state` when it was drawn, or is not the time.
    pub fn takes_tickets(&self, now: DateTime<Utc>) -> Result<()> {
        if self.drawn_at.is_some() || now < self.from || now > self.until {
            return Err(Error::new(Code::WrongState, "This lottery takes no tickets now."));
        }
        Ok(())
    }

    /// Draws it with the seed that was committed to, among these tickets.
    ///
    /// # Errors
    /// `wrong_state` when it was drawn, `invalid` at `seed` when it is another seed.
    pub fn draw(&mut self, seed: &str, tickets: &[Ticket], now: DateTime<Utc>) -> Result<()> {
        if self.drawn_at.is_some() {
            return Err(Error::new(Code::WrongState, "It was drawn before."));
        }
        if now <= self.until {
            return Err(Error::new(Code::WrongState, "Tickets can still be registered."));
        }
        if commitment(seed) != self.commitment {
            return Err(Error::invalid("seed", "This is not the seed that was committed to."));
        }
        let of = |child: bool| tickets.iter().filter(|t| t.child == child).map(|t| t.number.as_str()).collect::<Vec<_>>();
        self.winners = draw(seed, &of(false), self.prizes.len());
        self.child_winners = draw(seed, &of(true), self.child_prizes.len());
        self.seed = Some(seed.to_owned());
        self.drawn_at = Some(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_the_same_for_everyone_and_no_ticket_wins_twice() {
        let numbers: Vec<String> = (0..50).map(|n| format!("A34679C-{n}")).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let mut turned = numbers.clone();
        turned.reverse();
        let drawn = draw("seed", &numbers, 10);
        assert_eq!(drawn, draw("seed", &turned, 10));
        assert_ne!(drawn, draw("another", &numbers, 10));
        let mut once = drawn.clone();
        once.sort();
        once.dedup();
        assert_eq!((drawn.len(), once.len()), (10, 10));
        assert_eq!(draw("seed", &numbers[..3], 10).len(), 3);
    }
}
