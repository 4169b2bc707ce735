//! What is planned, waits and is placed out in the demonstration: cleanups, bags, equipment, work orders, an adoption.

use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use serde_json::json;
use uuid::Uuid;

use super::Cast;
use crate::act;
use crate::act::cleanup::Site;
use crate::act::person::{Secret, begin};
use crate::act::{Made, digest};
use crate::clock::Clock;
use crate::coast::index::Coast;
use crate::domain::area::AreaKind;
use crate::domain::claim::ClaimTerms;
use crate::domain::cleanup::Cleanup;
use crate::domain::hotspot::State;
use crate::domain::lottery::commitment;
use crate::domain::person::{Person, Role};
use crate::domain::pile::{Access, Hauler};
use crate::domain::place::LonLat;
use crate::domain::survey::{Littered, SurveyMethod};
use crate::domain::waste::WasteTerms;
use crate::live::Live;
use crate::store::Tx;

/// The stretch nearest to a place, as a site.
fn site(coast: &Coast, lon: f64, lat: f64) -> anyhow::Result<Site> {
    let stretch =
        coast.stretch(LonLat { lon, lat }, 5_000.0).ok_or_else(|| anyhow::anyhow!("{lon}, {lat} is far from the shore"))?;
    let at = stretch.at;
    let municipality = coast.municipality(at).map(|m| m.code.clone());
    Ok(Site { at, regime: coast.here(at).regime(coast.date), stretches: vec![stretch], municipality })
}

fn haulers(coast: &Coast, at: LonLat, access: Access) -> Vec<Hauler> {
    let areas = coast.areas_at(at, AreaKind::ServiceArea).into_iter().filter(|a| access.served_by(&a.access));
    areas.filter_map(|a| a.hauler.clone()).map(|h| Hauler { id: h.id, name: h.name }).collect()
}

/// Who fetches there, as in `fixtures`.
const HAULER: &str = "Agder Renovasjon";

/// Bags that wait, by road and on the islands.
const WAITING: [((f64, f64), Access, u32); 5] = [
    ((8.825, 58.4245), Access::Boat, 7),
    ((8.9125, 58.452), Access::Boat, 4),
    ((8.81, 58.412), Access::Boat, 11),
    ((8.8475, 58.4475), Access::Road, 5),
    ((8.755, 58.4475), Access::Road, 8),
];

/// Fills it in.
///
/// # Errors
/// When an act is refused.
pub async fn fill(live: &Live, cast: &Cast) -> anyhow::Result<()> {
    let coast = live.coast().clone();
    let now = live.clock.now();
    let mut tx = live.store.write(&live.clock).await?;
    places(&mut tx, &coast, &cast.staff).await?;
    let saturday = coast.date.iter_days().skip(2).find(|d| d.weekday() == Weekday::Sat);
    let saturday = saturday.and_then(|d| d.and_hms_opt(11, 0, 0)?.and_local_timezone(live.time_zone).earliest());
    let saturday = saturday.map_or(now + TimeDelta::days(4), |t| t.to_utc());
    plan(&mut tx, &coast, &cast.volunteer, (8.9, 58.449), saturday, "Rydd Bjellandstrand").await?;
    adopt(&mut tx, &coast, cast).await?;
    lottery(&mut tx, &cast.staff, now).await?;
    order(&mut tx, &coast, cast).await?;
    tx.commit(&live.store).await?;
    // The past is told by the instant of each transaction.
    let mut tx = live.store.write(&Clock::standing(now - TimeDelta::days(20))).await?;
    survey(&mut tx, &coast, &cast.staff, Littered::Much, SurveyMethod::Boat).await?;
    done(&mut tx, &coast, cast, now - TimeDelta::days(20)).await?;
    leave(&mut tx, &coast, &cast.volunteer, (9.28, 58.715), Access::Road, 5).await?; // nobody serves it: late by now
    tx.commit(&live.store).await?;
    let mut tx = live.store.write(&live.clock).await?;
    survey(&mut tx, &coast, &cast.volunteer, Littered::Little, SurveyMethod::Foot).await?;
    leave(&mut tx, &coast, &cast.volunteer, (8.86, 58.4365), Access::Boat, 9).await?;
    for (place, access, full) in WAITING {
        leave(&mut tx, &coast, &cast.volunteer, place, access, full).await?;
    }
    fleet(&mut tx).await?;
    tx.commit(&live.store).await?;
    Ok(())
}

