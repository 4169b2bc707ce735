//! How far it is, for those who travel alike: by road along a network or an estimate, by sea around all land.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};
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
        // Measured one way, so that a plan does not depend on which was asked for first.
        let (a, b) = if (from.lon, from.lat) <= (to.lon, to.lat) { (from, to) } else { (to, from) };
        let found = sea.way(a, b).map(|w| Leg { metres: if from == to { 0.0 } else { w.metres }, seconds: None });
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

    fn is_sea(&self) -> bool {
        matches!(self.ground, Ground::Sea(_))
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
    /// The node before the last where a way was put together from others.
    via: HashMap<(usize, usize), usize>,
}

/// Up to so many places by sea, each way is measured; of more, those from each to as many of the nearest, and all to the hubs.
/// Each is a search through the water, of some milliseconds when it is far: 170 places would take a minute and a half.
const MEASURED: usize = 32;

/// A part of the table: rows and columns.
type Block = (Vec<usize>, Vec<usize>);

impl Lengths {
    /// Measures the legs, on every core there is. From the node `hubs` on everything starts, ends or unloads: ways to those
    /// are long and used often, and always measured. By sea, far ways between many other places are put together from near ones:
    /// as sailed, timed and drawn they lead past those.
    ///
    /// # Errors
    /// [`Away`].
    pub fn between(network: Arc<Network>, places: Vec<Option<LonLat>>, hubs: usize) -> Result<Self, Away> {
        let n = places.len();
        let legs = vec![None; n * n];
        let mut lengths = Self { network, places, legs, via: HashMap::new() };
        let sparse = lengths.network.is_sea() && lengths.places.iter().flatten().count() > MEASURED + 1;
        let blocks = if sparse { lengths.near_blocks(hubs) } else { lengths.blocks() };
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
        if sparse {
            lengths.put_together();
        }
        Ok(lengths)
    }

    /// From each place to its nearest as the bird flies, and to the hubs; each pair once.
    fn near_blocks(&self, hubs: usize) -> Vec<Block> {
        let known: Vec<(usize, LonLat)> = self.places.iter().enumerate().filter_map(|(i, p)| p.map(|p| (i, p))).collect();
        let mut pairs: HashSet<(usize, usize)> = HashSet::new();
        for &(i, here) in &known {
            let mut others: Vec<(f64, usize)> =
                known.iter().filter(|(j, _)| *j != i).map(|&(j, there)| (metres(here, there), j)).collect();
            others.sort_by(|a, b| a.0.total_cmp(&b.0));
            let near = others.iter().enumerate().filter(|(rank, (_, j))| *rank < MEASURED || *j >= hubs || i >= hubs);
            pairs.extend(near.map(|(_, (_, j))| (i.min(*j), i.max(*j))));
        }
        let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, j) in pairs {
            rows.entry(i).or_default().push(j);
        }
        rows.into_iter().map(|(i, columns)| (vec![i], columns)).collect()
    }

    /// Fills in the ways that were not measured, each the shortest that measured ones make (Dijkstra 1959, doi 10.1007/BF01386390).
    fn put_together(&mut self) {
        let n = self.places.len();
        let millimetres = |leg: Leg| (leg.metres * 1000.0).round() as u64;
        let next: Vec<Vec<(usize, u64)>> = self
            .legs
            .chunks(n)
            .map(|row| row.iter().enumerate().filter_map(|(j, leg)| Some((j, millimetres((*leg)?)))).collect())
            .collect();
        for start in (0..n).filter(|i| self.places[*i].is_some()) {
            let mut best = vec![(u64::MAX, start); n];
            let mut queue = BinaryHeap::from([Reverse((0, start))]);
            best[start].0 = 0;
            while let Some(Reverse((so_far, here))) = queue.pop() {
                if so_far > best[here].0 {
                    continue; // a shorter way here was found since
                }
                for &(there, more) in &next[here] {
                    if so_far + more < best[there].0 {
                        best[there] = (so_far + more, here);
                        queue.push(Reverse((so_far + more, there)));
                    }
                }
            }
            for (end, &(total, before)) in best.iter().enumerate().filter(|(_, (total, _))| *total < u64::MAX) {
                let leg = &mut self.legs[start * n + end];
                if leg.is_none() {
                    *leg = Some(Leg { metres: total as f64 / 1000.0, seconds: None });
                    self.via.insert((start, end), before);
                }
            }
        }
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
        if let Some(&before) = self.via.get(&(from, to)) {
            let mut line = self.line(from, before)?;
            line.extend(self.line(before, to)?.into_iter().skip(1));
            return Ok(line);
        }
        match (self.places[from], self.places[to]) {
            (Some(from), Some(to)) => self.network.line(from, to).map_err(|away| (away, vec![from, to])),
            _ => Ok(vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::{Contains, Intersects, Line, Point};

    use super::*;
    use crate::routing::sea::tests::LAND;

    #[test]
    fn far_ways_by_sea_are_put_together_from_near_ones_and_are_as_long_as_they_are_drawn() {
        let sea = Sea::around(&LAND, 20.0, &[]).unwrap();
        let shore = LAND.iter().flat_map(|area| area.exterior().coords().step_by(40)).map(|c| LonLat { lon: c.x, lat: c.y });
        let places: Vec<_> = shore.filter_map(|at| sea.landing(at)).take(120).map(Some).collect();
        let (n, network) = (places.len(), Arc::new(Network::on(Ground::Sea(sea))));
        assert!(n > 2 * MEASURED, "{n} places");
        let hubs = n - 2;
        let lengths = Lengths::between(network.clone(), places.clone(), hubs).unwrap();
        assert!(lengths.via.len() > n, "{} ways put together", lengths.via.len());
        let exact = |i: usize, j: usize| network.line(places[i].unwrap(), places[j].unwrap()).unwrap();
        let long = |line: &[LonLat]| line.windows(2).map(|w| metres(w[0], w[1])).sum::<f64>();
        let mut detours = vec![];
        for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).filter(|(i, j)| i < j).step_by(7) {
            let (leg, line) = (lengths.leg(i, j).unwrap(), lengths.line(i, j).unwrap());
            assert!((leg.metres - long(&line)).abs() < 1.0, "{} m along a line of {}", leg.metres, long(&line));
            assert!((leg.metres - lengths.leg(j, i).unwrap().metres).abs() < 1.0);
            let ashore = line.windows(2).any(|w| LAND.intersects(&Line::new((w[0].lon, w[0].lat), (w[1].lon, w[1].lat))));
            assert!(!ashore && !LAND.contains(&Point::new(line[0].lon, line[0].lat)));
            detours.push(leg.metres / long(&exact(i, j)).max(1.0));
            assert!(j < hubs || detours.last().is_some_and(|d| (d - 1.0).abs() < 0.001), "ways to hubs are measured");
        }
        let mean = detours.iter().sum::<f64>() / detours.len() as f64;
        assert!(detours.iter().all(|d| *d > 0.999) && mean < 1.05, "{mean} times as long as the shortest");
    }
}
