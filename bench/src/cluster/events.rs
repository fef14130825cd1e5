//! What happens to a cluster: each event under load, three seconds before a full minute, when schedules are due.

use super::counter::{self, Delivered};
use super::readers::{Seen, read};
use super::schedules;
use super::world::World;
use crate::wall_clock::since_epoch;
use anyhow::{Context, Result, bail, ensure};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::block_in_place;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Each replica in turn is told to stop, and started as the newer release.
    Upgrade,
    /// The same back to the older one.
    Downgrade,
    /// A replica is killed, and started again.
    Kill,
    /// A replica that nginx did not know, which is stopped afterwards.
    Add,
    /// The Redis master of the generations is killed, and comes back as a replica.
    FailOver,
}

/// What readers and the writer met with during one event.
#[derive(Debug, Clone)]
pub(super) struct Row {
    name: &'static str,
    pub(super) seen: Seen,
    pub(super) delivered: Delivered,
    /// What there is to say of the event itself.
    note: String,
}

const READERS: u64 = 12;
/// Between two changes of the counter.
const EVERY: Duration = Duration::from_millis(250);
/// How long before the minute an event begins.
const BEFORE: Duration = Duration::from_secs(3);
/// How long to read before and after it.
const CALM: Duration = Duration::from_secs(3);
/// How long a replica or a master is away.
const AWAY: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(20);
/// How long nginx passes nothing to a replica that it could not reach, and a little more: if the next one stops
/// before, it may know of none.
const KNOWN_AGAIN: Duration = Duration::from_millis(1_500);

/// The releases that an upgrade is between.
pub(super) struct Releases<'a> {
    pub(super) older: Option<&'a Path>,
    pub(super) newer: &'a Path,
}

/// Has everything happen; ends with all replicas as the newer release.
pub(super) async fn run(
    world: &Arc<World>,
    releases: &Releases<'_>,
    rate: f64,
) -> Result<Vec<Row>> {
    let mut events = vec![Event::Upgrade];
    if releases.older.is_some() {
        events.extend([Event::Downgrade, Event::Upgrade]);
    }
    events.extend([Event::Kill, Event::Add, Event::FailOver]);
    let mut rows = Vec::new();
    for event in events {
        tokio::time::sleep(until_minute().saturating_sub(BEFORE + CALM)).await;
        rows.push(one(world, event, releases, rate).await.with_context(|| event.name())?);
        println!("{}", Table(&rows[rows.len() - 1..]));
    }
    Ok(rows)
}

async fn one(world: &Arc<World>, event: Event, releases: &Releases<'_>, rate: f64) -> Result<Row> {
    world.is_over.store(false, Ordering::SeqCst);
    let happens = async {
        tokio::time::sleep(CALM).await;
        let note = happen(world, event, releases).await;
        tokio::time::sleep(CALM).await;
        world.is_over.store(true, Ordering::SeqCst);
        note
    };
    let writes = counter::write(Arc::clone(world), EVERY);
    let all = futures::future::try_join3(read(world, READERS, rate), writes, happens);
    let (seen, delivered, note) = all.await?;
    Ok(Row { name: event.name(), seen, delivered, note })
}

async fn happen(world: &World, event: Event, releases: &Releases<'_>) -> Result<String> {
    match event {
        Event::Upgrade => replace(world, releases.newer).await,
        Event::Downgrade => replace(world, releases.older.unwrap_or(releases.newer)).await,
        Event::Kill => {
            block_in_place(|| world.replicas[1].kill());
            tokio::time::sleep(AWAY).await;
            block_in_place(|| world.replicas[1].run())?;
            let took = world.ready(&world.replicas[1]).await?;
            Ok(format!("ready {} after its start", ms(took)))
        }
        Event::Add => {
            let another = block_in_place(|| world.another())?;
            let took = world.ready(&another).await?;
            let ports: Vec<u16> = world.replicas.iter().map(|replica| replica.port).collect();
            let more: Vec<u16> = ports.iter().copied().chain([another.port]).collect();
            world.nginx.pass_to(&more).await?;
            tokio::time::sleep(AWAY).await;
            let frames = another.figure("cache_memory_bytes").await?;
            ensure!(frames > 0, "the new replica was asked for nothing");
            world.nginx.pass_to(&ports).await?;
            block_in_place(|| another.stop(PATIENCE))?.context("it does not stop")?;
            world.runs_elsewhere.fetch_add(schedules::logged(&another)?, Ordering::SeqCst);
            Ok(format!("ready {} after its start", ms(took)))
        }
        Event::FailOver => {
            let (node, took) = world.redis.fail_over().await?;
            tokio::time::sleep(AWAY).await;
            world.redis.restart(node).await?;
            Ok(format!("replaced after {}", ms(took)))
        }
    }
}

/// Replaces one replica after the other.
async fn replace(world: &World, program: &Path) -> Result<String> {
    let mut longest = Duration::ZERO;
    for replica in &world.replicas {
        let took = block_in_place(|| replica.stop(PATIENCE))?.context("it does not stop")?;
        longest = longest.max(took);
        block_in_place(|| replica.run_with(program))?;
        world.ready(replica).await?;
        tokio::time::sleep(KNOWN_AGAIN).await;
    }
    Ok(format!("a replica takes up to {} to stop", ms(longest)))
}

fn ms(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}

/// How long it is until the next minute begins, at least long enough for what comes before an event.
fn until_minute() -> Duration {
    let left = Duration::from_secs(60) - Duration::from_secs(since_epoch().as_secs() % 60);
    if left < BEFORE + CALM { left + Duration::from_secs(60) } else { left }
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Upgrade => "rolling upgrade",
            Self::Downgrade => "and back",
            Self::Kill => "a replica is killed, and back after 4 s",
            Self::Add => "a fourth replica for 4 s",
            Self::FailOver => "a Redis master is killed, and back as a replica",
        }
    }
}

/// Whether nobody noticed.
pub(super) fn check(rows: &[Row]) -> Result<()> {
    for Row { name, seen, delivered, .. } in rows {
        // What has begun on a replica that is killed cannot end: at most one page of each reader.
        let may_be_cut_off = if *name == Event::Kill.name() { READERS } else { 0 };
        ensure!(seen.cut_off <= may_be_cut_off, "{name}: {} pages were cut off", seen.cut_off);
        if seen.failed > 0 || seen.stale > 0 {
            let first = &seen.first_failure;
            bail!("{name}: {} answers failed, {} were stale: {first:?}", seen.failed, seen.stale);
        }
        ensure!(seen.times.len() > 100, "{name}: only {} answers", seen.times.len());
        ensure!(delivered.acknowledged > 10, "{name}: {delivered:?}");
    }
    Ok(())
}

/// The events as a table.
pub(super) struct Table<'a>(pub(super) &'a [Row]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| event | answers | failed | cut off | older than acknowledged | unverified | P50 | P99 | longest | \
             deliveries | refused and repeated | longest | |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|---|---|---|---|")?;
        for Row { name, seen, delivered, note } in self.0 {
            writeln!(
                f,
                "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {note} |",
                seen.times.len(),
                seen.failed,
                seen.cut_off,
                seen.stale,
                seen.unverified,
                ms(seen.percentile(0.5)),
                ms(seen.percentile(0.99)),
                ms(seen.percentile(1.0)),
                delivered.acknowledged,
                delivered.refused,
                ms(delivered.slowest),
            )?;
        }
        for Row { name, seen, .. } in self.0 {
            if let Some(first) = &seen.first_failure {
                writeln!(f, "\n{name}: {first}")?;
            }
        }
        Ok(())
    }
}
