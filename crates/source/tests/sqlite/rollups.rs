//! Rollups of a SQLite database: what a refresh touches, what readers see meanwhile, and what is
//! refused.

use super::workers::program;
use crate::rollups;

use brisk_domain::{Interval, Lateness, Rollup, RollupColumn, RollupName, SourceName, Timestamp};
use brisk_source::{Limits, SQLITE_MEMORY, Source, SourceError};
use rollups::{
    DAY, NOON, SALES, assert_short_and_long_day, direct, half_an_hour, refresh,
    refresh_while_reading, rollup, rows, run, shown,
};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::path::PathBuf;
use std::time::Duration;

struct World {
    directory: tempfile::TempDir,
    source: Source,
}

const TABLE: &str =
    "create table orders (at integer not null, country text, net integer not null);";

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // A name that would be three other things in a URL.
        let path = directory.path().join("a shop #1?100%.sqlite");
        let name = SourceName::parse("shop").unwrap();
        let source = Source::sqlite(name, &path, Limits::default());
        let source = source.with_worker_processes(program(), SQLITE_MEMORY);
        let file = directory.path().join("rollups").join("shop.sqlite");
        let source = source.with_rollup_file(&file, "", Duration::from_secs(20));
        let world = Self { directory, source };
        world.write(TABLE).await;
        world
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("a shop #1?100%.sqlite")
    }

    async fn write(&self, sql: &str) {
        let options = sqlx::sqlite::SqliteConnectOptions::new();
        let options = options.filename(self.path()).create_if_missing(true);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    }

    /// A sale at noon, `day` days from the 16th.
    async fn sell(&self, day: i64, country: &str, net: i64) {
        let at = NOON + day * DAY;
        self.write(&format!("insert into orders values ({at}, '{country}', {net})")).await;
    }
}

#[tokio::test]
async fn a_refresh_touches_only_buckets_that_may_be_late() {
    let world = World::new().await;
    for day in -5..=0 {
        world.sell(day, "France", 10).await;
    }
    let first = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!((first.from, first.written, first.rows), (None, 6, 6));
    assert_eq!(shown(&world.source).await, direct(&world.source).await);

    // Two days late, and three: the third is beyond the rollup's lateness.
    world.write(&format!("update orders set net = 11 where at = {}", NOON - 2 * DAY)).await;
    world.write(&format!("update orders set net = 12 where at = {}", NOON - 3 * DAY)).await;
    world.sell(1, "Spain", 5).await;
    let second = refresh(&world.source, &rollup(SALES)).await.unwrap();
    let from = Timestamp::from_seconds(NOON - DAY / 2 - 2 * DAY);
    assert_eq!((second.from, second.written, second.rows), (Some(from), 4, 7));
    let revenue = "select revenue from brisk.daily order by day";
    assert_eq!(rows(&world.source, revenue).await, ["10", "10", "10", "11", "10", "10", "5"]);

    // Rows deleted within the lateness disappear from the rollup, too.
    world.write(&format!("delete from orders where at >= {}", NOON - DAY)).await;
    let third = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!((third.written, third.rows), (0, 4));
    assert_eq!(rows(&world.source, revenue).await, ["10", "10", "10", "11"]);
}

