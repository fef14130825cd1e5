//! The demo's shop goes on selling: what comes when, into which tables, and that readers see it.

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use brisk_app::Assets;
use brisk_bench::client::Client;
use brisk_bench::servers::free_port;
use brisk_bench::servers::guarded::Guarded;
use brisk_cache::{Cache, Config};
use brisk_domain::{Clock, ManualClock, SourceName, Timestamp};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_server::cli::{Cli, Command as BriskCommand};
use brisk_server::commands::demo::{self, DemoArguments};
use brisk_server::feeder::delivery::Delivery;
use brisk_server::feeder::{self, Feeder, source};
use brisk_server::hooks::{self, Hooks};
use brisk_server::router::router;
use brisk_server::service::EngineService;
use brisk_server::state::AppState;
use brisk_signature::SigningKey;
use brisk_source::{Limits, Source};
use brisk_store::Store;
use brisk_test_waiting::{LIMIT, eventually, wait_for};
use clap::Parser;
use http::StatusCode;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// Wednesday 2026-11-25 22:00 UTC: the shop is closed.
pub(crate) const NIGHT: i64 = 1_795_644_000;

pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A small shop: 60 weeks of three invoices a weekday, at 9:00, 9:01 and 15:00, until a Friday;
/// with cancellations, lines without a customer, and descriptions that are not always the same.
fn write_demo(folder: &Path) {
    let plan = repository("demo/online-retail.toml");
    std::fs::copy(plan, folder.join("online-retail.toml")).unwrap();
    let mut csv = String::from(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n",
    );
    let first = chrono::NaiveDate::from_ymd_opt(2010, 10, 18).unwrap();
    let weekdays = (0..60 * 7).filter(|day| day % 7 < 5);
    let times = weekdays.flat_map(|day| ["9:00", "9:01", "15:00"].map(|time| (day, time)));
    for (number, (day, time)) in (0_u64..).zip(times) {
        let date = (first + chrono::Days::new(day)).format("%m/%d/%Y");
        let is_cancelled = number % 7 == 6;
        let invoice = format!("{}{}", if is_cancelled { "C" } else { "" }, 500_000 + number);
        let customer =
            if number % 4 == 3 { String::new() } else { (1_000 + number % 17).to_string() };
        let country = ["France", "EIRE", "United Kingdom"][(number % 17 % 3) as usize];
        for line in 0..=number % 3 {
            let sign = if is_cancelled { "-" } else { "" };
            let product = (number + line) % 7;
            let names = ["", "Mug", "Large mug", "Mug"];
            let name = names[((number / 7 + line) % 4) as usize];
            let quantity = 1 + (number + line) % 5;
            writeln!(
                csv,
                "{invoice},P{product},{name},{sign}{quantity},{date} {time},2.{line}5,{customer},{country}"
            )
            .unwrap();
        }
    }
    // Files are recognised by their contents.
    std::fs::write(folder.join("online_retail.csv.xz"), csv).unwrap();
}

/// The demo over a small shop, with a clock that tests turn.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<ManualClock>,
    lookups: Arc<AtomicU64>,
}

