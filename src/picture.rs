//! Pictures the service draws itself: what a group did in a season, to be shared.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::coast::index::Coast;
use crate::domain::place::{LonLat, Window};
use crate::error::{Error, Result};

/// Width and height in pixels, as chats show a link's picture (ogp.me).
const SIZE: (u32, u32) = (1200, 630);

/// Where the map stands in it: from the left, from the top, its side.
const MAP: (f64, f64, f64) = (740.0, 145.0, 400.0);

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// What stands in the picture.
pub struct Season<'a> {
    /// The group.
    pub name: &'a str,
    /// The year.
    pub year: i32,
    /// Short lines of what it did.
    pub lines: Vec<String>,
    /// Where.
    pub map: Map,
}

/// A place on a small map, as parts of its width and height from the top left.
type Spot = (f64, f64);

/// A small map.
#[derive(Default)]
pub struct Map {
    places: Vec<Spot>,
    land: Vec<Vec<Spot>>,
    shore: Vec<Vec<Spot>>,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A season as PNG, 1200 by 630 pixels.
///
/// # Errors
/// `internal` when it cannot be drawn.
pub fn season(season: &Season<'_>) -> Result<Vec<u8>> {
    let name: String = season.name.chars().take(40).collect();
    // A letter is two thirds as wide as it is high: the title fits above the map.
    let size = (1060.0 / (0.68 * name.chars().count().max(1) as f64)).min(64.0);
    let line = |(i, text): (usize, &String)| {
        format!(r##"<text x="70" y="{}" font-size="40" fill="#10252b">{}</text>"##, 280 + i * 64, escaped(text))
    };
    let place = |spot: &Spot| {
        let (x, y) = on_page(spot);
        format!(r##"<circle cx="{x:.1}" cy="{y:.1}" r="14" fill="#c2410c" stroke="#fff" stroke-width="4"/>"##)
    };
    let svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" font-family="DejaVu Sans">
<rect width="1200" height="630" fill="#f6f1e4"/><rect y="560" width="1200" height="70" fill="#0d4a58"/>
<path d="M0 545c120-30 180 20 300 0s180-30 300 0 180 20 300 0 180-20 300 0v20H0z" fill="#8fd3e2"/>
<clipPath id="map"><rect x="{left}" y="{top}" width="{side}" height="{side}" rx="28"/></clipPath>
<g clip-path="url(#map)"><rect width="1200" height="630" fill="#d3e4ea"/>
<path d="{land}" fill="#e6dcc0" stroke="#e6dcc0" fill-rule="evenodd"/>
<path d="{shore}" fill="none" stroke="#48606a" stroke-width="2.5" stroke-linejoin="round"/>{places}</g>
<text x="70" y="120" font-size="{size:.0}" font-weight="bold" fill="#0d4a58">{}</text>
<text x="70" y="190" font-size="40" fill="#48606a">{}</text>{}
<text x="70" y="608" font-size="32" font-weight="bold" fill="#ffffff">Strandline</text></svg>"##,
        escaped(&name),
        season.year,
        season.lines.iter().enumerate().map(line).collect::<String>(),
        left = MAP.0,
        top = MAP.1,
        side = MAP.2,
        land = path(&season.map.land, "Z"),
        shore = path(&season.map.shore, ""),
        places = season.map.places.iter().map(place).collect::<String>(),
    );
    let options = Options { fontdb: FONTS.clone(), font_family: "DejaVu Sans".into(), ..Options::default() };
    let tree = Tree::from_str(&svg, &options).map_err(Error::internal)?;
    let blank = || Error::internal(anyhow::anyhow!("a picture of no size"));
    let mut pixels = Pixmap::new(SIZE.0, SIZE.1).ok_or_else(blank)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(Error::internal)
}

impl Map {
    /// The coast around places, north up.
    #[must_use]
    pub fn around(coast: &Coast, places: &[LonLat]) -> Self {
        let Some(frame) = Frame::around(places) else { return Self::default() };
        let window = frame.window();
        let mut map = Self { places: places.iter().map(|p| frame.spot(*p)).collect(), ..Self::default() };
        for piece in coast.land.within(window) {
            let rings = std::iter::once(piece.exterior()).chain(piece.interiors());
            map.land.extend(rings.map(|r| frame.line(r.coords().map(|c| LonLat { lon: c.x, lat: c.y }))));
        }
        coast.shore.each_within(window, |e| map.shore.push(frame.line(e.block.line(e.i).iter().map(|v| v.degrees()))));
        map
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
            if (spot.0 - before.0).hypot(spot.1 - before.1) * MAP.2 > 1.0 {
                line.push(spot);
            }
        }
        line.extend(last);
        line
    }
}

/// An SVG path through lines.
fn path(lines: &[Vec<Spot>], end: &str) -> String {
    let step = |(i, spot): (usize, &Spot)| {
        let (x, y) = on_page(spot);
        format!("{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' })
    };
    lines.iter().map(|line| line.iter().enumerate().map(step).collect::<String>() + end).collect()
}

fn on_page((x, y): &Spot) -> Spot {
    (MAP.0 + x * MAP.2, MAP.1 + y * MAP.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn a_season_is_a_png_with_its_words_and_its_shore_in_it() {
        let of = |lines: Vec<String>, map: Map| season(&Season { name: "Speiderne <b> & co", year: 2026, lines, map }).unwrap();
        let island = geo::Rect::new((7.995, 57.995), (8.005, 58.005)).to_polygon();
        let coast = Coast { land: Arc::new(crate::coast::index::Land::build(vec![island])), ..Coast::default() };
        let bare = of(vec![], Map::around(&Coast::default(), &[at(8.0, 58.0)]));
        let picture = image::load_from_memory(&bare).unwrap();
        assert_eq!((picture.width(), picture.height()), SIZE);
        assert_ne!(bare, of(vec!["12 ryddinger".into()], Map::around(&Coast::default(), &[at(8.0, 58.0)])));
        assert_ne!(bare, of(vec![], Map::around(&coast, &[at(8.0, 58.0)])));
    }

    #[test]
    fn places_are_inside_the_map_and_north_is_up() {
        let spots = Map::around(&Coast::default(), &[at(8.0, 58.0), at(8.0, 58.1)]).places;
        assert!(spots[1].1 < spots[0].1 && spots.iter().all(|p| (0.1..=0.9).contains(&p.0) && (0.1..=0.9).contains(&p.1)));
        assert_eq!(Map::around(&Coast::default(), &[at(8.0, 58.0)]).places, [(0.5, 0.5)]);
        assert_eq!(Map::around(&Coast::default(), &[]).places, []);
    }
}
