//! Puts the service together and takes it down again.

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpServer, web};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinHandle;

use crate::act;
use crate::clock::Clock;
use crate::config::Config;
use crate::http::{self, App};
use crate::live::Live;
use crate::photos::Photos;
use crate::store::Store;

/// Bytes handed to a socket at once: most answers whole, for each further call costs as much as copying 30 kB.
const WRITE_AT_ONCE: usize = 256 * 1024;

/// So long a connection is kept for the next request: longer than a proxy keeps it (a minute, nginx), which would send one just
/// as it is closed here.
const IDLE: Duration = Duration::from_secs(75);

/// So long a request's head may take on a thin signal.
const SLOW_HEAD: Duration = Duration::from_secs(30);

/// Files of photos that no row knows are kept this long: they may be on their way to their row.
const ORPHAN_AGE: Duration = Duration::from_hours(1);

/// Parts of a photo wait this long for the rest: a phone may be out of signal for a weekend.
const PARTS_AGE: Duration = Duration::from_hours(7 * 24);

/// A running service.
pub struct Service {
    /// Its port.
    pub port: u16,
    /// The coast and its writer.
    pub live: Arc<Live>,
    server: JoinHandle<std::io::Result<()>>,
    handle: ServerHandle,
    writer: JoinHandle<()>,
}

impl Service {
    /// Starts it.
    ///
    /// # Errors
    /// Says what is wrong and what to do.
    pub async fn start(config: Config, clock: Clock, metrics: Option<PrometheusHandle>) -> anyhow::Result<Self> {
        let (store, look) = (open_store(&config).await?, config.database.look());
        let photos = Photos::open(&config.photos.folder).with_context(|| {
            let folder = config.photos.folder.display();
            format!("cannot make the folder {folder} for photos: set `photos.folder` to one that can be written to")
        })?;
        sweep(&store, &photos, &clock).await?;
        let (live, writer) = Live::start(store, clock, config.coast.time_zone, look).await?;
        let listener = TcpListener::bind(&config.server.bind).with_context(|| {
            format!("cannot listen on {}: end what is there, or set `server.bind` to another address", config.server.bind)
        })?;
        let port = listener.local_addr()?.port();
        let (workers, stop_within) = (config.server.workers, config.server.stop_within_s);
        let app = web::Data::new(App::new(live.clone(), config, photos, metrics));
        app.planner.resume().await?;
        tokio::spawn(every_minute(app.clone()));
        // An answer in several pieces, as the live feed is, does not wait for the last one to be acknowledged (Nagle).
        let mut server = HttpServer::new(move || ActixApp::new().configure(http::configure(&app)))
            .tcp_nodelay(true)
            .keep_alive(IDLE)
            .client_request_timeout(SLOW_HEAD)
            .h1_write_buffer_size(WRITE_AT_ONCE)
            .disable_signals()
            .shutdown_timeout(stop_within);
        if workers > 0 {
            server = server.workers(workers);
        }
        let server = server.listen(listener)?.run();
        let handle = server.handle();
        Ok(Self { port, live, server: tokio::spawn(server), handle, writer })
    }

    /// Takes it down: watchers are sent away, open requests end, what waits is written, then the database is closed.
    pub async fn stop(self) {
        self.live.stop_watching();
        self.handle.stop(true).await;
        self.live.stop();
        let _ = self.writer.await;
        let _ = self.server.await;
        self.live.store.close().await;
    }

    /// Runs until it is told to stop.
    ///
    /// # Errors
    /// When signals cannot be heard.
    pub async fn run_until_told(mut self) -> anyhow::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
            // Without its writer the service would refuse every write and look well; its keeper starts it again.
            _ = &mut self.writer => anyhow::bail!("the writer has ended; see the log"),
        }
        tracing::info!("service.stopping");
        self.stop().await;
        Ok(())
    }
}

/// Opens the database, making the folder of a SQLite file when it is not there.
///
/// # Errors
/// Says what is wrong and what to do.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let url = &config.database.url;
    if let Some(folder) = url.strip_prefix("sqlite:").and_then(|p| std::path::Path::new(p).parent()) {
        std::fs::create_dir_all(folder).with_context(|| {
            format!("cannot make the folder {}: set `database.url` to a place that can be written to", folder.display())
        })?;
    }
    Store::open(url, config.database.connections).await
}

/// Every minute: what is due is told; measurements are summed up; addresses that have not written for a while are not kept, nor are parts of photos that never
/// became whole.
async fn every_minute(app: web::Data<App>) {
    let mut minute = tokio::time::interval(Duration::from_mins(1));
    // A service that was down tells what fell due meanwhile.
    let mut since = app.live.clock.now() - TimeDelta::days(3);
    loop {
        tokio::select! {
            _ = minute.tick() => {
                app.writes.retain_recent();
                if let Some(counted) = &app.metrics {
                    counted.run_upkeep();
                }
                since = tell_what_is_due(&app, since).await;
                let photos = app.photos.clone();
                let swept = web::block(move || photos.sweep_parts(PARTS_AGE)).await;
                if !matches!(swept, Ok(Ok(()))) {
                    tracing::error!("photos.sweep_parts: the folder cannot be read");
                }
            }
            () = app.live.watching_ends() => return,
        }
    }
}

/// Reminders and alarms. Several processes may look; what was told is not told again. Returns up to when all was told.
async fn tell_what_is_due(app: &App, since: DateTime<Utc>) -> DateTime<Utc> {
    let (coast, now) = (app.live.coast().clone(), app.live.clock.now());
    if !act::reminder::anything_due(&coast, since, now) {
        return now;
    }
    let told = app.live.write(move |tx| Box::pin(async move { act::reminder::tell_what_is_due(tx, &coast, since).await }));
    match told.await {
        Ok(()) => now,
        Err(e) => {
            tracing::error!(error = ?e.cause(), "reminders.tell");
            since // looked for again
        }
    }
}

async fn sweep(store: &Store, photos: &Photos, clock: &Clock) -> anyhow::Result<()> {
    let stored: HashSet<_> = store.read(clock.now()).await?.stored_photos().await?.into_iter().collect();
    let missing = photos.sweep(&stored, ORPHAN_AGE)?;
    if !missing.is_empty() {
        tracing::error!(count = missing.len(), "photos.missing: restore the folder from its backup");
    }
    Ok(())
}
