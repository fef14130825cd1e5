//! A real PostgreSQL: a type that Brisk does not know is shown as the server's own text. The
//! expected texts are what psql prints.

use crate::fixture::{cells, statement, url::url};
use brisk_domain::{Frame, SourceName, Values};
use brisk_source::{Dialect, Limits, Source, SourceError};
use sqlx::{AssertSqlSafe, Connection, Executor};

fn source() -> Option<Source> {
    let url = url("BRISK_TEST_POSTGRES_URL")?;
    Some(Source::postgres(SourceName::parse("pg").unwrap(), &url, 1, Limits::default()).unwrap())
}

async fn run(source: &Source, sql: &str) -> Result<Frame, SourceError> {
    source.run(&statement(Dialect::Postgres, sql), &[]).await
}

async fn set_up(setup: &[&str]) {
    let url = url("BRISK_TEST_POSTGRES_URL").unwrap();
    let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
    for sql in setup {
        admin.execute(AssertSqlSafe((*sql).to_owned())).await.unwrap();
    }
}

#[tokio::test]
async fn a_type_that_is_not_known_is_shown_as_the_servers_own_text() {
    let Some(source) = source() else { return };
    set_up(&[
        "drop schema if exists odd_types cascade",
        "create schema odd_types",
        "create type odd_types.mood as enum ('sad', 'größer')",
        "create type odd_types.pair as (a int, b text)",
        "create domain odd_types.positive as int check (value > 0)",
        "create type odd_types.spread as range (subtype = float8)",
    ])
    .await;
    // Expression, psql's text.
    let cases = [
        ("array[1,2]", "{1,2}"),
        ("array[[1,null],[3,4]]", "{{1,NULL},{3,4}}"),
        ("array['a b', 'c,\"d']", "{\"a b\",\"c,\\\"d\"}"),
        ("array[1.50, 'NaN']::numeric[]", "{1.50,NaN}"),
        ("'{}'::int[]", "{}"),
        ("interval '1 day'", "1 day"),
        ("interval '1 year 2 mons -3 days 04:05:06.789'", "1 year 2 mons -3 days +04:05:06.789"),
        ("'\\x00ff'::bytea", "\\x00ff"),
        ("'192.0.2.1'::inet", "192.0.2.1"),
        ("'192.0.2.0/24'::inet", "192.0.2.0/24"),
        ("'192.0.2.0/24'::cidr", "192.0.2.0/24"),
        ("'08:00:2b:01:02:03'::macaddr", "08:00:2b:01:02:03"),
        ("'<a>é</a>'::xml", "<a>é</a>"),
        ("'{\"a\": 1}'::json", "{\"a\": 1}"),
        ("'{\"b\":1,\"a\":[true]}'::jsonb", "{\"a\": [true], \"b\": 1}"),
        ("array['{\"a\":1}'::jsonb]", "{\"{\\\"a\\\": 1}\"}"),
        ("int4range(1, 3)", "[1,3)"),
        ("numrange(1.5, null)", "[1.5,)"),
        (
            "tstzrange('2024-01-01 00:00Z', '2024-01-02 00:00Z')",
            "[\"2024-01-01 00:00:00+00\",\"2024-01-02 00:00:00+00\")",
        ),
        ("'{[1,2),[5,7)}'::int4multirange", "{[1,2),[5,7)}"),
        ("array['{[1,2)}'::int4multirange]", "{\"{[1,2)}\"}"),
        ("'odd_types.pair'::regtype", "odd_types.pair"),
        ("row(1, null, 'x')", "(1,,x)"),
        ("row(null, null)", "(,)"),
        ("row(1, 'x y')::odd_types.pair", "(1,\"x y\")"),
        ("'größer'::odd_types.mood", "größer"),
        ("array['sad']::odd_types.mood[]", "{sad}"),
        ("7::odd_types.positive", "7"),
        ("odd_types.spread(1, 2)", "[1,2)"),
        ("12.34::money", "$12.34"),
        ("b'101'", "101"),
        ("'1'::varbit", "1"),
        ("to_tsvector('simple', 'b a')", "'a':2 'b':1"),
        ("to_tsquery('simple', 'a & b')", "'a' & 'b'"),
        ("point(1, 2.5)", "(1,2.5)"),
        ("box(point(0,0), point(1,1))", "(1,1),(0,0)"),
        ("'00112233-4455-6677-8899-aabbccddeeff'::uuid", "00112233-4455-6677-8899-aabbccddeeff"),
        ("time '12:50'", "12:50:00"),
        ("'12:50+01'::timetz", "12:50:00+01"),
        ("'a'::\"char\"", "a"),
        ("'0/16B3748'::pg_lsn", "0/16B3748"),
        ("'$.a'::jsonpath", "$.\"a\""),
        ("'(1,2)'::tid", "(1,2)"),
        ("'5'::xid", "5"),
        ("'NaN'::numeric", "NaN"),
        ("'Infinity'::numeric", "Infinity"),
        ("'-Infinity'::numeric", "-Infinity"),
        ("'NaN'::float8", "NaN"),
        ("date 'infinity'", "infinity"),
        ("timestamptz '-infinity'", "-infinity"),
        ("timestamp 'infinity'", "infinity"),
    ];
    // One at a time, and all side by side.
    for (expression, expected) in cases {
        let sql = format!("select 1 as one, {expression} as a, null::int[] as nothing");
        let frame = run(&source, &sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(cells(&frame, "a"), [Some(expected.to_owned())], "{expression}");
        assert_eq!(cells(&frame, "nothing"), [None], "{expression}");
        assert_eq!(frame.column("one").unwrap().values, Values::Int(vec![Some(1)]));
    }
    let list: Vec<String> = cases
        .iter()
        .enumerate()
        .map(|(i, (expression, _))| format!("{expression} as a{i}"))
        .collect();
    let sql = format!("select {}", list.join(", "));
    // Twice, because a connection keeps its prepared statements.
    for _ in 0..2 {
        let frame = run(&source, &sql).await.unwrap();
        for (i, (expression, expected)) in cases.iter().enumerate() {
            assert_eq!(
                cells(&frame, &format!("a{i}")),
                [Some((*expected).to_owned())],
                "{expression}"
            );
        }
    }
}

#[tokio::test]
async fn order_values_and_exactness_stay_beside_a_type_that_is_not_known() {
    let Some(source) = source() else { return };
    for unknown in ["array[n]", "int4multirange(int4range(n, n + 1))"] {
        let sql = format!(
            "with t as (select n from generate_series(1, 3000) n)
             select n, {unknown} as a, n * 1.10 as price, $1_not as x from t
             order by n % 7 desc, n limit 2000"
        )
        .replace(", $1_not as x", ", '$1' as x, extract(epoch from :to)::bigint as \"end\"");
        let frame = run(&source, &sql).await.unwrap();
        let plain = sql.replace(unknown, "1");
        let plain = run(&source, &plain).await.unwrap();
        assert_eq!(frame.rows(), 2000);
        for column in ["n", "price", "x", "end"] {
            let values = |frame: &Frame| frame.column(column).unwrap().values.clone();
            assert_eq!(values(&frame), values(&plain), "{column}");
        }
        assert!(cells(&frame, "a")[0].as_deref().unwrap().contains("6"));
    }
}

#[tokio::test]
async fn a_statement_of_an_unknown_type_leaves_nothing_prepared_behind() {
    let Some(source) = source() else { return };
    let unknown = "select '{[1,2)}'::int4multirange as m";
    let count = "select count(*) as n from pg_prepared_statements";
    run(&source, unknown).await.unwrap();
    let first = cells(&run(&source, count).await.unwrap(), "n");
    for _ in 0..5 {
        run(&source, unknown).await.unwrap();
    }
    assert_eq!(cells(&run(&source, count).await.unwrap(), "n"), first);
}

#[tokio::test]
async fn two_columns_of_one_name_are_both_shown() {
    let Some(source) = source() else { return };
    let frame = run(&source, "select count(*), count(null), array[1], array[2]").await.unwrap();
    let names: Vec<&str> = frame.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["count", "count (2)", "array", "array (2)"]);
    assert_eq!(cells(&frame, "count"), [Some("1".into())]);
    assert_eq!(cells(&frame, "count (2)"), [Some("0".into())]);
    assert_eq!(cells(&frame, "array (2)"), [Some("{2}".into())]);
}

