//! How far it is, for those who travel alike: by road along a network or an estimate, by sea around all land.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::sea::Sea;
use crate::coast::earth::metres;
use crate::domain::place::LonLat;

/// Legs a network remembers before it forgets them all: some sixty bytes each.
const REMEMBERED: usize = 500_000;
/// Lines a network remembers before it forgets them all: some hundred bytes each, those of roads some thousand.
const REMEMBERED_LINES: usize = 20_000;

/// From one place to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leg {
    /// Metres.
    pub metres: f64,
    /// Seconds; nothing where the speed of the vehicle says it.
    pub seconds: Option<f64>,
}

/// Whoever knows the roads does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away;

/// A road network, as somebody else knows it.
pub trait Roads: Send + Sync {
    /// Whether a road is near enough to a place.
    ///
    /// # Errors
    /// [`Away`].
    fn reach(&self, at: LonLat) -> Result<bool, Away>;
    /// The legs from each of some places to each of others, row by row; nothing where no way leads.
    ///
    /// # Errors
    /// [`Away`].
    fn legs(&self, from: &[LonLat], to: &[LonLat]) -> Result<Vec<Option<Leg>>, Away>;
    /// The line of a way.
    ///
    /// # Errors
    /// [`Away`].
    fn line(&self, from: LonLat, to: LonLat) -> Result<Vec<LonLat>, Away>;
    /// The most places on each side of one question.
    fn most(&self) -> usize;
}

/// Where one travels.
pub enum Ground {
    /// By road, as a network knows it.
    Roads(Arc<dyn Roads>),
    /// By road: so many times the distance as the bird flies. An estimate, for want of a road network.
    Estimate(f64),
    /// By sea.
    Sea(Sea),
    /// Not at all: no water is known.
    Nowhere,
}

type Ends = [u64; 4];

fn ends(from: LonLat, to: LonLat) -> Ends {
    [from.lon, from.lat, to.lon, to.lat].map(f64::to_bits)
}

/// Travelling on a ground, with a memory.
pub struct Network {
    ground: Ground,
    legs: Mutex<HashMap<Ends, Option<Leg>>>,
    lines: Mutex<HashMap<Ends, Vec<LonLat>>>,
}

impl Network {
    /// On this ground.
    #[must_use]
    pub fn on(ground: Ground) -> Self {
        Self { ground, legs: Mutex::default(), lines: Mutex::default() }
    }

    /// Whether its lengths are estimates.
    #[must_use]
    pub fn is_estimate(&self) -> bool {
        matches!(self.ground, Ground::Estimate(_))
    }

    /// Whether a road network is asked.
    #[must_use]
    pub fn is_roads(&self) -> bool {
        matches!(self.ground, Ground::Roads(_))
    }

    /// Where one stops to get to a place. None, if one cannot.
    ///
    /// # Errors
    /// [`Away`].
    pub fn stopping_place(&self, at: LonLat) -> Result<Option<LonLat>, Away> {
        match &self.ground {
            Ground::Roads(roads) => Ok(roads.reach(at)?.then_some(at)),
            Ground::Estimate(_) => Ok(Some(at)),
            Ground::Sea(sea) => Ok(sea.landing(at)),
            Ground::Nowhere => Ok(None),
        }
    }

    /// The legs from some places to others, row by row. None, where there is no way.
    fn legs(&self, from: &[LonLat], to: &[LonLat]) -> Result<Vec<Option<Leg>>, Away> {
        let pairs = || from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b)));
        match &self.ground {
            Ground::Nowhere => Ok(pairs().map(|_| None).collect()),
            Ground::Estimate(detour) => {
                Ok(pairs().map(|(a, b)| Some(Leg { metres: metres(a, b) * detour, seconds: None })).collect())
            }
            Ground::Sea(sea) => Ok(pairs().map(|(a, b)| self.by_sea(sea, a, b)).collect()),
            Ground::Roads(roads) => {
                if let Some(known) = self.remembered(pairs()) {
                    return Ok(known);
                }
                let found = roads.legs(from, to)?;
                self.remember(pairs().zip(found.iter().copied()));
                Ok(found)
            }
        }
    }

    /// A way by sea is as long as the way back.
    fn by_sea(&self, sea: &Sea, from: LonLat, to: LonLat) -> Option<Leg> {
        if let Some(known) = self.remembered(std::iter::once((from, to))) {
            return known[0];
        }
        let found = sea.way(from, to).map(|w| Leg { metres: if from == to { 0.0 } else { w.metres }, seconds: None });
        self.remember([((from, to), found), ((to, from), found)].into_iter());
        found
    }

    /// Legs, when all of them are known.
    fn remembered(&self, pairs: impl Iterator<Item = (LonLat, LonLat)>) -> Option<Vec<Option<Leg>>> {
        let legs = self.legs.lock().unwrap_or_else(PoisonError::into_inner);
        pairs.map(|(a, b)| legs.get(&ends(a, b)).copied()).collect()
    }

    fn remember(&self, found: impl Iterator<Item = ((LonLat, LonLat), Option<Leg>)>) {
        let mut legs = self.legs.lock().unwrap_or_else(PoisonError::into_inner);
        if legs.len() >= REMEMBERED {
            legs.clear();
        }
        legs.extend(found.map(|((a, b), leg)| (ends(a, b), leg)));
    }

    /// Whether a way there is as long as the way back.
    fn is_even(&self) -> bool {
        !self.is_roads()
    }

    /// How many places on each side are asked for at once.
    fn most(&self) -> usize {
        if let Ground::Roads(roads) = &self.ground { roads.most() } else { 16 }
    }

    /// The line of the way, as it was measured.
    ///
    /// # Errors
    /// [`Away`].
    pub fn line(&self, from: LonLat, to: LonLat) -> Result<Vec<LonLat>, Away> {
        if let Some(known) = self.known_line(from, to) {
            return Ok(known);
        }
        let found = match &self.ground {
            Ground::Nowhere => return Ok(vec![]),
            Ground::Estimate(_) => return Ok(vec![from, to]),
            Ground::Roads(roads) => roads.line(from, to)?,
            Ground::Sea(sea) => sea.way(from, to).map_or_else(Vec::new, |w| w.line),
        };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= REMEMBERED_LINES {
            lines.clear();
        }
        lines.insert(ends(from, to), found.clone());
        Ok(found)
    }

    fn known_line(&self, from: LonLat, to: LonLat) -> Option<Vec<LonLat>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).get(&ends(from, to)).cloned()
    }
}

