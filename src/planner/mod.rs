//! Searches for pickup routes, beside the requests: a plan that is searched for is a row, so that a search that was cut off is
//! begun anew, and what it finds is written at once or not at all.

mod gather;
mod hand;
mod waters;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::act::plan::{Changed, cancel, change, given, on_the_way, routes_of};
use crate::domain::fleet::Vehicle;
use crate::domain::pickup::PickupRoute;
use crate::domain::pile::Pile;
use crate::domain::plan::{LeftOut, LeftWhy, Plan, PlanState};
use crate::domain::planning::PlanningTerms;
use crate::error::{Error, Result};
use crate::live::Live;
use crate::routing::day::Day;
use crate::routing::{Settings, Tour, solve};
pub use gather::RoadNetworks;
use gather::{Grounds, Part};
pub use hand::{Marking, Moving};
use waters::Waters;

/// So many seconds after a search must have ended, whoever looks at its plan begins it anew.
const OVERDUE_S: i64 = 60;

/// A search that goes on.
struct Run {
    /// When its turn came: the guard and the time left count from there.
    began: OnceLock<Instant>,
    /// Bits of the share of its steps that are done.
    share: AtomicU64,
    best: AtomicI64,
    ended: AtomicBool,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct SearchProgress {
    /// Whether it waits for others to end.
    pub waits: bool,
    /// The share of its steps that are done, from 0 to 1.
    pub done: f64,
    /// The best cost so far, with what it costs to leave piles; nothing before the first.
    pub best_cost: Option<f64>,
    /// Seconds left, as it went until now.
    pub seconds_left: Option<f64>,
}

/// Plans pickup routes.
pub struct Planner {
    live: Arc<Live>,
    terms: PlanningTerms,
    /// Those at once share the machine evenly, and more wait in order.
    slots: Semaphore,
    runs: Mutex<HashMap<Uuid, Arc<Run>>>,
    grounds: Grounds,
    waters: Waters,
}

/// How many searches go on at once: one a core, but never fewer than two.
fn at_once(cores: usize) -> usize {
    cores.max(2)
}

/// What a search works with.
struct Work {
    plan: Plan,
    part: Part,
    /// Piles of it that do not wait any more.
    elsewhere: Vec<Arc<Pile>>,
    /// Routes of vehicles that are out of use, and of days that are over.
    stranded: Vec<PickupRoute>,
}

impl Planner {
    /// With nothing to do yet.
    #[must_use]
    pub fn new(live: Arc<Live>, terms: PlanningTerms, roads: RoadNetworks) -> Arc<Self> {
        let at_once = at_once(std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
        let grounds = Grounds::new(roads, terms.road_detour);
        Arc::new(Self { live, terms, slots: Semaphore::new(at_once), runs: Mutex::default(), grounds, waters: Waters::default() })
    }

    /// Begins the searches anew that were cut off when the service ended.
    ///
    /// # Errors
    /// `internal`.
    pub async fn resume(self: &Arc<Self>) -> Result<()> {
        let plans: Vec<Plan> = self.live.store.read(self.live.clock.now()).await?.things().await?;
        for plan in plans.into_iter().filter(|p| p.state == PlanState::Searching) {
            self.begin(plan.record.id);
        }
        Ok(())
    }

    /// Whether the search for a plan should long be over, wherever it goes on: no search takes longer than its guard.
    #[must_use]
    pub fn is_overdue(&self, plan: &Plan) -> bool {
        let guard = TimeDelta::seconds(i64::try_from(self.terms.guard_s).unwrap_or(i64::MAX / 1000) + OVERDUE_S);
        self.live.clock.now() > plan.record.changed_at + guard
    }

    /// Searches for a plan. One that is searched for already goes on.
    pub fn begin(self: &Arc<Self>, plan: Uuid) {
        let run = Arc::new(Run {
            began: OnceLock::new(),
            share: AtomicU64::new(0),
            best: AtomicI64::new(i64::MAX),
            ended: AtomicBool::new(false),
        });
        match self.runs.lock().unwrap_or_else(PoisonError::into_inner).entry(plan) {
            std::collections::hash_map::Entry::Occupied(_) => return,
            std::collections::hash_map::Entry::Vacant(free) => drop(free.insert(run.clone())),
        }
        let planner = self.clone();
        tokio::spawn(async move {
            let done = tokio::select! {
                done = planner.search(plan, run.clone()) => Some(done),
                // The row says that it is searched for: it will be begun anew.
                () = planner.live.watching_ends() => None,
            };
            run.ended.store(true, Ordering::Relaxed);
            planner.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&plan);
            let Some(done) = done else { return };
            if let Err(e) = done {
                tracing::error!(error = ?e.cause(), code = e.code.text(), "plan.search");
                let _ = planner.live.write(move |tx| Box::pin(async move { cancel(tx, None, plan).await })).await;
            } else if matches!(planner.work(plan).await, Ok(Some(_))) {
                planner.begin(plan); // asked for again before the last search was put away
            }
        });
    }

