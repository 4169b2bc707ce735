//! Sessions and one-time links.

use std::fmt::Write;

use chrono::TimeDelta;
use rand::RngExt;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::permission::{Action, Subject, allow};
use crate::domain::person::{Organisation, Person, Role};
use crate::error::{Error, Result};
use crate::store::Tx;

/// How long a one-time link can be used.
const INVITE_DAYS: i64 = 7;

/// A secret: 256 random bits, known only to whom it is given.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        Self(rand::rng().random())
    }

    /// Reads what [`Self::text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let byte = |i: usize| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
        (text.len() == 64).then_some(Self(bytes?.try_into().ok()?))
    }

    /// As it stands in a cookie or a link.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // a String takes everything
            text
        })
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self::new()
    }
}

/// Begins a session for somebody new.
///
/// # Errors
/// `internal`.
pub async fn begin(tx: &mut Tx, secret: &Secret, role: Role, organisation: Option<Organisation>, days: i64) -> Result<Person> {
    let person =
        Person { id: Uuid::now_v7(), role, organisation, until: tx.now + TimeDelta::days(days), sending: None, entered: None };
    tx.add_person(&person, &secret.hash()).await?;
    Ok(person)
}

/// Lets the session of a volunteer that has ended go on, as the same person. An account has to be entered anew.
///
/// # Errors
/// `internal`.
pub async fn renew(tx: &mut Tx, secret: &Secret, days: i64) -> Result<Option<Person>> {
    let known = tx.session(&secret.hash()).await?;
    let Some(mut person) = known.filter(|p| p.role == Role::Volunteer && p.organisation.is_none()) else { return Ok(None) };
    person.until = tx.now + TimeDelta::days(days);
    tx.renew_session(&secret.hash(), person.until).await?;
    Ok(Some(person))
}

/// Enters by a one-time link.
///
/// # Errors
/// `invite_used`, `internal`.
pub async fn enter(tx: &mut Tx, invite: &Secret, secret: &Secret, days: i64) -> Result<Person> {
    let (organisation, role) = tx.use_invite(&invite.hash()).await?;
    begin(tx, secret, role, Some(organisation), days).await
}

/// Makes a one-time link into the inviter's own organisation.
///
/// # Errors
/// `forbidden`, `invalid` when the role is a volunteer's.
pub async fn invite(tx: &mut Tx, by: &Person, role: Role, secret: &Secret) -> Result<()> {
    let organisation = by.organisation.as_ref();
    allow(by, Action::Invite, Subject { own: organisation.is_some(), municipality: None })?;
    let Some(organisation) = organisation else { return Ok(()) };
    if role == Role::Volunteer {
        return Err(Error::invalid("role", "A volunteer needs no invitation."));
    }
    tx.add_invite(&secret.hash(), organisation.id, role, tx.now + TimeDelta::days(INVITE_DAYS)).await
}

/// Makes a one-time link into an organisation, which is made when it is not there. For the command line.
///
/// # Errors
/// `internal`.
pub async fn found(tx: &mut Tx, name: &str, municipality: Option<&str>, role: Role, secret: &Secret) -> Result<()> {
    let organisation = tx.organisation(name, municipality, Uuid::now_v7()).await?;
    tx.add_invite(&secret.hash(), organisation.id, role, tx.now + TimeDelta::days(INVITE_DAYS)).await
}
