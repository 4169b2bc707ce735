//! Cuts a shoreline into segments of about a chosen length.
//!
//! First the line becomes *runs* of real shore: positions in whole units, no repeated points, no edges that only close
//! a polygon (along ±180°, at a pole, along the frame of a clip), and a cut where it crosses the 180th meridian. Then
//! every run is cut at its anchors (places where the shore was cut before, see `reconcile`) and evenly in between.

use super::earth::{HALF_TURN, POLE, Vertex, between, edge_metres, line_metres};

/// A frame outside which the source has no data: polygon edges along it are not shore. In units of 1e-7 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Western edge.
    pub west: i32,
    /// Southern edge.
    pub south: i32,
    /// Eastern edge.
    pub east: i32,
    /// Northern edge.
    pub north: i32,
}

/// A stretch of real shore in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its vertices; in a ring the last is the first.
    pub line: Vec<Vertex>,
    /// Whether it is a whole ring.
    pub ring: bool,
}

/// A place on a run where it is to be cut.
#[derive(Debug, Clone, Copy)]
pub struct Anchor {
    /// Metres along the run.
    pub along: f64,
    /// The vertex to cut at, exactly as it was stored before.
    pub vertex: Vertex,
    /// Metres between that vertex and the run.
    pub off: f64,
}

/// Takes the real shore out of a line or a ring.
///
/// # Panics
/// Never: a run is begun before it is added to.
#[must_use]
pub fn runs(points: &[Vertex], closed: bool, frame: Option<Frame>) -> Vec<Run> {
    let mut points = points.to_vec();
    points.dedup();
    if closed && points.len() > 1 && points.first() != points.last() {
        points.push(points[0]);
    }
    let is_ring = points.len() > 3 && points.first() == points.last();
    let mut runs: Vec<Vec<Vertex>> = vec![];
    let mut open = false;
    for edge in points.windows(2) {
        let (a, b) = (edge[0], edge[1]);
        if artificial(a, b, frame) {
            open = false;
            continue;
        }
        let crossing = crosses(a, b).then(|| crossing_lat(a, b));
        if !open {
            runs.push(vec![a]);
            open = true;
        }
        let run = runs.last_mut().expect("one was just begun");
        if let Some(lat) = crossing {
            let side = |lon: i32| if lon > 0 { HALF_TURN } else { -HALF_TURN };
            run.push(Vertex { lon: side(a.lon), lat });
            runs.push(vec![Vertex { lon: side(b.lon), lat }, b]);
        } else {
            run.push(b);
        }
    }
    join_ends(&mut runs, is_ring);
    runs.into_iter()
        .filter_map(|mut line| {
            line.dedup();
            let ring = line.len() > 3 && line.first() == line.last();
            (line.len() > 1).then(|| Run { line: if ring { from_smallest(line) } else { line }, ring })
        })
        .collect()
}

/// In a ring that was opened somewhere, what was cut at the ring's first point is one run.
fn join_ends(runs: &mut Vec<Vec<Vertex>>, is_ring: bool) {
    if !is_ring || runs.len() < 2 || runs[0].first() != runs[runs.len() - 1].last() {
        return;
    }
    let mut last = runs.pop().expect("there are two");
    last.extend_from_slice(&runs[0][1..]);
    runs[0] = last;
}

/// Where a ring begins must not depend on where the file begins it.
fn from_smallest(mut ring: Vec<Vertex>) -> Vec<Vertex> {
    ring.pop();
    let first = (0..ring.len()).min_by_key(|&i| ring[i]).unwrap_or(0);
    ring.rotate_left(first);
    ring.push(ring[0]);
    ring
}

fn artificial(a: Vertex, b: Vertex, frame: Option<Frame>) -> bool {
    let meridian = a.lon.abs() == HALF_TURN && b.lon.abs() == HALF_TURN;
    let pole = a.lat.abs() == POLE && b.lat.abs() == POLE;
    let on_frame = frame.is_some_and(|f| {
        let both = |x: i32, y: i32, side: i32| x == side && y == side;
        both(a.lon, b.lon, f.west) || both(a.lon, b.lon, f.east) || both(a.lat, b.lat, f.south) || both(a.lat, b.lat, f.north)
    });
    meridian || pole || on_frame
}

/// Whether the short way between them leads over the 180th meridian.
fn crosses(a: Vertex, b: Vertex) -> bool {
    a.lon.abs_diff(b.lon) > HALF_TURN.unsigned_abs()
}

#[allow(clippy::cast_possible_truncation)] // between two latitudes
fn crossing_lat(a: Vertex, b: Vertex) -> i32 {
    let to_edge = f64::from(HALF_TURN) - f64::from(a.lon.abs());
    let whole = to_edge + f64::from(HALF_TURN) - f64::from(b.lon.abs());
    let part = if whole == 0.0 { 0.0 } else { to_edge / whole };
    (f64::from(a.lat) + (f64::from(b.lat) - f64::from(a.lat)) * part).round() as i32
}

