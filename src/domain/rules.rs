//! What one may do in a place on a day, and why.
//!
//! The order: a closure in effect, then monitoring, then the smallest zone, then the municipality's default. The answer
//! carries every rule that took part.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::area::Area;
use super::closure::{Closure, first_open_day};
use super::words::{self, Words};
use super::zone::{Regime, Zone};
use crate::error::{Code, Error, Result};

/// A closure at a place.
#[derive(Debug, Clone)]
pub struct ClosureHere {
    /// The closure.
    pub closure: Arc<Closure>,
    /// Whether the place is inside it, or only within its sea buffer.
    pub inside: bool,
}

/// Everything that has a say at a place.
#[derive(Debug, Clone, Default)]
pub struct Here {
    /// The municipality.
    pub municipality: Option<Arc<Area>>,
    /// Zones that contain it.
    pub zones: Vec<Arc<Zone>>,
    /// Closures that contain it, or whose sea buffer does, in effect or not.
    pub closures: Vec<ClosureHere>,
}

/// The regime where nobody has said anything: anyone may clean, as on any shore.
pub const UNZONED: Regime = Regime::Shared;

impl Here {
    /// The regime on a day.
    #[must_use]
    pub fn regime(&self, date: NaiveDate) -> Regime {
        if self.closed(date) { Regime::Closed } else { self.unclosed() }
    }

    /// The regime on a day without closures.
    fn unclosed(&self) -> Regime {
        if self.zones.iter().any(|z| z.regime == Regime::Monitoring) {
            return Regime::Monitoring;
        }
        self.smallest_zone().map(|z| z.regime).or(self.municipality.as_ref().map(|m| m.default_regime)).unwrap_or(UNZONED)
    }

    /// The first day from `date` on when people may be there, within two years.
    #[must_use]
    pub fn first_open_day(&self, date: NaiveDate) -> Option<NaiveDate> {
        if self.unclosed() == Regime::Closed {
            return None; // a closed zone has no season
        }
        first_open_day(&self.containing().collect::<Vec<_>>(), date)
    }

    fn containing(&self) -> impl Iterator<Item = &Closure> {
        self.closures.iter().filter(|c| c.inside).map(|c| &*c.closure)
    }

    fn closed(&self, date: NaiveDate) -> bool {
        self.containing().any(|c| c.in_effect(date))
    }

    fn smallest_zone(&self) -> Option<&Arc<Zone>> {
        self.zones.iter().min_by(|a, b| a.area_m2.total_cmp(&b.area_m2).then(a.id.cmp(&b.id)))
    }

    /// Whether one may clean there from one day to another, both included; `professional` for those whom a
    /// professional zone is for.
    ///
    /// # Errors
    /// `closed_place` with `first_allowed` or `until` (the last day before it closes), `monitoring_beach`,
    /// `professional_zone`.
    pub fn may_clean(&self, from: NaiveDate, to: NaiveDate, professional: bool) -> Result<()> {
        match self.regime(from) {
            Regime::Closed => {
                let first = self.first_open_day(from);
                let detail: Cow<'static, str> = match first {
                    Some(day) => format!("People may not be there then. It opens on {day}.").into(),
                    None => "People may never be there.".into(),
                };
                return Err(Error::new(Code::ClosedPlace, detail).at("from").fact("first_allowed", first.map(|d| d.to_string())));
            }
            Regime::Monitoring => {
                return Err(Error::new(Code::MonitoringBeach, "Litter is counted there. Please choose another beach."));
            }
            Regime::Professional if !professional => {
                return Err(Error::new(
                    Code::ProfessionalZone,
                    "Professional crews clear there. You can support the report; it is on their list.",
                )
                .fact("instead", "support"));
            }
            Regime::Professional | Regime::Volunteer | Regime::Shared => {}
        }
        match from.iter_days().take_while(|d| *d <= to).find(|d| self.closed(*d)) {
            Some(closes) => Err(Error::new(Code::ClosedPlace, format!("The place closes on {closes}. Choose an earlier end."))
                .at("until")
                .fact("last_allowed", closes.pred_opt().map(|d| d.to_string()))),
            None => Ok(()),
        }
    }

    /// The whole answer for a day.
    #[must_use]
    pub fn answer(&self, date: NaiveDate) -> RulesAnswer {
        let regime = self.regime(date);
        let first_allowed = if regime == Regime::Closed { self.first_open_day(date) } else { None };
        RulesAnswer {
            date,
            regime,
            may_be_there: regime != Regime::Closed,
            may_clean: matches!(regime, Regime::Volunteer | Regime::Shared),
            first_allowed,
            municipality: self.municipality.as_ref().map(|m| MunicipalityRef { code: m.code.clone(), name: m.name.clone() }),
            words: self.sentences(date, regime, first_allowed),
            rules: self.rules(date),
        }
    }

    fn sentences(&self, date: NaiveDate, regime: Regime, first_allowed: Option<NaiveDate>) -> Vec<Words> {
        let closures = self.closures.iter().map(|c| words::closure(&c.closure, c.closure.in_effect(date)));
        let nature = matches!(regime, Regime::Volunteer | Regime::Shared).then(words::leave_nature);
        std::iter::once(words::regime(regime)).chain(first_allowed.map(words::open_from)).chain(closures).chain(nature).collect()
    }

    fn rules(&self, date: NaiveDate) -> Vec<Rule> {
        let closures = self.closures.iter().map(|c| Rule::Closure {
            id: c.closure.id,
            name: c.closure.name.clone(),
            in_effect: c.closure.in_effect(date),
            inside: c.inside,
            sea_buffer_m: c.closure.sea_buffer_m,
            source_url: c.closure.source_url.clone(),
        });
        let zones =
            self.zones.iter().map(|z| Rule::Zone { id: z.id, name: z.name.clone(), regime: z.regime, area_m2: z.area_m2 });
        let default = self.municipality.iter().map(|m| Rule::MunicipalityDefault {
            code: m.code.clone(),
            name: m.name.clone(),
            regime: m.default_regime,
        });
        closures.chain(zones).chain(default).collect()
    }
}

