//! One way to speak SQL to both databases.
//!
//! `sqlx::Any` fails on the types we need, and generic code over `sqlx::Database` repeats a page of bounds on every
//! function; so statements are written once, with `$1` placeholders, and this file alone knows that there are two.

use chrono::{DateTime, Utc};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Postgres, Row as _, Sqlite, Transaction};
use uuid::Uuid;

use crate::error::{Error, Result};

/// A pool of connections.
#[derive(Clone)]
pub enum Database {
    /// Embedded.
    Sqlite(SqlitePool),
    /// A server.
    Postgres(PgPool),
}

/// A connection or transaction that statements run on.
pub enum Sql {
    /// A connection of its own, for single reads.
    Sqlite(PoolConnection<Sqlite>),
    /// The same on PostgreSQL.
    Postgres(PoolConnection<Postgres>),
    /// A transaction.
    SqliteTx(Transaction<'static, Sqlite>),
    /// The same on PostgreSQL.
    PostgresTx(Transaction<'static, Postgres>),
}

/// A value for a placeholder.
#[derive(Debug, Clone)]
pub enum Value {
    /// An id.
    Id(Option<Uuid>),
    /// A number.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Yes or no.
    Bool(bool),
}

macro_rules! into_value {
    ($($from:ty => $value:ident => $make:expr;)*) => {
        $(impl From<$from> for Value {
            fn from($value: $from) -> Self { $make }
        })*
    };
}

into_value! {
    Uuid => v => Self::Id(Some(v));
    Option<Uuid> => v => Self::Id(v);
    i64 => v => Self::Int(Some(v));
    DateTime<Utc> => v => Self::Int(Some(v.timestamp_millis()));
    Option<DateTime<Utc>> => v => Self::Int(v.map(|t| t.timestamp_millis()));
    &str => v => Self::Text(Some(v.to_owned()));
    String => v => Self::Text(Some(v));
    Option<String> => v => Self::Text(v);
    Option<&str> => v => Self::Text(v.map(str::to_owned));
    Vec<u8> => v => Self::Bytes(v);
    bool => v => Self::Bool(v);
}

/// The values of a statement, each turned into what the database takes.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::sql::Value::from($value)),*] };
}
pub(crate) use args;

macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for value in $args {
            query = match value {
                Value::Id(v) => query.bind(v),
                Value::Int(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
                Value::Bool(v) => query.bind(v),
            };
        }
        query
    }};
}

/// The most values of a statement; SQLite takes 32,766.
const PLACEHOLDERS: usize = 4096;

/// Runs `$do` with the connection inside, whichever it is.
macro_rules! on {
    ($self:expr, $c:ident, $row:ident => $do:expr) => {
        match $self {
            Sql::Sqlite($c) => {
                let $c = &mut **$c;
                let $row = Row::Sqlite;
                $do
            }
            Sql::Postgres($c) => {
                let $c = &mut **$c;
                let $row = Row::Postgres;
                $do
            }
            Sql::SqliteTx($c) => {
                let $c = &mut **$c;
                let $row = Row::Sqlite;
                $do
            }
            Sql::PostgresTx($c) => {
                let $c = &mut **$c;
                let $row = Row::Postgres;
                $do
            }
        }
    };
}

impl Sql {
    /// Runs a statement. Returns how many rows it touched.
    ///
    /// # Errors
    /// `internal`.
    pub async fn run(&mut self, sql: &'static str, args: Vec<Value>) -> Result<u64> {
        Ok(on!(self, c, _row => bound!(sqlx::query(sql), args).execute(c).await?.rows_affected()))
    }

    /// Inserts rows, many at a time. `insert` is the statement before `VALUES`, `then` what follows the values. Returns how
    /// many rows it touched.
    ///
    /// # Errors
    /// `internal`.
    pub async fn insert(&mut self, insert: &'static str, rows: Vec<Vec<Value>>, then: &'static str) -> Result<u64> {
        let columns = rows.first().map_or(1, Vec::len);
        let (mut rows, mut touched) = (rows.into_iter().peekable(), 0);
        while rows.peek().is_some() {
            let some: Vec<_> = rows.by_ref().take(PLACEHOLDERS / columns).collect();
            let values = (0..some.len()).map(|r| self.list(r * columns, columns)).collect::<Vec<_>>().join(",");
            touched += self.once(format!("{insert} VALUES {values} {then}"), some.into_iter().flatten().collect()).await?;
        }
        Ok(touched)
    }

    /// `($4,$5,$6)`: so many placeholders after the first `from`. SQLite looks a numbered one up among all before it, which
    /// takes ever longer, so there they have no numbers.
    fn list(&self, from: usize, count: usize) -> String {
        let name = |n: usize| match self {
            Self::Sqlite(_) | Self::SqliteTx(_) => "?".to_owned(),
            Self::Postgres(_) | Self::PostgresTx(_) => format!("${n}"),
        };
        format!("({})", (from + 1..=from + count).map(name).collect::<Vec<_>>().join(","))
    }

