//! **Database load.** Replays the dashboard traffic of a company with a few hundred people:
//! Zipf-distributed dashboards, ranges and variables, while every ten seconds one table changes and
//! is invalidated. The same trace runs with the cache and without: how many statements does the
//! database run, and how much CPU time does it use?

use crate::client::Client;
use crate::servers::brisk::Deployment;
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use crate::zipf::Zipf;
use anyhow::{Result, bail};
use brisk_cache::{Cache, Config, RedisConfig, Tag};
use brisk_domain::{ManualClock, Timestamp};
use clap::ValueEnum;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How much to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// How long the traffic lasts.
    pub length: Duration,
    /// Views per second.
    pub rate: f64,
    /// Reproduces the trace.
    pub seed: u64,
    /// How readers choose their views.
    pub readers: Readers,
}

/// How readers choose their views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Readers {
    /// Each opens a dashboard in its default view; half of them then choose another range or
    /// country, and possibly another.
    Visits,
    /// Every page has an independent random range and country: harsher than people are.
    Independent,
}

/// What one replay cost.
#[derive(Debug, Clone, Default)]
pub struct Cost {
    /// Statements on the source.
    pub statements: i64,
    /// CPU time of PostgreSQL.
    pub cpu: Duration,
    /// The time until the last page had arrived.
    pub time: Duration,
    /// Median page time.
    pub median: Duration,
    /// 95th percentile of the page times.
    pub p95: Duration,
}

/// Both replays.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Reproduces the trace.
    pub seed: u64,
    /// Pages in the trace.
    pub views: usize,
    /// Invalidations.
    pub invalidations: usize,
    /// The fraction of pages that show a dashboard's default view.
    pub plain: f64,
    /// Statements that no cache can avoid: one for each state of a table in which it is requested.
    pub least: usize,
    /// With the cache.
    pub with: Cost,
    /// Without.
    pub without: Cost,
}

const DASHBOARDS: usize = 12;
const TABLES: usize = 10;
const ROWS: usize = 20_000;
const RANGES: [&str; 6] = [
    "",
    "range=last-7-days",
    "range=last-90-days",
    "range=this-month",
    "range=last-14-days",
    "range=previous-month",
];
const COUNTRIES: usize = 20;
const EVERY: Duration = Duration::from_secs(10);
/// The most pages requested at once.
const OPEN: usize = 48;
const PREFIX: &str = "replay:";

/// How long a reader looks at a page before the next, on average, in seconds.
const LOOK: f64 = 20.0;

/// One page of the trace: ranks of a dashboard, a range and a country, where 0 is the default.
#[derive(Debug, Clone, Copy, PartialEq)]
struct View {
    at: Duration,
    dashboard: usize,
    range: usize,
    country: usize,
}

impl View {
    fn path(&self) -> String {
        let country = match self.country {
            0 => String::new(),
            country => format!("country=c{country}"),
        };
        let query = [RANGES[self.range], &country].into_iter().filter(|part| !part.is_empty());
        let query = query.collect::<Vec<_>>().join("&");
        format!("/d/sales-{}?{query}", self.dashboard)
    }
}

/// Replays the trace twice.
pub async fn run(settings: &Settings) -> Result<Report> {
    let trace = trace(settings);
    let invalidations = (settings.length.as_secs() / EVERY.as_secs()) as usize;
    let postgres = Postgres::start().await?;
    for table in 0..TABLES {
        postgres
            .execute(format!(
                "create table sales_{table} as select now() - i * interval '11 minutes' as at,
                   'c' || i % {COUNTRIES} as country, 'p' || i % 300 as product, i % 97 as amount,
                   i % 4000 as customer from generate_series(1, {ROWS}) i;
                 create index on sales_{table} (at); analyze sales_{table}"
            ))
            .await?;
    }
    let with = replay(settings, &postgres, &trace, "normal").await?;
    let without = replay(settings, &postgres, &trace, "off").await?;
    let plain = trace.iter().filter(|view| view.range == 0 && view.country == 0).count();
    Ok(Report {
        seed: settings.seed,
        views: trace.len(),
        plain: plain as f64 / trace.len().max(1) as f64,
        invalidations,
        least: least(&trace),
        with,
        without,
    })
}

