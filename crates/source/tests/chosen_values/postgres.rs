//! Chosen values on PostgreSQL, which itself infers the type of each parameter.

use super::{Case, all_right, rows};
use crate::fixture::url::url;
use brisk_domain::SourceName;
use brisk_source::{Limits, Source};
use sqlx::{Connection, Executor, PgConnection};

const VARIABLE: &str = "BRISK_TEST_POSTGRES_URL";

fn source() -> Option<Source> {
    let name = SourceName::parse("pg").unwrap();
    Some(Source::postgres(name, &url(VARIABLE)?, 2, Limits::default()).unwrap())
}

async fn set_up(sql: &'static str) {
    let mut admin = PgConnection::connect(&url(VARIABLE).unwrap()).await.unwrap();
    admin.execute(sql).await.unwrap();
}

/// One row per year.
const YEARS: &str = "from (values (2023, 5), (2024, 6), (2025, 7)) t(y, n)";

#[tokio::test]
async fn whole_numbers_are_compared_as_numbers() {
    let Some(source) = source() else { return };
    let years = |rest: &str| format!("select y, n {YEARS} where {rest}");
    let (equal, upto, among) =
        (years("$optional(y = :v)"), years("y <= :v"), years("$optional(y in :v) order by 1"));
    let (minus, small) = (years("y - :v = 1"), years("y::int2 = :v"));
    let limited = years("true order by y limit :v");
    let text_too = years("y = :v and :v || '' = '2024'");
    let cases: [Case<'_>; 15] = [
        ("select :v::int as y", &["2024"], &["2024"]),
        ("select :v::bigint as y", &["9007199254740993"], &["9007199254740993"]),
        ("select :v::text as y", &["007"], &["007"]),
        (&equal, &["2024"], &["2024|6"]),
        (&equal, &["20230"], &[]),
        (&equal, &["3000000000"], &[]),
        (&equal, &["99999999999999999999"], &[]),
        (&upto, &["3000000000"], &["2023|5", "2024|6", "2025|7"]),
        (&upto, &["2024"], &["2023|5", "2024|6"]),
        (&among, &["2023", "2025", "5000000000"], &["2023|5", "2025|7"]),
        (&minus, &["2023"], &["2024|6"]),
        (&small, &["99999"], &[]),
        (&limited, &["2"], &["2023|5", "2024|6"]),
        (&text_too, &["2024"], &["2024|6"]),
        ("select sum(x) as n from generate_series(1, :v) x", &["4"], &["10"]),
    ];
    all_right(&source, &cases).await;
}

#[tokio::test]
async fn every_type_is_what_its_own_input_makes_of_the_text() {
    let Some(source) = source() else { return };
    set_up(
        "drop table if exists chosen_kinds; drop type if exists chosen_mood;
         create type chosen_mood as enum ('sad', 'it''s ok');
         create table chosen_kinds (id int primary key, b bool, s smallint, l bigint, n numeric,
           f float8, d date, at timestamptz, wall timestamp, u uuid, m chosen_mood, c char(5),
           x varchar(20), h interval, bits bit(3), j jsonb, address inet);
         insert into chosen_kinds values
           (1, false, 1, 9007199254740993, 0.1, 0.5, '2024-02-29', '2024-02-29 12:00+00',
            '2024-02-29 12:00', '00112233-4455-6677-8899-aabbccddeeff', 'sad', 'ab', '007',
            '1 day', '101', '{\"a\": 1}', '10.0.0.1'),
           (2, true, 2, 9007199254740992, 0.10000000000000000000000001, 1.5, '2024-03-01',
            '2024-03-01 12:00+00', '2024-03-01 12:00', '10112233-4455-6677-8899-aabbccddeeff',
            'it''s ok', 'abc', '7', '2 days', '110', '{\"a\": 2}', '10.0.0.2')",
    )
    .await;
    let equal: [(&str, &str, &[&str]); 24] = [
        ("b", "false", &["1"]),
        ("b", "0", &["1"]),
        ("b", "true", &["2"]),
        ("s", "2", &["2"]),
        ("l", "9007199254740993", &["1"]),
        ("n", "0.1", &["1"]),
        ("n", "0.10000000000000000000000001", &["2"]),
        ("n", "0.10", &["1"]),
        ("f", "1.5", &["2"]),
        ("d", "2024-02-29", &["1"]),
        ("at", "2024-03-01T12:00:00Z", &["2"]),
        ("at", "2024-03-01 13:00:00+01", &["2"]),
        ("wall", "2024-03-01 12:00:00", &["2"]),
        ("u", "00112233-4455-6677-8899-aabbccddeeff", &["1"]),
        ("m", "it's ok", &["2"]),
        ("c", "ab", &["1"]),
        ("x", "007", &["1"]),
        ("x", "7", &["2"]),
        ("x", "é\u{1f600}", &[]),
        ("h", "48 hours", &["2"]),
        ("bits", "101", &["1"]),
        ("j", "{\"a\":2}", &["2"]),
        ("address", "10.0.0.2", &["2"]),
        ("id::text", "2", &["2"]),
    ];
    for (column, value, expected) in equal {
        let sql = format!("select id from chosen_kinds where {column} = :v");
        let among = format!("select id from chosen_kinds where {column} in (:v)");
        all_right(&source, &[(&sql, &[value], expected), (&among, &[value], expected)]).await;
    }
    let cases: [Case<'_>; 6] = [
        (
            "select id from chosen_kinds where d in :v order by 1",
            &["2024-02-29", "2024-03-01"],
            &["1", "2"],
        ),
        ("select id from chosen_kinds where d <= :v", &["2024-02-29"], &["1"]),
        ("select id from chosen_kinds where at < :v", &["2024-03-01"], &["1"]),
        ("select id from chosen_kinds where n + :v > 0.2 order by 1", &["0.1"], &["2"]),
        ("select id from chosen_kinds where m in :v order by 1", &["sad", "it's ok"], &["1", "2"]),
        ("select :v::bool as flag", &["0"], &["false"]),
    ];
    all_right(&source, &cases).await;
}

