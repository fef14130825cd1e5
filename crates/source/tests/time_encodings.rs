//! Times that columns hold as numbers or texts, on every database.

use crate::fixture;

use brisk_domain::{Access, Bounds, Interval, Query, Timestamp, Values, ZoneName};
use brisk_source::{Context, Source, compile};
use fixture::cells;
use fixture::instants::Instants;
use std::collections::BTreeMap;

/// Seconds; the first is in a half-hour of London's summer, the second before 1970.
const MOMENTS: [i64; 4] = [1_310_000_000, -86_401, 0, 1_319_936_399];

async fn run(source: &Source, sql: &str) -> brisk_domain::Frame {
    let zone = ZoneName::parse("Europe/London").unwrap();
    let at = Timestamp::from_seconds;
    let context = Context {
        bounds: Bounds { from: at(-86_401), to: at(1_319_936_399) },
        interval: Interval::Day,
        zone: &zone,
        offsets: &zone.offsets(at(0), at(3_155_760_000)),
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    let statement = compile(&Query::new(sql), source.dialect(), &context).unwrap();
    source.run(&statement, &[]).await.unwrap()
}

/// A table of the moments in each form, as a subquery.
fn moments() -> String {
    let rows = MOMENTS.iter().enumerate().map(|(id, seconds)| {
        let time = chrono::DateTime::from_timestamp(*seconds, 0).unwrap();
        let zulu = time.format("%Y-%m-%dT%H:%M:%SZ");
        let plain = time.format("%Y-%m-%d %H:%M:%S");
        format!(
            "select {id} as id, {seconds} as s, {seconds} + 0.5 as half, {} as ms, \
             '{zulu}' as zulu, '{plain}' as plain",
            seconds * 1000 + 999
        )
    });
    let rows: Vec<String> = rows.collect();
    format!("({}) m", rows.join(" union all "))
}

#[tokio::test]
async fn numbers_and_texts_become_the_same_instants_and_buckets_on_every_database() {
    for database in Instants::everywhere("time_columns").await {
        let (source, table) = (&database.source, moments());
        let zone = ZoneName::parse("Europe/London").unwrap();
        let at = Timestamp::from_seconds;
        let offsets = zone.offsets(at(0), at(3_155_760_000));
        let days: Vec<_> =
            MOMENTS.iter().map(|s| Some(Interval::Day.start(at(*s), &offsets))).collect();
        for column in ["$epoch(s)", "$epoch(half)", "$epoch_ms(ms)", "$text(zulu)", "$text(plain)"]
        {
            let sql = format!("select $bucket({column}) as day from {table} order by id");
            let frame = run(source, &sql).await;
            let place = format!("{:?} {column}", database.dialect);
            assert_eq!(frame.column("day").unwrap().values, Values::Time(days.clone()), "{place}");
            // The range holds the second moment and ends before the last one.
            let sql = format!("select id from {table} where $range({column}) order by id");
            let found = cells(&run(source, &sql).await, "id");
            assert_eq!(found, [Some("0".into()), Some("1".into()), Some("2".into())], "{place}");
        }
        let frame = run(source, &format!("select $epoch(s) as at from {table} order by id")).await;
        let instants = MOMENTS.iter().map(|seconds| Some(at(*seconds)));
        assert_eq!(frame.column("at").unwrap().values, Values::Time(instants.collect()));
    }
}

#[tokio::test]
async fn an_index_on_a_column_of_numbers_is_used() {
    for database in Instants::everywhere("time_columns_plan").await {
        let zone = ZoneName::parse("UTC").unwrap();
        let at = Timestamp::from_seconds;
        let context = Context {
            bounds: Bounds { from: at(1), to: at(2) },
            interval: Interval::Day,
            zone: &zone,
            offsets: &zone.offsets(at(0), at(3_155_760_000)),
            variables: &BTreeMap::new(),
            access: &Access::anonymous(),
        };
        let sql = "select 1 as a from t where $range( $epoch_ms(created) )";
        let statement = compile(&Query::new(sql), database.dialect, &context).unwrap();
        let alone = statement.sql.matches("(created) ").count();
        assert_eq!(alone, 2, "the column stands alone: {}", statement.sql);
    }
}
