//! One-time links: the first admin's, which is printed on the terminal and nowhere else, and those that
//! admins hand out. Opening one changes nothing, because programs open links before people do.

use super::form::Form;
use super::state::Auth;
use super::{rights, sign_in};
use crate::pages::response;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use brisk_accounts::account::full_name;
use brisk_accounts::{Account, AccountId, LoginName, Role, Secret, password_policy, secret};
use brisk_app::service::{ErrorPage, Page, SetUpPage};
use brisk_domain::sentence::sentence;
use brisk_store::{Actor, Changed, Link, StoreError};
use http::StatusCode;

/// Makes a link; the answer is its address.
pub async fn link(auth: &Auth, link: &Link) -> Result<Option<String>, StoreError> {
    let Some(store) = auth.store() else { return Ok(None) };
    let secret = Secret::random();
    let expires = auth.now().after(auth.settings().link);
    store.add_link(&secret.hash(), link, expires).await?;
    Ok(Some(format!("{}/set-up/{}", auth.settings().base, secret.expose())))
}

/// `/set-up/{secret}`
pub async fn page(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let opened = opened(&state.auth, path).await;
    let Some((_, link)) = opened else { return gone(&state, request).await };
    let page = empty(&state.auth, &link).await;
    response::page(&state, StatusCode::OK, Page::SetUp(page), request).await
}

/// `POST /set-up/{secret}`
pub async fn take(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    if !state.auth.settings().has_passwords {
        return rights::absent(&state, request).await;
    }
    let opened = opened(&state.auth, path).await;
    let Some((hash, link)) = opened else { return gone(&state, request).await };
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let taken = match &link {
        Link::FirstAdmin => first_admin(&state.auth, &hash, &form, &head).await,
        Link::Password(id) => password(&state.auth, (&hash, id), &form, &head).await,
    };
    let problem = match taken {
        Ok(account) => {
            sign_in::changed(&state.auth).await;
            let origin = sign_in::origin(&head);
            let cookie = sign_in::begin(&state.auth, &account, &origin).await;
            // With a second factor, the password alone begins no session.
            return match cookie {
                Some(cookie) => sign_in::redirect("/", Some(cookie)),
                None => sign_in::redirect("/sign-in", None),
            };
        }
        Err(Refused::SignIn) => {
            sign_in::changed(&state.auth).await;
            return sign_in::redirect("/sign-in", None);
        }
        Err(Refused::Gone) => {
            let request = Request::from_parts(head, axum::body::Body::empty());
            return gone(&state, request).await;
        }
        Err(Refused::Because(problem)) => problem,
    };
    let page = SetUpPage { problem: Some(problem), ..empty(&state.auth, &link).await };
    let page = match link {
        Link::FirstAdmin => SetUpPage {
            name: form.get("name").chars().take(LoginName::LONGEST).collect(),
            full_name: full_name(form.get("full_name")).unwrap_or_default(),
            ..page
        },
        Link::Password(_) => page,
    };
    let request = Request::from_parts(head, axum::body::Body::empty());
    response::page(&state, StatusCode::UNPROCESSABLE_ENTITY, Page::SetUp(page), request).await
}

/// Why a link is refused.
enum Refused {
    /// It is no longer good.
    Gone,
    /// It was used, and signing in needs more.
    SignIn,
    /// What was typed is refused.
    Because(String),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a link cannot be taken");
        Self::Because("The account cannot be kept at the moment. Try again in a moment.".into())
    }
}

