//! What programs get: the current value, unless they accept an older one; panels without choices;
//! editions that tell whether anything has changed; failures whose kind they can act on.

use brisk_cache::{Cache, Config, RedisConfig, Trigger};
use brisk_domain::{
    Access, Clock, Dashboard, FailureKind, Freshness, ManualClock, Panel, PanelData, Slug,
    SourceName, Tag, Timestamp, ViewState,
};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Cached, Catalog, Engine, PanelState};
use brisk_source::{Limits, Source};
use brisk_test_waiting::wait_for;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const SALES: &str = r#"
title = "Sales"
source = "shop"
cache = { ttl = "60s", stale = "600s" }
[[variable]]
name = "country"
options = "select distinct country from orders order by 1"
[[panel]]
id = "revenue"
title = "Revenue"
kind = "stat"
sql = "select sum(amount) as revenue from orders"
sparkline = "select 0 as t, sum(amount) as amount from orders"
[[panel]]
id = "own"
title = "Of my tenant"
kind = "stat"
sql = "select sum(amount) as amount from orders where country = :user.tenant"
[[panel]]
id = "elsewhere"
title = "Of a source that nobody declared"
kind = "stat"
source = "elsewhere"
sql = "select 1 as one"
[[panel]]
id = "no-table"
title = "Of a table that is not there"
kind = "stat"
sql = "select count(*) as n from nowhere"
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
[[panel]]
id = "many"
title = "Of too many rows"
kind = "table"
source = "narrow"
sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) select i from n"
"#;

struct World {
    engine: Engine,
    clock: Arc<ManualClock>,
    database: PathBuf,
    _directory: tempfile::TempDir,
}

async fn world() -> World {
    world_over(Cache::in_memory).await
}

async fn world_over(cache: impl FnOnce(Config, Arc<dyn Clock>) -> Cache<Cached>) -> World {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), SALES).unwrap();
    let database = directory.path().join("shop.sqlite");
    write(&database, "create table orders (country text, amount int)").await;
    write(&database, "insert into orders values ('France', 1), ('EIRE', 10)").await;
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
    let config = Config { jitter: 0.0, early: 0.0, ..Config::default() };
    let cache = cache(config, clock.clone());
    let source = |name: &str, path: &Path, limits: Limits| {
        let name = SourceName::parse(name).unwrap();
        (name.clone(), Source::sqlite(name, path, limits))
    };
    // Long enough to open the file on a busy machine.
    let hasty = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let narrow = Limits { rows: 10, ..Limits::default() };
    let loader = Loader::new(
        cache,
        Sources::from([
            source("shop", &database, Limits::default()),
            source("gone", &directory.path().join("gone.sqlite"), Limits::default()),
            source("hasty", &database, hasty),
            source("narrow", &database, narrow),
        ]),
    );
    let catalog = Arc::new(Catalog::open(directory.path()));
    assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
    let engine = Engine::new(catalog, loader, clock.clone());
    World { engine, clock, database, _directory: directory }
}

async fn write(database: &Path, sql: &str) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

impl World {
    fn dashboard(&self) -> Arc<Dashboard> {
        self.engine.catalog().dashboard(&Slug::parse("sales").unwrap()).unwrap()
    }

    /// The first panel as a program gets it.
    async fn lookup(&self, trigger: Trigger) -> PanelState {
        let dashboard = self.dashboard();
        let (view, anonymous) = (ViewState::default_of(&dashboard), Access::anonymous());
        let panels: Vec<&Panel> = dashboard.panels.iter().take(1).collect();
        let frames = self.engine.frames(&dashboard, &panels, &view, &anonymous, trigger).await;
        frames.unwrap().panels.remove(0)
    }

    async fn current(&self) -> Arc<PanelData> {
        self.lookup(Trigger::Api).await.current().await.unwrap()
    }

    fn loads(&self) -> u64 {
        self.engine.loader().cache().statistics().of_all().loads
    }

    async fn invalidate(&self, tag: &str) {
        self.engine.invalidate(&[Tag::parse(tag).unwrap()]).await.unwrap();
    }

    /// Waits for loads in the background.
    async fn loaded(&self, loads: u64) {
        let all = async {
            while self.loads() < loads {
                tokio::task::yield_now().await;
            }
        };
        wait_for(format!("{loads} loads have ended"), all).await;
    }
}

fn figure(data: &PanelData) -> String {
    data.frame.columns()[0].values.exact(0).unwrap()
}

