//! The segments nearest to a place: the tree is gone through from the least far on.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use uuid::Uuid;

use super::bounds::Viewpoint;
use super::earth::{Xyz, metres, nearest_on_line};
use super::tree::{Entry, FANOUT, Tree};
use crate::domain::place::LonLat;
use crate::domain::zone::Regime;

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

impl Tree {
    /// The `k` segments nearest to a place, nearest first, at most `within` metres away.
    #[must_use]
    pub fn nearest(&self, at: LonLat, k: usize, within: f64) -> Vec<Near> {
        let mut search = Search::from(at, k, within);
        search.queue.extend(self.levels.len().checked_sub(1).map(|top| Step { metres: 0.0, level: top, i: 0 }));
        while let Some(Step { metres, level, i }) = search.queue.pop() {
            if metres > search.limit {
                break;
            }
            if level == 0 {
                let Entry { block, i: segment } = self.entry(i);
                let (distance2, place) = nearest_on_line(search.from, block.line(segment));
                search.keep(Found { metres: distance2.sqrt(), segment: i, place });
            } else {
                search.look_into(self, level, i);
            }
        }
        let near = |f: Found| {
            let Entry { block, i } = self.entry(f.segment);
            let municipality = block.municipality(i).map(str::to_owned);
            Near { id: block.id(i), distance_m: metres(at, f.place), place: f.place, regime: block.regime(i), municipality }
        };
        search.found.into_iter().map(near).collect()
    }
}

/// What is to be looked at, and what was found.
struct Search {
    from: Xyz,
    view: Viewpoint,
    k: usize,
    queue: BinaryHeap<Step>,
    /// The nearest so far, nearest first.
    found: Vec<Found>,
    /// Farther than this nothing is wanted.
    limit: f64,
}

impl Search {
    fn from(at: LonLat, k: usize, within: f64) -> Self {
        let queue = BinaryHeap::with_capacity(8 * FANOUT);
        Self { from: Xyz::of(at), view: Viewpoint::of(at), k, queue, found: vec![], limit: within }
    }

    /// Queues the children of a node. What cannot be among the nearest any more is not even queued; a box around enough segments
    /// says how far at most.
    fn look_into(&mut self, tree: &Tree, level: usize, i: usize) {
        let (below, children) = (level - 1, tree.children(level, i));
        let mut reaches = [(0.0, 0.0); FANOUT];
        for (reach, of) in reaches.iter_mut().zip(&tree.levels[below][children.clone()]) {
            *reach = self.view.reach(*of);
        }
        for (child, (_, at_most)) in children.clone().zip(reaches) {
            if at_most < self.limit && tree.under(below, child).len() >= self.k {
                self.limit = at_most;
            }
        }
        for (child, (metres, _)) in children.zip(reaches) {
            if metres <= self.limit {
                self.queue.push(Step { metres, level: below, i: child });
            }
        }
    }

    fn keep(&mut self, found: Found) {
        if found.metres > self.limit {
            return;
        }
        let at = self.found.partition_point(|f| f.metres <= found.metres);
        self.found.insert(at, found);
        self.found.truncate(self.k);
        if let Some(last) = self.found.last().filter(|_| self.found.len() == self.k) {
            self.limit = self.limit.min(last.metres);
        }
    }
}

/// A segment that was found: how far away, and where.
struct Found {
    metres: f64,
    segment: usize,
    place: LonLat,
}

/// What the search for the nearest looks at next, the least far first: a node of a level; of the lowest, a segment.
struct Step {
    metres: f64,
    level: usize,
    i: usize,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coast::tree::tests::shore;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The oracle looks at every segment; `rstar` cannot know metres at 70° N or across ±180°.
        #[test]
        fn the_nearest_are_the_nearest(segments in shore(), k in 0..6_usize, at in prop::sample::select(vec![
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
    }
}
