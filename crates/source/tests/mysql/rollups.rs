//! Rollups of a real MariaDB, written by one user and read by another. The whole server has one
//! database for them, so these tests take turns.

use crate::fixture;
use crate::rollups;

use brisk_domain::{Lateness, SourceName, Timestamp};
use brisk_source::rollup::Refresh;
use brisk_source::{Limits, Rights, Source};
use fixture::maria::{VARIABLE, wait_until_ended, wait_until_running};
use fixture::url::url;
use rollups::{
    DAY, NOON, SALES, assert_short_and_long_day, direct, half_an_hour, plan, refresh,
    refresh_while_reading, rollup, rows, run, shown,
};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, Row};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

/// The rights that the documentation grants to the writing user.
const RIGHTS: &str =
    "select, insert, update, delete, create, create temporary tables, alter, drop on brisk.*";

/// A database of the test's own, with a reading user and one that writes rollups.
struct World {
    source: Source,
    /// A connection with all rights.
    admin: MySqlConnection,
    name: String,
    reader_url: String,
    writer_url: String,
    _turn: MutexGuard<'static, ()>,
}

impl World {
    async fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        static TURN: Mutex<()> = Mutex::const_new(());
        let url = url(VARIABLE)?;
        let turn = TURN.lock().await;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rollups_{}_{number}", std::process::id());
        let (scheme, rest) = url.split_once("://").unwrap();
        let (user, place) = rest.split_once('@').unwrap();
        let place = place.split_once('/').unwrap().0;
        let of = |user: &str| format!("{scheme}://{user}@{place}/{name}");
        let server = format!("{scheme}://{user}@{place}");
        let mut server = MySqlConnection::connect(&server).await.unwrap();
        // Other tests have tables there.
        for sql in [
            &format!("create database {name} charset utf8mb4"),
            "create database if not exists brisk",
            "drop table if exists brisk.rollups, brisk.daily, brisk.`daily next`",
        ] {
            server.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
        }
        let mut admin = MySqlConnection::connect(&of(user)).await.unwrap();
        let (reader, writer) = (format!("{name}_r"), format!("{name}_w"));
        for host in ["localhost", "%"] {
            for sql in [
                format!("create user {reader}@'{host}' identified by 'r'"),
                format!("create user {writer}@'{host}' identified by 'w'"),
                format!("grant select on {name}.* to {reader}@'{host}'"),
                format!("grant select on brisk.* to {reader}@'{host}'"),
                format!("grant select on {name}.* to {writer}@'{host}'"),
                format!("grant {RIGHTS} to {writer}@'{host}'"),
            ] {
                admin.execute(AssertSqlSafe(sql)).await.unwrap();
            }
        }
        let (reader_url, writer_url) = (of(&format!("{reader}:r")), of(&format!("{writer}:w")));
        let source = source(&reader_url, &writer_url);
        let mut world = Self { source, admin, name, reader_url, writer_url, _turn: turn };
        world
            .write(
                "create table orders (at datetime(6) not null, country varchar(60),
                   net decimal(12, 3) not null)",
            )
            .await;
        Some(world)
    }

    async fn write(&mut self, sql: &str) {
        self.admin.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }

    /// A sale at noon, `day` days from the 16th.
    async fn sell(&mut self, day: i64, country: &str, net: &str) {
        let at = at(day);
        self.write(&format!("insert into orders values ({at}, '{country}', {net})")).await;
    }

    /// Forty thousand sales over a hundred days.
    async fn sell_much(&mut self) {
        self.write(&format!(
            "insert into orders select timestamp'1970-01-01 00:00:00'
               + interval ({NOON} - (seq % 100) * 86400) second,
               concat('country ', seq % 50), 1 from seq_0_to_39999"
        ))
        .await;
    }

    /// The tables in the database of the rollups.
    async fn tables(&mut self) -> Vec<String> {
        let sql = "select table_name from information_schema.tables
             where table_schema = 'brisk' and (table_name = 'rollups' or table_name like 'daily%')
             order by table_name";
        let rows = self.admin.fetch_all(sql).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// Noon, `day` days from the 16th, in SQL.
fn at(day: i64) -> String {
    format!("(timestamp'1970-01-01 00:00:00' + interval {} second)", NOON + day * DAY)
}

fn source(reader: &str, writer: &str) -> Source {
    let name = SourceName::parse("shop").unwrap();
    let source = Source::mysql(name, reader, 4, Limits::default()).unwrap();
    source.with_rollup_url(writer, Duration::from_secs(20)).unwrap()
}

#[tokio::test]
async fn a_refresh_touches_only_buckets_that_may_be_late_and_keeps_types() {
    let Some(mut world) = World::new().await else { return };
    for day in -5..=0 {
        world.sell(day, "France", "10.005").await;
    }
    let first = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!((first.from, first.written, first.rows), (None, 6, 6));
    let seen = shown(&world.source).await;
    assert_eq!(seen, direct(&world.source).await);
    assert!(seen[0].contains("10.005"), "decimals stay exact: {}", seen[0]);

    world.write(&format!("update orders set net = 11 where at = {}", at(-2))).await;
    world.write(&format!("update orders set net = 12 where at = {}", at(-3))).await;
    world.sell(1, "Spain", "5").await;
    let second = refresh(&world.source, &rollup(SALES)).await.unwrap();
    let from = Timestamp::from_seconds(NOON - DAY / 2 - 2 * DAY);
    assert_eq!((second.from, second.written, second.rows), (Some(from), 4, 7));
    let revenue = "select truncate(revenue, 0) as revenue from brisk.daily order by day";
    assert_eq!(rows(&world.source, revenue).await, ["10", "10", "10", "11", "10", "10", "5"]);
    let record = &world.source.rollup_records().await.unwrap()[0];
    assert_eq!((record.name.as_str(), record.rows), ("daily", 7));
    assert_eq!(record.refreshed_at, Timestamp::from_seconds(NOON + 30 * DAY));
    assert_eq!(world.tables().await, ["daily", "rollups"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_never_see_a_part_of_a_refresh_or_of_a_rebuild() {
    let Some(mut world) = World::new().await else { return };
    world.sell_much().await;
    // Even on a server that lets readers see uncommitted rows, Brisk's do not.
    world.write("set global transaction isolation level read uncommitted").await;
    let sql =
        "select count(distinct day) as days, cast(sum(orders) as int) as orders from brisk.daily";
    let reads = refresh_while_reading(&world.source, sql).await;
    world.write("set global transaction isolation level repeatable read").await;
    assert!(reads > 10);
    assert_eq!(world.tables().await, ["daily", "rollups"]);
}

#[tokio::test]
async fn another_definition_builds_the_table_anew_and_readers_get_its_new_columns() {
    let Some(mut world) = World::new().await else { return };
    world.sell(-9, "France", "10").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    // Readers' connections have prepared this for the columns that there were.
    let all = "select * from brisk.daily";
    for _ in 0..6 {
        assert_eq!(run(&world.source, all).await.unwrap().columns().len(), 4);
    }
    let mut changed = rollup(
        "select $bucket(at) as day, concat('n', truncate(sum(net), 0)) as revenue from orders
         where $range(at) group by 1",
    );
    changed.keys.clear();
    let report = refresh(&world.source, &changed).await.unwrap();
    assert_eq!((report.from, report.rows), (None, 1));
    for _ in 0..6 {
        let frame = run(&world.source, all).await.unwrap();
        assert_eq!(frame.column("revenue").unwrap().values.exact(0).as_deref(), Some("n10"));
    }
}

#[tokio::test]
async fn another_type_of_a_column_builds_the_table_anew() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    world.write("alter table orders modify country varchar(80) collate utf8mb4_bin").await;
    world.sell(0, "FRANCE", "10").await;
    let report = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!((report.from, report.rows), (None, 2));
}

#[tokio::test]
async fn a_refresh_that_fails_leaves_the_rows_from_before() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    let before = shown(&world.source).await;
    world.sell(0, "Spain", "10").await;
    let null = SALES.replace("country,", "nullif(country, 'Spain') as country,");
    let cases = [
        (
            SALES.replace("country,", "'x' as country,").replace("1, 2", "1, orders.country"),
            "\"keys\"",
        ),
        (null, "coalesce"),
        (SALES.replace("sum(net)", "sum(profit)"), "column 41"),
        (SALES.replace("from orders", "from ordered"), "ordered"),
        (SALES.replace("country,", "repeat(country, 9000) as country,"), "left("),
    ];
    for (sql, word) in cases {
        let error = refresh(&world.source, &rollup(&sql)).await.unwrap_err();
        assert!(error.to_string().contains(word), "{sql}: {error}");
        assert_eq!(shown(&world.source).await, before, "{sql}");
    }
    // The same in a refresh that is not a rebuild.
    world.write("rename table orders to moved").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap_err();
    assert_eq!(shown(&world.source).await, before);
    world.write("rename table moved to orders").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
    assert_eq!(world.tables().await, ["daily", "rollups"]);
}

#[tokio::test]
async fn days_follow_the_wall_clock_through_both_changes() {
    let Some(mut world) = World::new().await else { return };
    let mut rollup = rollup(SALES);
    rollup.lateness = Lateness::default();
    for (from, to) in [(1_300_924_800, 1_301_616_000), (1_319_673_600, 1_320_278_400)] {
        for until in (from..to).step_by(20 * 3_600) {
            world
                .write(&format!(
                    "insert into orders select timestamp'1970-01-01 00:00:00'
                       + interval ({until} + seq) second, 'x', ({until} + seq) % 97
                     from seq_0_to_71999_step_1020"
                ))
                .await;
            refresh(&world.source, &rollup).await.unwrap();
        }
    }
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
    let starts = "select to_seconds(day) as start from brisk.daily order by 1";
    assert_short_and_long_day(&rows(&world.source, starts).await);
}

#[tokio::test]
async fn the_user_who_reads_cannot_write_rollups() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    let mut reader = MySqlConnection::connect(&world.reader_url).await.unwrap();
    for sql in [
        "insert into brisk.daily (day, country) values (now(), 'x')",
        "delete from brisk.daily",
        "delete from brisk.rollups",
        "create table brisk.mine (a int)",
    ] {
        let error = reader.execute(AssertSqlSafe(sql)).await.unwrap_err();
        assert!(error.to_string().contains("denied"), "{sql}: {error}");
    }
    let mut writer = MySqlConnection::connect(&world.writer_url).await.unwrap();
    let error = writer.execute("delete from orders").await.unwrap_err();
    assert!(error.to_string().contains("denied"), "{error}");
}

#[tokio::test]
async fn what_the_writing_user_may_not_do_is_a_sentence_that_says_what_to_grant() {
    let Some(mut world) = World::new().await else { return };
    let nobody = source(&world.reader_url, &world.reader_url);
    let error = refresh(&nobody, &rollup(SALES)).await.unwrap_err().to_string();
    assert!(error.contains("\"rollup_url\"") && error.contains("create"), "{error}");
    assert!(!error.contains('@'), "{error}");

    // A user who may read nothing in a database cannot even connect to it.
    world.write("create table others (a int)").await;
    let name = world.name.clone();
    for host in ["localhost", "%"] {
        world.write(&format!("revoke select on {name}.* from {name}_w@'{host}'")).await;
        world.write(&format!("grant select on {name}.others to {name}_w@'{host}'")).await;
    }
    let error = refresh(&world.source, &rollup(SALES)).await.unwrap_err().to_string();
    assert!(error.contains("orders") && error.contains("needs select"), "{error}");
    assert!(!error.contains('@'), "{error}");
}

#[tokio::test]
async fn two_that_refresh_at_once_take_turns() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    let rollup = rollup(SALES);
    let both = futures::future::join_all((0..4).map(|_| refresh(&world.source, &rollup))).await;
    for report in both {
        assert_eq!(report.unwrap().rows, 1);
    }
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
    assert_eq!(world.tables().await, ["daily", "rollups"]);
}

