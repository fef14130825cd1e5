//! What a view costs with one, two and three replicas: it should cost the same.

use super::counter;
use super::dashboards::{COUNTERS, PANELS, SALES};
use super::readers::{Seen, read};
use super::world::World;
use crate::hot::median;
use crate::round_trips::difference;
use anyhow::{Context, Result, ensure};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How much to measure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Rounds; each has all numbers of replicas.
    pub(super) rounds: usize,
    /// How long each is measured.
    pub(super) length: Duration,
    /// Requests a second.
    pub(super) rate: f64,
}

/// One of the costs, by round.
type Cost = fn(&Level) -> &Vec<f64>;

/// The measurements with a number of replicas.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    pub(super) replicas: usize,
    /// By round, by request: milliseconds of the replicas' processor time.
    pub(super) cpu: Vec<f64>,
    /// The same of nginx.
    pub(super) nginx: Vec<f64>,
    /// The same of the source's servers.
    pub(super) source: Vec<f64>,
    /// By round, by request: statements on the source.
    pub(super) statements: Vec<f64>,
    /// By round, by request: commands to Redis.
    pub(super) commands: Vec<f64>,
    pub(super) seen: Seen,
}

/// How often the data change.
const EVERY: Duration = Duration::from_secs(3);
const READERS: u64 = 16;
/// How long to read before measuring.
const BEFORE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(15);
/// By how much a cost may differ: what a replica does on its own falls to a request as well.
const MOST: f64 = 1.35;

/// Measures one, two and all replicas, in turn.
pub(super) async fn run(world: &Arc<World>, manner: Manner) -> Result<Vec<Level>> {
    let all = world.replicas.len();
    let mut levels: Vec<Level> =
        (1..=all).map(|replicas| Level { replicas, ..Level::default() }).collect();
    for _ in 0..manner.rounds {
        for replica in &world.replicas[1..] {
            replica.stop(PATIENCE)?.context("a replica does not stop")?;
        }
        for level in &mut levels {
            let used = &world.replicas[..level.replicas];
            if let Some(newest) = used.last().filter(|_| level.replicas > 1) {
                newest.run()?;
                world.ready(newest).await?;
            }
            let ports: Vec<u16> = used.iter().map(|replica| replica.port).collect();
            world.nginx.pass_to(&ports).await?;
            load(world, BEFORE, manner.rate).await?;
            measure(world, level, manner).await?;
        }
    }
    Ok(levels)
}

async fn measure(world: &Arc<World>, level: &mut Level, manner: Manner) -> Result<()> {
    let used = &world.replicas[..level.replicas];
    let own = || used.iter().map(|replica| replica.cpu_time()).sum::<Result<Duration>>();
    world.source.front.reset().await?;
    let before = (own()?, world.nginx.cpu_time()?, world.source.cpu_time()?);
    let calls = world.redis.calls()?;
    let seen = load(world, manner.length, manner.rate).await?;
    let calls: u64 = difference(&calls, &world.redis.calls()?).values().sum();
    let after = (own()?, world.nginx.cpu_time()?, world.source.cpu_time()?);
    let count = seen.times.len().max(1) as f64;
    let each = |after: Duration, before: Duration| {
        after.saturating_sub(before).as_secs_f64() * 1e3 / count
    };
    level.cpu.push(each(after.0, before.0));
    level.nginx.push(each(after.1, before.1));
    level.source.push(each(after.2, before.2));
    level.statements.push(world.source.statements().await? as f64 / count);
    level.commands.push(calls as f64 / count);
    level.seen.add(seen);
    Ok(())
}

/// Readers read and the data change for so long.
async fn load(world: &Arc<World>, length: Duration, rate: f64) -> Result<Seen> {
    world.is_over.store(false, Ordering::SeqCst);
    let ends = async {
        let begun = Instant::now();
        let mut next = begun + EVERY / 2;
        while next < begun + length {
            tokio::time::sleep_until(next.into()).await;
            counter::raise(world, &[COUNTERS, SALES]).await?;
            next += EVERY;
        }
        tokio::time::sleep_until((begun + length).into()).await;
        world.is_over.store(true, Ordering::SeqCst);
        anyhow::Ok(())
    };
    let (seen, ()) = futures::future::try_join(read(world, READERS, rate), ends).await?;
    Ok(seen)
}

/// Whether a view costs about the same, however many replicas there are.
pub(super) fn check(levels: &[Level]) -> Result<()> {
    let Some(first) = levels.first() else { return Ok(()) };
    for level in levels {
        let Seen { failed, stale, first_failure, .. } = &level.seen;
        ensure!(
            *failed == 0 && *stale == 0,
            "{failed} answers failed and {stale} were stale: {first_failure:?}"
        );
        let costs: [(&str, Cost); 3] = [
            ("processor time", |level| &level.cpu),
            ("statements", |level| &level.statements),
            ("commands to Redis", |level| &level.commands),
        ];
        for (name, of) in costs {
            let (one, many) = (median(of(first).clone()), median(of(level).clone()));
            ensure!(
                many <= one * MOST,
                "{name} by request: {many:.3} with {} replicas, {one:.3} with one",
                level.replicas
            );
        }
    }
    Ok(())
}

/// The measurements as a table.
pub(super) struct Table<'a>(pub(super) &'a [Level]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Costs of a request (three of four are pages of {PANELS} panels, the others the API's), data that \
             change every {} s; medians of {} rounds\n",
            EVERY.as_secs(),
            self.0.first().map_or(0, |level| level.cpu.len())
        )?;
        writeln!(
            f,
            "| replicas | requests | processor time of the replicas | of nginx | of the source | statements | \
             Redis commands | P50 | P99 | failed | stale |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|---|---|")?;
        for level in self.0 {
            let of = |values: &Vec<f64>| median(values.clone());
            let ms = |share| level.seen.percentile(share).as_secs_f64() * 1e3;
            writeln!(
                f,
                "| {} | {} | {:.2} ms | {:.2} ms | {:.2} ms | {:.3} | {:.2} | {:.1} ms | {:.0} ms | {} | {} |",
                level.replicas,
                level.seen.times.len(),
                of(&level.cpu),
                of(&level.nginx),
                of(&level.source),
                of(&level.statements),
                of(&level.commands),
                ms(0.5),
                ms(0.99),
                level.seen.failed,
                level.seen.stale
            )?;
        }
        Ok(())
    }
}
