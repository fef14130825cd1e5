//! Schemas and statements that are meant to hurt whoever reads them: each ends within its limits, reaches nothing
//! outside of the file, and takes no other statement with it.

use super::workers::{World, first, source, unchecked};
use brisk_source::{Limits, Source, SourceError};
use brisk_test_waiting::wait_for;
use std::fmt::Write as _;
use std::time::Duration;

/// What becomes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// This value.
    Is(&'static str),
    /// An error that is the statement's own, or one of what it may take besides time.
    Fails,
    /// Its time or its memory is over.
    Stopped,
    /// Whatever: a value, an error, or the end of its worker.
    Any,
}

use End::{Any, Fails, Is, Stopped};

const NUMBERS: &str = "create table o (n int); insert into o values (1), (2);";
const SUM: &str = "select sum(n) from o";
const ENDLESS: &str = "with recursive r(i) as (select 1 union all select i + 1 from r)";

/// The schema as no SQLite would write it.
fn forged(made: &str, change: &str) -> String {
    format!("{made} pragma writable_schema = on; {change};")
}

/// Has `select` run on a file that `setup` made, in all cases beside each other.
async fn check(cases: Vec<(String, String, End)>) {
    let good = World::with(NUMBERS).await;
    let good = source(&good.path(), limits(50));
    for few in cases.chunks(6) {
        let each = few.iter().map(|(setup, sql, end)| async move {
            let world = World::with(setup).await;
            let files = names(&world);
            let seconds = if matches!(end, Stopped | Any) { 2 } else { 50 };
            let source = source(&world.path(), limits(seconds));
            let result = wait_for("it ends", value(&source, sql)).await;
            let is_right = match (end, &result) {
                (Is(expected), Ok(found)) => found == expected,
                (Fails, Err(error)) => {
                    !matches!(error, SourceError::Timeout { .. } | SourceError::Ended)
                }
                (Stopped, Err(error)) => {
                    matches!(error, SourceError::Timeout { .. } | SourceError::Memory { .. })
                }
                (Any, _) => true,
                _ => false,
            };
            let begun = |text: &str| text.chars().take(300).collect::<String>();
            assert!(is_right, "{}: {}: {result:?}, not {end:?}", begun(setup), begun(sql));
            assert_eq!(names(&world), files, "it has made a file: {}", begun(sql));
        });
        let beside = async { first(&good, SUM).await.unwrap() };
        let (_, beside) = tokio::join!(futures::future::join_all(each), beside);
        assert_eq!(beside, "3");
    }
}

/// The first cell, or nothing.
async fn value(source: &Source, sql: &str) -> Result<String, SourceError> {
    let frame = source.run(&unchecked(sql), &[]).await?;
    let cell = frame.columns().first().and_then(|column| column.values.exact(0));
    Ok(cell.unwrap_or_default())
}

fn limits(seconds: u64) -> Limits {
    Limits { time: Duration::from_secs(seconds), ..Limits::default() }
}

/// The files beside the database.
fn names(world: &World) -> Vec<std::ffi::OsString> {
    let folder = world.path().parent().unwrap().to_owned();
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    names
}

fn cases(of: &[(&str, &str, End)]) -> Vec<(String, String, End)> {
    of.iter().map(|(setup, sql, end)| ((*setup).to_owned(), (*sql).to_owned(), *end)).collect()
}

