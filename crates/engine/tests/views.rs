//! A table's invalidation reaches the panels that read it through views.

use brisk_cache::{Cache, Config, Trigger};
use brisk_domain::{Access, Dashboard, ManualClock, Slug, SourceName, Tag, Timestamp, ViewState};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_source::{Limits, Source};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `read_w` reads `read_t` by way of `read_v`; `read_o` reads another table.
const SETUP: [&str; 11] = [
    "drop view if exists read_w",
    "drop view if exists read_v",
    "drop view if exists read_o",
    "drop table if exists read_t",
    "drop table if exists read_t2",
    "drop table if exists read_t2",
    "create table read_t (n int)",
    "create table read_t2 (n int)",
    "create view read_v as select n from read_t",
    "create view read_w as select n from read_v where n > 0",
    "create view read_o as select n from read_t2",
];

/// The panels' statements, which all have to name what they read in another way.
const PANELS: [&str; 4] = [
    "select coalesce(sum(n), 0) as n from read_t",
    "select coalesce(sum(n), 0) as n from read_v",
    "select coalesce(sum(n), 0) as n from read_w where n < 100",
    "select coalesce(sum(n), 0) as n from read_o",
];

enum Database {
    Postgres(String),
    MariaDb(String),
    Sqlite(PathBuf),
}

impl Database {
    fn source(&self) -> Source {
        let (name, limits) = (name(), Limits::default());
        match self {
            Self::Postgres(url) => Source::postgres(name, url, 2, limits).unwrap(),
            Self::MariaDb(url) => Source::mysql(name, url, 2, limits).unwrap(),
            Self::Sqlite(path) => Source::sqlite(name, path, limits),
        }
    }

    async fn write(&self, statements: &[&str]) {
        let sql = statements.iter().map(|sql| AssertSqlSafe((*sql).to_owned()));
        match self {
            Self::Postgres(url) => {
                let mut admin = PgConnection::connect(url).await.unwrap();
                for sql in sql {
                    admin.execute(sql).await.unwrap();
                }
            }
            Self::MariaDb(url) => {
                let mut admin = MySqlConnection::connect(url).await.unwrap();
                for sql in sql {
                    admin.execute(sql).await.unwrap();
                }
            }
            Self::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new();
                let options = options.filename(path).create_if_missing(true);
                let mut admin = SqliteConnection::connect_with(&options).await.unwrap();
                for sql in sql {
                    admin.execute(sql).await.unwrap();
                }
                admin.close().await.unwrap();
            }
        }
    }
}

fn name() -> SourceName {
    SourceName::parse("shop").unwrap()
}

/// All three; without servers with `--quick`.
fn databases(directory: &Path) -> Vec<Database> {
    let mut all = vec![Database::Sqlite(directory.join("shop.sqlite"))];
    if std::env::var_os("BRISK_TEST_QUICK").is_none() {
        let url = |variable: &str| {
            let url = std::env::var(variable);
            url.unwrap_or_else(|_| panic!("{variable} names a server: run cargo xtask test"))
        };
        all.push(Database::Postgres(url("BRISK_TEST_POSTGRES_URL")));
        all.push(Database::MariaDb(url("BRISK_TEST_MYSQL_URL")));
    }
    all
}

fn engine(directory: &Path, source: Source, statements: &[&str]) -> (Engine, Arc<Dashboard>) {
    let panels = statements.iter().enumerate().map(|(i, sql)| {
        format!("[[panel]]\nid = \"p{i}\"\ntitle = \"P\"\nkind = \"stat\"\nsql = '''{sql}'''\n")
    });
    let head = "title = \"Views\"\nsource = \"shop\"\n".to_owned();
    let text: String = std::iter::once(head).chain(panels).collect();
    std::fs::write(directory.join("views.toml"), text).unwrap();
    let catalog = Arc::new(Catalog::open(directory));
    assert!(catalog.contents().problems.is_empty(), "{:?}", catalog.contents().problems);
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
    let config = Config { jitter: 0.0, early: 0.0, ..Config::default() };
    let cache = Cache::in_memory(config, clock.clone());
    let loader = Loader::new(cache, Sources::from([(name(), source)]));
    let dashboard = catalog.dashboard(&Slug::parse("views").unwrap()).unwrap();
    (Engine::new(catalog, loader, clock), dashboard)
}

