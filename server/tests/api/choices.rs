//! Chosen values, from the page's links and the address to the rows: numbers, dates, booleans, the empty
//! text, and two thousand values.

use super::world::Answer;
use crate::fixture::{self, source, write};
use axum::Router;
use brisk_domain::view::query_string;
use brisk_domain::{ManualClock, SourceName, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::{Limits, Source};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::sync::Arc;

/// A server over dashboards, each a name and a file.
struct Site {
    app: Router,
    _directory: tempfile::TempDir,
}

/// The URL of a server that `cargo xtask test` starts; none with `--quick`.
fn url(variable: &str) -> Option<String> {
    let quick = std::env::var_os("BRISK_TEST_QUICK").is_some();
    (!quick).then(|| std::env::var(variable).expect("a server's URL: run cargo xtask test"))
}

impl Site {
    /// The source `shop` is a SQLite file with `setup`; `pg` and `maria` are servers.
    async fn over(setup: &str, dashboards: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in dashboards {
            std::fs::write(directory.path().join(format!("{name}.toml")), text).unwrap();
        }
        let database = directory.path().join("shop.sqlite");
        write(&database, setup).await;
        let mut sources = Sources::from([source("shop", &database, Limits::default())]);
        if let Some(url) = url("BRISK_TEST_POSTGRES_URL") {
            let name = SourceName::parse("pg").unwrap();
            let pg = Source::postgres(name.clone(), &url, 2, Limits::default()).unwrap();
            sources.insert(name, pg);
        }
        if let Some(url) = url("BRISK_TEST_MYSQL_URL") {
            let name = SourceName::parse("maria").unwrap();
            let maria = Source::mysql(name.clone(), &url, 2, Limits::default()).unwrap();
            sources.insert(name, maria);
        }
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_321_444_800)));
        let state = fixture::state(directory.path(), sources, clock);
        let problems = &state.service.engine().catalog().contents().problems;
        assert!(problems.is_empty(), "{problems:?}");
        Self { app: router(state, directory.path()), _directory: directory }
    }

    async fn get(&self, path: &str) -> Answer {
        let (status, headers, body) = fixture::ask(&self.app, fixture::get(path, &[])).await;
        Answer { status, headers, body: String::from_utf8(body).unwrap() }
    }

    /// The cells of a column of the panel, `board/panel`, with the query string.
    async fn cells(&self, panel: &str, query: &str, column: &str) -> Value {
        let (board, panel) = panel.split_once('/').unwrap();
        let path = format!("/api/v1/dashboards/{board}/panels/{panel}{query}");
        let answer = self.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.cells(column)
    }
}

const SERVERS: &str = include_str!("choices/chosen-values.toml");
const FILES: &str = include_str!("choices/chosen-values-sqlite.toml");

#[tokio::test]
async fn chosen_numbers_are_numbers_from_the_address_to_the_rows() {
    let site = Site::over("", &[("files", FILES)]).await;
    let query = "?least=2&h=1";
    assert_eq!(site.cells("files/atleast", query, "k").await, json!(["a"]));
    assert_eq!(site.cells("files/atleast", query, "n").await, json!([2]));
    assert_eq!(site.cells("files/hour", query, "n").await, json!([1]));
    if url("BRISK_TEST_POSTGRES_URL").is_none() {
        return;
    }
    let site = Site::over("", &[("servers", SERVERS)]).await;
    let query = "?y=2024&flag=0";
    assert_eq!(site.cells("servers/echo", query, "year").await, json!([2024]));
    assert_eq!(site.cells("servers/rows", query, "n").await, json!([6]));
    assert_eq!(site.cells("servers/rows", "?y=20230", "n").await, json!([]));
    assert_eq!(site.cells("servers/upto", query, "n").await, json!([11]));
    assert_eq!(site.cells("servers/bool", query, "flag").await, json!([false]));
}

const TEAMS: &str = r#"
title = "Teams"
source = "shop"
[[variable]]
name = "team"
kind = "multi"
options = "select '' union all select 'foo'"
[[variable]]
name = "own"
kind = "multi"
default = ["foo"]
options = "select '' union all select 'foo'"
[[panel]]
id = "rows"
title = "rows"
kind = "table"
sql = "select team, n from (select '' as team, 20 as n union all select 'foo', 30 union all select null, 10) where $optional(team in :team)"
[[panel]]
id = "own"
title = "own"
kind = "table"
sql = "select team, n from (select '' as team, 20 as n union all select 'foo', 30 union all select null, 10) where $optional(team in :own)"
"#;

