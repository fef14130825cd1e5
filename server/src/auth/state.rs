//! [`Auth`]: whose session or token a request shows.
//!
//! What was found is kept in memory, under the version of all rights that was known before it was looked
//! up. The store counts a version with every change, and each process asks for it a few times a second:
//! so nobody keeps a right for longer than [`CONFIRMED`], on any replica, and a request that comes
//! meanwhile asks the store nothing. Where the version could not be asked for, requests ask themselves,
//! and are refused where they cannot: not to know is never taken for yes. [`upkeep`] is what goes on meanwhile.

mod upkeep;

use super::arrival::{Arrival, Refused, Way};
use super::begun::{Begun, By};
use super::hashing::Hasher;
use super::losses::Losses;
use super::openid::coming_tokens::ComingTokens;
use super::openid::provider::Provider;
use super::proxy::{Named, ProxyUsers};
use super::required_factor;
use super::session_records::{Found, SessionRecords};
use super::sessions::Sessions;
use super::set_back::SetBack;
use super::settings::AuthSettings;
use super::shown::{Shown, shown};
use super::used::Used;
use super::viewer::Viewer;
use axum::extract::Request;
use brisk_accounts::{Identity, LoginName};
use brisk_cache::Records;
use brisk_domain::{Clock, Timestamp};
use brisk_store::{AccessState, Store, StoreError};
use http::{HeaderMap, HeaderName};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// For how long a version that was read is relied on.
const CONFIRMED: Duration = Duration::from_millis(900);
/// How often it is noted, and written down, that sessions and tokens were used.
const NOTE: Duration = Duration::from_secs(30);
/// How often the audit log notes that somebody comes through a proxy.
const A_DAY: Duration = Duration::from_secs(86_400);
/// Sessions and tokens that are kept in memory.
const KEPT: u64 = 10_000;

/// Whose session or token a request shows. Cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    store: Option<Store>,
    records: Option<SessionRecords>,
    shared: Option<Arc<Records>>,
    set_back: Option<SetBack>,
    losses: Option<Losses>,
    clock: Arc<dyn Clock>,
    settings: AuthSettings,
    hasher: Hasher,
    known: watch::Sender<Known>,
    asking: tokio::sync::Mutex<()>,
    kept: moka::sync::Cache<String, Arc<Kept>>,
    used: Used,
    anybody: Viewer,
    nobody: Viewer,
    provider: Option<Provider>,
    coming_tokens: ComingTokens,
    proxy: Option<ProxyUsers>,
}

/// What is known of all rights.
#[derive(Debug, Clone, Copy)]
struct Known {
    state: AccessState,
    at: Option<Instant>,
}

/// Whose a session or a token is.
#[derive(Debug)]
struct Kept {
    viewer: Viewer,
    version: i64,
    /// When it was used last, in microseconds.
    seen: AtomicI64,
    /// When that was noted last, to be written down.
    noted: AtomicI64,
    expires: Timestamp,
    /// What was found of a session; none for a token.
    session: Option<Found>,
}

