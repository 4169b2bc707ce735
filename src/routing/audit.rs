//! Days of random fleets and piles on the real shore of Arendal, planned and then read as a driver would: by their instants and lines.
//! It shares nothing with the search, the problem or the check: what a route says is held against the facts of piles, vehicles and sites.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use geo::{Distance, Euclidean, Geodesic, Intersects, Length, Line, LineString, MapCoords, MultiPolygon, polygon};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::day::{Day, Task};
use super::sea::Sea;
use super::sea::tests::LAND;
use super::travel::{Ground, Network};
use super::{Settings, solve};
use crate::domain::fleet::{Vehicle, VehicleKind};
use crate::domain::pickup::{PickupRoute, RouteStop, StopKind};
use crate::domain::pile::{Access, Beside, Pile};
use crate::domain::planning::PlanningTerms;

/// A bird sanctuary south of Tromøy, closed to boats with what lies within so many metres of it.
static SANCTUARY: LazyLock<MultiPolygon> =
    LazyLock::new(|| polygon![(x: 8.85, y: 58.415), (x: 8.87, y: 58.415), (x: 8.87, y: 58.425), (x: 8.85, y: 58.425)].into());
const BUFFER_M: f64 = 200.0;
const CLEARANCE_M: f64 = 20.0;
static WATER: LazyLock<Arc<Network>> = LazyLock::new(|| {
    let sea = Sea::around(&LAND, CLEARANCE_M, &[(&SANCTUARY, BUFFER_M)]).expect("water");
    Arc::new(Network::on(Ground::Sea(sea)))
});
const DETOUR: f64 = 1.4;
static ROADS: LazyLock<Arc<Network>> = LazyLock::new(|| Arc::new(Network::on(Ground::Estimate(DETOUR))));

/// By the shore, spread over forty kilometres.
const PLACES: [(f64, f64); 12] = [
    (8.8522, 58.4406),
    (8.8124, 58.425),
    (8.8924, 58.4591),
    (8.8116, 58.422),
    (8.8366, 58.447),
    (8.7533, 58.452),
    (8.905, 58.4535),
    (8.772, 58.4098),
    (8.935, 58.468),
    (8.76, 58.43),
    (8.7, 58.39),
    (8.98, 58.51),
];
/// Where, and what is taken beside litter.
const SITES: [((f64, f64), &[&str]); 3] = [
    ((8.741, 58.4765), &["litter", "hazardous"]),
    ((8.772, 58.457), &["litter", "by_boat", "bulky"]),
    ((8.905, 58.455), &["litter", "by_boat", "bulky", "hazardous"]),
];
const DEPOTS: [(f64, f64); 2] = [(8.7725, 58.4575), (8.88, 58.458)];
const DAYS: [&str; 2] = ["2026-06-11", "2026-06-12"];

/// Place, full bags, access, what lies beside, days it is closed on.
type Left = (usize, u32, usize, usize, [bool; 2]);
/// Whether a boat, depot, bags, skills, hours of the shift, with a break, least bags.
type Crew = (bool, usize, u32, usize, (u32, u32), bool, u32);

#[derive(Debug, Clone)]
struct Asked {
    piles: Vec<Left>,
    fleet: Vec<Crew>,
    /// Hours each is open.
    hours: Vec<(u32, u32)>,
    days: usize,
    /// Minutes into the first day at which it is asked for; long before, if none.
    now_at: Option<u32>,
    /// Minutes into the first day at which the first vehicle is back from another route.
    back_at: Option<u32>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let pile = (0..PLACES.len(), 1..30u32, 0..4usize, 0..4usize, any::<[bool; 2]>());
    let vehicle = (any::<bool>(), 0..2usize, 10..60u32, 0..4usize, (6..9u32, 4..9u32), any::<bool>(), 0..6u32);
    let (piles, fleet) = (prop::collection::vec(pile, 1..14), prop::collection::vec(vehicle, 1..4));
    let hours = prop::collection::vec((6..11u32, 2..9u32), 3);
    let minute = || prop::option::weighted(0.3, 5 * 60..18 * 60u32);
    (piles, fleet, hours, 1..3usize, minute(), minute()).prop_map(|(piles, fleet, hours, days, now_at, back_at)| Asked {
        piles,
        fleet,
        hours,
        days,
        now_at,
        back_at,
    })
}

