//! Refreshes rollups without readers: all at the start, and those with a `refresh` on that schedule; a few of each
//! source at a time, and sources side by side, so that a slow one keeps no other waiting.
//! Every process does so; the cache makes sure that only one of them runs the statement.

use brisk_cache::LoadError;
use brisk_domain::{RollupName, SourceName};
use brisk_engine::{Engine, PlannedRollup};
use brisk_source::SourceError;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often it checks what is due.
const TICK: Duration = Duration::from_secs(1);
/// A rollup is checked so many times within its refresh interval. Its entry expires on its own, a little
/// earlier or later each time, so that processes and rollups do not keep in step.
const CHECKS: u32 = 20;
/// The shortest and the longest time until a failed refresh is retried.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// The same for one that the database refuses, which is retried less and less often: only a change there
/// can help.
const RETRY_REFUSED: Duration = Duration::from_secs(3_600);

/// How many of one source are refreshed at a time: as many as its queue of rollups lets run.
const OF_ONE_SOURCE: usize = 2;

/// When a rollup is checked again.
struct Next {
    at: Instant,
    /// The definition that was refreshed; another one is tried at once.
    definition: Option<Arc<PlannedRollup>>,
    /// How many times in a row the database has refused it.
    refusals: u32,
}

/// A rollup whose time has come.
struct Due {
    /// Since when; none of one that was not tried yet.
    since: Option<Instant>,
    name: RollupName,
    rollup: Arc<PlannedRollup>,
    refusals: u32,
}

/// Refreshes what is due, for as long as the server runs.
pub async fn run(engine: &Engine) -> Infallible {
    let mut next: BTreeMap<RollupName, Next> = BTreeMap::new();
    let mut busy: BTreeMap<RollupName, SourceName> = BTreeMap::new();
    let mut running = FuturesUnordered::new();
    loop {
        for Due { name, rollup, refusals, .. } in due(engine, &mut next) {
            let source = &rollup.plan.rollup().source;
            let beside = busy.values().filter(|other| *other == source).count();
            if beside >= OF_ONE_SOURCE || busy.contains_key(&name) {
                continue;
            }
            busy.insert(name.clone(), source.clone());
            running.push(async move {
                let (pause, refusals) = refresh(engine, &rollup, refusals).await;
                let at = Instant::now() + jittered(pause);
                (name, Next { at, definition: Some(rollup), refusals })
            });
        }
        tokio::select! {
            Some((name, then)) = running.next() => {
                busy.remove(&name);
                next.insert(name, then);
            }
            () = tokio::time::sleep(jittered(TICK)) => {}
        }
    }
}

/// What is due: what has waited longest comes first.
fn due(engine: &Engine, next: &mut BTreeMap<RollupName, Next>) -> Vec<Due> {
    let planned = engine.rollups();
    next.retain(|name, _| planned.iter().any(|(known, _)| known == name));
    let mut due = Vec::new();
    for (name, rollup) in planned {
        let now = Instant::now();
        let definition = rollup.as_ref().ok().cloned();
        let before = next.get(&name).filter(|next| is_same(&next.definition, &definition));
        if before.is_some_and(|next| now < next.at) {
            continue;
        }
        let (since, refusals) =
            (before.map(|next| next.at), before.map_or(0, |next| next.refusals));
        match definition {
            Some(rollup) => due.push(Due { since, name, rollup, refusals }),
            // What is wrong with it is in the log, and `brisk check` says it.
            None => {
                let at = now + jittered(RETRY.1);
                next.insert(name, Next { at, definition: None, refusals: 0 });
            }
        }
    }
    due.sort_by_key(|due| due.since);
    due
}

fn is_same(one: &Option<Arc<PlannedRollup>>, other: &Option<Arc<PlannedRollup>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

/// Refreshes `rollup` if it is due, after so many `refusals` in a row; the answer is when to check
/// again, and how many there are now.
async fn refresh(engine: &Engine, rollup: &Arc<PlannedRollup>, refusals: u32) -> (Duration, u32) {
    let schedule = rollup.plan.rollup().refresh;
    match (engine.refresh(rollup).await, schedule) {
        (Ok(_), Some(refresh)) => ((refresh / CHECKS).max(TICK), 0),
        // Its readers refresh it after an invalidation.
        (Ok(_), None) => (Duration::from_secs(365 * 86_400), 0),
        (Err(error), schedule) => {
            let usual = schedule.unwrap_or(RETRY.1).clamp(RETRY.0, RETRY.1);
            match is_refusal(&error) {
                true => (after_refusals(usual, refusals), refusals.saturating_add(1)),
                false => (usual, 0),
            }
        }
    }
}

/// Whether only trying again cannot help: the database is there, and refuses.
fn is_refusal(error: &LoadError) -> bool {
    match error.downcast_ref::<SourceError>() {
        Some(SourceError::Unavailable(_) | SourceError::Timeout { .. }) | None => false,
        Some(_) => true,
    }
}

/// Twice as long each time.
fn after_refusals(usual: Duration, refusals: u32) -> Duration {
    usual.saturating_mul(2_u32.saturating_pow(refusals)).min(RETRY_REFUSED)
}

/// `pause`, a tenth shorter or longer.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.9 + 0.2 * rand::random::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_retried_less_and_less_often() {
        let seconds = |refusals| after_refusals(Duration::from_secs(60), refusals).as_secs();
        let waits: Vec<u64> = [0, 1, 2, 5, 6, 40].map(seconds).into();
        assert_eq!(waits, [60, 120, 240, 1_920, 3_600, 3_600]);
    }
}
