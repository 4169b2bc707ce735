//! Waiting piles, a fleet and reception sites as a [`Problem`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, DurationRound, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::travel::{Away, Leg, Lengths, Network};
use super::{Class, LARGEST, Matrix, Problem, UNREACHABLE, Windows};
use crate::domain::fleet::{Vehicle, VehicleKind};
use crate::domain::local::instant;
use crate::domain::pile::{Beside, Pile};
use crate::domain::plan::RoadsBy;
use crate::domain::planning::PlanningTerms;
use crate::domain::site::{Site, Takes, open_spans};

/// What routes are searched for.
pub struct Task {
    /// The plan it is for.
    pub plan: Uuid,
    /// The local days, in order.
    pub days: Vec<NaiveDate>,
    /// Where they begin and end.
    pub zone: Tz,
    /// The fleet.
    pub vehicles: Vec<Arc<Vehicle>>,
    /// What each vehicle travels on, on each day: closures may shut waters.
    pub networks: Vec<Vec<Arc<Network>>>,
    /// What is to be fetched.
    pub piles: Vec<Arc<Pile>>,
    /// Whether people may not be at a pile, by day, on land and from the water.
    pub closed: Vec<Vec<[bool; 2]>>,
    /// The route a pile must stay in, by vehicle and day.
    pub locked: Vec<Option<(Uuid, NaiveDate)>>,
    /// Where it is handed in.
    pub sites: Vec<Arc<Site>>,
    /// When a vehicle is back from another route and can leave again, by day.
    pub busy: HashMap<(Uuid, NaiveDate), DateTime<Utc>>,
    /// Kilograms and litres of bags, working times.
    pub terms: PlanningTerms,
    /// Now: what is late comes first.
    pub now: DateTime<Utc>,
}

/// A task as numbers.
pub struct Day {
    pub(super) task: Task,
    /// What the search and the check know of it.
    pub problem: Problem,
    /// Vehicle and day of each class.
    pub(super) classes: Vec<(usize, usize)>,
    pub(super) lengths: Vec<Arc<Lengths>>,
    /// Whether whoever knows the roads did not answer, for lengths or for a line: what is drawn is not what the roads are.
    went_away: AtomicBool,
    pub(super) begins: DateTime<Utc>,
}

/// Hundredths of the currency.
fn cents(cost: f64) -> i32 {
    whole(cost * 100.0)
}

fn whole(value: f64) -> i32 {
    if value.is_finite() { value.round().clamp(0.0, f64::from(UNREACHABLE)) as i32 } else { UNREACHABLE }
}

impl Day {
    /// Measures ways and puts conditions as windows.
    ///
    /// # Errors
    /// The road network that does not answer.
    pub fn of(task: Task) -> Result<Self, Arc<Network>> {
        let begins = instant(task.days.first().copied().unwrap_or_default().into(), task.zone);
        let (stops, sites) = (task.piles.len(), task.sites.len());
        let mut measured: HashMap<*const Network, Arc<Lengths>> = HashMap::new();
        let mut ways: HashMap<(*const Lengths, [u64; 3]), (Matrix, Matrix)> = HashMap::new();
        let mut day = Self {
            problem: Problem {
                stops,
                sites,
                demand: task.piles.iter().map(|p| demand(p)).collect(),
                service: task.piles.iter().map(|p| task.terms.at_pile_s(p)).chain(vec![task.terms.site_s; sites]).collect(),
                penalty: vec![0; stops],
                hand_in_by: vec![LARGEST; stops],
                kinds: task
                    .piles
                    .iter()
                    .map(|p| kinds(special(p)))
                    .chain(task.sites.iter().map(|s| kinds(s.takes.iter().copied())))
                    .collect(),
                classes: vec![],
            },
            classes: vec![],
            lengths: vec![],
            went_away: AtomicBool::new(false),
            begins,
            task,
        };
        for v in 0..day.task.vehicles.len() {
            for d in 0..day.task.days.len() {
                let network = &day.task.networks[v][d];
                let lengths = match measured.entry(Arc::as_ptr(network)) {
                    Entry::Occupied(known) => known.get().clone(),
                    Entry::Vacant(free) => {
                        free.insert(Arc::new(day.measure(network.clone()).map_err(|Away| network.clone())?)).clone()
                    }
                };
                // Vehicles that are alike share what ways cost.
                let ways =
                    ways.entry((Arc::as_ptr(&lengths), day.pace(v).map(f64::to_bits))).or_insert_with(|| day.ways(v, &lengths));
                let class = day.class(v, d, ways.clone());
                day.problem.classes.push(class);
                day.classes.push((v, d));
                day.lengths.push(lengths);
            }
        }
        day.set_penalties();
        Ok(day)
    }

