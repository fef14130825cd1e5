//! `brisk`: see `brisk --help`.

use brisk_server::sqlite_workers;
use clap::Parser;
use std::process::ExitCode;

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

#[tokio::main]
async fn run() -> ExitCode {
    match brisk_server::cli::run(brisk_server::cli::Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            // The chain says what we were doing, then why it failed.
            eprintln!("brisk: {error:#}");
            ExitCode::FAILURE
        }
    }
}