/// Cuts a run into pieces of about `target` metres: at its anchors, and evenly in between, so that no piece is longer
/// than one and a half. A ring shorter than that stays whole.
///
/// # Panics
/// Never: the first stretch is only taken away when there are two.
#[must_use]
pub fn cut(run: &Run, anchors: &[Anchor], target: f64) -> Vec<Vec<Vertex>> {
    let anchors = spaced(anchors, target);
    let mut stretches = split(&run.line, &anchors);
    if run.ring && !anchors.is_empty() && stretches.len() > 1 && !begins_with_a_cut(run, &anchors) {
        // The ring's first point is no cut then: the stretch over it goes on from the last to the first.
        let first = stretches.remove(0);
        stretches.last_mut().expect("there were two").extend_from_slice(&first[1..]);
    }
    stretches.iter().flat_map(|line| evenly(line, target)).collect()
}

/// Anchors in order, without those that would leave a sliver; the ones that lie on the run win.
fn spaced(anchors: &[Anchor], target: f64) -> Vec<Anchor> {
    let mut anchors = anchors.to_vec();
    anchors.sort_by(|a, b| a.along.total_cmp(&b.along).then(a.vertex.cmp(&b.vertex)));
    let mut kept: Vec<Anchor> = vec![];
    for anchor in anchors {
        match kept.last_mut() {
            Some(last) if last.vertex == anchor.vertex => {}
            Some(last) if anchor.along - last.along < target / 4.0 && !(on(last) && on(&anchor)) => {
                if anchor.off < last.off {
                    *last = anchor;
                }
            }
            _ => kept.push(anchor),
        }
    }
    kept
}

/// Metres within which a place lies on a run, but for rounding.
pub const ON_RUN_M: f64 = 0.05;

fn on(anchor: &Anchor) -> bool {
    anchor.off < ON_RUN_M
}

/// Whether a ring is cut where it begins: not where it only comes by there once more.
fn begins_with_a_cut(ring: &Run, anchors: &[Anchor]) -> bool {
    let end = line_metres(&ring.line) - CORNER_M;
    let there = |a: &&Anchor| a.along < CORNER_M || a.along > end;
    anchors.iter().filter(there).any(|a| !on(a) || a.vertex == ring.line[0])
}

/// Splits a line at the anchors. An anchor that lies on the line gives its own vertex, so that cutting again at the
/// same place gives the same numbers.
fn split(line: &[Vertex], anchors: &[Anchor]) -> Vec<Vec<Vertex>> {
    let mut anchors = anchors.iter().peekable();
    let (mut out, mut piece, mut along) = (vec![], vec![line[0]], 0.0);
    for edge in line.windows(2) {
        let length = edge_metres(edge[0], edge[1]);
        while let Some(anchor) = anchors.next_if(|a| a.along <= along + length) {
            let at = if on(anchor) {
                anchor.vertex
            } else {
                part_of(edge[0], edge[1], ((anchor.along - along) / length).clamp(0.0, 1.0))
            };
            push(&mut piece, at);
            if piece.len() > 1 {
                out.push(std::mem::replace(&mut piece, vec![at]));
            }
        }
        push(&mut piece, edge[1]);
        along += length;
    }
    if piece.len() > 1 {
        out.push(piece);
    }
    out
}

/// No new cut lies nearer than this to a corner, but at it: on which side of a sharp one it lies could not be told again.
const CORNER_M: f64 = 1.0;

/// The place this far along an edge, or the corner at its end.
fn part_of(a: Vertex, b: Vertex, part: f64) -> Vertex {
    let at = between(a, b, part);
    [a, b].into_iter().find(|end| edge_metres(at, *end) < CORNER_M).unwrap_or(at)
}

