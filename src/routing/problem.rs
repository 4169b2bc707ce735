use std::ops::Range;

use thiserror::Error;

use super::{Matrix, NEVER, Windows};

/// What a vehicle can hold at once, and what lies at a stop: litres, kilograms, bags, or other three amounts.
pub type Load = [i32; 3];

/// Pickups, reception sites and vehicles as numbers. Nodes are counted through: first the stops, then the sites, then
/// the depots; times are seconds from the beginning of the plan, costs any whole unit.
#[derive(Clone, Debug)]
pub struct Problem {
    /// How many piles.
    pub stops: usize,
    /// How many reception sites.
    pub sites: usize,
    /// What is picked up at each stop.
    pub demand: Vec<Load>,
    /// How long the work takes at each stop and then at each site, in seconds.
    pub service: Vec<i32>,
    /// What it costs to leave a stop for another day.
    pub penalty: Vec<i64>,
    /// Until when what was picked up at a stop must have reached a site: the moment of arrival there.
    pub hand_in_by: Vec<i32>,
    /// Of each stop and then of each site, a bit for each kind of thing that not every site takes: what lies there, and what is
    /// taken there.
    pub kinds: Vec<u8>,
    /// The fleet.
    pub classes: Vec<Class>,
}

/// Vehicles on a day that are alike in everything.
#[derive(Clone, Debug)]
pub struct Class {
    /// The depot where the day begins.
    pub start: u32,
    /// The depot where it ends.
    pub end: u32,
    /// How many there are.
    pub count: u32,
    /// How much one holds at once.
    pub capacity: Load,
    /// What it costs that one leaves the depot at all.
    pub fixed: i64,
    /// The least load that is worth a tour, in the same amounts; what one has more of is enough.
    pub least: Load,
    /// What each way costs.
    pub cost: Matrix,
    /// How long each way takes.
    pub time: Matrix,
    /// For each node when work may begin there. Never, where this class may not go: for want of a skill or a quay.
    pub windows: Vec<Windows>,
    /// Whether it hands in at sites, as often as it likes, and comes home empty. Otherwise the depot takes the load.
    pub hands_in: bool,
}

/// The way of one vehicle: nodes from depot to depot, stops and sites between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tour {
    /// By its index.
    pub class: usize,
    /// From depot to depot.
    pub nodes: Vec<u32>,
}

/// Why a problem does not hang together.
#[derive(Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each says it")]
pub enum ProblemError {
    #[error("{what} has {got} values where {want} are needed")]
    Length { what: &'static str, got: usize, want: usize },
    #[error("{what} is below nothing")]
    Negative { what: &'static str },
    #[error("class {0} begins or ends where there is no depot")]
    Depot(usize),
}

/// Past this a sum of two could leave 32 bits.
pub const LARGEST: i32 = i32::MAX / 4;

impl Problem {
    /// Whether it hangs together.
    ///
    /// # Errors
    /// Says what does not.
    pub fn checked(self) -> Result<Self, ProblemError> {
        let length = |what, got, want| if got == want { Ok(()) } else { Err(ProblemError::Length { what, got, want }) };
        length("demand", self.demand.len(), self.stops)?;
        length("service", self.service.len(), self.stops + self.sites)?;
        length("penalty", self.penalty.len(), self.stops)?;
        length("hand_in_by", self.hand_in_by.len(), self.stops)?;
        length("kinds", self.kinds.len(), self.stops + self.sites)?;
        for (i, class) in self.classes.iter().enumerate() {
            length("time", class.time.size(), class.cost.size())?;
            length("windows", class.windows.len(), class.cost.size())?;
            let depot = |n: u32| n as usize >= self.stops + self.sites && (n as usize) < class.cost.size();
            if !depot(class.start) || !depot(class.end) {
                return Err(ProblemError::Depot(i));
            }
        }
        let negative = |what, bad: bool| if bad { Err(ProblemError::Negative { what }) } else { Ok(()) };
        negative("demand", self.demand.iter().flatten().any(|d| *d < 0))?;
        negative("service", self.service.iter().any(|s| !(0..=LARGEST).contains(s)))?;
        negative("penalty", self.penalty.iter().any(|p| *p < 0))?;
        Ok(self)
    }

    /// The nodes that are stops.
    #[must_use]
    pub fn all_stops(&self) -> Range<u32> {
        0..self.stops as u32
    }

    /// The nodes that are sites.
    #[must_use]
    pub fn all_sites(&self) -> Range<u32> {
        self.stops as u32..(self.stops + self.sites) as u32
    }

    /// Whether a node is a stop.
    #[inline]
    #[must_use]
    pub fn is_stop(&self, node: u32) -> bool {
        (node as usize) < self.stops
    }

    /// Whether it is a site.
    #[inline]
    #[must_use]
    pub fn is_site(&self, node: u32) -> bool {
        (self.stops..self.stops + self.sites).contains(&(node as usize))
    }

    /// The work at a node, in seconds; none at a depot.
    #[inline]
    #[must_use]
    pub fn work(&self, node: u32) -> i32 {
        self.service.get(node as usize).copied().unwrap_or(0)
    }

    /// When a node can be left that is reached at `arrival`, or [`NEVER`].
    #[inline]
    #[must_use]
    pub fn leave(&self, class: &Class, node: u32, arrival: i32) -> i32 {
        class.windows[node as usize].start(arrival).saturating_add(self.work(node)).min(NEVER)
    }

    /// Whether time plays a part at all: otherwise it need not be looked at.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        let open = |c: &Class| c.windows.iter().all(|w| w.iter().eq([(0, LARGEST)]));
        !self.classes.iter().all(open)
    }

    /// What tours cost: the ways, the vehicles that leave, the stops that are left.
    #[must_use]
    pub fn cost(&self, tours: &[Tour]) -> i64 {
        let mut left = self.penalty.iter().sum::<i64>();
        let mut cost = 0;
        for tour in tours.iter().filter(|t| t.nodes.iter().any(|n| self.is_stop(*n))) {
            let class = &self.classes[tour.class];
            cost += class.fixed + tour.nodes.windows(2).map(|w| i64::from(class.cost.get(w[0], w[1]))).sum::<i64>();
            left -= tour.nodes.iter().filter(|n| self.is_stop(**n)).map(|n| self.penalty[*n as usize]).sum::<i64>();
        }
        cost + left
    }
}
