//! **Attacks**: hostile clients, statements and files, all at once, against one process; and what
//! other readers notice, as a ratio to the same run at rest.

mod clients;
mod files;
mod probe;
mod statements;

use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use anyhow::{Result, bail};
use clients::Sockets;
use files::Place;
use probe::Readers;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to attack.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// How long each of the two runs takes.
    pub length: Duration,
    /// Hostile connections.
    pub connections: usize,
    /// New cold views a second, all by one client.
    pub views: u64,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How long readers wait while nothing else happens.
    pub rest: Readers,
    /// The same under attack.
    pub attacked: Readers,
    /// Memory of the process in MiB: before, at most while it was attacked, and afterwards.
    pub memory: [u64; 3],
    /// Open files: before, at most, and afterwards.
    pub files: [usize; 3],
    /// Hostile connections that the process had closed by the end of the attack, and of how many.
    pub ended: (usize, usize),
    /// The statuses of hostile requests, by kind of attack; 0 where the connection ended.
    pub statuses: BTreeMap<&'static str, BTreeMap<u16, usize>>,
    /// From the stop signal to the end of the process, with hostile connections still open.
    pub stop: Option<Duration>,
}

/// Runs it at rest, then under attack, then waits for what is left to end.
pub async fn run(settings: &Settings) -> Result<Report> {
    let postgres = Postgres::start().await?;
    let place = Place::new()?;
    let deployment = Deployment {
        program: settings.program.clone(),
        configuration: place.configuration(&postgres.url()),
        dashboards: statements::dashboards(),
    };
    let brisk = Arc::new(deployment.start()?);
    probe::ready(&brisk).await?;
    let mut report =
        Report { rest: probe::readers(&brisk, settings.length).await?, ..Report::default() };
    let now = figures(&brisk)?;
    (report.memory, report.files) = ([now.0; 3], [now.1; 3]);

    let sockets = Sockets::open(&brisk, settings.connections).await?;
    let end = Instant::now() + settings.length;
    let views = tokio::spawn(statements::cold_views(brisk.port, settings.views, end));
    let bombs = tokio::spawn(statements::bombs(Arc::clone(&brisk), end));
    let forged = tokio::spawn(clients::forged(brisk.port, end));
    let changing = tokio::spawn(place.change(brisk.dashboards(), end));
    let peak = tokio::spawn(peak(Arc::clone(&brisk), end));
    report.attacked = probe::readers(&brisk, settings.length).await?;
    (report.memory[1], report.files[1]) = peak.await??;
    report.statuses.insert("cold views", views.await??);
    report.statuses.extend(bombs.await??);
    report.statuses.extend(forged.await??);
    changing.await??;
    report.ended = sockets.ended();

    (report.memory[2], report.files[2]) =
        settled(&brisk, report.memory[0], report.files[0]).await?;
    // The rest are still open, and new ones beside them.
    let more = Sockets::open(&brisk, settings.connections.min(100)).await?;
    report.stop = brisk.stop(Duration::from_secs(60))?;
    drop((sockets, more));
    Ok(report)
}

/// Memory in MiB, and open files.
fn figures(brisk: &Brisk) -> Result<(u64, usize)> {
    Ok((brisk.memory()? >> 20, brisk.open_files()?))
}

async fn peak(brisk: Arc<Brisk>, end: Instant) -> Result<(u64, usize)> {
    let mut most = figures(&brisk)?;
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = figures(&brisk)?;
        most = (most.0.max(now.0), most.1.max(now.1));
    }
    Ok(most)
}

/// The figures once they are back near those from before, or after 90 s at most.
async fn settled(brisk: &Brisk, memory: u64, files: usize) -> Result<(u64, usize)> {
    let begun = Instant::now();
    loop {
        let now = figures(brisk)?;
        let is_back = now.0 <= memory + memory / 4 && now.1 <= files + 16;
        if is_back || begun.elapsed() > Duration::from_secs(90) {
            return Ok(now);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

impl Report {
    /// Whether readers were served throughout, and the process ended when told to.
    pub fn check(&self) -> Result<()> {
        for (what, waits) in
            [("/healthz", &self.attacked.health), ("the warm page", &self.attacked.warm)]
        {
            if waits.failed > 0 {
                bail!("{} requests for {what} failed under attack", waits.failed);
            }
        }
        match self.stop {
            Some(stop) if stop <= Duration::from_secs(11) => Ok(()),
            stop => bail!("it ended {stop:?} after it was told to"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | at rest, median / P99 | under attack | ratio of medians |")?;
        writeln!(f, "|---|---|---|---|")?;
        let pairs = [
            ("/healthz", &self.rest.health, &self.attacked.health),
            ("a warm page", &self.rest.warm, &self.attacked.warm),
            ("a cold panel of another source", &self.rest.cold, &self.attacked.cold),
        ];
        for (what, rest, attacked) in pairs {
            let ratio = attacked.median().as_secs_f64() / rest.median().as_secs_f64();
            writeln!(f, "| {what} | {rest} | {attacked} | {ratio:.1} |")?;
        }
        let [before, most, after] = self.memory;
        writeln!(f, "memory: {before} MiB before, {most} at most, {after} afterwards")?;
        let [before, most, after] = self.files;
        writeln!(f, "open files: {before} before, {most} at most, {after} afterwards")?;
        writeln!(f, "hostile connections ended: {} of {}", self.ended.0, self.ended.1)?;
        for (kind, statuses) in &self.statuses {
            let list: Vec<String> = statuses.iter().map(|(s, n)| format!("{s} × {n}")).collect();
            writeln!(f, "{kind}: {}", list.join(", "))?;
        }
        match self.stop {
            Some(stop) => writeln!(f, "ended {:.1} s after SIGTERM", stop.as_secs_f64()),
            None => writeln!(f, "SIGTERM did not end it"),
        }
    }
}
