//! A server over a folder of dashboards, and requests to it.

use axum::Router;
use axum::body::Body;
use brisk_app::Assets;
use brisk_cache::{Cache, Config, LaneLimits};
use brisk_domain::{Clock, SourceName};
use brisk_engine::load::{Loader, Sources};
use brisk_engine::{Catalog, Engine};
use brisk_server::config::AccountLimits;
use brisk_server::service::EngineService;
use brisk_server::state::AppState;
use brisk_source::{Limits, Source};
use brisk_test_waiting::wait_for;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use tower::ServiceExt;

/// A state over the dashboards in `directory`, and a cache in memory whose entries expire exactly
/// when their TTL is over.
pub(crate) fn state(directory: &Path, sources: Sources, clock: Arc<dyn Clock>) -> AppState {
    state_with_lanes(directory, sources, LaneLimits::default(), clock)
}

/// The same, with limits of its own for each source's lane.
pub(crate) fn state_with_lanes(
    directory: &Path,
    sources: Sources,
    lanes: LaneLimits,
    clock: Arc<dyn Clock>,
) -> AppState {
    let config = Config { jitter: 0.0, early: 0.0, lanes, ..Config::default() };
    let cache = Cache::in_memory(config, Arc::clone(&clock));
    let catalog = Arc::new(Catalog::open(directory));
    let engine = Engine::new(catalog, Loader::new(cache, sources), Arc::clone(&clock));
    AppState::new(Arc::new(EngineService::new(engine, clock)), Assets::default())
}

/// The same with limits of what one account may ask for.
pub(crate) fn with_account_limits(state: AppState, limits: AccountLimits) -> AppState {
    let (engine, clock) = (Arc::clone(state.service.engine()), Arc::clone(state.service.clock()));
    let service = EngineService::new(engine, clock).with_account_limits(limits);
    state.with(|parts| parts.service = Arc::new(service))
}

/// The SQLite file `database` as the source `name`.
pub(crate) fn source(name: &str, database: &Path, limits: Limits) -> (SourceName, Source) {
    let name = SourceName::parse(name).unwrap();
    (name.clone(), Source::sqlite(name, database, limits))
}

/// Runs `sql` on a SQLite file, which need not exist.
pub(crate) async fn write(database: &Path, sql: &str) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

/// A whole response: status, headers, body.
pub(crate) async fn ask(app: &Router, request: Request<Body>) -> (u16, HeaderMap, Vec<u8>) {
    let what = format!("the whole answer to {} {}", request.method(), request.uri());
    let whole = async {
        let response = app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts, body.collect().await.unwrap().to_bytes().to_vec())
    };
    let (parts, bytes) = wait_for(what, whole).await;
    (parts.status.as_u16(), parts.headers, bytes)
}

/// A GET request with headers.
pub(crate) fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = headers
        .iter()
        .fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    request.body(Body::empty()).unwrap()
}
