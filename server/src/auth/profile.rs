//! `/profile`: one's own name, password, second factor, sessions and tokens.

use super::form::Form;
use super::hashing::Busy;
use super::set_up::checked;
use super::sign_in;
use super::state::Auth;
use super::viewer::{self, Viewer};
use crate::pages::response;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use brisk_accounts::account::full_name;
use brisk_accounts::password::Compared;
use brisk_accounts::second_factor::{Authenticator, SECRET, recovery_codes};
use brisk_accounts::{Account, Role, Scopes, token};
use brisk_app::service::{Factor, Notice, Page, ProfilePage, SessionRow, ShownOnce, TokenRow};
use brisk_domain::Slug;
use brisk_store::{AccountChange, Actor, Changed, Store, StoreError, TokenRecord};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use std::time::Duration;

/// Tokens that one account may have.
const MOST_TOKENS: usize = 100;
/// How many digits of a session's hash name it in forms.
const NAMING: usize = 16;
/// The name of an authenticator's entry.
const ISSUER: &str = "Brisk";

/// `/profile`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let shown = Shown::default();
    respond(&state, shown, StatusCode::OK, request).await
}

/// `POST /profile`
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let viewer = viewer::of(&head.extensions);
    let auth = &state.auth;
    let (Some(account), Some(store)) = (viewer.account(), auth.store()) else {
        return sign_in::redirect("/sign-in", None);
    };
    let actor = viewer.actor(sign_in::origin(&head).address);
    let own = Own { auth, store, account, session: viewer.session(), actor };
    let changed = match form.get("do") {
        "name" => own.name(&form).await,
        "password" => own.password(&form).await,
        "factor-offer" => {
            Ok(Shown { offered: Some(Authenticator::random().0), ..Shown::default() })
        }
        "factor-confirm" => own.confirm_factor(&form).await,
        "factor-remove" => own.remove_factor(&form).await,
        "session-end" => own.end_session(&form).await,
        "sessions-end" => own.end_all().await,
        "token-add" => own.add_token(&form).await,
        "token-revoke" => own.revoke_token(&form).await,
        _ => Err(Refused::Because("This form is not known. Reload the page.".into())),
    };
    sign_in::changed(auth).await;
    let (shown, status) = match changed {
        Ok(shown) => (shown, StatusCode::OK),
        Err(Refused::Because(why)) => (
            Shown { notice: Some(Notice::Wrong(why)), ..Shown::default() },
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    };
    if shown.has_ended {
        return sign_in::redirect("/sign-in", Some(super::cookie::clear(auth.settings())));
    }
    // The change may have ended the session that the form came with: the page is shown in the new one.
    let cookie = match shown.renews {
        true => sign_in::begin(auth, &account.id, &sign_in::origin(&head)).await,
        false => None,
    };
    let mut request = Request::from_parts(head, Body::empty());
    if let Some(cookie) = &cookie {
        let shown = cookie.to_str().ok().and_then(|text| text.split(';').next());
        let shown = shown.and_then(|pair| HeaderValue::from_str(pair).ok());
        request.headers_mut().remove(header::COOKIE);
        request.headers_mut().extend(shown.map(|pair| (header::COOKIE, pair)));
        if let Ok(viewer) = auth.viewer(request.headers()).await {
            request.extensions_mut().insert(viewer);
        }
    }
    let mut answer = respond(&state, shown, status, request).await;
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// What a page shows besides the account.
#[derive(Default)]
struct Shown {
    notice: Option<Notice>,
    secret: Option<ShownOnce>,
    offered: Option<Authenticator>,
    /// The account's sessions have ended; the reader gets a new one.
    renews: bool,
    /// The reader's own session has ended.
    has_ended: bool,
}

impl Shown {
    fn done(text: &str) -> Self {
        Self { notice: Some(Notice::Done(text.to_owned())), ..Self::default() }
    }
}

/// Why a form changes nothing.
enum Refused {
    Because(String),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "an account cannot be changed");
        Self::Because("This cannot be kept at the moment. Try again in a moment.".into())
    }
}

impl From<Busy> for Refused {
    fn from(_: Busy) -> Self {
        Self::Because("Too much is going on. Try again in a moment.".into())
    }
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

/// The reader's own account.
struct Own<'a> {
    auth: &'a Auth,
    store: &'a Store,
    account: &'a Account,
    session: Option<&'a str>,
    actor: Actor,
}