async fn first_admin(
    auth: &Auth,
    hash: &str,
    form: &Form,
    head: &Parts,
) -> Result<AccountId, Refused> {
    let store = auth.store().ok_or(Refused::Gone)?;
    let name = LoginName::parse(form.get("name"));
    let name = name.map_err(|error| Refused::Because(sentence(&error.to_string())))?;
    let password = hashed(auth, form, &name).await?;
    let account = Account {
        id: AccountId::random(),
        full_name: full_name(form.get("full_name")).unwrap_or_else(|| name.to_string()),
        name,
        role: Role::Admin,
        is_disabled: false,
        teams: Default::default(),
        attributes: Default::default(),
        password: Some(password),
        authenticator: None,
        created_at: auth.now(),
        signed_in_at: None,
    };
    let actor = actor(&account.name, head);
    match store.make_first_admin(hash, &account, None, &actor, auth.now()).await? {
        Changed::Done => Ok(account.id),
        Changed::Taken => Err(Refused::Because("Another account has this name.".into())),
        Changed::Missing | Changed::LastAdmin => Err(Refused::Gone),
    }
}

async fn password(
    auth: &Auth,
    (hash, id): (&str, &AccountId),
    form: &Form,
    head: &Parts,
) -> Result<AccountId, Refused> {
    let store = auth.store().ok_or(Refused::Gone)?;
    let account = store.account(id).await?.filter(|account| !account.is_disabled);
    let account = account.ok_or(Refused::Gone)?;
    let password = hashed(auth, form, &account.name).await?;
    let actor = actor(&account.name, head);
    let taken = store.take_password_link(hash, &password, &actor, auth.now()).await?;
    let taken = taken.ok_or(Refused::Gone)?;
    match account.authenticator {
        Some(_) => Err(Refused::SignIn),
        None => Ok(taken),
    }
}

/// Who uses a link: whoever has it counts as its account's owner.
fn actor(name: &LoginName, head: &Parts) -> Actor {
    Actor { name: name.to_string(), address: sign_in::origin(head).address }
}

/// The hash of the password that was typed twice, if it is accepted for `name`.
async fn hashed(auth: &Auth, form: &Form, name: &LoginName) -> Result<String, Refused> {
    let password = checked(form, name).map_err(Refused::Because)?;
    let hash = auth.hasher().hash(password).await;
    hash.map_err(|_| Refused::Because("Too much is going on. Try again in a moment.".into()))
}

/// The password that was typed twice, if it is accepted for `name`; an error is a sentence.
pub(super) fn checked(form: &Form, name: &LoginName) -> Result<String, String> {
    let password = form.get("password").to_owned();
    password_policy::check(&password, name).map_err(|weak| weak.to_string())?;
    match form.get("again") == password {
        true => Ok(password),
        false => Err("The two passwords differ.".to_owned()),
    }
}

/// What the link with that secret is for, with its hash.
pub(super) async fn opened(
    auth: &Auth,
    path: Result<Path<String>, PathRejection>,
) -> Option<(String, Link)> {
    let Ok(Path(text)) = path else { return None };
    let hash = secret::hash(&text);
    let link = auth.store()?.link(&hash, auth.now()).await;
    let link = link.inspect_err(|error| tracing::error!(%error, "a link cannot be looked up"));
    Some((hash, link.ok()??))
}

async fn empty(auth: &Auth, link: &Link) -> SetUpPage {
    let page = SetUpPage {
        shortest: password_policy::SHORTEST,
        provider: auth.provider().map(|provider| provider.settings().name.clone()),
        is_passwordless: !auth.settings().has_passwords,
        ..SetUpPage::default()
    };
    let (Link::Password(id), Some(store)) = (link, auth.store()) else {
        return SetUpPage { is_first: true, ..page };
    };
    let account = store.account(id).await.ok().flatten();
    SetUpPage { name: account.map(|account| account.name.to_string()).unwrap_or_default(), ..page }
}

/// The answer to a link that is no longer good.
pub(super) async fn gone(state: &AppState, request: Request) -> Response {
    let message = "This link was used already, or has expired. Ask for a new one: an administrator has \
                   it, or the terminal on which Brisk starts.";
    let link = ("/".to_owned(), "All dashboards".to_owned());
    let (title, message) = ("This link is gone".to_owned(), message.to_owned());
    let page = Page::Error(ErrorPage { status: 410, title, message, link });
    response::page(state, StatusCode::GONE, page, request).await
}
