//! **Faults.** Redis killed, restarted, flushed, paused, slow, full, full of garbage; PostgreSQL
//! killed during loads. Readers request pages throughout: no page fails while its data is available
//! in any way, no reader waits without a bound, and afterwards everything recovers without a
//! restart.

use crate::client::{Answer, Client};
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use crate::servers::proxy::Proxy;
use crate::servers::redis::Redis;
use anyhow::{Context, Result, bail};
use brisk_cache::{Cache, Config, RedisConfig, Tag};
use brisk_domain::{ManualClock, Timestamp};
use rustix::process::Signal;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What readers saw during one fault.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The fault.
    pub fault: &'static str,
    /// Pages requested.
    pub pages: u64,
    /// Pages that did not arrive, or not with status 200.
    pub failed_pages: u64,
    /// Pages with a panel that reported a failure.
    pub failed_panels: u64,
    /// The longest wait for a whole page.
    pub slowest: Duration,
    /// What `/readyz` reported meanwhile, if not healthy.
    pub said: Option<String>,
    /// From the end of the fault until `/readyz` was healthy again.
    pub recovered: Duration,
}

/// All faults, and what they left behind.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// One row per fault.
    pub rows: Vec<Row>,
    /// Open files of a process before the first fault and after the last.
    pub files: (usize, usize),
    /// Its resident memory before and after, in bytes.
    pub memory: (u64, u64),
}

/// A page that takes longer counts as waiting without a bound.
const BOUND: Duration = Duration::from_secs(10);
const READERS: usize = 6;
const PREFIX: &str = "faults:";
const COUNTRIES: usize = 40;
/// The memory tier of a process, and what else it may use.
const MEMORY: u64 = 32 << 20;
const REST: u64 = 200 << 20;

struct World {
    postgres: Postgres,
    redis: Redis,
    proxy: Proxy,
    replicas: Vec<Brisk>,
    writer: Cache<Arc<str>>,
    client: Client,
}

/// Runs all faults; `hold` is how long each one lasts.
pub async fn run(program: &Path, hold: Duration) -> Result<Report> {
    let world = Arc::new(world(program).await?);
    // The pages requested during faults of PostgreSQL are cached first.
    world.fetch(0, &world.path(0)).await.1?;
    world.read(Views::All, Duration::from_millis(500)).await?;
    let resources = || -> Result<(usize, u64)> {
        Ok((world.replicas[0].open_files()?, world.replicas[0].memory()?))
    };
    let before = resources()?;
    let mut report = Report::default();
    let redis_faults: [&'static str; 8] = [
        "Redis killed",
        "Redis restarted",
        "Redis flushed",
        "Redis paused",
        "Redis slow (100 ms)",
        "Redis very slow (2 s)",
        "Redis full",
        "garbage under every key",
    ];
    for fault in redis_faults {
        report.rows.push(world.fault(fault, Views::All, hold).await?);
    }
    report.rows.push(world.fault("PostgreSQL killed, cached pages", Views::Cached, hold).await?);
    report.rows.push(world.fault("PostgreSQL killed in mid-load", Views::Slow, hold).await?);
    world.fetch(0, "/d/slow?n=9").await.1.context("after PostgreSQL came back")?;
    // Idle connections are closed after a while; leaked ones stay.
    let mut after = resources()?;
    for _ in 0..40 {
        if after.0 <= before.0 + 8 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
        after = resources()?;
    }
    report.files = (before.0, after.0);
    report.memory = (before.1, after.1);
    for brisk in &world.replicas {
        let log = std::fs::read_to_string(brisk.log())?;
        if let Some(line) = log.lines().find(|line| line.contains("panicked")) {
            bail!("a process panicked: {line}");
        }
    }
    Ok(report)
}

async fn world(program: &Path) -> Result<World> {
    let postgres = Postgres::start().await?;
    postgres
        .execute(format!(
            "create table sales as select 'c' || i % {COUNTRIES} as country, i as amount,
               repeat('x', 200) as note from generate_series(1, 20000) i;
             create function late(value bigint) returns bigint language plpgsql as
               'begin perform pg_sleep(1.5); return value; end'"
        ))
        .await?;
    let redis = Redis::start(&[])?;
    let proxy = Proxy::before(redis.port).await?;
    let deployment = Deployment {
        program: program.to_owned(),
        configuration: format!(
            "[cache]\nmemory = \"{} MiB\"\n\
             [redis]\nurl = \"redis://127.0.0.1:{}/\"\nprefix = \"{PREFIX}\"\n\
             [source.bench]\nurl = \"{}\"\nfunctions = [\"public.late\"]\n",
            MEMORY >> 20,
            proxy.port,
            postgres.url()
        ),
        dashboards: vec![("sales.toml".into(), sales()), ("slow.toml".into(), slow())],
    };
    let replicas = (0..2).map(|_| deployment.start()).collect::<Result<_>>()?;
    let config = RedisConfig { prefix: PREFIX.into(), ..RedisConfig::parse(&redis.url()) };
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
    let writer = Cache::with_redis(Config::default(), clock, config)?;
    Ok(World { postgres, redis, proxy, replicas, writer, client: Client::default() })
}

