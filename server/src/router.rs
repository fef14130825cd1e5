//! Every route, and what surrounds them all.

use crate::http::{assets, client, security};
use crate::pages::{activity, administration, handlers, server_functions};
use crate::state::AppState;
use crate::{api, health, live, metrics};
use axum::Router;
use axum::middleware;
use axum::routing::{any, get, post};
use std::path::Path;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// All routes over `state`, with the built frontend from `site`.
pub fn router(state: AppState, site: &Path) -> Router {
    // Leptos spawns on tokio; asking twice (tests do) is harmless.
    let _ = any_spawner::Executor::init_tokio();
    let own_names = Arc::clone(&state.own_names);
    // Built files are compressed already; pages are compressed on the way, without delaying the
    // stream.
    let pages = Router::new()
        .route("/", get(handlers::home))
        .route("/d/{slug}", get(handlers::dashboard))
        .route("/d/{slug}/p/{panel}", get(handlers::panel))
        .route("/d/{slug}/refresh", post(handlers::refresh))
        .route("/admin", get(administration::index))
        .route("/admin/activity", get(activity::page))
        .route("/admin/activity.csv", get(activity::csv))
        .route("/admin/sources", get(administration::sources))
        .route("/admin/rollups/{name}/rebuild", post(administration::rebuild))
        .route("/theme", post(handlers::theme))
        .route("/fn/{*name}", get(server_functions::answer))
        .route("/api", get(api::page::page))
        .route("/api/try/{operation}", get(api::page::open))
        .nest("/api/v1", api::router())
        // Nesting leaves the bare prefix with a slash to the pages.
        .route("/api/v1/", any(api::handlers::not_found))
        .fallback(handlers::not_found)
        .layer(CompressionLayer::new());
    // Events are short and rare; a compressor would take more memory than the rest of an open
    // page's stream.
    let live = Router::new()
        .route("/d/{slug}/live", get(live::handler::dashboard))
        .route("/d/{slug}/p/{panel}/live", get(live::handler::panel));
    let proxies = Arc::clone(&state.trusted_proxies);
    Router::new()
        .merge(pages)
        .merge(live)
        .route("/favicon.ico", get(handlers::favicon))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .with_state(state)
        .nest_service("/assets", assets::router(site))
        .layer(middleware::from_fn_with_state(proxies, client::identify))
        .layer(axum::extract::DefaultBodyLimit::max(security::MAX_FORM))
        .layer(middleware::from_fn_with_state(own_names, security::own_pages_only))
        .layer(middleware::from_fn(security::default_headers))
}
