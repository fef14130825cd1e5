//! The API's routes: what they answer, what they keep exact, what they cost, and what they say
//! when something is wrong.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used)]

use axum::Router;
use axum::body::Body;
use brisk_app::Assets;
use brisk_cache::{Cache, Config, Figures, Tag};
use brisk_domain::{Clock, ManualClock, SourceName, Timestamp};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_server::router::{AppState, router};
use brisk_server::service::EngineService;
use brisk_source::{Limits, Source};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

const SALES: &str = r#"
title = "Sales"
description = "What we sell."
source = "shop"
timezone = "Europe/London"
range = "last 7 days"
cache = { ttl = "60s", stale = "600s" }
[[variable]]
name = "country"
label = "Country"
kind = "multi"
options = ["France", "EIRE", "Côte d'Ivoire"]
[[variable]]
name = "band"
label = "Price band"
options = "select distinct band from orders"
[[panel]]
id = "revenue"
title = "Revenue by {interval}"
description = "Net of returns."
kind = "line"
unit = "GBP"
compare = "previous period"
columns = { revenue = { label = "Net", scale = 2 }, orders = { unit = "orders" } }
computed = [
  { name = "part", of = "revenue", kind = "share" },
  { name = "so far", of = "revenue", kind = "running total" },
  { name = "change", of = "revenue", kind = "delta" },
  { name = "smooth", of = "revenue", kind = "moving average" },
]
sql = """
select $bucket(ordered_at) as day, sum(amount) as revenue, count(*) as orders
from orders
where $range(ordered_at) and $optional(country in :country)
group by 1 order by 1
"""
[[panel]]
id = "total"
title = "Revenue"
kind = "stat"
unit = "GBP"
sparkline = "select $bucket(ordered_at) as day, sum(amount) as amount from orders where $range(ordered_at) group by 1 order by 1"
sql = "select sum(amount) as revenue from orders where $range(ordered_at)"
[[panel]]
id = "oddities"
title = "Values that are hard to write"
kind = "table"
sql = """
select 9223372036854775807 as int, 1.5 as float, '=cmd|x' as text, null as missing, 9007199254740993 as beyond
union all
select -9223372036854775807, 1e999, '-1', null, -9007199254740993
"""
"#;

const BROKEN: &str = r#"
title = "Broken"
source = "shop"
[[panel]]
id = "fine"
title = "Fine"
kind = "stat"
sql = "select count(*) as n from orders"
[[panel]]
id = "no-table"
title = "A table that is not there"
kind = "stat"
sql = "select count(*) as n from nowhere"
[[panel]]
id = "own"
title = "Of my tenant"
kind = "stat"
sql = "select count(*) as n from orders where country = :user.tenant"
[[panel]]
id = "elsewhere"
title = "Of a source that nobody declared"
kind = "stat"
source = "elsewhere"
sql = "select 1 as one"
[[panel]]
id = "no-file"
title = "Of a database that is not there"
kind = "stat"
source = "gone"
sql = "select count(*) as n from orders"
[[panel]]
id = "endless"
title = "Of a statement that takes too long"
kind = "stat"
source = "hasty"
sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000000) select count(*) as n from n"
"#;

/// 2011-11-16 12:00 UTC.
const NOW: i64 = 1_321_444_800;

struct World {
    app: Router,
    engine: Arc<Engine>,
    clock: Arc<ManualClock>,
    database: PathBuf,
    _directory: tempfile::TempDir,
}

async fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), SALES).unwrap();
    std::fs::write(directory.path().join("broken.toml"), BROKEN).unwrap();
    let database = directory.path().join("shop.sqlite");
    write(
        &database,
        "create table orders (ordered_at int, amount int, country text, band text);
         insert into orders values
           (1321012800, 1050, 'France', 'low'), (1321099200, 250, 'EIRE', 'high'),
           (1321102800, -50, 'France', 'low'), (1320400000, 700, 'France', 'low')",
    )
    .await;
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
    let config = Config { jitter: 0.0, early: 0.0, ..Config::default() };
    let cache = Cache::in_memory(config, clock.clone());
    let source = |name: &str, path: &Path, limits: Limits| {
        let name = SourceName::parse(name).unwrap();
        (name.clone(), Source::sqlite(name, path, limits))
    };
    let hasty = Limits { time: Duration::from_millis(50), ..Limits::default() };
    let sources = Sources::from([
        source("shop", &database, Limits::default()),
        source("gone", &directory.path().join("gone.sqlite"), Limits::default()),
        source("hasty", &database, hasty),
    ]);
    let catalog = Arc::new(Catalog::open(directory.path()));
    assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
    let loader = Loader::new(cache, sources);
    let engine = Arc::new(Engine::new(catalog, loader, clock.clone()));
    let service =
        Arc::new(EngineService::new(Arc::clone(&engine), clock.clone() as Arc<dyn Clock>));
    let state = AppState::new(service, Assets::default());
    let app = router(state, directory.path());
    World { app, engine, clock, database, _directory: directory }
}