impl World {
    pub(crate) async fn at(now: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_demo(folder.path());
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(now)));
        let world = Self { folder, clock, lookups: Arc::default() };
        world.load().await;
        world
    }

    /// Loads the demo, as `brisk serve --demo` does.
    async fn load(&self) {
        let store = Store::open(&self.folder.path().join("brisk.sqlite")).await.unwrap();
        let arguments = DemoArguments {
            demo_dir: self.folder.path().to_owned(),
            demo_unshifted: false,
            demo_still: false,
        };
        let (data, rollups) = (self.folder.path(), self.folder.path().join("rollups.sqlite"));
        assert!(demo::load(&arguments, data, &rollups, &store, &self.clock).await.unwrap());
    }

    pub(crate) fn database(&self) -> PathBuf {
        source::path(self.folder.path())
    }

    async fn feeder(&self) -> Feeder<impl Fn() -> u64 + use<>> {
        let lookups = Arc::clone(&self.lookups);
        let lookups = move || lookups.load(Ordering::SeqCst);
        Feeder::open(&self.database(), self.clock.clone(), lookups).await.unwrap()
    }

    async fn connection(&self) -> SqliteConnection {
        let url = format!("sqlite://{}", self.database().display());
        SqliteConnection::connect(&url).await.unwrap()
    }

    async fn number(&self, sql: &'static str) -> i64 {
        self.connection().await.fetch_one(sql).await.unwrap().get(0)
    }

    /// What the feeder wrote: the real invoice's name and time, and when it came.
    async fn came(&self) -> Vec<(String, i64, i64)> {
        let sql = "select r.invoice, r.invoiced_at, i.invoiced_at
          from invoices i
          join invoices r on r.invoice = substr(i.invoice, 1, instr(i.invoice, '-') - 1)
          order by cast(substr(i.invoice, instr(i.invoice, '-') + 1) as integer)";
        let rows = self.connection().await.fetch_all(sql).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
    }

    /// Derives all tables from the lines as the import does, in a copy, and compares.
    async fn assert_consistent(&self) {
        let mut connection = self.connection().await;
        let copy = self.folder.path().join("copy.sqlite");
        let _ = std::fs::remove_file(&copy);
        let into = format!("vacuum into '{}'", copy.display());
        connection.execute(AssertSqlSafe(into)).await.unwrap();
        let url = format!("sqlite://{}", copy.display());
        let mut derived = SqliteConnection::connect(&url).await.unwrap();
        for statement in derivations() {
            derived.execute(AssertSqlSafe(statement)).await.unwrap();
        }
        let attach = format!("attach database '{}' as fed", self.database().display());
        derived.execute(AssertSqlSafe(attach)).await.unwrap();
        for table in ["invoices", "customers"] {
            for (one, other) in [("main", "fed"), ("fed", "main")] {
                let sql = format!(
                    "select count(*) from (select * from {one}.{table} except select * from {other}.{table})"
                );
                let row = derived.fetch_one(AssertSqlSafe(sql)).await.unwrap();
                assert_eq!(row.get::<i64, _>(0), 0, "rows of {one}.{table} that the other lacks");
            }
        }
        // Which of two equally frequent descriptions is the one is left open.
        let wrong = "with counted as (
            select stock_code, coalesce(description, stock_code) as description,
              count(description) as lines
            from main.invoice_lines group by 1, 2)
          select count(*) from fed.products p
          join counted c on c.stock_code = p.stock_code and c.description = p.description
          where c.lines < (select max(lines) from counted o where o.stock_code = p.stock_code)";
        assert_eq!(derived.fetch_one(wrong).await.unwrap().get::<i64, _>(0), 0);
        let same = "select count(*) from fed.products p join main.products using (stock_code)";
        assert_eq!(derived.fetch_one(same).await.unwrap().get::<i64, _>(0), 7);
        let lines = "select count(*) - count(distinct line) from invoice_lines";
        assert_eq!(self.number(lines).await, 0, "each line has a number of its own");
    }
}

