//! The limits of statements, and what stops them.

use crate::fixture;

use brisk_source::{Limits, Source, SourceError};
use brisk_test_waiting::{eventually, wait_for};
use fixture::{Fixture, cells, maria};
use std::time::Duration;

/// Calculates for hours before its first row.
const MARIA_ENDLESS: &str =
    "select count(*) as n from seq_1_to_1000000 a, seq_1_to_1000000 b, seq_1_to_1000 c";
const ENDLESS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n) select";

#[tokio::test]
async fn endless_statements_are_stopped_and_the_source_goes_on() {
    let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let fixture = Fixture::with_limits("create table t (a)", "UTC", limits).await;
    // More often than there are connections.
    for _ in 0..6 {
        let error = fixture.run(&format!("{ENDLESS} max(i) as m from n")).await.unwrap_err();
        assert!(matches!(error, SourceError::Timeout { .. }), "{error}");
    }
    assert!(fixture.run("select 1 as one").await.is_ok());
}

#[tokio::test]
async fn statements_that_take_long_do_not_hold_up_others() {
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let fixture = Fixture::with_limits("create table t (a)", "UTC", limits).await;
    let endless = format!("{ENDLESS} max(i) as m from n");
    let quick = async {
        // Each of the others has a connection, however few cores there are.
        let both = async || fixture.source.connections().1 >= 2;
        eventually("both have a connection", both).await;
        wait_for("an answer beside them", fixture.run("select 1 as one")).await
    };
    tokio::select! {
        biased;
        answer = quick => assert!(answer.is_ok()),
        _ = fixture.run(&endless) => panic!("it is endless"),
        _ = fixture.run(&endless) => panic!("it is endless"),
    }
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
    let next = wait_for("a connection is free", next).await.unwrap();
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

/// MariaDB over one connection.
fn one_connection(limits: Limits) -> Option<Source> {
    let url = fixture::url::url(maria::VARIABLE)?;
    let name = brisk_domain::SourceName::parse("maria").unwrap();
    Some(Source::mysql(name, &url, 1, limits).unwrap())
}

/// The id of the connection. One whose statement we end is not reused.
async fn connection_id(source: &Source) -> Option<String> {
    let frame = maria::run(source, "select connection_id() as id").await.unwrap();
    frame.columns()[0].values.exact(0)
}

#[tokio::test]
async fn limits_hold_on_mariadb_and_the_pool_stays_clean() {
    let limits = Limits { time: Duration::from_secs(1), rows: 1_000, bytes: 50_000 };
    let Some(source) = maria::source(limits) else { return };
    // More often than there are connections.
    for _ in 0..6 {
        let sql = "select seq from seq_1_to_1000000";
        let error = maria::run(&source, sql).await.unwrap_err();
        assert!(matches!(error, SourceError::TooManyRows { limit: 1_000 }), "{error}");
        let sql = "select repeat('x', 1000) as a from seq_1_to_900";
        let error = maria::run(&source, sql).await.unwrap_err();
        assert!(matches!(error, SourceError::TooLarge { .. }), "{error}");
    }
    for _ in 0..5 {
        let error = maria::run(&source, MARIA_ENDLESS).await.unwrap_err();
        assert!(matches!(error, SourceError::Timeout { seconds: 1 }), "{error}");
    }
    assert_eq!(maria::run(&source, "select 1 as a").await.unwrap().rows(), 1);
    // Up to the size that a result may have, nothing is silently cut off, however it comes about.
    let sql = "select length(group_concat(repeat('x', 999))) as a from seq_1_to_60";
    let length = maria::run(&source, sql).await.unwrap().columns()[0].values.exact(0);
    assert_eq!(length.as_deref(), Some("50001"));
}

#[tokio::test]
async fn mariadb_itself_ends_a_statement_at_its_time_limit() {
    let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let Some(source) = one_connection(limits) else { return };
    let before = connection_id(&source).await;
    let ended = maria::run(&source, MARIA_ENDLESS);
    let error = wait_for("the server ends the statement", ended).await.unwrap_err();
    assert!(matches!(error, SourceError::Timeout { seconds: 1 }), "{error}");
    assert_eq!(connection_id(&source).await, before, "we had to end it, with its connection");
}

#[tokio::test]
async fn a_cancelled_run_ends_its_statement_on_mariadb_and_frees_its_connection() {
    let limits = Limits { time: Duration::from_secs(600), ..Limits::default() };
    let Some(source) = maria::source(limits) else { return };
    // More often than there are connections: were one kept, the last run would find none.
    for _ in 0..6 {
        let sql = format!("{MARIA_ENDLESS}, seq_1_to_1111 as cancelled");
        let runs = tokio::spawn({
            let source = source.clone();
            async move { maria::run(&source, &sql).await }
        });
        maria::wait_until_running("as cancelled").await;
        runs.abort();
        assert!(runs.await.unwrap_err().is_cancelled());
        maria::wait_until_ended("as cancelled").await;
    }
    assert_eq!(maria::run(&source, "select 1 as a").await.unwrap().rows(), 1);
}

#[tokio::test]
async fn a_statement_whose_answer_is_too_large_is_ended_on_mariadb() {
    let limits = Limits { time: Duration::from_secs(600), bytes: 50_000, ..Limits::default() };
    let Some(source) = maria::source(limits) else { return };
    // One row, so long that it is sent at once; then the server calculates for days, and sends
    // nothing that could fail and tell it that nobody listens any more.
    let sql = "select repeat('x', 99999) as a
        from seq_1_to_1000000 unstopped, seq_1_to_1000000 b
        where unstopped.seq = 1 and b.seq = 1 or unstopped.seq * b.seq % 7 = 8";
    let error = maria::run(&source, sql).await.unwrap_err();
    assert!(matches!(error, SourceError::TooLarge { .. }), "{error}");
    maria::wait_until_ended("unstopped").await;
}

#[tokio::test]
async fn what_mariadb_does_not_end_at_the_time_limit_we_do() {
    // To the server, whose limit is in microseconds, this means no limit.
    let limits = Limits { time: Duration::from_nanos(1), ..Limits::default() };
    let Some(source) = one_connection(limits) else { return };
    let limit = maria::run(
        &source,
        "select cast(own_limit as char) as a from
        (select variable_value as own_limit from information_schema.session_variables
         where variable_name = 'max_statement_time') x",
    );
    assert_eq!(cells(&limit.await.unwrap(), "a"), [Some("0.000000".into())]);
    let before = connection_id(&source).await;
    let sql = format!("{MARIA_ENDLESS}, seq_1_to_2222 as limitless");
    let ended = maria::run(&source, &sql);
    let error = wait_for("we end the statement", ended).await.unwrap_err();
    assert!(matches!(error, SourceError::Timeout { seconds: 0 }), "{error}");
    assert_ne!(connection_id(&source).await, before, "the server ended it");
    maria::wait_until_ended("as limitless").await;
    assert!(maria::run(&source, "select 1 as a").await.is_ok());
}

#[tokio::test]
async fn more_statements_than_connections_to_mariadb_wait_for_their_turn() {
    let Some(source) = maria::source(Limits::default()) else { return };
    let sql = "select count(*) as n, connection_id() as id from seq_1_to_10";
    // Three for each connection: a run that waits too long is refused.
    let runs = (0..12).map(|_| maria::run(&source, sql));
    let mut connections = std::collections::BTreeSet::new();
    for frame in futures::future::join_all(runs).await {
        let frame = frame.unwrap();
        assert_eq!(cells(&frame, "n"), [Some("10".into())]);
        connections.insert(cells(&frame, "id"));
    }
    assert!((1..=4).contains(&connections.len()), "{}", connections.len());
}