/// Why the viewer is not known.
#[derive(Debug)]
pub enum Unknown {
    /// The token that is shown is not valid.
    Token,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Unknown {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Auth {
    /// For an open server.
    pub fn open(clock: Arc<dyn Clock>) -> Self {
        Self::new(None, None, clock, AuthSettings::default())
    }

    /// Over the accounts of `store`.
    pub fn over(store: Store, clock: Arc<dyn Clock>, settings: AuthSettings) -> Self {
        Self::new(Some(store), None, clock, settings)
    }

    /// The same, with sessions and the counts of wrong tries in the Redis that replicas share.
    pub fn sharing(
        store: Store,
        shared: Arc<Records>,
        clock: Arc<dyn Clock>,
        settings: AuthSettings,
    ) -> Self {
        Self::new(Some(store), Some(shared), clock, settings)
    }

    fn new(
        store: Option<Store>,
        shared: Option<Arc<Records>>,
        clock: Arc<dyn Clock>,
        settings: AuthSettings,
    ) -> Self {
        let records = store.clone().map(|store| {
            SessionRecords::new(store, shared.clone(), Arc::clone(&clock), settings.absolute)
        });
        let known = Known { state: AccessState::default(), at: None };
        let provider = settings.provider.clone();
        let provider =
            provider.map(|provider| Provider::new(provider, &settings.base, Arc::clone(&clock)));
        let proxy = settings.proxy.clone().map(ProxyUsers::new);
        let life = settings.absolute;
        let set_back = shared.clone().map(|shared| SetBack::new(shared, life));
        let losses = shared.clone().map(Losses::new);
        Self(Arc::new(Inner {
            provider,
            coming_tokens: ComingTokens::new(shared.clone()),
            proxy,
            store,
            records,
            shared,
            set_back,
            losses,
            clock,
            settings,
            hasher: Hasher::default(),
            known: watch::Sender::new(known),
            asking: tokio::sync::Mutex::default(),
            kept: moka::sync::Cache::new(KEPT),
            used: Used::default(),
            anybody: Viewer::anybody(),
            nobody: Viewer::nobody(),
        }))
    }

    /// The accounts; none on a server that is open for good.
    pub fn store(&self) -> Option<&Store> {
        self.0.store.as_ref()
    }

    /// How long sessions last.
    pub fn settings(&self) -> &AuthSettings {
        &self.0.settings
    }

    /// Hashes passwords.
    pub fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    /// The current instant.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The sessions of browsers.
    pub fn sessions(&self) -> Option<Sessions> {
        let records = self.session_records()?.clone();
        Some(Sessions::new(records, Arc::clone(&self.0.clock), self.0.settings.clone()))
    }

    /// Where they are kept.
    pub(super) fn session_records(&self) -> Option<&SessionRecords> {
        self.0.records.as_ref()
    }

    /// What replicas share besides the store, if there is a Redis.
    pub(super) fn shared(&self) -> Option<&Records> {
        self.0.shared.as_deref()
    }

    /// Where people sign in elsewhere.
    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.0.provider.as_ref().filter(|_| self.0.store.is_some())
    }

    /// The tokens of who comes from there and has not typed a code yet.
    pub(super) fn coming_tokens(&self) -> &ComingTokens {
        &self.0.coming_tokens
    }

    /// Whether that is the hash of a session that this process has found to be one.
    pub(super) fn knows_session(&self, hash: &str) -> bool {
        self.0.kept.get(hash).is_some_and(|kept| kept.session.is_some())
    }

    /// Removes from a request that does not come from a proxy what only proxies may say. Called before
    /// anything identifies its sender.
    pub(crate) fn disbelieve(&self, request: &mut Request) {
        if let Some(proxy) = &self.0.proxy {
            proxy.disbelieve(request);
        }
    }

    /// Whether this header names people, where a proxy sends it.
    pub(crate) fn is_naming(&self, name: &HeaderName) -> bool {
        self.0.proxy.as_ref().is_some_and(|proxy| proxy.is_header(name))
    }

    /// How many requests named their sender, and did not come from a proxy.
    pub fn disbelieved(&self) -> Option<u64> {
        self.0.proxy.as_ref().map(ProxyUsers::ignored)
    }

    /// Who sent a request with these headers.
    pub async fn viewer(&self, headers: &HeaderMap) -> Result<Viewer, Unknown> {
        let Some(store) = &self.0.store else { return Ok(self.0.anybody.clone()) };
        let shown = shown(&self.0.settings, headers);
        if let Some(proxy) = &self.0.proxy
            && !matches!(shown, Shown::Token(_) | Shown::NoToken)
            && let Some(named) = proxy.named(headers)
        {
            return Ok(self.named(store, proxy, &named).await?);
        }
        // A server that was closed stays so, whether the store can be read or not.
        if matches!(shown, Shown::Nothing) && self.0.known.borrow().state.is_closed {
            return Ok(self.0.nobody.clone());
        }
        let state = self.confirmed(store).await?;
        if !state.is_closed {
            return Ok(self.0.anybody.clone());
        }
        match shown {
            Shown::Nothing => Ok(self.0.nobody.clone()),
            Shown::NoToken => Err(Unknown::Token),
            Shown::Token(hash) => {
                let found = self.found(store, state, hash, false).await?;
                found.ok_or(Unknown::Token)
            }
            Shown::Session(hash) => {
                let found = self.found(store, state, hash, true).await?;
                Ok(found.unwrap_or_else(|| self.0.nobody.clone()))
            }
        }
    }

    /// Whether `viewer` still has the same rights, and sees the same.
    pub async fn is_still(&self, viewer: &Viewer, headers: &HeaderMap) -> bool {
        let now = self.viewer(headers).await;
        now.is_ok_and(|now| now.is_like(viewer))
    }

    /// The changes of rights from now on.
    pub fn changes(&self) -> Changes {
        let mut known = self.0.known.subscribe();
        let before = known.borrow_and_update().state;
        Changes { known, before }
    }

    /// Reads from the store whether rights have changed: after a change of one's own.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let Some(store) = &self.0.store else { return Ok(()) };
        let _asking = self.0.asking.lock().await;
        self.ask(store).await.map(|_| ())
    }

