//! Slack Induction by String Removals (Christiaens and Vanden Berghe 2020, doi 10.1287/trsc.2019.0914): strings of stops
//! that lie side by side are taken out of neighbouring routes and put back greedily, each place passed over now and
//! then ("blinks"); simulated annealing decides what is kept. Every route keeps every condition at every step.

use fastrand::Rng;

use super::near;
use super::problem::{Problem, Tour};
use super::recreate::{Ends, Keys, Standing};
use super::route::{Amounts, Route};
use super::settings::Settings;
use super::windows::NEVER;

/// How far the search has come: asked now and then what share of its budget is used. From 1 on it ends.
pub type Budget<'b> = &'b mut dyn FnMut(u64, i64) -> f64;

/// What a search has found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Without those that are not worth their way.
    pub tours: Vec<Tour>,
    /// Stops that no tour has.
    pub left: Vec<u32>,
    /// As [`Problem::cost`] has it.
    pub cost: i64,
    /// Steps of the search.
    pub iterations: u64,
}

/// After how many steps the budget is asked.
const STEPS: u64 = 64;
/// How many neighbours of a stop it may come to stand beside.
const NEIGHBOURS: usize = 40;
/// How many neighbours are looked through for routes to take strings from.
const ADJACENT: usize = 250;
pub const NONE: u32 = u32::MAX;

/// Searches for tours until the budget is used. The same problem, settings and budget in steps give the same tours.
pub fn solve(problem: &Problem, settings: &Settings, budget: Budget) -> Outcome {
    let hands_in = problem.classes.iter().any(|c| c.hands_in) || problem.hand_in_by.iter().any(|due| *due < NEVER);
    let reload = problem.sites > 0 || hands_in;
    let one = problem.demand.iter().all(|d| d[1] == 0 && d[2] == 0);
    match (problem.is_timed() || reload, reload, one) {
        (false, _, true) => Search::<false, false, 1>::new(problem, settings).run(budget),
        (true, false, true) => Search::<true, false, 1>::new(problem, settings).run(budget),
        (_, true, true) => Search::<true, true, 1>::new(problem, settings).run(budget),
        _ => Search::<true, true, 3>::new(problem, settings).run(budget),
    }
}

/// What a step begins with.
struct Before {
    absent: Vec<u32>,
    free: Vec<u32>,
}

pub struct Search<'a, const TIMED: bool, const RELOAD: bool, const D: usize> {
    pub(super) of: &'a Problem,
    pub(super) amounts: Amounts<'a, D>,
    pub(super) settings: Settings,
    pub(super) rng: Rng,
    pub(super) routes: Vec<Route<D>>,
    /// Where each stop stands.
    pub(super) standing: Vec<Standing>,
    /// The ends of each route.
    pub(super) ends: Vec<Ends>,
    /// Vehicles of each class that stand in the depot.
    pub(super) free: Vec<u32>,
    pub(super) absent: Vec<u32>,
    pub(super) adjacent: Vec<Vec<u32>>,
    pub(super) neighbours: Vec<Vec<u32>>,
    pub(super) keys: Keys,
    /// Routes as they were before this step, by index.
    pub(super) saved: Vec<(usize, Route<D>)>,
    pub(super) spare: Vec<Route<D>>,
    /// A vehicle of each class in its depot.
    pub(super) empty: Vec<Route<D>>,
    /// Routes from here on were begun in this step.
    pub(super) begun: usize,
    pub(super) marked: Vec<u64>,
    pub(super) mark: u64,
    cost: i64,
    best: (i64, Vec<Tour>),
}

impl<'a, const TIMED: bool, const RELOAD: bool, const D: usize> Search<'a, TIMED, RELOAD, D> {
    fn new(of: &'a Problem, settings: &Settings) -> Self {
        let amounts = Amounts::of(of);
        Self {
            of,
            empty: (0..of.classes.len()).map(|c| Route::empty::<TIMED, RELOAD>(c, &amounts)).collect(),
            amounts,
            settings: *settings,
            rng: Rng::with_seed(settings.seed),
            routes: vec![],
            standing: vec![Standing { route: NONE, ..Standing::default() }; of.stops],
            ends: vec![],
            free: of.classes.iter().map(|c| c.count).collect(),
            absent: of.all_stops().collect(),
            adjacent: near::adjacent(of, ADJACENT),
            neighbours: if RELOAD { vec![] } else { near::neighbours(of, NEIGHBOURS, TIMED) },
            keys: Keys::of(of),
            saved: vec![],
            spare: vec![],
            begun: 0,
            marked: vec![0; of.stops + 1],
            mark: 0,
            cost: 0,
            best: (0, vec![]),
        }
    }

