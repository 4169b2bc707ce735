//! Joining a cleanup, waiting for a place, and leaving.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cleanup::{Why, told_of};
use super::{find, id_taken, keep};
use crate::domain::change::Layer;
use crate::domain::cleanup::Cleanup;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::Person;
use crate::domain::text::clean_optional;
use crate::domain::thing::require;
use crate::error::{Error, Result};
use crate::store::{Participant, Tx};

/// Leaving later than this before it begins, one is asked why.
const LATE_HOURS: i64 = 24;

/// What one sends to join a cleanup.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Joining {
    /// Its id, made by the client.
    pub id: Uuid,
    /// What one wants to be called; only the organiser sees it.
    #[serde(default)]
    #[schema(max_length = 80)]
    pub name: Option<String>,
    /// How many one is.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 100)]
    pub people: u32,
}

fn one() -> u32 {
    1
}

/// Joins a cleanup, or its waiting list when it is full. Joining again changes the name and the number.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state` when it is over, `invalid`.
pub async fn join(tx: &mut Tx, by: &Person, id: Uuid, joining: Joining) -> Result<(Cleanup, Participant)> {
    allow(by, Action::Join, Subject::default())?;
    let mut cleanup: Cleanup = find(tx, id).await?;
    if !(1..=100).contains(&joining.people) {
        return Err(Error::invalid("people", "people must be from 1 to 100."));
    }
    require(cleanup.reserves(), cleanup.state.text(), "joined")?;
    let name = clean_optional("name", joining.name.as_deref(), 80)?;
    let mut all = tx.participants(id).await?;
    let there = all.iter().find(|p| p.person == by.id).cloned();
    if let Some(there) = &there
        && there.state != "left"
        && (there.people, &there.name) == (joining.people, &name)
    {
        return Ok((cleanup, there.clone()));
    }
    if there.is_none() && tx.has_participant(joining.id).await? {
        return Err(id_taken());
    }
    all.retain(|p| p.person != by.id);
    count(&mut cleanup, &all);
    let has_place = there.as_ref().is_some_and(|p| p.state == "coming") || cleanup.waiting == 0;
    let state = if cleanup.has_room(joining.people) && has_place { "coming" } else { "waiting" };
    let kept = there.map_or(joining.id, |p| p.id);
    let own = Participant { id: kept, cleanup: id, person: by.id, name, people: joining.people, state: state.into() };
    tx.put_participant(&own).await?;
    all.push(own.clone());
    count(&mut cleanup, &all);
    move_up(tx, &mut cleanup, &mut all).await?; // they may be fewer than before
    let cleanup = keep(tx, cleanup, "joined", None, Some(by)).await?;
    Ok((cleanup, own))
}

fn count(cleanup: &mut Cleanup, all: &[Participant]) {
    let sum = |state: &str| all.iter().filter(|p| p.state == state).map(|p| p.people).sum();
    (cleanup.coming, cleanup.waiting) = (sum("coming"), sum("waiting"));
}

/// Gives free places to those who wait, and tells them.
async fn move_up(tx: &mut Tx, cleanup: &mut Cleanup, all: &mut [Participant]) -> Result<()> {
    for next in all.iter_mut().filter(|p| p.state == "waiting") {
        if !cleanup.has_room(next.people) {
            break; // those who waited longer go first
        }
        next.state = "coming".into();
        tx.put_participant(next).await?;
        cleanup.coming += next.people;
        cleanup.waiting -= next.people;
        let telling = Telling::new(MessageKind::PlaceFree, Layer::Cleanup, cleanup.record.id, tx.now.timestamp_millis());
        let telling = told_of(&telling, cleanup);
        tx.tell(Audience::Person(next.person), &telling).await?;
    }
    Ok(())
}

/// Leaves a cleanup. Who waits gets the place; late, the organiser is told, with the reason where there is one.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn leave(tx: &mut Tx, by: &Person, id: Uuid, why: Why) -> Result<Cleanup> {
    allow(by, Action::Join, Subject::default())?;
    let why = why.text()?;
    let mut cleanup: Cleanup = find(tx, id).await?;
    let mut all = tx.participants(id).await?;
    let Some(own) = all.iter_mut().find(|p| p.person == by.id && p.state != "left") else { return Ok(cleanup) };
    let came = own.state == "coming";
    own.state = "left".into();
    let left = own.clone();
    tx.put_participant(&left).await?;
    count(&mut cleanup, &all);
    move_up(tx, &mut cleanup, &mut all).await?;
    let late = came && cleanup.reserves() && cleanup.from - tx.now < TimeDelta::hours(LATE_HOURS);
    if late && let Some((maker, _)) = tx.maker(id).await? {
        let telling = Telling::new(MessageKind::LeftLate, Layer::Cleanup, id, left.id)
            .fact("name", left.name)
            .fact("people", left.people)
            .fact("why", why);
        let telling = told_of(&telling, &cleanup);
        tx.tell(Audience::Person(maker), &telling).await?;
    }
    keep(tx, cleanup, "left", None, Some(by)).await
}
