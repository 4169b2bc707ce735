//! Land as small pieces, so that a map tile draws only what is near it.

use geo::{BooleanOps, BoundingRect, CoordsIter, MultiPolygon, Polygon, Rect};

/// Halves a polygon until no piece has more than `most` points.
#[must_use]
pub fn pieces(polygon: Polygon, most: usize) -> Vec<Polygon> {
    let Some(frame) = polygon.bounding_rect().filter(|_| polygon.coords_count() > most) else {
        return vec![polygon];
    };
    let halves = if frame.width() > frame.height() { frame.split_x() } else { frame.split_y() };
    let whole = MultiPolygon(vec![polygon]);
    let cut = |half: Rect| whole.intersection(&MultiPolygon(vec![half.to_polygon()]));
    halves.into_iter().flat_map(|h| cut(h).0).flat_map(|p| pieces(p, most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Area;

    #[test]
    fn pieces_are_small_and_make_up_the_whole() {
        let round = |i: usize| {
            let t = i as f64 / 1000.0 * std::f64::consts::TAU;
            (8.0 + (1.0 + 0.1 * (40.0 * t).sin()) * t.cos(), 58.0 + t.sin())
        };
        let whole = Polygon::new((0..1000).map(round).collect::<Vec<_>>().into(), vec![]);
        let parts = pieces(whole.clone(), 128);
        assert!(parts.iter().all(|p| p.coords_count() <= 128));
        let sum: f64 = parts.iter().map(Area::unsigned_area).sum();
        assert!((sum / whole.unsigned_area() - 1.0).abs() < 1e-6);
    }
}
