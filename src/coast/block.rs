//! A block: some hundred neighbouring segments with everything an answer needs, ready to be copied out.

use std::fmt::Write;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use uuid::Uuid;

use super::bounds::Bounds;
use super::earth::{Vertex, line_metres};
use super::gzip::{Gzip, Packed};
use crate::domain::zone::Regime;

/// A segment on its way into a block.
#[derive(Debug, Clone)]
pub struct ShoreSegment {
    /// Its stable id.
    pub id: Uuid,
    /// Its vertices.
    pub line: Vec<Vertex>,
    /// Who clears there today.
    pub regime: Regime,
    /// Code of its municipality.
    pub municipality: Option<Arc<str>>,
}

impl ShoreSegment {
    /// The vertex that stands for it when rules are asked for: the middle one.
    #[must_use]
    pub fn representative(&self) -> Vertex {
        representative(&self.line)
    }
}

/// How many features are compressed together: with more they take fewer bytes, but more of a window's edge is not compressed.
const TOGETHER: usize = 8;

/// Some hundred neighbouring segments.
#[derive(Debug)]
pub struct Block {
    ids: Box<[Uuid]>,
    regimes: Box<[Regime]>,
    municipalities: Box<[Option<Arc<str>>]>,
    vertices: Box<[Vertex]>,
    vertex_ends: Box<[u32]>,
    json: Bytes,
    json_ends: Box<[u32]>,
    /// The features compressed, some together, once somebody has asked for them so.
    packed: OnceLock<Packed>,
}

impl Block {
    /// Packs segments.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // a block is far below 4 GiB
    pub fn pack(segments: &[ShoreSegment]) -> Self {
        let (mut vertices, mut vertex_ends, mut json, mut json_ends) = (vec![], vec![], String::new(), vec![]);
        for s in segments {
            vertices.extend_from_slice(&s.line);
            vertex_ends.push(vertices.len() as u32);
            feature(&mut json, s);
            json_ends.push(json.len() as u32);
        }
        Self {
            ids: segments.iter().map(|s| s.id).collect(),
            regimes: segments.iter().map(|s| s.regime).collect(),
            municipalities: segments.iter().map(|s| s.municipality.clone()).collect(),
            vertices: vertices.into(),
            vertex_ends: vertex_ends.into(),
            json: Bytes::from(json.into_bytes().into_boxed_slice()),
            json_ends: json_ends.into(),
            packed: OnceLock::new(),
        }
    }

    /// The segments as they went in.
    pub fn segments(&self) -> impl Iterator<Item = ShoreSegment> {
        (0..self.len()).map(|i| ShoreSegment {
            id: self.ids[i],
            line: self.line(i).to_vec(),
            regime: self.regimes[i],
            municipality: self.municipalities[i].clone(),
        })
    }

    /// How many.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // a block is never empty
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// The id of the i-th.
    #[must_use]
    pub fn id(&self, i: usize) -> Uuid {
        self.ids[i]
    }

    /// The vertices of the i-th.
    #[must_use]
    pub fn line(&self, i: usize) -> &[Vertex] {
        let start = if i == 0 { 0 } else { self.vertex_ends[i - 1] as usize };
        &self.vertices[start..self.vertex_ends[i] as usize]
    }

    /// The regime of the i-th today.
    #[must_use]
    pub fn regime(&self, i: usize) -> Regime {
        self.regimes[i]
    }

    /// The municipality of the i-th.
    #[must_use]
    pub fn municipality(&self, i: usize) -> Option<&str> {
        self.municipalities[i].as_deref()
    }

    /// GeoJSON features of some, each with a comma behind it: no copy.
    #[must_use]
    pub fn json(&self, segments: Range<usize>) -> Bytes {
        let end = |i: usize| if i == 0 { 0 } else { self.json_ends[i - 1] as usize };
        self.json.slice(end(segments.start)..end(segments.end))
    }

    /// Adds the features of some, each with a comma behind it, to a gzip file: those that were compressed together with no others
    /// in as few bytes, the others as they are.
    pub fn pack_into(&self, file: &mut Gzip, segments: Range<usize>) {
        let last = if segments.end == self.len() { segments.end.div_ceil(TOGETHER) } else { segments.end / TOGETHER };
        let groups = segments.start.div_ceil(TOGETHER)..last;
        if groups.is_empty() {
            return file.plain(self.json(segments));
        }
        let whole = |groups: Range<usize>| groups.start * TOGETHER..(groups.end * TOGETHER).min(self.len());
        let all = 0..self.len().div_ceil(TOGETHER);
        let packed = self.packed.get_or_init(|| Packed::of(all.map(|i| self.json(whole(i..i + 1)))));
        let inside = whole(groups.clone());
        file.plain(self.json(segments.start..inside.start));
        file.packed(packed, groups);
        file.plain(self.json(inside.end..segments.end));
    }

    /// Bytes held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let each = size_of::<Uuid>() + size_of::<Regime>();
        size_of::<Self>()
            + self.len() * (each + size_of::<Option<Arc<str>>>() + 2 * size_of::<u32>())
            + size_of_val(&*self.vertices)
            + self.json.len()
            + self.packed.get().map_or(0, Packed::bytes)
    }
}

/// The middle vertex of a line of three or more, else the middle of the edge.
#[must_use]
pub fn representative(line: &[Vertex]) -> Vertex {
    if line.len() > 2 { line[line.len() / 2] } else { Bounds::around(line).middle() }
}

fn feature(out: &mut String, s: &ShoreSegment) {
    let say = "writing to a String cannot fail";
    write!(out, r#"{{"type":"Feature","id":"{}","geometry":{{"type":"LineString","coordinates":["#, s.id).expect(say);
    for (i, v) in s.line.iter().enumerate() {
        let p = v.degrees();
        let comma = if i == 0 { "" } else { "," };
        // Six decimals: a decimetre, a tenth of what any of the sources knows.
        write!(out, "{comma}[{},{}]", rounded(p.lon), rounded(p.lat)).expect(say);
    }
    let municipality = serde_json::json!(s.municipality.as_deref());
    let length = line_metres(&s.line);
    let regime = s.regime.text();
    write!(out, r#"]}},"properties":{{"regime":"{regime}","municipality":{municipality},"length_m":{length:.1}}}}},"#)
        .expect(say);
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}