/// Places on a network, and the legs from each to each.
pub struct Lengths {
    /// The network.
    pub network: Arc<Network>,
    /// Where one stops for each node.
    pub places: Vec<Option<LonLat>>,
    legs: Vec<Option<Leg>>,
}

/// A part of the table: rows and columns.
type Block = (Vec<usize>, Vec<usize>);

impl Lengths {
    /// Measures all legs, on every core there is.
    ///
    /// # Errors
    /// [`Away`].
    pub fn between(network: Arc<Network>, places: Vec<Option<LonLat>>) -> Result<Self, Away> {
        let n = places.len();
        let legs = vec![None; n * n];
        let mut lengths = Self { network, places, legs };
        let blocks = lengths.blocks();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let measured: Vec<Result<Vec<_>, Away>> = std::thread::scope(|scope| {
            // Dealt out in turn: where only half is searched for, later ones have less to do.
            let hands = (0..threads).map(|t| blocks.iter().skip(t).step_by(threads));
            let hands: Vec<_> = hands.map(|hand| scope.spawn(|| hand.map(|b| lengths.measured(b)).collect())).collect();
            hands.into_iter().map(|h| h.join().unwrap_or(Err(Away))).collect()
        });
        for hand in measured {
            for (block, legs) in hand? {
                lengths.put(block, &legs);
            }
        }
        for i in 0..n {
            lengths.legs[i * n + i] = lengths.places[i].map(|_| Leg { metres: 0.0, seconds: Some(0.0) });
        }
        Ok(lengths)
    }

    /// What is asked for at once; only half of it where the way back is as long.
    fn blocks(&self) -> Vec<Block> {
        let known: Vec<usize> = (0..self.places.len()).filter(|i| self.places[*i].is_some()).collect();
        let parts: Vec<&[usize]> = known.chunks(self.network.most().max(1)).collect();
        let half = self.network.is_even();
        let pairs = parts.iter().enumerate().flat_map(|(i, a)| parts.iter().skip(if half { i } else { 0 }).map(move |b| (a, b)));
        pairs.map(|(a, b)| (a.to_vec(), b.to_vec())).collect()
    }

    fn measured<'a>(&self, block: &'a Block) -> Result<(&'a Block, Vec<Option<Leg>>), Away> {
        let at = |nodes: &[usize]| nodes.iter().filter_map(|i| self.places[*i]).collect::<Vec<_>>();
        Ok((block, self.network.legs(&at(&block.0), &at(&block.1))?))
    }

    fn put(&mut self, (rows, columns): &Block, legs: &[Option<Leg>]) {
        let n = self.places.len();
        let even = self.network.is_even();
        for (i, row) in rows.iter().zip(legs.chunks(columns.len().max(1))) {
            for (j, leg) in columns.iter().zip(row) {
                self.legs[i * n + j] = *leg;
                if even {
                    self.legs[j * n + i] = *leg;
                }
            }
        }
    }

    /// The leg from one node to another, if a way leads there.
    #[must_use]
    pub fn leg(&self, from: usize, to: usize) -> Option<Leg> {
        self.legs[from * self.places.len() + to]
    }

    /// The line from one node to another; a straight one, when whoever measured it does not answer any more.
    ///
    /// # Errors
    /// [`Away`], with the straight one.
    pub fn line(&self, from: usize, to: usize) -> Result<Vec<LonLat>, (Away, Vec<LonLat>)> {
        match (self.places[from], self.places[to]) {
            (Some(from), Some(to)) => self.network.line(from, to).map_err(|away| (away, vec![from, to])),
            _ => Ok(vec![]),
        }
    }
}
