//! **Single flight.** A thousand concurrent requests for one missing entry, over three processes
//! that share a Redis: the statement runs once. And if the leading process is killed halfway: at
//! most twice, and all requests are answered within the lease and one more load.

use crate::check::panel_value;
use crate::client::{Client, panel_path};
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Statements run for a thousand requests.
    pub statements: i64,
    /// The time until all were answered.
    pub time: Duration,
    /// Statements run when the leader was killed.
    pub statements_after_kill: i64,
    /// From the kill until all were answered.
    pub time_after_kill: Duration,
    /// The longest that a dead leader kept the others waiting.
    pub lease: Duration,
}

/// How long a process waits for others before it goes ahead alone.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// How long a dead leader keeps the others waiting.
    pub lease: Duration,
    /// How long to wait for Redis.
    pub timeout: Duration,
}

impl Times {
    /// Short ones, to measure times.
    pub const SHORT: Self =
        Self { lease: Duration::from_secs(2), timeout: Duration::from_millis(250) };
    /// For counts that must not depend on how busy the machine is: a leader that renews its lease
    /// late, or a late answer, costs another statement.
    pub const LONG: Self =
        Self { lease: Duration::from_secs(10), timeout: Duration::from_secs(10) };
}

const REQUESTS: usize = 1_000;
/// How long the statement takes.
const LOAD: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);

struct World {
    postgres: Postgres,
    _redis: Redis,
    replicas: Vec<Brisk>,
    client: Client,
}

/// Runs the proof.
pub async fn run(program: &Path, times: Times) -> Result<Report> {
    let postgres = Postgres::start().await?;
    postgres
        .execute(format!(
            "create function late(value bigint) returns bigint language plpgsql as \
             'begin perform pg_sleep({}); return value; end';
             create table one as select 42::bigint as value",
            LOAD.as_secs()
        ))
        .await?;
    let redis = Redis::start(&[])?;
    let panel = |id: &str| {
        format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"stat\"\n\
             sql = \"select late(value) as {id} from one\"\n"
        )
    };
    let deployment = Deployment {
        program: program.to_owned(),
        configuration: format!(
            "[redis]\nurl = \"{}\"\nlease = \"{}ms\"\ntimeout = \"{}ms\"\n\
             [source.bench]\nurl = \"{}\"\nfunctions = [\"public.late\"]\n",
            redis.url(),
            times.lease.as_millis(),
            times.timeout.as_millis(),
            postgres.url()
        ),
        dashboards: vec![(
            "one.toml".into(),
            format!("title = \"One\"\nsource = \"bench\"\n{}{}", panel("calm"), panel("killed")),
        )],
    };
    let replicas = (0..3).map(|_| deployment.start()).collect::<Result<Vec<_>>>()?;
    let world = Arc::new(World { postgres, _redis: redis, replicas, client: Client::default() });
    let (statements, time) = world.calm().await?;
    let (statements_after_kill, time_after_kill) = world.killed().await?;
    let lease = times.lease;
    Ok(Report { statements, time, statements_after_kill, time_after_kill, lease })
}

impl World {
    async fn calm(self: &Arc<Self>) -> Result<(i64, Duration)> {
        self.postgres.reset().await?;
        let begun = Instant::now();
        let asked = (0..REQUESTS).map(|i| self.ask("calm", i % 3));
        futures::future::try_join_all(asked).await?;
        Ok((self.statements().await?, begun.elapsed()))
    }

    async fn killed(self: &Arc<Self>) -> Result<(i64, Duration)> {
        self.postgres.reset().await?;
        // The first request leads, in the first process; the others arrive while it runs.
        let mut asked = tokio::task::JoinSet::new();
        for i in 0..REQUESTS {
            let world = Arc::clone(self);
            asked.spawn(async move { world.ask("killed", i % 3).await });
            if i == 0 {
                self.leading().await?;
            }
        }
        tokio::time::sleep(LOAD / 4).await;
        self.replicas[0].kill();
        let killed = Instant::now();
        while let Some(answered) = asked.join_next().await {
            answered??;
        }
        let time = killed.elapsed();
        self.replicas[0].run()?;
        Ok((self.statements().await?, time))
    }

    /// Waits until the statement has begun.
    async fn leading(&self) -> Result<()> {
        let begun = Instant::now();
        while self.postgres.running().await? == 0 {
            if begun.elapsed() > PATIENCE {
                bail!("the first request runs no statement");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Statements that began. They are counted when they end, so wait for abandoned ones, too.
    async fn statements(&self) -> Result<i64> {
        let begun = Instant::now();
        while self.postgres.running().await? > 0 {
            if begun.elapsed() > PATIENCE {
                bail!("statements keep running although no reader waits for them");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let counted = "select coalesce(sum(calls), 0)::int8 from pg_stat_statements \
                       where query like '%late(value)%' and userid = 'reader'::regrole";
        self.postgres.number(counted).await
    }

    /// Requests from one process, and if that is killed, from the others, like a load balancer.
    async fn ask(&self, panel: &str, first: usize) -> Result<()> {
        let begun = Instant::now();
        for attempt in 0.. {
            let brisk = &self.replicas[(first + attempt) % self.replicas.len()];
            let url = brisk.url(&panel_path("one", panel, ""));
            match self.client.panel(&url, PATIENCE).await {
                Ok(data) if panel_value(&data)? == 42 => return Ok(()),
                Ok(_) => bail!("it returned another value"),
                Err(error) if begun.elapsed() > PATIENCE => {
                    return Err(error).context("no process answers");
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}

impl Report {
    /// Whether the guarantees held, apart from times.
    pub fn check(&self) -> Result<()> {
        if self.statements != 1 {
            bail!("{} statements instead of one", self.statements);
        }
        if self.statements_after_kill > 2 {
            bail!("{} statements instead of two", self.statements_after_kill);
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (time, after) = (self.time.as_secs_f64(), self.time_after_kill.as_secs_f64());
        let bound = (self.lease + LOAD).as_secs_f64();
        writeln!(f, "single flight: {REQUESTS} requests at once, 3 processes")?;
        writeln!(
            f,
            "  statements                   {:>4}, all answered in {time:.2} s",
            self.statements
        )?;
        writeln!(
            f,
            "  leader killed in the middle  {:>4}, all answered {after:.2} s later (lease and load: {bound:.0} s)",
            self.statements_after_kill
        )
    }
}