fn trace(settings: &Settings) -> Vec<View> {
    let mut random = StdRng::seed_from_u64(settings.seed);
    let dashboards = Zipf::new(DASHBOARDS, 1.0);
    // The first of each is the default.
    let (ranges, countries) = (Zipf::new(RANGES.len(), 1.5), Zipf::new(COUNTRIES + 1, 1.5));
    let length = settings.length.as_secs_f64();
    // Visits have two pages on average.
    let arrivals = match settings.readers {
        Readers::Visits => settings.rate / 2.0,
        Readers::Independent => settings.rate,
    };
    let mut trace = Vec::new();
    let mut arrival = 0.0;
    loop {
        // The gaps between people who arrive independently.
        arrival += exponential(&mut random, 1.0 / arrivals);
        if arrival > length {
            trace.sort_by_key(|view: &View| view.at);
            return trace;
        }
        let dashboard = dashboards.draw(&mut random);
        let mut view =
            View { at: Duration::from_secs_f64(arrival), dashboard, range: 0, country: 0 };
        if settings.readers == Readers::Independent {
            let (range, country) = (ranges.draw(&mut random), countries.draw(&mut random));
            trace.push(View { range, country, ..view });
            continue;
        }
        trace.push(view);
        while random.random_bool(0.5) {
            view.at += Duration::from_secs_f64(exponential(&mut random, LOOK));
            match random.random_bool(0.5) {
                true => view.range = ranges.draw(&mut random),
                false => view.country = countries.draw(&mut random),
            }
            if view.at <= settings.length {
                trace.push(view);
            }
        }
    }
}

/// An exponentially distributed gap with this mean, in seconds.
fn exponential(random: &mut StdRng, mean: f64) -> f64 {
    -random.random::<f64>().max(f64::MIN_POSITIVE).ln() * mean
}

/// Statements that have to run with any cache: each one once per state of its table. The panels of
/// [`dashboard`] are counted by what they depend on.
fn least(trace: &[View]) -> usize {
    let (both, range, neither) = (4, 3, 3);
    let mut asked = HashMap::new();
    for view in trace {
        let changes = (view.at.as_secs() / EVERY.as_secs()) as usize;
        let table = view.dashboard % TABLES;
        // Tables change in turn; this is how often this one has.
        let state = (changes + TABLES - 1 - table) / TABLES;
        let View { dashboard, range: within, country, .. } = *view;
        asked.insert((dashboard, state, Some(within), Some(country)), both);
        asked.insert((dashboard, state, Some(within), None), range);
        asked.insert((dashboard, state, None, None), neither);
    }
    asked.values().sum()
}

async fn replay(
    settings: &Settings,
    postgres: &Postgres,
    trace: &[View],
    mode: &str,
) -> Result<Cost> {
    let redis = Redis::start(&[])?;
    let brisk = deployment(&settings.program, &redis, postgres, mode).start()?;
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
    let config = RedisConfig { prefix: PREFIX.into(), ..RedisConfig::parse(&redis.url()) };
    let writer: Cache<Arc<str>> = Cache::with_redis(Config::default(), clock, config)?;
    postgres.reset().await?;
    let (cpu, begun) = (postgres.cpu_time()?, Instant::now());
    let (client, open) = (Client::default(), Arc::new(Semaphore::new(OPEN)));
    let mut pages = tokio::task::JoinSet::new();
    let (mut next_change, mut changed) = (EVERY, 0);
    for view in trace {
        while next_change <= view.at {
            tokio::time::sleep_until((begun + next_change).into()).await;
            writer
                .invalidate(&[Tag::parse(&format!("table:bench.sales_{}", changed % TABLES))?])
                .await?;
            changed += 1;
            next_change += EVERY;
        }
        tokio::time::sleep_until((begun + view.at).into()).await;
        let place = Arc::clone(&open).acquire_owned().await?;
        let (client, url) = (client.clone(), brisk.url(&view.path()));
        pages.spawn(async move {
            let answer = client.get(&url, Duration::from_secs(120)).await?;
            drop(place);
            let text = String::from_utf8_lossy(&answer.body);
            if answer.status != 200 || text.contains("notice bad") {
                bail!("a page failed with status {}: {text}", answer.status);
            }
            Ok(answer.time)
        });
    }
    let mut times = Vec::with_capacity(trace.len());
    while let Some(page) = pages.join_next().await {
        times.push(page??);
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Ok(Cost {
        statements: postgres.statements().await?,
        cpu: postgres.cpu_time()?.saturating_sub(cpu),
        time: begun.elapsed(),
        median: at(0.5),
        p95: at(0.95),
    })
}

fn deployment(program: &Path, redis: &Redis, postgres: &Postgres, mode: &str) -> Deployment {
    let dashboards = (0..DASHBOARDS)
        .map(|i| (format!("sales-{i}.toml"), dashboard(&format!("sales_{}", i % TABLES))));
    Deployment {
        program: program.to_owned(),
        configuration: format!(
            "[cache]\nmode = \"{mode}\"\n[redis]\nurl = \"{}\"\nprefix = \"{PREFIX}\"\n\
             [source.bench]\nurl = \"{}\"\n",
            redis.url(),
            postgres.url()
        ),
        dashboards: dashboards.collect(),
    }
}

/// Ten panels: some depend on range and country, some on the range, some on neither.
fn dashboard(table: &str) -> String {
    let mut text = String::from(
        "title = \"Sales\"\nsource = \"bench\"\n[[variable]]\nname = \"country\"\noptions = [",
    );
    for country in 1..=COUNTRIES {
        text.push_str(&format!("\"c{country}\", "));
    }
    text.push_str("]\n");
    let both = "where $range(at) and $optional(country = :country)";
    let range = "where $range(at)";
    let by_day = "select $bucket(at) as day";
    let panels = [
        ("revenue", "stat", format!("select sum(amount) as a from {table} {both}")),
        ("orders", "stat", format!("select count(*) as a from {table} {both}")),
        ("customers", "stat", format!("select count(distinct customer) as a from {table} {both}")),
        (
            "by-day",
            "line",
            format!("{by_day}, sum(amount) as a from {table} {both} group by 1 order by 1"),
        ),
        (
            "countries",
            "bar",
            format!("select country, sum(amount) as a from {table} {range} group by 1 order by 1"),
        ),
        (
            "orders-by-day",
            "line",
            format!("{by_day}, count(*) as a from {table} {range} group by 1 order by 1"),
        ),
        (
            "products",
            "table",
            format!(
                "select product, sum(amount) as a from {table} {range} group by 1 order by 2 desc, 1 limit 20"
            ),
        ),
        ("all", "stat", format!("select sum(amount) as a from {table}")),
        ("ever", "stat", format!("select count(distinct customer) as a from {table}")),
        (
            "best",
            "table",
            format!(
                "select customer, sum(amount) as a from {table} group by 1 order by 2 desc, 1 limit 10"
            ),
        ),
    ];
    for (id, kind, sql) in panels {
        text.push_str(&format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"{kind}\"\nsql = \"{sql}\"\n"
        ));
    }
    text
}

