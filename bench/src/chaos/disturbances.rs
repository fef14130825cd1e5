//! The seed's schedule: each component is disturbed on its own, so that disturbances overlap as they like.

use super::history::Component;
use super::settings::{REPLICAS, Settings};
use super::world::World;
use anyhow::{Context, Result, bail};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// What happens to a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Killed, and started again.
    Killed,
    /// Stopped, and continued.
    Paused,
    /// Its connections end, and new ones too.
    CutOff,
    /// Its memory or its disk is full.
    Filled,
}

/// How often what happened to what.
pub type Counts = BTreeMap<(Component, Kind), u64>;

/// The pauses between two disturbances of one component, and their lengths, in milliseconds.
const BETWEEN: std::ops::Range<u64> = 1_000..12_000;
const HOLD: std::ops::Range<u64> = 200..5_000;
/// How long a server may take to come back once nothing keeps it from that.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a write-back may take: "within a second or two".
const WRITE_BACK: Duration = Duration::from_secs(8);

impl Component {
    /// All components.
    fn all() -> Vec<Self> {
        let replicas = (0..REPLICAS).map(Self::Replica);
        replicas.chain([Self::Redis, Self::Source, Self::Store]).collect()
    }

    fn kinds(self, world: &World) -> Vec<Kind> {
        match self {
            // Its own disk holds nothing: its records are in the store.
            Self::Replica(_) => vec![Kind::Killed, Kind::Paused],
            Self::Redis => vec![Kind::Killed, Kind::Paused, Kind::CutOff, Kind::Filled],
            // It is only read.
            Self::Source => vec![Kind::Killed, Kind::Paused, Kind::CutOff],
            Self::Store => {
                let mut kinds = vec![Kind::Killed, Kind::Paused, Kind::CutOff];
                kinds.extend(world.store.0.disk().map(|_| Kind::Filled));
                kinds
            }
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replica(number) => write!(f, "replica {}", number + 1),
            Self::Redis => f.write_str("Redis"),
            Self::Source => f.write_str("source"),
            Self::Store => f.write_str("store"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Killed => "killed",
            Self::Paused => "paused",
            Self::CutOff => "cut off",
            Self::Filled => "filled",
        })
    }
}

/// Disturbs all components until the time is over; at the end all of them run again.
pub async fn follow(world: &Arc<World>, settings: &Settings) -> Result<Counts> {
    let end = Instant::now() + settings.length;
    let mut tasks = JoinSet::new();
    for (number, component) in Component::all().into_iter().enumerate() {
        let world = Arc::clone(world);
        let random = StdRng::seed_from_u64(settings.seed ^ (10_000 + number as u64));
        tasks.spawn(async move { disturb(&world, component, random, end).await });
    }
    let written_back = tokio::spawn(note_write_backs(Arc::clone(world)));
    let mut counts = Counts::new();
    let mut result = Ok(());
    while let Some(ended) = tasks.join_next().await {
        match ended? {
            Ok(more) => counts.extend(more),
            Err(error) => result = Err(error),
        }
    }
    written_back.abort();
    result.map(|()| counts)
}

async fn disturb(
    world: &Arc<World>,
    component: Component,
    mut random: StdRng,
    end: Instant,
) -> Result<Counts> {
    let mut counts = Counts::new();
    // Each kind once, in an order that the seed gives, and again.
    let mut kinds: Vec<Kind> = Vec::new();
    loop {
        tokio::time::sleep(Duration::from_millis(random.random_range(BETWEEN))).await;
        let hold = Duration::from_millis(random.random_range(HOLD));
        if Instant::now() + hold > end {
            return Ok(counts);
        }
        if kinds.is_empty() {
            kinds = component.kinds(world);
            kinds.shuffle(&mut random);
        }
        let Some(kind) = kinds.pop() else { return Ok(counts) };
        let what = || format!("{component} {kind}");
        world.history.begin(component, kind == Kind::Killed);
        begin(world, component, kind).await.with_context(what)?;
        tokio::time::sleep(hold).await;
        restore(world, component, kind).await.with_context(what)?;
        world.history.end(component);
        *counts.entry((component, kind)).or_default() += 1;
    }
}

