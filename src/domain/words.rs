//! Sentences the server says, in the four languages.
//!
//! Dates are written out by chrono's locale data. The front end has its own catalogue for everything it says itself.

use chrono::{Locale, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::closure::{Closure, MonthDay, Season};
use super::hazard::Hazard;
use super::zone::Regime;

/// The same thing said in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Words {
    /// Norwegian bokmål.
    pub nb: String,
    /// Norwegian nynorsk.
    pub nn: String,
    /// Danish.
    pub da: String,
    /// English.
    pub en: String,
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Norwegian bokmål.
    Nb,
    /// Norwegian nynorsk.
    Nn,
    /// Danish.
    Da,
    /// English.
    En,
}

impl Words {
    /// In one language.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        lang.of([&self.nb, &self.nn, &self.da, &self.en])
    }

    pub(super) fn each(say: impl Fn(Lang) -> String) -> Self {
        Self { nb: say(Lang::Nb), nn: say(Lang::Nn), da: say(Lang::Da), en: say(Lang::En) }
    }
}

impl Lang {
    /// The language of a primary subtag (RFC 5646), if it is one of ours; `no` is bokmål.
    #[must_use]
    pub fn of_tag(primary: &str) -> Option<Self> {
        match primary {
            "nb" | "no" => Some(Self::Nb),
            "nn" => Some(Self::Nn),
            "da" => Some(Self::Da),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// With its country, as `Intl` and `og:locale` want it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Nb => "nb-NO",
            Self::Nn => "nn-NO",
            Self::Da => "da-DK",
            Self::En => "en-GB",
        }
    }

    pub(super) fn of(self, [nb, nn, da, en]: [&str; 4]) -> String {
        match self {
            Self::Nb => nb,
            Self::Nn => nn,
            Self::Da => da,
            Self::En => en,
        }
        .to_owned()
    }

    fn date(self, date: NaiveDate, with_year: bool) -> String {
        let (locale, day) = match self {
            Self::Nb => (Locale::nb_NO, "%-d. %B"),
            Self::Nn => (Locale::nn_NO, "%-d. %B"),
            Self::Da => (Locale::da_DK, "%-d. %B"),
            Self::En => (Locale::en_GB, "%-d %B"),
        };
        let format = if with_year { format!("{day} %Y") } else { day.to_owned() };
        date.format_localized(&format, locale).to_string()
    }
}

/// What a regime means for the one who stands there.
#[must_use]
pub fn regime(regime: Regime) -> Words {
    Words::each(|l| {
        l.of(match regime {
            Regime::Professional => [
                "Her rydder profesjonelle mannskaper. Meld gjerne fra om søppel, så tar de det.",
                "Her ryddar profesjonelle mannskap. Meld gjerne frå om søppel, så tek dei det.",
                "Her rydder professionelle hold. Meld gerne affald, så tager de det.",
                "Professional crews clear here. Do report litter, and they will take it.",
            ],
            Regime::Volunteer => [
                "Her rydder frivillige. Du er velkommen til å rydde.",
                "Her ryddar frivillige. Du er velkomen til å rydde.",
                "Her rydder frivillige. Du er velkommen til at rydde.",
                "Volunteers clear here. You are welcome to clean.",
            ],
            Regime::Shared => [
                "Her rydder både frivillige og profesjonelle. Du er velkommen til å rydde.",
                "Her ryddar både frivillige og profesjonelle. Du er velkomen til å rydde.",
                "Her rydder både frivillige og professionelle. Du er velkommen til at rydde.",
                "Volunteers and professionals both clear here. You are welcome to clean.",
            ],
            Regime::Monitoring => [
                "Her telles søppel til forskning. Ikke rydd her.",
                "Her blir søppel talt til forsking. Ikkje rydd her.",
                "Her tælles affald til forskning. Ryd ikke her.",
                "Litter is counted here for research. Please do not clean.",
            ],
            Regime::Closed => [
                "Her er det ferdselsforbud denne dagen. Ikke gå i land.",
                "Her er det ferdselsforbod denne dagen. Ikkje gå i land.",
                "Her er adgang forbudt denne dag. Gå ikke i land.",
                "People may not be here on this day. Do not go ashore.",
            ],
        })
    })
}

