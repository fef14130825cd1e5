//! Signing in and out.
//!
//! Whatever is wrong with a name and a password, the answer is the same, and takes as long: the same
//! queries to the store, the same hash. Only somebody with the right password learns that a code is
//! missing.

use super::begun::{Begun, By};
use super::cookie;
use super::form::Form;
use super::rights;
use super::sessions::{self, Origin};
use super::state::Auth;
use super::throttling::{self, NotTried};
use super::viewer::{self, Viewer};
use crate::http::client;
use crate::http::conditional::NO_STORE;
use crate::http::local_path::{is_local_path, lasting};
use crate::pages::response;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use brisk_accounts::password_hash::Compared;
use brisk_accounts::second_factor::{Authenticator, recovery_hash};
use brisk_accounts::{Account, AccountId, LoginName};
use brisk_app::service::{Page, SignInPage};
use brisk_domain::view::parse_query;
use brisk_store::{Actor, AuditRecord, Store, StoreError};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// What is answered to a wrong name, a wrong password, and an account that may not sign in.
const WRONG: &str = "That name and password do not match. Check both and try again.";
const NEEDS_CODE: &str = "Type the code of your authenticator, and the password once more.";
const WRONG_CODE: &str = "That code is not right, or it was used already. Take the next one.";

/// What somebody is told whose session has ended without their doing.
const ENDED: &str = "Your session has ended, by itself or because an administrator has changed your account. \
                     Sign in again; if you cannot, ask an administrator.";

/// `/sign-in`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let fields = parse_query(request.uri().query().unwrap_or_default());
    let back = fields.iter().find(|(name, _)| name == "back").map(|(_, back)| local(back));
    let viewer = viewer::of(request.extensions());
    let problem = viewer.refusal().map(ToOwned::to_owned);
    let shows_session = cookie::read(state.auth.settings(), request.headers()).is_some();
    let problem = problem.or_else(|| (viewer.is_nobody() && shows_session).then(|| ENDED.into()));
    let page = SignInPage { back: back.unwrap_or_default(), problem, ..empty(&state.auth) };
    let is_signed_out = fields.iter().any(|(name, value)| name == "done" && value == "signed-out");
    let page = SignInPage { is_signed_out, ..page };
    if viewer.account().is_some() {
        return redirect(&page.back, None);
    }
    response::page(&state, StatusCode::OK, Page::SignIn(page), request).await
}

/// `POST /sign-in`
pub async fn sign_in(State(state): State<AppState>, request: Request) -> Response {
    if !state.auth.settings().has_passwords {
        return rights::absent(&state, request).await;
    }
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let page = SignInPage {
        back: local(form.get("back")),
        name: form.get("name").chars().take(LoginName::LONGEST).collect(),
        ..empty(&state.auth)
    };
    let attempted = attempt(&state.auth, &form, &head).await;
    if let Some(action) = action(&attempted) {
        // Whatever was typed as a name: it may be a password. Only what can be a name is kept.
        let name = LoginName::parse(form.get("name")).map(|name| name.to_string());
        let name = name.unwrap_or_else(|_| "(no name)".to_owned());
        record(&state.auth, &name, origin(&head).address, action).await;
    }
    let refused = match attempted {
        Ok(cookie) => return redirect(&page.back, Some(cookie)),
        Err(refused) => refused,
    };
    let (status, later, problem) = refused.said();
    let needs_code = matches!(refused, Refused::NeedsCode | Refused::WrongCode);
    let page = SignInPage { needs_code, problem: Some(problem), ..page };
    let request = Request::from_parts(head, axum::body::Body::empty());
    let mut answer = response::page(&state, status, Page::SignIn(page), request).await;
    if let Some(later) = later {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(later));
    }
    answer
}

/// The sign-in page before anything is filled in.
pub(super) fn empty(auth: &Auth) -> SignInPage {
    SignInPage {
        provider: auth.provider().map(|provider| provider.settings().name.clone()),
        is_passwordless: !auth.settings().has_passwords,
        ..SignInPage::default()
    }
}

