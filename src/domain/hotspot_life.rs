//! The life of a hotspot.
//!
//! `reported → claimed → cleaned → verified`, `reported → ordered → cleaned`, with the side exits of [`Closing`], and
//! back to `reported` when anyone says "still there". A lapsed claim is read as none ([`Hotspot::seen`]).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::claim::Claim;
use super::hotspot::{Closing, Hotspot, Owner, State};
use crate::error::{Code, Error, Result};

impl Hotspot {
    /// Takes a lapsed claim away. Returns it.
    pub fn drop_lapsed_claim(&mut self, now: DateTime<Utc>) -> Option<Claim> {
        let lapsed = self.claim.take_if(|c| !c.holds(now));
        if lapsed.is_some() && self.state == State::Claimed {
            self.state = State::Reported;
        }
        lapsed
    }

    /// Puts a claim on it. Whether the place allows it is for `rules`.
    ///
    /// # Errors
    /// `hazardous`, `already_claimed` (with holder and end), `wrong_state`.
    pub fn claim(&mut self, claim: Claim) -> Result<()> {
        if !self.hazards.is_empty() {
            return Err(Error::new(Code::Hazardous, "It is hazardous: leave it to the authority."));
        }
        if let Some(held) = &self.claim {
            return Err(held.already_claimed());
        }
        self.require(&[State::Reported], "claimed")?;
        self.state = State::Claimed;
        self.claim = Some(claim);
        Ok(())
    }

    /// Takes the claim off again.
    pub fn release(&mut self) -> Option<Claim> {
        if self.state == State::Claimed {
            self.state = State::Reported;
        }
        self.claim.take()
    }

    /// Says that it is clean.
    ///
    /// # Errors
    /// `hazardous`, `wrong_state`.
    pub fn clean(&mut self) -> Result<Option<Claim>> {
        if !self.hazards.is_empty() {
            return Err(Error::new(Code::Hazardous, "It is hazardous: only the authority may say that it is gone."));
        }
        self.require(&[State::Reported, State::Claimed, State::Ordered], "cleaned")?;
        self.state = State::Cleaned;
        Ok(self.claim.take())
    }

    /// Puts it into a work order.
    ///
    /// # Errors
    /// `wrong_state`; `already_claimed` when people have promised to clear it.
    pub fn order(&mut self, order: Uuid) -> Result<()> {
        if let Some(held) = &self.claim {
            return Err(held.already_claimed());
        }
        self.require(&[State::Reported], "ordered")?;
        self.state = State::Ordered;
        self.order = Some(order);
        Ok(())
    }

    /// Takes it out of its work order.
    pub fn unorder(&mut self) {
        if self.state == State::Ordered {
            self.state = State::Reported;
        }
        self.order = None;
    }

    /// Says that the crew has cleared it; crews may clear what is hazardous.
    pub fn clean_by_order(&mut self) {
        self.state = State::Cleaned;
    }