/// What the plan derives on SQLite.
fn derivations() -> Vec<String> {
    let plan = std::fs::read_to_string(repository("demo/online-retail.toml")).unwrap();
    let plan = toml_edit::Document::parse(plan).unwrap();
    let statements = plan["derived"]["sqlite"].as_array().unwrap().iter();
    statements.map(|statement| statement.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_gap_is_filled_with_what_was_sold_a_year_before_at_the_same_time_of_the_week() {
    let world = World::at(NIGHT).await;
    let last = world.number("select max(invoiced_at) from invoice_lines").await;
    let known = world.number("select count(*) from invoice_lines").await;
    let mut feeder = world.feeder().await;
    // From Friday 15:00 on: three weekdays of three invoices, and the first of the quick ones.
    assert_eq!(feeder.write().await.unwrap(), 10);
    let came = world.came().await;
    let (quick, calendar) = came.split_last().unwrap();
    for (real, then, at) in calendar {
        assert_eq!(at - then, 52 * 7 * 86_400, "{real}");
        assert!(last < *at && *at <= NIGHT, "{real}");
    }
    assert_eq!(quick.2, NIGHT, "now, in a whole minute");
    assert!(quick.1 <= last && quick.1 > last - 28 * 86_400, "of the last weeks");
    assert!(world.number("select count(*) from invoice_lines").await > known + 10);
    assert!(
        world.number("select count(*) from invoices where cancelled and invoice like '%-%'").await
            > 0
    );
    world.assert_consistent().await;
    // Nothing else comes until the next morning, when nobody looks.
    world.clock.advance(3_600);
    assert_eq!(feeder.write().await.unwrap(), 0);
    world.clock.advance(10 * 3_600 - 1);
    assert_eq!(feeder.write().await.unwrap(), 0, "one second before 09:00");
    world.clock.advance(1);
    assert_eq!(feeder.write().await.unwrap(), 1, "09:00, though the next one is near");
    world.clock.advance(60);
    assert_eq!(feeder.write().await.unwrap(), 1, "09:01");
    world.assert_consistent().await;
}

#[tokio::test]
async fn at_night_something_comes_every_few_seconds_while_somebody_looks_and_only_then() {
    let world = World::at(NIGHT).await;
    let mut feeder = world.feeder().await;
    feeder.write().await.unwrap();
    let mut minute = async || {
        let mut count = 0;
        for _ in 0..12 {
            world.clock.advance(5);
            count += feeder.write().await.unwrap();
        }
        count
    };
    // Whoever has just started it is watching; six minutes later nobody is.
    let first = minute().await;
    assert!((6..=12).contains(&first), "{first}");
    for _ in 0..5 {
        minute().await;
    }
    assert_eq!(minute().await, 0);
    world.lookups.fetch_add(1, Ordering::SeqCst);
    assert!(minute().await >= 6);
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_restart_goes_on_where_the_data_end() {
    let world = World::at(NIGHT).await;
    for _ in 0..4 {
        let mut feeder = world.feeder().await;
        feeder.write().await.unwrap();
        world.clock.advance(9);
        feeder.write().await.unwrap();
        feeder.close().await.unwrap();
        world.clock.advance(6 * 3_600);
    }
    let came = world.came().await;
    let mut names: Vec<&String> = came.iter().map(|(real, ..)| real).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "nothing comes twice: {came:?}");
    // Wednesday 22:00 to Thursday 16:00: three more of the calendar's.
    let calendar = came.iter().filter(|(_, then, at)| at - then == 52 * 7 * 86_400);
    assert_eq!(calendar.count(), 12);
    world.assert_consistent().await;
}

#[tokio::test]
async fn two_processes_over_the_same_data_feed_nothing_twice() {
    let world = World::at(NIGHT).await;
    let (mut one, mut other) = (world.feeder().await, world.feeder().await);
    for _ in 0..10 {
        let (first, second) = tokio::join!(one.write(), other.write());
        first.unwrap();
        second.unwrap();
        world.clock.advance(3_600);
    }
    let came = world.came().await;
    let calendar = came.iter().filter(|(_, then, at)| at - then == 52 * 7 * 86_400);
    assert_eq!(calendar.count(), 9, "{came:?}");
    world.assert_consistent().await;
}

#[tokio::test]
async fn data_that_are_loaded_anew_are_fed_from_their_own_end() {
    let world = World::at(NIGHT).await;
    let mut feeder = world.feeder().await;
    feeder.write().await.unwrap();
    feeder.close().await.unwrap();
    // The store is lost; the file is loaded over.
    std::fs::remove_file(world.folder.path().join("brisk.sqlite")).unwrap();
    world.clock.advance(14 * 86_400);
    world.load().await;
    assert_eq!(world.came().await, []);
    assert_eq!(world.feeder().await.write().await.unwrap(), 10);
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_was_asleep_for_more_than_a_year_fills_a_year() {
    let world = World::at(NIGHT).await;
    let mut feeder = world.feeder().await;
    world.clock.advance(2 * 364 * 86_400);
    // 52 weeks of 15.
    let count = feeder.write().await.unwrap();
    assert!((779..=782).contains(&count), "{count}");
    world.assert_consistent().await;
}

/// Answers 503 a number of times before it lets requests through.
async fn failing_at_first(
    State(left): State<Arc<AtomicU64>>,
    request: Request,
    next: Next,
) -> Response {
    let is_left = |left: u64| left.checked_sub(1);
    if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, is_left).is_ok() {
        return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]).into_response();
    }
    next.run(request).await
}

