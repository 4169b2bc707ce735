//! Segments, land, areas, zones and closures.

use std::collections::HashSet;

use geo::Polygon;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::sql::args;
use super::{Tx, spoilt};
use crate::coast::earth::Vertex;
use crate::coast::index::Shoreline;
use crate::coast::reconcile::{Reconciled, Segment};
use crate::domain::area::Area;
use crate::domain::change::Thing;
use crate::domain::closure::Closure;
use crate::domain::zone::Zone;
use crate::error::Result;

/// What an import of areas, zones or closures did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct ImportCount {
    /// Written, because new or different.
    pub written: usize,
    /// As they were.
    pub same: usize,
}

impl Tx {
    /// The segments in use.
    ///
    /// # Errors
    /// `internal`.
    pub async fn segments(&mut self) -> Result<Vec<Segment>> {
        let rows = self.rows("SELECT id, line FROM segment WHERE retired_at IS NULL", vec![]).await?;
        rows.iter().map(|r| Ok(Segment { id: r.id(0)?, line: unpacked(&r.bytes(1)?) })).collect()
    }

    /// The whole shoreline.
    ///
    /// # Errors
    /// `internal`.
    pub async fn shoreline(&mut self) -> Result<Shoreline> {
        let segments = self.segments().await?;
        let rows = self.rows("SELECT data FROM land", vec![]).await?;
        let piece = |text: String| {
            let geometry: geojson::Geometry = serde_json::from_str(&text)?;
            Polygon::try_from(geometry).map_err(|_| spoilt("piece of land"))
        };
        let land = rows.iter().map(|r| piece(r.text(0)?)).collect::<Result<_>>()?;
        Ok(Shoreline { segments, land })
    }

    /// Stores what an import found. `tick` is told how many segments are done, for the progress bar.
    ///
    /// # Errors
    /// `internal`.
    pub async fn replace_shoreline(&mut self, r: &Reconciled, land: &[Polygon], mut tick: impl FnMut(usize)) -> Result<()> {
        const MANY: usize = 2000; // in step with the progress bar
        for some in r.new.chunks(MANY).chain(r.moved.chunks(MANY)) {
            let rows = some.iter().map(|s| args![s.id, packed(&s.line)]).collect();
            let then = "ON CONFLICT (id) DO UPDATE SET line = excluded.line";
            self.sql.insert("INSERT INTO segment (id, line)", rows, then).await?;
            tick(some.len());
        }
        for id in &r.retired {
            self.sql.run("UPDATE segment SET retired_at = $2 WHERE id = $1", args![*id, self.now]).await?;
            tick(1);
        }
        self.run("DELETE FROM land", vec![]).await?;
        let data = |piece| serde_json::to_string(&geojson::Geometry::new(geojson::GeometryValue::from(piece)));
        let rows = land.iter().map(|piece| Ok(args![data(piece)?])).collect::<Result<_>>()?;
        self.sql.insert("INSERT INTO land (data)", rows, "").await?;
        self.log("imported", None, None, Uuid::nil(), Thing::Coast);
        Ok(())
    }

    /// All areas.
    ///
    /// # Errors
    /// `internal`.
    pub async fn areas(&mut self) -> Result<Vec<Area>> {
        self.documents("SELECT data FROM area ORDER BY id").await
    }

    /// All closures.
    ///
    /// # Errors
    /// `internal`.
    pub async fn closures(&mut self) -> Result<Vec<Closure>> {
        self.documents("SELECT data FROM closure ORDER BY id").await
    }

    /// All zones.
    ///
    /// # Errors
    /// `internal`.
    pub async fn zones(&mut self) -> Result<Vec<Zone>> {
        self.documents("SELECT data FROM zone ORDER BY id").await
    }

    pub(super) async fn documents<T: DeserializeOwned>(&mut self, sql: &'static str) -> Result<Vec<T>> {
        let rows = self.rows(sql, vec![]).await?;
        rows.iter().map(|r| Ok(serde_json::from_str(&r.text(0)?)?)).collect()
    }

    /// Stores areas; those that are as they were are not touched.
    ///
    /// # Errors
    /// `internal`.
    pub async fn put_areas(&mut self, areas: Vec<Area>) -> Result<ImportCount> {
        let sql = "INSERT INTO area (id, data) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET data = excluded.data";
        let known = texts(&self.areas().await?)?;
        self.put_documents(sql, areas.into_iter().map(|a| (a.id, a)), &known, Thing::Area).await
    }

    /// Stores closures; those that are as they were are not touched.
    ///
    /// # Errors
    /// `internal`.
    pub async fn put_closures(&mut self, closures: Vec<Closure>) -> Result<ImportCount> {
        let sql = "INSERT INTO closure (id, data) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET data = excluded.data";
        let known = texts(&self.closures().await?)?;
        self.put_documents(sql, closures.into_iter().map(|c| (c.id, c)), &known, Thing::Closure).await
    }

    async fn put_documents<T: serde::Serialize>(
        &mut self,
        sql: &'static str,
        things: impl Iterator<Item = (Uuid, T)>,
        known: &HashSet<String>,
        thing: fn(T) -> Thing,
    ) -> Result<ImportCount> {
        let mut count = ImportCount::default();
        for (id, document) in things {
            let data = serde_json::to_string(&document)?;
            if known.contains(&data) {
                count.same += 1;
                continue;
            }
            self.run(sql, args![id, data]).await?;
            self.log("imported", None, None, id, thing(document));
            count.written += 1;
        }
        Ok(count)
    }

    /// The zone with this id.
    ///
    /// # Errors
    /// `internal`.
    pub async fn zone(&mut self, id: Uuid) -> Result<Option<Zone>> {
        let row = self.row("SELECT data FROM zone WHERE id = $1", args![id]).await?;
        row.map(|r| Ok(serde_json::from_str(&r.text(0)?)?)).transpose()
    }

    /// Stores a zone. The caller logs it.
    ///
    /// # Errors
    /// `internal`.
    pub async fn put_zone(&mut self, zone: &Zone) -> Result<()> {
        let sql = "INSERT INTO zone (id, version, data) VALUES ($1, $2, $3)
                   ON CONFLICT (id) DO UPDATE SET version = excluded.version, data = excluded.data";
        self.run(sql, args![zone.id, zone.version, serde_json::to_string(zone)?]).await?;
        Ok(())
    }

    /// Removes a zone. The caller logs it.
    ///
    /// # Errors
    /// `internal`.
    pub async fn remove_zone(&mut self, id: Uuid) -> Result<()> {
        self.run("DELETE FROM zone WHERE id = $1", args![id]).await?;
        Ok(())
    }
}

fn texts<T: serde::Serialize>(things: &[T]) -> Result<HashSet<String>> {
    things.iter().map(|t| Ok(serde_json::to_string(t)?)).collect()
}

fn packed(line: &[Vertex]) -> Vec<u8> {
    line.iter().flat_map(|v| [v.lon.to_le_bytes(), v.lat.to_le_bytes()]).flatten().collect()
}

fn unpacked(bytes: &[u8]) -> Vec<Vertex> {
    let int = |b: &[u8]| i32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    bytes.chunks_exact(8).map(|b| Vertex { lon: int(&b[..4]), lat: int(&b[4..]) }).collect()
}
