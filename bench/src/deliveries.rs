//! **Deliveries.** Five hundred signed webhook deliveries a second, alternating between two replicas that
//! share one Redis, which is killed halfway and restarted empty. Senders change a row, deliver, and repeat
//! refused deliveries. Once a delivery is acknowledged, no reader of either replica gets an older value as
//! current; at the end both show the last value of each row.

use crate::check::panel_value;
use crate::client::{Client, panel_path};
use crate::raw::Raw;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use crate::wall_clock::since_epoch;
use anyhow::{Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brisk_domain::Freshness;
use ring::hmac;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// How much to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// Deliveries a second.
    pub a_second: u32,
    /// How long.
    pub length: Duration,
    /// How long Redis is down, halfway through.
    pub away: Duration,
}

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Deliveries that were acknowledged.
    pub acknowledged: u64,
    /// How often one was refused, because Redis could not record it; each was repeated.
    pub refused: u64,
    /// From the first delivery to the last acknowledgement.
    pub time: Duration,
    /// How long acknowledgements took: the median, the 99th percentile, the longest. Refused ones
    /// do not count.
    pub waits: (Duration, Duration, Duration),
    /// Reads that were checked.
    pub checked: u64,
    /// Reads whose answer was marked as unverified: they make no claim.
    pub unverified: u64,
}

/// Senders, each with a connection and a row of its own.
const SENDERS: usize = 50;
const READERS: usize = 4;
const SECRET: [u8; 32] = [7; 32];
/// How long a sender waits before it repeats a delivery.
const PAUSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(60);
const ANSWER: Duration = Duration::from_secs(15);

struct World {
    postgres: Postgres,
    replicas: [Brisk; 2],
    client: Client,
    /// The newest acknowledged value of each sender's row.
    acknowledged: [AtomicI64; SENDERS],
    refused: AtomicU64,
    checked: AtomicU64,
    unverified: AtomicU64,
    ended: AtomicBool,
}

/// Runs the proof; an error is a value that was too old, or a broken setup.
pub async fn run(settings: &Settings) -> Result<Report> {
    let redis = Redis::start(&[])?;
    let world = Arc::new(world(settings, &redis).await?);
    let mut readers = JoinSet::new();
    for reader in 0..READERS {
        readers.spawn(read(Arc::clone(&world), reader));
    }
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        senders.spawn(send(Arc::clone(&world), sender, settings.clone()));
    }
    tokio::time::sleep(settings.length / 2).await;
    redis.kill();
    tokio::time::sleep(settings.away).await;
    redis.run()?;
    let mut waits = Vec::new();
    while let Some(ended) = senders.join_next().await {
        waits.extend(ended??);
    }
    let time = begun.elapsed();
    world.ended.store(true, Ordering::SeqCst);
    while let Some(ended) = readers.join_next().await {
        ended??;
    }
    is_shown(&world).await?;
    waits.sort();
    let at = |part: usize| waits.get(waits.len() * part / 100).copied().unwrap_or_default();
    Ok(Report {
        acknowledged: waits.len() as u64,
        refused: world.refused.load(Ordering::SeqCst),
        time,
        waits: (at(50), at(99), waits.last().copied().unwrap_or_default()),
        checked: world.checked.load(Ordering::SeqCst),
        unverified: world.unverified.load(Ordering::SeqCst),
    })
}

async fn world(settings: &Settings, redis: &Redis) -> Result<World> {
    let postgres = Postgres::start().await?;
    let mut dashboard =
        String::from("title = \"Rows\"\nsource = \"bench\"\ncache = { ttl = \"1h\" }\n");
    for sender in 0..SENDERS {
        postgres.execute(format!("create table row_{sender} as select 0::bigint as value")).await?;
        dashboard.push_str(&format!(
            "[[panel]]\nid = \"r{sender}\"\ntitle = \"Row {sender}\"\nkind = \"stat\"\n\
             sql = \"select value from row_{sender}\"\n"
        ));
    }
    let deployment = Deployment {
        program: settings.program.clone(),
        configuration: format!(
            "[redis]\nurl = \"{}\"\n[source.bench]\nurl = \"{}\"\n[webhook.bench]\n\
             secret_env = \"BENCH_SECRET\"\nper_minute = 1000000\n",
            redis.url(),
            postgres.url()
        ),
        dashboards: vec![("rows.toml".into(), dashboard)],
    };
    let variables = [("BENCH_SECRET".to_owned(), secret())];
    let replicas = [deployment.start_with(&variables)?, deployment.start_with(&variables)?];
    Ok(World {
        postgres,
        replicas,
        client: Client::default(),
        acknowledged: [const { AtomicI64::new(0) }; SENDERS],
        refused: AtomicU64::default(),
        checked: AtomicU64::default(),
        unverified: AtomicU64::default(),
        ended: AtomicBool::default(),
    })
}

