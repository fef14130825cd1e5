//! Statements that only their databases can read: an invalidation of any of their tables reaches them,
//! and what may read tables that they do not name is not stored, unless its author names tags.

#[path = "../../source/tests/unread/corpus.rs"]
mod corpus;

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::{Access, Dashboard, ManualClock, Slug, SourceName, Tag, Timestamp, ViewState};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine, PanelState};
use brisk_source::{Limits, Source};
use corpus::Case;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, SqliteConnection};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

struct World {
    engine: Engine,
    dashboard: Arc<Dashboard>,
    _directory: tempfile::TempDir,
}

fn server(variable: &str) -> Option<String> {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return None;
    }
    let url = std::env::var(variable);
    Some(url.unwrap_or_else(|_| panic!("{variable} names a server: run cargo xtask test")))
}

/// Names differ from those in tests that run at the same time.
fn own(sql: &str) -> String {
    sql.replace("gaps_", "told_").replace("hid_", "told_hid_")
}

const HIDDEN: [&str; 4] = [
    "drop view if exists hid_v",
    "drop table if exists hid_t",
    "create table hid_t (a int)",
    "create view hid_v as select a from hid_t",
];

fn name() -> SourceName {
    SourceName::parse("shop").unwrap()
}

async fn postgres() -> Option<Source> {
    let url = server("BRISK_TEST_POSTGRES_URL")?;
    let mut admin = PgConnection::connect(&url).await.unwrap();
    for sql in corpus::POSTGRES_SETUP.iter().chain(&HIDDEN) {
        admin.execute(AssertSqlSafe(own(sql))).await.unwrap();
    }
    Some(Source::postgres(name(), &url, 4, Limits::default()).unwrap())
}

async fn mariadb() -> Option<Source> {
    let url = server("BRISK_TEST_MYSQL_URL")?;
    let mut admin = MySqlConnection::connect(&url).await.unwrap();
    for sql in corpus::MARIADB_SETUP.iter().chain(&HIDDEN) {
        admin.execute(AssertSqlSafe(own(sql))).await.unwrap();
    }
    Some(Source::mysql(name(), &url, 4, Limits::default()).unwrap())
}

async fn sqlite(directory: &Path) -> Source {
    let path = directory.join("shop.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    for sql in [corpus::SQLITE_SETUP].iter().chain(&HIDDEN) {
        connection.execute(AssertSqlSafe(own(sql))).await.unwrap();
    }
    connection.close().await.unwrap();
    Source::sqlite(name(), &path, Limits::default())
}

/// A dashboard with a table for each of `statements`, with further keys.
fn world(source: Source, directory: tempfile::TempDir, statements: &[(String, &str)]) -> World {
    let panels = statements.iter().enumerate().map(|(i, (sql, keys))| {
        format!(
            "[[panel]]\nid = \"p{i}\"\ntitle = \"P\"\nkind = \"table\"\n{keys}\nsql = '''{sql}'''\n"
        )
    });
    let head = "title = \"Told\"\nsource = \"shop\"\n".to_owned();
    let text: String = std::iter::once(head).chain(panels).collect();
    std::fs::write(directory.path().join("told.toml"), text).unwrap();
    let catalog = Arc::new(Catalog::open(directory.path()));
    assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
    let config = Config { jitter: 0.0, early: 0.0, ..Config::default() };
    let cache = Cache::in_memory(config, clock.clone());
    let loader = Loader::new(cache, Sources::from([(name(), source)]));
    let dashboard = catalog.dashboard(&Slug::parse("told").unwrap()).unwrap();
    World { engine: Engine::new(catalog, loader, clock), dashboard, _directory: directory }
}

impl World {
    /// The panels that had to be loaded, by their places.
    async fn loaded(&self) -> BTreeSet<usize> {
        let view = ViewState::default_of(&self.dashboard);
        let (access, trigger) = (Access::anonymous(), Trigger::View);
        let view = self.engine.view(&self.dashboard, &view, &access, trigger).await.unwrap();
        let mut loaded = BTreeSet::new();
        for (i, state) in view.panels.into_iter().enumerate() {
            let sql = &self.dashboard.panels[i].query.sql;
            match state {
                PanelState::Ready(_) => {}
                PanelState::Failed(error) => panic!("{sql}: {error}"),
                PanelState::Pending { load, .. } => {
                    load.await.unwrap_or_else(|error| panic!("{sql}: {error}"));
                    loaded.insert(i);
                }
            }
        }
        loaded
    }
}

async fn every_table_reaches_its_statements(world: &World, corpus: &[Case]) {
    let all: BTreeSet<usize> = (0..corpus.len()).collect();
    assert_eq!(world.loaded().await, all);
    assert_eq!(world.loaded().await, BTreeSet::new(), "all are stored");
    let tables: BTreeSet<String> =
        corpus.iter().flat_map(|(_, _, tables)| tables.iter().map(|table| own(table))).collect();
    for table in &tables {
        let tag = Tag::parse(&format!("table:shop.{table}")).unwrap();
        world.engine.invalidate(&[tag]).await.unwrap();
        let loaded = world.loaded().await;
        for (i, (sql, _, reads)) in corpus.iter().enumerate() {
            if reads.iter().any(|read| own(read) == *table) {
                assert!(loaded.contains(&i), "{table}: {sql}");
            } else if reads.is_empty() {
                assert!(!loaded.contains(&i), "{table}: {sql}");
            }
        }
    }
}

#[tokio::test]
async fn an_invalidation_of_any_table_reaches_what_only_the_database_can_read() {
    let statements = |corpus: &[Case]| -> Vec<(String, &str)> {
        corpus.iter().map(|(sql, _, _)| (own(sql), "")).collect()
    };
    let directory = tempfile::tempdir().unwrap();
    let source = sqlite(directory.path()).await;
    let on_sqlite = world(source, directory, &statements(corpus::SQLITE));
    every_table_reaches_its_statements(&on_sqlite, corpus::SQLITE).await;
    if let Some(source) = postgres().await {
        let directory = tempfile::tempdir().unwrap();
        let on_postgres = world(source, directory, &statements(corpus::POSTGRES));
        every_table_reaches_its_statements(&on_postgres, corpus::POSTGRES).await;
    }
    if let Some(source) = mariadb().await {
        let directory = tempfile::tempdir().unwrap();
        let on_mariadb = world(source, directory, &statements(corpus::MARIADB));
        every_table_reaches_its_statements(&on_mariadb, corpus::MARIADB).await;
    }
}

#[tokio::test]
async fn what_may_read_other_tables_is_stored_only_if_its_author_names_tags() {
    let directory = tempfile::tempdir().unwrap();
    let sql = own("select 1 as a from hid_v where 1 not in hid_t");
    let tagged = format!("{sql} and 1 = 1");
    let statements = [(sql, ""), (tagged, "tags = [\"table:shop.elsewhere\"]")];
    let source = sqlite(directory.path()).await;
    let world = world(source, directory, &statements);
    assert_eq!(world.loaded().await, BTreeSet::from([0, 1]));
    assert_eq!(world.loaded().await, BTreeSet::from([0]));
    let tag = Tag::parse("table:shop.elsewhere").unwrap();
    world.engine.invalidate(&[tag]).await.unwrap();
    assert_eq!(world.loaded().await, BTreeSet::from([0, 1]));
}
