//! The account of somebody whom an issuer vouches for: found by their identity, connected by a link, or
//! made; and what it becomes by the rules. Names and e-mail addresses find nobody's account.

use super::openid::settings::SignUp;
use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, AccountId, Claims, Identity, LoginName, Role, Rules, secret};
use brisk_domain::Timestamp;
use brisk_store::{AccountChange, Actor, Changed, Connected, Link, Store, StoreError};

/// Somebody whom an issuer vouches for.
pub(super) struct Arrival<'a> {
    /// Who they are there.
    pub(super) identity: &'a Identity,
    /// The issuer's claims about them.
    pub(super) claims: &'a Claims,
    /// What a new account of theirs is called.
    pub(super) name: LoginName,
    /// What others read.
    pub(super) full_name: Option<String>,
    /// The address that they come from.
    pub(super) address: String,
}

/// How an account is found for somebody who has none yet.
pub(super) enum Way<'a> {
    /// By nothing but the identity.
    Identity,
    /// By the one-time link of that hash.
    Link(&'a str),
    /// By the name that the issuer gives: only an account that nobody has used.
    Name,
}

/// Why somebody is not let in.
#[derive(Debug)]
pub(super) enum Refused {
    /// Nobody has made an account for them.
    NotInvited,
    /// Another account has their name.
    NameTaken(LoginName),
    /// Their account is disabled.
    Disabled,
    /// The link is no longer good.
    LinkGone,
    /// They have another account.
    HasAnother,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refused {
    /// The action in the audit log.
    pub(super) fn action(&self) -> Option<&'static str> {
        match self {
            Self::NotInvited => Some("sign-in refused: not invited"),
            Self::NameTaken(_) => Some("sign-in refused: another account has the name"),
            Self::Disabled => Some("sign-in refused: disabled"),
            Self::LinkGone => Some("sign-in refused: link"),
            Self::HasAnother => Some("sign-in refused: has another account"),
            Self::Store(_) => None,
        }
    }

    /// What they are told.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::NotInvited => {
                "You have no account here yet. Ask an administrator for one.".into()
            }
            Self::NameTaken(name) => format!(
                "There is an account \"{name}\" here already that is not connected with you. If it is \
                 yours, ask an administrator for a link that connects it."
            ),
            Self::Disabled => "Your account is disabled. Ask an administrator.".into(),
            Self::LinkGone => {
                "The link was used already, or has expired. Ask an administrator for a \
                               new one."
                    .into()
            }
            Self::HasAnother => {
                "You have another account here already, and so cannot take this one. \
                                 Sign in without the link, or ask an administrator."
                    .into()
            }
            Self::Store(_) => "Nobody can sign in at the moment. Try again in a moment.".into(),
        }
    }
}

