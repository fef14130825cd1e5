//! The same file in every kind of database: the same values, all or nothing, replacing existing
//! tables.

use crate::fixture;

use brisk_import::{ImportError, Options, Plan, Progress, Settings, guess};
use brisk_test_waiting::eventually;
use fixture::{Cell, Database};
use futures::FutureExt;
use std::io::{BufRead, BufReader};
use std::path::Path;

fn plan(table: &str, text: &str) -> Plan {
    Plan::from_toml("plan.toml", &text.replace("TABLE", table)).unwrap()
}

const WARTS: &str = r#"
table = "TABLE"
timezone = "Europe/London"
line_column = "line"
constraints = ["primary key (line)", "unique (code)"]
[[column]]
name = "at"
from = "At"
type = "timestamp"
nullable = true
[[column]]
name = "amount"
from = "Amount"
type = "decimal"
scale = 2
nullable = true
[[column]]
name = "ratio"
from = "Ratio"
type = "float"
nullable = true
[[column]]
name = "order"
from = "Order"
type = "integer"
nullable = true
[[column]]
name = "who"
from = "Who"
type = "text"
nullable = true
[[column]]
name = "Code"
from = "Code"
type = "text"
length = 8
[[computed]]
name = "less"
definition = "bigint"
expression = "amount - 1"
[[computed]]
name = "kind"
definition = "varchar(11)"
expression = "case when amount < 0 then 'Gutschrift→' else 'é' end"
"#;

#[tokio::test]
async fn the_same_file_gives_the_same_values_in_every_database() {
    let csv = [
        "At,Amount,Ratio,Order,Who,Code\r\n",
        // The last second before London's clocks go forward, and the first one after.
        "2011-03-27T00:59:59,1.5,0.1,9223372036854775807,\"a, \"\"b\"\"\r\nc\td\",a\r\n",
        "2011-03-27T02:00:00,-0.01,-1e300,-9223372036854775808,👩‍🚀 日本語 עברית,A\r\n",
        // A repeated hour, and one that is skipped.
        "2011-10-30T01:30:00,92233720368547758.07,5e-324,0,\\N,\"a \"\r\n",
        "2011-03-27 01:30,0,-0.0,13085.0,\\.,á\r\n",
        // Rejected: a decimal too many, a text too long, a NUL.
        "2011-01-01,1.005,1,1,x,b\r\n",
        "2011-01-01,1,1,1,x,123456789\r\n",
        "2011-01-01,1,1,1,n\0ul,n\r\n",
        // London was an hour ahead all through 1969, and in the summer of 1950.
        "1969-01-20T21:17:40,,,,,c\r\n",
        "1950-07-01 12:00,1,1,1,\"  \",d\r\n",
        "9999-12-31T23:59:59,1,2.5,1,NULL,e\r\n",
        "0001-01-01,1,1,1,\"it's \\ % _ \"\"\",12345678\r\n",
        "0000-12-31,1,1,1,x,f\r\n",
    ];
    let text = |text: &str| Some(text.to_owned());
    let second = 1_000_000;
    let expected: Vec<Vec<Cell>> = [
        (
            2,
            Some(1_301_187_599),
            Some(150),
            Some(0.1),
            Some(i64::MAX),
            Some("a, \"b\"\r\nc\td"),
            "a",
        ),
        (
            4,
            Some(1_301_187_600),
            Some(-1),
            Some(-1e300),
            Some(i64::MIN),
            Some("👩‍🚀 日本語 עברית"),
            "A",
        ),
        (5, Some(1_319_934_600), Some(i64::MAX), Some(5e-324), Some(0), Some("\\N"), "a "),
        (6, Some(1_301_187_600), Some(0), Some(0.0), Some(13_085), Some("\\."), "á"),
        (10, Some(-29_821_340), None, None, None, None, "c"),
        (11, Some(-615_474_000), Some(100), Some(1.0), Some(1), Some("  "), "d"),
        (12, Some(253_402_300_799), Some(100), Some(2.5), Some(1), Some("NULL"), "e"),
        // Offsets before 1900 are as in 1900.
        (
            13,
            Some(-62_135_596_800),
            Some(100),
            Some(1.0),
            Some(1),
            Some("it's \\ % _ \""),
            "12345678",
        ),
    ]
    .map(|(line, at, amount, ratio, order, who, code)| {
        let less = amount.map(|amount: i64| amount - 1);
        let kind = if amount.is_some_and(|amount| amount < 0) { "Gutschrift→" } else { "é" };
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        vec![
            number(Some(line)),
            number(at.map(|at: i64| at * second)),
            number(amount),
            ratio.map(|ratio: f64| ratio.to_string()),
            number(order),
            who.map(str::to_owned),
            text(code),
            number(less),
            text(kind),
        ]
    })
    .into();
    let table = "import_warts";
    for database in Database::all(table).await {
        let report = database.import(&plan(table, WARTS), csv.concat().as_bytes(), 4).await;
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", database.dialect));
        assert_eq!((report.rows, report.rejected), (8, 4), "{}", database.dialect);
        let rejected: Vec<u64> = report.first_rejected.iter().map(|r| r.line).collect();
        assert_eq!(rejected, [7, 8, 9, 14], "{}", database.dialect);
        let (at, quote) = database.pick(
            ("at * 1000000", '"'),
            ("(extract(epoch from at) * 1000000)::bigint", '"'),
            ("timestampdiff(microsecond, '1970-01-01', at)", '`'),
        );
        let sql = format!(
            "select line, {at}, amount, ratio, {quote}order{quote}, who, code, less, kind
             from {table} order by line"
        );
        let found = database.cells(&sql).await;
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{}", database.dialect);
        }
        assert_eq!(found.len(), expected.len());
        // Case, accents and trailing spaces count, whatever the database's default.
        for (code, count) in [("a", 1), ("A", 1), ("a ", 1), ("A ", 0)] {
            let sql = format!("select count(*) from {table} where code = '{code}'");
            assert_eq!(database.number(&sql).await, count, "{}: {code:?}", database.dialect);
        }
    }
}