    /// Runs a statement that is put together, and not kept prepared.
    async fn once(&mut self, sql: String, args: Vec<Value>) -> Result<u64> {
        let sql = sqlx::AssertSqlSafe(sql); // only placeholders were added
        Ok(on!(self, c, _row => bound!(sqlx::query(sql).persistent(false), args).execute(c).await?.rows_affected()))
    }

    /// Which of these ids a column of ids holds.
    ///
    /// # Errors
    /// `internal`.
    pub async fn holds(&mut self, select: &'static str, ids: &[Uuid]) -> Result<Vec<Uuid>> {
        let mut found = vec![];
        for some in ids.chunks(PLACEHOLDERS) {
            let sql = sqlx::AssertSqlSafe(format!("{select} IN {}", self.list(0, some.len())));
            let args: Vec<Value> = some.iter().map(|&id| id.into()).collect();
            let rows = on!(self, c, row => {
                let query = bound!(sqlx::query(sql).persistent(false), args);
                query.fetch_all(c).await?.into_iter().map(row).collect::<Vec<_>>()
            });
            for row in rows {
                found.push(row.id(0)?);
            }
        }
        Ok(found)
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// `internal`.
    pub async fn rows(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>> {
        Ok(on!(self, c, row => bound!(sqlx::query(sql), args).fetch_all(c).await?.into_iter().map(row).collect()))
    }

    /// The first row of a query.
    ///
    /// # Errors
    /// `internal`.
    pub async fn row(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Option<Row>> {
        Ok(on!(self, c, row => bound!(sqlx::query(sql), args).fetch_optional(c).await?.map(row)))
    }

    /// Ends a transaction, keeping what it did.
    ///
    /// # Errors
    /// `internal`.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::SqliteTx(tx) => tx.commit().await?,
            Self::PostgresTx(tx) => tx.commit().await?,
            Self::Sqlite(_) | Self::Postgres(_) => {}
        }
        Ok(())
    }
}

impl Database {
    /// A connection for single reads.
    ///
    /// # Errors
    /// `internal`.
    pub async fn connection(&self) -> Result<Sql> {
        Ok(match self {
            Self::Sqlite(pool) => Sql::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Sql::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction whose reads all see the same moment.
    ///
    /// # Errors
    /// `internal`.
    pub async fn snapshot(&self) -> Result<Sql> {
        Ok(match self {
            Self::Sqlite(pool) => Sql::SqliteTx(pool.begin().await?),
            Self::Postgres(pool) => Sql::PostgresTx(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await?),
        })
    }

    /// The one transaction that may write at a time, in this process or any other.
    ///
    /// SQLite must ask for the lock at once, because one that reads first is refused without waiting; PostgreSQL would
    /// let writers commit in another order than that of their numbers in the log, so they queue for a lock.
    ///
    /// # Errors
    /// `internal`.
    pub async fn exclusive(&self) -> Result<Sql> {
        match self {
            Self::Sqlite(pool) => Ok(Sql::SqliteTx(pool.begin_with("BEGIN IMMEDIATE").await?)),
            Self::Postgres(pool) => {
                let mut tx = Sql::PostgresTx(pool.begin().await?);
                tx.run("SELECT pg_advisory_xact_lock(7378527)", vec![]).await?;
                Ok(tx)
            }
        }
    }
}

/// A row of an answer.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

macro_rules! column {
    ($name:ident, $type:ty, $doc:literal) => {
        #[doc = $doc]
        ///
        /// # Errors
        /// `internal` when the column holds something else.
        pub fn $name(&self, column: usize) -> Result<$type> {
            Ok(match self {
                Self::Sqlite(row) => row.try_get(column)?,
                Self::Postgres(row) => row.try_get(column)?,
            })
        }
    };
}

impl Row {
    column!(id, Uuid, "An id.");
    column!(maybe_id, Option<Uuid>, "An id, if any.");
    column!(int, i64, "A number.");
    column!(maybe_int, Option<i64>, "A number, if any.");
    column!(text, String, "A text.");
    column!(maybe_text, Option<String>, "A text, if any.");
    column!(bytes, Vec<u8>, "Bytes.");
    column!(bool, bool, "Yes or no.");

    /// An instant.
    ///
    /// # Errors
    /// `internal` when the column holds none.
    pub fn instant(&self, column: usize) -> Result<DateTime<Utc>> {
        instant_of(self.int(column)?)
    }

    /// An instant, if any.
    ///
    /// # Errors
    /// `internal` when the column holds something else.
    pub fn maybe_instant(&self, column: usize) -> Result<Option<DateTime<Utc>>> {
        self.maybe_int(column)?.map(instant_of).transpose()
    }
}

fn instant_of(millis: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| Error::internal(anyhow::anyhow!("{millis} ms is no instant")))
}
