//! **Round trips.** What a hot dashboard of twenty panels costs: commands counted by Redis and
//! statements counted by PostgreSQL.

use crate::client::Client;
use crate::hot;
use crate::raw::{self, Raw};
use crate::retail;
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use crate::servers::redis::Redis;
use crate::sign_ins;
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Counts for [`VIEWS`] views.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// By command, with the entries in the process's memory.
    pub from_memory: BTreeMap<String, u64>,
    /// By command, for the first view in a process that reads the entries from Redis.
    pub from_redis: BTreeMap<String, u64>,
    /// By command, for as many views by a signed-in reader, whose session is in Redis as well.
    pub signed_in: BTreeMap<String, u64>,
    /// Statements for all these views.
    pub statements: i64,
}

/// How many views from memory are counted.
pub const VIEWS: u64 = 50;
const PATIENCE: Duration = Duration::from_secs(45);

/// Runs the proof.
pub async fn run(program: &Path) -> Result<Report> {
    let postgres = Postgres::start().await?;
    postgres
        .execute(
            "create table invoice_lines as select now() - i * interval '1 hour' as invoiced_at,
               i::text as invoice, (i % 90)::text as stock_code, i % 7 as quantity,
               (i % 13)::numeric as price, i % 500 as customer, 'France' as country,
               ((i % 7) * (i % 13))::numeric as net, 'Under £1' as price_band
             from generate_series(1, 5000) i",
        )
        .await?;
    let redis = Redis::start(&[])?;
    let deployment = Deployment {
        program: program.to_owned(),
        configuration: format!(
            "[redis]\nurl = \"{}\"\n[source.bench]\nurl = \"{}\"\n",
            redis.url(),
            postgres.url()
        ),
        dashboards: vec![("twenty.toml".into(), retail::dashboard())],
    };
    let (first, second) = (deployment.start()?, deployment.start()?);
    let client = Client::default();
    let view = async |brisk: &Brisk| -> Result<()> {
        let answer = client.get(&brisk.url("/d/twenty"), PATIENCE).await?;
        let text = String::from_utf8_lossy(&answer.body);
        if answer.status != 200 || text.contains("notice bad") {
            bail!("the page failed with status {}: {text}", answer.status);
        }
        Ok(())
    };
    hot::settled(&first).await?;
    stored(&redis, &[&first, &second]).await?;
    // The second process connects and learns the era; none of the dashboard's entries is in its
    // memory.
    client.panel(&second.url(&crate::client::panel_path("twenty", "price", "")), PATIENCE).await?;
    stored(&redis, &[&first, &second]).await?;
    postgres.reset().await?;
    let before = redis.calls()?;
    view(&second).await?;
    let between = redis.calls()?;
    for _ in 0..VIEWS {
        view(&first).await?;
    }
    let after = redis.calls()?;
    sign_ins::add(&first, "reader", "admin")?;
    sign_ins::closed(&first).await?;
    let (cookie, _) = sign_ins::sign_in(&first, "reader", 1).await?;
    let asked = raw::request("/d/twenty", &format!("cookie: {cookie}\r\n"));
    let mut reader = Raw::connect(&first.address()).await?;
    let mut read = async || -> Result<()> {
        match reader.ask(&asked).await? {
            (200, _) => Ok(()),
            (status, _) => bail!("the page of who has signed in failed with status {status}"),
        }
    };
    read().await?;
    let before_signed_in = redis.calls()?;
    for _ in 0..VIEWS {
        read().await?;
    }
    let after_signed_in = redis.calls()?;
    Ok(Report {
        from_redis: difference(&before, &between),
        from_memory: difference(&between, &after),
        signed_in: difference(&before_signed_in, &after_signed_in),
        statements: postgres.statements().await?,
    })
}

/// Waits until everything loaded is stored, which may be after the response. A load ends by
/// publishing that it is done.
async fn stored(redis: &Redis, processes: &[&Brisk]) -> Result<()> {
    let begun = Instant::now();
    loop {
        let mut loads = 0;
        for process in processes {
            loads += process.figure("loads_total").await?;
        }
        let landed = redis.calls()?.remove("publish").unwrap_or(0);
        if landed == loads {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            bail!("{landed} of {loads} loads have said that they have landed");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Calls between two counts, without those of the counting itself. A script's calls within Redis
/// are not round trips.
pub(crate) fn difference(
    before: &BTreeMap<String, u64>,
    after: &BTreeMap<String, u64>,
) -> BTreeMap<String, u64> {
    let mut calls: BTreeMap<String, u64> = after
        .iter()
        .map(|(name, count)| (name.clone(), count - before.get(name).copied().unwrap_or(0)))
        .filter(|(name, count)| *count > 0 && name != "info" && !name.starts_with("client"))
        .collect();
    // Only that script sends EXPIRE, for all tags of a batch, on a random fraction of reads.
    calls.remove("expire");
    // Pings keep the event channel alive, independently of views.
    calls.remove("ping");
    // Once a second each process looks whether Redis has lost sessions.
    calls.remove("pexpire");
    // Each run of the script that reads generations calls MGET once.
    let scripts = calls.get("evalsha").copied().unwrap_or(0);
    if let Some(count) = calls.get_mut("mget") {
        *count = count.saturating_sub(scripts);
    }
    calls.retain(|_, count| *count > 0);
    calls
}

impl Report {
    /// Whether the guarantees held.
    pub fn check(&self) -> Result<()> {
        let sum = |calls: &BTreeMap<String, u64>| calls.values().sum::<u64>();
        let costs_much =
            [&self.from_memory, &self.signed_in].map(sum).iter().any(|s| *s > 2 * VIEWS);
        if costs_much || sum(&self.from_redis) > 2 || self.statements > 0 {
            bail!("a hot view costs too much: {self:?}");
        }
        if sum(&self.signed_in) < VIEWS {
            bail!("the views of who has signed in were not counted: {self:?}");
        }
        if sum(&self.from_memory) < VIEWS || sum(&self.from_redis) == 0 {
            bail!("something was not counted: {self:?}");
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "a hot view of twenty panels")?;
        writeln!(f, "  Redis commands, {VIEWS} views from memory    {:?}", self.from_memory)?;
        writeln!(f, "  Redis commands, one view from Redis      {:?}", self.from_redis)?;
        writeln!(f, "  Redis commands, {VIEWS} views signed in      {:?}", self.signed_in)?;
        writeln!(f, "  PostgreSQL statements, all of them       {}", self.statements)
    }
}
