//! Positions and distances on the WGS 84 ellipsoid, right at the poles and across the 180th meridian.
//!
//! Nearness is judged by the straight line through the earth between earth-centred coordinates, which has no seam; the
//! metres that are told are geodesic (Karney 2013, doi 10.1007/s00190-012-0578-z, by `geo`).

use geo::{Distance, Geodesic, Point};

use crate::domain::place::LonLat;

/// Units of a degree in a [`Vertex`]: 1e-7 degrees is about a centimetre.
pub const SCALE: f64 = 1e7;
/// 180 degrees in those units.
pub const HALF_TURN: i32 = 1_800_000_000;
/// 90 degrees in those units.
pub const POLE: i32 = 900_000_000;

/// A longitude up to a turn beyond ±180°, brought back.
#[must_use]
pub fn folded(lon: f64) -> f64 {
    if lon > 180.0 {
        lon - 360.0
    } else if lon < -180.0 {
        lon + 360.0
    } else {
        lon
    }
}

/// A position in whole units of 1e-7 degrees: equal places are equal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vertex {
    /// East, -180°..=180°.
    pub lon: i32,
    /// North, -90°..=90°.
    pub lat: i32,
}

impl Vertex {
    /// The nearest unit to a position. Longitudes up to 360° are folded back.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // in range after folding
    pub fn of(lon: f64, lat: f64) -> Self {
        Self { lon: (folded(lon) * SCALE).round() as i32, lat: (lat * SCALE).round() as i32 }
    }

    /// In degrees.
    #[must_use]
    pub fn degrees(self) -> LonLat {
        LonLat { lon: f64::from(self.lon) / SCALE, lat: f64::from(self.lat) / SCALE }
    }

    /// Earth-centred coordinates in metres.
    #[must_use]
    pub fn xyz(self) -> Xyz {
        Xyz::of(self.degrees())
    }
}

/// Earth-centred, earth-fixed coordinates in metres (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Xyz(pub [f64; 3]);

const A: f64 = 6_378_137.0;
const E2: f64 = 6.694_379_990_141_316e-3;

impl Xyz {
    /// From degrees, at height 0.
    #[must_use]
    pub fn of(p: LonLat) -> Self {
        let (sin_lat, cos_lat) = p.lat.to_radians().sin_cos();
        let (sin_lon, cos_lon) = p.lon.to_radians().sin_cos();
        let n = A / (1.0 - E2 * sin_lat * sin_lat).sqrt();
        Self([n * cos_lat * cos_lon, n * cos_lat * sin_lon, n * (1.0 - E2) * sin_lat])
    }

    /// The point this far from here (0) to there (1), straight.
    #[must_use]
    pub fn toward(self, there: Self, part: f64) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + (there.0[i] - self.0[i]) * part))
    }

    /// Straight metres to another point.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        self.distance2(other).sqrt()
    }

    /// The square of the straight metres to another point.
    #[must_use]
    pub fn distance2(self, other: Self) -> f64 {
        (0..3).map(|i| (self.0[i] - other.0[i]).powi(2)).sum()
    }

    /// How far along from `a` (0) to `b` (1) the point nearest to here lies.
    #[must_use]
    pub fn along(self, a: Self, b: Self) -> f64 {
        let ab2 = a.distance2(b);
        if ab2 == 0.0 {
            return 0.0;
        }
        let dot: f64 = (0..3).map(|i| (self.0[i] - a.0[i]) * (b.0[i] - a.0[i])).sum();
        (dot / ab2).clamp(0.0, 1.0)
    }
}

/// Geodesic metres between two positions.
#[must_use]
pub fn metres(a: LonLat, b: LonLat) -> f64 {
    Geodesic.distance(Point::new(a.lon, a.lat), Point::new(b.lon, b.lat))
}

/// The square of the straight metres from a point to a line, and the place on the line nearest to it.
///
/// # Panics
/// When the line has no vertex.
#[must_use]
pub fn nearest_on_line(from: Xyz, line: &[Vertex]) -> (f64, LonLat) {
    let mut last = line[0].xyz();
    let mut best = (from.distance2(last), line[0].degrees());
    for edge in line.windows(2) {
        let count = pieces(edge[0], edge[1], 0.02);
        for i in 1..=count {
            let here = between(edge[0], edge[1], f64::from(i) / f64::from(count)).xyz();
            let part = from.along(last, here);
            let distance2 = from.distance2(last.toward(here, part));
            if distance2 < best.0 {
                best = (distance2, between(edge[0], edge[1], (f64::from(i - 1) + part) / f64::from(count)).degrees());
            }
            last = here;
        }
    }
    best
}

/// Into how many pieces of at most so many degrees an edge is to be cut.
///
/// A straight line through the earth sinks below a long edge: 10 cm over 0.02° (20 where it is as long both ways), 250 m over a degree.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a small positive count
fn pieces(a: Vertex, b: Vertex, degrees: f64) -> u32 {
    let span = f64::from(a.lon.abs_diff(b.lon).max(a.lat.abs_diff(b.lat))) / SCALE;
    (span / degrees).ceil().max(1.0) as u32
}

/// The vertex this far along the edge, straight in longitude and latitude as GeoJSON has it (RFC 7946, 3.1.1).
#[must_use]
#[allow(clippy::cast_possible_truncation)] // lies between two that fit
pub fn between(a: Vertex, b: Vertex, part: f64) -> Vertex {
    let mix = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as i32;
    Vertex { lon: mix(a.lon, b.lon), lat: mix(a.lat, b.lat) }
}

/// Metres along an edge that is straight in longitude and latitude.
///
/// Short edges are one straight line; a long one is summed in pieces of a tenth of a degree, over which a straight line
/// is true to a millionth.
#[must_use]
pub fn edge_metres(a: Vertex, b: Vertex) -> f64 {
    let count = pieces(a, b, 0.1);
    let mut last = a.xyz();
    (1..=count)
        .map(|i| {
            let next = between(a, b, f64::from(i) / f64::from(count)).xyz();
            let d = last.distance(next);
            last = next;
            d
        })
        .sum()
}

/// Metres along a line.
#[must_use]
pub fn line_metres(line: &[Vertex]) -> f64 {
    line.windows(2).map(|e| edge_metres(e[0], e[1])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn straight_metres_agree_with_geodesic_ones_nearby_everywhere() {
        for (lon, lat) in [(8.7, 58.4), (-180.0, 71.0), (25.0, 70.0), (0.0, -89.99), (100.0, 0.0)] {
            let (a, b) = (at(lon, lat), at(lon + 0.01, lat + 0.005));
            let (straight, geodesic) = (Xyz::of(a).distance(Xyz::of(b)), metres(a, b));
            assert!((straight / geodesic - 1.0).abs() < 1e-6, "{lon} {lat}: {straight} {geodesic}");
        }
    }

    #[test]
    fn the_nearest_place_on_a_line_is_found_across_the_180th_meridian() {
        let line = [Vertex::of(-179.999, 71.0), Vertex::of(-179.99, 71.0)];
        let (d2, place) = nearest_on_line(Xyz::of(at(179.999, 71.0)), &line);
        assert_eq!(place, at(-179.999, 71.0));
        assert!((d2.sqrt() - metres(at(179.999, 71.0), place)).abs() < 0.01);
    }

    #[test]
    fn longitudes_beyond_180_are_folded() {
        assert_eq!(Vertex::of(181.5, 10.0), Vertex::of(-178.5, 10.0));
    }
}
