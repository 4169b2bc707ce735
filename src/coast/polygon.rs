//! Takes polygons from GeoJSON: repairs what has one meaning, refuses what has several and says where.
//!
//! Repaired: third coordinates, rings left open, repeated points, either turn of a ring, rings that touch themselves
//! or double back, small slips where a boundary crosses itself, polygons across the 180th meridian. Refused: boundaries
//! that cross in earnest, holes outside, numbers out of range.

use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{
    Area as _, BooleanOps, BoundingRect, Coord, CoordsIter, Intersects, Line, LineString, MakeValid, MultiPolygon, Point,
    Polygon, Rect, Validation, coord,
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
        whole.0.extend(polygon(rings)?.0);
    }
    if whole.0.len() > 1 && !is_known_valid(&whole) {
        whole = geo::unary_union(&whole.0); // parts that overlap become one
    }
    if whole.unsigned_area() == 0.0 {
        return Err(Fault::new("it has no area", None));
    }
    Ok(folded(whole))
}

/// Up to so many points it is looked into whether something is valid, for which geo holds each edge against each; what
/// is larger is made valid without asking, which takes not much longer than to sort it.
const LOOKED_INTO: usize = 5_000;

fn is_known_valid(what: &(impl CoordsIter + Validation)) -> bool {
    what.coords_count() <= LOOKED_INTO && what.is_valid()
}

fn polygon(rings: &[Vec<Position>]) -> Result<MultiPolygon, Fault> {
    let mut rings = rings.iter().map(|r| ring(r)).collect::<Result<Vec<_>, _>>()?;
    if rings.is_empty() {
        return Err(Fault::new("it has no ring", None));
    }
    let meeting = meeting(&rings);
    if let Meeting::Cross(at) = meeting {
        let polygon = slip(rings).ok_or_else(|| Fault::new("its boundary crosses itself", Some(at)))?;
        return repaired(&polygon);
    }
    let solid = Polygon::new(rings.remove(0), vec![]);
    // Nothing crosses, so a hole is inside or outside with all its points but those that touch.
    for hole in &rings {
        let mut places = hole.0.iter().map(|c| (c, solid.coordinate_position(c)));
        if let Some((out, CoordPos::Outside)) = places.find(|(_, pos)| *pos != CoordPos::OnBoundary) {
            return Err(Fault::new("a hole lies outside its polygon", Some(*out)));
        }
    }
    let simple = matches!(meeting, Meeting::Nowhere) && rings.len() < 2;
    let polygon = Polygon::new(solid.into_inner().0, rings);
    if simple || is_known_valid(&polygon) { Ok(MultiPolygon(vec![polygon])) } else { repaired(&polygon) }
}

fn repaired(polygon: &Polygon) -> Result<MultiPolygon, Fault> {
    polygon.make_valid().map_err(|e| Fault::new(&e.to_string(), polygon.exterior().0.first().copied()))
}

/// How much of its area a crossing may leave in doubt and still be a slip of the pen.
const SLIP: f64 = 0.01;

/// A polygon whose boundary crosses itself, when that hardly matters: borders of municipalities do it in official data.
fn slip(mut rings: Vec<LineString>) -> Option<Polygon> {
    let shell = rings.remove(0);
    let polygon = Polygon::new(shell, rings);
    let told = polygon.unsigned_area(); // lobes that turn the other way count against it
    let found = polygon.make_valid().ok()?.unsigned_area();
    ((found - told).abs() <= SLIP * found).then_some(polygon)
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
        let mut part = whole.intersection(&MultiPolygon(vec![strip]));
        // Cutting rounds, and what is a hair beyond the meridian would be an edge around the whole world.
        geo::MapCoordsInPlace::map_coords_in_place(
            &mut part,
            |c| coord! { x: (c.x - 360.0 * turns).clamp(-180.0, 180.0), y: c.y },
        );
        part
    };
    MultiPolygon([-1.0, 0.0, 1.0].into_iter().flat_map(|t| turn(t).0).collect())
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

    proptest! {
        /// On a coarse grid rings touch, double back and cross all the time.
        #[test]
        fn what_is_read_is_valid_and_what_was_valid_stays(
            rings in prop::collection::vec(prop::collection::vec((0..6_i8, 0..6_i8), 3..9), 1..4),
        ) {
            let ring = |r: &Vec<(i8, i8)>| r.iter().chain(r.first()).map(|p| vec![f64::from(p.0), f64::from(p.1)].into()).collect();
            let sent: Vec<Vec<Position>> = rings.iter().map(ring).collect();
            let line = |r: &Vec<Position>| LineString::from(r.iter().map(|p| (p[0], p[1])).collect::<Vec<_>>());
            let plain = Polygon::new(line(&sent[0]), sent[1..].iter().map(line).collect());
            match read(&GeometryValue::Polygon { coordinates: sent }) {
                Ok(found) => {
                    prop_assert!(found.is_valid(), "{:?}", found);
                    let same = found.unsigned_area() - plain.make_valid().unwrap().unsigned_area();
                    prop_assert!(same.abs() < 1e-6, "{} more", same);
                }
                // What is flat is valid to geo.
                Err(fault) => prop_assert!(!plain.is_valid() || Polygon::new(plain.exterior().clone(), vec![]).unsigned_area() == 0.0, "{}", fault),
            }
        }
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
