//! A layer that changes often: immutable R-trees (`rstar`), each several times the size of the next, which is newer.
//!
//! A change adds a small tree; trees of like size are packed into one (the logarithmic method of Bentley and Saxe 1980,
//! doi 10.1016/0196-6774(80)90015-2), so that a change costs little however many things there are, and a reader holds
//! on to what it has.

use std::collections::HashMap;
use std::sync::Arc;

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use uuid::Uuid;

use super::earth::{folded, metres};
use crate::domain::place::{LonLat, Window};

/// Something with an id and a place.
pub trait Placed {
    /// Its id.
    fn id(&self) -> Uuid;
    /// The windows it lies in: one for each part, none across the 180th meridian.
    fn windows(&self) -> Vec<Window>;
}

type Entry<T> = GeomWithData<Rectangle<[f64; 2]>, Arc<T>>;

/// An immutable layer; a change gives a new one.
#[derive(Debug)]
pub struct Layer<T> {
    /// From old and large to new and small. A newer part overrules an older one.
    parts: Vec<Arc<Part<T>>>,
}

#[derive(Debug)]
struct Part<T> {
    tree: RTree<Entry<T>>,
    /// By id; `None` says that what older parts have is gone.
    by_id: HashMap<Uuid, Option<Arc<T>>>,
}

/// How many times larger than the next a part is at least.
const RATIO: usize = 4;

impl<T> Clone for Layer<T> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone() }
    }
}

impl<T: Placed> Default for Layer<T> {
    fn default() -> Self {
        Self::build(vec![])
    }
}

impl<T: Placed> Part<T> {
    fn build(by_id: HashMap<Uuid, Option<Arc<T>>>) -> Self {
        Self { tree: RTree::bulk_load(by_id.values().flatten().flat_map(entries).collect()), by_id }
    }
}

fn entries<T: Placed>(thing: &Arc<T>) -> Vec<Entry<T>> {
    let corners = |w: Window| Rectangle::from_corners([w.west, w.south], [w.east, w.north]);
    thing.windows().into_iter().map(|w| GeomWithData::new(corners(w), thing.clone())).collect()
}

impl<T: Placed> Layer<T> {
    /// Builds it.
    #[must_use]
    pub fn build(things: Vec<Arc<T>>) -> Self {
        Self { parts: vec![Arc::new(Part::build(things.into_iter().map(|t| (t.id(), Some(t))).collect()))] }
    }

    /// A layer in which these things are as given, or gone.
    #[must_use]
    pub fn with(&self, changes: Vec<(Uuid, Option<Arc<T>>)>) -> Self {
        if changes.is_empty() {
            return self.clone();
        }
        let (mut parts, mut newest) = (self.parts.clone(), changes.into_iter().collect::<HashMap<_, _>>());
        while let Some(older) = parts.pop_if(|older| older.by_id.len() < RATIO * newest.len()) {
            let mut both = older.by_id.clone();
            both.extend(newest);
            newest = both;
        }
        if parts.is_empty() {
            newest.retain(|_, thing| thing.is_some());
        }
        parts.push(Arc::new(Part::build(newest)));
        Self { parts }
    }

    /// The thing with this id.
    #[must_use]
    pub fn get(&self, id: Uuid) -> Option<&Arc<T>> {
        self.parts.iter().rev().find_map(|part| part.by_id.get(&id)).and_then(Option::as_ref)
    }

    /// All things, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Arc<T>> {
        let each = self.parts.iter().enumerate().flat_map(|(p, part)| part.by_id.iter().map(move |(id, thing)| (p, *id, thing)));
        each.filter(|(p, id, _)| !self.overruled(*p, *id)).filter_map(|(_, _, thing)| thing.as_ref())
    }

    /// The things of which this is so, in the order of their ids, which is the same everywhere.
    #[must_use]
    pub fn which(&self, is_so: impl Fn(&T) -> bool) -> Vec<&Arc<T>> {
        let mut found: Vec<_> = self.all().filter(|thing| is_so(thing)).collect();
        found.sort_unstable_by_key(|thing| thing.id());
        found
    }

    fn overruled(&self, part: usize, id: Uuid) -> bool {
        self.parts[part + 1..].iter().any(|newer| newer.by_id.contains_key(&id))
    }

    /// The things whose windows meet the window, each once, in the order of their ids.
    #[must_use]
    pub fn within(&self, window: Window) -> Vec<&Arc<T>> {
        let mut out = vec![];
        for w in window.split() {
            let envelope = AABB::from_corners([w.west, w.south], [w.east, w.north]);
            for (p, part) in self.parts.iter().enumerate() {
                let found = part.tree.locate_in_envelope_intersecting(envelope).map(|e| &e.data);
                out.extend(found.filter(|t| !self.overruled(p, t.id())));
            }
        }
        out.sort_by_key(|t| t.id());
        out.dedup_by_key(|t| t.id());
        out
    }

    /// The `k` things nearest to a place with their geodesic metres, nearest first, at most `within` metres away.
    /// The metres are those of `place_of`; the search widens until it has enough.
    #[must_use]
    pub fn nearest(&self, at: LonLat, k: usize, within: f64, place_of: impl Fn(&T) -> LonLat) -> Vec<(f64, &Arc<T>)> {
        let mut reach = 500.0_f64.min(within);
        loop {
            let mut found: Vec<_> = self
                .within(around(at, reach))
                .into_iter()
                .map(|t| (metres(at, place_of(t)), t))
                .filter(|(d, _)| *d <= reach)
                .collect();
            if found.len() >= k || reach >= within {
                found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id().cmp(&b.1.id())));
                found.truncate(k);
                return found;
            }
            reach = (reach * 4.0).min(within);
        }
    }
}

