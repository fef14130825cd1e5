//! Pages that stay open on one replica: what each costs, and how long a change takes to reach the last one.
//!
//! As many as the limit of open files allows have a connection of their own, as behind a proxy that speaks
//! HTTP/1.1 to the replicas; the others share connections of HTTP/2.

use super::counter;
use super::dashboards::{COUNTERS, views};
use super::followers::{Follower, Followers, Http2};
use super::world::World;
use crate::servers::brisk::Brisk;
use anyhow::{Context, Result, ensure};
use rustix::process::{Resource, getrlimit};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What was measured.
#[derive(Debug, Clone, Default)]
pub(super) struct LivePages {
    pub(super) wanted: usize,
    /// Pages with a connection of their own, and others.
    pub(super) open: (usize, usize),
    /// Bytes of the replica's memory by page, of either kind.
    bytes: (f64, f64),
    /// Processor time of the replica while nothing changes: cores.
    at_rest: f64,
    /// For each change: processor time, from the acknowledgement to the first and the last page.
    changes: Vec<(Duration, Duration, Duration)>,
    /// Pages that did not hear of a change.
    missed: usize,
}

/// Pages on a connection of HTTP/2.
const STREAMS: usize = 100;
/// Pages of a client's address.
const OF_ADDRESS: usize = 500;
const CHANGES: usize = 5;
/// How long to watch the replica while nothing changes.
const REST: Duration = Duration::from_secs(20);
/// How long a change may take to reach all pages.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens `wanted` pages at a replica of its own, and changes the data some times.
pub(super) async fn run(world: &World, wanted: usize) -> Result<LivePages> {
    let replica = world.another()?;
    world.ready(&replica).await?;
    // What pages follow is loaded first.
    let views: Vec<String> = views().into_iter().take(2).collect();
    for view in &views {
        let url = replica.url(&format!("/d/sales?{view}&whole-page=1"));
        world.client.get(&url, PATIENCE).await?;
    }
    let own = wanted.min(fits());
    let followers = Arc::new(Followers::default());
    let paths: Vec<String> = views.iter().map(|view| format!("/d/sales/live?{view}")).collect();
    let mut tasks = Vec::new();
    let before = replica.memory()?;
    for number in 0..own {
        let path = &paths[number % paths.len()];
        let stream = Follower::connect(&replica, number / OF_ADDRESS, path).await?;
        tasks.push(tokio::spawn(stream.follow(Arc::clone(&followers))));
    }
    followers.open(own, PATIENCE).await?;
    let between = replica.memory()?;
    let mut refused = 0;
    for first in (own..wanted).step_by(STREAMS) {
        let mut connection = Http2::connect(&replica).await?;
        for number in first..wanted.min(first + STREAMS) {
            match connection.open(&replica, &paths[number % paths.len()]).await? {
                Some(body) => tasks.push(tokio::spawn(body.follow(Arc::clone(&followers)))),
                None => refused += 1,
            }
        }
    }
    let shared = wanted - own - refused;
    followers.open(own + shared, PATIENCE).await?;
    let after = replica.memory()?;
    let by_page = |more: u64, pages: usize| more as f64 / pages.max(1) as f64;
    let mut measured = LivePages {
        wanted,
        open: (own, shared),
        bytes: (
            by_page(between.saturating_sub(before), own),
            by_page(after.saturating_sub(between), shared),
        ),
        ..LivePages::default()
    };
    let rest = replica.cpu_time()?;
    tokio::time::sleep(REST).await;
    measured.at_rest = (replica.cpu_time()? - rest).as_secs_f64() / REST.as_secs_f64();
    for _ in 0..CHANGES {
        measured.changes.push(change(world, &replica, &followers, own + shared).await?);
    }
    measured.missed = followers.behind(CHANGES);
    for task in tasks {
        task.abort();
    }
    let took = replica.stop(PATIENCE)?;
    took.context("a replica with open pages does not stop")?;
    Ok(measured)
}

async fn change(
    world: &World,
    replica: &Brisk,
    followers: &Followers,
    pages: usize,
) -> Result<(Duration, Duration, Duration)> {
    let cpu = replica.cpu_time()?;
    followers.next();
    counter::raise(world, &[COUNTERS]).await?;
    let acknowledged = Instant::now();
    followers.heard(pages, PATIENCE).await?;
    let (first, last) = followers.times(acknowledged);
    // What follows the last page's news belongs to the change as well.
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok((replica.cpu_time()? - cpu, first, last))
}

/// How many pages a replica takes that have a connection each: four fifths of its connections, which are four
/// fifths of its files.
fn fits() -> usize {
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(files).unwrap_or(usize::MAX) / 25 * 16 - 100
}

impl LivePages {
    /// Whether all were open, and heard of every change.
    pub(super) fn check(&self) -> Result<()> {
        let open = self.open.0 + self.open.1;
        ensure!(open == self.wanted, "{open} of {} pages could be open", self.wanted);
        ensure!(self.missed == 0, "{} pages missed a change", self.missed);
        Ok(())
    }
}

impl fmt::Display for LivePages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (own, shared) = self.open;
        let kilobytes = |bytes: f64| bytes / 1e3;
        writeln!(
            f,
            "{} of {} pages open on one replica: {own} with a connection each ({:.1} kB of its memory by page), \
             {shared} over HTTP/2, {STREAMS} on each connection ({:.1} kB)",
            own + shared,
            self.wanted,
            kilobytes(self.bytes.0),
            kilobytes(self.bytes.1)
        )?;
        writeln!(f, "while nothing changes: {:.2} of a core", self.at_rest)?;
        let pages = (own + shared).max(1) as f64;
        for (cpu, first, last) in &self.changes {
            writeln!(
                f,
                "a change: first page {:.0} ms after its acknowledgement, last one {:.0} ms; {:.0} µs of processor \
                 time by page",
                first.as_secs_f64() * 1e3,
                last.as_secs_f64() * 1e3,
                cpu.as_secs_f64() * 1e6 / pages
            )?;
        }
        write!(f, "changes missed: {}", self.missed)
    }
}
