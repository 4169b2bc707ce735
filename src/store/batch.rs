//! Rows that wait to be inserted together: a statement with many rows costs little more than one with one, and what
//! has not been sent to the database is undone by forgetting it.

use super::sql::Value;

/// The tables whose rows may wait, in the order of their foreign keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Hotspot,
    Photo,
    Log,
}

impl Table {
    const ALL: [Self; 3] = [Self::Hotspot, Self::Photo, Self::Log];

    /// The beginning of the statement that inserts.
    pub(super) fn insert(self) -> &'static str {
        match self {
            Self::Hotspot => "INSERT INTO hotspot (id, reporter_id, sent_hash, version, data)",
            Self::Photo => "INSERT INTO photo (id, thing_id, person_id)",
            Self::Log => {
                "INSERT INTO change_log (seq, at, layer, thing_id, act, why, person_id, role, data, act_id, entered_at, phone_at)"
            }
        }
    }
}

/// The values of a row.
pub(super) type Values = Vec<Value>;

/// Rows that wait, those of the command in progress apart from those before it.
#[derive(Default)]
pub(super) struct Batch {
    rows: [Vec<Values>; 3],
    before: [usize; 3],
}

impl Batch {
    pub(super) fn push(&mut self, table: Table, row: Values) {
        self.rows[table as usize].push(row);
    }

    /// What waits now belongs to the commands before.
    pub(super) fn begin(&mut self) {
        self.before = self.rows.each_ref().map(Vec::len);
    }

    /// Forgets what the command in progress added.
    pub(super) fn undo(&mut self) {
        self.rows.iter_mut().zip(self.before).for_each(|(rows, before)| rows.truncate(before));
    }

    /// Takes the rows of the commands before.
    pub(super) fn take_before(&mut self) -> Vec<(Table, Vec<Values>)> {
        let before = std::mem::take(&mut self.before);
        self.take(before)
    }

    /// Takes all rows.
    pub(super) fn take_all(&mut self) -> Vec<(Table, Vec<Values>)> {
        self.before = [0; 3];
        self.take([usize::MAX; 3])
    }

    fn take(&mut self, counts: [usize; 3]) -> Vec<(Table, Vec<Values>)> {
        let each = Table::ALL.into_iter().zip(&mut self.rows).zip(counts);
        let taken = each.map(|((table, rows), n)| (table, rows.drain(..n.min(rows.len())).collect::<Vec<_>>()));
        taken.filter(|(_, rows)| !rows.is_empty()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.iter().all(Vec::is_empty)
    }
}
