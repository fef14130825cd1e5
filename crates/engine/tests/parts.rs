//! Which time buckets of a panel are whole: by the range, by when the data were loaded, and by the
//! dashboard's "now".

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::{
    Access, Coverage, ManualClock, PanelData, Slug, SourceName, Tag, Timestamp, Values, ViewState,
};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine, Shown};
use brisk_source::{Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use std::sync::Arc;

const DAY: i64 = 86_400;
/// 2026-11-18 09:40 UTC, a Wednesday.
const CLOCK: i64 = 1_794_994_800;
/// Its midnight.
const TODAY: i64 = CLOCK - CLOCK % DAY;

const PANELS: &str = r#"
[[panel]]
id = "days"
title = "Days"
kind = "bar"
interval = "day"
sql = "select $bucket(at) as day, count(*) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "weeks"
title = "Weeks"
kind = "line"
interval = "week"
computed = [{ name = "change", of = "n", kind = "delta" }, { name = "mean", of = "n", kind = "moving average" }, { name = "total", of = "n", kind = "running total" }]
sql = "select $bucket(at) as week, count(*) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "trimmed"
title = "Whole weeks"
kind = "line"
interval = "week"
edges = "trim"
computed = [{ name = "total", of = "n", kind = "running total" }]
sql = "select $bucket(at) as week, count(*) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "readings"
title = "Readings"
kind = "line"
interval = "day"
edges = "whole"
sql = "select $bucket(at) as day, max(n) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "all"
title = "All weeks, whatever the range"
kind = "line"
interval = "week"
sql = "select $bucket(at) as week, count(*) as n from orders group by 1 order by 1"
[[panel]]
id = "shipped"
title = "By another time than the range's"
kind = "line"
interval = "week"
sql = "select $bucket(at + 4838400) as week, count(*) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "table"
title = "A table of weeks"
kind = "table"
interval = "week"
sql = "select count(*) as n, $bucket(at) as week from orders where $range(at) group by 2 order by 2"
[[panel]]
id = "written"
title = "Months by their names"
kind = "bar"
sql = "select strftime('%Y-%m', at, 'unixepoch') as month, count(*) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "cut"
title = "Months cut from a text"
kind = "bar"
sql = "select substr(datetime(at, 'unixepoch'), 1, 7) as month, count(*) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "years"
title = "Years as numbers"
kind = "table"
sql = "select count(*) as n, $year(at) as year from orders where $range(at) group by 2 order by 2"
[[panel]]
id = "trimmed-months"
title = "Whole months by their names"
kind = "bar"
edges = "trim"
sql = "select strftime('%Y-%m', at, 'unixepoch') as month, count(*) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "elsewhere"
title = "Months of another column"
kind = "bar"
sql = "select strftime('%Y-%m', n, 'unixepoch') as month, count(*) as orders from orders where $range(at) group by 1"
[[panel]]
id = "months-of-years"
title = "Two parts of a time"
kind = "table"
sql = "select $year(at) as year, $month(at) as month, count(*) as n from orders where $range(at) group by 1, 2"
[[panel]]
id = "rows"
title = "A table of orders"
kind = "table"
sql = "select $bucket(at) as day, n from orders where $range(at) order by 1"
[[panel]]
id = "stacked"
title = "A stack with what is computed of it"
kind = "bar"
stacked = true
interval = "week"
computed = [{ name = "total", of = "n", kind = "running total" }]
sql = "select $bucket(at) as week, count(*) as n from orders where $range(at) group by 1 order by 1"
[[panel]]
id = "figure"
title = "Orders"
kind = "stat"
sparkline = "select $bucket(at, week) as week, count(*) as n from orders where $range(at) group by 1 order by 1"
sql = "select count(*) as n from orders where $range(at)"
"#;

struct World {
    engine: Engine,
    clock: Arc<ManualClock>,
    database: SqliteConnection,
    _directory: tempfile::TempDir,
}

impl World {
    /// An order at each noon of the 60 days up to yesterday, and one this morning.
    async fn new(now: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = format!(
            "title = \"Sales\"\nsource = \"shop\"\nrange = \"last 25 days\"\n{now}\n{PANELS}"
        );
        std::fs::write(directory.path().join("sales.toml"), file).unwrap();
        let path = directory.path().join("shop.sqlite");
        let options =
            sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut database = SqliteConnection::connect_with(&options).await.unwrap();
        database.execute("create table orders (at integer, n integer)").await.unwrap();
        for day in 1..=60 {
            let sql = format!("insert into orders values ({}, 1)", TODAY - day * DAY + DAY / 2);
            database.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        let sql = format!("insert into orders values ({}, 1)", TODAY + 3600);
        database.execute(AssertSqlSafe(sql)).await.unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(CLOCK)));
        let config = Config { jitter: 0.0, early: 0.0, ..Config::default() };
        let cache = Cache::in_memory(config, clock.clone());
        let name = SourceName::parse("shop").unwrap();
        let source = Source::sqlite(name.clone(), &path, Limits::default());
        let catalog = Arc::new(Catalog::open(directory.path()));
        assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
        let loader = Loader::new(cache, Sources::from([(name, source)]));
        let engine = Engine::new(catalog, loader, clock.clone());
        Self { engine, clock, database, _directory: directory }
    }

    async fn data(&self, panel: &str, range: &str) -> Arc<PanelData> {
        let dashboard = self.engine.catalog().dashboard(&Slug::parse("sales").unwrap()).unwrap();
        let parameters = brisk_domain::view::parse_query(range);
        let view = ViewState::from_pairs(&dashboard, &parameters).unwrap();
        let panel = dashboard.panels.iter().find(|one| one.id.as_str() == panel).unwrap();
        let access = Access::anonymous();
        let view =
            self.engine.panel(&dashboard, panel, &view, &access, Trigger::Api).await.unwrap();
        view.panels.into_iter().next().unwrap().current().await.unwrap()
    }

    /// The editions of the dashboard and of its panels.
    async fn editions(&self) -> (Option<String>, Vec<Option<String>>) {
        let dashboard = self.engine.catalog().dashboard(&Slug::parse("sales").unwrap()).unwrap();
        let (view, access) = (ViewState::default_of(&dashboard), Access::anonymous());
        let lookup =
            self.engine.lookup(&dashboard, &Shown::Dashboard, &view, &access, Trigger::Api).await;
        let lookup = lookup.unwrap();
        let text = |edition: brisk_domain::Edition| edition.0.to_string();
        let panels = lookup.panel_editions().into_iter().map(|one| one.map(text)).collect();
        (lookup.edition().map(text), panels)
    }
}

