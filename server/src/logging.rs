//! The log: to standard error, as `RUST_LOG` says.

use tracing_subscriber::EnvFilter;

/// Starts the log. Drivers are quiet: their errors are logged where they are handled, without
/// addresses.
pub fn start() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
}
