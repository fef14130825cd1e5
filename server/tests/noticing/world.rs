//! A server over PostgreSQL tables of its own, whose dashboards are current for an hour.

use crate::fixture;
use axum::Router;
use brisk_domain::{Clock, ManualClock, SourceName, Timestamp};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use brisk_server::noticing::reports::{ListenerReport, ListenerState};
use brisk_server::noticing::{Noticing, listener};
use brisk_server::router::router;
use brisk_source::{Limits, Source, ToldTable, trigger_sql};
use brisk_test_waiting::{eventually, wait_for};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

const TABLES: &str = "
    create table orders (id int primary key, amount int not null);
    create table lines (order_id int references orders on delete cascade, amount int not null);
    create table measures (at int not null, amount int not null) partition by range (at);
    create table measures_a partition of measures for values from (0) to (10);
    create table measures_b partition of measures for values from (10) to (20);
    create view all_amounts as select amount from orders union all select amount from lines;
    create table unread (amount int not null);
    create materialized view daily as select sum(amount) as amount from orders;
    insert into orders values (1, 1), (2, 2);
    insert into lines values (1, 10), (2, 20);
    insert into measures values (1, 100), (11, 200);
";

/// Each panel with its table.
const PANELS: [(&str, &str); 6] = [
    ("orders", "orders"),
    ("lines", "public.lines"),
    ("measures", "measures"),
    ("part", "measures_b"),
    ("view", "all_amounts"),
    ("daily", "daily"),
];

pub(crate) struct World {
    pub(crate) noticing: Arc<Noticing>,
    pub(crate) name: SourceName,
    app: Router,
    engine: Arc<Engine>,
    writer: Mutex<PgConnection>,
    task: AbortHandle,
    _folder: tempfile::TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl World {
    /// A server whose listener connects to what `listen_at` makes of the database's URL; none with
    /// `--quick`.
    pub(crate) async fn listening_at(listen_at: impl AsyncFnOnce(&str) -> String) -> Option<Self> {
        let url = brisk_test_stores::database().await?;
        let folder = tempfile::tempdir().unwrap();
        let panels = PANELS.map(|(id, table)| {
            format!(
                "[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"stat\"\n\
                 sql = \"select coalesce(sum(amount), 0) as total from {table}\"\n"
            )
        });
        let top = "title = \"All\"\nsource = \"shop\"\ncache = { ttl = \"1h\" }\n";
        std::fs::write(folder.path().join("all.toml"), top.to_owned() + &panels.concat()).unwrap();
        let mut writer = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(TABLES).execute(&mut writer).await.unwrap();
        let name = SourceName::parse("shop").unwrap();
        let source = Source::postgres(name.clone(), &url, 4, Limits::default()).unwrap();
        let source = source.listening_at(Some(&listen_at(&url).await)).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
        let sources = Sources::from([(name.clone(), source)]);
        let state = fixture::state(folder.path(), sources, Arc::clone(&clock));
        let engine = Arc::clone(state.service.engine());
        let noticing = Noticing::new(Arc::clone(&engine), clock, None, BTreeMap::new());
        let noticing = Arc::new(noticing.with_heartbeat(Duration::from_millis(200)));
        let state = state.with_noticing(Arc::clone(&noticing));
        let app = router(state, folder.path());
        let running = Arc::clone(&noticing);
        let task = tokio::spawn(async move { running.run().await }).abort_handle();
        let writer = Mutex::new(writer);
        Some(Self { noticing, name, app, engine, writer, task, _folder: folder })
    }

    /// A server whose listener connects where panels are read.
    pub(crate) async fn new() -> Option<Self> {
        Self::listening_at(async |url| url.to_owned()).await
    }

    pub(crate) async fn write(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&mut *self.writer.lock().await).await.unwrap();
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let row = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let row = row.fetch_one(&mut *self.writer.lock().await).await.unwrap();
        row.get(0)
    }

    pub(crate) async fn told_tables(&self) -> Vec<ToldTable> {
        let source = self.engine.loader().source(&self.name).unwrap();
        listener::told_tables(&self.engine, &self.name, &source).await.unwrap()
    }

    /// Replaces the source by another revision of itself, or removes it.
    pub(crate) fn replace(&self, revision: Option<&str>) {
        let source = self.engine.loader().source(&self.name);
        let source = source.zip(revision).map(|(source, revision)| source.with_revision(revision));
        let sources = source.map(|source| (self.name.clone(), source));
        self.engine.replace_sources(sources.into_iter().collect(), &[]);
    }

    /// Runs the SQL that the page shows, as an admin would.
    pub(crate) async fn make_triggers(&self) {
        let sql = trigger_sql(&self.told_tables().await);
        self.write(&sql).await;
    }

    /// The same, and waits until the listener listens.
    pub(crate) async fn listen(&self) {
        self.make_triggers().await;
        self.until_listening().await;
    }

    pub(crate) async fn until_listening(&self) {
        let listens = async || {
            self.noticing.look_again();
            matches!(self.report().state, ListenerState::Listening(_))
        };
        eventually("the source is listened to", listens).await;
    }

    /// Waits until so many notifications have come.
    pub(crate) async fn until_heard(&self, times: u64) {
        let heard = async || self.report().heard >= times;
        eventually(format!("the listener has heard of {times} tables"), heard).await;
    }

    pub(crate) fn report(&self) -> ListenerReport {
        self.noticing.reports().of(&self.name).unwrap_or_default()
    }

    /// What a panel shows.
    pub(crate) async fn shown(&self, panel: &str) -> i64 {
        let path = format!("/api/v1/dashboards/all/panels/{panel}");
        let (status, _, body) = fixture::ask(&self.app, fixture::get(&path, &[])).await;
        let body = String::from_utf8_lossy(&body);
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        let cell = &answer["panel"]["frame"]["columns"][0]["cells"][0];
        let number = cell.as_i64().or_else(|| cell.as_str()?.parse().ok());
        number.unwrap_or_else(|| panic!("{body}"))
    }

    /// What it shows without the cache.
    pub(crate) async fn truth(&self, panel: &str) -> i64 {
        let (_, table) = PANELS.into_iter().find(|(id, _)| *id == panel).unwrap();
        self.number(&format!("select coalesce(sum(amount), 0)::bigint from {table}")).await
    }

    /// Waits until a panel shows what is true.
    pub(crate) async fn until_true(&self, panel: &str) {
        let is_true = async || self.shown(panel).await == self.truth(panel).await;
        eventually(format!("the panel {panel} shows what is in the table"), is_true).await;
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let asked = fixture::ask(&self.app, fixture::get(path, &[]));
        let (status, _, body) = wait_for(format!("the page {path}"), asked).await;
        let body = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(status, 200, "{body}");
        body
    }
}