/// A closure: its name, its seasons, how far boats must stay, and whether it holds on the day asked for.
#[must_use]
pub fn closure(closure: &Closure, in_effect: bool) -> Words {
    Words::each(|l| {
        let seasons = closure.seasons.iter().map(|s| season(l, *s)).collect::<Vec<_>>().join(", ");
        let now = l.of(if in_effect {
            [
                "Forbudet gjelder denne dagen.",
                "Forbodet gjeld denne dagen.",
                "Forbuddet gælder denne dag.",
                "It holds on this day.",
            ]
        } else {
            [
                "Det gjelder ikke denne dagen.",
                "Det gjeld ikkje denne dagen.",
                "Det gælder ikke denne dag.",
                "It does not hold on this day.",
            ]
        });
        let head = l.of(["ferdselsforbud", "ferdselsforbod", "adgangsforbud", "closed to people"]);
        format!("{}: {head} {seasons}. {now}{}", closure.name, buffer(l, closure.sea_buffer_m))
    })
}

fn buffer(l: Lang, metres: f64) -> String {
    if metres <= 0.0 {
        return String::new();
    }
    let [before, after] = match l {
        Lang::Nb => ["Båter må holde", "m avstand."],
        Lang::Nn => ["Båtar må halde", "m avstand."],
        Lang::Da => ["Både skal holde", "m afstand."],
        Lang::En => ["Boats must keep", "m away."],
    };
    format!(" {before} {metres:.0} {after}")
}

fn season(l: Lang, season: Season) -> String {
    let span = |from: String, to: String| match l {
        Lang::En => format!("from {from} to {to}"),
        _ => format!("fra {from} til {to}").replacen("fra", if matches!(l, Lang::Nn) { "frå" } else { "fra" }, 1),
    };
    match season {
        Season::Yearly { from, to } => {
            let day = |d: MonthDay| d.of(2000).map(|d| l.date(d, false)).unwrap_or_default();
            span(day(from), day(to))
        }
        Season::Dated { from, to } => span(l.date(from, true), l.date(to, true)),
        Season::AllYear => l.of(["hele året", "heile året", "hele året", "all year"]),
    }
}

/// The first day a closed place is open again.
#[must_use]
pub fn open_from(date: NaiveDate) -> Words {
    let Words { nb, nn, da, en } = open_from_some_day();
    let told = |l: Lang, text: String| text.replace("{date}", &l.date(date, true));
    Words { nb: told(Lang::Nb, nb), nn: told(Lang::Nn, nn), da: told(Lang::Da, da), en: told(Lang::En, en) }
}

/// The same with `{date}` for the day, for a phone that fills it in.
#[must_use]
pub fn open_from_some_day() -> Words {
    Words::each(|l| {
        l.of([
            "Fra {date} kan du være her.",
            "Frå {date} kan du vere her.",
            "Fra {date} må du være her.",
            "From {date} you may be here.",
        ])
    })
}

/// What stays on every beach.
#[must_use]
pub fn leave_nature() -> Words {
    Words::each(|l| {
        l.of([
            "La tang, drivved, rent trevirke og steiner ligge.",
            "Lat tang, drivved, reint trevirke og steinar liggje.",
            "Lad tang, drivtømmer, rent træ og sten ligge.",
            "Leave seaweed, driftwood, clean timber and stones.",
        ])
    })
}

