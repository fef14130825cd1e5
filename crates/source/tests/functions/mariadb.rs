//! Stored functions, loadable ones and views of MariaDB.

use super::refusal;
use crate::fixture::maria::{self, VARIABLE, set_up, statement};
use crate::fixture::{allowing, url::url};
use brisk_domain::SourceName;
use brisk_source::{Limits, Rights, Source, SourceError};

async fn made(prefix: &str) -> Option<Source> {
    let source = maria::source(Limits::default())?;
    let sql = [
        format!("drop view if exists {prefix}_over"),
        format!("drop view if exists {prefix}_posting"),
        format!("drop view if exists {prefix}_plain"),
        format!("drop table if exists {prefix}_t"),
        format!("create table {prefix}_t (a int, name varchar(20) character set latin1, at datetime)"),
        format!("create or replace function {prefix}_post(url text) returns text deterministic return url"),
        format!("alter table {prefix}_t add fulltext (name)"),
        format!("create view {prefix}_posting as select {prefix}_post(name) as answer from {prefix}_t"),
        format!("create view {prefix}_over as select answer from {prefix}_posting"),
        format!(
            "create view {prefix}_plain as select lower(name) as name, cast(a as decimal(10, 2)) as d,
               date_format(at, '%Y') as y, count(*) as n, max(if(a > 1, a, 0)) as m,
               timestampdiff(day, at, now()) as days, concat(name, 'x') as c from {prefix}_t
             group by name, a, at"
        ),
    ];
    set_up(&sql.each_ref().map(String::as_str)).await;
    Some(source)
}

#[tokio::test]
async fn what_somebody_made_or_loaded_is_refused_by_name_on_mariadb() {
    let Some(source) = made("made").await else { return };
    for (sql, function) in [
        ("select made_post('x') as a", "made_post"),
        ("select MADE_POST ('x') as a", "MADE_POST"),
        ("select `made_post`('x') as a", "made_post"),
        ("select brisk.made_post('x') as a", "brisk.made_post"),
        ("select `in`('x') as a", "in"),
        ("select path('x') as a", "path"),
        ("select lateral(1) as a", "lateral"),
        ("select a from made_t where made_post(name) = 'x'", "made_post"),
        ("select http_something('x') as a", "http_something"),
        ("select answer from made_posting", "made_post"),
        ("select answer from brisk.made_over", "made_post"),
    ] {
        let statement = statement(sql);
        let said = refusal(&source, &statement).await.unwrap_or_else(|| panic!("{sql} passed"));
        assert!(
            said.contains(&format!("function {function}")) || said.contains(function),
            "{said}"
        );
        assert!(said.contains("not allowed in panels") && said.contains("\"functions\""), "{said}");
        let error = source.run(&statement, &[]).await.unwrap_err();
        assert!(error.to_string().contains(&said), "{sql}: {error}");
    }
    let source = source.with_rights(allowing(&["brisk.made_post"]));
    for sql in ["select made_post('x') as a", "select answer from made_over"] {
        assert_eq!(refusal(&source, &statement(sql)).await, None, "{sql}");
    }
}

#[tokio::test]
async fn what_only_reads_needs_no_setting_on_mariadb() {
    let Some(source) = made("plain").await else { return };
    for sql in [
        "select now() as a, rand() as b, uuid() as c, current_timestamp(6) as d, utc_date() as e",
        "select count(*) as a, count(distinct a) as b, group_concat(name order by a separator ',') as c
           from plain_t",
        "select row_number() over (order by a) as r, lag(a, 1) over (partition by (name) order by (a)) as b
           from plain_t",
        "select cast(a as decimal(10, 2)) as a, cast(name as char(3)) as b, convert(name using utf8mb4) as c,
           if(a > 1, a, 0) as d, left(name, 1) as e, insert(name, 1, 1, 'x') as f from plain_t",
        "select date_add(at, interval (1) day) as a, timestampdiff(day, at, now()) as b, at + interval 1 day as c,
           extract(year from at) as d, year(at) as e, date(at) as f from plain_t",
        "select json_extract('{\"a\": 1}', '$.a') as a, json_value('{}', '$.a') as b",
        "select name from plain_t where match (name) against ('x')",
        "select a from plain_t where a = any (select a from plain_t) and a in (select (1))",
        "select j.a from json_table('[{\"a\": 1}]', '$[*]' columns (a int path '$.a')) j",
        "with days (day, n) as (select 1, 2) select day as a, n as b from days where (day) in (1)",
        "select a from plain_t where not (a > 1) and (a < 5 or (a > 7))",
        "select * from plain_plain",
        "select st_astext(point(1, 2)) as a, regexp_replace('a', 'b', 'c') as b, mod(5, 3) as c",
        "select table_name as a from information_schema.tables limit 1",
        "select $bucket(at) as day, count(*) as n from plain_t where $range(at) group by 1",
    ] {
        let statement = statement(sql);
        assert_eq!(refusal(&source, &statement).await, None, "{sql}");
        let ran = source.run(&statement, &[]).await;
        assert!(ran.is_ok(), "{sql}: {ran:?}");
    }
}

