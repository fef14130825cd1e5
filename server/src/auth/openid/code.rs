//! `/sign-in/code`: somebody who comes from the provider and has an authenticator here types its code.

use super::pending::{self, LacksCode};
use crate::auth::begun::By;
use crate::auth::form::Form;
use crate::auth::sign_in::{self, Refused};
use crate::auth::state::Auth;
use crate::auth::throttling;
use crate::pages::response;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use brisk_accounts::{Account, AccountId};
use brisk_app::service::{Page, SignInPage};
use http::{HeaderValue, StatusCode, header};

/// `/sign-in/code`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    match LacksCode::shown(&state.auth, request.headers()) {
        Some(_) => respond(&state, StatusCode::OK, None, request).await,
        None => sign_in::redirect("/sign-in", None),
    }
}

/// `POST /sign-in/code`
pub async fn take(State(state): State<AppState>, request: Request) -> Response {
    let auth = &state.auth;
    let (head, body) = request.into_parts();
    let Some(pending) = LacksCode::shown(auth, &head.headers) else {
        return sign_in::redirect("/sign-in", None);
    };
    let form = Form::read(body).await;
    let (account, attempted) = attempt(auth, &pending, &form, &head).await;
    let name = account.map_or_else(|| "(no name)".to_owned(), |account| account.name.to_string());
    if let Some(action) = sign_in::action(&attempted) {
        sign_in::record(auth, &name, sign_in::origin(&head).address, action).await;
    }
    match attempted {
        Ok(cookie) => {
            let mut answer = sign_in::redirect(&pending.back, Some(cookie));
            let clear = pending::clear(auth.settings());
            answer.headers_mut().append(header::SET_COOKIE, clear);
            answer
        }
        Err(Refused::Wrong) => sign_in::redirect("/sign-in", Some(pending::clear(auth.settings()))),
        Err(refused) => {
            let (status, _, problem) = refused.said();
            let request = Request::from_parts(head, Body::empty());
            respond(&state, status, Some(problem), request).await
        }
    }
}

/// Checks the code; the answer is its account, and the session's cookie.
async fn attempt(
    auth: &Auth,
    pending: &LacksCode,
    form: &Form,
    head: &Parts,
) -> (Option<Account>, Result<HeaderValue, Refused>) {
    let Some(store) = auth.store() else { return (None, Err(Refused::Wrong)) };
    let account = match store.account(&AccountId::kept(&pending.account)).await {
        Ok(account) => account.filter(|account| !account.is_disabled),
        Err(error) => return (None, Err(error.into())),
    };
    let Some(account) = account else { return (None, Err(Refused::Wrong)) };
    let (address, now) = (sign_in::origin(head).address, auth.now());
    let looked_at = async {
        let tried =
            throttling::begin(auth, store, &account.name, Some(&account.id), &address, now).await;
        let tried = tried.map_err(Refused::from)?;
        sign_in::second_factor(store, &account, form.get("code"), now).await?;
        tried.was_right(auth, store, &account.id, &address, now).await?;
        if !pending.take(auth).await? {
            return Err(Refused::Wrong);
        }
        let token = auth.coming_tokens().take(store, &pending.id).await;
        sign_in::enter(auth, &account.id, head, (By::Provider, token)).await.ok_or(Refused::Failed)
    };
    let attempted = looked_at.await;
    (Some(account), attempted)
}

async fn respond(
    state: &AppState,
    status: StatusCode,
    problem: Option<String>,
    request: Request,
) -> Response {
    let page = SignInPage { lacks_only_code: true, problem, ..SignInPage::default() };
    response::page(state, status, Page::SignIn(page), request).await
}
