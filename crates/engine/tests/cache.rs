//! The engine's use of the cache: who shares entries and who does not, what warming loads, which
//! policy applies, what an invalidation reaches. Loads are counted, not assumed.

use brisk_cache::{Cache, Config, Figures, Trigger};
use brisk_domain::{
    Access, AttributeName, CacheMode, CachePolicy, Dashboard, Freshness, ManualClock, PanelId,
    Selection, Slug, SourceName, Tag, Timestamp, ViewState,
};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{AdminPolicies, Catalog, ChoicesState, Engine, PanelState, Policies};
use brisk_source::{Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;

const SALES: &str = r#"
title = "Sales"
source = "shop"
tags = ["etl-nightly"]
[[variable]]
name = "country"
options = "select distinct country from orders order by 1"
[[panel]]
id = "revenue"
title = "Revenue"
kind = "stat"
sql = "select sum(amount) as revenue from orders where $optional(country = :country)"
[[panel]]
id = "customers"
title = "Customers"
kind = "stat"
sql = "select count(*) as customers from Main.Customers"
"#;

const TENANTS: &str = r#"
title = "Tenants"
source = "shop"
[[panel]]
id = "own"
title = "Own revenue"
kind = "stat"
sql = "select sum(amount) as revenue from orders where country = :user.tenant"
[[panel]]
id = "regions"
title = "Of my regions"
kind = "stat"
sql = "select sum(amount) as revenue from orders where country in :user.regions"
"#;

const POLICIES: &str = r#"
title = "Policies"
source = "shop"
cache = { ttl = "60s" }
[[panel]]
id = "nearest"
title = "Its own"
kind = "stat"
cache = { ttl = "10s", stale = "20s" }
sql = "select sum(amount) as a from orders"
[[panel]]
id = "dashboards"
title = "The dashboard's"
kind = "stat"
sql = "select sum(amount) as b from orders"
[[panel]]
id = "strict"
title = "Never the value before"
kind = "stat"
cache = "strict"
sql = "select sum(amount) as c from orders"
[[panel]]
id = "off"
title = "Never stored"
kind = "stat"
cache = "off"
sql = "select sum(amount) as d from orders"
[[panel]]
id = "sources"
title = "The source's"
kind = "stat"
source = "other"
sql = "select sum(amount) as e from orders"
"#;

struct World {
    engine: Engine,
    clock: Arc<ManualClock>,
    database: PathBuf,
    _directory: tempfile::TempDir,
}

async fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in [("sales", SALES), ("tenants", TENANTS), ("policies", POLICIES)] {
        std::fs::write(directory.path().join(format!("{name}.toml")), text).unwrap();
    }
    let database = directory.path().join("shop.sqlite");
    write(
        &database,
        "create table orders (country text, amount int); create table customers (name text);
         insert into orders values ('France', 1), ('EIRE', 10), ('Spain', 100);
         insert into customers values ('a'), ('b')",
    )
    .await;
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
    let config = Config { jitter: 0.0, early: 0.0, ..Config::default() };
    let cache = Cache::in_memory(config, clock.clone());
    let source = |name: &str| {
        let name = SourceName::parse(name).unwrap();
        (name.clone(), Source::sqlite(name, &database, Limits::default()))
    };
    let loader = Loader::new(cache, Sources::from([source("shop"), source("other")]));
    let catalog = Arc::new(Catalog::open(directory.path()));
    assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
    let seconds = |ttl, stale, mode| CachePolicy { ttl, stale, mode, early: None };
    let policies = Policies {
        default: seconds(Some(200), Some(1_000), None),
        sources: [(
            SourceName::parse("other").unwrap(),
            seconds(Some(500), None, Some(CacheMode::Strict)),
        )]
        .into(),
        ..Policies::default()
    };
    let engine = Engine::new(catalog, loader, clock.clone()).with_policies(policies);
    World { engine, clock, database, _directory: directory }
}

async fn write(database: &PathBuf, sql: &str) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

fn access(attributes: &[(&str, &[&str])]) -> Access {
    Access::of(attributes.iter().map(|(name, values)| {
        let values = values.iter().map(|value| (*value).to_owned());
        (AttributeName::parse(name).unwrap(), Selection::of(values))
    }))
}