/// The audit log's action for an attempt.
pub(super) fn action<T>(attempted: &Result<T, Refused>) -> Option<&'static str> {
    match attempted {
        Ok(_) => Some("signed in"),
        Err(Refused::Wrong) => Some("sign-in refused"),
        Err(Refused::WrongCode) => Some("sign-in refused: code"),
        Err(Refused::NeedsCode | Refused::Later(_) | Refused::Failed) => None,
    }
}

/// Why somebody is not signed in.
#[derive(Debug)]
pub(super) enum Refused {
    Wrong,
    NeedsCode,
    WrongCode,
    Later(u64),
    Failed,
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "nobody can sign in");
        Self::Failed
    }
}

impl From<NotTried> for Refused {
    fn from(not: NotTried) -> Self {
        match not {
            NotTried::TooSoon(soon) => {
                Self::Later(soon.wait.as_millis().div_ceil(1_000).max(1) as u64)
            }
            NotTried::Store(error) => error.into(),
        }
    }
}

impl Refused {
    /// The status, after how many seconds to try again, and the sentence.
    pub(super) fn said(&self) -> (StatusCode, Option<u64>, String) {
        match self {
            Self::Wrong => (StatusCode::UNAUTHORIZED, None, WRONG.to_owned()),
            Self::NeedsCode => (StatusCode::UNAUTHORIZED, None, NEEDS_CODE.to_owned()),
            Self::WrongCode => (StatusCode::UNAUTHORIZED, None, WRONG_CODE.to_owned()),
            Self::Later(seconds) => {
                let problem = format!("Too many tries. Try again in {seconds} s.");
                (StatusCode::TOO_MANY_REQUESTS, Some(*seconds), problem)
            }
            Self::Failed => {
                let problem = "Nobody can sign in at the moment. Try again in a moment.".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, Some(2), problem)
            }
        }
    }
}

/// Signs in; the answer is the session's cookie.
async fn attempt(auth: &Auth, form: &Form, head: &Parts) -> Result<HeaderValue, Refused> {
    let store = auth.store().ok_or(Refused::Wrong)?;
    let origin = origin(head);
    let now = auth.now();
    // Text that is no name belongs to nobody: it takes the same path.
    let name = LoginName::parse(form.get("name"));
    let name = name.unwrap_or_else(|_| LoginName::nobody());
    let account = store.account_named(&name).await?;
    let id = account.as_ref().map(|account| &account.id);
    let tried = throttling::begin(auth, store, &name, id, &origin.address, now).await?;
    let kept = account.as_ref().filter(|account| !account.is_disabled);
    let kept = kept.and_then(|account| account.password.clone());
    let password: String = form.get("password").to_owned();
    let compared = match auth.hasher().compare(password.clone(), kept.clone()).await {
        Ok(compared) => compared,
        Err(super::hashing::Busy) => {
            tried.take_back(auth, store).await?;
            return Err(Refused::Later(1));
        }
    };
    let (Some(account), Compared::Equal { is_outdated }) = (account, compared) else {
        return Err(Refused::Wrong);
    };
    second_factor(store, &account, form.get("code"), now).await?;
    tried.was_right(auth, store, &account.id, &origin.address, now).await?;
    let by = (By::Password, None);
    let cookie = enter(auth, &account.id, head, by).await.ok_or(Refused::Failed)?;
    // A change while the password was checked has ended the sessions before it, not this one.
    let still = store.account(&account.id).await?;
    if still.is_none_or(|still| still.is_disabled || still.password != kept) {
        if let Some(records) = auth.session_records() {
            records.end_of(&account.id, None).await?;
        }
        return Err(Refused::Wrong);
    }
    if is_outdated && let (Ok(hash), Some(kept)) = (auth.hasher().hash(password).await, kept) {
        store.renew_password(&account.id, &kept, &hash).await?;
    }
    Ok(cookie)
}

/// Whether the code is the account's, if it needs one; the code is then used up.
pub(super) async fn second_factor(
    store: &Store,
    account: &Account,
    code: &str,
    now: brisk_domain::Timestamp,
) -> Result<(), Refused> {
    let Some(secret) = &account.authenticator else { return Ok(()) };
    if code.trim().is_empty() {
        return Err(Refused::NeedsCode);
    }
    let step =
        Authenticator::of(secret).and_then(|authenticator| authenticator.check(code, None, now));
    if let Some(step) = step {
        // The store knows which steps were taken.
        return match store.take_step(&account.id, step).await? {
            true => Ok(()),
            false => Err(Refused::WrongCode),
        };
    }
    match recovery_hash(code) {
        Some(hash) if store.take_recovery_code(&account.id, &hash).await? => Ok(()),
        _ => Err(Refused::WrongCode),
    }
}

