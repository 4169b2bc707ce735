use super::problem::Class;
use super::route::{Amounts, Route, Slot, Trip, fits};
use super::windows::NEVER;

/// A place for a stop in a route, with what it costs more.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub cost: i64,
    pub at: usize,
    /// A site that is visited as well.
    pub site: Option<(u32, Visit)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    Before,
    After,
}

/// Costs in one line of the processor's cache.
const LINE: usize = 16;

/// Judges places in routes of one class for one stop.
pub struct Judge<'a, const D: usize> {
    of: &'a Amounts<'a, D>,
    class: &'a Class,
    capacity: [i32; D],
    stop: u32,
    demand: [i32; D],
    due: i32,
    kinds: u8,
    cost_to: &'a [i32],
    cost_from: &'a [i32],
    time_to: &'a [i32],
    time_from: &'a [i32],
    work: i32,
}

impl<'a, const D: usize> Judge<'a, D> {
    pub fn new(of: &'a Amounts<'a, D>, class: usize, stop: u32) -> Self {
        let capacity = of.capacity[class];
        let class = &of.problem.classes[class];
        Self {
            of,
            class,
            capacity,
            stop,
            demand: of.demand[stop as usize],
            due: of.problem.hand_in_by[stop as usize],
            kinds: of.problem.kinds[stop as usize],
            cost_to: class.cost.column(stop),
            cost_from: class.cost.row(stop),
            time_to: class.time.column(stop),
            time_from: class.time.row(stop),
            work: of.problem.work(stop),
        }
    }

    /// Brings what the ways from and to the stop cost into the processor's cache, in order: in a large problem places beside neighbours
    /// would each wait for a line of it.
    #[inline]
    pub fn fetch(&self) {
        let lines = |costs: &[i32]| costs.iter().step_by(LINE).fold(0, |sum, cost| sum ^ cost);
        std::hint::black_box(lines(self.cost_from));
        if !std::ptr::eq(self.cost_from, self.cost_to) {
            std::hint::black_box(lines(self.cost_to));
        }
    }

    /// Whether a vehicle of this class may come here and could carry it at all.
    pub fn may(&self) -> bool {
        !self.class.windows[self.stop as usize].is_never() && fits(&self.demand, &[0; D], &self.capacity)
    }

    /// Whether it can have a place in this route: without sites on the way everything must fit in at once.
    #[inline]
    pub fn may_join<const RELOAD: bool>(&self, route: &Route<D>) -> bool {
        (RELOAD && self.class.hands_in) || fits(&route.load, &self.demand, &self.capacity)
    }

    /// What the stop would cost more between two nodes with a way of `edge` between them, were there nothing else to keep.
    #[inline]
    pub fn between(&self, before: u32, after: u32, edge: i32) -> i64 {
        i64::from(self.cost_to[before as usize] + self.cost_from[after as usize] - edge)
    }

    /// What the stop would cost more before slot `at`, were there nothing else to keep: less than it can be had for.
    #[inline]
    pub fn least(&self, route: &Route<D>, at: usize) -> i64 {
        let (before, here) = (&route.slots[at - 1], &route.slots[at]);
        // A vehicle that stands in its depot has yet to leave.
        let (edge, leaving) = if route.stops == 0 { (0, self.class.fixed) } else { (here.edge, 0) };
        self.between(before.node, here.node, edge) + leaving
    }

    /// The place before slot `at`, if it is cheaper than `below` and keeps every condition.
    #[inline]
    pub fn place<const TIMED: bool, const RELOAD: bool>(&self, route: &Route<D>, at: usize, below: i64) -> Option<Place> {
        let after = route.slots[at].node;
        let cost = self.least(route, at);
        if !RELOAD || self.joins(&route.trips[at]) {
            if cost >= below {
                return None;
            }
            if TIMED {
                let start = self.start(route, at)?;
                let done = start + self.work;
                if done + self.time_from[after as usize] > route.slots[at].latest {
                    return None;
                }
                if RELOAD && self.due < NEVER && !self.in_time_for_site(route, at, done, self.stop) {
                    return None;
                }
            }
            return Some(Place { cost, at, site: None });
        }
        if self.class.hands_in { self.with_site::<TIMED>(route, at, below) } else { None }
    }

