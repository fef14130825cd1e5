//! Time in SQL against time in Rust, on a real SQLite.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used, clippy::panic)]

mod fixture;

use brisk_domain::{Bounds, Interval, Query, Timestamp, Values};
use brisk_source::{Context, Dialect, compile};
use chrono::{Datelike, Timelike};
use fixture::{Fixture, cells};
use proptest::prelude::*;

/// Half-hour changes, skipped and doubled midnights, no changes, a day that never was.
const ZONES: [&str; 8] = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/Havana",
    "Pacific/Apia",
];

/// Instants of the years in which zones have changes; half of them within a day of one.
fn instants(changes: Vec<i64>) -> impl Strategy<Value = Vec<i64>> {
    let anywhere = 0_i64..3_000_000_000;
    let near = (any::<prop::sample::Index>(), -90_000_i64..90_000).prop_map(move |(i, away)| {
        if changes.is_empty() { away + 100_000 } else { changes[i.index(changes.len())] + away }
    });
    prop::collection::vec(prop_oneof![anywhere, near], 1..60)
}

#[test]
fn buckets_and_parts_in_sql_are_what_the_calendar_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for zone in ZONES {
        let fixture = runtime.block_on(Fixture::new("create table t (at integer)", zone));
        let changes = fixture.offsets.changes.iter().map(|(at, _)| *at).collect();
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) };
        proptest!(config, |(instants in instants(changes))| {
            runtime.block_on(compare(&fixture, &instants))?;
        });
    }
}

async fn compare(fixture: &Fixture, instants: &[i64]) -> Result<(), TestCaseError> {
    let list: Vec<String> = instants.iter().map(|i| format!("({i})")).collect();
    let source = format!("with t(at) as (values {})", list.join(", "));
    let offsets = &fixture.offsets;
    // A range that holds some of the instants; statements that use it look there first.
    let at = Timestamp::from_seconds;
    let ends = [instants[0], instants[instants.len() / 2]];
    let bounds = Bounds { from: at(ends[0].min(ends[1])), to: at(ends[0].max(ends[1])) };
    for interval in Interval::ALL {
        let word = interval.word();
        for range in ["1 = 1", "($range(at) or 1 = 1)"] {
            let sql = format!("{source} select $bucket(at, {word}) as start from t where {range}");
            let context = Context { bounds, ..fixture.context(interval) };
            let statement = compile(&Query::new(sql), Dialect::Sqlite, &context).unwrap();
            let frame = fixture.source.run(&statement, &[]).await.unwrap();
            let Values::Time(starts) = &frame.column("start").unwrap().values else { panic!() };
            for (found, instant) in starts.iter().zip(instants) {
                let expected = interval.start(at(*instant), offsets);
                prop_assert_eq!(*found, Some(expected), "{} {} {}", fixture.zone, word, instant);
            }
        }
    }
    let parts =
        "$year(at) as year, $month(at) as month, $weekday(at) as weekday, $hour(at) as hour";
    let frame = fixture.run(&format!("{source} select {parts} from t")).await.unwrap();
    for (row, instant) in instants.iter().enumerate() {
        let local = offsets.local(Timestamp::from_seconds(*instant));
        let expected = [
            ("year", i64::from(local.year())),
            ("month", i64::from(local.month())),
            ("weekday", i64::from(local.weekday().number_from_monday())),
            ("hour", i64::from(local.hour())),
        ];
        for (part, expected) in expected {
            let found = frame.column(part).unwrap().values.exact(row);
            prop_assert_eq!(found, Some(expected.to_string()), "{} {}", part, instant);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_bucket_is_an_instant_that_sql_can_go_on_with() {
    // In London's summer the day starts at 23:00 UTC.
    let setup = "create table t (at integer); insert into t values (1310000000), (1310090000)";
    let fixture = Fixture::new(setup, "Europe/London").await;
    let sql = "with d as (select $bucket(at) as day from t)
        select min(day) as first, (max(day) - min(day)) / 86400 as days, $hour(min(day)) as hour
        from d";
    let frame = fixture.run(sql).await.unwrap();
    let Values::Time(first) = &frame.column("first").unwrap().values else { panic!() };
    let expected = Interval::Day.start(Timestamp::from_seconds(1_310_000_000), &fixture.offsets);
    assert_eq!(first, &[Some(expected)]);
    assert_eq!(cells(&frame, "days"), [Some("1".into())]);
    assert_eq!(cells(&frame, "hour"), [Some("0".into())]);
}

#[tokio::test]
async fn null_has_no_bucket() {
    let setup = "create table t (at integer); insert into t values (null)";
    let fixture = Fixture::new(setup, "Europe/London").await;
    for interval in Interval::ALL {
        let sql =
            format!("select $bucket(at, {}) as start, $year(at) as y from t", interval.word());
        let frame = fixture.run(&sql).await.unwrap();
        assert_eq!(frame.column("start").unwrap().values, Values::Time(vec![None]));
        assert_eq!(cells(&frame, "y"), [None]);
    }
}
