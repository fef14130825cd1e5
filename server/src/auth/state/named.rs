//! People whom a trusted proxy names.

use super::Auth;
use crate::auth::arrival::{Arrival, Refused, Way};
use crate::auth::begun::{Begun, By};
use crate::auth::proxy::{Named, ProxyUsers};
use crate::auth::viewer::Viewer;
use brisk_accounts::{Identity, LoginName};
use brisk_store::{Store, StoreError};
use std::time::Duration;

/// How often the audit log notes that somebody comes through a proxy.
const A_DAY: Duration = Duration::from_secs(86_400);

impl Auth {
    /// Whom a proxy names.
    pub(super) async fn named(
        &self,
        store: &Store,
        proxy: &ProxyUsers,
        named: &Named,
    ) -> Result<Viewer, StoreError> {
        let state = self.confirmed(store).await?;
        let now = self.now();
        let viewer = match proxy.known(named, state.version, now) {
            Some(viewer) => viewer,
            None => {
                let viewer = match self.arrived(store, proxy, named).await {
                    Ok(viewer) => viewer,
                    Err(Refused::Store(error)) => return Err(error),
                    Err(refused) => {
                        let name = named.name.as_deref().unwrap_or("(no name)");
                        tracing::info!(name, ?refused, "whom a proxy names may not come in");
                        Viewer::refused(refused.sentence())
                    }
                };
                proxy.keep(named, &viewer, state.version, now);
                viewer
            }
        };
        match self.0.known.borrow().state.is_closed {
            true => Ok(viewer),
            false => Ok(self.0.anybody.clone()),
        }
    }

    async fn arrived(
        &self,
        store: &Store,
        proxy: &ProxyUsers,
        named: &Named,
    ) -> Result<Viewer, Refused> {
        let name = named.name.as_deref().and_then(|name| LoginName::parse(name).ok());
        let name = name.ok_or(Refused::NotInvited)?;
        let identity = Identity::of_proxy(name.as_str()).ok_or(Refused::NotInvited)?;
        let claims = named.claims();
        let address = "a proxy".to_owned();
        let arrival =
            Arrival { identity: &identity, claims: &claims, name, full_name: None, address };
        let settings = proxy.settings();
        let at = (store, self.now());
        let account = arrival.account(at, Way::Name, settings.sign_up, &settings.rules).await?;
        self.refresh().await?;
        let is_new_today = account.signed_in_at.is_none_or(|at| self.now().since(at) > A_DAY);
        store.note_signed_in(&account, self.now(), is_new_today.then_some("a proxy")).await?;
        let access = account.access(&store.teams().await?);
        let begun = Begun { by: By::Proxy, at: self.now() };
        let folders = store.folders_of(&account).await?;
        Ok(Viewer::person(account, folders, access, named.key(), begun))
    }
}
