//! A database whose owner has made functions and casts with the same names as the server's: statements
//! that mean the server's run, and those that mean the owner's are refused.

use super::refusal;
use crate::fixture::{statement, url::url};
use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Source};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

const SETUP: &[&str] = &[
    "create table orders (n int, amount numeric(12, 2), ratio float8, name varchar(20), at timestamptz,
       status text, total numeric, big bigint, is_open boolean)",
    "insert into orders values (1, 1.25, 0.5, 'Ann', '2020-01-01', 'open', 3, 7, true)",
    // Functions that the server does not have.
    "create function round(double precision, int) returns numeric language sql immutable
       as 'select $1::numeric'",
    "create function lower(jsonb) returns text language sql volatile as 'select $1::text'",
    "create function date_trunc(text, bigint) returns bigint language sql volatile as 'select $2'",
    "create function sum_of(int) returns int language sql volatile as 'select $1'",
    "create function to_char(boolean, text) returns text language sql volatile as 'select $2'",
    // Functions that are called like columns.
    "create function status(int) returns text language sql volatile as 'select $1::text'",
    "create function total(numeric) returns numeric language sql volatile as 'select $1'",
    "create function fetched(orders) returns text language sql volatile as 'select ($1).name'",
    // Casts that have to be explicit.
    "create function is_some(bigint) returns boolean language sql volatile as 'select $1 <> 0'",
    "create cast (bigint as boolean) with function is_some(bigint)",
    "create function as_day(bigint) returns date language sql volatile as 'select date ''2020-01-01'''",
    "create cast (bigint as date) with function as_day(bigint) as assignment",
    "create type flags as (flag boolean)",
    "create domain truth as boolean",
];

const SERVERS: &[&str] = &[
    "select round(amount, 2) as a, round(amount) as b, round(ratio) as c from orders",
    "select Round(avg(amount), 1) as a, round(sum(amount) / count(*), 2) as b from orders group by name",
    "select round (n * 1.5, 2) as a from orders",
    "select sum(round(amount, 1)) over (order by n) as a from orders",
    "select lower(name) as a, lower(status) as b, lower(name::text) as c from orders",
    "select date_trunc('month', at) as a, to_char(at, 'YYYY') as b, to_char(amount, '9.9') as c from orders",
    "select date_trunc('day', o.at) as a, lower(o.name) as b from orders o where o.status = 'open'",
    "select o.status as a, o.total as b, orders.status as c from orders o, orders",
    "select s.status as a from (select status from orders) s",
    "with o as (select total, status from orders) select o.total as a, o.status as b from o",
    "select amount::text as a, n::bigint as b, at::timestamp as c, cast(ratio as numeric) as d from orders",
    "select n as a from orders where is_open and not (n > 3 or status is null) limit 3",
    "select $bucket(at) as day, count(*) as n from orders where $range(at) group by 1",
    "select g as a from generate_series(1, 3) as g",
];

const OWNERS: &[(&str, &str)] = &[
    ("select round(ratio, 2) as a from orders", "round"),
    ("select round(amount, 2) as a, round(ratio, 2) as b from orders", "round"),
    ("select round (n * 105, 2) as a from orders", "round"),
    ("select public.round(amount, 2) as a from orders", "round"),
    ("select \"round\"(ratio, 2) as a from orders", "round"),
    ("select round /* ( */ (ratio, 2) as a from orders", "round"),
    ("select lower(to_jsonb(name)) as a from orders", "lower"),
    ("select date_trunc('day', big) as a from orders", "date_trunc"),
    ("select to_char(is_open, 'x') as a from orders", "to_char"),
    ("select sum_of(n) as a from orders", "sum_of"),
    ("select (n).status as a from orders", "status"),
    ("select status(n) as a from orders", "status"),
    ("select g.status as a from generate_series(1, 2) g", "status"),
    ("select generate_series.status as a from generate_series(1, 2)", "status"),
    ("select g.status as a from rows from (generate_series(1, 2)) with ordinality as g", "status"),
    ("select o.fetched as a from orders o", "fetched"),
    ("select (o).fetched as a from orders o", "fetched"),
    ("select big::boolean as a from orders", "is_some"),
    ("select cast(big as bool) as a from orders", "is_some"),
    ("select bool(big) as a from orders", "is_some"),
    ("select row(big)::flags as a from orders", "is_some"),
    ("select big::truth as a from orders", "is_some"),
    ("select array[big]::boolean[] as a from orders", "is_some"),
    ("select big::date as a from orders", "as_day"),
];

#[tokio::test]
async fn what_means_a_function_of_the_server_runs_beside_the_owners_on_postgres() {
    let Some(server) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let name = "functions_namesakes";
    for sql in
        [format!("drop database if exists {name} with (force)"), format!("create database {name}")]
    {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let (place, _) = server.rsplit_once('/').unwrap();
    let url = format!("{place}/{name}");
    let mut owner = PgConnection::connect(&url).await.unwrap();
    for sql in SETUP {
        owner.execute(AssertSqlSafe((*sql).to_owned())).await.unwrap();
    }
    let source = SourceName::parse("pg").unwrap();
    let source = Source::postgres(source, &url, 1, Limits::default()).unwrap();
    let mut wrong = Vec::new();
    // Twice: a statement that has passed is remembered, and lets nothing else pass.
    for _ in 0..2 {
        for sql in SERVERS {
            let statement = statement(Dialect::Postgres, sql);
            if let Some(why) = refusal(&source, &statement).await {
                wrong.push(format!("{sql}\n  {why}"));
            } else if let Err(why) = source.run(&statement, &[]).await {
                wrong.push(format!("{sql}\n  it passes, and fails: {why}"));
            }
        }
        for (sql, function) in OWNERS {
            let statement = statement(Dialect::Postgres, sql);
            match refusal(&source, &statement).await {
                Some(why) if why.contains(&format!("public.{function}")) => {}
                other => wrong.push(format!("{sql}\n  {other:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    drop((source, owner));
    let drop = format!("drop database if exists {name} with (force)");
    admin.execute(AssertSqlSafe(drop)).await.unwrap();
}
