//! Chosen values on SQLite and MariaDB, where the statement shows what a value is compared with.

use super::{Case, all_right, compiled, rows};
use crate::fixture::{Fixture, maria};
use brisk_source::{Dialect, Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};
use tokio::sync::OnceCell;

/// The same rows everywhere: `id` is a number, `code` text, `n` a decimal.
const TABLE: &[&str] = &[
    "drop table if exists chosen_rows",
    "create table chosen_rows (id bigint, code varchar(20), n decimal(30, 2), d date)",
    "insert into chosen_rows values (1, '007', 0.50, '2024-02-29'), (2, '7', 1.50, '2024-03-01'),
       (9007199254740993, 'a', 2.00, '2024-03-02'), (9007199254740992, 'b', 3.25, '2024-03-03')",
];

async fn both() -> (Fixture, Option<Source>) {
    let fixture = Fixture::new(&TABLE.join(";"), "UTC").await;
    let maria = maria::source(Limits::default());
    if maria.is_some() {
        // Once: other tests may be reading it.
        static DONE: OnceCell<()> = OnceCell::const_new();
        DONE.get_or_init(|| maria::set_up(TABLE)).await;
    }
    (fixture, maria)
}

/// The statements for both databases.
const CASES: [Case<'_>; 28] = [
    ("select id from chosen_rows where id = :v", &["1"], &["1"]),
    ("select id from chosen_rows where id = :v", &["9007199254740993"], &["9007199254740993"]),
    (
        "select id from chosen_rows where id in :v order by 1",
        &["1", "9007199254740992"],
        &["1", "9007199254740992"],
    ),
    ("select id from chosen_rows where id >= :v", &["9007199254740993"], &["9007199254740993"]),
    ("select id from chosen_rows where id = :v", &["3"], &[]),
    ("select id from chosen_rows where code = :v", &["007"], &["1"]),
    ("select id from chosen_rows where code = :v", &["7"], &["2"]),
    (
        "select id from chosen_rows where code in (:v) order by 1",
        &["7", "a"],
        &["2", "9007199254740993"],
    ),
    ("select id from chosen_rows where code <> :v and id < 3", &["7"], &["1"]),
    ("select id from chosen_rows where lower(code) = :v", &["7"], &["2"]),
    ("select id from chosen_rows where substr(d, 1, 4) >= :v and id = 1", &["2024"], &["1"]),
    ("select id from chosen_rows where d = :v", &["2024-03-01"], &["2"]),
    ("select id from chosen_rows where d < :v", &["2024-03-01"], &["1"]),
    ("select id from chosen_rows where n = :v", &["1.5"], &["2"]),
    ("select id from chosen_rows where n <= :v order by 1", &["1.50"], &["1", "2"]),
    ("select id from chosen_rows order by id limit :v", &["2"], &["1", "2"]),
    (
        "select id + :v as x from chosen_rows where id = 9007199254740993",
        &["2"],
        &["9007199254740995"],
    ),
    (
        "select code, count(*) as n from chosen_rows group by code having $optional(count(*) >= :v)",
        &["2"],
        &[],
    ),
    ("select count(*) as n from chosen_rows having count(*) >= :v", &["4"], &["4"]),
    ("select count(*) as n from chosen_rows having :v <= count(*)", &["4"], &["4"]),
    ("select count(*) as n from chosen_rows having count(*) between :v and 9", &["10"], &[]),
    ("select y from (select 2023 as y union all select 2024) t where y = :v", &["2024"], &["2024"]),
    (
        "select y from (select 2023 as y union all select 2024) t where y <= :v",
        &["2023"],
        &["2023"],
    ),
    (
        "select y from (select substr(d, 1, 4) as y, id from chosen_rows) t where y = :v and id = 1",
        &["2024"],
        &["2024"],
    ),
    (
        "select y from (select substr(d, 1, 4) as y, id from chosen_rows) t where y <= :v and id = 1",
        &["2024"],
        &["2024"],
    ),
    (
        "with t(y) as (select length(code) from chosen_rows where id = 1) select y from t where y = :v",
        &["3"],
        &["3"],
    ),
    ("select max(id) as m from chosen_rows group by code having max(id) = :v", &["1"], &["1"]),
    (
        "select case when id = 1 then 'one' else 'more' end as k from chosen_rows
      where case when id = 1 then 'one' else 'more' end = :v",
        &["one"],
        &["one"],
    ),
];

