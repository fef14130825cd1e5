//! `/metrics`: the figures of this process in Prometheus' text format, version 0.0.4. Among the other
//! routes it is for admins and for tokens of scope `metrics`; on a listener of its own, for whoever
//! reaches that.

use crate::http::security;
use crate::overload_figures;
use crate::state::AppState;
use axum::Router;
use axum::extract::State;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use brisk_source::{Source, WorkerCounts};
use http::header;
use std::fmt::Write;

/// `/metrics` and nothing else, without authentication.
pub(crate) fn alone(state: AppState) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(state)
        .layer(middleware::from_fn(security::default_headers))
}

/// `/metrics`
pub async fn metrics(State(state): State<AppState>) -> Response {
    let cache = state.service.engine().loader().cache();
    let (statistics, tasks) = (cache.statistics(), tokio::runtime::Handle::current().metrics());
    let (readers, all) = (statistics.of_readers(), statistics.of_all());
    let mut text = String::new();
    let mut add = |name: &str, kind: &str, about: &str, value: f64| {
        // Writing into a string does not fail.
        let _ = write!(
            text,
            "# HELP brisk_{name} {about}\n# TYPE brisk_{name} {kind}\nbrisk_{name} {value}\n"
        );
    };
    add("tasks", "gauge", "Tasks that are alive.", tasks.num_alive_tasks() as f64);
    let hub = &state.hub;
    add("open_pages", "gauge", "Pages that follow their data.", hub.open_pages() as f64);
    add("followed_views", "gauge", "Different views among them.", hub.followed_views() as f64);
    let connections = state.connections.open();
    add("open_connections", "gauge", "Connections that are open.", connections as f64);
    for (reason, count) in state.connections.ended() {
        let about = "Connections, and streams of HTTP/2, that the server ended.";
        add(&format!("connections_{reason}_total"), "counter", about, count as f64);
    }
    let unsent = state.connections.unsent();
    let about = "Bytes of long answers that their clients have not taken.";
    add("unsent_bytes", "gauge", about, unsent.bytes() as f64);
    let about = "Answers that were refused (503) because too many such bytes were in memory.";
    add("unsent_refused_total", "counter", about, unsent.refused() as f64);
    if let Some(disbelieved) = state.auth.disbelieved() {
        let about =
            "Requests that said who sends them and did not come from a proxy of [auth.proxy].";
        add("proxy_names_ignored_total", "counter", about, disbelieved as f64);
    }
    let sources = state.service.engine().loader().sources();
    let files = sources.values();
    let workers: WorkerCounts = files.filter_map(Source::worker_counts).sum();
    add("sqlite_workers", "gauge", "Processes for SQLite statements.", f64::from(workers.alive));
    let about = "Processes for SQLite statements that were started.";
    add("sqlite_workers_started_total", "counter", about, workers.started as f64);
    let about = "Of these, what ended with the statement that it ran.";
    add("sqlite_workers_ended_total", "counter", about, workers.ended as f64);
    add("cache_memory_bytes", "gauge", "Frames in memory, roughly.", cache.bytes() as f64);
    let counters = [
        ("lookup_hits_total", "Lookups of readers answered with a current value.", readers.hits),
        ("lookup_stale_total", "Lookups of readers answered past their TTL.", readers.stale),
        ("lookup_misses_total", "Lookups of readers without a current value.", readers.misses),
        ("load_joins_total", "Loads that joined one under way.", all.joins),
        ("loads_total", "Loads that ran.", all.loads),
        ("load_errors_total", "Loads that failed.", all.errors),
        ("redis_round_trips_total", "Waits for the shared cache.", statistics.tiers.round_trips),
    ];
    for (name, about, value) in counters {
        add(name, "counter", about, value as f64);
    }
    let seconds = [
        ("load_seconds_total", "Time spent loading.", all.load_time),
        ("load_seconds_saved_total", "Load time that hits made unnecessary.", all.saved_time),
    ];
    for (name, about, time) in seconds {
        add(name, "counter", about, time.as_secs_f64());
    }
    text.push_str(&overload_figures::of(&state));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