/// Writes to the audit log what changed nothing else.
pub(super) async fn record(auth: &Auth, name: &str, address: String, action: &str) {
    let Some(store) = auth.store() else { return };
    let record = AuditRecord {
        at: auth.now(),
        actor: Actor { name: name.to_owned(), address },
        action: action.to_owned(),
        subject: format!("account {name}"),
        before: None,
        after: None,
    };
    if let Err(error) = store.record_audit(&record).await {
        tracing::warn!(%error, action, "the audit log misses a line");
    }
}

/// Begins the session of somebody who has just signed in, with who authenticated them and the provider's
/// token; the answer is its cookie, if the account may still sign in.
pub(super) async fn enter(
    auth: &Auth,
    account: &AccountId,
    head: &Parts,
    (by, token): (By, Option<String>),
) -> Option<HeaderValue> {
    // Whatever the browser had before is of no use any more.
    if let (Some(before), Some(sessions)) =
        (cookie::read(auth.settings(), &head.headers), auth.sessions())
    {
        let is_known = auth.knows_session(&sessions::hash(&before));
        let _ = sessions.end(before, is_known, None).await;
        changed(auth).await;
    }
    let begun = Some(Begun { by, at: auth.now() });
    let cookie = begin(auth, account, &Origin { begun, token, ..origin(head) }).await?;
    // Disabling the account a moment ago has ended the sessions before it, not this one.
    let still = auth.store()?.account(account).await.ok()?;
    if still.is_none_or(|still| still.is_disabled) {
        let _ = auth.session_records()?.end_of(account, None).await;
        return None;
    }
    Some(cookie)
}

/// The same once more, for who has changed something that has ended their sessions; it is as old as the one
/// before as far as anything is proven by it, and the provider knows it by the same token.
pub(super) async fn renewed(
    auth: &Auth,
    viewer: &Viewer,
    head: &Parts,
    token: Option<String>,
) -> Option<HeaderValue> {
    let begun = viewer.begun();
    // People whom a proxy names have none.
    let has_one = begun.is_none_or(|begun| begun.by != By::Proxy);
    let account = viewer.account().filter(|_| has_one)?;
    begin(auth, &account.id, &Origin { begun, token, ..origin(head) }).await
}

/// Begins a session; the answer is its cookie.
pub(super) async fn begin(
    auth: &Auth,
    account: &AccountId,
    origin: &Origin,
) -> Option<HeaderValue> {
    let id = auth.sessions()?.begin(account, origin).await.ok()?;
    Some(cookie::set(auth.settings(), &id, auth.settings().absolute))
}

/// Applies a change of rights in this process at once.
pub(crate) async fn changed(auth: &Auth) {
    if let Err(error) = auth.refresh().await {
        tracing::warn!(%error, "a change of rights holds a moment later");
    }
}

/// The origin of a request: its browser and its address.
pub(super) fn origin(head: &Parts) -> Origin {
    let agent = head.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Origin {
        agent: agent.unwrap_or("unknown").to_owned(),
        address: client::address_of(&head.extensions),
        begun: None,
        token: None,
    }
}

/// The hash of the session that a request shows.
pub(super) fn session_of(auth: &Auth, headers: &HeaderMap) -> Option<String> {
    cookie::read(auth.settings(), headers).map(|id| sessions::hash(&id))
}

/// A path of this server; the home page where `back` is none. Pages that only begin or end sessions are
/// no places to go back to.
pub(super) fn local(back: &str) -> String {
    let is_own = is_local_path(back)
        && !["/sign-in", "/sign-out", "/set-up"].iter().any(|p| back.starts_with(p));
    if is_own { lasting(back) } else { "/".to_owned() }
}

/// Redirects to a path of this server.
pub(super) fn redirect(to: &str, cookie: Option<HeaderValue>) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    let headers = [(header::LOCATION, to), (header::CACHE_CONTROL, NO_STORE)];
    let mut answer = (StatusCode::SEE_OTHER, headers).into_response();
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
