//! Pages: readers look at dashboards whose entries are always there, or could be.

use super::history::Component;
use super::settings::REPLICAS;
use super::world::World;
use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const READERS: usize = 4;
/// The longest that a page may take.
const ANSWER: Duration = Duration::from_secs(20);

/// Starts readers.
pub(super) fn start(world: &Arc<World>, load: &mut JoinSet<Result<()>>) {
    for reader in 0..READERS {
        load.spawn(read(Arc::clone(world), reader));
    }
}

async fn read(world: Arc<World>, reader: usize) -> Result<()> {
    let mut random = StdRng::seed_from_u64(world.seed ^ (40_000 + reader as u64));
    while !world.has_ended() {
        let number = random.random_range(0..REPLICAS);
        let is_steady = random.random_bool(0.5);
        look(&world, number, if is_steady { "/d/steady" } else { "/d/counters" }).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(5..150))).await;
    }
    Ok(())
}

async fn look(world: &World, number: usize, path: &str) {
    let pages = &world.pages;
    let begun = Instant::now();
    let answer = world.client.get(&world.replicas[number].url(path), ANSWER).await;
    let own = Component::Replica(number);
    let is_disturbed = world.is_disturbed_since(own, begun);
    if is_disturbed {
        // It may have been killed since.
        pages.has_entries[number].store(false, Ordering::SeqCst);
    }
    let answer = match answer {
        Ok(answer) if answer.status == 200 => answer,
        other => {
            pages.unanswered.fetch_add(1, Ordering::SeqCst);
            if !is_disturbed {
                let said = other.map(|answer| answer.status);
                world.broken(format!(
                    "replica {number} was well, and answered {path} with {said:?}"
                ));
            }
            return;
        }
    };
    if !is_disturbed {
        let micros = u64::try_from(answer.time.as_micros()).unwrap_or(u64::MAX);
        pages.slowest.fetch_max(micros, Ordering::SeqCst);
    }
    let has_failed = String::from_utf8_lossy(&answer.body).contains("notice bad");
    if !has_failed {
        pages.shown.fetch_add(1, Ordering::SeqCst);
        let is_known = !world.is_disturbed_since(Component::Redis, begun);
        if path == "/d/steady" && !is_disturbed && is_known {
            pages.has_entries[number].store(true, Ordering::SeqCst);
        }
        return;
    }
    pages.without.fetch_add(1, Ordering::SeqCst);
    let has_source = !world.is_disturbed_since(Component::Source, begun);
    let has_entry = path == "/d/steady" && pages.has_entries[number].load(Ordering::SeqCst);
    if has_source || has_entry {
        let why = if has_source { "the source was well" } else { "it had entries" };
        world.broken(format!(
            "replica {number} showed {path} with a panel that failed, though {why}"
        ));
    }
}