async fn write(database: &Path, sql: &str) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn pretty(&self) -> String {
        serde_json::to_string_pretty(&self.json()).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cells of a panel's column.
    fn cells(&self, column: &str) -> Value {
        let json = self.json();
        let columns = json["panel"]["frame"]["columns"].as_array().unwrap().clone();
        columns.into_iter().find(|c| c["name"] == column).unwrap()["cells"].clone()
    }

    fn state(&self) -> Value {
        self.json()["panel"]["freshness"]["state"].clone()
    }
}

impl World {
    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    async fn invalidate(&self, tag: &str) {
        self.engine.invalidate(&[Tag::parse(tag).unwrap()]).await.unwrap();
    }

    fn figures(&self) -> Figures {
        self.engine.loader().cache().statistics().of_all()
    }

    fn loads(&self) -> u64 {
        self.figures().loads
    }

    /// Waits for what is loaded behind an answer.
    async fn loaded(&self, loads: u64) {
        let all = async {
            while self.loads() < loads {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), all).await.unwrap();
    }
}

const REVENUE: &str = "/api/v1/dashboards/sales/panels/revenue";
const TOTAL: &str = "/api/v1/dashboards/sales/panels/total";
const DATA: &str = "/api/v1/dashboards/sales/data";

#[tokio::test]
async fn the_list_names_every_dashboard_and_where_its_definition_is() {
    let world = world().await;
    let list = world.get("/api/v1/dashboards").await.json();
    let slugs: Vec<&str> = list["dashboards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["broken", "sales"]);
    let href = list["dashboards"][1]["href"].as_str().unwrap();
    assert_eq!(world.get(href).await.json()["title"], "Sales");
}

#[tokio::test]
async fn a_definition_says_what_can_be_asked_and_not_how_it_is_read() {
    let world = world().await;
    let answer = world.get("/api/v1/dashboards/sales").await;
    insta::assert_snapshot!("definition", answer.pretty());
    for secret in ["select", "shop", "ttl", "from orders", ".sqlite"] {
        assert!(!answer.body.contains(secret), "{secret}: {}", answer.body);
    }
    let data = answer.json()["panels"][0]["data"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&data).await.status, 200);
}

#[tokio::test]
async fn a_panel_has_its_frames_its_computed_columns_and_its_freshness() {
    let world = world().await;
    insta::assert_snapshot!("panel", world.get(REVENUE).await.pretty());
    insta::assert_snapshot!("stat", world.get(TOTAL).await.pretty());
}

#[tokio::test]
async fn numbers_survive_digit_for_digit() {
    let world = world().await;
    let answer = world.get("/api/v1/dashboards/sales/panels/oddities").await;
    // As text: a parser might make floats of them.
    for exact in [
        r#""cells":[9223372036854775807,-9223372036854775807]"#,
        r#""cells":[9007199254740993,-9007199254740993]"#,
        r#""cells":[1.5,"Infinity"]"#,
        r#""cells":[null,null]"#,
    ] {
        assert!(answer.body.contains(exact), "{exact}: {}", answer.body);
    }
}

#[tokio::test]
async fn decimals_beyond_64_bits_survive() {
    let world = world().await;
    // Pennies beyond 64 bits only add up where sums are exact. (Thirty digits: see the units.)
    write(&world.database, "delete from orders").await;
    for day in [1_321_012_800, 1_321_099_200] {
        let row =
            format!("insert into orders values ({day}, 9223372036854775807, 'France', 'low')");
        write(&world.database, &row).await;
    }
    let answer = world.get(REVENUE).await;
    assert_eq!(
        answer.cells("so far"),
        serde_json::json!(["92233720368547758.07", "184467440737095516.14"])
    );
}

