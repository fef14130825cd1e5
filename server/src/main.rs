//! `brisk`: see `brisk --help`.

use brisk_server::{allocator, sqlite_workers};
use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;

/// How long blocking threads, such as those that compress, may go on when all else is done.
const BLOCKING: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    // Before there is a runtime, or anything else that a worker has no use for.
    match sqlite_workers::is_worker() {
        true => sqlite_workers::run(),
        false => {
            sqlite_workers::are_this_program();
            run()
        }
    }
}

fn run() -> ExitCode {
    let cli = brisk_server::cli::Cli::parse();
    if matches!(cli.command, brisk_server::cli::Command::Serve(_)) {
        allocator::give_memory_back();
    }
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
