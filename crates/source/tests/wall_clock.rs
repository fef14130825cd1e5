//! Columns that hold what the dashboard's own wall clock reads, on every database, through both
//! changes of awkward zones.

use crate::fixture;

use brisk_domain::{
    Access, Bounds, Frame, Interval, Query, Timestamp, Values, ZoneName, ZoneOffsets,
};
use brisk_source::{Context, Dialect, Source, Statement, compile};
use chrono::{DateTime, Datelike, NaiveDateTime, Timelike};
use fixture::instants::Instants;
use fixture::maria::LOADED;
use fixture::url::url;
use fixture::{Fixture, cells};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::collections::BTreeMap;

struct View {
    zone: ZoneName,
    offsets: ZoneOffsets,
    bounds: Bounds,
}

impl View {
    fn of(zone: &str, bounds: Bounds) -> Self {
        let zone = ZoneName::parse(zone).unwrap();
        let at = Timestamp::from_seconds;
        let offsets = zone.offsets(at(-2_208_988_800), at(4_102_444_800));
        Self { zone, offsets, bounds }
    }

    fn statement(&self, dialect: Dialect, interval: Interval, sql: &str) -> Statement {
        let context = Context {
            bounds: self.bounds,
            interval,
            zone: &self.zone,
            offsets: &self.offsets,
            variables: &BTreeMap::new(),
            access: &Access::anonymous(),
        };
        compile(&Query::new(sql), dialect, &context).unwrap()
    }

    async fn run(&self, source: &Source, interval: Interval, sql: &str) -> Frame {
        source.run(&self.statement(source.dialect(), interval, sql), &[]).await.unwrap()
    }
}

/// The instants of all changes of the zones in 2011 and early 2012, and the day after Christmas.
const CHANGES: [i64; 12] = [
    1_301_187_600,
    1_319_936_400,
    1_299_999_600,
    1_320_559_200,
    1_301_756_400,
    1_317_483_000,
    1_298_167_200,
    1_318_734_000,
    1_300_597_200,
    1_321_164_000,
    1_325_239_200,
    1_324_900_000,
];

/// Readings around each change, as a clock there would show them.
fn readings(offsets: &ZoneOffsets) -> Vec<NaiveDateTime> {
    let away = [-90_000, -7_200, -3_600, -1_801, -1, 0, 1, 900, 1_800, 3_599, 3_600, 5_400, 90_000];
    let mut readings = Vec::new();
    for change in CHANGES {
        let before = i64::from(offsets.at(Timestamp::from_seconds(change - 1)));
        for away in away {
            readings.push(DateTime::from_timestamp(change + before + away, 0).unwrap().naive_utc());
        }
    }
    readings
}

/// A table of the readings, as a subquery.
fn table(dialect: Dialect, readings: &[NaiveDateTime]) -> String {
    let rows = readings.iter().enumerate().map(|(id, reading)| {
        let written = reading.format("%Y-%m-%d %H:%M:%S");
        let keyword = if dialect == Dialect::Sqlite { "" } else { "timestamp" };
        format!("select {id} as id, {keyword}'{written}' as at")
    });
    format!("({}) r", rows.collect::<Vec<_>>().join(" union all "))
}

