//! A dashboard over a real SQLite file: one load per statement, run concurrently, with errors
//! confined to their own panels.

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::{
    Access, Dashboard, Interval, ManualClock, Panel, Query, Slug, SourceName, Timestamp, ViewState,
};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, ChoicesState, Engine, Window, plan};
use brisk_source::{Dialect, Limits, Source};
use sqlx::{Connection, Executor};
use std::path::Path;
use std::sync::Arc;

const FILE: &str = r#"
title = "Sales"
source = "shop"
timezone = "Europe/London"
range = "last 7 days"
[[variable]]
name = "country"
kind = "multi"
options = "select distinct country from orders order by 1"
[[panel]]
id = "revenue"
title = "Revenue"
kind = "stat"
compare = "previous period"
columns = { revenue = { scale = 2 } }
sql = "select sum(amount) as revenue from orders where $range(at) and $optional(country in :country)"
[[panel]]
id = "again"
title = "The same once more"
kind = "stat"
columns = { revenue = { scale = 2 } }
sql = "select sum(amount) as revenue from orders where $range(at) and $optional(country in :country)"
[[panel]]
id = "total"
title = "By {interval}"
kind = "line"
columns = { amount = { scale = 2 } }
computed = [{ name = "total", of = "amount", kind = "running total" }]
sql = "select $bucket(at) as day, sum(amount) as amount from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "broken"
title = "Broken"
kind = "stat"
sql = "select missing from orders"
"#;

/// 2011-11-16 12:00 UTC.
const NOON: i64 = 1_321_444_800;

struct World {
    engine: Engine,
    dashboard: Arc<Dashboard>,
    clock: Arc<ManualClock>,
    _directory: tempfile::TempDir,
}

async fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), FILE).unwrap();
    let database = directory.path().join("shop.sqlite");
    fill(&database).await;
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOON)));
    let cache = Cache::in_memory(Config { jitter: 0.0, ..Config::default() }, clock.clone());
    let name = SourceName::parse("shop").unwrap();
    let source = Source::sqlite(name.clone(), &database, Limits::default());
    let catalog = Arc::new(Catalog::open(directory.path()));
    let dashboard = catalog.dashboard(&Slug::parse("sales").unwrap()).unwrap();
    let loader = Loader::new(cache, Sources::from([(name, source)]));
    let engine = Engine::new(catalog, loader, clock.clone());
    World { engine, dashboard, clock, _directory: directory }
}

async fn fill(database: &Path) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    connection
        .execute("create table orders (at integer, amount integer, country text)")
        .await
        .unwrap();
    for (days_ago, amount, country) in
        [(0, 100, "France"), (1, 250, "EIRE"), (8, 50, "France"), (9, 50, "EIRE")]
    {
        sqlx::query("insert into orders values (?, ?, ?)")
            .bind(NOON - days_ago * 86_400 - 60)
            .bind(amount)
            .bind(country)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}

impl World {
    async fn show(&self, parameters: &[(&str, &str)]) -> Vec<Result<String, String>> {
        let pairs: Vec<_> = parameters.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        let view = ViewState::from_pairs(&self.dashboard, &pairs).unwrap();
        let view = self
            .engine
            .view(&self.dashboard, &view, &Access::anonymous(), Trigger::View)
            .await
            .unwrap();
        for choices in view.options.into_values() {
            if let ChoicesState::Pending(load) = choices {
                load.await.unwrap();
            }
        }
        let mut shown = Vec::new();
        for state in view.panels {
            let data = state.current().await;
            shown.push(data.map_err(|e| e.message).map(|data| {
                let last = data.frame.columns().last().unwrap();
                let cells = |row| last.values.exact(row).unwrap_or_default();
                let now = (0..data.frame.rows()).map(cells).collect::<Vec<_>>().join(" ");
                let before = data.previous.as_ref().and_then(|f| f.columns()[0].values.exact(0));
                before.map_or(now.clone(), |before| format!("{now} after {before}"))
            }));
        }
        shown
    }

    fn loads(&self) -> u64 {
        self.engine.loader().cache().statistics().of_readers().loads
    }
}

#[tokio::test]
async fn figures_are_exact_and_an_error_stays_in_its_panel() {
    let world = world().await;
    let shown = world.show(&[]).await;
    assert_eq!(shown[0], Ok("3.50 after 1.00".into()));
    assert_eq!(shown[1], Ok("3.50".into()));
    // A running total over every day, also those without a row.
    assert_eq!(shown[2], Ok("0.00 0.00 0.00 0.00 0.00 2.50 3.50".into()));
    assert!(shown[3].as_ref().unwrap_err().contains("no such column: missing"), "{:?}", shown[3]);
}

#[tokio::test]
async fn identical_statements_run_once_and_a_second_look_loads_nothing() {
    let world = world().await;
    world.show(&[]).await;
    // The range's sum (twice on the page), the previous one, where the data begin, the line, the broken
    // one, the choices.
    assert_eq!(world.loads(), 6);
    world.clock.advance(1);
    world.show(&[]).await;
    assert_eq!(world.loads(), 6, "the failure is remembered for seconds");
    world.show(&[("country", "France")]).await;
    assert!(world.loads() > 6);
}

#[tokio::test]
async fn buckets_are_drawn_as_wide_as_the_statement_or_the_panel_says() {
    let world = world().await;
    let view = ViewState::default_of(&world.dashboard);
    let window = Window::of(&world.dashboard, &view, Timestamp::from_seconds(NOON)).unwrap();
    let width = |panel: &Panel| {
        let (access, none) = (Access::anybody(), &|_: &SourceName, _: &str| Err(String::new()));
        plan::panel(panel, &view, &window, &access, Dialect::Sqlite, none).unwrap().interval
    };
    let mut panel = world.dashboard.panels[2].clone();
    assert_eq!(width(&panel), window.interval);
    panel.query =
        Query::new("select $bucket(at, month) as month, count(*) as n from orders group by 1");
    assert_eq!(width(&panel), Interval::Month);
    panel.interval = Some(Interval::Year);
    assert_eq!(width(&panel), Interval::Month, "years would be drawn of months");
    panel.query = Query::new(
        "select date(m, 'unixepoch', 'start of year') as y, max(n) as n from \
         (select $bucket(at, month) as m, count(*) as n from orders group by 1) group by 1",
    );
    assert_eq!(width(&panel), Interval::Year);
}

#[tokio::test]
async fn variables_choose_rows_and_purging_loads_again() {
    let world = world().await;
    let shown = world.show(&[("country", "France")]).await;
    assert_eq!(shown[0], Ok("1.00 after 0.50".into()));
    let before = world.loads();
    let view = ViewState::default_of(&world.dashboard);
    world.show(&[]).await;
    let after = world.loads();
    assert!(after > before);
    world.engine.purge(&world.dashboard, &view, &Access::anonymous()).await.unwrap();
    world.show(&[]).await;
    assert!(world.loads() >= after + 3, "{} {after}", world.loads());
}