fn id(kind: u128, n: usize) -> Uuid {
    Uuid::from_u128(kind << 64 | n as u128)
}

fn record(id: Uuid) -> serde_json::Value {
    json!({"id": id, "code": format!("{id}"), "made_at": "2026-06-10T10:00:00Z", "changed_at": "2026-06-10T10:00:00Z", "version": 1})
}

fn with<T: serde::de::DeserializeOwned>(mut record: serde_json::Value, more: serde_json::Value) -> Arc<T> {
    let (Some(all), serde_json::Value::Object(more)) = (record.as_object_mut(), more) else { unreachable!("objects") };
    all.extend(more);
    Arc::new(serde_json::from_value(record).expect("a document"))
}

fn task(a: &Asked) -> Task {
    let pile = |(n, &(place, full, access, beside, _)): (usize, &Left)| {
        let (lon, lat) = PLACES[place];
        let access = ["road", "boat", "both", "crane"][access];
        let beside = [json!([]), json!([]), json!(["bulky"]), json!(["hazardous"])][beside].clone();
        let parts = json!([{"of": {"kind": "found"}, "bags": {"full": full, "half": 0, "sacks": 0}, "estimated_kg": f64::from(full) * 10.0}]);
        with(
            record(id(1, n)),
            json!({"lon": lon, "lat": lat, "municipality": null, "parts": parts, "estimated_l": f64::from(full) * 100.0,
            "beside": beside, "access": access, "safe_from_tide": true, "note": null, "state": "ready", "duty": null, "declined_by": [],
            "why": null, "merged_into": null, "weighing": null, "photos": []}),
        )
    };
    let vehicle = |(n, &(boat, depot, bags, skills, (from, hours), pause, least)): (usize, &Crew)| {
        let (lon, lat) = DEPOTS[depot];
        let skills = [json!([]), json!(["crane"]), json!(["hazardous"]), json!(["crane", "hazardous"])][skills].clone();
        let pause = pause.then(|| json!({"at": format!("{:02}:30:00", from + 2), "minutes": 30}));
        with(
            record(id(2, n)),
            json!({"organisation": id(9, 0), "in_use": true, "name": format!("{n}"), "kind": if boat { "boat" } else { "truck" },
            "depot": {"lon": lon, "lat": lat}, "capacity": {"litres": bags * 100, "kg": bags * 9, "bags": bags}, "skills": skills,
            "from": format!("{from:02}:00:00"), "until": format!("{:02}:00:00", from + hours), "pause": pause, "speed_kmh": if boat { 20 } else { 40 },
            "cost_per_km": 12, "cost_per_hour": 600, "least_bags": least}),
        )
    };
    let site = |(n, &((lon, lat), takes)): (usize, &((f64, f64), &[&str]))| {
        let (from, hours) = a.hours[n];
        with(
            record(id(3, n)),
            json!({"lon": lon, "lat": lat, "municipality": null, "name": format!("site {n}"),
            "hours": format!("Mo-Su {from:02}:00-{:02}:00", from + hours), "takes": takes, "phone": null, "in_use": true}),
        )
    };
    let first: NaiveDate = DAYS[0].parse().expect("a day");
    let at = |minute: u32| {
        let midnight = first.and_time(NaiveTime::MIN).and_local_timezone(chrono_tz::Europe::Oslo).unwrap();
        (midnight + TimeDelta::minutes(minute.into())).to_utc()
    };
    let vehicles: Vec<Arc<Vehicle>> = a.fleet.iter().enumerate().map(vehicle).collect();
    let on = |v: &Arc<Vehicle>| if v.facts.kind == VehicleKind::Boat { WATER.clone() } else { ROADS.clone() };
    Task {
        plan: id(4, 0),
        days: DAYS[..a.days].iter().map(|d| d.parse().expect("a day")).collect(),
        zone: chrono_tz::Europe::Oslo,
        networks: vehicles.iter().map(|v| vec![on(v); a.days]).collect(),
        vehicles,
        closed: a.piles.iter().map(|p| p.4[..a.days].iter().map(|c| [*c, *c]).collect()).collect(),
        piles: a.piles.iter().enumerate().map(pile).collect(),
        locked: vec![None; a.piles.len()],
        sites: SITES.iter().enumerate().map(site).collect(),
        busy: a.back_at.map(|back| ((id(2, 0), first), at(back))).into_iter().collect(),
        terms: PlanningTerms::default(),
        now: a.now_at.map_or(DateTime::UNIX_EPOCH, at),
    }
}