#[tokio::test]
async fn who_writes_the_sources_rows_does_not_wait_for_a_refresh_and_it_not_for_them() {
    let Some(mut world) = World::new().await else { return };
    for day in -5..=0 {
        world.sell(day, "France", "10").await;
    }
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    world.write("start transaction").await;
    world.write("update orders set net = net + 1").await;
    world.sell(0, "Spain", "1").await;
    // It reads what is committed, in a rebuild and in a refresh.
    let report = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!((report.from.is_some(), report.rows), (true, 6));
    let other = rollup(&format!("{SALES} having 1 = 1"));
    let report = refresh(&world.source, &other).await.unwrap();
    assert_eq!((report.from.is_some(), report.rows), (false, 6));
    world.write("commit").await;
}

#[tokio::test]
async fn the_database_of_the_rollups_is_made_if_it_is_not_there() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    world.write("drop database brisk").await;
    assert!(world.source.rollup_records().await.unwrap().is_empty());
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
    assert_eq!(world.tables().await, ["daily", "rollups"]);
}

#[tokio::test]
async fn a_rebuild_lets_readers_in_while_it_waits_for_one_who_holds_the_table() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    world.write("start transaction").await;
    world.write("select count(*) from brisk.daily").await;
    let (source, changed) = (world.source.clone(), rollup(&format!("{SALES} having 1 = 1")));
    let rebuild = tokio::spawn(async move { refresh(&source, &changed).await });
    wait_until_running("rename table").await;
    // A reader queues behind it, but only until it gives up.
    assert_eq!(shown(&world.source).await.len(), 1);
    assert!(!rebuild.is_finished());
    world.write("commit").await;
    assert_eq!(rebuild.await.unwrap().unwrap().from, None);
    assert_eq!(world.tables().await, ["daily", "rollups"]);
}

