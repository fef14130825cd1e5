//! The writer of the counter: it raises it in the source and delivers to the webhook until that is acknowledged.

use super::dashboards::COUNTERS;
use super::world::World;
use crate::deliveries::signed;
use crate::raw::Raw;
use anyhow::{Result, ensure};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What the writer met with.
#[derive(Debug, Clone, Default)]
pub(super) struct Delivered {
    /// Deliveries that were acknowledged.
    pub(super) acknowledged: u64,
    /// How often one was refused (503), or not passed on by nginx (502); each was repeated.
    pub(super) refused: u64,
    /// The longest from the first attempt of one to its acknowledgement.
    pub(super) slowest: Duration,
}

const PATIENCE: Duration = Duration::from_secs(60);
/// Between two attempts.
const AGAIN: Duration = Duration::from_millis(50);

/// Raises it every so often until the world ends.
pub(super) async fn write(world: Arc<World>, every: Duration) -> Result<Delivered> {
    let mut delivered = Delivered::default();
    while !world.is_over.load(Ordering::SeqCst) {
        let begun = Instant::now();
        delivered.refused += raise(&world, &[COUNTERS]).await?;
        delivered.acknowledged += 1;
        delivered.slowest = delivered.slowest.max(begun.elapsed());
        tokio::time::sleep(every.saturating_sub(begun.elapsed())).await;
    }
    Ok(delivered)
}

/// Raises it once, and says that these tables have changed; returns how often the delivery was refused.
pub(super) async fn raise(world: &World, tables: &[&str]) -> Result<u64> {
    let before = world.raised.fetch_add(1, Ordering::SeqCst);
    world.source.raise(before).await?;
    let (begun, mut refused) = (Instant::now(), 0);
    let address = format!("127.0.0.1:{}", world.nginx.port);
    loop {
        let request = signed(&format!("msg_{before}"), tables);
        let attempt = async { Raw::connect(&address).await?.ask(&request).await };
        let answer = tokio::time::timeout(PATIENCE, attempt).await?;
        match answer {
            Ok((200, _)) => break,
            // A connection that ends says as little as 502: the sender repeats it.
            Ok((502..=504, _)) | Err(_) => refused += 1,
            Ok((status, _)) => anyhow::bail!("a delivery was answered with {status}"),
        }
        ensure!(begun.elapsed() < PATIENCE, "a delivery is refused for {PATIENCE:?}");
        tokio::time::sleep(AGAIN).await;
    }
    world.acknowledged.fetch_max(before + 1, Ordering::SeqCst);
    Ok(refused)
}