    /// Confirms that it is clean; staff may also confirm that a hazard is gone.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn verify(&mut self) -> Result<()> {
        let hazard_gone = !self.hazards.is_empty() && self.state == State::Reported;
        if !hazard_gone {
            self.require(&[State::Cleaned], "verified")?;
        }
        self.state = State::Verified;
        Ok(())
    }

    /// Closes it without it being cleaned.
    ///
    /// # Errors
    /// `wrong_state`; `invalid` when it would be a duplicate of itself.
    pub fn close(&mut self, closing: Closing) -> Result<Option<Claim>> {
        self.require(&[State::Reported, State::Claimed, State::Ordered], closing.state().text())?;
        match &closing {
            Closing::Duplicate { of } if *of == self.id => {
                return Err(Error::invalid("of", "A report is no duplicate of itself."));
            }
            Closing::NotOurs { handed_to } => self.owner = Owner::HandedTo { name: handed_to.clone() },
            _ => {}
        }
        self.state = closing.state();
        self.closing = Some(closing);
        Ok(self.claim.take())
    }

    /// Somebody saw it again: a closed or cleaned one is open again.
    ///
    /// # Errors
    /// `wrong_state` for a duplicate, whose story goes on in the other report.
    pub fn still_there(&mut self) -> Result<()> {
        if self.state == State::Duplicate {
            return self.require(&[], "reported again");
        }
        if !self.state.is_open() {
            self.state = State::Reported;
            self.closing = None;
        }
        Ok(())
    }

    fn require(&self, states: &[State], wanted: &str) -> Result<()> {
        if states.contains(&self.state) {
            return Ok(());
        }
        Err(Error::new(Code::WrongState, format!("It is {} and cannot be {wanted}.", self.state.text()))
            .fact("state", self.state.text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::claim::HolderKind;
    use crate::domain::hazard::Hazard;
    use crate::domain::hotspot::Amount;
    use crate::domain::place::LonLat;
    use proptest::prelude::*;

    fn hotspot(hazards: Vec<Hazard>) -> Hotspot {
        let at = DateTime::UNIX_EPOCH;
        Hotspot {
            phone_seen_at: None,
            id: Uuid::nil(),
            at: LonLat { lon: 8.0, lat: 58.0 },
            segment: Uuid::nil(),
            municipality: None,
            amount: Amount::Bag,
            kinds: vec![],
            hazards,
            note: None,
            state: State::Reported,
            closing: None,
            owner: Owner::Service,
            claim: None,
            photos: vec![],
            cleanup: None,
            order: None,
            supports: 0,
            seen_at: at,
            reported_at: at,
            changed_at: at,
            version: 1,
        }
    }

    fn claim() -> Claim {
        let at = DateTime::UNIX_EPOCH;
        Claim {
            id: Uuid::nil(),
            holder_kind: HolderKind::Group,
            holder_name: Some("Tromøy speidergruppe".into()),
            from: at,
            until: at + chrono::TimeDelta::days(3),
            remind_at: at,
            takeover: None,
        }
    }

    #[test]
    fn a_second_claim_is_refused_and_names_the_holder_and_the_end() {
        let mut h = hotspot(vec![]);
        h.claim(claim()).unwrap();
        let refused = h.claim(claim()).unwrap_err();
        assert_eq!(refused.code, Code::AlreadyClaimed);
        assert_eq!(refused.facts["holder_name"], "Tromøy speidergruppe");
        assert_eq!(refused.facts["until"], "1970-01-04T00:00:00+00:00");
    }

    #[test]
    fn a_hazardous_one_is_neither_claimed_nor_cleaned_by_people() {
        let mut h = hotspot(vec![Hazard::Needles]);
        assert_eq!(h.claim(claim()).unwrap_err().code, Code::Hazardous);
        assert_eq!(h.clean().unwrap_err().code, Code::Hazardous);
        h.verify().unwrap();
        assert_eq!(h.state, State::Verified);
    }

    #[test]
    fn still_there_opens_it_again_and_closed_never_pretends_to_be_cleaned() {
        let mut h = hotspot(vec![]);
        h.close(Closing::NotOurs { handed_to: "Statens vegvesen".into() }).unwrap();
        assert_eq!((h.state, &h.owner), (State::NotOurs, &Owner::HandedTo { name: "Statens vegvesen".into() }));
        h.still_there().unwrap();
        assert_eq!((h.state, &h.closing), (State::Reported, &None));
    }

    #[test]
    fn a_lapsed_claim_is_read_as_none() {
        let mut h = hotspot(vec![]);
        h.claim(claim()).unwrap();
        let (during, after) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + chrono::TimeDelta::days(3));
        assert_eq!(h.seen(during).state, State::Claimed);
        assert_eq!((h.seen(after).state, h.seen(after).claim), (State::Reported, None));
    }

    proptest! {
        /// No sequence of acts leaves a claim on a hotspot that is not claimed, or a claimed one without a claim.
        #[test]
        fn claimed_and_claim_go_together(acts in proptest::collection::vec(0..6_u8, 0..40), hazardous: bool) {
            let mut h = hotspot(if hazardous { vec![Hazard::Oil] } else { vec![] });
            for act in acts {
                let before = h.clone();
                let refused = match act {
                    0 => h.claim(claim()).is_err(),
                    1 => h.release().is_none(),
                    2 => h.clean().is_err(),
                    3 => h.verify().is_err(),
                    4 => h.close(Closing::NotFound).is_err(),
                    _ => h.still_there().is_err(),
                };
                prop_assert_eq!(h.state == State::Claimed, h.claim.is_some());
                prop_assert!(!hazardous || h.claim.is_none());
                prop_assert!(!refused || h == before, "a refusal changed something");
            }
        }
    }
}
