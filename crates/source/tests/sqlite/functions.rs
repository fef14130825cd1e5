//! Which functions a statement may call, according to SQLite itself.

use super::workers::{World, first, program, source};
use brisk_source::{Limits, SQLITE_MEMORY, Source};

#[tokio::test]
async fn functions_that_do_more_than_calculate_are_refused_also_in_views() {
    let world = World::with(
        "create table o (n int); insert into o values (1);
         create view hidden as select length(zeroblob(n)) as a from o;
         create view deep as select a from hidden",
    )
    .await;
    let source = source(&world.path(), Limits::default());
    let refused = [
        "select length(zeroblob(9)) from o",
        "select a from hidden",
        "select count(*) from deep where a > 0",
        "select load_extension('x')",
        "select hex(fts3_tokenizer('simple'))",
        "select sqlite_log(1, 'x')",
        "select rtreecheck('o')",
    ];
    for sql in refused {
        let error = first(&source, sql).await.unwrap_err().to_string();
        assert!(error.contains("is not allowed in panels"), "{sql}: {error}");
    }
    for sql in ["pragma user_version", "attach 'x' as y", "select * from pragma_user_version"] {
        let error = first(&source, sql).await.unwrap_err().to_string();
        assert!(error.contains("not authorized"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn what_calculates_or_tells_the_time_is_allowed() {
    let world = World::with(
        "create table o (n int, t text); insert into o values (1, 'a'), (2, 'b');
         create virtual table words using fts5(t); insert into words values ('one two'), ('two');
         create virtual table old_words using fts4(t); insert into old_words values ('one two');
         create virtual table places using rtree(id, x0, x1); insert into places values (1, 0, 2)",
    )
    .await;
    let source = source(&world.path(), Limits::default());
    let allowed = [
        ("select count(*) || sum(n) || total(n) || group_concat(t, '-') from o", "233.0a-b"),
        ("select sum(n) over (order by n) || row_number() over () from o", "11"),
        ("select json_extract('{\"a\": [1, 2]}', '$.a[1]') || ('[3]' ->> 0)", "23"),
        ("select upper(t) || (t like 'A') || (t glob 'a') from o", "A11"),
        ("select random() is not null and length(randomblob(3)) = 3", "1"),
        ("select date('now') = current_date and unixepoch() > 0", "1"),
        ("select strftime('%Y', 0, 'unixepoch', 'localtime') >= '1969'", "1"),
        ("select count(*) from words where words match 'two'", "2"),
        (
            "select highlight(words, 0, '<', '>') from words where words match 'one' order by rank",
            "<one> two",
        ),
        ("select snippet(old_words) from old_words where t match 'one'", "<b>one</b> two"),
        ("select id from places where x0 < 1 and x1 > 1", "1"),
        ("select brisk_wall(0, 'Europe/Paris')", "3600"),
        ("select sqlite_version() > '3'", "1"),
    ];
    for (sql, expected) in allowed {
        let found = first(&source, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(found, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_text_that_would_be_too_long_is_an_error_and_never_null() {
    let world = World::with(
        "create table o (n int, t text); insert into o values (1, 'a'), (null, null);
         create view v as select printf('%05d|%s', n, t) as p from o",
    )
    .await;
    let name = brisk_domain::SourceName::parse("shop").unwrap();
    let source = Source::sqlite(name, &world.path(), Limits::default())
        .with_worker_processes(program(), SQLITE_MEMORY);
    for sql in [
        "select length(printf('%70000000s', t)) from o",
        "select length(format('%.*c', 70000000, 'x')) from o",
        "select coalesce(printf('%70000000s', t), 'nothing') from o",
        "select length(replace(printf('%60000000s', t), ' ', '  ')) from o",
        "select length(printf('%s%s', printf('%40000000s', 'x'), printf('%40000000s', 'y')))",
    ] {
        let error = first(&source, sql).await.unwrap_err().to_string();
        assert!(error.contains("larger than 64 MiB"), "{sql}: {error}");
    }
    // Everything else is as in SQLite.
    for (sql, expected) in [
        (
            "select printf('%05.2f|%d|%s|%q|%,d|%%', 1.005, 7, 'x', 'it''s', 1234567)",
            "01.00|7|x|it''s|1,234,567|%",
        ),
        ("select printf('%s') || format('%d')", "0"),
        ("select printf(null) is null and printf() is null and printf('') is null", "1"),
        ("select typeof(printf('%d', 1)) || printf('%s|%s', null, x'4142')", "text|AB"),
        ("select p from v where p like '0%' order by p desc", "00001|a"),
        ("select length(printf('%60000000s', 'x'))", "60000000"),
        ("select hex(printf('%s', cast(x'ff41' as text)))", "FF41"),
    ] {
        assert_eq!(first(&source, sql).await.unwrap(), expected, "{sql}");
    }
}

#[tokio::test]
async fn a_statement_is_checked_by_preparing_it_and_nothing_of_it_runs() {
    let world = World::with(
        "create table o (n int, at text); insert into o values (1, '2020-01-01');
         create view hidden as select length(zeroblob(n)) as a from o",
    )
    .await;
    let source = source(&world.path(), Limits::default());
    let check = async |sql: &str| {
        let statement = crate::fixture::statement(brisk_source::Dialect::Sqlite, sql);
        source.check(&statement).await.map_err(|error| error.to_string())
    };
    for sql in ["select n from o", "select count(*) as n from o where $range(at)"] {
        assert_eq!(check(sql).await, Ok(()), "{sql}");
    }
    // This would take forever.
    let endless =
        "with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r";
    assert_eq!(check(endless).await, Ok(()));
    for (sql, words) in [
        ("select missing from o", "no such column: missing"),
        ("select n from nowhere", "no such table: nowhere"),
        ("select a from hidden", "is not allowed in panels"),
    ] {
        let error = check(sql).await.unwrap_err();
        assert!(error.contains(words), "{sql}: {error}");
    }
}

#[tokio::test]
async fn a_text_that_takes_too_much_memory_says_so() {
    let world = World::with("create table o (n int)").await;
    let source = source(&world.path(), Limits::default());
    let sql = "select length(replace(printf('%60000000s', 'x'), ' ', 'yy'))";
    let error = first(&source, sql).await.unwrap_err().to_string();
    assert!(error.contains("memory") && !error.contains("out of memory"), "{error}");
}