#[tokio::test]
async fn values_are_compared_as_what_stands_on_the_other_side() {
    let (fixture, maria) = both().await;
    all_right(&fixture.source, &CASES).await;
    if let Some(maria) = maria {
        all_right(&maria, &CASES).await;
    }
}

#[tokio::test]
async fn parts_of_a_time_are_numbers() {
    let (fixture, maria) = both().await;
    let of = |at: &str| {
        [
            format!("select 1 as n from {at} where $optional($hour(at) = :v)"),
            format!("select 1 as n from {at} where $optional($hour(at) in :v)"),
            format!("select 1 as n from {at} where $optional($year(at) - 2026 >= :v - 1)"),
        ]
    };
    let sqlite = of("(select 1767312000 as at union all select 1767315600) t");
    let maria_sql = of("(select timestamp'2026-01-02 00:00:00' as at union all
        select timestamp'2026-01-02 01:00:00') t");
    let check = async |source: &Source, [hour, hours, year]: &[String; 3]| {
        let cases: [Case<'_>; 4] = [
            (hour, &["1"], &["1"]),
            (hours, &["1", "5"], &["1"]),
            (year, &["1"], &["1", "1"]),
            (year, &["2"], &[]),
        ];
        all_right(source, &cases).await;
    };
    check(&fixture.source, &sqlite).await;
    if let Some(maria) = maria {
        check(&maria, &maria_sql).await;
    }
}

#[tokio::test]
async fn columns_of_no_type_hold_what_their_rows_hold() {
    let setup = "create table loose (x, n); create index loose_x on loose (x);
                 insert into loose values (7, 1), ('7', 2), (7.5, 3), ('abc', 4), ('6', 5), (6, 6);
                 create view mixed as select x || '' as x, n from loose";
    let fixture = Fixture::new(setup, "UTC").await;
    let cases: [Case<'_>; 7] = [
        ("select n from loose where x = :v order by 1", &["7"], &["1", "2"]),
        ("select n from loose where x in :v order by 1", &["7", "abc"], &["1", "2", "4"]),
        ("select n from loose where x <> :v order by 1", &["7"], &["3", "4", "5", "6"]),
        ("select n from loose where x <= :v order by 1", &["6"], &["5", "6"]),
        ("select n from loose where x = :v", &["7.5"], &["3"]),
        ("select n from mixed where x = :v order by 1", &["7"], &["1", "2"]),
        ("select n from mixed where x >= :v order by 1", &["7"], &["1", "2", "3", "4"]),
    ];
    all_right(&fixture.source, &cases).await;
}

/// Bytes are shown as a literal, which a text can be, too.
#[tokio::test]
async fn bytes_are_found_by_every_comparison_and_texts_that_look_like_them_are_texts() {
    let setup = "create table raw (n integer primary key, x);
        insert into raw values (1, x'00ff'), (2, 'X''00ff'''), (3, 7), (4, cast(x'ff' as text)),
          (5, 'A'), (6, x'41'), (7, null)";
    let fixture = Fixture::new(setup, "UTC").await;
    let of = |condition: &str| format!("select n from raw where {condition} order by n");
    for (condition, chosen, expected) in [
        // What prints alike is one value in a column of any type.
        ("x = :v", &["X'00ff'"][..], &["1", "2"][..]),
        ("x in :v", &["X'00ff'", "7"], &["1", "2", "3"]),
        ("x in (:v)", &["X'41'"], &["6"]),
        ("x <> :v", &["X'41'"], &["1", "2", "3", "4", "5"]),
        ("x = :v", &["X'ff'"], &["4"]),
        ("x is :v", &["X'41'"], &["6"]),
        ("x is not :v", &["X'41'"], &["1", "2", "3", "4", "5", "7"]),
        ("x in :v", &["7.0", "X'41'"], &["3", "6"]),
        ("x > :v and typeof(x) = 'blob'", &["X'00ff'"], &["6"]),
        ("x || '' = :v", &["X'41'"], &[]),
    ] {
        all_right(&fixture.source, &[(&of(condition), chosen, expected)]).await;
    }
    let Some(maria) = maria::source(Limits::default()) else { return };
    maria::set_up(&[
        "drop table if exists raw_bytes",
        "create table raw_bytes (n int primary key, b varbinary(9), c varchar(9), i int, key (b), key (c))",
        "insert into raw_bytes values (1, x'00ff', '0x41', 0), (2, 'A', 'A', 65), (3, '0x41', 'b', 7)",
    ])
    .await;
    let of = |condition: &str| format!("select n from raw_bytes where {condition} order by n");
    for (condition, chosen, expected) in [
        ("b = :v", &["0x00ff"][..], &["1"][..]),
        ("b in :v", &["0x00ff", "0x41"], &["1", "2"]),
        ("b in (:v)", &["0x41", "0x"], &["2"]),
        ("b <> :v", &["0x41"], &["1", "3"]),
        ("b >= :v", &["0x3078"], &["2", "3"]),
        ("coalesce(b, 'x') = :v", &["0x41"], &["2"]),
        ("coalesce(c, 'x') = :v", &["0x41"], &["1"]),
        ("c = :v", &["0x41"], &["1"]),
        ("c not in :v", &["0x41", "B"], &["2"]),
    ] {
        all_right(&maria, &[(&of(condition), chosen, expected)]).await;
    }
    let error = rows(&maria, &of("i = :v"), &[("v", &["0x41"])]).await;
    assert_eq!(error, Err(":v is not a number, which the statement needs there".to_owned()));
}