async fn places(tx: &mut Tx, coast: &Coast, staff: &Person) -> anyhow::Result<()> {
    let boxes = [
        ("Hove camping", 8.8125, 58.4345, 40, 12),
        ("Spornes parkering", 8.8645, 58.4395, 6, 0),
        ("Pollen bibliotek", 8.7725, 58.4605, 30, 20),
    ];
    for (name, lon, lat, bags, gloves) in boxes {
        let new = json!({"id": Uuid::now_v7(), "name": name, "lon": lon, "lat": lat, "host": "Frivilligsentralen",
            "stock": [{"item": "bags", "count": bags, "enough": 40}, {"item": "gloves", "count": gloves, "enough": 12},
                {"item": "grabbers", "count": 4, "enough": 6}, {"item": "scale", "count": 1, "enough": 1}]});
        let (at, new) = serde_json::from_value::<act::equipment::NewPoint>(new)?.checked()?;
        let (sent, code) = (digest(&new)?, coast.municipality(at).map(|m| m.code.clone()));
        act::equipment::place(tx, staff, new, sent, at, code).await?;
    }
    let sites = [
        json!({"id": Uuid::now_v7(), "name": "Heftingsdalen gjenvinningsstasjon", "lon": 8.741, "lat": 58.4765,
            "hours": "Mo-Fr 08:00-16:00; Sa 09:00-14:00", "takes": ["litter", "fishing_gear", "bulky"], "phone": "+47 37 05 88 00"}),
        json!({"id": Uuid::now_v7(), "name": "Pollen, avfall fra båt", "lon": 8.772, "lat": 58.457,
            "hours": "Mo-Fr 07:00-16:00", "takes": ["litter", "by_boat"]}),
    ];
    for site in sites {
        let (at, id, facts) = serde_json::from_value::<act::site::NewSite>(site)?.checked()?;
        let (sent, code) = (digest(&facts)?, coast.municipality(at).map(|m| m.code.clone()));
        act::site::place(tx, staff, id, facts, sent, at, code).await?;
    }
    Ok(())
}

/// A truck and a boat of the hauler.
async fn fleet(tx: &mut Tx) -> anyhow::Result<()> {
    let organisation = tx.organisation(HAULER, None, Uuid::now_v7()).await?;
    let hauler = begin(tx, &Secret::new(), Role::Hauler, Some(organisation), 1).await?;
    let truck = json!({"id": Uuid::now_v7(), "name": "Kranbil 2", "kind": "truck", "depot": {"lon": 8.741, "lat": 58.477},
        "capacity": {"litres": 12000, "kg": 5000, "bags": 120}, "skills": ["crane"], "from": "07:00:00", "until": "15:00:00",
        "pause": {"at": "11:00:00", "minutes": 30}, "speed_kmh": 40, "cost_per_km": 14, "cost_per_hour": 750, "co2_kg_per_km": 0.9});
    let boat = json!({"id": Uuid::now_v7(), "name": "Skjærgårdsbåten", "kind": "boat", "depot": {"lon": 8.7725, "lat": 58.4575},
        "capacity": {"litres": 6000, "kg": 2000, "bags": 60}, "from": "08:00:00", "until": "15:30:00", "draught_m": 0.6,
        "speed_kmh": 22, "cost_per_km": 25, "cost_per_hour": 950, "co2_kg_per_km": 2.1, "driver": "Skjærgårdstjenesten"});
    for vehicle in [truck, boat] {
        let new = serde_json::from_value::<act::fleet::NewVehicle>(vehicle)?;
        let sent = digest(&new)?;
        act::fleet::add_vehicle(tx, &hauler, new, sent, &[]).await?;
    }
    Ok(())
}

async fn plan(
    tx: &mut Tx,
    coast: &Coast,
    by: &Person,
    (lon, lat): (f64, f64),
    from: DateTime<Utc>,
    title: &str,
) -> anyhow::Result<Uuid> {
    let site = site(coast, lon, lat)?;
    let plan = json!({"id": Uuid::now_v7(), "lon": lon, "lat": lat, "title": title, "organiser_kind": "group",
        "organiser_name": "Tromøy speidergruppe", "from": from, "until": from + TimeDelta::hours(3), "open": true,
        "meeting": "Parkeringsplassen", "bring": "Gode sko og kopp", "children": "Barn følges av en voksen"});
    let plan = serde_json::from_value::<act::cleanup::Plan>(plan)?.checked(tx.now)?;
    let (id, sent) = (plan.id, digest(&plan)?);
    act::cleanup::plan(tx, by, plan, sent, site, &ClaimTerms::default()).await?;
    Ok(id)
}

async fn leave(tx: &mut Tx, coast: &Coast, by: &Person, (lon, lat): (f64, f64), access: Access, full: u32) -> anyhow::Result<()> {
    let site = site(coast, lon, lat)?;
    let new = json!({"id": Uuid::now_v7(), "lon": site.at.lon, "lat": site.at.lat, "bags": {"full": full}, "access": access,
        "safe_from_tide": true, "note": "Ved den store steinen", "ready": true});
    let (at, new) = serde_json::from_value::<act::leaving::NewPile>(new)?.checked()?;
    let (sent, hauler) = (digest(&new)?, haulers(coast, at, access).into_iter().next());
    act::leaving::leave(tx, by, new, sent, at, site.municipality, hauler, &WasteTerms::default()).await?;
    Ok(())
}