#[tokio::test]
async fn the_view_is_what_the_address_says() {
    let world = world().await;
    let answer = world
        .get(&format!("{REVENUE}?country=France&from=2011-11-11&to=2011-11-12&interval=hour"))
        .await;
    let view = &answer.json()["view"];
    assert_eq!(view["bounds"]["from"], "2011-11-11T00:00:00Z");
    assert_eq!(view["bounds"]["to"], "2011-11-13T00:00:00Z");
    assert_eq!(view["interval"], "hour");
    assert_eq!(view["variables"]["country"], serde_json::json!(["France"]));
    assert_eq!(answer.json()["panel"]["title"], "Revenue by hour");
    assert_eq!(answer.cells("revenue"), serde_json::json!(["10.50", "-0.50"]));
}

#[tokio::test]
async fn another_zone_moves_days_and_hours_to_its_wall_clock() {
    let world = world().await;
    let tokyo = world.get(&format!("{REVENUE}?tz=Asia/Tokyo")).await;
    assert_eq!(tokyo.json()["view"]["zone"], "Asia/Tokyo");
    assert_eq!(tokyo.json()["view"]["bounds"]["to"], "2011-11-16T15:00:00Z", "midnight there");
    assert_eq!(tokyo.cells("day")[0], "2011-11-10T15:00:00Z");
    let csv = world.get(&format!("{REVENUE}.csv?tz=Asia/Tokyo")).await;
    assert!(csv.body.contains("\r\n2011-11-11T00:00:00+09:00,"), "{}", csv.body);
}

#[tokio::test]
async fn equal_views_share_their_entries_with_pages_and_with_each_other() {
    let world = world().await;
    assert_eq!(world.get("/d/sales").await.status, 200);
    // The page has streamed all of it, its choices too.
    let loads = world.loads();
    for path in [
        DATA.to_owned(),
        format!("{DATA}?range=last+7+days&interval=auto&tz=Europe/London&utm_source=x"),
        REVENUE.to_owned(),
        format!("{TOTAL}.csv"),
        format!("{REVENUE}?tz=Europe%2FLondon"),
    ] {
        assert_eq!(world.get(&path).await.status, 200, "{path}");
    }
    assert_eq!(world.loads(), loads, "nothing was loaded a second time");
}

#[tokio::test]
async fn islands_get_the_same_frames_and_load_no_choices() {
    let world = world().await;
    let island = world.get("/fn/panel?slug=sales&panel=total&query=").await;
    assert_eq!(world.loads(), 2, "the figure and its small line");
    let first = world.get(TOTAL).await;
    assert_eq!(world.loads(), 2);
    let theirs = &island.json()["data"]["frame"][0]["values"]["cells"];
    assert_eq!(*theirs, first.cells("revenue"), "{}", island.body);
}

#[tokio::test]
async fn a_whole_dashboard_is_one_batch() {
    let world = world().await;
    let answer = world.get(DATA).await;
    let json = answer.json();
    let ids: Vec<&Value> = json["panels"].as_array().unwrap().iter().map(|p| &p["id"]).collect();
    assert_eq!(ids, ["revenue", "total", "oddities"]);
    assert!(json["panels"].as_array().unwrap().iter().all(|p| p["problem"].is_null()));
    let (figures, statements) = (world.figures(), 5);
    assert_eq!((figures.loads, figures.misses, figures.hits), (statements, statements, 0));
    assert_eq!(world.get(DATA).await.body, answer.body);
    let figures = world.figures();
    assert_eq!((figures.loads, figures.misses, figures.hits), (statements, statements, statements));
}

