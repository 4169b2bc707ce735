//! How far it is, for those who travel alike: by road along an estimate, by sea around all land.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::sea::Sea;
use crate::coast::earth::metres;
use crate::domain::place::LonLat;

/// Lengths a network remembers before it forgets them all: forty bytes each.
const REMEMBERED: usize = 500_000;

/// Where one travels.
pub enum Ground {
    /// By road: so many times the distance as the bird flies. An estimate, for want of a road network.
    Road(f64),
    /// By sea.
    Sea(Sea),
    /// Not at all: no water is known.
    Nowhere,
}

/// Travelling on a ground, with a memory.
pub struct Network {
    ground: Ground,
    lengths: Mutex<HashMap<[u64; 4], Option<f64>>>,
}

impl Network {
    /// On this ground.
    #[must_use]
    pub fn on(ground: Ground) -> Self {
        Self { ground, lengths: Mutex::default() }
    }

    /// Whether its lengths are estimates.
    #[must_use]
    pub fn is_estimate(&self) -> bool {
        matches!(self.ground, Ground::Road(_))
    }

    /// Where one stops to get to a place. None, if one cannot.
    #[must_use]
    pub fn stopping_place(&self, at: LonLat) -> Option<LonLat> {
        match &self.ground {
            Ground::Road(_) => Some(at),
            Ground::Sea(sea) => sea.landing(at),
            Ground::Nowhere => None,
        }
    }

    /// Metres of the way between two places where one can stop. None, if there is no way.
    #[must_use]
    pub fn metres(&self, from: LonLat, to: LonLat) -> Option<f64> {
        match &self.ground {
            Ground::Road(detour) => Some(metres(from, to) * detour),
            Ground::Nowhere => None,
            Ground::Sea(sea) if from == to => sea.way(from, to).map(|_| 0.0),
            Ground::Sea(sea) => {
                let key = [from.lon, from.lat, to.lon, to.lat].map(f64::to_bits);
                let known = self.lengths.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
                known.unwrap_or_else(|| {
                    let found = sea.way(from, to).map(|w| w.metres);
                    let mut lengths = self.lengths.lock().unwrap_or_else(PoisonError::into_inner);
                    if lengths.len() >= REMEMBERED {
                        lengths.clear();
                    }
                    lengths.insert(key, found);
                    lengths.insert([key[2], key[3], key[0], key[1]], found);
                    found
                })
            }
        }
    }

    /// The line of the way, as it was measured.
    #[must_use]
    pub fn line(&self, from: LonLat, to: LonLat) -> Vec<LonLat> {
        match &self.ground {
            Ground::Nowhere => vec![],
            Ground::Road(_) => vec![from, to],
            Ground::Sea(sea) => sea.way(from, to).map_or_else(Vec::new, |w| w.line),
        }
    }
}

/// Places on a network, and how far each is from each. Infinite, where there is no way.
pub struct Lengths {
    /// The network.
    pub network: Arc<Network>,
    /// Where one stops for each node.
    pub places: Vec<Option<LonLat>>,
    metres: Vec<f64>,
}

impl Lengths {
    /// Measures all ways, on every core there is.
    #[must_use]
    pub fn between(network: Arc<Network>, places: Vec<Option<LonLat>>) -> Self {
        let n = places.len();
        let mut metres = vec![f64::INFINITY; n * n];
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (share, ways, stops) = (n.div_ceil(threads).max(1), &network, &places);
        // A way there is as long as the way back: only half are searched for. Rows are dealt out in turn, for later ones have less to do.
        std::thread::scope(|scope| {
            let mut hands: Vec<Vec<(usize, &mut [f64])>> = (0..threads).map(|_| Vec::with_capacity(share)).collect();
            for (i, row) in metres.chunks_mut(n.max(1)).enumerate() {
                hands[i % threads].push((i, row));
            }
            for hand in hands {
                scope.spawn(move || {
                    for (i, row) in hand {
                        for (j, to) in stops.iter().enumerate().skip(i + 1) {
                            if let (Some(from), Some(to)) = (stops[i], to) {
                                row[j] = ways.metres(from, *to).unwrap_or(f64::INFINITY);
                            }
                        }
                    }
                });
            }
        });
        for i in 0..n {
            metres[i * n + i] = 0.0;
            for j in 0..i {
                metres[i * n + j] = metres[j * n + i];
            }
        }
        Self { network, places, metres }
    }

    /// Metres from one node to another.
    #[must_use]
    pub fn get(&self, from: usize, to: usize) -> f64 {
        self.metres[from * self.places.len() + to]
    }

    /// The line from one node to another.
    #[must_use]
    pub fn line(&self, from: usize, to: usize) -> Vec<LonLat> {
        match (self.places[from], self.places[to]) {
            (Some(from), Some(to)) => self.network.line(from, to),
            _ => vec![],
        }
    }
}