impl Report {
    /// The fractions of statements and of CPU time that the cache saves.
    pub fn saved(&self) -> (f64, f64) {
        let share = |with: f64, without: f64| 1.0 - with / without.max(f64::MIN_POSITIVE);
        (
            share(self.with.statements as f64, self.without.statements as f64),
            share(self.with.cpu.as_secs_f64(), self.without.cpu.as_secs_f64()),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "replay, seed {}: {} pages, {:.0} % of them as dashboards open, {} invalidations; no \
             cache could run fewer than {} statements",
            self.seed,
            self.views,
            self.plain * 100.0,
            self.invalidations,
            self.least
        )?;
        for (name, cost) in [("with the cache", &self.with), ("without", &self.without)] {
            writeln!(
                f,
                "  {name:<16} {:>7} statements {:>8.1} s of PostgreSQL's processor time; pages: \
                 median {:>5.1} ms, P95 {:>6.1} ms; {:.0} s",
                cost.statements,
                cost.cpu.as_secs_f64(),
                cost.median.as_secs_f64() * 1e3,
                cost.p95.as_secs_f64() * 1e3,
                cost.time.as_secs_f64()
            )?;
        }
        let (statements, cpu) = self.saved();
        writeln!(
            f,
            "  saved: {:.1} % of the statements, {:.1} % of the processor time",
            statements * 100.0,
            cpu * 100.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(readers: Readers) -> Settings {
        let (length, rate) = (Duration::from_secs(100), 40.0);
        Settings { program: PathBuf::new(), length, rate, seed: 1, readers }
    }

    #[test]
    fn both_traces_have_the_requested_rate_and_visits_begin_with_the_default_view() {
        for readers in [Readers::Visits, Readers::Independent] {
            let trace = trace(&settings(readers));
            // The last visits are cut off.
            assert!((3_000..4_500).contains(&trace.len()), "{readers:?}: {}", trace.len());
            assert!(trace.is_sorted_by_key(|view| view.at));
        }
        let plain = |readers| {
            let trace = trace(&settings(readers));
            trace.iter().filter(|view| view.range + view.country == 0).count() * 100 / trace.len()
        };
        assert!((55..85).contains(&plain(Readers::Visits)), "{}", plain(Readers::Visits));
        assert!((15..35).contains(&plain(Readers::Independent)));
    }

    #[test]
    fn a_statement_has_to_run_once_in_each_state_of_its_table() {
        let view = |seconds, dashboard, country| View {
            at: Duration::from_secs(seconds),
            dashboard,
            range: 0,
            country,
        };
        assert_eq!(least(&[view(0, 0, 0), view(9, 0, 0)]), 10);
        // Table 0 changes after 10 s, and again 100 s later.
        assert_eq!(least(&[view(9, 0, 0), view(10, 0, 0), view(109, 0, 0)]), 20);
        assert_eq!(least(&[view(9, 1, 0), view(10, 1, 0)]), 10, "another table changed");
        assert_eq!(least(&[view(0, 0, 0), view(0, 0, 1)]), 14, "six do not depend on the country");
    }
}
