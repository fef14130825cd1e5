//! Ranges and earlier periods of which the clock or the calendar lacks something: the day that Samoa skipped, a
//! 29 February. What has no instants is compared with nothing, on every database.

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::compared::compared_columns;
use brisk_domain::{Access, ManualClock, Panel, PanelData, Slug, SourceName, Timestamp, ViewState};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_source::{Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, SqliteConnection};
use std::sync::Arc;

const PANELS: &str = r#"
[[panel]]
id = "count"
title = "Rows"
kind = "stat"
compare = "previous period"
sql = "select count(*) as n from lost_time where $range(at)"
[[panel]]
id = "year"
title = "Rows beside those of the year before"
kind = "stat"
compare = "previous year"
sql = "select count(*) as n from lost_time where $range(at)"
[[panel]]
id = "table"
title = "Rows in a table"
kind = "table"
compare = "previous period"
sql = "select 'all' as what, count(*) as n from lost_time where $range(at)"
[[panel]]
id = "days"
title = "Days"
kind = "bar"
interval = "day"
compare = "previous period"
sql = "select $bucket(at) as day, count(*) as n from lost_time where $range(at) group by 1 order by 1"
"#;

/// A row an hour from 20 December 2011 to 9 January 2012, and from 30 January to March of 2027 and 2028, in UTC.
const SPANS: [(i64, i64); 3] = [
    (1_324_339_200, 1_326_153_600),
    (1_801_267_200, 1_806_537_600),
    (1_832_803_200, 1_838_160_000),
];

struct World {
    engine: Engine,
    sources: Vec<&'static str>,
    _directory: tempfile::TempDir,
}

impl World {
    /// Its rows are in `table`, which is no other test's.
    async fn new(table: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lost.sqlite");
        let options =
            sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut sqlite = SqliteConnection::connect_with(&options).await.unwrap();
        sqlite.execute(AssertSqlSafe(setup(table, "integer", |at| at.to_string()))).await.unwrap();
        let name = |name: &str| SourceName::parse(name).unwrap();
        let mut sources = Sources::from([(
            name("sqlite"),
            Source::sqlite(name("sqlite"), &path, Limits::default()),
        )]);
        let mut names = vec!["sqlite"];
        if std::env::var_os("BRISK_TEST_QUICK").is_none() {
            let url = |variable: &str| std::env::var(variable).expect(variable);
            let postgres = url("BRISK_TEST_POSTGRES_URL");
            let mut admin = PgConnection::connect(&postgres).await.unwrap();
            let rows = setup(table, "timestamptz", |at| format!("to_timestamp({at})"));
            admin.execute(AssertSqlSafe(rows)).await.unwrap();
            let source = Source::postgres(name("postgres"), &postgres, 2, Limits::default());
            sources.insert(name("postgres"), source.unwrap());
            let mysql = url("BRISK_TEST_MYSQL_URL");
            let mut admin = MySqlConnection::connect(&mysql).await.unwrap();
            let rows = setup(table, "datetime", |at| {
                format!("timestamp '1970-01-01 00:00:00' + interval {at} second")
            });
            admin.execute(AssertSqlSafe(rows)).await.unwrap();
            let source = Source::mysql(name("mysql"), &mysql, 2, Limits::default()).unwrap();
            sources.insert(name("mysql"), source);
            names.extend(["postgres", "mysql"]);
        }
        let panels = PANELS.replace("lost_time", table);
        for source in &names {
            let text = format!(
                "title = \"Lost\"\nsource = \"{source}\"\ntimezone = \"Pacific/Apia\"\n{panels}"
            );
            std::fs::write(directory.path().join(format!("{source}.toml")), text).unwrap();
        }
        // 2028-06-01.
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_843_430_400)));
        let cache = Cache::in_memory(Config::default(), clock.clone());
        let catalog = Arc::new(Catalog::open(directory.path()));
        assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
        let engine = Engine::new(catalog, Loader::new(cache, sources), clock);
        Self { engine, sources: names, _directory: directory }
    }

    async fn data(&self, source: &str, panel: &str, range: &str) -> (Panel, Arc<PanelData>) {
        let dashboard = self.engine.catalog().dashboard(&Slug::parse(source).unwrap()).unwrap();
        let parameters = brisk_domain::view::parse_query(range);
        let view = ViewState::from_pairs(&dashboard, &parameters).unwrap();
        let panel = dashboard.panels.iter().find(|one| one.id.as_str() == panel).unwrap();
        let access = Access::anonymous();
        let view =
            self.engine.panel(&dashboard, panel, &view, &access, Trigger::Api).await.unwrap();
        let data = view.panels.into_iter().next().unwrap().current().await.unwrap();
        (panel.clone(), data)
    }
}