    /// Ends a search: what it has found is forgotten.
    pub fn end(&self, plan: Uuid) {
        if let Some(run) = self.runs.lock().unwrap_or_else(PoisonError::into_inner).get(&plan) {
            run.ended.store(true, Ordering::Relaxed);
        }
    }

    /// How far the search for a plan has come, when it goes on here.
    #[must_use]
    pub fn progress(&self, plan: Uuid) -> Option<SearchProgress> {
        let run = self.runs.lock().unwrap_or_else(PoisonError::into_inner).get(&plan).cloned()?;
        let done = f64::from_bits(run.share.load(Ordering::Relaxed));
        let best = Some(run.best.load(Ordering::Relaxed)).filter(|b| *b < i64::MAX);
        let began = run.began.get().filter(|_| done > 0.0);
        let seconds_left = began.map(|began| began.elapsed().as_secs_f64() * (1.0 - done) / done);
        let waits = run.began.get().is_none();
        Some(SearchProgress { waits, done, best_cost: best.map(|b| b as f64 / 100.0), seconds_left })
    }

    async fn search(self: &Arc<Self>, id: Uuid, run: Arc<Run>) -> Result<()> {
        let Ok(_slot) = self.slots.acquire().await else { return Ok(()) };
        let Some(work) = self.work(id).await? else { return Ok(()) };
        let (planner, watched) = (self.clone(), run.clone());
        let found = tokio::task::spawn_blocking(move || planner.find(&work, &watched)).await.map_err(Error::internal)??;
        if run.ended.load(Ordering::Relaxed) {
            return Ok(());
        }
        let written = self.live.write(move |tx| Box::pin(async move { change(tx, None, id, found, "searched").await })).await;
        match written {
            // Somebody cancelled it in the last moment, or another process was faster.
            Err(e) if e.code == crate::error::Code::Stale => Ok(()),
            other => other.map(drop),
        }
    }

    /// What is to be searched for; nothing when it is not to be searched for any more.
    async fn work(&self, id: Uuid) -> Result<Option<Work>> {
        let mut tx = self.live.store.snapshot(self.live.clock.now()).await?;
        let Some(plan) = tx.thing::<Plan>(id).await?.filter(|p| p.state == PlanState::Searching) else { return Ok(None) };
        let routes = routes_of(&mut tx, &plan).await?;
        let vehicles: Vec<Vehicle> = tx.things_of(plan.organisation, None, None).await?;
        let today = self.live.day_of(self.live.clock.now());
        let given = given(&mut tx, plan.organisation, today).await?;
        drop(tx);
        let taken = on_the_way(&given);
        let (routes, stranded): (Vec<_>, Vec<_>) =
            routes.into_iter().partition(|r| r.day >= today && vehicles.iter().any(|v| v.record.id == r.vehicle && v.in_use));
        let coast = self.live.coast().clone();
        let there = plan.piles.iter().filter(|p| !plan.taken_out.contains(p)).filter_map(|p| coast.piles.get(*p).cloned());
        let (piles, elsewhere): (Vec<Arc<Pile>>, Vec<Arc<Pile>>) =
            there.partition(|p| p.waits_for(plan.organisation) && !taken.contains(&p.record.id));
        let part = Part {
            plan: id,
            days: plan.days.iter().copied().filter(|d| *d >= today).collect(),
            vehicles: vehicles.into_iter().filter(|v| v.in_use && plan.vehicles.contains(&v.record.id)).map(Arc::new).collect(),
            locked: piles.iter().map(|p| locked_in(&plan, &routes, p.record.id)).collect(),
            piles,
            sites: vec![],
            busy: busy(&given),
        };
        Ok(Some(Work { plan, part, elsewhere, stranded }))
    }

