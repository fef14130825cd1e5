//! **Open pages**: thousands follow one dashboard whose data changes every second. What does each
//! page cost, does each learn of every change, and how soon?

use crate::hot::{TABLE, settled};
use crate::raw::{Raw, request};
use crate::retail;
use crate::servers::brisk::Deployment;
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use anyhow::{Context, Result, bail};
use brisk_cache::{Cache, Config, RedisConfig, Tag};
use brisk_domain::{ManualClock, Timestamp};
use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Pages.
    pub pages: usize,
    /// Changes of the data, each acknowledged.
    pub changes: usize,
    /// Additional memory of the process per open page, in bytes.
    pub bytes_a_page: u64,
    /// Changes that a page missed.
    pub missed: usize,
    /// Statements on the source, for all changes.
    pub statements: i64,
    /// From the acknowledgement until a page was notified of the new value, in milliseconds.
    pub waits: Vec<f64>,
}

/// The panel that is watched: it reads the table.
const PANEL: &str = "\"orders\":";
const PATIENCE: Duration = Duration::from_secs(120);

/// Opens `pages` pages, and changes the data `changes` times, once a second.
pub async fn run(program: &Path, pages: usize, changes: usize) -> Result<Report> {
    let (postgres, redis) = (Postgres::start().await?, Redis::start(&[])?);
    postgres.execute(TABLE).await?;
    let deployment = Deployment {
        program: program.to_owned(),
        configuration: format!(
            "[redis]\nurl = \"{}\"\n[source.bench]\nurl = \"{}\"\n",
            redis.url(),
            postgres.url()
        ),
        dashboards: vec![("twenty.toml".into(), retail::dashboard())],
    };
    let brisk = deployment.start()?;
    settled(&brisk).await?;
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
    let config = RedisConfig::parse(&redis.url());
    let pipeline: Cache<Arc<str>> = Cache::with_redis(Config::default(), clock, config)?;
    let before = brisk.memory()?;
    let world = Arc::new(World::default());
    let (acknowledged, _) = watch::channel((0_usize, Instant::now()));
    let mut readers = Vec::new();
    for _ in 0..pages {
        let stream = Raw::connect(&brisk.address()).await?;
        let stream = stream.open(&request("/d/twenty/live", "")).await?;
        let (world, acknowledged) = (Arc::clone(&world), acknowledged.subscribe());
        readers.push(tokio::spawn(read(stream, world, acknowledged)));
    }
    until(&world, &world.open, pages, "pages are open").await?;
    let bytes = brisk.memory()?.saturating_sub(before);
    postgres.reset().await?;
    let tag = Tag::parse("table:bench.invoice_lines")?;
    for change in 1..=changes {
        let begun = Instant::now();
        pipeline.invalidate(std::slice::from_ref(&tag)).await?;
        acknowledged.send_replace((change, Instant::now()));
        tokio::time::sleep(Duration::from_secs(1).saturating_sub(begun.elapsed())).await;
    }
    // Pages not notified by then never will be: they are counted, which is not an error here.
    let _ = until(&world, &world.heard, pages * changes, "changes were heard").await;
    let statements = postgres.statements().await?;
    let mut report = Report {
        pages,
        changes,
        bytes_a_page: bytes / pages.max(1) as u64,
        statements,
        ..Report::default()
    };
    drop(acknowledged);
    brisk.kill();
    for reader in readers {
        let heard = reader.await??;
        report.missed += (changes + 1).saturating_sub(heard.editions);
        report.waits.extend(heard.waits);
    }
    report.waits.sort_by(f64::total_cmp);
    Ok(report)
}

#[derive(Default)]
struct World {
    /// Pages that have been notified of a current edition.
    open: AtomicUsize,
    /// Changes that pages were notified of, in total.
    heard: AtomicUsize,
    failed: AtomicU64,
}

/// Waits until the count is complete.
async fn until(world: &World, count: &AtomicUsize, all: usize, what: &str) -> Result<()> {
    let begun = Instant::now();
    while count.load(Ordering::Relaxed) < all {
        let failed = world.failed.load(Ordering::Relaxed);
        if failed > 0 || begun.elapsed() > PATIENCE {
            let count = count.load(Ordering::Relaxed);
            bail!("{count} of {all} {what}, {failed} pages failed");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// What one page was notified of.
struct Heard {
    /// Distinct editions of the panel that were reported as current.
    editions: usize,
    waits: Vec<f64>,
}

async fn read(
    mut stream: TcpStream,
    world: Arc<World>,
    acknowledged: watch::Receiver<(usize, Instant)>,
) -> Result<Heard> {
    let (mut text, mut bytes) = (String::new(), vec![0; 8 << 10]);
    let (mut known, mut waits) = (HashSet::new(), Vec::new());
    loop {
        let count = match stream.read(&mut bytes).await {
            // The server was stopped: the stream is complete.
            Ok(0) | Err(_) => break,
            Ok(count) => count,
        };
        text.push_str(std::str::from_utf8(&bytes[..count])?);
        while let Some((event, rest)) = text.split_once("\n\n") {
            if let Some(edition) = current_edition(event, PANEL)
                && known.insert(edition.to_owned())
            {
                if known.len() == 1 {
                    world.open.fetch_add(1, Ordering::Relaxed);
                } else {
                    world.heard.fetch_add(1, Ordering::Relaxed);
                    waits.push(acknowledged.borrow().1.elapsed().as_secs_f64() * 1e3);
                }
            }
            text = rest.to_owned();
        }
    }
    if known.is_empty() {
        world.failed.fetch_add(1, Ordering::Relaxed);
        return Err(anyhow::anyhow!("a page received nothing: {text}")).context("following");
    }
    Ok(Heard { editions: known.len(), waits })
}

/// The edition of the panel `"id":`, if the event reports it as current.
pub(crate) fn current_edition<'a>(event: &'a str, panel: &str) -> Option<&'a str> {
    let news = event.split_once(panel)?.1.split_once('}')?.0;
    let is_current = news.contains("\"state\":\"current\"");
    let edition = news.split_once("\"edition\":\"")?.1.split_once('"')?.0;
    is_current.then_some(edition)
}

impl Report {
    /// Whether the guarantees held.
    pub fn check(&self) -> Result<()> {
        if self.missed > 0 || self.waits.len() != self.pages * self.changes {
            bail!("a page missed a change: {self}");
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: f64| {
            let at = (self.waits.len() as f64 * part) as usize;
            self.waits.get(at.min(self.waits.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        writeln!(
            f,
            "{} open pages of one dashboard, {} changes, one a second",
            self.pages, self.changes
        )?;
        writeln!(
            f,
            "  memory of the process by page     {:>8.1} kB",
            self.bytes_a_page as f64 / 1e3
        )?;
        writeln!(f, "  changes missed by a page          {:>8}", self.missed)?;
        writeln!(
            f,
            "  statements by change              {:>8.1}",
            self.statements as f64 / self.changes.max(1) as f64
        )?;
        writeln!(f, "  acknowledged until heard: median  {:>8.0} ms", part(0.5))?;
        writeln!(f, "                            P99     {:>8.0} ms", part(0.99))?;
        writeln!(f, "                            longest {:>8.0} ms", part(1.0))
    }
}