/// The rows of a frame: P for parts, W for whole buckets.
fn completeness_letters(data: &PanelData) -> String {
    let Some(coverage) = data.coverage else { return "none".into() };
    let column = &data.frame.columns()[coverage.column.unwrap()].values;
    let letter = |row| match coverage.is_whole(coverage.start(column, row, &data.offsets).unwrap())
    {
        true => 'W',
        false => 'P',
    };
    (0..data.frame.rows()).map(letter).collect()
}

fn ints(data: &PanelData, column: &str) -> Vec<Option<i64>> {
    match &data.frame.column(column).unwrap().values {
        Values::Int(cells) => cells.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_range_cuts_the_first_week_and_the_clock_the_last() {
    let world = World::new("").await;
    // 25 October, a Sunday, to 18 November: a week of one day, three weeks, two and a half days.
    let weeks = world.data("weeks", "").await;
    assert_eq!(completeness_letters(&weeks), "PWWWP");
    assert_eq!(ints(&weeks, "n"), [1, 7, 7, 7, 3].map(Some));
    assert_eq!(
        completeness_letters(&*world.data("days", "").await),
        format!("{}P", "W".repeat(24))
    );
    assert_eq!(
        completeness_letters(&*world.data("table", "").await),
        "PWWWP",
        "in whichever column they stand"
    );
    assert_eq!(
        completeness_letters(&*world.data("readings", "").await),
        "none",
        "the author says so"
    );
    let rows = world.data("rows", "").await;
    assert_eq!(rows.coverage.and_then(|c| c.column), None, "orders are no buckets");
    let over = world.data("weeks", "from=2026-10-26&to=2026-11-10").await;
    assert_eq!(completeness_letters(&over), "WWP");
    assert!(!over.coverage.unwrap().is_under_way, "the range ends there, not the data");
}

#[tokio::test]
async fn buckets_that_are_written_as_text_or_numbers_are_parts_as_others_are() {
    let world = World::new("").await;
    let months = world.data("written", "").await;
    assert_eq!(completeness_letters(&months), "PP");
    assert_eq!(ints(&months, "n"), [7, 18].map(Some));
    let over = world.data("written", "from=2026-09-20&to=2026-11-02").await;
    assert_eq!(completeness_letters(&over), "PWP");
    assert!(!over.coverage.unwrap().is_under_way);
    let cut = world.data("cut", "from=2026-09-20&to=2026-11-02").await;
    assert_eq!(completeness_letters(&cut), "PWP", "what is cut from a time that is text");
    assert_eq!(completeness_letters(&*world.data("years", "").await), "P");
    let trimmed = world.data("trimmed-months", "from=2026-09-20&to=2026-11-02").await;
    assert_eq!(
        (completeness_letters(&trimmed), trimmed.coverage.unwrap().left_out),
        ("W".to_owned(), 2)
    );
    assert_eq!(ints(&trimmed, "n"), [Some(31)]);
    let elsewhere = world.data("elsewhere", "").await;
    assert_eq!(elsewhere.coverage, None, "January 1970 is not what the range cuts");
    let both = world.data("months-of-years", "").await;
    assert_eq!(both.coverage.and_then(|c| c.column), None, "neither of them is a bucket alone");
}

#[tokio::test]
async fn a_stack_says_which_computed_columns_it_leaves_out() {
    let world = World::new("").await;
    let stacked = world.data("stacked", "").await;
    assert!(stacked.notes.join("").contains("\"total\" does not add up"), "{:?}", stacked.notes);
    assert_eq!(ints(&stacked, "total").len(), 5, "it is in the table");
    assert!(world.data("weeks", "").await.notes.is_empty(), "lines are beside each other");
}

#[tokio::test]
async fn months_of_utc_are_cut_by_utcs_clock() {
    // A range of whole months in New York ends five hours into UTC's next one.
    let world = World::new("timezone = \"America/New_York\"").await;
    let months = world.data("written", "from=2026-10-01&to=2026-10-31").await;
    assert_eq!(completeness_letters(&months), "P");
    let months = world.data("written", "from=2026-09-30&to=2026-11-01").await;
    assert_eq!(completeness_letters(&months), "PWP");
}

#[tokio::test]
async fn without_the_range_only_the_clock_cuts() {
    let world = World::new("").await;
    let all = world.data("all", "").await;
    let said_all = completeness_letters(&all);
    assert!(said_all.starts_with('W') && said_all.ends_with("WP"), "{said_all}");
    // Eight weeks later, and so outside of the range.
    assert_eq!(
        completeness_letters(&*world.data("shipped", "").await),
        "PPPPP",
        "these weeks are yet to come"
    );
    let long_ago = world.data("shipped", "from=2026-09-20&to=2026-09-22").await;
    assert_eq!(completeness_letters(&long_ago), "WP", "the week of 16 November is under way");
}

#[tokio::test]
async fn a_small_line_has_buckets_of_its_own() {
    let figure = World::new("").await.data("figure", "").await;
    assert_eq!(figure.coverage, None);
    let coverage = figure.sparkline_coverage.unwrap();
    let starts = &figure.sparkline.as_ref().unwrap().columns()[0].values;
    let whole: Vec<bool> =
        (0..5).map(|row| coverage.is_whole(starts.placed(row, &figure.offsets).unwrap())).collect();
    assert_eq!(whole, [false, true, true, true, false]);
}

#[tokio::test]
async fn trimmed_panels_leave_parts_out_before_anything_is_computed() {
    let world = World::new("").await;
    let trimmed = world.data("trimmed", "").await;
    assert_eq!(
        (completeness_letters(&trimmed).as_str(), trimmed.coverage.unwrap().left_out),
        ("WWW", 2)
    );
    assert_eq!(ints(&trimmed, "n"), [7, 7, 7].map(Some));
    assert_eq!(ints(&trimmed, "total"), [7, 14, 21].map(Some));
    let marked = world.data("weeks", "").await;
    assert_eq!(ints(&marked, "total"), [1, 8, 15, 22, 25].map(Some));
}

#[tokio::test]
async fn nothing_is_called_growth_that_begins_with_a_part() {
    let weeks = World::new("").await.data("weeks", "").await;
    assert_eq!(ints(&weeks, "change"), [None, None, Some(0), Some(0), Some(-4)]);
    let Values::Float(means) = &weeks.frame.column("mean").unwrap().values else { panic!() };
    assert_eq!(means[..4], [1.0, 7.0, 7.0, 7.0].map(Some), "of whole weeks alone");
}

#[tokio::test]
async fn a_bucket_that_was_under_way_when_it_was_loaded_stays_a_part_until_it_is_loaded_again() {
    let world = World::new("cache = { ttl = \"2h\" }").await;
    let hours = |data: &PanelData| Coverage { column: None, ..data.coverage.unwrap() };
    let before = world.data("days", "from=2026-11-17&to=2026-11-18").await;
    assert_eq!(completeness_letters(&before), "WP");
    world.clock.advance(3600);
    let still = world.data("days", "from=2026-11-17&to=2026-11-18").await;
    assert_eq!((hours(&still), &still.edition), (hours(&before), &before.edition));
    world.clock.advance(15 * 3600);
    let next_day = world.data("days", "from=2026-11-17&to=2026-11-18").await;
    assert_eq!(completeness_letters(&next_day), "WW");
    assert_ne!(next_day.edition, before.edition);
}

#[tokio::test]
async fn a_date_as_now_includes_its_day_and_a_time_does_not() {
    let day = World::new("now = \"2026-11-17\"").await;
    assert_eq!(completeness_letters(&*day.data("days", "range=last-2-days").await), "WW");
    assert_eq!(completeness_letters(&*day.data("weeks", "range=last-9-days").await), "WP");
    let time = World::new("now = \"2026-11-17T12:30\"").await;
    assert_eq!(completeness_letters(&*time.data("days", "range=last-2-days").await), "WP");
}

#[tokio::test]
async fn the_newest_row_ends_the_data_and_its_move_into_another_bucket_is_another_edition() {
    // The panels are not invalidated with the row that moves "now".
    let mut world = World::new("now = \"select max(at) from clocks\"").await;
    let at = |hour: i64| format!("update clocks set at = {}", TODAY - DAY + hour * 3600);
    world.database.execute("create table clocks as select 0 as at").await.unwrap();
    world.database.execute(AssertSqlSafe(at(9))).await.unwrap();
    let days = world.data("days", "from=2026-11-16&to=2026-11-18").await;
    assert_eq!(completeness_letters(&days), "WPP", "17 November is under way, 18 November ahead");
    let _ = world.data("all", "").await;
    let mut editions = vec![];
    for (hour, said_then) in [(9, "WPP"), (15, "WPP"), (33, "WWP")] {
        world.database.execute(AssertSqlSafe(at(hour))).await.unwrap();
        world.engine.invalidate(&[Tag::parse("table:shop.clocks").unwrap()]).await.unwrap();
        let days = world.data("days", "from=2026-11-16&to=2026-11-18").await;
        assert_eq!(completeness_letters(&days), said_then, "{hour}");
        editions.push(days.edition.clone());
    }
    assert_eq!(editions[0], editions[1], "the same buckets are whole");
    assert_ne!(editions[1], editions[2]);
    // The editions that the live channel and the page cache use agree with what is shown.
    let all = world.data("all", "").await;
    let dashboard = world.engine.catalog().dashboard(&Slug::parse("sales").unwrap()).unwrap();
    for panel in dashboard.panels.clone() {
        let _ = world.data(panel.id.as_str(), "").await;
    }
    let (page, panels) = world.editions().await;
    let place = dashboard.panels.iter().position(|panel| panel.id.as_str() == "all").unwrap();
    assert_eq!(panels[place].as_deref(), Some(&*all.edition.0));
    world.database.execute(AssertSqlSafe(at(33 + 24))).await.unwrap();
    world.engine.invalidate(&[Tag::parse("table:shop.clocks").unwrap()]).await.unwrap();
    for panel in dashboard.panels.clone() {
        let _ = world.data(panel.id.as_str(), "").await;
    }
    let (next_page, _) = world.editions().await;
    assert!(page.is_some() && page != next_page);
}
