//! Changes that people make to their own account.

use super::begun::{Begun, By};
use super::browser;
use super::form::Form;
use super::hashing::Busy;
use super::openid::connecting::{self, Led};
use super::session_records::SessionRecords;
use super::set_up::checked;
use super::state::Auth;
use super::throttling::{NotTried, begin};
use super::token_scopes::token_scopes;
use brisk_accounts::account::{Attributes, full_name};
use brisk_accounts::password_hash::Compared;
use brisk_accounts::second_factor::{Authenticator, SECRET, recovery_codes};
use brisk_accounts::{Account, Identity, secret, token};
use brisk_app::service::{Notice, ShownOnce};
use brisk_domain::Access;
use brisk_store::{
    AccountChange, Actor, AuditRecord, Changed, Disconnected, Store, StoreError, TokenRecord,
};
use std::time::Duration;

/// Tokens that one account may have.
const MOST_TOKENS: u32 = 100;
/// For how long a new session proves its owner where there is no password to type.
const FRESH: Duration = Duration::from_secs(900);
/// How many digits of a session's hash name it in forms.
pub(super) const NAMING: usize = 16;

/// What a page shows besides the account.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) notice: Option<Notice>,
    pub(super) secret: Option<ShownOnce>,
    pub(super) offered: Option<Authenticator>,
    /// Where the reader is led next.
    pub(super) led: Option<Led>,
    /// The account's sessions have ended; the reader gets a new one.
    pub(super) renews: bool,
    /// The reader's own session has ended.
    pub(super) has_ended: bool,
}

impl Shown {
    pub(super) fn done(text: &str) -> Self {
        Self { notice: Some(Notice::Done(text.to_owned())), ..Self::default() }
    }
}

/// Why a form changes nothing.
pub(super) enum Refused {
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
pub(super) struct Own<'a> {
    pub(super) auth: &'a Auth,
    pub(super) store: &'a Store,
    pub(super) records: &'a SessionRecords,
    pub(super) account: &'a Account,
    pub(super) session: Option<&'a str>,
    /// What statements see of the reader.
    pub(super) access: &'a Access,
    pub(super) begun: Option<Begun>,
    pub(super) actor: Actor,
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

    pub(super) async fn name(&self, form: &Form) -> Result<Shown, Refused> {
        let name = full_name(form.get("full_name"));
        let name = name.ok_or_else(|| "Type the name that others read.".to_owned())?;
        self.change(AccountChange::FullName(name)).await?;
        Ok(Shown::done("Your name is changed."))
    }

    /// Whether the reader is the account's owner, and not only somebody at their browser: they know the
    /// password, or have just signed in where there is none.
    async fn is_owner(&self, password: &str) -> Result<(), Refused> {
        if self.auth.settings().takes_password_of(self.account) {
            return self.knows_password(password).await;
        }
        match self.begun {
            Some(Begun { by: By::Proxy, .. }) => {
                let why = "You are signed in by a proxy, which asks for a second factor if one is needed.";
                Err(why.to_owned().into())
            }
            Some(begun) if self.auth.now().since(begun.at) <= FRESH => Ok(()),
            _ => {
                let minutes = FRESH.as_secs() / 60;
                let why = format!(
                    "Sign out and in again first: it is more than {minutes} minutes that you signed in."
                );
                Err(why.into())
            }
        }
    }

