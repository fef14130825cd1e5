//! The command line: every command, and the file that runs it. Each command owns its arguments.
//! Flags take precedence over environment variables, and both over the file: see
//! [`crate::config`].

use crate::commands::{
    backup, check, export, import, invalidate, restore, rollup, serve, user, warm,
};
use clap::{Parser, Subcommand};
use futures::future::LocalBoxFuture;
use std::process::ExitCode;

/// A self-hosted dashboard server: charts are in the first bytes.
#[derive(Debug, Parser)]
#[command(name = "brisk", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `brisk` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the dashboards.
    Serve(serve::ServeArguments),
    /// Check dashboard files and their statements.
    Check(check::CheckArguments),
    /// Load dashboards into the shared cache before readers ask for them.
    Warm(warm::WarmArguments),
    /// Write a dashboard, or one of its panels, to a file: PDF, XLSX, HTML, PNG, SVG, CSV, NDJSON or JSON.
    Export(export::ExportArguments),
    /// Invalidate everything in the shared cache that depends on the given tags.
    Invalidate(invalidate::InvalidateArguments),
    /// List or rebuild rollups, the summary tables that Brisk maintains.
    #[command(subcommand)]
    Rollup(rollup::RollupCommand),
    /// Add, list or disable accounts; change passwords and roles.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Load a CSV file (plain, gzip, zstd or xz) into a table of SQLite, PostgreSQL, MySQL or
    /// MariaDB.
    Import(import::ImportArguments),
    /// Back up Brisk's own database to a file. Servers may be running.
    Backup(backup::BackupArguments),
    /// Restore Brisk's own database from a backup. No server may be running.
    Restore(restore::RestoreArguments),
}

/// Runs the command. Boxed: a future is compiled where it is polled, and the whole server is one.
/// As a plain `async fn` it would be compiled with the program instead of with this library.
pub fn run(cli: Cli) -> LocalBoxFuture<'static, anyhow::Result<ExitCode>> {
    Box::pin(async move {
        match cli.command {
            Command::Serve(arguments) => serve::run(arguments).await,
            Command::Check(arguments) => check::run(&arguments).await,
            Command::Warm(arguments) => warm::run(arguments).await,
            Command::Export(arguments) => export::run(arguments).await,
            Command::Invalidate(arguments) => invalidate::run(arguments).await,
            Command::Rollup(command) => rollup::run(command).await,
            Command::User(command) => user::run(command).await,
            Command::Import(arguments) => import::run(arguments).await,
            Command::Backup(arguments) => backup::run(arguments).await,
            Command::Restore(arguments) => restore::run(arguments).await,
        }
    })
}