#[tokio::test]
async fn schemas_that_call_functions_or_modules_reach_nothing() {
    let view = |sql: &str| format!("{NUMBERS} create view v as select {sql} as n");
    let all = "select n from v";
    let mut of_views: Vec<(String, String, End)> = [
        "load_extension('/tmp/x')",
        "load_extension('/tmp/x', 'entry')",
        "readfile('/etc/passwd')",
        "writefile('written', 'x')",
        "edit('x', 'sh')",
        "fts3_tokenizer('simple')",
        "hex(zeroblob(1000000000))",
        "sqlite_log(1, 'x')",
    ]
    .iter()
    .map(|call| (view(call), all.to_owned(), Fails))
    .collect();
    let table = "create table g (n int, m as (n + 1)); insert into g values (1);";
    let column = "update sqlite_schema set sql = 'create table g (n int, m as (load_extension(n)))' \
                  where name = 'g'";
    let index = "update sqlite_schema set sql = 'create index i on o (fts3_tokenizer(''x'', n))' \
                 where name = 'i'";
    let default = "update sqlite_schema set sql = 'create table o (n int, m default \
                   (load_extension(''x'')))' where name = 'o'";
    let module = "insert into sqlite_schema values ('table', 'v', 'v', 0, \
                  'create virtual table v using csv(filename=''/etc/passwd'')')";
    let made = format!("{NUMBERS} create index i on o (n + 1);");
    of_views.extend([
        (forged(table, column), "select m from g".into(), Fails),
        (forged(&made, index), "select n from o where n + 1 = 2".into(), Any),
        (forged(NUMBERS, default), "select m from o".into(), Any),
        (forged(NUMBERS, module), all.into(), Fails),
        (forged(NUMBERS, module), SUM.into(), Is("3")),
        (
            format!("{NUMBERS} create trigger t after insert on o begin delete from o; end"),
            SUM.into(),
            Is("3"),
        ),
    ]);
    check(of_views).await;
}

#[tokio::test]
async fn tables_of_full_text_and_geometry_that_are_broken_end_their_own_statement() {
    let full_text =
        "create virtual table f using fts5(t); insert into f values ('hello world'), ('bye');";
    let old = "create virtual table f using fts4(t); insert into f values ('hello world');";
    let tree = "create virtual table r using rtree(id, a, b); insert into r values (1, 1, 2);";
    let found = "select count(*) from f where f match 'hello'";
    let of = |made: &str, change: &str| format!("{made} {change};");
    let noise = "x'ffffffffffffffff7f7f7f7f7f000000'";
    check(vec![
        (full_text.into(), found.into(), Is("1")),
        (of(full_text, &format!("update f_data set block = {noise}")), found.into(), Any),
        (of(full_text, "delete from f_data"), found.into(), Any),
        (of(full_text, "update f_config set v = 99"), found.into(), Any),
        (of(full_text, "update f_docsize set sz = x'ff'"), "select bm25(f) from f('bye')".into(), Any),
        (of(old, &format!("update f_segdir set root = {noise}")), found.into(), Any),
        (
            of(old, "update f_segdir set root = x'00', start_block = -1, leaves_end_block = 1 << 60"),
            found.into(),
            Any,
        ),
        (tree.into(), "select count(*) from r where a > 0".into(), Is("1")),
        (of(tree, "update r_node set data = x'ffff00ff'"), "select a from r where a > 0".into(), Any),
        (
            of(tree, "update r_node set data = cast(x'0028' || substr(data, 3) as blob)"),
            "select a from r where a > 0".into(),
            Any,
        ),
        // Each reads the other, without end.
        (
            "create virtual table f using fts5(t, content='v'); create view v as select rowid, t from f"
                .into(),
            "select t from f".into(),
            Any,
        ),
    ])
    .await;
}

#[tokio::test]
async fn views_and_expressions_that_grow_without_end_are_stopped() {
    let mut doubled = "create view v0 as select 1 as n;".to_owned();
    let mut joined = doubled.clone();
    for at in 1..=40 {
        let before = at - 1;
        let _ = write!(
            doubled,
            "create view v{at} as select n from v{before} union all select n from v{before};"
        );
        let _ = write!(joined, "create view v{at} as select a.n from v{before} a, v{before} b;");
    }
    let deep = |what: &str| format!("select {}1 as a", what.repeat(5_000));
    let tables = "with recursive r(i) as (select 1 union all select i + 1 from r where i < 50000) \
                  insert into sqlite_schema select 'table', 't' || i, 't' || i, 2, \
                  'create table t' || i || ' (n int)' from r";
    let long = "insert into sqlite_schema values ('table', 't', 't', 2, \
                'create table t (n int /* ' || printf('%.*c', 30000000, 'x') || ' */)')";
    check(vec![
        (
            "create view a as select * from b; create view b as select * from a".into(),
            "select * from a".into(),
            Fails,
        ),
        (doubled, "select sum(n) from v40".into(), Any),
        (joined, "select sum(n) from v40".into(), Any),
        (NUMBERS.into(), deep("1+"), Fails),
        (NUMBERS.into(), deep("("), Fails),
        (NUMBERS.into(), deep("not "), Fails),
        (NUMBERS.into(), format!("select 1 as \"{}\"", "x".repeat(3 << 20)), Fails),
        (NUMBERS.into(), format!("select 1{}", " union select 1".repeat(600)), Fails),
        (forged(NUMBERS, tables), SUM.into(), Any),
        (forged(NUMBERS, long), SUM.into(), Any),
    ])
    .await;
}

