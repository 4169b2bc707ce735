//! The database is the truth: rows, and one entry in the change log for each thing changed, in one transaction.

mod batch;
mod coast;
mod hotspot;
mod log;
mod message;
mod people;
pub(crate) mod sql;
mod thing;
mod ticket;

use std::collections::HashSet;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use uuid::Uuid;

use crate::clock::Clock;
use crate::domain::change::{Change, Thing};
use crate::domain::person::Person;
use crate::error::{Error, Result};
use batch::{Batch, Table, Values};
pub use coast::ImportCount;
pub use hotspot::{StoredClaim, StoredPhoto};
use sql::{Database, Row, Sql};
pub use thing::Participant;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The database, either of the two.
#[derive(Clone)]
pub struct Store {
    db: Database,
}

/// A read or a write in progress. What it changes is in the log when it ends.
pub struct Tx {
    sql: Sql,
    /// The instant of everything in it.
    pub now: DateTime<Utc>,
    next_seq: i64,
    changes: Vec<Change>,
    batch: Batch,
    /// Ids known to be in no table, so that a row with one needs no look.
    fresh: HashSet<Uuid>,
    /// How many changes there were when the command in progress began.
    begun: usize,
    /// Whether the command in progress has a savepoint.
    saved: bool,
    /// Whether rows of commands that were kept could not be inserted.
    broken: bool,
}

/// The database was made by a later version, or is none of ours.
const TABLES: &str =
    "cannot bring the tables up to date: run the version that wrote them or a later one, or set another `database.url`";

impl Store {
    /// Opens `sqlite:path` or `postgres://…` and brings its tables up to date.
    ///
    /// # Errors
    /// `internal`, saying what to do.
    pub async fn open(url: &str, connections: u32) -> anyhow::Result<Self> {
        use anyhow::Context;
        let db = if url.starts_with("postgres") {
            let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(10));
            let pool =
                pool.connect(url).await.context("cannot reach PostgreSQL: start it, or set `database.url` to where it is")?;
            POSTGRES.run(&pool).await.context(TABLES)?;
            Database::Postgres(pool)
        } else {
            let what = "`database.url` must begin with sqlite: or postgres:";
            anyhow::ensure!(url.starts_with("sqlite:"), what);
            let options = SqliteConnectOptions::from_str(url)
                .context(what)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged report survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(30))
                .pragma("mmap_size", "268435456");
            let pool = SqlitePoolOptions::new().max_connections(connections).connect_with(options).await;
            let pool = pool.with_context(|| format!("cannot open {url}: set `database.url` to a file that can be written"))?;
            SQLITE.run(&pool).await.context(TABLES)?;
            Database::Sqlite(pool)
        };
        Ok(Self { db })
    }

    /// Waits for PostgreSQL to say that something was written. On SQLite it never returns.
    pub async fn listener(&self) -> Option<sqlx::postgres::PgListener> {
        let Database::Postgres(pool) = &self.db else {
            return None;
        };
        let mut listener = sqlx::postgres::PgListener::connect_with(pool).await.ok()?;
        listener.listen("strandline").await.ok()?;
        Some(listener)
    }

    /// Reads that all see the same moment.
    ///
    /// # Errors
    /// `internal`.
    pub async fn snapshot(&self, now: DateTime<Utc>) -> Result<Tx> {
        Ok(Tx::new(self.db.snapshot().await?, now))
    }

    /// Single reads.
    ///
    /// # Errors
    /// `internal`.
    pub async fn read(&self, now: DateTime<Utc>) -> Result<Tx> {
        Ok(Tx::new(self.db.connection().await?, now))
    }

    /// The one write there is at a time, at the instant it began: entries of the log are in the order of their times.
    ///
    /// # Errors
    /// `internal`.
    pub async fn write(&self, clock: &Clock) -> Result<Tx> {
        let sql = self.db.exclusive().await?;
        let mut tx = Tx::new(sql, clock.now());
        tx.next_seq = tx.last_seq().await? + 1;
        Ok(tx)
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.db {
            Database::Sqlite(pool) => pool.close().await,
            Database::Postgres(pool) => pool.close().await,
        }
    }

    fn is_postgres(&self) -> bool {
        matches!(self.db, Database::Postgres(_))
    }
}

impl Tx {
    fn new(sql: Sql, now: DateTime<Utc>) -> Self {
        let (changes, batch, fresh) = (vec![], Batch::default(), HashSet::new());
        Self { sql, now, next_seq: 0, changes, batch, fresh, begun: 0, saved: false, broken: false }
    }

