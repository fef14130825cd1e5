//! Watched queries: whatever their result shows is noticed, in any direction.

use crate::fixture;
use axum::Router;
use brisk_bench::servers::redis::Redis;
use brisk_cache::{Cache, Config, RedisConfig};
use brisk_domain::{Clock, ManualClock, SourceName, Tag, Timestamp};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_server::noticing::Noticing;
use brisk_server::noticing::watch::Watch;
use brisk_server::router::router;
use brisk_server::service::EngineService;
use brisk_server::state::AppState;
use brisk_source::Limits;
use brisk_store::Store;
use brisk_test_stores::TestStore;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const ORDERS: &str = r#"
title = "Orders"
source = "shop"
tags = ["nightly"]
cache = { ttl = "1h" }
[[panel]]
id = "total"
title = "Total"
kind = "stat"
sql = "select coalesce(sum(amount), 0) as total from orders"
"#;
const SQL: &str = "select max(updated_at), count(*) from orders";

/// A process: its cache, and what it watches.
struct Process {
    app: Router,
    noticing: Arc<Noticing>,
    clock: Arc<ManualClock>,
    watch: Watch,
    shop: SourceName,
}

struct World {
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        let dashboards = world.folder.path().join("dashboards");
        std::fs::create_dir(&dashboards).unwrap();
        std::fs::write(dashboards.join("orders.toml"), ORDERS).unwrap();
        world
            .write("create table orders (id integer primary key, amount int, updated_at int)")
            .await;
        world.write("insert into orders values (1, 1, 100), (2, 2, 100)").await;
        world
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("shop.sqlite")
    }

    async fn write(&self, sql: &str) {
        fixture::write(&self.database(), sql).await;
    }

    fn process(&self, redis: Option<&Redis>, store: Option<Store>) -> Process {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)));
        let any: Arc<dyn Clock> = clock.clone();
        let cache = match redis {
            None => Cache::in_memory(Config::default(), Arc::clone(&any)),
            Some(redis) => {
                let redis = RedisConfig::parse(&redis.url());
                Cache::with_redis(Config::default(), Arc::clone(&any), redis).unwrap()
            }
        };
        let source = fixture::source("shop", &self.database(), Limits::default());
        let catalog = Arc::new(Catalog::open(&self.folder.path().join("dashboards")));
        let loader = Loader::new(cache, Sources::from([source]));
        let engine = Arc::new(Engine::new(catalog, loader, Arc::clone(&any)));
        let watch = Watch {
            name: "orders".into(),
            sql: SQL.into(),
            pace: Duration::from_secs(30),
            tags: None,
        };
        let shop = SourceName::parse("shop").unwrap();
        let watches = BTreeMap::from([(shop.clone(), vec![watch.clone()])]);
        let noticing = Noticing::new(Arc::clone(&engine), Arc::clone(&any), store, watches);
        let noticing = Arc::new(noticing);
        let service = Arc::new(EngineService::new(engine, any));
        let state = AppState::new(service, brisk_app::Assets::default());
        let state = state.with_noticing(Arc::clone(&noticing));
        let app = router(state, Path::new("nowhere"));
        Process { app, noticing, clock, watch, shop }
    }
}

impl Process {
    /// The watched query runs, half a minute after the last time.
    async fn look(&self) {
        self.clock.advance(30);
        self.noticing.watch(&self.shop, &self.watch).await;
    }

    async fn total(&self) -> i64 {
        let path = "/api/v1/dashboards/orders/panels/total";
        let (status, _, body) = fixture::ask(&self.app, fixture::get(path, &[])).await;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(status, 200, "{answer}");
        answer["panel"]["frame"]["columns"][0]["cells"][0].as_i64().unwrap()
    }

    async fn page(&self) -> String {
        let (_, _, body) = fixture::ask(&self.app, fixture::get("/admin/invalidation", &[])).await;
        String::from_utf8_lossy(&body).into_owned()
    }
}

