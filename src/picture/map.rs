//! A small map: the coast around some places.

use crate::coast::index::Coast;
use crate::domain::place::{LonLat, Window};

/// About how many pixels wide it is looked at.
const PIXELS: f64 = 600.0;

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
    /// The coast around places and stretches, north up.
    #[must_use]
    pub fn around(coast: &Coast, places: &[LonLat], stretches: Vec<Vec<LonLat>>) -> Self {
        let all: Vec<LonLat> = places.iter().chain(stretches.iter().flatten()).copied().collect();
        let Some(frame) = Frame::around(&all) else { return Self::default() };
        let window = frame.window();
        let mut map = Self { places: places.iter().map(|p| frame.spot(*p)).collect(), ..Self::default() };
        map.stretches = stretches.into_iter().map(|line| frame.line(line.into_iter())).collect();
        for piece in coast.land.within(window) {
            let rings = std::iter::once(piece.exterior()).chain(piece.interiors());
            map.land.extend(rings.map(|r| frame.line(r.coords().map(|c| LonLat { lon: c.x, lat: c.y }))));
        }
        coast.shore.each_within(window, |e| map.shore.push(frame.line(e.block.line(e.i).iter().map(|v| v.degrees()))));
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
    fn around(places: &[LonLat]) -> Option<Self> {
        let span = |of: fn(&LonLat) -> f64| {
            let values = || places.iter().map(of);
            (values().reduce(f64::min), values().reduce(f64::max))
        };
        let ((Some(west), Some(east)), (Some(south), Some(north))) = (span(|p| p.lon), span(|p| p.lat)) else { return None };
        let middle = LonLat { lon: f64::midpoint(west, east), lat: f64::midpoint(south, north) };
        let wide = (east - west) * middle.lat.to_radians().cos();
        // A third more than the places need, and a kilometre each way about a single one.
        Some(Self { middle, half: (wide.max(north - south) * 0.67).max(0.01) })
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
    fn stretches_are_drawn_as_one_path_each() {
        let map = Map::around(&Coast::default(), &[at(8.0, 58.0)], vec![vec![at(8.0, 58.0), at(8.01, 58.0)]]);
        let svg = map.svg(0.0, 0.0, 600.0);
        assert_eq!(svg.matches("<circle").count(), 1);
        assert!(svg.contains(r##"stroke="#c2410c" stroke-width="9""##) && svg.matches('M').count() == 1, "{svg}");
    }
}
