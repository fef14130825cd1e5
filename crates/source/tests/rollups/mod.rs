//! A rollup of sales by day and country, and its refreshes.

// Each test file uses its own part of this.
#![allow(dead_code, clippy::unwrap_used)]

use brisk_domain::{
    Access, Bounds, Frame, Interval, Lateness, Query, Rollup, RollupColumn, RollupName,
    RollupReport, SourceName, Timestamp, ZoneName, ZoneOffsets,
};
use brisk_source::rollup::{Plan, Refresh};
use brisk_source::{Context, Dialect, Source, SourceError, compile};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// 2011-11-16 12:00 UTC.
pub(crate) const NOON: i64 = 1_321_444_800;
pub(crate) const DAY: i64 = 86_400;

pub(crate) const SALES: &str = "select $bucket(at) as day, country, sum(net) as revenue, \
     count(*) as orders from orders where $range(at) group by 1, 2";

pub(crate) fn zone(name: &str) -> (ZoneName, ZoneOffsets) {
    let zone = ZoneName::parse(name).unwrap();
    let offsets = zone.offsets(Timestamp(0), Timestamp::from_seconds(3_155_760_000));
    (zone, offsets)
}

pub(crate) fn rollup(sql: &str) -> Rollup {
    let column = |name| RollupColumn::parse(name).unwrap();
    Rollup {
        name: RollupName::parse("daily").unwrap(),
        source: SourceName::parse("shop").unwrap(),
        zone: ZoneName::parse("Europe/London").unwrap(),
        grain: Interval::Day,
        time: column("day"),
        keys: vec![column("country")],
        lateness: Lateness::parse("2 days").unwrap(),
        refresh: None,
        query: Query::new(sql),
    }
}

pub(crate) fn plan(rollup: &Rollup, dialect: Dialect) -> Plan {
    let (_, offsets) = zone(rollup.zone.as_str());
    Plan::new(rollup, &offsets, dialect).unwrap()
}

pub(crate) async fn refresh(source: &Source, rollup: &Rollup) -> Result<RollupReport, SourceError> {
    let plan = plan(rollup, source.dialect());
    // The parts that the engine hashes.
    let definition = format!("{:?}", plan.definition_parts());
    let now = Timestamp::from_seconds(NOON + 30 * DAY);
    let refresh = Refresh { plan: &plan, definition: &definition, now, rebuild: false };
    source.refresh(&refresh).await
}

