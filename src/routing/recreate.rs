//! The half of the search that puts stops back: in an order of chance, each where it costs least, now and then passing a place over.

use fastrand::Rng;

use super::insert::{Judge, Place, Visit};
use super::problem::Problem;
use super::route::Route;
use super::sisr::{NONE, Search};

/// How often, of 256 times, the ends of all routes are looked at although a place beside a neighbour was found.
const ENDS: u8 = 64;

/// Where a stop stands, with the nodes beside it and what the ways from and to them cost: what most places beside it are judged
/// by lies in one line of the processor's cache.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Standing {
    pub route: u32,
    pub position: u32,
    pub before: u32,
    pub after: u32,
    pub edge_before: i32,
    pub edge_after: i32,
}

/// The first and the last node of a route between its depots, with what the ways from and to these cost; none, when there is none.
#[derive(Clone, Copy, PartialEq)]
pub struct Ends {
    pub class: u32,
    pub first: u32,
    pub last: u32,
    pub edge_first: i32,
    pub edge_last: i32,
}

/// The cheapest place so far, and the chance by which some are passed over.
struct Best {
    found: Option<(usize, Place)>,
    rng: Rng,
    blink: u32,
}

impl Best {
    /// What a place has to cost less than.
    fn below(&self) -> i64 {
        self.found.map_or(i64::MAX, |(_, place)| place.cost)
    }

    /// Keeps the place before slot `at` of a route when it is cheaper, keeps every condition and is not passed over.
    #[inline]
    fn look<const TIMED: bool, const RELOAD: bool, const D: usize>(
        &mut self,
        index: usize,
        route: &Route<D>,
        at: usize,
        judge: &Judge<D>,
    ) {
        if let Some(place) = judge.place::<TIMED, RELOAD>(route, at, self.below())
            && self.rng.u32(..) >= self.blink
        {
            self.found = Some((index, place));
        }
    }
}

/// What stops are put in order by before they are put back.
pub struct Keys {
    size: Vec<i64>,
    remote: Vec<i32>,
    opens: Vec<i32>,
    closes: Vec<i32>,
}

impl Keys {
    pub fn of(problem: &Problem) -> Self {
        let Some(class) = problem.classes.first() else {
            return Self { size: vec![], remote: vec![], opens: vec![], closes: vec![] };
        };
        let largest: [i64; 3] =
            std::array::from_fn(|i| problem.classes.iter().map(|c| i64::from(c.capacity[i])).max().unwrap_or(1).max(1));
        let share = |d: &[i32; 3]| (0..3).map(|i| i64::from(d[i]) * 1_000_000 / largest[i]).max().unwrap_or(0);
        let stops = problem.all_stops();
        Self {
            size: problem.demand.iter().map(share).collect(),
            remote: stops.clone().map(|s| class.cost.get(class.start, s)).collect(),
            opens: stops.clone().map(|s| class.windows[s as usize].first().unwrap_or(0)).collect(),
            closes: stops.map(|s| class.windows[s as usize].last().unwrap_or(0)).collect(),
        }
    }
}

