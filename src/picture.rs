//! Pictures the service draws itself: what a group did in a season, to be shared.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::error::{Error, Result};

/// Width and height in pixels, as chats show a link's picture (ogp.me).
const SIZE: (u32, u32) = (1200, 630);

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
    /// Where, as parts of the width and height of a small map, from the top left.
    pub places: Vec<(f64, f64)>,
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
    let place = |(x, y): &(f64, f64)| {
        let (x, y) = (780.0 + x * 340.0, 190.0 + y * 320.0);
        format!(r##"<circle cx="{x:.1}" cy="{y:.1}" r="14" fill="#c2410c" stroke="#fff" stroke-width="4"/>"##)
    };
    let svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" font-family="DejaVu Sans">
<rect width="1200" height="630" fill="#f6f1e4"/><rect y="560" width="1200" height="70" fill="#0d4a58"/>
<path d="M0 545c120-30 180 20 300 0s180-30 300 0 180 20 300 0 180-20 300 0v20H0z" fill="#8fd3e2"/>
<rect x="740" y="150" width="420" height="390" rx="28" fill="#d3e4ea"/>
<text x="70" y="120" font-size="{size:.0}" font-weight="bold" fill="#0d4a58">{}</text>
<text x="70" y="190" font-size="40" fill="#48606a">{}</text>{}{}
<text x="70" y="608" font-size="32" font-weight="bold" fill="#ffffff">Strandline</text></svg>"##,
        escaped(&name),
        season.year,
        season.lines.iter().enumerate().map(line).collect::<String>(),
        season.places.iter().map(place).collect::<String>(),
    );
    let options = Options { fontdb: FONTS.clone(), font_family: "DejaVu Sans".into(), ..Options::default() };
    let tree = Tree::from_str(&svg, &options).map_err(Error::internal)?;
    let blank = || Error::internal(anyhow::anyhow!("a picture of no size"));
    let mut pixels = Pixmap::new(SIZE.0, SIZE.1).ok_or_else(blank)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(Error::internal)
}

/// Places as parts of a square that holds them all, north up.
#[must_use]
pub fn on_a_square(places: &[crate::domain::place::LonLat]) -> Vec<(f64, f64)> {
    let lats = || places.iter().map(|p| p.lat);
    let middle = f64::midpoint(lats().fold(90.0, f64::min), lats().fold(-90.0, f64::max));
    let x = |lon: f64| lon * middle.to_radians().cos();
    let xs = || places.iter().map(|p| x(p.lon));
    let (west, east) = (xs().fold(f64::MAX, f64::min), xs().fold(f64::MIN, f64::max));
    let (south, north) = (lats().fold(90.0, f64::min), lats().fold(-90.0, f64::max));
    let size = (east - west).max(north - south).max(0.001);
    let (cx, cy) = (f64::midpoint(west, east), f64::midpoint(south, north));
    places.iter().map(|p| (0.5 + (x(p.lon) - cx) / size, 0.5 - (p.lat - cy) / size)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_is_a_png_with_its_words_in_it() {
        let of = |lines: Vec<String>| season(&Season { name: "Speiderne <b> & co", year: 2026, lines, places: vec![(0.0, 1.0)] });
        let (with, without) = (of(vec!["12 ryddinger".into()]).unwrap(), of(vec![]).unwrap());
        let picture = image::load_from_memory(&with).unwrap();
        assert_eq!((picture.width(), picture.height()), SIZE);
        assert_ne!(with, without);
    }

    #[test]
    fn places_fill_the_square_and_north_is_up() {
        let at = |lon, lat| crate::domain::place::LonLat { lon, lat };
        let placed = on_a_square(&[at(8.0, 58.0), at(8.0, 58.1)]);
        assert!(placed[1].1 < placed[0].1 && placed.iter().all(|p| (0.0..=1.0).contains(&p.0)));
        assert_eq!(on_a_square(&[at(8.0, 58.0)]), [(0.5, 0.5)]);
    }
}
