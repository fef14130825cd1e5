//! The command line: every command, and the file that runs it. Each command owns its arguments.
//! Flags take precedence over environment variables, and both over the file: see
//! [`crate::config`].

use crate::commands::{backup, check, import, invalidate, restore, rollup, serve, user, warm};
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
    /// Check dashboards as code: files, panels, statements.
    Check(check::CheckArguments),
    /// Load dashboards into the servers' shared cache, ahead of their readers.
    Warm(warm::WarmArguments),
    /// Invalidate whatever depends on the tags, in the servers' shared cache.
    Invalidate(invalidate::InvalidateArguments),
    /// List or rebuild rollups, the tables that Brisk maintains.
    #[command(subcommand)]
    Rollup(rollup::RollupCommand),
    /// Add, list, disable accounts, and change their passwords and roles.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Load a CSV file (plain, gzip, zstd or xz) into a table of SQLite, PostgreSQL, MySQL or
    /// MariaDB.
    Import(import::ImportArguments),
    /// Copy Brisk's own database to a file, while servers use it.
    Backup(backup::BackupArguments),
    /// Put a backup in the place of Brisk's own database, while no server uses it.
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
            Command::Invalidate(arguments) => invalidate::run(arguments).await,
            Command::Rollup(command) => rollup::run(command).await,
            Command::User(command) => user::run(command).await,
            Command::Import(arguments) => import::run(arguments).await,
            Command::Backup(arguments) => backup::run(arguments).await,
            Command::Restore(arguments) => restore::run(arguments).await,
        }
    })
}
