//! **A day, in minutes**: a clock that runs hundreds of times as fast, readers who come and go,
//! pages that stay open, data that changes. The process's resources must level off.

use crate::hot::{TABLE, settled};
use crate::raw::{Raw, request};
use crate::retail;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use anyhow::{Result, bail};
use brisk_cache::{Cache, Config, RedisConfig, Tag};
use brisk_domain::{ManualClock, Timestamp};
use rand::Rng;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;

/// The process's resources at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    /// Hours on the fast clock.
    pub hours: f64,
    /// Resident memory, in bytes.
    pub memory: u64,
    /// Live tasks.
    pub tasks: u64,
    /// Open files, mostly connections.
    pub files: usize,
    /// Connections of the source.
    pub connections: i64,
}

/// One of the figures of a sample.
type Figure = fn(&Sample) -> f64;

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// In chronological order.
    pub samples: Vec<Sample>,
    /// Pages requested.
    pub pages: u64,
    /// Readers who left before the end of their page.
    pub left: u64,
    /// Live channels that were opened and closed.
    pub followed: u64,
    /// Pages without an answer, or with a status other than 200 and 304.
    pub failed: u64,
    /// Changes of the data.
    pub changes: u64,
}

/// Concurrent readers.
const READERS: usize = 16;
/// Concurrently open pages.
const OPEN: usize = 200;
const RANGES: [&str; 6] =
    ["", "last-7-days", "last-30-days", "last-90-days", "last-12-months", "today"];
const COUNTRIES: [&str; 4] = ["", "France", "EIRE", "Germany"];

#[derive(Default)]
struct World {
    ended: AtomicBool,
    pages: AtomicU64,
    left: AtomicU64,
    followed: AtomicU64,
    failed: AtomicU64,
}

/// Runs a day within `length`.
pub async fn run(program: &Path, length: Duration) -> Result<Report> {
    let (postgres, redis) = (Postgres::start().await?, Redis::start(&[])?);
    postgres.execute(TABLE).await?;
    let pace = 86_400.0 / length.as_secs_f64();
    let deployment = Deployment {
        program: program.to_owned(),
        configuration: format!(
            "[redis]\nurl = \"{}\"\n[source.bench]\nurl = \"{}\"\n[cache]\nmemory = \"16 MiB\"\nlargest_frame = \"1 MiB\"\n",
            redis.url(),
            postgres.url()
        ),
        dashboards: vec![("twenty.toml".into(), retail::dashboard())],
    };
    let brisk = deployment.start_with(&[("BRISK_CLOCK_PACE".to_owned(), format!("{pace}"))])?;
    settled(&brisk).await?;
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
    let config = RedisConfig::parse(&redis.url());
    let pipeline: Cache<Arc<str>> = Cache::with_redis(Config::default(), clock, config)?;
    let world = Arc::new(World::default());
    let mut tasks = Vec::new();
    for _ in 0..READERS {
        tasks.push(tokio::spawn(reader(Arc::clone(&world), brisk.address())));
    }
    for _ in 0..OPEN {
        tasks.push(tokio::spawn(follower(Arc::clone(&world), brisk.address())));
    }
    let tag = Tag::parse("table:bench.invoice_lines")?;
    let (begun, mut report, mut next) = (Instant::now(), Report::default(), Duration::ZERO);
    while begun.elapsed() < length {
        tokio::time::sleep(Duration::from_millis(500)).await;
        pipeline.invalidate(std::slice::from_ref(&tag)).await?;
        report.changes += 1;
        if begun.elapsed() >= next {
            next += length / 24;
            report
                .samples
                .push(sample(&brisk, &postgres, begun.elapsed().as_secs_f64() * pace).await?);
        }
    }
    world.ended.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await?;
    }
    // With all readers gone, what is left is leaked, or kept on purpose.
    unfollowed(&brisk).await?;
    report.samples.push(sample(&brisk, &postgres, begun.elapsed().as_secs_f64() * pace).await?);
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    report.pages = count(&world.pages);
    report.left = count(&world.left);
    report.followed = count(&world.followed);
    report.failed = count(&world.failed);
    Ok(report)
}

