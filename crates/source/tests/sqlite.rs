//! Statements on real SQLite files: values, time, limits, cancellation.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use brisk_domain::{
    Bounds, Frame, Interval, Query, Selection, SourceName, Timestamp, Values, VariableName,
    ZoneName, ZoneOffsets,
};
use brisk_source::{Context, Dialect, Limits, Source, SourceError, compile};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

struct Fixture {
    _directory: tempfile::TempDir,
    source: Source,
    zone: ZoneName,
    offsets: ZoneOffsets,
    variables: BTreeMap<VariableName, Selection>,
}

const NOON: i64 = 1_321_444_800; // 2011-11-16 12:00 UTC

impl Fixture {
    async fn new(setup: &str, zone: &str) -> Self {
        Self::with_limits(setup, zone, Limits::default()).await
    }

    async fn with_limits(setup: &str, zone: &str, limits: Limits) -> Self {
        use sqlx::{AssertSqlSafe, Connection, Executor};
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("source.sqlite");
        let options =
            sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        connection.execute(AssertSqlSafe(setup.to_owned())).await.unwrap();
        connection.close().await.unwrap();
        let zone = ZoneName::parse(zone).unwrap();
        let offsets =
            zone.offsets(Timestamp::from_seconds(0), Timestamp::from_seconds(4_000_000_000));
        let source = Source::sqlite(SourceName::parse("test").unwrap(), &path, limits);
        let chosen = |values: &[&str]| Selection::of(values.iter().map(|v| (*v).to_owned()));
        let name = |name| VariableName::parse(name).unwrap();
        let variables = BTreeMap::from([
            (name("none"), chosen(&[])),
            (name("one"), chosen(&["O'Neill\"; drop table t; --"])),
            (name("two"), chosen(&["a", "b"])),
        ]);
        Self { _directory: directory, source, zone, offsets, variables }
    }

    fn context(&self, interval: Interval) -> Context<'_> {
        let day = 86_400;
        let at = |seconds| Timestamp::from_seconds(seconds);
        Context {
            bounds: Bounds { from: at(NOON - day), to: at(NOON) },
            interval,
            zone: &self.zone,
            offsets: &self.offsets,
            variables: &self.variables,
        }
    }

    async fn run(&self, sql: &str) -> Result<Frame, SourceError> {
        let context = self.context(Interval::Day);
        let statement = compile(&Query::new(sql), Dialect::Sqlite, &context).unwrap();
        self.source.run(&statement, &[("pounds".into(), 3)]).await
    }
}

fn cells(frame: &Frame, column: &str) -> Vec<Option<String>> {
    let values = &frame.column(column).unwrap().values;
    (0..frame.rows()).map(|row| values.exact(row)).collect()
}

#[tokio::test]
async fn values_arrive_as_what_they_are() {
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let frame = fixture
        .run("select 9223372036854775807 as big, 0.5 as half, 'Côte' as name, null as missing, 1234 as pounds")
        .await
        .unwrap();
    assert_eq!(cells(&frame, "big"), [Some("9223372036854775807".into())]);
    assert_eq!(cells(&frame, "half"), [Some("0.5".into())]);
    assert_eq!(cells(&frame, "name"), [Some("Côte".into())]);
    assert_eq!(cells(&frame, "missing"), [None]);
    assert_eq!(cells(&frame, "pounds"), [Some("1.234".into())]);
}

#[tokio::test]
async fn an_empty_result_keeps_its_columns() {
    let fixture = Fixture::new("create table t (a, b)", "UTC").await;
    let frame = fixture.run("select a, b as c from t").await.unwrap();
    assert_eq!(frame.rows(), 0);
    let names: Vec<&str> = frame.columns().iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
}

#[tokio::test]
async fn chosen_values_are_bound_and_nothing_chosen_means_all() {
    let setup = "create table t (a text); insert into t values ('a'), ('b'), ('c'), ('O''Neill\"; drop table t; --')";
    let fixture = Fixture::new(setup, "UTC").await;
    let count = async |condition: &str| {
        let frame = fixture.run(&format!("select count(*) as n from t where {condition}")).await;
        cells(&frame.unwrap(), "n")[0].clone().unwrap()
    };
    assert_eq!(count("$optional(a in :two)").await, "2");
    assert_eq!(count("$optional(a in :none)").await, "4");
    assert_eq!(count("a = :one").await, "1");
    assert_eq!(count("a in :one").await, "1");
}

