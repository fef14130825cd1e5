//! **A hot page** of twenty panels, against a static answer of the same bytes by the same server,
//! in turns; and how long readers wait at half of its peak load.

use crate::raw::{Raw, request};
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
    /// Requests a second: the page, the file, the page that the browser has already. Medians.
    pub page: f64,
    /// Of a file of the same bytes.
    pub file: f64,
    /// Of the page for who has it already.
    pub known: f64,
    /// Each round's page by its file.
    pub ratios: Vec<f64>,
    /// At half of the page's peak: the median.
    pub median: Duration,
    /// At half of the page's peak: one of a hundred waits longer.
    pub p99: Duration,
}

/// Connections that ask at the same time.
const CONNECTIONS: usize = 32;
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
    let mut waits = paced(&brisk, &asked, report.page / 2.0, length * 2).await?;
    waits.sort();
    report.median = waits[waits.len() / 2];
    report.p99 = waits[waits.len() * 99 / 100];
    Ok(report)
}

/// Five thousand invoices with the newest an hour ago.
pub(crate) const TABLE: &str =
    "create table invoice_lines as select now() - i * interval '1 hour' as invoiced_at,
       i::text as invoice, (i % 90)::text as stock_code, i % 7 as quantity,
       (i % 13)::numeric as price, i % 500 as customer, 'France' as country,
       ((i % 7) * (i % 13))::numeric as net, 'Under £1' as price_band
     from generate_series(1, 5000) i";

/// The tag of the page and the page, once everything is there.
pub(crate) async fn settled(brisk: &Brisk) -> Result<(String, String)> {
    let client = crate::client::Client::default();
    for _ in 0..200 {
        let answer = client.get_with_tag(&brisk.url(SLUG)).await?;
        if let (200, Some(tag), body) = answer {
            return Ok((tag, String::from_utf8(body.to_vec())?));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the page is never complete")
}

/// Requests a second with all connections busy.
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

/// How long each request waits from when it should have been sent, at `rate` requests a second:
/// one that is late because the one before it was late counts as late.
async fn paced(
    brisk: &Brisk,
    request: &[u8],
    rate: f64,
    length: Duration,
) -> Result<Vec<Duration>> {
    let begun = tokio::time::Instant::now() + Duration::from_millis(50);
    let step = Duration::from_secs_f64(CONNECTIONS as f64 / rate);
    let mut tasks = Vec::new();
    for connection in 0..CONNECTIONS {
        let (mut raw, request) = (Raw::connect(&brisk.address()).await?, request.to_vec());
        tasks.push(tokio::spawn(async move {
            let mut waits = Vec::new();
            let mut due = begun + step.mul_f64(connection as f64 / CONNECTIONS as f64);
            while due < begun + length {
                tokio::time::sleep_until(due).await;
                let sent = tokio::time::Instant::now();
                raw.ask(&request).await?;
                // The timer's grain is not the server's.
                waits.push(if sent > due + Duration::from_millis(2) {
                    due.elapsed()
                } else {
                    sent.elapsed()
                });
                due += step;
            }
            anyhow::Ok(waits)
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    if all.is_empty() {
        bail!("nothing was asked");
    }
    Ok(all)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratios: Vec<String> = self.ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
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
            ratios.join(", ")
        )?;
        writeln!(
            f,
            "  at half of its peak: median     {:>8.2} ms",
            self.median.as_secs_f64() * 1e3
        )?;
        writeln!(f, "  at half of its peak: P99        {:>8.2} ms", self.p99.as_secs_f64() * 1e3)
    }
}