/// A table with a row an hour.
fn setup(table: &str, of: &str, written: impl Fn(i64) -> String) -> String {
    let hours = SPANS.iter().flat_map(|(from, to)| (*from..*to).step_by(3600));
    let rows: Vec<String> = hours.map(|at| format!("({})", written(at))).collect();
    format!(
        "drop table if exists {table}; create table {table} (at {of} not null);
         insert into {table} values {}",
        rows.join(", ")
    )
}

fn only_number(frame: &brisk_domain::Frame) -> Option<String> {
    frame.columns().iter().find(|column| column.values.is_number())?.values.exact(0)
}

#[tokio::test]
async fn what_has_no_instants_is_compared_with_nothing() {
    let world = World::new("lost_days").await;
    for source in &world.sources {
        // Samoa went from 29 to 31 December 2011.
        for (panel, range) in [
            ("count", "from=2011-12-31&to=2011-12-31"),
            ("count", "from=2011-12-30&to=2011-12-30"),
            ("table", "from=2011-12-31&to=2011-12-31"),
            ("days", "from=2011-12-31&to=2011-12-31"),
            ("year", "from=2012-12-30&to=2012-12-30"),
            ("year", "from=2028-02-29&to=2028-02-29"),
        ] {
            let (of, data) = world.data(source, panel, range).await;
            assert_eq!(data.previous, None, "{source} {panel} {range}");
            let beside = compared_columns(&of, &data);
            let says_something = |row| beside.iter().any(|one| one.values.exact(row).is_some());
            assert!(!(0..data.frame.rows()).any(says_something), "{source} {panel} {range}");
        }
        let (_, lost) = world.data(source, "count", "from=2011-12-30&to=2011-12-30").await;
        assert_eq!(only_number(&lost.frame).as_deref(), Some("0"));
        assert_eq!(lost.notes, ["The clock of Pacific/Apia skips all of this range"], "{source}");
        let (_, after) = world.data(source, "count", "from=2011-12-31&to=2011-12-31").await;
        assert_eq!(only_number(&after.frame).as_deref(), Some("24"), "{source}");
        assert_eq!(after.notes, ["There is no such time in the previous period"], "{source}");
    }
}

#[tokio::test]
async fn figures_of_periods_of_other_lengths_say_so() {
    let world = World::new("uneven_days").await;
    for source in &world.sources {
        let shown = async |panel: &str, range: &str| {
            let (_, data) = world.data(source, panel, range).await;
            let before = data.previous.as_ref().and_then(only_number);
            (only_number(&data.frame), before, data.notes.join(". "))
        };
        let figures = |own: &str, before: &str| (Some(own.to_owned()), Some(before.to_owned()));
        let (own, before, note) = shown("count", "from=2012-01-02&to=2012-01-08").await;
        assert_eq!((own, before), figures("168", "144"), "{source}: seven days and six");
        assert_eq!(note, "The previous period has 6 d beside 7 d", "{source}");
        let (own, before, note) = shown("year", "from=2028-02-27&to=2028-02-29").await;
        assert_eq!((own, before), figures("72", "48"), "{source}: 2027 has no 29 February");
        assert_eq!(note, "The previous year has 2 d beside 3 d", "{source}");
        let (own, before, note) = shown("count", "from=2028-03-01&to=2028-03-31").await;
        assert_eq!((own, before), figures("744", "696"), "{source}");
        assert_eq!(note, "", "{source}: that months are of other lengths is expected");
        let (.., note) = shown("days", "from=2012-01-02&to=2012-01-08").await;
        assert_eq!(note, "", "{source}: each day stands beside its own");
    }
}
