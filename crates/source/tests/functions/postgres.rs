//! A PostgreSQL database with extensions, and with functions, operators, casts, aggregates and views
//! that reach further than statements may.

use super::refusal;
use crate::fixture::{allowing, statement, url::url};
use brisk_domain::{Access, Bounds, Interval, Query, SourceName, Timestamp, ZoneName, ZoneOffsets};
use brisk_source::{Context, Dialect, Limits, Rights, Source, SourceError, Statement, compile};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::collections::BTreeMap;
use std::time::Duration;

struct World {
    admin: PgConnection,
    server: String,
    url: String,
    name: &'static str,
}

/// Stand-ins for functions of extensions that call other servers.
const SETUP: &[&str] = &[
    "create schema net",
    "create schema ext",
    "create extension pg_trgm",
    "create extension unaccent",
    "create extension hstore",
    "create extension pgcrypto",
    "create extension citext",
    "create extension tablefunc schema ext",
    "create extension dblink schema ext",
    "create extension tsm_system_rows",
    "create function net.http_post(url text) returns text language sql volatile as 'select url'",
    "create function net.honest(n int) returns int immutable language sql as 'select n'",
    // Part of an extension, like those of pg_net or Citus.
    "create function public.run_command_on_workers(command text) returns text language sql volatile
       as 'select command'",
    "alter extension pg_trgm add function public.run_command_on_workers(text)",
    "create function pg_catalog.citus_like(command text) returns text language sql volatile
       as 'select command'",
    "alter extension pg_trgm add function pg_catalog.citus_like(text)",
    "create type public.parcel as (url text)",
    "create function public.posted(p parcel) returns text language sql volatile
       as 'select net.http_post((p).url)'",
    "create table t (a int, name text, word citext)",
    "create table sent (parcel parcel)",
    "create function public.fetched(row_of t) returns text language sql volatile
       as 'select net.http_post(row_of.name)'",
    "create operator public.### (leftarg = text, rightarg = text, function = net.both)",
    "create cast (parcel as text) with function public.posted(parcel) as implicit",
    "create aggregate public.all_posted (text) (sfunc = net.both, stype = text)",
    "create function ÜBER(a text) returns text language sql volatile as 'select a'",
    "create function über(a text) returns text language sql volatile as 'select a'",
    "create type spread as range (subtype = int4, multirange_type_name = spread_multi)",
    "create view public.posting as select net.http_post(name) as answer, a from t",
    "create view public.over_posting as select answer from posting where a > 1",
    "create view public.by_operator as select name ### 'x' as answer from t",
    "create view public.harmless as select lower(name) as name, similarity(name, 'x') as s,
       name % 'x' as near, count(*) over () as n, now() - interval '1 day' as since,
       word = 'x'::citext as same from t",
    "create view public.of_files as select name from pg_hba_file_rules_of_mine",
];