/// A panel's first figure and how current it is, at once and after loading.
#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Ready(String, Freshness),
    /// The previous value, and the loaded one.
    Loaded(Option<String>, String),
    Failed(String),
}

impl World {
    fn dashboard(&self, slug: &str) -> Arc<Dashboard> {
        self.engine.catalog().dashboard(&Slug::parse(slug).unwrap()).unwrap()
    }

    async fn lookup(&self, slug: &str, query: &[(&str, &str)], access: &Access) -> Vec<Shown> {
        let dashboard = self.dashboard(slug);
        let pairs: Vec<_> = query.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        let view = ViewState::from_pairs(&dashboard, &pairs).unwrap();
        let view = self.engine.view(&dashboard, &view, access, Trigger::View).await.unwrap();
        for choices in view.options.into_values() {
            if let ChoicesState::Pending(load) = choices {
                load.await.unwrap();
            }
        }
        let mut shown = Vec::new();
        for state in view.panels {
            let figure = |data: &brisk_domain::PanelData| {
                data.frame.columns()[0].values.exact(0).unwrap_or_else(|| "NULL".into())
            };
            shown.push(match state {
                PanelState::Ready(data) => Shown::Ready(figure(&data), data.freshness),
                PanelState::Failed(error) => Shown::Failed(error.message),
                PanelState::Pending { previous, load } => match load.await {
                    Ok(data) => {
                        Shown::Loaded(previous.map(|previous| figure(&previous)), figure(&data))
                    }
                    Err(error) => Shown::Failed(error.message),
                },
            });
        }
        shown
    }

    async fn first(&self, slug: &str, panel: &str) -> Shown {
        let shown = self.lookup(slug, &[], &Access::anonymous()).await;
        let dashboard = self.dashboard(slug);
        let id = PanelId::parse(panel).unwrap();
        let at = dashboard.panels.iter().position(|panel| panel.id == id).unwrap();
        shown[at].clone()
    }

    async fn invalidate(&self, tag: &str) {
        self.engine.invalidate(&[Tag::parse(tag).unwrap()]).await.unwrap();
    }

    fn figures(&self) -> Figures {
        self.engine.loader().cache().statistics().of_readers()
    }

    fn loads(&self) -> u64 {
        self.engine.loader().cache().statistics().of_all().loads
    }
}

fn fresh(figure: &str) -> Shown {
    Shown::Ready(figure.into(), Freshness::Fresh)
}

fn loaded(figure: &str) -> Shown {
    Shown::Loaded(None, figure.into())
}

#[tokio::test]
async fn two_access_scopes_never_share_an_entry() {
    let world = world().await;
    let of =
        |tenant: &str, regions: &[&str]| access(&[("tenant", &[tenant]), ("regions", regions)]);
    let (france, ireland) = (of("France", &["France", "EIRE"]), of("EIRE", &["EIRE", "Spain"]));
    assert_eq!(world.lookup("tenants", &[], &france).await, [loaded("1"), loaded("11")]);
    assert_eq!(world.lookup("tenants", &[], &ireland).await, [loaded("10"), loaded("110")]);
    assert_eq!(world.lookup("tenants", &[], &france).await, [fresh("1"), fresh("11")]);
    assert_eq!(world.loads(), 4);
    // Nor is a previous value of one shown to the other.
    write(&world.database, "update orders set amount = amount + 1").await;
    world.invalidate("table:shop.orders").await;
    let before = |figure: &str, then: &str| Shown::Loaded(Some(figure.into()), then.into());
    assert_eq!(
        world.lookup("tenants", &[], &ireland).await,
        [before("10", "11"), before("110", "112")]
    );
    assert_eq!(world.lookup("tenants", &[], &france).await, [before("1", "2"), before("11", "13")]);
}

#[tokio::test]
async fn a_user_without_an_attribute_sees_no_data() {
    let world = world().await;
    let user = access(&[("tenant", &["France"])]);
    let shown = world.lookup("tenants", &[], &user).await;
    assert_eq!(shown[0], loaded("1"));
    let Shown::Failed(message) = &shown[1] else { panic!("{shown:?}") };
    assert!(message.contains("\"regions\"") && message.contains("administrator"), "{message}");
    let shown = world.lookup("tenants", &[], &Access::anonymous()).await;
    assert!(shown.iter().all(|shown| matches!(shown, Shown::Failed(_))), "{shown:?}");
    assert_eq!(world.loads(), 1, "no statement ran");
}

