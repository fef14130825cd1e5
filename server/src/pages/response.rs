//! From a page to a response: complete, or as a stream whose late panels follow.

use crate::auth::viewer;
use crate::http::conditional::NO_STORE;
use crate::http::local_path::lasting;
use crate::http::refusal;
use crate::http::security::content_security_policy;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use brisk_app::service::{ErrorPage, Page, PageError};
use brisk_app::{Look, Theme, document, shell};
use brisk_domain::parameter;
use brisk_domain::sentence::sentence;
use brisk_domain::view::parse_query;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::sync::Arc;

/// A page with its headers, complete or as a stream.
pub async fn page(state: &AppState, status: StatusCode, page: Page, request: Request) -> Response {
    let look = look(&request);
    let path = address(&page, &request, look.full);
    let assets = Arc::clone(&state.assets);
    if !page.is_streamed() {
        let document = document(page, &assets, look, &path);
        let headers = [
            (header::CACHE_CONTROL, NO_STORE),
            (header::CONTENT_SECURITY_POLICY, content_security_policy(None)),
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        ];
        return (status, headers, document).into_response();
    }
    let render = leptos_axum::render_app_to_stream_with_context(
        || {},
        move || {
            let policy = content_security_policy(use_nonce().as_ref());
            if let Some(response) = use_context::<ResponseOptions>() {
                response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
            shell(page.clone(), &assets, look, &path)
        },
    );
    let mut response: Response = render(request.map(|_| Body::empty())).await;
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    // nginx buffers responses unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// The answer where Brisk's own database cannot be used; the log says why.
pub(crate) fn unavailable() -> Response {
    let sentence = "Brisk's own database cannot be read; the log says why.\n";
    refusal::response(StatusCode::SERVICE_UNAVAILABLE, sentence)
}

/// After how many seconds a page that could not be drawn may be requested again.
const BUSY: u32 = 2;

/// The page that says what is wrong with a request.
pub(crate) async fn failure(state: &AppState, error: PageError, request: Request) -> Response {
    let mut later = None;
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
        error @ (PageError::TooMany { .. } | PageError::Busy) => {
            let (status, seconds, title) = match error {
                PageError::TooMany { retry_after, .. } => {
                    (StatusCode::TOO_MANY_REQUESTS, retry_after, "Too much at a time")
                }
                _ => (StatusCode::SERVICE_UNAVAILABLE, BUSY, "Busy"),
            };
            later = Some(HeaderValue::from(seconds));
            let here = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let link = (lasting(here), "Try again".to_owned());
            let (title, message) = (title.into(), error.message());
            (status, ErrorPage { status: status.as_u16(), title, message, link })
        }
    };
    let mut response = page(state, status, Page::Error(error), request).await;
    if let Some(later) = later {
        response.headers_mut().insert(header::RETRY_AFTER, later);
    }
    response
}

/// The address of `page`: equal pages have equal addresses, whatever else is in this one.
pub(crate) fn address(page: &Page, request: &Request, full: bool) -> String {
    match page {
        Page::Dashboard(page) | Page::Panel(page) => page.link_here_in(full),
        // A page that answers a form has no address to go back to.
        Page::SignIn(page) => page.back.clone(),
        Page::SignedOut(_) => "/sign-in".to_owned(),
        Page::Profile(_) => "/profile".to_owned(),
        Page::SecondFactor(page) => page.back.clone(),
        Page::People(_) => "/admin/people".to_owned(),
        Page::Invalidation(_) => "/admin/invalidation".to_owned(),
        Page::Webhook(page) => format!("/admin/invalidation/webhooks/{}", page.webhook.name),
        Page::ImageKeys(_) => "/admin/images".to_owned(),
        Page::Reports(_) => "/admin/reports".to_owned(),
        // Nobody returns to it: its address is a secret.
        Page::Unsubscribe(_) => "/".to_owned(),
        Page::Home(_)
        | Page::Api(_)
        | Page::Playground(_)
        | Page::Sources(_)
        | Page::SourceForm(_)
        | Page::RemoveSource(_)
        | Page::Folders(_)
        | Page::Report(_)
        | Page::RemoveReport(_)
        | Page::Schedules(_)
        | Page::RemoveSchedule(_)
        | Page::Jobs(_)
        | Page::Activity(_)
        | Page::Cache(_)
        | Page::CachedDashboard(_)
        | Page::Purge(_)
        | Page::CachePolicy(_)
        | Page::SourceChanges(_)
        | Page::SetUp(_)
        | Page::Account(_)
        | Page::Error(_) => {
            lasting(request.uri().path_and_query().map_or("/", |path| path.as_str()))
        }
    }
}

/// How pages look to who sent a request.
pub(crate) fn look(request: &Request) -> Look {
    let full = parse_query(request.uri().query().unwrap_or_default());
    let full = full.iter().any(|(name, _)| name == parameter::FULL);
    let reader = viewer::of(request.extensions()).reader();
    Look { theme: theme_of(request.headers()), full, reader }
}

fn theme_of(headers: &HeaderMap) -> Theme {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let word = cookies
        .flat_map(|line| line.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("theme="));
    Theme::parse(word.unwrap_or_default())
}
