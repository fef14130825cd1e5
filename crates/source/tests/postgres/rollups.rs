//! Rollups of a real PostgreSQL, written by one role and read by another.

use crate::rollups;

use crate::fixture::url::url;
use brisk_domain::{Lateness, SourceName, Timestamp};
use brisk_source::{Limits, Rights, Source};
use rollups::{
    DAY, NOON, SALES, assert_short_and_long_day, direct, half_an_hour, refresh,
    refresh_while_reading, rollup, rows, run, shown,
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The variable with the server's URL.
const VARIABLE: &str = "BRISK_TEST_POSTGRES_URL";

/// A database of the test's own, with a reading role and one that writes rollups.
struct World {
    source: Source,
    /// The owner of everything.
    admin: PgConnection,
    reader: String,
    writer: String,
    reader_url: String,
    writer_url: String,
}

impl World {
    async fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let url = url(VARIABLE)?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rollups_{}_{number}", std::process::id());
        let mut server = PgConnection::connect(&url).await.unwrap();
        let (reader, writer) = (format!("{name}_reader"), format!("{name}_writer"));
        for sql in [
            format!("create database {name}"),
            format!("create role {reader} login password 'r'"),
            format!("create role {writer} login password 'w'"),
            format!("grant create on database {name} to {writer}"),
        ] {
            server.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        let (scheme, rest) = url.split_once("://").unwrap();
        let (user, place) = rest.split_once('@').unwrap();
        let place = format!("{}/{name}", place.split_once('/').unwrap().0);
        let of = |user: &str| format!("{scheme}://{user}@{place}");
        let mut admin = PgConnection::connect(&of(user)).await.unwrap();
        let setup = format!(
            "create table orders (at timestamptz not null, country text, net numeric(12, 3) not null);
             grant select on orders to {reader}, {writer}"
        );
        admin.execute(AssertSqlSafe(setup)).await.unwrap();
        let (reader_url, writer_url) = (of(&format!("{reader}:r")), of(&format!("{writer}:w")));
        let source = source(&reader_url, &writer_url);
        Some(Self { source, admin, reader, writer, reader_url, writer_url })
    }

    async fn write(&mut self, sql: &str) {
        self.admin.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }

    /// A sale at noon, `day` days from the 16th.
    async fn sell(&mut self, day: i64, country: &str, net: &str) {
        let at = NOON + day * DAY;
        self.write(&format!("insert into orders values (to_timestamp({at}), '{country}', {net})"))
            .await;
    }
}

fn source(reader: &str, writer: &str) -> Source {
    let name = SourceName::parse("shop").unwrap();
    let source = Source::postgres(name, reader, 4, Limits::default()).unwrap();
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

    let at = |day: i64| NOON + day * DAY;
    world.write(&format!("update orders set net = 11 where at = to_timestamp({})", at(-2))).await;
    world.write(&format!("update orders set net = 12 where at = to_timestamp({})", at(-3))).await;
    world.sell(1, "Spain", "5").await;
    let second = refresh(&world.source, &rollup(SALES)).await.unwrap();
    let from = Timestamp::from_seconds(NOON - DAY / 2 - 2 * DAY);
    assert_eq!((second.from, second.written, second.rows), (Some(from), 4, 7));
    let revenue = "select revenue::int as revenue from brisk.daily order by day";
    assert_eq!(rows(&world.source, revenue).await, ["10", "10", "10", "11", "10", "10", "5"]);
    let record = &world.source.rollup_records().await.unwrap()[0];
    assert_eq!((record.name.as_str(), record.rows), ("daily", 7));
    assert_eq!(record.refreshed_at, Timestamp::from_seconds(NOON + 30 * DAY));
}

#[tokio::test]
async fn a_rollup_that_uses_the_servers_clock_stands_in_its_own_zone() {
    let Some(mut world) = World::new().await else { return };
    // Half past midnight in London, which is half past eleven of the day before in UTC, and at noon.
    for at in ["2011-07-08 00:30+01", "2011-07-08 12:00+01", "2011-12-08 00:30+00"] {
        world.write(&format!("insert into orders values ('{at}', 'UK', 1)")).await;
    }
    let sql = |day: &str| {
        format!(
            "select $bucket(at) as day, {day}::text as country, sum(net) as revenue, count(*) as orders
             from orders where $range(at) group by 1, 2"
        )
    };
    let by_hand = "select country from brisk.daily order by 1";
    for day in ["at::date", "date_trunc('day', at)::date", "to_char(at, 'YYYY-MM-DD')"] {
        refresh(&world.source, &rollup(&sql(day))).await.unwrap();
        assert_eq!(rows(&world.source, by_hand).await, ["2011-07-08", "2011-12-08"], "{day}");
        assert_eq!(
            shown(&world.source).await,
            rows(&world.source, &sorted(&sql(day))).await,
            "{day}"
        );
    }
    // The same statement as a panel's, for a rollup in another zone.
    let mut tokyo = rollup(&sql("at::date"));
    tokyo.zone = brisk_domain::ZoneName::parse("Asia/Tokyo").unwrap();
    refresh(&world.source, &tokyo).await.unwrap();
    assert_eq!(rows(&world.source, by_hand).await, ["2011-07-08", "2011-12-08"]);
    world.write("insert into orders values ('2011-07-08 23:30+01', 'UK', 1)").await;
    refresh(&world.source, &tokyo).await.unwrap();
    let days = rows(&world.source, by_hand).await;
    assert_eq!(days, ["2011-07-08", "2011-12-08"], "only what may be late is refreshed");
    tokyo.query.sql.push_str(" having true");
    refresh(&world.source, &tokyo).await.unwrap();
    assert_eq!(rows(&world.source, by_hand).await, ["2011-07-08", "2011-07-09", "2011-12-08"]);
}

fn sorted(sql: &str) -> String {
    format!("{sql} order by 1, 2")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_never_see_a_part_of_a_refresh_or_of_a_rebuild() {
    let Some(mut world) = World::new().await else { return };
    world
        .write(&format!(
            "insert into orders select to_timestamp({NOON} - (i % 100) * 86400), 'country ' || (i % 50), 1
             from generate_series(0, 39999) i"
        ))
        .await;
    let sql = "select count(distinct day) as days, sum(orders)::bigint as orders from brisk.daily";
    assert!(refresh_while_reading(&world.source, sql).await > 10);
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
        "select $bucket(at) as day, 'n' || sum(net)::int as revenue from orders where $range(at) group by 1",
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
        (SALES.replace("sum(net)", "1 / 0"), "zero"),
    ];
    for (sql, word) in cases {
        let error = refresh(&world.source, &rollup(&sql)).await.unwrap_err();
        assert!(error.to_string().contains(word), "{sql}: {error}");
        assert_eq!(shown(&world.source).await, before, "{sql}");
    }
    // The same in a refresh that is not a rebuild.
    world.write("alter table orders rename to moved").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap_err();
    assert_eq!(shown(&world.source).await, before);
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
                    "insert into orders select to_timestamp(at), 'x', at % 97
                     from generate_series({until}, {until} + 71999, 1020) at"
                ))
                .await;
            refresh(&world.source, &rollup).await.unwrap();
        }
    }
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
    let starts = "select extract(epoch from day)::bigint as start from brisk.daily order by 1";
    assert_short_and_long_day(&rows(&world.source, starts).await);
}

