//! The command line. Flags stand over the environment.

use crate::{check, import, serve};
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
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
    Serve(ServeArguments),
    /// Check dashboards as code: files, panels, statements.
    Check {
        /// The directory of the dashboard files.
        #[arg(default_value = "dashboards", env = "BRISK_DASHBOARDS_DIR")]
        directory: PathBuf,
    },
    /// Load a CSV file (plain, gzip, zstd or xz) into a SQLite database.
    Import(import::ImportArguments),
}

/// How to serve.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArguments {
    /// The address to listen on; only loopback until there are accounts.
    #[arg(long, env = "BRISK_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Where Brisk keeps its own data and the demo's.
    #[arg(long, env = "BRISK_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// The dashboards as code.
    #[arg(long, env = "BRISK_DASHBOARDS_DIR", default_value = "dashboards")]
    pub dashboards: PathBuf,
    /// A Redis that several Brisk processes share: redis://user:password@host:6379/0, rediss://
    /// for TLS, nodes of a cluster separated by commas. The cache is in memory only where absent.
    #[arg(long, env = "BRISK_REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,
    /// The built frontend.
    #[arg(long, env = "BRISK_ASSETS_DIR", default_value = "target/site")]
    pub assets: PathBuf,
    /// A SQLite source, as name=path; may be given several times.
    #[arg(long = "source", value_name = "NAME=PATH")]
    pub sources: Vec<String>,
    /// Load the demo data on first start, and serve it as the source "retail".
    #[arg(long)]
    pub demo: bool,
    /// The files of the demo.
    #[arg(long, default_value = "demo")]
    pub demo_dir: PathBuf,
    /// Keep the demo's own dates, 2009 to 2011, instead of moving them to today.
    #[arg(long)]
    pub demo_unshifted: bool,
    /// Stop the clock at a time (UTC, 2011-12-09T13:00); for tests.
    #[arg(long, hide = true)]
    pub now: Option<String>,
}

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(arguments) => serve::serve(arguments).await.map(|()| ExitCode::SUCCESS),
        Command::Check { directory } => Ok(check::check(&directory)),
        Command::Import(arguments) => import::run(arguments).await.map(|()| ExitCode::SUCCESS),
    }
}
