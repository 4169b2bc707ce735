//! A place on the earth.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result};

/// A position in degrees, WGS 84: longitude in -180..=180, latitude in -90..=90.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LonLat {
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
}

impl LonLat {
    /// Checks a position.
    ///
    /// # Errors
    /// `invalid` with the field, when a number is not finite or out of range.
    pub fn new(lon: f64, lat: f64) -> Result<Self> {
        if !lon.is_finite() || !(-180.0..=180.0).contains(&lon) {
            return Err(Error::invalid("lon", "lon must be a number from -180 to 180."));
        }
        if !lat.is_finite() || !(-90.0..=90.0).contains(&lat) {
            let swapped = if lon.abs() <= 90.0 { " lon and lat look swapped." } else { "" };
            return Err(Error::invalid("lat", format!("lat must be a number from -90 to 90.{swapped}")));
        }
        Ok(Self { lon, lat })
    }

    /// As a pair, lon first.
    #[must_use]
    pub fn pair(self) -> [f64; 2] {
        [self.lon, self.lat]
    }

    /// The same numbers the other way round, when that is a position at all.
    #[must_use]
    pub fn swapped(self) -> Option<Self> {
        Self::new(self.lat, self.lon).ok()
    }
}

/// A window in degrees. `west > east` means that it crosses the 180th meridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Western edge.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

/// The window of one place.
impl From<LonLat> for Window {
    fn from(at: LonLat) -> Self {
        Self { west: at.lon, south: at.lat, east: at.lon, north: at.lat }
    }
}

impl Window {
    /// The whole world.
    pub const WORLD: Self = Self { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

    /// Reads `west,south,east,north`.
    ///
    /// # Errors
    /// `invalid` at `bbox`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |what: &'static str| Error::invalid("bbox", what);
        let numbers = text
            .split(',')
            .map(|n| n.trim().parse::<f64>().ok().filter(|n| n.is_finite()))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| wrong("bbox must be four numbers: west,south,east,north."))?;
        let [west, south, east, north] =
            numbers[..].try_into().map_err(|_| wrong("bbox must be four numbers: west,south,east,north."))?;
        if !(-180.0..=180.0).contains(&west) || !(-180.0..=180.0).contains(&east) {
            return Err(wrong("west and east must be from -180 to 180."));
        }
        if !(-90.0..=90.0).contains(&south) || !(-90.0..=90.0).contains(&north) {
            return Err(wrong("south and north must be from -90 to 90."));
        }
        if south > north {
            return Err(wrong("south must not be above north."));
        }
        Ok(Self { west, south, east, north })
    }

    /// As one or, across the 180th meridian, two windows that do not cross it.
    pub fn split(self) -> impl Iterator<Item = Self> {
        let crosses = self.west > self.east;
        let first = if crosses { Self { east: 180.0, ..self } } else { self };
        std::iter::once(first).chain(crosses.then_some(Self { west: -180.0, ..self }))
    }

    /// Whether the position lies in it, edges included.
    #[must_use]
    pub fn contains(self, at: LonLat) -> bool {
        self.split().any(|w| (w.west..=w.east).contains(&at.lon) && (w.south..=w.north).contains(&at.lat))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_out_of_range_names_its_field() {
        assert_eq!(LonLat::new(f64::NAN, 0.0).unwrap_err().field.as_deref(), Some("lon"));
        assert_eq!(LonLat::new(181.0, 0.0).unwrap_err().field.as_deref(), Some("lon"));
        let swapped = LonLat::new(58.0, 108.0).unwrap_err();
        assert_eq!(swapped.field.as_deref(), Some("lat"));
        assert!(swapped.detail.contains("swapped"));
    }

    #[test]
    fn a_window_across_the_180th_meridian_is_two() {
        let w = Window::parse("179,-20,-179,-10").unwrap();
        assert_eq!(w.split().count(), 2);
        assert!(w.contains(LonLat::new(-179.5, -15.0).unwrap()));
        assert!(!w.contains(LonLat::new(0.0, -15.0).unwrap()));
    }

    #[test]
    fn a_window_that_is_none_is_refused() {
        for text in ["", "1,2,3", "1,2,3,x", "NaN,0,1,1", "0,5,1,4", "0,0,190,1", "0,-91,1,1", "1,2,3,4,5"] {
            assert_eq!(Window::parse(text).unwrap_err().field.as_deref(), Some("bbox"), "{text}");
        }
    }
}
