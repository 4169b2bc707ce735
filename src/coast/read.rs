//! Reads GeoJSON: a FeatureCollection feature by feature, however large the file; or one feature, or one geometry.

use std::fmt;
use std::io::Read;

use geojson::{Feature, GeoJson, GeometryValue, JsonObject, Position};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::cut::Frame;
use super::earth::Vertex;
use super::polygon::{self, Fault};

/// A fault in a file: which feature, which place, why.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or not GeoJSON.
    #[error("not GeoJSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A feature that cannot be used.
    #[error("feature {number}{}: {fault}", name.as_deref().map(|n| format!(" ({n})")).unwrap_or_default())]
    Feature {
        /// Counted from 1.
        number: usize,
        /// Its `name` property.
        name: Option<String>,
        /// What is wrong with it, and where.
        fault: Fault,
    },
}

/// Gives each feature to `see`, counted from 1. Returns the `bbox` of the collection when it has one.
///
/// # Errors
/// [`ReadError`]; what `see` refuses is told with the feature's number and name.
pub fn features(
    file: impl Read,
    mut see: impl FnMut(usize, &Feature) -> Result<(), Fault>,
) -> Result<Option<[f64; 4]>, ReadError> {
    let mut refused = None;
    let mut number = 0;
    let mut each = |feature: Feature| {
        number += 1;
        see(number, &feature).map_err(|fault| {
            let name = feature.property("name").and_then(|n| n.as_str()).map(str::to_owned);
            refused = Some(ReadError::Feature { number, name, fault });
        })
    };
    let mut json = serde_json::Deserializer::from_reader(file);
    let read = json.deserialize_map(Collection(&mut each)).and_then(|bbox| json.end().map(|()| bbox));
    match refused {
        Some(refused) => Err(refused),
        None => Ok(read?),
    }
}

struct Collection<'a, F>(&'a mut F);

impl<'de, F: FnMut(Feature) -> Result<(), ()>> Visitor<'de> for Collection<'_, F> {
    type Value = Option<[f64; 4]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut bbox, mut seen, mut rest) = (None, false, JsonObject::new());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                // With heights there are six (RFC 7946, 5).
                "bbox" => {
                    bbox = match map.next_value::<Vec<f64>>()?[..] {
                        [west, south, east, north] | [west, south, _, east, north, _] => Some([west, south, east, north]),
                        _ => return Err(A::Error::custom("its bbox is neither four numbers nor six")),
                    }
                }
                "features" => {
                    map.next_value_seed(Features(self.0))?;
                    seen = true;
                }
                "type" | "geometry" | "properties" | "coordinates" | "geometries" => drop(rest.insert(key, map.next_value()?)),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match rest.get("type").and_then(|t| t.as_str()) {
            Some("FeatureCollection") if seen => {}
            Some("FeatureCollection") => return Err(A::Error::missing_field("features")),
            _ if seen => return Err(A::Error::custom("its type is not FeatureCollection")),
            _ => {
                bbox = None; // of one thing it is how large it is, not where the data ends
                (self.0)(alone(rest).map_err(A::Error::custom)?).map_err(|()| A::Error::custom("refused"))?;
            }
        }
        Ok(bbox)
    }
}

/// A file of one feature, or of its geometry alone.
fn alone(object: JsonObject) -> geojson::Result<Feature> {
    match serde_json::from_value(object.into()).map_err(geojson::Error::MalformedGeoJson)? {
        GeoJson::Geometry(geometry) => Ok(geometry.into()),
        other => Feature::try_from(other),
    }
}

struct Features<'a, F>(&'a mut F);

impl<'de, F: FnMut(Feature) -> Result<(), ()>> DeserializeSeed<'de> for Features<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Feature) -> Result<(), ()>> Visitor<'de> for Features<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(feature) = seq.next_element::<Feature>()? {
            (self.0)(feature).map_err(|()| A::Error::custom("refused"))?;
        }
        Ok(())
    }
}

/// A shoreline as it stands in a file.
#[derive(Default)]
pub struct SourceShore {
    /// Each line and whether it is a ring.
    pub lines: Vec<(Vec<Vertex>, bool)>,
    /// Land, where the file had polygons.
    pub land: Vec<geo::Polygon>,
    /// Outside which the file has no data.
    pub frame: Option<Frame>,
}

/// Reads a shoreline: lines as they are, polygons by their rings.
///
/// # Errors
/// [`ReadError`].
pub fn shoreline(file: impl Read) -> Result<SourceShore, ReadError> {
    let mut shore = SourceShore::default();
    let bbox = features(file, |_, feature| match &feature.geometry {
        Some(geometry) => shore.take(&geometry.value),
        None => Ok(()),
    })?;
    shore.frame = bbox.map(|[west, south, east, north]| {
        let (low, high) = (Vertex::of(west, south), Vertex::of(east, north));
        Frame { west: low.lon, south: low.lat, east: high.lon, north: high.lat }
    });
    Ok(shore)
}