#[tokio::test]
async fn the_empty_text_is_a_choice_and_no_choice_is_all() {
    let site = Site::over("", &[("teams", TEAMS)]).await;
    let rows = async |query: &str| site.cells("teams/rows", query, "n").await;
    assert_eq!(rows("?team=").await, json!([20]));
    assert_eq!(rows("?team=&team=foo").await, json!([20, 30]));
    assert_eq!(rows("?team=foo").await, json!([30]));
    assert_eq!(rows("").await, json!([20, 30, 10]));
    assert_eq!(rows("?team.is=all").await, json!([20, 30, 10]));
    let own = async |query: &str| site.cells("teams/own", query, "n").await;
    assert_eq!(own("").await, json!([30]));
    assert_eq!(own("?own=").await, json!([20]));
    assert_eq!(own("?own.is=all").await, json!([20, 30, 10]));
    // NULL is a choice as well, which no text is.
    assert_eq!(rows("?team.is=null").await, json!([10]));
    assert_eq!(rows("?team.is=null&team=").await, json!([20, 10]));
    assert_eq!(rows("?team=null").await, json!([]));
    let page = site.get("/d/teams?team.is=null&team=foo").await.body;
    assert!(page.contains("name=\"team.is\" value=\"null\" checked"), "{page}");
    assert!(page.contains("<b>(none), foo</b>"), "{page}");
    assert!(page.contains("?team.is=null&amp;team=foo&amp;own.is=all\""), "{page}");
    let data = site.get("/api/v1/dashboards/teams/data?team.is=null&team=foo").await;
    assert_eq!(data.json()["view"]["variables"]["team"], json!([null, "foo"]));
    // The page's own form and links say the same.
    let page = site.get("/d/teams?team=").await.body;
    assert!(page.contains("name=\"team\" value=\"\" checked"), "{page}");
    assert!(page.contains("?team=&amp;own.is=all\""), "{page}");
    let page = site.get("/d/teams?own.is=all&team=foo").await.body;
    assert!(page.contains("type=\"hidden\" name=\"own.is\" value=\"all\""), "{page}");
}

#[tokio::test]
async fn two_thousand_values_may_be_chosen() {
    let rows = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
                insert into codes select printf('c%04d', i), i from n";
    let board = "title = \"Codes\"\nsource = \"shop\"\n[[variable]]\nname = \"code\"\n\
         kind = \"multi\"\noptions = \"select code from codes\"\n[[panel]]\nid = \"n\"\n\
         title = \"n\"\nkind = \"stat\"\n\
         sql = \"select count(*) as n from codes where $optional(code in :code)\"\n";
    let setup = format!("create table codes (code text, i int); {rows}");
    let site = Site::over(&setup, &[("codes", board)]).await;
    let chosen = |count: usize| {
        let pairs = (1..=count).map(|i| ("code".to_owned(), format!("c{i:04}")));
        query_string(&pairs.collect::<Vec<_>>())
    };
    assert_eq!(site.cells("codes/n", &chosen(2_000), "n").await, json!([2000]));
    let page = site.get(&format!("/d/codes{}", chosen(2_000))).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.body.matches(" checked").count(), 2_000);
    let refused = site.get(&format!("/api/v1/dashboards/codes/data{}", chosen(2_001))).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("Code takes at most 2000 values"), "{}", refused.body);
}