/// A municipality by code and name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MunicipalityRef {
    /// The official code.
    pub code: String,
    /// The name.
    pub name: String,
}

/// A rule that took part.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rule {
    /// A closure at the place.
    Closure {
        /// Its id.
        id: Uuid,
        /// Its name.
        name: String,
        /// Whether it holds on the day.
        in_effect: bool,
        /// Whether the place is inside, or only in the sea buffer, where boats may not be.
        inside: bool,
        /// Metres boats must keep.
        sea_buffer_m: f64,
        /// The regulation.
        source_url: Option<String>,
    },
    /// A zone.
    Zone {
        /// Its id.
        id: Uuid,
        /// Its name.
        name: String,
        /// Its regime.
        regime: Regime,
        /// Its area in m²: the smallest decides.
        area_m2: f64,
    },
    /// What the municipality says where no zone does.
    MunicipalityDefault {
        /// Its code.
        code: String,
        /// Its name.
        name: String,
        /// The regime.
        regime: Regime,
    },
}

/// What one may do in a place on a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RulesAnswer {
    /// The local day asked for.
    pub date: NaiveDate,
    /// The regime of the place.
    pub regime: Regime,
    /// Whether people may be there.
    pub may_be_there: bool,
    /// Whether volunteers may clean there.
    pub may_clean: bool,
    /// The first day people may be there, when not on the day asked for.
    pub first_allowed: Option<NaiveDate>,
    /// The municipality.
    pub municipality: Option<MunicipalityRef>,
    /// What it means, sentence by sentence.
    pub words: Vec<Words>,
    /// Every rule that took part, the strongest first.
    pub rules: Vec<Rule>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::closure::Season;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn zone(regime: Regime, area_m2: f64) -> Arc<Zone> {
        Arc::new(Zone {
            id: Uuid::now_v7(),
            name: regime.text().into(),
            regime,
            municipality: "4203".into(),
            geometry: geo::MultiPolygon(vec![]),
            area_m2,
            version: 1,
            changed_at: chrono::DateTime::UNIX_EPOCH,
        })
    }

    fn closure(from: &str, to: &str, inside: bool) -> ClosureHere {
        let seasons = vec![Season::Yearly { from: from.to_owned().try_into().unwrap(), to: to.to_owned().try_into().unwrap() }];
        let (geometry, source_url) = (geo::MultiPolygon(vec![]), None);
        let closure = Closure { id: Uuid::nil(), name: "Holme".into(), seasons, sea_buffer_m: 50.0, source_url, geometry };
        ClosureHere { closure: Arc::new(closure), inside }
    }

    #[test]
    fn the_order_is_closure_monitoring_smallest_zone_default() {
        let mut here = Here::default();
        assert_eq!(here.regime(day("2026-05-01")), UNZONED);
        here.zones = vec![zone(Regime::Professional, 1e6), zone(Regime::Volunteer, 1e4)];
        assert_eq!(here.regime(day("2026-05-01")), Regime::Volunteer);
        here.zones.push(zone(Regime::Monitoring, 1e9));
        assert_eq!(here.regime(day("2026-05-01")), Regime::Monitoring);
        here.closures = vec![closure("04-15", "07-15", true)];
        assert_eq!(here.regime(day("2026-05-01")), Regime::Closed);
        assert_eq!(here.regime(day("2026-08-01")), Regime::Monitoring);
        assert_eq!(here.answer(day("2026-05-01")).rules.len(), 4);
    }

    #[test]
    fn a_sea_buffer_is_told_but_does_not_close_the_shore_beside_it() {
        let here = Here { closures: vec![closure("04-15", "07-15", false)], ..Here::default() };
        assert!(here.may_clean(day("2026-05-01"), day("2026-05-02"), false).is_ok());
        let answer = here.answer(day("2026-05-01"));
        assert!(answer.may_be_there && answer.words.iter().any(|w| w.en.contains("50 m")));
    }

    #[test]
    fn a_closed_zone_never_opens_by_itself() {
        let mut here = Here { zones: vec![zone(Regime::Closed, 1e4)], ..Here::default() };
        assert_eq!(here.answer(day("2026-05-01")).first_allowed, None);
        here.closures = vec![closure("04-15", "07-15", true)];
        assert_eq!(here.first_open_day(day("2026-05-01")), None);
    }

    #[test]
    fn in_a_closure_the_first_allowed_day_is_offered() {
        let here = Here { closures: vec![closure("04-15", "07-15", true)], ..Here::default() };
        let refused = here.may_clean(day("2026-05-01"), day("2026-05-02"), false).unwrap_err();
        assert_eq!((refused.code, &refused.facts["first_allowed"]), (Code::ClosedPlace, &"2026-07-16".into()));
        let runs_into = here.may_clean(day("2026-04-10"), day("2026-04-20"), true).unwrap_err();
        assert_eq!((runs_into.field.as_deref(), &runs_into.facts["last_allowed"]), (Some("until"), &"2026-04-14".into()));
    }
}
