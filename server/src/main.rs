//! `brisk`: see `brisk --help`.

use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;

/// How long threads may go on that block, such as those that compress, when all else is done.
const BLOCKING: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let cli = brisk_server::cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("brisk: starting threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(brisk_server::cli::run(cli));
    runtime.shutdown_timeout(BLOCKING);
    match result {
        Ok(code) => code,
        Err(error) => {
            // The chain says what we were doing, then why it failed.
            eprintln!("brisk: {error:#}");
            ExitCode::FAILURE
        }
    }
}
