//! Logs and metrics. Neither holds anything about a person: no address, no name, no note, no place.

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::LogSettings;

/// Starts logging to standard error.
///
/// # Errors
/// When the filter cannot be read.
pub fn log(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.filter).context("`log.filter` must be as in info,sqlx=warn")?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if settings.json { log.json().try_init() } else { log.try_init() };
    started.map_err(|e| anyhow::anyhow!(e))
}

/// Upper ends of what times are counted into, in seconds: from what memory answers to what a person would wait for.
const SECONDS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];
/// And of how many commands share a commit.
const COMMANDS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Starts counting. The handle renders what was counted for Prometheus; until it does, or is asked for its upkeep, every single
/// measurement is kept.
///
/// # Errors
/// When something else counts in this process already.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    let counted = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_commands".into()), &COMMANDS)?;
    Ok(counted.install_recorder()?)
}
