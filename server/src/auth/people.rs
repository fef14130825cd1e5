//! `/admin/people`: all accounts and teams, for admins.

use super::form::{Form, attribute_lines, effective_attributes};
use super::set_up;
use super::sign_in;
use super::state::Auth;
use super::viewer;
use crate::pages::response;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use brisk_accounts::account::full_name;
use brisk_accounts::{Account, AccountId, LoginName, Role};
use brisk_app::service::{AccountPage, Notice, Page, PageError, PeoplePage, PersonRow, ShownOnce};
use brisk_domain::report::MailAddress;
use brisk_domain::sentence::sentence;
use brisk_domain::{TeamName, format};
use brisk_reports::{Directory as _, People};
use brisk_store::{AccountChange, Actor, AuditRecord, Changed, Link, Store, StoreError};
use http::StatusCode;
use std::sync::Arc;

/// `/admin/people`
pub async fn all(State(state): State<AppState>, request: Request) -> Response {
    respond(&state, Shown::default(), StatusCode::OK, request).await
}

/// `POST /admin/people`
pub async fn change_all(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let by = By::of(&state.auth, &head);
    let changed = match (state.auth.store(), form.get("do")) {
        (Some(store), "invite") => invite(&by, store, &form).await,
        (Some(store), "team") => team(&by, store, &form).await,
        _ => Err(Refused::Because("This form is not known. Reload the page.".into())),
    };
    sign_in::changed(&state.auth).await;
    let typed = ["name", "full_name", "teams", "role"].map(|field| form.get(field).to_owned());
    let (shown, status) = match changed {
        Ok(shown) => (shown, StatusCode::OK),
        Err(Refused::Because(why)) => {
            (Shown { typed, ..Shown::wrong(why) }, StatusCode::UNPROCESSABLE_ENTITY)
        }
    };
    respond(&state, shown, status, Request::from_parts(head, Body::empty())).await
}

/// `/admin/people/{id}`
pub async fn one(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let id = path.ok().map(|Path(id)| AccountId::kept(&id));
    respond_one(&state, id.as_ref(), Shown::default(), StatusCode::OK, request).await
}

/// `POST /admin/people/{id}`
pub async fn change_one(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let id = path.ok().map(|Path(id)| AccountId::kept(&id));
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let by = By::of(&state.auth, &head);
    let changed = match (state.auth.store(), &id) {
        (Some(store), Some(id)) => change(&by, store, id, &form).await,
        _ => Err(Refused::Because("There is no such account.".into())),
    };
    sign_in::changed(&state.auth).await;
    let (shown, status) = match changed {
        Ok(shown) => (shown, StatusCode::OK),
        Err(Refused::Because(why)) => (Shown::wrong(why), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let request = Request::from_parts(head, Body::empty());
    respond_one(&state, id.as_ref(), shown, status, request).await
}

/// What a page shows besides the accounts.
#[derive(Default)]
struct Shown {
    notice: Option<Notice>,
    secret: Option<ShownOnce>,
    typed: [String; 4],
}

impl Shown {
    fn done(text: impl Into<String>) -> Self {
        Self { notice: Some(Notice::Done(text.into())), ..Self::default() }
    }

    fn wrong(why: String) -> Self {
        Self { notice: Some(Notice::Wrong(why)), ..Self::default() }
    }

    fn link(auth: &Auth, about: String, link: String) -> Self {
        let life = format::round_duration(auth.settings().link.as_secs_f64());
        let about = format!("{about} It works once, within {life}, and is not shown again.");
        Self { secret: Some(ShownOnce { about, lines: vec![link] }), ..Self::default() }
    }
}

/// Why a form changes nothing.
enum Refused {
    Because(String),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "accounts cannot be changed");
        Self::Because("This cannot be kept at the moment. Try again in a moment.".into())
    }
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

/// Who changes something.
struct By<'a> {
    auth: &'a Auth,
    actor: Actor,
}

impl<'a> By<'a> {
    /// Writes to the audit log what does not change the account's own record.
    async fn record(
        &self,
        store: &Store,
        action: &str,
        account: &Account,
    ) -> Result<(), StoreError> {
        store.record_audit(&self.of_account(action, account)).await
    }

    fn of_account(&self, action: &str, account: &Account) -> AuditRecord {
        AuditRecord {
            at: self.auth.now(),
            actor: self.actor.clone(),
            action: action.to_owned(),
            subject: format!("account {}", account.name),
            before: None,
            after: None,
        }
    }

    fn of(auth: &'a Auth, head: &Parts) -> Self {
        let viewer = viewer::of(&head.extensions);
        Self { auth, actor: viewer.actor(sign_in::origin(head).address) }
    }
}

