//! The page about sources and rollups: what it shows of them, that it contains no secrets, and that its
//! forms do what they say.

use axum::Router;
use axum::body::Body;
use brisk_app::Assets;
use brisk_domain::{Clock, ManualClock, RollupRun, Timestamp};
use brisk_engine::RunObserver;
use brisk_server::assembly;
use brisk_server::config::{Environment, Flags, Settings};
use brisk_server::jobs::rollup_runs::{self, Runs};
use brisk_server::router::router;
use brisk_server::service::EngineService;
use brisk_server::state::AppState;
use brisk_store::Store;
use brisk_test_waiting::eventually;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use tower::ServiceExt;

const DAILY: &str = "source = \"shop\"\ngrain = \"day\"\ntime = \"day\"\nsql = \"\"\"\n\
    select $bucket(at) as day, count(*) as n\nfrom visits\nwhere $range(at) group by 1\n\"\"\"\n";

const DASHBOARD: &str = "title = \"Visits\"\nsource = \"shop\"\nrange = \"last 30 days\"\n\
    [[panel]]\nid = \"n\"\ntitle = \"N\"\nkind = \"stat\"\n\
    sql = \"select sum(n) as n from brisk.daily where $range(day)\"\n";

/// 2023-11-14, 22:13:20 UTC.
const NOW: i64 = 1_700_000_000;

struct World {
    router: Router,
    service: Arc<EngineService>,
    store: Store,
    runs: Runs,
    folder: tempfile::TempDir,
}

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

impl World {
    /// A server as `configuration` describes it, with the dashboard above and these rollups.
    async fn new(configuration: &str, rollups: &[(&str, &str)]) -> Self {
        let (observer, runs) = rollup_runs::observer();
        Self::observed(configuration, rollups, observer, runs).await
    }

