//! Statements that must never reach a database, in every dialect that could read them.

pub(crate) mod corpus;
mod databases;
use crate::fixture;

use brisk_domain::{
    Access, AttributeName, Bounds, Interval, Query, Selection, Timestamp, VariableName, ZoneName,
    ZoneOffsets,
};
use brisk_source::{Context, Dialect, Limits, SourceError, Statement, StatementError, compile};
use brisk_test_waiting::eventually;
use corpus::{CONTAINED, EVERYWHERE, MYSQL, POSTGRES, SQLITE, VALUES};
use databases::{Database, LIMITS};
use fixture::maria;
use std::collections::{BTreeMap, BTreeSet};

/// How many statements and values `corpus` has, and how many of them are values.
const COUNT: usize = 523;
const COUNT_VALUES: usize = 60;

/// `sql` with `value` chosen by a reader, and also given as an attribute by the sign-in.
fn with_value(dialect: Dialect, sql: &str, value: &str) -> Statement {
    let at = Timestamp::from_seconds;
    let chosen = Selection::of([value.to_owned()]);
    let tenant = AttributeName::parse("tenant").unwrap();
    let context = Context {
        bounds: Bounds { from: at(0), to: at(86_400) },
        interval: Interval::Day,
        zone: &ZoneName::utc(),
        offsets: &ZoneOffsets::utc(),
        variables: &BTreeMap::from([(VariableName::parse("one").unwrap(), chosen.clone())]),
        access: &Access::of([(tenant, chosen)]),
    };
    compile(&Query::new(sql), dialect, &context).unwrap()
}

fn compiled(dialect: Dialect, sql: &str) -> Result<Statement, StatementError> {
    let at = Timestamp::from_seconds;
    let context = Context {
        bounds: Bounds { from: at(0), to: at(86_400) },
        interval: Interval::Day,
        zone: &ZoneName::utc(),
        offsets: &ZoneOffsets::utc(),
        variables: &BTreeMap::new(),
        access: &Access::anonymous(),
    };
    compile(&Query::new(sql), dialect, &context)
}

#[test]
fn what_is_not_one_select_is_refused_in_every_dialect() {
    let hostile = [
        "",
        ";",
        "-- nothing",
        "select 1; select 2",
        "select 1; drop table t",
        "select 1 /* hidden */ ; /* */ drop table t",
        "select 1 -- \n; drop table t",
        "select 1;\u{a0}drop table t",
        "values (1); drop table t",
        "insert into t values (1)",
        "update t set a = 1",
        "delete from t",
        "replace into t values (1)",
        "merge into t using u on t.a = u.a when matched then delete",
        "create table t (a int)",
        "create temporary table t as select 1",
        "create view v as select 1",
        "drop table t",
        "alter table t add column b int",
        "truncate table t",
        "begin",
        "commit",
        "rollback",
        "savepoint a",
        "explain select 1",
        "analyze t",
        "set x = 1",
        "set role admin",
        "show tables",
        "call f()",
        "grant select on t to u",
        "prepare p as select 1",
        "copy t to '/tmp/x'",
        "copy t from program 'id'",
        "load data infile '/etc/passwd' into table t",
        "lock tables t write",
        "do $x$ begin end $x$",
        "with a as (insert into t values (1) returning *) select * from a",
        "with a as (delete from t returning *) select * from a",
        "with a as (update t set b = 1 returning *) select * from a",
        "select * from (with a as (delete from t returning *) select * from a) b",
        "with a as (select 1) insert into t select * from a",
        "with a as (select 1) delete from t",
        "select * into copy from t",
        "select 1 union select * into copy from t",
        "select * from t into outfile '/tmp/x'",
        "select * from t for update",
        "select * from t for share",
        "select 'unclosed",
        "select \"unclosed",
        "select 1 /* unclosed",
        "select ((1)",
        "selec 1",
        "𝓼𝓮𝓵𝓮𝓬𝓽 1",
        "sel\u{0}ect 1",
        "select ?",
        "select ?1",
        "select :Upper",
        "select :user.email",
        "select :nobody",
        "select $nobody(1)",
        "select $1",
    ];
    for dialect in Dialect::ALL {
        for sql in hostile {
            assert!(compiled(dialect, sql).is_err(), "{dialect:?}: {sql:?} passed");
        }
    }
}