#[tokio::test]
async fn servers_keep_microseconds_and_time_zones() {
    let table = "import_instants";
    let text =
        "table = \"TABLE\"\n[[column]]\nname = \"at\"\nfrom = \"At\"\ntype = \"timestamp\"\n";
    for database in Database::servers(table).await {
        let csv = b"At\n1969-12-31T23:59:59.999999\n";
        database.import(&plan(table, text), csv, 0).await.unwrap();
        let written = database.pick("", "(at at time zone 'UTC')::text", "cast(at as char)");
        let found = database.cells(&format!("select {written} from {table}")).await;
        assert_eq!(found[0][0].as_deref(), Some("1969-12-31 23:59:59.999999"));
        let kind = database.pick("", "pg_typeof(at)::text", "''");
        let kind = database.cells(&format!("select {kind} from {table}")).await[0].remove(0);
        assert_eq!(kind.as_deref(), Some(database.pick("", "timestamp with time zone", "")));
    }
}

/// The demo's plan has different SQL for each database.
#[tokio::test]
async fn the_demos_derived_tables_are_the_same_in_every_database() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let text = std::fs::read_to_string(demo.join("online-retail.toml")).unwrap();
    let plan = Plan::from_toml("online-retail.toml", &text).unwrap();
    let file = brisk_import::file::open(&demo.join("online_retail.csv.xz")).unwrap();
    let mut lines = BufReader::new(file.reader).lines();
    let csv: String = lines.by_ref().take(20_001).map(|line| line.unwrap() + "\n").collect();
    let figures = "select * from (
           select 1 as place, count(*) as a, sum(gross) as b, sum(net) as c, sum(cancelled) as d,
             sum(items) as e, sum(first_order) as f from invoices
           union all select 2, count(*), sum(gross), sum(orders), count(last_order_at),
             sum(customer), count(distinct country) from customers
           union all select 3, count(*), count(distinct stock_code), count(description),
             0, 0, 0 from products
           union all select 4, count(*), sum(net), sum(line), count(customer),
             count(distinct price_band), sum(cancelled) from invoice_lines) as figures
         order by place";
    let whole = |column: &str, kind: &str| format!("cast({column} as {kind})");
    let mut all = Vec::new();
    for database in Database::all_at("import_demo").await {
        let report = database.import(&plan, csv.as_bytes(), 0).await;
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", database.dialect));
        assert_eq!(report.rows, 20_000);
        let kind = database.pick("integer", "bigint", "signed");
        let columns = ["a", "b", "c", "d", "e", "f"].map(|column| whole(column, kind)).join(", ");
        let found =
            database.cells(&figures.replace("select *", &format!("select {columns}"))).await;
        let firsts = "select min(invoice) from invoices where first_order = 1";
        all.push((database.dialect, found, database.cells(firsts).await));
    }
    let (_, expected, first) = &all[0];
    assert_eq!(expected[3][0].as_deref(), Some("20000"));
    for (dialect, found, other) in &all[1..] {
        assert_eq!((found, other), (expected, first), "{dialect}");
    }
}

