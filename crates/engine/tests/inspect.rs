//! What inspection reports about a panel's entries, and that it changes nothing.

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::{
    Access, CachePolicy, EntryOf, EntryReport, EntryState, ManualClock, PanelId, PolicyPlace, Slug,
    SourceName, Tag, Timestamp, ViewState,
};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{AdminPolicies, Catalog, Engine, Policies};
use brisk_source::{Limits, Source};
use sqlx::{Connection, Executor, SqliteConnection};
use std::sync::Arc;

const SALES: &str = r#"
title = "Sales"
source = "shop"
cache = { stale = "30s" }
[[panel]]
id = "revenue"
title = "Revenue"
kind = "stat"
compare = "previous period"
cache = { ttl = "60s" }
sparkline = "select $bucket(at) as day, sum(amount) as amount from orders where $range(at) group by 1"
sql = "select sum(amount) as revenue from orders where $range(at)"
[[panel]]
id = "strict"
title = "Strict"
kind = "stat"
cache = "strict"
sql = "select count(*) as n from orders"
[[panel]]
id = "off"
title = "Off"
kind = "stat"
cache = "off"
sql = "select 1 as n from orders"
[[panel]]
id = "broken"
title = "Broken"
kind = "stat"
sql = "select 1 as n; select 2"
"#;

struct World {
    engine: Engine,
    clock: Arc<ManualClock>,
    _directory: tempfile::TempDir,
}

async fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), SALES).unwrap();
    let database = directory.path().join("shop.sqlite");
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(&database).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection
        .execute(
            "create table orders (at int, amount int); insert into orders values (1699999000, 7)",
        )
        .await
        .unwrap();
    connection.close().await.unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
    let config = Config { jitter: 0.0, early: 0.0, ..Config::default() };
    let cache = Cache::in_memory(config, clock.clone());
    let name = SourceName::parse("shop").unwrap();
    let source = Source::sqlite(name.clone(), &database, Limits::default());
    let loader = Loader::new(cache, Sources::from([(name.clone(), source)]));
    let catalog = Arc::new(Catalog::open(directory.path()));
    let policies = Policies {
        default: CachePolicy::default(),
        sources: [(name, CachePolicy { ttl: Some(500), ..CachePolicy::default() })].into(),
        ..Policies::default()
    };
    let engine = Engine::new(catalog, loader, clock.clone()).with_policies(policies);
    World { engine, clock, _directory: directory }
}

impl World {
    async fn inspect(&self, panel: &str) -> Vec<EntryReport> {
        let dashboard = self.engine.catalog().dashboard(&Slug::parse("sales").unwrap()).unwrap();
        let panel = dashboard.panel(&PanelId::parse(panel).unwrap()).unwrap();
        let view = ViewState::default_of(&dashboard);
        let before = format!("{:?}", self.engine.loader().cache().statistics());
        let looked = self.engine.inspect(&dashboard, panel, &view, &Access::anonymous()).await;
        let after = format!("{:?}", self.engine.loader().cache().statistics());
        assert_eq!(before, after, "inspection counts nothing");
        looked.unwrap().map(|entries| entries.entries).unwrap_or_default()
    }

    async fn view(&self) {
        let dashboard = self.engine.catalog().dashboard(&Slug::parse("sales").unwrap()).unwrap();
        let view = ViewState::default_of(&dashboard);
        let access = Access::anonymous();
        let shown = self.engine.view(&dashboard, &view, &access, Trigger::View).await.unwrap();
        for panel in shown.panels {
            let _ = panel.current().await;
        }
    }

    async fn state(&self, panel: &str) -> (EntryState, String) {
        let entry = self.inspect(panel).await.remove(0);
        (entry.state, entry.why)
    }
}