/// A cleanup that is done, weighed and thanked for.
async fn done(tx: &mut Tx, coast: &Coast, cast: &Cast, at: DateTime<Utc>) -> anyhow::Result<()> {
    let id = plan(tx, coast, &cast.volunteer, (8.83, 58.4275), at - TimeDelta::hours(4), "Høstrydding på Hove").await?;
    let told = json!({"id": Uuid::now_v7(), "bags": {"full": 14, "half": 3}, "people": 22, "hours": 2.5, "counts": {"J8": 61, "J49": 38, "J79": 210}});
    act::outcome::tell_result(tx, &cast.volunteer, id, serde_json::from_value(told)?).await?;
    let organisation = tx.organisation(HAULER, None, Uuid::now_v7()).await?;
    let hauler = begin(tx, &Secret::new(), Role::Hauler, Some(organisation), 1).await?;
    let code = coast_code(tx, id).await?;
    let weighing = json!({"id": Uuid::now_v7(), "code": code, "weight_kg": 187.5});
    act::gate::weigh(tx, &hauler, serde_json::from_value(weighing)?, &WasteTerms::default()).await?;
    let coffee =
        json!({"id": Uuid::now_v7(), "what": "Kaffe og boller", "seller": "Hove kiosk", "receipt": "1043", "cents": 34_950});
    let costs = json!({"funding": {"kind": "refund"}, "declared": true, "expenses": [coffee]});
    act::outcome::cost(tx, &cast.volunteer, id, serde_json::from_value(costs)?).await?;
    act::outcome::close(tx, &cast.volunteer, id).await?;
    act::outcome::thank(tx, &cast.staff, id).await?;
    Ok(())
}

async fn coast_code(tx: &mut Tx, id: Uuid) -> anyhow::Result<String> {
    let cleanup: Option<Cleanup> = tx.thing(id).await?;
    cleanup.and_then(|c| c.record.code).ok_or_else(|| anyhow::anyhow!("the cleanup has no code"))
}

async fn adopt(tx: &mut Tx, coast: &Coast, cast: &Cast) -> anyhow::Result<()> {
    let new = json!({"id": Uuid::now_v7(), "name": "Hovesanden", "adopter_kind": "group", "adopter_name": "Sandnes skole, 6B",
        "shared": true, "stretches": [{"lon": 8.83, "lat": 58.4275}]});
    let new = serde_json::from_value::<act::adoption::NewAdoption>(new)?.checked()?;
    let sent = digest(&new)?;
    let (Made::New(a) | Made::Before(a)) =
        act::adoption::ask(tx, &cast.volunteer, new, sent, site(coast, 8.83, 58.4275)?).await?;
    act::adoption::approve(tx, &cast.staff, a.record.id).await?;
    Ok(())
}

async fn survey(tx: &mut Tx, coast: &Coast, by: &Person, litter: Littered, method: SurveyMethod) -> anyhow::Result<()> {
    let new = json!({"id": Uuid::now_v7(), "litter": litter, "method": method, "confidence": "medium",
        "stretches": [{"lon": 8.83, "lat": 58.4275}]});
    let new = serde_json::from_value::<act::survey::NewSurvey>(new)?.checked()?;
    let sent = digest(&new)?;
    act::survey::tell(tx, by, new, sent, site(coast, 8.83, 58.4275)?).await?;
    Ok(())
}

async fn lottery(tx: &mut Tx, staff: &Person, now: DateTime<Utc>) -> anyhow::Result<()> {
    let new = json!({"id": Uuid::now_v7(), "name": "Kystlotteriet", "from": now, "until": now + TimeDelta::days(60),
        "prizes": ["Kajakktur", "Kikkert"], "child_prizes": ["Is på kaia"], "commitment": commitment("demonstration")});
    let new: act::lottery::NewLottery = serde_json::from_value(new)?;
    let sent = digest(&new)?;
    act::lottery::announce(tx, staff, new, sent).await?;
    Ok(())
}

async fn order(tx: &mut Tx, coast: &Coast, cast: &Cast) -> anyhow::Result<()> {
    let site = site(coast, 8.768, 58.4125)?;
    let at = site.at;
    let near = coast.hotspots.nearest(at, 20, 20_000.0, |h| h.at).into_iter();
    let open = near.map(|(_, h)| h).find(|h| h.state == State::Reported && h.hazards.is_empty());
    let crew = tx.organisation("Kystlaget Arendal", Some("4203"), Uuid::now_v7()).await?;
    begin(tx, &Secret::new(), Role::Crew, Some(crew.clone()), 1).await?;
    let by = (tx.now + TimeDelta::days(10)).date_naive();
    let new = json!({"id": Uuid::now_v7(), "what": "Rydd yttersida etter stormen", "hotspots": open.map(|h| vec![h.id]).unwrap_or_default(),
        "stretches": [{"lon": at.lon, "lat": at.lat}], "by": by, "access": "boat", "hazards": "Glatte svaberg, dønning", "crew": crew.id});
    let new = serde_json::from_value::<act::order::NewOrder>(new)?.checked(tx.now.date_naive())?;
    let sent = digest(&new)?;
    act::order::give(tx, &cast.staff, new, sent, site).await?;
    Ok(())
}