#[tokio::test]
async fn a_program_waits_where_a_reader_is_shown_a_stale_value() {
    for trigger in [Trigger::Api, Trigger::Report] {
        let world = world().await;
        assert_eq!(figure(&*world.current().await), "11");
        write(&world.database, "insert into orders values ('Spain', 100)").await;
        world.clock.advance(61);
        let waiting = world.lookup(trigger).await;
        assert!(matches!(waiting, PanelState::Pending { .. }), "{trigger:?}");
        let data = waiting.current().await.unwrap();
        assert_eq!((figure(&data).as_str(), data.freshness), ("111", Freshness::Fresh));
    }
    let world = world().await;
    world.current().await;
    world.clock.advance(61);
    let PanelState::Ready(data) = world.lookup(Trigger::View).await else { panic!() };
    assert_eq!((figure(&data).as_str(), data.freshness), ("11", Freshness::Stale));
}

#[tokio::test]
async fn a_program_that_accepts_older_values_gets_them_at_once_and_the_load_continues() {
    for (tag, past, state) in
        [(None, 61, Freshness::Stale), (Some("table:shop.orders"), 30, Freshness::Previous)]
    {
        let world = world().await;
        let began = world.current().await.as_of;
        write(&world.database, "insert into orders values ('Spain', 100)").await;
        world.clock.advance(past);
        if let Some(tag) = tag {
            world.invalidate(tag).await;
        }
        let data = world.lookup(Trigger::Api).await.since(began).await.unwrap();
        assert_eq!((figure(&data).as_str(), data.freshness, data.as_of), ("11", state, began));
        world.loaded(4).await;
        let current = world.current().await;
        assert_eq!((figure(&current).as_str(), world.loads()), ("111", 4));
    }
}

#[tokio::test]
async fn a_program_waits_where_the_value_is_older_than_it_accepts() {
    let world = world().await;
    let began = world.current().await.as_of;
    write(&world.database, "insert into orders values ('Spain', 100)").await;
    world.clock.advance(61);
    let data = world.lookup(Trigger::Api).await.since(Timestamp(began.0 + 1)).await.unwrap();
    assert_eq!((figure(&data).as_str(), data.freshness), ("111", Freshness::Fresh));
}

#[tokio::test]
async fn without_redis_a_program_gets_values_marked_as_unverified_but_none_past_their_ttl() {
    let nowhere = RedisConfig::parse("redis://127.0.0.1:1/");
    let world =
        world_over(|config, clock| Cache::with_redis(config, clock, nowhere).unwrap()).await;
    assert_eq!(figure(&*world.current().await), "11");
    let PanelState::Ready(data) = world.lookup(Trigger::Api).await else { panic!() };
    assert_eq!(data.freshness, Freshness::Unverified);
    write(&world.database, "insert into orders values ('Spain', 100)").await;
    world.clock.advance(61);
    let waiting = world.lookup(Trigger::Api).await;
    assert!(matches!(waiting, PanelState::Pending { .. }));
    assert_eq!(figure(&waiting.current().await.unwrap()), "111");
}

#[tokio::test]
async fn equal_editions_are_equal_frames() {
    let world = world().await;
    let first = world.current().await;
    world.clock.advance(30);
    assert_eq!(world.current().await.edition, first.edition);
    // Loaded again under the same generations: it may show something else.
    world.clock.advance(31);
    let later = world.current().await;
    assert_ne!(later.edition, first.edition);
    world.invalidate("table:shop.orders").await;
    let changed = world.current().await;
    assert_ne!(changed.edition, later.edition);
    assert_eq!(changed.edition, world.current().await.edition);
}

#[tokio::test]
async fn frames_alone_load_no_choices() {
    let world = world().await;
    world.current().await;
    assert_eq!(world.loads(), 2, "the figure and its sparkline");
    let dashboard = world.dashboard();
    let (view, anonymous) = (ViewState::default_of(&dashboard), Access::anonymous());
    let view =
        world.engine.panel(&dashboard, &dashboard.panels[0], &view, &anonymous, Trigger::Api);
    assert_eq!(view.await.unwrap().options.len(), 1, "a page needs them");
}

#[tokio::test]
async fn failures_say_what_kind_they_are() {
    let world = world().await;
    let dashboard = world.dashboard();
    let (view, anonymous) = (ViewState::default_of(&dashboard), Access::anonymous());
    let shown = world.engine.view(&dashboard, &view, &anonymous, Trigger::Api).await.unwrap();
    let mut failures = Vec::new();
    for (panel, state) in dashboard.panels.iter().zip(shown.panels) {
        if let Err(error) = state.current().await {
            failures.push((panel.id.to_string(), error.kind, error.retry));
        }
    }
    let expected = [
        ("own", FailureKind::Forbidden, false),
        ("elsewhere", FailureKind::Definition, false),
        ("no-table", FailureKind::Refused, false),
        ("no-file", FailureKind::Unavailable, true),
        ("endless", FailureKind::Timeout, true),
        ("many", FailureKind::TooLarge, false),
    ];
    assert_eq!(failures, expected.map(|(id, kind, retry)| (id.to_owned(), kind, retry)));
}
