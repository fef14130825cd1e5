//! **Leaving.** Thousands of readers open a page with a slow panel and leave before it is ready: no
//! statement keeps running for them, no transaction stays open, no connection or file is leaked.

use crate::client::{Client, panel_path};
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use anyhow::{Context, Result, bail};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// What was left behind.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Readers who left.
    pub left: usize,
    /// How many of them had received the beginning of the page.
    pub begun: usize,
    /// The most statements that ran at once while readers were there.
    pub most_running: i64,
    /// From the last reader's departure until nothing ran any more.
    pub settled: Duration,
    /// The source's connections afterwards.
    pub connections: i64,
    /// How many of them are in a transaction.
    pub in_transaction: i64,
    /// Open files of the process, before and after.
    pub files: (usize, usize),
}

/// The source's connection limit.
pub const CONNECTIONS: i64 = 8;
/// The views that are opened, each with a statement of its own.
const VIEWS: usize = 6;
/// Concurrent readers.
const AT_A_TIME: usize = 32;
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take to notice that they have left.
const SETTLES: Duration = Duration::from_secs(45);

/// Lets `readers` open pages and leave.
pub async fn run(program: &Path, readers: usize, seed: u64) -> Result<Report> {
    let postgres = Postgres::start().await?;
    postgres
        .execute(
            "create function late(value bigint) returns bigint language plpgsql as \
             'begin perform pg_sleep(20); return value; end';
             create table one as select 42::bigint as value",
        )
        .await?;
    let deployment = Deployment {
        program: program.to_owned(),
        configuration: format!(
            "[source.bench]\nurl = \"{}\"\nfunctions = [\"public.late\"]\nconnections = {CONNECTIONS}\n",
            postgres.url()
        ),
        dashboards: vec![("one.toml".into(), slow()), ("two.toml".into(), quick())],
    };
    let brisk = Arc::new(deployment.start()?);
    let client = Client::default();
    let ask =
        async |panel: &str| client.panel(&brisk.url(&panel_path("two", panel, "")), PATIENCE).await;
    ask("before").await?;
    let before = brisk.open_files()?;
    let most_running = leave_statements(&brisk, &postgres).await?;
    let mut report = leave(&brisk, &postgres, readers, seed).await?;
    report.begun += VIEWS;
    report.most_running = report.most_running.max(most_running);
    let last = Instant::now();
    while postgres.running().await? > 0 {
        if last.elapsed() > SETTLES {
            bail!("{} statements still run", postgres.running().await?);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    report.settled = last.elapsed();
    ask("after").await.context("after all have left")?;
    (report.connections, report.in_transaction) = postgres.connections().await?;
    while brisk.open_files()? > before + CONNECTIONS as usize && last.elapsed() < SETTLES {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    report.files = (before, brisk.open_files()?);
    Ok(report)
}

/// Readers of each view who leave once their page has begun and statements run for them; returns how many.
async fn leave_statements(brisk: &Arc<Brisk>, postgres: &Postgres) -> Result<i64> {
    let address = brisk.address();
    let mut readers = Vec::new();
    for number in 1..=VIEWS {
        let mut stream = TcpStream::connect(&address).await?;
        let request = format!("GET /d/one?number={number} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        readers.push(stream);
    }
    for reader in &mut readers {
        let begun = tokio::time::timeout(PATIENCE, reader.read_u8()).await;
        begun.context("waited for a page to begin")??;
    }
    let since = Instant::now();
    loop {
        match postgres.running().await? {
            0 if since.elapsed() > PATIENCE => {
                bail!("waited for a statement of the readers to run")
            }
            0 => tokio::time::sleep(Duration::from_millis(10)).await,
            running => return Ok(running),
        }
    }
}

async fn leave(
    brisk: &Arc<Brisk>,
    postgres: &Postgres,
    readers: usize,
    seed: u64,
) -> Result<Report> {
    let mut random = StdRng::seed_from_u64(seed);
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut tasks = tokio::task::JoinSet::new();
    let mut most_running = 0;
    for reader in 0..readers {
        let place = Arc::clone(&places).acquire_owned().await?;
        // Some request the same view and wait together; some leave before anything has arrived.
        let path = format!("/d/one?number={}", random.random_range(1..=VIEWS));
        let stays = Duration::from_millis(random.random_range(0..60));
        let address = brisk.address();
        tasks.spawn(async move {
            let _place = place;
            visit(&address, &path, stays).await
        });
        if reader % 16 == 0 {
            most_running = most_running.max(postgres.running().await?);
        }
    }
    let mut begun = 0;
    while let Some(visit) = tasks.join_next().await {
        begun += usize::from(visit??);
    }
    Ok(Report { left: readers, begun, most_running, ..Report::default() })
}

/// Opens a page, and closes the connection; returns whether the page had begun.
async fn visit(address: &str, path: &str, stays: Duration) -> Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut read = 0;
    let mut buffer = vec![0; 16 << 10];
    let reading = async {
        while let Ok(count) = stream.read(&mut buffer).await {
            read += count;
            if count == 0 {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(stays, reading).await;
    Ok(read > 0)
}

fn slow() -> String {
    let numbers: Vec<String> = (1..=VIEWS).map(|number| format!("\"{number}\"")).collect();
    format!(
        "title = \"One\"\nsource = \"bench\"\n\
         [[variable]]\nname = \"number\"\noptions = [{}]\ndefault = [\"1\"]\n\
         [[panel]]\nid = \"slow\"\ntitle = \"Slow\"\nkind = \"stat\"\n\
         sql = \"select late(value) as a from one where :number <> '0'\"\n",
        numbers.join(", ")
    )
}

/// A dashboard that these readers do not open, so that its panels are not cached.
fn quick() -> String {
    let panel = |id: &str| {
        format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"Quick\"\nkind = \"stat\"\n\
             sql = \"select value as {id} from one\"\n"
        )
    };
    format!("title = \"Two\"\nsource = \"bench\"\n{}{}", panel("before"), panel("after"))
}

impl Report {
    /// Whether nothing is left.
    pub fn check(&self) -> Result<()> {
        if self.begun == 0 || self.most_running == 0 {
            bail!("no reader stayed long enough to leave anything behind: {self:?}");
        }
        if self.in_transaction > 0 || self.connections > CONNECTIONS {
            bail!("connections are left: {self:?}");
        }
        // The source's connections stay open for reuse.
        if self.files.1 > self.files.0 + CONNECTIONS as usize {
            bail!("files are left open: {self:?}");
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = self.files;
        writeln!(
            f,
            "leaving: {} readers left, {} of them after their page had begun; up to {} statements \
             ran for them\n  {:.2} s after the last one none did; then {} connections of the \
             source, {} in a transaction; open files: {before} before, {after} after",
            self.left,
            self.begun,
            self.most_running,
            self.settled.as_secs_f64(),
            self.connections,
            self.in_transaction
        )
    }
}
