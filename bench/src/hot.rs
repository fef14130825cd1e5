//! **A hot page** of twenty panels, against a static file of the same size from the same server,
//! measured alternately; and the latency at half of its peak load.

use crate::raw::{Blocking, Raw, request};
use crate::retail;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use anyhow::{Result, bail};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Bytes of the page.
    pub bytes: usize,
    /// Requests per second for the page; the median over all rounds, like the next two.
    pub page: f64,
    /// For a file of the same size.
    pub file: f64,
    /// For the page, revalidated by a browser that has it.
    pub known: f64,
    /// The page's rate divided by the file's, for each round.
    pub ratios: Vec<f64>,
    /// Latencies at half of the page's peak rate, for each round.
    pub half: Vec<Waits>,
    /// The same for a response of three bytes, at the same rate.
    pub short: Vec<Waits>,
}

/// Latencies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waits {
    /// The median.
    pub median: Duration,
    /// The 99th percentile.
    pub p99: Duration,
}

impl Waits {
    fn of(mut waits: Vec<Duration>) -> Self {
        waits.sort();
        Self { median: waits[waits.len() / 2], p99: waits[waits.len() * 99 / 100] }
    }

    /// The P99 divided by the median.
    fn ratio(&self) -> f64 {
        self.p99.as_secs_f64() / self.median.as_secs_f64()
    }
}

/// Medians over several rounds, and each round's P99 divided by its median.
fn summary(rounds: &[Waits]) -> String {
    let milliseconds = |of: fn(&Waits) -> Duration| {
        median(rounds.iter().map(|waits| of(waits).as_secs_f64() * 1e3).collect())
    };
    let ratios: Vec<f64> = rounds.iter().map(Waits::ratio).collect();
    format!(
        "median {:.2} ms, P99 {:.2} ms, {:.1} times ({})",
        milliseconds(|waits| waits.median),
        milliseconds(|waits| waits.p99),
        median(ratios.clone()),
        list(&ratios),
    )
}

fn list(values: &[f64]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{value:.1}")).collect();
    values.join(", ")
}

/// Concurrent connections.
const CONNECTIONS: usize = 32;
/// Connections at half of the peak rate: each is a thread that competes for the cores.
const PACED: usize = 8;
const SLUG: &str = "/d/twenty";

/// Measures `rounds` rounds of `length` for each kind.
pub async fn run(program: &Path, rounds: usize, length: Duration) -> Result<Report> {
    let postgres = Postgres::start().await?;
    postgres.execute(TABLE).await?;
    let deployment = Deployment {
        program: program.to_owned(),
        configuration: format!(
            "[source.bench]\nurl = \"{}\"\n[cache]\nttl = \"1h\"\n",
            postgres.url()
        ),
        dashboards: vec![("twenty.toml".into(), retail::dashboard())],
    };
    let brisk = deployment.start()?;
    let (tag, page) = settled(&brisk).await?;
    brisk.add_asset("page.html", page.as_bytes())?;
    let (asked, file) = (request(SLUG, ""), request("/assets/page.html", ""));
    let known = request(SLUG, &format!("if-none-match: {tag}\r\n"));
    let mut report = Report { bytes: page.len(), ..Report::default() };
    let (mut pages, mut files, mut knowns) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let one = peak(&brisk, &asked, 200, length).await?;
        let other = peak(&brisk, &file, 200, length).await?;
        knowns.push(peak(&brisk, &known, 304, length).await?);
        report.ratios.push(one / other);
        pages.push(one);
        files.push(other);
    }
    (report.page, report.file, report.known) = (median(pages), median(files), median(knowns));
    // A short response shows how much of the latency is the machine's.
    let short = request("/healthz", "");
    let half = report.page / 2.0;
    // Alternately, because other load on the machine comes and goes.
    for _ in 0..rounds {
        report.half.push(Waits::of(paced(&brisk, &asked, half, length).await?));
        report.short.push(Waits::of(paced(&brisk, &short, half, length).await?));
    }
    Ok(report)
}

/// Five thousand invoices; the newest is an hour old.
pub(crate) const TABLE: &str =
    "create table invoice_lines as select now() - i * interval '1 hour' as invoiced_at,
       i::text as invoice, (i % 90)::text as stock_code, i % 7 as quantity,
       (i % 13)::numeric as price, i % 500 as customer, 'France' as country,
       ((i % 7) * (i % 13))::numeric as net, 'Under £1' as price_band
     from generate_series(1, 5000) i";

/// How long a page may take to be complete.
const PATIENCE: Duration = Duration::from_secs(45);

/// The page's entity tag and body, once all panels are ready.
pub(crate) async fn settled(brisk: &Brisk) -> Result<(String, String)> {
    let client = crate::client::Client::default();
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let answer = client.get_with_tag(&brisk.url(SLUG)).await?;
        if let (200, Some(tag), body) = answer {
            return Ok((tag, String::from_utf8(body.to_vec())?));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the page was never complete")
}

/// Requests per second with all connections busy.
async fn peak(brisk: &Brisk, request: &[u8], expected: u16, length: Duration) -> Result<f64> {
    let (begun, mut tasks) = (Instant::now(), Vec::new());
    for _ in 0..CONNECTIONS {
        let (mut raw, request) = (Raw::connect(&brisk.address()).await?, request.to_vec());
        tasks.push(tokio::spawn(async move {
            let mut count = 0_u64;
            while begun.elapsed() < length {
                let (status, _) = raw.ask(&request).await?;
                if status != expected {
                    bail!("status {status}");
                }
                count += 1;
            }
            Ok(count)
        }));
    }
    let mut count = 0;
    for task in tasks {
        count += task.await??;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// How long each request takes from when it was due, at `rate` requests per second: one delayed by
/// its predecessor counts as late. Each connection is a thread that sleeps until its turn, because
/// timers that wake many tasks at once would add a queue of their own.
pub(crate) async fn paced(
    brisk: &Brisk,
    request: &[u8],
    rate: f64,
    length: Duration,
) -> Result<Vec<Duration>> {
    let begun = Instant::now() + Duration::from_millis(50);
    let step = Duration::from_secs_f64(PACED as f64 / rate);
    let threads = (0..PACED).map(|connection| {
        let (address, request) = (brisk.address(), request.to_vec());
        tokio::task::spawn_blocking(move || {
            let mut blocking = Blocking::connect(&address)?;
            let mut waits = Vec::new();
            let mut due = begun + step.mul_f64(connection as f64 / PACED as f64);
            while due < begun + length {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                let status = blocking.ask(&request)?;
                if status != 200 {
                    bail!("status {status}");
                }
                waits.push(due.elapsed());
                due += step;
            }
            anyhow::Ok(waits)
        })
    });
    let threads: Vec<_> = threads.collect();
    let mut all = Vec::new();
    for thread in threads {
        all.extend(thread.await??);
    }
    if all.is_empty() {
        bail!("no request was sent");
    }
    Ok(all)
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "a hot page of twenty panels, {} kB, {CONNECTIONS} connections",
            self.bytes / 1_000
        )?;
        writeln!(f, "  the page                        {:>8.0} requests/s", self.page)?;
        writeln!(f, "  a file of the same bytes        {:>8.0} requests/s", self.file)?;
        writeln!(f, "  the page, known already (304)   {:>8.0} requests/s", self.known)?;
        writeln!(
            f,
            "  the page by the file            {:>8.2} ({})",
            median(self.ratios.clone()),
            list(&self.ratios)
        )?;
        writeln!(f, "  at half of its peak             {}", summary(&self.half))?;
        writeln!(f, "  three bytes, at the same rate   {}", summary(&self.short))
    }
}