#[tokio::test]
async fn a_panel_that_fails_is_a_problem_of_its_own_in_the_answer_for_all() {
    let world = world().await;
    let answer = world.get("/api/v1/dashboards/broken/data").await;
    assert_eq!(answer.status, 200);
    assert_eq!((answer.header("etag"), answer.header("cache-control")), ("", "no-store"));
    let json = answer.json();
    assert_eq!(json["panels"][0]["frame"]["columns"][0]["cells"], serde_json::json!([4]));
    let statuses: Vec<&Value> =
        json["panels"].as_array().unwrap().iter().map(|p| &p["problem"]["status"]).collect();
    assert_eq!(
        statuses,
        [&Value::Null, &502.into(), &403.into(), &500.into(), &503.into(), &504.into()]
    );
    assert_eq!(json["panels"][1]["frame"], Value::Null);
    assert_eq!(json["panels"][4]["problem"]["retry_after"], 5);
}

#[tokio::test]
async fn failures_of_a_panel_have_a_status_of_their_own() {
    let world = world().await;
    let cases = [
        ("no-table", 502, "refused", ""),
        ("own", 403, "forbidden", ""),
        ("elsewhere", 500, "definition", ""),
        ("no-file", 503, "unavailable", "5"),
        ("endless", 504, "timeout", "30"),
    ];
    for (panel, status, kind, retry_after) in cases {
        for form in ["", ".csv"] {
            let path = format!("/api/v1/dashboards/broken/panels/{panel}{form}");
            let answer = world.get(&path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.header("retry-after"), retry_after, "{path}");
            let problem = answer.json();
            assert_eq!(problem["type"], format!("/api#{kind}"), "{path}");
            assert_eq!(problem["status"], status);
            assert_eq!(problem["instance"], path);
            assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
        }
    }
}

#[tokio::test]
async fn who_has_the_answer_gets_none_and_no_statement_runs() {
    for path in [REVENUE.to_owned(), TOTAL.to_owned(), DATA.to_owned(), format!("{REVENUE}.csv")] {
        let world = world().await;
        let first = world.get(&path).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with("W/\""), "{path}: {etag}");
        let loads = world.loads();
        // The age grows; the answer is still right.
        world.clock.advance(5);
        let second = world.get_with(&path, &[("if-none-match", &etag)]).await;
        assert_eq!((second.status, second.body.as_str()), (304, ""), "{path}");
        assert_eq!((second.header("etag"), second.header("content-type")), (etag.as_str(), ""));
        assert_eq!(second.header("cache-control"), "private, no-cache");
        assert_eq!(world.loads(), loads, "{path}");
        if path != DATA {
            assert!(second.header("brisk-freshness").ends_with("age=5"), "{path}");
        }
        let other = world.get_with(&path, &[("if-none-match", "W/\"another\"")]).await;
        assert_eq!((other.status, other.header("etag")), (200, etag.as_str()), "{path}");
    }
}

#[tokio::test]
async fn an_answer_has_another_tag_once_the_data_may_have_changed() {
    let world = world().await;
    let tag = async |path: &str| world.get(path).await.header("etag").to_owned();
    let first = tag(TOTAL).await;
    world.invalidate("table:shop.orders").await;
    let invalidated = tag(TOTAL).await;
    assert_ne!(first, invalidated, "it was invalidated");
    // Loaded again without an invalidation: nobody knows whether something changed.
    world.clock.advance(61);
    assert_ne!(tag(TOTAL).await, invalidated, "it ran out");
    let mut tags = vec![tag(TOTAL).await, tag(&format!("{TOTAL}.csv")).await];
    for query in ["?range=today", "?interval=hour", "?tz=Asia/Tokyo"] {
        tags.push(tag(&format!("{TOTAL}{query}")).await);
    }
    let count = tags.len();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), count, "every view and form has its own");
    let list = tag("/api/v1/dashboards").await;
    let known = world.get_with("/api/v1/dashboards", &[("if-none-match", &list)]).await;
    assert_eq!(known.status, 304);
}

