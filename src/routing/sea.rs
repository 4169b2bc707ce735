//! Ways by sea: boats never cross land. Water is a mesh of convex polygons around the land, and the shortest way through
//! it is found by Polyanya (Cui, Harabor and Grastien 2017, doi 10.24963/ijcai.2017/70; crate `polyanya`).

use geo::{BooleanOps, BoundingRect, Buffer, Coord, Distance, Geodesic, LineString, MapCoords, MultiPolygon, Point};
use glam::{Vec2, vec2};
use polyanya::{Coords, Mesh, Triangulation};

use crate::domain::place::{LonLat, Window};

/// Water reaches this far beyond the outermost land, in metres.
const MARGIN_M: f64 = 5_000.0;
/// Small polygons are merged so often before searching, as `polyanya` advises; after three times nothing is gained.
const MERGES: usize = 3;
/// How far from a pile its boat may lie, and in which steps the water is looked for, in metres.
const LANDING_M: f64 = 300.0;
const LANDING_STEP_M: f64 = 10.0;
const BEARINGS: u32 = 24;
/// Metres of a degree of latitude, on the sphere that the plane is drawn from.
const METRES_A_DEGREE: f64 = 111_195.0;

/// The water of an archipelago for boats that keep a clearance from land.
pub struct Sea {
    mesh: Mesh,
    middle: LonLat,
    /// A place on the open sea: what no way leads to from there is a lake.
    open: Vec2,
    /// Where the land is known; a way that turns outside of it is none.
    known: Option<Window>,
}

/// A way over water.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Its length along the drawn line, geodesic.
    pub metres: f64,
    /// The line that was measured, both ends included.
    pub line: Vec<LonLat>,
}

impl Sea {
    /// Water around land, with a clearance in metres on all sides, and around what is closed for boats, each with its buffer.
    /// Areas are in degrees and may touch and overlap; inland waters are land. None, if there is no land to draw it around.
    #[must_use]
    pub fn around(land: &MultiPolygon, clearance_m: f64, closed: &[(&MultiPolygon, f64)]) -> Option<Self> {
        let bounds = land.bounding_rect()?;
        let middle = LonLat { lon: bounds.center().x, lat: bounds.center().y };
        let grown = |area: &MultiPolygon, metres: f64| {
            // The buffer also joins what touches or overlaps: the mesh needs obstacles that lie apart.
            area.map_coords(|c| plane(middle, LonLat { lon: c.x, lat: c.y })).buffer(metres)
        };
        let obstacles = closed.iter().fold(grown(land, clearance_m), |all, (area, buffer)| all.union(&grown(area, *buffer)));
        let frame = obstacles.bounding_rect()?;
        let (low, high) = (frame.min() - Coord { x: MARGIN_M, y: MARGIN_M }, frame.max() + Coord { x: MARGIN_M, y: MARGIN_M });
        let corners = [(low.x, low.y), (high.x, low.y), (high.x, high.y), (low.x, high.y)];
        let mut water = Triangulation::from_outer_edges(&corners.map(|(x, y)| vec2(x as f32, y as f32)));
        water.add_obstacles(obstacles.iter().map(|o| ring(o.exterior())));
        let mut mesh = water.as_navmesh();
        for _ in 0..MERGES {
            mesh.merge_polygons();
        }
        mesh.bake();
        mesh.set_search_delta(0.01).set_search_steps(1);
        let open = vec2(low.x as f32 + 1.0, low.y as f32 + 1.0);
        Some(Self { mesh, middle, open, known: None })
    }

    /// Land is known in this window only.
    #[must_use]
    pub fn within(self, known: Window) -> Self {
        Self { known: Some(known), ..self }
    }