    fn run(mut self, budget: Budget) -> Outcome {
        self.recreate();
        self.cost = self.whole_cost();
        self.best = (self.cost, self.tours());
        let edges = (self.of.stops + self.routes.len()).max(1) as f64;
        let driven = self.routes.iter().map(|r| r.cost).sum::<i64>() as f64;
        let (hot, cold) = (driven / edges * self.settings.hot, driven / edges * self.settings.cold);
        let (mut temperature, mut iterations) = (hot, 0u64);
        let joins = if RELOAD { 0 } else { self.settings.joins };
        while self.of.stops > 0 && !self.of.classes.is_empty() {
            if iterations.is_multiple_of(STEPS) {
                debug_assert!(self.is_sound(), "what is followed step by step is what is worked out anew");
                let share = budget(iterations, self.best.0);
                if share >= 1.0 {
                    break;
                }
                temperature = hot * (cold / hot.max(f64::MIN_POSITIVE)).powf(share);
            }
            iterations += 1;
            let before = self.before();
            self.ruin();
            self.recreate();
            let slack = self.slack(temperature);
            self.keep_or_undo(before, slack);
            for _ in 0..joins {
                let slack = self.slack(temperature);
                if let Some(join) = self.find_join(slack) {
                    let before = self.before();
                    self.join(join);
                    self.keep_or_undo(before, slack);
                }
            }
        }
        self.finish(self.best.1.clone(), iterations)
    }

    /// How much more a step may cost this time.
    fn slack(&mut self, temperature: f64) -> f64 {
        -temperature * self.rng.f64().max(f64::MIN_POSITIVE).ln()
    }

    fn before(&mut self) -> Before {
        self.begun = self.routes.len();
        Before { absent: self.absent.clone(), free: self.free.clone() }
    }

    fn keep_or_undo(&mut self, before: Before, slack: f64) {
        let change = self.change(&before.absent);
        if change as f64 >= slack {
            return self.undo(before);
        }
        self.cost += change;
        self.settle();
        if self.cost < self.best.0 {
            let mut tours = std::mem::take(&mut self.best.1);
            self.tours_into(&mut tours);
            self.best = (self.cost, tours);
        }
    }

    fn whole_cost(&self) -> i64 {
        self.routes.iter().map(|r| r.cost).sum::<i64>() + self.absent.iter().map(|a| self.of.penalty[*a as usize]).sum::<i64>()
    }

    /// What this step changed in cost.
    fn change(&self, absent_before: &[u32]) -> i64 {
        let penalty = |stops: &[u32]| stops.iter().map(|a| self.of.penalty[*a as usize]).sum::<i64>();
        let touched: i64 = self.saved.iter().map(|(i, old)| self.routes[*i].cost - old.cost).sum();
        let new: i64 = self.routes[self.begun..].iter().map(|r| r.cost).sum();
        touched + new + penalty(&self.absent) - penalty(absent_before)
    }

    fn tours(&self) -> Vec<Tour> {
        let mut tours = vec![];
        self.tours_into(&mut tours);
        tours
    }

    fn tours_into(&self, tours: &mut Vec<Tour>) {
        tours.resize_with(self.routes.len(), || Tour { class: 0, nodes: vec![] });
        for (tour, route) in tours.iter_mut().zip(&self.routes) {
            tour.class = route.class;
            tour.nodes.clear();
            tour.nodes.extend(route.nodes());
        }
    }

    /// Leaves out tours that are not worth their way, and says what is left.
    fn finish(&self, mut tours: Vec<Tour>, iterations: u64) -> Outcome {
        tours.retain(|t| {
            let route = Route::<D>::along::<TIMED, RELOAD>(t.class, &t.nodes, &self.amounts);
            route.stops > 0 && !route.is_thin(&self.amounts)
        });
        tours.sort_by(|a, b| (a.class, &a.nodes).cmp(&(b.class, &b.nodes)));
        let mut served = vec![false; self.of.stops];
        tours.iter().flat_map(|t| &t.nodes).filter(|n| self.of.is_stop(**n)).for_each(|n| served[*n as usize] = true);
        let left = self.of.all_stops().filter(|s| !served[*s as usize]).collect();
        Outcome { cost: self.of.cost(&tours), tours, left, iterations }
    }

    /// Keeps a route as it is before it is touched for the first time in this step.
    pub(super) fn save(&mut self, index: usize) {
        if index >= self.begun || self.saved.iter().any(|(i, _)| *i == index) {
            return;
        }
        let mut copy = self.spare.pop().unwrap_or_else(|| self.routes[index].clone());
        copy.copy_of(&self.routes[index]);
        self.saved.push((index, copy));
    }

    fn settle(&mut self) {
        self.spare.extend(self.saved.drain(..).map(|(_, r)| r));
        let mut i = 0;
        while i < self.routes.len() {
            if self.routes[i].stops > 0 {
                i += 1;
                continue;
            }
            let gone = self.routes.swap_remove(i);
            self.ends.swap_remove(i);
            self.free[gone.class] += 1;
            self.spare.push(gone);
            if i < self.routes.len() {
                self.place_stops(i);
            }
        }
    }

