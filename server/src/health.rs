//! `/healthz` and `/readyz`: whether this process lives, and whether it can serve readers.

use crate::state::AppState;
use axum::extract::State;
use http::StatusCode;

/// `/healthz`
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz`
pub async fn readyz(State(state): State<AppState>) -> (StatusCode, String) {
    if !state.service.is_ready() {
        let why = match state.service.is_reading() {
            true => "the dashboards are being read\n",
            false => "no dashboard could be read\n",
        };
        return (StatusCode::SERVICE_UNAVAILABLE, why.into());
    }
    // Degraded is still ready: readers get their pages.
    let degraded = state.service.degraded().await;
    (StatusCode::OK, degraded.map_or("ready\n".into(), |what| format!("ready\ndegraded: {what}\n")))
}