    /// Whether there is an admin, or has been one.
    pub async fn is_closed(&self) -> Result<bool, StoreError> {
        match &self.0.store {
            Some(store) => Ok(self.confirmed(store).await?.is_closed),
            None => Ok(false),
        }
    }

    /// Whether it is known that the store was not set back, or everything has ended that it still held.
    fn is_compared(&self) -> bool {
        self.0.set_back.as_ref().is_none_or(SetBack::is_compared)
    }

    /// The state of all rights, as it was a moment ago.
    async fn confirmed(&self, store: &Store) -> Result<AccessState, StoreError> {
        let is_recent = |known: &Known| known.at.is_some_and(|at| at.elapsed() < CONFIRMED);
        let known = *self.0.known.borrow();
        if is_recent(&known) {
            return Ok(known.state);
        }
        let _asking = self.0.asking.lock().await;
        let known = *self.0.known.borrow();
        if is_recent(&known) {
            return Ok(known.state);
        }
        self.ask(store).await
    }

    async fn ask(&self, store: &Store) -> Result<AccessState, StoreError> {
        // The answer is at least as recent as this.
        let at = Some(Instant::now());
        let mut state = store.access_state().await?;
        if let Some(set_back) = &self.0.set_back {
            state = set_back.checked(store, state, self.now()).await?;
        }
        self.0.known.send_modify(|known| *known = Known { state, at });
        Ok(state)
    }

    /// Whose the session or the token of that hash is.
    async fn found(
        &self,
        store: &Store,
        state: AccessState,
        hash: String,
        is_session: bool,
    ) -> Result<Option<Viewer>, StoreError> {
        let now = self.now();
        let before = self.0.kept.get(&hash).filter(|kept| {
            kept.session.is_some() == is_session
                && !self.is_over(
                    kept.expires,
                    Timestamp(kept.seen.load(Ordering::Relaxed)),
                    is_session,
                )
        });
        let kept = match before.clone().filter(|kept| kept.version == state.version) {
            Some(kept) => kept,
            None => {
                let looked_up = match is_session {
                    true => self.session(store, &hash, before.as_deref()).await?,
                    false => self.token(store, &hash).await?,
                };
                let Some(Looked { viewer, seen, expires, session }) = looked_up else {
                    self.0.kept.invalidate(&hash);
                    return Ok(None);
                };
                let (seen, noted) = (AtomicI64::new(seen.0), AtomicI64::new(now.0));
                let version = state.version;
                let kept = Arc::new(Kept { viewer, version, seen, noted, expires, session });
                self.0.kept.insert(hash.clone(), Arc::clone(&kept));
                self.0.used.note(&hash, is_session, now);
                kept
            }
        };
        kept.seen.store(now.0, Ordering::Relaxed);
        if now.since(Timestamp(kept.noted.load(Ordering::Relaxed))) > NOTE {
            kept.noted.store(now.0, Ordering::Relaxed);
            self.0.used.note(&hash, is_session, now);
        }
        Ok(Some(kept.viewer.clone()))
    }

