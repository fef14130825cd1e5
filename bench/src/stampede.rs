//! **Stampede.** Eight clients request a cold dashboard of twenty panels over millions of rows from
//! an empty cache: how much longer do they wait than a single client? And how long if each has a
//! process to itself, like servers that share no loads?

use crate::client::Client;
use crate::retail;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use anyhow::{Result, bail};
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How much to measure.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// The demo data.
    pub csv: PathBuf,
    /// Rows in the table.
    pub rows: u64,
    /// Measurements of each kind, taken alternately.
    pub rounds: usize,
}

/// Medians.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Rows in the table.
    pub rows: u64,
    /// One client.
    pub one: Duration,
    /// Eight clients of one process.
    pub eight: Duration,
    /// Eight clients of two processes that share a Redis.
    pub two_processes: Duration,
    /// Eight clients, each with a process of its own and no Redis.
    pub apart: Duration,
    /// Statements that one client needs.
    pub statements: i64,
    /// Statements of the eight clients of one process, at most.
    pub statements_of_eight: i64,
    /// Statements of the eight clients of two processes, at most.
    pub statements_of_two_processes: i64,
}

const CLIENTS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(300);
/// All of these run on the same machine as the database.
const CONCURRENCY: usize = 4;

struct World {
    postgres: Postgres,
    redis: Redis,
    alone: Deployment,
    shared: Deployment,
    client: Client,
}

/// Runs the measurement.
pub async fn run(settings: &Settings) -> Result<Report> {
    let postgres = Postgres::start().await?;
    retail::load(&postgres, &settings.csv, settings.rows).await?;
    let redis = Redis::start(&[])?;
    let source = format!(
        "[source.bench]\nurl = \"{}\"\nconnections = {CONCURRENCY}\ntimeout = \"120s\"\n",
        postgres.url()
    );
    let shared = format!("[redis]\nurl = \"{}\"\n{source}", redis.url());
    let deployment = |configuration: String| Deployment {
        program: settings.program.clone(),
        configuration,
        dashboards: vec![("twenty.toml".into(), retail::dashboard())],
    };
    let (alone, shared) = (deployment(source), deployment(shared));
    let world = World { postgres, redis, alone, shared, client: Client::default() };
    // The first round fills the database's own cache.
    world.one().await?;
    let (mut one, mut eight, mut two, mut apart) = (vec![], vec![], vec![], vec![]);
    for _ in 0..settings.rounds {
        one.push(world.one().await?);
        eight.push(world.eight(1, &world.alone).await?);
        two.push(world.eight(2, &world.shared).await?);
    }
    // This takes several times as long.
    for _ in 0..settings.rounds.div_ceil(3) {
        apart.push(world.eight(CLIENTS, &world.alone).await?);
    }
    let time = |measured: &[(Duration, i64)]| {
        let mut times: Vec<Duration> = measured.iter().map(|(time, _)| *time).collect();
        times.sort();
        times[times.len() / 2]
    };
    let most = |measured: &[(Duration, i64)]| measured.iter().map(|m| m.1).max().unwrap_or(0);
    Ok(Report {
        rows: settings.rows,
        one: time(&one),
        eight: time(&eight),
        two_processes: time(&two),
        apart: time(&apart),
        statements: most(&one),
        statements_of_eight: most(&eight),
        statements_of_two_processes: most(&two),
    })
}

impl World {
    async fn one(&self) -> Result<(Duration, i64)> {
        let brisk = self.alone.start()?;
        self.measured(&[&brisk]).await
    }

    /// Eight clients, spread over `processes` new processes.
    async fn eight(&self, processes: usize, deployment: &Deployment) -> Result<(Duration, i64)> {
        self.redis.command::<String>(&["FLUSHALL"])?;
        let all = (0..processes).map(|_| deployment.start()).collect::<Result<Vec<Brisk>>>()?;
        let asked: Vec<&Brisk> = (0..CLIENTS).map(|i| &all[i % processes]).collect();
        self.measured(&asked).await
    }

    /// How long it takes until all of `asked` have answered with the whole page, and how many
    /// statements that takes.
    async fn measured(&self, asked: &[&Brisk]) -> Result<(Duration, i64)> {
        self.postgres.reset().await?;
        let begun = Instant::now();
        let pages = asked.iter().map(|brisk| whole_page(&self.client, brisk));
        futures::future::try_join_all(pages).await?;
        Ok((begun.elapsed(), self.postgres.statements().await?))
    }
}

async fn whole_page(client: &Client, brisk: &Brisk) -> Result<()> {
    let answer = client.get(&brisk.url("/d/twenty"), PATIENCE).await?;
    let text = String::from_utf8_lossy(&answer.body);
    if answer.status != 200 || text.contains("notice bad") {
        bail!("the page failed with status {}: {text}", answer.status);
    }
    Ok(())
}

impl Report {
    /// How much longer eight clients of one process wait than one alone.
    pub fn ratio(&self) -> f64 {
        self.eight.as_secs_f64() / self.one.as_secs_f64()
    }

    /// The same for two processes that share a Redis.
    pub fn ratio_of_two_processes(&self) -> f64 {
        self.two_processes.as_secs_f64() / self.one.as_secs_f64()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = self.one.as_secs_f64();
        let mut line = |what: &str, time: Duration| {
            let seconds = time.as_secs_f64();
            writeln!(f, "  {what:<52} {seconds:>7.2} s  {:>5.2} times", seconds / one)
        };
        line("one client, empty cache", self.one)?;
        line("eight clients, one process", self.eight)?;
        line("eight clients, two processes with one Redis", self.two_processes)?;
        line("eight clients, eight processes that share nothing", self.apart)?;
        writeln!(
            f,
            "  statements: {} for one client, {} for eight, {} for eight over two processes; {} rows",
            self.statements, self.statements_of_eight, self.statements_of_two_processes, self.rows
        )
    }
}
