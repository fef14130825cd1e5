//! A column of SQLite that holds times in several forms: each value is read in its own form, or the statement
//! is refused. The instants were worked out by hand.

use crate::fixture::{Fixture, cells};
use brisk_domain::{Access, Bounds, Interval, Query, Timestamp, WallClock, WallClocks, ZoneName};
use brisk_source::{Context, SourceError, compile};
use std::collections::BTreeMap;

/// 2026-03-01 00:00 UTC.
const DAY: i64 = 1_772_323_200;

/// Each with its hours since [`DAY`] if columns without a zone were written in UTC, seen from New York (five
/// hours behind, where a date's midnight is at 05:00 UTC); `None` for values that are not times.
const VALUES: [(&str, Option<i64>); 10] = [
    ("'2026-03-01'", Some(5)),
    ("'2026-03-01 06:00:00'", Some(6)),
    ("'2026-03-01T07:00'", Some(7)),
    ("'2026-03-01T08:00:00.250Z'", Some(8)),
    ("'2026-03-01 11:00:00+02:00'", Some(9)),
    ("1772359200", Some(10)),
    ("'1772362800'", Some(11)),
    ("1772366400.75", Some(12)),
    ("''", None),
    ("null", None),
];

struct Mixed(Fixture);

impl Mixed {
    async fn of(values: &[&str]) -> Self {
        let rows = values.iter().enumerate().map(|(i, value)| format!("({i}, {value})"));
        let rows: Vec<String> = rows.collect();
        let setup = format!(
            "create table mixed (id integer, at text); insert into mixed values {}",
            rows.join(", ")
        );
        // A column with text affinity would store numbers as text.
        Self(Fixture::new(&setup.replace("at text", "at"), "UTC").await)
    }

    async fn numbers(
        &self,
        clock: Option<&str>,
        sql: &str,
        bounds: (i64, i64),
    ) -> Result<Vec<String>, SourceError> {
        let said = WallClocks {
            source: clock.map(|clock| WallClock::parse(clock).unwrap()),
            columns: BTreeMap::new(),
        };
        let source = self.0.source.clone().with_wall_clocks(said);
        let (zone, at) = (ZoneName::parse("America/New_York").unwrap(), Timestamp::from_seconds);
        let context = Context {
            bounds: Bounds { from: at(bounds.0), to: at(bounds.1) },
            interval: Interval::Hour,
            zone: &zone,
            offsets: &zone.offsets(at(0), at(4_102_444_800)),
            variables: &BTreeMap::new(),
            access: &Access::anonymous(),
        };
        let statement = compile(&Query::new(sql), source.target(), &context)?;
        let frame = source.run(&statement, &[]).await?;
        Ok(cells(&frame, "n").into_iter().map(|cell| cell.unwrap_or_else(|| "-".into())).collect())
    }
}

#[tokio::test]
async fn each_value_is_the_time_that_it_says() {
    let mixed = Mixed::of(&VALUES.map(|(value, _)| value)).await;
    let hours = |more: &dyn Fn(usize) -> i64| -> Vec<String> {
        let hour = |(i, (_, hour)): (usize, &(&str, Option<i64>))| {
            hour.map_or_else(|| "-".to_owned(), |hour| (hour + more(i)).to_string())
        };
        VALUES.iter().enumerate().map(hour).collect()
    };
    let bucket = format!("select ($epoch($bucket(at)) - {DAY}) / 3600 as n from mixed order by id");
    for clock in [None, Some("UTC")] {
        let found = mixed.numbers(clock, &bucket, (0, 1)).await.unwrap();
        assert_eq!(found, hours(&|_| 0), "{clock:?}");
    }
    // Times without a zone were written in Tokyo, nine hours earlier; the date is the same
    // everywhere.
    let found = mixed.numbers(Some("Asia/Tokyo"), &bucket, (0, 1)).await.unwrap();
    assert_eq!(found, hours(&|i| if i == 1 || i == 2 { -9 } else { 0 }));
    let found = mixed.numbers(Some("dashboard"), &bucket, (0, 1)).await.unwrap();
    assert_eq!(found, hours(&|i| if i == 1 || i == 2 { 5 } else { 0 }));
    let hour = "select $hour(at) as n from mixed order by id";
    let found = mixed.numbers(None, hour, (0, 1)).await.unwrap();
    assert_eq!(found, hours(&|_| -5));
}

#[tokio::test]
async fn a_range_loses_no_value_of_another_form() {
    let mixed = Mixed::of(&VALUES.map(|(value, _)| value)).await;
    let sql = "select id as n from mixed where $range(at) order by id";
    let within = async |from: i64, to: i64| {
        mixed.numbers(None, sql, (DAY + from * 3600, DAY + to * 3600)).await.unwrap().join(",")
    };
    assert_eq!(within(5, 13).await, "0,1,2,3,4,5,6,7");
    assert_eq!(within(6, 8).await, "1,2");
    assert_eq!(within(8, 11).await, "3,4,5");
    assert_eq!(within(11, 13).await, "6,7");
    assert_eq!(within(0, 5).await, "");
}

#[tokio::test]
async fn columns_whose_first_value_says_something_else_are_read_alike() {
    // Whichever value comes first.
    for first in 0..VALUES.len() {
        let mut values: Vec<&str> = VALUES.iter().map(|(value, _)| *value).collect();
        values.rotate_left(first);
        let mixed = Mixed::of(&values).await;
        let sql = "select count(*) as n from mixed where $range(at)";
        let found = mixed.numbers(None, sql, (DAY, DAY + 86_400)).await.unwrap();
        assert_eq!(found, ["8"], "{first}");
    }
}

#[tokio::test]
async fn what_is_no_time_is_refused_with_a_sentence() {
    for values in [&["'2026-03-01'", "'1.3.2026'"][..], &["1772359200", "'2026-03-01'", "'soon'"]] {
        let mixed = Mixed::of(values).await;
        for sql in
            ["select $bucket(at) as n from mixed", "select id as n from mixed where $range(at)"]
        {
            let refused = mixed.numbers(None, sql, (0, DAY * 2)).await.unwrap_err().to_string();
            assert!(refused.contains("is no time that Brisk reads"), "{sql}: {refused}");
        }
    }
}

#[tokio::test]
async fn long_texts_beside_a_time_do_not_keep_its_type_from_being_known() {
    let setup = "create table t (at text, body text);
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
        insert into t select '2026-03-01 12:00:00', hex(zeroblob(30000)) from n";
    let mixed = Mixed(Fixture::new(setup, "UTC").await);
    // 12:00 in Tokyo is 03:00 in UTC, and 22:00 of the day before in New York.
    let sql = "select $hour(at) as n, substr(body, 1, 1) as b, at as a from t limit 1";
    assert_eq!(mixed.numbers(Some("Asia/Tokyo"), sql, (0, 1)).await.unwrap(), ["22"]);
    let sql = "select $hour(at) as n, body from t limit 1";
    assert_eq!(mixed.numbers(Some("Asia/Tokyo"), sql, (0, 1)).await.unwrap(), ["22"]);
}
