//! **Freshness, as a checked property.** Writers change rows in PostgreSQL and invalidate; readers
//! query several `brisk serve` processes that share one Redis. Meanwhile processes are killed
//! during their loads or paused for longer than their leases, and Redis is killed, restored from
//! old backups, flushed, paused, slowed down and disconnected.
//!
//! The property, checked for every read: once an invalidation has been acknowledged, no reader gets
//! an older value as current. A reader notes the newest acknowledged value before its request;
//! whatever it then gets unmarked (fresh, or stale by age alone) is that value or a newer one.

use crate::check::panel_value;
use crate::client::{Client, panel_path};
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use crate::servers::proxy::Proxy;
use crate::servers::redis::Redis;
use anyhow::{Result, bail};
use brisk_cache::{Cache, Config, RedisConfig, Tag};
use brisk_domain::{Freshness, ManualClock, Timestamp};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How much to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// Processes that share the Redis.
    pub replicas: usize,
    /// Checked reads, at least.
    pub reads: u64,
    /// Reproduces a schedule of faults and the readers' choices.
    pub seed: u64,
    /// Gives up after this.
    pub patience: Duration,
}

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Reproduces the schedule.
    pub seed: u64,
    /// Reads that were checked.
    pub checked: u64,
    /// Reads whose answer was marked as unverified: they make no claim.
    pub unverified: u64,
    /// Reads of values past their TTL but of the current generation: checked as well.
    pub stale: u64,
    /// Reads without an answer: their process was killed or paused.
    pub unanswered: u64,
    /// Invalidations that were acknowledged.
    pub acknowledged: u64,
    /// Invalidations that were refused, because Redis could not record them.
    pub refused: u64,
    /// How often each fault occurred.
    pub faults: BTreeMap<&'static str, u64>,
    /// How long it took.
    pub time: Duration,
}

/// How many rows there are, each in a table, and so with a tag, of its own.
const TABLES: usize = 6;
const READERS: usize = 16;
const PREFIX: &str = "freshness:";
const LEASE: &str = "800ms";
/// Longer than a lease.
const PAUSE: Duration = Duration::from_millis(1_200);
/// Enough for a healthy process.
const ANSWER: Duration = Duration::from_secs(15);

const FAULTS: [&str; 9] = [
    "process killed",
    "process paused for longer than its lease",
    "Redis killed, restored from a backup",
    "Redis saved",
    "Redis flushed",
    "Redis paused",
    "Redis slow",
    "Redis connections cut",
    "Redis leases lost",
];

struct World {
    replicas: Vec<Brisk>,
    redis: Redis,
    proxy: Proxy,
    postgres: Postgres,
    writer: Cache<Arc<str>>,
    client: Client,
    /// The newest acknowledged value of each table.
    acknowledged: [AtomicI64; TABLES],
    count: Counts,
    ended: AtomicBool,
}

#[derive(Default)]
struct Counts {
    checked: AtomicU64,
    unverified: AtomicU64,
    stale: AtomicU64,
    unanswered: AtomicU64,
    acknowledged: AtomicU64,
    refused: AtomicU64,
}

/// Runs the proof; an error is a value that was too old, or a broken setup.
pub async fn run(settings: &Settings) -> Result<Report> {
    let begun = Instant::now();
    let world = Arc::new(world(settings).await?);
    let mut tasks = tokio::task::JoinSet::new();
    for table in 0..TABLES {
        tasks.spawn(write(Arc::clone(&world), table, settings.seed));
    }
    for reader in 0..READERS {
        tasks.spawn(read(Arc::clone(&world), reader, settings.seed));
    }
    let faults = tokio::spawn(hurt(Arc::clone(&world), settings.clone(), begun));
    // A reader or writer only ends early with an error.
    let failure = loop {
        tokio::select! {
            Some(ended) = tasks.join_next() => match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => break Some(error),
                Err(panic) => break Some(panic.into()),
            },
            else => break None,
        }
    };
    world.ended.store(true, Ordering::SeqCst);
    if let Some(error) = failure {
        return Err(error.context(format!("seed {}", settings.seed)));
    }
    let faults = faults.await??;
    let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
    Ok(Report {
        seed: settings.seed,
        checked: count(&world.count.checked),
        unverified: count(&world.count.unverified),
        stale: count(&world.count.stale),
        unanswered: count(&world.count.unanswered),
        acknowledged: count(&world.count.acknowledged),
        refused: count(&world.count.refused),
        faults,
        time: begun.elapsed(),
    })
}

