use super::problem::{Class, Problem};
use super::windows::NEVER;

/// No plain pickup fits in a slot after the last site: what is loaded there would come home.
const CLOSED: i32 = i32::MAX / 2;

/// The way of a vehicle in the search, with what is needed to judge a pickup between two of its nodes at once. `D` is
/// how many amounts count: one or all three.
#[derive(Clone, Debug)]
pub struct Route<const D: usize> {
    pub class: usize,
    pub stops: usize,
    /// From depot to depot.
    pub slots: Vec<Slot>,
    /// Beside the slots, where there are sites to hand in at.
    pub trips: Vec<Trip<D>>,
    /// Everything picked up.
    pub load: [i32; D],
    pub cost: i64,
}

/// A node of a route and the way to it; what is read together lies together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    pub node: u32,
    /// What the way here costs, and how long it takes.
    pub edge: i32,
    pub ride: i32,
    /// When the node can be left at the earliest.
    pub leave: i32,
    /// When it must be reached at the latest, so that everything after it can be done in time.
    pub latest: i32,
}

/// What is on board around a node.
#[derive(Clone, Copy, Debug)]
pub struct Trip<const D: usize> {
    /// On arrival.
    pub before: [i32; D],
    /// In all, when the trip that leads here comes to its end.
    pub whole: [i32; D],
    /// Until when what is on board on arrival must reach a site.
    pub due: i32,
    /// The kinds on board on arrival.
    pub kinds: u8,
    /// The kinds that are taken where the trip that leads here comes to its end.
    pub taken: u8,
}

/// What [`Route`] reads of a problem, with `D` amounts.
pub struct Amounts<'a, const D: usize> {
    pub problem: &'a Problem,
    pub demand: Vec<[i32; D]>,
    pub capacity: Vec<[i32; D]>,
}

impl<'a, const D: usize> Amounts<'a, D> {
    pub fn of(problem: &'a Problem) -> Self {
        let first = |load: &[i32; 3]| std::array::from_fn(|i| load[i]);
        Self {
            problem,
            demand: problem.demand.iter().map(first).collect(),
            capacity: problem.classes.iter().map(|c| first(&c.capacity)).collect(),
        }
    }

    /// What is picked up along these slots.
    pub fn load(&self, slots: &[Slot]) -> [i32; D] {
        let mut load = [0; D];
        for demand in slots.iter().filter_map(|s| self.demand.get(s.node as usize)) {
            (0..D).for_each(|i| load[i] += demand[i]);
        }
        load
    }
}

#[inline]
pub fn fits<const D: usize>(a: &[i32; D], b: &[i32; D], capacity: &[i32; D]) -> bool {
    (0..D).all(|i| a[i] + b[i] <= capacity[i])
}

impl<const D: usize> Route<D> {
    /// A vehicle that has not left yet.
    pub fn empty<const TIMED: bool, const RELOAD: bool>(class: usize, of: &Amounts<D>) -> Self {
        let c = &of.problem.classes[class];
        Self::along::<TIMED, RELOAD>(class, &[c.start, c.end], of)
    }

    /// A vehicle that goes this way.
    pub fn along<const TIMED: bool, const RELOAD: bool>(class: usize, nodes: &[u32], of: &Amounts<D>) -> Self {
        let mut route = Self { class, stops: 0, slots: vec![], trips: vec![], load: [0; D], cost: 0 };
        let mut before = nodes[0];
        for node in nodes {
            let slot = route.slot(of, before, *node);
            route.slots.push(slot);
            before = *node;
        }
        route.refresh::<TIMED, RELOAD>(of);
        route
    }

    /// Takes the place of another without new memory.
    pub fn copy_of(&mut self, other: &Self) {
        (self.class, self.stops, self.load, self.cost) = (other.class, other.stops, other.load, other.cost);
        self.slots.clone_from(&other.slots);
        self.trips.clone_from(&other.trips);
    }

