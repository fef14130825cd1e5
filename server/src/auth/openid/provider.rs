//! [`Provider`]: the provider, with its metadata, which are kept for an hour, and the sign-ins there.

use super::http_client::HttpClient;
use super::protocol::{Begun, Metadata, Protocol, Trouble};
use super::settings::ProviderSettings;
use brisk_accounts::{Claims, Identity};
use brisk_domain::{Clock, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};

/// Where the provider leads people back to.
pub(crate) const CALLBACK: &str = "/sign-in/openid/callback";

/// Where it sends people whose session it has ended.
const SIGNED_OUT: &str = "/sign-in";

/// How long signing out waits for a provider.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how long metadata and keys are used.
const FRESH: Duration = Duration::from_secs(3_600);
/// The same while the provider does not answer.
const STALE: Duration = Duration::from_secs(86_400);
/// How often a provider that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(5);
/// How often keys are fetched because of an unknown key. Anybody can send tokens with made-up keys.
const KEYS: Duration = Duration::from_secs(10);
/// Codes that are checked at a time; each may take the provider's timeout three times.
const AT_A_TIME: usize = 16;

/// The provider.
pub(crate) struct Provider {
    settings: Arc<ProviderSettings>,
    redirect: String,
    signed_out: String,
    http: HttpClient,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
    places: Semaphore,
}

/// What is known of it.
#[derive(Default)]
struct Known {
    metadata: Option<Arc<Metadata>>,
    /// When the metadata were fetched.
    at: Timestamp,
    /// When the keys were.
    keys_at: Timestamp,
    /// The last trouble, and when it was.
    trouble: Option<(Trouble, Timestamp)>,
}

/// Somebody who has come back, with the provider's claims about them.
pub(super) struct Arrived {
    pub(super) identity: Identity,
    pub(super) claims: Claims,
    /// The token with these claims, by which the provider knows its session.
    pub(super) token: String,
}

impl Provider {
    /// The provider of `settings`, for a server that readers find at `base`.
    pub(crate) fn new(settings: Arc<ProviderSettings>, base: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            http: HttpClient::new(&settings),
            redirect: format!("{base}{CALLBACK}"),
            signed_out: format!("{base}{SIGNED_OUT}"),
            settings,
            clock,
            known: Mutex::default(),
            places: Semaphore::new(AT_A_TIME),
        }
    }

    /// The provider's settings.
    pub(crate) fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    /// Begins a sign-in; with `of_now`, the provider asks even people who are signed in there.
    pub(super) async fn begin(&self, of_now: bool) -> Result<Begun, Trouble> {
        let metadata = self.metadata().await?;
        self.protocol().begin(&metadata, of_now)
    }

    /// Where a browser is sent to end the session at the provider; none where signing out leaves it
    /// alone, where the provider has no such address, and while its metadata are not known.
    pub(crate) async fn end(&self, hint: Option<&str>) -> Option<String> {
        if !self.settings.ends_session {
            return None;
        }
        let metadata = tokio::time::timeout(PATIENCE, self.metadata()).await.ok()?.ok()?;
        self.protocol().end(&metadata, hint, &self.signed_out)
    }

    /// Whether an answer that names this issuer, or none, may be this provider's.
    pub(super) async fn is_issuer(&self, named: Option<&str>) -> Result<bool, Trouble> {
        match named {
            Some(named) => Ok(named == self.settings.issuer),
            None => Ok(!self.metadata().await?.additional_metadata().names_issuer),
        }
    }

    /// The person who has come with a code, to the sign-in of that verifier and nonce.
    pub(super) async fn finish(
        &self,
        code: &str,
        verifier: &str,
        nonce: &str,
    ) -> Result<Arrived, Trouble> {
        let _place = self.places.try_acquire().map_err(|_| Trouble::Busy)?;
        let (protocol, mut metadata) = (self.protocol(), self.metadata().await?);
        let exchanged = protocol.exchange(&metadata, code, verifier).await?;
        let now = self.clock.now();
        let verified = match protocol.verified(&metadata, &exchanged, nonce, now) {
            Err(Trouble::UnknownKey) => {
                metadata = self.with_new_keys(&metadata).await?;
                protocol.verified(&metadata, &exchanged, nonce, now)
            }
            verified => verified,
        };
        let (subject, mut claims) = verified?;
        protocol.add_user_info(&metadata, &exchanged, &subject, &mut claims).await?;
        let identity = Identity::new(&self.settings.issuer, &subject);
        let identity = identity
            .ok_or_else(|| Trouble::Untrusted("its subject is empty or too long".into()))?;
        Ok(Arrived { identity, claims, token: exchanged.token() })
    }

    fn protocol(&self) -> Protocol<'_> {
        Protocol { http: &self.http, settings: &self.settings, redirect: &self.redirect }
    }

    /// The provider's metadata; fetched once, however many wait.
    async fn metadata(&self) -> Result<Arc<Metadata>, Trouble> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        let age = now.since(known.at);
        if let Some(metadata) = known.metadata.as_ref().filter(|_| age < FRESH) {
            return Ok(Arc::clone(metadata));
        }
        let is_recent = |at: Timestamp| now.since(at) < AGAIN;
        let recent = known.trouble.clone().filter(|(_, at)| is_recent(*at));
        let trouble = match recent {
            Some((trouble, _)) => trouble,
            None => match self.protocol().discover().await {
                Ok(metadata) => {
                    let metadata = Arc::new(metadata);
                    let shared = Arc::clone(&metadata);
                    *known = Known { metadata: Some(shared), at: now, keys_at: now, trouble: None };
                    return Ok(metadata);
                }
                Err(trouble) => {
                    let issuer = &self.settings.issuer;
                    tracing::warn!(issuer, %trouble, "the OpenID provider cannot be used");
                    // As of now: it may have taken longer than who waits would leave it alone for.
                    known.trouble = Some((trouble.clone(), self.clock.now()));
                    trouble
                }
            },
        };
        match known.metadata.as_ref().filter(|_| age < STALE) {
            Some(metadata) => Ok(Arc::clone(metadata)),
            None => Err(trouble),
        }
    }

    /// The same with the keys that the provider has now, unless they were fetched a moment ago.
    async fn with_new_keys(&self, before: &Arc<Metadata>) -> Result<Arc<Metadata>, Trouble> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some(metadata) = known.metadata.as_ref().filter(|now| !Arc::ptr_eq(now, before)) {
            return Ok(Arc::clone(metadata));
        }
        if now.since(known.keys_at) < KEYS {
            return Err(Trouble::UnknownKey);
        }
        known.keys_at = now;
        let keys = self.protocol().keys(before).await;
        known.keys_at = self.clock.now();
        let keys = keys?;
        let metadata = Arc::new(before.as_ref().clone().set_jwks(keys));
        known.metadata = Some(Arc::clone(&metadata));
        Ok(metadata)
    }
}