#[tokio::test]
async fn what_is_no_number_is_named_where_a_number_is_needed() {
    let (fixture, maria) = both().await;
    for sql in [
        "select count(*) as n from chosen_rows having count(*) >= :v",
        "select id from chosen_rows order by id limit :v",
        "select id + :v as n from chosen_rows",
    ] {
        for source in [Some(&fixture.source), maria.as_ref()].into_iter().flatten() {
            let error = rows(source, sql, &[("v", &["2x"])]).await.unwrap_err();
            let expected = ":v is not a number, which the statement needs there";
            assert!(error.contains(expected), "{sql}: {error}");
        }
    }
    // A parameter that is always a number needs no cast.
    let sql = "select :v as v from (select 5 as at) t where max(at, :from) <= :to";
    assert_eq!(rows(&fixture.source, sql, &[("v", &["1"])]).await, Ok(vec!["1".to_owned()]));
    // Only in SQLite.
    let error = rows(&fixture.source, "select 1 as n where $hour(0) || '' >= :v", &[("v", &["1"])]);
    assert_eq!(error.await, Ok(vec![]));
    let sql = "select 1 as n where json_extract($hour(0), '$') >= :v";
    let error = rows(&fixture.source, sql, &[("v", &["1"])]).await.unwrap_err();
    assert!(error.contains("write cast(… as integer)"), "{error}");
}

/// Next to a number, MariaDB itself reads `20230x` as 20230 and `abc` as 0, mostly with a warning that nobody
/// reads: no row may be returned that was not meant.
#[tokio::test]
async fn a_text_beside_a_number_or_a_date_is_refused_by_name_on_mariadb() {
    let Some(maria) = maria::source(Limits::default()) else { return };
    maria::set_up(&[
        "drop table if exists chosen_truncated",
        "create table chosen_truncated (n int primary key, x decimal(10, 2), f double, d date, \
           at timestamp null, s varchar(20), key (d), key (s))",
        "insert into chosen_truncated values (20230, 1.5, 0.5, '2024-02-29', '2024-02-29', '20230x'), \
           (0, 0, 0, '2024-03-01', null, ''), (7, 2, 0.1, null, null, 'abc')",
    ])
    .await;
    for (condition, values, kind) in [
        ("n = :v", &["20230x"][..], "a number"),
        ("n = :v", &["abc"], "a number"),
        ("n = :v", &[""], "a number"),
        (":v = n", &["abc"], "a number"),
        ("n <> :v", &["abc"], "a number"),
        ("n <= :v", &["20230x"], "a number"),
        ("n in :v", &["abc"], "a number"),
        ("n in :v", &["7", "abc", "0"], "a number"),
        ("n not in (:v)", &["abc"], "a number"),
        ("n between :v and 9", &["x"], "a number"),
        ("x = :v", &["1.5x"], "a number"),
        ("f >= :v", &["0x"], "a number"),
        ("coalesce(n, 5) = :v", &["abc"], "a number"),
        ("d = :v", &["2024-02-29x"], "a date or a time"),
        ("d >= :v", &["yesterday"], "a date or a time"),
        ("at < :v", &["soon"], "a date or a time"),
        ("n in (select n from chosen_truncated where n = :v)", &["abc"], "a number"),
    ] {
        let sql = format!("select n from chosen_truncated where {condition}");
        let found = rows(&maria, &sql, &[("v", values)]).await;
        let expected = format!(":v is not {kind}, which the statement needs there");
        assert_eq!(found, Err(expected), "{condition} with {values:?}");
    }
    // An empty attribute counts as missing.
    let sql = "select n from chosen_truncated where s in :v order by 1";
    let found = rows(&maria, sql, &[("v", &["abc", ""])]).await;
    assert_eq!(found, Ok(vec!["0".to_owned(), "7".to_owned()]));
    let found = rows(&maria, &sql.replace(" in ", " = "), &[("v", &[""])]).await;
    assert_eq!(found, Ok(vec!["0".to_owned()]));
    let fine: [Case<'_>; 8] = [
        ("select n from chosen_truncated where s = :v", &["20230x"], &["20230"]),
        ("select n from chosen_truncated where s <> :v order by 1", &["abc"], &["0", "20230"]),
        ("select n from chosen_truncated where n = :v", &["20230"], &["20230"]),
        ("select n from chosen_truncated where x = :v", &["1.50"], &["20230"]),
        ("select n from chosen_truncated where f = :v", &["0.1"], &["7"]),
        ("select n from chosen_truncated where f = :v", &["1e-1"], &["7"]),
        ("select n from chosen_truncated where d = :v", &["2024-02-29"], &["20230"]),
        ("select n from chosen_truncated where at >= :v", &["2024-02-28 23:00"], &["20230"]),
    ];
    all_right(&maria, &fine).await;
}