#[tokio::test]
async fn the_role_that_reads_cannot_write_rollups() {
    let Some(mut world) = World::new().await else { return };
    world.sell(0, "France", "10").await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    let mut reader = PgConnection::connect(&world.reader_url).await.unwrap();
    for sql in [
        "insert into brisk.daily (day, country) values (now(), 'x')",
        "delete from brisk.daily",
        "delete from brisk.rollups",
        "create table brisk.mine (a int)",
    ] {
        let error = reader.execute(AssertSqlSafe(sql)).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
    }
    // Writes that the statement's check does not stop are stopped by the rights.
    let mut writer = PgConnection::connect(&world.writer_url).await.unwrap();
    let error = writer.execute("delete from orders").await.unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
}

#[tokio::test]
async fn what_the_writing_role_may_not_do_is_a_sentence_that_says_what_to_grant() {
    let Some(mut world) = World::new().await else { return };
    let nobody = source(&world.reader_url, &world.reader_url);
    let error = refresh(&nobody, &rollup(SALES)).await.unwrap_err().to_string();
    assert!(
        error.contains("\"rollup_url\"") && error.contains("create on the database"),
        "{error}"
    );

    let (reader, writer) = (world.reader.clone(), world.writer.clone());
    world.write(&format!("revoke select on orders from {writer}")).await;
    let error = refresh(&world.source, &rollup(SALES)).await.unwrap_err().to_string();
    assert!(error.contains("orders") && error.contains("needs select"), "{error}");
    world.write(&format!("grant select on orders to {writer}")).await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();

    // A schema that somebody else has made is enough: the right to create schemas is not needed.
    world.write(&format!("drop schema brisk cascade; create schema brisk; grant usage, create on schema brisk to {writer}; grant usage on schema brisk to {reader}")).await;
    let database = world.writer_url.rsplit('/').next().unwrap().to_owned();
    world.write(&format!("revoke create on database {database} from {writer}")).await;
    refresh(&world.source, &rollup(SALES)).await.unwrap();
    assert_eq!(shown(&world.source).await, direct(&world.source).await);
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
}

#[tokio::test]
async fn a_source_without_a_rollup_url_says_so() {
    let Some(world) = World::new().await else { return };
    let name = SourceName::parse("shop").unwrap();
    let source = Source::postgres(name, &world.reader_url, 1, Limits::default()).unwrap();
    let error = refresh(&source, &rollup(SALES)).await.unwrap_err().to_string();
    assert!(error.contains("\"rollup_url\""), "{error}");
    let secret = "postgres://u:s3cret@nowhere.invalid/d?sslmode=nonsense";
    let error = source.with_rollup_url(secret, Duration::from_secs(1)).err().unwrap();
    assert!(!error.to_string().contains("s3cret"), "{error}");
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
        let source = Source::postgres(name, &world.reader_url, 4, Limits::default()).unwrap();
        source.with_rights(rights).with_rollup_url(writer, Duration::from_secs(20)).unwrap()
    };
    let strict = written(Rights::default(), &everything);
    for error in [
        strict.rollup_records().await.unwrap_err(),
        refresh(&strict, &rollup(SALES)).await.unwrap_err(),
    ] {
        let said = error.to_string();
        for words in
            ["is a superuser", "rollup_url", "create role brisk_rollups", "allow_superuser"]
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
        let row = format!("insert into orders values (to_timestamp({at}), 'France', 1)");
        world.write(&row).await;
    })
    .await;
}
