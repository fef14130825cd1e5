//! What a statement may take, and what stops it.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used, clippy::panic)]

mod fixture;

use brisk_source::{Limits, SourceError};
use fixture::{Fixture, cells};
use std::time::Duration;

const ENDLESS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n) select";

#[tokio::test]
async fn endless_statements_are_stopped_and_the_source_goes_on() {
    let limits = Limits { time: Duration::from_millis(200), ..Limits::default() };
    let fixture = Fixture::with_limits("create table t (a)", "UTC", limits).await;
    // More often than there are connections.
    for _ in 0..6 {
        let error = fixture.run(&format!("{ENDLESS} max(i) as m from n")).await.unwrap_err();
        assert!(matches!(error, SourceError::Timeout { .. }), "{error}");
    }
    assert!(fixture.run("select 1 as one").await.is_ok());
}

#[tokio::test]
async fn too_many_rows_or_bytes_are_an_error_long_before_they_are_all_read() {
    let limits = Limits { time: Duration::from_secs(60), rows: 1000, bytes: 100_000 };
    let setup = "create table t (a); with recursive n(i) as (select 1 union all select i + 1 from n
        where i < 1000) insert into t select i from n";
    let fixture = Fixture::with_limits(setup, "UTC", limits).await;
    for sql in [&format!("{ENDLESS} i from n"), "select x.a from t x, t y, t z, t u"] {
        let error = fixture.run(sql).await.unwrap_err();
        assert!(matches!(error, SourceError::TooManyRows { limit: 1000 }), "{error}");
    }
    let wide = format!("{ENDLESS} printf('%1000d', i) as text from n");
    let error = fixture.run(&wide).await.unwrap_err();
    assert!(matches!(error, SourceError::TooLarge { limit: 100_000 }), "{error}");
    assert!(fixture.run("select a from t limit 999").await.is_ok());
}

#[tokio::test]
async fn a_cancelled_run_stops_its_statement_and_frees_its_connection() {
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let fixture = Fixture::with_limits("create table t (a)", "UTC", limits).await;
    // More often than there are connections: were one kept, the last run would wait for a minute.
    for _ in 0..6 {
        let sql = format!("{ENDLESS} max(i) as m from n");
        let cancelled = tokio::time::timeout(Duration::from_millis(100), fixture.run(&sql)).await;
        assert!(cancelled.is_err());
    }
    let next = fixture.run("select 1 as one");
    let next = tokio::time::timeout(Duration::from_secs(20), next).await.unwrap().unwrap();
    assert_eq!(cells(&next, "one"), [Some("1".into())]);
}

#[tokio::test]
async fn more_statements_than_connections_wait_for_their_turn() {
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let runs = (0..40).map(|_| fixture.run("select count(*) as n from t"));
    for frame in futures::future::join_all(runs).await {
        assert_eq!(cells(&frame.unwrap(), "n"), [Some("0".into())]);
    }
}

#[tokio::test]
async fn nothing_can_be_written_even_past_the_check() {
    let fixture = Fixture::new("create table t (a)", "UTC").await;
    let mut statement = fixture.compile("select 1 as one").unwrap();
    for hostile in [
        "insert into t values (1)",
        "create table u (a)",
        "create temp table u (a)",
        "delete from t",
        "drop table t",
        "pragma user_version = 7",
        "vacuum",
    ] {
        statement.sql = hostile.into();
        assert!(fixture.source.run(&statement, &[]).await.is_err(), "{hostile}");
    }
    let count = fixture.run("select count(*) as n from t").await.unwrap();
    assert_eq!(cells(&count, "n"), [Some("0".into())]);
}
