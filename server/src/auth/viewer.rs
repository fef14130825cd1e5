//! [`Viewer`]: who asks. It is determined once for each request, and every answer depends on it.

use super::begun::Begun;
use brisk_accounts::{Account, Folders, ImageScope, Target, Verdict, verdict};
use brisk_app::Reader;
use brisk_cache::Fingerprint;
use brisk_domain::{Access, Dashboard, Slug, Tag};
use brisk_engine::catalog::Contents;
use brisk_store::Actor;
use http::Extensions;
use std::sync::{Arc, Mutex};

/// Who asks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Viewer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rights: brisk_accounts::Viewer,
    access: Access,
    account: Option<Account>,
    /// The hash of the session's id, or of the token.
    shown: Option<String>,
    scopes: Option<brisk_accounts::Scopes>,
    /// What its owner calls the token.
    token_name: Option<String>,
    begun: Option<Begun>,
    refusal: Option<String>,
    /// [`Viewer::class`], and the dashboards that it was computed for.
    class: Mutex<Option<(Box<str>, Arc<str>)>>,
}

impl Inner {
    fn new(
        rights: brisk_accounts::Viewer,
        access: Access,
        account: Option<Account>,
        shown: Option<String>,
        scopes: Option<brisk_accounts::Scopes>,
    ) -> Self {
        let (token_name, begun, refusal, class) = (None, None, None, Mutex::default());
        Self { rights, access, account, shown, scopes, token_name, begun, refusal, class }
    }
}

impl Viewer {
    /// Whoever reaches an open server.
    pub fn anybody() -> Self {
        Self::of(brisk_accounts::Viewer::Anybody, None)
    }

    /// Somebody who has not signed in.
    pub fn nobody() -> Self {
        Self::of(brisk_accounts::Viewer::Nobody, None)
    }

    /// Somebody whom a proxy has named, and who is not let in; `why` is a sentence.
    pub fn refused(why: String) -> Self {
        let (rights, access) = (brisk_accounts::Viewer::Nobody, Access::anonymous());
        let inner = Inner::new(rights, access, None, None, None);
        Self(Arc::new(Inner { refusal: Some(why), ..inner }))
    }

    /// The owner of a session, who looks after `folders`.
    pub fn person(
        account: Account,
        folders: Folders,
        access: Access,
        session: String,
        begun: Begun,
    ) -> Self {
        let rights = brisk_accounts::Viewer::Person(account.standing(folders));
        let (account, shown) = (Some(account), Some(session));
        let inner = Inner::new(rights, access, account, shown, None);
        Self(Arc::new(Inner { begun: Some(begun), ..inner }))
    }

    /// Somebody for whom something is made while they are not here; they look after `folders`.
    pub fn of_account(account: Account, folders: Folders, access: Access) -> Self {
        let rights = brisk_accounts::Viewer::Person(account.standing(folders));
        Self(Arc::new(Inner::new(rights, access, Some(account), None, None)))
    }

    /// Whoever has a signed address of an image that shows `scope`.
    pub fn link(scope: ImageScope, access: Access) -> Self {
        Self(Arc::new(Inner::new(brisk_accounts::Viewer::Link(scope), access, None, None, None)))
    }

    /// The same, who has to set up a second factor before anything else.
    #[must_use]
    pub fn unready(self) -> Self {
        let Inner { account, shown, scopes, token_name, begun, .. } = &*self.0;
        let (rights, access) = (brisk_accounts::Viewer::Unready, Access::anonymous());
        let inner = Inner::new(rights, access, account.clone(), shown.clone(), scopes.clone());
        Self(Arc::new(Inner { token_name: token_name.clone(), begun: *begun, ..inner }))
    }

    /// The holder of a token with that hash and name, whose owner looks after `folders`.
    pub fn program(
        account: Account,
        folders: Folders,
        access: Access,
        scopes: brisk_accounts::Scopes,
        (token, name): (String, String),
    ) -> Self {
        let rights = brisk_accounts::Viewer::Program(account.standing(folders), scopes.clone());
        let (account, shown) = (Some(account), Some(token));
        let inner = Inner::new(rights, access, account, shown, Some(scopes));
        Self(Arc::new(Inner { token_name: Some(name), ..inner }))
    }

    fn of(rights: brisk_accounts::Viewer, account: Option<Account>) -> Self {
        let access = Access::anonymous();
        Self(Arc::new(Inner::new(rights, access, account, None, None)))
    }

    /// The verdict on a target.
    pub fn verdict(&self, target: Target<'_>) -> Verdict {
        verdict(&self.0.rights, target)
    }

    /// Whether they may see a dashboard.
    pub fn sees(&self, dashboard: &Dashboard) -> bool {
        self.may(Target::of(dashboard))
    }

    /// Whether they may see what is behind it, and look after it.
    pub fn looks_behind(&self, dashboard: &Dashboard) -> bool {
        self.may(Target::behind(dashboard))
    }

    /// Whether they may have a target.
    pub fn may(&self, target: Target<'_>) -> bool {
        self.verdict(target) == Verdict::Allowed
    }

