//! Reporting, supporting, cleaning and judging hotspots.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Made, announce, by_our_clock, digest, end, expect_photos, id_taken, lies_in, load, missing, repeated, save};
use crate::domain::change::Thing;
use crate::domain::hazard::{Hazard, authority_for};
use crate::domain::hotspot::{Amount, Closing, Hotspot, Litter, Owner, State};
use crate::domain::permission::{Action, Subject, allow, may};
use crate::domain::person::Person;
use crate::domain::photo::{self, MAX_PHOTOS, PhotoOf};
use crate::domain::place::LonLat;
use crate::domain::text::{clean_optional, clean_required};
use crate::error::{Error, Result};
use crate::store::Tx;

/// What one sends to report a hotspot.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Its id, made by the client, so that sending twice is sending once.
    pub id: Uuid,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// How much there is.
    pub amount: Amount,
    /// Ids of one to five photos, which are sent afterwards.
    #[schema(min_items = 1, max_items = 5)]
    pub photos: Vec<Uuid>,
    /// Kinds of litter.
    #[serde(default)]
    pub kinds: Vec<Litter>,
    /// Hazards.
    #[serde(default)]
    pub hazards: Vec<Hazard>,
    /// Anything else, at most 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
    /// When it was seen, by the phone's clock.
    #[serde(default)]
    pub seen_at: Option<DateTime<Utc>>,
    /// When it is sent, by the same clock: tells how wrong that clock is. Another each time it is sent, and so no part of
    /// what makes two reports the same.
    #[serde(default, skip_serializing)]
    pub sent_at: Option<DateTime<Utc>>,
}

/// Where a report lies, as the coast knows it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The nearest segment.
    pub segment: Uuid,
    /// The municipality.
    pub municipality: Option<String>,
}

impl Report {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// `invalid` with the field.
    pub fn checked(mut self) -> Result<(LonLat, Self)> {
        let at = LonLat::new(self.lon, self.lat)?;
        if self.photos.is_empty() || self.photos.len() > MAX_PHOTOS {
            return Err(Error::invalid("photos", format!("A report has one to {MAX_PHOTOS} photos.")));
        }
        self.note = clean_optional("note", self.note.as_deref(), 1000)?;
        self.kinds.sort_unstable();
        self.kinds.dedup();
        self.hazards.sort_unstable();
        self.hazards.dedup();
        Ok((at, self))
    }
}

/// Reports a hotspot.
///
/// # Errors
/// `forbidden`, `id_taken`, `invalid` when a photo id is in use.
pub async fn report(tx: &mut Tx, by: &Person, report: Report, at: LonLat, place: Place) -> Result<Made<Hotspot>> {
    allow(by, Action::Report, Subject::default())?;
    let sent = digest(&report)?;
    let owner = match (authority_for(&report.hazards), &place.municipality) {
        (Some(authority), _) => Owner::Authority { authority },
        (None, Some(code)) => Owner::Municipality { code: code.clone() },
        (None, None) => Owner::Service,
    };
    let seen_at = by_our_clock(tx.now, report.seen_at, report.sent_at);
    let mut hotspot = Hotspot {
        id: report.id,
        at,
        segment: place.segment,
        municipality: place.municipality,
        amount: report.amount,
        kinds: report.kinds,
        hazards: report.hazards,
        note: report.note,
        state: State::Reported,
        closing: None,
        owner,
        claim: None,
        photos: vec![],
        cleanup: None,
        order: None,
        supports: 0,
        seen_at,
        phone_seen_at: report.seen_at,
        reported_at: tx.now,
        changed_at: tx.now,
        version: 1,
    };
    photo::announce(&mut hotspot.photos, &report.photos, PhotoOf::Report)?;
    if !tx.add_hotspot(&hotspot, by.id, &sent).await? {
        return before(tx, report.id, by, &sent).await;
    }
    expect_photos(tx, by, hotspot.id, &report.photos).await?;
    tx.log("reported", None, Some(by), hotspot.id, Thing::Hotspot(Box::new(hotspot.clone())));
    Ok(Made::New(hotspot))
}

async fn before(tx: &mut Tx, id: Uuid, by: &Person, sent: &[u8]) -> Result<Made<Hotspot>> {
    let (reporter, first) = tx.reporter(id).await?.ok_or_else(|| missing("hotspot"))?;
    if reporter != by.id || first != sent {
        return Err(id_taken());
    }
    let hotspot = tx.hotspot(id).await?.ok_or_else(|| missing("hotspot"))?;
    Ok(Made::Before(hotspot.seen(tx.now)))
}

/// Photos and words that go with an act upon a hotspot.
#[derive(Debug, Default, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// Ids of photos, which are sent afterwards.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub photos: Vec<Uuid>,
    /// What one wants to add, at most 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// Supports a report: "I have seen it too". A second time changes nothing.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn support(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Hotspot> {
    allow(by, Action::Vouch, Subject::default())?;
    let mut h = load(tx, id).await?;
    if !seen_by_another(tx, by, id).await? {
        return Ok(h);
    }
    h.supports += 1;
    save(tx, h, "supported", None, by).await
}