async fn world(settings: &Settings) -> Result<World> {
    let postgres = Postgres::start().await?;
    // The value is read first and returned late: the worst that a slow statement can do.
    postgres
        .execute(
            "create function late(value bigint, most float) returns bigint language plpgsql as \
             'begin perform pg_sleep(random() * most); return value; end'",
        )
        .await?;
    for table in 0..TABLES {
        let sql = format!("create table counter_{table} as select 1::bigint as value");
        postgres.execute(sql).await?;
    }
    let redis = Redis::start(&[])?;
    let proxy = Proxy::before(redis.port).await?;
    let deployment = Deployment {
        program: settings.program.clone(),
        configuration: format!(
            "[redis]\nurl = \"redis://127.0.0.1:{}/\"\nprefix = \"{PREFIX}\"\nlease = \"{LEASE}\"\n\
             [source.bench]\nurl = \"{}\"\nfunctions = [\"public.late\"]\n",
            proxy.port,
            postgres.url()
        ),
        dashboards: vec![("counters.toml".into(), dashboard())],
    };
    let replicas = (0..settings.replicas).map(|_| deployment.start()).collect::<Result<_>>()?;
    let config = RedisConfig { prefix: PREFIX.into(), ..RedisConfig::parse(&redis.url()) };
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
    let writer = Cache::with_redis(Config::default(), clock, config)?;
    Ok(World {
        replicas,
        redis,
        proxy,
        postgres,
        writer,
        client: Client::default(),
        acknowledged: Default::default(),
        count: Counts::default(),
        ended: AtomicBool::new(false),
    })
}

fn dashboard() -> String {
    let mut text = String::from(
        "title = \"Counters\"\nsource = \"bench\"\ncache = { ttl = \"2s\", stale = \"3s\" }\n",
    );
    for table in 0..TABLES {
        text.push_str(&format!(
            "[[panel]]\nid = \"c{table}\"\ntitle = \"Counter {table}\"\nkind = \"stat\"\n\
             sql = \"select late(value, 0.03) as value from counter_{table}\"\n"
        ));
    }
    text
}

async fn write(world: Arc<World>, table: usize, seed: u64) -> Result<()> {
    let mut random = StdRng::seed_from_u64(seed ^ (1_000 + table as u64));
    let tag = Tag::parse(&format!("table:bench.counter_{table}"))?;
    let update = format!("update counter_{table} set value = value + 1 returning value");
    while !world.ended.load(Ordering::SeqCst) {
        let value = world.postgres.number(&update).await?;
        match world.writer.invalidate(std::slice::from_ref(&tag)).await {
            Ok(()) => {
                world.acknowledged[table].fetch_max(value, Ordering::SeqCst);
                world.count.acknowledged.fetch_add(1, Ordering::SeqCst);
            }
            Err(_) => {
                world.count.refused.fetch_add(1, Ordering::SeqCst);
            }
        }
        // The last tables change rarely enough for their entries to expire, too.
        let most = if table < TABLES - 2 { 250 } else { 8_000 };
        tokio::time::sleep(Duration::from_millis(random.random_range(0..most))).await;
    }
    Ok(())
}

