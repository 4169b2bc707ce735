//! Takes polygons from GeoJSON: repairs what has one meaning, refuses what has several and says where.
//!
//! Repaired: third coordinates, rings left open, repeated points, either turn of a ring, rings that touch themselves
//! or double back, small slips where a boundary crosses itself, polygons across the 180th meridian. Refused: boundaries
//! that cross in earnest, holes outside, numbers out of range.

use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::orient::Direction;
use geo::{
    Area as _, BooleanOps, BoundingRect, Coord, CoordsIter, Intersects, Line, LineString, MakeValid, MapCoordsInPlace,
    MultiPolygon, Orient, Point, Polygon, Rect, Validation, coord,
};
use geojson::{GeometryValue, Position};
use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};

use super::earth::{Vertex, Xyz, nearest_on_line};
use crate::domain::place::{LonLat, Window};

/// Why a geometry was refused, and where on the earth.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// In English.
    pub reason: String,
    /// The place of the fault.
    pub at: Option<[f64; 2]>,
}

impl Fault {
    fn new(reason: &str, at: Option<Coord>) -> Self {
        Self { reason: reason.to_owned(), at: at.map(|c| [c.x, c.y]) }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some([lon, lat]) => write!(f, "{} near {lon:.5}, {lat:.5}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

/// A valid multipolygon from a GeoJSON geometry.
///
/// # Errors
/// A [`Fault`] with its place.
pub fn read(geometry: &GeometryValue) -> Result<MultiPolygon, Fault> {
    let polygons = match geometry {
        GeometryValue::Polygon { coordinates } => std::slice::from_ref(coordinates),
        GeometryValue::MultiPolygon { coordinates } => coordinates.as_slice(),
        other => return Err(Fault::new(&format!("a polygon is needed, not a {}", other.type_name()), None)),
    };
    let mut whole = MultiPolygon(vec![]);
    for rings in polygons {
        whole.0.extend(folded(polygon(rings)?).0);
    }
    if whole.0.len() > 1 && !is_known_valid(&whole) {
        // Parts that overlap or lie side by side become one; the union goes by which way rings turn.
        whole = within_the_world(geo::unary_union(&whole.orient(Direction::Default).0), 0.0);
    }
    if whole.unsigned_area() == 0.0 {
        return Err(Fault::new("it has no area", None));
    }
    Ok(whole)
}

/// Up to so many points it is looked into whether something is valid, for which geo holds each edge against each; what
/// is larger is made valid without asking, which rounds to a billionth of its width.
const LOOKED_INTO: usize = if cfg!(test) { 8 } else { 5_000 };

fn is_known_valid(what: &(impl CoordsIter + Validation)) -> bool {
    what.coords_count() <= LOOKED_INTO && what.is_valid()
}

fn polygon(rings: &[Vec<Position>]) -> Result<MultiPolygon, Fault> {
    let mut rings = rings.iter().map(|r| ring(r)).collect::<Result<Vec<_>, _>>()?;
    if rings.is_empty() {
        return Err(Fault::new("it has no ring", None));
    }
    side_by_side(&mut rings);
    let meeting = meeting(&rings);
    if let Meeting::Cross(at) = meeting {
        return slip(rings).ok_or_else(|| Fault::new("its boundary crosses itself", Some(at)));
    }
    let touches = matches!(meeting, Meeting::Touch);
    let solid = Polygon::new(rings.remove(0), vec![]);
    if let Some(out) = rings.iter().find_map(|hole| outside(hole, &solid, touches)) {
        return Err(Fault::new("a hole lies outside its polygon", Some(out)));
    }
    let simple = !touches && rings.len() < 2;
    let polygon = Polygon::new(solid.into_inner().0, rings);
    Ok(if simple || is_known_valid(&polygon) { MultiPolygon(vec![polygon]) } else { odd(&polygon) })
}

/// Where a hole that crosses nothing is outside. If it does not touch anything either, it is with its first point.
fn outside(hole: &LineString, solid: &Polygon, touches: bool) -> Option<Coord> {
    let looked_at = if touches { hole.0.len() } else { 1 };
    hole.0.iter().take(looked_at).find(|c| solid.coordinate_position(*c) == CoordPos::Outside).copied()
}

/// Brings all rings to the side of the 180th meridian on which the first was unwrapped.
fn side_by_side(rings: &mut [LineString]) {
    let middle = |r: &LineString| r.bounding_rect().map_or(0.0, |b| b.center().x);
    let first = middle(&rings[0]);
    for ring in &mut rings[1..] {
        let turns = ((first - middle(ring)) / 360.0).round();
        ring.map_coords_in_place(|c| coord! { x: c.x + 360.0 * turns, y: c.y });
    }
}

/// What lies within an odd number of rings, which cross nowhere. (geo's repair joins corners within 1e-4 degrees.)
fn odd(polygon: &Polygon) -> MultiPolygon {
    polygon.union(&MultiPolygon::new(vec![]))
}

/// How much of its area a crossing may leave in doubt and still be a slip of the pen.
const SLIP: f64 = 0.01;

/// A polygon whose boundary crosses itself, when that hardly matters: borders of municipalities do it in official data.
fn slip(mut rings: Vec<LineString>) -> Option<MultiPolygon> {
    let shell = rings.remove(0);
    let polygon = Polygon::new(shell, rings);
    let told = polygon.unsigned_area(); // lobes that turn the other way count against it
    let repaired = if polygon.coords_count() > LOOKED_INTO { odd(&polygon) } else { polygon.make_valid().ok()? };
    let found = repaired.unsigned_area();
    ((found - told).abs() <= SLIP * found).then_some(repaired)
}

/// A closed ring without repeated points, unwrapped so that it does not jump over the 180th meridian.
fn ring(positions: &[Position]) -> Result<LineString, Fault> {
    let mut out: Vec<Coord> = Vec::with_capacity(positions.len());
    for p in positions {
        let [x, y] = [p.as_slice().first(), p.as_slice().get(1)].map(|n| n.copied().unwrap_or(f64::NAN));
        let c = coord! { x: x, y: y };
        if !x.is_finite() || !(-180.0..=360.0).contains(&x) || !y.is_finite() || !(-90.0..=90.0).contains(&y) {
            let what =
                if y.abs() > 90.0 && x.abs() <= 90.0 { "lon and lat look swapped" } else { "a coordinate is out of range" };
            return Err(Fault::new(what, c.x.is_finite().then_some(c)));
        }
        let c = match out.last() {
            Some(last) if c.x - last.x > 180.0 => coord! { x: c.x - 360.0, y: c.y },
            Some(last) if last.x - c.x > 180.0 => coord! { x: c.x + 360.0, y: c.y },
            _ => c,
        };
        if out.last() != Some(&c) {
            out.push(c);
        }
    }
    if out.first() != out.last() {
        out.push(out[0]);
    }
    if out.len() < 4 {
        return Err(Fault::new("a ring has fewer than three different points", out.first().copied()));
    }
    Ok(LineString(out))
}

/// How edges meet that do not follow on each other.
enum Meeting {
    /// They do not: each ring is simple, and touches no other.
    Nowhere,
    /// They touch, or follow on each other and double back.
    Touch,
    /// Two of them cross here.
    Cross(Coord),
}

fn meeting(rings: &[LineString]) -> Meeting {
    let edges: Vec<_> = rings
        .iter()
        .flat_map(LineString::lines)
        .enumerate()
        .map(|(i, l)| GeomWithData::new(Rectangle::from_corners([l.start.x, l.start.y], [l.end.x, l.end.y]), (i, l)))
        .collect();
    let tree = RTree::bulk_load(edges);
    let mut found = Meeting::Nowhere;
    for (a, b) in tree.intersection_candidates_with_other_tree(&tree).filter(|(a, b)| a.data.0 < b.data.0) {
        let (a, b): (Line, Line) = (a.data.1, b.data.1);
        match line_intersection(a, b) {
            None => {}
            Some(LineIntersection::SinglePoint { intersection, is_proper: true }) => return Meeting::Cross(intersection),
            Some(LineIntersection::SinglePoint { .. }) if a.end == b.start || b.end == a.start => {}
            Some(_) => found = Meeting::Touch,
        }
    }
    found
}

/// Brings longitudes beyond ±180° back, cutting what crosses.
fn folded(whole: MultiPolygon) -> MultiPolygon {
    let out_of = whole.bounding_rect().is_some_and(|r| r.min().x < -180.0 || r.max().x > 180.0);
    if !out_of {
        return whole;
    }
    let turn = |turns: f64| {
        let strip = Rect::new((-180.0 + 360.0 * turns, -90.0), (180.0 + 360.0 * turns, 90.0)).to_polygon();
        within_the_world(whole.intersection(&MultiPolygon(vec![strip])), turns)
    };
    MultiPolygon([-1.0, 0.0, 1.0].into_iter().flat_map(|t| turn(t).0).collect())
}

/// So many turns back. Cutting and uniting round, and what is a hair beyond the meridian would be an edge around the whole
/// world.
fn within_the_world(mut part: MultiPolygon, turns: f64) -> MultiPolygon {
    part.map_coords_in_place(|c| coord! { x: (c.x - 360.0 * turns).clamp(-180.0, 180.0), y: c.y.clamp(-90.0, 90.0) });
    part
}

/// Whether the place lies in the polygons, boundary included.
#[must_use]
pub fn contains(polygons: &MultiPolygon, at: LonLat) -> bool {
    polygons.intersects(&Point::new(at.lon, at.lat))
}

/// Straight metres from a place to the nearest point of the polygons: 0 inside.
#[must_use]
pub fn metres_to(polygons: &MultiPolygon, at: LonLat) -> f64 {
    if contains(polygons, at) {
        return 0.0;
    }
    let from = Xyz::of(at);
    let rings = polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let vertices = rings.map(|r| r.coords().map(|c| Vertex::of(c.x, c.y)).collect::<Vec<_>>());
    vertices.map(|line| nearest_on_line(from, &line).0.sqrt()).fold(f64::INFINITY, f64::min)
}

/// The windows of the parts, each as narrow as its polygon.
pub fn windows(polygons: &MultiPolygon) -> impl Iterator<Item = Window> {
    polygons.iter().filter_map(BoundingRect::bounding_rect).map(|r| Window {
        west: r.min().x,
        south: r.min().y,
        east: r.max().x,
        north: r.max().y,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn take(json: &str) -> Result<MultiPolygon, Fault> {
        read(&serde_json::from_str(json).unwrap())
    }

    fn polygon(rings: &str) -> Result<MultiPolygon, Fault> {
        take(&format!(r#"{{"type":"Polygon","coordinates":{rings}}}"#))
    }

    type Ring = Vec<(i8, i8)>;

    fn edges(ring: &Ring) -> impl Iterator<Item = Line> + '_ {
        let at = |p: &(i8, i8)| coord! { x: f64::from(p.0), y: f64::from(p.1) };
        (0..ring.len()).map(move |i| Line::new(at(&ring[i]), at(&ring[(i + 1) % ring.len()])))
    }

    /// Whether a place off all edges lies within an odd number of rings: how many edges are crossed on the way east.
    fn within(rings: &[Ring], p: Coord) -> bool {
        let crossed = |l: &Line| {
            (l.start.y > p.y) != (l.end.y > p.y)
                && p.x < l.start.x + (p.y - l.start.y) / (l.end.y - l.start.y) * (l.end.x - l.start.x)
        };
        rings.iter().flat_map(edges).filter(crossed).count() % 2 == 1
    }

    /// Whether edges cross, or a corner of a hole lies outside.
    fn is_bad(rings: &[Ring]) -> bool {
        let all: Vec<Line> = rings.iter().flat_map(edges).collect();
        let proper = |a, b| matches!(line_intersection(a, b), Some(LineIntersection::SinglePoint { is_proper: true, .. }));
        let crossing = (0..all.len()).any(|a| (0..a).any(|b| proper(all[a], all[b])));
        let solid = Polygon::new(edges(&rings[0]).map(|l| l.start).collect(), vec![]);
        let out = |l: Line| solid.coordinate_position(&l.start) == CoordPos::Outside;
        crossing || rings[1..].iter().flat_map(edges).any(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1024, max_global_rejects: 1_000_000_000, ..ProptestConfig::default() })]

        /// On a coarse grid rings touch, double back and cross all the time, and parts overlap; they turn either way.
        #[test]
        fn what_is_read_is_valid_and_covers_what_was_drawn(
            parts in prop::collection::vec(prop::collection::vec(prop::collection::vec((0..6_i8, 0..6_i8), 3..8), 1..4), 1..4),
            scale in prop::sample::select(vec![1.0, 1.0 / 8192.0]),
        ) {
            prop_assume!(!parts.iter().any(|rings| is_bad(rings))); // those have tests of their own
            let position = |p: &(i8, i8)| Position::from([f64::from(p.0) * scale, f64::from(p.1) * scale]);
            let sent = parts.iter().map(|rings| rings.iter().map(|r| r.iter().map(position).collect()).collect()).collect();
            match read(&GeometryValue::MultiPolygon { coordinates: sent }) {
                Ok(found) => {
                    prop_assert!(found.is_valid(), "{:?}", found);
                    let places = (0..36).map(|i| coord! { x: f64::from(i % 6) + 0.37, y: f64::from(i / 6) + 0.41 });
                    for p in places {
                        let here = contains(&found, LonLat { lon: p.x * scale, lat: p.y * scale });
                        prop_assert_eq!(here, parts.iter().any(|rings| within(rings, p)), "at {:?} of {:?}", p, found);
                    }
                }
                Err(fault) => {
                    let flat = fault.reason == "it has no area" || fault.reason.contains("three different points");
                    prop_assert!(flat, "{}", fault);
                }
            }
        }
    }

    #[test]
    fn parts_that_turn_differently_are_one_where_they_meet() {
        let both = take(
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]]],[[[1,0],[1,1],[2,1],[2,0],[1,0]]]]}"#,
        );
        assert!((both.unwrap().unsigned_area() - 2.0).abs() < 1e-6);
    }

    #[test]
    fn a_hole_that_leaves_its_polygon_at_a_corner_is_refused() {
        let fault = polygon("[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[5,5],[10,4],[15,5],[10,6],[5,5]]]").unwrap_err();
        assert_eq!(fault.at, Some([15.0, 5.0]));
    }

    #[test]
    fn a_hole_may_lie_on_the_other_side_of_the_180th_meridian() {
        let holed = polygon(
            "[[[179,-17],[-179,-17],[-179,-16],[179,-16],[179,-17]],[[-179.6,-16.6],[-179.4,-16.6],[-179.5,-16.4],[-179.6,-16.6]]]",
        );
        assert!((holed.unwrap().unsigned_area() - 1.98).abs() < 1e-6);
    }

    #[test]
    fn a_third_coordinate_an_open_ring_and_either_turn_are_no_fault() {
        let area = |rings| polygon(rings).unwrap().unsigned_area();
        assert!((area("[[[0,0,5],[1,0,5],[1,1,5],[0,1,5],[0,0,5]]]") - 1.0).abs() < 1e-9);
        assert!((area("[[[0,0],[0,1],[1,1],[1,1],[1,0]]]") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_ring_that_touches_itself_is_repaired() {
        let eight = polygon("[[[0,0],[2,0],[1,1],[2,2],[0,2],[1,1],[0,0]]]").unwrap();
        assert!(eight.is_valid());
        assert!((eight.unsigned_area() - 2.0).abs() < 1e-9);
        let spike = polygon("[[[0,0],[2,0],[3,0],[2,0],[2,2],[0,2],[0,0]]]").unwrap();
        assert!(spike.is_valid() && (spike.unsigned_area() - 4.0).abs() < 1e-9);
    }

    #[test]
    fn a_ring_that_crosses_itself_is_refused_with_the_place() {
        let fault = polygon("[[[0,0],[2,2],[2,0],[0,2],[0,0]]]").unwrap_err();
        assert_eq!(fault.at, Some([1.0, 1.0]));
        assert!(fault.reason.contains("crosses"));
    }

    #[test]
    fn a_slip_of_the_pen_is_repaired() {
        let slip = polygon("[[[0,0],[10,0],[10,5],[9.99,5.01],[10.01,5.01],[10,5.02],[10,10],[0,10],[0,0]]]").unwrap();
        assert!(slip.is_valid() && (slip.unsigned_area() - 100.0).abs() < 0.01);
    }

    #[test]
    fn a_hole_outside_its_polygon_is_refused_with_the_place() {
        let fault = polygon("[[[0,0],[1,0],[1,1],[0,1],[0,0]],[[5,5],[6,5],[6,6],[5,5]]]").unwrap_err();
        assert_eq!(fault.at, Some([5.0, 5.0]));
    }

    #[test]
    fn swapped_and_missing_coordinates_are_refused() {
        assert!(polygon("[[[10,95],[11,95],[11,96],[10,95]]]").unwrap_err().reason.contains("swapped"));
        assert!(polygon("[[[1],[11,55],[11,56],[10,55]]]").unwrap_err().reason.contains("out of range"));
        assert!(polygon("[]").is_err() && polygon("[[]]").is_err() && polygon("[[[0,0],[1,1],[0,0]]]").is_err());
        assert!(take(r#"{"type":"Point","coordinates":[1,2]}"#).unwrap_err().reason.contains("Point"));
    }

    #[test]
    fn a_polygon_across_the_180th_meridian_is_cut_there() {
        let both = polygon("[[[179,-17],[-179,-17],[-179,-16],[179,-16],[179,-17]]]").unwrap();
        assert_eq!(both.0.len(), 2);
        assert!((both.unsigned_area() - 2.0).abs() < 1e-9);
        assert!(contains(&both, LonLat { lon: -179.5, lat: -16.5 }) && contains(&both, LonLat { lon: 179.5, lat: -16.5 }));
        assert!(!contains(&both, LonLat { lon: 0.0, lat: -16.5 }));
        let small = polygon("[[[179.99,71],[-179.99,71],[-179.99,71.001],[179.99,71.001],[179.99,71]]]").unwrap();
        let beside = metres_to(&small, LonLat { lon: -179.98, lat: 71.0 });
        assert!((beside - 363.7).abs() < 0.2, "{beside}");
    }

    #[test]
    fn the_way_to_a_polygon_is_in_metres() {
        let square = polygon("[[[8,58],[9,58],[9,59],[8,59],[8,58]]]").unwrap();
        assert!(metres_to(&square, LonLat { lon: 8.5, lat: 58.5 }).abs() < f64::EPSILON);
        let east = metres_to(&square, LonLat { lon: 9.001, lat: 58.5 });
        assert!((east - 58.3).abs() < 0.2, "{east}");
    }
}
