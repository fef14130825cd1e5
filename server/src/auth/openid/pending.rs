//! A sign-in that is under way, in a cookie of the browser that began it: sealed, so that nobody else
//! can read or make one, good for minutes, and used once. The store learns of it only when it comes
//! back.

use super::provider::CALLBACK;
use crate::auth::cookie;
use crate::auth::settings::AuthSettings;
use crate::auth::state::Auth;
use brisk_accounts::secret;
use brisk_domain::Timestamp;
use brisk_store::StoreError;
use http::{HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// For how long a sign-in may be under way.
const LIFE: Duration = Duration::from_secs(600);
/// The longest path to go back to afterwards, in bytes: cookies have 4 KiB.
const LONGEST_BACK: usize = 1_500;

const OVER_TLS: &str = "__Host-brisk-sign-in";
/// Without TLS, as on loopback, browsers would refuse the other.
const PLAIN: &str = "brisk_sign_in";

/// The records that both are sealed as: one is never taken for the other.
const AT_PROVIDER: &str = "a sign-in at the provider";
const LACKS_CODE: &str = "a sign-in that lacks its code";

/// Somebody is at the provider.
#[derive(Serialize, Deserialize)]
pub(super) struct AtProvider {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// Where to go afterwards.
    pub(super) back: String,
    pub(super) purpose: Purpose,
    expires: i64,
}

/// What somebody is at the provider for.
#[derive(Serialize, Deserialize)]
pub(super) enum Purpose {
    /// To sign in.
    SignIn,
    /// To use the one-time link of that hash.
    Link(String),
    /// To connect their identity there with an account, in the session of that hash.
    Connect { account: String, session: String },
}

/// Somebody has come from the provider, and has to type the code of their authenticator.
#[derive(Serialize, Deserialize)]
pub(super) struct LacksCode {
    pub(super) account: String,
    /// Where to go afterwards.
    pub(super) back: String,
    /// Distinguishes it from all others.
    pub(super) id: String,
    expires: i64,
}

impl AtProvider {
    /// A sign-in that begins now.
    pub(super) fn new(
        auth: &Auth,
        begun: (String, String, String),
        back: &str,
        purpose: Purpose,
    ) -> Self {
        let (state, nonce, verifier) = begun;
        Self { state, nonce, verifier, back: short(back), purpose, expires: expires(auth) }
    }

    /// The header that sets it as its browser's cookie.
    pub(super) fn cookie(&self, auth: &Auth) -> Result<HeaderValue, StoreError> {
        sealed(auth, AT_PROVIDER, self)
    }

    /// The sign-in in a request's cookie.
    pub(super) fn shown(auth: &Auth, headers: &HeaderMap) -> Option<Self> {
        unsealed(auth, AT_PROVIDER, headers).filter(|one: &Self| one.expires > auth.now().0)
    }

    /// Whether somebody who has signed in already connects their account.
    pub(super) fn connects(&self) -> bool {
        matches!(self.purpose, Purpose::Connect { .. })
    }

    /// Whether it is accepted now: each is, once.
    pub(super) async fn take(&self, auth: &Auth) -> Result<bool, StoreError> {
        take(auth, &self.state, self.expires).await
    }
}

impl LacksCode {
    /// A sign-in to an account, which begins now.
    pub(super) fn new(auth: &Auth, account: &str, back: &str) -> Self {
        let id = secret::Secret::random().expose().to_owned();
        Self { account: account.to_owned(), back: short(back), id, expires: expires(auth) }
    }

    /// The header that sets it as its browser's cookie.
    pub(super) fn cookie(&self, auth: &Auth) -> Result<HeaderValue, StoreError> {
        sealed(auth, LACKS_CODE, self)
    }

    /// The sign-in in a request's cookie.
    pub(super) fn shown(auth: &Auth, headers: &HeaderMap) -> Option<Self> {
        unsealed(auth, LACKS_CODE, headers).filter(|one: &Self| one.expires > auth.now().0)
    }

    /// Whether it is accepted now: each is, once.
    pub(super) async fn take(&self, auth: &Auth) -> Result<bool, StoreError> {
        take(auth, &self.id, self.expires).await
    }
}

/// The header that removes either.
pub(super) fn clear(settings: &AuthSettings) -> HeaderValue {
    cookie::line(settings, name(settings), "", 0)
}

fn expires(auth: &Auth) -> i64 {
    auth.now().after(LIFE).0
}

/// The path to go back to; the home page where it is too long to be kept.
fn short(back: &str) -> String {
    if back.len() <= LONGEST_BACK { back.to_owned() } else { "/".to_owned() }
}

fn name(settings: &AuthSettings) -> &'static str {
    if settings.is_secure() { OVER_TLS } else { PLAIN }
}

