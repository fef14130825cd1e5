//! `/unsubscribe/{token}`: the link in a report by which its reader wants no more of it. Opening it changes nothing,
//! because programs open links before people do. Mail programs unsubscribe with one request (RFC 8058), without a
//! page, a cookie or an origin: the token is the secret, and whoever has it may.

use super::response;
use crate::auth::form::Form;
use crate::auth::rights;
use crate::http::client;
use crate::reports::known;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use brisk_accounts::secret;
use brisk_app::service::{Page, PageError, UnsubscribePage};
use brisk_store::{Actor, Store, StoreError, Subscription};
use http::StatusCode;

/// `/unsubscribe/{token}`
pub async fn page(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(store) = &state.store else { return response::unavailable() };
    let Ok(Path(token)) = path else { return gone(&state, request).await };
    let found = async {
        let Some(of) = store.unsubscribe_link(&secret::hash(&token)).await? else {
            return Ok(None);
        };
        let is_unsubscribed = store.unsubscribed(&of.report).await?.contains(&of.recipient);
        Ok::<_, StoreError>(Some((of, is_unsubscribed)))
    };
    respond(&state, store, found.await, request).await
}

/// `POST /unsubscribe/{token}`: unsubscribes, or subscribes again.
pub async fn change(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(store) = &state.store else { return response::unavailable() };
    let (head, body) = request.into_parts();
    let address = client::address_of(&head.extensions);
    let now = state.service.now();
    // Whatever else the body says, in whatever form, is one click.
    let is_again = Form::read(body).await.get("do") == "again";
    let request = Request::from_parts(head, Body::empty());
    let Ok(Path(token)) = path else { return gone(&state, request).await };
    let hash = secret::hash(&token);
    let changed = async {
        if !is_again {
            let of = store.unsubscribe(&hash, &address, now).await?;
            return Ok(of.map(|of| (of, true)));
        }
        let Some(of) = store.unsubscribe_link(&hash).await? else { return Ok(None) };
        let actor = Actor { name: "a link in a report".into(), address };
        store.subscribe_again(&of, &actor, now).await?;
        Ok::<_, StoreError>(Some((of, false)))
    };
    respond(&state, store, changed.await, request).await
}

async fn respond(
    state: &AppState,
    store: &Store,
    found: Result<Option<(Subscription, bool)>, StoreError>,
    request: Request,
) -> Response {
    let found = match found {
        Ok(Some((of, is_unsubscribed))) => {
            title(state, store, &of).await.map(|title| Some((title, is_unsubscribed)))
        }
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    match found {
        Ok(Some((title, is_unsubscribed))) => {
            let path = request.uri().path().to_owned();
            let page = Page::Unsubscribe(UnsubscribePage { path, title, is_unsubscribed });
            response::page(state, StatusCode::OK, page, request).await
        }
        Ok(None) => gone(state, request).await,
        Err(error) => {
            tracing::error!(%error, "a link to unsubscribe cannot be followed");
            response::unavailable()
        }
    }
}

/// The report's title; its name where it is gone, or broken.
async fn title(state: &AppState, store: &Store, of: &Subscription) -> Result<String, StoreError> {
    let contents = state.service.engine().catalog().contents();
    let all = known::known(store, &contents).await?;
    let report = all.get(&of.report).and_then(|known| known.report.as_ref().ok());
    Ok(report.map_or_else(|| of.report.to_string(), |report| report.title.clone()))
}

/// The answer where the token is none of ours, or was forgotten: the same whoever asks.
async fn gone(state: &AppState, request: Request) -> Response {
    let why = "This link to unsubscribe is not known, or too old. Use the one in the latest report that you have \
               received, or ask whoever runs Brisk.";
    let error = PageError::NotFound(why.into());
    rights::for_everybody(response::failure(state, error, request).await)
}
