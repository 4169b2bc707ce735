//! Who may do what: one table, asked everywhere.

use super::person::{Person, Role};
use crate::error::{Code, Error, Result};

/// Something one may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read the map, the rules and the reports.
    Look,
    /// Report a hotspot.
    Report,
    /// Send a photo that was announced.
    SendPhoto,
    /// Support a report, or say that it is still there.
    Vouch,
    /// Claim a hotspot.
    Claim,
    /// Extend, release or hand over a claim.
    KeepClaim,
    /// Ask the holder to take over.
    AskTakeover,
    /// Say that a hotspot is cleaned.
    Clean,
    /// Clean as professionals do: also in a professional zone, and what somebody else holds.
    CleanAsProfessional,
    /// Confirm a clean hotspot, or close one with a reason.
    Judge,
    /// Draw, reshape and remove zones.
    Zone,
    /// Give out one-time links.
    Invite,
    /// Plan a cleanup, or say that one cleans or has cleaned.
    Plan,
    /// Start, tell the result of, cancel and close a cleanup.
    RunCleanup,
    /// Join a cleanup and leave it.
    Join,
    /// Thank those who cleaned.
    Thank,
    /// Leave filled bags.
    LeavePile,
    /// Say that a pile is ready, split it, merge it, say that it is lost.
    KeepPile,
    /// Say that a pile is gone.
    MissPile,
    /// Accept, decline, fetch a pile.
    Fetch,
    /// Weigh waste at a gate.
    Weigh,
    /// Keep vehicles, plan pickup routes and drive them.
    Haul,
    /// Give out work orders and approve them.
    Order,
    /// Accept, decline and do a work order.
    Work,
    /// Place equipment points and reception sites, lend equipment.
    Place,
    /// Fill up, take from, and look into an equipment point.
    Stock,
    /// Adopt a stretch.
    Adopt,
    /// Tell how much litter lies on a stretch.
    Survey,
    /// Take a survey back.
    KeepSurvey,
    /// Pause, resume and end an adoption.
    KeepAdoption,
    /// Hold a lottery.
    Lottery,
    /// Read the refund report of a municipality.
    Refund,
    /// Read one's messages and set one's limits.
    Listen,
}

/// How far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Not at all.
    No,
    /// Only what is theirs.
    Own,
    /// Only in the municipality they act for, and what is theirs.
    Municipality,
    /// Everywhere.
    Yes,
}

use Grant::{Municipality, No, Own, Yes};

/// The table. Columns: nobody yet, volunteer, crew, hauler, staff, admin.
pub const TABLE: [(Action, [Grant; 6]); 33] = [
    (Action::Look, [Yes, Yes, Yes, Yes, Yes, Yes]),
    (Action::Report, [No, Yes, Yes, Yes, Yes, Yes]),
    (Action::SendPhoto, [No, Own, Own, Own, Own, Own]),
    (Action::Vouch, [No, Yes, Yes, Yes, Yes, Yes]),
    (Action::Claim, [No, Yes, No, No, Yes, Yes]),
    (Action::KeepClaim, [No, Own, No, No, Own, Own]),
    (Action::AskTakeover, [No, Yes, No, No, Yes, Yes]),
    (Action::Clean, [No, Yes, Yes, No, Yes, Yes]),
    // The separation is between professionals and volunteers: staff plan for their own.
    (Action::CleanAsProfessional, [No, No, Yes, Yes, Yes, Yes]),
    (Action::Judge, [No, No, No, No, Municipality, Municipality]),
    (Action::Zone, [No, No, No, No, Municipality, Municipality]),
    (Action::Invite, [No, No, No, No, No, Own]),
    (Action::Plan, [No, Yes, No, No, Yes, Yes]),
    (Action::RunCleanup, [No, Own, No, No, Municipality, Municipality]),
    (Action::Join, [No, Yes, Yes, Yes, Yes, Yes]),
    (Action::Thank, [No, Own, No, No, Municipality, Municipality]),
    (Action::LeavePile, [No, Yes, Yes, Yes, Yes, Yes]),
    (Action::KeepPile, [No, Own, Own, Own, Municipality, Municipality]),
    (Action::MissPile, [No, Yes, Yes, Yes, Yes, Yes]),
    (Action::Fetch, [No, No, No, Own, Municipality, Municipality]),
    (Action::Weigh, [No, No, No, Yes, Yes, Yes]),
    (Action::Haul, [No, No, No, Own, Own, Own]),
    (Action::Order, [No, No, No, No, Municipality, Municipality]),
    (Action::Work, [No, No, Own, No, No, No]),
    (Action::Place, [No, No, No, No, Municipality, Municipality]),
    (Action::Stock, [No, Yes, Yes, Yes, Yes, Yes]),
    (Action::Adopt, [No, Yes, No, No, Yes, Yes]),
    (Action::Survey, [No, Yes, Yes, Yes, Yes, Yes]),
    (Action::KeepSurvey, [No, Own, Own, Own, Municipality, Municipality]),
    (Action::KeepAdoption, [No, Own, No, No, Municipality, Municipality]),
    (Action::Lottery, [No, No, No, No, Municipality, Municipality]),
    (Action::Refund, [No, No, No, No, Municipality, Municipality]),
    (Action::Listen, [No, Yes, Yes, Yes, Yes, Yes]),
];

/// What the table grants to somebody.
///
/// # Panics
/// Never: a test walks every action.
#[must_use]
pub fn grant(role: Option<Role>, action: Action) -> Grant {
    let column = match role {
        None => 0,
        Some(Role::Volunteer) => 1,
        Some(Role::Crew) => 2,
        Some(Role::Hauler) => 3,
        Some(Role::Staff) => 4,
        Some(Role::Admin) => 5,
    };
    TABLE.iter().find(|(a, _)| *a == action).expect("every action is in the table").1[column]
}

/// What the act is upon, as far as the table needs to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// Whether it is theirs.
    pub own: bool,
    /// The municipality it lies in.
    pub municipality: Option<&'a str>,
}

/// Whether a person may do this whatever it is upon.
#[must_use]
pub fn may(person: &Person, action: Action) -> bool {
    grant(Some(person.role), action) == Yes
}

/// Lets a person do this to that, or not.
///
/// # Errors
/// `forbidden`, with what was missing.
pub fn allow(person: &Person, action: Action, subject: Subject<'_>) -> Result<()> {
    let refuse = |why: &'static str| Err(Error::new(Code::Forbidden, why));
    match grant(Some(person.role), action) {
        Yes => Ok(()),
        Own | Municipality if subject.own => Ok(()),
        Municipality if person.municipality().is_some() && person.municipality() == subject.municipality => Ok(()),
        Own => refuse("Only the one it belongs to may do this."),
        Municipality => refuse("Only staff of the municipality it lies in may do this."),
        No => refuse("This role may not do this."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_in_the_table_once() {
        for (action, _) in TABLE {
            assert_eq!(TABLE.iter().filter(|(a, _)| *a == action).count(), 1, "{action:?}");
            assert!(Role::ALL.iter().any(|r| grant(Some(*r), action) != No), "{action:?} can be done by nobody");
        }
    }

    #[test]
    fn nobody_acts_without_a_session() {
        for (action, row) in TABLE {
            assert_eq!(row[0] == Yes, action == Action::Look, "{action:?}");
        }
    }
}
