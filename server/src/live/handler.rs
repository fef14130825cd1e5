//! `/d/{slug}/live` and `/d/{slug}/p/{panel}/live`.

use super::channel::Followed;
use super::following::Following;
use super::hub::Full;
use super::reader::Reader;
use super::stream;
use crate::auth::viewer;
use crate::http::client;
use crate::service::shown_at;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use brisk_app::service::{DashboardPage, PageError};
use brisk_domain::Pace;
use brisk_domain::view::parse_query;
use brisk_engine::Shown;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};

/// `/d/{slug}/live`
pub async fn dashboard(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(slug)) = path else { return StatusCode::NOT_FOUND.into_response() };
    follow(&state, &slug, None, &request.into_parts().0).await
}

/// `/d/{slug}/p/{panel}/live`
pub async fn panel(
    State(state): State<AppState>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path((slug, panel))) = path else { return StatusCode::NOT_FOUND.into_response() };
    follow(&state, &slug, Some(&panel), &request.into_parts().0).await
}

async fn follow(state: &AppState, slug: &str, panel: Option<&str>, head: &Parts) -> Response {
    let parameters = parse_query(head.uri.query().unwrap_or_default());
    match begin(state, slug, panel, &parameters, head).await {
        Ok(following) => stream::response(following),
        Err(Refused::Page(PageError::NotFound(message))) => {
            (StatusCode::NOT_FOUND, message + "\n").into_response()
        }
        Err(Refused::Page(PageError::BadRequest(message, _))) => {
            (StatusCode::BAD_REQUEST, message + "\n").into_response()
        }
        Err(Refused::Page(error @ PageError::Busy)) => {
            (StatusCode::SERVICE_UNAVAILABLE, error.message() + "\n").into_response()
        }
        Err(Refused::Page(error @ PageError::TooMany { retry_after, .. })) => {
            let later = [(header::RETRY_AFTER, HeaderValue::from(retry_after))];
            let message = error.message() + "\n";
            (StatusCode::TOO_MANY_REQUESTS, later, message).into_response()
        }
        Err(Refused::Full) => {
            let later = [(header::RETRY_AFTER, "60")];
            let message = "Too many pages are open at the moment. Try again in a minute.\n";
            (StatusCode::SERVICE_UNAVAILABLE, later, message).into_response()
        }
    }
}

/// Why a view is not followed.
pub(crate) enum Refused {
    /// There is no such view, or its reader has too many.
    Page(PageError),
    /// All readers together have too many.
    Full,
}

/// Begins to follow a view, or one panel of it, for whoever sent a request with that head.
pub(crate) async fn begin(
    state: &AppState,
    slug: &str,
    panel: Option<&str>,
    parameters: &[(String, String)],
    head: &Parts,
) -> Result<Following, Refused> {
    let client = client::of(&head.extensions);
    let viewer = viewer::of(&head.extensions);
    let followed = || {
        let (dashboard, view) = state.service.view_of(slug, parameters, &viewer)?;
        let panel = match shown_at(&dashboard, panel)? {
            Shown::Panel(panel) => Some(panel),
            Shown::Dashboard | Shown::Panels(_) | Shown::Frames(_) => None,
        };
        let (slug, pace) = (dashboard.slug.clone(), Pace::from_pairs(parameters));
        let page_id = parameters.iter().find(|(name, _)| name == DashboardPage::ID);
        let page_id = page_id.map(|(_, id)| id.clone());
        let looks_behind = viewer.looks_behind(&dashboard);
        let access = viewer.access().clone();
        let followed = Followed { slug, panel, view, pace, access, looks_behind, page_id };
        if !state.hub.is_followed(&followed) {
            state.service.admit_follower(&client, &dashboard, &followed.view)?;
        }
        Ok((followed, dashboard))
    };
    let (followed, dashboard) = followed().map_err(Refused::Page)?;
    let open = state.service.accounts().open(&viewer).await.map_err(Refused::Page)?;
    let last = head.headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = last.map(str::to_owned);
    let connection = head.extensions.get().cloned().unwrap_or_default();
    let subscription = state.hub.subscribe(followed, dashboard, client, &connection);
    let subscription = subscription.map_err(|Full| Refused::Full)?;
    let reader = Reader::new(state.auth.clone(), viewer, &head.headers);
    Ok(Following::new(state.hub.clone(), subscription, reader, last, open))
}
