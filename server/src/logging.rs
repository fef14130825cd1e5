//! The log: to standard error, as `RUST_LOG` says. Trouble that repeats is counted.

use crate::log_repeats::Repeats;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Starts the log. Drivers are quiet: their errors are logged where they are handled, without
/// addresses.
pub fn start() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=error,usvg=error"));
    let repeats = Repeats::default();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_filter(repeats.clone());
    tracing_subscriber::registry().with(filter).with(lines).init();
    repeats.count();
}
