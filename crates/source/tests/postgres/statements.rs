//! A real PostgreSQL: every type is decoded as itself, statements only read, and limits hold.

use crate::fixture::{allowing, url::url};
use brisk_domain::{
    Access, Bounds, Decimal, Frame, Interval, Query, SourceName, Timestamp, Values, ZoneName,
};
use brisk_source::{Context, Dialect, Limits, Source, SourceError, Statement, compile};
use brisk_test_waiting::eventually;
use sqlx::{Connection, Executor};
use std::collections::BTreeMap;
use std::time::Duration;

/// The variable with the server's URL.
const VARIABLE: &str = "BRISK_TEST_POSTGRES_URL";

fn source(limits: Limits) -> Option<Source> {
    let name = SourceName::parse("pg").unwrap();
    Some(Source::postgres(name, &url(VARIABLE)?, 4, limits).unwrap())
}

fn statement(sql: &str) -> Statement {
    let at = Timestamp::from_seconds;
    let context = Context {
        bounds: Bounds { from: at(1_300_000_000), to: at(1_302_000_000) },
        interval: Interval::Day,
        zone: &ZoneName::parse("Europe/London").unwrap(),
        offsets: &ZoneName::parse("Europe/London").unwrap().offsets(at(0), at(2_000_000_000)),
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    compile(&Query::new(sql), Dialect::Postgres, &context).unwrap()
}

async fn run(source: &Source, sql: &str) -> Result<Frame, SourceError> {
    source.run(&statement(sql), &[]).await
}

#[tokio::test]
async fn each_type_arrives_as_what_it_is() {
    let Some(source) = source(Limits::default()) else { return };
    let frame = run(
        &source,
        "select 1::int2 as a, 9223372036854775807::int8 as b, -12.3400::numeric as c,
           123456789012345678901234567890.000000000000000000001::numeric as d,
           1.5::float4 as e, 'NaN'::float8 as f, true as g, 'é\u{1f600}' as h,
           timestamptz '2011-12-09 12:50:00+01' as i, timestamp '2011-12-09 12:50:00.000001' as j,
           date '2011-12-09' as k, time '12:50' as l,
           '00112233-4455-6677-8899-aabbccddeeff'::uuid as m, '{\"a\": 1}'::jsonb as n,
           null::int as o, 0.00001::numeric as p, 10000::numeric as q, -0.5::numeric as r",
    )
    .await
    .unwrap();
    let exact = |name: &str| frame.column(name).unwrap().values.exact(0);
    let expected = [
        ("a", "1"),
        ("b", "9223372036854775807"),
        ("c", "-12.3400"),
        ("d", "123456789012345678901234567890.000000000000000000001"),
        ("e", "1.5"),
        ("f", "NaN"),
        ("g", "true"),
        ("h", "é\u{1f600}"),
        ("j", "2011-12-09T12:50:00.000001"),
        ("k", "2011-12-09"),
        ("l", "12:50:00"),
        ("m", "00112233-4455-6677-8899-aabbccddeeff"),
        ("n", "{\"a\": 1}"),
        ("p", "0.00001"),
        ("q", "10000"),
        ("r", "-0.5"),
    ];
    for (name, text) in expected {
        assert_eq!(exact(name).as_deref(), Some(text), "{name}");
    }
    assert_eq!(exact("o"), None);
    let time = |name: &str| frame.column(name).unwrap().values.time(0);
    assert_eq!(time("i"), Some(Timestamp::from_seconds(1_323_431_400)));
    let kind = |name: &str| &frame.column(name).unwrap().values;
    assert!(matches!(kind("j"), Values::WallTime(_)), "no zone, no shift");
    assert!(matches!(kind("k"), Values::Date(_)));
    let decimal = Values::Decimal(vec![Decimal::parse("-12.3400").ok()]);
    assert_eq!(frame.column("c").unwrap().values, decimal);
}

#[tokio::test]
async fn buckets_follow_the_wall_clock_as_the_servers_own_do() {
    let Some(source) = source(Limits::default()) else { return };
    let frame = run(
        &source,
        "select $bucket(at) as day, count(*) as n,
           min(extract(epoch from date_trunc('day', at, 'Europe/London')))::int8 as expected
         from generate_series(timestamptz '2011-03-20', timestamptz '2011-04-05', '37 minutes') at
         where $range(at) group by 1 order by 1",
    )
    .await
    .unwrap();
    assert!(frame.rows() > 10);
    for row in 0..frame.rows() {
        let day = frame.column("day").unwrap().values.time(row).unwrap().seconds().to_string();
        assert_eq!(frame.column("expected").unwrap().values.exact(row), Some(day));
    }
}

#[tokio::test]
async fn a_statement_that_writes_is_refused_by_the_server_too() {
    let Some(source) = source(Limits::default()) else { return };
    let mut admin = sqlx::PgConnection::connect(&url(VARIABLE).unwrap()).await.unwrap();
    admin.execute("drop table if exists kept; create table kept as select 1 as a").await.unwrap();
    admin
        .execute(
            "create or replace function sneaky() returns int language sql volatile as
             'delete from kept returning a'",
        )
        .await
        .unwrap();
    let source = source.with_rights(allowing(&["public.sneaky"]));
    let error = run(&source, "select sneaky() as a").await.unwrap_err();
    assert!(error.to_string().contains("read-only transaction"), "{error}");
    assert_eq!(run(&source, "select a from kept").await.unwrap().rows(), 1);
}

#[tokio::test]
async fn limits_hold_and_the_pool_stays_clean() {
    let limits = Limits { time: Duration::from_secs(1), rows: 1_000, bytes: 50_000 };
    let Some(source) = source(limits) else { return };
    for _ in 0..6 {
        let error = run(&source, "select * from generate_series(1, 100000) a").await.unwrap_err();
        assert!(matches!(error, SourceError::TooManyRows { limit: 1_000 }), "{error}");
        let sql = "select repeat('x', 1000) as a from generate_series(1, 900)";
        let error = run(&source, sql).await.unwrap_err();
        assert!(matches!(error, SourceError::TooLarge { .. }), "{error}");
    }
    let slow =
        "select count(*) as n from generate_series(1, 100000) a, generate_series(1, 100000) b";
    let error = run(&source, slow).await.unwrap_err();
    assert!(matches!(error, SourceError::Timeout { seconds: 1 }), "{error}");
    assert_eq!(run(&source, "select 1 as a").await.unwrap().rows(), 1);
}

/// How many of a role's statements with `mark` in their text run on the server.
async fn running(admin: &mut sqlx::PgConnection, mark: &str) -> i64 {
    let sql = "select count(*) from pg_stat_activity
               where state = 'active' and pid <> pg_backend_pid() and query like '%' || $1 || '%'";
    sqlx::query_scalar(sql).bind(mark).fetch_one(admin).await.unwrap()
}

#[tokio::test]
async fn a_statement_whose_reader_leaves_ends_on_the_server_and_its_connection_comes_back() {
    let Some(source) = source(Limits::default()) else { return };
    let mut admin = sqlx::PgConnection::connect(&url(VARIABLE).unwrap()).await.unwrap();
    let slow = "select count(*) as left_alone from generate_series(1, 100000) a,
                generate_series(1, 100000) b";
    // More often than the source has connections.
    for _ in 0..9 {
        let mut reader = Box::pin(run(&source, slow));
        let runs = async || running(&mut admin, "as left_alone").await > 0;
        tokio::select! {
            ended = &mut reader => panic!("{ended:?}"),
            () = eventually("the statement runs", runs) => {}
        }
        drop(reader);
        let has_ended = async || running(&mut admin, "as left_alone").await == 0;
        eventually("the statement has ended", has_ended).await;
    }
    assert_eq!(run(&source, "select 1 as a").await.unwrap().rows(), 1);
}

#[tokio::test]
async fn what_a_function_changes_of_its_session_does_not_hold_for_the_next_statement() {
    let Some(_) = source(Limits::default()) else { return };
    let name = SourceName::parse("pg").unwrap();
    let one = Source::postgres(name, &url(VARIABLE).unwrap(), 1, Limits::default()).unwrap();
    let mut admin = sqlx::PgConnection::connect(&url(VARIABLE).unwrap()).await.unwrap();
    let function = "create or replace function loosens() returns text language sql as
                    $$ select set_config('default_transaction_read_only', 'off', false)
                       || set_config('statement_timeout', '0', false)
                       || set_config('standard_conforming_strings', 'off', false)
                       || set_config('timezone', 'Asia/Tokyo', false) $$";
    admin.execute(function).await.unwrap();
    let one = one.with_rights(allowing(&["public.loosens"]));
    run(&one, "select loosens() as a").await.unwrap();
    let shown = "select current_setting('transaction_read_only') as a,
                 current_setting('statement_timeout') as b, current_setting('timezone') as c,
                 '\\' as d";
    let frame = run(&one, shown).await.unwrap();
    let text = |name: &str| frame.column(name).unwrap().values.exact(0).unwrap();
    let expected = ("on".into(), "30s".into(), "Europe/London".into());
    assert_eq!((text("a"), text("b"), text("c")), expected, "the zone is the dashboard's");
    assert_eq!(text("d"), "\\", "a backslash is a backslash");
}

#[tokio::test]
async fn errors_lead_to_the_authors_word() {
    let Some(source) = source(Limits::default()) else { return };
    let error = run(&source, "select 1 as one,\n  nonesuch\nfrom pg_class").await.unwrap_err();
    let SourceError::Statement(error) = error else { panic!("{error}") };
    assert_eq!((error.line, error.column), (2, 3), "{error}");
}

#[tokio::test]
async fn a_connection_that_the_server_has_ended_is_replaced() {
    let Some(source) = source(Limits::default()) else { return };
    let pid = "select pg_backend_pid() as pid";
    for _ in 0..3 {
        let pid = run(&source, pid).await.unwrap().columns()[0].values.exact(0).unwrap();
        let mut admin = sqlx::PgConnection::connect(&url(VARIABLE).unwrap()).await.unwrap();
        let ends = format!("select pg_terminate_backend({pid})");
        admin.execute(sqlx::AssertSqlSafe(ends)).await.unwrap();
    }
    assert_eq!(run(&source, "select 1 as a").await.unwrap().rows(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_in_a_sentence_without_its_password() {
    let name = SourceName::parse("pg").unwrap();
    let url = "postgres://user:s3cret@127.0.0.1:1/none";
    let source = Source::postgres(name.clone(), url, 1, Limits::default()).unwrap();
    let error = run(&source, "select 1 as a").await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable(_)) && !error.to_string().contains("s3cret"));
    let error = Source::postgres(name, "mysql://u:s3cret@h/d", 1, Limits::default()).err().unwrap();
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn connections_are_used_again() {
    let Some(source) = source(Limits::default()) else { return };
    let pid = async || {
        let frame = run(&source, "select pg_backend_pid() as pid").await.unwrap();
        frame.columns()[0].values.exact(0).unwrap()
    };
    let mut processes = std::collections::BTreeSet::new();
    for _ in 0..20 {
        processes.insert(pid().await);
    }
    assert!(processes.len() <= 4, "{processes:?}");
}

#[tokio::test]
async fn columns_without_a_zone_are_the_dashboards_clock_and_calendar() {
    let Some(source) = source(Limits::default()) else { return };
    let zone = ZoneName::parse("America/New_York").unwrap();
    let at = Timestamp::from_seconds;
    let offsets = zone.offsets(at(-2_208_988_800), at(4_102_444_800));
    let march = |day| -> chrono::NaiveDateTime {
        chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap().into()
    };
    let context = Context {
        bounds: Bounds { from: offsets.instant(march(1)), to: offsets.instant(march(16)) },
        interval: Interval::Day,
        zone: &zone,
        offsets: &offsets,
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    let shown = async |sql: &str| {
        let statement = compile(&Query::new(sql), Dialect::Postgres, &context).unwrap();
        let frame = source.run(&statement, &[]).await.unwrap();
        let cell = |row, column: &brisk_domain::Column| {
            brisk_domain::format::cell(&column.values, row, &brisk_domain::Unit::None, &offsets)
        };
        let row = |row| frame.columns().iter().map(|c| cell(row, c)).collect::<Vec<_>>().join("; ");
        (0..frame.rows()).map(row).collect::<Vec<_>>()
    };
    let cases: [(&str, &[&str]); 7] = [
        (
            "select date_trunc('day', d at time zone 'America/New_York') as day, count(*) as n
             from (values (timestamptz '2026-03-01 12:00 America/New_York')) t(d) group by 1",
            &["1 Mar 2026; 1"],
        ),
        (
            "select $bucket(d, month) as month, count(*) as n
             from (values (date '2026-03-01'), (date '2026-03-15')) t(d) group by 1 order by 1",
            &["1 Mar 2026; 2"],
        ),
        (
            "select d, 1 as n from (values (date '2026-02-28'), (date '2026-03-01'),
             (date '2026-03-15'), (date '2026-03-16')) t(d) where $range(d) order by 1",
            &["1 Mar 2026; 1", "15 Mar 2026; 1"],
        ),
        (
            "select $time(at) as at, $bucket(at, day) as day, $hour(at) as hour
             from (values (timestamptz '1969-07-20 04:30:00Z')) t(at)",
            &["20 Jul 1969 00:30; 20 Jul 1969; 0"],
        ),
        (
            "select $time(at) as at, $bucket(at, day) as day, $bucket(at, hour) as hour, $hour(at) as h
             from (values (timestamp '2026-03-15 23:30'), (timestamp '2026-03-16 00:00')) t(at)
             where $range(at)",
            &["15 Mar 2026 23:30; 15 Mar 2026; 15 Mar 2026 23:00; 23"],
        ),
        (
            "select $bucket(at at time zone 'UTC', day) as day, $hour(at at time zone 'UTC') as h
             from (values (timestamp '2026-03-02 03:30')) t(at)
             where $range(at at time zone 'UTC')",
            &["1 Mar 2026; 22"],
        ),
        ("select at::date as day from (values (timestamptz '2026-03-02 03:30Z')) t(at)", &["1 Mar 2026"]),
    ];
    for (sql, expected) in cases {
        assert_eq!(shown(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_macro_is_what_a_person_would_write() {
    let zone = ZoneName::parse("America/New_York").unwrap();
    let at = Timestamp::from_seconds;
    let offsets = zone.offsets(at(-2_208_988_800), at(4_102_444_800));
    let context = Context {
        bounds: Bounds { from: at(0), to: at(86_400) },
        interval: Interval::Day,
        zone: &zone,
        offsets: &offsets,
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    let sql = "select $bucket(at) as day, $hour($local(w)) as h, $bucket($local(w), hour) as l,
        $bucket(at, hour) as t from t where $range(at) and $range($local(w))";
    let statement = compile(&Query::new(sql), Dialect::Postgres, &context).unwrap();
    assert_eq!(
        statement.sql,
        "select (date_trunc('day', at::timestamp)) as day, \
         (extract(hour from w::timestamp)::integer) as h, \
         (date_trunc('hour', w::timestamp)) as l,
        (date_trunc('hour', at)) as t from t \
         where ((at) >= to_timestamp(($1)::bigint) and (at) < to_timestamp(($2)::bigint)) \
         and ((w) >= (to_timestamp(($3)::bigint) at time zone 'UTC') \
         and (w) < (to_timestamp(($4)::bigint) at time zone 'UTC'))"
    );
}

#[tokio::test]
async fn a_literal_is_read_in_the_zone_of_its_view_and_not_of_the_one_before() {
    let name = SourceName::parse("pg").unwrap();
    let Some(url) = url(VARIABLE) else { return };
    let source = Source::postgres(name, &url, 1, Limits::default()).unwrap();
    let at = Timestamp::from_seconds;
    for (zone, midnight) in
        [("UTC", 1_772_323_200), ("Asia/Tokyo", 1_772_290_800), ("UTC", 1_772_323_200)]
    {
        let zone = ZoneName::parse(zone).unwrap();
        let context = Context {
            bounds: Bounds { from: at(0), to: at(86_400) },
            interval: Interval::Day,
            zone: &zone,
            offsets: &zone.offsets(at(-2_208_988_800), at(4_102_444_800)),
            variables: &BTreeMap::new(),
            access: &Access::anonymous(),
        };
        let query = Query::new("select timestamptz '2026-03-01' as at");
        let statement = compile(&query, Dialect::Postgres, &context).unwrap();
        let frame = source.run(&statement, &[]).await.unwrap();
        assert_eq!(frame.columns()[0].values.time(0), Some(at(midnight)), "{zone}");
    }
}