const DERIVED: &str = r#"
table = "TABLE"
line_column = "line"
constraints = ["constraint TABLE_key primary key (code)"]
[derived]
sqlite = ["drop table if exists TABLE_sums", "create table TABLE_sums as select sum(n) as n from TABLE", "create index TABLE_index on TABLE (n)"]
postgres = ["drop table if exists TABLE_sums", "create table TABLE_sums as select sum(n)::bigint as n from TABLE", "create index TABLE_index on TABLE (n)"]
mysql = ["create table $table(TABLE_sums) select cast(sum(n) as signed) as n from $table(TABLE)", "create index TABLE_index on $table(TABLE) (n)"]
[[column]]
name = "code"
from = "Code"
type = "text"
length = 10
[[column]]
name = "n"
from = "N"
type = "integer"
"#;

#[tokio::test]
async fn an_existing_table_is_replaced_together_with_its_derived_tables() {
    let table = "import_replaced";
    for database in Database::all(table).await {
        database.execute(&format!("drop table if exists {table}_sums")).await;
        database.execute(&format!("create table {table} (other integer)")).await;
        let plan = plan(table, DERIVED);
        // Twice, because the second time everything exists already, index names included.
        for (csv, sum) in [("Code,N\na,1\nb,2\n", 3), ("Code,N\na,40\nc,2\n", 42)] {
            let imported = database.import(&plan, csv.as_bytes(), 0).await;
            imported.unwrap_or_else(|error| panic!("{}: {error}", database.dialect));
            let rows = database.number(&format!("select count(*) from {table}")).await;
            assert_eq!(rows, 2, "{}", database.dialect);
            let derived = database.number(&format!("select n from {table}_sums")).await;
            assert_eq!(derived, sum, "{}", database.dialect);
        }
        assert_eq!(database.unfinished(table).await, Vec::<String>::new(), "{}", database.dialect);
    }
}

#[tokio::test]
async fn a_failing_import_changes_nothing() {
    let table = "import_failing";
    for database in Database::all(table).await {
        database.execute(&format!("drop table if exists {table}_sums")).await;
        let good = plan(table, DERIVED);
        database.import(&good, b"Code,N\na,1\n", 0).await.unwrap();
        let before = database.named(table).await;
        let rejected = database.import(&good, b"Code,N\na,1\nb,none\n", 0).await.unwrap_err();
        assert!(matches!(rejected, ImportError::Rejected { .. }), "{rejected}");
        let twice = database.import(&good, b"Code,N\nb,1\nb,2\n", 0).await.unwrap_err();
        assert!(matches!(twice, ImportError::Database(_)), "a duplicate key: {twice}");
        // The last statement fails, after new tables were created.
        let wrong = DERIVED.replace("on TABLE (n)", "on TABLE (m)");
        let wrong = wrong.replace("on $table(TABLE) (n)", "on $table(TABLE) (m)");
        let derived = database.import(&plan(table, &wrong), b"Code,N\nb,2\n", 0).await.unwrap_err();
        assert!(matches!(derived, ImportError::Database(_)), "{derived}");
        let cut = database.import(&good, b"\x1f\x8bnot gzip", 0).await.unwrap_err();
        assert!(matches!(cut, ImportError::File { .. }), "{cut}");
        let rows = database.cells(&format!("select code, n from {table}")).await;
        assert_eq!(rows, [[Some("a".to_owned()), Some("1".to_owned())]], "{}", database.dialect);
        assert_eq!(database.number(&format!("select n from {table}_sums")).await, 1);
        assert_eq!(database.named(table).await, before, "{}", database.dialect);
    }
}