#[tokio::test]
async fn warm_then_view_is_a_hit_and_warming_is_not_counted_for_readers() {
    let world = world().await;
    let sales = world.dashboard("sales");
    assert_eq!(world.engine.warm(&sales).await.views, 1);
    let warmed = world.loads();
    assert_eq!(warmed, 3, "two panels and the choices");
    assert_eq!(world.figures(), Figures::default(), "warming does not count towards the hit rate");
    assert_eq!(world.lookup("sales", &[], &Access::anonymous()).await, [fresh("111"), fresh("2")]);
    assert_eq!(world.loads(), warmed, "warming fills the keys that browsers ask for");
    assert_eq!((world.figures().hits, world.figures().misses), (3, 0));
}

#[tokio::test]
async fn warming_loads_the_most_requested_views_with_the_access_of_their_readers() {
    let world = world().await;
    let everybody = Access::anonymous();
    for _ in 0..3 {
        world.lookup("sales", &[("country", "France")], &everybody).await;
    }
    let france = access(&[("tenant", &["France"]), ("regions", &["France"])]);
    world.lookup("tenants", &[], &france).await;
    world.invalidate(brisk_domain::tag::ALL).await;
    assert_eq!(world.engine.warm(&world.dashboard("sales")).await.views, 2);
    assert_eq!(world.engine.warm(&world.dashboard("tenants")).await.views, 2);
    let loads = world.loads();
    let shown = world.lookup("sales", &[("country", "France")], &everybody).await;
    assert_eq!(shown, [fresh("1"), fresh("2")]);
    assert_eq!(world.lookup("sales", &[], &everybody).await, [fresh("111"), fresh("2")]);
    assert_eq!(world.lookup("tenants", &[], &france).await, [fresh("1"), fresh("1")]);
    assert_eq!(world.loads(), loads);
}

#[tokio::test]
async fn panels_for_readers_with_attributes_are_skipped_and_failing_ones_are_named() {
    let world = world().await;
    let tag = |text: &str| Tag::parse(text).unwrap();
    let warmed = world.engine.warm_tag(&tag("dashboard:tenants")).await;
    assert_eq!((warmed.views, warmed.skipped, warmed.failed), (1, 2, 0), "{warmed:?}");
    assert!(warmed.failing.is_empty() && world.loads() == 0, "{warmed:?}");
    // Somebody with one of the two attributes has one of the panels.
    world.lookup("tenants", &[], &access(&[("tenant", &["France"])])).await;
    world.invalidate(brisk_domain::tag::ALL).await;
    let warmed = world.engine.warm_tag(&tag("dashboard:tenants")).await;
    assert_eq!((warmed.views, warmed.loaded, warmed.skipped, warmed.failed), (2, 1, 3, 0));
    write(&world.database, "drop table customers").await;
    world.invalidate(brisk_domain::tag::ALL).await;
    let warmed = world.engine.warm_tag(&tag("dashboard:sales")).await;
    assert_eq!((warmed.loaded, warmed.skipped, warmed.failed), (1, 0, 1), "{warmed:?}");
    assert_eq!(warmed.failing.into_iter().collect::<Vec<_>>(), ["sales/customers"]);
}

#[tokio::test]
async fn panels_whose_frames_are_not_kept_are_not_warmed_and_are_named() {
    let world = world().await;
    let tag = Tag::parse("dashboard:policies").unwrap();
    let panels = world.dashboard("policies").panels.len() as u64;
    let warmed = world.engine.warm_tag(&tag).await;
    assert_eq!(warmed.not_kept.iter().map(String::as_str).collect::<Vec<_>>(), ["policies/off"]);
    assert_eq!((warmed.loaded, warmed.failed), (panels - 1, 0), "{warmed:?}");
    assert_eq!(world.loads(), panels - 1, "its statement did not run");
    // An administrator's setting counts like the file, and so does a life of no time.
    let nothing = CachePolicy { ttl: Some(0), stale: Some(0), mode: None, early: None };
    let slug = Slug::parse("sales").unwrap();
    let admin = AdminPolicies { dashboards: [(slug, nothing)].into(), ..AdminPolicies::default() };
    world.engine.set_admin_policies(admin);
    let loads = world.loads();
    let warmed = world.engine.warm_tag(&Tag::parse("dashboard:sales").unwrap()).await;
    assert_eq!((warmed.views, warmed.not_kept.len()), (0, 2), "{warmed:?}");
    assert_eq!(world.loads(), loads);
}