    /// The search itself.
    fn find(&self, work: &Work, run: &Run) -> Result<Changed> {
        let Work { plan, part, elsewhere, stranded } = work;
        let began = run.began.get_or_init(Instant::now);
        let day = self.day(&self.live.coast(), part)?;
        let budget_steps = self.terms.steps + self.terms.steps_per_pile * day.piles().len() as u64;
        let guard = Duration::from_secs(self.terms.guard_s);
        let found = solve(&day.problem, &Settings::of(&day.problem, plan.seed), &mut |steps, best| {
            let share = steps as f64 / budget_steps as f64;
            run.share.store(share.min(1.0).to_bits(), Ordering::Relaxed);
            run.best.store(best, Ordering::Relaxed);
            let over = run.ended.load(Ordering::Relaxed) || began.elapsed() > guard;
            if over { 1.0 } else { share }
        });
        let mut changed = self.changed(plan, &day, &found.tours, &found.left);
        changed.left.extend(elsewhere.iter().map(|p| LeftOut::of(p, LeftWhy::Elsewhere)));
        changed.routes.extend(stranded.iter().cloned().map(PickupRoute::emptied));
        changed.steps = Some(found.iterations);
        Ok(changed)
    }

    /// Tours as routes: one for each vehicle and day, so that those that have become empty are known.
    fn changed(&self, plan: &Plan, day: &Day, tours: &[Tour], left: &[u32]) -> Changed {
        let mut routes: Vec<PickupRoute> = vec![];
        for (class, c) in day.problem.classes.iter().enumerate() {
            let tour = tours.iter().find(|t| t.class == class).cloned();
            routes.push(day.route(&tour.unwrap_or_else(|| Tour { class, nodes: vec![c.start, c.end] })));
        }
        let mut out: Vec<LeftOut> =
            left.iter().map(|stop| LeftOut::of(&day.piles()[*stop as usize], day.why_left(*stop as usize))).collect();
        let coast = self.live.coast();
        out.extend(plan.taken_out.iter().filter_map(|p| coast.piles.get(*p)).map(|p| LeftOut::of(p, LeftWhy::TakenOut)));
        Changed { version: plan.record.version, routes, left: out, roads: day.roads(), steps: None, marks: None }
    }
}

/// When vehicles are back from the routes that their drivers have, by day.
fn busy(given: &[PickupRoute]) -> HashMap<(Uuid, NaiveDate), DateTime<Utc>> {
    let mut busy = HashMap::new();
    for route in given {
        let until = busy.entry((route.vehicle, route.day)).or_insert(route.returns);
        *until = route.returns.max(*until);
    }
    busy
}

fn locked_in(plan: &Plan, routes: &[PickupRoute], pile: Uuid) -> Option<(Uuid, NaiveDate)> {
    let route = routes.iter().find(|r| r.stops.iter().any(|s| s.id == pile))?;
    plan.locked.contains(&pile).then_some((route.vehicle, route.day))
}

#[cfg(test)]
mod tests {
    #[test]
    fn on_one_core_two_searches_share_it() {
        assert_eq!([1, 2, 8].map(super::at_once), [2, 2, 8]);
    }
}