const ORDERS: &str = "title = \"Retail\"\nsource = \"retail\"\ncache = { ttl = \"1d\" }\n\
    [[panel]]\nid = \"orders\"\ntitle = \"Orders\"\nkind = \"stat\"\n\
    sql = \"select count(*) as orders from invoices\"\n";

#[tokio::test]
async fn a_webhook_that_fails_first_is_sent_again_and_then_pages_show_what_came() {
    let world = World::at(NIGHT).await;
    let dashboards = world.folder.path().join("dashboards");
    std::fs::create_dir(&dashboards).unwrap();
    std::fs::write(dashboards.join("retail.toml"), ORDERS).unwrap();
    let clock: Arc<dyn Clock> = world.clock.clone();
    let name = SourceName::parse(source::NAME).unwrap();
    let source = Source::sqlite(name.clone(), &world.database(), Limits::default());
    let cache = Cache::in_memory(Config::default(), clock.clone());
    let loader = Loader::new(cache, Sources::from([(name, source)]));
    let catalog = Arc::new(Catalog::open(&dashboards));
    let engine = Arc::new(Engine::new(catalog, loader, clock.clone()));
    let service = Arc::new(EngineService::new(Arc::clone(&engine), clock.clone()));
    let state = AppState::new(service, Assets::default());
    let (key, mut declared) = (SigningKey::random(), BTreeMap::new());
    feeder::declare(&mut declared, &key).unwrap();
    let hooks = Hooks::new(Arc::clone(&engine), clock.clone(), declared);
    let left = Arc::new(AtomicU64::new(2));
    let failing = middleware::from_fn_with_state(Arc::clone(&left), failing_at_first);
    let app = router(state, world.folder.path()).merge(hooks::routes(hooks).layer(failing));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());

    let page = async || {
        let url = format!("http://{address}/d/retail");
        let answer = Client::default().get(&url, LIMIT).await.unwrap();
        assert_eq!(answer.status, 200);
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    assert!(page().await.contains(">900<"), "{}", page().await);
    let seen = feeder::lookups(&engine);
    assert!(seen > 0, "who looks is noticed");
    let mut feeder = world.feeder().await;
    assert_eq!(feeder.write().await.unwrap(), 10);
    assert!(page().await.contains(">900<"), "nobody has said anything yet");
    Delivery::to(address, source::HOOK, key, clock.clone()).until_acknowledged().await;
    assert_eq!(left.load(Ordering::SeqCst), 0);
    eventually("the page shows what came", async || page().await.contains(">910<")).await;
    // A refresh without readers does not count as a reader.
    let before = feeder::lookups(&engine);
    engine.warm(&engine.catalog().contents().dashboards.values().next().unwrap().clone()).await;
    assert_eq!(feeder::lookups(&engine), before);
}

#[test]
fn the_shop_stands_still_in_the_past_and_where_it_is_told_to() {
    let lives = |words: &[&str]| {
        let words = ["brisk", "serve"].iter().chain(words);
        let BriskCommand::Serve(arguments) = Cli::parse_from(words).command else { panic!() };
        arguments.demo_lives()
    };
    assert!(lives(&["--demo"]));
    assert!(!lives(&[]));
    for still in ["--demo-still", "--demo-unshifted", "--now=2011-12-09T13:00"] {
        assert!(!lives(&["--demo", still]), "{still}");
    }
}

/// A server as a newcomer starts it, but for its clock, which stands until it is moved; it ends
/// with this.
struct Server {
    port: u16,
    clock: PathBuf,
    _process: Guarded,
}

