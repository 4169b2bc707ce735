//! Pictures the service draws itself: what a group did in a season, to be shared, and small maps.

mod map;

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

pub use map::Map;

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
    /// Where.
    pub map: Map,
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
    let svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" font-family="DejaVu Sans">
<rect width="1200" height="630" fill="#f6f1e4"/><rect y="560" width="1200" height="70" fill="#0d4a58"/>
<path d="M0 545c120-30 180 20 300 0s180-30 300 0 180 20 300 0 180-20 300 0v20H0z" fill="#8fd3e2"/>
{map}
<text x="70" y="120" font-size="{size:.0}" font-weight="bold" fill="#0d4a58">{}</text>
<text x="70" y="190" font-size="40" fill="#48606a">{}</text>{}
<text x="70" y="608" font-size="32" font-weight="bold" fill="#ffffff">Strandline</text></svg>"##,
        escaped(&name),
        season.year,
        season.lines.iter().enumerate().map(line).collect::<String>(),
        map = season.map.svg(740.0, 145.0, 400.0),
    );
    let options = Options { fontdb: FONTS.clone(), font_family: "DejaVu Sans".into(), ..Options::default() };
    let tree = Tree::from_str(&svg, &options).map_err(Error::internal)?;
    let blank = || Error::internal(anyhow::anyhow!("a picture of no size"));
    let mut pixels = Pixmap::new(SIZE.0, SIZE.1).ok_or_else(blank)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coast::index::Coast;
    use crate::domain::place::LonLat;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn a_season_is_a_png_with_its_words_and_its_shore_in_it() {
        let of = |lines: Vec<String>, map: Map| season(&Season { name: "Speiderne <b> & co", year: 2026, lines, map }).unwrap();
        let island = geo::Rect::new((7.995, 57.995), (8.005, 58.005)).to_polygon();
        let coast = Coast { land: Arc::new(crate::coast::index::Land::build(vec![island])), ..Coast::default() };
        let bare = of(vec![], Map::around(&Coast::default(), &[at(8.0, 58.0)], vec![]));
        let picture = image::load_from_memory(&bare).unwrap();
        assert_eq!((picture.width(), picture.height()), SIZE);
        assert_ne!(bare, of(vec!["12 ryddinger".into()], Map::around(&Coast::default(), &[at(8.0, 58.0)], vec![])));
        assert_ne!(bare, of(vec![], Map::around(&coast, &[at(8.0, 58.0)], vec![])));
    }
}