/// In SQLite numbers sort before texts, and floats are written with fewer digits than they have.
#[tokio::test]
async fn the_order_of_numbers_and_floats_of_all_digits_hold_on_sqlite() {
    let setup = "create table held (n integer, f real, code text, loose);
        insert into held values (1, 0.1, '1', 1), (2, 0.30000000000000004, '10', 'x'),
          (10, 1e300, '2', 10), (20, 5e-9, 'x', 0.30000000000000004)";
    let fixture = Fixture::new(setup, "UTC").await;
    let of = |condition: &str| format!("select n from held where {condition} order by 1");
    let cases = [
        ("n <= :v", &["abc"][..], &[][..]),
        ("n >= :v", &["abc"], &[]),
        ("n > :v", &["9"], &["10", "20"]),
        ("n <= :v", &["2.5"], &["1", "2"]),
        ("held.n < :v", &["10"], &["1", "2"]),
        (":v < n", &["2"], &["10", "20"]),
        ("n between :v and 100", &["abc"], &[]),
        ("n between :v and 100", &["10"], &["10", "20"]),
        ("code <= :v", &["10"], &["1", "2"]),
        ("code > :v", &["10"], &["10", "20"]),
        ("loose <= :v", &["5"], &["1", "20"]),
        ("loose >= :v", &["w"], &["2"]),
        ("not loose <= :v", &["5"], &["2", "10"]),
        ("f = :v", &["0.30000000000000004"], &["2"]),
        ("f = :v", &["1e300"], &["10"]),
        ("f <> :v", &["0.30000000000000004"], &["1", "10", "20"]),
        ("f in :v", &["0.1", "0.30000000000000004"], &["1", "2"]),
        ("f NOT  IN :v", &["0.1", "0.30000000000000004"], &["10", "20"]),
        ("loose = :v", &["0.30000000000000004"], &["20"]),
        ("loose in :v", &["0.30000000000000004", "x", "10"], &["2", "10", "20"]),
        ("n = 1 or f >= :v", &["1e300"], &["1", "10"]),
        ("f in (:v)", &["0.1"], &["1"]),
    ];
    let cases: Vec<(String, &[&str], &[&str])> =
        cases.iter().map(|(condition, chosen, rows)| (of(condition), *chosen, *rows)).collect();
    let cases: Vec<Case<'_>> =
        cases.iter().map(|(sql, chosen, rows)| (sql.as_str(), *chosen, *rows)).collect();
    all_right(&fixture.source, &cases).await;
    // Expressions over columns are compared as well.
    let sql = "select x from (select n, f * 3 as x from held where n = 1) t where x = :v";
    let found = rows(&fixture.source, sql, &[("v", &["0.30000000000000004"])]).await;
    assert_eq!(found, Ok(vec!["0.30000000000000004".to_owned()]));
}

