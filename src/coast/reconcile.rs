//! Keeps the id of every segment that is still the same place when a shoreline is imported again.
//!
//! Old cut points are looked for on the new shore first, so that an unchanged stretch is cut where it was; what has
//! moved is then matched to the nearest old segment, best first, each at most once.

use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};
use uuid::Uuid;

use super::cut::{Anchor, ON_RUN_M, Run, cut};
use super::earth::{Vertex, Xyz, between, edge_metres, line_metres};

/// A stored segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its stable id.
    pub id: Uuid,
    /// Its vertices.
    pub line: Vec<Vertex>,
}

/// What an import does to the segments there were.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Ids whose line stays as it is.
    pub kept: Vec<Uuid>,
    /// The same places with a corrected line.
    pub moved: Vec<Segment>,
    /// Places that were not there before.
    pub new: Vec<Segment>,
    /// Places that are gone.
    pub retired: Vec<Uuid>,
}

/// Cuts the runs into segments of about `target` metres and gives each its old id, or a new one from `new_id`.
pub fn reconcile(runs: &[Run], old: &[Segment], target: f64, mut new_id: impl FnMut() -> Uuid) -> Reconciled {
    let anchors = if old.is_empty() { vec![vec![]; runs.len()] } else { anchors(runs, old, target) };
    let pieces: Vec<Vec<Vertex>> = runs.iter().zip(&anchors).flat_map(|(run, a)| cut(run, a, target)).collect();
    let matched = match_old(&pieces, old, target);
    let mut gone: Vec<bool> = vec![true; old.len()];
    let mut out = Reconciled::default();
    for (line, same) in pieces.into_iter().zip(matched) {
        let Some(i) = same else {
            out.new.push(Segment { id: new_id(), line });
            continue;
        };
        gone[i] = false;
        if same_line(&old[i].line, &line) {
            out.kept.push(old[i].id);
        } else {
            out.moved.push(Segment { id: old[i].id, line });
        }
    }
    out.retired = old.iter().zip(gone).filter(|(_, gone)| *gone).map(|(s, _)| s.id).collect();
    out
}

/// Whether two lines are the same, whichever way they run; for a ring, wherever it begins.
fn same_line(a: &[Vertex], b: &[Vertex]) -> bool {
    if a == b || a.iter().rev().eq(b) {
        return true;
    }
    let ring = |l: &[Vertex]| l.len() > 3 && l.first() == l.last();
    if a.len() != b.len() || !ring(a) || !ring(b) {
        return false;
    }
    let (a, mut b) = (&a[1..], b[1..].to_vec());
    let turned = |b: &mut Vec<Vertex>| {
        b.iter().position(|v| *v == a[0]).is_some_and(|i| {
            b.rotate_left(i);
            *b == a
        })
    };
    turned(&mut b) || {
        b.reverse();
        turned(&mut b)
    }
}

/// The ends of the old segments, each on the run it lies nearest to, when that is within a quarter of a segment. Where
/// several touch, on the one along which its segment goes on.
fn anchors(runs: &[Run], old: &[Segment], target: f64) -> Vec<Vec<Anchor>> {
    let mut out = vec![vec![]; runs.len()];
    let mut starts = vec![];
    let mut edges = vec![];
    for (r, run) in runs.iter().enumerate() {
        let mut along = 0.0;
        for edge in run.line.windows(2) {
            let line = Line::new(edge[0].xyz().0, edge[1].xyz().0);
            edges.push(GeomWithData::new(line, starts.len()));
            starts.push((r, along, edge[0], edge[1]));
            along += edge_metres(edge[0], edge[1]);
        }
    }
    let tree = RTree::bulk_load(edges);
    for (vertex, next) in old.iter().flat_map(|s| [(s.line[0], s.line[1]), (s.line[s.line.len() - 1], s.line[s.line.len() - 2])])
    {
        let (from, beside) = (vertex.xyz(), between(vertex, next, 0.5).xyz());
        let touching = tree.locate_within_distance(from.0, ON_RUN_M.powi(2));
        let along = touching.min_by(|a, b| a.geom().distance_2(&beside.0).total_cmp(&b.geom().distance_2(&beside.0)));
        let Some(edge) = along.or_else(|| tree.nearest_neighbor(from.0)) else { continue };
        let (run, start, a, b) = starts[edge.data];
        let there = foot(vertex, a, b);
        let off = from.distance(there.xyz());
        if off <= target / 4.0 {
            let along = start + edge_metres(a, there);
            out[run].push(Anchor { along, vertex, off });
        }
    }
    out
}

