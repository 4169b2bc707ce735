//! Things stored as documents, of whatever layer, and who comes to a cleanup.

use chrono::NaiveDate;
use uuid::Uuid;

use super::sql::{Row, args};
use super::{Tx, spoilt};
use crate::domain::change::Layer;
use crate::domain::thing::Document;
use crate::error::Result;

/// Somebody who comes to a cleanup, or wants to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// The id of their joining.
    pub id: Uuid,
    /// The cleanup.
    pub cleanup: Uuid,
    /// Who.
    pub person: Uuid,
    /// What they want to be called, for the organiser.
    pub name: Option<String>,
    /// How many they are.
    pub people: u32,
    /// `coming`, `waiting` or `left`.
    pub state: String,
}

/// Before and after every day there is: four digits sort as numbers do.
const DAYS: (NaiveDate, NaiveDate) = (NaiveDate::from_ymd_opt(0, 1, 1).unwrap(), NaiveDate::from_ymd_opt(9999, 12, 31).unwrap());

impl Tx {
    /// All things of a kind.
    ///
    /// # Errors
    /// `internal`.
    pub async fn things<T: Document>(&mut self) -> Result<Vec<T>> {
        let rows = self.rows("SELECT data FROM thing WHERE layer = $1 ORDER BY id", args![T::LAYER.text()]).await?;
        rows.iter().map(|r| Ok(serde_json::from_str(&r.text(0)?)?)).collect()
    }

    /// The things of a kind that are an organisation's alone, from one local day until another; those without a day always.
    ///
    /// # Errors
    /// `internal`.
    pub async fn things_of<T: Document>(
        &mut self,
        organisation: Uuid,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
    ) -> Result<Vec<T>> {
        let sql = "SELECT data FROM thing WHERE organisation_id = $1 AND layer = $2
                   AND (day IS NULL OR day BETWEEN $3 AND $4) ORDER BY id";
        let (from, until) = (from.unwrap_or(DAYS.0).to_string(), until.unwrap_or(DAYS.1).to_string());
        let rows = self.rows(sql, args![organisation, T::LAYER.text(), from, until]).await?;
        rows.iter().map(|r| Ok(serde_json::from_str(&r.text(0)?)?)).collect()
    }

    /// The thing of that kind with this id.
    ///
    /// # Errors
    /// `internal`.
    pub async fn thing<T: Document>(&mut self, id: Uuid) -> Result<Option<T>> {
        let row = self.row("SELECT data FROM thing WHERE id = $1 AND layer = $2", args![id, T::LAYER.text()]).await?;
        row.map(|r| Ok(serde_json::from_str(&r.text(0)?)?)).transpose()
    }

    /// The layer of a thing that is stored as a document.
    ///
    /// # Errors
    /// `internal`.
    pub async fn layer_of(&mut self, id: Uuid) -> Result<Option<Layer>> {
        let row = self.row("SELECT layer FROM thing WHERE id = $1", args![id]).await?;
        row.map(|r| Layer::parse(&r.text(0)?).ok_or_else(|| spoilt("layer"))).transpose()
    }

    /// Who made a thing, and the digest of what they sent.
    ///
    /// # Errors
    /// `internal`.
    pub async fn maker(&mut self, id: Uuid) -> Result<Option<(Uuid, Vec<u8>)>> {
        let row = self.row("SELECT maker_id, sent_hash FROM thing WHERE id = $1", args![id]).await?;
        row.map(|r| Ok((r.id(0)?, r.bytes(1)?))).transpose()
    }

    /// Whether a code is taken.
    ///
    /// # Errors
    /// `internal`.
    pub async fn code_is_taken(&mut self, code: &str) -> Result<bool> {
        Ok(self.row("SELECT id FROM thing WHERE code = $1", args![code]).await?.is_some())
    }

    /// The thing with a code.
    ///
    /// # Errors
    /// `internal`.
    pub async fn by_code(&mut self, code: &str) -> Result<Option<(Layer, Uuid)>> {
        let row = self.row("SELECT layer, id FROM thing WHERE code = $1", args![code]).await?;
        row.map(|r| Ok((Layer::parse(&r.text(0)?).ok_or_else(|| spoilt("layer"))?, r.id(1)?))).transpose()
    }

    /// Adds a thing. False when the id exists; then nothing was done.
    ///
    /// # Errors
    /// `internal`.
    pub async fn add_thing<T: Document>(&mut self, thing: &T, maker: Uuid, sent_hash: &[u8]) -> Result<bool> {
        let (r, data) = (thing.record(), serde_json::to_string(thing)?);
        let sql = "INSERT INTO thing (id, layer, maker_id, sent_hash, version, code, data, organisation_id, day)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
        let (whose, day) = (thing.organisation(), thing.day().map(|d| d.to_string()));
        let row = args![r.id, T::LAYER.text(), maker, sent_hash.to_vec(), r.version, r.code.clone(), data, whose, day];
        Ok(self.run(sql, row).await? == 1)
    }

    /// Stores a thing as it is now.
    ///
    /// # Errors
    /// `internal`.
    pub async fn put_thing<T: Document>(&mut self, thing: &T) -> Result<()> {
        let sql = "UPDATE thing SET version = $2, data = $3 WHERE id = $1";
        let r = thing.record();
        self.run(sql, args![r.id, r.version, serde_json::to_string(thing)?]).await?;
        Ok(())
    }

    /// Everyone who joined a cleanup, those who left as well, in the order they came.
    ///
    /// # Errors
    /// `internal`.
    pub async fn participants(&mut self, cleanup: Uuid) -> Result<Vec<Participant>> {
        let sql = "SELECT id, cleanup_id, person_id, name, people, state FROM participant WHERE cleanup_id = $1 ORDER BY at, id";
        self.rows(sql, args![cleanup]).await?.iter().map(participant).collect()
    }

    /// Whether a joining has this id.
    ///
    /// # Errors
    /// `internal`.
    pub async fn has_participant(&mut self, id: Uuid) -> Result<bool> {
        Ok(self.row("SELECT id FROM participant WHERE id = $1", args![id]).await?.is_some())
    }

    /// The cleanups a person comes to, or waits for.
    ///
    /// # Errors
    /// `internal`.
    pub async fn joined(&mut self, person: Uuid) -> Result<Vec<Participant>> {
        let sql = "SELECT id, cleanup_id, person_id, name, people, state FROM participant
                   WHERE person_id = $1 AND state <> 'left' ORDER BY at, id";
        self.rows(sql, args![person]).await?.iter().map(participant).collect()
    }

    /// Stores somebody's coming as it is now.
    ///
    /// # Errors
    /// `internal`.
    pub async fn put_participant(&mut self, p: &Participant) -> Result<()> {
        let sql =
            "INSERT INTO participant (id, cleanup_id, person_id, name, people, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (cleanup_id, person_id) DO UPDATE SET name = $4, people = $5, state = $6,
                   at = CASE WHEN participant.state = 'left' THEN $7 ELSE participant.at END";
        let row = args![p.id, p.cleanup, p.person, p.name.clone(), i64::from(p.people), p.state.as_str(), self.now];
        self.run(sql, row).await?;
        Ok(())
    }
}

fn participant(r: &Row) -> Result<Participant> {
    let people = u32::try_from(r.int(4)?).map_err(|_| spoilt("number of people"))?;
    Ok(Participant { id: r.id(0)?, cleanup: r.id(1)?, person: r.id(2)?, name: r.maybe_text(3)?, people, state: r.text(5)? })
}
