//! The servers, and what the load and the disturbances share.

use super::history::{Component, History};
use super::sessions::Sessions;
use super::settings::{REPLICAS, Settings};
use super::{contents, figures};
use crate::client::Client;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::disk::Disk;
use crate::servers::postgres::Postgres;
use crate::servers::proxy::Proxy;
use crate::servers::redis::Redis;
use crate::sign_ins::{add, closed};
use anyhow::{Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the load goes on after the last disturbance, at least.
pub const CALM: Duration = Duration::from_secs(15);
/// How long everything may take to be well again.
const PATIENCE: Duration = Duration::from_secs(90);
/// The store's disk, in MiB.
const DISK: u32 = 400;
/// How many broken promises are told in full.
const TOLD: usize = 20;
const KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
pub(crate) const SECRET: [u8; 32] = [7; 32];

/// Everything.
pub struct World {
    /// The seed of the run.
    pub seed: u64,
    /// How long it is disturbed.
    pub length: Duration,
    /// The replicas.
    pub replicas: Vec<Brisk>,
    /// The shared Redis, and the proxy before it.
    pub redis: (Redis, Proxy),
    /// The database that panels read, and the proxy before it.
    pub source: (Postgres, Proxy),
    /// The store, and the proxy before it.
    pub store: (Postgres, Proxy),
    /// For pages and panels.
    pub client: Client,
    /// What was disturbed when.
    pub history: History,
    /// The sessions that have to last.
    pub sessions: Mutex<Sessions>,
    /// See [`figures::Values`].
    pub values: figures::Values,
    /// See [`figures::Pages`].
    pub pages: figures::Pages,
    /// See [`figures::People`].
    pub people: figures::People,
    /// See [`figures::Changes`].
    pub changes: figures::Changes,
    begun: Instant,
    broken: Mutex<Vec<String>>,
    broken_in_all: AtomicU64,
    ended: AtomicBool,
}

impl World {
    /// Starts all of it.
    pub async fn start(settings: &Settings) -> Result<Self> {
        let source = Postgres::start().await?;
        contents::tables(&source).await?;
        let store = Postgres::start_on(Disk::of(DISK)?).await?;
        let redis = Redis::start(&[])?;
        let before_redis = Proxy::before(redis.port).await?;
        let (before_source, before_store) =
            (Proxy::before(source.port).await?, Proxy::before(store.port).await?);
        let through = |url: String, port: u16, proxy: &Proxy| {
            url.replace(&format!(":{port}/"), &format!(":{}/", proxy.port))
        };
        let source_url = through(source.url(), source.port, &before_source);
        let deployment = Deployment {
            program: settings.program.clone(),
            configuration: format!(
                "secret_key = \"{KEY}\"\n[redis]\nurl = \"{}\"\n[database]\nurl = \"{}\"\n\
                 [source.bench]\nurl = \"{source_url}\"\n[source.calm]\nurl = \"{source_url}\"\n\
                 [webhook.pipeline]\nsecret_env = \"BENCH_SECRET\"\n",
                through(redis.url(), redis.port, &before_redis),
                through(store.owner_url(), store.port, &before_store),
            ),
            dashboards: [contents::counters(), contents::steady(), contents::settings()].into(),
        };
        let secret = format!("whsec_{}", STANDARD.encode(SECRET));
        let variables = [("BENCH_SECRET".to_owned(), secret)];
        let replicas =
            (0..REPLICAS).map(|_| deployment.start_with(&variables)).collect::<Result<Vec<_>>>()?;
        add(&replicas[0], contents::ADMIN, "admin")?;
        for number in 0..contents::ACCOUNTS {
            add(&replicas[0], &contents::person(number), "viewer")?;
        }
        for brisk in &replicas {
            closed(brisk).await?;
        }
        Ok(Self {
            seed: settings.seed,
            length: settings.length,
            replicas,
            redis: (redis, before_redis),
            source: (source, before_source),
            store: (store, before_store),
            client: Client::default(),
            history: History::default(),
            sessions: Mutex::default(),
            values: figures::Values::default(),
            pages: figures::Pages::default(),
            people: figures::People::default(),
            changes: figures::Changes::default(),
            begun: Instant::now(),
            broken: Mutex::default(),
            broken_in_all: AtomicU64::default(),
            ended: AtomicBool::default(),
        })
    }

    /// Whether the component was disturbed since `from`, or has not recovered yet.
    pub fn is_disturbed_since(&self, component: Component, from: Instant) -> bool {
        self.history.is_disturbed(component, from, Instant::now())
    }

    /// A promise was broken.
    pub fn broken(&self, what: impl Display) {
        self.broken_in_all.fetch_add(1, Ordering::SeqCst);
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        if broken.len() < TOLD {
            let (at, lately) = (self.begun.elapsed().as_secs_f64(), self.history.lately());
            broken.push(format!("after {at:.1} s: {what} ({})", lately.join(", ")));
        }
    }

    /// How many promises were broken, and the first of them.
    pub fn broken_promises(&self) -> (u64, Vec<String>) {
        let told = self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (self.broken_in_all.load(Ordering::SeqCst), told)
    }

    /// The sessions that have to last.
    pub fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The load is to end.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    /// Whether the load is to end.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Waits until nothing is degraded.
    pub async fn until_well(&self) -> Result<()> {
        let begun = Instant::now();
        for (number, brisk) in self.replicas.iter().enumerate() {
            loop {
                let answer = self.client.get(&brisk.url("/readyz"), Duration::from_secs(10)).await;
                if answer.as_ref().is_ok_and(|answer| answer.body == "ready\n") {
                    break;
                }
                if begun.elapsed() > PATIENCE {
                    let log = std::fs::read_to_string(brisk.log()).unwrap_or_default();
                    let last: Vec<&str> = log.lines().rev().take(20).collect();
                    bail!("replica {number} stays degraded: {answer:?}\n{}", last.join("\n"));
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }
}