impl Server {
    fn start(world: &World, variables: &[(&str, &str)], words: &[&str]) -> Self {
        let folder = world.folder.path();
        let manifest = r#"{"brisk.css":"/b.css","brisk.js":"/b.js","brisk_bg.wasm":"/b.wasm","loader.js":"/l.js"}"#;
        std::fs::write(folder.join("manifest.json"), manifest).unwrap();
        let port = free_port().unwrap();
        let log = folder.join("log");
        let _ = std::fs::remove_file(&log);
        let dashboards = repository("dashboards").display().to_string();
        let listen = format!("127.0.0.1:{port}");
        let usual = ["serve", "--demo", "--demo-dir", ".", "--data-dir", "data", "--assets", "."];
        let clock = folder.join("clock");
        let _ = std::fs::remove_file(&clock);
        let own = ["--dashboards", &dashboards, "--listen", &listen, "--clock-socket", "clock"];
        let words = [env!("CARGO_BIN_EXE_brisk")].iter().chain(&usual).chain(&own).chain(words);
        let words: Vec<OsString> = words.map(OsString::from).collect();
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let process = Guarded::start(&words, folder, &log, "KILL", &variables).unwrap();
        Self { port, clock, _process: process }
    }

    /// How many orders the dashboard shows, once it answers.
    async fn orders(&self) -> i64 {
        let path = "/api/v1/dashboards/online-retail/panels/orders";
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let mut orders = None;
        let answered = async || {
            let answer = Client::default().get(&url, LIMIT).await;
            let Some(answer) = answer.ok().filter(|answer| answer.status == 200) else {
                return false;
            };
            let answer: Value = serde_json::from_slice(&answer.body).unwrap();
            orders = answer["panel"]["frame"]["columns"][0]["cells"][0].as_i64();
            true
        };
        eventually("the server answers", answered).await;
        orders.unwrap()
    }

    /// Moves its clock.
    async fn advance(&self, seconds: i64) {
        let moved = async {
            let mut clock = UnixStream::connect(&self.clock).await.unwrap();
            clock.write_all(format!("{seconds}\n").as_bytes()).await.unwrap();
            clock.read_u8().await.unwrap()
        };
        wait_for("the server's clock has moved", moved).await;
    }
}

#[tokio::test]
async fn a_newcomer_sees_it_move_within_a_minute_and_not_where_it_stands_still() {
    let world = World::at(NIGHT).await;
    let still = Server::start(&world, &[("BRISK_DEMO_STILL", "1")], &[]);
    still.orders().await;
    drop(still);
    let log = || std::fs::read_to_string(world.folder.path().join("log")).unwrap();
    assert!(!log().contains("are replayed"), "{}", log());
    let database = world.folder.path().join("data/retail.sqlite");
    let fed = async || {
        let url = format!("sqlite://{}", database.display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let row = connection.fetch_one("select count(*) from invoices where invoice like '%-%'");
        row.await.unwrap().get::<i64, _>(0)
    };
    assert_eq!(fed().await, 0);

    // Nobody has the secret of its webhook: an unsigned delivery is refused like any other.
    let server = Server::start(&world, &[], &[]);
    let first = server.orders().await;
    assert!(log().contains("are replayed"), "{}", log());
    let moved = async |from: i64| {
        let mut now = from;
        let more = async || {
            server.advance(5).await;
            now = server.orders().await;
            now > from
        };
        eventually("an invoice of the demo's comes", more).await;
        now
    };
    moved(moved(first).await).await;
    drop(server);
    let before = fed().await;
    assert!(before > 0);

    // Dates in the past stay there, even after a start without the flag.
    std::fs::remove_dir_all(world.folder.path().join("data")).unwrap();
    for words in [&["--demo-unshifted"][..], &[]] {
        let server = Server::start(&world, &[], words);
        server.orders().await;
        drop(server);
        assert!(!log().contains("are replayed"), "{}", log());
    }
    assert_eq!(fed().await, 0);
}