#[tokio::test]
async fn what_depends_on_a_table_is_found_whoever_it_is_for() {
    let world = world().await;
    let tag = |text: &str| Tag::parse(text).unwrap();
    let dependent = |tag: &Tag| -> Vec<String> {
        let dependent = world.engine.dependent(tag);
        dependent.into_iter().map(|(dashboard, _)| dashboard.slug.to_string()).collect()
    };
    let orders = tag("table:shop.orders");
    assert!(dependent(&orders).contains(&"tenants".to_owned()), "{:?}", dependent(&orders));
    assert!(!dependent(&tag("table:shop.customers")).contains(&"tenants".to_owned()));
    let france = access(&[("tenant", &["France"]), ("regions", &["France"])]);
    world.lookup("tenants", &[], &france).await;
    world.invalidate("table:shop.orders").await;
    world.engine.warm_tag(&orders).await;
    let loads = world.loads();
    assert_eq!(world.lookup("tenants", &[], &france).await, [fresh("1"), fresh("1")]);
    assert_eq!(world.loads(), loads, "their readers' views are warm");
}

#[tokio::test]
async fn requested_views_are_still_warmed_after_a_restart() {
    let world = world().await;
    let everybody = Access::anonymous();
    world.lookup("sales", &[("country", "France")], &everybody).await;
    world.lookup("tenants", &[], &access(&[("tenant", &["France"])])).await;
    let requested = world.engine.requested_views();
    let queries: Vec<&str> = requested.iter().map(|view| view.query.as_str()).collect();
    assert_eq!(queries, ["?country=France"], "attributes are personal");
    let after = self::world().await;
    after.engine.recall_requested_views(&requested);
    assert_eq!(after.engine.warm(&after.dashboard("sales")).await.views, 2);
    let shown = after.lookup("sales", &[("country", "France")], &everybody).await;
    assert_eq!(shown, [fresh("1"), fresh("2")]);
}

#[tokio::test]
async fn the_nearest_policy_wins() {
    let world = world().await;
    let stale = |shown: &Shown| matches!(shown, Shown::Ready(_, Freshness::Stale));
    let is_fresh = |shown: &Shown| matches!(shown, Shown::Ready(_, Freshness::Fresh));
    let lookup = async || world.lookup("policies", &[], &Access::anonymous()).await;
    lookup().await;
    world.clock.advance(9);
    let shown = lookup().await;
    assert!(is_fresh(&shown[0]) && is_fresh(&shown[1]) && is_fresh(&shown[4]), "{shown:?}");
    assert_eq!(shown[3], loaded("111"), "off is never stored");
    world.clock.advance(2);
    assert!(stale(&lookup().await[0]), "the panel says 10 s");
    world.clock.advance(50);
    let shown = lookup().await;
    assert!(stale(&shown[1]), "the dashboard says 60 s: {shown:?}");
    assert!(stale(&shown[4]), "so it does for a panel of another source: {shown:?}");
    world.clock.advance(60 + 1_001);
    let shown = lookup().await;
    assert_eq!(shown[1], loaded("111"), "the stale window is the default's: 1,000 s");
    let sales = world.first("sales", "revenue").await;
    assert_eq!(sales, loaded("111"));
    world.clock.advance(199);
    assert_eq!(world.first("sales", "revenue").await, fresh("111"), "the default says 200 s");
    world.clock.advance(2);
    assert!(stale(&world.first("sales", "revenue").await));
}

