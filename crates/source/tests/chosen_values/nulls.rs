//! A chosen NULL finds the rows with NULL, and a chosen instant those of that moment, on every database.

use super::{Case, NULL, all_right, rows};
use crate::fixture::{Fixture, maria, url::url};
use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Source};
use sqlx::{Connection, Executor, PgConnection};

const POSTGRES: &str = "BRISK_TEST_POSTGRES_URL";

/// A source of each kind, and the fixture that keeps the file of one.
async fn everywhere(set_up: &[(Dialect, &'static [&'static str])]) -> (Vec<Source>, Fixture) {
    let of = |dialect| set_up.iter().find(|(one, _)| *one == dialect).map_or(&[][..], |one| one.1);
    let fixture = Fixture::new(&of(Dialect::Sqlite).join(";"), "UTC").await;
    let mut sources = vec![fixture.source.clone()];
    if let Some(url) = url(POSTGRES) {
        let mut admin = PgConnection::connect(&url).await.unwrap();
        for sql in of(Dialect::Postgres) {
            admin.execute(*sql).await.unwrap();
        }
        let name = SourceName::parse("pg").unwrap();
        sources.push(Source::postgres(name, &url, 1, Limits::default()).unwrap());
    }
    if let Some(maria) = maria::source(Limits::default()) {
        maria::set_up(of(Dialect::MySql)).await;
        sources.push(maria);
    }
    (sources, fixture)
}

/// A text, a number, and the number of the row.
const ROWS: &str = "(select 'a' as x, 1 as y, 1 as n union all select null, null, 2
    union all select '', 0, 3 union all select 'null', 2, 4) t";

#[tokio::test]
async fn null_is_found_by_every_comparison_that_can_mean_it() {
    let (sources, _file) = everywhere(&[]).await;
    let found = |condition: &str| format!("select n from {ROWS} where {condition} order by n");
    let conditions: [(&str, &[&str], &[&str]); 21] = [
        ("x = :v", &[NULL], &["2"]),
        ("x=:v", &[NULL], &["2"]),
        ("$optional(x = :v)", &[NULL], &["2"]),
        ("y = :v", &[NULL], &["2"]),
        ("x <> :v", &[NULL], &["1", "3", "4"]),
        ("y != :v and n < 4", &[NULL], &["1", "3"]),
        ("x in :v", &[NULL], &["2"]),
        ("x in (:v)", &[NULL], &["2"]),
        ("x in (:v) and n < 9", &[NULL], &["2"]),
        ("x in :v", &[NULL, "a"], &["1", "2"]),
        ("x in (:v)", &[NULL, ""], &["2", "3"]),
        ("x in (:v ) and n > 2", &[NULL, ""], &["3"]),
        ("y in :v or n = 4", &[NULL, "1"], &["1", "2", "4"]),
        ("x not in :v", &[NULL], &["1", "3", "4"]),
        ("x not in :v", &[NULL, "a"], &["3", "4"]),
        ("not x in :v", &[NULL, "a"], &["3", "4"]),
        ("not (x = :v)", &[NULL], &["1", "3", "4"]),
        ("x NOT IN (:v)", &[NULL, "null"], &["1", "3"]),
        ("x = :v", &["null"], &["4"]),
        ("y + 1 = :v", &[NULL], &["2"]),
        ("coalesce(x, 'b') = :v", &[NULL], &[]),
    ];
    for source in &sources {
        for (condition, chosen, expected) in conditions {
            all_right(source, &[(&found(condition), chosen, expected)]).await;
        }
        let cast = match source.dialect() {
            Dialect::Postgres => "y = :v::int or x = cast(:v as text)",
            Dialect::MySql => "y = cast(:v as signed)",
            Dialect::Sqlite => "y = cast(:v as integer) and x is :v",
        };
        all_right(source, &[(&found(cast), &[NULL], &["2"])]).await;
        for other in ["x like :v", "y <= :v", "concat(x, :v) = 'a'", ":v = x", "y between :v and 3"]
        {
            let refused = rows(source, &found(other), &[("v", &[NULL])]).await.unwrap_err();
            assert!(
                refused.contains(":v can be NULL only where the statement says x = :v"),
                "{other}: {refused}"
            );
        }
        let several = rows(source, &found("x = :v"), &[("v", &[NULL, "a"])]).await.unwrap_err();
        assert!(several.contains("several values are chosen"), "{several}");
    }
}