/// Waits until the process no longer follows any view.
async fn unfollowed(brisk: &Brisk) -> Result<()> {
    let begun = Instant::now();
    loop {
        let open = brisk.figure("open_pages").await?;
        let followed = brisk.figure("followed_views").await?;
        if (open, followed) == (0, 0) {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_secs(60) {
            bail!("all have gone, but {open} pages are open, and {followed} views are followed");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn reader(world: Arc<World>, address: String) {
    while !world.ended.load(Ordering::Relaxed) {
        let (path, leaves) = {
            let mut random = rand::rng();
            let range = RANGES[random.random_range(0..RANGES.len())];
            let country = COUNTRIES[random.random_range(0..COUNTRIES.len())];
            (format!("/d/twenty?range={range}&country={country}"), random.random_ratio(1, 10))
        };
        world.pages.fetch_add(1, Ordering::Relaxed);
        let page = async {
            let raw = Raw::connect(&address).await?;
            let mut stream = raw.open(&request(&path, "connection: close\r\n")).await?;
            let (mut bytes, mut first) = (vec![0; 64 << 10], true);
            loop {
                let count = stream.read(&mut bytes).await?;
                if first && !bytes.starts_with(b"HTTP/1.1 200") {
                    bail!("it failed");
                }
                if count == 0 {
                    return Ok(());
                }
                first = false;
                if leaves {
                    world.left.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
            }
        };
        match tokio::time::timeout(Duration::from_secs(30), page).await {
            Ok(Ok(())) => {}
            _ => {
                world.failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Follows a view for some time, then another.
async fn follower(world: Arc<World>, address: String) {
    while !world.ended.load(Ordering::Relaxed) {
        let (path, stays) = {
            let mut random = rand::rng();
            let range = RANGES[random.random_range(0..RANGES.len())];
            (format!("/d/twenty/live?range={range}"), random.random_range(500..8_000))
        };
        world.followed.fetch_add(1, Ordering::Relaxed);
        let follow = async {
            let mut stream = Raw::connect(&address).await?.open(&request(&path, "")).await?;
            let mut bytes = vec![0; 4 << 10];
            while stream.read(&mut bytes).await? > 0 {}
            anyhow::Ok(())
        };
        let _ = tokio::time::timeout(Duration::from_millis(stays), follow).await;
    }
}

async fn sample(brisk: &Brisk, postgres: &Postgres, seconds: f64) -> Result<Sample> {
    let tasks = brisk.figure("tasks").await?;
    let connections = "select count(*) from pg_stat_activity where backend_type = 'client backend'";
    Ok(Sample {
        hours: seconds / 3_600.0,
        memory: brisk.memory()?,
        tasks,
        files: brisk.open_files()?,
        connections: postgres.number(connections).await?,
    })
}

impl Report {
    /// Whether the process's resources level off: compares the last third of the day with the
    /// middle one.
    pub fn check(&self) -> Result<()> {
        let day = &self.samples[..self.samples.len().saturating_sub(1)];
        let third = day.len() / 3;
        let most =
            |samples: &[Sample], of: fn(&Sample) -> f64| samples.iter().map(of).fold(0.0, f64::max);
        let kinds: [(&str, Figure); 4] = [
            ("memory", |sample| sample.memory as f64),
            ("tasks", |sample| sample.tasks as f64),
            ("open files", |sample| sample.files as f64),
            ("connections of the source", |sample| sample.connections as f64),
        ];
        for (name, of) in kinds {
            let (middle, last) = (most(&day[third..2 * third], of), most(&day[2 * third..], of));
            if last > middle * 1.15 {
                bail!("{name} grew from {middle} to {last}: {self}");
            }
        }
        if self.failed > 0 {
            bail!("{} pages failed: {self}", self.failed);
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "a day in minutes: {} pages ({} left early), {} live channels, {} changes, {} failed",
            self.pages, self.left, self.followed, self.changes, self.failed
        )?;
        writeln!(f, "  hour   memory    tasks   files   source")?;
        for sample in &self.samples {
            writeln!(
                f,
                "  {:>4.1}   {:>5.1} MB  {:>6}  {:>6}   {:>6}",
                sample.hours,
                sample.memory as f64 / 1e6,
                sample.tasks,
                sample.files,
                sample.connections
            )?;
        }
        writeln!(f, "  the last line: all readers have gone")
    }
}