#[test]
fn functions_that_reach_outside_are_refused_wherever_they_stand() {
    let cases = [
        (Dialect::Sqlite, "load_extension('evil')"),
        (Dialect::Sqlite, "LOAD_EXTENSION('evil')"),
        (Dialect::Sqlite, "\"load_extension\"('evil')"),
        (Dialect::Sqlite, "[load_extension]('evil')"),
        (Dialect::Sqlite, "load_extension /* */ ('evil')"),
        (Dialect::Sqlite, "writefile('a', 'b')"),
        (Dialect::Sqlite, "readfile('/etc/passwd')"),
        (Dialect::Sqlite, "edit('x')"),
        (Dialect::Sqlite, "zeroblob(1000000000)"),
        (Dialect::Sqlite, "pragma_table_info('t')"),
        (Dialect::Postgres, "pg_read_file('/etc/passwd')"),
        (Dialect::Postgres, "pg_catalog.pg_read_file('/etc/passwd')"),
        (Dialect::Postgres, "pg_sleep(1000)"),
        (Dialect::Postgres, "lo_import('/etc/passwd')"),
        (Dialect::Postgres, "dblink('host=x', 'drop table t')"),
        (Dialect::Postgres, "set_config('a', 'b', false)"),
        (Dialect::Postgres, "nextval('s')"),
        (Dialect::Postgres, "pg_advisory_lock(1)"),
        (Dialect::Postgres, "query_to_xml('drop table t', true, true, '')"),
        (Dialect::MySql, "load_file('/etc/passwd')"),
        (Dialect::MySql, "sleep(1000)"),
        (Dialect::MySql, "benchmark(1000000000, md5('a'))"),
        (Dialect::MySql, "get_lock('a', 1000)"),
        (Dialect::MySql, "LOAD_FILE ('/etc/passwd')"),
        (Dialect::MySql, "`load_file`('/etc/passwd')"),
        (Dialect::MySql, "mysql.load_file('/etc/passwd')"),
        (Dialect::MySql, "sleep /* */ (1000)"),
        (Dialect::MySql, "nextval(s)"),
        (Dialect::MySql, "setval(s, 1)"),
        (Dialect::MySql, "last_insert_id(1)"),
        (Dialect::MySql, "sys_exec('id')"),
        (Dialect::MySql, "lib.sys_eval('id')"),
        (Dialect::MySql, "spider_direct_sql('drop table t', '', '')"),
        (Dialect::MySql, "wait_for_executed_gtid_set('x')"),
        (Dialect::MySql, "wsrep_sync_wait_upto_gtid('x')"),
    ];
    for (dialect, call) in cases {
        for sql in [
            format!("select {call} as x"),
            format!("select 1 as x from t where a = (select {call})"),
            format!("select 1 as x from t group by 1 having max({call}) > 0 order by {call}"),
            format!("with a as (select {call} as b) select * from a"),
            format!("select $time({call}) as x"),
        ] {
            let error = compiled(dialect, &sql).unwrap_err();
            let message = &error.message;
            let told = message.contains("not allowed in panels");
            assert!(told || message.contains("cannot be read here"), "{sql}: {message}");
        }
        if dialect != Dialect::MySql {
            assert!(compiled(dialect, &format!("select * from {call} x")).is_err(), "{call}");
        }
    }
}

#[test]
fn pragmas_and_other_files_are_out_of_reach_on_sqlite() {
    for sql in [
        "pragma writable_schema = 1",
        "pragma table_info(t)",
        "attach 'x.db' as x",
        "attach database 'x.db' as x",
        "detach x",
        "vacuum",
        "vacuum into 'copy.db'",
        "reindex",
        "select * from pragma_database_list",
        "select * from pragma_table_info('t')",
        "select * from \"pragma_database_list\"",
        "select * from main.[pragma_database_list]",
    ] {
        assert!(compiled(Dialect::Sqlite, sql).is_err(), "{sql}");
    }
}

