//! Requests wait until the dashboards have been read; not those about the process itself.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use brisk_engine::Catalog;
use http::StatusCode;
use http::header::{CACHE_CONTROL, RETRY_AFTER};
use std::sync::Arc;
use std::time::Duration;

/// How long a request waits. Reading takes a moment; a folder on a slow disk may take longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Paths that need no dashboard.
const OF_THE_PROCESS: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/favicon.ico"];

/// `routes`, whose answers wait until the dashboards of `catalog` have been read.
pub fn waiting(routes: Router, catalog: Arc<Catalog>) -> Router {
    routes.layer(middleware::from_fn_with_state(catalog, until_read))
}

async fn until_read(State(catalog): State<Arc<Catalog>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let waits =
        !catalog.is_read() && !OF_THE_PROCESS.contains(&path) && !path.starts_with("/assets/");
    if waits && tokio::time::timeout(PATIENCE, catalog.until_read()).await.is_err() {
        let headers = [(RETRY_AFTER, "5"), (CACHE_CONTROL, "no-store")];
        let text = "The dashboards are still being read: please try again in a moment.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, headers, text).into_response();
    }
    next.run(request).await
}