impl Own<'_> {
    async fn change(&self, change: AccountChange) -> Result<(), Refused> {
        let (id, now) = (&self.account.id, self.auth.now());
        match self.store.change_account(id, &change, &self.actor, now).await? {
            Changed::Done => Ok(()),
            Changed::Missing | Changed::Taken | Changed::LastAdmin => {
                Err(Refused::Because("The account is not there any more.".into()))
            }
        }
    }

    async fn name(&self, form: &Form) -> Result<Shown, Refused> {
        let name = full_name(form.get("full_name"));
        let name = name.ok_or_else(|| "Type the name that others read.".to_owned())?;
        self.change(AccountChange::FullName(name)).await?;
        Ok(Shown::done("Your name is changed."))
    }

    /// Whether the reader knows the account's password. Wrong tries are slowed like those of signing in.
    async fn knows_password(&self, password: &str) -> Result<(), Refused> {
        use super::throttling::{NotTried, begin};
        let (store, account, now) = (self.store, self.account, self.auth.now());
        // Nobody's address: who has the session is known, and guesses for this account alone.
        let address = format!("profile of {}", account.id.as_str());
        let tried = begin(store, &account.name, Some(&account.id), &address, now).await;
        let tried = tried.map_err(|not| match not {
            NotTried::TooSoon(soon) => {
                format!("Too many tries. Try again in {} s.", soon.wait.as_secs() + 1).into()
            }
            NotTried::Store(error) => Refused::from(error),
        })?;
        let compared =
            self.auth.hasher().compare(password.to_owned(), account.password.clone()).await?;
        match compared {
            Compared::Equal { .. } => {
                Ok(tried.was_right(store, &account.id, &address, now).await?)
            }
            Compared::Differs => Err("The current password is another one.".to_owned().into()),
        }
    }

    async fn password(&self, form: &Form) -> Result<Shown, Refused> {
        let password = checked(form, &self.account.name)?;
        self.knows_password(form.get("current")).await?;
        let hash = self.auth.hasher().hash(password).await?;
        self.change(AccountChange::Password(Some(hash))).await?;
        let shown = Shown::done("Your password is changed. Your sessions elsewhere have ended.");
        Ok(Shown { renews: true, ..shown })
    }

    async fn confirm_factor(&self, form: &Form) -> Result<Shown, Refused> {
        let secret = from_base32(form.get("key")).filter(|secret| secret.len() == SECRET);
        let secret = secret.ok_or_else(|| "The key is not complete. Begin again.".to_owned())?;
        let authenticator = Authenticator::of(&secret);
        let is_right = authenticator
            .as_ref()
            .and_then(|authenticator| authenticator.check(form.get("code"), None, self.auth.now()));
        let Some(step) = is_right else {
            let notice = Notice::Wrong("That code is not right. Take the next one.".into());
            return Ok(Shown { notice: Some(notice), offered: authenticator, ..Shown::default() });
        };
        self.knows_password(form.get("factor_current")).await?;
        let (codes, hashes) = recovery_codes();
        self.change(AccountChange::Authenticator(Some((secret, hashes)))).await?;
        self.store.take_step(&self.account.id, step).await?;
        let about = "Keep these codes where your authenticator is not. Each signs you in once, without \
                     it. They are not shown again.";
        let secret = ShownOnce { about: about.into(), lines: codes };
        let shown = Shown::done("Signing in takes a code from now on.");
        Ok(Shown { secret: Some(secret), renews: true, ..shown })
    }

    async fn remove_factor(&self, form: &Form) -> Result<Shown, Refused> {
        self.knows_password(form.get("factor_current")).await?;
        self.change(AccountChange::Authenticator(None)).await?;
        let shown = Shown::done("Signing in takes your password only from now on.");
        Ok(Shown { renews: true, ..shown })
    }

    async fn end_session(&self, form: &Form) -> Result<Shown, Refused> {
        let id = form.get("id");
        if id.len() != NAMING {
            return Err("This session is not there any more.".to_owned().into());
        }
        self.store.end_sessions_of(&self.account.id, Some(id)).await?;
        let is_own = self.session.is_some_and(|own| own.starts_with(id));
        Ok(Shown { has_ended: is_own, ..Shown::done("The session has ended.") })
    }

    async fn end_all(&self) -> Result<Shown, Refused> {
        self.store.end_sessions_of(&self.account.id, None).await?;
        Ok(Shown { has_ended: true, ..Shown::default() })
    }

    async fn add_token(&self, form: &Form) -> Result<Shown, Refused> {
        let name = full_name(form.get("token_name"));
        let name = name.ok_or_else(|| "Give the token a name.".to_owned())?;
        let dashboards: Vec<&str> = form.get("dashboards").split_whitespace().collect();
        if let Some(bad) = dashboards.iter().find(|slug| Slug::parse(slug).is_err()) {
            let bad: String = bad.chars().take(64).collect();
            return Err(format!("\"{bad}\" is no dashboard's name.").into());
        }
        let words = form.all("scope").flat_map(|word| match (word, &dashboards[..]) {
            ("read", some @ [_, ..]) => some.iter().map(|slug| format!("read:{slug}")).collect(),
            (word, _) => vec![word.to_owned()],
        });
        let words = words.collect::<Vec<_>>().join(" ");
        let scopes = Scopes::parse(&words).map_err(|error| error.to_string())?;
        if scopes.0.is_empty() {
            return Err("Say what the token is for.".to_owned().into());
        }
        let days = form.get("days").trim().parse::<u64>().ok().filter(|days| *days > 0);
        let days = days.ok_or_else(|| "Say after how many days the token ends.".to_owned())?;
        let life = Duration::from_secs(days.saturating_mul(86_400)).min(self.auth.settings().token);
        if self.store.tokens_of(&self.account.id).await?.len() >= MOST_TOKENS {
            return Err(format!("There are {MOST_TOKENS} tokens already. Revoke some.").into());
        }
        let (text, hash) = token::random();
        let now = self.auth.now();
        let record = TokenRecord {
            id: hash.chars().take(NAMING).collect(),
            hash,
            account: self.account.id.clone(),
            name,
            scopes,
            attributes: None,
            created_at: now,
            expires_at: now.after(life),
            used_at: None,
        };
        self.store.add_token(&record, &self.actor).await?;
        let about = "The token. It is not shown again.".to_owned();
        let secret = Some(ShownOnce { about, lines: vec![text] });
        Ok(Shown { secret, ..Shown::default() })
    }

    async fn revoke_token(&self, form: &Form) -> Result<Shown, Refused> {
        let (id, now) = (form.get("id"), self.auth.now());
        self.store.revoke_token(&self.account.id, id, &self.actor, now).await?;
        Ok(Shown::done("The token is revoked."))
    }
}

