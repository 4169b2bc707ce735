//! The change log.

use uuid::Uuid;

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

    /// Who did something to a thing last.
    ///
    /// # Errors
    /// `internal`.
    pub async fn last_actor(&mut self, thing: Uuid, act: &str) -> Result<Option<Uuid>> {
        let sql = "SELECT person_id FROM change_log WHERE thing_id = $1 AND act = $2 ORDER BY seq DESC LIMIT 1";
        self.row(sql, args![thing, act]).await?.map_or(Ok(None), |r| r.maybe_id(0))
    }

    pub(super) async fn append(&mut self, c: &Change) -> Result<()> {
        // Not by `run`: the log is written after the last command, outside all savepoints.
        let role = c.role.map(Role::text);
        let args = args![c.seq, c.at, c.thing.layer().text(), c.id, c.act.as_str(), c.why.clone(), c.by, role, c.thing.to_json()?];
        self.sql
            .run(
                "INSERT INTO change_log (seq, at, layer, thing_id, act, why, person_id, role, data)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                args,
            )
            .await?;
        Ok(())
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