    /// Where a boat lies that fetches at a place: the nearest water from which the way leads on to the open sea. None, if
    /// there is no such water within 300 m.
    #[must_use]
    pub fn landing(&self, at: LonLat) -> Option<LonLat> {
        let here = plane(self.middle, at);
        let rings = (0..=(LANDING_M / LANDING_STEP_M) as u32).map(|step| f64::from(step) * LANDING_STEP_M);
        let around = rings.flat_map(|radius| {
            (0..BEARINGS).map(move |i| {
                let bearing = f64::from(i) / f64::from(BEARINGS) * std::f64::consts::TAU;
                here + Coord { x: radius * bearing.cos(), y: radius * bearing.sin() }
            })
        });
        let open = Coords::on_mesh(self.open);
        let sails = |p: Vec2| self.mesh.point_in_mesh(p) && self.mesh.path(Coords::on_mesh(p), open).is_some();
        let mut reachable = around.filter(|p| sails(point(*p)));
        reachable.next().map(|p| degrees(self.middle, p))
    }

    /// The shortest way between two places on the water. None, if one is not on the water or there is no way.
    #[must_use]
    pub fn way(&self, from: LonLat, to: LonLat) -> Option<Way> {
        let (a, b) = (plane(self.middle, from), plane(self.middle, to));
        let turns = self.path(a, b)?;
        let between = &turns[..turns.len().saturating_sub(1)];
        let mut line = vec![from];
        line.extend(between.iter().map(|t| degrees(self.middle, Coord { x: f64::from(t.x), y: f64::from(t.y) })));
        line.push(to);
        let metres =
            line.windows(2).map(|w| Geodesic.distance(Point::new(w[0].lon, w[0].lat), Point::new(w[1].lon, w[1].lat))).sum();
        Some(Way { metres, line })
    }

    fn path(&self, from: Coord, to: Coord) -> Option<Vec<Vec2>> {
        let (from, to) = (point(from), point(to));
        if !self.mesh.point_in_mesh(from) || !self.mesh.point_in_mesh(to) {
            return None;
        }
        let path = self.mesh.path(Coords::on_mesh(from), Coords::on_mesh(to)).map(|p| p.path)?;
        let inside = |p: &Vec2| {
            let at = degrees(self.middle, Coord { x: f64::from(p.x), y: f64::from(p.y) });
            self.known.is_none_or(|known| known.contains(at))
        };
        path.iter().all(inside).then_some(path)
    }
}

/// Metres east and north of the middle: equirectangular, right to a thousandth over an archipelago. The mesh counts in
/// 32 bits, so that degrees would be too coarse; lengths are measured anew on the ellipsoid.
fn plane(middle: LonLat, at: LonLat) -> Coord {
    let east = (at.lon - middle.lon + 540.0).rem_euclid(360.0) - 180.0;
    Coord { x: east * METRES_A_DEGREE * middle.lat.to_radians().cos(), y: (at.lat - middle.lat) * METRES_A_DEGREE }
}

fn degrees(middle: LonLat, at: Coord) -> LonLat {
    let lon = middle.lon + at.x / (METRES_A_DEGREE * middle.lat.to_radians().cos());
    LonLat { lon: (lon + 540.0).rem_euclid(360.0) - 180.0, lat: middle.lat + at.y / METRES_A_DEGREE }
}

fn point(at: Coord) -> Vec2 {
    vec2(at.x as f32, at.y as f32)
}

