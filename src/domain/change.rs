//! The change log: one entry for each thing changed, in the order of the commits.
//!
//! It serves four needs at once: the index follows it, the live map shows it, it is the history of each thing, and
//! phones catch up by it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::adoption::Adoption;
use super::area::Area;
use super::cleanup::Cleanup;
use super::closure::Closure;
use super::equipment::EquipmentPoint;
use super::fleet::Vehicle;
use super::hotspot::Hotspot;
use super::lottery::Lottery;
use super::order::Order;
use super::person::{Entered, Role};
use super::pickup::PickupRoute;
use super::pile::Pile;
use super::plan::Plan;
use super::site::Site;
use super::survey::Survey;
use super::thing::states;
use super::zone::Zone;

states! {
    /// What a thing is: a layer of the map, or what people are told.
    Layer {
        /// The shoreline as a whole.
        Coast = "coast",
        /// Municipalities and service areas.
        Area = "area",
        /// Zones.
        Zone = "zone",
        /// Closures.
        Closure = "closure",
        /// Hotspots.
        Hotspot = "hotspot",
        /// Cleanups.
        Cleanup = "cleanup",
        /// Waste piles.
        Pile = "pile",
        /// Work orders.
        Order = "order",
        /// Equipment points.
        Equipment = "equipment",
        /// Reception sites.
        Site = "site",
        /// Adoptions.
        Adoption = "adoption",
        /// Surveys.
        Survey = "survey",
        /// Lotteries.
        Lottery = "lottery",
        /// Trucks and boats.
        Vehicle = "vehicle",
        /// Plans of pickup routes.
        Plan = "plan",
        /// Pickup routes.
        Route = "route",
        /// Messages.
        Message = "message",
    }
}

impl Layer {
    /// Whether a change in it may give the shore another colour.
    #[must_use]
    pub fn colours_shore(self) -> bool {
        matches!(self, Self::Coast | Self::Area | Self::Zone | Self::Closure)
    }
}

/// A thing as it is after a change, and how it is stored and read.
macro_rules! things {
    ($($(#[$doc:meta])* $name:ident($type:ty),)*) => {
        /// A thing as it is after a change.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Thing {
            /// The shoreline was imported anew: read it from the store.
            Coast,
            /// Somebody was told something; its id is theirs.
            Told,
            /// The thing is gone.
            Removed(Layer),
            $($(#[$doc])* $name($type),)*
        }

        impl Thing {
            /// The layer it is in.
            #[must_use]
            pub fn layer(&self) -> Layer {
                match self {
                    Self::Coast => Layer::Coast,
                    Self::Told => Layer::Message,
                    Self::Removed(layer) => *layer,
                    $(Self::$name(_) => Layer::$name,)*
                }
            }

            /// As it is stored; nothing for a thing that is gone or too large for the log.
            ///
            /// # Errors
            /// Never for the things there are: they all have a JSON form.
            pub fn to_json(&self) -> serde_json::Result<Option<String>> {
                match self {
                    Self::Coast | Self::Told | Self::Removed(_) => Ok(None),
                    $(Self::$name(thing) => serde_json::to_string(thing).map(Some),)*
                }
            }

            /// Reads what [`Self::to_json`] wrote.
            ///
            /// # Errors
            /// When the text is not of that layer.
            pub fn from_json(layer: Layer, json: Option<&str>) -> serde_json::Result<Self> {
                let Some(json) = json else {
                    return Ok(match layer {
                        Layer::Coast => Self::Coast,
                        Layer::Message => Self::Told,
                        layer => Self::Removed(layer),
                    });
                };
                Ok(match layer {
                    Layer::Coast => Self::Coast,
                    Layer::Message => Self::Told,
                    $(Layer::$name => Self::$name(serde_json::from_str(json)?),)*
                })
            }
        }
    };
}

things! {
    /// A municipality or service area.
    Area(Area),
    /// A zone.
    Zone(Zone),
    /// A closure.
    Closure(Closure),
    /// A hotspot.
    Hotspot(Box<Hotspot>),
    /// A cleanup.
    Cleanup(Box<Cleanup>),
    /// A waste pile.
    Pile(Box<Pile>),
    /// A work order.
    Order(Box<Order>),
    /// An equipment point.
    Equipment(Box<EquipmentPoint>),
    /// A reception site.
    Site(Box<Site>),
    /// An adoption.
    Adoption(Box<Adoption>),
    /// A survey.
    Survey(Box<Survey>),
    /// A lottery.
    Lottery(Box<Lottery>),
    /// A truck or a boat.
    Vehicle(Box<Vehicle>),
    /// A plan of pickup routes.
    Plan(Box<Plan>),
    /// A pickup route.
    Route(Box<PickupRoute>),
}

impl Thing {
    /// The state it is in, where it has states.
    #[must_use]
    pub fn state(&self) -> Option<&'static str> {
        match self {
            Self::Hotspot(h) => Some(h.state.text()),
            Self::Cleanup(c) => Some(c.state.text()),
            Self::Pile(p) => Some(p.state.text()),
            Self::Order(o) => Some(o.state.text()),
            Self::Adoption(a) => Some(a.state.text()),
            Self::Plan(p) => Some(p.state.text()),
            Self::Route(r) => Some(r.state.text()),
            _ => None,
        }
    }
}

/// One entry of the log.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its number: 1, 2, 3 … in the order of the commits, without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What was done, as a past participle: `reported`, `claimed`, `imported`.
    pub act: String,
    /// Why, where the one who did it said so.
    pub why: Option<String>,
    /// Who; nobody for the service itself.
    pub by: Option<Uuid>,
    /// What they were then.
    pub role: Option<Role>,
    /// The id the phone gave to what it sent.
    pub sending: Option<Uuid>,
    /// When it was entered, where a phone said so.
    pub entered: Option<Entered>,
    /// The id of the thing.
    pub id: Uuid,
    /// The thing after it.
    pub thing: Thing,
}

/// One line of a thing's history, without saying who by name: the role is enough for others.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HistoryLine {
    /// When the service took it.
    pub at: DateTime<Utc>,
    /// When it was entered, by the service's clock, where a phone kept it until it had signal.
    pub entered_at: Option<DateTime<Utc>>,
    /// The same by the phone's clock, which may be wrong; only to the one who did it.
    pub phone_at: Option<DateTime<Utc>>,
    /// What was done.
    pub act: String,
    /// Why.
    pub why: Option<String>,
    /// By whom.
    pub role: Option<Role>,
    /// Whether the one who asks did it.
    pub mine: bool,
    /// The state it led to.
    pub state: Option<String>,
}
