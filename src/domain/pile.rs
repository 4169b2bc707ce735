//! Filled bags that wait to be fetched. Their life is in `pile_life`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{Layer, Thing};
use super::photo::Photo;
use super::place::LonLat;
use super::thing::{Document, Record, states};
use super::waste::Bags;

states! {
    /// Where a pile is in its life.
    PileState {
        /// Bags are still being filled.
        Filled = "filled",
        /// It can be fetched, and nobody has been found to do it.
        Ready = "ready",
        /// A hauler is asked.
        Requested = "requested",
        /// A hauler will fetch it.
        Accepted = "accepted",
        /// It is on its way.
        Collected = "collected",
        /// It was weighed: done.
        Weighed = "weighed",
        /// The sea took it.
        Lost = "lost",
        /// Its bags are in another pile now.
        Merged = "merged",
        /// Somebody unknown took it away.
        Gone = "gone",
    }
}

impl PileState {
    /// Whether somebody still has to do something.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Weighed | Self::Lost | Self::Merged | Self::Gone)
    }
}

states! {
    /// How one gets there.
    Access {
        /// By road.
        Road = "road",
        /// By boat.
        Boat = "boat",
        /// By either.
        Both = "both",
        /// Only with a crane.
        Crane = "crane",
    }
}

impl Access {
    /// Whether a hauler that offers these can fetch it.
    #[must_use]
    pub fn served_by(self, offered: &[Self]) -> bool {
        match self {
            Self::Both => offered.iter().any(|o| *o != Self::Crane),
            one => offered.iter().any(|o| *o == one || (*o == Self::Both && one != Self::Crane)),
        }
    }
}

states! {
    /// What lies beside the bags, not in them.
    Beside {
        /// Glass.
        Glass = "glass",
        /// Metal.
        Metal = "metal",
        /// Hazardous things.
        Hazardous = "hazardous",
        /// Things too large for a bag.
        Bulky = "bulky",
    }
}

/// Where bags came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// A cleanup by volunteers.
    Cleanup {
        /// Which.
        id: Uuid,
    },
    /// A work order of professionals.
    Order {
        /// Which.
        id: Uuid,
    },
    /// Somebody who cleaned on their own.
    Found,
    /// Professionals without an order.
    Professional,
}

/// Bags of one origin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Part {
    /// From where.
    pub of: Origin,
    /// How many.
    pub bags: Bags,
    /// Their kilograms, estimated.
    pub estimated_kg: f64,
}

/// Who is expected to act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Whoever made the pile.
    Maker,
    /// A hauler.
    Hauler {
        /// Its organisation.
        id: Uuid,
        /// Its name.
        name: String,
    },
    /// The municipality with this code.
    Municipality {
        /// Its code.
        code: String,
    },
    /// Nobody's shore: those who run the service.
    Service,
}

/// Who is expected to act, and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Duty {
    /// Who.
    pub who: Actor,
    /// By when; past that it is an alarm.
    pub due: DateTime<Utc>,
}

/// A hauler that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hauler {
    /// Its organisation.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A weighing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Weighing {
    /// Its id, made by the client.
    pub id: Uuid,
    /// The reception site.
    pub site: Option<Uuid>,
    /// Kilograms.
    pub weight_kg: f64,
    /// When.
    pub at: DateTime<Utc>,
}

/// Filled bags that wait at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pile {
    /// Id, code, instants, version.
    #[serde(flatten)]
    pub record: Record,
    /// Exactly where.
    #[serde(flatten)]
    pub at: LonLat,
    /// Code of the municipality.
    pub municipality: Option<String>,
    /// Its bags by where they came from.
    pub parts: Vec<Part>,
    /// Litres, estimated.
    pub estimated_l: f64,
    /// What lies beside.
    pub beside: Vec<Beside>,
    /// How one gets there.
    pub access: Access,
    /// Whether it lies above tide and waves.
    pub safe_from_tide: bool,
    /// How to find it.
    pub note: Option<String>,
    /// Where it is in its life.
    pub state: PileState,
    /// Who is expected to act: somebody as long as it is open.
    pub duty: Option<Duty>,
    /// Haulers that said no since it was last ready.
    pub declined_by: Vec<Uuid>,
    /// Why it was last declined or could not be fetched.
    pub why: Option<String>,
    /// The pile its bags are in now.
    pub merged_into: Option<Uuid>,
    /// Its weighing.
    pub weighing: Option<Weighing>,
    /// Numbers of lottery tickets torn off its bags.
    #[serde(default)]
    pub tickets: Vec<String>,
    /// Its photos.
    pub photos: Vec<Photo>,
}

impl Document for Pile {
    const LAYER: Layer = Layer::Pile;
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
    fn into_thing(self) -> Thing {
        Thing::Pile(Box::new(self))
    }
    fn photos(&mut self) -> Option<&mut Vec<Photo>> {
        Some(&mut self.photos)
    }
    fn place(&self) -> LonLat {
        self.at
    }
}

impl Pile {
    /// All its bags.
    #[must_use]
    pub fn bags(&self) -> Bags {
        self.parts.iter().fold(Bags::default(), |sum, p| sum.and(p.bags))
    }

    /// Its bags from one origin.
    #[must_use]
    pub fn bags_of(&self, of: &Origin) -> Bags {
        self.parts.iter().filter(|p| p.of == *of).fold(Bags::default(), |sum, p| sum.and(p.bags))
    }

    /// Its kilograms, estimated.
    #[must_use]
    pub fn estimated_kg(&self) -> f64 {
        self.parts.iter().map(|p| p.estimated_kg).sum()
    }

    /// Whether somebody should have acted by now.
    #[must_use]
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        self.duty.as_ref().is_some_and(|d| d.due < now)
    }

    /// The hauler that is asked or has it.
    #[must_use]
    pub fn hauler(&self) -> Option<Uuid> {
        match &self.duty {
            Some(Duty { who: Actor::Hauler { id, .. }, .. }) => Some(*id),
            _ => None,
        }
    }

    /// Whether it can be put into a route of an organisation: it can be fetched, and is nobody else's to fetch.
    #[must_use]
    pub fn waits_for(&self, organisation: Uuid) -> bool {
        let waits = matches!(self.state, PileState::Ready | PileState::Requested | PileState::Accepted);
        waits && self.hauler().is_none_or(|hauler| hauler == organisation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_is_met_by_those_who_offer_it() {
        assert!(Access::Boat.served_by(&[Access::Both]) && Access::Both.served_by(&[Access::Road]));
        assert!(!Access::Crane.served_by(&[Access::Both]) && !Access::Boat.served_by(&[Access::Road]));
        assert!(!Access::Road.served_by(&[]));
    }
}
