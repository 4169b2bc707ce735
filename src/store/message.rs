//! What people are told, in the transaction of what it tells about.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::sql::{Row, args};
use super::{Tx, spoilt};
use crate::domain::change::{Layer, Thing};
use crate::domain::message::{Audience, Choice, Message, MessageKind, Telling};
use crate::error::Result;

impl Tx {
    /// Tells people, each once for an occasion and within their own limits.
    ///
    /// # Errors
    /// `internal`.
    pub async fn tell(&mut self, whom: Audience<'_>, telling: &Telling) -> Result<()> {
        for person in self.those(whom).await? {
            self.tell_one(person, telling).await?;
        }
        Ok(())
    }

    async fn tell_one(&mut self, person: Uuid, t: &Telling) -> Result<()> {
        let choice = self.choice(person).await?;
        let asked = if t.kind.asks() && choice.asks_a_year.is_some() { self.asked(person).await? } else { 0 };
        if !choice.wants(t.kind, asked) {
            return Ok(());
        }
        let sql = "INSERT INTO message (id, person_id, kind, layer, about_id, once, data, at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (person_id, once) DO NOTHING";
        let data = serde_json::to_string(&t.facts)?;
        let row = args![Uuid::now_v7(), person, t.kind.text(), t.layer.text(), t.about, t.once.as_str(), data, self.now];
        if self.run(sql, row).await? == 1 {
            // In the log, so that every process can tell those who watch; nobody else sees to whom.
            self.log("told", None, None, person, Thing::Told);
        }
        Ok(())
    }

    async fn those(&mut self, whom: Audience<'_>) -> Result<Vec<Uuid>> {
        // Accounts only: who has no session any more cannot read.
        let now = self.now;
        let rows = match whom {
            Audience::Person(id) => return Ok(vec![id]),
            Audience::Organisation(id) | Audience::Among(id, _) => {
                let sql = "SELECT DISTINCT p.id FROM person p JOIN session s ON s.person_id = p.id
                           WHERE p.organisation_id = $1 AND s.until_at > $2";
                self.rows(sql, args![id, now]).await?
            }
            Audience::Municipality(code) => {
                let sql = "SELECT DISTINCT p.id FROM person p JOIN session s ON s.person_id = p.id
                           JOIN organisation o ON o.id = p.organisation_id
                           WHERE o.municipality = $1 AND p.role IN ('staff', 'admin') AND s.until_at > $2";
                self.rows(sql, args![code, now]).await?
            }
        };
        let all = rows.iter().map(|r| r.id(0)).collect::<Result<Vec<_>>>()?;
        let Audience::Among(_, people) = whom else { return Ok(all) };
        let some: Vec<_> = all.iter().copied().filter(|p| people.contains(p)).collect();
        Ok(if some.is_empty() { all } else { some })
    }

    /// How often somebody was asked for help this year.
    async fn asked(&mut self, person: Uuid) -> Result<u32> {
        let year = self.now.date_naive().format("%Y-01-01T00:00:00Z").to_string().parse::<DateTime<Utc>>().unwrap_or(self.now);
        let mut asked = 0;
        for kind in MessageKind::ALL.iter().filter(|k| k.asks()) {
            let sql = "SELECT COUNT(*) FROM message WHERE person_id = $1 AND kind = $2 AND at >= $3";
            let row = self.row(sql, args![person, kind.text(), year]).await?;
            asked += row.map_or(Ok(0), |r| r.int(0))?;
        }
        Ok(u32::try_from(asked).unwrap_or(u32::MAX))
    }

    /// A person's own limits.
    ///
    /// # Errors
    /// `internal`.
    pub async fn choice(&mut self, person: Uuid) -> Result<Choice> {
        let row = self.row("SELECT data FROM message_choice WHERE person_id = $1", args![person]).await?;
        row.map_or(Ok(Choice::default()), |r| Ok(serde_json::from_str(&r.text(0)?)?))
    }

    /// Keeps a person's own limits.
    ///
    /// # Errors
    /// `internal`.
    pub async fn choose(&mut self, person: Uuid, choice: &Choice) -> Result<()> {
        let sql = "INSERT INTO message_choice (person_id, data) VALUES ($1, $2) ON CONFLICT (person_id) DO UPDATE SET data = $2";
        self.run(sql, args![person, serde_json::to_string(choice)?]).await?;
        Ok(())
    }

    /// The last hundred messages of a person, newest first.
    ///
    /// # Errors
    /// `internal`.
    pub async fn messages(&mut self, person: Uuid) -> Result<Vec<Message>> {
        let sql = "SELECT id, kind, layer, about_id, data, at, read_at IS NOT NULL FROM message
                   WHERE person_id = $1 ORDER BY at DESC, id DESC LIMIT 100";
        self.rows(sql, args![person]).await?.iter().map(message).collect()
    }

    /// Marks all messages up to an instant as read.
    ///
    /// # Errors
    /// `internal`.
    pub async fn read_messages(&mut self, person: Uuid, up_to: DateTime<Utc>) -> Result<()> {
        let sql = "UPDATE message SET read_at = $3 WHERE person_id = $1 AND at <= $2 AND read_at IS NULL";
        self.run(sql, args![person, up_to, self.now]).await?;
        Ok(())
    }
}

fn message(r: &Row) -> Result<Message> {
    Ok(Message {
        id: r.id(0)?,
        kind: MessageKind::parse(&r.text(1)?).ok_or_else(|| spoilt("kind of message"))?,
        layer: Layer::parse(&r.text(2)?).ok_or_else(|| spoilt("layer"))?,
        about: r.id(3)?,
        facts: serde_json::from_str(&r.text(4)?)?,
        at: r.instant(5)?,
        read: r.bool(6)?,
    })
}