#[tokio::test]
async fn a_program_waits_for_the_current_value_unless_it_takes_an_older_one() {
    for tag in [None, Some("table:shop.orders")] {
        let world = world().await;
        world.get(TOTAL).await;
        write(&world.database, "insert into orders values (1321012801, 10000, 'France', 'low')")
            .await;
        world.clock.advance(if tag.is_some() { 30 } else { 61 });
        if let Some(tag) = tag {
            world.invalidate(tag).await;
        }
        let state = if tag.is_some() { "previous" } else { "stale" };
        let old = serde_json::json!([1250]);
        // Not that old.
        let query = format!("{TOTAL}?max-stale=100");
        let stale = world.get(&query).await;
        assert_eq!((stale.state(), stale.cells("revenue")), (state.into(), old), "{tag:?}");
        let age = if tag.is_some() { 30 } else { 61 };
        assert_eq!(stale.json()["panel"]["freshness"]["age"], age);
        let line = format!("{state};as_of=\"2011-11-16T12:00:00Z\";age={age}");
        assert_eq!(stale.header("brisk-freshness"), line);
        // Behind the answer both statements are loaded.
        world.loaded(4).await;
        let current = world.get(&query).await;
        assert_eq!(current.state(), "fresh");
        assert_eq!(current.cells("revenue"), serde_json::json!([11_250]));
        assert_ne!(current.header("etag"), stale.header("etag"));
        assert_eq!(world.loads(), 4);
    }
}

#[tokio::test]
async fn how_old_a_value_may_be_is_counted_in_seconds() {
    let cases = [
        ("", "", "fresh"),
        ("?max-stale=60", "", "fresh"),
        ("?max-stale=61", "", "stale"),
        ("", "max-stale=60", "fresh"),
        ("", "max-stale=61", "stale"),
        ("", "max-stale", "stale"),
        ("?max-stale=60", "max-stale", "fresh"),
    ];
    for (query, header, state) in cases {
        let world = world().await;
        world.get(TOTAL).await;
        world.clock.advance(61);
        let answer = world.get_with(&format!("{TOTAL}{query}"), &[("cache-control", header)]).await;
        assert_eq!(answer.state(), state, "{query} {header}");
    }
}

#[tokio::test]
async fn csv_has_exact_values_and_a_name_and_runs_nothing_in_a_spreadsheet() {
    let world = world().await;
    let answer = world.get(&format!("{REVENUE}.csv")).await;
    insta::assert_snapshot!("csv", answer.body.replace("\r\n", "␍\n"));
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"sales_revenue_2011-11-10_2011-11-16.csv\""
    );
    let asked = world.get_with(REVENUE, &[("accept", "text/csv")]).await;
    assert_eq!(asked.body, answer.body);
    assert!(asked.header("vary").contains("accept"));
    world.clock.advance(61);
    let stale = world.get(&format!("{REVENUE}.csv?max-stale=100")).await;
    assert!(stale.header("brisk-freshness").starts_with("stale;"), "CSV has no other place");
    let oddities = world.get("/api/v1/dashboards/sales/panels/oddities.csv").await;
    let expected = "int,float,text,missing,beyond\r\n\
        9223372036854775807,1.5,'=cmd|x,,9007199254740993\r\n\
        -9223372036854775807,Infinity,'-1,,-9007199254740993\r\n";
    assert_eq!(oddities.body, expected);
}

#[tokio::test]
async fn what_cannot_be_answered_is_a_problem_with_a_sentence_never_a_panic() {
    let world = world().await;
    let long = format!("{REVENUE}?range={}", "9".repeat(30_000));
    let endless = format!("/api/v1/dashboards/{}", "x".repeat(30_000));
    let values = format!("{REVENUE}?{}", "country=France&".repeat(500));
    let cases = [
        ("/api/v1", 404),
        ("/api/v1/", 404),
        ("/api/v1/nowhere", 404),
        ("/api/v1/dashboards/", 404),
        ("/api/v1/dashboards/nowhere", 404),
        ("/api/v1/dashboards/%ff%00", 404),
        ("/api/v1/dashboards/nowhere/data?range=soon", 404),
        ("/api/v1/dashboards/sales/panels/", 404),
        ("/api/v1/dashboards/sales/panels/nowhere", 404),
        ("/api/v1/dashboards/sales/panels/nowhere.csv", 404),
        ("/api/v1/dashboards/sales/panels/.csv", 404),
        ("/api/v1/dashboards/sales/panels/revenue.csv.csv", 404),
        ("/api/v1/dashboards/sales/panels/%ff", 404),
        ("/api/v1/dashboards/sales/panels/revenue?range=soon", 400),
        ("/api/v1/dashboards/sales/panels/revenue.csv?range=soon", 400),
        ("/api/v1/dashboards/sales/data?range=last-0-days", 400),
        ("/api/v1/dashboards/sales/data?range=last-65535-years", 400),
        ("/api/v1/dashboards/sales/data?from=2011-01-01", 400),
        ("/api/v1/dashboards/sales/data?from=0000-01-01&to=9999-01-01", 400),
        ("/api/v1/dashboards/sales/data?interval=%00", 400),
        ("/api/v1/dashboards/sales/data?interval=minute&range=last-2-years", 400),
        ("/api/v1/dashboards/sales/data?country=Atlantis", 400),
        ("/api/v1/dashboards/sales/data?tz=Mars", 400),
        ("/api/v1/dashboards/sales/data?tz=%ff%00", 400),
        ("/api/v1/dashboards/sales/data?max-stale=soon", 400),
        ("/api/v1/dashboards/sales/data?max-stale=-1", 400),
        (long.as_str(), 400),
        (values.as_str(), 400),
        (endless.as_str(), 404),
    ];
    for (path, status) in cases {
        let answer = world.get(path).await;
        let shown: String = path.chars().take(100).collect();
        assert_eq!(answer.status, status, "{shown}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{shown}");
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{shown}");
        assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
        assert!(answer.body.len() < 2_000, "{shown}: {}", answer.body);
    }
    assert_eq!(world.loads(), 0, "nothing of it reached the database");
}

