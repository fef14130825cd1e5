//! A dashboard's "now": the clock, a date, the newest row.

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::{Access, ManualClock, Slug, SourceName, Tag, Timestamp, ViewState};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_source::{Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use std::sync::Arc;

/// 2026-11-25 12:00 UTC, long after the data ends.
const CLOCK: i64 = 1_795_608_000;
/// 2011-12-09 12:50 UTC.
const NEWEST: i64 = 1_323_435_000;
const DAY: i64 = 86_400;

struct World {
    engine: Engine,
    database: SqliteConnection,
    _directory: tempfile::TempDir,
}

async fn world(now: &str) -> World {
    let directory = tempfile::tempdir().unwrap();
    let file = format!(
        "title = \"Sales\"\nsource = \"shop\"\nrange = \"last 7 days\"\n{now}\n\
         [[panel]]\nid = \"orders\"\ntitle = \"Orders\"\nkind = \"stat\"\n\
         sql = \"select count(*) as n from orders where $range(at)\"\n"
    );
    std::fs::write(directory.path().join("sales.toml"), file).unwrap();
    let path = directory.path().join("shop.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let setup = format!("create table orders (at integer); insert into orders values ({NEWEST})");
    database.execute(AssertSqlSafe(setup)).await.unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(CLOCK)));
    let cache = Cache::in_memory(Config { jitter: 0.0, ..Config::default() }, clock.clone());
    let name = SourceName::parse("shop").unwrap();
    let source = Source::sqlite(name.clone(), &path, Limits::default());
    let catalog = Arc::new(Catalog::open(directory.path()));
    assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
    let loader = Loader::new(cache, Sources::from([(name, source)]));
    World { engine: Engine::new(catalog, loader, clock), database, _directory: directory }
}

impl World {
    /// The end of the default range, and the panel's count.
    async fn view(&self, trigger: Trigger) -> (i64, String) {
        let dashboard = self.engine.catalog().dashboard(&Slug::parse("sales").unwrap()).unwrap();
        let view = ViewState::default_of(&dashboard);
        let access = Access::anonymous();
        let shown = self.engine.view(&dashboard, &view, &access, trigger).await.unwrap();
        let end = shown.window.bounds.to.seconds();
        let data = shown.panels.into_iter().next().unwrap().current().await.unwrap();
        (end, data.frame.columns()[0].values.exact(0).unwrap())
    }

    fn loads(&self) -> u64 {
        self.engine.loader().cache().statistics().of_all().loads
    }
}

/// The end of the day of `at`, in UTC.
fn end_of_day(at: i64) -> i64 {
    at - at % DAY + DAY
}

#[tokio::test]
async fn now_is_the_clocks_time_by_default() {
    let world = world("").await;
    assert_eq!(world.view(Trigger::View).await, (end_of_day(CLOCK), "0".into()));
}

#[tokio::test]
async fn a_fixed_now_ends_ranges_with_its_day_in_the_dashboards_zone() {
    let utc = world("now = \"2011-12-09\"").await;
    assert_eq!(utc.view(Trigger::View).await, (end_of_day(NEWEST), "1".into()));
    let tokyo = world("now = \"2011-12-09T12:50\"\ntimezone = \"Asia/Tokyo\"").await;
    assert_eq!(tokyo.view(Trigger::View).await.0, end_of_day(NEWEST) - 9 * 3600);
}

#[tokio::test]
async fn the_newest_row_ends_ranges_is_queried_once_and_followed_after_an_invalidation() {
    for now in ["select max(at) from orders", "select $time(max(at)) as newest from orders"] {
        let mut world = world(&format!("now = \"{now}\"")).await;
        assert_eq!(world.view(Trigger::View).await, (end_of_day(NEWEST), "1".into()));
        let loads = world.loads();
        assert_eq!(world.view(Trigger::View).await.0, end_of_day(NEWEST));
        assert_eq!(world.loads(), loads, "it is cached like any frame");
        let later = format!("insert into orders values ({})", NEWEST + 3 * DAY);
        world.database.execute(AssertSqlSafe(later)).await.unwrap();
        let tag = Tag::parse("table:shop.orders").unwrap();
        world.engine.invalidate(&[tag]).await.unwrap();
        // A program waits for the current value.
        assert_eq!(world.view(Trigger::Api).await, (end_of_day(NEWEST + 3 * DAY), "2".into()));
        assert_eq!(world.view(Trigger::View).await.0, end_of_day(NEWEST + 3 * DAY));
    }
}

#[tokio::test]
async fn a_newest_row_that_is_missing_or_not_an_instant_falls_back_to_the_clock() {
    for sql in
        ["select max(at) from orders where at > 9e15", "select 'soon' as x", "select missing"]
    {
        let world = world(&format!("now = \"{sql}\"")).await;
        assert_eq!(world.view(Trigger::View).await.0, end_of_day(CLOCK), "{sql}");
    }
}
