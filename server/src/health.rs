//! `/healthz` and `/readyz`: whether this process lives, and whether it can serve readers.

use crate::auth::viewer;
use crate::state::AppState;
use axum::extract::{Request, State};
use brisk_accounts::Target;
use http::StatusCode;

/// `/healthz`
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz`
pub async fn readyz(State(state): State<AppState>, request: Request) -> (StatusCode, String) {
    if !state.service.is_ready() {
        let why = match state.service.is_reading() {
            true => "the dashboards are being read\n",
            false => "no dashboard could be read\n",
        };
        return (StatusCode::SERVICE_UNAVAILABLE, why.into());
    }
    // Degraded is still ready: readers get their pages.
    let degraded = state.service.degraded().await;
    // What does not work is shown to admins only.
    let may = viewer::of(request.extensions()).may(Target::Administration);
    let degraded = degraded.map(|what| if may { what } else { "the log says how".to_owned() });
    (StatusCode::OK, degraded.map_or("ready\n".into(), |what| format!("ready\ndegraded: {what}\n")))
}