#[tokio::test]
async fn a_refresh_that_is_given_up_is_ended_on_the_server_and_the_next_one_is_right() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    // Quick as long as there are few rows.
    let slow = SALES.replace(
        "where $range(at)",
        "where $range(at)
         and (select count(*) from orders a, orders b where a.net + b.net > orders.net) >= 0",
    );
    let rebuilt = format!("{slow} having 1 = 1");
    refresh(&world.source, &rollup(&slow)).await.unwrap();
    let before = shown(&world.source).await;
    world.sell_much().await;
    let leftovers: [(&str, &[&str]); 2] =
        [(&slow, &["daily", "rollups"]), (&rebuilt, &["daily", "daily next", "rollups"])];
    for (sql, tables) in leftovers {
        for _ in 0..2 {
            let (source, slow) = (world.source.clone(), rollup(sql));
            let given_up = tokio::spawn(async move { refresh(&source, &slow).await });
            wait_until_running("insert into `brisk`").await;
            given_up.abort();
            wait_until_ended("insert into `brisk`").await;
            assert_eq!(shown(&world.source).await, before);
            assert_eq!(world.tables().await, tables);
        }
    }
    let report = refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!(report.from, None);
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
    assert_eq!(world.tables().await, ["daily", "rollups"]);
}

#[tokio::test]
async fn a_table_whose_record_was_not_written_any_more_is_built_anew() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    // Killed between the swap and the record: the table holds rows of a definition that is
    // abandoned again.
    world.write("update brisk.rollups set definition = ''").await;
    world.write("update brisk.daily set revenue = 99").await;
    world.write("create table brisk.`daily before` (a int)").await;
    world.write("create table brisk.`daily next` (a int)").await;
    assert_eq!(refresh(&world.source, &rollup(SALES)).await.unwrap().from, None);
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
    assert_eq!(world.tables().await, ["daily", "rollups"]);
    // And a table that no longer exists.
    world.write("drop table brisk.daily").await;
    assert_eq!(refresh(&world.source, &rollup(SALES)).await.unwrap().from, None);
}