/// A window with every place within so many metres: all longitudes where a pole is near.
#[must_use]
pub fn around(at: LonLat, metres: f64) -> Window {
    widened(at.into(), metres)
}

/// A window with every place within so many metres of another: all longitudes where a pole is near.
#[must_use]
pub fn widened(w: Window, metres: f64) -> Window {
    // The shortest degree of latitude is 110,574 m; one of longitude is at least its cosine of 111,319 m, and shortest
    // where the window is nearest to a pole.
    let dlat = metres / 110_500.0;
    let (south, north) = (w.south - dlat, w.north + dlat);
    let dlon = metres / (111_300.0 * north.abs().max(south.abs()).min(90.0).to_radians().cos());
    let width = if w.west > w.east { w.east - w.west + 360.0 } else { w.east - w.west };
    if north >= 90.0 || south <= -90.0 || width + 2.0 * dlon >= 360.0 {
        return Window { west: -180.0, east: 180.0, south: south.max(-90.0), north: north.min(90.0) };
    }
    Window { west: folded(w.west - dlon), east: folded(w.east + dlon), south, north }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, PartialEq)]
    struct Spot(Uuid, LonLat);

    impl Placed for Spot {
        fn id(&self) -> Uuid {
            self.0
        }

        fn windows(&self) -> Vec<Window> {
            vec![self.1.into()]
        }
    }

    fn places() -> impl Strategy<Value = LonLat> {
        let anywhere = (-180.0..=180.0_f64, -90.0..=90.0_f64);
        let near = (-0.5..0.5_f64, 70.0..71.0_f64).prop_map(|(x, lat)| (if x < 0.0 { x + 180.0 } else { x - 180.0 }, lat));
        prop_oneof![anywhere, near].prop_map(|(lon, lat)| LonLat { lon, lat })
    }

    proptest! {
        /// Whatever was put in, moved and taken out, a layer answers as one that is looked through thing by thing.
        #[test]
        fn a_layer_answers_like_a_plain_list(
            steps in proptest::collection::vec((0..300_u128, places(), prop::bool::weighted(0.8)), 1..900),
            window in (places(), places()),
            k in 1..8_usize,
        ) {
            let mut layer = Layer::default();
            let mut list: HashMap<Uuid, Arc<Spot>> = HashMap::new();
            for chunk in steps.chunks(70) {
                let changes: Vec<_> = chunk.iter().map(|(id, at, there)| {
                    let id = Uuid::from_u128(*id);
                    (id, there.then(|| Arc::new(Spot(id, *at))))
                }).collect();
                for (id, spot) in &changes {
                    match spot { Some(s) => list.insert(*id, s.clone()), None => list.remove(id) };
                }
                layer = layer.with(changes);
            }
            prop_assert_eq!(layer.all().count(), list.len());
            let (a, b) = window;
            let window = Window { west: a.lon, east: b.lon, south: a.lat.min(b.lat), north: a.lat.max(b.lat) };
            let mut expected: Vec<_> = list.values().filter(|s| window.contains(s.1)).map(|s| s.0).collect();
            expected.sort();
            prop_assert_eq!(layer.within(window).iter().map(|s| s.0).collect::<Vec<_>>(), expected);
            let mut far: Vec<_> = list.values().map(|s| metres(a, s.1)).filter(|d| *d <= 3e6).collect();
            far.sort_by(f64::total_cmp);
            far.truncate(k);
            let near: Vec<_> = layer.nearest(a, k, 3e6, |s| s.1).iter().map(|(d, _)| *d).collect();
            prop_assert_eq!(near, far);
        }
    }
}
