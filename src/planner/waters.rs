//! Waters that boats sail on, kept ready: to mesh an archipelago takes a moment, and an edit by hand should not wait for it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use geo::{BooleanOps, BoundingRect, MultiPolygon, Rect};
use uuid::Uuid;

use crate::coast::index::{Coast, Land};
use crate::coast::layer::widened;
use crate::domain::place::{LonLat, Window};
use crate::domain::planning::PlanningTerms;
use crate::routing::sea::Sea;
use crate::routing::travel::{Ground, Network};

/// Waters that are kept ready.
const KEPT: usize = 8;
/// How far around piles and depots boats may sail, in metres.
const AROUND_M: f64 = 10_000.0;

/// One that is ready, and what tells it from another.
struct Water {
    /// The same land as long as nothing was imported.
    land: Arc<Land>,
    /// Bits of its clearance in metres.
    clearance: u64,
    window: Window,
    closed: Vec<Uuid>,
    network: Arc<Network>,
}

/// All that are ready.
#[derive(Default)]
pub struct Waters(Mutex<Vec<Water>>);

impl Waters {
    /// The water around these places for a boat that lies so deep, on a day. None, if no land is known there.
    #[must_use]
    pub fn around(
        &self,
        coast: &Coast,
        places: &[LonLat],
        draught_m: f64,
        day: NaiveDate,
        terms: &PlanningTerms,
    ) -> Option<Arc<Network>> {
        let window = window_of(places)?;
        let clearance_m = terms.clearance_m + draught_m * terms.clearance_per_draught_m;
        let clearance = clearance_m.to_bits();
        let mut shut: Vec<_> =
            coast.closures.within(window).into_iter().filter(|c| c.sea_buffer_m > 0.0 && c.in_effect(day)).cloned().collect();
        shut.sort_by_key(|c| c.id);
        let closed: Vec<Uuid> = shut.iter().map(|c| c.id).collect();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same =
            |w: &Water| Arc::ptr_eq(&w.land, &coast.land) && w.clearance == clearance && w.window == window && w.closed == closed;
        if let Some(at) = kept.iter().position(same) {
            let water = kept.remove(at);
            let network = water.network.clone();
            kept.push(water);
            return Some(network);
        }
        let land = land_in(coast, window);
        let buffers: Vec<_> = shut.iter().map(|c| (&c.geometry, c.sea_buffer_m)).collect();
        let sea = Sea::around(&land, clearance_m, &buffers)?.within(window);
        let network = Arc::new(Network::on(Ground::Sea(sea)));
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(Water { land: coast.land.clone(), clearance, window, closed, network: network.clone() });
        Some(network)
    }
}

/// Rounded outwards to tenths of a degree, so that plans for about the same shore share a water.
fn window_of(places: &[LonLat]) -> Option<Window> {
    let bounds = places.iter().fold(None::<Window>, |w, p| {
        Some(w.map_or((*p).into(), |w| Window {
            west: w.west.min(p.lon),
            south: w.south.min(p.lat),
            east: w.east.max(p.lon),
            north: w.north.max(p.lat),
        }))
    })?;
    let wide = widened(bounds, AROUND_M);
    let (low, high) = (|x: f64| (x * 10.0).floor() / 10.0, |x: f64| (x * 10.0).ceil() / 10.0);
    Some(Window { west: low(wide.west), south: low(wide.south), east: high(wide.east), north: high(wide.north) })
}

/// The land in a window. What reaches beyond is cut there, so that a continent does not have to be meshed.
fn land_in(coast: &Coast, w: Window) -> MultiPolygon {
    let frame = Rect::new((w.west, w.south), (w.east, w.north));
    let within = |r: Rect| w.west <= r.min().x && w.south <= r.min().y && r.max().x <= w.east && r.max().y <= w.north;
    let (mut whole, mut cut) = (vec![], vec![]);
    for piece in coast.land.within(w) {
        if piece.bounding_rect().is_some_and(within) {
            whole.push(piece.clone());
        } else {
            cut.extend(piece.intersection(&frame.to_polygon()));
        }
    }
    whole.extend(cut);
    MultiPolygon::new(whole)
}