impl Arrival<'_> {
    /// Their account, as it is after the rules.
    pub(super) async fn account(
        &self,
        (store, now): (&Store, Timestamp),
        way: Way<'_>,
        sign_up: SignUp,
        rules: &Rules,
    ) -> Result<Account, Refused> {
        let account = match way {
            Way::Link(hash) => self.by_link(store, hash, now).await?,
            way => match store.account_of(self.identity).await? {
                Some(account) => account,
                None => self.new_here(store, &way, sign_up, now).await?,
            },
        };
        if account.is_disabled {
            return Err(Refused::Disabled);
        }
        self.apply(store, &account, rules, now).await
    }

    async fn by_link(&self, store: &Store, hash: &str, now: Timestamp) -> Result<Account, Refused> {
        let id = match store.link(hash, now).await? {
            None => return Err(Refused::LinkGone),
            Some(Link::FirstAdmin) => {
                let account = Account { role: Role::Admin, ..self.new_account(now) };
                let (identity, actor) = (Some(self.identity), self.actor());
                match store.make_first_admin(hash, &account, identity, &actor, now).await? {
                    Changed::Done => account.id,
                    Changed::Taken if store.account_of(self.identity).await?.is_some() => {
                        return Err(Refused::HasAnother);
                    }
                    Changed::Taken => return Err(Refused::NameTaken(account.name)),
                    Changed::Missing | Changed::LastAdmin => return Err(Refused::LinkGone),
                }
            }
            Some(Link::Password(_)) => {
                match store.take_link_of(hash, self.identity, &self.actor(), now).await? {
                    Connected::Done(id) => id,
                    Connected::Gone => return Err(Refused::LinkGone),
                    Connected::Taken => return Err(Refused::HasAnother),
                }
            }
        };
        store.account(&id).await?.ok_or(Refused::LinkGone)
    }

    async fn new_here(
        &self,
        store: &Store,
        way: &Way<'_>,
        sign_up: SignUp,
        now: Timestamp,
    ) -> Result<Account, Refused> {
        if matches!(way, Way::Name)
            && let Connected::Done(id) =
                store.claim_account(&self.name, self.identity, &self.actor(), now).await?
        {
            return store.account(&id).await?.ok_or(Refused::NotInvited);
        }
        if sign_up == SignUp::Everyone {
            let account = self.new_account(now);
            match store.add_account_of(&account, self.identity, &self.actor()).await? {
                Changed::Done => return Ok(account),
                Changed::Taken | Changed::Missing | Changed::LastAdmin => {}
            }
        }
        // Of two requests at the same moment, one has found the account made.
        match store.account_of(self.identity).await? {
            Some(account) => Ok(account),
            None if sign_up == SignUp::Everyone => Err(Refused::NameTaken(self.name.clone())),
            None => Err(Refused::NotInvited),
        }
    }

    fn new_account(&self, now: Timestamp) -> Account {
        Account {
            id: AccountId::random(),
            name: self.name.clone(),
            full_name: self.full_name.clone().unwrap_or_else(|| self.name.to_string()),
            role: Role::Viewer,
            is_disabled: false,
            teams: Default::default(),
            attributes: Attributes::new(),
            password: None,
            authenticator: None,
            created_at: now,
            signed_in_at: None,
        }
    }

    /// Applies the rules to the account.
    async fn apply(
        &self,
        store: &Store,
        account: &Account,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Account, Refused> {
        let given = rules.given(self.claims, account);
        let changes = [
            (given.role != account.role).then_some(AccountChange::Role(given.role)),
            (given.teams != account.teams).then_some(AccountChange::Teams(given.teams)),
            (given.attributes != account.attributes)
                .then_some(AccountChange::Attributes(given.attributes)),
        ];
        for change in changes.into_iter().flatten() {
            let actor = Actor { name: format!("{} by rules", account.name), ..self.actor() };
            match store.change_account(&account.id, &change, &actor, now).await? {
                Changed::Done | Changed::Taken => {}
                Changed::Missing => return Err(Refused::Disabled),
                // Nobody would look after the server: whoever wrote the rules has to know.
                Changed::LastAdmin => tracing::warn!(
                    account = %account.name,
                    "the rules of sign-in take the last admin's role away, which keeps it"
                ),
            }
        }
        store.account(&account.id).await?.ok_or(Refused::Disabled)
    }

    fn actor(&self) -> Actor {
        Actor { name: self.name.to_string(), address: self.address.clone() }
    }
}

/// The name of a new account: the first of `names` that can be one, or one made from the identity.
pub(super) fn name_of<'n>(
    identity: &Identity,
    names: impl IntoIterator<Item = &'n str>,
) -> LoginName {
    let named = names.into_iter().find_map(|name| LoginName::parse(name).ok());
    let hash = secret::hash(&identity.to_string());
    // A hash has letters and digits only.
    let made_up = || LoginName::parse(&format!("user-{}", hash.get(..12).unwrap_or_default()));
    named.or_else(|| made_up().ok()).unwrap_or_else(LoginName::nobody)
}