/// An import must not drop a view that has the table's name.
#[tokio::test]
async fn a_view_is_not_replaced() {
    let table = "import_view";
    for database in Database::all("import_view_other").await {
        database.execute(&format!("drop view if exists {table}")).await;
        let whole = database.pick("integer", "bigint", "signed");
        database.execute(&format!("create view {table} as select cast(7 as {whole}) as n")).await;
        let refused = database.import(&plan(table, DERIVED), b"Code,N\na,1\n", 0).await;
        assert!(refused.is_err(), "{}", database.dialect);
        assert_eq!(database.number(&format!("select n from {table}")).await, 7);
    }
}

#[tokio::test]
async fn a_table_referenced_by_foreign_keys_is_not_replaced() {
    let table = "import_referred";
    for database in Database::all("import_referring").await {
        database.execute(&format!("drop table if exists {table}_sums")).await;
        database.execute(&format!("drop table if exists {table}")).await;
        let plan = plan(table, DERIVED);
        database.import(&plan, b"Code,N\na,1\n", 0).await.unwrap();
        let refers = format!("foreign key (code) references {table} (code)");
        let create = "create table import_referring";
        for sql in database.pick(
            [format!("{create} (code text, line, n, {refers})"), "select 1".into()],
            [format!("{create} (code text, line bigint, n bigint, {refers})"), "select 1".into()],
            [
                format!("{create} like {table}"),
                format!("alter table import_referring add {refers}"),
            ],
        ) {
            database.execute(&sql).await;
        }
        database.execute("insert into import_referring (code, line, n) values ('a', 1, 1)").await;
        let refused = database.import(&plan, b"Code,N\nb,2\n", 0).await;
        assert!(refused.is_err(), "{}", database.dialect);
        assert_eq!(database.number(&format!("select n from {table}")).await, 1);
        assert_eq!(database.unfinished(table).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_plan_that_does_not_support_the_database_is_rejected_up_front() {
    let table = "import_refused";
    for database in Database::servers(table).await {
        let key = database.pick("", "postgres", "mysql");
        let without: String =
            DERIVED.lines().filter(|l| !l.starts_with(key)).map(|l| format!("{l}\n")).collect();
        let error = database.import(&plan(table, &without), b"Code,N\na,1\n", 0).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains("derived") && error.contains(key), "{error}");
        let long = plan(&"t".repeat(54), DERIVED);
        let error = database.import(&long, b"Code,N\na,1\n", 0).await.unwrap_err().to_string();
        assert!(error.contains("too long"), "{error}");
        assert_eq!(database.named(table).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn statements_that_cannot_be_undone_on_mysql_are_refused() {
    let table = "import_marked";
    for database in Database::servers(table).await {
        let everywhere = "derived = [\"create index TABLE_index on TABLE (n)\"]";
        let from = DERIVED.find("[derived]").unwrap()..DERIVED.find("[[column]]").unwrap();
        let text = format!("{everywhere}\n{}", DERIVED.replace(&DERIVED[from], ""));
        let imported = database.import(&plan(table, &text), b"Code,N\na,1\n", 0).await;
        let refused = imported.err().map(|error| error.to_string());
        let refused = refused.is_some_and(|message| message.contains("$table(import_marked)"));
        assert_eq!(refused, database.pick(false, false, true), "{}", database.dialect);
    }
}

#[tokio::test]
async fn whoever_could_read_the_old_table_can_read_the_new_one() {
    let table = "import_granted";
    for database in Database::servers(table).await {
        if database.pick(true, false, true) {
            continue; // On MySQL, grants belong to names, not tables.
        }
        let plan = plan(table, DERIVED);
        database.import(&plan, b"Code,N\na,1\n", 0).await.unwrap();
        database.execute(&format!("grant select on {table} to public")).await;
        database.execute(&format!("grant insert on {table} to pg_monitor with grant option")).await;
        let rights = format!(
            "select grantee::text || privilege_type::text || is_grantable::text
             from information_schema.role_table_grants
             where table_name = '{table}' order by 1"
        );
        let before = database.cells(&rights).await;
        assert!(before.iter().flatten().flatten().any(|right| right == "PUBLICSELECTNO"));
        database.import(&plan, b"Code,N\nb,1\n", 0).await.unwrap();
        assert_eq!(database.cells(&rights).await, before);
    }
}

#[tokio::test]
async fn wide_tables_and_large_texts_fit_into_batches() {
    let table = "import_wide";
    let names: Vec<String> = (0..200).map(|i| format!("c{i}")).collect();
    let value = "x".repeat(600_000);
    let row = vec!["1"; 199].join(",");
    let mut csv = format!("{}\n", names.join(","));
    for i in 0..1_200 {
        let text = if i % 400 == 7 { value.as_str() } else { "é" };
        csv.push_str(&format!("{row},{text}\n"));
    }
    for database in Database::all(table).await {
        let file = database.file(csv.as_bytes());
        let settings = Settings::default();
        let plan = guess(table, &file, &settings, database.dialect).unwrap().plan;
        let report = database.import(&plan, csv.as_bytes(), 0).await;
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", database.dialect));
        assert_eq!(report.rows, 1_200);
        let characters = database.pick("length", "length", "char_length");
        let sum = format!(
            "select cast(sum({characters}(c199)) as {}) from {table}",
            database.pick("integer", "bigint", "signed")
        );
        assert_eq!(database.number(&sum).await, 3 * 600_000 + 1_197, "{}", database.dialect);
        let sum = sum.replace("sum(", "sum(c0) + 0 * sum(");
        assert_eq!(database.number(&sum).await, 1_200, "{}", database.dialect);
    }
}

/// Notifies when the first rows have been inserted.
struct Inserted(tokio::sync::Notify);

impl Progress for Inserted {
    fn advance(&self, _: u64, _: u64, _: u64) {
        self.0.notify_one();
    }
    fn stage(&self, _: &str) {}
    fn finish(&self) {}
}

fn many_lines() -> String {
    let lines = (0..30_000).map(|i| format!("code{i},{i}\n"));
    std::iter::once("Code,N\n".to_owned()).chain(lines).collect()
}

#[tokio::test]
async fn while_an_import_runs_readers_see_the_old_table_and_a_second_import_is_refused() {
    let table = "import_busy";
    for database in Database::servers(table).await {
        database.execute(&format!("drop table if exists {table}_sums")).await;
        let plan = plan(table, DERIVED);
        database.import(&plan, b"Code,N\na,1\n", 0).await.unwrap();
        let count = format!("select count(*) from {table}");
        let file = database.file(many_lines().as_bytes());
        let inserted = Inserted(tokio::sync::Notify::new());
        let options = Options::default();
        let mut first =
            brisk_import::import(&plan, &file, &database.target, &options, &inserted).boxed();
        tokio::select! {
            _ = &mut first => panic!("the import was too quick"),
            () = inserted.0.notified() => {}
        }
        let nothing = brisk_import::NoProgress;
        let second = brisk_import::import(&plan, &file, &database.target, &options, &nothing).await;
        assert!(matches!(second, Err(ImportError::Busy(_))), "{}: {second:?}", database.dialect);
        assert_eq!(database.number(&count).await, 1, "{}", database.dialect);
        assert_eq!(first.await.unwrap().rows, 30_000);
        assert_eq!(database.number(&count).await, 30_000, "{}", database.dialect);
    }
}

#[tokio::test]
async fn an_interrupted_import_does_not_hinder_the_next_one() {
    let table = "import_interrupted";
    for database in Database::all(table).await {
        database.execute(&format!("drop table if exists {table}_sums")).await;
        let plan = plan(table, DERIVED);
        database.import(&plan, b"Code,N\na,1\n", 0).await.unwrap();
        let file = database.file(many_lines().as_bytes());
        let inserted = Inserted(tokio::sync::Notify::new());
        let options = Options::default();
        let import =
            brisk_import::import(&plan, &file, &database.target, &options, &inserted).boxed();
        tokio::select! {
            _ = import => panic!("the import was too quick to interrupt"),
            () = inserted.0.notified() => {}
        }
        let count = format!("select count(*) from {table}");
        assert_eq!(database.number(&count).await, 1, "{}", database.dialect);
        // The server takes a moment to notice that the first connection is gone.
        let is_imported = async || match database.import(&plan, b"Code,N\na,1\nb,1\n", 0).await {
            Err(ImportError::Busy(_)) => false,
            result => result.map(|_| true).unwrap(),
        };
        eventually("the next import succeeds", is_imported).await;
        assert_eq!(database.number(&count).await, 2, "{}", database.dialect);
        assert_eq!(database.unfinished(table).await, Vec::<String>::new(), "{}", database.dialect);
    }
}
