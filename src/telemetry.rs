//! Logs and metrics. Neither holds anything about a person: no address, no name, no note, no place.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::LogSettings;

/// Starts logging to standard error.
///
/// # Errors
/// When the filter cannot be read.
pub fn log(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.filter)?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if settings.json { log.json().try_init() } else { log.try_init() };
    started.map_err(|e| anyhow::anyhow!(e))
}

/// Starts counting. The handle renders what was counted for Prometheus.
///
/// # Errors
/// When something else counts in this process already.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new().install_recorder()?)
}