fn ring(of: &LineString) -> Vec<Vec2> {
    of.coords().map(|c| point(*c)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use geo::{Contains, Intersects, Line, Polygon, polygon};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    use super::*;

    /// The shore of Arendal and its neighbours.
    pub(in crate::routing) static LAND: LazyLock<MultiPolygon> = LazyLock::new(|| {
        let text = std::fs::read_to_string("fixtures/arendal-coast.geojson").unwrap();
        let shore: geojson::FeatureCollection = text.parse().unwrap();
        let areas = shore.features.into_iter().map(|f| Polygon::try_from(f.geometry.unwrap()).unwrap());
        MultiPolygon::new(areas.collect())
    });
    static SEA: LazyLock<Sea> = LazyLock::new(|| Sea::around(&LAND, 20.0, &[]).unwrap());
    const OFF_ARENDAL: LonLat = LonLat { lon: 8.95, lat: 58.40 };

    fn crosses_land(line: &[LonLat]) -> bool {
        line.windows(2).any(|w| LAND.intersects(&Line::new((w[0].lon, w[0].lat), (w[1].lon, w[1].lat))))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_way_crosses_land_and_none_is_shorter_than_the_bird_flies(
            a in (8.3..9.3f64, 58.1..58.8f64), b in (8.3..9.3f64, 58.1..58.8f64),
        ) {
            let [a, b] = [a, b].map(|(lon, lat)| LonLat { lon, lat });
            let on_land = |p: LonLat| LAND.contains(&Point::new(p.lon, p.lat));
            match SEA.way(a, b) {
                Some(way) => {
                    prop_assert!(!on_land(a) && !on_land(b) && !crosses_land(&way.line));
                    let straight = Geodesic.distance(Point::new(a.lon, a.lat), Point::new(b.lon, b.lat));
                    prop_assert!(way.metres >= straight - 0.01);
                    let back = SEA.way(b, a).expect("a way back").metres;
                    prop_assert!((way.metres - back).abs() <= 0.001 * way.metres + 1.0, "{} there, {back} back", way.metres);
                    prop_assert!(way.line.len() > 2 || !crosses_land(&[a, b]));
                }
                None => prop_assert!(on_land(a) || on_land(b) || SEA.landing(a) != Some(a) || SEA.landing(b) != Some(b), "{a:?} and {b:?} lie on one water"),
            }
        }
    }

    #[test]
    fn a_pile_on_the_shore_is_reached_from_the_water_beside_it() {
        let mut landed = 0;
        for area in LAND.iter() {
            for at in area.exterior().coords().step_by(25) {
                let at = LonLat { lon: at.x, lat: at.y };
                let Some(landing) = SEA.landing(at) else { continue };
                let metres = Geodesic.distance(Point::new(at.lon, at.lat), Point::new(landing.lon, landing.lat));
                assert!(metres <= 301.0, "{metres} m from {at:?}");
                assert!(!crosses_land(&SEA.way(OFF_ARENDAL, landing).expect("a way there").line));
                landed += 1;
            }
        }
        assert!(landed > 30, "{landed} landings");
    }

    #[test]
    fn a_sound_is_sailed_by_those_whom_it_is_wide_enough_for() {
        // Two islands, 60 m apart, each a kilometre long.
        let island =
            |west: f64| polygon![(x: west, y: 0.0), (x: west + 0.01, y: 0.0), (x: west + 0.01, y: 0.01), (x: west, y: 0.01)];
        let islands = MultiPolygon::new(vec![island(0.0), island(0.01 + 60.0 / METRES_A_DEGREE)]);
        let middle = 0.01 + 30.0 / METRES_A_DEGREE;
        let (south, north) = (LonLat { lon: middle, lat: -0.005 }, LonLat { lon: middle, lat: 0.015 });
        let through = Sea::around(&islands, 20.0, &[]).unwrap().way(south, north).unwrap();
        let round = Sea::around(&islands, 40.0, &[]).unwrap().way(south, north).unwrap();
        assert!((through.metres - 2212.0).abs() < 10.0, "{}", through.metres);
        assert!(round.metres > through.metres + 500.0 && round.line.len() > 2, "{}", round.metres);
    }

    #[test]
    fn what_is_inland_or_ashore_has_no_way() {
        let lake = polygon!(exterior: [(x: 0.0, y: 0.0), (x: 0.1, y: 0.0), (x: 0.1, y: 0.1), (x: 0.0, y: 0.1)],
            interiors: [[(x: 0.03, y: 0.03), (x: 0.03, y: 0.07), (x: 0.07, y: 0.07), (x: 0.07, y: 0.03)]]);
        let sea = Sea::around(&MultiPolygon::new(vec![lake]), 5.0, &[]).unwrap();
        let at = |lon, lat| LonLat { lon, lat };
        assert_eq!(sea.way(at(0.05, 0.05), at(-0.01, 0.05)), None);
        assert_eq!(sea.way(at(0.01, 0.01), at(-0.01, 0.05)), None);
        assert_eq!(sea.landing(at(0.05, 0.05)), None);
        assert!(sea.way(at(0.11, 0.05), at(-0.01, 0.05)).is_some());
        assert!(Sea::around(&MultiPolygon::new(vec![]), 5.0, &[]).is_none());
    }
}