    fn undo(&mut self, before: Before) {
        self.spare.extend(self.routes.drain(self.begun..));
        self.ends.truncate(self.begun);
        while let Some((i, old)) = self.saved.pop() {
            self.spare.push(std::mem::replace(&mut self.routes[i], old));
            self.place_stops(i);
        }
        for stop in &before.absent {
            self.standing[*stop as usize].route = NONE;
        }
        (self.absent, self.free) = (before.absent, before.free);
    }

    /// Notes where the stops of a route stand, and its ends.
    fn place_stops(&mut self, index: usize) {
        self.place_from(index, 0);
    }

    /// The same, when nothing before slot `from` has changed.
    pub(super) fn place_from(&mut self, index: usize, from: usize) {
        let (class, slots) = (self.routes[index].class as u32, &self.routes[index].slots);
        for (before, around) in slots.windows(3).enumerate().skip(from.saturating_sub(1)) {
            let [left, here, right] = [around[0], around[1], around[2]];
            if self.of.is_stop(here.node) {
                self.standing[here.node as usize] = Standing {
                    route: index as u32,
                    position: before as u32 + 1,
                    before: left.node,
                    after: right.node,
                    edge_before: here.edge,
                    edge_after: right.edge,
                };
            }
        }
        let (first, home) = (slots[1], slots[slots.len() - 1]);
        let (first_node, last_node) = if slots.len() == 2 { (NONE, NONE) } else { (first.node, slots[slots.len() - 2].node) };
        let ends = Ends { class, first: first_node, last: last_node, edge_first: first.edge, edge_last: home.edge };
        if index == self.ends.len() { self.ends.push(ends) } else { self.ends[index] = ends }
    }

    /// Whether what is kept of routes is what their nodes say.
    fn is_sound(&mut self) -> bool {
        let kept = (self.standing.clone(), self.ends.clone());
        for index in 0..self.routes.len() {
            let nodes: Vec<u32> = self.routes[index].nodes().collect();
            let anew = Route::<D>::along::<TIMED, RELOAD>(self.routes[index].class, &nodes, &self.amounts);
            if anew.slots != self.routes[index].slots || anew.cost != self.routes[index].cost {
                return false;
            }
            self.place_stops(index);
        }
        kept == (self.standing.clone(), self.ends.clone())
    }

    /// Takes strings of stops out of routes around a seed.
    fn ruin(&mut self) {
        let average = (self.of.stops - self.absent.len()) as f64 / self.routes.len().max(1) as f64;
        let longest = self.settings.longest.min(average).max(1.0);
        let most = 4.0 * self.settings.removed / (1.0 + longest) - 1.0;
        let strings = (self.rng.f64() * most + 1.0).floor() as usize;
        let seed = self.rng.usize(0..self.of.stops);
        self.mark += 1;
        let mut taken = 0;
        for i in 0..self.adjacent[seed].len() {
            let stop = self.adjacent[seed][i];
            let route = self.standing[stop as usize].route;
            if taken >= strings {
                break;
            }
            if route == NONE || self.marked[route as usize] == self.mark {
                continue;
            }
            self.marked[route as usize] = self.mark;
            taken += 1;
            self.take_string(route as usize, stop, longest);
        }
    }

    fn take_string(&mut self, index: usize, stop: u32, longest: f64) {
        self.save(index);
        let stops = self.routes[index].slots.len() - 2;
        let most = longest.min(self.routes[index].stops as f64);
        let length = ((self.rng.f64() * most + 1.0).floor() as usize).min(stops);
        let mut kept = 0;
        if length > 1 && length < stops && self.rng.f64() < self.settings.split {
            kept = 1;
            while length + kept < stops && self.rng.f64() > self.settings.split_ends {
                kept += 1;
            }
        }
        let whole = length + kept;
        let at = self.standing[stop as usize].position as usize;
        let (low, high) = ((at + 1).saturating_sub(whole).max(1), at.min(stops + 1 - whole));
        let from = self.rng.usize(low..=high);
        let keep = if kept > 0 { from + self.rng.usize(0..=length) } else { usize::MAX - kept };
        let (of, absent, standing) = (self.of, &mut self.absent, &mut self.standing);
        self.routes[index].retain(&self.amounts, |here, node| {
            let stays = here < from || here >= from + whole || (keep..keep + kept).contains(&here) || !of.is_stop(node);
            if !stays {
                absent.push(node);
                standing[node as usize].route = NONE;
            }
            stays
        });
        self.after_taking(index);
    }

    fn after_taking(&mut self, index: usize) {
        let route = &mut self.routes[index];
        route.refresh::<TIMED, RELOAD>(&self.amounts);
        if RELOAD {
            route.tidy::<TIMED>(&self.amounts);
        }
        // A short cut can take longer where ways are rounded: then the whole route is taken out.
        if TIMED && !route.is_in_time() {
            let out: Vec<u32> = route.stops_iter(self.of).collect();
            route.copy_of(&self.empty[route.class]);
            for stop in &out {
                self.standing[*stop as usize].route = NONE;
            }
            self.absent.extend(out);
        }
        self.place_stops(index);
    }
}