#[tokio::test]
async fn an_entry_is_gone_then_fresh_then_stale_then_gone() {
    let world = world().await;
    let (state, why) = world.state("revenue").await;
    assert!(state == EntryState::Gone && why.contains("Nothing is stored"), "{why}");
    world.view().await;
    let entries = world.inspect("revenue").await;
    let of: Vec<EntryOf> = entries.iter().map(|entry| entry.of).collect();
    assert_eq!(of, [EntryOf::Statement, EntryOf::Compared, EntryOf::SmallLine, EntryOf::Beginning]);
    for entry in &entries {
        assert_eq!(entry.state, EntryState::Fresh);
        let stored = entry.stored.unwrap();
        let now = Timestamp::from_seconds(1_700_000_000);
        assert_eq!((stored.loaded_at, stored.fresh_until.seconds()), (now, now.seconds() + 60));
        assert_eq!(stored.usable_until.seconds(), now.seconds() + 90);
        assert!(stored.bytes > 0);
        assert!(entry.key.len() == 12 && entry.key.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(entry.tags.contains(&"table:shop.orders".to_owned()), "{:?}", entry.tags);
    }
    let keys: std::collections::BTreeSet<_> = entries.iter().map(|entry| &entry.key).collect();
    assert_eq!(keys.len(), 4);
    world.clock.advance(61);
    let (state, why) = world.state("revenue").await;
    assert!(state == EntryState::Stale && why.contains("Loaded 1 min 1 s ago"), "{why}");
    assert_eq!(world.state("revenue").await.0, EntryState::Stale, "inspection refreshes nothing");
    world.clock.advance(30);
    let (state, why) = world.state("revenue").await;
    assert!(state == EntryState::Gone && why.contains("ended 1 s ago"), "{why}");
}

#[tokio::test]
async fn an_invalidation_is_given_as_the_reason() {
    let world = world().await;
    world.view().await;
    let key = world.inspect("revenue").await[0].key.clone();
    world.engine.invalidate(&[Tag::parse("table:shop.orders").unwrap()]).await.unwrap();
    let entry = world.inspect("revenue").await.remove(0);
    assert_eq!((entry.state, entry.key), (EntryState::Previous, key));
    assert!(entry.why.contains("invalidated") && entry.why.contains("marked"), "{}", entry.why);
    let (state, why) = world.state("strict").await;
    assert!(state == EntryState::Previous && why.contains("the panel says \"strict\""), "{why}");
    world.view().await;
    assert_eq!(world.state("revenue").await.0, EntryState::Fresh);
}

#[tokio::test]
async fn each_figure_names_the_rule_that_it_comes_from() {
    let world = world().await;
    world.view().await;
    let entry = world.inspect("revenue").await.remove(0);
    assert_eq!((entry.ttl, entry.ttl_from), (60, PolicyPlace::Panel));
    assert_eq!((entry.stale, entry.stale_from), (30, PolicyPlace::Dashboard));
    let set = CachePolicy { stale: Some(20), ..CachePolicy::default() };
    let dashboards = [(Slug::parse("sales").unwrap(), set)].into();
    let global = CachePolicy { ttl: Some(1), ..CachePolicy::default() };
    let admin = AdminPolicies { dashboards, global, ..AdminPolicies::default() };
    world.engine.set_admin_policies(admin);
    let entry = world.inspect("revenue").await.remove(0);
    assert_eq!((entry.ttl, entry.ttl_from), (60, PolicyPlace::Panel));
    assert_eq!((entry.stale, entry.stale_from), (20, PolicyPlace::DashboardSetting));
    world.engine.set_admin_policies(AdminPolicies::default());
    let entry = world.inspect("strict").await.remove(0);
    assert_eq!((entry.ttl, entry.ttl_from), (500, PolicyPlace::Source));
    let (state, why) = world.state("off").await;
    assert!(state == EntryState::Off && why.starts_with("The panel says \"off\""), "{why}");
    assert_eq!(world.inspect("broken").await, [], "a panel that cannot be planned has no entries");
}
