//! Refreshes rollups without readers: all at the start, and those with a `refresh` on that schedule.
//! Every process does so; the cache makes sure that only one of them runs the statement.

use brisk_domain::RollupName;
use brisk_engine::{Engine, PlannedRollup};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often it checks what is due.
const TICK: Duration = Duration::from_secs(1);
/// A rollup is checked so many times within its refresh interval. Its entry expires by itself, a
/// little earlier or later each time, so that processes and rollups do not keep in step.
const CHECKS: u32 = 20;
/// The shortest and the longest time until a failed refresh is retried.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// Refreshes what is due, for as long as the server runs.
pub async fn run(engine: &Engine) -> Infallible {
    let mut next: BTreeMap<RollupName, Instant> = BTreeMap::new();
    loop {
        let planned = engine.rollups();
        next.retain(|name, _| planned.iter().any(|(known, _)| known == name));
        for (name, rollup) in planned {
            let now = Instant::now();
            if next.get(&name).is_some_and(|at| now < *at) {
                continue;
            }
            let pause = match &rollup {
                Ok(rollup) => refresh(engine, rollup).await,
                // What is wrong with it is in the log, and `brisk check` says it.
                Err(_) => RETRY.1,
            };
            next.insert(name, Instant::now() + jittered(pause));
        }
        tokio::time::sleep(jittered(TICK)).await;
    }
}

/// Refreshes `rollup` if it is due; the answer is when to check again.
async fn refresh(engine: &Engine, rollup: &Arc<PlannedRollup>) -> Duration {
    let schedule = rollup.plan.rollup().refresh;
    match (engine.refresh(rollup).await, schedule) {
        (Ok(_), Some(refresh)) => (refresh / CHECKS).max(TICK),
        // Its readers refresh it when an invalidation says so.
        (Ok(_), None) => Duration::from_secs(365 * 86_400),
        (Err(_), schedule) => schedule.unwrap_or(RETRY.1).clamp(RETRY.0, RETRY.1),
    }
}

/// `pause`, a tenth shorter or longer.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.9 + 0.2 * rand::random::<f64>())
}