#[tokio::test]
async fn the_range_is_half_open() {
    let setup = format!(
        "create table t (at integer); insert into t values ({NOON}), ({NOON} - 1), ({NOON} - 86400), ({NOON} - 86401)"
    );
    let fixture = Fixture::new(&setup, "UTC").await;
    let frame = fixture.run("select count(*) as n from t where $range(at)").await.unwrap();
    assert_eq!(cells(&frame, "n"), [Some("2".into())]);
}

#[tokio::test]
async fn a_missing_column_is_shown_at_the_authors_line() {
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let error = fixture.run("select a,\n  missing from t").await.unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 3: no such column: missing");
}

#[tokio::test]
async fn endless_statements_are_stopped_and_the_source_goes_on() {
    let limits = Limits { time: Duration::from_millis(200), rows: 1000, bytes: 100_000 };
    let fixture = Fixture::with_limits("create table t (a)", "UTC", limits).await;
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select";
    for _ in 0..6 {
        let error = fixture.run(&format!("{endless} max(i) from n")).await.unwrap_err();
        assert!(matches!(error, SourceError::Timeout { .. }), "{error}");
    }
    let error = fixture.run(&format!("{endless} i from n")).await.unwrap_err();
    assert!(matches!(error, SourceError::TooManyRows { limit: 1000 }), "{error}");
    let error =
        fixture.run(&format!("{endless} printf('%1000d', i) as text from n")).await.unwrap_err();
    assert!(matches!(error, SourceError::TooLarge { limit: 100_000 }), "{error}");
    assert!(fixture.run("select 1 as one").await.is_ok());
}

#[tokio::test]
async fn nothing_can_be_written_even_past_the_check() {
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let context = fixture.context(Interval::Day);
    let mut statement = compile(&Query::new("select 1"), Dialect::Sqlite, &context).unwrap();
    for hostile in [
        "insert into t values (1)",
        "create table u (a)",
        "delete from t",
        "drop table t",
        "pragma user_version = 7",
    ] {
        statement.sql = hostile.into();
        assert!(fixture.source.run(&statement, &[]).await.is_err(), "{hostile}");
    }
    let count = fixture.run("select count(*) as n from t").await.unwrap();
    assert_eq!(cells(&count, "n"), [Some("0".into())]);
}

/// Bucket starts by SQL against [`Interval::start`], over instants in five awkward zones.
#[test]
fn buckets_in_sql_start_where_the_calendar_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for zone in ["UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
    {
        let fixture = runtime.block_on(Fixture::new("create table t (at integer)", zone));
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) };
        proptest!(config, |(instants in proptest::collection::vec(1_000_000_000_i64..1_900_000_000, 1..40))| {
            for interval in Interval::ALL {
                let list: Vec<String> = instants.iter().map(|i| format!("({i})")).collect();
                let sql = format!(
                    "with t(at) as (values {}) select $bucket(at, {}) as start, $hour(at) as hour, $weekday(at) as day from t",
                    list.join(", "), interval.word()
                );
                let frame = runtime.block_on(fixture.run(&sql)).unwrap();
                let Values::Time(starts) = &frame.column("start").unwrap().values else { panic!() };
                for (row, instant) in instants.iter().enumerate() {
                    use chrono::{Datelike, Timelike};
                    let instant = Timestamp::from_seconds(*instant);
                    prop_assert_eq!(starts[row], Some(interval.start(instant, &fixture.offsets)), "{} {:?}", zone, interval);
                    let local = fixture.offsets.local(instant);
                    prop_assert_eq!(frame.column("hour").unwrap().values.number(row), Some(f64::from(local.hour())));
                    prop_assert_eq!(frame.column("day").unwrap().values.number(row), Some(f64::from(local.weekday().number_from_monday())));
                }
            }
        });
    }
}