fn push(line: &mut Vec<Vertex>, vertex: Vertex) {
    if line.last() != Some(&vertex) {
        line.push(vertex);
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive count
fn evenly(line: &[Vertex], target: f64) -> Vec<Vec<Vertex>> {
    let length = line_metres(line);
    let count = (length / target).round().max(1.0) as u32;
    let marks: Vec<Anchor> = (1..count)
        .map(|i| {
            let along = length * f64::from(i) / f64::from(count);
            Anchor { along, vertex: line[0], off: f64::INFINITY }
        })
        .collect();
    split(line, &marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(points: &[(f64, f64)]) -> Vec<Vertex> {
        points.iter().map(|&(lon, lat)| Vertex::of(lon, lat)).collect()
    }

    fn cut_all(points: &[(f64, f64)], closed: bool, target: f64) -> Vec<Vec<Vertex>> {
        runs(&line(points), closed, None).iter().flat_map(|r| cut(r, &[], target)).collect()
    }

    const SQUARE: [(f64, f64); 5] = [(8.0, 58.0), (8.01, 58.0), (8.01, 58.01), (8.0, 58.01), (8.0, 58.0)];

    #[test]
    fn a_ring_is_cut_alike_wherever_it_begins_and_whichever_way_it_turns() {
        let normal = |mut pieces: Vec<Vec<Vertex>>| {
            for piece in &mut pieces {
                if piece.first() > piece.last() {
                    piece.reverse();
                }
            }
            pieces.sort();
            pieces
        };
        let mut turned = SQUARE.to_vec();
        turned.pop();
        turned.rotate_left(2);
        turned.push(turned[0]);
        let backwards: Vec<_> = SQUARE.iter().rev().copied().collect();
        let expected = normal(cut_all(&SQUARE, true, 200.0));
        assert_eq!(normal(cut_all(&turned, true, 200.0)), expected);
        assert_eq!(normal(cut_all(&backwards, true, 200.0)), expected);
        assert_eq!(expected.len(), 17); // 3.4 km
    }

    #[test]
    fn a_rock_shorter_than_a_segment_is_one_segment() {
        let rock = [(8.0, 58.0), (8.0002, 58.0), (8.0001, 58.0001), (8.0, 58.0)];
        let pieces = cut_all(&rock, true, 200.0);
        assert_eq!((pieces.len(), pieces[0].first()), (1, pieces[0].last()));
    }

    #[test]
    fn repeated_points_and_points_alone_leave_nothing_odd() {
        assert!(cut_all(&[(8.0, 58.0), (8.0, 58.0)], false, 200.0).is_empty());
        let repeated = [(8.0, 58.0), (8.0, 58.0), (8.01, 58.0), (8.01, 58.0)];
        assert_eq!(cut_all(&repeated, false, 200.0), cut_all(&[(8.0, 58.0), (8.01, 58.0)], false, 200.0));
    }

    #[test]
    fn edges_along_the_180th_meridian_and_at_a_pole_are_no_shore() {
        let antarctica = [(-180.0, -90.0), (-180.0, -84.0), (0.0, -70.0), (180.0, -84.0), (180.0, -90.0), (-180.0, -90.0)];
        let runs = runs(&line(&antarctica), true, None);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].line, line(&antarctica[1..4]));
    }

    #[test]
    fn a_ring_across_the_180th_meridian_becomes_two_runs() {
        let island = [(179.9, -16.0), (-179.9, -16.0), (-179.9, -16.2), (179.9, -16.2), (179.9, -16.0)];
        let runs = runs(&line(&island), true, None);
        assert_eq!(runs.len(), 2);
        for run in &runs {
            assert!(!run.ring && run.line.len() == 4);
            assert_eq!(run.line[0].lon.abs(), HALF_TURN);
            assert!(run.line.windows(2).all(|e| !crosses(e[0], e[1])));
        }
    }

    #[test]
    fn edges_along_the_frame_of_a_clip_are_no_shore() {
        let v = |lon, lat| Vertex::of(lon, lat);
        let (low, high) = (v(8.0, 58.0), v(9.0, 59.0));
        let frame = Frame { west: low.lon, south: low.lat, east: high.lon, north: high.lat };
        let clipped = line(&[(8.0, 58.5), (8.5, 58.4), (9.0, 58.6), (9.0, 59.0), (8.0, 59.0), (8.0, 58.5)]);
        let runs = runs(&clipped, true, Some(frame));
        assert_eq!(runs, [Run { line: line(&[(8.0, 58.5), (8.5, 58.4), (9.0, 58.6)]), ring: false }]);
    }

    proptest! {
        /// Whatever the line, cutting loses no metre and leaves no piece longer than one and a half targets.
        #[test]
        fn pieces_join_to_the_whole(
            points in proptest::collection::vec((-0.02..0.02_f64, -0.02..0.02_f64), 2..30),
            base in prop::sample::select(vec![(8.7, 58.4), (179.99, 71.0), (25.0, 70.5), (10.0, -0.01)]),
            closed: bool,
            target in 50.0..500.0_f64,
        ) {
            let points: Vec<Vertex> = points.iter().map(|(x, y)| Vertex::of(base.0 + x, base.1 + y)).collect();
            for run in runs(&points, closed, None) {
                let pieces = cut(&run, &[], target);
                let whole = line_metres(&run.line);
                let sum: f64 = pieces.iter().map(|p| line_metres(p)).sum();
                prop_assert!((whole - sum).abs() < 0.05 * pieces.len() as f64 + 0.05, "{} {}", whole, sum);
                for (piece, next) in pieces.iter().zip(pieces.iter().skip(1)) {
                    prop_assert_eq!(piece.last(), next.first());
                }
                for piece in &pieces {
                    prop_assert!(line_metres(piece) <= 1.5 * target + 0.1);
                }
            }
        }
    }
}
