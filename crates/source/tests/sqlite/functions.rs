//! Which functions a statement may call, as SQLite itself sees them.

use super::workers::{World, first, source};
use brisk_source::Limits;

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
