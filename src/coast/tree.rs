//! The shoreline: blocks of segments in the order of a Hilbert curve, under a packed tree of their boxes.
//!
//! Nothing in it ever changes: a new regime makes new blocks and shares all others, so readers never wait.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use uuid::Uuid;

use super::block::{Ball, Block, Bounds, GROUP, ShoreSegment};
use super::earth::{HALF_TURN, POLE, Vertex, Xyz, metres, nearest_on_line};
use crate::domain::place::{LonLat, Window};
use crate::domain::zone::Regime;

/// Segments in a block.
const BLOCK: usize = 128;
/// Children of a node.
const FANOUT: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Node {
    bounds: Bounds,
    ball: Ball,
}

/// A shoreline in memory.
#[derive(Debug, Clone)]
pub struct Tree {
    blocks: Vec<Arc<Block>>,
    /// `levels[0]` has a node for each block, each further level one for each [`FANOUT`] below; the last has one.
    levels: Arc<[Vec<Node>]>,
    count: usize,
}

/// A segment near a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// Its id.
    pub id: Uuid,
    /// Geodesic metres to its nearest point.
    pub distance_m: f64,
    /// That point.
    pub place: LonLat,
    /// Who clears there today.
    pub regime: Regime,
    /// Its municipality.
    pub municipality: Option<String>,
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
        let count = segments.len();
        let blocks: Vec<_> = segments.chunks(BLOCK).map(|c| Arc::new(Block::pack(c))).collect();
        let levels = levels(&blocks);
        Self { blocks, levels, count }
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
        self.blocks.iter().map(|b| b.bytes() + size_of::<Arc<Block>>()).sum::<usize>() + nodes * size_of::<Node>()
    }

    /// The box around all.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        self.levels.last().map(|top| top[0].bounds)
    }

    /// Gives every segment that meets the windows its regime and municipality anew, in a tree that shares all blocks
    /// in which nothing changed.
    #[must_use]
    pub fn recoloured(&self, windows: &[Bounds], mut colour: impl FnMut(&mut ShoreSegment)) -> Self {
        let mut blocks = self.blocks.clone();
        for (b, block) in blocks.iter_mut().enumerate() {
            let touched = |bounds: Bounds| windows.iter().any(|w| w.meets(bounds));
            if !touched(self.levels[0][b].bounds) {
                continue;
            }
            let mut changed = false;
            let segments: Vec<_> = block
                .segments()
                .enumerate()
                .map(|(i, mut s)| {
                    if touched(block.bounds(i)) {
                        colour(&mut s);
                        changed |= s.regime != block.regime(i) || s.municipality.as_deref() != block.municipality(i);
                    }
                    s
                })
                .collect();
            if changed {
                *block = Arc::new(Block::pack(&segments));
            }
        }
        Self { blocks, levels: self.levels.clone(), count: self.count }
    }

    /// Appends the GeoJSON features whose box meets the window, separated by commas. Returns how many; stops past `most`.
    pub fn json_within(&self, window: Window, most: usize, out: &mut Vec<u8>) -> usize {
        let (start, mut found) = (out.len(), 0);
        for bounds in Bounds::of(window) {
            self.visit(bounds, |block, whole| {
                let mut i = 0;
                while i < block.len() && found <= most {
                    if !whole && !bounds.meets(block.bounds(i)) {
                        i += 1;
                        continue;
                    }
                    let from = i;
                    while i < block.len() && (whole || bounds.meets(block.bounds(i))) {
                        i += 1;
                    }
                    out.extend_from_slice(block.json(from, i));
                    found += i - from;
                }
                found <= most
            });
        }
        if out.len() > start {
            out.pop(); // the last comma
        }
        found
    }

    /// Every segment whose box meets the window.
    pub fn each_within<'a>(&'a self, window: Window, mut see: impl FnMut(Entry<'a>)) {
        for bounds in Bounds::of(window) {
            self.visit(bounds, |block, whole| {
                (0..block.len()).filter(|&i| whole || bounds.meets(block.bounds(i))).for_each(|i| see(Entry { block, i }));
                true
            });
        }
    }

    /// Visits the blocks that meet a box; `see` is told whether a block lies wholly inside, and says whether to go on.
    fn visit<'a>(&'a self, bounds: Bounds, mut see: impl FnMut(&'a Block, bool) -> bool) {
        if self.levels.is_empty() {
            return;
        }
        let mut stack = vec![(self.levels.len() - 1, 0)];
        while let Some((level, i)) = stack.pop() {
            let node = self.levels[level][i];
            if !bounds.meets(node.bounds) {
                continue;
            }
            if level == 0 {
                if !see(&self.blocks[i], bounds.holds(node.bounds)) {
                    return;
                }
            } else {
                stack.extend(self.children(level, i).rev().map(|c| (level - 1, c)));
            }
        }
    }

    fn children(&self, level: usize, i: usize) -> std::ops::Range<usize> {
        i * FANOUT..((i + 1) * FANOUT).min(self.levels[level - 1].len())
    }

    /// The `k` segments nearest to a place, nearest first, at most `within` metres away.
    #[must_use]
    pub fn nearest(&self, at: LonLat, k: usize, within: f64) -> Vec<Near> {
        let from = Xyz::of(at);
        let mut queue = BinaryHeap::new();
        if let Some(top) = self.levels.last() {
            queue.push(Step { metres: top[0].ball.at_least(from), what: What::Node(self.levels.len() - 1, 0) });
        }
        let mut out = vec![];
        let mut found = Nearest { metres: vec![], k, within };
        while let Some(step) = queue.pop() {
            if out.len() == k || step.metres > within {
                break;
            }
            // What cannot be among the nearest any more is not even queued.
            let limit = found.limit();
            let mut look = |ball: Ball, what: What| {
                let metres = ball.at_least(from);
                if metres <= limit {
                    queue.push(Step { metres, what });
                }
            };
            match step.what {
                What::Node(0, b) => {
                    self.blocks[b].groups().iter().enumerate().for_each(|(g, ball)| look(*ball, What::Group(b, g)));
                }
                What::Node(level, i) => {
                    self.children(level, i).for_each(|c| look(self.levels[level - 1][c].ball, What::Node(level - 1, c)));
                }
                What::Group(b, g) => {
                    let block = &self.blocks[b];
                    let segments = g * GROUP..((g + 1) * GROUP).min(block.len());
                    segments.for_each(|i| look(block.ball(i), What::Segment(b, i)));
                }
                What::Segment(b, i) => {
                    let (distance2, place) = nearest_on_line(from, self.blocks[b].line(i));
                    let metres = distance2.sqrt();
                    found.add(metres);
                    queue.push(Step { metres, what: What::Place(b, i, place) });
                }
                What::Place(b, i, place) => {
                    let block = &self.blocks[b];
                    out.push(Near {
                        id: block.id(i),
                        distance_m: metres(at, place),
                        place,
                        regime: block.regime(i),
                        municipality: block.municipality(i).map(str::to_owned),
                    });
                }
            }
        }
        out
    }
}