#[tokio::test]
async fn sums_and_averages_of_cents_have_a_scale_as_cents_do() {
    let Some(source) = source() else { return };
    let sql = "select sum(n) as sum, avg(n)::numeric(20, 3) as mean, max(n) as most, max(n::float8) as float
        from (values (9007199254740993), (2), (null::bigint)) v(n)";
    let scales = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), 2)).collect::<Vec<_>>();
    let compiled = statement(Dialect::Postgres, sql);
    let frame = source.run(&compiled, &scales(&["sum", "mean", "most"])).await.unwrap();
    // As calculated by bc: 9007199254740995 / 100, 4503599627370497.5 / 100.
    assert_eq!(cells(&frame, "sum"), [Some("90071992547409.95".into())]);
    assert_eq!(cells(&frame, "mean"), [Some("45035996273704.97500".into())]);
    assert_eq!(cells(&frame, "most"), [Some("90071992547409.93".into())]);
    let error = source.run(&compiled, &scales(&["float"])).await.unwrap_err();
    assert!(error.to_string().contains("cast it to numeric"), "{error}");
}

#[tokio::test]
async fn a_view_of_the_server_is_read_like_a_table() {
    let Some(source) = source() else { return };
    let frame = run(&source, "select slot_name, active from pg_replication_slots").await.unwrap();
    assert_eq!(frame.columns().len(), 2);
}
