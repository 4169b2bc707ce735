//! The whole coast at one moment: what every map read is answered from.
//!
//! It is a projection of the database and can be rebuilt at any time. A change makes a new [`Coast`] that shares
//! nearly everything with the old one.

use std::sync::Arc;

use chrono::NaiveDate;
use geo::{BoundingRect, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use uuid::Uuid;

use super::block::{ShoreSegment, representative};
use super::bounds::Bounds;
use super::earth::{Vertex, metres};
use super::layer::{Layer, Placed, around, widened};
use super::polygon::{contains, metres_to, windows};
use super::reconcile::Segment;
use super::tree::Tree;
use crate::domain::adoption::Adoption;
use crate::domain::area::{Area, AreaKind};
use crate::domain::change::{Change, Layer as Kind, Thing};
use crate::domain::cleanup::Cleanup;
use crate::domain::closure::Closure;
use crate::domain::equipment::EquipmentPoint;
use crate::domain::hotspot::Hotspot;
use crate::domain::order::Order;
use crate::domain::pile::Pile;
use crate::domain::place::{LonLat, Window};
use crate::domain::rules::{ClosureHere, Here};
use crate::domain::site::Site;
use crate::domain::survey::Survey;
use crate::domain::thing::{Document, Stretch};
use crate::domain::zone::{Regime, Zone};

/// A place outside every municipality belongs to the nearest one within this many metres: the borders of
/// municipalities are drawn coarser than shores.
pub const MUNICIPALITY_REACH_M: f64 = 5_000.0;

/// The coast at one moment.
#[derive(Clone, Default)]
pub struct Coast {
    /// The last entry of the change log in it.
    pub seq: i64,
    /// The last entry of the change log that changed the look of the shore.
    pub shore_seq: i64,
    /// The local day its colours are for.
    pub date: NaiveDate,
    /// Segments.
    pub shore: Arc<Tree>,
    /// Land, where the source had polygons.
    pub land: Arc<Land>,
    /// Municipalities and service areas.
    pub areas: Layer<Area>,
    /// Zones.
    pub zones: Layer<Zone>,
    /// Closures.
    pub closures: Layer<Closure>,
    /// Hotspots.
    pub hotspots: Layer<Hotspot>,
    /// Cleanups.
    pub cleanups: Layer<Cleanup>,
    /// Waste piles.
    pub piles: Layer<Pile>,
    /// Work orders.
    pub orders: Layer<Order>,
    /// Equipment points.
    pub equipment: Layer<EquipmentPoint>,
    /// Reception sites.
    pub sites: Layer<Site>,
    /// Adoptions.
    pub adoptions: Layer<Adoption>,
    /// Surveys.
    pub surveys: Layer<Survey>,
}

/// Pieces of land under an R-tree.
#[derive(Default)]
pub struct Land(RTree<GeomWithData<Rectangle<[f64; 2]>, Polygon>>);

impl Land {
    /// Builds it.
    #[must_use]
    pub fn build(pieces: Vec<Polygon>) -> Self {
        let entry = |p: Polygon| {
            let r = p.bounding_rect()?;
            Some(GeomWithData::new(Rectangle::from_corners([r.min().x, r.min().y], [r.max().x, r.max().y]), p))
        };
        Self(RTree::bulk_load(pieces.into_iter().filter_map(entry).collect()))
    }

    /// The pieces that meet a window.
    pub fn within(&self, w: Window) -> impl Iterator<Item = &Polygon> {
        let envelope = AABB::from_corners([w.west, w.south], [w.east, w.north]);
        self.0.locate_in_envelope_intersecting(envelope).map(|e| &e.data).collect::<Vec<_>>().into_iter()
    }
}

/// The shoreline as it is stored.
#[derive(Default)]
pub struct Shoreline {
    /// Segments.
    pub segments: Vec<Segment>,
    /// Pieces of land.
    pub land: Vec<Polygon>,
}

impl Coast {
    /// What has a say at a place.
    #[must_use]
    pub fn here(&self, at: LonLat) -> Here {
        let zones = self.zones.within(at.into()).into_iter().filter(|z| contains(&z.geometry, at)).cloned().collect();
        Here { municipality: self.municipality(at).cloned(), zones, closures: self.closures_here(at) }
    }

    fn closures_here(&self, at: LonLat) -> Vec<ClosureHere> {
        // The layer knows closures by their window widened by the buffer, so a point is enough to find them.
        let mut here = vec![];
        for closure in self.closures.within(at.into()) {
            let metres = metres_to(&closure.geometry, at);
            if metres <= closure.sea_buffer_m {
                here.push(ClosureHere { closure: closure.clone(), inside: metres == 0.0 });
            }
        }
        here
    }

    /// The municipality a place lies in, or else the nearest one.
    #[must_use]
    pub fn municipality(&self, at: LonLat) -> Option<&Arc<Area>> {
        let candidates = |reach| self.areas.within(around(at, reach)).into_iter().filter(|a| a.kind == AreaKind::Municipality);
        let nearest = || {
            candidates(MUNICIPALITY_REACH_M)
                .map(|a| (metres_to(&a.geometry, at), a))
                .filter(|(d, _)| *d <= MUNICIPALITY_REACH_M)
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, a)| a)
        };
        candidates(1.0).find(|a| contains(&a.geometry, at)).or_else(nearest)
    }

    /// Areas of a kind that a place lies in.
    #[must_use]
    pub fn areas_at(&self, at: LonLat, kind: AreaKind) -> Vec<Arc<Area>> {
        self.areas.within(at.into()).into_iter().filter(|a| a.kind == kind && contains(&a.geometry, at)).cloned().collect()
    }

    /// The stretch of shore nearest to a place, at most so many metres away.
    #[must_use]
    pub fn stretch(&self, at: LonLat, within: f64) -> Option<Stretch> {
        let near = self.shore.nearest(at, 1, within).pop()?;
        let line = self.vertices_of(near.id, near.place)?;
        let length_m = line.windows(2).map(|pair| metres(pair[0].degrees(), pair[1].degrees())).sum::<f64>();
        // Never one of its ends: there the next one begins, and asked again it would be that one.
        Some(Stretch { segment: near.id, at: representative(line).degrees(), length_m: length_m.round() })
    }

    /// The line of a segment that passes a place.
    #[must_use]
    pub fn line_of(&self, segment: Uuid, at: LonLat) -> Option<Vec<LonLat>> {
        Some(self.vertices_of(segment, at)?.iter().map(|v| v.degrees()).collect())
    }

    fn vertices_of(&self, segment: Uuid, at: LonLat) -> Option<&[Vertex]> {
        let mut found = None;
        self.shore.each_within(around(at, 5.0), |e| {
            if e.block.id(e.i) == segment {
                found = Some(e.block.line(e.i));
            }
        });
        found
    }

    /// The version of map tiles: the same in every process and after every restart, another when the look of the shore
    /// may be another.
    #[must_use]
    pub fn shore_version(&self) -> String {
        format!("{}-{}", self.shore_seq, self.date.format("%Y%m%d"))
    }

    /// Whether a polygon lies in a municipality, or in the sea before it.
    #[must_use]
    pub fn lies_before(&self, municipality: &str, polygons: &geo::MultiPolygon) -> bool {
        let Some(area) = self.areas.get(Area::id_of(AreaKind::Municipality, municipality)) else { return false };
        let mut corners = polygons.iter().flat_map(|p| p.exterior().coords());
        corners.all(|c| metres_to(&area.geometry, LonLat { lon: c.x, lat: c.y }) <= MUNICIPALITY_REACH_M)
    }

    /// The coast after these changes. `shoreline` is there when one of them says that it was imported anew.
    #[must_use]
    pub fn after(&self, changes: &[Change], shoreline: Option<Shoreline>) -> Self {
        let mut next = self.clone();
        let mut dirty: Vec<Window> = vec![];
        let none = &mut vec![];
        macro_rules! follow {
            ($($layer:ident: $kind:ident, $dirty:expr;)*) => {
                $(next.$layer = layer_after(&self.$layer, Kind::$kind, changes, $dirty, |t| match t {
                    Thing::$kind(thing) => Some(thing.clone().into()),
                    _ => None,
                });)*
            };
        }
        follow! {
            areas: Area, &mut dirty;
            zones: Zone, &mut dirty;
            closures: Closure, &mut dirty;
            hotspots: Hotspot, none;
            cleanups: Cleanup, none;
            piles: Pile, none;
            orders: Order, none;
            equipment: Equipment, none;
            sites: Site, none;
            adoptions: Adoption, none;
            surveys: Survey, none;
        }
        if let Some(change) = changes.last() {
            next.seq = change.seq;
        }
        let shore = changes.iter().filter(|c| c.thing.layer().colours_shore());
        next.shore_seq = shore.map(|c| c.seq).max().unwrap_or(self.shore_seq);
        if changes.iter().any(|c| c.thing.layer() == Kind::Area) {
            dirty = dirty.into_iter().map(|w| widened(w, MUNICIPALITY_REACH_M)).collect();
        }
        match shoreline {
            Some(shoreline) => next.place(shoreline),
            None if !dirty.is_empty() => next.recolour(&dirty),
            None => {}
        }
        next
    }

    /// The coast on another day: closures open and close.
    #[must_use]
    pub fn on(&self, date: NaiveDate) -> Self {
        let mut next = Self { date, ..self.clone() };
        let turned = self.closures.all().filter(|c| c.in_effect(self.date) != c.in_effect(date));
        let dirty: Vec<Window> = turned.flat_map(|c| c.windows()).collect();
        if !dirty.is_empty() {
            next.recolour(&dirty);
        }
        next
    }

    fn place(&mut self, shoreline: Shoreline) {
        let unplaced = shoreline.segments.into_iter().map(|s| {
            let mut s = ShoreSegment { id: s.id, line: s.line, regime: Regime::Shared, municipality: None };
            self.colour(&mut s);
            s
        });
        self.shore = Arc::new(Tree::build(unplaced.collect()));
        self.land = Arc::new(Land::build(shoreline.land));
    }

    fn recolour(&mut self, dirty: &[Window]) {
        let bounds: Vec<Bounds> = dirty.iter().flat_map(|w| Bounds::of(*w)).collect();
        let shore = self.shore.recoloured(&bounds, |s| self.colour(s));
        self.shore = Arc::new(shore);
    }

    fn colour(&self, s: &mut ShoreSegment) {
        let here = self.here(s.representative().degrees());
        s.regime = here.regime(self.date);
        s.municipality = here.municipality.as_ref().map(|m| m.code.as_str().into());
    }
}