#[tokio::test]
async fn an_insert_an_update_a_delete_and_a_clock_that_jumps_back_are_noticed() {
    let world = World::new().await;
    let process = world.process(None, None);
    process.look().await;
    let mut expected = process.total().await;
    for (sql, total) in [
        ("insert into orders values (3, 10, 100)", 13),
        ("update orders set amount = 20, updated_at = 200 where id = 3", 23),
        // The writer's clock was set back.
        ("update orders set amount = 30, updated_at = 150 where id = 3", 33),
        ("delete from orders where id = 1", 32),
        ("update orders set amount = 40, updated_at = null where id = 3", 42),
        ("delete from orders", 0),
    ] {
        world.write(sql).await;
        assert_eq!(process.total().await, expected, "nobody has looked yet");
        process.look().await;
        assert_eq!(process.total().await, total, "{sql}");
        expected = total;
    }
    // What the query cannot see goes unnoticed, and the page says so.
    world.write("insert into orders values (9, 1, 100)").await;
    process.look().await;
    assert_eq!(process.total().await, 1);
    world.write("update orders set amount = 2").await;
    process.look().await;
    assert_eq!(process.total().await, 1, "updated_at is as it was");
    let page = process.page().await;
    assert!(page.contains("neither an update that leaves updated_at as it is"), "{page}");
    assert!(page.contains("100, 1"), "the latest result is shown: {page}");
}

#[tokio::test]
async fn a_watched_query_that_failed_for_a_while_tells_what_changed_meanwhile() {
    let world = World::new().await;
    let process = world.process(None, None);
    process.look().await;
    assert_eq!(process.total().await, 3);
    world.write("alter table orders rename column updated_at to changed_at").await;
    world.write("insert into orders values (3, 10, 100)").await;
    process.look().await;
    process.look().await;
    assert_eq!(process.total().await, 3, "nothing is known");
    let page = process.page().await;
    assert!(page.contains("tells nothing") && page.contains("updated_at"), "{page}");
    world.write("alter table orders rename column changed_at to updated_at").await;
    process.look().await;
    assert_eq!(process.total().await, 13);
    assert!(!process.page().await.contains("tells nothing"));
}

#[tokio::test]
async fn a_watched_query_stands_for_its_own_tags_where_it_names_some() {
    let world = World::new().await;
    let mut process = world.process(None, None);
    process.watch.tags = Some(vec![Tag::parse("nightly").unwrap()]);
    process.watch.sql = "select 7".into();
    process.look().await;
    assert_eq!(process.total().await, 3);
    world.write("insert into orders values (3, 10, 100)").await;
    process.look().await;
    assert_eq!(process.total().await, 3, "the result is the same");
    process.watch.sql = "select 8".into();
    process.look().await;
    assert_eq!(process.total().await, 13);
}

#[tokio::test]
async fn with_a_shared_cache_replicas_take_turns_and_a_restart_forgets_nothing() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    for test in TestStore::each().await {
        let redis = Redis::start(&[]).unwrap();
        let world = World::new().await;
        let one = world.process(Some(&redis), Some(test.store.clone()));
        let other = world.process(Some(&redis), Some(test.again().await));
        one.look().await;
        assert_eq!((one.total().await, other.total().await), (3, 3));
        world.write("insert into orders values (3, 10, 100)").await;
        // It has just run; the other replica leaves it alone.
        other.clock.advance(40);
        other.noticing.watch(&other.shop, &other.watch).await;
        assert_eq!(other.total().await, 3);
        other.clock.advance(60);
        other.noticing.watch(&other.shop, &other.watch).await;
        assert_eq!((one.total().await, other.total().await), (13, 13), "both hear of it");
        drop((one, other));
        // No process is watching.
        world.write("insert into orders values (4, 100, 100)").await;
        let next = world.process(Some(&redis), Some(test.again().await));
        next.clock.advance(600);
        assert_eq!(next.total().await, 13, "the entry has outlived its processes");
        next.look().await;
        assert_eq!(next.total().await, 113);
    }
}
