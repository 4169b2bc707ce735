//! The loop that runs commands in groups.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::Live;
use crate::error::{Error, Result};
use crate::store::Tx;

/// The most commands that share a commit.
const GROUP: usize = 128;
/// How often it is asked whether the local day is another.
const TURN: Duration = Duration::from_millis(500);

/// A command whose type the queue need not know.
pub(super) trait Job: Send {
    /// The ids of the things it is going to add.
    fn brings(&self) -> &[Uuid];
    /// Runs it and keeps its outcome. True when what it did is to be kept.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool>;
    /// Answers: with the outcome when the commit went well, else with a failure.
    fn answer(self: Box<Self>, committed: bool);
}

pub(super) struct Typed<T, F> {
    brings: Vec<Uuid>,
    work: Option<F>,
    outcome: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Typed<T, F> {
    pub(super) fn new(brings: Vec<Uuid>, work: F) -> (Self, oneshot::Receiver<Result<T>>) {
        let (reply, answer) = oneshot::channel();
        (Self { brings, work: Some(work), outcome: None, reply }, answer)
    }
}

impl<T, F> Job for Typed<T, F>
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send,
{
    fn brings(&self) -> &[Uuid] {
        &self.brings
    }

    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool> {
        Box::pin(async {
            let Some(work) = self.work.take() else {
                return false;
            };
            let outcome = work(tx).await;
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn answer(self: Box<Self>, committed: bool) {
        let lost = || Err(Error::internal(anyhow::anyhow!("the transaction could not be committed")));
        let outcome = match self.outcome {
            // A refusal stands whether or not the others could be committed.
            Some(Err(refused)) => Err(refused),
            Some(Ok(done)) if committed => Ok(done),
            _ => lost(),
        };
        let _ = self.reply.send(outcome); // the one who asked may have gone
    }
}

/// `look` is how often the log is looked at for what other processes wrote, where nobody tells.
pub(super) async fn run(live: Arc<Live>, mut jobs: mpsc::Receiver<Box<dyn Job>>, look: Duration) {
    let mut listener = live.store.listener().await;
    let mut look = tokio::time::interval(look);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut turn = tokio::time::interval(TURN);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut stopping = false;
    loop {
        let mut group = Vec::with_capacity(GROUP);
        tokio::select! {
            n = jobs.recv_many(&mut group, GROUP) => {
                if n == 0 {
                    return;
                }
                commit(&live, group).await;
            }
            () = live.stop.notified(), if !stopping => {
                stopping = true;
                jobs.close();
            }
            () = notified(listener.as_mut()) => report(live.catch_up().await),
            _ = look.tick() => report(live.catch_up().await),
            _ = turn.tick() => live.turn_day(),
        }
    }
}

async fn notified(listener: Option<&mut sqlx::postgres::PgListener>) {
    match listener {
        // A lost connection is opened again by the listener; what was missed meanwhile is in the log.
        Some(listener) => drop(listener.recv().await),
        None => std::future::pending().await,
    }
}

fn report(outcome: Result<()>) {
    if let Err(e) = outcome {
        tracing::error!(error = ?e.cause(), "live.catch_up");
    }
}

/// Runs a group in one transaction, brings the index up to date and answers.
async fn commit(live: &Live, mut group: Vec<Box<dyn Job>>) {
    let started = std::time::Instant::now();
    let outcome = try_commit(live, &mut group).await;
    if let Err(e) = &outcome {
        tracing::error!(error = ?e.cause(), commands = group.len(), "live.commit");
    }
    metrics::histogram!("strandline_commit_seconds").record(started.elapsed().as_secs_f64());
    metrics::histogram!("strandline_commit_commands").record(group.len() as f64);
    for job in group {
        job.answer(outcome.is_ok());
    }
}

async fn try_commit(live: &Live, group: &mut [Box<dyn Job>]) -> Result<()> {
    let mut tx = live.store.write(&live.clock).await?;
    tx.expect_new(group.iter().flat_map(|job| job.brings().iter().copied()).collect()).await?;
    for job in group {
        tx.begin_command();
        let keep = job.run(&mut tx).await;
        tx.end_command(keep).await?;
    }
    let changes = tx.commit(&live.store).await?;
    let follows = changes.first().is_none_or(|c| c.seq == live.coast().seq + 1);
    let shown = if follows { live.apply(changes).await } else { live.catch_up().await };
    report(shown); // durable all the same: the next look at the log shows it
    Ok(())
}
