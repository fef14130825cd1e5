//! Instants in a real MariaDB: `date`, `datetime` and `timestamp` columns, fractions, the time
//! before 1970, NULL, and indexes.

use crate::fixture;

use brisk_domain::{Timestamp, Values};
use brisk_source::{Bind, Chosen, Limits};
use fixture::cells;
use fixture::maria::{admin, run, set_up, source, statement};
use sqlx::{AssertSqlSafe, Executor, Row};

#[tokio::test]
async fn every_kind_of_time_column_is_read_in_utc_whatever_the_server_thinks() {
    let Some(source) = source(Limits::default()) else { return };
    // Stored by a session in another zone: `timestamp` is an instant, `datetime` stays as written.
    set_up(&[
        "drop table if exists moments",
        "create table moments (d date, dt datetime, dt6 datetime(6), ts timestamp(6) null)",
        "set session time_zone = '-08:00'",
        "insert into moments values
           ('2011-03-27', '2011-03-27 12:50:00', '1969-12-31 23:59:59.999999',
            '2011-03-27 04:50:00.5'),
           (null, null, null, null)",
    ])
    .await;
    let frame =
        run(&source, "select d, $time(d) as dd, dt, dt6, ts from moments order by d is null, d")
            .await
            .unwrap();
    assert_eq!(cells(&frame, "d"), [Some("2011-03-27".into()), None]);
    let time = |name: &str| match &frame.column(name).unwrap().values {
        Values::Time(cells) => cells.clone(),
        other => panic!("{name}: {other:?}"),
    };
    let at = Timestamp::from_seconds;
    assert_eq!(time("dd"), [Some(at(1_301_184_000)), None]);
    assert_eq!(time("dt"), [Some(at(1_301_230_200)), None]);
    assert_eq!(time("dt6"), [Some(Timestamp(-1)), None]);
    assert_eq!(time("ts"), [Some(Timestamp(1_301_230_200_500_000)), None]);
}