/// What one needs to read routes.
struct Facts<'a> {
    asked: &'a Asked,
    task: Task,
}

fn local(t: DateTime<Utc>) -> (NaiveDate, NaiveTime) {
    let t = t.with_timezone(&chrono_tz::Europe::Oslo).naive_local();
    (t.date(), t.time())
}

impl Facts<'_> {
    fn pile(&self, id: Uuid) -> (usize, &Pile) {
        self.task.piles.iter().enumerate().find(|(_, p)| p.record.id == id).map(|(n, p)| (n, &**p)).expect("a pile of the plan")
    }

    fn faults(&self, routes: &[PickupRoute]) -> Vec<String> {
        let mut fetched = HashSet::new();
        let mut all = vec![];
        for route in routes {
            let vehicle = self.task.vehicles.iter().find(|v| v.record.id == route.vehicle).expect("a vehicle of the plan");
            for fault in self.of_a_route(route, vehicle, &mut fetched) {
                all.push(format!("{} on {}: {fault}", route.vehicle_name, route.day));
            }
        }
        all
    }

    fn of_a_route(&self, route: &PickupRoute, vehicle: &Vehicle, fetched: &mut HashSet<Uuid>) -> Vec<String> {
        let mut faults: Vec<String> = vec![];
        let mut fault = |is: bool, what: String| {
            if is {
                faults.push(what);
            }
        };
        let facts = &vehicle.facts;
        let (leaves, returns) = (local(route.leaves), local(route.returns));
        fault(
            leaves.0 != route.day || leaves.1 < facts.from || returns.0 != route.day || returns.1 > facts.until,
            format!("{leaves:?} to {returns:?}"),
        );
        let told = self.task.now + TimeDelta::seconds(self.task.terms.notice_s);
        fault(route.leaves < told, format!("sets out at {}, and is told of at {told}", route.leaves));
        let back = self.task.busy.get(&(route.vehicle, route.day));
        fault(back.is_some_and(|back| route.leaves < *back), format!("is out until {back:?}"));
        // Within the shift there is a break in which nothing is driven or done.
        if let Some(pause) = facts.pause {
            let worked: i64 = route.stops.iter().map(|s| (s.leaves - s.begins).num_seconds()).sum();
            let driven = (route.sums.metres / facts.speed_kmh * 3.6 - 2.0 * route.stops.len() as f64) as i64;
            let (at, shift) = (pause.at, (route.returns - route.leaves).num_seconds());
            let ends = at + TimeDelta::minutes(pause.minutes.into());
            let inside = |t: NaiveTime| at < t && t < ends;
            let over = leaves.1 < at && returns.1 > ends;
            // What is done across the break lasts longer by it.
            let across = route.stops.iter().any(|s| local(s.begins).1 < at && local(s.leaves).1 > at);
            let rest = if over && !across { i64::from(pause.minutes) * 60 } else { 0 };
            fault(shift < worked + driven + rest, format!("no break of {rest} s in {shift} s"));
            fault(inside(leaves.1), format!("sets out in the break: {leaves:?}"));
            fault(route.stops.iter().any(|s| inside(local(s.begins).1)), "work begins in the break".into());
        }
        let (mut load, mut tour_bags, mut beside) = ([0.0, 0.0, 0.0], 0, vec![]);
        let mut left = route.leaves;
        for stop in &route.stops {
            fault(stop.begins < stop.arrives || stop.arrives < left, format!("times at {}", stop.name));
            fault(!took_long_enough(left, stop.arrives, stop.metres, vehicle), format!("too fast to {}", stop.name));
            let worked = (stop.leaves - stop.begins).num_seconds();
            match stop.kind {
                StopKind::Pile => {
                    let (n, pile) = self.pile(stop.id);
                    let day = usize::from(route.day.to_string() == DAYS[1]);
                    fault(!fetched.insert(stop.id), format!("{n} is fetched twice"));
                    fault(self.asked.piles[n].4[day], format!("{n} is closed"));
                    fault(!may_fetch(vehicle, pile), format!("{n} is not for it"));
                    fault(worked < i64::from(self.task.terms.at_pile_s(pile)), format!("{worked} s at {n}"));
                    let bags = f64::from(self.asked.piles[n].1);
                    load = [load[0] + bags * 100.0, load[1] + bags * 10.0, load[2] + bags];
                    beside.extend(pile.beside.iter().map(|b| b.text()));
                    tour_bags += self.asked.piles[n].1;
                    let holds = [facts.capacity.litres, facts.capacity.kg, facts.capacity.bags].map(f64::from);
                    fault((0..3).any(|i| load[i] > holds[i]), format!("{load:?} on board of {holds:?}"));
                }
                StopKind::Site => {
                    let n = self.task.sites.iter().position(|s| s.record.id == stop.id).expect("a site of the plan");
                    let (from, hours) = self.asked.hours[n];
                    let hour = |t: NaiveTime| f64::from(t.num_seconds_from_midnight()) / 3600.0;
                    let (begins, ends) = (hour(local(stop.begins).1), hour(local(stop.leaves).1));
                    fault(
                        begins < f64::from(from) || ends > f64::from(from + hours),
                        format!("{} is shut at {begins}–{ends}", stop.name),
                    );
                    fault(
                        facts.kind == VehicleKind::Boat && !SITES[n].1.contains(&"by_boat"),
                        format!("no boat lands at {}", stop.name),
                    );
                    let not_taken = beside.iter().any(|b| !SITES[n].1.contains(b));
                    fault(not_taken, format!("{beside:?} is not taken at {}", stop.name));
                    (load, beside) = ([0.0; 3], vec![]);
                }
            }
            left = stop.leaves;
        }
        fault(load[2] > 0.0, "comes home with bags".into());
        fault(tour_bags < facts.least_bags, format!("a tour for {tour_bags} bags"));
        faults.extend(lines(route, facts.kind));
        faults
    }
}