/// Changes the sender's row and delivers, at its share of the rate; returns how long each
/// acknowledgement took.
async fn send(world: Arc<World>, sender: usize, settings: Settings) -> Result<Vec<Duration>> {
    let replica = &world.replicas[sender % world.replicas.len()];
    let mut connection = Raw::connect(&replica.address()).await?;
    let period = Duration::from_secs(1) * SENDERS as u32 / settings.a_second;
    let mut pace = interval(period);
    // Deliveries held up while Redis was down are sent as soon as possible.
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let deliveries = (settings.length.as_secs_f64() / period.as_secs_f64()) as i64;
    let mut waits = Vec::new();
    for value in 1..=deliveries {
        pace.tick().await;
        world.postgres.execute(format!("update row_{sender} set value = {value}")).await?;
        let since = Instant::now();
        loop {
            let asked = Instant::now();
            let (status, _) = connection.ask(&delivery(sender, value)).await?;
            match status {
                200 => {
                    waits.push(asked.elapsed());
                    break;
                }
                503 => _ = world.refused.fetch_add(1, Ordering::SeqCst),
                other => bail!("delivery {value} of sender {sender} was answered with {other}"),
            }
            ensure!(since.elapsed() < PATIENCE, "delivery {value} of sender {sender} is refused");
            tokio::time::sleep(PAUSE).await;
        }
        world.acknowledged[sender].store(value, Ordering::SeqCst);
    }
    Ok(waits)
}

fn delivery(sender: usize, value: i64) -> Vec<u8> {
    signed(&format!("msg_{sender}_{value}"), &[&format!("table:bench.public.row_{sender}")])
}

/// The secret of the webhook `bench`, for the configuration.
pub(crate) fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(SECRET))
}

/// A signed request to the webhook `bench` that invalidates `tags`: repeats carry the same id.
pub(crate) fn signed(id: &str, tags: &[&str]) -> Vec<u8> {
    let body = format!("{{\"tags\":[\"{}\"]}}", tags.join("\",\""));
    let at = since_epoch().as_secs();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
    let signature = STANDARD.encode(hmac::sign(&key, format!("{id}.{at}.{body}").as_bytes()));
    format!(
        "POST /hooks/bench HTTP/1.1\r\nhost: localhost\r\nwebhook-id: {id}\r\n\
         webhook-timestamp: {at}\r\nwebhook-signature: v1,{signature}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn read(world: Arc<World>, reader: usize) -> Result<()> {
    let mut next = reader * SENDERS / READERS;
    while !world.ended.load(Ordering::SeqCst) {
        next += 1;
        let (row, replica) = (next % SENDERS, next / SENDERS % world.replicas.len());
        let least = world.acknowledged[row].load(Ordering::SeqCst);
        let url = world.replicas[replica].url(&panel_path("rows", &format!("r{row}"), ""));
        let data = world.client.panel(&url, ANSWER).await?;
        if data.freshness == Freshness::Unverified {
            world.unverified.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        let value = panel_value(&data)?;
        ensure!(
            value >= least,
            "replica {replica} showed {value} of row {row} as {:?}, after {least} was acknowledged",
            data.freshness
        );
        world.checked.fetch_add(1, Ordering::SeqCst);
    }
    Ok(())
}

/// Both replicas show the last value of each row, as soon as they reach Redis again.
async fn is_shown(world: &World) -> Result<()> {
    for (row, last) in world.acknowledged.iter().enumerate() {
        let last = last.load(Ordering::SeqCst);
        for replica in &world.replicas {
            let since = Instant::now();
            let url = replica.url(&panel_path("rows", &format!("r{row}"), ""));
            loop {
                let data = world.client.panel(&url, ANSWER).await?;
                if data.freshness != Freshness::Unverified {
                    let value = panel_value(&data)?;
                    ensure!(value == last, "row {row} is shown as {value} instead of {last}");
                    break;
                }
                ensure!(since.elapsed() < PATIENCE, "row {row} stays unverified");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.as_secs_f64();
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, p99, longest) = self.waits;
        writeln!(
            f,
            "{} deliveries acknowledged in {seconds:.1} s: {:.0} a second",
            self.acknowledged,
            self.acknowledged as f64 / seconds
        )?;
        writeln!(f, "  refused while Redis was away   {:>9}, each repeated", self.refused)?;
        writeln!(
            f,
            "  until one is acknowledged      {:.1} ms (median), {:.1} ms (P99), {:.1} ms (longest)",
            milliseconds(median),
            milliseconds(p99),
            milliseconds(longest)
        )?;
        writeln!(f, "  checked reads                  {:>9}", self.checked)?;
        writeln!(f, "    older than acknowledged      {:>9}", 0)?;
        write!(f, "  marked as unverified           {:>9}", self.unverified)
    }
}
