//! Weighing at a gate: by the code of a pile or of a whole cleanup.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::outcome::{look_at_waste, piles_of};
use super::pile::{saved, tell_makers};
use super::{find, keep};
use crate::domain::change::Layer;
use crate::domain::cleanup::{Cleanup, CleanupState};
use crate::domain::code;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::pile::{Origin, Pile, PileState, Weighing};
use crate::domain::site::Site;
use crate::domain::waste::{Bags, WasteTerms, checked_kg, rest_kg, shared_out};
use crate::error::{Code, Error, Result};
use crate::store::Tx;

/// What one sends to weigh waste.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWeighing {
    /// Its id, made by the client.
    pub id: Uuid,
    /// The code on the bags or of the cleanup.
    #[schema(min_length = 7, max_length = 20)]
    pub code: String,
    /// The reception site.
    #[serde(default)]
    pub site: Option<Uuid>,
    /// Kilograms.
    pub weight_kg: f64,
    /// Whether this is another load of what was weighed before.
    #[serde(default)]
    pub more: bool,
}

/// What was weighed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Weighed {
    /// The cleanup, when its code was given.
    pub cleanup: Option<Cleanup>,
    /// The piles that are done by it.
    pub piles: Vec<Pile>,
}

/// The refusal of a code that nothing has.
#[must_use]
pub fn no_such_code() -> Error {
    Error::new(Code::NotFound, "Nothing has this code. Is a character wrong?").at("code")
}

/// Weighs everything under a code that was not weighed: the piles of a cleanup share the weight as they were estimated.
///
/// # Errors
/// `forbidden`, `not_found` at `code`, `invalid`, `already_weighed`, `wrong_state`.
pub async fn weigh(tx: &mut Tx, by: &Person, new: NewWeighing, terms: &WasteTerms) -> Result<Weighed> {
    allow(by, Action::Weigh, Subject::default())?;
    let weight_kg = checked_kg("weight_kg", new.weight_kg)?;
    if let Some(site) = new.site
        && tx.thing::<Site>(site).await?.is_none()
    {
        return Err(Error::invalid("site", "There is no such reception site."));
    }
    let code = code::read(&new.code).ok_or_else(no_such_code)?;
    let (layer, id) = tx.by_code(&code).await?.ok_or_else(no_such_code)?;
    let weighing = Weighing { id: new.id, site: new.site, weight_kg, at: tx.now };
    match layer {
        Layer::Pile => {
            let mut pile: Pile = find(tx, id).await?;
            while let Some(other) = pile.merged_into {
                pile = find(tx, other).await?; // its code is still on the bags
            }
            Ok(Weighed { cleanup: None, piles: vec![weigh_pile(tx, by, pile, weighing).await?] })
        }
        Layer::Cleanup => weigh_cleanup(tx, by, id, weighing, new.more, terms).await,
        _ => Err(no_such_code()),
    }
}

async fn weigh_pile(tx: &mut Tx, by: &Person, mut pile: Pile, weighing: Weighing) -> Result<Pile> {
    if let Some(there) = &pile.weighing {
        return if there.id == weighing.id { Ok(pile) } else { Err(weighed_before(there)) };
    }
    pile.weigh(weighing)?;
    let pile = saved(tx, pile, "weighed", None, by).await?;
    tell_makers(tx, &pile, MessageKind::PileWeighed, by).await?;
    Ok(pile)
}

fn weighed_before(there: &Weighing) -> Error {
    Error::new(Code::AlreadyWeighed, format!("It was weighed before: {} kg.", there.weight_kg))
        .fact("weight_kg", there.weight_kg)
        .fact("at", there.at.to_rfc3339())
}

async fn weigh_cleanup(tx: &mut Tx, by: &Person, id: Uuid, w: Weighing, more: bool, terms: &WasteTerms) -> Result<Weighed> {
    let mut cleanup: Cleanup = find(tx, id).await?;
    if cleanup.state == CleanupState::Cancelled {
        return Err(Error::new(Code::WrongState, "This cleanup did not take place.").fact("state", "cancelled"));
    }
    let piles = piles_of(tx, &cleanup).await?;
    let before = cleanup.weighings.iter().chain(piles.iter().filter_map(|p| p.weighing.as_ref()));
    let before: Vec<Weighing> = before.cloned().collect();
    if before.iter().any(|b| b.id == w.id) {
        return Ok(Weighed { cleanup: Some(cleanup), piles: vec![] }); // sent again
    }
    let ours = Origin::Cleanup { id };
    let in_piles = piles.iter().fold(Bags::default(), |sum, p| sum.and(p.bags_of(&ours)));
    // Only piles that are all this cleanup's: of a shared one the gate weighs the pile itself.
    let waits = |p: &Pile| p.state.is_open() || p.state == PileState::Gone;
    let (open, shared): (Vec<Pile>, Vec<Pile>) =
        piles.into_iter().filter(waits).partition(|p| p.parts.iter().all(|part| part.of == ours));
    let rest = rest_kg(&cleanup, in_piles, terms);
    if open.is_empty()
        && rest <= 0.0
        && !more
        && let Some(shared) = shared.first()
    {
        let detail = "Its bags lie in a pile with others. Weigh that by the code on it.";
        return Err(Error::new(Code::WrongState, detail).at("code").fact("pile_code", shared.record.code.clone()));
    }
    if open.is_empty()
        && rest <= 0.0
        && !more
        && let Some(there) = before.first()
    {
        return Err(weighed_before(there));
    }
    let estimates: Vec<f64> =
        open.iter().map(Pile::estimated_kg).chain((rest > 0.0 || open.is_empty()).then_some(rest)).collect();
    let mut shares = shared_out(w.weight_kg, &estimates).into_iter();
    let mut done = vec![];
    for (pile, share) in open.into_iter().zip(shares.by_ref()) {
        done.push(weigh_pile(tx, by, pile, Weighing { weight_kg: share, ..w.clone() }).await?);
    }
    cleanup = find(tx, id).await?; // as its piles have left it
    if let Some(share) = shares.next() {
        cleanup.weighings.push(Weighing { weight_kg: share, ..w.clone() });
        keep(tx, cleanup, "weighed", None, Some(by)).await?;
        look_at_waste(tx, id).await?;
        cleanup = find(tx, id).await?;
        if let Some((maker, _)) = tx.maker(id).await? {
            let telling = Telling::new(MessageKind::PileWeighed, Layer::Cleanup, id, w.id).fact("weight_kg", w.weight_kg);
            tx.tell(Audience::Person(maker), &telling).await?;
        }
    }
    Ok(Weighed { cleanup: Some(cleanup), piles: done })
}