/// Types of columns: what a dialect calls them, and three of their values as literals, in order.
type Column = (&'static str, &'static str, [&'static str; 3]);

///
/// A column whose name ends in `_text` is shown as text.
const SQLITE: [Column; 13] = [
    ("whole", "integer", ["7", "2024", "9007199254740993"]),
    ("code", "text", ["''", "'007'", "'7'"]),
    ("loose", "", ["7", "'x'", "2024"]),
    ("ratio", "real", ["0.1", "0.30000000000000004", "1e300"]),
    ("tiny", "", ["0.1 + 0.2", "-5e-9", "9e999"]),
    ("truth", "boolean", ["0", "1", "null"]),
    ("day", "text", ["'2024-02-29'", "'2024-03-01'", "'2024-03-02'"]),
    ("bytes_text", "blob", ["x'00ff'", "x''", "x'41'"]),
    ("loose_text", "", ["x'0041'", "'0041'", "null"]),
    ("literal_text", "text", ["'X''41'''", "'A'", "'x''41'''"]),
    ("cut_text", "text", ["cast(x'ff' as text)", "'X''ff'", "cast(x'610062' as text)"]),
    ("exact", "numeric", ["0.1", "2.5", "3"]),
    ("moment_text", "datetime", ["'2024-02-29 01:00'", "'2024-02-29T01:00'", "'2024-02-29'"]),
];
const POSTGRES: [Column; 34] = [
    ("whole", "bigint", ["7", "2024", "9007199254740993"]),
    ("small", "smallint", ["-7", "0", "7"]),
    ("code", "text", ["''", "'007'", "'7'"]),
    ("exact", "numeric", ["0.1", "0.10000000000000000000000001", "2"]),
    ("yes", "boolean", ["false", "true", "null"]),
    ("day", "date", ["'2024-02-29'", "'2024-03-01'", "'2024-03-02'"]),
    ("ratio", "double precision", ["0.1", "0.30000000000000004", "1e300"]),
    ("rough", "real", ["0.1", "16777216", "-3.4e-30"]),
    ("odd", "double precision", ["'NaN'", "'-Infinity'", "5e-324"]),
    ("moment", "timestamptz", ["'2024-02-29 01:00+00'", "'2024-03-01'", "null"]),
    (
        "ref",
        "uuid",
        [
            "'00112233-4455-6677-8899-aabbccddeeff'",
            "'10112233-4455-6677-8899-aabbccddeeff'",
            "'20112233-4455-6677-8899-aabbccddeeff'",
        ],
    ),
    ("bytes_text", "bytea", [r"'\\x00ff'", "''", r"'\\x41'"]),
    ("bits_text", "bit(3)", ["b'101'", "b'001'", "b'000'"]),
    ("varbits_text", "varbit", ["b'101'", "b''", "b'0101'"]),
    ("money_text", "money", ["'-1234.50'", "'0.05'", "'1000000'"]),
    ("clock_text", "time", ["'01:00'", "'23:59:59.5'", "'24:00'"]),
    ("zoned_text", "timetz", ["'01:00+02'", "'01:00+00'", "'24:00-03'"]),
    ("length_text", "interval", ["'1 day'", "'-1 mon -2 days +03:00'", "'25 hours'"]),
    ("address_text", "inet", ["'10.0.0.9'", "'10.0.0.10/8'", "'::1'"]),
    ("net_text", "cidr", ["'10.0.0.0/8'", "'10.0.0.0/16'", "'::/0'"]),
    ("mac_text", "macaddr", ["'08:00:2b:01:02:03'", "'ff:00:2b:01:02:03'", "null"]),
    ("lsn_text", "pg_lsn", ["'0/9'", "'0/10'", "'16/B374D848'"]),
    ("json_text", "jsonb", [r#"'{"a": 1}'"#, "'null'", "null"]),
    ("array_text", "int[]", ["'{1,2}'", "'{}'", "'{NULL}'"]),
    ("names_text", "text[]", [r#"'{"a b",c}'"#, r#"'{"NULL"}'"#, "'{NULL}'"]),
    ("range_text", "int4range", ["'[1,3)'", "'empty'", "'(,)'"]),
    ("spans_text", "tstzrange", ["'[2024-01-01,2024-02-01)'", "'empty'", "'(,)'"]),
    ("kind_text", r#""char""#, ["'a'", "'b'", "''"]),
    ("padded_text", "char(5)", ["'ab'", "'a b'", "''"]),
    ("name_text", "name", ["'ab'", "'AB'", "''"]),
    ("words_text", "tsvector", ["'a b'", "'b:2'", "''"]),
    ("far_text", "timestamptz", ["'2024-02-29 01:00+00'", "'infinity'", "'-infinity'"]),
    ("wall", "timestamp", ["'2024-02-29 01:00'", "'2024-03-01'", "'2024-03-01 00:00:00.5'"]),
    ("object", "oid", ["7", "4294967295", "0"]),
];
const MARIA: [Column; 27] = [
    ("whole", "bigint", ["7", "2024", "9007199254740993"]),
    ("code", "varchar(9)", ["''", "'007'", "'7'"]),
    ("exact", "decimal(40, 26)", ["0.1", "0.10000000000000000000000001", "2"]),
    ("yes", "boolean", ["false", "true", "null"]),
    ("ratio", "double", ["0.1", "0.30000000000000004", "1e300"]),
    ("moment", "timestamp null", ["'2024-02-29 01:00'", "'2024-03-01'", "null"]),
    ("day", "date", ["'2024-02-29'", "'2024-03-01'", "'2024-03-02'"]),
    ("bytes_text", "blob", ["x'00ff'", "''", "x'41'"]),
    ("padded_text", "binary(2)", ["x'00ff'", "'a'", "x'4142'"]),
    ("short_text", "varbinary(9)", ["x'00ff'", "'0x00ff'", "null"]),
    ("literal_text", "varchar(9)", ["'0x41'", "'A'", "'0x'"]),
    ("wide_text", "varchar(9) character set utf16", ["'0x41'", "'A'", "'POINT'"]),
    ("year_text", "year", ["0", "2000", "2024"]),
    ("year_only", "year", ["1901", "2000", "2155"]),
    ("bits", "bit(8)", ["5", "53", "0"]),
    ("flag", "bit(1)", ["0", "1", "null"]),
    ("large", "bigint unsigned", ["18446744073709551615", "18446744073709551614", "0"]),
    ("code_no", "int(6) zerofill", ["7", "70", "0"]),
    ("clock_text", "time(3)", ["'01:00'", "'-838:59:59'", "'23:59:59.5'"]),
    ("wall", "datetime(6)", ["'2024-02-29 01:00'", "'2024-03-01'", "'2024-03-01 00:00:00.5'"]),
    ("choice_text", "enum('1', '2', '0')", ["'1'", "'2'", "'0'"]),
    ("several_text", "set('1', 'b', '2')", ["'1,b'", "''", "'2'"]),
    ("json_text", "json", [r#"'{"a": 1}'"#, "'1'", "'null'"]),
    (
        "uuid_text",
        "uuid",
        [
            "'00112233-4455-6677-8899-aabbccddeeff'",
            "'10112233-4455-6677-8899-aabbccddeeff'",
            "null",
        ],
    ),
    ("address_text", "inet6", ["'::1'", "'::ffff:10.0.0.1'", "'fe80::1'"]),
    ("four_text", "inet4", ["'10.0.0.9'", "'10.0.0.10'", "null"]),
    (
        "place_text",
        "geometry",
        [
            "point(1, 1)",
            "st_geomfromtext('POINT(0.1 -2.5)', 4326)",
            "st_geomfromtext('LINESTRING(0 0,1 1)')",
        ],
    ),
];

/// A table of the columns with the key `n`, and a dashboard with a panel of links and one of the
/// rows for each.
fn of_columns(name: &str, columns: &[Column]) -> (Vec<String>, String) {
    let list =
        |each: &dyn Fn(&Column) -> String| columns.iter().map(each).collect::<Vec<_>>().join(", ");
    let table = format!("clicked_{name}");
    let types = list(&|(column, kind, _)| format!("{column} {kind}"));
    let mut setup = vec![
        format!("drop table if exists {table}"),
        format!("create table {table} (n int, {types})"),
    ];
    for i in 0..3 {
        let values = list(&|(_, _, values)| values[i].to_owned());
        setup.push(format!("insert into {table} values ({}, {values})", i + 1));
    }
    let mut board = format!("title = \"Clicks\"\nsource = \"{name}\"\n");
    for (column, ..) in columns {
        board.push_str(&format!(
            "[[variable]]\nname = \"{column}\"\noptions = \"select {column} from {table}\"\n"
        ));
    }
    for described in columns {
        let (column, ..) = described;
        let id = column.replace('_', "-");
        for kind in KINDS.into_iter().filter(|kind| shows(kind, described)) {
            board.push_str(&format!(
                "[[panel]]\nid = \"{kind}-{id}\"\ntitle = \"by\"\nkind = \"{kind}\"\n\
                 filter = \"{column}\"\nsql = \"select {column}, n from {table} order by n\"\n"
            ));
        }
        board.push_str(&format!(
            "[[panel]]\nid = \"rows-{id}\"\ntitle = \"rows\"\nkind = \"table\"\n\
             sql = \"select n from {table} where $optional({column} = :{column}) order by n\"\n\
             [[panel]]\nid = \"among-{id}\"\ntitle = \"rows\"\nkind = \"table\"\n\
             sql = \"select n from {table} where $optional({column} in :{column}) order by n\"\n"
        ));
    }
    (setup, board)
}

/// The kinds whose marks or rows can be pressed.
const KINDS: [&str; 5] = ["table", "bar", "histogram", "donut", "scatter"];
/// Which types each kind takes for its first column.
fn shows(kind: &str, (column, of, _): &Column) -> bool {
    match kind {
        // To charts, texts are the same whatever they stand for; `code` is one.
        "bar" | "histogram" | "donut" | "scatter" if column.ends_with("_text") => false,
        // A number or a time.
        "scatter" => {
            *of != "text" && !matches!(*column, "code" | "loose" | "yes" | "truth" | "ref")
        }
        // A name: a number alone may be a measure.
        "donut" => matches!(*column, "code" | "loose" | "yes" | "ref" | "day"),
        _ => true,
    }
}
/// Whether a variable takes the value: some are no number.
fn is_choice(value: &str) -> bool {
    !["'NaN'", "'-Infinity'", "9e999"].contains(&value)
}

/// Whether each of the values has a place on a chart of that kind. NULL has one among names.
fn has_all_places(kind: &str, (column, _, values): &Column) -> bool {
    let is_named = matches!(kind, "bar" | "donut") && *column == "yes";
    kind == "table" || values.iter().all(|v| is_choice(v) && *v != "null") || is_named
}

/// A press on each mark or row of each panel leads to that row alone; a cell that cannot be pressed says
/// why.
async fn each_row_leads_to_itself(site: &Site, columns: &[Column]) -> Vec<String> {
    let all = site.get("/api/v1/dashboards/board/data").await;
    assert_eq!(all.status, 200, "{}", all.body);
    let mut wrong = Vec::new();
    for described in columns {
        let (column, _, values) = described;
        let id = column.replace('_', "-");
        for kind in KINDS.into_iter().filter(|kind| shows(kind, described)) {
            let page = site.get(&format!("/d/board/p/{kind}-{id}")).await.body;
            // Without the variables' own links, and without the table below the chart.
            let page = page.split("id=\"chart-t\"").nth(1).unwrap();
            let page = page.split("id=\"data\"").next().unwrap();
            let start = format!("href=\"/d/board/p/{kind}-{id}?");
            let hrefs = page.split(&start).skip(1).filter_map(|rest| rest.split('"').next());
            let own = hrefs.map(|href| href.split('#').next().unwrap());
            let is_own = |query: &&str| {
                query.strip_prefix(column).is_some_and(|rest| rest.starts_with(['=', '.']))
            };
            let mut links: Vec<&str> = own.filter(is_own).collect();
            let mut seen = Vec::new();
            links.retain(|link| {
                !seen.contains(link) && {
                    seen.push(*link);
                    true
                }
            });
            let expected: Vec<usize> =
                (0..3).filter(|i| is_choice(values[*i])).map(|i| i + 1).collect();
            let mut reached = Vec::new();
            for link in &links {
                for panel in ["rows", "among"] {
                    let (path, query) = (format!("board/panels/{panel}-{id}"), format!("?{link}"));
                    let answer = site.get(&format!("/api/v1/dashboards/{path}{query}")).await;
                    let rows = (answer.status == 200).then(|| answer.cells("n"));
                    match rows.as_ref().and_then(Value::as_array).map(Vec::as_slice) {
                        Some([row]) => reached.push(row.as_u64().unwrap() as usize),
                        _ => wrong.push(format!(
                            "{kind} {column}: {link} leads to {rows:?} of {panel}: {}",
                            answer.body
                        )),
                    }
                }
            }
            reached.sort_unstable();
            reached.dedup();
            // Charts may leave out what has no place on them, and no more.
            let is_whole = has_all_places(kind, described);
            if is_whole && reached != expected {
                wrong.push(format!("{kind} {column}: {reached:?}, {links:?}"));
            }
            if kind == "table" && expected.len() < 3 && !page.contains("cannot be chosen") {
                wrong.push(format!("{column}: {page}"));
            }
        }
    }
    wrong
}

#[tokio::test]
async fn a_press_on_a_row_leads_to_that_row_whatever_its_type() {
    let (setup, board) = of_columns("shop", &SQLITE);
    let site = Site::over(&setup.join(";"), &[("board", &board)]).await;
    let mut wrong = each_row_leads_to_itself(&site, &SQLITE).await;
    if let Some(url) = url("BRISK_TEST_POSTGRES_URL") {
        let (setup, board) = of_columns("pg", &POSTGRES);
        let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
        admin.execute(AssertSqlSafe(setup.join(";"))).await.unwrap();
        let site = Site::over("", &[("board", &board)]).await;
        wrong.extend(each_row_leads_to_itself(&site, &POSTGRES).await);
    }
    if let Some(url) = url("BRISK_TEST_MYSQL_URL") {
        let (setup, board) = of_columns("maria", &MARIA);
        let mut admin = sqlx::MySqlConnection::connect(&url).await.unwrap();
        for sql in setup {
            admin.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        let site = Site::over("", &[("board", &board)]).await;
        wrong.extend(each_row_leads_to_itself(&site, &MARIA).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In a column of no type, SQLite keeps 5 and '5' apart, and prints both as 5.
#[tokio::test]
async fn what_prints_alike_is_one_value_on_charts_and_in_filters() {
    let board = "title = \"Mixed\"\nsource = \"shop\"\n[[variable]]\nname = \"x\"\n\
         options = \"select distinct x from mixed\"\n[[panel]]\nid = \"bar\"\ntitle = \"by\"\n\
         kind = \"bar\"\nfilter = \"x\"\n\
         sql = \"select x, count(*) as n from mixed group by x order by n\"\n[[panel]]\n\
         id = \"rows\"\ntitle = \"rows\"\nkind = \"table\"\n\
         sql = \"select n from mixed where $optional(x = :x) order by n\"\n";
    let setup =
        "create table mixed (x, n); insert into mixed values (5, 1), ('5', 2), ('5', 3), ('a', 4)";
    let site = Site::over(setup, &[("mixed", board)]).await;
    assert_eq!(site.cells("mixed/bar", "", "x").await, json!(["5", "a", "5"]), "as they are");
    let page = site.get("/d/mixed/p/bar").await.body;
    let chart = page.split("id=\"chart-t\"").nth(1).unwrap().split("id=\"data\"").next().unwrap();
    let links = chart.split("href=\"/d/mixed/p/bar?").skip(1);
    let links = links.filter_map(|rest| rest.split(['"', '#']).next());
    let links: Vec<&str> = links.filter(|link| link.starts_with("x=")).collect();
    assert_eq!(links, ["x=5", "x=a"], "one bar for both: {chart}");
    assert_eq!(
        site.cells("mixed/rows", "?x=5", "n").await,
        json!([1, 2, 3]),
        "which leads to both"
    );
}

#[tokio::test]
async fn a_value_of_another_type_is_400_and_a_sentence_that_names_it() {
    let board = |source: &str, sql: &str| {
        format!(
            "title = \"Years\"\nsource = \"{source}\"\n[[variable]]\nname = \"y\"\n\
             options = \"select 2024\"\n[[panel]]\nid = \"rows\"\ntitle = \"rows\"\n\
             kind = \"table\"\nsql = \"{sql}\"\n"
        )
    };
    let refused = async |source: &str, sql: &str, value: &str, kind: &str| {
        let text = board(source, sql);
        let site = Site::over("", &[("years", &text)]).await;
        let path = format!("/api/v1/dashboards/years/panels/rows?y={value}");
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 400, "{source}, {sql}: {}", answer.body);
        let detail =
            format!(":y is not {kind}, which the statement needs there: it is \"{value}\".");
        assert_eq!(answer.json()["detail"], json!(detail), "{source}");
        assert_eq!(site.get(&format!("{path}&x=.csv")).await.status, 400);
        let page = site.get(&format!("/d/years?y={value}")).await;
        assert_eq!(page.status, 200);
        let said = detail.trim_end_matches('.').replace('"', "&quot;");
        let body = page.body.replace("&#34;", "&quot;").replace("&#x27;", "'");
        assert!(
            body.contains(&said) || body.contains(&said.replace("&quot;", "\"")),
            "{source}: {body}"
        );
    };
    refused("shop", "select 1 as n limit :y", "20230x", "a number").await;
    refused("shop", "select 1 + :y as n", "abc", "a number").await;
    if url("BRISK_TEST_POSTGRES_URL").is_some() {
        let rows = "select y from (values (2023), (20230)) t(y) where $optional(y = :y)";
        refused("pg", rows, "20230x", "a whole number").await;
        refused("pg", "select :y::date as d", "2024-02-30", "a date").await;
        let cast = "a value of the type that it is cast to";
        refused("pg", "select (:y::text)::int as d", "20230x", cast).await;
    }
    if url("BRISK_TEST_MYSQL_URL").is_some() {
        let rows = "select y from (select 0 as y union all select 20230) t where $optional(y = :y)";
        refused("maria", rows, "20230x", "a number").await;
        let rows = "select d from (select current_date as d) t where $optional(d <= :y)";
        refused("maria", rows, "soon", "a date or a time").await;
    }
}
