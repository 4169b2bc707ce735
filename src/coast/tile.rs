//! A map tile of the shore: what travels and is drawn depends on the zoom.
//!
//! Segments with one regime are joined end to end and simplified to half a pixel, and what is smaller than a pixel is
//! left out, so a whole county weighs about as much as one bay.

use std::collections::HashMap;

use geo::{LineString, Simplify, coord};

use super::earth::Vertex;
use super::index::Coast;
use super::mvt::{Cell, EXTENT, TileFeature, TileWriter};
use crate::domain::place::Window;
use crate::domain::zone::Regime;

/// The deepest zoom: a tile is some 300 m wide in the north of Norway.
pub const MAX_ZOOM: u8 = 16;
/// Units of the extent in a pixel of a tile 256 pixels wide.
const PIXEL: f64 = EXTENT as f64 / 256.0;
/// Past this zoom lines are drawn as they are.
const EXACT_ZOOM: u8 = 14;

/// A tile's place in the usual Web Mercator pyramid.
#[derive(Debug, Clone, Copy)]
pub struct TileId {
    /// Zoom.
    pub z: u8,
    /// Column from the west.
    pub x: u32,
    /// Row from the north.
    pub y: u32,
}

impl TileId {
    /// Checks that there is such a tile.
    #[must_use]
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= MAX_ZOOM && x < 1 << z && y < 1 << z).then_some(Self { z, x, y })
    }

    fn per_side(self) -> f64 {
        f64::from(1_u32 << self.z)
    }

    /// The window it shows, a few pixels wider so that lines do not end at its edge.
    fn window(self) -> Window {
        let margin = 8.0 / 256.0;
        let lon = |x: f64| (x / self.per_side() * 360.0 - 180.0).clamp(-180.0, 180.0);
        let lat = |y: f64| (std::f64::consts::PI * (1.0 - 2.0 * y / self.per_side())).sinh().atan().to_degrees();
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        Window { west: lon(x - margin), east: lon(x + 1.0 + margin), north: lat(y - margin), south: lat(y + 1.0 + margin) }
    }

    /// A position in units of the tile.
    #[allow(clippy::cast_possible_truncation)] // at zoom 16 the world is 2^28 units wide
    fn cell(self, lon: f64, lat: f64) -> Cell {
        let sin = lat.clamp(-85.051_128, 85.051_128).to_radians().sin();
        let x = (lon + 180.0) / 360.0;
        let y = 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * std::f64::consts::PI);
        let unit = |v: f64, of: u32| ((v * self.per_side() - f64::from(of)) * f64::from(EXTENT)).round() as i32;
        [unit(x, self.x), unit(y, self.y)]
    }
}

/// The tile as Mapbox Vector Tile: layers `land` and `shore`, the latter a feature for each `regime`.
#[must_use]
pub fn tile(coast: &Coast, id: TileId) -> Vec<u8> {
    let window = id.window();
    let land: Vec<Vec<Vec<Cell>>> = coast.land.within(window).filter_map(|p| rings(p, id)).collect();
    let land: Vec<_> = land.iter().map(|lines| TileFeature { property: None, lines, rings: true }).collect();
    let mut by_regime: HashMap<Regime, Vec<&[Vertex]>> = HashMap::new();
    coast.shore.each_within(window, |e| by_regime.entry(e.block.regime(e.i)).or_default().push(e.block.line(e.i)));
    let shore = Regime::ALL.map(|r| (r, by_regime.remove(&r).map(|lines| drawn(joined(&lines), id)).unwrap_or_default()));
    let shore: Vec<_> = shore
        .iter()
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(r, lines)| TileFeature { property: Some(("regime", r.text())), lines, rings: false })
        .collect();
    let mut writer = TileWriter::default();
    writer.layer("land", &land);
    writer.layer("shore", &shore);
    writer.finish()
}

/// Joins lines that meet end to end. A line goes on in the one that begins where it ends.
fn joined(lines: &[&[Vertex]]) -> Vec<Vec<Vertex>> {
    let by_start: HashMap<Vertex, usize> = lines.iter().enumerate().map(|(i, l)| (l[0], i)).collect();
    let follows: Vec<Option<usize>> = lines.iter().map(|l| by_start.get(&l[l.len() - 1]).copied()).collect();
    let mut led = vec![false; lines.len()];
    follows.iter().flatten().for_each(|&i| led[i] = true);
    let mut done = vec![false; lines.len()];
    // First those nothing leads to, then what is left: rings.
    let starts = (0..lines.len()).filter(|&i| !led[i]).chain(0..lines.len());
    let mut out = vec![];
    for start in starts {
        if done[start] {
            continue;
        }
        let (mut line, mut at) = (vec![lines[start][0]], Some(start));
        while let Some(i) = at.filter(|&i| !done[i]) {
            done[i] = true;
            line.extend_from_slice(&lines[i][1..]);
            at = follows[i];
        }
        out.push(line);
    }
    out
}