/// The first refreshes make the file together, and SQLite waits for no lock to change its journal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rollups_that_are_refreshed_together_for_the_first_time_are_all_written() {
    let world = World::new().await;
    world.sell(0, "Norway", 10).await;
    let rollups = ["a", "b", "c"]
        .map(|name| Rollup { name: RollupName::parse(name).unwrap(), ..rollup(SALES) });
    for round in 0..40 {
        // Threads instead of processes, which start too far apart.
        let name = SourceName::parse("shop").unwrap();
        let source = Source::sqlite(name, &world.path(), Limits::default());
        let file = world.directory.path().join(format!("rollups {round}")).join("shop.sqlite");
        let source = source.with_rollup_file(&file, "", Duration::from_secs(20));
        let refreshes = rollups.iter().map(|rollup| refresh(&source, rollup));
        for done in futures::future::join_all(refreshes).await {
            assert_eq!(done.unwrap().written, 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_never_see_a_part_of_a_refresh_or_of_a_rebuild() {
    let world = World::new().await;
    world
        .write(&format!(
            "with recursive n(i) as (select 0 union all select i + 1 from n where i < 39999)
             insert into orders select {NOON} - (i % 100) * 86400, 'country ' || (i % 50), 1 from n"
        ))
        .await;
    let sql = "select count(distinct day) as days, sum(orders) as orders from brisk.daily";
    assert!(refresh_while_reading(&world.source, sql).await > 10);
}

#[tokio::test]
async fn another_definition_builds_the_table_anew() {
    let world = World::new().await;
    world.sell(-9, "France", 10).await;
    world.sell(0, "France", 10).await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    let mut changed = rollup(&SALES.replace("sum(net)", "2 * sum(net)"));
    let report = refresh(&world.source, &changed).await.unwrap();
    assert_eq!((report.from, report.rows), (None, 2));
    assert_eq!(rows(&world.source, "select revenue from brisk.daily").await, ["20", "20"]);
    // Other columns, other identity.
    changed.query.sql = "select $bucket(at) as day, sum(net) as net from orders where $range(at) \
                         group by 1"
        .into();
    changed.keys.clear();
    refresh(&world.source, &changed).await.unwrap();
    assert_eq!(rows(&world.source, "select net from brisk.daily").await, ["10", "10"]);
    let record = &world.source.rollup_records().await.unwrap()[0];
    assert_eq!((record.name.as_str(), record.rows), ("daily", 2));
}

#[tokio::test]
async fn a_database_file_that_was_replaced_builds_the_table_anew() {
    let world = World::new().await;
    world.sell(-9, "France", 10).await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    // The new file is made before the old one is gone, so it cannot have the same inode.
    let old = world.directory.path().join("old.sqlite");
    std::fs::rename(world.path(), &old).unwrap();
    world.write(TABLE).await;
    world.sell(-9, "Spain", 7).await;
    let report = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!((report.from, report.rows), (None, 1));
}

#[tokio::test]
async fn a_refresh_that_fails_leaves_the_rows_from_before() {
    let world = World::new().await;
    world.sell(0, "France", 10).await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    let before = shown(&world.source).await;
    world.sell(0, "Spain", 10).await;
    let message = async |change: fn(&mut brisk_domain::Rollup)| {
        let mut changed = rollup(SALES);
        change(&mut changed);
        let error = refresh(&world.source, &changed).await.unwrap_err();
        assert_eq!(shown(&world.source).await, before, "{error}");
        error.to_string()
    };
    let twice = message(|r| r.keys.clear()).await;
    assert!(twice.contains("\"keys\"") && twice.contains("\"day\""), "{twice}");
    let null = message(|r| {
        r.query.sql = SALES.replace("country,", "nullif(country, 'Spain') as country,")
    });
    let null = null.await;
    assert!(null.contains("NULL") && null.contains("coalesce"), "{null}");
    let nowhere = message(|r| r.query.sql = SALES.replace("sum(net)", "sum(profit)")).await;
    assert!(nowhere.contains("profit") && nowhere.contains("column 41"), "{nowhere}");
    let column = message(|r| {
        r.query.sql =
            "select * from (select $bucket(at) as day, 1 as n from orders where $range(at))".into();
    });
    let column = column.await;
    assert!(column.contains("\"country\"") && column.contains("day, n"), "{column}");
}

#[tokio::test]
async fn a_time_that_is_not_that_of_the_range_is_refused() {
    let world = World::new().await;
    world.sell(0, "France", 10).await;
    world.sell(-1, "France", 10).await;
    // The day has the required name, but is moved.
    let moved = "select day - (country = 'Spain') * 864000 as day, country, n
         from (select $bucket(at) as day, country, count(*) as n from orders
               where $range(at) group by 1, 2)";
    let mut moved =
        rollup(&format!("with d as ({moved}) select $time(day) as day, country, n from d"));
    moved.lateness = Lateness::default();
    refresh(&world.source, &moved).await.unwrap();
    world.sell(0, "Spain", 10).await;
    let error = refresh(&world.source, &moved).await.unwrap_err();
    assert!(error.to_string().contains("$bucket(e)"), "{error}");
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_stopped_and_leaves_the_rows_from_before() {
    let world = World::new().await;
    world.sell(0, "France", 10).await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    let before = shown(&world.source).await;
    let file = world.directory.path().join("rollups").join("shop.sqlite");
    let hurried = world.source.clone().with_rollup_file(&file, "", Duration::from_secs(1));
    let endless = "with recursive n(i) as (select 0 union all select i + 1 from n)
         select $bucket(at) as day, country, (select count(*) from n) as revenue, 1 as orders
         from orders where $range(at)";
    let error = refresh(&hurried, &rollup(endless)).await.unwrap_err();
    assert!(matches!(error, SourceError::Timeout { .. }), "{error}");
    assert_eq!(shown(&world.source).await, before);
    // And the next refresh can write.
    refresh(&world.source, &rollup(SALES)).await.unwrap();
}

#[tokio::test]
async fn days_follow_the_wall_clock_through_both_changes() {
    let world = World::new().await;
    // Every 17 minutes from 2011-03-24 to 2011-04-01, and from 2011-10-27 to 2011-11-03.
    for (from, to) in [(1_300_924_800, 1_301_616_000), (1_319_673_600, 1_320_278_400)] {
        let mut rollup = rollup(SALES);
        rollup.lateness = Lateness::default();
        for until in (from..to).step_by(5 * 3_600) {
            world
                .write(&format!(
                    "with recursive n(at) as (
                       select {until} union all select at + 1020 from n where at + 1020 < {until} + 18000)
                     insert into orders select at, 'x', at % 97 from n"
                ))
                .await;
            refresh(&world.source, &rollup).await.unwrap();
        }
    }
    let shown = shown(&world.source).await;
    assert_eq!(shown, direct(&world.source).await);
    assert_eq!(shown.len(), 17);
    let starts = "select day from brisk.daily order by day";
    assert_short_and_long_day(&rows(&world.source, starts).await);
}

#[tokio::test]
async fn months_refresh_from_their_first_day() {
    let world = World::new().await;
    world.sell(0, "France", 10).await;
    let mut rollup = rollup(SALES);
    (rollup.grain, rollup.lateness) = (Interval::Month, Lateness::default());
    refresh(&world.source, &rollup).await.unwrap();
    world.sell(-14, "France", 1).await;
    refresh(&world.source, &rollup).await.unwrap();
    assert_eq!(rows(&world.source, "select revenue from brisk.daily").await, ["11"]);
}

#[tokio::test]
async fn the_database_itself_is_never_written_and_readers_write_nothing() {
    let world = World::new().await;
    world.sell(0, "France", 10).await;
    let before = std::fs::read(world.path()).unwrap();
    // Two tables of one name: statements mean the source's own.
    world.write("create table daily (at integer, country text, net integer)").await;
    let tables = std::fs::read(world.path()).unwrap();
    assert_ne!(before, tables);
    let of_its_own = SALES.replace("from orders", "from daily");
    world.write(&format!("insert into daily values ({NOON}, 'Spain', 3)")).await;
    let filled = std::fs::read(world.path()).unwrap();
    refresh(&world.source, &rollup(&of_its_own)).await.unwrap();
    refresh(&world.source, &rollup(&of_its_own)).await.unwrap();
    assert_eq!(rows(&world.source, "select country, revenue from brisk.daily").await, ["Spain 3"]);
    assert_eq!(std::fs::read(world.path()).unwrap(), filled, "not a byte has changed");
    let missing = run(&world.source, "select 1 as one from brisk.missing").await.unwrap_err();
    assert!(missing.to_string().contains("brisk.missing"), "{missing}");
}

#[tokio::test]
async fn columns_compare_as_those_of_the_source_do() {
    let world = World::new().await;
    world.write("create table o (at integer, customer integer, net integer)").await;
    world.write(&format!("insert into o values ({NOON}, 7, 1)")).await;
    let mut rollup = rollup(
        "select $bucket(at) as day, customer, sum(net) as net from o where $range(at) group by 1, 2",
    );
    rollup.keys = vec![RollupColumn::parse("customer").unwrap()];
    refresh(&world.source, &rollup).await.unwrap();
    // The type of a variable's value: text.
    for table in ["o", "brisk.daily"] {
        let sql = format!("select net from {table} where customer = cast('7' as text)");
        let found = rows(&world.source, &sql).await;
        assert_eq!(found, ["1"], "{table}");
    }
}

#[tokio::test]
async fn a_database_file_that_was_written_over_in_place_builds_the_table_anew() {
    let world = World::new().await;
    for day in -9..=0 {
        world.sell(day, "France", 10).await;
    }
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    let kept = world.directory.path().join("kept.sqlite");
    std::fs::copy(world.path(), &kept).unwrap();
    // Changed through SQLite: refreshing what may be late is enough.
    world.sell(1, "France", 10).await;
    let report = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert!(report.from.is_some(), "{report:?}");
    // Overwritten: older rows may differ.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&kept);
    let mut other = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    other.execute("update orders set net = 77").await.unwrap();
    other.close().await.unwrap();
    std::fs::copy(&kept, world.path()).unwrap();
    let report = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!((report.from, report.rows), (None, 10));
    assert_eq!(rows(&world.source, "select distinct revenue from brisk.daily").await, ["77"]);
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
}

#[tokio::test]
async fn hours_of_a_clock_that_is_moved_by_half_an_hour_are_those_of_the_table() {
    let world = World::new().await;
    half_an_hour(&world.source, async |at| {
        world.write(&format!("insert into orders values ({at}, 'France', 1)")).await;
    })
    .await;
}
