//! What days of the week are called, against the days that they are, on every database.

use crate::fixture;

use brisk_domain::{Timestamp, Values};
use brisk_source::Dialect;
use fixture::instants::Instants;
use fixture::statement;

/// 2026-03-02 12:00 UTC, a Monday.
const MONDAY: i64 = 1_772_452_800;
const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn numbered(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Postgres => &[
            "$weekday(at)",
            "extract(isodow from at)::int",
            "extract(dow from at)::int",
            "cast(date_part('dow', at) as integer)",
            "to_char(at, 'ID')::int",
            "to_char(at, 'D')::int",
            "extract(dow from at)::int + 1",
            "extract(isodow from at)::int - 1",
        ],
        Dialect::MySql => &[
            "$weekday(at)",
            "dayofweek(at)",
            "weekday(at)",
            "weekday(at) + 1",
            "dayofweek(at) - 1",
            "cast(date_format(at, '%w') as signed)",
        ],
        Dialect::Sqlite => &[
            "$weekday(at)",
            "cast(strftime('%w', at, 'unixepoch') as integer)",
            "cast(strftime('%u', at, 'unixepoch') as integer)",
            "strftime('%w', at, 'unixepoch') + 1",
        ],
    }
}

/// What nobody knows the numbering of.
fn unnumbered(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Postgres => &[
            "(extract(dow from at)::int + 6) % 7",
            "extract(day from at)::int",
            "case extract(dow from at)::int when 0 then 7 else 1 end",
            "id",
        ],
        Dialect::MySql => &["(weekday(at) + 3) % 7", "dayofmonth(at)", "id"],
        Dialect::Sqlite => &["(strftime('%w', at, 'unixepoch') + 6) % 7", "id"],
    }
}

#[tokio::test]
async fn a_number_is_called_what_its_expression_says_whatever_the_column_is_called() {
    let days: Vec<Timestamp> =
        (0..7).map(|day| Timestamp::from_seconds(MONDAY + day * 86_400)).collect();
    for mut database in Instants::everywhere("weekdays").await {
        database.fill(&days).await;
        let (dialect, table) = (database.dialect, database.table.clone());
        for expression in numbered(dialect) {
            for sql in [
                format!("select {expression} as d, id from {table} order by id"),
                format!(
                    "with w as (select id, {expression} as x from {table}) select max(x) as d, id from w group by id order by id"
                ),
                format!(
                    "select d, id from (select {expression} as d, id from {table} where id < 3 union all select {expression}, id from {table} where id >= 3) w order by id"
                ),
            ] {
                let statement = statement(dialect, &sql);
                let place = format!("{dialect:?} {sql}");
                let [(name, numbering)] = statement.weekdays.as_slice() else { panic!("{place}") };
                assert_eq!(name, "d", "{place}");
                let frame = database.source.run(&statement, &[]).await.unwrap();
                let Values::Int(cells) = &frame.column("d").unwrap().values else {
                    panic!("{place}: {frame:?}")
                };
                let names = cells.iter().map(|cell| numbering.name(cell.unwrap()).unwrap_or("?"));
                assert_eq!(names.collect::<Vec<_>>(), NAMES, "{place}");
            }
        }
        for expression in unnumbered(dialect) {
            let sql = format!("select {expression} as weekday from {table}");
            assert_eq!(statement(dialect, &sql).weekdays, [], "{dialect:?} {sql}");
        }
        let first = numbered(dialect)[0];
        let both =
            format!("select {first} as weekday from {table} union all select id from {table}");
        assert_eq!(statement(dialect, &both).weekdays, [], "{dialect:?}: two numberings");
    }
}
