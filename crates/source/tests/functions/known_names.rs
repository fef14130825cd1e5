//! How often PostgreSQL's catalog is asked what the functions of statements do.

use super::refusal;
use crate::fixture::{self, statement, url::url};
use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

#[tokio::test]
async fn the_catalog_is_read_once_for_all_statements_and_again_once_definitions_are_others() {
    let Some(server) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let name = "known_names";
    let mut admin = PgConnection::connect(&server).await.unwrap();
    for sql in
        [format!("drop database if exists {name} with (force)"), format!("create database {name}")]
    {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    let mut owner = PgConnection::connect(&url).await.unwrap();
    owner.execute("create table sold (at timestamptz, net int, note text)").await.unwrap();
    let source = Source::postgres(SourceName::parse("pg").unwrap(), &url, 4, Limits::default());
    let source = source.unwrap();
    let run = async |sql: &str| source.run(&statement(Dialect::Postgres, sql), &[]).await;

    for column in
        ["net", "net + 1", "abs(net)", "round(net / 3.0, 2)", "count(*)", "max(lower(note))"]
    {
        run(&format!("select {column} as x from sold where $range(at) group by net"))
            .await
            .unwrap();
    }
    assert_eq!(source.catalog_questions(), (1, 0), "what the server brings only reads");
    run("select random() as r").await.unwrap();
    run("select clock_timestamp() as r").await.unwrap();
    assert_eq!(source.catalog_questions(), (1, 2), "these may be refused");

    // Each definition counts from its commit on.
    run("select net as a from sold order by lower(note)").await.unwrap();
    for (sql, statement) in [
        (
            "create function lower(v text) returns int volatile language sql as 'select 1'",
            "select public.lower(note) as b from sold",
        ),
        (
            "create function lower(s sold) returns int volatile language sql as 'select 1'",
            "select s.lower as c from sold s",
        ),
        (
            "create function joint(a int, b text) returns int volatile language sql as 'select 1';
             create operator + (leftarg = int, rightarg = text, function = joint)",
            "select net + note as d from sold",
        ),
        (
            "create type odd as (n int);
             create function of_odd(o odd) returns text volatile language sql as 'select null::text';
             create cast (odd as text) with function of_odd(odd) as implicit",
            "select row(1)::odd::text as e",
        ),
        ("create view seen as select joint(1, 'a') as n", "select n as f from seen"),
        ("alter table sold add column kept odd", "select kept::text as g from sold"),
        (
            "create function of_sold(s sold) returns text volatile language sql as 'select null::text';
             create cast (sold as text) with function of_sold(sold) as implicit",
            "select s::text as h from sold s",
        ),
    ] {
        owner.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
        let said = refusal(&source, &fixture::statement(Dialect::Postgres, statement)).await;
        assert!(said.is_some_and(|said| said.contains("not allowed")), "{sql}");
    }
    drop(owner);
    admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
}
