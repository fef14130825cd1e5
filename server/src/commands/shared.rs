//! The arguments of all commands that work with panels' data, and the configuration that follows
//! from them.

use crate::config::{Environment, Flags, Secret, Settings};
use crate::feeder::source;
use crate::system_clock;
use brisk_domain::{Clock, SourceName};
use std::path::PathBuf;
use std::sync::Arc;

/// The arguments of all commands that work with panels' data.
#[derive(Debug, Clone, clap::Args)]
pub struct SharedArguments {
    /// The configuration file [default: brisk.toml in the working directory, if it exists].
    #[arg(long, env = "BRISK_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The directory for Brisk's own data and the demo's [default: data].
    #[arg(long, env = "BRISK_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The directory of dashboard files [default: dashboards].
    #[arg(long, env = "BRISK_DASHBOARDS_DIR")]
    pub dashboards: Option<PathBuf>,
    /// The Redis that Brisk processes share: redis://user:password@host:6379/0, rediss://
    /// for TLS, cluster nodes separated by commas. Without it, each process caches in memory only.
    #[arg(long, env = "BRISK_REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<Secret>,
    /// The PostgreSQL database for Brisk's own records: postgres://user:password@host/database. Without
    /// it, they are kept in brisk.sqlite in the data directory.
    #[arg(long, env = "BRISK_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<Secret>,
    /// A source: the path of a SQLite file, postgres://user:password@host/database or
    /// mysql://user:password@host/database. May be repeated, or set as environment variables
    /// BRISK_SOURCE_NAME.
    #[arg(long = "source", value_name = "NAME=PATH_OR_URL")]
    pub sources: Vec<Secret>,
    /// Serve the demo's data as the source "retail"; `serve` loads it when it first starts.
    #[arg(long)]
    pub demo: bool,
    /// Stop the clock at this time (UTC, 2011-12-09T13:00); for tests.
    #[arg(long, hide = true)]
    pub now: Option<String>,
    /// Let the clock run from then on, this many times as fast; for tests.
    #[arg(long, hide = true, env = "BRISK_CLOCK_PACE")]
    pub clock_pace: Option<f64>,
}

impl SharedArguments {
    /// The top layer of the configuration.
    pub fn flags(&self) -> Flags {
        let demo = SourceName::parse(source::NAME).ok().filter(|_| self.demo);
        Flags {
            config: self.config.clone(),
            data_dir: self.data_dir.clone(),
            dashboards_dir: self.dashboards.clone(),
            redis_url: self.redis_url.clone(),
            database_url: self.database_url.clone(),
            sources: self.sources.clone(),
            own_files: demo.map(|name| (name, source::FILE.into())).into_iter().collect(),
            ..Flags::default()
        }
    }

    /// The configuration.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings::read(&self.flags(), &Environment::of_process())?)
    }

    /// The clock.
    pub fn clock(&self) -> anyhow::Result<Arc<dyn Clock>> {
        system_clock::clock(self.now.as_deref(), self.clock_pace)
    }
}