impl<const TIMED: bool, const RELOAD: bool, const D: usize> Search<'_, TIMED, RELOAD, D> {
    /// Puts back what is absent, each where it costs least, as far as it can be.
    pub fn recreate(&mut self) {
        if self.of.classes.is_empty() {
            return;
        }
        self.put_in_order();
        let absent = std::mem::take(&mut self.absent);
        for stop in absent {
            match self.cheapest(stop) {
                Some((route, place)) if place.cost < self.of.penalty[stop as usize] => self.put(route, stop, place),
                _ => self.absent.push(stop),
            }
        }
    }

    fn put_in_order(&mut self) {
        self.rng.shuffle(&mut self.absent);
        let keys = &self.keys;
        let by = |key: &dyn Fn(u32) -> i64, absent: &mut Vec<u32>| absent.sort_by_key(|s| key(*s));
        match self.rng.u32(0..if TIMED { 17 } else { 11 }) {
            0..4 => {}
            4..8 => by(&|s| -keys.size[s as usize], &mut self.absent),
            8..10 => by(&|s| -i64::from(keys.remote[s as usize]), &mut self.absent),
            10 => by(&|s| i64::from(keys.remote[s as usize]), &mut self.absent),
            11..13 => by(&|s| i64::from(keys.closes[s as usize]) - i64::from(keys.opens[s as usize]), &mut self.absent),
            13..15 => by(&|s| i64::from(keys.opens[s as usize]), &mut self.absent),
            _ => by(&|s| -i64::from(keys.closes[s as usize]), &mut self.absent),
        }
    }

    /// The cheapest place for a stop: in a route there is, or with a vehicle that stands in its depot.
    fn cheapest(&mut self, stop: u32) -> Option<(usize, Place)> {
        let single = self.of.classes.len() == 1;
        let of = &self.amounts;
        let judges: Vec<Judge<D>> =
            if single { vec![] } else { (0..self.of.classes.len()).map(|c| Judge::new(of, c, stop)).collect() };
        let only = Judge::new(of, 0, stop);
        let judge = |class: usize| if single { &only } else { &judges[class] };
        let blink = (self.settings.blink * f64::from(u32::MAX)) as u32;
        let mut best = Best { found: None, rng: self.rng.clone(), blink };
        if RELOAD || !self.settings.beside {
            self.look_everywhere(judge, &mut best);
        } else {
            only.fetch();
            self.look_beside(&self.neighbours[stop as usize], judge, &mut best);
            if best.found.is_none() || best.rng.u8(..) < ENDS {
                self.look_at_ends(judge, &mut best);
            }
        }
        let Best { found, rng, .. } = best;
        self.rng = rng;
        self.with_another_vehicle(stop, found)
    }

    fn look_everywhere<'j>(&self, judge: impl Fn(usize) -> &'j Judge<'j, D>, best: &mut Best) {
        for (index, route) in self.routes.iter().enumerate() {
            let judge = judge(route.class);
            if judge.may_join::<RELOAD>(route) && judge.may() {
                for at in 1..route.slots.len() {
                    if judge.least(route, at) < best.below() {
                        best.look::<TIMED, RELOAD, D>(index, route, at, judge);
                    }
                }
            }
        }
    }

    /// Looks just before and just after each of these stops.
    fn look_beside<'j>(&self, stops: &[u32], judge: impl Fn(usize) -> &'j Judge<'j, D>, best: &mut Best) {
        for stop in stops {
            let there = self.standing[*stop as usize];
            if there.route == NONE {
                continue;
            }
            let (index, at) = (there.route as usize, there.position as usize);
            let judge = judge(self.ends[index].class as usize);
            self.look_between(index, at, judge.between(there.before, *stop, there.edge_before), judge, best);
            self.look_between(index, at + 1, judge.between(*stop, there.after, there.edge_after), judge, best);
        }
    }

    /// Looks at the beginning and at the end of each route.
    fn look_at_ends<'j>(&self, judge: impl Fn(usize) -> &'j Judge<'j, D>, best: &mut Best) {
        for (index, ends) in self.ends.iter().enumerate() {
            let (class, judge) = (&self.of.classes[ends.class as usize], judge(ends.class as usize));
            if ends.first == NONE {
                self.look_between(index, 1, judge.least(&self.routes[index], 1), judge, best);
                continue;
            }
            self.look_between(index, 1, judge.between(class.start, ends.first, ends.edge_first), judge, best);
            let cost = judge.between(ends.last, class.end, ends.edge_last);
            if cost < best.below() {
                self.look_between(index, self.routes[index].slots.len() - 1, cost, judge, best);
            }
        }
    }

    /// Looks at a place that costs so much; the route is not even touched when that is too much.
    #[inline]
    fn look_between(&self, index: usize, at: usize, cost: i64, judge: &Judge<D>, best: &mut Best) {
        if cost < best.below() {
            let route = &self.routes[index];
            if judge.may_join::<RELOAD>(route) && judge.may() {
                best.look::<TIMED, RELOAD, D>(index, route, at, judge);
            }
        }
    }

    fn with_another_vehicle(&self, stop: u32, mut best: Option<(usize, Place)>) -> Option<(usize, Place)> {
        for class in 0..self.of.classes.len() {
            let judge = Judge::new(&self.amounts, class, stop);
            if self.free[class] == 0 || !judge.may() {
                continue;
            }
            let route = &self.empty[class];
            let below = best.map_or(i64::MAX, |(_, p)| p.cost);
            if let Some(place) = judge.place::<TIMED, RELOAD>(route, 1, below) {
                best = Some((self.routes.len() + class, place));
            }
        }
        best
    }

    /// A route for a vehicle of this class that stood in its depot.
    pub(super) fn begin(&mut self, class: usize) -> usize {
        self.free[class] -= 1;
        let mut route = self.spare.pop().unwrap_or_else(|| self.empty[class].clone());
        route.copy_of(&self.empty[class]);
        self.routes.push(route);
        if self.marked.len() < self.routes.len() {
            self.marked.push(0);
        }
        self.routes.len() - 1
    }

    fn put(&mut self, mut index: usize, stop: u32, place: Place) {
        if index >= self.routes.len() {
            index = self.begin(index - self.routes.len());
        } else {
            self.save(index);
        }
        let mut at = place.at;
        let route = &mut self.routes[index];
        match place.site {
            None => {
                route.insert(&self.amounts, at, stop);
                route.refresh_at::<TIMED, RELOAD>(&self.amounts, at);
            }
            // The stop comes to stand before the site, or the site before the stop.
            Some((site, visit)) => {
                route.insert(&self.amounts, at, site);
                at += usize::from(visit == Visit::Before);
                route.insert(&self.amounts, at, stop);
                route.refresh::<TIMED, RELOAD>(&self.amounts);
            }
        }
        self.place_from(index, place.at - 1);
    }
}
