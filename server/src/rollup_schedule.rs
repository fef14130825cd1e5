//! Refreshes rollups without readers: all at the start, and those with a `refresh` by that
//! schedule. Each process does so; the cache sees to it that one of them runs the statement.

use brisk_domain::RollupName;
use brisk_engine::{Engine, PlannedRollup};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Between two looks at what is due.
const LOOK: Duration = Duration::from_secs(1);
/// A schedule is looked at so many times within its length; an entry that is due ends by itself,
/// a little earlier or later each time, so that processes and rollups do not keep in step.
const LOOKS: u32 = 20;
/// The longest and the shortest time until one that failed is tried again.
const AGAIN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// Refreshes what is due, for as long as the server runs.
pub async fn keep(engine: &Engine) -> Infallible {
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
                Ok(rollup) => look(engine, rollup).await,
                // What is wrong with it is in the log, and for whoever checks it.
                Err(_) => AGAIN.1,
            };
            next.insert(name, Instant::now() + jittered(pause));
        }
        tokio::time::sleep(jittered(LOOK)).await;
    }
}

/// Refreshes `rollup` if it is due; the answer is when to look again.
async fn look(engine: &Engine, rollup: &Arc<PlannedRollup>) -> Duration {
    let schedule = rollup.plan.rollup().refresh;
    match (engine.refresh(rollup).await, schedule) {
        (Ok(_), Some(refresh)) => (refresh / LOOKS).max(LOOK),
        // Its readers refresh it when an invalidation says so.
        (Ok(_), None) => Duration::from_secs(365 * 86_400),
        (Err(_), schedule) => schedule.unwrap_or(AGAIN.1).clamp(AGAIN.0, AGAIN.1),
    }
}

/// `pause`, a tenth shorter or longer.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.9 + 0.2 * rand::random::<f64>())
}
