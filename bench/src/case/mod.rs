//! **The case** that Brisk grew out of, phase by phase: a dashboard of twenty panels as a team in a hurry
//! writes it ([`before`]), then cached, concurrent, denormalised, and drawn. The same readers open the same
//! views in each phase, while batches arrive and invalidate them; all phases show the same figures.
//!
//! `data` loads, `views` is what readers open, `phase` starts servers, `readers` open and check, `check`
//! compares cells, `report` prints, `chart` draws. The statements are in `bench/case`.

pub mod before;
mod chart;
mod check;
mod data;
mod phase;
mod readers;
mod report;
mod views;

pub use phase::{PHASES, Phase};
pub use report::{Measured, Report};

use crate::servers::postgres::{Postgres, READER};
use crate::servers::redis::Redis;
use anyhow::{Result, ensure};
use brisk_cache::{Cache, Config, RedisConfig};
use brisk_domain::{ManualClock, Timestamp};
use phase::Server;
use readers::{Manner, World};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use views::View;

/// How much to measure.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// The demo data.
    pub csv: PathBuf,
    /// Invoice lines.
    pub rows: u64,
    /// Rounds; each has all phases.
    pub rounds: usize,
    /// How long readers read in each phase of a round.
    pub length: Duration,
    /// How many of them there are.
    pub readers: u64,
    /// How long they look at a page on average.
    pub pause: Duration,
    /// Reproduces what they open.
    pub seed: u64,
}

/// Between two batches.
const EVERY: Duration = Duration::from_secs(10);
/// Readers who never pause, and for how long.
const BUSY: (u64, Duration) = (8, Duration::from_secs(10));

/// Measures all phases in turn, `rounds` times.
pub async fn run(settings: &Settings) -> Result<Report> {
    let (postgres, redis) = (Postgres::start().await?, Redis::start(&[])?);
    data::load(&postgres, &settings.csv, settings.rows).await?;
    let views = View::all(&postgres).await?;
    let world = Arc::new(World { postgres, views, acknowledged: AtomicU64::new(0) });
    let mut report = Report { rows: settings.rows, ..Report::default() };
    report.cells = compare(settings, &world, &redis).await?;
    for round in 0..settings.rounds {
        for phase in PHASES {
            let measured = report.measured.entry(phase).or_default();
            measure(settings, round, phase, &world, &redis, measured).await?;
        }
    }
    Ok(report)
}

/// Compares the figures of all phases; also fills the database's own cache, and builds the rollups.
async fn compare(settings: &Settings, world: &World, redis: &Redis) -> Result<usize> {
    let start = |phase| Server::start(phase, &settings.program, &world.postgres, redis);
    let views = [&world.views[0], &world.views[1], &world.views[world.views.len() - 1]];
    let before = start(Phase::Before)?;
    let mut expected = Vec::new();
    for view in views {
        expected.push(check::cells(Phase::Before, &before, view).await?);
    }
    let mut count = 0;
    for phase in PHASES.into_iter().skip(1) {
        let server = start(phase)?;
        for (view, expected) in views.into_iter().zip(&expected) {
            count += check::same(phase, &server, view, expected).await?;
        }
    }
    Ok(count)
}

async fn measure(
    settings: &Settings,
    round: usize,
    phase: Phase,
    world: &Arc<World>,
    redis: &Redis,
    measured: &mut Measured,
) -> Result<()> {
    let postgres = &world.postgres;
    let server = Arc::new(Server::start(phase, &settings.program, postgres, redis)?);
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
    let pipeline: Cache<Arc<str>> =
        Cache::with_redis(Config::default(), clock, RedisConfig::parse(&redis.url()))?;
    let manner = Manner {
        readers: settings.readers,
        pause: settings.pause,
        length: settings.length,
        seed: settings.seed.wrapping_add(round as u64),
    };
    postgres.reset().await?;
    let (cpu, begun) = (postgres.cpu_time()?, Instant::now());
    let seen = readers::read(world, &server, manner, EVERY, &pipeline).await?;
    measured.length += begun.elapsed();
    measured.database += postgres.cpu_time()?.saturating_sub(cpu);
    measured.statements += statements(postgres).await?;
    measured.read_time += statement_time(postgres, READER).await?;
    measured.rollup_time += statement_time(postgres, data::ROLLUPS).await?;
    measured.times.extend(seen.times);
    measured.stale += seen.stale;
    let busy = Manner { readers: BUSY.0, pause: Duration::ZERO, length: BUSY.1, ..manner };
    let begun = Instant::now();
    let seen = readers::read(world, &server, busy, EVERY, &pipeline).await?;
    measured.rates.push(seen.times.len() as f64 / begun.elapsed().as_secs_f64());
    measured.stale += seen.stale;
    measured.memory.push(server.memory()?);
    Ok(())
}

/// Statements of sources and rollups.
async fn statements(postgres: &Postgres) -> Result<i64> {
    let sql = format!(
        "select coalesce(sum(calls), 0)::int8 from pg_stat_statements \
         where userid in ('{READER}'::regrole, '{}'::regrole) and query not ilike 'set %' \
         and query <> 'select pg_backend_pid()'",
        data::ROLLUPS
    );
    postgres.number(&sql).await
}

/// How long the statements of a role took altogether.
async fn statement_time(postgres: &Postgres, role: &str) -> Result<Duration> {
    let sql = format!(
        "select coalesce(round(sum(total_exec_time) * 1000), 0)::int8 from pg_stat_statements \
         where userid = '{role}'::regrole"
    );
    Ok(Duration::from_micros(postgres.number(&sql).await?.unsigned_abs()))
}

impl Report {
    /// The phases as bars: an SVG.
    pub fn chart(&self) -> Result<String> {
        chart::svg(self)
    }

    /// Nobody was shown an old value. The ratios depend on the machine as well; they are reported.
    pub fn check(&self) -> Result<()> {
        let stale: u64 = self.measured.values().map(|measured| measured.stale).sum();
        ensure!(stale == 0, "{stale} views were stale");
        Ok(())
    }
}
