//! Signing out. It ends the session here in any case; if that was begun at an OpenID provider, the
//! browser is sent there afterwards, so that the provider's session ends as well.
//!
//! The way there is a page, and no redirect: browsers do not follow a form to another site.

use super::begun::{Begun, By};
use super::cookie;
use super::sessions;
use super::sign_in;
use super::state::Auth;
use super::viewer::Viewer;
use crate::pages::response;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use brisk_app::service::{Page, SignedOutPage};
use brisk_store::SessionRecord;
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// `POST /sign-out`
pub async fn sign_out(State(state): State<AppState>, mut request: Request) -> Response {
    let auth = &state.auth;
    // Before it ends: afterwards it is unknown how it began.
    let kept = kept(auth, request.headers()).await;
    let id = cookie::read(auth.settings(), request.headers());
    if let (Some(id), Some(sessions)) = (id, auth.sessions()) {
        if sessions.end(id).await.is_err() {
            let sentence = "You are still signed in: the session could not be ended. Try again.\n";
            return (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response();
        }
        sign_in::changed(auth).await;
    }
    let clear = cookie::clear(auth.settings());
    let is_elsewhere =
        |kept: &SessionRecord| Begun::of(&kept.data, kept.created_at).by == By::Provider;
    let (Some(kept), Some(provider)) = (kept.filter(is_elsewhere), auth.provider()) else {
        return sign_in::redirect("/sign-in", Some(clear));
    };
    let token = auth.session_records().and_then(|records| records.token(&kept));
    let Some(to) = provider.end(token.as_deref()).await else {
        return sign_in::redirect("/sign-in?done=signed-out", Some(clear));
    };
    let refresh = HeaderValue::from_str(&format!("0; url={to}"));
    request.extensions_mut().insert(Viewer::nobody());
    let page = SignedOutPage { provider: provider.settings().name.clone(), to };
    let mut answer = response::page(&state, StatusCode::OK, Page::SignedOut(page), request).await;
    answer.headers_mut().append(header::SET_COOKIE, clear);
    answer.headers_mut().extend(refresh.ok().map(|refresh| (header::REFRESH, refresh)));
    answer
}

/// The record of the session that a request shows. Failing to read it keeps nobody from signing out.
async fn kept(auth: &Auth, headers: &HeaderMap) -> Option<SessionRecord> {
    let hash = sessions::hash(&cookie::read(auth.settings(), headers)?);
    let kept = auth.session_records()?.get(&hash).await;
    kept.inspect_err(|error| tracing::warn!(%error, "how a session began cannot be read")).ok()?
}
