//! The way to the provider and back. Nothing here is a form: browsers follow links there, and come back
//! by one. Failures are shown on the sign-in page; the log has the details.

use super::connecting::{self, NotConnected};
use super::pending::{self, AtProvider, LacksCode, Purpose};
use super::protocol::{Begun, Trouble};
use super::provider::{Arrived, Provider};
use crate::auth::arrival::{Arrival, Refused, Way, name_of};
use crate::auth::begun::By;
use crate::auth::state::Auth;
use crate::auth::throttling::{self, NotTried};
use crate::auth::{profile, rights, set_up, sign_in, viewer};
use crate::pages::response;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use brisk_accounts::Account;
use brisk_accounts::account::full_name;
use brisk_app::service::{Page, SignInPage};
use brisk_domain::view::parse_query;
use brisk_store::StoreError;
use http::{HeaderValue, StatusCode, header};

/// `/sign-in/openid`
pub async fn begin(State(state): State<AppState>, request: Request) -> Response {
    let fields = parse_query(request.uri().query().unwrap_or_default());
    let back = fields.iter().find(|(name, _)| name == "back").map(|(_, back)| back.as_str());
    let back = sign_in::local(back.unwrap_or_default());
    lead(&state, back, Purpose::SignIn, request).await
}

/// `/set-up/{secret}/openid`
pub async fn begin_by_link(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // Opening it connects the identity of whoever does: no other site may open it for them.
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return rights::absent(&state, request).await;
    }
    match set_up::opened(&state.auth, path).await {
        Some((hash, _)) => lead(&state, "/".to_owned(), Purpose::Link(hash), request).await,
        None => set_up::gone(&state, request).await,
    }
}

async fn lead(state: &AppState, back: String, purpose: Purpose, request: Request) -> Response {
    let auth = &state.auth;
    let Some(provider) = auth.provider() else { return rights::absent(state, request).await };
    let begun = provider.begin(false).await.map_err(Failed::from);
    let led = begun.and_then(|Begun { url, state, nonce, verifier }| {
        let pending = AtProvider::new(auth, (state, nonce, verifier), &back, purpose);
        let to = HeaderValue::from_str(&url);
        let to = to.map_err(|_| Trouble::Untrusted("its address is none".into()))?;
        Ok((to, pending.cookie(auth)?))
    });
    match led {
        Ok((to, cookie)) => {
            let mut answer = sign_in::redirect("/", Some(cookie));
            answer.headers_mut().insert(header::LOCATION, to);
            answer
        }
        Err(failed) => said(state, provider, &failed, &back, request).await,
    }
}

/// `/sign-in/openid/callback`
pub async fn callback(State(state): State<AppState>, request: Request) -> Response {
    let auth = &state.auth;
    let Some(provider) = auth.provider() else { return rights::absent(&state, request).await };
    let (head, _) = request.into_parts();
    let pending = AtProvider::shown(auth, &head.headers);
    let back = pending.as_ref().map_or("/", |pending| pending.back.as_str()).to_owned();
    let come = come(auth, provider, pending.as_ref(), &head).await;
    let mut answer = match come {
        Ok(Come::In(cookie)) => sign_in::redirect(&back, Some(cookie)),
        Ok(Come::Connected(cookie)) => sign_in::redirect("/profile?done=connected", Some(cookie)),
        Ok(Come::LacksCode(cookie)) => {
            // The cookie replaces the one that was used.
            return sign_in::redirect("/sign-in/code", Some(cookie));
        }
        Err(failed) => {
            if let Some((name, action)) = failed.record() {
                sign_in::record(auth, name, sign_in::origin(&head).address, action).await;
            }
            let request = Request::from_parts(head, axum::body::Body::empty());
            let connects = pending.is_some_and(|pending| pending.connects());
            match connects && viewer::of(request.extensions()).account().is_some() {
                true => said_on_profile(&state, provider, &failed, request).await,
                false => said(&state, provider, &failed, &back, request).await,
            }
        }
    };
    answer.headers_mut().append(header::SET_COOKIE, pending::clear(auth.settings()));
    answer
}

/// How a sign-in has come back.
enum Come {
    /// Signed in: the session's cookie.
    In(HeaderValue),
    /// Signed in before, and connected now: the cookie of the next session.
    Connected(HeaderValue),
    /// Not signed in yet: their authenticator's code is missing.
    LacksCode(HeaderValue),
}