#[test]
fn mysql_finds_no_place_for_a_refused_function() {
    for sql in [
        "select {fn sleep(1)} as x",
        "select convert(sleep(1) using utf8mb4) as x",
        "select group_concat(a order by sleep(1) separator ',') as x from t",
        "select now() + interval sleep(1) day as x",
        "select row_number() over (order by sleep(1)) as x from t",
        "select sum(a) over w as x from t window w as (order by sleep(1))",
        "select 1 as x from t limit sleep(1)",
        "select j.a from json_table(sleep(1), '$[*]' columns (a int path '$.a')) j",
        "values row(sleep(1))",
        "select a from t join u on sleep(1)",
        "select l.a from t, lateral (select sleep(1) as a) l",
        "select a from t group by sleep(1) with rollup",
        "select a -> sleep(1) as x from t",
        "select binary sleep(1) as x",
        "select sleep(1) collate utf8mb4_bin as x",
    ] {
        let message = compiled(Dialect::MySql, sql).unwrap_err().message;
        assert!(message.contains("function sleep is not allowed"), "{sql}: {message}");
    }
}

#[test]
fn what_only_mysql_has_is_refused_there_too() {
    for sql in [
        "handler t open",
        "handler t read first",
        "show variables",
        "set global read_only = 0",
        "set @x = 1",
        "set password = 'x'",
        "prepare s from 'drop table t'",
        "execute s",
        "execute immediate 'drop table t'",
        "deallocate prepare s",
        "do sleep(1)",
        "use mysql",
        "flush tables with read lock",
        "kill 1",
        "load xml infile '/etc/passwd' into table t",
        "xa start 'x'",
        "install plugin x soname 'y'",
        "optimize table t",
        "repair table t",
        "describe t",
        "begin not atomic delete from t; end",
        "if 1 then delete from t; end if",
        "start transaction",
        "lock tables t write",
        "rename table a to b",
        "reset master",
        "shutdown",
        "signal sqlstate '45000'",
        "select * into outfile '/tmp/x' from t",
        "select * from t into dumpfile '/tmp/x'",
        "select a into @x from t",
        "select a from t into @x",
        "select a from (select b into @x from u) v",
        "select * from t lock in share mode",
        "select * from t for update skip locked",
        "select 1 from (select * from t lock in share mode) x",
        "select next value for s as x",
        "select * from t procedure analyse()",
        "with a as (select 1) update t set b = 1",
    ] {
        assert!(compiled(Dialect::MySql, sql).is_err(), "{sql}");
    }
}

