//! What a shared link says, in the four languages.

use super::hotspot::{Amount, Hotspot, State};
use super::numbers::Figures;
use super::words::Words;

fn each(texts: [&str; 4], replace: &[(&str, &str)]) -> Words {
    Words::each(|l| replace.iter().fold(l.of(texts), |text, (name, value)| text.replace(name, value)))
}

/// What a group did, in short lines.
#[must_use]
pub fn season(f: &Figures) -> Vec<Words> {
    let line = |texts: [&str; 4], n: String| each(texts, &[("{n}", &n)]);
    let cleanups = if f.count == 1 {
        ["1 ryddeaksjon", "1 ryddeaksjon", "1 strandrensning", "1 cleanup"]
    } else {
        ["{n} ryddeaksjoner", "{n} ryddeaksjonar", "{n} strandrensninger", "{n} cleanups"]
    };
    let mut lines = vec![line(cleanups, f.count.to_string())];
    if f.metres >= 1.0 {
        lines.push(line(["{n} m strand", "{n} m strand", "{n} m strand", "{n} m of shore"], format!("{:.0}", f.metres)));
    }
    if f.weighed_kg > 0.0 {
        lines.push(line(["{n} kg veid", "{n} kg vege", "{n} kg vejet", "{n} kg weighed"], format!("{:.0}", f.weighed_kg)));
    }
    if f.estimated_kg > 0.0 {
        let texts = ["omtrent {n} kg anslått", "om lag {n} kg rekna ut", "omkring {n} kg anslået", "about {n} kg estimated"];
        lines.push(line(texts, format!("{:.0}", f.estimated_kg)));
    }
    lines
}

/// Title and text of the app itself.
#[must_use]
pub fn app() -> [Words; 2] {
    let title = each(
        [
            "Kysten, tatt vare på sammen",
            "Kysten, teken vare på saman",
            "Kysten, passet på sammen",
            "One coast, looked after together",
        ],
        &[],
    );
    let text = each(
        [
            "Meld søppel, ta på deg å rydde det, og se hvem som rydder hvor.",
            "Meld søppel, ta på deg å rydde det, og sjå kven som ryddar kvar.",
            "Meld affald, påtag dig at rydde det, og se hvem der rydder hvor.",
            "Report litter, take on clearing it, and see who clears where.",
        ],
        &[],
    );
    [title, text]
}

/// Title and text of the form for a report.
#[must_use]
pub fn report() -> [Words; 2] {
    let title =
        each(["Meld søppel på stranda", "Meld søppel på stranda", "Meld affald på stranden", "Report litter on the beach"], &[]);
    let text = each(
        [
            "Et bilde, stedet og hvor mye. Ingen konto.",
            "Eit bilete, staden og kor mykje. Ingen konto.",
            "Et billede, stedet og hvor meget. Ingen konto.",
            "A photo, the place and how much. No account.",
        ],
        &[],
    );
    [title, text]
}

/// The title of a report.
#[must_use]
pub fn hotspot(h: &Hotspot, place: Option<&str>) -> Words {
    let amount = match h.amount {
        Amount::Handful => ["En håndfull søppel", "Ein neve søppel", "En håndfuld affald", "A handful of litter"],
        Amount::Bag => ["En sekk søppel", "Ein sekk søppel", "En sæk affald", "A bag of litter"],
        Amount::SeveralBags => ["Flere sekker søppel", "Fleire sekker søppel", "Flere sække affald", "Several bags of litter"],
        Amount::MoreThanCarried => [
            "Mer søppel enn en kan bære",
            "Meir søppel enn ein kan bere",
            "Mere affald end man kan bære",
            "More litter than one can carry",
        ],
    };
    let place = place.map(|p| format!(" – {p}")).unwrap_or_default();
    each(amount.map(|a| format!("{a}{{place}}")).each_ref().map(String::as_str), &[("{place}", &place)])
}

/// Where a report is in its life.
#[must_use]
pub fn state(state: State) -> Words {
    let said = match state {
        State::Reported => [
            "Meldt, og venter på noen som rydder.",
            "Meldt, og ventar på nokon som ryddar.",
            "Meldt, og venter på nogen der rydder.",
            "Reported, and waiting for somebody to clear it.",
        ],
        State::Claimed => [
            "Noen har tatt på seg å rydde det.",
            "Nokon har teke på seg å rydde det.",
            "Nogen har påtaget sig at rydde det.",
            "Somebody has taken on clearing it.",
        ],
        State::Ordered => [
            "Et mannskap skal rydde det.",
            "Eit mannskap skal rydde det.",
            "Et hold skal rydde det.",
            "A crew is going to clear it.",
        ],
        State::Cleaned | State::Verified => {
            ["Det er ryddet. Takk!", "Det er rydda. Takk!", "Det er ryddet. Tak!", "It is cleaned. Thank you!"]
        }
        State::Duplicate | State::NotFound | State::NotOurs | State::Rejected => [
            "Meldingen er lukket; se hvorfor.",
            "Meldinga er lukka; sjå kvifor.",
            "Meldingen er lukket; se hvorfor.",
            "The report is closed; see why.",
        ],
    };
    each(said, &[])
}

/// The title of a place.
#[must_use]
pub fn place(municipality: Option<&str>) -> Words {
    let place = municipality.map(|p| format!(" – {p}")).unwrap_or_default();
    each(
        [
            "Hva kan jeg gjøre her?{place}",
            "Kva kan eg gjere her?{place}",
            "Hvad må jeg gøre her?{place}",
            "What may I do here?{place}",
        ],
        &[("{place}", &place)],
    )
}

/// Title and text of a municipality's coast.
#[must_use]
pub fn area(name: &str, open: usize) -> [Words; 2] {
    let title = each(["Kysten i {name}", "Kysten i {name}", "Kysten i {name}", "The coast of {name}"], &[("{name}", name)]);
    let text = match open {
        0 => each(
            [
                "Ingenting venter på å bli ryddet.",
                "Ingenting ventar på å bli rydda.",
                "Intet venter på at blive ryddet.",
                "Nothing is waiting to be cleared.",
            ],
            &[],
        ),
        1 => each(
            [
                "Én melding venter på å bli ryddet.",
                "Éi melding ventar på å bli rydda.",
                "Én melding venter på at blive ryddet.",
                "One report is waiting to be cleared.",
            ],
            &[],
        ),
        _ => each(
            [
                "{n} meldinger venter på å bli ryddet.",
                "{n} meldingar ventar på å bli rydda.",
                "{n} meldinger venter på at blive ryddet.",
                "{n} reports are waiting to be cleared.",
            ],
            &[("{n}", &open.to_string())],
        ),
    };
    [title, text]
}