/// What to do at once about a hazard; `number` is the country's emergency number for it.
#[must_use]
pub fn hazard(hazard: Hazard, number: &str) -> Words {
    Words::each(|l| {
        l.of(match hazard {
            Hazard::Explosive => [
                "Ikke rør. Gå bort, hold andre unna, ring politiet på {n}.",
                "Ikkje rør. Gå bort, hald andre unna, ring politiet på {n}.",
                "Rør ikke. Gå væk, hold andre på afstand, ring {n}.",
                "Do not touch. Withdraw, keep others away, call the police on {n}.",
            ],
            Hazard::Oil => [
                "Hold avstand fra oljen og ring {n}.",
                "Hald avstand frå olja og ring {n}.",
                "Hold afstand til olien og ring {n}.",
                "Keep away from the oil and call {n}.",
            ],
            Hazard::OiledBird => [
                "Ikke fang fuglen. Ring {n}.",
                "Ikkje fang fuglen. Ring {n}.",
                "Fang ikke fuglen. Ring {n}.",
                "Do not catch the bird. Call {n}.",
            ],
            Hazard::UnknownLiquid => [
                "La væsken bli i beholderen og la den stå. Kommunen henter den.",
                "Lat væska bli i behaldaren og lat han stå. Kommunen hentar han.",
                "Lad væsken blive i beholderen, og lad den stå. Kommunen henter den.",
                "Leave the liquid in its container where it is. The municipality fetches it.",
            ],
            Hazard::Needles => [
                "Ikke ta i sprøyter med hendene. Kommunen henter dem.",
                "Ikkje ta i sprøyter med hendene. Kommunen hentar dei.",
                "Rør ikke kanyler med hænderne. Kommunen henter dem.",
                "Do not pick up needles by hand. The municipality fetches them.",
            ],
            Hazard::DeadAnimal => [
                "Ikke rør døde fugler og dyr. Mattilsynet får beskjed.",
                "Ikkje rør døde fuglar og dyr. Mattilsynet får beskjed.",
                "Rør ikke døde fugle og dyr. Fødevarestyrelsen får besked.",
                "Do not touch dead birds and animals. The food authority is told.",
            ],
            Hazard::Dumping => [
                "La det stå. Kommunen tar seg av ulovlig dumping, biler og båter.",
                "Lat det stå. Kommunen tek seg av ulovleg dumping, bilar og båtar.",
                "Lad det stå. Kommunen tager sig af ulovlig dumpning, biler og både.",
                "Leave it. The municipality deals with dumping, cars and boats.",
            ],
        })
        .replace("{n}", number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_says_its_seasons_in_each_language() {
        let c: Closure = serde_json::from_value(serde_json::json!({
            "id": uuid::Uuid::nil(), "name": "Jerkholmen", "sea_buffer_m": 50.0, "source_url": null,
            "seasons": [{"kind": "yearly", "from": "04-15", "to": "07-15"}],
            "geometry": {"type": "MultiPolygon", "coordinates": []},
        }))
        .unwrap();
        let w = closure(&c, true);
        assert_eq!(
            w.nb,
            "Jerkholmen: ferdselsforbud fra 15. april til 15. juli. Forbudet gjelder denne dagen. Båter må holde 50 m avstand."
        );
        assert_eq!(
            w.nn,
            "Jerkholmen: ferdselsforbod frå 15. april til 15. juli. Forbodet gjeld denne dagen. Båtar må halde 50 m avstand."
        );
        assert_eq!(
            w.da,
            "Jerkholmen: adgangsforbud fra 15. april til 15. juli. Forbuddet gælder denne dag. Både skal holde 50 m afstand."
        );
        assert_eq!(
            w.en,
            "Jerkholmen: closed to people from 15 April to 15 July. It holds on this day. Boats must keep 50 m away."
        );
    }

    #[test]
    fn a_hazard_names_the_number_of_the_country() {
        assert!(hazard(Hazard::Explosive, "112").nb.contains("112"));
        assert!(!hazard(Hazard::Needles, "112").en.contains('{'));
    }
}