    fn measure(&self, network: Arc<Network>) -> Result<Lengths, Away> {
        let nodes = self.task.piles.iter().map(|p| p.at).chain(self.task.sites.iter().map(|s| s.at));
        let depots = self.task.vehicles.iter().map(|v| v.facts.depot);
        let places = nodes.chain(depots).map(|at| network.stopping_place(at)).collect::<Result<_, _>>()?;
        Lengths::between(network, places, self.task.piles.len())
    }

    /// What ways depend on beside their lengths: kilometres an hour, cost a kilometre, cost an hour.
    fn pace(&self, v: usize) -> [f64; 3] {
        let facts = &self.task.vehicles[v].facts;
        [facts.speed_kmh, facts.cost_per_km, facts.cost_per_hour]
    }

    /// What each way costs a vehicle, and how long it takes.
    fn ways(&self, v: usize, lengths: &Lengths) -> (Matrix, Matrix) {
        let nodes = self.problem.stops + self.problem.sites + self.task.vehicles.len();
        let [speed_kmh, per_km, per_hour] = self.pace(v);
        let seconds = |leg: Leg| leg.seconds.unwrap_or(leg.metres / speed_kmh * 3.6);
        let cost = |leg: Leg| cents(leg.metres / 1000.0 * per_km + seconds(leg) / 3600.0 * per_hour);
        let each = |of: &dyn Fn(Leg) -> i32| Matrix::by(nodes, |i, j| lengths.leg(i, j).map_or(UNREACHABLE, of));
        (each(&cost), each(&|leg| whole(seconds(leg))))
    }

    fn class(&self, v: usize, d: usize, (cost, time): (Matrix, Matrix)) -> Class {
        let nodes = cost.size();
        let facts = &self.task.vehicles[v].facts;
        let depot = (self.problem.stops + self.problem.sites + v) as u32;
        let limit = |n: u32| i32::try_from(n).unwrap_or(LARGEST);
        let shift = self.shift(v, d);
        Class {
            start: depot,
            end: depot,
            count: 1,
            capacity: [limit(facts.capacity.litres), limit(facts.capacity.kg), limit(facts.capacity.bags)],
            fixed: i64::from(cents(facts.cost_per_day)),
            least: [0, 0, limit(facts.least_bags)],
            cost,
            time,
            windows: (0..nodes).map(|node| self.windows(v, d, node, &shift)).collect(),
            hands_in: true,
        }
    }

    /// Whether a vehicle gets to a pile and can lift and carry it.
    pub(super) fn can_load(&self, v: usize, pile: &Pile) -> bool {
        let facts = &self.task.vehicles[v].facts;
        facts.reaches(pile.access) && facts.can_take(pile)
    }

    /// Whether a vehicle may take the pile of a stop on a day.
    pub(super) fn may_fetch(&self, v: usize, d: usize, stop: usize) -> bool {
        let sails = usize::from(self.task.vehicles[v].facts.kind == VehicleKind::Boat);
        self.can_load(v, &self.task.piles[stop]) && !self.task.closed[stop][d][sails]
    }

    /// Whether there is a site for everything that lies beside a pile, when this vehicle brings it.
    pub(super) fn can_hand_in(&self, v: usize, pile: &Pile) -> bool {
        let kind = self.task.vehicles[v].facts.kind;
        self.task.sites.iter().any(|site| takes(site, kind) && takes_all(site, pile))
    }

    /// When a vehicle can set out: as its shift begins, but not before it is back from another route, nor before its driver can
    /// have heard of this one.
    fn earliest(&self, v: usize, d: usize) -> NaiveDateTime {
        let (vehicle, day) = (&self.task.vehicles[v], self.task.days[d]);
        let back = self.task.busy.get(&(vehicle.record.id, day)).copied();
        // To the full minute, as people say it.
        let told = self.task.now + TimeDelta::seconds(self.task.terms.notice_s);
        let told = told.duration_round_up(TimeDelta::minutes(1)).unwrap_or(told);
        let local = |at: DateTime<Utc>| at.with_timezone(&self.task.zone).naive_local();
        back.into_iter().chain([told]).map(local).fold(day.and_time(vehicle.facts.from), NaiveDateTime::max)
    }

    /// Whether a vehicle has less time than its shift.
    pub(super) fn is_short(&self, (v, d): (usize, usize)) -> bool {
        self.earliest(v, d) > self.task.days[d].and_time(self.task.vehicles[v].facts.from)
    }

    /// What is left of a vehicle's shift, on the clock of a vehicle that stands still in its break.
    fn shift(&self, v: usize, d: usize) -> Windows {
        let until = self.task.days[d].and_time(self.task.vehicles[v].facts.until);
        Windows::one(self.clock(v, d, self.earliest(v, d).min(until)), self.clock(v, d, until))
    }