#[tokio::test]
async fn mariadb_reads_literals_names_and_comments_as_the_check_does() {
    let Some(source) = maria::source(Limits::default()) else { return };
    // If any of them were read differently, what it hides would be SQL.
    let cases = [
        (r"select 'a\'; drop table t; -- ' as x", r"a'; drop table t; -- "),
        (r#"select "a\"; drop table t; -- " as x"#, r#"a"; drop table t; -- "#),
        (r"select 'a''b\\' as x", r"a'b\"),
        (r"select N'a\'b' as x", "a'b"),
        (r"select _utf8mb4'a\'b' as x", "a'b"),
        // To some character sets this is one character, which would swallow the backslash.
        ("select '\u{bf}\\' or 1 -- ' as x", "\u{bf}' or 1 -- "),
        (r"select 1 as `x\`, 'y' as x", "y"),
        ("select 'y' as x -- ' as z, sleep(1)\n", "y"),
        ("select 'y' as x # ' as z, sleep(1)\n", "y"),
        ("select 'y' as x /* ' as z, sleep(1) */", "y"),
        ("select 'y' as x /*+ max_execution_time(0) */", "y"),
    ];
    for (sql, expected) in cases {
        let frame = maria::run(&source, sql).await.unwrap();
        let found = frame.column("x").unwrap().values.exact(0);
        assert_eq!(found.as_deref(), Some(expected), "{sql}");
    }
}

#[test]
fn session_variables_are_refused() {
    for sql in [
        "select @x",
        "select @@version",
        "select @@global.read_only",
        "select @@session.sql_mode",
        "select @x := 1",
        "select max(@x := @x + 1) from t",
        "select a from t where a = @x",
        "select a from t order by @x := a",
        "select @`x` := 1",
        "select @'x' := 1",
        "select @\"x\" := 1",
    ] {
        for dialect in [Dialect::Sqlite, Dialect::MySql] {
            assert!(compiled(dialect, sql).is_err(), "{dialect:?}: {sql}");
        }
    }
}

#[test]
fn mysql_comments_that_run_are_refused() {
    for sql in [
        "select 1 /*!50000 into outfile '/tmp/x' */",
        "select /*M! 1 */ 2",
        "select $time(/*! 1 */ 2) as x",
        "select 5--1",
    ] {
        assert!(compiled(Dialect::MySql, sql).is_err(), "{sql}");
    }
    assert!(compiled(Dialect::MySql, "select 1 as a # :not, $a(parameter\n -- :nor this").is_ok());
}

#[test]
fn honest_statements_of_mysql_pass() {
    for sql in [
        "select `group`, t.`a``b` from `my db`.`my t` t",
        "select sum(a) as \"Net\", $bucket(at) as 'my day' from t group by 2",
        "select group_concat(distinct a order by b separator ',') as list from t",
        "select if(a, b, c) as x, a <=> b as y, a div 2 as z, a xor b as w from t",
        "select date_format(at, '%Y-%m') as month, at + interval 1 day as next from t",
        "select convert(a using utf8mb4) as x, cast(b as signed) as y from t force index (i)",
        "select j.a from t, json_table(t.doc, '$[*]' columns (a int path '$.a')) j",
        "select t.doc ->> '$.a' as a from t where match(b) against ('x')",
        "select a, count(*) as n from t group by a with rollup",
        "select a from t limit 5, 10",
    ] {
        let result = compiled(Dialect::MySql, sql);
        assert!(result.is_ok(), "{sql}: {}", result.unwrap_err());
    }
}

#[test]
fn long_or_deep_statements_are_refused_in_no_time() {
    let long = format!("select '{}'", "x".repeat(70_000));
    let deep = format!("select {}1{}", "(".repeat(20_000), ")".repeat(20_000));
    let deep_query = format!("{}select 1{}", "select * from (".repeat(3000), ")".repeat(3000));
    let macros = format!("select {}a{} as b", "$bucket(".repeat(9), ")".repeat(9));
    for dialect in Dialect::ALL {
        for sql in [&long, &deep, &deep_query, &macros] {
            assert!(compiled(dialect, sql).is_err(), "{:.40}", sql);
        }
    }
}

#[test]
fn honest_statements_pass_in_every_dialect() {
    let honest = [
        "select 1 as one;",
        "select 'it''s; drop table t' as text, \"a;b\" from t",
        "values (1), (2)",
        "with a as (select 1 as x) select x from a union all select 2 order by 1",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 9) select i from n",
        "select count(*) as n, sum(net) over (partition by a order by b) as running from t",
        "select case when a > 1 then 'x' else 'y' end as k from t join u on t.id = u.id",
        "select $bucket(at) as day, $year(at) as y from t where $range(at) /* why: $x( */",
        "select update_count, \"delete\" from inserts where into_count > 1",
    ];
    for dialect in Dialect::ALL {
        for sql in honest {
            let result = compiled(dialect, sql);
            assert!(result.is_ok(), "{dialect:?}: {sql}: {}", result.unwrap_err());
        }
    }
}

#[test]
fn at_least_two_hundred_different_hostile_statements_and_values_are_tried() {
    let all: BTreeSet<&str> = corpus().into_iter().chain(VALUES.iter().copied()).collect();
    let written: usize =
        [EVERYWHERE, SQLITE, POSTGRES, MYSQL, CONTAINED, VALUES].map(<[&str]>::len).iter().sum();
    assert_eq!(all.len(), written, "each is there once");
    assert_eq!((all.len(), VALUES.len()), (COUNT, COUNT_VALUES));
}

#[test]
fn what_a_dialect_must_refuse_is_refused_there_with_a_sentence() {
    let mut passed = Vec::new();
    for dialect in Dialect::ALL {
        let own = match dialect {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
            Dialect::MySql => MYSQL,
        };
        for sql in EVERYWHERE.iter().chain(own) {
            match compiled(dialect, sql) {
                Err(error) => assert!(is_sentence(&error.message), "{sql}: {}", error.message),
                Ok(_) => passed.push(format!("{dialect:?}: {sql}")),
            }
        }
    }
    assert!(passed.is_empty(), "these pass:\n{}", passed.join("\n"));
}

/// All statements of the corpus, whatever their purpose.
fn corpus() -> Vec<&'static str> {
    [EVERYWHERE, SQLITE, POSTGRES, MYSQL, CONTAINED].concat()
}

