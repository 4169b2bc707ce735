//! What has a say at a place, against a plain look through everything: by degrees whether a place lies in a rectangle,
//! by geodesics how far it is from one. Also at 70° N, over the 180th meridian and near a pole.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use geo::MultiPolygon;
use geojson::GeometryValue;
use proptest::prelude::*;
use uuid::Uuid;

use super::earth::metres;
use super::index::{Coast, MUNICIPALITY_REACH_M};
use super::layer::Layer;
use super::polygon;
use crate::domain::area::{Area, AreaKind};
use crate::domain::closure::{Closure, Season};
use crate::domain::place::LonLat;
use crate::domain::zone::{Regime, Zone};

/// Straight metres and geodesic ones, and what is rounded to a centimetre, differ by less here.
const TOLERANCE_M: f64 = 0.5;

/// A rectangle in degrees about its middle, which may lie over the 180th meridian.
#[derive(Debug, Clone, Copy)]
struct Square {
    middle: LonLat,
    /// Half its width and half its height, in degrees.
    half: [f64; 2],
}

fn fold(lon: f64) -> f64 {
    (lon + 540.0).rem_euclid(360.0) - 180.0
}

impl Square {
    /// The place this far from the middle, where 1 is the edge.
    fn place(self, [x, y]: [f64; 2]) -> LonLat {
        let lat = (self.middle.lat + y * self.half[1]).clamp(-90.0, 90.0);
        LonLat { lon: fold(self.middle.lon + x * self.half[0]), lat }
    }

    fn geometry(self) -> MultiPolygon {
        let corner = |x, y| Vec::from(self.place([x, y]).pair()).into();
        let ring = vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0), corner(-1.0, -1.0)];
        polygon::read(&GeometryValue::Polygon { coordinates: vec![ring] }).unwrap()
    }

    fn contains(self, at: LonLat) -> bool {
        fold(at.lon - self.middle.lon).abs() <= self.half[0] && (at.lat - self.middle.lat).abs() <= self.half[1]
    }

    /// Geodesic metres to its edge: the nearest of 64 places of each side, and of 64 between the neighbours of that one.
    fn metres_to(self, at: LonLat) -> f64 {
        if self.contains(at) {
            return 0.0;
        }
        let sides =
            [[[-1.0, -1.0], [1.0, -1.0]], [[1.0, -1.0], [1.0, 1.0]], [[1.0, 1.0], [-1.0, 1.0]], [[-1.0, 1.0], [-1.0, -1.0]]];
        sides.iter().map(|side| self.metres_to_side(at, side)).fold(f64::INFINITY, f64::min)
    }

    fn metres_to_side(self, at: LonLat, [a, b]: &[[f64; 2]; 2]) -> f64 {
        let (mut from, mut to, mut best) = (0.0, 1.0, f64::INFINITY);
        for _ in 0..4 {
            let step = (to - from) / 64.0;
            let tried = (0..=64).map(|i| from + step * f64::from(i)).map(|part| {
                let place = self.place([a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part]);
                (metres(at, place), part)
            });
            let (nearest, part) = tried.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
            (from, to, best) = ((part - step).max(0.0), (part + step).min(1.0), nearest.min(best));
        }
        best
    }
}

/// Rectangles of a hundred metres to some degrees, close enough to each other to overlap.
fn squares() -> impl Strategy<Value = Vec<Square>> {
    let regions = [[8.8, 58.4], [25.0, 70.0], [180.0, 71.0], [-179.9, -16.5], [30.0, 88.9], [-0.1, -89.5]];
    (prop::sample::select(regions.to_vec()), prop::bool::ANY).prop_flat_map(|([lon, lat], large)| {
        let size = if large { 1.0 } else { 0.02 };
        let square = (-1.0..1.0_f64, -1.0..1.0_f64, 0.05..1.0_f64, 0.05..1.0_f64).prop_map(move |(x, y, w, h)| Square {
            middle: LonLat { lon: fold(lon + x * size), lat: (lat + y * size).clamp(-88.9, 88.9) },
            half: [w * size, h * size],
        });
        prop::collection::vec(square, 1..9)
    })
}

fn id(i: usize) -> Uuid {
    Uuid::from_u128(i as u128 + 1)
}

