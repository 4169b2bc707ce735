//! The tours of a day as routes that can be driven: instants, ways, sums, and what is broken in them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::check::{Broken, check};
use super::day::{Day, takes};
use super::travel::{Away, Lengths};
use super::{NEVER, Tour, UNREACHABLE};
use crate::domain::local::instant;
use crate::domain::pickup::{BrokenAt, BrokenRule, PickupRoute, RouteState, RouteStop, StopKind};
use crate::domain::plan::RouteSums;
use crate::domain::thing::Record;

impl Day {
    /// A tour as a route: instants, ways, sums, and what is broken in it.
    #[must_use]
    pub fn route(&self, tour: &Tour) -> PickupRoute {
        let (v, d) = self.classes[tour.class];
        let (vehicle, day) = (&self.task.vehicles[v], self.task.days[d]);
        let (class, lengths) = (&self.problem.classes[tour.class], &self.lengths[tour.class]);
        let mut clock = self.departure(tour);
        let leaves = self.real(tour.class, clock, true);
        let (mut stops, mut sums) = (vec![], RouteSums::default());
        let (mut way_home, mut returns) = (vec![], leaves);
        for pair in tour.nodes.windows(2) {
            let (from, to) = (pair[0] as usize, pair[1] as usize);
            let arrival = clock.saturating_add(class.time.get(pair[0], pair[1]).min(86_400));
            let opens = class.windows[to].start(arrival);
            let begin = if opens == NEVER { arrival } else { opens };
            clock = begin + self.problem.work(pair[1]);
            let metres = lengths.leg(from, to).map_or(0.0, |leg| leg.metres);
            sums.metres += metres;
            let way = self.way(lengths, from, to);
            let Some(mut stop) = self.stop_at(to) else {
                (way_home, returns) = (way, self.real(tour.class, arrival, false));
                continue;
            };
            (stop.way, stop.metres) = (way, metres.round());
            stop.arrives = self.real(tour.class, arrival, false);
            (stop.begins, stop.leaves) = (self.real(tour.class, begin, true), self.real(tour.class, clock, false));
            sums.bags += stop.bags.count();
            sums.estimated_kg += stop.estimated_kg;
            sums.piles += u32::from(stop.kind == StopKind::Pile);
            stops.push(stop);
        }
        let facts = &vehicle.facts;
        sums.metres = sums.metres.round();
        sums.seconds = (returns - leaves).num_seconds();
        sums.cost = facts.cost(sums.metres, sums.seconds);
        sums.co2_kg = facts.co2_kg(sums.metres);
        PickupRoute {
            record: Record::new(PickupRoute::id_of(self.task.plan, vehicle.record.id, day), None, self.task.now),
            plan: self.task.plan,
            organisation: vehicle.organisation,
            vehicle: vehicle.record.id,
            vehicle_name: facts.name.clone(),
            kind: facts.kind,
            driver: facts.driver.clone(),
            pause: facts.pause.filter(|p| (leaves..returns).contains(&instant(day.and_time(p.at), self.task.zone))),
            day,
            depot: facts.depot,
            leaves,
            returns,
            stops,
            way_home,
            sums,
            broken: self.broken(tour),
            state: RouteState::Draft,
            withdrawn_at: None,
            started_at: None,
            done_at: None,
            found: vec![],
            driven_m: None,
            shared: None,
        }
    }

    /// The line from one node to another, in degrees to a tenth of a metre.
    fn way(&self, lengths: &Lengths, from: usize, to: usize) -> Vec<[f64; 2]> {
        let line = lengths.line(from, to).unwrap_or_else(|(Away, straight)| {
            self.note_away();
            straight
        });
        line.into_iter().map(|p| [p.lon, p.lat].map(|c| (c * 1e6).round() / 1e6)).collect()
    }

    fn stop_at(&self, node: usize) -> Option<RouteStop> {
        if let Some(pile) = self.task.piles.get(node) {
            return Some(RouteStop::at_pile(pile, self.begins));
        }
        self.task.sites.get(node - self.problem.stops).map(|site| RouteStop::at_site(site, self.begins))
    }

    /// When a vehicle leaves: as late as it can without coming home later or breaking more, for waiting is no work.
    fn departure(&self, tour: &Tour) -> i32 {
        let class = &self.problem.classes[tour.class];
        let earliest = class.windows[class.start as usize].first().unwrap_or(0);
        let (home, latest) = (self.home(tour, earliest), class.windows[class.start as usize].last().unwrap_or(earliest));
        let (mut good, mut bad) = (earliest, latest.saturating_add(1));
        while good + 1 < bad {
            let middle = good + (bad - good) / 2;
            if home.is_some() && self.home(tour, middle) == home { good = middle } else { bad = middle }
        }
        // To the full minute, as people say it.
        earliest.max(good - good.rem_euclid(60))
    }