impl SourceShore {
    fn take(&mut self, geometry: &GeometryValue) -> Result<(), Fault> {
        match geometry {
            GeometryValue::LineString { coordinates } => self.line(coordinates, false),
            GeometryValue::MultiLineString { coordinates } => coordinates.iter().try_for_each(|l| self.line(l, false)),
            GeometryValue::Polygon { coordinates } => self.polygon(geometry, coordinates),
            GeometryValue::MultiPolygon { coordinates } => {
                coordinates.iter().flatten().try_for_each(|r| self.line(r, true))?;
                self.land(geometry);
                Ok(())
            }
            GeometryValue::GeometryCollection { geometries } => geometries.iter().try_for_each(|g| self.take(&g.value)),
            GeometryValue::Point { .. } | GeometryValue::MultiPoint { .. } => {
                Err(Fault { reason: "a point is no shoreline".into(), at: None })
            }
        }
    }

    fn polygon(&mut self, geometry: &GeometryValue, rings: &[Vec<Position>]) -> Result<(), Fault> {
        rings.iter().try_for_each(|r| self.line(r, true))?;
        self.land(geometry);
        Ok(())
    }

    /// Land is only drawn, so a polygon that crosses itself gives its shore and no land.
    fn land(&mut self, geometry: &GeometryValue) {
        self.land.extend(polygon::read(geometry).into_iter().flatten());
    }

    fn line(&mut self, positions: &[Position], ring: bool) -> Result<(), Fault> {
        let vertices = positions.iter().map(|p| {
            let [lon, lat] = [p.as_slice().first(), p.as_slice().get(1)].map(|n| n.copied().unwrap_or(f64::NAN));
            if (-180.0..=360.0).contains(&lon) && (-90.0..=90.0).contains(&lat) {
                Ok(Vertex::of(lon, lat))
            } else {
                Err(Fault { reason: "a coordinate is out of range".into(), at: Some([lon, lat]) })
            }
        });
        self.lines.push((vertices.collect::<Result<_, _>>()?, ring));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<SourceShore, ReadError> {
        shoreline(json.as_bytes())
    }

    #[test]
    fn members_come_in_any_order_and_unknown_ones_are_passed_over() {
        let shore = read(
            r#"{"features":[{"type":"Feature","properties":null,"geometry":{"type":"LineString","coordinates":[[8,58],[8.1,58]]}}],
                "crs":{"a":[1]},"bbox":[8,58,9,59],"type":"FeatureCollection"}"#,
        )
        .unwrap();
        assert_eq!((shore.lines.len(), shore.frame.unwrap().east), (1, 90_000_000));
        // With heights a box has six numbers, and a position three.
        let high = r#"{"type":"FeatureCollection","bbox":[8,58,-2,9,59,30],"features":[{"type":"Feature","properties":null,
            "geometry":{"type":"LineString","coordinates":[[8,58,1],[8.1,58,2]]}}]}"#;
        assert_eq!(read(high).unwrap().frame, shore.frame);
        let odd = high.replace("-2,", "");
        assert!(read(&odd).err().unwrap().to_string().contains("neither four numbers nor six"));
    }

    #[test]
    fn a_bad_feature_is_named_with_its_number_name_and_place() {
        let refused = read(
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Hove"},
                "geometry":{"type":"LineString","coordinates":[[8,58],[8.1,158]]}}]}"#,
        );
        let text = refused.err().unwrap().to_string();
        assert_eq!(text, "feature 1 (Hove): a coordinate is out of range near 8.10000, 158.00000");
    }

    #[test]
    fn a_feature_or_a_geometry_may_be_alone_in_its_file() {
        let line = r#"{"coordinates":[[8,58],[8.1,58]],"type":"LineString"}"#;
        let island = r#"{"type":"Polygon","coordinates":[[[7,57],[7.1,57],[7.1,57.1],[7,57]]]}"#;
        let feature = format!(r#"{{"properties":{{}},"geometry":{line},"type":"Feature"}}"#);
        let both = format!(r#"{{"type":"GeometryCollection","geometries":[{line},{island}]}}"#);
        for (json, lines) in [(line, 1), (&*feature, 1), (&*both, 2)] {
            assert_eq!(read(json).unwrap().lines.len(), lines, "{json}");
        }
        let boxed = island.replacen('{', r#"{"bbox":[7,57,7.1,57.1],"#, 1);
        assert!(read(&boxed).unwrap().frame.is_none(), "its edges along the box are shore");
    }

    #[test]
    fn what_is_no_geojson_is_refused() {
        for json in [
            "",
            "[]",
            "{}",
            r#"{"type":"FeatureCollection"}"#,
            r#"{"type":"FeatureCollection","features":7}"#,
            r#"{"type":"Topology","features":[]}"#,
            r#"{"type":"Topology","objects":{}}"#,
            r#"{"type":"LineString","coordinates":[[8,58],[8.1,"x"]]}"#,
            "{\"type\":\"FeatureCollection\",\"features\":[]} x",
        ] {
            assert!(matches!(read(json), Err(ReadError::Json(_))), "{json}");
        }
    }
}
