//! Everything that runs: nginx, replicas, the Redis Cluster, the store and the source's servers.

use super::dashboards::{self, SCHEDULES};
use super::nginx::Nginx;
use super::redis_cluster::RedisCluster;
use super::shards::Shards;
use crate::client::Client;
use crate::deliveries;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use anyhow::{Context, Result, ensure};
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize};
use std::time::{Duration, Instant};

/// The cluster.
pub(super) struct World {
    pub(super) nginx: Nginx,
    pub(super) replicas: Vec<Brisk>,
    pub(super) redis: RedisCluster,
    pub(super) store: Postgres,
    pub(super) source: Shards,
    pub(super) client: Client,
    /// How often the counter was raised.
    pub(super) raised: AtomicI64,
    /// Its newest value whose invalidation has been acknowledged.
    pub(super) acknowledged: AtomicI64,
    /// Whether readers and the writer are to end.
    pub(super) is_over: AtomicBool,
    /// Runs of schedules in the logs of replicas that are gone.
    pub(super) runs_elsewhere: AtomicUsize,
    /// What replicas are started as from now on.
    deployment: Deployment,
}

/// Replicas.
pub(super) const REPLICAS: usize = 3;
pub(super) const PREFIX: &str = "cluster:";
const KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

impl World {
    /// Starts everything; the replicas run `older` at first, and those that come later `program`.
    pub(super) async fn start(older: &Path, program: &Path, rows: u64) -> Result<Self> {
        let (redis, store, source) = futures::future::try_join3(
            RedisCluster::start(),
            Postgres::start(),
            Shards::start(rows),
        )
        .await?;
        for number in 0..SCHEDULES {
            source.front.execute(format!("create table warmed_{number} as select 1 as n")).await?;
        }
        let deployment = Deployment {
            program: older.to_owned(),
            configuration: format!(
                "secret_key = \"{KEY}\"\ntrusted_proxies = [\"127.0.0.1\"]\n\
                 [database]\nurl = \"{}\"\n\
                 [redis]\nurl = \"{}\"\nprefix = \"{PREFIX}\"\nreplicas = 1\n\
                 [source.bench]\nurl = \"{}\"\n\
                 [webhook.bench]\nsecret_env = \"BENCH_SECRET\"\nper_minute = 1000000\n",
                store.owner_url(),
                redis.url(),
                source.front.url()
            ),
            dashboards: dashboards::all(),
        };
        let replicas = (0..REPLICAS)
            .map(|_| deployment.start_with(&variables()))
            .collect::<Result<Vec<_>>>()?;
        let ports: Vec<u16> = replicas.iter().map(|replica| replica.port).collect();
        let world = Self {
            nginx: Nginx::start(&ports)?,
            replicas,
            redis,
            store,
            source,
            client: Client::without_reuse(),
            raised: AtomicI64::default(),
            acknowledged: AtomicI64::default(),
            is_over: AtomicBool::default(),
            runs_elsewhere: AtomicUsize::default(),
            deployment: Deployment { program: program.to_owned(), ..deployment },
        };
        for replica in &world.replicas {
            world.ready(replica).await?;
        }
        Ok(world)
    }

    /// Another replica, which nginx does not know yet.
    pub(super) fn another(&self) -> Result<Brisk> {
        self.deployment.start_with(&variables())
    }

    /// A process of its own, with the same dashboards and `configuration`.
    pub(super) fn alone(&self, configuration: &str) -> Result<Brisk> {
        let configuration = configuration.to_owned();
        Deployment { configuration, ..self.deployment.clone() }.start()
    }

    /// The URL of `path` at nginx.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.nginx.port)
    }

    /// Waits until nothing is wrong with a replica.
    pub(super) async fn ready(&self, replica: &Brisk) -> Result<Duration> {
        let begun = Instant::now();
        loop {
            let answer = self.client.get(&replica.url("/readyz"), PATIENCE).await;
            if answer.as_ref().is_ok_and(|answer| answer.body == "ready\n") {
                return Ok(begun.elapsed());
            }
            ensure!(begun.elapsed() < PATIENCE, "a replica is not ready: {answer:?}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The ends of all replicas' logs, for an error.
    pub(super) fn logs(&self) -> String {
        let mut ends = String::new();
        for (number, replica) in self.replicas.iter().enumerate() {
            let log = std::fs::read_to_string(replica.log()).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(8)..].join("\n");
            ends.push_str(&format!("replica {number} logged\n{end}\n"));
        }
        ends
    }

    /// A line about a replica that has panicked, if one has.
    pub(super) fn panic(&self) -> Result<Option<String>> {
        for replica in &self.replicas {
            let log = std::fs::read_to_string(replica.log()).context("a replica's log")?;
            if let Some(line) = log.lines().find(|line| line.contains("panicked")) {
                return Ok(Some(line.to_owned()));
            }
        }
        Ok(None)
    }
}

fn variables() -> [(String, String); 1] {
    [("BENCH_SECRET".to_owned(), deliveries::secret())]
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "nginx        {}", self.url("/"))?;
        for replica in &self.replicas {
            writeln!(f, "replica      {}", replica.url("/"))?;
        }
        writeln!(f, "Redis        {}", self.redis.url())?;
        writeln!(f, "store        {}", self.store.owner_url())?;
        writeln!(f, "source       {}", self.source.front.owner_url())?;
        for shard in &self.source.shards {
            writeln!(f, "its rows     {}", shard.owner_url())?;
        }
        Ok(())
    }
}
