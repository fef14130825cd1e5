//! The status of each rollup: what its database remembers, and the runs that this server recorded.

use brisk_domain::{LastRefresh, Rollup, RollupRun, RollupState, RollupStatus, SourceName};
use brisk_engine::{Engine, PlannedRollup};
use brisk_source::rollup::Record;
use brisk_store::{Store, StoreError};
use futures::future::join_all;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Runs that are shown of each rollup.
const RUNS: usize = 10;
/// The newest runs of all rollups, among which they are looked for.
const NEWEST: u32 = 500;

type Records = Result<Vec<Record>, String>;

/// The status of each rollup, by name. The sources are queried side by side.
pub async fn all(engine: &Engine, store: Option<&Store>) -> Result<Vec<RollupStatus>, StoreError> {
    let contents = engine.catalog().contents();
    let sources: BTreeSet<&SourceName> = contents.rollups.values().map(|r| &r.source).collect();
    let records = join_all(
        sources.into_iter().map(async |source| (source.clone(), records_of(engine, source).await)),
    );
    let records: BTreeMap<SourceName, Records> = records.await.into_iter().collect();
    // After the sources, which may answer only when a refresh is over: its run is to be among these.
    let (mut latest, mut newest) = (Vec::new(), Vec::new());
    if let Some(store) = store {
        latest = store.latest_rollup_runs().await?;
        newest = store.rollup_runs(NEWEST).await?;
    }
    let planned = engine.rollups();
    let statuses = planned.iter().filter_map(|(name, planned)| {
        let rollup = contents.rollups.get(name)?;
        let is_own = |run: &&RollupRun| run.rollup == rollup.name && run.source == rollup.source;
        let mut runs: Vec<_> = newest.iter().filter(is_own).take(RUNS).cloned().collect();
        // A rollup that is rarely refreshed may have no run among the newest of all.
        if runs.is_empty() {
            runs.extend(latest.iter().find(is_own).cloned());
        }
        Some(status(rollup, planned, records.get(&rollup.source), runs))
    });
    Ok(statuses.collect())
}

/// What the source remembers of its rollups; or why it cannot be queried.
async fn records_of(engine: &Engine, source: &SourceName) -> Records {
    let Some(source) = engine.loader().source(source) else { return Ok(Vec::new()) };
    source.rollup_records().await.map_err(|error| error.to_string())
}

fn status(
    rollup: &Rollup,
    planned: &Result<Arc<PlannedRollup>, String>,
    records: Option<&Records>,
    runs: Vec<RollupRun>,
) -> RollupStatus {
    let records = records.map_or(Ok(&[][..]), |records| records.as_deref());
    let record = records.map(|of| of.iter().find(|record| record.name == rollup.name.as_str()));
    let failed = runs.first().and_then(|run| Some((run.started_at, run.outcome.as_ref().err()?)));
    let state = match (planned, record) {
        (Err(problem), _) => RollupState::Broken(problem.clone()),
        (_, Err(why)) => RollupState::Unknown(why.clone()),
        (_, Ok(None)) => match failed {
            Some((_, why)) => RollupState::Failed { why: why.clone(), has_table: false },
            None => RollupState::NotBuilt,
        },
        (Ok(planned), Ok(Some(record))) => match failed {
            Some((at, why)) if at > record.refreshed_at => {
                RollupState::Failed { why: why.clone(), has_table: true }
            }
            _ if record.definition.starts_with(&planned.definition) => RollupState::UpToDate,
            _ => RollupState::Changed,
        },
    };
    RollupStatus {
        name: rollup.name.clone(),
        source: rollup.source.clone(),
        grain: rollup.grain,
        refresh: rollup.refresh,
        state,
        last: record.ok().flatten().map(|record| LastRefresh {
            at: record.refreshed_at,
            rows: record.rows,
            seconds: record.seconds,
        }),
        runs,
    }
}
