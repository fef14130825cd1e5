//! Columns without a time zone, on the clock that they were written on: on every database, through both
//! changes of the clock, before 1970, in zones west and east. What is expected was worked out by hand
//! from the zones' legal offsets.

use crate::fixture;

use brisk_domain::{
    Access, Bounds, Date, Frame, Interval, Query, SourceName, Timestamp, Values, WallClock,
    WallClocks, WallTime, ZoneName,
};
use brisk_source::{Clocks, Context, Dialect, Limits, Source, SourceError, Target, compile};
use fixture::cells;
use fixture::url::url;
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::collections::BTreeMap;
use std::sync::Arc;

/// In three databases: what a clock showed in `at`, one instant in `moment`, and dates.
struct Written {
    source: Source,
    table: String,
    _directory: Option<tempfile::TempDir>,
}

const READINGS: [&str; 6] = [
    "2026-03-29 01:30:00",
    "2026-03-29 03:30:00",
    "2026-10-25 01:30:00",
    "2026-10-25 02:30:00",
    "2026-10-25 03:30:00",
    "1969-07-20 04:30:00",
];
const DAYS: [&str; 6] =
    ["2026-02-28", "2026-03-01", "2026-03-15", "2026-03-31", "2026-04-01", "1969-07-20"];
/// 29 March 2026 01:30 UTC.
const MOMENT: i64 = 1_774_747_800;