    /// Whether they, or a token's owner, look after what `tag` belongs to: admins after everything,
    /// editors after their dashboards. A token's scopes are checked besides.
    pub fn tends(&self, tag: &Tag, dashboard: impl Fn(&Slug) -> Option<Arc<Dashboard>>) -> bool {
        let owner = match &self.0.rights {
            brisk_accounts::Viewer::Person(standing)
            | brisk_accounts::Viewer::Program(standing, _) => {
                brisk_accounts::Viewer::Person(standing.clone())
            }
            other => other.clone(),
        };
        let slug = match tag {
            _ if verdict(&owner, Target::Administration) == Verdict::Allowed => return true,
            Tag::Dashboard(slug) | Tag::Panel { dashboard: slug, .. } => Slug::parse(slug).ok(),
            Tag::All | Tag::Source(_) | Tag::Table { .. } | Tag::Rollup { .. } | Tag::Custom(_) => {
                None
            }
        };
        let dashboard = slug.and_then(|slug| dashboard(&slug));
        dashboard.is_some_and(|dashboard| {
            verdict(&owner, Target::behind(&dashboard)) == Verdict::Allowed
        })
    }

    /// Whether they look after everything.
    pub fn administers(&self) -> bool {
        self.may(Target::Administration)
    }

    /// What statements see of them.
    pub fn access(&self) -> &Access {
        &self.0.access
    }

    /// The account of the session or token.
    pub fn account(&self) -> Option<&Account> {
        self.0.account.as_ref()
    }

    /// Who they are, for the audit log.
    pub fn actor(&self, address: String) -> Actor {
        let name = match (&self.0.account, &self.0.scopes) {
            (Some(account), None) => account.name.to_string(),
            (Some(account), Some(_)) => {
                let token = self.0.token_name.as_deref().unwrap_or_default();
                format!("{} by the token {token}", account.name)
            }
            (None, _) => "anybody".to_owned(),
        };
        Actor { name, address }
    }

    /// The token's scopes, if one is shown.
    pub fn scopes(&self) -> Option<&brisk_accounts::Scopes> {
        self.0.scopes.as_ref()
    }

    /// The hash of the session that is shown, if one is.
    pub fn session(&self) -> Option<&str> {
        self.0.shown.as_deref().filter(|_| self.0.scopes.is_none())
    }

    /// How and when their session began, if one is shown.
    pub fn begun(&self) -> Option<Begun> {
        self.0.begun
    }

    /// Why somebody whom a proxy has named is not let in.
    pub fn refusal(&self) -> Option<&str> {
        self.0.refusal.as_deref()
    }

    /// Whether they have to set up a second factor before anything else.
    pub fn is_unready(&self) -> bool {
        self.0.rights == brisk_accounts::Viewer::Unready
    }

    /// Whether they have not signed in, on a server that is not open.
    pub fn is_nobody(&self) -> bool {
        self.0.rights == brisk_accounts::Viewer::Nobody
    }

    /// Whether `other` has the same rights and sees the same.
    pub fn is_like(&self, other: &Self) -> bool {
        self.0.rights == other.0.rights
            && self.0.access == other.0.access
            && self.0.shown == other.0.shown
    }

    /// What pages show of them: the same for all who are alike.
    pub fn reader(&self) -> Reader {
        match &self.0.rights {
            brisk_accounts::Viewer::Anybody => Reader::Anybody,
            brisk_accounts::Viewer::Nobody => Reader::Nobody,
            _ if self.may(Target::Administration) => Reader::Admin,
            _ if self.may(Target::Tending) => Reader::Editor,
            _ => Reader::Person,
        }
    }

    /// Distinguishes what pages show to different viewers besides their data: viewers of the same class
    /// may be given the same page.
    pub fn class(&self, contents: &Contents) -> Arc<str> {
        let mut known = self.0.class.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((of, class)) = &*known
            && **of == *contents.fingerprint
        {
            return Arc::clone(class);
        }
        let seen = contents.dashboards.values().filter(|dashboard| self.sees(dashboard));
        let seen = seen.map(|d| format!("{} {}", d.slug, self.looks_behind(d)));
        let parts = std::iter::once(format!("{:?}", self.reader())).chain(seen);
        let class: Arc<str> = Fingerprint::of(parts).to_string().into();
        *known = Some((contents.fingerprint.clone(), Arc::clone(&class)));
        class
    }
}

/// Who sent a request. Where nothing is noted, it is nobody, so that nothing is shown by mistake.
pub(crate) fn of(request: &Extensions) -> Viewer {
    request.get::<Viewer>().cloned().unwrap_or_else(Viewer::nobody)
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_accounts::account::Attributes;
    use brisk_accounts::{AccountId, LoginName, Role, Scopes};
    use brisk_domain::Timestamp;
    use std::collections::BTreeSet;

    #[test]
    fn what_a_token_does_is_recorded_with_its_name() {
        let anna = Account {
            id: AccountId::random(),
            name: LoginName::parse("anna").unwrap(),
            full_name: String::new(),
            role: Role::Admin,
            is_disabled: false,
            teams: BTreeSet::new(),
            attributes: Attributes::new(),
            password: None,
            authenticator: None,
            created_at: Timestamp(0),
            signed_in_at: None,
        };
        let shown = ("hash".to_owned(), "nightly load".to_owned());
        let (folders, scopes) = (Folders::new(), Scopes::parse("invalidate").unwrap());
        let viewer = Viewer::program(anna, folders, Access::anonymous(), scopes, shown);
        for viewer in [viewer.clone(), viewer.unready()] {
            assert_eq!(viewer.actor(String::new()).name, "anna by the token nightly load");
        }
    }
}
