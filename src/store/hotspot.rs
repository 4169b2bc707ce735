//! Hotspots, claims, supports, and the rows of photos.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Tx;
use super::batch::Table;
use super::sql::args;
use crate::domain::hotspot::Hotspot;
use crate::error::Result;

/// A claim as its holder has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredClaim {
    /// Its hotspot.
    pub hotspot: Uuid,
    /// Its holder, who is nobody else's business.
    pub person: Uuid,
    /// Digest of what was sent.
    pub sent_hash: [u8; 32],
}

/// A photo that was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredPhoto {
    /// The thing it belongs to.
    pub thing: Uuid,
    /// Who announced it.
    pub person: Uuid,
    /// Whether the files are there.
    pub stored: bool,
}

impl Tx {
    /// All hotspots.
    ///
    /// # Errors
    /// `internal`.
    pub async fn hotspots(&mut self) -> Result<Vec<Hotspot>> {
        self.documents("SELECT data FROM hotspot ORDER BY id").await
    }

    /// The hotspot with this id.
    ///
    /// # Errors
    /// `internal`.
    pub async fn hotspot(&mut self, id: Uuid) -> Result<Option<Hotspot>> {
        let row = self.row("SELECT data FROM hotspot WHERE id = $1", args![id]).await?;
        row.map(|r| Ok(serde_json::from_str(&r.text(0)?)?)).transpose()
    }

    /// Who reported a hotspot, and the digest of what they sent.
    ///
    /// # Errors
    /// `internal`.
    pub async fn reporter(&mut self, id: Uuid) -> Result<Option<(Uuid, Vec<u8>)>> {
        let row = self.row("SELECT reporter_id, sent_hash FROM hotspot WHERE id = $1", args![id]).await?;
        row.map(|r| Ok((r.id(0)?, r.bytes(1)?))).transpose()
    }

    /// Adds a hotspot. False when the id exists; then nothing was done.
    ///
    /// # Errors
    /// `internal`.
    pub async fn add_hotspot(&mut self, h: &Hotspot, reporter: Uuid, sent_hash: &[u8]) -> Result<bool> {
        let row = args![h.id, reporter, sent_hash.to_vec(), h.version, serde_json::to_string(h)?];
        self.add(Table::Hotspot, h.id, row).await
    }

    /// Stores a hotspot as it is now.
    ///
    /// # Errors
    /// `internal`.
    pub async fn put_hotspot(&mut self, h: &Hotspot) -> Result<()> {
        let sql = "UPDATE hotspot SET version = $2, data = $3 WHERE id = $1";
        self.run(sql, args![h.id, h.version, serde_json::to_string(h)?]).await?;
        Ok(())
    }

    /// The claim with this id, active or not.
    ///
    /// # Errors
    /// `internal`.
    pub async fn claim(&mut self, id: Uuid) -> Result<Option<StoredClaim>> {
        let row = self.row("SELECT hotspot_id, person_id, sent_hash FROM claim WHERE id = $1", args![id]).await?;
        row.map(|r| {
            let sent_hash = r.bytes(2)?.try_into().map_err(|_| super::spoilt("digest"))?;
            Ok(StoredClaim { hotspot: r.id(0)?, person: r.id(1)?, sent_hash })
        })
        .transpose()
    }

    /// Adds an active claim.
    ///
    /// # Errors
    /// `internal`, also when the hotspot has another: the rules ask first, the database makes sure.
    pub async fn add_claim(&mut self, id: Uuid, claim: &StoredClaim, until: DateTime<Utc>) -> Result<()> {
        let sql = "INSERT INTO claim (id, hotspot_id, person_id, sent_hash, state, until_at)
                   VALUES ($1, $2, $3, $4, 'active', $5)";
        self.run(sql, args![id, claim.hotspot, claim.person, claim.sent_hash.to_vec(), until]).await?;
        Ok(())
    }

    /// Ends a claim as `fulfilled`, `released`, `expired` or `handed_over`.
    ///
    /// # Errors
    /// `internal`.
    pub async fn end_claim(&mut self, id: Uuid, how: &str) -> Result<()> {
        self.run("UPDATE claim SET state = $2 WHERE id = $1 AND state = 'active'", args![id, how]).await?;
        Ok(())
    }

    /// Keeps who asks to take a claim over, or that nobody does any more.
    ///
    /// # Errors
    /// `internal`.
    pub async fn set_takeover(&mut self, id: Uuid, person: Option<Uuid>) -> Result<()> {
        self.run("UPDATE claim SET takeover_person_id = $2 WHERE id = $1", args![id, person]).await?;
        Ok(())
    }

    /// Who asks to take a claim over.
    ///
    /// # Errors
    /// `internal`.
    pub async fn takeover_by(&mut self, id: Uuid) -> Result<Option<Uuid>> {
        let row = self.row("SELECT takeover_person_id FROM claim WHERE id = $1", args![id]).await?;
        row.map_or(Ok(None), |r| r.maybe_id(0))
    }

    /// Sets another end.
    ///
    /// # Errors
    /// `internal`.
    pub async fn set_claim_end(&mut self, id: Uuid, until: DateTime<Utc>) -> Result<()> {
        self.run("UPDATE claim SET until_at = $2 WHERE id = $1", args![id, until]).await?;
        Ok(())
    }

    /// Adds a support. False when this person had given it.
    ///
    /// # Errors
    /// `internal`.
    pub async fn add_support(&mut self, hotspot: Uuid, person: Uuid) -> Result<bool> {
        let sql = "INSERT INTO support (hotspot_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        Ok(self.run(sql, args![hotspot, person]).await? == 1)
    }

    /// Announces a photo. False when the id exists; then nothing was done.
    ///
    /// # Errors
    /// `internal`.
    pub async fn announce_photo(&mut self, id: Uuid, thing: Uuid, person: Uuid) -> Result<bool> {
        self.add(Table::Photo, id, args![id, thing, person]).await
    }

    /// The photo with this id.
    ///
    /// # Errors
    /// `internal`.
    pub async fn photo(&mut self, id: Uuid) -> Result<Option<StoredPhoto>> {
        let row = self.row("SELECT thing_id, person_id, stored FROM photo WHERE id = $1", args![id]).await?;
        row.map(|r| Ok(StoredPhoto { thing: r.id(0)?, person: r.id(1)?, stored: r.bool(2)? })).transpose()
    }

    /// Says that the files of a photo are there.
    ///
    /// # Errors
    /// `internal`.
    pub async fn photo_stored(&mut self, id: Uuid) -> Result<()> {
        self.run("UPDATE photo SET stored = $2 WHERE id = $1", args![id, true]).await?;
        Ok(())
    }

    /// The ids of all photos whose files are there.
    ///
    /// # Errors
    /// `internal`.
    pub async fn stored_photos(&mut self) -> Result<Vec<Uuid>> {
        let rows = self.rows("SELECT id FROM photo WHERE stored = $1", args![true]).await?;
        rows.iter().map(|r| r.id(0)).collect()
    }
}
