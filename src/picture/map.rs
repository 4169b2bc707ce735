//! A small map: the coast around some places.

use crate::coast::index::Coast;
use crate::domain::place::{LonLat, Window};

/// About how many pixels wide it is looked at.
const PIXELS: f64 = 600.0;

/// From the middle of a map to its edge, in degrees of latitude: a kilometre, and a hundred; more is no small map.
const NARROWEST: f64 = 0.01;
const WIDEST: f64 = 1.0;
/// Up to which of these the shore is drawn segment by segment; on wider ones the edge of the land is enough.
const SHORE_TO: f64 = 0.25;

/// A place on a small map, as parts of its width and height from the top left.
type Spot = (f64, f64);

/// A small map.
#[derive(Default)]
pub struct Map {
    places: Vec<Spot>,
    land: Vec<Vec<Spot>>,
    shore: Vec<Vec<Spot>>,
    /// Those it is about.
    stretches: Vec<Vec<Spot>>,
}

impl Map {
    /// The coast around stretches, or around places where there are none; north up.
    #[must_use]
    pub fn around(coast: &Coast, places: &[LonLat], stretches: Vec<Vec<LonLat>>) -> Self {
        let shown: Vec<LonLat> = if stretches.is_empty() { places.to_vec() } else { stretches.concat() };
        let Some(frame) = Frame::around(&shown) else { return Self::default() };
        let window = frame.window();
        let mut map = Self { places: places.iter().map(|p| frame.spot(*p)).collect(), ..Self::default() };
        map.stretches = stretches.into_iter().map(|line| frame.line(line.into_iter())).collect();
        for piece in coast.land.within(window) {
            let rings = std::iter::once(piece.exterior()).chain(piece.interiors());
            map.land.extend(rings.map(|r| frame.line(r.coords().map(|c| LonLat { lon: c.x, lat: c.y }))));
        }
        if frame.half <= SHORE_TO {
            coast.shore.each_within(window, |e| map.shore.push(frame.line(e.block.line(e.i).iter().map(|v| v.degrees()))));
        }
        map
    }

