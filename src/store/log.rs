//! The change log.

use uuid::Uuid;

use super::batch::Values;
use super::sql::{Row, args};
use super::{Tx, spoilt};
use crate::domain::change::{Change, HistoryLine, Layer, Thing};
use crate::domain::person::{Entered, Role};
use crate::error::Result;

impl Tx {
    /// The number of the last entry; 0 when there is none.
    ///
    /// # Errors
    /// `internal`.
    pub async fn last_seq(&mut self) -> Result<i64> {
        let row = self.row("SELECT COALESCE(MAX(seq), 0) FROM change_log", vec![]).await?;
        row.map_or(Ok(0), |r| r.int(0))
    }

    /// The number of the last entry that changed the look of the shore; 0 when there is none.
    ///
    /// # Errors
    /// `internal`.
    pub async fn last_shore_seq(&mut self) -> Result<i64> {
        let sql = "SELECT COALESCE(MAX(seq), 0) FROM change_log WHERE layer IN ('coast', 'area', 'zone', 'closure')";
        self.row(sql, vec![]).await?.map_or(Ok(0), |r| r.int(0))
    }

    /// The last act on a thing, and whose it was. A photo that follows its act is none of its own.
    ///
    /// # Errors
    /// `internal`.
    pub async fn last_act(&mut self, thing: Uuid) -> Result<Option<(String, Option<Uuid>)>> {
        if let Some(c) = self.changes.iter().rev().find(|c| c.id == thing && c.act != "photo_added") {
            return Ok(Some((c.act.clone(), c.by))); // of this very transaction: not in the log yet
        }
        let sql = "SELECT act, person_id FROM change_log WHERE thing_id = $1 AND act <> 'photo_added' ORDER BY seq DESC LIMIT 1";
        self.row(sql, args![thing]).await?.map(|r| Ok((r.text(0)?, r.maybe_id(1)?))).transpose()
    }

    /// Whether this person has sent this before, and it was done to that thing.
    ///
    /// # Errors
    /// `internal`.
    pub async fn was_sent(&mut self, sending: Uuid, by: Uuid, thing: Uuid) -> Result<bool> {
        if self.changes.iter().any(|c| c.sending == Some(sending) && c.by == Some(by) && c.id == thing) {
            return Ok(true);
        }
        let sql = "SELECT seq FROM change_log WHERE act_id = $1 AND person_id = $2 AND thing_id = $3 LIMIT 1";
        Ok(self.row(sql, args![sending, by, thing]).await?.is_some())
    }

    /// Whether somebody has ever done this to a thing.
    ///
    /// # Errors
    /// `internal`.
    pub async fn has_done(&mut self, thing: Uuid, act: &str, by: Uuid) -> Result<bool> {
        if self.changes.iter().any(|c| c.id == thing && c.act == act && c.by == Some(by)) {
            return Ok(true);
        }
        let sql = "SELECT seq FROM change_log WHERE thing_id = $1 AND act = $2 AND person_id = $3 LIMIT 1";
        Ok(self.row(sql, args![thing, act, by]).await?.is_some())
    }

    /// The entries after `seq`, oldest first, at most `most`.
    ///
    /// # Errors
    /// `internal`.
    pub async fn changes_after(&mut self, seq: i64, most: i64) -> Result<Vec<Change>> {
        let rows = self
            .rows(
                "SELECT seq, at, layer, thing_id, act, why, person_id, role, data, act_id, entered_at, phone_at
                 FROM change_log WHERE seq > $1 ORDER BY seq LIMIT $2",
                args![seq, most],
            )
            .await?;
        rows.iter().map(change).collect()
    }

    /// The history of a thing, oldest first. `asking` is told which lines are their own.
    ///
    /// # Errors
    /// `internal`.
    pub async fn history(&mut self, thing: Uuid, asking: Option<Uuid>) -> Result<Vec<HistoryLine>> {
        let rows = self
            .rows(
                "SELECT seq, at, layer, thing_id, act, why, person_id, role, data, act_id, entered_at, phone_at
                 FROM change_log WHERE thing_id = $1 ORDER BY seq LIMIT 500",
                args![thing],
            )
            .await?;
        let line = |r: &Row| {
            let c = change(r)?;
            let state = c.thing.state().map(str::to_owned);
            let mine = c.by.is_some() && c.by == asking;
            // How wrong a phone's clock is would tell the acts of one apart from those of others.
            let (entered_at, phone_at) = (c.entered.map(|e| e.at), c.entered.filter(|_| mine).map(|e| e.phone_at));
            Ok(HistoryLine { at: c.at, entered_at, phone_at, act: c.act, why: c.why, role: c.role, mine, state })
        };
        rows.iter().map(line).collect()
    }
}

/// An entry as a row.
pub(super) fn row(c: &Change) -> Result<Values> {
    let role = c.role.map(Role::text);
    let thing = c.thing.to_json()?;
    Ok(args![
        c.seq,
        c.at,
        c.thing.layer().text(),
        c.id,
        c.act.as_str(),
        c.why.clone(),
        c.by,
        role,
        thing,
        c.sending,
        c.entered.map(|e| e.at),
        c.entered.map(|e| e.phone_at)
    ])
}

fn change(r: &Row) -> Result<Change> {
    let layer = Layer::parse(&r.text(2)?).ok_or_else(|| spoilt("layer"))?;
    Ok(Change {
        seq: r.int(0)?,
        at: r.instant(1)?,
        act: r.text(4)?,
        why: r.maybe_text(5)?,
        by: r.maybe_id(6)?,
        role: r.maybe_text(7)?.as_deref().and_then(Role::parse),
        sending: r.maybe_id(9)?,
        entered: r.maybe_instant(10)?.zip(r.maybe_instant(11)?).map(|(at, phone_at)| Entered { at, phone_at }),
        id: r.id(3)?,
        thing: Thing::from_json(layer, r.maybe_text(8)?.as_deref())?,
    })
}