fn layer_after<T: Placed>(
    layer: &Layer<T>,
    kind: Kind,
    changes: &[Change],
    dirty: &mut Vec<Window>,
    take: impl Fn(&Thing) -> Option<Arc<T>>,
) -> Layer<T> {
    let mut updates: Vec<(Uuid, Option<Arc<T>>)> = vec![];
    for change in changes {
        let now = take(&change.thing);
        if now.is_none() && !matches!(change.thing, Thing::Removed(layer) if layer == kind) {
            continue;
        }
        let before = layer.get(change.id).into_iter();
        dirty.extend(before.chain(now.as_ref()).flat_map(|t| t.windows()));
        updates.push((change.id, now));
    }
    layer.with(updates)
}

impl Placed for Area {
    fn id(&self) -> Uuid {
        self.id
    }

    fn windows(&self) -> Vec<Window> {
        windows(&self.geometry).collect()
    }
}

impl Placed for Zone {
    fn id(&self) -> Uuid {
        self.id
    }

    fn windows(&self) -> Vec<Window> {
        windows(&self.geometry).collect()
    }
}

impl Placed for Closure {
    fn id(&self) -> Uuid {
        self.id
    }

    fn windows(&self) -> Vec<Window> {
        windows(&self.geometry).map(|w| widened(w, self.sea_buffer_m + 1.0)).flat_map(Window::split).collect()
    }
}

impl Placed for Hotspot {
    fn id(&self) -> Uuid {
        self.id
    }

    fn windows(&self) -> Vec<Window> {
        vec![self.at.into()]
    }
}

impl<T: Document> Placed for T {
    fn id(&self) -> Uuid {
        self.record().id
    }

    fn windows(&self) -> Vec<Window> {
        vec![self.place().into()]
    }
}
