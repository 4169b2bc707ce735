//! Holding a coast lottery.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::gate::no_such_code;
use super::{Made, add, before, find, keep};
use crate::domain::change::Layer;
use crate::domain::code;
use crate::domain::lottery::{Lottery, Ticket, commitment};
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::text::{at_most, clean_required};
use crate::domain::thing::Record;
use crate::error::{Error, Result};
use crate::store::Tx;

/// What one sends to hold a lottery.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLottery {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What it is called.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// From when tickets take part.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// What is to be won, the best first.
    #[schema(max_items = 50)]
    pub prizes: Vec<String>,
    /// What is to be won by children.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub child_prizes: Vec<String>,
    /// SHA-256 of a seed that is kept until the draw, in hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    pub commitment: String,
}

fn checked(field: &'static str, prizes: &[String]) -> Result<Vec<String>> {
    at_most(field, prizes, 50)?;
    prizes.iter().map(|p| clean_required(field, p, 100)).collect()
}

/// Announces a lottery.
///
/// # Errors
/// `forbidden`, `id_taken`, `invalid`.
pub async fn announce(tx: &mut Tx, by: &Person, new: NewLottery, sent: [u8; 32]) -> Result<Made<Lottery>> {
    let municipality = by.municipality().map(str::to_owned);
    allow(by, Action::Lottery, Subject { own: false, municipality: municipality.as_deref() })?;
    if let Some(there) = before(tx, by, new.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let hex = new.commitment.len() == commitment("").len() && new.commitment.bytes().all(|b| b.is_ascii_hexdigit());
    if !hex {
        return Err(Error::invalid("commitment", "It must be a SHA-256 in hexadecimal."));
    }
    if new.until <= new.from {
        return Err(Error::invalid("until", "It must end after it begins."));
    }
    let lottery = Lottery {
        record: Record::new(new.id, None, tx.now),
        municipality: municipality.unwrap_or_default(),
        name: clean_required("name", &new.name, 100)?,
        from: new.from,
        until: new.until,
        prizes: checked("prizes", &new.prizes)?,
        child_prizes: checked("child_prizes", &new.child_prizes)?,
        commitment: new.commitment.to_lowercase(),
        seed: None,
        registered: 0,
        winners: vec![],
        child_winners: vec![],
        drawn_at: None,
    };
    add(tx, by, lottery, &sent, "announced").await
}

/// A ticket torn off a bag.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TornOff {
    /// Action code and number, such as `A34679C-12`.
    #[schema(max_length = 30)]
    pub number: String,
    /// Whether it is from the children's line.
    #[serde(default)]
    pub child: bool,
}

/// Registers a ticket at pickup or gate. Registering it again changes nothing.
///
/// # Errors
/// `forbidden`, `not_found` when no cleanup or pile has its code, `wrong_state`, `invalid`.
pub async fn register(tx: &mut Tx, by: &Person, id: Uuid, ticket: TornOff) -> Result<Lottery> {
    allow(by, Action::Weigh, Subject::default())?;
    let mut lottery: Lottery = find(tx, id).await?;
    let wrong = || Error::invalid("number", "A ticket has an action code, a hyphen and a number.");
    let (code, number) = ticket.number.rsplit_once('-').ok_or_else(wrong)?;
    let number: u32 = number.trim().parse().map_err(|_| wrong())?;
    let code = code::read(code).ok_or_else(|| no_such_code().at("number"))?;
    let known = tx.by_code(&code).await?.filter(|(layer, _)| matches!(layer, Layer::Cleanup | Layer::Pile));
    let (_, of) = known.ok_or_else(|| no_such_code().at("number"))?;
    lottery.takes_tickets(tx.now)?;
    let ticket = Ticket { number: format!("{code}-{number}"), child: ticket.child };
    if !tx.add_ticket(id, &ticket, of).await? {
        return Ok(lottery);
    }
    lottery.registered += 1;
    keep(tx, lottery, "ticket_registered", None, Some(by)).await
}

/// The seed that was committed to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// As it was hashed.
    #[schema(min_length = 1, max_length = 200)]
    pub seed: String,
}

/// Draws a lottery: winners are told, and the seed is published.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid` at `seed`.
pub async fn draw(tx: &mut Tx, by: &Person, id: Uuid, seed: Seed) -> Result<Lottery> {
    let mut lottery: Lottery = find(tx, id).await?;
    allow(by, Action::Lottery, Subject { own: false, municipality: Some(&lottery.municipality) })?;
    if lottery.seed.as_deref() == Some(seed.seed.as_str()) {
        return Ok(lottery);
    }
    let tickets = tx.tickets(id, None).await?;
    lottery.draw(&seed.seed, &tickets, tx.now)?;
    let winners: Vec<_> = lottery.winners.iter().chain(&lottery.child_winners).cloned().collect();
    for number in winners {
        let Some(of) = tx.ticket_of(id, &number).await? else { continue };
        if let Some((maker, _)) = tx.maker(of).await? {
            let telling = Telling::new(MessageKind::LotteryWon, Layer::Lottery, id, &number);
            let telling = telling.fact("number", number.clone()).fact("name", lottery.name.clone());
            tx.tell(Audience::Person(maker), &telling).await?;
        }
    }
    keep(tx, lottery, "drawn", None, Some(by)).await
}