    async fn observed(
        configuration: &str,
        rollups: &[(&str, &str)],
        observer: Arc<dyn RunObserver>,
        runs: Runs,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        write(at, "brisk.toml", configuration);
        write(at, "dashboards/visits.toml", DASHBOARD);
        for (name, text) in rollups {
            write(at, &format!("dashboards/rollups/{name}.toml"), text);
        }
        let database = format!("sqlite:{}?mode=rwc", at.join("shop.sqlite").display());
        let mut database = SqliteConnection::connect(&database).await.unwrap();
        for sql in [
            "create table visits (at integer not null)".to_owned(),
            format!("insert into visits values ({}), ({})", NOW - 86_400, NOW - 3_600),
        ] {
            database.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        std::fs::create_dir_all(at.join("data")).unwrap();
        let flags = Flags {
            config: Some(at.join("brisk.toml")),
            data_dir: Some(at.join("data")),
            dashboards_dir: Some(at.join("dashboards")),
            ..Flags::default()
        };
        let settings = Settings::read(&flags, &Environment::default()).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
        let sources = assembly::sources(&settings).unwrap();
        let engine = assembly::observed_engine(&settings, sources, &clock, observer).unwrap();
        let problems = &engine.catalog().contents().problems;
        assert!(problems.is_empty(), "{problems:?}");
        let store = Store::open(&at.join("data/brisk.sqlite")).await.unwrap();
        let service = Arc::new(EngineService::new(engine, clock));
        let state = AppState::new(Arc::clone(&service), Assets::default());
        let router = router(state.with_store(store.clone()), at);
        Self { router, service, store, runs, folder }
    }

    async fn answer(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
    }

    async fn page(&self) -> String {
        let request = Request::get("/admin/sources").body(Body::empty()).unwrap();
        let (status, _, body) = self.answer(request).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    async fn rebuild(&self, rollup: &str) -> (StatusCode, HeaderMap, String) {
        let address = format!("/admin/rollups/{rollup}/rebuild");
        self.answer(Request::post(address).body(Body::empty()).unwrap()).await
    }

    /// The figure that the dashboard's panel shows.
    async fn figure(&self) -> String {
        let address = "/api/v1/dashboards/visits/panels/n.csv";
        let (status, _, body) =
            self.answer(Request::get(address).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body.lines().last().unwrap().to_owned()
    }
}

/// A fault of Brisk's own.
struct Faulty;

impl RunObserver for Faulty {
    fn ran(&self, _: &RollupRun) {
        panic!("a fault for the test");
    }
}

#[tokio::test]
async fn a_rebuild_that_panics_does_not_stay_running() {
    let (_, runs) = rollup_runs::observer();
    let shop = "[source.shop]\nurl = \"sqlite:shop.sqlite\"\n";
    let world = World::observed(shop, &[("daily", DAILY)], Arc::new(Faulty), runs).await;
    for _ in 0..2 {
        assert!(world.rebuild("daily").await.0.is_redirection());
        let ended = async || of_rollup(&world.page().await, "daily").contains("without a result");
        eventually("the page says how the rebuild ended", ended).await;
    }
}

/// The page's text about one rollup, without the markup.
fn of_rollup(page: &str, name: &str) -> String {
    let item = page.split("<li").find(|item| item.contains(&format!("id=\"{name}\"")));
    let mut text = String::new();
    let mut is_text = false;
    for c in item.unwrap_or_else(|| panic!("{name}: {page}")).chars() {
        match c {
            '<' => is_text = false,
            '>' => (is_text, text) = (true, text + " "),
            c if is_text => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_page_shows_last_run_rows_and_time_of_each_rollup_and_what_went_wrong() {
    let missing = DAILY.replace("visits", "missing");
    let rollups = [("daily", DAILY), ("failing", missing.as_str())];
    let mut world = World::new("[source.shop]\nurl = \"sqlite:shop.sqlite\"\n", &rollups).await;
    let page = world.page().await;
    assert!(of_rollup(&page, "daily").starts_with("daily not built yet"), "{page}");
    for (_, planned) in world.service.engine().rollups() {
        // One of them fails.
        let _ = world.service.engine().refresh(&planned.unwrap()).await;
    }
    world.runs.record_now(&world.store).await;
    let page = world.page().await;
    let daily = of_rollup(&page, "daily");
    for words in
        ["daily up to date", "Last run 0 s ago", "Rows 2 ", "Took ", "Grain day", "all of it"]
    {
        assert!(daily.contains(words), "{words}: {daily}");
    }
    let failing = of_rollup(&page, "failing");
    assert!(failing.starts_with("failing failed"), "{failing}");
    assert!(failing.contains("no such table: missing"), "{failing}");
    assert!(page.contains("SQLite 3.") && page.contains("Connected"), "{page}");
    assert!(page.contains("href=\"/d/visits\""), "who reads it: {page}");
}

#[tokio::test]
async fn a_rollup_is_rebuilt_and_its_panels_show_it() {
    let world =
        World::new("[source.shop]\nurl = \"sqlite:shop.sqlite\"\n", &[("daily", DAILY)]).await;
    assert_eq!(world.figure().await, "2");
    let database = format!("sqlite:{}", world.folder.path().join("shop.sqlite").display());
    let mut database = SqliteConnection::connect(&database).await.unwrap();
    let earlier = format!("insert into visits values ({})", NOW - 10 * 86_400);
    database.execute(AssertSqlSafe(earlier)).await.unwrap();
    assert_eq!(world.figure().await, "2", "nobody said that something changed");
    let (status, headers, _) = world.rebuild("daily").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers[header::LOCATION], "/admin/sources");
    assert!(of_rollup(&world.page().await, "daily").contains("Rows 3 "));
    assert_eq!(world.figure().await, "3", "and its panels were told");

    let (status, _, body) = world.rebuild("dayly").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("There is no such rollup."), "{body}");
    let elsewhere = Request::post("/admin/rollups/daily/rebuild")
        .header(header::HOST, "brisk.example")
        .header(header::ORIGIN, "https://evil.example")
        .body(Body::empty())
        .unwrap();
    assert_eq!(world.answer(elsewhere).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_source_that_does_not_answer_is_said_to_be_away_and_its_password_is_not_shown() {
    // Nothing listens on port 9 (discard).
    let away = "[source.shop]\nurl = \"sqlite:shop.sqlite\"\n[source.away]\n\
        url = \"postgres://brisk:hunter2@127.0.0.1:9/shop\"\nrollup_url = \"postgres://w:hunter3@127.0.0.1:9/shop\"\n";
    let of_away = DAILY.replace("\"shop\"", "\"away\"");
    let world = World::new(away, &[("daily", DAILY), ("far", &of_away)]).await;
    let page = world.page().await;
    assert!(page.contains("Not usable") && page.contains("Connected"), "{page}");
    let far = of_rollup(&page, "far");
    assert!(far.starts_with("far unknown"), "{far}");
    assert!(!page.contains("hunter"), "{page}");
}

#[tokio::test]
async fn rollups_of_a_mariadb_are_written_by_a_role_of_their_own() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let variable = "BRISK_TEST_MYSQL_URL";
    let url = std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} names a server: run cargo xtask test"));
    let (scheme, rest) = url.split_once("://").unwrap();
    let (user, place) = rest.split_once('@').unwrap();
    let place = place.split_once('/').unwrap().0;
    let name = format!("administration_{}", std::process::id());
    let rollup = format!("daily_{}", std::process::id());
    let mut admin = MySqlConnection::connect(&format!("{scheme}://{user}@{place}/")).await.unwrap();
    for sql in [
        format!("create database {name}"),
        "create database if not exists brisk".into(),
        format!("create table {name}.visits (at datetime not null)"),
        format!(
            "insert into {name}.visits values ('2023-11-13 09:00:00'), ('2023-11-14 10:00:00')"
        ),
        format!("create user {name}_r@'%' identified by 'r'"),
        format!("create user {name}_r@'localhost' identified by 'r'"),
        format!("create user {name}_w@'%' identified by 'w'"),
        format!("create user {name}_w@'localhost' identified by 'w'"),
    ] {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    for host in ["%", "localhost"] {
        for grant in [
            format!("select on {name}.* to {name}_r@'{host}'"),
            format!("select on brisk.* to {name}_r@'{host}'"),
            format!("select on {name}.* to {name}_w@'{host}'"),
            format!(
                "select, insert, update, delete, create, create temporary tables, alter, drop \
                 on brisk.* to {name}_w@'{host}'"
            ),
        ] {
            admin.execute(AssertSqlSafe(format!("grant {grant}"))).await.unwrap();
        }
    }
    let configuration = format!(
        "[source.shop]\nurl = \"{scheme}://{name}_r:r@{place}/{name}\"\n\
         rollup_url = \"{scheme}://{name}_w:w@{place}/{name}\"\n"
    );
    let mut world = World::new(&configuration, &[(&rollup, DAILY)]).await;
    let panel = DASHBOARD.replace("brisk.daily", &format!("brisk.{rollup}"));
    write(world.folder.path(), "dashboards/visits.toml", &panel);
    world.service.engine().catalog().reload();
    assert_eq!(world.figure().await, "2");
    admin
        .execute(AssertSqlSafe(format!("insert into {name}.visits values ('2023-11-01')")))
        .await
        .unwrap();
    assert_eq!(world.rebuild(&rollup).await.0, StatusCode::SEE_OTHER);
    assert_eq!(world.figure().await, "3");
    world.runs.record_now(&world.store).await;
    let page = world.page().await;
    let row = of_rollup(&page, &rollup);
    assert!(
        row.contains(" up to date") && row.contains("Rows 3 ") && row.contains("all of it 3 3"),
        "{row}"
    );
    assert!(page.contains("MariaDB") || page.contains("MySQL"), "{page}");
    assert!(!page.contains("The role of this source"), "the reader only reads: {page}");
    for sql in [format!("drop database {name}"), format!("drop table brisk.{rollup}")] {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    }
}
