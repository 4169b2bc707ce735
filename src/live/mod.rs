//! The one writer of a process, and the coast index that follows the change log.
//!
//! Commands queue up; the writer runs all that wait in one transaction, each so that it can fail alone, commits once
//! (group commit), brings the index up to date, and only then answers: what was acknowledged is durable, and is in the
//! next map read. What other processes wrote is read from the log, whose numbers have no gaps.

mod writer;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::coast::index::{Coast, Shoreline};
use crate::coast::layer::Layer;
use crate::domain::change::{Change, Thing};
use crate::error::{Code, Error, Result};
use crate::store::{Store, Tx};
use writer::{Job, Typed};

/// How many commands may wait; past that the service says that it is busy.
const QUEUE: usize = 4096;
/// How many events a slow subscriber may fall behind before it has to read the log.
const BEHIND: usize = 1024;

/// Something that happened, for those who watch.
#[derive(Debug, Clone)]
pub enum Event {
    /// An entry of the log.
    Change(Arc<Change>),
    /// The shore has other colours: map tiles of this version are to be fetched.
    Shore(String),
}

/// The live coast: reads from memory, writes one after another.
pub struct Live {
    coast: ArcSwap<Coast>,
    queue: mpsc::Sender<Box<dyn Job>>,
    events: broadcast::Sender<Event>,
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Where the local day begins and ends.
    pub time_zone: Tz,
    stop: Notify,
    watching: watch::Sender<bool>,
}

impl Live {
    /// Reads the coast from the store and starts the writer, which looks that often for what others wrote. The handle ends
    /// when [`Self::stop`] was called and every command that waited has been answered.
    ///
    /// # Errors
    /// `internal`.
    pub async fn start(store: Store, clock: Clock, time_zone: Tz, look: Duration) -> Result<(Arc<Self>, JoinHandle<()>)> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let today = clock.now().with_timezone(&time_zone).date_naive();
        let coast = read_coast(&store, &clock, today).await?;
        let (events, _) = broadcast::channel(BEHIND);
        let (watching, stop) = (watch::Sender::new(true), Notify::new());
        let coast = ArcSwap::from_pointee(coast);
        let live = Arc::new(Self { coast, queue, events, store, clock, time_zone, stop, watching });
        let handle = tokio::spawn(writer::run(live.clone(), jobs, look));
        Ok((live, handle))
    }

    /// The coast as it is now.
    #[must_use]
    pub fn coast(&self) -> arc_swap::Guard<Arc<Coast>> {
        self.coast.load()
    }

    /// What happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// The local day of an instant.
    #[must_use]
    pub fn day_of(&self, at: chrono::DateTime<chrono::Utc>) -> NaiveDate {
        at.with_timezone(&self.time_zone).date_naive()
    }

    /// Runs a command. When this returns, what it did is durable and in the index.
    ///
    /// # Errors
    /// What the command refuses; `busy` when too many wait; `internal`.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.write_new(vec![], work).await
    }

    /// The same for a command that adds things with these ids: those of all that wait are looked up at once.
    ///
    /// # Errors
    /// The same.
    pub async fn write_new<T, F>(&self, brings: Vec<Uuid>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (job, reply) = Typed::new(brings, work);
        let busy = || Error::new(Code::Busy, "The service is busy or stopping. Please try again in a moment.");
        self.queue.try_send(Box::new(job)).map_err(|_| busy())?;
        reply.await.map_err(|_| busy())?
    }

    /// Sends those who watch away, so that their connections can end.
    pub fn stop_watching(&self) {
        self.watching.send_replace(false);
    }

    /// Ends when those who watch are sent away.
    pub async fn watching_ends(&self) {
        let _ = self.watching.subscribe().wait_for(|on| !on).await;
    }

    /// Stops the writer once what waits has been done.
    pub fn stop(&self) {
        self.stop.notify_one();
    }

    /// Reads what was written by others than its writer.
    ///
    /// # Errors
    /// `internal`.
    pub async fn catch_up(&self) -> Result<()> {
        loop {
            let seq = self.coast().seq;
            let mut tx = self.store.read(self.clock.now()).await?;
            let changes = tx.changes_after(seq, 500).await?;
            drop(tx);
            if changes.is_empty() {
                return Ok(());
            }
            self.apply(changes).await?;
        }
    }

    /// Brings the index up to date with changes that follow on what it has, and tells those who watch.
    async fn apply(&self, changes: Vec<Change>) -> Result<()> {
        let before = self.coast.load_full();
        let imported = changes.iter().any(|c| matches!(c.thing, Thing::Coast));
        let next = if imported {
            let shoreline = self.store.snapshot(self.clock.now()).await?.shoreline().await?;
            let changes = changes.clone();
            let before = before.clone();
            tokio::task::spawn_blocking(move || before.after(&changes, Some(shoreline))).await.map_err(Error::internal)?
        } else {
            before.after(&changes, None)
        };
        self.publish(&before, next);
        for change in changes {
            let _ = self.events.send(Event::Change(Arc::new(change))); // nobody may be watching
        }
        Ok(())
    }

    /// Recolours the shore when the local day is another.
    fn turn_day(&self) {
        let (before, today) = (self.coast.load_full(), self.day_of(self.clock.now()));
        if before.date != today {
            self.publish(&before, before.on(today));
        }
    }

    fn publish(&self, before: &Coast, next: Coast) {
        let version = next.shore_version();
        self.coast.store(Arc::new(next));
        if version != before.shore_version() {
            let _ = self.events.send(Event::Shore(version)); // nobody may be watching
        }
    }
}

async fn read_coast(store: &Store, clock: &Clock, today: NaiveDate) -> Result<Coast> {
    let mut tx = store.snapshot(clock.now()).await?;
    let seq = tx.last_seq().await?;
    let layers = Coast {
        seq,
        shore_seq: tx.last_shore_seq().await?,
        date: today,
        areas: Layer::build(tx.areas().await?.into_iter().map(Arc::new).collect()),
        zones: Layer::build(tx.zones().await?.into_iter().map(Arc::new).collect()),
        closures: Layer::build(tx.closures().await?.into_iter().map(Arc::new).collect()),
        hotspots: Layer::build(tx.hotspots().await?.into_iter().map(Arc::new).collect()),
        cleanups: Layer::build(tx.things().await?.into_iter().map(Arc::new).collect()),
        piles: Layer::build(tx.things().await?.into_iter().map(Arc::new).collect()),
        orders: Layer::build(tx.things().await?.into_iter().map(Arc::new).collect()),
        equipment: Layer::build(tx.things().await?.into_iter().map(Arc::new).collect()),
        sites: Layer::build(tx.things().await?.into_iter().map(Arc::new).collect()),
        adoptions: Layer::build(tx.things().await?.into_iter().map(Arc::new).collect()),
        surveys: Layer::build(tx.things().await?.into_iter().map(Arc::new).collect()),
        ..Coast::default()
    };
    let shoreline: Shoreline = tx.shoreline().await?;
    let build = move || layers.after(&[], Some(shoreline));
    tokio::task::spawn_blocking(build).await.map_err(Error::internal)
}