/// Driving from one instant to another, not counting the break, takes at least as long as the way is at the vehicle's speed.
fn took_long_enough(from: DateTime<Utc>, to: DateTime<Utc>, metres: f64, vehicle: &Vehicle) -> bool {
    let seconds = (to - from).num_seconds() as f64;
    seconds + 2.0 >= metres / vehicle.facts.speed_kmh * 3.6
}

fn may_fetch(vehicle: &Vehicle, pile: &Pile) -> bool {
    let (boat, skills) = (vehicle.facts.kind == VehicleKind::Boat, &vehicle.facts.skills);
    let has = |text: &str| skills.iter().any(|s| s.text() == text);
    let gets_there = !(pile.access == Access::Road && boat || pile.access == Access::Boat && !boat);
    gets_there
        && (has("crane") || pile.access != Access::Crane && !pile.beside.contains(&Beside::Bulky))
        && (has("hazardous") || !pile.beside.contains(&Beside::Hazardous))
}

/// The lines hang together, are as long as was said, and at sea neither cross land nor come near the sanctuary.
fn lines(route: &PickupRoute, kind: VehicleKind) -> Vec<String> {
    let mut faults = vec![];
    let ways: Vec<(&Vec<[f64; 2]>, Option<&RouteStop>)> =
        route.stops.iter().map(|s| (&s.way, Some(s))).chain([(&route.way_home, None)]).collect();
    for pair in ways.windows(2) {
        if pair[0].0.last() != pair[1].0.first() {
            faults.push(format!("a way ends at {:?}, the next begins at {:?}", pair[0].0.last(), pair[1].0.first()));
        }
    }
    for (way, stop) in ways {
        let line = LineString::from(way.iter().map(|p| (p[0], p[1])).collect::<Vec<_>>());
        let length = Geodesic.length(&line) * if kind == VehicleKind::Truck { DETOUR } else { 1.0 };
        if let Some(stop) = stop
            && (length - stop.metres).abs() > 2.0 + 0.001 * length
        {
            faults.push(format!("{length} m drawn, {} m timed", stop.metres));
        }
        if kind == VehicleKind::Boat {
            faults.extend(line.lines().filter(|l| LAND.intersects(l)).map(|l| format!("over land: {l:?}")));
            faults.extend(line.lines().filter(near_sanctuary).map(|l| format!("into the sanctuary: {l:?}")));
        }
    }
    faults
}

