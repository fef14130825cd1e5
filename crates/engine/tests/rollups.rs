//! Panels that read a rollup: it is refreshed before they run, once however many ask, and whatever
//! makes it out of date makes them so, too. Refreshes are counted, not assumed.

use brisk_cache::{Cache, Config, RedisConfig, Trigger};
use brisk_domain::{
    Access, Clock, Dashboard, Freshness, ManualClock, PanelError, RollupName, RollupRun, Slug,
    SourceName, Tag, Timestamp, ViewState,
};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Cached, Catalog, Engine, PanelState, PlannedRollup, RunObserver};
use brisk_source::{Limits, Source};
use brisk_test_waiting::eventually;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SALES: &str = r#"
title = "Sales"
source = "shop"
range = "last 30 days"
[[panel]]
id = "revenue"
title = "Revenue"
kind = "stat"
sql = "select sum(revenue) as revenue from brisk.daily where $range(day)"
[[panel]]
id = "lines"
title = "Lines"
kind = "stat"
sql = "select sum(lines) as lines from brisk.daily where $range(day)"
[[panel]]
id = "direct"
title = "Straight from the table"
kind = "stat"
sql = "select sum(net) as net from orders where $range(at)"
"#;

const DAILY: &str = r#"
source = "shop"
grain = "day"
time = "day"
refresh = "10m"
sql = "select $bucket(at) as day, sum(net) as revenue, count(*) as lines from orders where $range(at) group by 1"
"#;

/// 2011-11-16 12:00 UTC.
const NOON: i64 = 1_321_444_800;

/// All runs of all engines in a test.
#[derive(Default)]
struct Runs(Mutex<Vec<RollupRun>>);

impl RunObserver for Runs {
    fn ran(&self, run: &RollupRun) {
        self.0.lock().unwrap().push(run.clone());
    }
}

struct World {
    directory: tempfile::TempDir,
    clock: Arc<ManualClock>,
    runs: Arc<Runs>,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("rollups")).unwrap();
        std::fs::write(directory.path().join("sales.toml"), SALES).unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOON)));
        let world = Self { directory, clock, runs: Arc::default() };
        world.declare(DAILY);
        world
            .write(&format!(
                "create table orders (at integer not null, net integer not null);
                 insert into orders values ({NOON}, 1), ({NOON} - 86400, 10)"
            ))
            .await;
        world
    }

    fn declare(&self, rollup: &str) {
        std::fs::write(self.directory.path().join("rollups/daily.toml"), rollup).unwrap();
    }

    fn database(&self) -> PathBuf {
        self.directory.path().join("shop.sqlite")
    }

    async fn write(&self, sql: &str) {
        write(&self.database(), sql).await;
    }

    fn engine(&self) -> Engine {
        let clock: Arc<dyn Clock> = self.clock.clone();
        self.engine_over(Cache::in_memory(config(), clock))
    }

    fn engine_over(&self, cache: Cache<Cached>) -> Engine {
        self.engine_in("own", cache)
    }

    /// An engine that stores its rollups in a directory of that name.
    fn engine_in(&self, place: &str, cache: Cache<Cached>) -> Engine {
        let name = SourceName::parse("shop").unwrap();
        let file = self.directory.path().join(place).join("shop.sqlite");
        let source = Source::sqlite(name.clone(), &self.database(), Limits::default());
        let source = source.with_rollup_file(&file, place, Duration::from_secs(20));
        let loader = Loader::new(cache, Sources::from([(name, source)]));
        let catalog = Arc::new(Catalog::open(self.directory.path()));
        assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
        let loader = loader.with_observer(self.runs.clone());
        Engine::new(catalog, loader, self.clock.clone())
    }

    fn runs(&self) -> usize {
        self.runs.0.lock().unwrap().len()
    }

    fn last_run(&self) -> RollupRun {
        self.runs.0.lock().unwrap().last().unwrap().clone()
    }
}

fn config() -> Config {
    let error_ttl = Duration::ZERO;
    Config { jitter: 0.0, early: 0.0, error_ttl, ..Config::default() }
}

