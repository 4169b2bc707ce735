//! Pickup days on the real shore of Arendal: trucks of two sizes and boats, each with a matrix of its own, reception sites
//! they hand in at as often as they are full, and every pile to be fetched.

use std::sync::Arc;

use geo::{MultiPolygon, Polygon};
use strandline::domain::place::LonLat;
use strandline::routing::sea::Sea;
use strandline::routing::travel::{Ground, Lengths, Network};
use strandline::routing::{Class, LARGEST, Matrix, Problem, UNREACHABLE, Windows};

use super::exchange::Instance;

/// Piles and vehicles: trucks, large trucks, boats.
const DAYS: [(usize, [u32; 3]); 4] = [(40, [1, 1, 1]), (100, [2, 1, 2]), (200, [3, 2, 4]), (300, [5, 3, 5])];
/// Whether boats land there.
const SITES: [((f64, f64), bool); 3] = [((8.741, 58.4765), false), ((8.772, 58.457), true), ((8.60, 58.335), true)];
const DEPOTS: [(f64, f64); 2] = [(8.741, 58.477), (8.7725, 58.4575)];
const SHIFT: (i32, i32) = (0, 11 * 3600);
/// To leave a pile costs more than all the routes there are.
const MUST: i64 = 100_000_000;

/// A vehicle: boat, litres, kilograms, bags, km/h, cost a kilometre, cost an hour, in hundredths.
const KINDS: [(bool, [i32; 3], f64, f64, f64); 3] = [
    (false, [8_000, 3_000, 80], 40.0, 1_200.0, 65_000.0),
    (false, [14_000, 6_000, 140], 36.0, 1_700.0, 75_000.0),
    (true, [6_000, 2_000, 60], 22.0, 2_500.0, 95_000.0),
];

/// A generator that gives the same everywhere (PCG, O'Neill 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = (((self.0 >> 18) ^ self.0) >> 27) as u32;
        x.rotate_right((self.0 >> 59) as u32) as usize % n
    }
}

fn land() -> MultiPolygon {
    let text = std::fs::read_to_string("fixtures/arendal-coast.geojson").expect("the clip");
    let shore: geojson::FeatureCollection = text.parse().expect("GeoJSON");
    MultiPolygon::new(
        shore.features.into_iter().map(|f| Polygon::try_from(f.geometry.expect("a shape")).expect("a polygon")).collect(),
    )
}

/// All days.
pub fn days() -> Vec<Instance> {
    let land = land();
    let sea = Arc::new(Network::on(Ground::Sea(Sea::around(&land, 16.0, &[]).expect("water"))));
    let roads = Arc::new(Network::on(Ground::Estimate(1.4)));
    let shore: Vec<LonLat> = land.iter().flat_map(|p| p.exterior().coords()).map(|c| LonLat { lon: c.x, lat: c.y }).collect();
    let near = |p: &&LonLat| (8.5..9.0).contains(&p.lon) && (58.3..58.55).contains(&p.lat);
    let shore: Vec<LonLat> = shore.iter().filter(near).copied().collect();
    DAYS.iter().map(|(piles, fleet)| day(*piles, fleet, &shore, &sea, &roads)).collect()
}

fn day(piles: usize, fleet: &[u32; 3], shore: &[LonLat], sea: &Arc<Network>, roads: &Arc<Network>) -> Instance {
    let mut chance = Chance(piles as u64);
    let landing = |at: LonLat| sea.stopping_place(at).ok().flatten();
    let mut places: Vec<LonLat> = vec![];
    while places.len() < piles {
        let at = shore[chance.below(shore.len())];
        if landing(at).is_some() {
            places.push(at);
        }
    }
    // A half by road, a third by boat, the rest by either.
    let access: Vec<[bool; 2]> = (0..piles)
        .map(|_| [[true, false], [true, false], [true, false], [false, true], [false, true], [true, true]][chance.below(6)])
        .collect();
    let bags: Vec<i32> = (0..piles).map(|_| 2 + chance.below(24) as i32).collect();
    let nodes: Vec<LonLat> =
        places.into_iter().chain(SITES.iter().map(|s| place(&s.0))).chain(DEPOTS.iter().map(place)).collect();
    let goes = |i: usize, boat: bool| match i {
        _ if i < piles => access[i][usize::from(boat)],
        _ if i < piles + SITES.len() => !boat || SITES[i - piles].1,
        _ => i - piles - SITES.len() == usize::from(boat),
    };
    let lengths = [false, true].map(|boat| {
        let network = if boat { sea } else { roads };
        let stops =
            nodes.iter().enumerate().map(|(i, at)| if goes(i, boat) { network.stopping_place(*at).ok().flatten() } else { None });
        Lengths::between(network.clone(), stops.collect(), piles).expect("an estimate")
    });
    let class = |(kind, count): (&(bool, [i32; 3], f64, f64, f64), &u32)| {
        let (boat, capacity, speed, per_km, per_hour) = *kind;
        let lengths = &lengths[usize::from(boat)];
        let seconds = |m: f64| m / speed * 3.6;
        let way = |i, j, of: &dyn Fn(f64) -> f64| lengths.leg(i, j).map_or(UNREACHABLE, |leg| of(leg.metres).round() as i32);
        let depot = (piles + SITES.len() + usize::from(boat)) as u32;
        Class {
            start: depot,
            end: depot,
            count: *count,
            capacity,
            fixed: 50_000,
            least: [0; 3],
            cost: Matrix::by(nodes.len(), |i, j| way(i, j, &|m| m / 1000.0 * per_km + seconds(m) / 3600.0 * per_hour)),
            time: Matrix::by(nodes.len(), |i, j| way(i, j, &seconds)),
            windows: (0..nodes.len())
                .map(|i| if goes(i, boat) { Windows::one(SHIFT.0, SHIFT.1) } else { Windows::never() })
                .collect(),
            hands_in: true,
        }
    };
    let problem = Problem {
        stops: piles,
        sites: SITES.len(),
        demand: bags.iter().map(|b| [b * 100, b * 10, *b]).collect(),
        service: bags.iter().map(|b| 300 + 20 * b).chain([900; SITES.len()]).collect(),
        penalty: vec![MUST; piles],
        hand_in_by: vec![LARGEST; piles],
        kinds: vec![0; piles + SITES.len()],
        classes: KINDS.iter().zip(fleet).map(class).collect(),
    };
    Instance {
        name: format!("pickup-{piles}"),
        best: None,
        turned_round: None,
        problem: problem.checked().expect("made to hang together"),
    }
}

fn place((lon, lat): &(f64, f64)) -> LonLat {
    LonLat { lon: *lon, lat: *lat }
}