#[tokio::test]
async fn a_value_that_a_type_does_not_have_is_named() {
    let Some(source) = source() else { return };
    let cases = [
        ("y = :v", "20230x", ":v is not a whole number, which the statement needs there"),
        ("y = :v", "2023.5", ":v is not a whole number, which the statement needs there"),
        ("y::numeric = :v", "1,5", ":v is not a number, which the statement needs there"),
        ("(y > 0) = :v", "2", ":v is not true or false, which the statement needs there"),
        ("date '2024-01-01' = :v", "2024-02-30", ":v is not a date, which"),
        ("gen_random_uuid() = :v", "x", ":v is not a UUID, which"),
        ("make_interval() = :v", "x", ":v is not a value of the type interval, which"),
    ];
    for (condition, value, expected) in cases {
        let sql = format!("select n {YEARS} where {condition}");
        let error = rows(&source, &sql, &[("v", &[value])]).await.unwrap_err();
        assert!(error.contains(expected), "{condition}: {error}");
    }
}

#[tokio::test]
async fn a_cast_is_asked_for_only_where_the_server_cannot_tell() {
    let Some(source) = source() else { return };
    let error =
        rows(&source, "select jsonb_build_array(:v) as a", &[("v", &["1"])]).await.unwrap_err();
    assert!(error.contains("line 1, column 26"), "{error}");
    assert!(error.contains("write :v::text, :v::int"), "{error}");
    let cases: [Case<'_>; 5] = [
        ("select concat('%', :v, '%') as a", &["07"], &["%07%"]),
        (
            "select x from (values ('a1'), ('b2')) t(x) where $optional(x like concat('%', :v, '%'))",
            &["b"],
            &["b2"],
        ),
        ("select concat_ws('-', :v, 1) as a", &["07"], &["07-1"]),
        ("select format('%s', :v) || '/' || :v as a", &["x"], &["x/x"]),
        // A value compared with a number is one.
        ("select concat(:v, '.') as a from (values (7), (8)) t(n) where n = :v", &["7"], &["7."]),
    ];
    all_right(&source, &cases).await;
}

#[tokio::test]
async fn a_type_whose_values_cannot_be_passed_is_compared_as_text() {
    let Some(source) = source() else { return };
    let rows_of = |condition: &str| {
        format!(
            "select n from (values ('{{[1,3)}}'::int4multirange, 1), ('{{}}', 2)) t(x, n)
             where {condition}"
        )
    };
    let chosen: &[(&str, &[&str])] = &[("v", &["{[1,3)}"])];
    let error = rows(&source, &rows_of("x = :v"), chosen).await.unwrap_err();
    assert!(error.contains("line 2") && error.contains("write x::text = :v"), "{error}");
    let found = rows(&source, &rows_of("x::text = :v"), chosen).await;
    assert_eq!(found, Ok(vec!["1".to_owned()]));
}

#[tokio::test]
async fn two_parameters_of_equal_values_may_be_of_two_types() {
    let Some(source) = source() else { return };
    let sql = "select n from (values (7, '7', 1), (7, '07', 2)) t(id, code, n)
               where id = :id and code = :code";
    let found = rows(&source, sql, &[("id", &["7"]), ("code", &["7"])]).await;
    assert_eq!(found, Ok(vec!["1".to_owned()]));
    let grouped = "select x % :v as rest, count(*) as n from generate_series(1, 5) x
                   group by x % :v order by 1";
    let found = rows(&source, grouped, &[("v", &["2"])]).await;
    assert_eq!(found, Ok(vec!["0|2".to_owned(), "1|3".to_owned()]));
}

#[tokio::test]
async fn an_index_is_used_for_a_chosen_value() {
    let Some(source) = source() else { return };
    set_up(
        "drop table if exists chosen_indexed;
         create table chosen_indexed as
           select x as id, date '2000-01-01' + x as d from generate_series(1, 20000) x;
         create index on chosen_indexed (id); create index on chosen_indexed (d);
         analyze chosen_indexed",
    )
    .await;
    for (column, value) in [("id", "77"), ("d", "2000-03-18"), ("id", "77000000000")] {
        let sql = format!("explain select * from chosen_indexed where {column} = :v");
        let plan = explained(&source, sql.trim_start_matches("explain "), value).await;
        assert!(plan.contains("Index"), "{column}: {plan}");
    }
}

async fn explained(source: &Source, sql: &str, value: &str) -> String {
    use brisk_domain::{
        Access, Bounds, Interval, Query, Selection, Timestamp, VariableName, ZoneName, ZoneOffsets,
    };
    let at = Timestamp::from_seconds;
    let variables = [(VariableName::parse("v").unwrap(), Selection::of([value.to_owned()]))];
    let context = brisk_source::Context {
        bounds: Bounds { from: at(0), to: at(1) },
        interval: Interval::Day,
        zone: &ZoneName::utc(),
        offsets: &ZoneOffsets::utc(),
        variables: &variables.into(),
        access: &Access::anonymous(),
    };
    let statement = brisk_source::compile(&Query::new(sql), source.dialect(), &context).unwrap();
    source.explain(&statement).await.unwrap().join("\n")
}
