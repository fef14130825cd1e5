//! The source: a table whose rows are spread over three PostgreSQL servers. A fourth, which Brisk reads, has
//! none of them: its partitions are foreign tables, which it scans at the same time.

use crate::servers::postgres::{Postgres, READER};
use anyhow::Result;

/// The servers.
pub(super) struct Shards {
    /// The one that Brisk reads.
    pub(super) front: Postgres,
    /// Those that have the rows.
    pub(super) shards: Vec<Postgres>,
}

const SHARDS: usize = 3;
/// What decides on which server a row is.
const PRODUCTS: i64 = 40;
/// Rows of the table whose sum is the counter.
const COUNTERS: i64 = 9;
const COLUMNS: &str = "id bigint, at timestamptz, region text, product bigint, amount bigint";

impl Shards {
    /// Starts the servers with `rows` rows of the last year.
    pub(super) async fn start(rows: u64) -> Result<Self> {
        let front = Postgres::start().await?;
        let mut shards = Vec::new();
        for _ in 0..SHARDS {
            shards.push(Postgres::start().await?);
        }
        let fills = shards.iter().enumerate().map(|(number, shard)| fill(shard, number, rows));
        futures::future::try_join_all(fills).await?;
        front.execute("create extension postgres_fdw").await?;
        front
            .execute(format!("create table sales ({COLUMNS}) partition by hash (product)"))
            .await?;
        front
            .execute("create table counters (id bigint, value bigint) partition by hash (id)")
            .await?;
        for (number, shard) in shards.iter().enumerate() {
            front.execute(partition(number, shard.port)).await?;
        }
        front.execute("analyze sales; analyze counters").await?;
        let settings = [
            // Each server adds up its own rows.
            format!("alter role {READER} set enable_partitionwise_aggregate = on"),
            format!("alter role {READER} set enable_async_append = on"),
        ];
        for setting in settings {
            front.execute(setting).await?;
        }
        Ok(Self { front, shards })
    }

    /// Raises the counter by one, on one of the servers.
    pub(super) async fn raise(&self, by: i64) -> Result<()> {
        let row = 1 + by.rem_euclid(COUNTERS);
        self.front.execute(format!("update counters set value = value + 1 where id = {row}")).await
    }

    /// How many of the servers with rows the plan of a panel's statement reads at the same time.
    pub(super) async fn at_once(&self) -> Result<usize> {
        let sql = "begin; set local role reader; set local enable_partitionwise_aggregate = on;
            explain (costs off) select product, sum(amount) from sales
              where at > '2020-01-01' group by 1;
            rollback";
        let rows = sqlx::raw_sql(sql).fetch_all(&self.front.pool).await?;
        let plan: Vec<String> = rows
            .iter()
            .filter_map(|row| sqlx::Row::try_get_unchecked::<String, _>(row, 0).ok())
            .collect();
        Ok(plan.iter().filter(|line| line.contains("Async Foreign Scan")).count())
    }

    /// Statements of sources on the server that Brisk reads.
    pub(super) async fn statements(&self) -> Result<i64> {
        self.front.statements().await
    }

    /// The processor time of all servers.
    pub(super) fn cpu_time(&self) -> Result<std::time::Duration> {
        let mut sum = self.front.cpu_time()?;
        for shard in &self.shards {
            sum += shard.cpu_time()?;
        }
        Ok(sum)
    }
}

/// Each server makes its own part: the rows that the partitioning of the first one would send it.
async fn fill(shard: &Postgres, number: usize, rows: u64) -> Result<()> {
    let setup = [
        format!("create table sales ({COLUMNS})"),
        "create table whole (product bigint) partition by hash (product)".into(),
        format!(
            "insert into sales select i, now() - interval '1 year' * (i::float8 / {rows}),
               'r' || i / {PRODUCTS} % 6, i % {PRODUCTS}, i % 97
             from generate_series(1::bigint, {rows}) i
             where satisfies_hash_partition('whole'::regclass, {SHARDS}, {number}, i % {PRODUCTS})"
        ),
        "create table counters (id bigint primary key, value bigint)".into(),
        format!(
            "insert into counters select i, 0 from generate_series(1::bigint, {COUNTERS}) i
             where satisfies_hash_partition('whole'::regclass, {SHARDS}, {number}, i)"
        ),
        "create unique index on sales (id)".into(),
        "create index on sales (at)".into(),
        "analyze sales".into(),
    ];
    for statement in setup {
        shard.execute(statement).await?;
    }
    Ok(())
}

fn partition(number: usize, port: u16) -> String {
    format!(
        "create server shard_{number} foreign data wrapper postgres_fdw options
           (host '127.0.0.1', port '{port}', dbname 'postgres', async_capable 'true', fetch_size '10000');
         create user mapping for current_user server shard_{number}
           options (user 'owner', password_required 'false');
         create user mapping for {READER} server shard_{number}
           options (user '{READER}', password_required 'false');
         create foreign table sales_{number} partition of sales
           for values with (modulus {SHARDS}, remainder {number})
           server shard_{number} options (table_name 'sales');
         create foreign table counters_{number} partition of counters
           for values with (modulus {SHARDS}, remainder {number})
           server shard_{number} options (table_name 'counters')"
    )
}