async fn invite(by: &By<'_>, store: &Store, form: &Form) -> Result<Shown, Refused> {
    let name = LoginName::parse(form.get("name"));
    let name = name.map_err(|error| format!("\"{}\": {error}.", form.get("name")))?;
    let role = Role::parse(form.get("role")).ok_or_else(|| "Choose a role.".to_owned())?;
    let account = Account {
        id: AccountId::random(),
        full_name: full_name(form.get("full_name")).unwrap_or_else(|| name.to_string()),
        name: name.clone(),
        role,
        is_disabled: false,
        teams: form.teams("teams")?,
        attributes: Default::default(),
        password: None,
        authenticator: None,
        created_at: by.auth.now(),
        signed_in_at: None,
    };
    match store.add_account(&account, &by.actor).await? {
        Changed::Done => {}
        Changed::Taken => return Err(format!("There is an account \"{name}\" already.").into()),
        Changed::Missing | Changed::LastAdmin => {
            return Err("The account could not be made.".to_owned().into());
        }
    }
    if takes_no_link(by.auth) {
        return Ok(Shown::done(format!(
            "{name} is invited, and comes in once the proxy names them."
        )));
    }
    let link = set_up::link(by.auth, &Link::Password(account.id)).await?.unwrap_or_default();
    Ok(Shown::link(
        by.auth,
        match by.auth.settings().has_passwords {
            true => {
                format!("{name} is invited. Send them this link, by which they choose a password.")
            }
            false => {
                format!("{name} is invited. Send them this link, by which they sign in first.")
            }
        },
        link,
    ))
}

/// Whether a link's page would have nothing to choose: a proxy alone says who comes.
fn takes_no_link(auth: &Auth) -> bool {
    !auth.settings().has_passwords && auth.provider().is_none()
}

async fn team(by: &By<'_>, store: &Store, form: &Form) -> Result<Shown, Refused> {
    let team = TeamName::parse(form.get("team").trim()).map_err(|error| format!("The {error}."))?;
    let attributes = form.attributes("attributes")?;
    store.change_team(&team, &attributes, &by.actor, by.auth.now()).await?;
    Ok(Shown::done(format!("The team {team} is saved.")))
}

async fn change(by: &By<'_>, store: &Store, id: &AccountId, form: &Form) -> Result<Shown, Refused> {
    let account = store.account(id).await?;
    let account = account.ok_or_else(|| "There is no such account.".to_owned())?;
    let name = &account.name;
    let done = match form.get("do") {
        "rights" => {
            let role = Role::parse(form.get("role")).ok_or_else(|| "Choose a role.".to_owned())?;
            let (teams, attributes) = (form.teams("teams")?, form.attributes("attributes")?);
            // What stays the same ends no session.
            if role != account.role {
                apply(by, store, id, AccountChange::Role(role)).await?;
            }
            if teams != account.teams {
                apply(by, store, id, AccountChange::Teams(teams)).await?;
            }
            if attributes != account.attributes {
                apply(by, store, id, AccountChange::Attributes(attributes)).await?;
            }
            "Saved."
        }
        "mail" => match mail(by, store, &account, form.get("mail").trim()).await? {
            Some(address) => return Ok(Shown::done(format!("Reports are sent to {address}."))),
            None => "The account has no address of its own any more.",
        },
        "disable" => {
            apply(by, store, id, AccountChange::Disabled(true)).await?;
            "Nobody can sign in to this account any more, and its sessions have ended."
        }
        "enable" => {
            apply(by, store, id, AccountChange::Disabled(false)).await?;
            "The account may sign in again."
        }
        "factor-remove" => {
            apply(by, store, id, AccountChange::Authenticator(None)).await?;
            "Signing in takes the password only."
        }
        "disconnect" => {
            store.disconnect(&account, &by.actor, by.auth.now()).await?;
            "The account is connected with nobody any more, and its sessions have ended."
        }
        "sessions-end" => {
            if let Some(records) = by.auth.session_records() {
                let record = by.of_account("sessions ended", &account);
                records.end_of(id, Some(&record)).await?;
            }
            "All its sessions have ended."
        }
        "link" if takes_no_link(by.auth) => {
            let why = "Nobody needs a link here: the proxy says who comes.";
            return Err(why.to_owned().into());
        }
        "link" => {
            let link =
                set_up::link(by.auth, &Link::Password(id.clone())).await?.unwrap_or_default();
            by.record(store, "sign-in link made", &account).await?;
            let auth = by.auth;
            let about = match (auth.settings().has_passwords, auth.provider()) {
                (true, None) => format!("With this link {name} chooses a new password."),
                (true, Some(provider)) => format!(
                    "With this link {name} chooses a new password, or connects the account with {}.",
                    provider.settings().name
                ),
                (false, _) => format!("With this link {name} connects the account."),
            };
            return Ok(Shown::link(auth, about, link));
        }
        _ => return Err("This form is not known. Reload the page.".to_owned().into()),
    };
    Ok(Shown::done(done))
}

