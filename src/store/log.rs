//! The change log.

use uuid::Uuid;

use super::batch::Values;
use super::sql::{Row, args};
use super::{Tx, spoilt};
use crate::domain::change::{Change, HistoryLine, Layer, Thing};
use crate::domain::person::Role;
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
        let sql = "SELECT COALESCE(MAX(seq), 0) FROM change_log WHERE layer <> 'hotspot'";
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

    /// The entries after `seq`, oldest first, at most `most`.
    ///
    /// # Errors
    /// `internal`.
    pub async fn changes_after(&mut self, seq: i64, most: i64) -> Result<Vec<Change>> {
        let rows = self
            .rows(
                "SELECT seq, at, layer, thing_id, act, why, person_id, role, data
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
                "SELECT seq, at, layer, thing_id, act, why, person_id, role, data
                 FROM change_log WHERE thing_id = $1 ORDER BY seq LIMIT 500",
                args![thing],
            )
            .await?;
        let line = |r: &Row| {
            let c = change(r)?;
            let state = match &c.thing {
                Thing::Hotspot(h) => Some(h.state.text().to_owned()),
                _ => None,
            };
            Ok(HistoryLine { at: c.at, act: c.act, why: c.why, role: c.role, mine: c.by.is_some() && c.by == asking, state })
        };
        rows.iter().map(line).collect()
    }
}

/// An entry as a row.
pub(super) fn row(c: &Change) -> Result<Values> {
    let role = c.role.map(Role::text);
    Ok(args![c.seq, c.at, c.thing.layer().text(), c.id, c.act.as_str(), c.why.clone(), c.by, role, c.thing.to_json()?])
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
        id: r.id(3)?,
        thing: Thing::from_json(layer, r.maybe_text(8)?.as_deref())?,
    })
}