fn drawn(lines: Vec<Vec<Vertex>>, id: TileId) -> Vec<Vec<Cell>> {
    lines
        .into_iter()
        .filter_map(|line| {
            let cells = line.iter().map(|v| v.degrees()).map(|p| id.cell(p.lon, p.lat)).collect();
            simple(cells, id).filter(|l| l.len() > 1 && (id.z >= EXACT_ZOOM || extent(l) >= PIXEL))
        })
        .collect()
}

fn rings(polygon: &geo::Polygon, id: TileId) -> Option<Vec<Vec<Cell>>> {
    let ring = |r: &LineString| {
        let cells = r.coords().map(|c| id.cell(c.x, c.y)).collect();
        simple(cells, id).filter(|l| l.len() > 3 && (id.z >= EXACT_ZOOM || extent(l) >= PIXEL))
    };
    let outer = turned(ring(polygon.exterior())?, true);
    let holes = polygon.interiors().iter().filter_map(ring).map(|h| turned(h, false));
    Some(std::iter::once(outer).chain(holes).collect())
}

/// Outer rings have a positive area in tile units, holes a negative one (specification, 4.3.3.3).
fn turned(mut ring: Vec<Cell>, outer: bool) -> Vec<Cell> {
    let cross = |e: &[Cell]| i64::from(e[0][0]) * i64::from(e[1][1]) - i64::from(e[1][0]) * i64::from(e[0][1]);
    let area: i64 = ring.windows(2).map(cross).sum();
    if (area > 0) != outer {
        ring.reverse();
    }
    ring
}

#[allow(clippy::cast_possible_truncation)] // they were whole before
fn simple(mut cells: Vec<Cell>, id: TileId) -> Option<Vec<Cell>> {
    cells.dedup();
    if id.z >= EXACT_ZOOM || cells.len() < 3 {
        return (!cells.is_empty()).then_some(cells);
    }
    let line: LineString = cells.iter().map(|c| coord! { x: f64::from(c[0]), y: f64::from(c[1]) }).collect();
    let simple = line.simplify(PIXEL / 2.0);
    Some(simple.coords().map(|c| [c.x as i32, c.y as i32]).collect())
}

fn extent(line: &[Cell]) -> f64 {
    let span = |axis: usize| {
        let values = line.iter().map(|c| c[axis]);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    f64::from(span(0).max(span(1)))
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive and small
mod tests {
    use super::*;

    #[test]
    fn there_are_only_so_many_tiles() {
        assert!(TileId::new(0, 0, 0).is_some() && TileId::new(3, 7, 7).is_some());
        assert!(TileId::new(3, 8, 0).is_none() && TileId::new(17, 0, 0).is_none());
    }

    #[test]
    fn a_cell_is_where_web_mercator_says() {
        let id = TileId::new(1, 1, 0).unwrap();
        assert_eq!(id.cell(0.0, 0.0), [0, 4096]);
        assert_eq!(id.cell(180.0, 0.0), [4096, 4096]);
        let w = id.window();
        assert!(w.west < 0.0 && w.south < 0.0 && w.north > 85.0);
    }

    /// A wavy shore of 50,000 segments along 59° N, over a tenth of the world.
    fn long_shore() -> Coast {
        let at = |i: i32| Vertex { lon: i * 7_200, lat: 590_000_000 + ((f64::from(i) / 9.0).sin() * 4_000.0) as i32 };
        let segment = |i: i32| crate::coast::block::ShoreSegment {
            id: uuid::Uuid::from_u128(u128::from(i.unsigned_abs())),
            line: (0..=4).map(|k| at(i * 4 + k)).collect(),
            regime: if (i / 500) % 2 == 0 { Regime::Shared } else { Regime::Professional },
            municipality: None,
        };
        let shore = crate::coast::tree::Tree::build((0..50_000).map(segment).collect());
        Coast { shore: std::sync::Arc::new(shore), ..Coast::default() }
    }

    #[test]
    fn what_travels_depends_on_the_zoom() {
        let coast = long_shore();
        // The tile at each zoom that holds the place 20° E, 59° N.
        let bytes = |z: u8| {
            let side = f64::from(1_u32 << z);
            let y = 0.5 - (59.0_f64.to_radians().sin()).atanh() / (2.0 * std::f64::consts::PI);
            tile(&coast, TileId::new(z, ((20.0 + 180.0) / 360.0 * side) as u32, (y * side) as u32).unwrap()).len()
        };
        for z in 0..=MAX_ZOOM {
            assert!((1..20_000).contains(&bytes(z)), "zoom {z}: {} bytes", bytes(z));
        }
        assert!(bytes(4) < 3_000, "50,000 segments from afar are a few lines");
    }

    #[test]
    fn lines_that_meet_are_one_and_a_ring_is_closed() {
        let v = |x: i32| Vertex { lon: x, lat: 0 };
        let (a, b, c) = ([v(0), v(1)], [v(1), v(2)], [v(5), v(6)]);
        assert_eq!(joined(&[&b, &a, &c]), [vec![v(0), v(1), v(2)], vec![v(5), v(6)]]);
        let (d, e) = ([v(0), v(1)], [v(1), v(0)]);
        assert_eq!(joined(&[&d, &e]), [vec![v(0), v(1), v(0)]]);
    }
}