#[tokio::test]
async fn a_rollup_of_another_database_of_the_server_is_not_taken_over() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    let before = shown(&world.source).await;
    world.write("update brisk.rollups set origin = 'staging'").await;
    let error = refresh(&world.source, &rollup(SALES)).await.unwrap_err().to_string();
    assert!(error.contains("\"staging\"") && error.contains("drop brisk.daily"), "{error}");
    assert_eq!(shown(&world.source).await, before);
    assert!(world.source.rollup_records().await.unwrap().is_empty());
    world.write("drop table brisk.daily").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!(world.source.rollup_records().await.unwrap().len(), 1);
}

#[tokio::test]
async fn building_anew_can_be_asked_for() {
    let Some(mut world) = World::new().await else { return };
    world.sell(-9, "France", "10").await;
    world.sell(0, "France", "10").await;
    let rollup = rollup(SALES);
    refresh(&world.source, &rollup).await.unwrap();
    world.write("update orders set net = 11").await;
    let plan = plan(&rollup, world.source.dialect());
    let definition = format!("{:?}", plan.definition_parts());
    let now = Timestamp::from_seconds(NOON);
    let again = Refresh { plan: &plan, definition: &definition, now, rebuild: true };
    assert_eq!(world.source.refresh(&again).await.unwrap().from, None);
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
}