#[tokio::test]
async fn readings_are_the_instants_and_buckets_and_parts_that_the_clock_says_on_every_database() {
    let at = Timestamp::from_seconds;
    for database in Instants::everywhere("local_times").await {
        let (source, dialect) = (&database.source, database.dialect);
        // MariaDB's tables lack the other names, so these use the lookup.
        let zones = LOADED.iter().chain(&["GB", "Australia/LHI", "Brazil/East", "Cuba"]);
        for zone in zones {
            let view = View::of(zone, Bounds { from: at(1_300_000_000), to: at(1_319_938_000) });
            let readings = readings(&view.offsets);
            let table = table(dialect, &readings);
            let instants: Vec<Timestamp> =
                readings.iter().map(|reading| view.offsets.instant(*reading)).collect();
            // With the range and without it: a statement that has it searches it first.
            for range in ["1 = 1", "($range($local(at)) or 1 = 1)"] {
                let sql = format!(
                    "select $local(at) as instant, $year($local(at)) as year,
                       $month($local(at)) as month, $weekday( $local(at) ) as weekday,
                       $hour($local(at)) as hour
                     from {table} where {range} order by id"
                );
                let frame = view.run(source, Interval::Day, &sql).await;
                let expected = Values::Time(instants.iter().copied().map(Some).collect());
                let place = format!("{dialect:?} {zone} {range}");
                assert_eq!(frame.column("instant").unwrap().values, expected, "{place}");
                // A part is that of the time as written, even if the clock skips it.
                for (row, wall) in readings.iter().enumerate() {
                    let expected = [
                        ("year", i64::from(wall.year())),
                        ("month", i64::from(wall.month())),
                        ("weekday", i64::from(wall.weekday().number_from_monday())),
                        ("hour", i64::from(wall.hour())),
                    ];
                    for (part, expected) in expected {
                        let found = frame.column(part).unwrap().values.exact(row);
                        assert_eq!(found, Some(expected.to_string()), "{place} {part} {wall}");
                    }
                }
                // Minutes are truncated like hours, months and years like quarters.
                for interval in [Interval::Hour, Interval::Day, Interval::Week, Interval::Quarter] {
                    let sql = format!(
                        "select $bucket($local(at)) as start from {table} where {range} order by id"
                    );
                    let frame = view.run(source, interval, &sql).await;
                    let starts = instants.iter().map(|at| Some(interval.start(*at, &view.offsets)));
                    let (found, expected) =
                        (&frame.column("start").unwrap().values, Values::Time(starts.collect()));
                    assert_eq!(*found, expected, "{place} {interval:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_range_holds_the_readings_whose_instants_it_holds_on_every_database() {
    for database in Instants::everywhere("local_ranges").await {
        let (source, dialect) = (&database.source, database.dialect);
        for (i, change) in CHANGES.into_iter().enumerate() {
            // Ends before, in and after times that occur twice or not at all.
            for end in [change - 1_800, change - 1, change, change + 900, change + 1_801] {
                let at = Timestamp::from_seconds;
                for bounds in [
                    Bounds { from: at(change - 50_000), to: at(end) },
                    Bounds { from: at(end), to: at(change + 80_000) },
                ] {
                    let view = View::of(LOADED[1 + i / 2 % 7], bounds);
                    let readings = readings(&view.offsets);
                    let sql = format!(
                        "select id from {} where $range($local(at)) order by id",
                        table(dialect, &readings)
                    );
                    let found = cells(&view.run(source, Interval::Day, &sql).await, "id");
                    let inside = |(_, reading): &(usize, &NaiveDateTime)| {
                        let instant = view.offsets.instant(**reading);
                        bounds.from <= instant && instant < bounds.to
                    };
                    let expected = readings.iter().enumerate().filter(inside);
                    let expected: Vec<_> = expected.map(|(id, _)| Some(id.to_string())).collect();
                    assert_eq!(found, expected, "{dialect:?} {} {bounds:?}", view.zone);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_column_of_days_is_their_midnights_on_every_database() {
    let at = Timestamp::from_seconds;
    for database in Instants::everywhere("local_days").await {
        let (source, dialect) = (&database.source, database.dialect);
        // From and up to midnights of London's summer: 23:00 in UTC.
        let bounds = Bounds { from: at(1_310_079_600), to: at(1_310_252_400) };
        let view = View::of("Europe/London", bounds);
        let days = ["2011-07-07", "2011-07-08", "2011-07-09", "2011-07-10"];
        let rows = days.iter().enumerate().map(|(id, day)| {
            let keyword = if dialect == Dialect::Sqlite { "" } else { "date" };
            format!("select {id} as id, {keyword}'{day}' as day")
        });
        let table = format!("({}) r", rows.collect::<Vec<_>>().join(" union all "));
        let sql = format!(
            "select $bucket($local(day)) as start from {table} where $range($local(day)) order by 1"
        );
        let frame = view.run(source, Interval::Day, &sql).await;
        let starts = [1_310_079_600, 1_310_166_000].map(|seconds| Some(at(seconds)));
        let found = &frame.column("start").unwrap().values;
        assert_eq!(*found, Values::Time(starts.to_vec()), "{dialect:?}");
    }
}

#[tokio::test]
async fn texts_of_every_form_are_readings_in_sqlite() {
    let texts = [
        "2011-07-07 23:59:59",
        "2011-07-08",
        "2011-07-08T00:00",
        "2011-07-08 12:00:00.5",
        "2011-07-09T23:59:59",
        "2011-07-10",
        "2011-07-10 00:00",
    ];
    let rows: Vec<String> =
        texts.iter().enumerate().map(|(id, text)| format!("({id}, '{text}')")).collect();
    let setup = format!(
        "create table t (id integer, at datetime); insert into t values {}; create index i on t (at)",
        rows.join(", ")
    );
    let fixture = Fixture::new(&setup, "Europe/London").await;
    let at = Timestamp::from_seconds;
    let bounds = Bounds { from: at(1_310_079_600), to: at(1_310_252_400) };
    let view = View::of("Europe/London", bounds);
    let sql = "select id from t where $range($local(at)) order by id";
    let found = cells(&view.run(&fixture.source, Interval::Day, sql).await, "id");
    assert_eq!(found, ["1", "2", "3", "4"].map(|id| Some(id.to_owned())));
    let plan = fixture.source.explain(&view.statement(Dialect::Sqlite, Interval::Day, sql)).await;
    let plan = plan.unwrap().join("\n");
    assert!(plan.contains("SEARCH t USING INDEX i (at>? AND at<?)"), "{plan}");
}

#[tokio::test]
async fn an_index_on_a_column_of_readings_is_used_by_servers() {
    let at = Timestamp::from_seconds;
    let bounds = Bounds { from: at(1_310_079_600), to: at(1_310_080_000) };
    let view = View::of("Europe/London", bounds);
    for database in Instants::everywhere("local_plans").await {
        let (rows, uses) = match database.dialect {
            Dialect::Sqlite => continue,
            Dialect::Postgres => (
                "select timestamp '2011-01-01' + i * interval '1 minute',
                   date '2011-01-01' + i % 9000 from generate_series(0, 499999) i",
                ["Index", "Index"],
            ),
            Dialect::MySql => (
                "select timestamp'2011-01-01 00:00:00' + interval seq minute,
                   date'2011-01-01' + interval seq % 9000 day from seq_0_to_99999",
                ["key: by_at", "key: by_day"],
            ),
        };
        let kinds = if database.dialect == Dialect::Postgres { "timestamp" } else { "datetime" };
        let setup = [
            "drop table if exists local_plan".to_owned(),
            format!("create table local_plan (at {kinds} not null, day date not null)"),
            format!("insert into local_plan {rows}"),
            "create index by_at on local_plan (at)".to_owned(),
            "create index by_day on local_plan (day)".to_owned(),
        ];
        for sql in setup {
            execute(database.dialect, &sql).await;
        }
        let analyze =
            if database.dialect == Dialect::Postgres { "analyze" } else { "analyze table" };
        execute(database.dialect, &format!("{analyze} local_plan")).await;
        for (column, uses) in ["at", "day"].iter().zip(uses) {
            let sql = format!("select 1 as one from local_plan where $range($local({column}))");
            let statement = view.statement(database.dialect, Interval::Day, &sql);
            let plan = database.source.explain(&statement).await.unwrap().join("\n");
            assert!(plan.contains(uses), "{:?} {column}: {plan}", database.dialect);
        }
        execute(database.dialect, "drop table local_plan").await;
    }
}

async fn execute(dialect: Dialect, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match dialect {
        Dialect::Postgres => {
            let url = url("BRISK_TEST_POSTGRES_URL").unwrap();
            sqlx::PgConnection::connect(&url).await.unwrap().execute(sql).await.unwrap();
        }
        _ => {
            let url = url(fixture::maria::VARIABLE).unwrap();
            sqlx::MySqlConnection::connect(&url).await.unwrap().execute(sql).await.unwrap();
        }
    }
}
