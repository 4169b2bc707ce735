//! The segments nearest to a place: the tree is gone through from the least far on.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use uuid::Uuid;

use super::block::Ball;
use super::earth::{Xyz, metres, nearest_on_line};
use super::tree::{FANOUT, Tree};
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
        let from = Xyz::of(at);
        let mut queue = BinaryHeap::new();
        if !self.levels.is_empty() {
            queue.push(Step { metres: 0.0, what: What::Node(self.levels.len() - 1, 0) });
        }
        let (mut out, mut places) = (vec![], vec![]);
        let mut found = Nearest { metres: vec![], k, limit: within };
        while let Some(step) = queue.pop() {
            if out.len() == k || step.metres > within {
                break;
            }
            // What cannot be among the nearest any more is not even queued; a ball over enough segments says how far at most.
            let mut look = |ball: Ball, segments: usize, what: What| {
                let (metres, at_most) = ball.reach(from);
                if segments >= k {
                    found.limit = found.limit.min(at_most);
                }
                if metres <= found.limit {
                    queue.push(Step { metres, what });
                }
            };
            match step.what {
                What::Node(0, g) => {
                    let (block, segments) = self.group(g);
                    segments.for_each(|i| look(block.ball(i), 1, What::Segment(g / FANOUT, i)));
                }
                What::Node(level, i) => {
                    let below = level - 1;
                    let child = |c: usize| (self.levels[below][c].ball, self.segments(below, c), What::Node(below, c));
                    self.children(level, i).map(child).for_each(|(ball, segments, what)| look(ball, segments, what));
                }
                What::Segment(b, i) => {
                    let (distance2, place) = nearest_on_line(from, self.blocks[b].line(i));
                    let metres = distance2.sqrt();
                    found.add(metres);
                    places.push((b, i, place));
                    queue.push(Step { metres, what: What::Place(places.len() - 1) });
                }
                What::Place(n) => {
                    let (b, i, place) = places[n];
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
    /// Farther than this nothing is wanted.
    limit: f64,
}

impl Nearest {
    fn add(&mut self, metres: f64) {
        let at = self.metres.partition_point(|m| *m <= metres);
        self.metres.insert(at, metres);
        self.metres.truncate(self.k);
        if self.metres.len() == self.k {
            self.limit = self.limit.min(self.metres[self.k - 1]);
        }
    }
}

/// What the search for the nearest looks at next: the least far first.
struct Step {
    metres: f64,
    what: What,
}

enum What {
    Node(usize, usize),
    Segment(usize, usize),
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