async fn write(database: &Path, sql: &str) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

/// A panel's figure, and what it showed until that was loaded.
#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Ready(String, Freshness),
    Loaded(Option<String>, Result<String, PanelError>),
    Failed(PanelError),
}

fn dashboard(engine: &Engine) -> Arc<Dashboard> {
    engine.catalog().dashboard(&Slug::parse("sales").unwrap()).unwrap()
}

async fn lookup(engine: &Engine) -> Vec<Shown> {
    let dashboard = dashboard(engine);
    let view = ViewState::default_of(&dashboard);
    let view = engine.view(&dashboard, &view, &Access::anonymous(), Trigger::View).await.unwrap();
    let figure = |data: &brisk_domain::PanelData| {
        data.frame.columns()[0].values.exact(0).unwrap_or_else(|| "NULL".into())
    };
    let mut shown = Vec::new();
    for state in view.panels {
        shown.push(match state {
            PanelState::Ready(data) => Shown::Ready(figure(&data), data.freshness),
            PanelState::Failed(error) => Shown::Failed(error),
            PanelState::Pending { previous, load } => {
                let came = load.await.map(|data| figure(&data));
                Shown::Loaded(previous.map(|previous| figure(&previous)), came)
            }
        });
    }
    shown
}

async fn figures(engine: &Engine) -> Vec<String> {
    let figure = |shown| match shown {
        Shown::Ready(figure, _) | Shown::Loaded(_, Ok(figure)) => figure,
        Shown::Loaded(_, Err(error)) | Shown::Failed(error) => error.message,
    };
    lookup(engine).await.into_iter().map(figure).collect()
}

async fn invalidate(engine: &Engine, tag: &str) {
    engine.invalidate(&[Tag::parse(tag).unwrap()]).await.unwrap();
}

fn planned(engine: &Engine) -> Arc<PlannedRollup> {
    let name = RollupName::parse("daily").unwrap();
    engine.rollups().into_iter().find(|(n, _)| *n == name).unwrap().1.unwrap()
}

#[tokio::test]
async fn a_page_refreshes_a_rollup_once_before_all_panels_that_read_it() {
    let world = World::new().await;
    let engine = world.engine();
    assert_eq!(figures(&engine).await, ["11", "2", "11"]);
    assert_eq!(world.runs(), 1);
    let fresh = |figure: &str| Shown::Ready(figure.into(), Freshness::Fresh);
    assert_eq!(lookup(&engine).await, [fresh("11"), fresh("2"), fresh("11")]);
    assert_eq!(world.runs(), 1);
    // A refresh does not count as a reader's lookup.
    let readers = engine.loader().cache().statistics().of_readers();
    assert_eq!((readers.hits, readers.misses, readers.loads), (3, 3, 3));
}

#[tokio::test]
async fn invalidating_a_base_table_refreshes_before_the_panel_reloads() {
    let world = World::new().await;
    let engine = world.engine();
    assert_eq!(figures(&engine).await, ["11", "2", "11"]);
    for (i, tag) in
        ["table:shop.main.orders", "rollup:shop.daily", "source:shop", "all"].iter().enumerate()
    {
        world.write(&format!("insert into orders values ({NOON}, 100)")).await;
        invalidate(&engine, tag).await;
        let (before, now) = (11 + 100 * i, 11 + 100 * (i + 1));
        let shown = lookup(&engine).await;
        let expected = Shown::Loaded(Some(before.to_string()), Ok(now.to_string()));
        assert_eq!(shown[0], expected, "{tag}");
        assert_eq!(world.runs(), i + 2, "{tag}");
        assert!(world.last_run().outcome.unwrap().from.is_some(), "no rebuild: {tag}");
    }
    // An invalidation of another table must not reach it.
    invalidate(&engine, "table:shop.customers").await;
    assert!(matches!(lookup(&engine).await[0], Shown::Ready(..)));
    assert_eq!(world.runs(), 5);
}

