//! Rows of tables beside those of the earlier period: an aggregated time or text is no name of theirs, on every
//! database.

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::compared::compared_columns;
use brisk_domain::{Access, ManualClock, Slug, SourceName, Timestamp, ViewState};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_source::{Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, SqliteConnection};
use std::sync::Arc;

/// 1 June 2028, of which each row is so many days earlier, with its channel, its product and its amount.
const NOW: i64 = 1_843_430_400;
const DAY: i64 = 86_400;
const ROWS: [(i64, &str, &str, i64); 7] = [
    (1, "shop", "tea", 30),
    (2, "shop", "jam", 4),
    (3, "web", "tea", 50),
    (11, "shop", "mug", 7),
    (12, "web", "jam", 20),
    (14, "web", "tea", 1),
    // The data go back beyond the earlier period.
    (40, "fair", "tea", 2),
];

fn setup(of: &str, written: impl Fn(i64) -> String) -> String {
    let row = |(days, channel, product, amount): &(i64, &str, &str, i64)| {
        format!("({}, '{channel}', '{product}', {amount})", written(NOW - days * DAY))
    };
    let rows: Vec<String> = ROWS.iter().map(row).collect();
    format!(
        "drop table if exists compared_rows;
         create table compared_rows (at {of} not null, channel varchar(9), product varchar(9), amount int);
         insert into compared_rows values {}",
        rows.join(", ")
    )
}

/// The source, and how its SQL puts texts together.
struct Database {
    name: &'static str,
    texts: &'static str,
}

async fn databases(directory: &std::path::Path) -> (Sources, Vec<Database>) {
    let path = directory.join("rows.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut sqlite = SqliteConnection::connect_with(&options).await.unwrap();
    let text = |at: i64| format!("datetime({at}, 'unixepoch')");
    sqlite.execute(AssertSqlSafe(setup("text", text))).await.unwrap();
    let name = |name: &str| SourceName::parse(name).unwrap();
    let source = Source::sqlite(name("sqlite"), &path, Limits::default());
    let mut sources = Sources::from([(name("sqlite"), source)]);
    let mut all = vec![Database { name: "sqlite", texts: "group_concat(product, ',')" }];
    if std::env::var_os("BRISK_TEST_QUICK").is_none() {
        let url = |variable: &str| std::env::var(variable).expect(variable);
        let postgres = url("BRISK_TEST_POSTGRES_URL");
        let mut admin = PgConnection::connect(&postgres).await.unwrap();
        let rows = setup("timestamptz", |at| format!("to_timestamp({at})"));
        admin.execute(AssertSqlSafe(rows)).await.unwrap();
        let source = Source::postgres(name("postgres"), &postgres, 2, Limits::default());
        sources.insert(name("postgres"), source.unwrap());
        all.push(Database { name: "postgres", texts: "string_agg(product, ',' order by product)" });
        let mysql = url("BRISK_TEST_MYSQL_URL");
        let mut admin = MySqlConnection::connect(&mysql).await.unwrap();
        let rows = setup("datetime", |at| {
            format!("timestamp '1970-01-01 00:00:00' + interval {at} second")
        });
        admin.execute(AssertSqlSafe(rows)).await.unwrap();
        let source = Source::mysql(name("mysql"), &mysql, 2, Limits::default()).unwrap();
        sources.insert(name("mysql"), source);
        all.push(Database { name: "mysql", texts: "group_concat(product order by product)" });
    }
    (sources, all)
}

#[tokio::test]
async fn rows_stand_beside_their_own_whatever_is_aggregated() {
    let directory = tempfile::tempdir().unwrap();
    let (sources, databases) = databases(directory.path()).await;
    for Database { name, texts } in &databases {
        let panel = |id: &str, columns: &str, group: &str| {
            format!(
                "[[panel]]\nid = \"{id}\"\ntitle = \"Rows\"\nkind = \"table\"\n\
                 compare = \"previous period\"\n\
                 sql = \"\"\"select {columns} from compared_rows where $range(at) {group}\"\"\"\n"
            )
        };
        let of_channel = format!("channel, sum(amount) as total, max(at) as last, {texts} as what");
        let panels = [
            panel("channels", &of_channel, "group by channel order by 1"),
            panel("all", "max(at) as last, sum(amount) as total", ""),
            panel("rows", "channel, product, at, amount as total", "order by amount desc"),
        ];
        let text = format!("title = \"Rows\"\nsource = \"{name}\"\n{}", panels.concat());
        std::fs::write(directory.path().join(format!("{name}.toml")), text).unwrap();
    }
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(NOW)));
    let cache = Cache::in_memory(Config::default(), clock.clone());
    let catalog = Arc::new(Catalog::open(directory.path()));
    assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
    let engine = Engine::new(catalog, Loader::new(cache, sources), clock);
    for Database { name, .. } in &databases {
        let shown = async |id: &str| {
            let dashboard = engine.catalog().dashboard(&Slug::parse(name).unwrap()).unwrap();
            let range = brisk_domain::view::parse_query("from=2028-05-22&to=2028-05-31");
            let view = ViewState::from_pairs(&dashboard, &range).unwrap();
            let panel = dashboard.panels.iter().find(|one| one.id.as_str() == id).unwrap();
            let access = Access::anonymous();
            let view = engine.panel(&dashboard, panel, &view, &access, Trigger::Api).await.unwrap();
            let data = view.panels.into_iter().next().unwrap().current().await.unwrap();
            let columns = compared_columns(panel, &data);
            let beside = columns.iter().find(|one| one.name == "total (previous period)").unwrap();
            let cells = |values: &brisk_domain::Values| -> Vec<Option<String>> {
                (0..data.frame.rows()).map(|row| values.exact(row)).collect()
            };
            let own = cells(&data.frame.column("total").unwrap().values);
            (own, cells(&beside.values), data.notes.clone())
        };
        let numbers = |all: &[&str]| -> Vec<Option<String>> {
            all.iter().map(|one| Some((*one).to_owned())).collect()
        };
        let none: Vec<String> = Vec::new();
        let channels = shown("channels").await;
        assert_eq!(
            channels,
            (numbers(&["34", "50"]), numbers(&["7", "21"]), none.clone()),
            "{name}"
        );
        let all = shown("all").await;
        assert_eq!(all, (numbers(&["84"]), numbers(&["28"]), none), "{name}");
        // Times that are not aggregated do name rows, and their places in the earlier period have none.
        let (own, beside, notes) = shown("rows").await;
        assert_eq!((own, beside), (numbers(&["50", "30", "4"]), vec![None; 3]), "{name}");
        let said = "Nothing is compared with the previous period: it has no row with the same \
                    \"Channel\", \"Product\", \"At\"";
        assert_eq!(notes, [said], "{name}");
    }
}
