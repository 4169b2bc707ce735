//! The shoreline: blocks of segments in the order of a Hilbert curve, under a packed tree of their boxes.
//!
//! Nothing in it ever changes: a new regime makes new blocks and shares all others, so readers never wait.

use std::ops::Range;
use std::sync::Arc;

use super::block::{Block, ShoreSegment};
use super::bounds::Bounds;
use super::earth::{HALF_TURN, POLE, Vertex};
use crate::domain::place::Window;

/// Children of a node.
pub(super) const FANOUT: usize = 16;
/// Segments in a block: those under one node two levels above them.
pub(super) const BLOCK: usize = FANOUT * FANOUT;

/// A shoreline in memory.
#[derive(Debug, Clone)]
pub struct Tree {
    blocks: Vec<Arc<Block>>,
    /// The boxes of nodes. `levels[0]` has those of the segments themselves, each further level one for each [`FANOUT`] below; the
    /// last, at least the second, has one. They lie apart from the blocks: a search goes into few of those.
    pub(super) levels: Arc<[Vec<Bounds>]>,
    count: usize,
}

/// A place in the tree: the i-th segment of a block.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// The block.
    pub block: &'a Block,
    /// Which of its segments.
    pub i: usize,
}

impl Default for Tree {
    fn default() -> Self {
        Self { blocks: vec![], levels: Arc::new([]), count: 0 }
    }
}

impl Tree {
    /// Builds it.
    #[must_use]
    pub fn build(mut segments: Vec<ShoreSegment>) -> Self {
        segments.sort_by_cached_key(|s| (hilbert(s.representative()), s.id));
        let blocks = segments.chunks(BLOCK).map(|c| Arc::new(Block::pack(c))).collect();
        Self { blocks, levels: levels(&segments), count: segments.len() }
    }

    /// How many segments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no segment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let nodes: usize = self.levels.iter().map(Vec::len).sum();
        self.blocks.iter().map(|b| b.bytes() + size_of::<Arc<Block>>()).sum::<usize>() + nodes * size_of::<Bounds>()
    }

    /// The box around all.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        self.levels.last().map(|top| top[0])
    }

    /// Gives every segment that meets the windows its regime and municipality anew, in a tree that shares all blocks
    /// in which nothing changed.
    #[must_use]
    pub fn recoloured(&self, windows: &[Bounds], mut colour: impl FnMut(&mut ShoreSegment)) -> Self {
        let mut touched = vec![];
        for bounds in windows {
            self.visit(*bounds, |run| {
                touched.extend(run);
                true
            });
        }
        touched.sort_unstable();
        touched.dedup();
        let mut blocks = self.blocks.clone();
        for numbers in touched.chunk_by(|a, b| a / BLOCK == b / BLOCK) {
            let block = &mut blocks[numbers[0] / BLOCK];
            let (mut segments, mut changed): (Vec<_>, _) = (block.segments().collect(), false);
            for i in numbers.iter().map(|n| n % BLOCK) {
                let s = &mut segments[i];
                colour(s);
                changed |= s.regime != block.regime(i) || s.municipality.as_deref() != block.municipality(i);
            }
            if changed {
                *block = Arc::new(Block::pack(&segments));
            }
        }
        Self { blocks, levels: self.levels.clone(), count: self.count }
    }

    /// The segments whose box meets the window, by their numbers along the curve; and how many. Past `most` it stops and gives
    /// none.
    #[must_use]
    pub fn runs_within(&self, window: Window, most: usize) -> (Vec<Range<usize>>, usize) {
        // Room for most answers at once: to grow takes longer than to look.
        let (mut runs, mut found): (Vec<Range<usize>>, _) = (Vec::with_capacity(32), 0);
        for bounds in Bounds::of(window) {
            self.visit(bounds, |run| {
                found += run.len();
                match runs.last_mut() {
                    Some(last) if last.end == run.start => last.end = run.end,
                    _ => runs.push(run),
                }
                found <= most
            });
        }
        if found > most {
            runs.clear();
        }
        (runs, found)
    }

    /// A run as parts of blocks.
    pub(super) fn parts(&self, run: Range<usize>) -> impl Iterator<Item = (&Block, Range<usize>)> {
        (run.start / BLOCK..=(run.end - 1) / BLOCK).map(move |b| {
            let block = &*self.blocks[b];
            (block, run.start.max(b * BLOCK) - b * BLOCK..(run.end - b * BLOCK).min(block.len()))
        })
    }

    /// Every segment whose box meets the window.
    pub fn each_within<'a>(&'a self, window: Window, mut see: impl FnMut(Entry<'a>)) {
        for bounds in Bounds::of(window) {
            self.visit(bounds, |run| {
                run.for_each(|n| see(self.entry(n)));
                true
            });
        }
    }

    /// The n-th segment along the curve.
    pub(super) fn entry(&self, n: usize) -> Entry<'_> {
        Entry { block: &self.blocks[n / BLOCK], i: n % BLOCK }
    }

    /// Visits the segments whose boxes meet a box, by their numbers along the curve, some at a time; `see` says whether to go on.
    fn visit(&self, bounds: Bounds, mut see: impl FnMut(Range<usize>) -> bool) {
        let mut stack = Vec::with_capacity(4 * FANOUT);
        stack.extend(self.levels.len().checked_sub(1).map(|top| (top, 0)));
        while let Some((level, i)) = stack.pop() {
            if bounds.holds(self.levels[level][i]) {
                if !see(self.under(level, i)) {
                    return;
                }
                continue;
            }
            let below = &self.levels[level - 1];
            let mut met = self.children(level, i).filter(|c| bounds.meets(below[*c]));
            if level > 1 {
                stack.extend(met.rev().map(|c| (level - 1, c)));
            } else if !met.all(|segment| see(segment..segment + 1)) {
                return;
            }
        }
    }

    pub(super) fn children(&self, level: usize, i: usize) -> Range<usize> {
        i * FANOUT..((i + 1) * FANOUT).min(self.levels[level - 1].len())
    }

    /// The segments under a node.
    pub(super) fn under(&self, level: usize, i: usize) -> Range<usize> {
        let each = (0..level).fold(1, |n, _| n * FANOUT);
        i * each..((i + 1) * each).min(self.count)
    }
}

