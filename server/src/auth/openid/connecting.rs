//! Connecting an account with its owner's identity at the provider: begun on the profile page by
//! somebody who has proven to be the owner, finished in the same session. The name that the provider
//! gives connects nobody.

use super::pending::{AtProvider, Purpose};
use super::protocol::Begun;
use crate::auth::provider_token;
use crate::auth::sign_in;
use crate::auth::state::Auth;
use crate::auth::viewer;
use axum::http::request::Parts;
use brisk_accounts::{Account, Identity};
use brisk_store::{Connected, StoreError};
use http::HeaderValue;

/// The way to the provider.
pub(crate) struct Led {
    /// Where to go.
    pub(crate) to: String,
    /// The cookie of the pending sign-in.
    pub(crate) cookie: HeaderValue,
}

/// Begins connecting, for the owner of an account, in the session of that hash; an error is a sentence.
pub(crate) async fn begin(auth: &Auth, account: &Account, session: &str) -> Result<Led, String> {
    let Some(provider) = auth.provider() else {
        return Err("Nobody signs in elsewhere on this server.".to_owned());
    };
    // Whoever is signed in there, in this browser, may be somebody else.
    let begun = provider.begin(true).await;
    let Begun { url, state, nonce, verifier } = begun.map_err(|trouble| {
        tracing::warn!(%trouble, "an account cannot be connected with the OpenID provider");
        trouble.sentence(&provider.settings().name)
    })?;
    let (account, session) = (account.id.as_str().to_owned(), session.to_owned());
    let purpose = Purpose::Connect { account, session };
    let pending = AtProvider::new(auth, (state, nonce, verifier), "/profile", purpose);
    match pending.cookie(auth) {
        Ok(cookie) => Ok(Led { to: url, cookie }),
        Err(error) => {
            tracing::error!(%error, "an account cannot be connected with the OpenID provider");
            Err("This cannot be done at the moment. Try again in a moment.".to_owned())
        }
    }
}

/// Why an account is not connected.
#[derive(Debug)]
pub(super) enum NotConnected {
    /// It was begun by somebody else, or in another session.
    OtherSession,
    /// The identity is another account's; the name of the account that it was for.
    Taken(String),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for NotConnected {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Connects the identity that has come with the account that connecting was begun for. That ends all its
/// sessions, but the answer is the cookie of a new one.
pub(super) async fn finish(
    auth: &Auth,
    (account, session): (&str, &str),
    identity: &Identity,
    head: &Parts,
) -> Result<HeaderValue, NotConnected> {
    let viewer = viewer::of(&head.extensions);
    let own = viewer.account().filter(|own| own.id.as_str() == account);
    let own = own.filter(|_| viewer.session() == Some(session));
    let (Some(own), Some(store)) = (own, auth.store()) else {
        return Err(NotConnected::OtherSession);
    };
    let actor = viewer.actor(sign_in::origin(head).address);
    let token = provider_token::of(auth, &viewer, &head.headers).await;
    let connected = store.connect_own(own, identity, &actor, auth.now()).await?;
    sign_in::changed(auth).await;
    match connected {
        Connected::Taken => Err(NotConnected::Taken(own.name.to_string())),
        Connected::Gone => Err(NotConnected::OtherSession),
        Connected::Done(_) => {
            let cookie = sign_in::renewed(auth, &viewer, head, token).await;
            cookie.ok_or(NotConnected::OtherSession)
        }
    }
}