/// Says that it is still there: what was closed or cleaned is open again.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid` when reopening without a photo.
pub async fn still_there(tx: &mut Tx, by: &Person, id: Uuid, saying: Saying) -> Result<Hotspot> {
    allow(by, Action::Vouch, Subject::default())?;
    let note = clean_optional("note", saying.note.as_deref(), 1000)?;
    let mut h = load(tx, id).await?;
    if sent_before(tx, by, id, &saying.photos).await? {
        return Ok(h);
    }
    if !h.state.is_open() && saying.photos.is_empty() {
        return Err(Error::invalid("photos", "A photo is needed to open it again."));
    }
    let another = seen_by_another(tx, by, id).await?;
    if h.state.is_open() && saying.photos.is_empty() && !another {
        return Ok(h); // they have said so before
    }
    h.still_there()?;
    h.supports += u32::from(another);
    announce(tx, by, id, &mut h.photos, &saying.photos, PhotoOf::StillThere).await?;
    save(tx, h, "still_there", note, by).await
}

/// Notes that somebody has seen it too. False for who reported it, and the second time.
async fn seen_by_another(tx: &mut Tx, by: &Person, id: Uuid) -> Result<bool> {
    let (reporter, _) = tx.reporter(id).await?.ok_or_else(|| missing("hotspot"))?;
    Ok(reporter != by.id && tx.add_support(id, by.id).await?)
}

/// Whether this person has announced these photos on this hotspot: then the act is a repetition.
async fn sent_before(tx: &mut Tx, by: &Person, hotspot: Uuid, photos: &[Uuid]) -> Result<bool> {
    let Some(&first) = photos.first() else {
        return Ok(false);
    };
    Ok(tx.photo(first).await?.is_some_and(|p| p.thing == hotspot && p.person == by.id))
}

/// Says that it is clean. Whether people may clean in that place is asked before.
///
/// # Errors
/// `forbidden`, `not_found`, `hazardous`, `wrong_state`, `already_claimed` by somebody else.
pub async fn cleaned(tx: &mut Tx, by: &Person, id: Uuid, saying: Saying) -> Result<Hotspot> {
    allow(by, Action::Clean, Subject::default())?;
    let note = clean_optional("note", saying.note.as_deref(), 1000)?;
    let mut h = load(tx, id).await?;
    let again = if saying.photos.is_empty() {
        repeated(tx, by, id, "cleaned").await?
    } else {
        sent_before(tx, by, id, &saying.photos).await?
    };
    if again {
        return Ok(h);
    }
    if let Some(held) = &h.claim {
        let theirs = tx.claim(held.id).await?.is_some_and(|c| c.person == by.id);
        if !theirs && !may(by, Action::CleanAsProfessional) {
            return Err(held.already_claimed());
        }
    }
    let ended = h.clean()?;
    announce(tx, by, id, &mut h.photos, &saying.photos, PhotoOf::Cleaned).await?;
    end(tx, ended, "fulfilled").await?;
    save(tx, h, "cleaned", note, by).await
}

/// Confirms that it is clean, or that a hazard is gone.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`.
pub async fn verify(tx: &mut Tx, by: &Person, id: Uuid) -> Result<Hotspot> {
    let mut h = load(tx, id).await?;
    allow(by, Action::Judge, lies_in(&h))?;
    if repeated(tx, by, id, "verified").await? {
        return Ok(h);
    }
    h.verify()?;
    save(tx, h, "verified", None, by).await
}

/// Closes it without it being cleaned, with the reason.
///
/// # Errors
/// `forbidden`, `not_found`, `wrong_state`, `invalid`.
pub async fn close(tx: &mut Tx, by: &Person, id: Uuid, closing: Closing) -> Result<Hotspot> {
    let mut h = load(tx, id).await?;
    allow(by, Action::Judge, lies_in(&h))?;
    let closing = match closing {
        Closing::Duplicate { of } if tx.hotspot(of).await?.is_none() => {
            return Err(Error::invalid("of", "There is no such report."));
        }
        Closing::NotOurs { handed_to } => Closing::NotOurs { handed_to: clean_required("handed_to", &handed_to, 200)? },
        Closing::Rejected { why } => Closing::Rejected { why: clean_required("why", &why, 1000)? },
        other => other,
    };
    let why = match &closing {
        Closing::Rejected { why } => Some(why.clone()),
        Closing::NotOurs { handed_to } => Some(handed_to.clone()),
        _ => None,
    };
    if h.closing.as_ref() == Some(&closing) && repeated(tx, by, id, closing.state().text()).await? {
        return Ok(h);
    }
    let ended = h.close(closing)?;
    end(tx, ended, "released").await?;
    let act = h.state.text();
    save(tx, h, act, why, by).await
}
