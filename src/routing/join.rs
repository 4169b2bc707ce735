//! Small moves between the large ones: a stop is joined to one of another route that goes well after it. Either all that follows both
//! changes sides (2-opt*, Potvin and Rousseau 1995, doi 10.1057/jors.1995.204) or a short string moves over (Or 1976); what follows a stop
//! can also become a route of its own. Strings of the large moves are too short to change the tails of long routes, and
//! places for a move like these are judged without making it.

use super::problem::Class;
use super::route::{Route, Slot, fits};
use super::sisr::{NONE, Search};

/// The longest string that moves over.
const STRING: usize = 3;

/// What comes to stand after a stop of one route.
#[derive(Clone, Copy, Debug)]
pub struct Join {
    after: u32,
    /// A stop of another route; none: a route of its own begins with what followed so far.
    stop: Option<u32>,
    /// The length of the string that moves over; none: all that follows on both sides changes.
    string: Option<usize>,
}

/// The best so far, and what a better one has to cost less than.
struct Best {
    below: i64,
    join: Option<Join>,
}

/// A place in a route: before slot `at`.
struct Side<'a, const D: usize> {
    at: usize,
    route: &'a Route<D>,
}

impl<'a, const D: usize> Side<'a, D> {
    fn before(&self) -> &'a Slot {
        &self.route.slots[self.at - 1]
    }

    fn after(&self) -> &'a Slot {
        &self.route.slots[self.at]
    }
}

impl<const TIMED: bool, const RELOAD: bool, const D: usize> Search<'_, TIMED, RELOAD, D> {
    /// The best move that begins at a stop of chance and costs less than `slack` more. Where the ways it breaks do not pay for the new one, strings
    /// that would gain only by leaving their own route are passed over.
    pub fn find_join(&mut self, slack: f64) -> Option<Join> {
        let stop = self.rng.u32(0..self.of.stops as u32);
        let standing = self.standing[stop as usize];
        let route = self.routes.get(standing.route as usize)?;
        let here = Side { at: standing.position as usize + 1, route };
        let class = &self.of.classes[route.class];
        let mut best = Best { below: slack.min(f64::from(i32::MAX)).ceil() as i64, join: None };
        let (from, after) = (class.cost.row(stop), class.cost.column(standing.after));
        for other in &self.neighbours[stop as usize] {
            let there = self.standing[*other as usize];
            if there.route == NONE || there.route == standing.route {
                continue;
            }
            let joined = i64::from(from[*other as usize] - standing.edge_after - there.edge_before);
            if joined < best.below && self.ends[there.route as usize].class as usize == route.class {
                let (index, join) = (there.route as usize, Join { after: stop, stop: Some(*other), string: None });
                let cost = joined + i64::from(after[there.before as usize]);
                let there = Side { at: there.position as usize, route: &self.routes[index] };
                self.look_at_strings(class, joined, [&here, &there], join, &mut best);
                self.look_at_tails(class, cost, [&here, &there], join, &mut best);
            }
        }
        if self.free[route.class] > 0 {
            let ways = from[class.end as usize] + after[class.start as usize] - standing.edge_after;
            let alone = Side { at: 1, route: &self.empty[route.class] };
            let join = Join { after: stop, stop: None, string: None };
            self.look_at_tails(class, i64::from(ways) + class.fixed, [&here, &alone], join, &mut best);
        }
        best.join
    }

    fn look_at_tails(&self, class: &Class, cost: i64, [here, there]: [&Side<D>; 2], join: Join, best: &mut Best) {
        let in_time = |before: &Slot, after: &Slot| before.leave + class.time.get(before.node, after.node) <= after.latest;
        let both_in_time = || in_time(here.before(), there.after()) && in_time(there.before(), here.after());
        if cost >= best.below || (TIMED && !both_in_time()) {
            return;
        }
        let capacity = &self.amounts.capacity[here.route.class];
        let fits = |heads: &Side<D>, tails: &Side<D>| {
            let (head, tail) = (&heads.route.slots[..heads.at], &tails.route.slots[tails.at..]);
            fits(&self.amounts.load(head), &self.amounts.load(tail), capacity)
        };
        if fits(here, there) && fits(there, here) {
            *best = Best { below: cost, join: Some(join) };
        }
    }

    fn look_at_strings(&self, class: &Class, joined: i64, [here, there]: [&Side<D>; 2], join: Join, best: &mut Best) {
        let (before, after) = (there.before(), here.after());
        let capacity = &self.amounts.capacity[here.route.class];
        for length in 1..=STRING.min(there.route.slots.len() - 1 - there.at) {
            let string = &there.route.slots[there.at..there.at + length];
            let (last, next) = (&string[length - 1], &there.route.slots[there.at + length]);
            if !fits(&here.route.load, &self.amounts.load(string), capacity) {
                return;
            }
            let closed = class.cost.get(last.node, after.node) + class.cost.get(before.node, next.node) - next.edge;
            let cost = joined + i64::from(closed);
            let in_time = || {
                self.through(class, here.before(), string) + class.time.get(last.node, after.node) <= after.latest
                    && before.leave + class.time.get(before.node, next.node) <= next.latest
            };
            if cost < best.below && (!TIMED || in_time()) {
                *best = Best { below: cost, join: Some(Join { string: Some(length), ..join }) };
            }
        }
    }

    /// When the last node of a string can be left, if it comes after `before`, or [`super::NEVER`].
    fn through(&self, class: &Class, before: &Slot, string: &[Slot]) -> i32 {
        let (mut leave, mut from) = (before.leave, before.node);
        for slot in string {
            leave = self.of.leave(class, slot.node, leave.saturating_add(class.time.get(from, slot.node)));
            from = slot.node;
        }
        leave
    }

    /// Makes a move that [`Self::find_join`] has found.
    pub fn join(&mut self, join: Join) {
        let here = self.standing[join.after as usize];
        let (index, at) = (here.route as usize, here.position as usize + 1);
        let (other, there) = match join.stop.map(|stop| self.standing[stop as usize]) {
            Some(there) => (there.route as usize, there.position as usize),
            None => (self.begin(self.routes[index].class), 1),
        };
        self.save(index);
        self.save(other);
        let [ours, theirs] = self.routes.get_disjoint_mut([index, other]).expect("two routes");
        ours.change_sides(&self.amounts, at, theirs, there, join.string);
        ours.refresh::<TIMED, RELOAD>(&self.amounts);
        theirs.refresh::<TIMED, RELOAD>(&self.amounts);
        self.place_from(index, at - 1);
        self.place_from(other, there - 1);
    }
}
