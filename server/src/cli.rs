//! The command line. Flags stand over environment variables, both over the file: see
//! [`crate::config`].

use crate::config::{Flags, Secret};
use crate::{check, import, invalidate, rollup, serve, warm};
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
    Check(CheckArguments),
    /// Load dashboards into the cache that the servers share, ahead of their readers.
    Warm(WarmArguments),
    /// Make what depends on tags out of date, in the cache that the servers share.
    Invalidate(InvalidateArguments),
    /// Look after rollups, the tables that Brisk maintains.
    #[command(subcommand)]
    Rollup(RollupCommand),
    /// Load a CSV file (plain, gzip, zstd or xz) into a table: of a SQLite file, a PostgreSQL, a
    /// MySQL or a MariaDB.
    Import(import::ImportArguments),
}

/// What all commands are told that work with panels' data.
#[derive(Debug, Clone, clap::Args)]
pub struct SharedArguments {
    /// The configuration file; brisk.toml in the working directory, if it is there.
    #[arg(long, env = "BRISK_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where Brisk keeps its own data and the demo's [default: data].
    #[arg(long, env = "BRISK_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The dashboards as code [default: dashboards].
    #[arg(long, env = "BRISK_DASHBOARDS_DIR")]
    pub dashboards: Option<PathBuf>,
    /// A Redis that several Brisk processes share: redis://user:password@host:6379/0, rediss://
    /// for TLS, nodes of a cluster separated by commas. The cache is in memory only where absent.
    #[arg(long, env = "BRISK_REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<Secret>,
    /// A source: the path of a SQLite file, postgres://user:password@host/database, or
    /// mysql://user:password@host/database; may be given several times. Also as environment
    /// variables BRISK_SOURCE_NAME.
    #[arg(long = "source", value_name = "NAME=PATH_OR_URL")]
    pub sources: Vec<Secret>,
    /// Serve the demo's data as the source "retail"; `serve` loads it at its first start.
    #[arg(long)]
    pub demo: bool,
    /// Stop the clock at a time (UTC, 2011-12-09T13:00); for tests.
    #[arg(long, hide = true)]
    pub now: Option<String>,
    /// Let the clock run, so many seconds in each, from then on; for tests.
    #[arg(long, hide = true, env = "BRISK_CLOCK_PACE")]
    pub clock_pace: Option<f64>,
}

/// How to serve.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArguments {
    /// What other commands are told, too.
    #[command(flatten)]
    pub shared: SharedArguments,
    /// The address to listen on; only loopback until there are accounts [default: 127.0.0.1:3000].
    #[arg(long, env = "BRISK_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Let the clock stand until it is moved over this socket; for tests.
    #[arg(long, hide = true, conflicts_with_all = ["now", "clock_pace"], value_name = "FILE")]
    pub clock_socket: Option<PathBuf>,
    /// The built frontend [default: target/site].
    #[arg(long, env = "BRISK_ASSETS_DIR")]
    pub assets: Option<PathBuf>,
    /// How to load the demo.
    #[command(flatten)]
    pub demo: DemoArguments,
}

/// How to load the demo.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArguments {
    /// The files of the demo.
    #[arg(long, default_value = "demo")]
    pub demo_dir: PathBuf,
    /// Keep the demo's own dates, 2009 to 2011, instead of moving them to today.
    #[arg(long)]
    pub demo_unshifted: bool,
    /// Let the demo's data stand still, instead of replaying real invoices into the present.
    #[arg(
        long,
        env = "BRISK_DEMO_STILL",
        value_parser = clap::builder::FalseyValueParser::new(),
    )]
    pub demo_still: bool,
}

/// What to check.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArguments {
    /// The directory of the dashboard files [default: dashboards].
    #[arg(env = "BRISK_DASHBOARDS_DIR")]
    pub directory: Option<PathBuf>,
    /// The configuration file, which says what the sources are; brisk.toml in the working
    /// directory, if it is there.
    #[arg(long, env = "BRISK_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Also say of each panel what it depends on, and which values are bound.
    #[arg(long)]
    pub details: bool,
    /// Also run each panel, and say how the database does that and how long it takes.
    #[arg(long)]
    pub explain: bool,
}

/// What to warm.
#[derive(Debug, Clone, clap::Args)]
pub struct WarmArguments {
    /// The dashboards; all of them where none is named.
    #[arg(value_name = "DASHBOARD")]
    pub slugs: Vec<String>,
    /// The configuration of the servers.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// What to do with rollups.
#[derive(Debug, Subcommand)]
pub enum RollupCommand {
    /// List them: when each was refreshed, its rows, how long that took, and how it does.
    List(SharedArguments),
    /// Rebuild one from all of its source's rows.
    Rebuild(RebuildArguments),
}

/// What to rebuild.
#[derive(Debug, Clone, clap::Args)]
pub struct RebuildArguments {
    /// The rollup: its file's name without .toml.
    pub name: String,
    /// The configuration of the servers.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// What to invalidate.
#[derive(Debug, Clone, clap::Args)]
pub struct InvalidateArguments {
    /// table:SOURCE.TABLE, source:SOURCE, rollup:SOURCE.NAME, dashboard:NAME,
    /// panel:DASHBOARD/PANEL, all, or a tag of your own.
    #[arg(required = true, value_name = "TAG")]
    pub tags: Vec<String>,
    /// The configuration of the servers.
    #[command(flatten)]
    pub shared: SharedArguments,
}

impl SharedArguments {
    /// The top layer of the configuration.
    pub fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            data_dir: self.data_dir.clone(),
            dashboards_dir: self.dashboards.clone(),
            redis_url: self.redis_url.clone(),
            sources: self.sources.clone(),
            demo: self.demo,
            ..Flags::default()
        }
    }
}

impl ServeArguments {
    /// Whether the demo goes on selling: not in the past, nor while the clock stands still.
    pub fn demo_lives(&self) -> bool {
        let DemoArguments { demo_unshifted, demo_still, .. } = self.demo;
        self.shared.demo && !demo_unshifted && !demo_still && self.shared.now.is_none()
    }

    /// The top layer of the configuration.
    pub fn flags(&self) -> Flags {
        Flags { listen: self.listen, assets_dir: self.assets.clone(), ..self.shared.flags() }
    }
}

impl CheckArguments {
    /// The top layer of the configuration.
    pub fn flags(&self) -> Flags {
        let (config, dashboards_dir) = (self.config.clone(), self.directory.clone());
        Flags { config, dashboards_dir, ..Flags::default() }
    }
}

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(arguments) => serve::serve(arguments).await.map(|()| ExitCode::SUCCESS),
        Command::Check(arguments) => check::run(&arguments).await,
        Command::Warm(arguments) => warm::run(arguments).await,
        Command::Invalidate(arguments) => invalidate::run(arguments).await,
        Command::Rollup(command) => rollup::run(command).await,
        Command::Import(arguments) => import::run(arguments).await.map(|()| ExitCode::SUCCESS),
    }
}