#[tokio::test]
async fn what_an_administrator_sets_stands_over_the_file_at_its_level_and_holds_at_once() {
    let world = world().await;
    let is = |shown: &Shown, freshness| matches!(shown, Shown::Ready(_, is) if *is == freshness);
    let (is_fresh, is_stale) =
        (|shown: &Shown| is(shown, Freshness::Fresh), |shown: &Shown| is(shown, Freshness::Stale));
    let lookup = async || world.lookup("policies", &[], &Access::anonymous()).await;
    let slug = Slug::parse("policies").unwrap();
    let seconds = |ttl| CachePolicy { ttl: Some(ttl), ..CachePolicy::default() };
    let panel = |id: &str| (slug.clone(), PanelId::parse(id).unwrap());
    lookup().await;
    world.clock.advance(6);
    assert!(is_fresh(&lookup().await[0]), "its file says 10 s");
    // The plans were kept, and so were the frames.
    let mut admin = AdminPolicies::default();
    admin.panels.insert(panel("nearest"), seconds(5));
    admin.dashboards.insert(slug.clone(), seconds(30));
    admin.sources.insert(SourceName::parse("shop").unwrap(), seconds(1));
    admin.global = CachePolicy { mode: Some(CacheMode::Strict), ..seconds(2) };
    world.engine.set_admin_policies(admin.clone());
    let shown = lookup().await;
    assert!(is_stale(&shown[0]), "the setting for the panel says 5 s: {shown:?}");
    assert!(is_fresh(&shown[1]), "the dashboard is nearer than its source: {shown:?}");
    world.clock.advance(25);
    let shown = lookup().await;
    assert!(is_stale(&shown[1]), "the setting for the dashboard says 30 s, its file 60 s");
    assert!(is_stale(&shown[4]), "also for a panel of another source: {shown:?}");
    assert_eq!(
        shown[3],
        loaded("111"),
        "what the panel's file says is nearer than the strict mode"
    );
    // A setting at a level without one in the file.
    admin.panels.insert(panel("off"), CachePolicy { mode: Some(CacheMode::Normal), ..seconds(60) });
    world.engine.set_admin_policies(admin);
    lookup().await;
    assert!(is_fresh(&lookup().await[3]), "it is stored from now on");
    // Taken back.
    world.engine.set_admin_policies(AdminPolicies::default());
    assert_eq!(lookup().await[3], loaded("111"), "off again");
}

#[tokio::test]
async fn strict_panels_never_show_a_previous_value() {
    let world = world().await;
    let lookup = async || world.lookup("policies", &[], &Access::anonymous()).await;
    lookup().await;
    write(&world.database, "insert into orders values ('Spain', 1000)").await;
    world.invalidate("all").await;
    let shown = lookup().await;
    assert_eq!(shown[1], Shown::Loaded(Some("111".into()), "1111".into()));
    assert_eq!(shown[2], loaded("1111"), "the panel is strict");
    assert_eq!(shown[4], loaded("1111"), "the source is strict");
}

#[tokio::test]
async fn an_invalidation_reaches_only_what_depends_on_its_tag() {
    let world = world().await;
    let lookup = async || {
        let shown = world.lookup("sales", &[], &Access::anonymous()).await;
        shown.iter().map(|shown| matches!(shown, Shown::Loaded(..))).collect::<Vec<_>>()
    };
    lookup().await;
    let (revenue, customers, both) = ([true, false], [false, true], [true, true]);
    for (tag, reached) in [
        ("table:shop.orders", revenue),
        ("table:shop.main.orders", revenue),
        ("table:shop.Orders", revenue),
        ("table:shop.customers", customers),
        ("table:shop.main.customers", customers),
        ("panel:sales/revenue", revenue),
        ("panel:sales/customers", customers),
        ("source:shop", both),
        ("dashboard:sales", both),
        ("etl-nightly", both),
        ("all", both),
        ("table:other.orders", [false, false]),
        ("dashboard:tenants", [false, false]),
        ("nobody-uses-this", [false, false]),
    ] {
        assert_eq!(lookup().await, [false, false], "before {tag}");
        world.invalidate(tag).await;
        assert_eq!(lookup().await, reached, "{tag}");
    }
}

#[tokio::test]
async fn a_value_past_its_ttl_is_shown_marked_and_replaced_in_the_background() {
    let world = world().await;
    world.first("sales", "revenue").await;
    write(&world.database, "update orders set amount = 0").await;
    world.clock.advance(201);
    let loads = world.loads();
    let shown = world.first("sales", "revenue").await;
    assert_eq!(shown, Shown::Ready("111".into(), Freshness::Stale));
    // In the background, one refresh each: two panels and the choices.
    while world.loads() < loads + 3 {
        tokio::task::yield_now().await;
    }
    while world.first("sales", "revenue").await != fresh("0") {
        tokio::task::yield_now().await;
    }
    world.lookup("sales", &[], &Access::anonymous()).await;
    assert_eq!(world.loads(), loads + 3);
}