/// The metres of the nearest places found so far.
struct Nearest {
    metres: Vec<f64>,
    k: usize,
    within: f64,
}

impl Nearest {
    /// Farther than this nothing is wanted.
    fn limit(&self) -> f64 {
        if self.metres.len() < self.k { self.within } else { self.metres[self.k - 1] }
    }

    fn add(&mut self, metres: f64) {
        let at = self.metres.partition_point(|m| *m <= metres);
        self.metres.insert(at, metres);
        self.metres.truncate(self.k);
    }
}

/// What the search for the nearest looks at next: the least far first.
struct Step {
    metres: f64,
    what: What,
}

enum What {
    Node(usize, usize),
    Group(usize, usize),
    Segment(usize, usize),
    Place(usize, usize, LonLat),
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        other.metres.total_cmp(&self.metres)
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Step {}

fn levels(blocks: &[Arc<Block>]) -> Arc<[Vec<Node>]> {
    if blocks.is_empty() {
        return Arc::new([]);
    }
    let mut levels = vec![blocks.iter().map(|b| Node { bounds: b.whole_bounds(), ball: b.whole_ball() }).collect::<Vec<_>>()];
    while levels[levels.len() - 1].len() > 1 {
        let over = |nodes: &[Node]| Node {
            bounds: nodes.iter().fold(Bounds::EMPTY, |a, n| a.and(n.bounds)),
            ball: Ball::over(&nodes.iter().map(|n| n.ball).collect::<Vec<_>>()),
        };
        levels.push(levels[levels.len() - 1].chunks(FANOUT).map(over).collect());
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstar::primitives::{GeomWithData, Rectangle};
    use rstar::{AABB, RTree};

    fn shore() -> impl Strategy<Value = Vec<ShoreSegment>> {
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

    fn ids(json: &[u8]) -> Vec<String> {
        let list: Vec<serde_json::Value> = serde_json::from_slice(&[b"[", json, b"]"].concat()).unwrap();
        let mut ids: Vec<_> = list.iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect();
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
            let mut json = vec![];
            let found = Tree::build(segments).json_within(window, usize::MAX - 1, &mut json);
            prop_assert_eq!(found, expected.len());
            prop_assert_eq!(ids(&json), expected);
        }

        /// The oracle looks at every segment; `rstar` cannot know metres at 70° N or across ±180°.
        #[test]
        fn the_nearest_are_the_nearest(segments in shore(), k in 1..6_usize, at in prop::sample::select(vec![
            (8.71, 58.41), (25.1, 70.5), (180.0, 71.0), (-180.0, 71.01), (100.0, 89.99), (0.0, 90.0), (-60.0, 0.0),
        ])) {
            let at = LonLat { lon: at.0, lat: at.1 };
            let mut expected: Vec<f64> = segments.iter().map(|s| nearest_on_line(Xyz::of(at), &s.line).0.sqrt()).collect();
            expected.sort_by(f64::total_cmp);
            expected.truncate(k);
            let near = Tree::build(segments).nearest(at, k, f64::INFINITY);
            prop_assert_eq!(near.len(), expected.len());
            for (n, straight) in near.iter().zip(expected) {
                let told = Xyz::of(at).distance(Xyz::of(n.place));
                prop_assert!((told - straight).abs() < 0.02, "{} {}", told, straight);
                prop_assert!((n.distance_m - metres(at, n.place)).abs() < 1e-9);
            }
        }

        /// A new colour changes what it should, nothing else, and shares the blocks it did not touch.
        #[test]
        fn a_new_colour_touches_only_its_window(segments in shore(), window in window()) {
            let tree = Tree::build(segments);
            let bounds: Vec<_> = Bounds::of(window).collect();
            let after = tree.recoloured(&bounds, |s| s.regime = Regime::Closed);
            for (old, new) in tree.blocks.iter().zip(&after.blocks) {
                for i in 0..old.len() {
                    let inside = bounds.iter().any(|b| b.meets(old.bounds(i)));
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
        assert!((11..1000).contains(&tree.json_within(Window::WORLD, 10, &mut vec![])));
        assert_eq!(tree.len(), 1000);
    }
}