async fn read(world: Arc<World>, reader: usize, seed: u64) -> Result<()> {
    let mut random = StdRng::seed_from_u64(seed ^ (2_000 + reader as u64));
    let count = |counter: &AtomicU64| {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    while !world.ended.load(Ordering::SeqCst) {
        let table = random.random_range(0..TABLES);
        let replica = random.random_range(0..world.replicas.len());
        let pause = Duration::from_micros(random.random_range(0..2_000));
        let path = panel_path("counters", &format!("c{table}"), "");
        let floor = world.acknowledged[table].load(Ordering::SeqCst);
        let url = world.replicas[replica].url(&path);
        match world.client.panel(&url, ANSWER).await {
            Err(_) => {
                count(&world.count.unanswered);
                // The process is down or paused; the next read goes to another.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(data) if data.freshness == Freshness::Unverified => count(&world.count.unverified),
            Ok(data) => {
                let value = panel_value(&data)?;
                if value < floor {
                    bail!(
                        "replica {replica} showed {value} of counter {table} as {:?}, \
                         after {floor} was acknowledged",
                        data.freshness
                    );
                }
                if data.freshness == Freshness::Stale {
                    count(&world.count.stale);
                }
                count(&world.count.checked);
            }
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// One fault after another, until enough was read and each fault has occurred; then a calm period
/// in which every read must be answered.
async fn hurt(
    world: Arc<World>,
    settings: Settings,
    begun: Instant,
) -> Result<BTreeMap<&'static str, u64>> {
    let mut random = StdRng::seed_from_u64(settings.seed);
    let mut happened: BTreeMap<&'static str, u64> = BTreeMap::new();
    let hurt = async {
        // First each fault once, in an order given by the seed, then any.
        let mut order: Vec<&'static str> = Vec::new();
        while world.count.checked.load(Ordering::SeqCst) < settings.reads
            || happened.len() < FAULTS.len()
        {
            if begun.elapsed() > settings.patience {
                let checked = world.count.checked.load(Ordering::SeqCst);
                bail!("only {checked} reads in {:?}: {happened:?}", settings.patience);
            }
            if order.is_empty() {
                order = FAULTS.to_vec();
                order.shuffle(&mut random);
            }
            let Some(fault) = order.pop() else { continue };
            tokio::time::sleep(Duration::from_millis(random.random_range(200..900))).await;
            let replica = random.random_range(0..world.replicas.len());
            strike(&world, fault, replica).await?;
            *happened.entry(fault).or_default() += 1;
        }
        calm(&world).await
    };
    let result = hurt.await;
    world.ended.store(true, Ordering::SeqCst);
    result.map(|()| happened)
}

async fn strike(world: &World, fault: &str, replica: usize) -> Result<()> {
    let brisk = &world.replicas[replica];
    match fault {
        "process killed" => {
            brisk.kill();
            brisk.run()?;
        }
        "process paused for longer than its lease" => {
            brisk.signal(Signal::STOP)?;
            tokio::time::sleep(PAUSE).await;
            brisk.signal(Signal::CONT)?;
        }
        "Redis killed, restored from a backup" => {
            world.redis.kill();
            tokio::time::sleep(Duration::from_millis(150)).await;
            world.redis.run()?;
        }
        "Redis saved" => drop(world.redis.command::<String>(&["SAVE"])?),
        "Redis flushed" => drop(world.redis.command::<String>(&["FLUSHALL"])?),
        "Redis paused" => {
            world.redis.signal(Signal::STOP)?;
            tokio::time::sleep(Duration::from_millis(700)).await;
            world.redis.signal(Signal::CONT)?;
        }
        "Redis slow" => {
            world.proxy.delay(Duration::from_millis(60));
            tokio::time::sleep(Duration::from_millis(600)).await;
            world.proxy.delay(Duration::ZERO);
        }
        "Redis connections cut" => {
            world.redis.command::<i64>(&["CLIENT", "KILL", "TYPE", "normal"])?;
            world.redis.command::<i64>(&["CLIENT", "KILL", "TYPE", "pubsub"])?;
        }
        _ => {
            let leases = format!("{PREFIX}l:*");
            for key in world.redis.command::<Vec<String>>(&["KEYS", &leases])? {
                world.redis.command::<i64>(&["DEL", &key])?;
            }
        }
    }
    Ok(())
}

/// Everything works again, without restarting anything.
async fn calm(world: &World) -> Result<()> {
    let begun = Instant::now();
    for brisk in &world.replicas {
        loop {
            let answer = world.client.get(&brisk.url("/readyz"), ANSWER).await;
            match answer {
                Ok(answer) if answer.body == "ready\n" => break,
                _ if begun.elapsed() > Duration::from_secs(30) => {
                    bail!("a process stays degraded: {answer:?}")
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
    let before = world.count.unanswered.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let lost = world.count.unanswered.load(Ordering::SeqCst) - before;
    // Requests in flight when the last fault struck may still fail.
    if lost > READERS as u64 {
        bail!("{lost} reads were not answered although nothing is wrong any more");
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "freshness, seed {}", self.seed)?;
        writeln!(f, "  checked reads                {:>9}", self.checked)?;
        writeln!(f, "    of them past their TTL     {:>9}", self.stale)?;
        writeln!(f, "  older than acknowledged      {:>9}", 0)?;
        writeln!(f, "  marked as unverified         {:>9}", self.unverified)?;
        writeln!(f, "  without an answer            {:>9}", self.unanswered)?;
        writeln!(f, "  acknowledged invalidations   {:>9}", self.acknowledged)?;
        writeln!(f, "  refused invalidations        {:>9}", self.refused)?;
        for (fault, times) in &self.faults {
            writeln!(f, "  {fault:<42} {times:>4} times")?;
        }
        writeln!(f, "  time                         {:>7.0} s", self.time.as_secs_f64())
    }
}