fn sales() -> String {
    let mut text = String::from(
        "title = \"Sales\"\nsource = \"bench\"\n[[variable]]\nname = \"country\"\n\
         options = \"select distinct country from sales order by 1\"\n",
    );
    for (id, figure) in [("sum", "sum(amount)"), ("count", "count(*)"), ("most", "max(amount)")] {
        text.push_str(&format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"stat\"\nsql = \"select {figure} \
             as {id} from sales where $optional(country = :country)\"\n"
        ));
    }
    text.push_str(
        "[[panel]]\nid = \"rows\"\ntitle = \"rows\"\nkind = \"table\"\nsql = \"select amount, note \
         from sales where $optional(country = :country) order by 1 limit 400\"\n",
    );
    text
}

fn slow() -> String {
    "title = \"Slow\"\nsource = \"bench\"\n[[variable]]\nname = \"n\"\n\
     options = [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"9\"]\ndefault = \"1\"\n\
     [[panel]]\nid = \"late\"\ntitle = \"late\"\nkind = \"stat\"\n\
     sql = \"select late(count(*)) as late from sales where note <> :n\"\n"
        .into()
}

/// Which pages readers request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Views {
    /// Any, while the data changes.
    All,
    /// One that is cached.
    Cached,
    /// Ones whose statement is slow and not cached.
    Slow,
}

#[derive(Default)]
struct Seen {
    pages: AtomicU64,
    failed_pages: AtomicU64,
    failed_panels: AtomicU64,
    slowest: AtomicU64,
}

impl World {
    fn path(&self, i: usize) -> String {
        match i % (COUNTRIES / 2) {
            0 => "/d/sales".to_owned(),
            country => format!("/d/sales?country=c{country}"),
        }
    }

    async fn fetch(&self, replica: usize, path: &str) -> (Duration, Result<Answer>) {
        let begun = Instant::now();
        let url = self.replicas[replica % self.replicas.len()].url(path);
        let answer = self.client.get(&url, BOUND * 2).await.and_then(|answer| {
            let status = answer.status;
            if status == 200 { Ok(answer) } else { bail!("status {status}") }
        });
        (begun.elapsed(), answer)
    }