    /// When one comes home who leaves then; nothing when a window is missed.
    fn home(&self, tour: &Tour, leaving: i32) -> Option<i32> {
        let class = &self.problem.classes[tour.class];
        tour.nodes.windows(2).try_fold(leaving, |clock, pair| {
            let arrival = clock.checked_add(class.time.get(pair[0], pair[1])).filter(|t| *t < UNREACHABLE)?;
            let begin = class.windows[pair[1] as usize].start(arrival);
            (begin != NEVER).then(|| begin + self.problem.work(pair[1]))
        })
    }

    /// The conditions a tour does not keep, found by the check that the search does not share.
    fn broken(&self, tour: &Tour) -> Vec<BrokenAt> {
        let last = tour.nodes.len().saturating_sub(2);
        let found = check(&self.problem, std::slice::from_ref(tour)).into_iter().map(|broken| {
            let (at, rule) = match broken {
                Broken::Overload { at, .. } => (at, BrokenRule::Overload),
                Broken::Unreachable { at, .. } => (at, BrokenRule::Unreachable),
                Broken::Late { at, .. } if self.is_not_for(tour, tour.nodes[at]) => (at, BrokenRule::NotForIt),
                Broken::Late { at, .. } | Broken::HandedInLate { at, .. } => (at, BrokenRule::Late),
                Broken::Site { at, .. } | Broken::NotTaken { at, .. } | Broken::Twice { at, .. } => (at, BrokenRule::NotForIt),
                Broken::NotEmpty { .. } => (last, BrokenRule::NotEmpty),
                Broken::Thin { .. } => (last, BrokenRule::TooFew),
                Broken::Fleet { .. } | Broken::Depot { .. } => (last, BrokenRule::NotForIt),
            };
            BrokenAt { stop: at.saturating_sub(1), rule }
        });
        let mut all: Vec<_> = found.collect();
        let (v, d) = self.classes[tour.class];
        for (at, node) in tour.nodes.iter().enumerate().filter(|(_, node)| self.problem.is_stop(**node)) {
            if !self.may_fetch(v, d, *node as usize) {
                all.push(BrokenAt { stop: at - 1, rule: BrokenRule::NotForIt });
            }
        }
        all.sort_by_key(|broken| broken.stop);
        all.dedup();
        all
    }

    /// Whether the vehicle of a tour may never go to a node, whatever the hour: it may only be too late for a site that takes it.
    fn is_not_for(&self, tour: &Tour, node: u32) -> bool {
        let kind = self.task.vehicles[self.classes[tour.class].0].facts.kind;
        let is_taken =
            (node as usize).checked_sub(self.problem.stops).and_then(|s| self.task.sites.get(s)).is_some_and(|s| takes(s, kind));
        !is_taken && self.problem.classes[tour.class].windows[node as usize].is_never()
    }

    /// The tour of a vehicle on a day through piles and sites in this order; what the task does not have is passed over.
    #[must_use]
    pub fn tour(&self, vehicle: Uuid, day: NaiveDate, through: &[Uuid]) -> Option<Tour> {
        let is = |(v, d): &(usize, usize)| self.task.vehicles[*v].record.id == vehicle && self.task.days[*d] == day;
        let class = self.classes.iter().position(is)?;
        let node = |id: &Uuid| {
            let pile = self.task.piles.iter().position(|p| p.record.id == *id);
            pile.or_else(|| self.task.sites.iter().position(|s| s.record.id == *id).map(|s| s + self.problem.stops))
        };
        let depot = self.problem.classes[class].start;
        let between = through.iter().filter_map(node).map(|n| n as u32);
        Some(Tour { class, nodes: std::iter::once(depot).chain(between).chain([depot]).collect() })
    }

    /// How many conditions a tour breaks, and what it costs: less is better.
    #[must_use]
    pub fn badness(&self, tour: &Tour) -> (usize, i64) {
        let class = &self.problem.classes[tour.class];
        let ways = tour.nodes.windows(2).map(|pair| i64::from(class.cost.get(pair[0], pair[1])));
        (self.broken(tour).len(), ways.sum())
    }

    /// The instant of a moment on the clock of a vehicle. What begins with the break begins after it; what ends with it, ends before.
    fn real(&self, class: usize, moment: i32, begins: bool) -> DateTime<Utc> {
        let (v, d) = self.classes[class];
        let pause = self.task.vehicles[v].facts.pause;
        let over = pause.is_some_and(|p| {
            let at = self.clock(v, d, self.task.days[d].and_time(p.at));
            moment > at || (begins && moment == at)
        });
        let break_s = if over { pause.map_or(0, |p| i64::from(p.minutes) * 60) } else { 0 };
        self.begins + TimeDelta::seconds(i64::from(moment) + break_s)
    }
}