    /// Whom a proxy names.
    async fn named(
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

    fn is_over(&self, expires: Timestamp, seen: Timestamp, is_session: bool) -> bool {
        let now = self.now();
        now >= expires || is_session && now.since(seen) > self.0.settings.idle
    }

    /// `before` is what was known of it under the rights before: where sessions are kept in Redis, it
    /// need not be read there again.
    async fn session(
        &self,
        store: &Store,
        hash: &str,
        before: Option<&Kept>,
    ) -> Result<Option<Looked>, StoreError> {
        let Some(records) = &self.0.records else { return Ok(None) };
        if !self.is_compared() {
            self.refresh().await?;
            if !self.is_compared() {
                let why = "Redis does not say whether the store was set back";
                return Err(StoreError::Sessions(why.into()));
            }
        }
        let known = before.and_then(|kept| kept.session.as_ref());
        let Some(found) = records.found(hash, known).await? else { return Ok(None) };
        let seen = before.map_or(0, |kept| kept.seen.load(Ordering::Relaxed));
        let seen = Timestamp(seen.max(found.seen_at.0));
        // Where there are no passwords any more, sessions begun by one are closed, too.
        let is_by_password = found.begun.by == By::Password && !self.0.settings.has_passwords;
        if self.is_over(found.expires_at, seen, true) || is_by_password {
            return Ok(None);
        }
        let account = store.account(&found.account).await?;
        let Some(account) = account.filter(|account| !account.is_disabled) else { return Ok(None) };
        let access = account.access(&store.teams().await?);
        let (settings, begun) = (&self.0.settings, found.begun);
        let lacks_factor =
            required_factor::is_lacking(settings, store, &account, Some(begun.by)).await?;
        let folders = store.folders_of(&account).await?;
        let viewer = Viewer::person(account, folders, access, hash.to_owned(), begun);
        let viewer = if lacks_factor { viewer.unready() } else { viewer };
        Ok(Some(Looked { viewer, seen, expires: found.expires_at, session: Some(found) }))
    }

    async fn token(&self, store: &Store, hash: &str) -> Result<Option<Looked>, StoreError> {
        let Some(token) = store.token(hash).await? else { return Ok(None) };
        if self.is_over(token.expires_at, token.created_at, false) {
            return Ok(None);
        }
        let account = store.account(&token.account).await?;
        let Some(account) = account.filter(|account| !account.is_disabled) else { return Ok(None) };
        let access = account.access(&store.teams().await?);
        // Never more than its owner has at the moment.
        let access = match &token.attributes {
            Some(given) => access.narrowed(given),
            None => access,
        };
        let seen = token.used_at.unwrap_or(token.created_at);
        let settings = &self.0.settings;
        let lacks_factor = required_factor::is_lacking(settings, store, &account, None).await?;
        let folders = store.folders_of(&account).await?;
        let shown = (hash.to_owned(), token.name);
        let viewer = Viewer::program(account, folders, access, token.scopes, shown);
        let viewer = if lacks_factor { viewer.unready() } else { viewer };
        Ok(Some(Looked { viewer, seen, expires: token.expires_at, session: None }))
    }
}

/// What was looked up of a session or a token.
struct Looked {
    viewer: Viewer,
    /// When it was used last.
    seen: Timestamp,
    expires: Timestamp,
    session: Option<Found>,
}

/// Changes of rights.
pub struct Changes {
    known: watch::Receiver<Known>,
    before: AccessState,
}

impl Changes {
    /// Waits until the state differs from the one seen last.
    pub async fn next(&mut self) -> AccessState {
        let before = self.before;
        let changed = self.known.wait_for(|known| known.state != before).await;
        let changed = changed.map(|known| known.state);
        match changed {
            Ok(state) => state,
            // The server is about to end.
            Err(_) => std::future::pending().await,
        }
    }

    /// Notes that a change was seen.
    pub fn seen(&mut self, state: AccessState) {
        self.before = state;
    }
}
