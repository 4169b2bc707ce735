//! Imports from GeoJSON files: the shoreline, areas, zones and closures. All of a file or nothing of it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::Context;
use geo::ChamberlainDuquetteArea;
use geojson::Feature;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use crate::clock::Clock;
use crate::coast::cut::runs;
use crate::coast::pieces::pieces;
use crate::coast::polygon::{self, Fault};
use crate::coast::read::{self, features};
use crate::coast::reconcile::reconcile;
use crate::domain::area::{Area, AreaHauler, AreaKind};
use crate::domain::change::Thing;
use crate::domain::closure::{Closure, Season};
use crate::domain::pile::Access;
use crate::domain::text::clean_required;
use crate::domain::zone::{Regime, Zone};
use crate::store::{ImportCount, Store};

/// The most letters of a name or an address.
const MOST_LETTERS: usize = 500;
/// The most points of a piece of land.
const PIECE: usize = 256;

/// What an import of a shoreline did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoastCount {
    /// Unchanged.
    pub kept: usize,
    /// The same places, corrected.
    pub moved: usize,
    /// New places.
    pub new: usize,
    /// Places that are gone.
    pub retired: usize,
}

fn bar(length: u64, what: &'static str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{msg:24} {wide_bar} {percent:>3} %  {elapsed}")?;
    Ok(ProgressBar::new(length).with_style(style).with_message(what))
}

fn open(file: &Path) -> anyhow::Result<(BufReader<impl Read>, ProgressBar)> {
    let name = || format!("cannot open {}: name a GeoJSON file that can be read", file.display());
    let opened = File::open(file).with_context(name)?;
    let bar = bar(opened.metadata().with_context(name)?.len(), "reading")?;
    Ok((BufReader::with_capacity(1 << 20, bar.wrap_read(opened)), bar))
}

/// Imports a shoreline cut into segments of about `target` metres. The old coast stays untouched until the end.
///
/// # Errors
/// With the feature and place of a fault.
pub async fn coast(store: &Store, clock: &Clock, file: &Path, target: f64) -> anyhow::Result<CoastCount> {
    anyhow::ensure!((20.0..=5000.0).contains(&target), "the length of a segment must be from 20 to 5000 metres");
    let (reader, reading) = open(file)?;
    let source = read::shoreline(reader).with_context(|| file.display().to_string())?;
    reading.finish();
    let runs: Vec<_> = source.lines.iter().flat_map(|(line, ring)| runs(line, *ring, source.frame)).collect();
    anyhow::ensure!(!runs.is_empty(), "{} holds no shoreline: name a file with lines, or polygons of land", file.display());
    let land: Vec<_> = source.land.into_iter().flat_map(|p| pieces(p, PIECE)).collect();
    let mut before = store.snapshot(clock.now()).await?;
    let (old, seq) = (before.segments().await?, before.last_shore_seq().await?);
    drop(before);
    let cutting = ProgressBar::new_spinner().with_message("cutting into segments");
    cutting.enable_steady_tick(std::time::Duration::from_millis(200));
    let found = tokio::task::spawn_blocking(move || reconcile(&runs, &old, target, Uuid::now_v7)).await?;
    cutting.finish();
    let count =
        CoastCount { kept: found.kept.len(), moved: found.moved.len(), new: found.new.len(), retired: found.retired.len() };
    if count.moved + count.new + count.retired > 0 {
        let mut tx = store.write(clock).await?;
        anyhow::ensure!(tx.last_shore_seq().await? == seq, "the coast was changed meanwhile; nothing was imported. Try again");
        let writing = bar((count.moved + count.new + count.retired) as u64, "writing")?;
        tx.replace_shoreline(&found, &land, |n| writing.inc(n as u64)).await?;
        tx.commit(store).await?;
        writing.finish();
    }
    Ok(count)
}

/// Imports municipalities (`code`, `name`, `country`, `default_regime`) or service areas (the same,
/// the last optional, and `hauler`, `access`).
///
/// # Errors
/// With the feature and place of a fault.
pub async fn areas(store: &Store, clock: &Clock, file: &Path, kind: AreaKind) -> anyhow::Result<ImportCount> {
    let mut areas = vec![];
    each(file, |feature, geometry| {
        let code = text(feature, "code")?.ok_or_else(|| fault("it has no `code`"))?;
        let id = Area::id_of(kind, &code);
        if areas.iter().any(|a: &Area| a.id == id) {
            return Err(fault("`code`: another one in this file has it"));
        }
        areas.push(Area {
            id,
            kind,
            name: text(feature, "name")?.unwrap_or_else(|| code.clone()),
            country: text(feature, "country")?.unwrap_or_else(|| "NO".into()),
            default_regime: regime(feature, "default_regime")?.unwrap_or(Regime::Shared),
            hauler: text(feature, "hauler")?.map(|name| AreaHauler { id: Uuid::nil(), name }),
            access: access(feature)?,
            geometry,
            code,
        });
        Ok(())
    })?;
    let mut tx = store.write(clock).await?;
    for hauler in areas.iter_mut().filter_map(|a| a.hauler.as_mut()) {
        hauler.id = tx.organisation(&hauler.name, None, Uuid::now_v7()).await?.id;
    }
    let count = tx.put_areas(areas).await?;
    tx.commit(store).await?;
    Ok(count)
}