    /// As a group of an SVG, so far from the left and the top.
    #[must_use]
    pub fn svg(&self, left: f64, top: f64, side: f64) -> String {
        let on_page = |(x, y): &Spot| (left + x * side, top + y * side);
        let path = |lines: &[Vec<Spot>], end: &str| {
            let step = |(i, spot): (usize, &Spot)| {
                let (x, y) = on_page(spot);
                format!("{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' })
            };
            lines.iter().map(|line| line.iter().enumerate().map(step).collect::<String>() + end).collect::<String>()
        };
        // Beside a stretch, a place is where one meets, and does not hide it.
        let (radius, fill) = if self.stretches.is_empty() { (side / 32.0, "#c2410c") } else { (side / 60.0, "#0d4a58") };
        let place = |spot: &Spot| {
            let (x, y) = on_page(spot);
            format!(r##"<circle cx="{x:.1}" cy="{y:.1}" r="{radius:.1}" fill="{fill}" stroke="#fff" stroke-width="4"/>"##)
        };
        format!(
            r##"<clipPath id="map"><rect x="{left}" y="{top}" width="{side}" height="{side}" rx="28"/></clipPath>
<g clip-path="url(#map)"><rect x="{left}" y="{top}" width="{side}" height="{side}" fill="#d3e4ea"/>
<path d="{land}" fill="#e6dcc0" stroke="#e6dcc0" fill-rule="evenodd"/>
<path d="{shore}" fill="none" stroke="#48606a" stroke-width="2.5" stroke-linejoin="round"/>
<path d="{stretches}" fill="none" stroke="#c2410c" stroke-width="9" stroke-linejoin="round" stroke-linecap="round"/>{places}</g>"##,
            land = path(&self.land, "Z"),
            shore = path(&self.shore, ""),
            stretches = path(&self.stretches, ""),
            places = self.places.iter().map(place).collect::<String>(),
        )
    }
}

/// What of the earth is in a [`Map`]: a square with some sea around the places.
struct Frame {
    middle: LonLat,
    /// From the middle to an edge, in degrees of latitude.
    half: f64,
}

impl Frame {
    /// Around a place in the middle of the others, wide enough for all as far as that is a small map.
    fn around(places: &[LonLat]) -> Option<Self> {
        let median = |of: fn(&LonLat) -> f64| {
            let mut values: Vec<f64> = places.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied()
        };
        let middle = LonLat { lon: median(|p| p.lon)?, lat: median(|p| p.lat)? };
        let shrink = middle.lat.to_radians().cos();
        let away = |p: &LonLat| ((p.lon - middle.lon).abs() * shrink).max((p.lat - middle.lat).abs());
        let half = places.iter().map(away).fold(0.0, f64::max);
        // A third more than the places need, and a kilometre each way about a single one.
        Some(Self { middle, half: (half * 1.33).clamp(NARROWEST, WIDEST) })
    }

    fn window(&self) -> Window {
        let (LonLat { lon, lat }, half) = (self.middle, self.half);
        let wide = half / lat.to_radians().cos().max(0.01);
        Window {
            west: (lon - wide).max(-180.0),
            east: (lon + wide).min(180.0),
            south: (lat - half).max(-90.0),
            north: (lat + half).min(90.0),
        }
    }

    /// A position as parts of the width and height, from the top left.
    fn spot(&self, p: LonLat) -> Spot {
        let side = 2.0 * self.half;
        let east = (p.lon - self.middle.lon) * self.middle.lat.to_radians().cos();
        (0.5 + east / side, 0.5 - (p.lat - self.middle.lat) / side)
    }

    /// A line without what is finer than a pixel.
    fn line(&self, points: impl DoubleEndedIterator<Item = LonLat>) -> Vec<Spot> {
        let mut spots = points.map(|p| self.spot(p));
        let (first, last) = (spots.next(), spots.next_back());
        let mut line: Vec<Spot> = first.into_iter().collect();
        for spot in spots {
            let before = line[line.len() - 1];
            if (spot.0 - before.0).hypot(spot.1 - before.1) * PIXELS > 1.0 {
                line.push(spot);
            }
        }
        line.extend(last);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn places_are_inside_the_map_and_north_is_up() {
        let spots = Map::around(&Coast::default(), &[at(8.0, 58.0), at(8.0, 58.1)], vec![]).places;
        assert!(spots[1].1 < spots[0].1 && spots.iter().all(|p| (0.1..=0.9).contains(&p.0) && (0.1..=0.9).contains(&p.1)));
        assert_eq!(Map::around(&Coast::default(), &[at(8.0, 58.0)], vec![]).places, [(0.5, 0.5)]);
        assert_eq!(Map::around(&Coast::default(), &[], vec![]).places, []);
    }

    #[test]
    fn a_map_stays_small_however_far_apart_its_places_are() {
        let frame = Frame::around(&[at(8.0, 58.0), at(8.1, 58.0), at(30.0, 70.0)]).unwrap();
        assert_eq!((frame.middle, frame.half), (at(8.1, 58.0), WIDEST));
        let far = Map::around(&Coast::default(), &[at(-179.0, -89.0)], vec![vec![at(8.0, 58.0), at(8.01, 58.0)]]);
        assert!(far.stretches[0].iter().all(|s| (0.0..=1.0).contains(&s.0)));
    }

    #[test]
    fn stretches_are_drawn_as_one_path_each() {
        let map = Map::around(&Coast::default(), &[at(8.0, 58.0)], vec![vec![at(8.0, 58.0), at(8.01, 58.0)]]);
        let svg = map.svg(0.0, 0.0, 600.0);
        assert_eq!(svg.matches("<circle").count(), 1);
        assert!(svg.contains(r##"stroke="#c2410c" stroke-width="9""##) && svg.matches('M').count() == 1, "{svg}");
    }
}
