//! The routes of dashboards, and what belongs to every page: colours, icon, "Not found".

use super::response::{self, address, failure, look};
use crate::auth::viewer;
use crate::http::client;
use crate::http::local_path::is_local_path;
use crate::http::security::MAX_FORM;
use crate::service::shown_at;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{DashboardPage, Page, PageError};
use brisk_app::{Theme, document, draw_ahead};
use brisk_cache::{Caller, Trigger};
use brisk_domain::view::{parse_query, query_string};
use brisk_domain::{Dashboard, parameter};
use brisk_engine::PAGE_WAIT;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;
use std::time::Duration;

/// `/`
pub async fn home(State(state): State<AppState>, request: Request) -> Response {
    let viewer = viewer::of(request.extensions());
    let dashboards = state.service.dashboards(&viewer);
    if dashboards.is_empty() && viewer.is_nobody() {
        return not_found(State(state), request).await;
    }
    response::page(&state, StatusCode::OK, Page::Home(dashboards), request).await
}

/// `/d/{slug}`
pub async fn dashboard(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(slug)) = path else { return not_found(State(state), request).await };
    view(&state, &slug, None, request).await
}

/// `/d/{slug}/p/{panel}`
pub async fn panel(
    State(state): State<AppState>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path((slug, panel))) = path else { return not_found(State(state), request).await };
    view(&state, &slug, Some(&panel), request).await
}

/// A page of panels. If all of them are ready and current, it is usually in the page cache already;
/// otherwise it streams, with the ready panels first.
async fn view(state: &AppState, slug: &str, panel: Option<&str>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let shown = |dashboard: &Dashboard| shown_at(dashboard, panel);
    let client = client::of(request.extensions());
    let caller = Caller::new(Trigger::View, client.clone());
    let viewer = viewer::of(request.extensions());
    let requested = match state.service.page(slug, shown, &parameters, caller, &viewer).await {
        Ok(requested) => requested,
        Err(error) => return failure(state, error, request).await,
    };
    let look = look(&request);
    let drawing = state.service.drawing().of(client.clone());
    let tag = requested.tag(look, state.pages.build());
    if let Some(tag) = &tag
        && let Some(response) = state.pages.get(tag, request.headers(), &drawing).await
    {
        return response;
    }
    // A page that is swapped in place has a live channel for late panels, and needs the rest at
    // once and complete: nothing streams there.
    let page = match is_swap(request.headers()) {
        true => match requested.into_page(Duration::ZERO).await {
            Ok(page) => Ok(page.with_choices().await),
            busy => busy,
        },
        false if has(&parameters, DashboardPage::WHOLE) => requested.into_whole_page().await,
        false => requested.into_page(PAGE_WAIT).await,
    };
    let page = match page {
        Ok(page) => page,
        Err(error) => return failure(state, error, request).await,
    };
    let page = Arc::new(page);
    if tag.is_none() {
        draw_ahead(&page).await;
    }
    let page = if panel.is_some() { Page::Panel(page) } else { Page::Dashboard(page) };
    let Some(tag) = tag else {
        return response::page(state, StatusCode::OK, page, request).await;
    };
    let path = address(&page, &request, look.full);
    let assets = Arc::clone(&state.assets);
    let draw = move || document(page, &assets, look, &path);
    let Some(document) = state.service.drawing().page(&tag, client, draw).await else {
        return failure(state, PageError::Busy, request).await;
    };
    state.pages.insert(tag, document, request.headers(), &drawing).await
}

fn has(parameters: &[(String, String)], name: &str) -> bool {
    parameters.iter().any(|(known, _)| known == name)
}

/// The header of a request for a page that replaces another.
pub const SWAP: &str = "brisk-swap";

/// Whether the page's script asks, to replace the page that is shown by the answer.
fn is_swap(headers: &HeaderMap) -> bool {
    headers.contains_key(SWAP)
}

/// `POST /d/{slug}/refresh`: loads the view again, and goes back to where it was shown.
pub async fn refresh(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(slug)) = path else { return not_found(State(state), request).await };
    let (head, body) = request.into_parts();
    let parameters = parse_query(head.uri.query().unwrap_or_default());
    // One that is too long counts as empty.
    let body = axum::body::to_bytes(body, MAX_FORM).await.unwrap_or_default();
    let (client, viewer) = (client::of(&head.extensions), viewer::of(&head.extensions));
    match state.service.refresh(&slug, &parameters, &client, &viewer).await {
        Ok(()) => {
            let usual = || {
                let query = query_string(&parameters);
                HeaderValue::from_str(&format!("/d/{slug}{query}"))
            };
            let back = back(&String::from_utf8_lossy(&body)).map_or_else(usual, Ok);
            let headers = [(header::LOCATION, back.unwrap_or(HeaderValue::from_static("/")))];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(error) => failure(&state, error, Request::from_parts(head, Body::empty())).await,
    }
}

/// The page that a form was sent from, as the form says.
fn back(body: &str) -> Option<HeaderValue> {
    let fields = parse_query(body);
    let (_, back) = fields.into_iter().find(|(name, _)| name == parameter::BACK)?;
    is_local_path(&back).then(|| HeaderValue::from_str(&back).ok())?
}

/// `POST /theme`: stores the choice of colours, and goes back.
pub async fn theme(body: String) -> Response {
    let fields = parse_query(&body);
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let theme = Theme::parse(field(parameter::THEME).unwrap_or_default());
    let back = back(&body).unwrap_or(HeaderValue::from_static("/"));
    let cookie =
        format!("theme={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", theme.word());
    let cookie = HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""));
    let headers = [(header::LOCATION, back), (header::SET_COOKIE, cookie)];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Everything else.
pub async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let error = PageError::NotFound("This page does not exist.".into());
    failure(&state, error, request).await
}

/// `/favicon.ico`: browsers ask for it beside responses that are no pages, such as JSON.
pub async fn favicon(State(state): State<AppState>) -> Redirect {
    Redirect::temporary(&state.assets.icon)
}
