//! What administrators set in the app: what it means, and that it takes effect on all replicas.

use crate::fixture;
use brisk_domain::{CacheMode, CachePolicy, Clock, ManualClock, Timestamp};
use brisk_engine::load::Sources;
use brisk_engine::{AdminPolicies, Engine};
use brisk_server::administration::cache_settings::{
    self, CacheScope, SettingError, TypedPolicy, policies, toml,
};
use brisk_server::config::{Environment, Flags, Settings};
use brisk_server::jobs::store_changes::{StoreChanges, Subscribers};
use brisk_store::{Actor, AuditFilter, Store, Topic};
use brisk_test_stores::TestStore;
use brisk_test_waiting::eventually;
use std::path::Path;
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

fn anna() -> Actor {
    Actor { name: "anna".into(), address: "192.0.2.7".into() }
}

fn scope(text: &str) -> CacheScope {
    CacheScope::parse(text).unwrap()
}

#[tokio::test]
async fn settings_are_what_was_typed_and_nothing_of_it_where_a_part_is_wrong() {
    let test = TestStore::sqlite().await;
    let store = &test.store;
    let panel = scope("panel:sales/revenue");
    let typed = TypedPolicy { ttl: " 90s ", stale: "2h", mode: "strict", early: "false" };
    cache_settings::change(store, &panel, typed, &anna(), NOW).await.unwrap();
    let set = |policies: &AdminPolicies| panel.set(policies);
    let expected = CachePolicy {
        ttl: Some(90),
        stale: Some(7_200),
        mode: Some(CacheMode::Strict),
        early: Some(false),
    };
    assert_eq!(set(&policies(&store.settings().await.unwrap())), expected);
    for (wrong, said) in [
        (TypedPolicy { ttl: "5", ..typed }, "\"ttl\" must be a duration from 0s to 30d"),
        (TypedPolicy { stale: "31d", ..typed }, "\"stale\" must be a duration from 0s to 30d"),
        (TypedPolicy { ttl: "1500ms", ..typed }, "\"ttl\" must"),
        (
            TypedPolicy { mode: "strickt", ..typed },
            "\"mode\" must be \"normal\", \"strict\", \"off\"",
        ),
        (TypedPolicy { early: "yes", ..typed }, "\"early\" must be true or false"),
    ] {
        let error = cache_settings::change(store, &panel, wrong, &anna(), NOW).await.unwrap_err();
        assert!(
            matches!(error, SettingError::Text(..)) && error.to_string().contains(said),
            "{error}"
        );
    }
    assert_eq!(set(&policies(&store.settings().await.unwrap())), expected);
    let back = TypedPolicy { ttl: "1m", ..TypedPolicy::default() };
    cache_settings::change(store, &panel, back, &anna(), NOW).await.unwrap();
    let expected = CachePolicy { ttl: Some(60), ..CachePolicy::default() };
    assert_eq!(set(&policies(&store.settings().await.unwrap())), expected);
    let log = store.audit(&AuditFilter::default(), 100).await.unwrap();
    assert_eq!(log.len(), 4 + 4, "each of them is in the log");
    for no_scope in ["", "all", "panel:sales", "source:", "dashboard:../x", "shop"] {
        assert_eq!(CacheScope::parse(no_scope), None, "{no_scope}");
    }
}

#[test]
fn what_is_set_can_be_copied_into_the_files() {
    let policy = CachePolicy {
        ttl: Some(90),
        stale: Some(7_200),
        mode: Some(CacheMode::Strict),
        early: Some(false),
    };
    let directory = tempfile::tempdir().unwrap();
    let global = toml(&scope("global"), policy);
    let source = toml(&scope("source:shop"), policy);
    let file = format!("{global}{source}url = \"shop.sqlite\"\n");
    std::fs::write(directory.path().join("brisk.toml"), file).unwrap();
    let config = Some(directory.path().join("brisk.toml"));
    let settings =
        Settings::read(&Flags { config, ..Flags::default() }, &Environment::default()).unwrap();
    let read = settings.policies();
    assert_eq!(read.default, policy);
    assert_eq!(read.sources.into_values().collect::<Vec<_>>(), [policy]);
    let dashboard = toml(&scope("dashboard:sales"), policy);
    let panel = toml(&scope("panel:sales/revenue"), policy);
    let file = format!(
        "title = \"Sales\"\nsource = \"shop\"\n{dashboard}[[panel]]\nid = \"revenue\"\n\
         title = \"R\"\nkind = \"stat\"\nsql = \"select 1 as r\"\n{panel}"
    );
    let dashboards = directory.path().join("dashboards");
    std::fs::create_dir(&dashboards).unwrap();
    std::fs::write(dashboards.join("sales.toml"), file).unwrap();
    let catalog = brisk_engine::Catalog::open(&dashboards);
    assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
    let sales = catalog.contents().dashboards.values().next().cloned().unwrap();
    assert_eq!((sales.cache, sales.panels[0].cache), (policy, policy));
}

/// A replica: its engine, over a connection to the store of its own, and what follows changes.
struct Replica {
    engine: Arc<Engine>,
    _following: tokio::task::JoinHandle<()>,
}

async fn replica(store: Store, directory: &Path) -> Replica {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW));
    let state = fixture::state(directory, Sources::new(), clock);
    let engine = Arc::clone(state.service.engine());
    let subscribers = Subscribers::default().on(Topic::Settings, {
        let (store, engine) = (store.clone(), Arc::clone(&engine));
        move || {
            let (store, engine) = (store.clone(), Arc::clone(&engine));
            Box::pin(async move { cache_settings::apply(&store, &engine).await })
        }
    });
    let mut changes = StoreChanges::begin(&store, subscribers).await.unwrap();
    let following = tokio::spawn(async move { match changes.follow().await {} });
    Replica { engine, _following: following }
}

#[tokio::test]
async fn what_is_set_on_one_replica_holds_on_the_others_and_after_a_restart() {
    for test in TestStore::each().await {
        let directory = tempfile::tempdir().unwrap();
        let (one, two) = (test.again().await, test.again().await);
        let first = replica(one.clone(), directory.path()).await;
        let second = replica(two, directory.path()).await;
        let shop = scope("source:shop");
        let ttl = |engine: &Engine| shop.set(&engine.policies().admin).ttl;
        for (typed, expected) in [("90s", Some(90)), ("2m", Some(120)), ("", None)] {
            let typed = TypedPolicy { ttl: typed, ..TypedPolicy::default() };
            cache_settings::change(&one, &shop, typed, &anna(), NOW).await.unwrap();
            for replica in [&first, &second] {
                let follows = async || ttl(&replica.engine) == expected;
                eventually("the replica follows", follows).await;
            }
        }
        let typed = TypedPolicy { ttl: "3m", ..TypedPolicy::default() };
        cache_settings::change(&one, &shop, typed, &anna(), NOW).await.unwrap();
        let late = replica(test.again().await, directory.path()).await;
        assert_eq!(ttl(&late.engine), Some(180), "it holds before anything is served");
    }
}