#[tokio::test]
async fn users_that_can_do_anything_are_refused_on_mariadb_and_views_have_to_show_themselves() {
    let Some(_) = made("seen").await else { return };
    let mut setup = Vec::new();
    for host in ["%", "localhost"] {
        setup.push(format!("create or replace user functions_reader@'{host}'"));
        setup.push(format!("grant select on brisk.* to functions_reader@'{host}'"));
        setup.push(format!("create or replace user functions_files@'{host}'"));
        setup.push(format!("grant file on *.* to functions_files@'{host}'"));
        setup.push(format!("grant select on brisk.* to functions_files@'{host}'"));
    }
    let sql: Vec<&str> = setup.iter().map(String::as_str).collect();
    set_up(&sql).await;
    let all = url(VARIABLE).unwrap();
    let (_, place) = all.split_once('@').unwrap();
    let strict = |url: &str| {
        let name = SourceName::parse("maria").unwrap();
        Source::mysql(name, url, 1, Limits::default()).unwrap().with_rights(Rights::default())
    };
    let one = statement("select count(*) as n from seen_t");
    let reader = strict(&format!("mysql://functions_reader@{place}"));
    assert!(reader.run(&one, &[]).await.is_ok());
    for (url, what) in
        [(all.clone(), "ALL PRIVILEGES"), (format!("mysql://functions_files@{place}"), "FILE")]
    {
        let error = strict(&url).run(&one, &[]).await.unwrap_err();
        assert!(matches!(error, SourceError::Unavailable(_)), "{error}");
        let said = error.to_string();
        for words in [what, "create user brisk", "grant select", "allow_superuser"] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    let view = statement("select name from seen_plain");
    let said = refusal(&reader, &view).await.expect("its definition is hidden");
    assert!(said.contains("grant show view on `brisk`.*"), "{said}");
    let by_name = strict(&format!("mysql://functions_reader@{place}"));
    let rights = Rights { functions: vec!["brisk.seen_plain".into()], ..Rights::default() };
    assert_eq!(refusal(&by_name.with_rights(rights), &view).await, None);
    set_up(&[
        "grant show view on brisk.* to functions_reader@'%'",
        "grant show view on brisk.* to functions_reader@'localhost'",
    ])
    .await;
    // Privileges of databases hold for connections that are made anew.
    let reader = strict(&format!("mysql://functions_reader@{place}"));
    assert_eq!(refusal(&reader, &view).await, None);
}

#[tokio::test]
async fn the_servers_time_limit_holds_again_after_a_function_has_lifted_it_on_mariadb() {
    let limits = Limits { time: std::time::Duration::from_secs(1), ..Limits::default() };
    let Some(server) = url(VARIABLE) else { return };
    let name = SourceName::parse("maria").unwrap();
    let source = Source::mysql(name, &server, 1, limits).unwrap();
    let source = source.with_rights(allowing(&["brisk.lifts_limit"]));
    set_up(&["create or replace function lifts_limit() returns int
        begin set session max_statement_time = 0; return 1; end"])
    .await;
    let id = "select connection_id() as id";
    let before = maria::run(&source, id).await.unwrap();
    maria::run(&source, "select lifts_limit() as a").await.unwrap();
    let endless =
        "select count(*) as n from seq_1_to_1000000 a, seq_1_to_1000000 b where a.seq * b.seq = 7";
    let error = maria::run(&source, endless).await.unwrap_err();
    assert!(matches!(error, SourceError::Timeout { seconds: 1 }), "{error}");
    assert_eq!(maria::run(&source, id).await.unwrap(), before, "the server ended it by itself");
}
