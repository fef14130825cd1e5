//! Signing out. It ends the session here in any case; if that was begun at an OpenID provider, the
//! browser is sent there afterwards, so that the provider's session ends as well.
//!
//! The way there is a page, and no redirect: browsers do not follow a form to another site.

use super::begun::{Begun, By};
use super::cookie;
use super::provider_token;
use super::sessions;
use super::sign_in;
use super::state::Auth;
use super::viewer::{self, Viewer};
use crate::http::client;
use crate::pages::response;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use brisk_app::service::{Page, SignedOutPage};
use brisk_store::{AuditRecord, SessionRecord};
use http::{HeaderValue, StatusCode, header};
use tower_sessions::session::Id;

/// `POST /sign-out`
pub async fn sign_out(State(state): State<AppState>, mut request: Request) -> Response {
    let auth = &state.auth;
    // Before it ends: afterwards it is unknown how it began.
    let kept = provider_token::kept(auth, request.headers()).await;
    let id = cookie::read(auth.settings(), request.headers());
    let viewer = viewer::of(request.extensions());
    let address = client::address_of(request.extensions());
    let by = ended(auth, &viewer, address, id.as_ref());
    if let (Some(id), Some(sessions)) = (id, auth.sessions()) {
        // Whoever signs out has a session that was looked up before.
        if sessions.end(id, by.is_some(), by.as_ref()).await.is_err() {
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
    if let Some(AuditRecord { actor, .. }) = by {
        sign_in::record(auth, &actor.name, actor.address, "led to the provider to sign out").await;
    }
    let refresh = HeaderValue::from_str(&format!("0; url={to}"));
    request.extensions_mut().insert(Viewer::nobody());
    let page = SignedOutPage { provider: provider.settings().name.clone(), to };
    let mut answer = response::page(&state, StatusCode::OK, Page::SignedOut(page), request).await;
    answer.headers_mut().append(header::SET_COOKIE, clear);
    answer.headers_mut().extend(refresh.ok().map(|refresh| (header::REFRESH, refresh)));
    answer
}

/// What the audit log says of who signs out; nothing where the session that is shown is nobody's.
fn ended(auth: &Auth, viewer: &Viewer, address: String, id: Option<&Id>) -> Option<AuditRecord> {
    let account = viewer.account()?;
    viewer.session().filter(|own| id.is_some_and(|id| sessions::hash(id) == *own))?;
    Some(AuditRecord {
        at: auth.now(),
        actor: viewer.actor(address),
        action: "signed out".into(),
        subject: format!("account {}", account.name),
        before: None,
        after: None,
    })
}