/// Three moments: the second has a fraction, and at the third the day changes only in UTC.
const MOMENTS: [(Dialect, &[&str]); 3] = [
    (
        Dialect::Sqlite,
        &[
            "create table pressed (n integer, at integer, iso text, wall text, plain text)",
            "insert into pressed values
               (1, 1709168400, '2024-02-29T01:00:00Z', '2024-02-29 01:00', '2024-02-29T01:00:00Z'),
               (2, 1709168400.5, '2024-02-29 01:00:00.500+00:00', '2024-02-29T01:00:00.5', 'x'),
               (3, 1709251200, '2024-03-01T00:00:00Z', '2024-03-01', '2024-03-01')",
        ],
    ),
    (
        Dialect::Postgres,
        &[
            "drop table if exists pressed",
            "create table pressed (n int, at timestamptz, wall timestamp, plain text)",
            "insert into pressed values
               (1, '2024-02-29 01:00+00', '2024-02-29 01:00', '2024-02-29T01:00:00Z'),
               (2, '2024-02-29 01:00:00.5+00', '2024-02-29 01:00:00.5', 'x'),
               (3, '2024-03-01 00:00+00', '2024-03-01', '2024-03-01')",
        ],
    ),
    (
        Dialect::MySql,
        &[
            "drop table if exists pressed",
            "create table pressed (n int, at timestamp(6) null, wall datetime(6), plain varchar(40))",
            "insert into pressed values
               (1, '2024-02-29 01:00', '2024-02-29 01:00', '2024-02-29T01:00:00Z'),
               (2, '2024-02-29 01:00:00.5', '2024-02-29 01:00:00.5', 'x'),
               (3, '2024-03-01 00:00', '2024-03-01', '2024-03-01')",
        ],
    ),
];

#[tokio::test]
async fn an_instant_is_compared_as_what_the_column_holds() {
    let (sources, _file) = everywhere(&MOMENTS).await;
    for source in &sources {
        let of = |expr: &str, operator: &str| {
            format!("select n from pressed where {expr} {operator} :v order by n")
        };
        let first: &[&str] = &["2024-02-29T01:00:00Z"];
        let second: &[&str] = &["2024-02-29T01:00:00.500000Z"];
        let both: &[&str] = &["2024-02-29T01:00:00Z", "2024-03-01T00:00:00Z"];
        let cases: [Case<'_>; 9] = [
            (&of("at", "="), first, &["1"]),
            (&of("at", "="), second, &["2"]),
            (&of("at", "in"), both, &["1", "3"]),
            (&of("at", "<>"), first, &["2", "3"]),
            (&of("at", "<="), second, &["1", "2"]),
            (&of("wall", "="), first, &["1"]),
            (&of("wall", "in"), both, &["1", "3"]),
            (&of("plain", "="), first, &["1"]),
            (&of("$bucket(at, day)", "="), &["2024-03-01T00:00:00Z"], &["3"]),
        ];
        let source = source.clone().with_wall_clocks(brisk_domain::WallClocks {
            source: Some(brisk_domain::WallClock::parse("UTC").unwrap()),
            columns: Default::default(),
        });
        all_right(&source, &cases).await;
        let clock = |zone: &str| brisk_domain::WallClocks {
            source: Some(brisk_domain::WallClock::parse(zone).unwrap()),
            columns: Default::default(),
        };
        // 01:00 in Tokyo.
        let tokyo = source.clone().with_wall_clocks(clock("Asia/Tokyo"));
        all_right(&tokyo, &[(&of("wall", "="), &["2024-02-28T16:00:00Z"], &["1"])]).await;
        let own = source.clone().with_wall_clocks(clock("dashboard"));
        all_right(&own, &[(&of("wall", "="), first, &["1"])]).await;
        if source.dialect() == Dialect::Sqlite {
            all_right(&source, &[(&of("iso", "in"), both, &["1", "3"])]).await;
            all_right(&source, &[(&of("iso", "="), second, &["2"])]).await;
        }
    }
}
