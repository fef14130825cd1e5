//! The demo's data: real invoices behind the dashboards that ship, loaded when a server first serves
//! them.

use super::import;
use crate::feeder::source;
use anyhow::Context;
use brisk_domain::Clock;
use brisk_import::{Options, Shift, Target, TerminalProgress};
use brisk_store::{ImportRecord, Store};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// How to load the demo.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArguments {
    /// The directory of the demo files.
    #[arg(long, default_value = "demo")]
    pub demo_dir: PathBuf,
    /// Keep the demo's original dates, 2009 to 2011, instead of shifting them to today.
    #[arg(long)]
    pub demo_unshifted: bool,
    /// Leave the demo data unchanged instead of replaying invoices as if they happened now.
    #[arg(
        long,
        env = "BRISK_DEMO_STILL",
        value_parser = clap::builder::FalseyValueParser::new(),
    )]
    pub demo_still: bool,
}

/// Loads the demo's database unless it exists; `rollups` is the file with the rollups of the one
/// before. Returns whether its dates are shifted to today.
pub async fn load(
    arguments: &DemoArguments,
    data_dir: &Path,
    rollups: &Path,
    store: &Store,
    clock: &dyn Clock,
) -> anyhow::Result<bool> {
    let database = source::path(data_dir);
    let plan = import::read_plan(&arguments.demo_dir.join("online-retail.toml"))?;
    let known = store.latest_import(source::NAME, &plan.table).await?;
    if let Some(known) = known.filter(|_| database.exists()) {
        return Ok(known.shift_weeks != 0);
    }
    let file = arguments.demo_dir.join("online_retail.csv.xz");
    eprintln!(
        "Loading the demo's data, once: a real shop's invoices (UCI Online Retail II, CC BY 4.0)"
    );
    let shift = match arguments.demo_unshifted {
        true => Shift::None,
        false => Shift::LatestIntoPastWeek(clock.now()),
    };
    let (started_at, begun) = (clock.now(), std::time::Instant::now());
    let progress = TerminalProgress::new();
    let options = Options { shift, ..Options::default() };
    let target = Target::sqlite(database);
    let report = brisk_import::import(&plan, &file, &target, &options, &progress)
        .await
        .context("loading the demo data")?;
    forget_rollups(rollups)?;
    let finished_at = clock.now();
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!("  {} ({seconds:.1} s)", import::sentence(&report, &plan));
    let record = ImportRecord {
        source: source::NAME.into(),
        table: plan.table.clone(),
        file: file.display().to_string(),
        rows: report.rows as i64,
        rejected: report.rejected as i64,
        shift_weeks: report.shift_weeks,
        started_at,
        finished_at,
    };
    store.record_import(&record).await?;
    Ok(report.shift_weeks != 0)
}

/// Removes the rollups: all lines are new, even those that a refresh would take for settled.
fn forget_rollups(file: &Path) -> anyhow::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                let shown = file.display();
                return Err(error).with_context(|| format!("removing the rollups in {shown}"));
            }
            _ => {}
        }
    }
    Ok(())
}
