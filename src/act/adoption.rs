//! Adopting stretches.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cleanup::{Site, Why, some_stretches};
use super::pile::Reason;
use super::{Made, add, before, find, keep, repeated};
use crate::domain::adoption::{Adoption, AdoptionState};
use crate::domain::change::Layer;
use crate::domain::claim::HolderKind;
use crate::domain::cleanup::Organiser;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::place::LonLat;
use crate::domain::text::clean_required;
use crate::domain::thing::Record;
use crate::error::{Error, Result};
use crate::store::Tx;

/// What one sends to adopt stretches.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdoption {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What the place is called.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Person, group or organisation.
    pub adopter_kind: HolderKind,
    /// What they want to be called.
    #[schema(min_length = 1, max_length = 80)]
    pub adopter_name: String,
    /// Places on the stretches.
    #[schema(min_items = 1, max_items = 200)]
    pub stretches: Vec<LonLat>,
    /// Whether others may adopt it beside them.
    #[serde(default)]
    pub shared: bool,
}

impl NewAdoption {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self) -> Result<Self> {
        self.name = clean_required("name", &self.name, 100)?;
        self.adopter_name = clean_required("adopter_name", &self.adopter_name, 80)?;
        some_stretches(&self.stretches)?;
        Ok(self)
    }
}

/// Asks for stretches. Where somebody else has one of them and does not share, it waits.
///
/// # Errors
/// `forbidden`, `id_taken`.
pub async fn ask(tx: &mut Tx, by: &Person, new: NewAdoption, sent: [u8; 32], site: Site) -> Result<Made<Adoption>> {
    allow(by, Action::Adopt, Subject::default())?;
    if let Some(there) = before(tx, by, new.id, &sent).await? {
        return Ok(Made::Before(there));
    }
    let mut adoption = Adoption {
        record: Record::new(new.id, None, tx.now),
        at: site.at,
        municipality: site.municipality,
        name: new.name,
        adopter: Organiser { kind: new.adopter_kind, name: Some(new.adopter_name) },
        stretches: site.stretches,
        shared: new.shared,
        state: AdoptionState::Requested,
        why: None,
        since: None,
        kit_at: None,
    };
    if in_the_way(tx, &adoption).await? {
        adoption.state = AdoptionState::Waiting;
    }
    let made = add(tx, by, adoption, &sent, "asked").await?;
    if let Made::New(adoption) = &made
        && let Some(code) = adoption.municipality.as_deref()
    {
        let telling = about(MessageKind::AdoptionAsked, adoption);
        tx.tell(Audience::Municipality(code), &telling).await?;
    }
    Ok(made)
}

/// Whether somebody else has one of its stretches and one of both does not share.
async fn in_the_way(tx: &mut Tx, adoption: &Adoption) -> Result<bool> {
    let all: Vec<Adoption> = tx.things().await?;
    let mut others = all.iter().filter(|o| o.holds() && o.record.id != adoption.record.id);
    Ok(others.any(|o| o.meets(adoption) && !o.shares_with(adoption)))
}

fn about(kind: MessageKind, a: &Adoption) -> Telling {
    Telling::new(kind, Layer::Adoption, a.record.id, a.record.version)
        .fact("name", a.name.clone())
        .fact("adopter", a.adopter.name.clone())
        .fact("state", a.state.text())
        .fact("why", a.why.clone())
}

async fn tell_adopter(tx: &mut Tx, adoption: &Adoption) -> Result<()> {
    let Some((maker, _)) = tx.maker(adoption.record.id).await? else { return Ok(()) };
    let telling = about(MessageKind::AdoptionAnswered, adoption);
    tx.tell(Audience::Person(maker), &telling).await
}

async fn judged_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Adoption> {
    let adoption: Adoption = find(tx, id).await?;
    allow(by, Action::Judge, Subject { own: false, municipality: adoption.municipality.as_deref() })?;
    Ok(adoption)
}

/// Staff grant it.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state` when somebody else has one of its stretches.
pub async fn approve(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Adoption> {
    let mut adoption = judged_by(tx, by, id).await?;
    if repeated(tx, by, id, "approved").await? {
        return Ok(adoption);
    }
    if in_the_way(tx, &adoption).await? {
        return Err(
            Error::new(crate::error::Code::WrongState, "Somebody else has one of its stretches.").fact("state", "waiting")
        );
    }
    adoption.approve(tx.now)?;
    let adoption = keep(tx, adoption, "approved", None, Some(by)).await?;
    tell_adopter(tx, &adoption).await?;
    Ok(adoption)
}

/// Staff do not grant it.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn decline(tx: &mut Tx, by: &Person, id: Uuid, reason: Reason) -> Result<Adoption> {
    let mut adoption = judged_by(tx, by, id).await?;
    let why = reason.text()?;
    if repeated(tx, by, id, "declined").await? {
        return Ok(adoption);
    }
    adoption.decline(why.clone())?;
    let adoption = keep(tx, adoption, "declined", Some(why), Some(by)).await?;
    tell_adopter(tx, &adoption).await?;
    Ok(adoption)
}

/// The start kit was handed out.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn hand_out_kit(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Adoption> {
    let mut adoption = judged_by(tx, by, id).await?;
    if adoption.kit_at.is_some() {
        return Ok(adoption);
    }
    adoption.kit_at = Some(tx.now);
    keep(tx, adoption, "kit_handed_out", None, Some(by)).await
}

async fn kept_by(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Adoption> {
    let adoption: Adoption = find(tx, id).await?;
    let own = tx.maker(id).await?.is_some_and(|(maker, _)| maker == by.id);
    allow(by, Action::KeepAdoption, Subject { own, municipality: adoption.municipality.as_deref() })?;
    Ok(adoption)
}

/// They rest for a while, or go on.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn pause(tx: &mut Tx, by: &Person, id: Uuid, rest: bool) -> Result<Adoption> {
    let mut adoption = kept_by(tx, by, id).await?;
    let act = if rest { "paused" } else { "resumed" };
    if repeated(tx, by, id, act).await? {
        return Ok(adoption);
    }
    if rest { adoption.pause() } else { adoption.resume() }?;
    keep(tx, adoption, act, None, Some(by)).await
}

/// It is over. Those who wait for it are asked for again.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn end(tx: &mut Tx, by: &Person, id: Uuid, why: Why) -> Result<Adoption> {
    let mut adoption = kept_by(tx, by, id).await?;
    let why = why.text()?;
    if repeated(tx, by, id, "ended").await? {
        return Ok(adoption);
    }
    adoption.end(why.clone())?;
    let adoption = keep(tx, adoption, "ended", why, Some(by)).await?;
    let all: Vec<Adoption> = tx.things().await?;
    for mut next in all.into_iter().filter(|o| o.state == AdoptionState::Waiting && o.meets(&adoption)) {
        if in_the_way(tx, &next).await? {
            continue;
        }
        next.state = AdoptionState::Requested;
        let next = keep(tx, next, "asked", None, None).await?;
        tell_adopter(tx, &next).await?;
    }
    Ok(adoption)
}
