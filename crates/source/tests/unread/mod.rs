//! Statements that databases accept and Brisk's parser may not: they run, and name their tables.

pub(crate) mod corpus;

use crate::fixture::{Fixture, maria, statement, url::url};
use brisk_domain::{Frame, SourceName};
use brisk_source::{Dialect, Limits, Source, SourceError, Statement};
use corpus::Case;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

async fn postgres(setup: &[&str]) -> Option<Source> {
    let url = url("BRISK_TEST_POSTGRES_URL")?;
    let mut admin = PgConnection::connect(&url).await.unwrap();
    for sql in setup {
        admin.execute(AssertSqlSafe((*sql).to_owned())).await.unwrap();
    }
    Some(Source::postgres(SourceName::parse("pg").unwrap(), &url, 2, Limits::default()).unwrap())
}

async fn mariadb(setup: &[&str]) -> Option<Source> {
    let source = maria::source(Limits::default())?;
    maria::set_up(setup).await;
    Some(source)
}

fn first_cell(frame: &Frame) -> String {
    frame.columns()[0].values.exact(0).unwrap_or_default()
}

async fn all_run(source: &Source, corpus: &[Case]) {
    let (mut wrong, mut unread) = (Vec::new(), 0);
    for (sql, expected, tables) in corpus {
        let statement = statement(source.dialect(), sql);
        unread += usize::from(statement.unread.is_some());
        let missing = tables.iter().find(|table| !statement.tables.contains(&(**table).to_owned()));
        if let Some(table) = missing {
            wrong.push(format!("{sql}: {table} is not among {:?}", statement.tables));
        }
        match source.run(&statement, &[]).await {
            Ok(frame) if first_cell(&frame) == *expected => {}
            Ok(frame) => wrong.push(format!("{sql}: {:?}", first_cell(&frame))),
            Err(error) => wrong.push(format!("{sql}: {error}")),
        }
        if source.hides_tables(&statement).await {
            wrong.push(format!("{sql}: its tables are not known"));
        }
    }
    assert!(unread >= 3, "only {unread} of {} cannot be read", corpus.len());
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn postgresql_runs_what_the_parser_cannot_read() {
    let Some(source) = postgres(corpus::POSTGRES_SETUP).await else { return };
    all_run(&source, corpus::POSTGRES).await;
}

#[tokio::test]
async fn mariadb_runs_what_the_parser_cannot_read() {
    let Some(source) = mariadb(corpus::MARIADB_SETUP).await else { return };
    all_run(&source, corpus::MARIADB).await;
}

#[tokio::test]
async fn sqlite_runs_what_the_parser_cannot_read() {
    let fixture = Fixture::new(corpus::SQLITE_SETUP, "UTC").await;
    all_run(&fixture.source, corpus::SQLITE).await;
}

/// A statement in each dialect that only the database can read, around `name`.
fn unreadable(dialect: Dialect, name: &str) -> Statement {
    let sql = match dialect {
        Dialect::Postgres => format!("select trim(leading from 'a') as a from {name}"),
        Dialect::MySql => {
            format!("select {{fn ucase('a')}} as a from {{oj {name} left join {name} x on 1}}")
        }
        Dialect::Sqlite => format!("select 1 as a from {name} where 1 in {name}"),
    };
    let statement = statement(dialect, &sql);
    assert!(statement.unread.is_some(), "{sql}");
    statement
}

#[tokio::test]
async fn a_view_or_a_function_may_read_tables_that_are_not_named() {
    let setup = "create table hid_t (a); create view hid_v as select a from hid_t";
    let sqlite = Fixture::new(setup, "UTC").await;
    let servers = [
        "drop view if exists hid_v",
        "drop table if exists hid_t",
        "create table hid_t (a int)",
        "create view hid_v as select a from hid_t",
    ];
    let mut on_postgres = servers.to_vec();
    on_postgres.extend([
        "create or replace function hid_f() returns int stable language sql as 'select max(a) from hid_t'",
        "create or replace function hid_i(x int) returns int immutable language sql as 'select x'",
    ]);
    let mut on_mariadb = servers.to_vec();
    on_mariadb.extend([
        "drop function if exists hid_f",
        "create function hid_f() returns int reads sql data return (select max(a) from hid_t)",
    ]);
    let sources =
        [Some(sqlite.source.clone()), postgres(&on_postgres).await, mariadb(&on_mariadb).await];
    for source in sources.into_iter().flatten() {
        let dialect = source.dialect();
        assert!(!source.hides_tables(&unreadable(dialect, "hid_t")).await, "{dialect:?}");
        assert!(source.hides_tables(&unreadable(dialect, "hid_v")).await, "{dialect:?}");
        assert!(source.hides_tables(&unreadable(dialect, "HID_V")).await, "{dialect:?}");
        let with = |function: &str| match dialect {
            Dialect::Postgres => format!("select trim(leading from 'a') || {function} from hid_t"),
            _ => format!("select 'a' sounds like 'b', {function} from hid_t"),
        };
        if dialect != Dialect::Sqlite {
            let statement = statement(dialect, &with("hid_f()"));
            assert!(statement.unread.is_some(), "{dialect:?}");
            assert!(source.hides_tables(&statement).await, "{dialect:?}");
        }
        if dialect == Dialect::Postgres {
            assert!(!source.hides_tables(&statement(dialect, &with("hid_i(1)"))).await);
            let catalog = "select trim(leading from 'a') from pg_stat_activity";
            assert!(source.hides_tables(&statement(dialect, catalog)).await);
        }
    }
}

#[test]
fn instants_keep_their_names_where_only_words_tell() {
    let times = |sql: &str| statement(Dialect::Sqlite, sql).times;
    let gap = "where 1 in gaps";
    let cases = [
        (format!("select $bucket(at) as day, count(*) as n from t {gap} group by 1"), vec!["day"]),
        (
            format!("with d as (select $time(at) as day from t {gap}) select day as first from d"),
            vec!["day", "first"],
        ),
        (
            format!("select max(day) as last from (select $bucket(at) day from t {gap}) d"),
            vec!["day", "last"],
        ),
        (
            format!(
                "with d as (select $bucket(at) as day from t {gap}) select $hour(day) as day from d"
            ),
            vec![],
        ),
    ];
    for (sql, expected) in cases {
        assert_eq!(times(&sql), expected, "{sql}");
    }
}

/// Where the database rejects `sql`: line and column, and the text there.
async fn place(source: &Source, sql: &str) -> (u32, u32, String) {
    match source.run(&statement(source.dialect(), sql), &[]).await {
        Err(SourceError::Statement(error)) => {
            let line = sql.lines().nth(error.line as usize - 1).unwrap_or_default();
            let there = line.chars().skip(error.column as usize - 1).take(6).collect();
            (error.line, error.column, there)
        }
        other => panic!("{sql}: {other:?}"),
    }
}

#[tokio::test]
async fn errors_point_at_the_authors_line_and_column() {
    let setup = ["drop table if exists err_t", "create table err_t (a int, dé int, at timestamp)"];
    let sqlite = Fixture::new("create table err_t (a int, dé int, at int)", "UTC").await;
    let sources = [Some(sqlite.source.clone()), postgres(&setup).await, mariadb(&setup).await];
    for source in sources.into_iter().flatten() {
        // Words that only the database rejects, after macros, parameters, comments, multi-byte
        // letters, and the same word where it is valid.
        let cases = [
            (
                "select $bucket(at) as day, dé, 'übel' as x, :from as f\nfrom err_t where $range(at)\n  and gone = 1",
                (3, 7, "gone ="),
            ),
            (
                "select $range(at) /* gone\n*/ as day, 'gone' as gone_2, dé + gone as y from err_t",
                (2, 35, "gone a"),
            ),
            (
                "select $bucket(at) as day, a from err_t e\nwhere $range(at) and a a = 1",
                (2, 24, "a = 1"),
            ),
            ("select a, dé as a from err_t where a = 1 and $range(at)\norder by a a", (2, 12, "a")),
        ];
        for (sql, expected) in cases {
            let (line, column, there) = place(&source, sql).await;
            let found = (line, column, there.as_str());
            assert_eq!(found, expected, "{:?}: {sql}", source.dialect());
        }
    }
}

#[tokio::test]
async fn postgresql_points_into_a_macros_parentheses_and_at_the_second_of_equal_words() {
    let setup = ["drop table if exists err_u", "create table err_u (a int, at timestamptz)"];
    let Some(source) = postgres(&setup).await else { return };
    let cases = [
        ("select $bucket(coalesce(at, e.gone)) as day from err_u e", (1, 29, "e.gone")),
        ("select 'x' as gone, a as gone from err_u\nwhere gone = 'x'", (2, 7, "gone =")),
        ("select a from err_u where $range(at) and $range(at) and 日本 = 1", (1, 57, "日本 = 1")),
        ("select trim(leading from 'ü') as b, a + gone as c from err_u", (1, 41, "gone a")),
    ];
    for (sql, expected) in cases {
        let (line, column, there) = place(&source, sql).await;
        assert_eq!((line, column, there.as_str()), expected, "{sql}");
    }
}