async fn respond(state: &AppState, shown: Shown, status: StatusCode, request: Request) -> Response {
    let viewer = viewer::of(request.extensions());
    let own = sign_in::session_of(&state.auth, request.headers());
    match gathered(state, shown, &viewer, own).await {
        Ok(Some(page)) => {
            response::page(state, status, Page::Profile(Arc::new(page)), request).await
        }
        Ok(None) => sign_in::redirect("/sign-in", None),
        Err(error) => {
            tracing::error!(%error, "an account cannot be shown");
            response::unavailable()
        }
    }
}

async fn gathered(
    state: &AppState,
    shown: Shown,
    viewer: &Viewer,
    own: Option<String>,
) -> Result<Option<ProfilePage>, StoreError> {
    let auth = &state.auth;
    let (Some(known), Some(store)) = (viewer.account(), auth.store()) else { return Ok(None) };
    // As it is now: the form may have changed it.
    let Some(account) = store.account(&known.id).await? else { return Ok(None) };
    let sessions = store.sessions_of(&account.id).await?.into_iter().map(|session| SessionRow {
        id: session.hash.chars().take(NAMING).collect(),
        is_this: own.as_ref() == Some(&session.hash),
        agent: session.agent,
        address: session.address,
        created_at: session.created_at,
        seen_at: session.seen_at,
    });
    let tokens = store.tokens_of(&account.id).await?.into_iter().map(|token| TokenRow {
        id: token.id,
        name: token.name,
        scopes: token.scopes.to_string(),
        expires_at: token.expires_at,
        used_at: token.used_at,
    });
    let factor = match (&account.authenticator, shown.offered) {
        (Some(_), _) => Factor::Active(store.recovery_codes_left(&account.id).await?),
        (None, Some(offered)) => Factor::Offered {
            text: offered.text(),
            address: offered.address(ISSUER, account.name.as_str()),
        },
        (None, None) => Factor::None,
    };
    Ok(Some(ProfilePage {
        name: account.name.to_string(),
        full_name: account.full_name.clone(),
        role: account.role.word(),
        teams: account.teams.iter().map(ToString::to_string).collect(),
        factor,
        sessions: sessions.collect(),
        tokens: tokens.collect(),
        scopes: scopes_of(account.role),
        notice: shown.notice,
        secret: shown.secret,
        now: auth.now(),
    }))
}

/// The scopes that a role can use.
fn scopes_of(role: Role) -> Vec<(&'static str, &'static str)> {
    let all = [
        (Role::Viewer, "read", "reads dashboards over the API and live channels"),
        (Role::Editor, "invalidate", "says that data have changed"),
        (Role::Admin, "metrics", "reads the figures of /metrics"),
        (Role::Admin, "admin", "may all that you may look after"),
    ];
    all.into_iter()
        .filter(|(least, ..)| role >= *least)
        .map(|(_, word, about)| (word, about))
        .collect()
}

/// The bytes of a text in base32 (RFC 4648) without padding.
fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.trim().bytes() {
        let value = match letter.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        buffer = buffer << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 0xff) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_authenticators_write_them() {
        let (authenticator, secret) = Authenticator::random();
        assert_eq!(from_base32(&authenticator.text()), Some(secret));
        assert_eq!(from_base32("0189"), None);
    }

    #[test]
    fn nobody_is_offered_a_scope_that_they_cannot_use() {
        let words = |role| -> Vec<&str> { scopes_of(role).iter().map(|(word, _)| *word).collect() };
        assert_eq!(words(Role::Viewer), ["read"]);
        assert_eq!(words(Role::Editor), ["read", "invalidate"]);
        assert_eq!(words(Role::Admin).len(), 4);
    }
}
