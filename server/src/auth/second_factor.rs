//! `/second-factor`: people who need a second factor set one up here, before anything else.

use super::form::Form;
use super::own_account::{self, Own, Refused, Shown};
use super::provider_token;
use super::qr_code;
use super::sign_in;
use super::state::Auth;
use super::viewer;
use crate::pages::response;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use brisk_accounts::second_factor::Authenticator;
use brisk_app::service::{Notice, Page, SecondFactorPage};
use brisk_domain::view::parse_query;
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;

/// `/second-factor`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let fields = parse_query(request.uri().query().unwrap_or_default());
    let back = fields.iter().find(|(name, _)| name == "back").map(|(_, back)| back.as_str());
    let back = sign_in::local(back.unwrap_or_default());
    let viewer = viewer::of(request.extensions());
    if viewer.account().is_none_or(|account| account.authenticator.is_some()) {
        return sign_in::redirect(&back, None);
    }
    let shown = Shown::default();
    respond(&state, shown, (&back, StatusCode::OK), request).await
}

/// `POST /second-factor`
pub async fn confirm(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let back = sign_in::local(form.get("back"));
    let viewer = viewer::of(&head.extensions);
    let auth = &state.auth;
    let (Some(account), Some(store), Some(records)) =
        (viewer.account(), auth.store(), auth.session_records())
    else {
        return sign_in::redirect("/sign-in", None);
    };
    if account.authenticator.is_some() {
        return sign_in::redirect(&back, None);
    }
    let origin = sign_in::origin(&head);
    let (session, actor) = (viewer.session(), viewer.actor(origin.address.clone()));
    let (access, begun) = (viewer.access(), viewer.begun());
    let own = Own { auth, store, records, account, session, access, begun, actor };
    let token = provider_token::of(auth, &viewer, &head.headers).await;
    let confirmed = own.confirm_factor(&form).await;
    sign_in::changed(auth).await;
    let (shown, status) = match confirmed {
        Ok(shown) => (shown, StatusCode::OK),
        Err(Refused::Because(why)) => {
            let notice = Some(Notice::Wrong(why));
            let offered = own_account::offered(&form);
            (Shown { notice, offered, ..Shown::default() }, StatusCode::UNPROCESSABLE_ENTITY)
        }
    };
    let cookie = match shown.renews {
        true => sign_in::renewed(auth, &viewer, &head, token).await,
        false => None,
    };
    let request = Request::from_parts(head, Body::empty());
    let mut answer = respond(&state, shown, (&back, status), request).await;
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

async fn respond(
    state: &AppState,
    shown: Shown,
    (back, status): (&str, StatusCode),
    request: Request,
) -> Response {
    let viewer = viewer::of(request.extensions());
    let name = viewer.account().map(|account| account.name.to_string()).unwrap_or_default();
    let offered = shown.offered.unwrap_or_else(|| Authenticator::random().0);
    let address = offered.address(super::profile::ISSUER, &name);
    let page = SecondFactorPage {
        text: offered.text(),
        picture: qr_code::of(&address),
        address,
        takes_password: takes_password(&state.auth, &viewer),
        notice: shown.notice,
        secret: shown.secret,
        back: back.to_owned(),
    };
    let page = Page::SecondFactor(Arc::new(page));
    let mut answer = response::page(state, status, page, request).await;
    // It contains the key.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn takes_password(auth: &Auth, viewer: &viewer::Viewer) -> bool {
    viewer.account().is_some_and(|account| auth.settings().takes_password_of(account))
}