/// The place on an edge nearest to a vertex, straight in longitude and latitude as edges are cut: so that a place where
/// a long edge was cut before is found exactly, which it is not by a straight line through the earth.
fn foot(vertex: Vertex, a: Vertex, b: Vertex) -> Vertex {
    let narrow = vertex.degrees().lat.to_radians().cos();
    let to = |v: Vertex| [(f64::from(v.lon) - f64::from(a.lon)) * narrow, f64::from(v.lat) - f64::from(a.lat)];
    let ([px, py], [ex, ey]) = (to(vertex), to(b));
    let length2 = ex * ex + ey * ey;
    let part = if length2 == 0.0 { 0.0 } else { ((px * ex + py * ey) / length2).clamp(0.0, 1.0) };
    between(a, b, part)
}

/// For each piece the old segment that is the same place: middles within half a segment, the closest pairs first.
fn match_old(pieces: &[Vec<Vertex>], old: &[Segment], target: f64) -> Vec<Option<usize>> {
    let middles = old.iter().enumerate().map(|(i, s)| GeomWithData::new(shape(&s.line)[1].0, i)).collect();
    let tree: RTree<GeomWithData<[f64; 3], usize>> = RTree::bulk_load(middles);
    let mut pairs: Vec<(f64, usize, usize)> = vec![];
    for (p, piece) in pieces.iter().enumerate() {
        let here = shape(piece);
        for near in tree.locate_within_distance(here[1].0, (target / 2.0).powi(2)) {
            pairs.push((unlikeness(&here, &shape(&old[near.data].line)), p, near.data));
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut out, mut taken) = (vec![None; pieces.len()], vec![false; old.len()]);
    for (_, p, o) in pairs {
        if out[p].is_none() && !taken[o] {
            (out[p], taken[o]) = (Some(o), true);
        }
    }
    out
}

/// First point, middle and last point. A ring has no ends of its own, so its middle is the mean of its corners.
fn shape(line: &[Vertex]) -> [Xyz; 3] {
    let (first, last) = (line[0].xyz(), line[line.len() - 1].xyz());
    if line.first() == line.last() {
        let corners = &line[1..];
        let mean = std::array::from_fn(|i| corners.iter().map(|v| v.xyz().0[i]).sum::<f64>() / corners.len() as f64);
        return [Xyz(mean); 3];
    }
    [first, middle(line).xyz(), last]
}

fn middle(line: &[Vertex]) -> Vertex {
    let mut left = line_metres(line) / 2.0;
    for edge in line.windows(2) {
        let length = edge_metres(edge[0], edge[1]);
        if left <= length && length > 0.0 {
            return between(edge[0], edge[1], left / length);
        }
        left -= length;
    }
    line[line.len() / 2]
}

fn unlikeness(a: &[Xyz; 3], b: &[Xyz; 3]) -> f64 {
    let ends = |x: usize, y: usize| a[0].distance(b[x]) + a[2].distance(b[y]);
    a[1].distance(b[1]) + ends(0, 2).min(ends(2, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coast::cut::runs;
    use geo::line_intersection::{LineIntersection, line_intersection};
    use proptest::prelude::*;

    /// A wavy island of about 20 km around.
    fn island(points: usize) -> Vec<Vertex> {
        (0..points)
            .map(|i| {
                let t = i as f64 / points as f64 * std::f64::consts::TAU;
                let r = 0.03 * (1.0 + 0.2 * (9.0 * t).sin());
                Vertex::of(8.8 + 1.9 * r * t.cos(), 58.4 + r * t.sin())
            })
            .collect()
    }

    fn import(points: &[Vertex], old: &[Segment]) -> Reconciled {
        let mut n = old.len() as u128 + 1000;
        reconcile(&runs(points, true, None), old, 200.0, || {
            n += 1;
            Uuid::from_u128(n)
        })
    }

    fn all(r: &Reconciled, old: &[Segment]) -> Vec<Segment> {
        let kept = old.iter().filter(|s| r.kept.contains(&s.id)).cloned();
        kept.chain(r.moved.iter().chain(&r.new).cloned()).collect()
    }

    fn counts(r: &Reconciled) -> [usize; 4] {
        [r.kept.len(), r.moved.len(), r.new.len(), r.retired.len()]
    }

    #[test]
    fn the_same_file_again_changes_nothing() {
        let first = all(&import(&island(300), &[]), &[]);
        let again = import(&island(300), &first);
        assert_eq!(counts(&again), [first.len(), 0, 0, 0]);
        let backwards: Vec<_> = island(300).into_iter().rev().collect();
        assert_eq!(counts(&import(&backwards, &first)), [first.len(), 0, 0, 0]);
    }

    /// Whether edges lie upon each other: what two islands have in common for a stretch is the shore of either.
    fn share_a_stretch(runs: &[Run]) -> bool {
        let at = |v: Vertex| geo::coord! { x: f64::from(v.lon), y: f64::from(v.lat) };
        let edges: Vec<_> = runs.iter().flat_map(|r| r.line.windows(2)).map(|e| geo::Line::new(at(e[0]), at(e[1]))).collect();
        let upon = |a, b| matches!(line_intersection(a, b), Some(LineIntersection::Collinear { .. }));
        (0..edges.len()).any(|a| (0..a).any(|b| upon(edges[a], edges[b])))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

        /// Islands that touch each other or themselves at a corner: on a grid of some hundred metres they often do.
        #[test]
        fn the_same_touching_islands_again_change_nothing(
            islands in prop::collection::vec(prop::collection::vec((0..6_i32, 0..6_i32), 3..9), 1..5),
            (turned, by) in (any::<bool>(), 0..8_usize),
        ) {
            let corner = |(x, y): &(i32, i32)| Vertex { lon: 88_000_000 + 23_457 * x, lat: 584_000_000 + 12_345 * y };
            let rings: Vec<Vec<Vertex>> = islands.iter().map(|points| points.iter().map(corner).collect()).collect();
            let shore: Vec<Run> = rings.iter().flat_map(|points| runs(points, true, None)).collect();
            prop_assume!(!share_a_stretch(&shore));
            let first = all(&reconcile(&shore, &[], 200.0, Uuid::now_v7), &[]);
            // Written from another corner on, and the other way round.
            let same = rings.into_iter().flat_map(|mut points| {
                let n = points.len();
                points.rotate_left(by % n);
                if turned {
                    points.reverse();
                }
                runs(&points, true, None)
            });
            let again = reconcile(&same.collect::<Vec<_>>(), &first, 200.0, Uuid::now_v7);
            prop_assert_eq!(counts(&again), [first.len(), 0, 0, 0], "{:?}", again.moved);
        }
    }

    #[test]
    fn the_same_clip_again_changes_nothing() {
        for clip in ["arendal", "aarhus", "chukotka"] {
            let file = std::fs::File::open(format!("fixtures/{clip}-coast.geojson")).unwrap();
            let source = crate::coast::read::shoreline(std::io::BufReader::new(file)).unwrap();
            let runs: Vec<_> = source.lines.iter().flat_map(|(l, ring)| runs(l, *ring, source.frame)).collect();
            let first = all(&reconcile(&runs, &[], 200.0, Uuid::now_v7), &[]);
            assert!(first.len() > 1000, "{clip}");
            let again = reconcile(&runs, &first, 200.0, Uuid::now_v7);
            assert_eq!(counts(&again), [first.len(), 0, 0, 0], "{clip}");
        }
    }

    #[test]
    fn a_corrected_bay_keeps_the_ids_of_all_that_is_still_there() {
        let first = all(&import(&island(300), &[]), &[]);
        let mut corrected = island(300);
        for v in &mut corrected[100..104] {
            v.lat += 3_000; // some 30 m
        }
        let [kept, moved, new, retired] = counts(&import(&corrected, &first));
        assert!(kept > first.len() * 9 / 10 && (1..10).contains(&moved), "{kept} {moved} {new} {retired}");
        assert_eq!((new, retired), (0, 0));
    }

    #[test]
    fn a_new_rock_is_new_and_a_vanished_one_retired() {
        let first = all(&import(&island(300), &[]), &[]);
        let rock: Vec<_> = [(8.5, 58.3), (8.5002, 58.3), (8.5001, 58.3001)].map(|(x, y)| Vertex::of(x, y)).to_vec();
        let mut both = runs(&island(300), true, None);
        both.extend(runs(&rock, true, None));
        let with_rock = reconcile(&both, &first, 200.0, || Uuid::from_u128(7));
        assert_eq!(counts(&with_rock), [first.len(), 0, 1, 0]);
        let old = all(&with_rock, &first);
        let [kept, _, _, retired] = counts(&import(&island(300), &old));
        assert_eq!((kept, retired), (first.len(), 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// A shift of the whole shore by less than a quarter of a segment keeps nearly every id, and no id is used twice.
        #[test]
        fn a_shifted_shore_keeps_its_ids(dx in -400..400_i32, dy in -300..300_i32, extra in 0..40_usize) {
            let first = all(&import(&island(300), &[]), &[]);
            let shifted: Vec<_> = island(300 + extra).iter().map(|v| Vertex { lon: v.lon + dx * 10, lat: v.lat + dy * 10 }).collect();
            let r = import(&shifted, &first);
            let [kept, moved, _, retired] = counts(&r);
            prop_assert_eq!(kept + moved + retired, first.len());
            prop_assert!(kept + moved >= first.len() * 9 / 10, "{} of {}", kept + moved, first.len());
            let mut ids: Vec<_> = r.kept.iter().chain(r.moved.iter().chain(&r.new).map(|s| &s.id)).collect();
            let count = ids.len();
            ids.sort(); ids.dedup();
            prop_assert_eq!(ids.len(), count);
        }
    }
}