async fn everywhere(table: &str) -> Vec<Written> {
    let name = SourceName::parse("test").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("clocks.sqlite");
    let mut all = Vec::new();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut sqlite = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    for sql in setup(table, ["text", "integer", "text"], &MOMENT.to_string()) {
        sqlite.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let source = Source::sqlite(name.clone(), &path, Limits::default());
    all.push(Written { source, table: table.into(), _directory: Some(directory) });
    if let Some(url) = url("BRISK_TEST_POSTGRES_URL") {
        let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
        let moment = "'2026-03-29 01:30:00+00'";
        for sql in setup(table, ["timestamp", "timestamptz", "date"], moment) {
            admin.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        let source = Source::postgres(name.clone(), &url, 1, Limits::default()).unwrap();
        all.push(Written { source, table: format!("public.{table}"), _directory: None });
    }
    if let Some(url) = url("BRISK_TEST_MYSQL_URL") {
        let mut admin = sqlx::MySqlConnection::connect(&url).await.unwrap();
        admin.execute("set time_zone = '+00:00'").await.unwrap();
        for sql in setup(table, ["datetime", "timestamp", "date"], "'2026-03-29 01:30:00'") {
            admin.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        let source = Source::mysql(name, &url, 1, Limits::default()).unwrap();
        all.push(Written { source, table: table.into(), _directory: None });
    }
    all
}

fn setup(table: &str, types: [&str; 3], moment: &str) -> Vec<String> {
    let [at, instant, day] = types;
    let rows = READINGS.iter().zip(DAYS).enumerate();
    let rows: Vec<String> =
        rows.map(|(id, (at, day))| format!("({id}, '{at}', {moment}, '{day}')")).collect();
    vec![
        format!("drop table if exists {table}"),
        format!("create table {table} (id integer, at {at}, moment {instant} null, day {day})"),
        format!("insert into {table} values {}", rows.join(", ")),
    ]
}

/// `wall_clock = …`.
fn clock_of_columns(clock: &str) -> WallClocks {
    WallClocks { source: Some(WallClock::parse(clock).unwrap()), columns: BTreeMap::new() }
}

async fn run_for(
    target: Target,
    source: &Source,
    zone: &str,
    bounds: (i64, i64),
    sql: &str,
) -> Result<Frame, SourceError> {
    let at = Timestamp::from_seconds;
    let zone = ZoneName::parse(zone).unwrap();
    let context = Context {
        bounds: Bounds { from: at(bounds.0), to: at(bounds.1) },
        interval: Interval::Day,
        zone: &zone,
        offsets: &zone.offsets(at(-2_208_988_800), at(4_102_444_800)),
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    let statement = compile(&Query::new(sql), target, &context)?;
    source.run(&statement, &[]).await
}

impl Written {
    async fn run(&self, clocks: &WallClocks, zone: &str, bounds: (i64, i64), sql: &str) -> Frame {
        let source = self.source.clone().with_wall_clocks(clocks.clone());
        let sql = sql.replace("written", &self.table);
        run_for(source.target(), &source, zone, bounds, &sql).await.unwrap()
    }

    async fn numbers(&self, clocks: &WallClocks, zone: &str, sql: &str) -> Vec<String> {
        let frame = self.run(clocks, zone, (0, 1), sql).await;
        cells(&frame, "n").into_iter().map(Option::unwrap_or_default).collect()
    }
}

fn instants(seconds: &[i64]) -> Values {
    Values::Time(seconds.iter().map(|at| Some(Timestamp::from_seconds(*at))).collect())
}

#[tokio::test]
async fn a_date_is_a_date_in_every_zone_under_bucket_and_range() {
    // Where March 2026 begins and ends.
    let zones = [
        ("UTC", 1_772_323_200, 1_775_001_600),
        ("America/New_York", 1_772_341_200, 1_775_016_000),
        ("Asia/Kolkata", 1_772_303_400, 1_774_981_800),
        ("Pacific/Auckland", 1_772_276_400, 1_774_954_800),
        ("Pacific/Honolulu", 1_772_359_200, 1_775_037_600),
    ];
    for database in everywhere("clock_dates").await {
        for clocks in [
            WallClocks::default(),
            clock_of_columns("UTC"),
            clock_of_columns("dashboard"),
            clock_of_columns("Asia/Tokyo"),
        ] {
            for (zone, from, to) in zones {
                let place = format!("{:?} {zone} {clocks:?}", database.source.dialect());
                let sql =
                    "select id, $bucket(day, month) as month, $month(day) as n, $hour(day) as hour
                           from written where $range(day) order by id";
                let frame = database.run(&clocks, zone, (from, to), sql).await;
                let found =
                    |column| cells(&frame, column).into_iter().flatten().collect::<Vec<_>>();
                assert_eq!(found("id"), ["1", "2", "3"], "{place}");
                assert_eq!(found("n"), ["3", "3", "3"], "{place}");
                assert_eq!(found("hour"), ["0", "0", "0"], "{place}");
                assert_eq!(frame.column("month").unwrap().values, instants(&[from; 3]), "{place}");
                let sql = "select day from written where id = 5";
                let frame = database.run(&clocks, zone, (from, to), sql).await;
                let day = &frame.column("day").unwrap().values;
                match database.source.dialect() {
                    Dialect::Sqlite => assert_eq!(day.exact(0).as_deref(), Some("1969-07-20")),
                    _ => assert_eq!(*day, Values::Date(vec![Some(Date(-165))]), "{place}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn a_source_says_on_which_clock_its_columns_were_written() {
    let cases = [
        // On UTC's clock; New York is 4 hours behind.
        ("UTC", ["21", "23", "21", "22", "23", "0"]),
        // Madrid: an hour ahead of UTC, from 29 March to 25 October two. Half past two in October is the
        // first one.
        ("Europe/Madrid", ["20", "21", "19", "20", "22", "23"]),
        ("dashboard", ["1", "3", "1", "2", "3", "4"]),
        // Five and a half hours earlier than in UTC.
        ("Asia/Kolkata", ["16", "18", "16", "17", "18", "19"]),
    ];
    for database in everywhere("clock_hours").await {
        let dialect = database.source.dialect();
        for (clock, hours) in cases {
            let sql = "select $hour(at) as n from written order by id";
            let found = database.numbers(&clock_of_columns(clock), "America/New_York", sql).await;
            assert_eq!(found, hours, "{dialect:?} {clock}");
            // A column with a zone needs no rule, and follows none.
            let sql = "select $hour(moment) as n from written";
            let found = database.numbers(&clock_of_columns(clock), "America/New_York", sql).await;
            assert_eq!(found, ["21"; 6], "{dialect:?} {clock}");
            // A column of a subquery is the column that it comes from.
            let sql =
                "with w as (select id, at as then_, max(at) as most from written group by 1, 2)
                       select $hour(coalesce(w.most, w.then_)) as n from w order by id";
            let found = database.numbers(&clock_of_columns(clock), "America/New_York", sql).await;
            assert_eq!(found, hours, "{dialect:?} {clock}, in a subquery");
        }
        // Their days and hours.
        let sql = "select $bucket(at, day) as day, $bucket(at, hour) as hour from written
                   where id in (0, 3, 5) order by id";
        let frame =
            database.run(&clock_of_columns("Europe/Madrid"), "America/New_York", (0, 1), sql).await;
        let days = instants(&[1_774_670_400, 1_792_814_400, -14_328_000]);
        assert_eq!(frame.column("day").unwrap().values, days, "{dialect:?}");
        let hours = instants(&[1_774_742_400, 1_792_886_400, -14_245_200]);
        assert_eq!(frame.column("hour").unwrap().values, hours, "{dialect:?}");
    }
}

/// Readings around times that the clock shows twice or skips, in several zones, and one before 1970.
const THIRD_ZONES: [(&str, &[&str]); 4] = [
    (
        "Europe/Madrid",
        &[
            "2026-03-29 01:59:59",
            "2026-03-29 02:30:00",
            "2026-03-29 03:00:00",
            "2026-10-25 01:59:59",
            "2026-10-25 02:00:00",
            "2026-10-25 02:59:59",
            "2026-10-25 03:00:00",
            "1955-12-31 23:30:00",
        ],
    ),
    (
        "America/Sao_Paulo",
        &[
            "2018-02-17 22:59:59",
            "2018-02-17 23:30:00",
            "2018-02-18 00:00:00",
            "2018-11-04 00:30:00",
        ],
    ),
    (
        "Australia/Lord_Howe",
        &[
            "2025-04-06 01:29:59",
            "2025-04-06 01:45:00",
            "2025-04-06 02:00:00",
            "2025-10-05 02:15:00",
        ],
    ),
    ("Asia/Tokyo", &["2024-02-29 23:59:59", "2024-03-01 00:00:00", "2024-12-31 23:00:00"]),
];

#[tokio::test]
async fn a_column_of_a_third_zone_has_the_same_buckets_in_the_servers_words_and_by_the_lookup() {
    let parsed = |zone: &str| ZoneName::parse(zone).unwrap();
    let offsets = |zone: &ZoneName| {
        zone.offsets(
            Timestamp::from_seconds(-2_208_988_800),
            Timestamp::from_seconds(4_102_444_800),
        )
    };
    for database in everywhere("clock_third").await {
        let dialect = database.source.dialect();
        for (written, readings) in THIRD_ZONES {
            let literal = |at: &&str| match dialect {
                Dialect::Sqlite => format!("select '{at}' as at"),
                _ => format!("select timestamp '{at}' as at"),
            };
            let on_clock = offsets(&parsed(written));
            let instant = |at: &&str| {
                let at = chrono::NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M:%S").unwrap();
                (on_clock.instant(at), on_clock.local(on_clock.instant(at)) == at)
            };
            for (zone, interval) in
                ["America/New_York", "Asia/Kolkata", "UTC"].into_iter().flat_map(|zone| {
                    [Interval::Hour, Interval::Day, Interval::Week, Interval::Quarter]
                        .map(|interval| (zone, interval))
                })
            {
                let shown = offsets(&parsed(zone));
                // PostgreSQL reads times that a clock skips as if it had not been put forward.
                let is_exact = dialect != Dialect::Postgres || interval != Interval::Hour;
                let readings: Vec<&&str> =
                    readings.iter().filter(|at| is_exact || instant(at).1).collect();
                let expected: Vec<i64> = readings
                    .iter()
                    .map(|at| interval.start(instant(at).0, &shown).seconds())
                    .collect();
                let rows: Vec<String> = readings.iter().map(|at| literal(at)).collect();
                let sql = format!(
                    "select $bucket($local(at, '{written}'), {}) as bucket from ({}) r",
                    interval.word(),
                    rows.join(" union all ")
                );
                let place = format!("{dialect:?} {written} {zone} {interval:?}");
                let (zone, at) = (parsed(zone), Timestamp::from_seconds);
                let context = Context {
                    bounds: Bounds { from: at(0), to: at(1) },
                    interval: Interval::Day,
                    zone: &zone,
                    offsets: &shown,
                    variables: &BTreeMap::new(),
                    access: &Access::anonymous(),
                };
                let statement = compile(&Query::new(&sql), dialect, &context).unwrap();
                let lookup = statement.zone.as_ref().and_then(|zone| zone.lookup.clone());
                let lookup = lookup.map(|(sql, binds)| {
                    let mut looked_up = statement.clone();
                    (looked_up.sql, looked_up.binds, looked_up.zone) = (sql, binds, None);
                    looked_up
                });
                assert_eq!(lookup.is_some(), dialect != Dialect::Sqlite, "{place}");
                for statement in std::iter::once(statement).chain(lookup) {
                    let frame = database.source.run(&statement, &[]).await.unwrap();
                    let found = &frame.column("bucket").unwrap().values;
                    assert_eq!(*found, instants(&expected), "{place}: {}", statement.sql);
                }
            }
        }
    }
}

#[tokio::test]
async fn ranges_are_those_of_the_clock_of_the_column() {
    // From 24 October 2026 23:00 UTC for two hours, and the two after them.
    let (before, after) = ((1_792_882_800, 1_792_890_000), (1_792_890_000, 1_792_897_200));
    for database in everywhere("clock_ranges").await {
        let dialect = database.source.dialect();
        for (clock, expected) in [("UTC", ["", "2,3"]), ("Europe/Madrid", ["2,3", "4"])] {
            for (bounds, expected) in [before, after].into_iter().zip(expected) {
                let sql = "select id from written where $range(at) order by id";
                for zone in ["America/New_York", "Europe/Madrid", "UTC"] {
                    let frame = database.run(&clock_of_columns(clock), zone, bounds, sql).await;
                    let ids: Vec<String> = cells(&frame, "id").into_iter().flatten().collect();
                    assert_eq!(ids.join(","), expected, "{dialect:?} {clock} {zone}");
                }
            }
        }
    }
}

#[tokio::test]
async fn one_column_may_differ_and_a_macro_may_name_the_zone() {
    for database in everywhere("clock_columns").await {
        let dialect = database.source.dialect();
        let column = format!("{}.at", database.table);
        let columns = [(column, WallClock::parse("Europe/Madrid").unwrap())].into();
        let clocks = WallClocks { columns, ..clock_of_columns("UTC") };
        let madrid = ["20", "21", "19", "20", "22", "23"];
        let hours = async |sql: &str| database.numbers(&clocks, "America/New_York", sql).await;
        let sql = "select $hour(at) as n from written order by id";
        assert_eq!(hours(sql).await, madrid, "{dialect:?}");
        let sql = "select $hour(w.at) as n from written w order by id";
        assert_eq!(hours(sql).await, madrid, "{dialect:?}");
        let sql = "select $hour($local(at, 'Asia/Kolkata')) as n from written order by id";
        assert_eq!(hours(sql).await, ["16", "18", "16", "17", "18", "19"], "{dialect:?}");
        let sql = "select $hour($local(at)) as n from written order by id";
        assert_eq!(hours(sql).await, ["1", "3", "1", "2", "3", "4"], "{dialect:?}");
    }
}

#[tokio::test]
async fn the_zone_of_results_is_not_the_zone_of_the_data() {
    let madrid = ZoneName::parse("Europe/Madrid").unwrap();
    for database in everywhere("clock_tz").await {
        let dialect = database.source.dialect();
        let clocks = Clocks::new(Arc::new(clock_of_columns("dashboard"))).written_in(&madrid);
        let target = Target { clocks, ..Target::from(dialect) };
        for sql in ["$hour(at)", "$hour($local(at))"] {
            let sql = format!("select {sql} as n from {} order by id", database.table);
            let frame =
                run_for(target.clone(), &database.source, "UTC", (0, 1), &sql).await.unwrap();
            let found: Vec<String> = cells(&frame, "n").into_iter().flatten().collect();
            assert_eq!(found, ["0", "1", "23", "0", "2", "3"], "{dialect:?} {sql}");
        }
        let sql = format!("select count(*) as n from {} where $range($local(at))", database.table);
        let bounds = (1_792_882_800, 1_792_890_000);
        let frame = run_for(target, &database.source, "UTC", bounds, &sql).await.unwrap();
        assert_eq!(cells(&frame, "n"), [Some("2".to_owned())], "{dialect:?}");
    }
}

#[tokio::test]
async fn columns_are_shown_on_the_clock_that_is_said() {
    for database in everywhere("clock_shown").await {
        let dialect = database.source.dialect();
        let shown = async |clock: &str| {
            let sql = "select at from written where id in (0, 5) order by id";
            let frame =
                database.run(&clock_of_columns(clock), "America/New_York", (0, 1), sql).await;
            frame.column("at").unwrap().values.clone()
        };
        assert_eq!(shown("UTC").await, instants(&[MOMENT, -14_239_800]), "{dialect:?}");
        let madrid = instants(&[MOMENT - 3600, -14_243_400]);
        assert_eq!(shown("Europe/Madrid").await, madrid, "{dialect:?}");
        let readings = [MOMENT, -14_239_800].map(|second| Some(WallTime(second * 1_000_000)));
        let readings = Values::WallTime(readings.to_vec());
        assert_eq!(shown("dashboard").await, readings, "{dialect:?}");
    }
}

#[tokio::test]
async fn what_is_assumed_is_known_only_where_a_column_without_a_zone_is_used() {
    for database in everywhere("clock_unstated").await {
        let unstated = async |clocks: WallClocks, sql: &str| {
            let source = database.source.clone().with_wall_clocks(clocks);
            let sql = sql.replace("written", &database.table);
            let (zone, at) = (ZoneName::utc(), Timestamp::from_seconds);
            let context = Context {
                bounds: Bounds { from: at(0), to: at(1) },
                interval: Interval::Day,
                zone: &zone,
                offsets: &zone.offsets(at(0), at(1)),
                variables: &BTreeMap::new(),
                access: &Access::anonymous(),
            };
            let statement = compile(&Query::new(sql), source.target(), &context).unwrap();
            source.unstated_columns(&statement).await.unwrap()
        };
        let sql =
            "select $bucket(at) as day, count(*) as n from written where $range(at) group by 1";
        let column = format!("{}.at", database.table);
        assert_eq!(unstated(WallClocks::default(), sql).await, [column.as_str()]);
        assert!(unstated(clock_of_columns("UTC"), sql).await.is_empty());
        for column in ["moment", "day"] {
            let sql = sql.replace("(at)", &format!("({column})"));
            assert!(unstated(WallClocks::default(), &sql).await.is_empty(), "{column}");
        }
        // `$local` states the clock, for what it reads alone.
        for stated in ["$local(at)", "$local(at, 'Europe/Berlin')"] {
            let said = sql.replace("(at)", &format!("({stated})"));
            assert!(unstated(WallClocks::default(), &said).await.is_empty(), "{said}");
            let also = sql.replace("$bucket(at)", &format!("$bucket({stated})"));
            assert_eq!(unstated(WallClocks::default(), &also).await, [column.as_str()], "{also}");
        }
    }
}