#[tokio::test]
async fn urls_that_cannot_be_meant_are_sentences_without_secrets() {
    let Some(world) = World::new().await else { return };
    let name = SourceName::parse("shop").unwrap();
    let source = Source::mysql(name, &world.reader_url, 1, Limits::default()).unwrap();
    let error = refresh(&source, &rollup(SALES)).await.unwrap_err().to_string();
    assert!(error.contains("\"rollup_url\""), "{error}");
    for (url, words) in [
        ("postgres://u:s3cret@nowhere.invalid/d", "mysql://"),
        ("mysql://u:s3cret@nowhere.invalid/other", "same database"),
        ("mysql://u:s3cret@nowhere.invalid", "same database"),
    ] {
        let source = source.clone().with_rollup_url(url, Duration::from_secs(1));
        let error = source.err().unwrap().to_string();
        assert!(error.contains(words) && !error.contains("s3cret"), "{url}: {error}");
    }
    for (url, words) in [("mysql://u@h/Brisk", "must not be"), ("mysql://u@h", "name a database")] {
        let name = SourceName::parse("shop").unwrap();
        let source = Source::mysql(name, url, 1, Limits::default()).unwrap();
        let error = source.with_rollup_url(url, Duration::from_secs(1)).err().unwrap();
        assert!(error.to_string().contains(words), "{url}: {error}");
    }
}

#[tokio::test]
async fn who_writes_rollups_may_not_be_one_that_can_do_anything() {
    let Some(world) = World::new().await else { return };
    let everything = {
        let server = url(VARIABLE).unwrap();
        let (_, place) = world.reader_url.split_once('@').unwrap();
        format!("{}@{place}", server.split_once('@').unwrap().0)
    };
    let written = |rights: Rights, writer: &str| {
        let name = SourceName::parse("shop").unwrap();
        let source = Source::mysql(name, &world.reader_url, 4, Limits::default()).unwrap();
        source.with_rights(rights).with_rollup_url(writer, Duration::from_secs(20)).unwrap()
    };
    let strict = written(Rights::default(), &everything);
    for error in [
        strict.rollup_records().await.unwrap_err(),
        refresh(&strict, &rollup(SALES)).await.unwrap_err(),
    ] {
        let said = error.to_string();
        for words in
            ["ALL PRIVILEGES", "rollup_url", "create user brisk_rollups", "allow_superuser"]
        {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    let allowed = written(Rights { superuser: true, ..Rights::default() }, &everything);
    assert!(allowed.rollup_records().await.is_ok());
    let writer = written(Rights::default(), &world.writer_url);
    assert!(refresh(&writer, &rollup(SALES)).await.is_ok());
}

#[tokio::test]
async fn hours_of_a_clock_that_is_moved_by_half_an_hour_are_those_of_the_table() {
    let Some(mut world) = World::new().await else { return };
    let source = world.source.clone();
    half_an_hour(&source, async |at| {
        let at = format!("timestamp'1970-01-01 00:00:00' + interval {at} second");
        world.write(&format!("insert into orders values ({at}, 'France', 1)")).await;
    })
    .await;
}
