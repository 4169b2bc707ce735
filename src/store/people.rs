//! People, organisations, sessions and one-time links.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::sql::args;
use super::{Tx, spoilt};
use crate::domain::order::Crew;
use crate::domain::person::{Organisation, Person, RENEWABLE_DAYS, Role};
use crate::error::{Code, Error, Result};

impl Tx {
    /// The person a session belongs to, ended or not.
    ///
    /// # Errors
    /// `internal`.
    pub async fn session(&mut self, secret_hash: &[u8]) -> Result<Option<Person>> {
        let row = self
            .row(
                "SELECT p.id, p.role, s.until_at, o.id, o.name, o.municipality
                 FROM session s JOIN person p ON p.id = s.person_id
                 LEFT JOIN organisation o ON o.id = p.organisation_id
                 WHERE s.secret_hash = $1",
                args![secret_hash.to_vec()],
            )
            .await?;
        row.map(|r| {
            let organisation = match r.maybe_id(3)? {
                Some(id) => Some(Organisation { id, name: r.text(4)?, municipality: r.maybe_text(5)? }),
                None => None,
            };
            let role = Role::parse(&r.text(1)?).ok_or_else(|| spoilt("role"))?;
            Ok(Person { id: r.id(0)?, role, organisation, until: r.instant(2)?, sending: None, entered: None })
        })
        .transpose()
    }

    /// Makes somebody, with a session.
    ///
    /// # Errors
    /// `internal`.
    pub async fn add_person(&mut self, person: &Person, secret_hash: &[u8]) -> Result<()> {
        let organisation = person.organisation.as_ref().map(|o| o.id);
        self.run(
            "INSERT INTO person (id, role, organisation_id, created_at) VALUES ($1, $2, $3, $4)",
            args![person.id, person.role.text(), organisation, self.now],
        )
        .await?;
        self.run(
            "INSERT INTO session (secret_hash, person_id, until_at) VALUES ($1, $2, $3)",
            args![secret_hash.to_vec(), person.id, person.until],
        )
        .await?;
        Ok(())
    }

    /// Ends a session, and takes along those that ended by themselves and will not be renewed any more.
    ///
    /// # Errors
    /// `internal`.
    pub async fn end_session(&mut self, secret_hash: &[u8]) -> Result<()> {
        let sql = "DELETE FROM session WHERE secret_hash = $1 OR until_at < $2";
        self.run(sql, args![secret_hash.to_vec(), self.now - TimeDelta::days(RENEWABLE_DAYS)]).await?;
        Ok(())
    }

    /// Lets a session that has ended go on until another instant.
    ///
    /// # Errors
    /// `internal`.
    pub async fn renew_session(&mut self, secret_hash: &[u8], until: DateTime<Utc>) -> Result<()> {
        self.run("UPDATE session SET until_at = $2 WHERE secret_hash = $1", args![secret_hash.to_vec(), until]).await?;
        Ok(())
    }

    /// The organisation with this name, made when there is none.
    ///
    /// # Errors
    /// `internal`.
    pub async fn organisation(&mut self, name: &str, municipality: Option<&str>, id: Uuid) -> Result<Organisation> {
        let known = self.row("SELECT id, name, municipality FROM organisation WHERE name = $1", args![name]).await?;
        if let Some(r) = known {
            return Ok(Organisation { id: r.id(0)?, name: r.text(1)?, municipality: r.maybe_text(2)? });
        }
        let sql = "INSERT INTO organisation (id, name, municipality) VALUES ($1, $2, $3)";
        self.run(sql, args![id, name, municipality]).await?;
        Ok(Organisation { id, name: name.to_owned(), municipality: municipality.map(str::to_owned) })
    }

    /// All organisations.
    ///
    /// # Errors
    /// `internal`.
    pub async fn organisations(&mut self) -> Result<Vec<Organisation>> {
        let rows = self.rows("SELECT id, name, municipality FROM organisation ORDER BY name, id", vec![]).await?;
        rows.iter().map(|r| Ok(Organisation { id: r.id(0)?, name: r.text(1)?, municipality: r.maybe_text(2)? })).collect()
    }

    /// The organisations that have crews.
    ///
    /// # Errors
    /// `internal`.
    pub async fn crews(&mut self) -> Result<Vec<Crew>> {
        let sql = "SELECT o.id, o.name FROM organisation o WHERE EXISTS
                   (SELECT 1 FROM person p WHERE p.organisation_id = o.id AND p.role = 'crew') ORDER BY o.name, o.id";
        self.rows(sql, vec![]).await?.iter().map(|r| Ok(Crew { id: r.id(0)?, name: r.text(1)? })).collect()
    }

    /// Makes a one-time link.
    ///
    /// # Errors
    /// `internal`.
    pub async fn add_invite(&mut self, hash: &[u8], organisation: Uuid, role: Role, until: DateTime<Utc>) -> Result<()> {
        let sql = "INSERT INTO invite (secret_hash, organisation_id, role, until_at) VALUES ($1, $2, $3, $4)";
        self.run(sql, args![hash.to_vec(), organisation, role.text(), until]).await?;
        Ok(())
    }

    /// Uses a one-time link up.
    ///
    /// # Errors
    /// `invite_used`.
    pub async fn use_invite(&mut self, hash: &[u8]) -> Result<(Organisation, Role)> {
        let used = self
            .run(
                "UPDATE invite SET used_at = $2 WHERE secret_hash = $1 AND used_at IS NULL AND until_at > $2",
                args![hash.to_vec(), self.now],
            )
            .await?;
        if used == 0 {
            return Err(Error::new(Code::InviteUsed, "The link was used before or has ended. Ask for a new one."));
        }
        let row = self
            .row(
                "SELECT i.role, o.id, o.name, o.municipality FROM invite i
                 JOIN organisation o ON o.id = i.organisation_id WHERE i.secret_hash = $1",
                args![hash.to_vec()],
            )
            .await?
            .ok_or_else(|| spoilt("one-time link"))?;
        let role = Role::parse(&row.text(0)?).ok_or_else(|| spoilt("role"))?;
        Ok((Organisation { id: row.id(1)?, name: row.text(2)?, municipality: row.maybe_text(3)? }, role))
    }
}
