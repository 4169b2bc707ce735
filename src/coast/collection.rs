//! Segments of a window as a GeoJSON `FeatureCollection`, as it lies in memory or as a gzip file.

use std::ops::Range;

use bytes::Bytes;

use super::gzip::Gzip;
use super::tree::{BLOCK, Tree};

const HEAD: &[u8] = br#"{"type":"FeatureCollection","features":["#;
const TAIL: &[u8] = b"]}";
/// Room in a gzip file for each segment, in bytes: one by itself takes 250, some compressed together 40.
const FOR_EACH: usize = 100;

impl Tree {
    /// The segments of runs, in pieces: none is copied.
    #[must_use]
    pub fn collection(&self, runs: &[Range<usize>]) -> Vec<Bytes> {
        let most = runs.iter().map(|run| run.len() / BLOCK + 2).sum::<usize>();
        let mut pieces = Vec::with_capacity(2 + most);
        pieces.push(Bytes::from_static(HEAD));
        for run in runs {
            pieces.extend(self.parts(run.clone()).map(|(block, segments)| block.json(segments)));
        }
        if let Some(last) = pieces[1..].last_mut() {
            last.truncate(last.len() - 1); // the comma
        }
        pieces.push(Bytes::from_static(TAIL));
        pieces
    }

    /// The segments of runs as a gzip file, of what was compressed before as far as it can be.
    #[must_use]
    pub fn packed_collection(&self, runs: &[Range<usize>]) -> Vec<u8> {
        let mut file = Gzip::with_capacity(FOR_EACH * runs.iter().map(Range::len).sum::<usize>());
        file.plain(HEAD);
        let Some((last, others)) = runs.split_last() else { return file.end(TAIL) };
        // The last has no comma behind it, so it is none of those compressed.
        let until_last = last.start..last.end - 1;
        for run in others.iter().chain([&until_last]).filter(|r| !r.is_empty()) {
            self.parts(run.clone()).for_each(|(block, segments)| block.pack_into(&mut file, segments));
        }
        let (block, segment) = self.parts(last.end - 1..last.end).next().expect("a run has segments");
        let feature = block.json(segment);
        file.plain(&feature[..feature.len() - 1]);
        file.end(TAIL)
    }
}