impl World {
    async fn new(name: &'static str) -> Option<Self> {
        let server = url("BRISK_TEST_POSTGRES_URL")?;
        let mut admin = PgConnection::connect(&server).await.unwrap();
        for sql in [
            format!("drop database if exists {name} with (force)"),
            format!("create database {name}"),
        ] {
            admin.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        let (place, _) = server.rsplit_once('/').unwrap();
        let url = format!("{place}/{name}");
        let mut admin = PgConnection::connect(&url).await.unwrap();
        // Objects that the setup needs first.
        let first = [
            "create schema if not exists net",
            "create function net.both(a text, b text) returns text language sql volatile
               as 'select a || b'",
            "create view pg_hba_file_rules_of_mine as select type as name from pg_hba_file_rules",
        ];
        for sql in first.iter().chain(SETUP) {
            let sql = sql.replace("create schema net", "create schema if not exists net");
            admin.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        Some(Self { admin, server, url, name })
    }

    fn source(&self) -> Source {
        let name = SourceName::parse("pg").unwrap();
        Source::postgres(name, &self.url, 1, Limits::default()).unwrap()
    }

    async fn remove(self) {
        drop(self.admin);
        let mut admin = PgConnection::connect(&self.server).await.unwrap();
        let drop = format!("drop database if exists {} with (force)", self.name);
        admin.execute(AssertSqlSafe(drop)).await.unwrap();
    }
}

#[tokio::test]
async fn what_may_do_more_than_read_is_refused_by_name_however_it_is_reached_on_postgres() {
    let Some(world) = World::new("functions_refused").await else { return };
    let source = world.source();
    let cases = [
        ("select net.http_post('x') as a", "net.http_post"),
        ("select \"net\".\"http_post\"(url => 'x') as a", "net.http_post"),
        ("select functions_refused.net.http_post('x') as a", "net.http_post"),
        ("select public.run_command_on_workers('x') as a", "run_command_on_workers"),
        ("select run_command_on_workers('x') as a", "run_command_on_workers"),
        ("select citus_like('x') as a", "citus_like"),
        ("select * from run_command_on_workers('x') as a", "run_command_on_workers"),
        ("select a from t where exists (select net.http_post(name))", "net.http_post"),
        ("select a from t tablesample system_rows(1)", "system_rows"),
        ("select net.honest(1) as a", "net.honest"),
        ("select ext.dblink('x', 'y') as a", "dblink"),
        ("select * from ext.crosstab('x') as c(a int)", "crosstab"),
        ("select gen_salt('bf') as a", "gen_salt"),
        ("select ÜBER('x') as a", "Über"),
        ("select über('x') as a", "über"),
        // As fields.
        ("select ('/etc/passwd'::text).pg_read_file as a", "pg_read_file"),
        ("select (0.5::float8).pg_sleep as a", "pg_sleep"),
        ("select t.fetched as a from t", "fetched"),
        ("select (t).fetched as a from t", "fetched"),
        ("select (parcel).posted as a from sent", "posted"),
        ("select ('x'::text).run_command_on_workers as a", "run_command_on_workers"),
        // Through operators, casts, aggregates and views.
        ("select name ### 'y' as a from t", "net.both"),
        ("select name operator(public.###) 'y' as a from t", "net.both"),
        ("select /* a */ net /* b */ . /* c */ http_post /* d */ ('x') as a", "net.http_post"),
        ("select * from rows from (net.http_post('x'), now()) as r(a, b)", "net.http_post"),
        ("select a from t order by net.http_post(name)", "net.http_post"),
        ("select sum(a) over (partition by net.http_post(name)) as a from t", "net.http_post"),
        ("select l.a from t, lateral (select net.http_post(name) as a) l", "net.http_post"),
        ("with p as (select net.http_post('x') as a) select a from p", "net.http_post"),
        ("select $time(net.http_post(name)) as a from t", "net.http_post"),
        (
            "select word ~~ net.http_post(name) as a from t where $range(to_timestamp(a))",
            "net.http_post",
        ),
        ("select parcel::text as a from sent", "posted"),
        ("select parcel || 'x' as a from sent", "posted"),
        ("select row('x')::parcel || 'y' as a", "posted"),
        ("select all_posted(name) as a from t", "all_posted"),
        ("select answer from posting", "net.http_post"),
        ("select answer from public.over_posting", "net.http_post"),
        ("table over_posting", "net.http_post"),
        ("select * from by_operator", "net.both"),
        ("select * from of_files", "pg_hba_file_rules"),
        // Of the server itself.
        ("select lo_get(1) as a", "lo_get"),
        ("select currval('s') as a", "currval"),
        ("select pg_stat_file('x') as a", "pg_stat_file"),
    ];
    for (sql, function) in cases {
        let Some(statement) = compiled(sql) else { continue };
        let said = refusal(&source, &statement).await.unwrap_or_else(|| panic!("{sql} passed"));
        assert!(said.contains(function) && said.contains("not allowed in panels"), "{sql}: {said}");
        // The panel shows the same sentence, and nothing ran.
        let error = source.run(&statement, &[]).await.unwrap_err();
        assert!(error.to_string().contains(&said), "{sql}: {error}");
    }
    world.remove().await;
}

/// The statement, unless it is refused when it is compiled.
fn compiled(sql: &str) -> Option<Statement> {
    let at = Timestamp::from_seconds;
    let context = Context {
        bounds: Bounds { from: at(0), to: at(86_400) },
        interval: Interval::Day,
        zone: &ZoneName::utc(),
        offsets: &ZoneOffsets::utc(),
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    match compile(&Query::new(sql), Dialect::Postgres, &context) {
        Ok(statement) => Some(statement),
        Err(error) => {
            assert!(error.message.contains("not allowed in panels"), "{sql}: {error}");
            None
        }
    }
}

#[tokio::test]
async fn what_only_reads_needs_no_setting_on_postgres() {
    let Some(world) = World::new("functions_allowed").await else { return };
    let source = world.source();
    for sql in [
        "select now() as a, clock_timestamp() as b, random() as c, gen_random_uuid() as d",
        "select date_trunc('day', now()) as a, to_char(now(), 'YYYY') as b, extract(year from now()) as c",
        "select count(*) as a, sum(a) filter (where a > 1) as b, string_agg(name, ',' order by a, name) as c,
           percentile_cont(0.5) within group (order by a) as d, array_agg(a) as e from t",
        "select row_number() over (order by a) as a, lag(a, 1, 0) over w as b from t window w as (order by a)",
        "select substring(name from 1 for 2) as a, trim(both ' ' from name) as b, name ilike 'x%' as c,
           position('x' in name) as d, overlay(name placing 'y' from 1) as e from t",
        "select coalesce(a, 0) % 2 as a, a between 1 and 2 as b, a in (1, 2) as c, nullif(a, 1) as d from t",
        "select similarity(name, 'x') as a, name % 'x' as b, unaccent(name) as c from t",
        "select word = 'X' as a, word || 'y' as b, word like 'x%' as c from t",
        "select ('a=>1'::hstore) -> 'a' as a, hstore('a', 'b') @> 'a=>b' as b, digest('x', 'sha1') as c",
        "select jsonb_build_object('a', 1) ->> 'a' as a, x.key as b from jsonb_each('{}') x",
        "select g::date as a from generate_series(now() - interval '3 days', now(), '1 day') g",
        "select t.name as a, t.a::text as b, cast(a as numeric(9, 2)) as c from public.t",
        "select * from harmless",
        "select relname as a, pg_total_relation_size(oid) as b from pg_class limit 1",
        "select pid as a, state as b from pg_stat_activity limit 1",
        "select table_name as a from information_schema.tables limit 1",
        "select name as a from pg_settings limit 1",
        "select a as a from t tablesample bernoulli(10)",
        "with days (day, n) as (values (1, 2)) select day as a, n as b from days",
        "select spread(1, 2) as a, spread_multi(spread(1, 2)) as b, lower(spread(1, 2)) as c",
        "select row_to_json(t) as a, length(name) as b, (t).name as c from t",
        "select $bucket(to_timestamp(a)) as day, count(*) as n from t where $range(to_timestamp(a)) group by 1",
    ] {
        let statement = statement(Dialect::Postgres, sql);
        assert_eq!(refusal(&source, &statement).await, None, "{sql}");
        let ran = source.run(&statement, &[]).await;
        assert!(ran.is_ok(), "{sql}: {ran:?}");
    }
    world.remove().await;
}

#[tokio::test]
async fn a_source_allows_functions_and_views_by_name_on_postgres() {
    let Some(world) = World::new("functions_by_name").await else { return };
    let allowed =
        ["net.http_post", "public.by_operator", "pg_catalog.currval", "pg_catalog.pg_sleep"];
    let source = world.source().with_rights(allowing(&allowed));
    for sql in [
        "select net.http_post('x') as a",
        "select answer from over_posting",
        "select answer from by_operator",
        "select currval('pg_class') as a where false",
    ] {
        let statement = statement(Dialect::Postgres, sql);
        assert_eq!(refusal(&source, &statement).await, None, "{sql}");
    }
    for sql in ["select net.both('x', 'y') as a", "select ('0.1'::float8).pg_sleep as a"] {
        let statement = statement(Dialect::Postgres, sql);
        assert!(refusal(&source, &statement).await.is_some(), "{sql}");
    }
    world.remove().await;
}

#[tokio::test]
async fn the_refusal_stands_at_the_authors_word_and_says_how_to_allow_it() {
    let Some(world) = World::new("functions_places").await else { return };
    let sql =
        "select 1 as one,\n  $bucket(to_timestamp(a)) as day, net.http_post(name) as b\nfrom t";
    let statement = statement(Dialect::Postgres, sql);
    let error = world.source().check(&statement).await.unwrap_err();
    let SourceError::Statement(error) = error else { panic!("{error}") };
    assert_eq!((error.line, error.column), (2, 36), "{error}");
    assert!(error.message.contains("add \"net.http_post\" to \"functions\""), "{error}");
    world.remove().await;
}

#[tokio::test]
async fn roles_that_can_do_more_than_read_are_refused_on_postgres() {
    let Some(mut world) = World::new("functions_roles").await else { return };
    for sql in [
        "drop role if exists functions_reader",
        "drop role if exists functions_files",
        "create role functions_reader login",
        "create role functions_files login",
        "grant select on t to functions_reader",
        "grant pg_read_server_files to functions_files",
    ] {
        world.admin.execute(sql).await.unwrap();
    }
    let one = statement(Dialect::Postgres, "select count(*) as n from t");
    let strict = |url: &str| {
        let name = SourceName::parse("pg").unwrap();
        let source = Source::postgres(name, url, 1, Limits::default()).unwrap();
        source.with_rights(Rights::default())
    };
    let (_, place) = world.url.split_once('@').unwrap();
    let of = |role: &str| format!("postgres://{role}@{place}");
    strict(&of("functions_reader")).run(&one, &[]).await.unwrap();
    for (url, what) in
        [(world.url.clone(), "is a superuser"), (of("functions_files"), "pg_read_server_files")]
    {
        let error = strict(&url).run(&one, &[]).await.unwrap_err();
        assert!(matches!(error, SourceError::Unavailable(_)), "{error}");
        let said = error.to_string();
        for words in [what, "create role brisk login", "grant select", "allow_superuser"] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    let allowed = strict(&world.url).with_rights(allowing(&[]));
    assert!(allowed.run(&one, &[]).await.is_ok());
    world.admin.execute("drop owned by functions_reader").await.unwrap();
    for role in ["functions_reader", "functions_files"] {
        world.admin.execute(AssertSqlSafe(format!("drop role {role}"))).await.unwrap();
    }
    world.remove().await;
}

#[tokio::test]
async fn the_time_limit_holds_again_after_a_function_has_lifted_it_on_postgres() {
    let Some(mut world) = World::new("functions_limit").await else { return };
    let lifts = "create function public.lifts() returns text language sql as
        $$ select set_config('statement_timeout', '0', false) $$";
    world.admin.execute(lifts).await.unwrap();
    let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let name = SourceName::parse("pg").unwrap();
    let source = Source::postgres(name, &world.url, 1, limits).unwrap();
    let source = source.with_rights(allowing(&["public.lifts"]));
    let id = statement(Dialect::Postgres, "select pg_backend_pid() as id");
    let before = source.run(&id, &[]).await.unwrap();
    source.run(&statement(Dialect::Postgres, "select lifts() as a"), &[]).await.unwrap();
    let endless =
        "select count(*) as n from generate_series(1, 100000) a, generate_series(1, 100000) b";
    let error = source.run(&statement(Dialect::Postgres, endless), &[]).await.unwrap_err();
    assert!(matches!(error, SourceError::Timeout { seconds: 1 }), "{error}");
    // A connection whose statement Brisk has to end is not reused.
    assert_eq!(source.run(&id, &[]).await.unwrap(), before, "the server ended it by itself");
    world.remove().await;
}
