//! Segments of a window as a GeoJSON `FeatureCollection`, as it lies in memory or as a gzip file.

use std::ops::Range;

use bytes::Bytes;

use super::gzip::Gzip;
use super::tree::{BLOCK, Entry, Tree};

const HEAD: Bytes = Bytes::from_static(br#"{"type":"FeatureCollection","features":["#);
const TAIL: Bytes = Bytes::from_static(b"]}");

impl Tree {
    /// The segments of runs, in pieces: none is copied.
    #[must_use]
    pub fn collection(&self, runs: &[Range<usize>]) -> Vec<Bytes> {
        let most = runs.iter().map(|run| run.len() / BLOCK + 2).sum::<usize>();
        let mut pieces = Vec::with_capacity(2 + most);
        pieces.push(HEAD);
        for run in runs {
            pieces.extend(self.parts(run.clone()).map(|(block, segments)| block.json(segments)));
        }
        if let Some(last) = pieces[1..].last_mut() {
            last.truncate(last.len() - 1); // the comma
        }
        pieces.push(TAIL);
        pieces
    }

    /// The segments of runs as a gzip file, in pieces, most of which were compressed before.
    #[must_use]
    pub fn packed_collection(&self, runs: &[Range<usize>]) -> Vec<Bytes> {
        let mut file = Gzip::with_capacity(runs.iter().map(|run| 3 * (run.len() / BLOCK + 2)).sum());
        file.plain(HEAD);
        let Some((last, others)) = runs.split_last() else { return file.end(TAIL) };
        // The last has no comma behind it, so it is none of those compressed.
        let until_last = last.start..last.end - 1;
        for run in others.iter().chain([&until_last]).filter(|r| !r.is_empty()) {
            self.parts(run.clone()).for_each(|(block, segments)| block.pack_into(&mut file, segments));
        }
        let Entry { block, i } = self.entry(last.end - 1);
        let feature = block.json(i..i + 1);
        file.plain(feature.slice(..feature.len() - 1));
        file.end(TAIL)
    }
}