fn zone(i: usize, s: Square) -> Arc<Zone> {
    Arc::new(Zone {
        id: id(i),
        name: format!("Zone {i}"),
        regime: Regime::ALL[i % 5],
        municipality: "0".into(),
        geometry: s.geometry(),
        area_m2: 1.0,
        version: 1,
        changed_at: DateTime::UNIX_EPOCH,
    })
}

fn closure(i: usize, s: Square, sea_buffer_m: f64) -> Arc<Closure> {
    let seasons = vec![Season::AllYear];
    Arc::new(Closure { id: id(i), name: format!("Reserve {i}"), seasons, sea_buffer_m, source_url: None, geometry: s.geometry() })
}

fn area(i: usize, s: Square) -> Arc<Area> {
    let kind = if i.is_multiple_of(3) { AreaKind::ServiceArea } else { AreaKind::Municipality };
    Arc::new(Area {
        id: id(i),
        kind,
        code: i.to_string(),
        name: format!("Area {i}"),
        country: "NO".into(),
        default_regime: Regime::Shared,
        hauler: None,
        access: vec![],
        geometry: s.geometry(),
    })
}

fn coast(squares: &[Square], buffer: f64) -> Coast {
    let each = || squares.iter().copied().enumerate();
    Coast {
        date: NaiveDate::default(),
        areas: Layer::build(each().map(|(i, s)| area(i, s)).collect()),
        zones: Layer::build(each().map(|(i, s)| zone(i, s)).collect()),
        closures: Layer::build(each().map(|(i, s)| closure(i, s, buffer)).collect()),
        ..Coast::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_place_is_told_what_a_plain_look_through_everything_finds(
        squares in squares(),
        buffer in prop_oneof![Just(0.0), 1.0..3_000.0_f64],
        which in any::<prop::sample::Index>(),
        offset in (-1.0..1.0_f64, -1.0..1.0_f64),
        beyond_m in 0.0..6_000.0_f64,
    ) {
        let coast = coast(&squares, buffer);
        // In one of them, or as far beyond its edge as rules reach.
        let s = which.get(&squares);
        let beyond = beyond_m / 111_000.0;
        let stretch = [1.0 + beyond / (s.half[0] * s.middle.lat.to_radians().cos()), 1.0 + beyond / s.half[1]];
        let at = s.place([offset.0 * stretch[0], offset.1 * stretch[1]]);
        let far: Vec<f64> = squares.iter().map(|s| s.metres_to(at)).collect();
        let here = coast.here(at);

        let zones: Vec<Uuid> = (0..squares.len()).filter(|i| squares[*i].contains(at)).map(id).collect();
        prop_assert_eq!(here.zones.iter().map(|z| z.id).collect::<Vec<_>>(), zones.clone());
        for (i, far) in far.iter().enumerate() {
            let found = here.closures.iter().find(|c| c.closure.id == id(i));
            prop_assert_eq!(found.is_some_and(|c| c.inside), *far == 0.0, "closure {} at {} m", i, far);
            if (far - buffer).abs() > TOLERANCE_M {
                prop_assert_eq!(found.is_some(), *far <= buffer, "closure {} at {} m of {}", i, far, buffer);
            }
        }
        let municipal = |i: &usize| !i.is_multiple_of(3);
        let nearest = (0..squares.len()).filter(municipal).map(|i| far[i]).fold(f64::INFINITY, f64::min);
        let found = here.municipality.as_ref().map(|m| far[m.id.as_u128() as usize - 1]);
        if (nearest - MUNICIPALITY_REACH_M).abs() > TOLERANCE_M {
            prop_assert_eq!(found.is_some(), nearest <= MUNICIPALITY_REACH_M, "nearest {}", nearest);
        }
        prop_assert!(found.is_none_or(|m| m <= nearest + TOLERANCE_M), "{:?} but {}", found, nearest);
        let service: Vec<Uuid> = coast.areas_at(at, AreaKind::ServiceArea).iter().map(|a| a.id).collect();
        prop_assert_eq!(service, zones.into_iter().filter(|z| (z.as_u128() - 1).is_multiple_of(3)).collect::<Vec<_>>());
    }
}