#[tokio::test]
async fn statements_without_end_or_measure_are_stopped() {
    let endless = |end: &str| format!("{ENDLESS} select {end}");
    let many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)";
    let letters = "printf('%.*c', 1000000, 'a')";
    let mut all = cases(&[
        (NUMBERS, "select printf('%1000000000d', 1) as a", Fails),
        (NUMBERS, "select printf('%.999999999f', 1.5) as a", Any),
        (NUMBERS, "select json_extract(printf('%.*c', 100000, '['), '$') as a", Fails),
        (NUMBERS, "select cast(x'ff00fe' as text) as a", Any),
        (
            NUMBERS,
            "select count(*) from json_each('[' || replace(printf('%.*c', 5000000, 'x'), 'x', '1,') || '1]')",
            Any,
        ),
    ]);
    let of = |sql: String, end: End| (NUMBERS.to_owned(), sql, end);
    all.extend([
        of(endless("count(*) from r"), Stopped),
        of(endless("i from r"), Fails),
        of(endless("max(i) over (order by i) from r"), Stopped),
        of(
            "with recursive r(i) as (select 1 union select i + 1 from r) select count(*) from r"
                .into(),
            Stopped,
        ),
        of(format!("{many} select count(*) from n a, n b, n c, n d"), Stopped),
        of(format!("select {letters} like '%a%a%a%a%a%a%a%a%b' as a"), Any),
        of(format!("select {letters} glob '*a*a*a*a*a*a*a*a*b' as a"), Any),
        of(format!("select 'a' like '{}' as a", "%a".repeat(600)), Fails),
    ]);
    check(all).await;
}

#[tokio::test]
async fn what_is_no_reading_of_this_file_is_refused() {
    let statements = [
        "attach database 'written' as other",
        "attach database ':memory:' as other",
        "detach database main",
        "vacuum into 'written'",
        "vacuum",
        "create temp table t (n int)",
        "create table t (n int)",
        "insert into o values (3)",
        "update o set n = 3",
        "delete from o returning n",
        "replace into o values (3)",
        "drop table o",
        "alter table o rename to p",
        "analyze",
        "begin",
        "commit",
        "savepoint a",
        "pragma writable_schema = on",
        "pragma query_only = off",
        "pragma trusted_schema = on",
        "pragma hard_heap_limit = 0",
        "pragma temp_store_directory = '/tmp'",
        "pragma journal_mode = wal",
        "pragma database_list",
        "select file from pragma_database_list",
        "select name from pragma_function_list",
        "select * from pragma_journal_mode('wal')",
        "select 1 as a; select 2 as a",
        "select load_extension('x') as a",
        "select n regexp 'a' as a from o",
        "select 1 as a from o order by n collate missing",
    ];
    let mut all: Vec<(String, String, End)> =
        statements.iter().map(|sql| (NUMBERS.to_owned(), (*sql).to_owned(), Fails)).collect();
    let collated = "update sqlite_schema set sql = 'create table o (n text collate missing)' \
                    where name = 'o'";
    let indexed = format!("{NUMBERS} create index i on o (n); analyze;");
    let statistics = "update sqlite_stat1 set stat = 'x y 99999999999999999999 unordered sz=0'";
    let samples = "update sqlite_stat4 set sample = x'ffffffffff', neq = 'x', nlt = '9e99'";
    all.extend([
        (forged(NUMBERS, collated), "select n from o order by n".into(), Fails),
        (format!("{indexed} {statistics}"), SUM.into(), Is("3")),
        (format!("{indexed} {samples}"), "select n from o where n = 1".into(), Any),
        (NUMBERS.into(), String::new(), Any),
        (NUMBERS.into(), "-- nothing".into(), Any),
        // There is no index to write.
        (NUMBERS.into(), "reindex".into(), Any),
    ]);
    check(all).await;
}
