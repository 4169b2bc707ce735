//! Boxes in degrees, and how far away what is in them lies.

use std::f64::consts::PI;

use super::earth::{HALF_TURN, Vertex};
use crate::domain::place::{LonLat, Window};

/// A box in units of 1e-7 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// West.
    pub west: i32,
    /// South.
    pub south: i32,
    /// East.
    pub east: i32,
    /// North.
    pub north: i32,
}

impl Bounds {
    /// A box that holds nothing.
    pub const EMPTY: Self = Self { west: i32::MAX, south: i32::MAX, east: i32::MIN, north: i32::MIN };

    /// The box around vertices.
    #[must_use]
    pub fn around(line: &[Vertex]) -> Self {
        line.iter().fold(Self::EMPTY, |b, v| b.and(Self { west: v.lon, south: v.lat, east: v.lon, north: v.lat }))
    }

    /// The box around both.
    #[must_use]
    pub fn and(self, o: Self) -> Self {
        Self {
            west: self.west.min(o.west),
            south: self.south.min(o.south),
            east: self.east.max(o.east),
            north: self.north.max(o.north),
        }
    }

    /// Whether they share a point.
    #[must_use]
    pub fn meets(self, o: Self) -> bool {
        self.west <= o.east && o.west <= self.east && self.south <= o.north && o.south <= self.north
    }

    /// Whether the other lies wholly inside.
    #[must_use]
    pub fn holds(self, o: Self) -> bool {
        self.west <= o.west && o.east <= self.east && self.south <= o.south && o.north <= self.north
    }

    /// The boxes of a window: two when it crosses the 180th meridian.
    pub fn of(window: Window) -> impl Iterator<Item = Self> {
        window.split().map(|w| {
            let (low, high) = (Vertex::of(w.west, w.south), Vertex::of(w.east, w.north));
            Self { west: low.lon, south: low.lat, east: high.lon, north: high.lat }
        })
    }

    /// Its middle.
    #[must_use]
    pub fn middle(self) -> Vertex {
        Vertex { lon: i32::midpoint(self.west, self.east), lat: i32::midpoint(self.south, self.north) }
    }
}

/// The least radius of curvature of WGS 84, in metres: along the meridian at the equator.
const LEAST_RADIUS: f64 = 6_335_439.0;
/// The greatest: at the poles.
const GREATEST_RADIUS: f64 = 6_399_594.0;
/// Metres by which the straight lines that are measured may lie off the shore: 0.2 (see `nearest_on_line`), and roundings.
const SUNK: f64 = 0.3;
/// Units of a [`Vertex`] in a whole turn.
const TURN: f64 = 2.0 * HALF_TURN as f64;
/// A unit of a [`Vertex`] in radians.
const RADIANS: f64 = 2.0 * PI / TURN;

/// A position from which boxes are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Viewpoint {
    lon: f64,
    lat: f64,
    /// The cosine of its latitude.
    cos: f64,
}

impl Viewpoint {
    /// At a position.
    #[must_use]
    pub fn of(at: LonLat) -> Self {
        let Vertex { lon, lat } = Vertex::of(at.lon, at.lat);
        Self { lon: lon.into(), lat: lat.into(), cos: at.lat.to_radians().cos() }
    }