pub(crate) async fn run(source: &Source, sql: &str) -> Result<Frame, SourceError> {
    let (zone, offsets) = zone("Europe/London");
    let context = Context {
        bounds: Bounds { from: Timestamp(0), to: Timestamp::from_seconds(4_000_000_000) },
        interval: Interval::Day,
        zone: &zone,
        offsets: &offsets,
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    source.run(&compile(&Query::new(sql), source.dialect(), &context).unwrap(), &[]).await
}

/// The rows as text, one a line.
pub(crate) async fn rows(source: &Source, sql: &str) -> Vec<String> {
    let frame = run(source, sql).await.unwrap();
    let row = |row| {
        let cells = frame.columns().iter().map(|c| c.values.exact(row).unwrap_or_default());
        cells.collect::<Vec<_>>().join(" ")
    };
    (0..frame.rows()).map(row).collect()
}

/// What panels see of the rollup.
pub(crate) async fn shown(source: &Source) -> Vec<String> {
    rows(
        source,
        "select $time(day) as day, country, revenue, orders from brisk.daily order by 1, 2",
    )
    .await
}

/// The same from the table that it is built from.
pub(crate) async fn direct(source: &Source) -> Vec<String> {
    rows(source, &format!("{SALES} order by 1, 2")).await
}

/// Among days that begin at `starts`, in seconds, exactly one has 23 hours and one has 25.
pub(crate) fn assert_short_and_long_day(starts: &[String]) {
    let starts: Vec<i64> = starts.iter().map(|start| start.parse().unwrap()).collect();
    for hours in [23, 25] {
        let lengths = starts.windows(2).filter(|two| two[1] - two[0] == hours * 3_600);
        assert_eq!(lengths.count(), 1, "{hours}");
    }
}

/// Refreshes and rebuilds a rollup of 40,000 sales over a hundred days, while a reader's `sql` must
/// see all of them every time; returns how often it has read.
pub(crate) async fn refresh_while_reading(source: &Source, sql: &'static str) -> usize {
    let mut rollup = rollup(SALES);
    rollup.lateness = Lateness::parse("3 months").unwrap();
    refresh(source, &rollup).await.unwrap();
    let reader = Reader::start(source, sql, &["100 40000"]);
    for round in 0..10 {
        if round % 3 == 2 {
            // Another definition of the same rows.
            rollup.query.sql = format!("{SALES} having {round} = {round}");
        }
        let report = refresh(source, &rollup).await.unwrap();
        assert_eq!(report.from.is_none(), round % 3 == 2);
    }
    reader.reads().await
}

/// A rollup by the hour of a zone whose clock is moved by half an hour has the figures of its table, also where its
/// hours are put together again; `insert` adds a sale at an instant.
pub(crate) async fn half_an_hour(source: &Source, mut insert: impl AsyncFnMut(i64)) {
    let mut rollup =
        rollup("select $bucket(at) as hour, count(*) as n from orders where $range(at) group by 1");
    rollup.zone = ZoneName::parse("Australia/Lord_Howe").unwrap();
    rollup.grain = Interval::Hour;
    rollup.time = RollupColumn::parse("hour").unwrap();
    rollup.keys = Vec::new();
    rollup.lateness = Lateness::parse("30 minutes").unwrap();
    let panel = "select $time(h) as h, n from (select $bucket(hour, hour) as h, sum(n) as n from \
                 brisk.daily where $range(hour) group by 1) x order by 1";
    let table = "select $time(hour) as h, n from brisk.daily order by 1";
    let mut expected: Vec<(i64, i64)> = Vec::new();
    // The clock is put back from 02:00 to 01:30, and forward from 02:00 to 02:30.
    for change in [1_301_756_400, 1_317_483_000] {
        let half = expected.len() + 2;
        // Every ten minutes up to the half hour after the change, then the next half hour, then one that is late.
        for (steps, more) in [
            (-12..3, vec![(change - 7200, 6), (change - 3600, 6), (change - 1800, 3)]),
            (3..6, vec![(change + 1800, 3)]),
            (1..2, vec![]),
        ] {
            for step in steps {
                insert(change + step * 600).await;
            }
            match more.is_empty() {
                true => expected[half].1 += 1,
                false => expected.extend(more),
            }
            refresh(source, &rollup).await.unwrap();
            let rows: Vec<String> = expected.iter().map(|(at, n)| format!("{at} {n}")).collect();
            assert_eq!(run_in(source, &rollup.zone, panel).await, rows, "{change}");
        }
        // Each row is at an instant of its own hour.
        let starts = run_in(source, &rollup.zone, table).await;
        assert!(starts.contains(&format!("{change} 4")), "{starts:?}");
    }
}

/// The rows of `sql` in `zone` as text: the first column in seconds.
async fn run_in(source: &Source, zone: &ZoneName, sql: &str) -> Vec<String> {
    let at = Timestamp::from_seconds;
    let offsets = zone.offsets(at(0), at(3_155_760_000));
    let context = Context {
        bounds: Bounds { from: at(0), to: at(3_000_000_000) },
        interval: Interval::Hour,
        zone,
        offsets: &offsets,
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    let statement = compile(&Query::new(sql), source.dialect(), &context).unwrap();
    let frame = source.run(&statement, &[]).await.unwrap();
    let columns = frame.columns();
    let seconds = |row| columns[0].values.time(row).unwrap().seconds();
    let row = |row| format!("{} {}", seconds(row), columns[1].values.exact(row).unwrap());
    (0..frame.rows()).map(row).collect()
}

/// Reads continuously, and fails unless `sql` returns one of `allowed` every time.
pub(crate) struct Reader {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<usize>,
}

impl Reader {
    pub(crate) fn start(
        source: &Source,
        sql: &'static str,
        allowed: &'static [&'static str],
    ) -> Self {
        let (source, stop) = (source.clone(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let mut reads = 0;
            while !stopped.load(Ordering::Relaxed) {
                let seen = rows(&source, sql).await;
                assert!(allowed.contains(&seen[0].as_str()), "after {reads} reads: {seen:?}");
                reads += 1;
            }
            reads
        });
        Self { stop, task }
    }

    /// How often it has read.
    pub(crate) async fn reads(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}