/// Whether it is readable, and exposes no internals.
fn is_sentence(message: &str) -> bool {
    message.contains(' ') && message.len() > 12 && !message.contains("panick")
}

#[test]
fn no_hostile_statement_changes_anything_or_escapes_its_limits_on_any_database() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for mut database in Database::all("hostile_statements").await {
            let (dialect, source) = (database.dialect(), database.source());
            let before = database.contents().await;
            let (mut ran, mut stopped) = (0, 0);
            for sql in corpus() {
                let Ok(statement) = compiled(dialect, sql) else { continue };
                ran += 1;
                let place = format!("{dialect:?}: {sql}");
                // A statement that escapes its time limit would run for minutes.
                let mut result = None;
                let has_run = async || {
                    let run = source.run(&statement, &[]).await;
                    // On a busy machine, connecting may time out once.
                    let is_known = !matches!(run, Err(SourceError::Unavailable(_)));
                    result = Some(run);
                    is_known
                };
                eventually(format!("{place} ends"), has_run).await;
                let Some(result) = result else { unreachable!() };
                match result {
                    Ok(frame) => {
                        assert!(frame.rows() <= LIMITS.rows, "{place}");
                        assert!(frame.size() <= 2 * LIMITS.bytes, "{place}: {}", frame.size());
                    }
                    Err(error) => {
                        let limit = matches!(
                            error,
                            SourceError::Timeout { .. }
                                | SourceError::TooManyRows { .. }
                                | SourceError::TooLarge { .. }
                        );
                        stopped += usize::from(limit);
                        assert!(is_sentence(&error.to_string()), "{place}: {error}");
                    }
                }
            }
            assert!(ran >= 40 && stopped >= 10, "{dialect:?}: {ran} ran, {stopped} stopped");
            let none_runs = async || database.running().await == 0;
            eventually(format!("{dialect:?} runs none of them any more"), none_runs).await;
            let after = database.contents().await;
            assert!(before == after, "{dialect:?}:\n{before:.2000?}\nbecame\n{after:.2000?}");
            drop(source);
            database.remove().await;
        }
    });
}

#[test]
fn hostile_values_stay_values_on_every_database() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let long = "' or 1 = 1; -- ".repeat(8_000);
    let values: Vec<&str> = VALUES.iter().copied().chain([long.as_str()]).collect();
    let sql = "select :one as echoed, :user.tenant as tenant, (select count(*) from t
                 where $optional(name = :one) and name in :one or name = :user.tenant) as n";
    runtime.block_on(async {
        for mut database in Database::all("hostile_values").await {
            let (dialect, source) = (database.dialect(), database.source());
            let before = database.contents().await;
            // Of a value, only this may affect the SQL: whether it looks like a number, like bytes (of a text or
            // not) or like a geometry.
            let forms = ["plain", "1", "0x41", "0xff", "POINT(1 2)"];
            let forms = forms.map(|value| with_value(dialect, sql, value).sql);
            for value in &values {
                let statement = with_value(dialect, sql, value);
                let sql = &statement.sql;
                assert!(forms.contains(sql), "{dialect:?}: {value:?}: {sql}");
                let frame = match source.run(&statement, &[]).await {
                    // PostgreSQL's texts hold no NUL.
                    Err(error) if dialect == Dialect::Postgres && value.contains('\0') => {
                        assert!(is_sentence(&error.to_string()), "{error}");
                        continue;
                    }
                    result => result.unwrap_or_else(|e| panic!("{dialect:?}: {value:?}: {e}")),
                };
                for column in ["echoed", "tenant"] {
                    let found = frame.column(column).unwrap().values.exact(0);
                    assert_eq!(found.as_deref(), Some(*value), "{dialect:?} {column}");
                }
                let n = frame.column("n").unwrap().values.exact(0);
                assert_eq!(n.as_deref(), Some("0"), "{dialect:?}: {value:?}");
            }
            assert!(before == database.contents().await, "{dialect:?}");
            drop(source);
            database.remove().await;
        }
    });
}
