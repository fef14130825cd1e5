//! Samples the cache's figures, so that their page can show how the day went.

use crate::cache_history::{self, CacheHistory, Sample};
use brisk_domain::Clock;
use brisk_engine::Engine;
use std::convert::Infallible;

/// Adds a sample to `history` now, and from time to time.
pub async fn run(engine: &Engine, clock: &dyn Clock, history: &CacheHistory) -> Infallible {
    loop {
        let readers = engine.loader().cache().statistics().of_readers();
        history.add(Sample { at: clock.now(), readers });
        tokio::time::sleep(cache_history::EVERY).await;
    }
}
