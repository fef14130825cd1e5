//! Time in SQL against time in Rust, on real databases.

use crate::fixture;

use brisk_domain::{
    Access, Bounds, Interval, Query, Selection, Timestamp, Values, VariableName, ZoneName,
    ZoneOffsets,
};
use brisk_source::{Context, Dialect, compile};
use chrono::{Datelike, Timelike};
use fixture::instants::Instants;
use fixture::maria::LOADED;
use fixture::{Fixture, cells};
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

/// Other names of these zones, which MariaDB's tables lack: there, they use the lookup.
const LOOKED_UP: [&str; 6] =
    ["GB", "US/Eastern", "Asia/Calcutta", "Australia/LHI", "Brazil/East", "Cuba"];

/// All years, and those that MariaDB converts itself.
const SPANS: [Range<i64>; 2] = [-2_208_988_800..4_102_444_800, 32_000_000..2_145_000_000];

/// Seconds of a span, half of them within a day of a change.
fn instants(span: Range<i64>, changes: Vec<i64>) -> impl Strategy<Value = Vec<Timestamp>> {
    let anywhere = span;
    let near = (any::<prop::sample::Index>(), -90_000_i64..90_000).prop_map(move |(i, away)| {
        if changes.is_empty() { away + 100_000 } else { changes[i.index(changes.len())] + away }
    });
    let fraction = prop_oneof![Just(0_i64), Just(1), Just(999_999), 0_i64..1_000_000];
    let instant = (prop_oneof![anywhere, near], fraction)
        .prop_map(|(seconds, fraction)| Timestamp(seconds * 1_000_000 + fraction));
    prop::collection::vec(instant, 1..60)
}

#[test]
fn buckets_and_parts_in_sql_are_what_the_calendar_says_on_every_database() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for database in runtime.block_on(Instants::everywhere("calendar")) {
        // Servers take longer to read the long SQL than to run it.
        let cases = if database.dialect == Dialect::Sqlite { 16 } else { 6 };
        let database = RefCell::new(database);
        let is_mysql = database.borrow().dialect == Dialect::MySql;
        let looked_up = LOOKED_UP.iter().filter(|_| is_mysql);
        let spans = if is_mysql { &SPANS[..] } else { &SPANS[..1] };
        for zone in LOADED.iter().chain(looked_up) {
            let view = View::of(zone);
            for span in spans {
                let changes = view.offsets.changes.iter().map(|(at, _)| *at);
                let changes = changes.filter(|at| span.contains(at)).collect();
                let config = ProptestConfig::with_cases(cases);
                let config = ProptestConfig { failure_persistence: None, ..config };
                proptest!(config, |(instants in instants(span.clone(), changes))| {
                    runtime.block_on(compare(&mut database.borrow_mut(), &view, &instants))?;
                });
            }
            let advice = database.borrow().source.zone_advice(&view.zone);
            assert_eq!(advice.is_some(), LOOKED_UP.contains(zone), "{zone}: {advice:?}");
        }
    }
}

/// A zone, and nothing else that a statement could depend on.
struct View {
    zone: ZoneName,
    offsets: ZoneOffsets,
    variables: BTreeMap<VariableName, Selection>,
    access: Access,
}

impl View {
    fn of(zone: &str) -> Self {
        let zone = ZoneName::parse(zone).unwrap();
        let at = Timestamp::from_seconds;
        let offsets = zone.offsets(at(-2_208_988_800), at(4_102_444_800));
        Self { zone, offsets, variables: BTreeMap::new(), access: Access::anonymous() }
    }

    fn context(&self, bounds: Bounds, interval: Interval) -> Context<'_> {
        let Self { zone, offsets, variables, access } = self;
        Context { bounds, interval, zone, offsets, variables, access }
    }
}