    /// Straight metres: no line in the box lies nearer than the first, and none reaches farther than the second.
    ///
    /// Two points of the ellipsoid are at least as far apart as their verticals on a globe of its least radius of curvature (a
    /// ball of that radius rolls freely inside it: Blaschke 1916), and at most as far as the way between those on one of its
    /// greatest. On the globe it is the haversine formula, with the least and the greatest cosine between here and the box: a
    /// cosine differs from ours by no more than the latitudes do. The second goes the long way round where the 180th meridian is near: true,
    /// but of no use there.
    #[must_use]
    pub fn reach(&self, of: Bounds) -> (f64, f64) {
        let [west, south, east, north] = [of.west, of.south, of.east, of.north].map(f64::from);
        let most_up = (north - self.lat).max(self.lat - south);
        let most_along = (east - self.lon).max(self.lon - west);
        let up = (south - self.lat).max(self.lat - north).max(0.0);
        let along = (west - self.lon).max(self.lon - east).min(TURN - most_along).max(0.0);
        let [up, along, most_up, most_along] = [up, along, most_up, most_along].map(|units| units * RADIANS);
        // The sine is no less than the first two terms of its series.
        let half_chord2 = |angle: f64| (angle * (0.5 - angle * angle / 48.0)).powi(2);
        let (least_cos, most_cos) = ((self.cos - most_up).max(0.0), (self.cos + most_up).min(1.0));
        let chord = 2.0 * (half_chord2(up) + self.cos * least_cos * half_chord2(along)).sqrt();
        let way = (most_up.powi(2) + (most_cos * most_along).powi(2)).sqrt();
        ((chord * LEAST_RADIUS - SUNK).max(0.0), way * GREATEST_RADIUS + SUNK)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coast::earth::{Xyz, nearest_on_line};

    fn anywhere() -> impl Strategy<Value = LonLat> {
        let lat = prop_oneof![-90.0..=90.0_f64, Just(90.0), Just(-90.0), Just(0.0), 50.0..72.0_f64];
        (prop_oneof![-180.0..=180.0_f64, Just(180.0), Just(-180.0)], lat).prop_map(|(lon, lat)| LonLat { lon, lat })
    }

    fn fit(lon: f64, lat: f64) -> Vertex {
        Vertex::of(lon.clamp(-180.0, 180.0), lat.clamp(-90.0, 90.0))
    }

    /// Lines of a few metres to a hundred degrees, from anywhere and from beside them.
    fn views() -> impl Strategy<Value = (LonLat, Vec<Vertex>)> {
        let step = || (-1.0..1.0_f64, -1.0..1.0_f64);
        let steps = proptest::collection::vec(step(), 1..5);
        (anywhere(), anywhere(), 0.0..1.0_f64, steps, step(), any::<bool>()).prop_map(
            |(start, elsewhere, size, steps, (x, y), beside)| {
                let size = 1e-4 * (1e6_f64).powf(size);
                let line =
                    [(0.0, 0.0)].iter().chain(&steps).map(|(x, y)| fit(start.lon + x * size, start.lat + y * size)).collect();
                (if beside { fit(start.lon + 3.0 * x * size, start.lat + 3.0 * y * size).degrees() } else { elsewhere }, line)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn what_is_in_a_box_lies_within_its_reach((from, line) in views()) {
            let (least, most) = Viewpoint::of(from).reach(Bounds::around(&line));
            let here = Xyz::of(from);
            let nearest = nearest_on_line(here, &line).0.sqrt();
            let farthest = line.iter().map(|v| here.distance(v.xyz())).fold(0.0, f64::max);
            prop_assert!(least <= nearest && farthest <= most, "{} {} {} {}", least, nearest, farthest, most);
        }
    }

    #[test]
    fn near_boxes_are_judged_closely_from_every_side() {
        for (lon, lat) in [(8.7, 0.0), (8.7, 58.4), (8.7, 71.0), (179.998, 71.0), (-180.0, -60.0)] {
            let corners = [(0.0, 0.0), (0.002, 0.0), (0.002, 0.001), (0.0, 0.001), (0.0, 0.0)];
            let ring: Vec<_> = corners.iter().map(|(x, y)| fit(lon + x, lat + y)).collect();
            for (x, y) in [(-0.02, 0.0005), (0.02, 0.0005), (0.001, -0.01), (0.001, 0.01), (-0.02, -0.01), (0.02, 0.01)] {
                let from = Vertex::of(lon + x + if lon + x < -180.0 { 360.0 } else { 0.0 }, lat + y).degrees();
                let (least, _) = Viewpoint::of(from).reach(Bounds::around(&ring));
                let nearest = nearest_on_line(Xyz::of(from), &ring).0.sqrt();
                assert!(least > 0.98 * nearest && least <= nearest, "{from:?} {lon} {lat}: {least} {nearest}");
            }
        }
    }
}
