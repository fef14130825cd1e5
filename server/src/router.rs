//! Every route, and what surrounds them all.

use crate::administration::{self, Administration};
use crate::live::{self, Hub, hub};
use crate::pages::Pages;
use crate::service::EngineService;
use crate::{api, assets, handlers, metrics};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use brisk_app::Assets;
use brisk_store::Store;
use http::{HeaderValue, Method, StatusCode, header};
use std::path::Path;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// What handlers need.
#[derive(Clone)]
pub struct AppState {
    /// The data.
    pub service: Arc<EngineService>,
    /// Where the built frontend is.
    pub assets: Arc<Assets>,
    /// Pages that were drawn lately.
    pub pages: Arc<Pages>,
    /// What open pages follow.
    pub hub: Hub,
    /// What pages of administration know.
    pub administration: Arc<Administration>,
}

impl AppState {
    /// What handlers need, over `service`.
    pub fn new(service: Arc<EngineService>, assets: Assets) -> Self {
        let hub = Hub::new(Arc::clone(service.engine()), Arc::clone(service.clock()), hub::MOST);
        let pages = Arc::new(Pages::with(&assets));
        Self { service, assets: Arc::new(assets), pages, hub, administration: Arc::default() }
    }

    /// The same, where refreshes of rollups are written down in `store`.
    #[must_use]
    pub fn with_store(self, store: Store) -> Self {
        Self { administration: Arc::new(Administration::over(store)), ..self }
    }
}

/// The largest body that a form may have.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// All routes over `state`, with the built frontend from `site`.
pub fn router(state: AppState, site: &Path) -> Router {
    // Leptos spawns on tokio; asking twice (tests do) is harmless.
    let _ = any_spawner::Executor::init_tokio();
    // Packed files are sent as they are; pages are packed on the way, without holding the stream.
    let pages = Router::new()
        .route("/", get(handlers::home))
        .route("/d/{slug}", get(handlers::dashboard))
        .route("/d/{slug}/p/{panel}", get(handlers::panel))
        .route("/d/{slug}/refresh", post(handlers::refresh))
        .route("/admin", get(administration::index))
        .route("/admin/sources", get(administration::sources))
        .route("/admin/rollups/{name}/rebuild", post(administration::rebuild))
        .route("/theme", post(handlers::theme))
        .route("/fn/{*name}", get(handlers::server_function))
        .route("/api", get(api::page::page))
        .route("/api/try/{operation}", get(api::page::open))
        .nest("/api/v1", api::router())
        // Nesting leaves the bare prefix with a slash to the pages.
        .route("/api/v1/", any(api::handlers::not_found))
        .fallback(handlers::not_found)
        .layer(CompressionLayer::new());
    // Their events are short and rare; compressing them would take more memory than all else of an
    // open page.
    let live = Router::new()
        .route("/d/{slug}/live", get(live::handler::dashboard))
        .route("/d/{slug}/p/{panel}/live", get(live::handler::panel));
    Router::new()
        .merge(pages)
        .merge(live)
        .route("/favicon.ico", get(handlers::favicon))
        .route("/healthz", get(handlers::healthz))
        .route("/readyz", get(handlers::readyz))
        .route("/metrics", get(metrics::metrics))
        .with_state(state)
        .nest_service("/assets", assets::router(site))
        .layer(axum::extract::DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(own_origin_only))
        .layer(middleware::from_fn(security_headers))
}

/// Refuses requests that change something when another site's page sent them.
async fn own_origin_only(request: Request, next: Next) -> Response {
    if is_own(&request) {
        return next.run(request).await;
    }
    let sentence = "This form was sent by another site. Open Brisk and try again.\n";
    (StatusCode::FORBIDDEN, sentence).into_response()
}

fn is_own(request: &Request) -> bool {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        return true;
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site = header("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin = header("origin").is_none_or(|origin| {
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        header("host").is_some_and(|own| own == host)
    });
    site && origin
}

/// What every answer says to browsers.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Pages have a content security policy of their own, with a nonce: see the app's shell.
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