#[tokio::test]
async fn a_hundred_readers_of_an_outdated_rollup_cause_one_refresh() {
    let world = World::new().await;
    let engine = world.engine();
    figures(&engine).await;
    world.write(&format!("insert into orders values ({NOON}, 100)")).await;
    invalidate(&engine, "table:shop.orders").await;
    let all = futures::future::join_all((0..100).map(|_| figures(&engine))).await;
    assert!(all.iter().all(|figures| *figures == ["111", "3", "111"]));
    assert_eq!(world.runs(), 2);
}

/// A cache over the Redis that `cargo xtask test` starts; none with `--quick`.
fn shared(world: &World, test: &str) -> Option<Cache<Cached>> {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return None;
    }
    let url = std::env::var("BRISK_TEST_REDIS_URL");
    let url = url.expect("BRISK_TEST_REDIS_URL names a Redis: run cargo xtask test");
    let redis = RedisConfig {
        prefix: format!("{test}-{}:", std::process::id()),
        timeout: Duration::from_secs(5),
        ..RedisConfig::parse(&url)
    };
    let clock: Arc<dyn Clock> = world.clock.clone();
    Some(Cache::with_redis(config(), clock, redis).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_readers_of_two_processes_with_one_redis_cause_one_refresh() {
    let world = World::new().await;
    let cache = || shared(&world, "once");
    let (Some(first), Some(second)) = (cache(), cache()) else { return };
    let engines = [world.engine_over(first), world.engine_over(second)];
    for engine in &engines {
        assert_eq!(figures(engine).await, ["11", "2", "11"]);
        // A refresh is in Redis a moment after its readers have the result.
        stored(engine).await;
    }
    assert_eq!(world.runs(), 1, "the second process finds the first one's refresh");
    world.write(&format!("insert into orders values ({NOON}, 100)")).await;
    invalidate(&engines[0], "table:shop.orders").await;
    let all = (0..100).map(|i| figures(&engines[i % 2]));
    let all = futures::future::join_all(all).await;
    assert!(all.iter().all(|figures| *figures == ["111", "3", "111"]), "{all:?}");
    assert_eq!(world.runs(), 2);
}

#[tokio::test]
async fn processes_with_separate_rollup_files_each_refresh_their_own() {
    let world = World::new().await;
    let cache = || shared(&world, "own");
    let (Some(first), Some(second)) = (cache(), cache()) else { return };
    let (here, there) = (world.engine_in("here", first), world.engine_in("there", second));
    assert_eq!(figures(&here).await, ["11", "2", "11"]);
    stored(&here).await;
    // It must not find the panels' own frames: a new statement has none.
    let other = SALES.replace("sum(revenue) as", "sum(1 * revenue) as");
    std::fs::write(world.directory.path().join("sales.toml"), other).unwrap();
    there.catalog().reload();
    assert_eq!(figures(&there).await, ["11", "2", "11"]);
    assert_eq!(world.runs(), 2);
}

/// Waits until everything loaded is in Redis.
async fn stored(engine: &Engine) {
    let is_stored = async || {
        let statistics = engine.loader().cache().statistics();
        statistics.tiers.stored >= statistics.of_all().loads
    };
    eventually("everything loaded is in Redis", is_stored).await;
}

#[tokio::test]
async fn an_expired_rollup_is_refreshed_before_it_is_read() {
    let world = World::new().await;
    let engine = world.engine();
    figures(&engine).await;
    world.write(&format!("insert into orders values ({NOON}, 100)")).await;
    // Past the panel's TTL, within the rollup's: the rollup's rows are unchanged.
    world.clock.advance(540);
    assert_eq!(figures(&engine).await[0], "11", "stale, and refreshed in the background");
    assert_eq!(world.runs(), 1);
    world.clock.advance(4_000);
    assert_eq!(figures(&engine).await[0], "111");
    assert_eq!(world.runs(), 2);
}

#[tokio::test]
async fn without_readers_a_rollup_is_refreshed_once_it_expires_and_not_before() {
    let world = World::new().await;
    let engine = world.engine();
    let rollup = planned(&engine);
    assert_eq!(engine.refresh(&rollup).await.unwrap().rows, 2);
    world.clock.advance(599);
    engine.refresh(&rollup).await.unwrap();
    assert_eq!(world.runs(), 1);
    world.clock.advance(2);
    engine.refresh(&rollup).await.unwrap();
    assert_eq!(world.runs(), 2);
}

#[tokio::test]
async fn another_definition_rebuilds_and_a_broken_one_keeps_the_last_good() {
    let world = World::new().await;
    let engine = world.engine();
    figures(&engine).await;
    world.declare(&DAILY.replace("sum(net)", "sum(-net)"));
    engine.catalog().reload();
    assert_eq!(figures(&engine).await[0], "-11");
    assert_eq!(world.last_run().outcome.unwrap().from, None, "a rebuild");
    let runs = world.runs();
    // When to refresh is not part of the definition of its rows.
    world.declare(&DAILY.replace("sum(net)", "sum(-net)").replace("10m", "20m"));
    engine.catalog().reload();
    engine
        .purge(
            &dashboard(&engine),
            &ViewState::default_of(&dashboard(&engine)),
            &Access::anonymous(),
        )
        .await
        .unwrap();
    assert_eq!(figures(&engine).await[0], "-11");
    assert!(world.last_run().outcome.unwrap().from.is_some());
    assert_eq!(world.runs(), runs + 1);

    world.declare("source = 'shop'");
    let contents = engine.catalog().reload();
    assert_eq!(contents.outdated_rollups.len(), 1);
    assert!(contents.problems.iter().all(|problem| problem.file.contains("daily.toml")));
    assert_eq!(figures(&engine).await[0], "-11");
    std::fs::remove_file(world.directory.path().join("rollups/daily.toml")).unwrap();
    engine.catalog().reload();
    let Shown::Failed(error) = lookup(&engine).await[0].clone() else { panic!("it is gone") };
    assert!(error.message.contains("there is no rollup daily"), "{error}");
}

#[tokio::test]
async fn a_failed_refresh_is_reported_by_the_panels_that_need_it_and_keeps_the_previous_value() {
    let world = World::new().await;
    let engine = world.engine();
    figures(&engine).await;
    world.write("alter table orders rename to moved").await;
    invalidate(&engine, "table:shop.orders").await;
    let shown = lookup(&engine).await;
    let Shown::Loaded(Some(before), Err(error)) = &shown[0] else { panic!("{shown:?}") };
    assert_eq!(before, "11");
    assert!(error.message.contains("The rollup daily"), "{error}");
    assert!(error.message.contains("no such table: orders"), "{error}");
    assert!(error.retry);
    assert!(world.last_run().outcome.unwrap_err().contains("orders"));
    world.write("alter table moved rename to orders").await;
    assert_eq!(figures(&engine).await, ["11", "2", "11"]);
}

#[tokio::test]
async fn a_rebuild_covers_rows_that_a_refresh_does_not() {
    let world = World::new().await;
    let engine = world.engine();
    figures(&engine).await;
    world.write("update orders set net = 20 where net = 10").await;
    invalidate(&engine, "all").await;
    assert_eq!(figures(&engine).await[0], "11", "a day back, and nothing may be late");
    engine.rebuild(&planned(&engine)).await.unwrap();
    invalidate(&engine, "rollup:shop.daily").await;
    assert_eq!(figures(&engine).await[0], "21");
}

#[tokio::test]
async fn refreshing_a_page_by_hand_refreshes_the_rollups_it_reads() {
    let world = World::new().await;
    let engine = world.engine();
    figures(&engine).await;
    world.write(&format!("insert into orders values ({NOON}, 100)")).await;
    let dashboard = dashboard(&engine);
    let view = ViewState::default_of(&dashboard);
    engine.purge(&dashboard, &view, &Access::anonymous()).await.unwrap();
    assert_eq!(figures(&engine).await, ["111", "3", "111"]);
}