    /// Looks up at once which ids the commands to come bring along. It only saves looking for each of them.
    ///
    /// # Errors
    /// `internal`.
    pub async fn expect_new(&mut self, ids: Vec<Uuid>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let hotspots = self.sql.holds("SELECT id FROM hotspot WHERE id", &ids).await?;
        let photos = self.sql.holds("SELECT id FROM photo WHERE id", &ids).await?;
        self.fresh.extend(ids);
        for id in hotspots.iter().chain(&photos) {
            self.fresh.remove(id);
        }
        Ok(())
    }

    /// Begins a command that can be undone without undoing those before it.
    pub fn begin_command(&mut self) {
        self.begun = self.changes.len();
        self.batch.begin();
    }

    /// Ends a command: keeps or undoes what it did. One that only added rows costs nothing until they are inserted.
    ///
    /// # Errors
    /// `internal`.
    pub async fn end_command(&mut self, keep: bool) -> Result<()> {
        if !keep {
            self.changes.truncate(self.begun);
            self.batch.undo();
        }
        if std::mem::take(&mut self.saved) {
            if !keep {
                self.sql.run("ROLLBACK TO SAVEPOINT command", vec![]).await?;
            }
            self.sql.run("RELEASE SAVEPOINT command", vec![]).await?;
        }
        Ok(())
    }

    /// Adds a row unless the table has one with its id. False when it has.
    async fn add(&mut self, table: Table, id: Uuid, row: Values) -> Result<bool> {
        if self.fresh.remove(&id) {
            self.batch.push(table, row);
            return Ok(true);
        }
        self.save().await?;
        Ok(self.sql.insert(table.insert(), vec![row], "ON CONFLICT (id) DO NOTHING").await? == 1)
    }

    async fn run(&mut self, sql: &'static str, args: Values) -> Result<u64> {
        self.save().await?;
        self.sql.run(sql, args).await
    }

    async fn rows(&mut self, sql: &'static str, args: Values) -> Result<Vec<Row>> {
        self.settle().await?;
        self.sql.rows(sql, args).await
    }

    async fn row(&mut self, sql: &'static str, args: Values) -> Result<Option<Row>> {
        self.settle().await?;
        self.sql.row(sql, args).await
    }

    /// Inserts the rows that wait, before something may look for them.
    async fn settle(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let before = self.batch.take_before();
        let kept = self.insert(before).await;
        self.broken |= kept.is_err();
        kept?;
        if !self.batch.is_empty() {
            self.savepoint().await?;
            let own = self.batch.take_all();
            self.insert(own).await?;
        }
        Ok(())
    }

    /// Makes sure that what follows can be undone.
    async fn save(&mut self) -> Result<()> {
        self.settle().await?;
        self.savepoint().await
    }

    async fn savepoint(&mut self) -> Result<()> {
        if !std::mem::replace(&mut self.saved, true) {
            self.sql.run("SAVEPOINT command", vec![]).await?;
        }
        Ok(())
    }

    async fn insert(&mut self, tables: Vec<(Table, Vec<Values>)>) -> Result<()> {
        for (table, rows) in tables {
            self.sql.insert(table.insert(), rows, "").await?;
        }
        Ok(())
    }

    /// Puts a change in the log.
    pub fn log(&mut self, act: &str, why: Option<String>, by: Option<&Person>, id: Uuid, thing: Thing) {
        let (sending, entered, role) = (by.and_then(|p| p.sending), by.and_then(|p| p.entered), by.map(|p| p.role));
        let by = by.map(|p| p.id);
        let seq = self.next_seq + i64::try_from(self.changes.len()).unwrap_or(0);
        self.changes.push(Change { seq, at: self.now, act: act.to_owned(), why, by, role, sending, entered, id, thing });
    }

    /// Ends the write: what was done is durable and in the log when this returns.
    ///
    /// # Errors
    /// `internal`: then nothing was done.
    pub async fn commit(mut self, store: &Store) -> Result<Vec<Change>> {
        let mut changes = std::mem::take(&mut self.changes);
        for (change, seq) in changes.iter_mut().zip(self.next_seq..) {
            change.seq = seq; // a command that was undone leaves no gap
            self.batch.push(Table::Log, log::row(change)?);
        }
        let rows = self.batch.take_all();
        self.insert(rows).await?;
        if self.broken {
            return Err(Error::internal(anyhow::anyhow!("rows of this transaction could not be inserted")));
        }
        if store.is_postgres() && !changes.is_empty() {
            self.sql.run("NOTIFY strandline", vec![]).await?;
        }
        self.sql.commit().await?;
        Ok(changes)
    }
}

/// A stored text that is not what was stored there.
fn spoilt(what: &str) -> Error {
    Error::internal(anyhow::anyhow!("the database holds a {what} that cannot be read"))
}
