//! `brisk`: see `brisk --help`.

use clap::Parser;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match brisk_server::cli::run(brisk_server::cli::Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            // The chain says what we were doing, then why it failed.
            eprintln!("brisk: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