async fn shown(engine: &Engine, dashboard: &Arc<Dashboard>) -> Vec<String> {
    let view = ViewState::default_of(dashboard);
    let (access, trigger) = (Access::anonymous(), Trigger::Api);
    let view = engine.view(dashboard, &view, &access, trigger).await.unwrap();
    let mut shown = Vec::new();
    for state in view.panels {
        let data = state.current().await.unwrap();
        shown.push(data.frame.columns()[0].values.exact(0).unwrap());
    }
    shown
}

async fn invalidate(engine: &Engine, tag: &str) -> Vec<String> {
    let done = engine.invalidate(&[Tag::parse(tag).unwrap()]).await.unwrap();
    done.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_invalidated_table_changes_what_is_read_through_views() {
    let directory = tempfile::tempdir().unwrap();
    for database in databases(directory.path()) {
        database.write(&SETUP).await;
        let (engine, dashboard) = engine(directory.path(), database.source(), &PANELS);
        assert_eq!(shown(&engine, &dashboard).await, ["0", "0", "0", "0"]);
        database
            .write(&["insert into read_t values (7), (-2)", "insert into read_t2 values (1)"])
            .await;
        assert_eq!(shown(&engine, &dashboard).await, ["0", "0", "0", "0"], "nobody said so");
        let done = invalidate(&engine, "table:shop.read_t").await;
        assert!(done.contains(&"table:shop.read_w".to_owned()), "{done:?}");
        assert!(!done.iter().any(|tag| tag.contains("read_o") || tag == "source:shop"), "{done:?}");
        assert_eq!(shown(&engine, &dashboard).await, ["5", "5", "7", "0"]);
        // A view that reads another table since then.
        database
            .write(&["drop view read_o", "create view read_o as select n * 10 as n from read_t"])
            .await;
        invalidate(&engine, "table:shop.READ_T").await;
        assert_eq!(shown(&engine, &dashboard).await, ["5", "5", "7", "50"]);
    }
}

#[tokio::test]
async fn schemas_partitions_and_materialized_views_of_postgresql_are_read_through_too() {
    let directory = tempfile::tempdir().unwrap();
    let mut all = databases(directory.path());
    all.retain(|one| matches!(one, Database::Postgres(_)));
    for database in all {
        let setup = [
            "drop schema if exists read_s cascade",
            "create schema read_s",
            "create table read_s.parts (n int) partition by list (n)",
            "create table read_s.part_1 partition of read_s.parts for values in (1)",
            "create materialized view read_s.kept as select count(*) as n from read_s.parts",
            "create view read_s.shown as select n from read_s.kept",
        ];
        database.write(&setup).await;
        let statements = [
            "select count(*) as n from read_s.parts",
            "select n from read_s.kept",
            "select n from read_s.shown",
        ];
        let (engine, dashboard) = engine(directory.path(), database.source(), &statements);
        assert_eq!(shown(&engine, &dashboard).await, ["0", "0", "0"]);
        database
            .write(&[
                "insert into read_s.parts values (1)",
                "refresh materialized view read_s.kept",
            ])
            .await;
        invalidate(&engine, "table:shop.elsewhere.part_1").await;
        assert_eq!(shown(&engine, &dashboard).await, ["0", "0", "0"], "of another schema");
        invalidate(&engine, "table:shop.read_s.part_1").await;
        assert_eq!(shown(&engine, &dashboard).await, ["1", "1", "1"]);
    }
}

#[tokio::test]
async fn a_source_that_does_not_say_is_invalidated_as_a_whole() {
    let directory = tempfile::tempdir().unwrap();
    let gone = Source::sqlite(name(), &directory.path().join("gone.sqlite"), Limits::default());
    let (deaf, _) = engine(directory.path(), gone, &PANELS);
    let done = invalidate(&deaf, "table:shop.read_t").await;
    assert!(done.contains(&"source:shop".to_owned()), "{done:?}");
    let done = invalidate(&deaf, "table:other.read_t").await;
    assert!(
        !done.iter().any(|tag| tag.starts_with("source:")),
        "not a source of its own: {done:?}"
    );
}