#[tokio::test]
async fn a_limit_that_is_chosen_uses_an_index_of_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("indexed.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let setup = "create table indexed (id integer primary key, price real, name text, more text);
        create index by_price on indexed (price); create index by_name on indexed (name)";
    connection.execute(setup).await.unwrap();
    for (condition, value, index) in [
        ("price <= :v", "9.5", "by_price"),
        ("price > :v", "10", "by_price"),
        ("price = :v", "0.30000000000000004", "by_price"),
        ("price = :v", "7", "by_price"),
        ("name >= :v", "m", "by_name"),
        ("name = :v", "m", "by_name"),
        ("price between :v and :w", "9.5", "by_price"),
        ("name between :v and :w", "m", "by_name"),
        ("price in :v", "9.5", "by_price"),
        ("price in :v", "0.30000000000000004", "by_price"),
        ("name in :v", "m", "by_name"),
    ] {
        let sql = format!("select more from indexed where {condition}");
        let chosen: [(&str, &[&str]); 2] = [("v", &[value, "12"]), ("w", &["12"])];
        let of_one: [(&str, &[&str]); 2] = [("v", &[value]), ("w", &["12"])];
        let chosen = if condition.contains(" in ") { chosen } else { of_one };
        let statement = compiled(Dialect::Sqlite, &sql, &chosen).unwrap();
        let explain = format!("explain query plan {}", statement.sql);
        let rows = connection.fetch_all(AssertSqlSafe(explain)).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get::<String, _>("detail")).collect();
        let plan = plan.join("; ");
        assert!(!plan.contains("SCAN") && plan.contains(index), "{condition}: {plan}");
    }
}

#[tokio::test]
async fn rows_between_two_chosen_values_are_those_that_each_type_puts_there() {
    let setup = "create table between_two (n integer primary key, price real, name text, loose);
        insert into between_two values (1, 9.5, 'b', 9.5), (2, 10, 'm', '10'), (3, 'abc', 'z', 'abc'),
            (4, null, null, null), (5, 0.3, '9', 0.3), (6, 120, '10', x'00')";
    let fixture = Fixture::new(setup, "UTC").await;
    let of = |condition: &str| format!("select n from between_two where {condition} order by n");
    for (condition, chosen, expected) in [
        // Numbers are compared as numbers, anything else as text: 'abc' comes after '9'.
        ("price between :v and :w", ["9", "100"], &["1", "2"][..]),
        ("price NOT  BETWEEN :v and :w", ["9", "100"], &["3", "5", "6"]),
        ("price between :v and :w", ["a", "b"], &["3"]),
        ("price between :v and :w", ["0.1", "x"], &["3"]),
        ("name between :v and :w", ["b", "n"], &["1", "2"]),
        ("name between :v and :w", ["1", "5"], &["6"]),
        ("loose between :v and :w", ["9", "11"], &["1"]),
        ("n > 0 and (price between :v and :w or n = 4)", ["100", "200"], &["4", "6"]),
        ("price between :v and 10 and n < 9", ["9", "0"], &["1", "2"]),
    ] {
        let values: [(&str, &[&str]); 2] = [("v", &chosen[..1]), ("w", &chosen[1..])];
        let found = rows(&fixture.source, &of(condition), &values).await;
        let expected = expected.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(found, Ok(expected), "{condition} {chosen:?}");
    }
}

#[tokio::test]
async fn is_compares_a_chosen_value_in_sqlite_without_a_cast() {
    let fixture = Fixture::new(&TABLE.join(";"), "UTC").await;
    let all = "(select 7 as x, 1 as n union all select '7', 2 union all select null, 3 union all
                select 1.5, 4 union all select 'a', 5)";
    let is = |operator: &str| format!("select n from {all} where x {operator} :v order by n");
    let (is_, is_not) = (is("is"), is("IS NOT"));
    let cases: [Case<'_>; 8] = [
        (&is_, &["7"], &["1", "2"]),
        (&is_, &["1.50"], &["4"]),
        (&is_, &["a"], &["5"]),
        (&is_, &["b"], &[]),
        (&is_not, &["7"], &["3", "4", "5"]),
        (&is_not, &["a"], &["1", "2", "3", "4"]),
        ("select count(*) is :v as a from chosen_rows", &["4"], &["1"]),
        ("select (n is :v) as a from chosen_rows where id < 3 order by id", &["1.5"], &["0", "1"]),
    ];
    all_right(&fixture.source, &cases).await;
    // All branches of a union decide the type of its column.
    let equal = is("=");
    let cases: [Case<'_>; 3] =
        [(&equal, &["7"], &["1", "2"]), (&equal, &["a"], &["5"]), (&equal, &["1.50"], &["4"])];
    all_right(&fixture.source, &cases).await;
    // Statements that Brisk cannot parse.
    let unread = "select n from (select 1 as n, 'x' as x union all select 2, null) where x is :v
                  and 1 isnull = 0";
    all_right(&fixture.source, &[(unread, &["x"], &["1"])]).await;
}