async fn compare(
    database: &mut Instants,
    view: &View,
    instants: &[Timestamp],
) -> Result<(), TestCaseError> {
    database.fill(instants).await;
    let (dialect, table) = (database.dialect, &database.table);
    // A range that holds some of the instants; statements that use it search it first.
    let ends = [instants[0], instants[instants.len() / 2]];
    let bounds = Bounds { from: ends[0].min(ends[1]), to: ends[0].max(ends[1]) };
    let run = async |sql: &str, interval: Interval| {
        let context = view.context(bounds, interval);
        let statement = compile(&Query::new(sql), dialect, &context).unwrap();
        database.source.run(&statement, &[]).await.unwrap()
    };
    for interval in Interval::ALL {
        let word = interval.word();
        for range in ["1 = 1", "($range(at) or 1 = 1)"] {
            let sql = format!(
                "select $bucket(at, {word}) as start from {table} where {range} order by id"
            );
            let frame = run(&sql, interval).await;
            let Values::Time(starts) = &frame.column("start").unwrap().values else { panic!() };
            prop_assert_eq!(starts.len(), instants.len());
            for (found, instant) in starts.iter().zip(instants) {
                let expected = interval.start(*instant, &view.offsets);
                let place = (dialect, &view.zone, word, instant);
                prop_assert_eq!(*found, Some(expected), "{:?}", place);
            }
        }
    }
    let parts =
        "$year(at) as year, $month(at) as month, $weekday(at) as weekday, $hour(at) as hour";
    let frame = run(&format!("select {parts} from {table} order by id"), Interval::Day).await;
    for (row, instant) in instants.iter().enumerate() {
        let local = view.offsets.local(*instant);
        let expected = [
            ("year", i64::from(local.year())),
            ("month", i64::from(local.month())),
            ("weekday", i64::from(local.weekday().number_from_monday())),
            ("hour", i64::from(local.hour())),
        ];
        for (part, expected) in expected {
            let found = frame.column(part).unwrap().values.exact(row);
            let place = (dialect, &view.zone, part, instant);
            prop_assert_eq!(found, Some(expected.to_string()), "{:?}", place);
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_database_cuts_the_same_buckets_across_both_changes_of_the_clock() {
    let mut databases = Instants::everywhere("changes").await;
    // Spring and autumn of 2011, every 10 minutes for two days around.
    for (zone, changes) in [
        ("Europe/London", [1_301_187_600, 1_319_936_400]),
        ("America/New_York", [1_299_999_600, 1_320_559_200]),
        ("Australia/Lord_Howe", [1_301_756_400, 1_317_483_000]),
        ("America/Havana", [1_300_597_200, 1_321_160_400]),
    ] {
        let view = View::of(zone);
        for change in changes {
            let known = view.offsets.changes.iter().any(|(at, _)| *at == change);
            assert!(known, "{zone} changes at {change}");
            let steps = (-288..288).map(|step| Timestamp::from_seconds(change + step * 600));
            let instants: Vec<Timestamp> = steps.collect();
            let bounds = Bounds { from: instants[100], to: instants[500] };
            for interval in Interval::ALL {
                let mut counts = Vec::new();
                for database in &mut databases {
                    database.fill(&instants).await;
                    let sql = format!(
                        "select $bucket(at) as start, count(*) as n, min($hour(at)) as hour
                         from {} where $range(at) group by 1 order by 1",
                        database.table
                    );
                    let context = view.context(bounds, interval);
                    let statement = compile(&Query::new(sql), database.dialect, &context).unwrap();
                    let frame = database.source.run(&statement, &[]).await.unwrap();
                    counts.push((database.dialect, frame));
                }
                let (_, first) = &counts[0];
                let total: i64 =
                    cells(first, "n").iter().flatten().map(|n| n.parse::<i64>().unwrap()).sum();
                assert_eq!(total, 400, "{zone} {interval:?}");
                for (dialect, frame) in &counts {
                    let place = format!("{dialect:?} {zone} {change} {interval:?}");
                    for column in ["start", "n", "hour"] {
                        assert_eq!(cells(frame, column), cells(first, column), "{place}");
                    }
                }
            }
        }
    }
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
