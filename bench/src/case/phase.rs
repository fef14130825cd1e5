//! The phases that the original went through, each as a running server.

use super::data::ROLLUPS;
use super::views::View;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::guarded::Guarded;
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use crate::servers::{free_port, listening};
use anyhow::{Context, Result};
use std::path::Path;
use tempfile::TempDir;

const RAW: &str = include_str!("../../case/raw.toml");
const DENORMALISED: &str = include_str!("../../case/denormalised.toml");
const DAILY: &str = include_str!("../../case/rollups/daily.toml");
const GOODS: &str = include_str!("../../case/rollups/goods.toml");
const INVOICES: &str = include_str!("../../case/rollups/invoices.toml");
/// The panels, in their order.
pub(super) const PANELS: [&str; 20] = [
    "revenue",
    "orders",
    "customers",
    "items",
    "average",
    "returned",
    "lines",
    "countries-served",
    "revenue-by-day",
    "orders-by-day",
    "customers-by-day",
    "items-by-day",
    "average-by-day",
    "returns-by-day",
    "price-bands",
    "countries",
    "products",
    "best-customers",
    "basket-size",
    "opening-hours",
];
/// The panel by which readers see how current a view is.
pub(super) const LINES: &str = "lines";

/// A step of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// One connection, one statement after another, further ones for each row, no cache.
    Before,
    /// Brisk with a cache in Redis for five minutes, still over one connection.
    Cached,
    /// Statements run side by side.
    Concurrent,
    /// Rollups in place of the raw tables.
    Denormalised,
    /// The same as one page, drawn, with its tag.
    Drawn,
}

/// All of them, in order.
pub const PHASES: [Phase; 5] =
    [Phase::Before, Phase::Cached, Phase::Concurrent, Phase::Denormalised, Phase::Drawn];

impl Phase {
    /// What it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "0. before",
            Self::Cached => "1. cached in Redis",
            Self::Concurrent => "2. concurrent statements",
            Self::Denormalised => "3. rollups",
            Self::Drawn => "4. drawn pages, ETags",
        }
    }

    fn connections(self) -> usize {
        if self <= Self::Cached { 1 } else { 8 }
    }
}

/// A phase's server.
pub(super) enum Server {
    Before { process: Guarded, port: u16, _directory: TempDir },
    Brisk { brisk: Brisk, is_drawn: bool },
}

impl Server {
    /// Starts it, with nothing in its cache.
    pub(super) fn start(
        phase: Phase,
        program: &Path,
        postgres: &Postgres,
        redis: &Redis,
    ) -> Result<Self> {
        redis.command::<String>(&["FLUSHALL"])?;
        if phase == Phase::Before {
            return before(postgres);
        }
        let mut dashboards = vec![("sales.toml".to_owned(), RAW.to_owned())];
        if phase >= Phase::Denormalised {
            dashboards[0].1 = DENORMALISED.to_owned();
            for (name, text) in [("daily", DAILY), ("goods", GOODS), ("invoices", INVOICES)] {
                dashboards.push((format!("rollups/{name}.toml"), text.to_owned()));
            }
        }
        let configuration = format!(
            "[redis]\nurl = \"{}\"\n[cache]\nttl = \"5m\"\nmode = \"strict\"\n[source.bench]\nurl = \"{}\"\n\
             connections = {}\nrollup_url = \"{}\"\nlisten = false\n",
            redis.url(),
            postgres.url(),
            phase.connections(),
            postgres.url_of(ROLLUPS),
        );
        let deployment = Deployment { program: program.to_owned(), configuration, dashboards };
        Ok(Self::Brisk { brisk: deployment.start()?, is_drawn: phase == Phase::Drawn })
    }

    /// The addresses that a browser loads for a view.
    pub(super) fn addresses(&self, view: &View) -> Vec<String> {
        match self {
            Self::Brisk { brisk, is_drawn: true } => {
                vec![brisk.url(&format!("/d/sales?{}", view.query()))]
            }
            _ => PANELS.iter().map(|panel| self.data(panel, view)).collect(),
        }
    }

    /// The address of a panel's data.
    pub(super) fn data(&self, panel: &str, view: &View) -> String {
        match self {
            Self::Before { port, .. } => {
                format!("http://127.0.0.1:{port}/api/{panel}?{}", view.query_before())
            }
            Self::Brisk { brisk, .. } => {
                brisk.url(&format!("/api/v1/dashboards/sales/panels/{panel}?{}", view.query()))
            }
        }
    }

    /// Its resident memory, in bytes.
    pub(super) fn memory(&self) -> Result<u64> {
        match self {
            Self::Before { process, .. } => process.memory(),
            Self::Brisk { brisk, .. } => brisk.memory(),
        }
    }
}

fn before(postgres: &Postgres) -> Result<Server> {
    let directory = tempfile::tempdir()?;
    let port = free_port()?;
    let words = [
        std::env::current_exe()?.into(),
        "before".into(),
        "--listen".into(),
        format!("127.0.0.1:{port}").into(),
        "--database".into(),
        postgres.url().into(),
    ];
    let log = directory.path().join("log");
    let process = Guarded::start(&words, directory.path(), &log, "KILL", &[])?;
    listening(port, "the program before")
        .with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
    Ok(Server::Before { process, port, _directory: directory })
}
