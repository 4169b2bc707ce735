//! What is told because time has passed: looked for every minute, told once.

use chrono::{DateTime, TimeDelta, Utc};

use super::cleanup::{tell_all, told_of};
use crate::coast::index::Coast;
use crate::domain::change::Layer;
use crate::domain::claim::Claim;
use crate::domain::cleanup::Cleanup;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::pile::{Actor, Pile};
use crate::error::Result;
use crate::store::Tx;

/// How long before a cleanup those who come are reminded, in hours.
const BEFORE_HOURS: i64 = 24;

/// Tells what fell due since an instant. The coast in memory says what to look at; what was told before is not told again.
///
/// # Errors
/// `internal`.
pub async fn tell_what_is_due(tx: &mut Tx, coast: &Coast, since: DateTime<Utc>) -> Result<()> {
    let now = tx.now;
    let fell_due = |at: DateTime<Utc>| at > since && at <= now;
    for c in coast.cleanups.which(|c| c.reserves() && c.from > now && fell_due(remind_at(c))) {
        let telling = Telling::new(MessageKind::CleanupReminder, Layer::Cleanup, c.record.id, "before");
        tell_all(tx, c, &telling).await?;
        if let Some((maker, _)) = tx.maker(c.record.id).await? {
            tx.tell(Audience::Person(maker), &told_of(&telling, c)).await?;
        }
    }
    let reminds = |c: &Claim| fell_due(c.remind_at) && c.holds(now);
    for h in coast.hotspots.which(|h| h.claim.as_ref().is_some_and(reminds)) {
        let Some(claim) = &h.claim else { continue };
        let Some(held) = tx.claim(claim.id).await? else { continue };
        let telling = Telling::new(MessageKind::ClaimReminder, Layer::Hotspot, h.id, claim.until.timestamp());
        tx.tell(Audience::Person(held.person), &telling.fact("until", claim.until.to_rfc3339())).await?;
    }
    for pile in coast.piles.which(|p| p.duty.as_ref().is_some_and(|d| fell_due(d.due))) {
        tell_late(tx, pile).await?;
    }
    Ok(())
}

/// A late pile is on the screen of whoever should have acted, and of the municipality.
async fn tell_late(tx: &mut Tx, pile: &Pile) -> Result<()> {
    let Some(duty) = &pile.duty else { return Ok(()) };
    let telling = Telling::new(MessageKind::PileLate, Layer::Pile, pile.record.id, duty.due.timestamp())
        .fact("bags", pile.bags().count())
        .fact("due", duty.due.to_rfc3339());
    match &duty.who {
        Actor::Hauler { id, .. } => tx.tell(Audience::Organisation(*id), &telling).await?,
        Actor::Maker => {
            if let Some((maker, _)) = tx.maker(pile.record.id).await? {
                tx.tell(Audience::Person(maker), &telling).await?;
            }
        }
        Actor::Municipality { .. } | Actor::Service => {}
    }
    match &pile.municipality {
        Some(code) => tx.tell(Audience::Municipality(code), &telling).await,
        None => Ok(()),
    }
}

fn remind_at(cleanup: &Cleanup) -> DateTime<Utc> {
    cleanup.from - TimeDelta::hours(BEFORE_HOURS)
}

/// Whether anything fell due since an instant: asked before the one who writes is troubled.
#[must_use]
pub fn anything_due(coast: &Coast, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let fell_due = |at: DateTime<Utc>| at > since && at <= now;
    coast.cleanups.all().any(|c| c.reserves() && fell_due(remind_at(c)))
        || coast.hotspots.all().any(|h| h.claim.as_ref().is_some_and(|c| fell_due(c.remind_at)))
        || coast.piles.all().any(|p| p.duty.as_ref().is_some_and(|d| fell_due(d.due)))
}
