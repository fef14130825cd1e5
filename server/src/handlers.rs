//! What the routes answer.

use crate::etag::ETag;
use crate::look::{Appearance, PATIENCE};
use crate::pages::POLICY;
use crate::router::{AppState, MAX_BODY};
use crate::sentence::sentence;
use crate::service::shown_at;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{ErrorPage, Page, PageError, Service};
use brisk_app::{Theme, document, shell};
use brisk_cache::Trigger;
use brisk_domain::Dashboard;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::provide_context;
use std::sync::Arc;
use std::time::Duration;

pub(crate) type Parameters = Vec<(String, String)>;

/// `/`
pub async fn home(State(state): State<AppState>, request: Request) -> Response {
    let dashboards = state.service.dashboards();
    page(&state, StatusCode::OK, Page::Home(dashboards), request).await
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

/// A page of panels. Where everything is there and current, it was mostly drawn before; else it
/// streams, what is there first.
async fn view(state: &AppState, slug: &str, panel: Option<&str>, request: Request) -> Response {
    let parameters = parameters(request.uri().query());
    let shown = |dashboard: &Dashboard| shown_at(dashboard, panel);
    let look = match state.service.look(slug, shown, &parameters, Trigger::View).await {
        Ok(look) => look,
        Err(error) => return failure(state, error, request).await,
    };
    let appearance = appearance(&request);
    let tag = look.tag(appearance, state.pages.build());
    if let Some(tag) = &tag
        && let Some(answer) = state.pages.answer(tag, request.headers()).await
    {
        return answer;
    }
    // Who swaps pages in place has a live channel for panels that are late, and wants the rest at
    // once: all of it, as nothing streams there.
    let page = match swaps(request.headers()) {
        true => look.into_page(Duration::ZERO).with_choices().await,
        false => look.into_page(PATIENCE),
    };
    let page = Arc::new(page);
    let page = if panel.is_some() { Page::Panel(page) } else { Page::Dashboard(page) };
    let Some(tag) = tag else {
        return self::page(state, StatusCode::OK, page, request).await;
    };
    let Appearance { theme, full } = appearance;
    let path = address(&page, &request, full);
    let document = document(page, &state.assets, theme, &path, full);
    state.pages.keep(tag, document.into(), request.headers()).await
}

/// Where the page is: the same page has the same address, whatever else stood in this one.
fn address(page: &Page, request: &Request, full: bool) -> String {
    match page {
        Page::Dashboard(page) | Page::Panel(page) => page.link_here_in(full),
        Page::Home(_) | Page::Api(_) | Page::Sources(_) | Page::Error(_) => {
            request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned()
        }
    }
}

fn appearance(request: &Request) -> Appearance {
    let full = parameters(request.uri().query()).iter().any(|(name, _)| name == "full");
    Appearance { theme: theme_of(request.headers()), full }
}

/// Whether the page's script asks, to put what comes in the place of what is there.
fn swaps(headers: &HeaderMap) -> bool {
    headers.contains_key("brisk-swap")
}

/// `POST /d/{slug}/refresh`: the view is loaded again, and shown where it was.
pub async fn refresh(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(slug)) = path else { return not_found(State(state), request).await };
    let (head, body) = request.into_parts();
    let parameters = parameters(head.uri.query());
    // Its size has a limit; one that is too long says nothing.
    let body = axum::body::to_bytes(body, MAX_BODY).await.unwrap_or_default();
    match state.service.refresh(&slug, &parameters).await {
        Ok(()) => {
            let usual = || {
                let query = brisk_domain::view::query_string(&parameters);
                HeaderValue::from_str(&format!("/d/{slug}{query}"))
            };
            let back = back(&String::from_utf8_lossy(&body)).map_or_else(usual, Ok);
            let headers = [(header::LOCATION, back.unwrap_or(HeaderValue::from_static("/")))];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(error) => failure(&state, error, Request::from_parts(head, Body::empty())).await,
    }
}

/// Where a form says that it came from: only pages of our own, a path, and not one that browsers
/// read as a host.
fn back(body: &str) -> Option<HeaderValue> {
    let fields = parameters(Some(body));
    let (_, back) = fields.into_iter().find(|(name, _)| name == "back")?;
    let is_own = back.starts_with('/') && !back.starts_with("//") && !back.contains('\\');
    HeaderValue::from_str(&back).ok().filter(|_| is_own)
}

/// `POST /theme`: remembers the colours, and goes back.
pub async fn theme(body: String) -> Response {
    let fields = parameters(Some(&body));
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let theme = Theme::parse(field("theme").unwrap_or_default());
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

/// `/favicon.ico`: what browsers ask for beside answers that are no pages, such as JSON.
pub async fn favicon(State(state): State<AppState>) -> Redirect {
    Redirect::temporary(&state.assets.icon)
}

/// `/healthz`
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz`
pub async fn readyz(State(state): State<AppState>) -> (StatusCode, String) {
    if !state.service.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "no dashboard could be read\n".into());
    }
    // Degraded is still ready: readers get their pages.
    let degraded = state.service.degraded().await;
    (StatusCode::OK, degraded.map_or("ready\n".into(), |what| format!("ready\ndegraded: {what}\n")))
}

/// `/fn/{*name}`: server functions.
pub async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    let service = state.service.clone() as brisk_app::service::SharedService;
    let asked = request.headers().clone();
    let answer = leptos_axum::handle_server_fns_with_context(
        move || provide_context(Arc::clone(&service)),
        request,
    );
    conditional(answer.await.into_response(), &asked).await
}

/// Cached by the reader's browser only, and revalidated each time; a browser that has it gets `304`.
async fn conditional(answer: Response, asked: &HeaderMap) -> Response {
    let (mut head, body) = answer.into_parts();
    let is_fine = head.status == StatusCode::OK;
    let kept = if is_fine { "private, no-cache" } else { "no-store" };
    head.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    head.headers.insert(header::VARY, HeaderValue::from_static("accept, cookie"));
    // Answers of server functions are whole in memory already.
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = ETag::of([&bytes]);
    if is_fine {
        head.headers.insert(header::ETAG, tag.header());
    }
    if is_fine && tag.is_known(asked) {
        head.status = StatusCode::NOT_MODIFIED;
        head.headers.remove(header::CONTENT_TYPE);
        head.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(head, Body::empty());
    }
    Response::from_parts(head, Body::from(bytes))
}

pub(crate) async fn failure(state: &AppState, error: PageError, request: Request) -> Response {
    let (status, error) = match error {
        PageError::NotFound(message) => {
            let link = ("/".to_owned(), "All dashboards".to_owned());
            (
                StatusCode::NOT_FOUND,
                ErrorPage { status: 404, title: "Not found".into(), message, link },
            )
        }
        PageError::BadRequest(message, slug) => {
            let link = (format!("/d/{slug}"), "Open with the usual range".to_owned());
            let title = "This view cannot be shown".into();
            let message = sentence(&message);
            (StatusCode::BAD_REQUEST, ErrorPage { status: 400, title, message, link })
        }
    };
    page(state, status, Page::Error(error), request).await
}

/// A page with its headers.
pub async fn page(state: &AppState, status: StatusCode, page: Page, request: Request) -> Response {
    let Appearance { theme, full } = appearance(&request);
    let path = address(&page, &request, full);
    let assets = Arc::clone(&state.assets);
    if !page.is_streamed() {
        let document = document(page, &assets, theme, &path, full);
        let headers = [
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        ];
        return (status, headers, document).into_response();
    }
    let render = leptos_axum::render_app_to_stream_with_context(
        || {},
        move || shell(page.clone(), &assets, theme, &path, full),
    );
    let mut response: Response = render(request.map(|_| Body::empty())).await;
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx holds back what it is sent, unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn theme_of(headers: &HeaderMap) -> Theme {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let word = cookies
        .flat_map(|line| line.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("theme="));
    Theme::parse(word.unwrap_or_default())
}

pub(crate) fn parameters(query: Option<&str>) -> Parameters {
    brisk_domain::view::parse_query(query.unwrap_or_default())
}
