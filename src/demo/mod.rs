//! The demonstration: the coast around Arendal with zones, closures and hotspots in every state.
//!
//! The places are real, the zones, closures and reports are made up; every one is made by the same acts that people
//! use. It fills an empty database and leaves any other alone.

mod doing;

use std::path::Path;

use chrono::TimeDelta;
use serde::Deserialize;
use uuid::Uuid;

use crate::act;
use crate::act::claim::{NewClaim, TakeoverRequest};
use crate::act::hotspot::{Place, Report, Saying};
use crate::act::person::{Secret, begin};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::area::AreaKind;
use crate::domain::claim::HolderKind;
use crate::domain::hazard::Hazard;
use crate::domain::hotspot::{Amount, Closing, Litter};
use crate::domain::person::{Person, Role};
use crate::domain::place::LonLat;
use crate::domain::refund::RefundScheme;
use crate::domain::zone::Regime;
use crate::imaging;
use crate::import;
use crate::live::Live;
use crate::photos::Photos;
use crate::startup::open_store;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scene {
    place: String,
    lon: f64,
    lat: f64,
    amount: Amount,
    kinds: Vec<Litter>,
    #[serde(default)]
    hazards: Vec<Hazard>,
    note: Option<String>,
    days_ago: i64,
    photo: String,
    #[serde(default)]
    supports: usize,
    #[serde(default)]
    then: Then,
    holder: Option<String>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Then {
    #[default]
    Nothing,
    Claimed,
    TakeoverAsked,
    Cleaned,
    Verified,
    Duplicate,
    NotFound,
    NotOurs,
    Rejected,
    StillThere,
}

/// Fills an empty database.
///
/// # Errors
/// When a clip is missing or the database is not empty in an unexpected way.
pub async fn fill(config: &Config, clock: &Clock, fixtures: &Path) -> anyhow::Result<()> {
    let store = open_store(config).await?;
    if store.read(clock.now()).await?.last_seq().await? > 0 {
        println!("The database has a coast already; it is left as it is.");
        store.close().await;
        return Ok(());
    }
    let file = |name: &str| fixtures.join(name);
    import::areas(&store, clock, &file("arendal-municipalities.geojson"), AreaKind::Municipality).await?;
    import::areas(&store, clock, &file("arendal-services.geojson"), AreaKind::ServiceArea).await?;
    import::zones(&store, clock, &file("arendal-zones.geojson")).await?;
    import::closures(&store, clock, &file("arendal-closures.geojson")).await?;
    let coast = import::coast(&store, clock, &file("arendal-coast.geojson"), 200.0).await?;
    let scenes: Vec<Scene> = serde_json::from_reader(std::fs::File::open(file("arendal-hotspots.json"))?)?;
    let photos = Photos::open(&config.photos.folder)?;
    let count = scenes.len();
    let (live, writer) = Live::start(store, clock.clone(), config.coast.time_zone, config.database.look()).await?;
    let cast = Cast::new(&live).await?;
    for scene in scenes {
        let photo = imaging::prepare(&std::fs::read(file(&scene.photo))?, "image/jpeg")?;
        play(&live, &photos, &cast, scene, &photo).await?;
    }
    live.catch_up().await?; // what was written past its writer
    doing::fill(&live, &cast).await?;
    live.stop();
    writer.await?;
    live.store.close().await;
    println!("The demonstration has {} segments and {count} hotspots.", coast.new);
    Ok(())
}

/// In the demonstration the newest rate that is known holds in the year it is looked at, and in the one before: it goes
/// on when nobody has told it of the next one.
pub fn rate_this_year(scheme: &mut RefundScheme, year: i32) {
    let Some(newest) = scheme.cents_per_kg.values().next_back().copied() else { return };
    for year in [year - 1, year] {
        scheme.cents_per_kg.entry(year.to_string()).or_insert(newest);
    }
}

/// Those who act in the demonstration.
struct Cast {
    reporter: Person,
    volunteer: Person,
    others: Vec<Person>,
    staff: Person,
}

impl Cast {
    async fn new(live: &Live) -> anyhow::Result<Self> {
        let mut tx = live.store.write(&live.clock).await?;
        let mut others = vec![];
        for _ in 0..8 {
            others.push(begin(&mut tx, &Secret::new(), Role::Volunteer, None, 1).await?);
        }
        let arendal = tx.organisation("Arendal kommune", Some("4203"), Uuid::now_v7()).await?;
        let cast = Self {
            reporter: begin(&mut tx, &Secret::new(), Role::Volunteer, None, 1).await?,
            volunteer: begin(&mut tx, &Secret::new(), Role::Volunteer, None, 1).await?,
            staff: begin(&mut tx, &Secret::new(), Role::Staff, Some(arendal), 1).await?,
            others,
        };
        tx.commit(&live.store).await?;
        Ok(cast)
    }
}

async fn play(live: &Live, photos: &Photos, cast: &Cast, scene: Scene, photo: &imaging::Prepared) -> anyhow::Result<()> {
    let at = LonLat::new(scene.lon, scene.lat)?;
    let coast = live.coast().clone();
    let near = coast.shore.nearest(at, 1, 5_000.0).pop();
    let near = near.ok_or_else(|| anyhow::anyhow!("{} is nowhere near the shore", scene.place))?;
    let place = Place { segment: near.id, municipality: coast.municipality(at).map(|m| m.code.clone()) };
    let regime = coast.here(at).regime(coast.date);
    let (id, photo_id) = (Uuid::now_v7(), Uuid::now_v7());
    // The past is told by the instant of each transaction.
    let reported_at = live.clock.now() - TimeDelta::days(scene.days_ago);
    let mut tx = live.store.write(&Clock::standing(reported_at)).await?;
    let report = Report {
        id,
        lon: near.place.lon,
        lat: near.place.lat,
        amount: scene.amount,
        photos: vec![photo_id],
        kinds: scene.kinds.clone(),
        hazards: scene.hazards.clone(),
        note: scene.note.clone(),
        sent_at: None,
        seen_at: None,
    };
    let (at, report) = report.checked()?;
    act::hotspot::report(&mut tx, &cast.reporter, report, at, place).await?;
    photos.keep(photo_id, photo)?;
    act::photo::arrived(&mut tx, &cast.reporter, photo_id, photo.size).await?;
    for other in cast.others.iter().take(scene.supports) {
        act::hotspot::support(&mut tx, other, id).await?;
    }
    tx.commit(&live.store).await?;
    let mut tx = live.store.write(&live.clock).await?;
    then(&mut tx, cast, id, &scene, regime).await?;
    tx.commit(&live.store).await?;
    Ok(())
}

async fn then(tx: &mut crate::store::Tx, cast: &Cast, id: Uuid, scene: &Scene, regime: Regime) -> anyhow::Result<()> {
    let (volunteer, staff) = (&cast.volunteer, &cast.staff);
    match scene.then {
        Then::Nothing => {}
        Then::Claimed | Then::TakeoverAsked => {
            let claim = NewClaim {
                id: Uuid::now_v7(),
                holder_kind: HolderKind::Group,
                holder_name: scene.holder.clone(),
                from: None,
                until: tx.now + TimeDelta::days(12),
            };
            let claim_id = claim.id;
            act::claim::claim(tx, volunteer, id, claim, &crate::domain::claim::ClaimTerms::default()).await?;
            if scene.then == Then::TakeoverAsked {
                let ask = TakeoverRequest { name: "Hisøy turlag".into() };
                let terms = crate::domain::claim::ClaimTerms::default();
                act::claim::ask_takeover(tx, &cast.reporter, claim_id, ask, &terms).await?;
            }
        }
        Then::Cleaned | Then::Verified => {
            let by = if regime == Regime::Professional { staff } else { volunteer };
            act::hotspot::cleaned(tx, by, id, Saying::default()).await?;
            if scene.then == Then::Verified {
                act::hotspot::verify(tx, staff, id).await?;
            }
        }
        Then::StillThere => {
            act::hotspot::cleaned(tx, staff, id, Saying::default()).await?;
            let saying = Saying { photos: vec![Uuid::now_v7()], note: Some("Det ligger mer under tangen.".into()) };
            act::hotspot::still_there(tx, &cast.reporter, id, saying).await?;
        }
        Then::Duplicate => {
            let of = tx.hotspots().await?.into_iter().map(|h| h.id).find(|other| *other != id);
            let of = of.ok_or_else(|| anyhow::anyhow!("a duplicate needs another report before it"))?;
            act::hotspot::close(tx, staff, id, Closing::Duplicate { of }).await?;
        }
        Then::NotFound => drop(act::hotspot::close(tx, staff, id, Closing::NotFound).await?),
        Then::NotOurs => {
            act::hotspot::close(tx, staff, id, Closing::NotOurs { handed_to: "Kystverket".into() }).await?;
        }
        Then::Rejected => {
            let why = "Det er tang og drivved, som skal ligge.".into();
            act::hotspot::close(tx, staff, id, Closing::Rejected { why }).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demonstration_has_a_rate_in_every_year() {
        let mut scheme = RefundScheme::default();
        let known = scheme.cents_per_kg.clone();
        rate_this_year(&mut scheme, 2026);
        assert_eq!(scheme.cents_per_kg["2026"], known["2026"], "what is told stands");
        rate_this_year(&mut scheme, 2031);
        assert_eq!((scheme.cents_per_kg["2030"], scheme.cents_per_kg["2031"]), (known["2026"], known["2026"]));
        assert!(!scheme.cents_per_kg.contains_key("2029"), "nobody has said what was paid then");
    }
}