    /// Whether the reader knows the account's password. Wrong tries are slowed like those of signing in.
    async fn knows_password(&self, password: &str) -> Result<(), Refused> {
        let (store, account, now) = (self.store, self.account, self.auth.now());
        // In place of an address: whoever has the session is known, and guesses for this account alone.
        let address = format!("profile of {}", account.id.as_str());
        let tried = begin(self.auth, store, &account.name, Some(&account.id), &address, now).await;
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
                Ok(tried.was_right(self.auth, store, &account.id, &address, now).await?)
            }
            Compared::Differs => Err("The current password is another one.".to_owned().into()),
        }
    }

    pub(super) async fn password(&self, form: &Form) -> Result<Shown, Refused> {
        let password = checked(form, &self.account.name)?;
        self.knows_password(form.get("current")).await?;
        let hash = self.auth.hasher().hash(password).await?;
        self.change(AccountChange::Password(Some(hash))).await?;
        let shown = Shown::done("Your password is changed. Your sessions elsewhere have ended.");
        Ok(Shown { renews: true, ..shown })
    }

    pub(super) async fn confirm_factor(&self, form: &Form) -> Result<Shown, Refused> {
        let secret = key(form);
        let secret = secret.ok_or_else(|| "The key is not complete. Begin again.".to_owned())?;
        let authenticator = Authenticator::of(&secret);
        let is_right = authenticator
            .as_ref()
            .and_then(|authenticator| authenticator.check(form.get("code"), None, self.auth.now()));
        let Some(step) = is_right else {
            let notice = Notice::Wrong("That code is not right. Take the next one.".into());
            return Ok(Shown { notice: Some(notice), offered: authenticator, ..Shown::default() });
        };
        self.is_owner(form.get("factor_current")).await?;
        let (codes, hashes) = recovery_codes();
        self.change(AccountChange::Authenticator(Some((secret, hashes)))).await?;
        self.store.take_step(&self.account.id, step).await?;
        let about = "Keep these codes where your authenticator is not. Each signs you in once, without \
                     it. They are not shown again.";
        let secret = ShownOnce { about: about.into(), lines: codes };
        let shown = Shown::done("Signing in takes a code from now on.");
        Ok(Shown { secret: Some(secret), renews: true, ..shown })
    }

    pub(super) async fn remove_factor(&self, form: &Form) -> Result<Shown, Refused> {
        self.is_owner(form.get("factor_current")).await?;
        self.change(AccountChange::Authenticator(None)).await?;
        let shown = Shown::done("Signing in takes no code from now on.");
        Ok(Shown { renews: true, ..shown })
    }

    /// Begins connecting the account with an identity of its owner.
    pub(super) async fn connect(&self, form: &Form) -> Result<Shown, Refused> {
        self.is_owner(form.get("connect_current")).await?;
        let session = self.session.ok_or_else(|| "Sign in first.".to_owned())?;
        let led = connecting::begin(self.auth, self.account, session).await?;
        Ok(Shown { led: Some(led), ..Shown::default() })
    }

    /// Removes an identity of the account's owner.
    pub(super) async fn disconnect(&self, form: &Form) -> Result<Shown, Refused> {
        let identities = self.store.identities_of(&self.account.id).await?;
        let identity = identities.iter().find(|one| naming(one) == form.get("id"));
        let identity = identity.ok_or_else(|| "This is not connected any more.".to_owned())?;
        self.is_owner(form.get("disconnect_current")).await?;
        let settings = self.auth.settings();
        let is_enough =
            |has_password: bool, rest: &[Identity]| settings.has_way(has_password, rest);
        let by = (&self.actor, self.auth.now());
        match self.store.disconnect_one(self.account, identity, is_enough, by).await? {
            Disconnected::Done | Disconnected::Missing => {
                let shown = Shown::done("It is disconnected. Your sessions elsewhere have ended.");
                Ok(Shown { renews: true, ..shown })
            }
            Disconnected::LastWay => Err(LAST_WAY.to_owned().into()),
        }
    }

    pub(super) async fn end_session(&self, form: &Form) -> Result<Shown, Refused> {
        let id = form.get("id");
        if id.len() != NAMING {
            return Err("This session is not there any more.".to_owned().into());
        }
        let sessions = self.records.of(&self.account.id).await?;
        for session in sessions.iter().filter(|session| session.hash.starts_with(id)) {
            let which = format!("{}, {}", browser::words(&session.agent), session.address);
            let record = AuditRecord { before: Some(which), ..self.ended("session ended") };
            self.records.end(&session.hash, true, Some(&record)).await?;
        }
        let is_own = self.session.is_some_and(|own| own.starts_with(id));
        Ok(Shown { has_ended: is_own, ..Shown::done("The session has ended.") })
    }

    pub(super) async fn end_all(&self) -> Result<Shown, Refused> {
        let record = self.ended("sessions ended");
        self.records.end_of(&self.account.id, Some(&record)).await?;
        Ok(Shown { has_ended: true, ..Shown::default() })
    }

    /// What the audit log says of the end of one's own sessions.
    fn ended(&self, action: &str) -> AuditRecord {
        AuditRecord {
            at: self.auth.now(),
            actor: self.actor.clone(),
            action: action.to_owned(),
            subject: format!("account {}", self.account.name),
            before: None,
            after: None,
        }
    }

    pub(super) async fn add_token(&self, form: &Form) -> Result<Shown, Refused> {
        let name = full_name(form.get("token_name"));
        let name = name.ok_or_else(|| "Give the token a name.".to_owned())?;
        let scopes = token_scopes(form)?;
        let attributes = self.given(form)?;
        let days = form.get("days").trim().parse::<u64>().ok().filter(|days| *days > 0);
        let days = days.ok_or_else(|| "Say after how many days the token ends.".to_owned())?;
        let life = Duration::from_secs(days.saturating_mul(86_400)).min(self.auth.settings().token);
        let (text, hash) = token::random();
        let now = self.auth.now();
        let record = TokenRecord {
            id: hash.chars().take(NAMING).collect(),
            hash,
            account: self.account.id.clone(),
            name,
            scopes,
            attributes,
            created_at: now,
            expires_at: now.after(life),
            used_at: None,
        };
        if !self.store.add_token(&record, MOST_TOKENS, &self.actor).await? {
            return Err(format!("There are {MOST_TOKENS} tokens already. Revoke some.").into());
        }
        let about = format!("The token \"{}\". Copy it now: it is not shown again.", record.name);
        let secret = Some(ShownOnce { about, lines: vec![text] });
        Ok(Shown { secret, ..Shown::default() })
    }

    /// The attributes of a new token, if it is given fewer than the reader has: at most those.
    fn given(&self, form: &Form) -> Result<Option<Attributes>, Refused> {
        let given = form.attributes("token_attributes")?;
        for (name, selection) in &given {
            let own = self.access.values(name).unwrap_or_default();
            if let Some(value) = selection.values().iter().find(|value| !own.contains(value)) {
                let value: String = value.chars().take(80).collect();
                let why = "a token can be given nothing that you do not have";
                return Err(format!("You do not have {name}={value}: {why}.").into());
            }
        }
        Ok((!given.is_empty()).then_some(given))
    }

    pub(super) async fn revoke_token(&self, form: &Form) -> Result<Shown, Refused> {
        let (id, now) = (form.get("id"), self.auth.now());
        self.store.revoke_token(&self.account.id, id, &self.actor, now).await?;
        Ok(Shown::done("The token is revoked."))
    }
}

/// Why an identity stays.
const LAST_WAY: &str = "This is the only way in which you can sign in, so it stays connected. Ask an \
                        administrator for a link to choose a password first.";

/// How forms name an identity.
pub(super) fn naming(identity: &Identity) -> String {
    secret::hash(&identity.to_string()).chars().take(NAMING).collect()
}

/// The key of an authenticator that a form offers.
fn key(form: &Form) -> Option<Vec<u8>> {
    from_base32(form.get("key")).filter(|secret| secret.len() == SECRET)
}

/// The authenticator that a form offers; it stays the same over tries, as its owner may have stored the
/// key.
pub(super) fn offered(form: &Form) -> Option<Authenticator> {
    Authenticator::of(&key(form)?)
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
}