fn levels(segments: &[ShoreSegment]) -> Arc<[Vec<Bounds>]> {
    if segments.is_empty() {
        return Arc::new([]);
    }
    let mut levels: Vec<Vec<Bounds>> = vec![segments.iter().map(|s| Bounds::around(&s.line)).collect()];
    while levels.len() < 2 || levels[levels.len() - 1].len() > 1 {
        let below = levels[levels.len() - 1].chunks(FANOUT);
        levels.push(below.map(|some| some.iter().fold(Bounds::EMPTY, |a, b| a.and(*b))).collect());
    }
    levels.into()
}

/// The place of a vertex along a Hilbert curve over the whole world.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // both are brought into 0..=u16::MAX
fn hilbert(v: Vertex) -> u64 {
    let unit = |value: i32, half: i32| (f64::midpoint(f64::from(value) / f64::from(half), 1.0) * f64::from(u32::MAX)) as u32;
    fast_hilbert::xy2h(unit(v.lon, HALF_TURN), unit(v.lat, POLE), 32)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::zone::Regime;
    use proptest::prelude::*;
    use rstar::primitives::{GeomWithData, Rectangle};
    use rstar::{AABB, RTree};
    use std::io::Read;
    use uuid::Uuid;

    pub(in crate::coast) fn shore() -> impl Strategy<Value = Vec<ShoreSegment>> {
        let base =
            prop::sample::select(vec![(8.7, 58.4), (25.0, 70.5), (179.99, 71.0), (-179.99, 71.0), (10.0, 89.98), (0.0, 0.0)]);
        let line = (base, -0.3..0.3_f64, -0.1..0.1_f64, proptest::collection::vec((-0.002..0.002_f64, -0.001..0.001_f64), 2..7));
        proptest::collection::vec(line, 0..700).prop_map(|lines| {
            let fit = |lon: f64, lat: f64| Vertex::of(lon.clamp(-180.0, 180.0), lat.clamp(-90.0, 90.0));
            lines
                .into_iter()
                .enumerate()
                .map(|(i, (base, x, y, steps))| ShoreSegment {
                    id: Uuid::from_u128(i as u128),
                    line: steps.iter().map(|(dx, dy)| fit(base.0 + x + dx, base.1 + y + dy)).collect(),
                    regime: Regime::ALL[i % 5],
                    municipality: (i % 3 == 0).then(|| "4203".into()),
                })
                .collect()
        })
    }

    fn window() -> impl Strategy<Value = Window> {
        prop_oneof![
            (8.4..9.0_f64, 58.2..58.6_f64, 0.0..0.4_f64).prop_map(|(w, s, d)| Window {
                west: w,
                south: s,
                east: w + d,
                north: s + d
            }),
            (179.6..180.0_f64, -180.0..-179.6_f64).prop_map(|(w, e)| Window { west: w, south: 70.9, east: e, north: 71.05 }),
            Just(Window::WORLD),
        ]
    }

    fn ids(collection: &[u8]) -> Vec<String> {
        let collection: serde_json::Value = serde_json::from_slice(collection).unwrap();
        let mut ids: Vec<_> =
            collection["features"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The oracle is `rstar` over the same boxes.
        #[test]
        fn a_window_gives_what_rstar_gives(segments in shore(), window in window()) {
            let oracle = RTree::bulk_load(segments.iter().map(|s| {
                let b = Bounds::around(&s.line);
                GeomWithData::new(Rectangle::from_corners([b.west, b.south], [b.east, b.north]), s.id)
            }).collect());
            let mut expected: Vec<_> = Bounds::of(window)
                .flat_map(|b| oracle.locate_in_envelope_intersecting(AABB::from_corners([b.west, b.south], [b.east, b.north])))
                .map(|e| e.data.to_string())
                .collect();
            expected.sort();
            let tree = Tree::build(segments);
            let (runs, found) = tree.runs_within(window, usize::MAX - 1);
            prop_assert_eq!(found, expected.len());
            let collection = tree.collection(&runs).concat();
            prop_assert_eq!(ids(&collection), expected);
            let mut unpacked = vec![];
            flate2::read::GzDecoder::new(&*tree.packed_collection(&runs).concat()).read_to_end(&mut unpacked).unwrap();
            prop_assert_eq!(unpacked, collection);
        }

        /// A new colour changes what it should, nothing else, and shares the blocks it did not touch.
        #[test]
        fn a_new_colour_touches_only_its_window(segments in shore(), window in window()) {
            let tree = Tree::build(segments);
            let bounds: Vec<_> = Bounds::of(window).collect();
            let after = tree.recoloured(&bounds, |s| s.regime = Regime::Closed);
            for (old, new) in tree.blocks.iter().zip(&after.blocks) {
                for i in 0..old.len() {
                    let inside = bounds.iter().any(|b| b.meets(Bounds::around(old.line(i))));
                    let expected = if inside { Regime::Closed } else { old.regime(i) };
                    prop_assert_eq!(new.regime(i), expected);
                    prop_assert_eq!((new.id(i), new.line(i)), (old.id(i), old.line(i)));
                }
                let same = (0..old.len()).all(|i| new.regime(i) == old.regime(i));
                prop_assert_eq!(Arc::ptr_eq(old, new), same);
            }
        }
    }

    #[test]
    fn past_the_most_it_stops() {
        let line = |i: i32| vec![Vertex { lon: i, lat: 0 }, Vertex { lon: i + 1, lat: 0 }];
        let segment = |i: i32| ShoreSegment { id: Uuid::now_v7(), line: line(i), regime: Regime::Shared, municipality: None };
        let tree = Tree::build((0..1000).map(segment).collect());
        let ask = |window, most| {
            let (runs, found) = tree.runs_within(window, most);
            (runs.is_empty(), found)
        };
        let (none, found) = ask(Window { west: 0.000_01, ..Window::WORLD }, 10);
        assert!(none && (11..900).contains(&found), "{found}");
        assert_eq!(ask(Window::WORLD, 999), (true, 1000));
        assert_eq!(ask(Window::WORLD, 1000), (false, 1000));
        assert_eq!(tree.len(), 1000);
    }
}