    pub fn nodes(&self) -> impl Iterator<Item = u32> + '_ {
        self.slots.iter().map(|s| s.node)
    }

    pub fn stops_iter<'s>(&'s self, problem: &'s Problem) -> impl Iterator<Item = u32> + 's {
        self.nodes().filter(|n| problem.is_stop(*n))
    }

    fn slot(&self, of: &Amounts<D>, before: u32, node: u32) -> Slot {
        let class = &of.problem.classes[self.class];
        Slot { node, edge: class.cost.get(before, node), ride: class.time.get(before, node), leave: 0, latest: 0 }
    }

    /// The way to a slot, after what stands before it has changed.
    fn join(&mut self, of: &Amounts<D>, at: usize) {
        let Slot { node, leave, latest, .. } = self.slots[at];
        self.slots[at] = Slot { leave, latest, ..self.slot(of, self.slots[at - 1].node, node) };
    }

    /// Puts a node before slot `at`; [`Self::refresh`] has to follow.
    pub fn insert(&mut self, of: &Amounts<D>, at: usize, node: u32) {
        self.slots.insert(at, self.slot(of, self.slots[at - 1].node, node));
        self.join(of, at + 1);
    }

    fn remove(&mut self, of: &Amounts<D>, at: usize) {
        self.slots.remove(at);
        self.join(of, at);
    }

    /// Changes what stands from slot `at` on for what stands from slot `there` on in another route: all of it, or nothing for a string of
    /// so many nodes. [`Self::refresh`] has to follow for both.
    pub fn change_sides(&mut self, of: &Amounts<D>, at: usize, other: &mut Self, there: usize, string: Option<usize>) {
        let (end, end_there) = string.map_or((self.slots.len(), other.slots.len()), |long| (at, there + long));
        let ours = self.slots[at..end].to_vec();
        let theirs: Vec<Slot> = other.slots.splice(there..end_there, ours).collect();
        let after = at + theirs.len();
        self.slots.splice(at..end, theirs);
        self.join(of, at);
        other.join(of, there);
        if string.is_some() {
            self.join(of, after);
        }
    }

    /// Takes out the nodes that `stays` does not hold with; [`Self::refresh`] has to follow.
    pub fn retain(&mut self, of: &Amounts<D>, mut stays: impl FnMut(usize, u32) -> bool) {
        let (mut kept, mut whole) = (0, true);
        for at in 0..self.slots.len() {
            if stays(at, self.slots[at].node) {
                self.slots[kept] = self.slots[at];
                if !whole {
                    self.join(of, kept);
                }
                kept += 1;
                whole = true;
            } else {
                whole = false;
            }
        }
        self.slots.truncate(kept);
    }

    /// Works out anew what follows from the slots.
    pub fn refresh<const TIMED: bool, const RELOAD: bool>(&mut self, of: &Amounts<D>) {
        let class = &of.problem.classes[self.class];
        self.sum(of, class);
        if RELOAD {
            self.trips(of, class);
        }
        if TIMED {
            self.times::<RELOAD>(of.problem, class);
        }
    }

    /// As [`Self::refresh`], after a stop was put in at slot `at` and nothing else: times are followed only as far as they change.
    pub fn refresh_at<const TIMED: bool, const RELOAD: bool>(&mut self, of: &Amounts<D>, at: usize) {
        if RELOAD {
            return self.refresh::<TIMED, RELOAD>(of);
        }
        let class = &of.problem.classes[self.class];
        self.sum(of, class);
        if TIMED {
            self.leave_from(of.problem, class, at);
            self.latest_before(of.problem, class, at);
        }
    }

    fn sum(&mut self, of: &Amounts<D>, class: &Class) {
        self.load = of.load(&self.slots);
        self.stops = self.slots.iter().filter(|s| of.problem.is_stop(s.node)).count();
        let cost: i64 = self.slots[1..].iter().map(|s| i64::from(s.edge)).sum();
        self.cost = if self.stops == 0 { 0 } else { cost + class.fixed + self.thin(of, class) };
    }

    /// A tour that is not worth its way costs as much as if its stops were left: so the search may pass through it, and
    /// is never better off with it.
    fn thin(&self, of: &Amounts<D>, class: &Class) -> i64 {
        let worth = class.least == [0; 3] || (0..D).any(|i| class.least[i] > 0 && self.load[i] >= class.least[i]);
        if worth { 0 } else { self.stops_iter(of.problem).map(|n| of.problem.penalty[n as usize]).sum() }
    }

    pub fn is_thin(&self, of: &Amounts<D>) -> bool {
        self.thin(of, &of.problem.classes[self.class]) > 0
    }

    fn trips(&mut self, of: &Amounts<D>, class: &Class) {
        let m = self.slots.len();
        self.trips.resize(m, Trip { before: [0; D], whole: [0; D], due: NEVER, kinds: 0, taken: 0 });
        let (mut on_board, mut due, mut kinds) = ([0; D], NEVER, 0);
        for p in 1..m {
            let left = self.slots[p - 1].node as usize;
            if let Some(demand) = of.demand.get(left) {
                for (sum, more) in on_board.iter_mut().zip(demand) {
                    *sum += more;
                }
                due = due.min(of.problem.hand_in_by[left]);
                kinds |= of.problem.kinds[left];
            } else {
                (on_board, due, kinds) = ([0; D], NEVER, 0);
            }
            let trip = &mut self.trips[p];
            (trip.before, trip.due, trip.kinds) = (on_board, due, kinds);
        }
        let (mut whole, mut taken) = if class.hands_in { ([CLOSED; D], 0) } else { (self.trips[m - 1].before, u8::MAX) };
        for p in (1..m).rev() {
            let node = self.slots[p].node;
            if of.problem.is_site(node) {
                (whole, taken) = (self.trips[p].before, of.problem.kinds[node as usize]);
            }
            (self.trips[p].whole, self.trips[p].taken) = (whole, taken);
        }
    }

    fn times<const RELOAD: bool>(&mut self, problem: &Problem, class: &Class) {
        let mut leave = class.windows[self.slots[0].node as usize].first().unwrap_or(NEVER);
        self.slots[0].leave = leave;
        for slot in &mut self.slots[1..] {
            leave = problem.leave(class, slot.node, leave.saturating_add(slot.ride));
            slot.leave = leave;
        }
        let mut bound = NEVER;
        for p in (0..self.slots.len()).rev() {
            let slot = &mut self.slots[p];
            slot.latest = class.windows[slot.node as usize].latest(bound - problem.work(slot.node));
            if RELOAD && !problem.is_stop(slot.node) && p > 0 {
                slot.latest = slot.latest.min(self.trips[p].due);
            }
            bound = slot.latest - slot.ride;
        }
    }

    /// When the nodes from slot `at` on can be left, until one past it is left as before.
    fn leave_from(&mut self, problem: &Problem, class: &Class, at: usize) {
        let mut leave = self.slots[at - 1].leave;
        for (p, slot) in self.slots.iter_mut().enumerate().skip(at) {
            leave = problem.leave(class, slot.node, leave.saturating_add(slot.ride));
            if p > at && slot.leave == leave {
                return;
            }
            slot.leave = leave;
        }
    }

    /// When the nodes up to slot `at` must be reached, until one before it must be reached as before.
    fn latest_before(&mut self, problem: &Problem, class: &Class, at: usize) {
        let mut bound = self.slots[at + 1].latest - self.slots[at + 1].ride;
        for p in (0..=at).rev() {
            let slot = &mut self.slots[p];
            let latest = class.windows[slot.node as usize].latest(bound - problem.work(slot.node));
            if p < at && slot.latest == latest {
                return;
            }
            slot.latest = latest;
            bound = latest - slot.ride;
        }
    }

    /// Whether everything in it can be done in time.
    pub fn is_in_time(&self) -> bool {
        self.slots[0].leave <= self.slots[0].latest
    }

    /// Drops visits to sites that are not needed any more, and goes to others where that is shorter.
    pub fn tidy<const TIMED: bool>(&mut self, of: &Amounts<D>) {
        let problem = of.problem;
        let capacity = &of.capacity[self.class];
        let mut p = 1;
        while p + 1 < self.slots.len() {
            let site = self.slots[p].node;
            if !problem.is_site(site) {
                p += 1;
                continue;
            }
            // What comes after the last site is empty: then only an empty trip can be left out.
            let (here, next) = (&self.trips[p], &self.trips[p + 1]);
            let needless = here.before == [0; D] || fits(&here.before, &next.whole, capacity);
            if needless && here.kinds & !next.taken == 0 {
                self.remove(of, p);
                self.refresh::<TIMED, true>(of);
                if !TIMED || self.is_in_time() {
                    continue;
                }
                self.insert(of, p, site);
                self.refresh::<TIMED, true>(of);
            }
            self.nearest_site::<TIMED>(of, p);
            p += 1;
        }
    }

    fn nearest_site<const TIMED: bool>(&mut self, of: &Amounts<D>, p: usize) {
        let problem = of.problem;
        let class = &problem.classes[self.class];
        let (before, here, after) = (self.slots[p - 1], self.slots[p], self.slots[p + 1]);
        let way = |s: u32| class.cost.get(before.node, s).saturating_add(class.cost.get(s, after.node));
        let in_time = |s: u32| {
            let arrival = before.leave + class.time.get(before.node, s);
            let start = class.windows[s as usize].start(arrival);
            let done = start.saturating_add(problem.work(s));
            arrival <= self.trips[p].due && start < NEVER && done + class.time.get(s, after.node) <= after.latest
        };
        let sites = problem.all_sites();
        let takes = |s: u32| self.trips[p].kinds & !problem.kinds[s as usize] == 0;
        let better = sites.filter(|s| way(*s) < way(here.node) && takes(*s) && (!TIMED || in_time(*s))).min_by_key(|s| way(*s));
        if let Some(site) = better {
            self.slots[p].node = site;
            self.join(of, p);
            self.join(of, p + 1);
            self.refresh::<TIMED, true>(of);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::{Matrix, Windows};
    use proptest::prelude::*;

    proptest! {
        /// What is followed from one stop on is what is worked out from the beginning.
        #[test]
        fn a_stop_put_in_is_felt_as_far_as_it_reaches(
            places in prop::collection::vec((0..50i32, 0..50i32, prop::collection::vec((0..500i32, 10..200i32), 1..4)), 3..20), ats in prop::collection::vec(0..1000usize, 20),
        ) {
            let stops = places.len() - 1;
            let far = |a: usize, b: usize| (places[a].0 - places[b].0).abs() + (places[a].1 - places[b].1).abs();
            let matrix = Matrix::by(stops + 1, far);
            let depot = stops as u32;
            let some = |i: usize| places[i].2.iter().map(|(from, long)| (*from, from + long)).collect();
            let windows = |i: usize| if i < stops { Windows::new(some(i)) } else { Windows::one(0, 2000) };
            let class = Class {
                start: depot, end: depot, count: 1, capacity: [100, 0, 0], fixed: 0, least: [0; 3],
                cost: matrix.clone(), time: matrix, windows: (0..=stops).map(windows).collect(), hands_in: false,
            };
            let problem = Problem {
                stops, sites: 0, demand: vec![[1, 0, 0]; stops], service: vec![10; stops], penalty: vec![0; stops],
                hand_in_by: vec![NEVER; stops], kinds: vec![0; stops], classes: vec![class],
            };
            let of = Amounts::<1>::of(&problem);
            let mut route = Route::empty::<true, false>(0, &of);
            for (stop, chance) in problem.all_stops().zip(ats) {
                let at = 1 + chance % (route.slots.len() - 1);
                route.insert(&of, at, stop);
                route.refresh_at::<true, false>(&of, at);
                let nodes: Vec<u32> = route.nodes().collect();
                let anew = Route::along::<true, false>(0, &nodes, &of);
                prop_assert_eq!((&route.slots, route.cost, route.load), (&anew.slots, anew.cost, anew.load));
            }
        }
    }
}
