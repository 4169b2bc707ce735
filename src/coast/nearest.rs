//! The segments nearest to a place: the tree is gone through from the least far on.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use uuid::Uuid;

use super::block::Ball;
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
        if !self.levels.is_empty() {
            search.queue.push(Step { metres: 0.0, what: What::Node(self.levels.len() - 1, 0) });
        }
        let (mut out, mut places) = (vec![], vec![]);
        while let Some(step) = search.queue.pop() {
            if out.len() == k || step.metres > within {
                break;
            }
            match step.what {
                What::Node(0, segment) => {
                    let Entry { block, i } = self.entry(segment);
                    let (distance2, place) = nearest_on_line(search.from, block.line(i));
                    places.push((segment, place));
                    search.add(distance2.sqrt(), places.len() - 1);
                }
                What::Node(level, i) => {
                    let (below, children) = (level - 1, self.children(level, i));
                    let from = children.start;
                    let balls = &self.levels[below].balls[children];
                    search.look(balls, |c| self.under(below, from + c).len(), |c| What::Node(below, from + c));
                }
                What::Place(n) => {
                    let (segment, place) = places[n];
                    let Entry { block, i } = self.entry(segment);
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

/// What is to be looked at, and how far away it may be.
struct Search {
    from: Xyz,
    k: usize,
    queue: BinaryHeap<Step>,
    /// The metres of the nearest places found so far.
    found: Vec<f64>,
    /// Farther than this nothing is wanted.
    limit: f64,
}

impl Search {
    fn from(at: LonLat, k: usize, within: f64) -> Self {
        Self { from: Xyz::of(at), k, queue: BinaryHeap::with_capacity(128), found: vec![], limit: within }
    }

    /// Queues what lies in balls. What cannot be among the nearest any more is not even queued; a ball over enough segments says
    /// how far at most.
    fn look(&mut self, balls: &[Ball], segments: impl Fn(usize) -> usize, what: impl Fn(usize) -> What) {
        let mut reaches = [(0.0, 0.0); FANOUT];
        for (reach, ball) in reaches.iter_mut().zip(balls) {
            *reach = ball.reach(self.from);
        }
        let reaches = &reaches[..balls.len()];
        for (i, (_, at_most)) in reaches.iter().enumerate() {
            if *at_most < self.limit && segments(i) >= self.k {
                self.limit = *at_most;
            }
        }
        for (i, (metres, _)) in reaches.iter().enumerate() {
            if *metres <= self.limit {
                self.queue.push(Step { metres: *metres, what: what(i) });
            }
        }
    }

    /// A place so far away, by its number.
    fn add(&mut self, metres: f64, n: usize) {
        let at = self.found.partition_point(|m| *m <= metres);
        self.found.insert(at, metres);
        self.found.truncate(self.k);
        if self.found.len() == self.k {
            self.limit = self.limit.min(self.found[self.k - 1]);
        }
        self.queue.push(Step { metres, what: What::Place(n) });
    }
}

/// What the search for the nearest looks at next: the least far first.
struct Step {
    metres: f64,
    what: What,
}

enum What {
    /// A node of a level; of the lowest, a segment.
    Node(usize, usize),
    /// A place found.
    Place(usize),
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
    }
}
