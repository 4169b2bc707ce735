//! Why a pile is in none of the routes of a day.

use super::check::{Broken, check};
use super::day::Day;
use super::{Class, Tour, UNREACHABLE};
use crate::domain::plan::LeftWhy;

impl Day {
    /// Why a pile is in no route, when the others came first or for a reason of its own.
    #[must_use]
    pub fn why_left(&self, stop: usize) -> LeftWhy {
        let pile = &self.task.piles[stop];
        if self.task.locked[stop].is_some() {
            return LeftWhy::Locked;
        }
        let fleet = || self.task.vehicles.iter().map(|v| &v.facts);
        if !fleet().any(|f| f.reaches(pile.access)) {
            return LeftWhy::NoAccess;
        }
        if !fleet().any(|f| f.reaches(pile.access) && f.can_take(pile)) {
            return LeftWhy::NoSkill;
        }
        let demand = self.problem.demand[stop];
        let able = |c: &Class| (0..3).all(|i| demand[i] <= c.capacity[i]);
        let classes = || self.problem.classes.iter().enumerate();
        let mut loading =
            classes().map(|(c, class)| (self.classes[c].0, class)).filter(|(v, c)| self.can_load(*v, pile) && able(c)).peekable();
        if loading.peek().is_none() {
            return LeftWhy::TooLarge;
        }
        if !loading.any(|(v, _)| self.can_hand_in(v, pile)) {
            return LeftWhy::NoSite;
        }
        let open = || classes().filter(|(_, c)| able(c) && !c.windows[stop].is_never());
        if open().next().is_none() {
            return LeftWhy::Closed;
        }
        if !open().any(|(_, c)| c.time.get(c.start, stop as u32) < UNREACHABLE) {
            let far = |class: usize| self.lengths[class].network.is_roads() && self.lengths[class].places[stop].is_none();
            return if open().all(|(class, _)| far(class)) { LeftWhy::NoRoad } else { LeftWhy::Unreachable };
        }
        // A vehicle that has another route that day, or whose shift has begun, has less time than a shift: the sites may be closed by then.
        let short = self.classes.iter().filter(|(v, _)| self.can_load(*v, pile)).all(|c| self.is_short(*c));
        let site_open = |c: &Class| self.problem.all_sites().any(|s| !c.windows[s as usize].is_never());
        if !open().any(|(_, c)| site_open(c)) {
            return if short { LeftWhy::NoTime } else { LeftWhy::NoSite };
        }
        self.alone(stop, if short { LeftWhy::NoTime } else { LeftWhy::TooFar })
    }

    /// Whether a tour for a pile alone could be driven; and why not, when neither time nor bags are what is missing.
    fn alone(&self, stop: usize, mut why: LeftWhy) -> LeftWhy {
        for (class, c) in self.problem.classes.iter().enumerate() {
            for site in self.problem.all_sites() {
                let tour = Tour { class, nodes: vec![c.start, stop as u32, site, c.end] };
                match check(&self.problem, &[tour]).as_slice() {
                    [] => return LeftWhy::NoTime,
                    [Broken::Thin { .. }] => why = LeftWhy::TooFew,
                    _ => {}
                }
            }
        }
        why
    }
}