    /// Whether it can be on board of this trip to its end.
    #[inline]
    fn joins(&self, trip: &Trip<D>) -> bool {
        fits(&trip.whole, &self.demand, &self.capacity) && self.kinds & !trip.taken == 0
    }

    #[inline]
    fn start(&self, route: &Route<D>, at: usize) -> Option<i32> {
        let arrival = route.slots[at - 1].leave + self.time_to[route.slots[at - 1].node as usize];
        let start = self.class.windows[self.stop as usize].start(arrival);
        (start < NEVER).then_some(start)
    }

    /// Whether the trip reaches its site in time for this stop, when `from` is left at `leave` and nodes follow from
    /// `at` on.
    fn in_time_for_site(&self, route: &Route<D>, at: usize, mut leave: i32, mut from: u32) -> bool {
        for Slot { node, .. } in &route.slots[at..] {
            let arrival = leave + self.class.time.get(from, *node);
            if !self.of.problem.is_stop(*node) {
                return arrival <= self.due;
            }
            leave = self.class.windows[*node as usize].start(arrival) + self.of.problem.work(*node);
            from = *node;
        }
        true
    }

    /// The cheapest place together with a visit to a site, just after it or just before.
    fn with_site<const TIMED: bool>(&self, route: &Route<D>, at: usize, mut below: i64) -> Option<Place> {
        let problem = self.of.problem;
        let spared = if route.stops == 0 { -self.class.fixed } else { i64::from(route.slots[at].edge) };
        let (before, after) = (route.slots[at - 1].node, route.slots[at].node);
        let mut best = None;
        let trip = &route.trips[at];
        let fits_before = fits(&trip.before, &self.demand, &self.capacity);
        let rest = Trip { whole: std::array::from_fn(|i| trip.whole[i] - trip.before[i]), ..*trip };
        let fits_after = trip.before != [0; D] && self.joins(&rest);
        for site in problem.all_sites() {
            let taken = problem.kinds[site as usize];
            if self.class.windows[site as usize].is_never() || trip.kinds & !taken != 0 {
                continue;
            }
            let to_site = i64::from(self.cost_from[site as usize]);
            let cost = i64::from(self.cost_to[before as usize]) + to_site + i64::from(self.class.cost.get(site, after)) - spared;
            if fits_before && self.kinds & !taken == 0 && cost < below && (!TIMED || self.then_site(route, at, site)) {
                below = cost;
                best = Some(Place { cost, at, site: Some((site, Visit::After)) });
            }
            let from_site = i64::from(self.cost_to[site as usize]) + i64::from(self.cost_from[after as usize]);
            let cost = i64::from(self.class.cost.get(before, site)) + from_site - spared;
            if fits_after && cost < below && (!TIMED || self.site_then(route, at, site)) {
                below = cost;
                best = Some(Place { cost, at, site: Some((site, Visit::Before)) });
            }
        }
        best
    }

    fn then_site(&self, route: &Route<D>, at: usize, site: u32) -> bool {
        let Some(start) = self.start(route, at) else { return false };
        let arrival = start + self.work + self.time_from[site as usize];
        arrival <= self.due.min(route.trips[at].due)
            && self.site_in_time(route, at, site, arrival, |s| self.class.time.get(s, route.slots[at].node))
    }

    fn site_in_time(&self, route: &Route<D>, at: usize, site: u32, arrival: i32, on: impl Fn(u32) -> i32) -> bool {
        let start = self.class.windows[site as usize].start(arrival);
        start < NEVER && start + self.of.problem.work(site) + on(site) <= route.slots[at].latest
    }

    fn site_then(&self, route: &Route<D>, at: usize, site: u32) -> bool {
        let before = route.slots[at - 1].node;
        let arrival = route.slots[at - 1].leave + self.class.time.get(before, site);
        let begun = self.class.windows[site as usize].start(arrival);
        if arrival > route.trips[at].due || begun >= NEVER {
            return false;
        }
        let there = begun + self.of.problem.work(site) + self.time_to[site as usize];
        let start = self.class.windows[self.stop as usize].start(there);
        if start >= NEVER {
            return false;
        }
        let done = start + self.work;
        done + self.time_from[route.slots[at].node as usize] <= route.slots[at].latest
            && (self.due == NEVER || self.in_time_for_site(route, at, done, self.stop))
    }
}