    /// When work may begin at a node in a shift, on the clock of a vehicle that stands still in its break.
    fn windows(&self, v: usize, d: usize, node: usize, shift: &Windows) -> Windows {
        let (stops, sites) = (self.problem.stops, self.problem.sites);
        let (vehicle, day) = (&self.task.vehicles[v], self.task.days[d]);
        if node < stops {
            // What a hand has locked into a route stays there, and what breaks by it is shown.
            let may = match self.task.locked[node] {
                Some(to) => to == (vehicle.record.id, day),
                None => self.may_fetch(v, d, node),
            };
            if !may {
                return Windows::never();
            }
        } else if node < stops + sites {
            let site = &self.task.sites[node - stops];
            if !takes(site, vehicle.facts.kind) {
                return Windows::never();
            }
            let spans = open_spans(site.hours.as_deref(), day.into(), (day + TimeDelta::days(1)).into());
            let open =
                spans.into_iter().map(|(from, to)| (self.clock(v, d, from), self.clock(v, d, to) - self.task.terms.site_s));
            return Windows::new(open.collect()).and(shift);
        } else if node != stops + sites + v {
            return Windows::never();
        }
        shift.clone()
    }

    /// Seconds of a local time on the clock of a vehicle, which stands still in its break.
    pub(super) fn clock(&self, v: usize, d: usize, local: NaiveDateTime) -> i32 {
        let seconds = |t: NaiveDateTime| (instant(t, self.task.zone) - self.begins).num_seconds() as i32;
        let now = seconds(local);
        match self.task.vehicles[v].facts.pause {
            Some(pause) => {
                let begins = seconds(self.task.days[d].and_time(pause.at));
                now.min(begins.max(now - pause.minutes.min(240).cast_signed() * 60))
            }
            None => now,
        }
    }

    /// To leave a pile costs more than any tour for it alone; what is late or must stay in its route, more still.
    fn set_penalties(&mut self) {
        let dearest = |c: &Class| {
            let nodes = 0..c.cost.size() as u32;
            let ways = nodes.flat_map(|i| c.cost.row(i).to_vec()).filter(|w| *w < UNREACHABLE).max().unwrap_or(0);
            c.fixed + 4 * i64::from(ways)
        };
        let base = self.problem.classes.iter().map(dearest).max().unwrap_or(0) + 1;
        let last = self.task.days.last().copied().unwrap_or_default();
        let weight = |(i, pile): (usize, &Arc<Pile>)| {
            let due = pile.duty.as_ref().map(|d| d.due);
            let soon = due.is_some_and(|due| due.with_timezone(&self.task.zone).date_naive() <= last);
            match () {
                () if self.task.locked[i].is_some() => 16,
                () if due.is_some_and(|due| due < self.task.now) => 4,
                () if soon => 2,
                () => 1,
            }
        };
        self.problem.penalty = self.task.piles.iter().enumerate().map(|p| base * weight(p)).collect();
    }

    /// The piles, by their nodes.
    #[must_use]
    pub fn piles(&self) -> &[Arc<Pile>] {
        &self.task.piles
    }

    /// Notes that whoever knows the roads did not answer.
    pub fn note_away(&self) {
        self.went_away.store(true, Ordering::Relaxed);
    }

    /// Where ways by road come from.
    #[must_use]
    pub fn roads(&self) -> RoadsBy {
        let mut networks = self.task.networks.iter().flatten();
        match () {
            () if self.went_away.load(Ordering::Relaxed) => RoadsBy::Away,
            () if networks.clone().any(|n| n.is_estimate()) => RoadsBy::Estimate,
            () if networks.any(|n| n.is_roads()) => RoadsBy::Network,
            () => RoadsBy::None,
        }
    }
}

/// What of a pile not every site takes.
fn special(pile: &Pile) -> impl Iterator<Item = Takes> {
    pile.beside.iter().filter_map(|beside| match beside {
        Beside::Hazardous => Some(Takes::Hazardous),
        Beside::Bulky => Some(Takes::Bulky),
        Beside::Glass | Beside::Metal => None,
    })
}

/// Whether a site takes everything that lies beside a pile.
#[must_use]
pub fn takes_all(site: &Site, pile: &Pile) -> bool {
    special(pile).all(|kind| site.takes.contains(&kind))
}

/// A bit for each kind that not every site takes.
fn kinds(takes: impl Iterator<Item = Takes>) -> u8 {
    let bit = |kind| match kind {
        Takes::Hazardous => 1,
        Takes::Bulky => 2,
        Takes::Litter | Takes::FishingGear | Takes::ByBoat => 0,
    };
    takes.map(bit).fold(0, |all, one| all | one)
}

fn demand(pile: &Pile) -> [i32; 3] {
    [whole(pile.estimated_l.ceil()), whole(pile.estimated_kg().ceil()), i32::try_from(pile.bags().count()).unwrap_or(LARGEST)]
}

/// Whether a site takes what such a vehicle brings.
#[must_use]
pub fn takes(site: &Site, kind: VehicleKind) -> bool {
    let by_boat = site.takes.contains(&Takes::ByBoat);
    site.in_use && site.takes.contains(&Takes::Litter) && (kind == VehicleKind::Truck || by_boat)
}