/// How a hauler gets to places: `access`, a list separated by commas.
fn access(feature: &Feature) -> std::result::Result<Vec<Access>, Fault> {
    let Some(listed) = text(feature, "access")? else { return Ok(vec![]) };
    let one =
        |t: &str| Access::parse(t.trim()).ok_or_else(|| fault(&format!("there is no access {t:?}: road, boat, both or crane")));
    listed.split(',').map(one).collect()
}

/// Imports zones (`name`, `regime`, `municipality`).
///
/// # Errors
/// With the feature and place of a fault.
pub async fn zones(store: &Store, clock: &Clock, file: &Path) -> anyhow::Result<ImportCount> {
    let mut zones = vec![];
    let now = clock.now();
    each(file, |feature, geometry| {
        let name = text(feature, "name")?.ok_or_else(|| fault("it has no `name`"))?;
        let municipality = text(feature, "municipality")?.ok_or_else(|| fault("it has no `municipality`"))?;
        let regime = regime(feature, "regime")?.ok_or_else(|| fault("it has no `regime`"))?;
        let id = stable_id("zone", &[&municipality, &name]);
        if zones.iter().any(|z: &Zone| z.id == id) {
            return Err(fault("`name`: another zone of its municipality in this file has it"));
        }
        zones.push(Zone {
            id,
            regime,
            area_m2: geometry.chamberlain_duquette_unsigned_area().round(),
            version: 1,
            changed_at: now,
            name,
            municipality,
            geometry,
        });
        Ok(())
    })?;
    let mut tx = store.write(clock).await?;
    let mut count = ImportCount::default();
    for mut zone in zones {
        let before = tx.zone(zone.id).await?;
        if before.as_ref().is_some_and(|b| zone.draws(b)) {
            count.same += 1;
            continue;
        }
        zone.version = before.map_or(1, |b| b.version + 1);
        tx.put_zone(&zone).await?;
        tx.log("imported", None, None, zone.id, Thing::Zone(zone.clone()));
        count.written += 1;
    }
    tx.commit(store).await?;
    Ok(count)
}

/// Imports closures (`name`, `seasons`, `sea_buffer_m`, `source_url`).
///
/// # Errors
/// With the feature and place of a fault.
pub async fn closures(store: &Store, clock: &Clock, file: &Path) -> anyhow::Result<ImportCount> {
    let mut closures: Vec<Closure> = vec![];
    each(file, |feature, geometry| {
        let name = text(feature, "name")?.ok_or_else(|| fault("it has no `name`"))?;
        let seasons = feature.property("seasons").cloned().unwrap_or(serde_json::Value::Null);
        let seasons: Vec<Season> = serde_json::from_value(seasons).map_err(|e| fault(&format!("`seasons`: {e}")))?;
        if seasons.is_empty() {
            return Err(fault("`seasons` is empty: say `all_year` where it is always closed"));
        }
        let sea_buffer_m = feature.property("sea_buffer_m").map_or(Some(0.0), serde_json::Value::as_f64);
        let sea_buffer_m = sea_buffer_m
            .filter(|m| (0.0..=5000.0).contains(m))
            .ok_or_else(|| fault("`sea_buffer_m` must be a number from 0 to 5000"))?;
        let source_url = text(feature, "source_url")?;
        if source_url.as_ref().is_some_and(|u| !u.starts_with("https://") && !u.starts_with("http://")) {
            return Err(fault("`source_url` must begin with https://"));
        }
        // Two closures may share a name (a reserve in two parts), so their order among them tells them apart.
        let nth = closures.iter().filter(|c| c.name == name).count().to_string();
        let id = stable_id("closure", &[&name, &nth]);
        closures.push(Closure { id, name, seasons, sea_buffer_m, source_url, geometry });
        Ok(())
    })?;
    let mut tx = store.write(clock).await?;
    let count = tx.put_closures(closures).await?;
    tx.commit(store).await?;
    Ok(count)
}

fn each(file: &Path, mut take: impl FnMut(&Feature, geo::MultiPolygon) -> std::result::Result<(), Fault>) -> anyhow::Result<()> {
    let (reader, reading) = open(file)?;
    let see = |_: usize, feature: &Feature| {
        let geometry = feature.geometry.as_ref().ok_or_else(|| fault("it has no geometry"))?;
        take(feature, polygon::read(&geometry.value)?)
    };
    features(reader, see).with_context(|| format!("{}: nothing was imported", file.display()))?;
    reading.finish();
    Ok(())
}

fn stable_id(what: &str, parts: &[&str]) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("strandline:{what}:{}", parts.join(":")).as_bytes())
}

fn fault(reason: &str) -> Fault {
    Fault { reason: reason.to_owned(), at: None }
}

/// A text property; a number (Oslo's code is one in some files) is refused rather than guessed at.
fn text(feature: &Feature, name: &'static str) -> std::result::Result<Option<String>, Fault> {
    match feature.property(name) {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(serde_json::Value::String(s)) => clean_required(name, s, MOST_LETTERS).map(Some).map_err(|e| fault(&e.detail)),
        Some(_) => Err(fault(&format!("`{name}` must be a text"))),
    }
}

fn regime(feature: &Feature, name: &'static str) -> std::result::Result<Option<Regime>, Fault> {
    let known = |t: String| Regime::parse(&t).ok_or_else(|| fault(&format!("`{name}`: there is no regime {t:?}")));
    text(feature, name)?.map(known).transpose()
}