fn sealed(auth: &Auth, kind: &str, one: &impl Serialize) -> Result<HeaderValue, StoreError> {
    let store = auth.store().ok_or(StoreError::Locked)?;
    let text = serde_json::to_vec(one).unwrap_or_default();
    let value = store.seal(kind, &text)?;
    Ok(cookie::line(auth.settings(), name(auth.settings()), &value, LIFE.as_secs()))
}

fn unsealed<T: DeserializeOwned>(auth: &Auth, kind: &str, headers: &HeaderMap) -> Option<T> {
    let value = cookie::only(headers, name(auth.settings()))?;
    let text = auth.store()?.unseal(kind, value).ok()?;
    serde_json::from_slice(&text).ok()
}

async fn take(auth: &Auth, id: &str, expires: i64) -> Result<bool, StoreError> {
    let store = auth.store().ok_or(StoreError::Locked)?;
    // The prefix keeps it apart from everything else that is hashed.
    let hash = secret::hash(&format!("{CALLBACK} {id}"));
    store.finish_sign_in(&hash, Timestamp(expires)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::{Clock, ManualClock};
    use brisk_test_mutations::Inputs;
    use brisk_test_stores::TestStore;
    use http::header;
    use std::sync::Arc;

    #[tokio::test]
    async fn mutations_of_a_sign_in_under_way_are_none() {
        let test = TestStore::sqlite().await;
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_seconds(1)));
        let auth = Auth::over(test.store.clone(), clock, AuthSettings::default());
        let begun = ("state".to_owned(), "nonce".to_owned(), "verifier".to_owned());
        let at_provider = AtProvider::new(&auth, begun, "/d/sales", Purpose::SignIn);
        let lacks_code = LacksCode::new(&auth, "a1", "/d/stock");
        let shown = |set: HeaderValue| {
            let text = set.to_str().unwrap().to_owned();
            text.split(';').next().unwrap().to_owned()
        };
        let seeds = [
            shown(at_provider.cookie(&auth).unwrap()),
            shown(lacks_code.cookie(&auth).unwrap()),
            format!("theme=dark; {}", shown(at_provider.cookie(&auth).unwrap())),
        ];
        let words = ["; ", "=", "brisk_sign_in=", "__Host-brisk-sign-in="];
        Inputs::new("sealed cookies").seeds(&seeds).words(&words).count(5_000).texts(|text| {
            let Ok(value) = HeaderValue::from_str(text) else { return false };
            let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
            let is_whole = |seed: &str| {
                let value = seed.rsplit('=').next().unwrap_or_default();
                text.split(['=', ';']).any(|part| part.trim() == value)
            };
            let read = AtProvider::shown(&auth, &headers);
            assert!(read.is_none() || is_whole(&seeds[0]) || is_whole(&seeds[2]), "{text}");
            let code = LacksCode::shown(&auth, &headers);
            assert!(code.is_none() || is_whole(&seeds[1]), "{text}");
            let back = read.as_ref().map(|one| &one.back).or(code.as_ref().map(|one| &one.back));
            back.is_some_and(|back| back == "/d/sales" || back == "/d/stock")
        });
    }
}