/// Why somebody is not signed in.
#[derive(Debug)]
enum Failed {
    /// The sign-in was begun in another browser, too long ago, or has come back before.
    NotBegun,
    /// The provider refused.
    Denied,
    /// Too many tries from their address.
    Later(u64),
    /// The provider's answer cannot be used.
    Provider(Trouble),
    /// They are not let in.
    Refused(String, Refused),
    /// Their account is not connected.
    NotConnected(NotConnected),
    /// The session cannot be kept.
    Session,
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Provider(trouble)
    }
}

impl From<NotConnected> for Failed {
    fn from(not: NotConnected) -> Self {
        Self::NotConnected(not)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Refused(String::new(), Refused::Store(error))
    }
}

impl Failed {
    /// The audit log's name and action.
    fn record(&self) -> Option<(&str, &'static str)> {
        const NOBODY: &str = "(no name)";
        match self {
            Self::NotBegun => Some((NOBODY, "sign-in refused: not begun here")),
            Self::Denied => Some((NOBODY, "sign-in refused: by the provider")),
            Self::Provider(Trouble::Untrusted(_) | Trouble::UnknownKey) => {
                Some((NOBODY, "sign-in refused: the provider's answer"))
            }
            Self::Refused(name, refused) => refused.action().map(|action| (name.as_str(), action)),
            Self::NotConnected(NotConnected::Taken(name)) => {
                Some((name.as_str(), "identity refused: another account's"))
            }
            Self::NotConnected(_) | Self::Later(_) | Self::Provider(_) | Self::Session => None,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotBegun => StatusCode::BAD_REQUEST,
            Self::Denied => StatusCode::FORBIDDEN,
            Self::Later(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Provider(Trouble::Untrusted(_) | Trouble::UnknownKey) => StatusCode::BAD_GATEWAY,
            Self::Refused(_, refused) if refused.action().is_some() => StatusCode::FORBIDDEN,
            Self::NotConnected(NotConnected::Taken(_)) => StatusCode::CONFLICT,
            Self::NotConnected(NotConnected::OtherSession) => StatusCode::BAD_REQUEST,
            Self::Provider(_) | Self::Refused(..) | Self::NotConnected(_) | Self::Session => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    fn sentence(&self, provider: &str) -> String {
        match self {
            Self::NotBegun => {
                "This sign-in was not begun in this browser, was used already, or took \
                               more than ten minutes. Begin again."
                    .into()
            }
            Self::Denied => {
                format!("You were not signed in at {provider}. Try again, or ask there.")
            }
            Self::Later(seconds) => format!("Too many tries. Try again in {seconds} s."),
            Self::Provider(trouble) => trouble.sentence(provider),
            Self::Refused(_, refused) => refused.sentence(),
            Self::NotConnected(NotConnected::OtherSession) => {
                "Nothing is connected: your session has changed meanwhile. Begin again on your profile."
                    .into()
            }
            Self::NotConnected(NotConnected::Taken(_)) => format!(
                "Who you are at {provider} belongs to another account here, so it is not connected with \
                 this one. Sign in at {provider} as somebody else, or ask an administrator."
            ),
            Self::NotConnected(NotConnected::Store(_)) => {
                "This cannot be kept at the moment. Try again in a moment.".into()
            }
            Self::Session => "Nobody can sign in at the moment. Try again in a moment.".into(),
        }
    }
}

async fn come(
    auth: &Auth,
    provider: &Provider,
    pending: Option<&AtProvider>,
    head: &Parts,
) -> Result<Come, Failed> {
    let store = auth.store().ok_or(Failed::NotBegun)?;
    let fields = parse_query(head.uri.query().unwrap_or_default());
    // What is there twice counts as missing: one of them may be somebody else's.
    let field = |name: &str| {
        let mut values = fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        values.next().filter(|_| values.next().is_none()).map(String::as_str)
    };
    // Guesses are slowed like those of passwords: each costs a line in the audit log, or a request to
    // the provider.
    let origin = sign_in::origin(head);
    let tried = throttling::begin_from(auth, store, &origin.address, auth.now()).await;
    let tried = tried.map_err(|not| match not {
        NotTried::TooSoon(soon) => {
            Failed::Later(soon.wait.as_millis().div_ceil(1_000).max(1) as u64)
        }
        NotTried::Store(error) => Failed::from(error),
    })?;
    let pending = pending.ok_or(Failed::NotBegun)?;
    let is_own = field("state").is_some_and(|state| is_equal(state, &pending.state));
    if !is_own || !pending.take(auth).await? {
        return Err(Failed::NotBegun);
    }
    if !provider.is_issuer(field("iss")).await? {
        return Err(Trouble::Untrusted("it names another issuer, or none".into()).into());
    }
    let code = match (field("code"), field("error")) {
        (Some(code), None) => code,
        (_, Some(error)) => {
            let error: String = error.chars().filter(|c| !c.is_control()).take(80).collect();
            tracing::info!(error, "the OpenID provider has not signed somebody in");
            return Err(Failed::Denied);
        }
        (None, None) => return Err(Trouble::Untrusted("it has no code".into()).into()),
    };
    let finished = provider.finish(code, &pending.verifier, &pending.nonce).await;
    if matches!(finished, Ok(_) | Err(Trouble::Unreachable(_) | Trouble::Busy)) {
        // That was no guess.
        tried.was_right(auth, store).await?;
    }
    let arrived = finished?;
    if let Purpose::Connect { account, session } = &pending.purpose {
        let begun = (account.as_str(), session.as_str());
        let cookie = connecting::finish(auth, begun, &arrived.identity, head).await?;
        return Ok(Come::Connected(cookie));
    }
    let account = account(auth, provider, pending, &arrived, &origin.address).await?;
    if account.authenticator.is_some() && !provider.settings().has_second_factor {
        let lacks = LacksCode::new(auth, account.id.as_str(), &pending.back);
        auth.coming_tokens().keep(store, &lacks.id, &arrived.token).await;
        return Ok(Come::LacksCode(lacks.cookie(auth)?));
    }
    let cookie = enter(auth, &account, arrived.token, head).await?;
    Ok(Come::In(cookie))
}

/// The account of somebody who has arrived.
async fn account(
    auth: &Auth,
    provider: &Provider,
    pending: &AtProvider,
    arrived: &Arrived,
    address: &str,
) -> Result<Account, Failed> {
    let settings = provider.settings();
    let said = |claim: &str| arrived.claims.get(claim).into_iter().flatten().next();
    let names = [settings.name_claim.as_str(), "email"].into_iter().filter_map(said);
    let arrival = Arrival {
        identity: &arrived.identity,
        claims: &arrived.claims,
        name: name_of(&arrived.identity, names.map(String::as_str)),
        full_name: said("name").and_then(|name| full_name(name)),
        address: address.to_owned(),
    };
    let way = match &pending.purpose {
        Purpose::Link(hash) => Way::Link(hash),
        Purpose::SignIn | Purpose::Connect { .. } => Way::Identity,
    };
    let at = (auth.store().ok_or(Failed::NotBegun)?, auth.now());
    let found = arrival.account(at, way, settings.sign_up, &settings.rules).await;
    sign_in::changed(auth).await;
    found.map_err(|refused| {
        if let Refused::Store(error) = &refused {
            tracing::error!(%error, "nobody can sign in");
        }
        Failed::Refused(arrival.name.to_string(), refused)
    })
}

/// Begins a session of an account that the provider vouched for; the answer is its cookie.
async fn enter(
    auth: &Auth,
    account: &Account,
    token: String,
    head: &Parts,
) -> Result<HeaderValue, Failed> {
    let cookie = sign_in::enter(auth, &account.id, head, (By::Provider, Some(token))).await;
    let cookie = cookie.ok_or(Failed::Session)?;
    let (name, address) = (account.name.as_str(), sign_in::origin(head).address);
    sign_in::record(auth, name, address, "signed in").await;
    Ok(cookie)
}

/// Compares in the same time wherever they differ.
fn is_equal(one: &str, other: &str) -> bool {
    brisk_accounts::secret::hash(one) == brisk_accounts::secret::hash(other)
}

/// The profile page, which says why nothing is connected.
async fn said_on_profile(
    state: &AppState,
    provider: &Provider,
    failed: &Failed,
    request: Request,
) -> Response {
    if let Failed::NotConnected(NotConnected::Store(error)) = failed {
        tracing::error!(%error, "an account cannot be connected with the OpenID provider");
    }
    let sentence = failed.sentence(&provider.settings().name);
    profile::said(state, failed.status(), sentence, request).await
}

/// The sign-in page, which says what went wrong.
async fn said(
    state: &AppState,
    provider: &Provider,
    failed: &Failed,
    back: &str,
    request: Request,
) -> Response {
    if let Failed::Provider(trouble) = failed {
        tracing::warn!(%trouble, "somebody could not sign in at the OpenID provider");
    }
    let problem = Some(failed.sentence(&provider.settings().name));
    let page = SignInPage { back: back.to_owned(), problem, ..sign_in::empty(&state.auth) };
    let status = failed.status();
    let mut answer = response::page(state, status, Page::SignIn(page), request).await;
    if let Failed::Later(seconds) = failed {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    answer
}