#[tokio::test]
async fn strange_parameters_do_no_harm() {
    let world = world().await;
    for query in [
        "?&&&=&%",
        "?utm_source=x",
        "?max-stale=99999999999999999999999",
        "?tz=",
        "?band='%20or%201=1",
    ] {
        let answer = world.get(&format!("{TOTAL}{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_api_only_reads() {
    let world = world().await;
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        for path in ["/api/v1/dashboards", REVENUE] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let answer = world.ask(request).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.header("allow"), "GET,HEAD");
        }
    }
    let head = Request::head(TOTAL).body(Body::empty()).unwrap();
    let head = world.ask(head).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("etag"), world.get(TOTAL).await.header("etag"));
}

/// What depends on who asks is never kept by caches that others share, and only what has a tag is
/// kept at all: nothing else could be asked about again.
#[tokio::test]
async fn answers_are_kept_by_nobody_else() {
    let world = world().await;
    let csv = format!("{REVENUE}.csv");
    let tagged = [
        "/api/v1/dashboards",
        "/api/v1/dashboards/sales",
        DATA,
        REVENUE,
        &csv,
        "/api/v1/openapi.json",
    ];
    let untagged = [
        "/api/v1/dashboards/broken/data",
        "/api/v1/dashboards/broken/panels/no-table",
        "/api/v1/dashboards/nowhere",
        "/api/v1/nowhere",
        "/api/v1/dashboards/sales/data?range=soon",
        "/api",
    ];
    for path in tagged {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("cache-control"), "private, no-cache", "{path}");
        assert!(!answer.header("etag").is_empty(), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    for path in untagged {
        let answer = world.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("etag"), "", "{path}");
    }
}

#[tokio::test]
async fn the_api_describes_itself() {
    let world = world().await;
    let answer = world.get("/api/v1/openapi.json").await;
    insta::assert_snapshot!("openapi", answer.pretty());
}

#[tokio::test]
async fn the_page_to_try_it_needs_no_script_and_its_forms_open_the_answer() {
    let world = world().await;
    let page = world.get("/api").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("form-action 'self'"));
    for path in world.get("/api/v1/openapi.json").await.json()["paths"].as_object().unwrap().keys()
    {
        // A path may break after its slashes.
        let shown = page.body.replace("<wbr>", "").replace("<!>", "");
        assert!(shown.contains(path.as_str()), "{path}");
    }
    let problem = world.get("/api/v1/dashboards/nowhere").await.json();
    let described = problem["type"].as_str().unwrap().replace("/api#", "id=");
    assert!(page.body.replace('"', "").contains(&described), "{described}");
    let opened = world.get("/api/try/panel?panel=sales%2Ftotal&range=today&from=&tz=").await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER.as_u16());
    let address = opened.header("location").to_owned();
    assert_eq!(address, "/api/v1/dashboards/sales/panels/total?range=today");
    assert_eq!(world.get(&address).await.status, 200);
    let lost = world.get("/api/try/panel?panel=https://evil.example").await;
    assert_eq!(lost.header("location"), "/api");
}