/// Sets an account's address of mail, or takes it away where `text` is empty.
async fn mail(
    by: &By<'_>,
    store: &Store,
    account: &Account,
    text: &str,
) -> Result<Option<MailAddress>, Refused> {
    let address = match text {
        "" => None,
        text => Some(MailAddress::parse(text).map_err(|error| sentence(&error.to_string()))?),
    };
    if let Some(address) = &address {
        let (accounts, addresses) = (store.accounts().await?, store.mail_addresses().await?);
        let people = People { accounts, addresses, ..People::default() };
        let has_it = people.with_address(address);
        if let Some(other) = has_it.into_iter().find(|other| other.id != account.id) {
            let name = &other.name;
            return Err(
                format!("{name} has this address already, and an address has one owner.").into()
            );
        }
    }
    let (actor, now) = (&by.actor, by.auth.now());
    match store.set_mail_address(&account.id, address.as_ref(), actor, now).await? {
        true => Ok(address),
        false => Err("There is no such account.".to_owned().into()),
    }
}

async fn apply(
    by: &By<'_>,
    store: &Store,
    id: &AccountId,
    change: AccountChange,
) -> Result<(), Refused> {
    match store.change_account(id, &change, &by.actor, by.auth.now()).await? {
        Changed::Done => Ok(()),
        Changed::LastAdmin => {
            Err("This is the only admin: make another one first.".to_owned().into())
        }
        Changed::Missing | Changed::Taken => Err("There is no such account.".to_owned().into()),
    }
}

async fn respond(state: &AppState, shown: Shown, status: StatusCode, request: Request) -> Response {
    let gathered = async {
        let Some(store) = state.auth.store() else { return Ok(PeoplePage::default()) };
        let people: Vec<PersonRow> = store.accounts().await?.iter().map(row).collect();
        let known_teams = known_teams(store).await?;
        let teams = store.teams().await?;
        let teams = teams.iter().map(|(name, of)| (name.to_string(), attribute_lines(of)));
        let teams = teams.collect();
        Ok::<_, StoreError>(PeoplePage { people, teams, known_teams, ..PeoplePage::default() })
    };
    match gathered.await {
        Ok(page) => {
            let Shown { notice, secret, typed } = shown;
            let page = PeoplePage { notice, secret, typed, now: state.auth.now(), ..page };
            response::page(state, status, Page::People(Arc::new(page)), request).await
        }
        Err(error) => {
            tracing::error!(%error, "accounts cannot be shown");
            response::unavailable()
        }
    }
}

async fn respond_one(
    state: &AppState,
    id: Option<&AccountId>,
    shown: Shown,
    status: StatusCode,
    request: Request,
) -> Response {
    let gathered = async {
        let (Some(store), Some(id)) = (state.auth.store(), id) else { return Ok(None) };
        let Some(account) = store.account(id).await? else { return Ok(None) };
        let sessions = match state.auth.session_records() {
            Some(records) => records.of(id).await?.len(),
            None => 0,
        };
        let identities = store.identities_of(id).await?;
        let teams = store.teams().await?;
        let mail = store.mail_addresses().await?.remove(id);
        Ok::<_, StoreError>(Some((account, sessions, (identities, mail), teams)))
    };
    match gathered.await {
        Ok(Some((account, sessions, (identities, mail), teams))) => {
            let viewer = viewer::of(request.extensions());
            let page = AccountPage {
                person: PersonRow {
                    is_invited: account.password.is_none() && identities.is_empty(),
                    ..row(&account)
                },
                identities: identities.iter().map(ToString::to_string).collect(),
                mail: mail.map(|mail| mail.to_string()).unwrap_or_default(),
                attributes: attribute_lines(&account.attributes),
                effective: effective_attributes(&account, &teams, "their own"),
                known_teams: teams.keys().map(ToString::to_string).collect(),
                sessions,
                is_own: viewer.account().is_some_and(|own| own.id == account.id),
                notice: shown.notice,
                secret: shown.secret,
                now: state.auth.now(),
            };
            response::page(state, status, Page::Account(Arc::new(page)), request).await
        }
        Ok(None) => {
            let error = PageError::NotFound("There is no such account.".into());
            response::failure(state, error, request).await
        }
        Err(error) => {
            tracing::error!(%error, "an account cannot be shown");
            response::unavailable()
        }
    }
}

/// The names of all teams.
async fn known_teams(store: &Store) -> Result<Vec<String>, StoreError> {
    Ok(store.teams().await?.keys().map(ToString::to_string).collect())
}

fn row(account: &Account) -> PersonRow {
    PersonRow {
        id: account.id.as_str().to_owned(),
        name: account.name.to_string(),
        full_name: account.full_name.clone(),
        role: account.role.word(),
        teams: account.teams.iter().map(ToString::to_string).collect(),
        is_disabled: account.is_disabled,
        is_invited: account.password.is_none() && account.signed_in_at.is_none(),
        has_factor: account.authenticator.is_some(),
        signed_in_at: account.signed_in_at,
    }
}