    /// Readers request pages until `time` is over.
    async fn read(self: &Arc<Self>, views: Views, time: Duration) -> Result<Seen> {
        let (seen, ended) = (Arc::new(Seen::default()), Arc::new(AtomicBool::new(false)));
        let mut tasks = tokio::task::JoinSet::new();
        for reader in 0..READERS {
            let (world, seen, ended) = (Arc::clone(self), Arc::clone(&seen), Arc::clone(&ended));
            tasks.spawn(async move {
                let mut i = reader;
                while !ended.load(Ordering::SeqCst) {
                    i += 7;
                    let path = match views {
                        Views::All => world.path(i),
                        Views::Cached => "/d/sales".into(),
                        Views::Slow => format!("/d/slow?n={}", 2 + i % 7),
                    };
                    let (time, answer) = world.fetch(i, &path).await;
                    seen.count(time, answer);
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
            });
        }
        let begun = Instant::now();
        while begun.elapsed() < time {
            if views == Views::All {
                // The data changes as well. An invalidation that Redis cannot record is refused, as
                // it should be.
                let _ = self.writer.invalidate(&[Tag::parse("table:bench.sales")?]).await;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        ended.store(true, Ordering::SeqCst);
        while let Some(ended) = tasks.join_next().await {
            ended?;
        }
        Arc::into_inner(seen).context("a reader is still running")
    }

    async fn fault(
        self: &Arc<Self>,
        fault: &'static str,
        views: Views,
        hold: Duration,
    ) -> Result<Row> {
        self.well(Duration::from_secs(30)).await?;
        let reading = {
            let world = Arc::clone(self);
            tokio::spawn(async move { world.read(views, hold + hold / 2).await })
        };
        tokio::time::sleep(hold / 4).await;
        self.begin(fault).await?;
        tokio::time::sleep(hold).await;
        let answer = self.client.get(&self.replicas[0].url("/readyz"), BOUND).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        self.end(fault).await?;
        let recovered = self.well(Duration::from_secs(30)).await?;
        let seen = reading.await??;
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let said = text.lines().find_map(|line| line.strip_prefix("degraded: "));
        Ok(Row {
            fault,
            pages: count(&seen.pages),
            failed_pages: count(&seen.failed_pages),
            failed_panels: count(&seen.failed_panels),
            slowest: Duration::from_micros(count(&seen.slowest)),
            said: said.map(ToOwned::to_owned),
            recovered,
        })
    }

    /// Waits until nothing is degraded.
    async fn well(&self, patience: Duration) -> Result<Duration> {
        let begun = Instant::now();
        for brisk in &self.replicas {
            loop {
                let answer = self.client.get(&brisk.url("/readyz"), BOUND).await?;
                if answer.body == "ready\n" {
                    break;
                }
                if begun.elapsed() > patience {
                    bail!("it stays degraded: {}", String::from_utf8_lossy(&answer.body));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(begun.elapsed())
    }

    async fn begin(&self, fault: &str) -> Result<()> {
        match fault {
            "Redis killed" => self.redis.kill(),
            "Redis restarted" => {
                self.redis.kill();
                self.redis.run()?;
            }
            "Redis flushed" => drop(self.redis.command::<String>(&["FLUSHALL"])?),
            "Redis paused" => self.redis.signal(Signal::STOP)?,
            "Redis slow (100 ms)" => self.proxy.delay(Duration::from_millis(100)),
            "Redis very slow (2 s)" => self.proxy.delay(Duration::from_secs(2)),
            "Redis full" => self.memory_limit("1mb")?,
            "garbage under every key" => {
                for key in self.redis.command::<Vec<String>>(&["KEYS", "*"])? {
                    self.redis.command::<String>(&["SET", &key, "garbage", "EX", "60"])?;
                }
            }
            _ => {
                self.postgres.kill();
            }
        }
        Ok(())
    }

    async fn end(&self, fault: &str) -> Result<()> {
        match fault {
            "Redis killed" => self.redis.run()?,
            "Redis paused" => self.redis.signal(Signal::CONT)?,
            "Redis slow (100 ms)" | "Redis very slow (2 s)" => self.proxy.delay(Duration::ZERO),
            "Redis full" => self.memory_limit("0")?,
            fault if fault.starts_with("PostgreSQL") => self.postgres.run()?,
            _ => {}
        }
        Ok(())
    }

    fn memory_limit(&self, bytes: &str) -> Result<()> {
        self.redis.command::<String>(&["CONFIG", "SET", "maxmemory", bytes]).map(|_| ())
    }
}

impl Seen {
    fn count(&self, time: Duration, answer: Result<Answer>) {
        self.pages.fetch_add(1, Ordering::SeqCst);
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.slowest.fetch_max(micros, Ordering::SeqCst);
        match answer {
            Err(_) => drop(self.failed_pages.fetch_add(1, Ordering::SeqCst)),
            Ok(answer) if String::from_utf8_lossy(&answer.body).contains("notice bad") => {
                self.failed_panels.fetch_add(1, Ordering::SeqCst);
            }
            Ok(_) => {}
        }
    }
}

impl Report {
    /// Whether the guarantees held.
    pub fn check(&self) -> Result<()> {
        for row in &self.rows {
            // Only data that was never loaded is unavailable while its database is down.
            let may_fail = row.fault == "PostgreSQL killed in mid-load";
            if row.failed_pages > 0 || (row.failed_panels > 0 && !may_fail) {
                bail!("pages failed: {row:?}");
            }
            if row.pages == 0 || row.slowest > BOUND {
                bail!("a reader waited too long: {row:?}");
            }
        }
        let said = |fault: &str| self.rows.iter().any(|r| r.fault == fault && r.said.is_some());
        for fault in ["Redis killed", "Redis paused", "Redis very slow (2 s)", "Redis full"] {
            if !said(fault) {
                bail!("/readyz did not say that Redis is in trouble: {fault}");
            }
        }
        if self.files.1 > self.files.0 + 16 {
            bail!("connections leak: {} open files became {}", self.files.0, self.files.1);
        }
        if self.memory.1 > MEMORY + REST {
            bail!("memory is not bounded: {} bytes", self.memory.1);
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  {:<34} {:>6} {:>7} {:>7} {:>9} {:>10}  /readyz",
            "fault", "pages", "failed", "panels", "slowest", "recovered"
        )?;
        for row in &self.rows {
            writeln!(
                f,
                "  {:<34} {:>6} {:>7} {:>7} {:>7.2} s {:>8.2} s  {}",
                row.fault,
                row.pages,
                row.failed_pages,
                row.failed_panels,
                row.slowest.as_secs_f64(),
                row.recovered.as_secs_f64(),
                row.said.as_deref().unwrap_or("ready")
            )?;
        }
        let megabytes = |bytes: u64| bytes >> 20;
        writeln!(
            f,
            "  open files {} before, {} after; memory {} MiB before, {} MiB after",
            self.files.0,
            self.files.1,
            megabytes(self.memory.0),
            megabytes(self.memory.1)
        )
    }
}
