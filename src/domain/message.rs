//! What people are told: about their own things, what is asked of them, and when they want to be left alone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::Layer;
use super::thing::states;

states! {
    /// What a message is about. Each has a sentence in every language, and a switch.
    MessageKind {
        /// Litter they reported is cleaned.
        HotspotCleaned = "hotspot_cleaned",
        /// Somebody thanks them.
        Thanks = "thanks",
        /// Their claim ends soon.
        ClaimReminder = "claim_reminder",
        /// A cleanup they come to is tomorrow.
        CleanupReminder = "cleanup_reminder",
        /// The organiser of a cleanup they come to writes.
        CleanupNote = "cleanup_note",
        /// A cleanup they come to does not take place.
        CleanupCancelled = "cleanup_cancelled",
        /// A place has become free for them.
        PlaceFree = "place_free",
        /// Somebody left their cleanup late.
        LeftLate = "left_late",
        /// A cleanup they came to is planned again.
        CleanupAgain = "cleanup_again",
        /// Their hauler is asked to fetch a pile.
        PileRequested = "pile_requested",
        /// A hauler will fetch their pile.
        PileAccepted = "pile_accepted",
        /// Nobody has been found yet to fetch a pile.
        PileUnserved = "pile_unserved",
        /// A pile could not be fetched.
        PileFailed = "pile_failed",
        /// Their pile is on its way.
        PileCollected = "pile_collected",
        /// Their waste was weighed.
        PileWeighed = "pile_weighed",
        /// Somebody should have acted on a pile.
        PileLate = "pile_late",
        /// Their organisation has a route to drive.
        RoutePublished = "route_published",
        /// A route is taken back from them.
        RouteWithdrawn = "route_withdrawn",
        /// Their crew has a work order.
        OrderAssigned = "order_assigned",
        /// A crew declined a work order.
        OrderDeclined = "order_declined",
        /// A crew is done.
        OrderDone = "order_done",
        /// An equipment point is empty.
        PointEmpty = "point_empty",
        /// Somebody wants to adopt a stretch.
        AdoptionAsked = "adoption_asked",
        /// What became of their adoption.
        AdoptionAnswered = "adoption_answered",
        /// Their ticket was drawn.
        LotteryWon = "lottery_won",
    }
}

impl MessageKind {
    /// Whether it asks for help rather than tells about something of theirs: a person says how many of these a year.
    #[must_use]
    pub fn asks(self) -> bool {
        matches!(self, Self::CleanupAgain)
    }
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience<'a> {
    /// One person.
    Person(Uuid),
    /// Everyone of an organisation.
    Organisation(Uuid),
    /// These people of an organisation; everyone of it when none of them is there any more.
    Among(Uuid, &'a [Uuid]),
    /// Everyone who acts for a municipality's own office.
    Municipality(&'a str),
}

/// What is to be told.
#[derive(Debug, Clone)]
pub struct Telling {
    /// About what.
    pub kind: MessageKind,
    /// The layer of the thing.
    pub layer: Layer,
    /// The thing.
    pub about: Uuid,
    /// Names the occasion: nobody is told twice of the same.
    pub once: String,
    /// Facts its sentence needs.
    pub facts: Map<String, Value>,
}

impl Telling {
    /// About a thing, on an occasion.
    #[must_use]
    pub fn new(kind: MessageKind, layer: Layer, about: Uuid, occasion: impl std::fmt::Display) -> Self {
        Self { kind, layer, about, once: format!("{}:{about}:{occasion}", kind.text()), facts: Map::new() }
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}

/// A message as its reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// About what.
    pub kind: MessageKind,
    /// The layer of the thing.
    pub layer: Layer,
    /// The thing.
    pub about: Uuid,
    /// Facts its sentence needs.
    #[schema(value_type = Object)]
    pub facts: Map<String, Value>,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Whether it was read.
    pub read: bool,
}

/// A person's own limits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    /// Kinds they do not want.
    pub off: Vec<MessageKind>,
    /// How often a year they may be asked to come again; any number when it is not said.
    #[schema(maximum = 366)]
    pub asks_a_year: Option<u32>,
}

impl Choice {
    /// Whether they want it, when they were asked so often this year.
    #[must_use]
    pub fn wants(&self, kind: MessageKind, asked: u32) -> bool {
        !self.off.contains(&kind) && (!kind.asks() || self.asks_a_year.is_none_or(|most| asked < most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_own_limits_are_kept() {
        let twice = Choice { off: vec![MessageKind::CleanupReminder], asks_a_year: Some(2) };
        assert!(twice.wants(MessageKind::CleanupAgain, 1) && !twice.wants(MessageKind::CleanupAgain, 2));
        assert!(twice.wants(MessageKind::PileWeighed, 9) && !twice.wants(MessageKind::CleanupReminder, 0));
        assert!(Choice::default().wants(MessageKind::CleanupAgain, 400));
    }
}