fn near_sanctuary(line: &Line) -> bool {
    // Degrees as metres, which over a kilometre is close enough; the buffer has corners.
    let plane = |x: f64, y: f64| (x * 111_195.0 * 58.42_f64.to_radians().cos(), y * 111_195.0);
    let closed = SANCTUARY.map_coords(|c| plane(c.x, c.y).into());
    let line = line.map_coords(|c| plane(c.x, c.y).into());
    closed.iter().any(|area| Euclidean.distance(&line, area) < BUFFER_M * 0.97)
}

proptest! {
    // Fifteen hundred days of fleets and piles: what is proved is what a crew relies on.
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_route_of_any_day_can_be_driven(asked in asked(), seed in 0..1000u64) {
        let day = Day::of(task(&asked)).ok().expect("an estimate");
        let found = solve(&day.problem, &Settings::of(&day.problem, seed), &mut |done, _| done as f64 / 128.0);
        let routes: Vec<PickupRoute> = found.tours.iter().map(|t| day.route(t)).collect();
        let facts = Facts { asked: &asked, task: task(&asked) };
        prop_assert_eq!(facts.faults(&routes), Vec::<String>::new());
        prop_assert!(routes.iter().all(|r| r.broken.is_empty()));
        let fetched = routes.iter().flat_map(PickupRoute::piles).count();
        prop_assert_eq!(fetched + found.left.len(), asked.piles.len());
    }
}

/// The audit can fail: a route that is tampered with is found out.
#[test]
fn what_is_wrong_is_found() {
    let asked = Asked {
        piles: vec![(0, 9, 1, 0, [false; 2]), (1, 9, 1, 0, [false; 2])],
        fleet: vec![(true, 0, 60, 0, (7, 8), true, 0)],
        hours: vec![(8, 8); 3],
        days: 1,
        now_at: Some(8 * 60),
        back_at: None,
    };
    let day = Day::of(task(&asked)).ok().expect("an estimate");
    let found = solve(&day.problem, &Settings::of(&day.problem, 1), &mut |done, _| done as f64 / 128.0);
    let route = day.route(&found.tours[0]);
    let facts = Facts { asked: &asked, task: task(&asked) };
    let faults = |change: &dyn Fn(&mut PickupRoute)| {
        let mut route = route.clone();
        change(&mut route);
        facts.faults(&[route]).join("; ")
    };
    assert_eq!((faults(&|_| {}), route.stops.len()), (String::new(), 3));
    assert!(faults(&|r| r.leaves -= TimeDelta::hours(3)).contains(" to "));
    assert!(faults(&|r| r.leaves -= TimeDelta::hours(1)).contains("is told of"));
    assert!(faults(&|r| r.returns += TimeDelta::hours(12)).contains(" to "));
    assert!(faults(&|r| r.stops[1].arrives = r.stops[0].leaves).contains("too fast"));
    assert!(faults(&|r| r.stops[0].leaves = r.stops[0].begins).contains("0 s at"));
    assert!(faults(&|r| r.stops[1].id = r.stops[0].id).contains("twice"));
    assert!(faults(&|r| drop(r.stops.pop())).contains("comes home with bags"));
    assert!(faults(&|r| r.stops[2].leaves += TimeDelta::hours(10)).contains("is shut"));
    assert!(faults(&|r| r.stops[1].way.insert(1, [8.79, 58.45])).contains("over land"));
    assert!(faults(&|r| r.stops[1].way.insert(1, [8.86, 58.413])).contains("sanctuary"));
    let straight = |r: &mut PickupRoute| r.way_home = vec![[8.9, 58.4], [8.9, 58.41]];
    assert!(faults(&straight).contains("the next begins"));
}
