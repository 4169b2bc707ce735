//! What is told because time has passed: looked for every minute, told once.

use chrono::TimeDelta;

use super::cleanup::{tell_all, told_of};
use crate::coast::index::Coast;
use crate::domain::change::Layer;
use crate::domain::message::{Audience, MessageKind, Telling};
use crate::domain::pile::{Actor, Pile};
use crate::error::Result;
use crate::store::Tx;

/// How long before a cleanup those who come are reminded, in hours.
const BEFORE_HOURS: i64 = 24;

/// Tells what is due by now. The coast in memory says what to look at; what was told before is not told again.
///
/// # Errors
/// `internal`.
pub async fn tell_what_is_due(tx: &mut Tx, coast: &Coast) -> Result<()> {
    let now = tx.now;
    for c in coast.cleanups.all().filter(|c| c.reserves() && c.from > now && c.from - now <= TimeDelta::hours(BEFORE_HOURS)) {
        let telling = Telling::new(MessageKind::CleanupReminder, Layer::Cleanup, c.record.id, "before");
        tell_all(tx, c, &telling).await?;
        if let Some((maker, _)) = tx.maker(c.record.id).await? {
            tx.tell(Audience::Person(maker), &told_of(&telling, c)).await?;
        }
    }
    for h in coast.hotspots.all() {
        let Some(claim) = h.claim.as_ref().filter(|c| c.remind_at <= now && c.holds(now)) else { continue };
        let Some(held) = tx.claim(claim.id).await? else { continue };
        let telling = Telling::new(MessageKind::ClaimReminder, Layer::Hotspot, h.id, claim.until.timestamp());
        tx.tell(Audience::Person(held.person), &telling.fact("until", claim.until.to_rfc3339())).await?;
    }
    for pile in coast.piles.all().filter(|p| p.is_late(now)) {
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

/// Whether anything may be due: asked before the one who writes is troubled.
#[must_use]
pub fn anything_due(coast: &Coast, now: chrono::DateTime<chrono::Utc>) -> bool {
    let soon = |from: chrono::DateTime<chrono::Utc>| from > now && from - now <= TimeDelta::hours(BEFORE_HOURS);
    coast.cleanups.all().any(|c| c.reserves() && soon(c.from))
        || coast.hotspots.all().any(|h| h.claim.as_ref().is_some_and(|c| c.remind_at <= now && c.holds(now)))
        || coast.piles.all().any(|p| p.is_late(now))
}