#[tokio::test]
async fn macros_of_time_read_every_kind_of_time_column() {
    let Some(source) = source(Limits::default()) else { return };
    // The day on which London's clocks go forward starts at 00:00 UTC, the next one at 23:00.
    set_up(&[
        "drop table if exists macros",
        "create table macros (id int, d date, dt datetime(6), ts timestamp(6) null)",
        "set session time_zone = '+00:00'",
        "insert into macros values
           (0, '2011-03-27', '2011-03-27 23:30:00', '2011-03-27 23:30:00'),
           (1, '2011-03-28', '2011-03-28 00:00:00.000001', '2011-03-28 00:00:00.000001'),
           (2, '1969-12-31', '1969-12-31 22:59:59.999999', null),
           (3, null, null, null)",
    ])
    .await;
    let expected: [(&str, &str, [Option<i64>; 4]); 15] = [
        ("$bucket(d)", "bucket", [Some(1_301_184_000), Some(1_301_266_800), Some(-90_000), None]),
        ("$bucket(dt)", "bucket", [Some(1_301_266_800), Some(1_301_266_800), Some(-90_000), None]),
        ("$bucket(ts)", "bucket", [Some(1_301_266_800), Some(1_301_266_800), None, None]),
        (
            // A date is its midnight in London.
            "$bucket(d, hour)",
            "bucket",
            [Some(1_301_184_000), Some(1_301_266_800), Some(-90_000), None],
        ),
        (
            "$bucket(dt, minute)",
            "bucket",
            [Some(1_301_268_600), Some(1_301_270_400), Some(-3_660), None],
        ),
        ("$bucket(ts, month)", "bucket", [Some(1_298_937_600), Some(1_298_937_600), None, None]),
        (
            "$bucket(d, quarter)",
            "bucket",
            [Some(1_293_840_000), Some(1_293_840_000), Some(-7_952_400), None],
        ),
        (
            "$bucket(dt, year)",
            "bucket",
            [Some(1_293_840_000), Some(1_293_840_000), Some(-31_539_600), None],
        ),
        (
            "$bucket(d, week)",
            "bucket",
            [Some(1_300_665_600), Some(1_301_266_800), Some(-262_800), None],
        ),
        ("$year(dt)", "part", [Some(2011), Some(2011), Some(1969), None]),
        ("$month(ts)", "part", [Some(3), Some(3), None, None]),
        ("$weekday(d)", "part", [Some(7), Some(1), Some(3), None]),
        ("$weekday(dt)", "part", [Some(1), Some(1), Some(3), None]),
        ("$hour(dt)", "part", [Some(0), Some(1), Some(23), None]),
        ("$hour(ts)", "part", [Some(0), Some(1), None, None]),
    ];
    for (macro_, kind, expected) in expected {
        let frame = run(&source, &format!("select {macro_} as x from macros order by id")).await;
        let frame = frame.unwrap();
        let values = &frame.columns()[0].values;
        match (kind, values) {
            ("bucket", Values::Time(cells)) => {
                let seconds = cells.iter().map(|cell| cell.map(Timestamp::seconds));
                assert_eq!(seconds.collect::<Vec<_>>(), expected, "{macro_}");
            }
            ("part", Values::Int(cells)) => assert_eq!(cells, &expected, "{macro_}"),
            other => panic!("{macro_}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_range_is_half_open_to_the_microsecond_on_every_kind_of_time_column() {
    let Some(source) = source(Limits::default()) else { return };
    // The range is from 2011-03-13 07:06:40 up to 2011-04-05 10:40:00, without that.
    set_up(&[
        "drop table if exists edges",
        "create table edges (d date, dt datetime(6), ts timestamp(6) null)",
        "set session time_zone = '+00:00'",
        "insert into edges values
           ('2011-03-13', '2011-03-13 07:06:39.999999', '2011-03-13 07:06:39.999999'),
           ('2011-03-14', '2011-03-13 07:06:40.000000', '2011-03-13 07:06:40.000000'),
           ('2011-04-05', '2011-04-05 10:39:59.999999', '2011-04-05 10:39:59.999999'),
           ('2011-04-06', '2011-04-05 10:40:00.000000', '2011-04-05 10:40:00.000000'),
           (null, null, null)",
    ])
    .await;
    for column in ["d", "dt", "ts"] {
        for condition in
            [format!("$range({column})"), format!("{column} >= :from and {column} < :to")]
        {
            let sql = format!(
                "select count(*) as n, min({column}) as first from edges where {condition}"
            );
            let frame = run(&source, &sql).await.unwrap();
            assert_eq!(cells(&frame, "n"), [Some("2".into())], "{condition}");
        }
    }
}

#[tokio::test]
async fn a_bucket_is_an_instant_that_sql_can_go_on_with() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&[
        "drop table if exists onward",
        "create table onward (at datetime)",
        "insert into onward values ('2011-07-07 00:53:20'), ('2011-07-08 01:53:20')",
    ])
    .await;
    let sql = "with d as (select $bucket(at) as day, count(*) as n from onward group by 1)
        select min(day) as first, timestampdiff(day, min(day), max(day)) as days,
          $hour(min(day)) as hour, sum(n) as n
        from d where $time(day) is not null";
    let frame = run(&source, sql).await.unwrap();
    // In London's summer the day starts at 23:00 UTC.
    let Values::Time(first) = &frame.column("first").unwrap().values else { panic!() };
    assert_eq!(first, &[Some(Timestamp::from_seconds(1_309_993_200))]);
    assert_eq!(cells(&frame, "days"), [Some("1".into())]);
    assert_eq!(cells(&frame, "hour"), [Some("0".into())]);
    assert_eq!(cells(&frame, "n"), [Some("2".into())]);
}

#[tokio::test]
async fn grouping_by_a_bucket_works_by_number_and_by_name_and_says_so_otherwise() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&[
        "drop table if exists grouped",
        "create table grouped (at datetime, kind varchar(9), net decimal(10,2))",
        "insert into grouped values ('2011-03-20 01:00:00', 'a', 1.5), ('2011-03-20', 'a', 2),
           ('2011-03-20 23:00:00', 'b', 3)",
    ])
    .await;
    for group in ["1, 2", "day, kind"] {
        let sql = format!(
            "select $bucket(at) as day, kind, sum(net) as net, count(*) as n,
               sum(sum(net)) over (partition by kind order by $bucket(at)) as running
             from grouped where $range(at) group by {group} order by day, kind"
        );
        // A window's order refers to the grouped column by its name.
        let sql = sql.replace("order by $bucket(at)", "order by day");
        let sql = match run(&source, &sql).await {
            Ok(_) => sql,
            Err(error) => panic!("{group}: {error}"),
        };
        let frame = run(&source, &sql).await.unwrap();
        assert_eq!(cells(&frame, "net"), [Some("3.50".into()), Some("3.00".into())], "{group}");
    }
    let sql = "select $bucket(at) as day, count(*) as n from grouped where $range(at)
        group by $bucket(at)";
    let error = run(&source, sql).await.unwrap_err().to_string();
    assert!(error.contains("group by 1"), "{error}");
}

#[tokio::test]
async fn ranges_use_the_index_of_every_kind_of_time_column() {
    let Some(source) = source(Limits::default()) else { return };
    set_up(&[
        "drop table if exists indexed",
        "create table indexed (d date, dt datetime(6), ts timestamp null, filler char(100),
           index by_d (d), index by_dt (dt), index by_ts (ts))",
        "insert into indexed
         select date('2001-01-01') + interval seq day, '2001-01-01' + interval seq day,
           '2001-01-01' + interval seq day, 'x' from seq_1_to_8000",
        "analyze table indexed",
    ])
    .await;
    let mut admin = admin().await;
    for column in ["d", "dt", "ts"] {
        let statement = statement(&format!(
            "select $bucket({column}) as day, max(filler) as filler from indexed
             where $range({column}) group by 1"
        ));
        let explain = AssertSqlSafe(format!("explain {}", statement.sql));
        let mut query = sqlx::query(explain);
        for bind in &statement.binds {
            query = match bind {
                Bind::Int(value) => query.bind(*value),
                Bind::Text(text) | Bind::Chosen(Chosen { text, .. }) => query.bind(text.clone()),
            };
        }
        let plan = admin.fetch_one(query).await.unwrap();
        let text = |name: &str| plan.try_get::<Option<String>, _>(name).unwrap();
        assert_eq!(text("type").as_deref(), Some("range"), "{column}");
        assert_eq!(text("key"), Some(format!("by_{column}")), "{column}");
        let frame = source.run(&statement, &[]).await.unwrap();
        assert_eq!(frame.rows(), 23, "{column}");
    }
}