async fn begin(world: &Arc<World>, component: Component, kind: Kind) -> Result<()> {
    match (component, kind) {
        (Component::Replica(number), Kind::Killed) => {
            world.replicas[number].kill();
            world.sessions().replica_ended(number);
        }
        (Component::Replica(number), _) => world.replicas[number].signal(Signal::STOP)?,
        (Component::Redis, Kind::Killed) => {
            world.redis.0.kill();
            world.pages.entries_are_lost();
            world.sessions().redis_lost_all();
        }
        (Component::Redis, Kind::Paused) => world.redis.0.signal(Signal::STOP)?,
        (Component::Redis, Kind::CutOff) => world.redis.1.cut(true),
        (Component::Redis, Kind::Filled) => memory(world, "1mb").await?,
        (Component::Source, Kind::Killed) => world.source.0.kill(),
        (Component::Source, Kind::Paused) => world.source.0.signal_all(Signal::STOP)?,
        (Component::Source, _) => world.source.1.cut(true),
        (Component::Store, Kind::Killed) => world.store.0.kill(),
        (Component::Store, Kind::Paused) => world.store.0.signal_all(Signal::STOP)?,
        (Component::Store, Kind::CutOff) => world.store.1.cut(true),
        (Component::Store, Kind::Filled) => on_disk(world, true).await?,
    }
    Ok(())
}

async fn restore(world: &Arc<World>, component: Component, kind: Kind) -> Result<()> {
    match (component, kind) {
        (Component::Replica(number), Kind::Killed) => supervise(world, number).await?,
        (Component::Replica(number), _) => world.replicas[number].signal(Signal::CONT)?,
        (Component::Redis, Kind::Killed) => {
            let world = Arc::clone(world);
            tokio::task::spawn_blocking(move || world.redis.0.run()).await??;
        }
        (Component::Redis, Kind::Paused) => world.redis.0.signal(Signal::CONT)?,
        (Component::Redis, Kind::CutOff) => world.redis.1.cut(false),
        (Component::Redis, Kind::Filled) => memory(world, "0").await?,
        (Component::Source, Kind::Killed) => {
            let world = Arc::clone(world);
            tokio::task::spawn_blocking(move || world.source.0.run()).await??;
        }
        (Component::Source, Kind::Paused) => world.source.0.signal_all(Signal::CONT)?,
        (Component::Source, _) => world.source.1.cut(false),
        (Component::Store, Kind::Killed) => {
            let world = Arc::clone(world);
            tokio::task::spawn_blocking(move || world.store.0.run()).await??;
        }
        (Component::Store, Kind::Paused) => world.store.0.signal_all(Signal::CONT)?,
        (Component::Store, Kind::CutOff) => world.store.1.cut(false),
        (Component::Store, Kind::Filled) => on_disk(world, false).await?,
    }
    Ok(())
}

/// Starts a replica, again and again as a supervisor does: without its store it ends at once.
async fn supervise(world: &World, number: usize) -> Result<()> {
    let (brisk, begun) = (&world.replicas[number], Instant::now());
    brisk.launch()?;
    loop {
        if tokio::net::TcpStream::connect(brisk.address()).await.is_ok() {
            return Ok(());
        }
        if !brisk.is_running() {
            brisk.launch()?;
        }
        if begun.elapsed() > PATIENCE {
            let log = std::fs::read_to_string(brisk.log()).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(20).collect();
            bail!("replica {number} does not start\n{}", last.join("\n"));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Sets how much memory Redis may take.
async fn memory(world: &Arc<World>, bytes: &'static str) -> Result<()> {
    let world = Arc::clone(world);
    let set = move || world.redis.0.command::<String>(&["CONFIG", "SET", "maxmemory", bytes]);
    tokio::task::spawn_blocking(set).await?.map(|_| ())
}

/// Fills the store's disk, or frees it. A server that has ended for want of it is started again.
async fn on_disk(world: &Arc<World>, is_full: bool) -> Result<()> {
    let world = Arc::clone(world);
    let work = move || {
        let disk = world.store.0.disk().context("the store has no disk of its own")?;
        if is_full {
            return disk.fill();
        }
        disk.free()?;
        match world.store.0.is_running() {
            true => Ok(()),
            false => world.store.0.run(),
        }
    };
    tokio::task::spawn_blocking(work).await?
}

/// Notes which replicas had the time to write back what Redis has lost.
async fn note_write_backs(world: Arc<World>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let Some(since) = Instant::now().checked_sub(WRITE_BACK) else { continue };
        let shared = [Component::Redis, Component::Store];
        if shared.iter().any(|component| world.is_disturbed_since(*component, since)) {
            continue;
        }
        for number in 0..REPLICAS {
            if !world.is_disturbed_since(Component::Replica(number), since) {
                world.sessions().written_back_by(number);
            }
        }
    }
}
