//! [`Admission`]: how many views that have to be loaded a client may ask for. What is in the cache
//! costs next to nothing and is given to everybody; what is not costs statements, and a client that
//! asks for more of that than a person could look at is told to come back later, before any statement
//! is queued.
//!
//! Each client has a bucket of tokens, which fills up again slowly. A view that it asked for lately
//! takes no second token: readers reload, and their pages follow. Clients who have signed in also have a
//! bucket that all replicas share.

use crate::buckets::Buckets;
use crate::config::{AccountLimits, ClientLimits};
use crate::http::client;
use brisk_cache::{Cache, Client, Fingerprint};
use brisk_engine::Cached;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Views of each client that are remembered.
const KNOWN: usize = 256;
/// Clients that are remembered; of more, those that have asked for little are forgotten.
const CLIENTS: usize = 10_000;
/// How far below zero a bucket falls; from half of that on, a client's further views are not even looked
/// up.
const DEEPEST: f64 = 20.0;
/// After how many seconds a client may come back while its loads are waiting.
const UNTIL_LOADED: u32 = 5;

/// A client asks for too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// After how many seconds it may come back.
    pub retry_after: u32,
}

/// Counts what clients ask for.
#[derive(Debug)]
pub struct Admission {
    limits: ClientLimits,
    /// The limits of clients who have signed in.
    of_accounts: ClientLimits,
    clients: Mutex<HashMap<Client, Bucket>>,
    /// The buckets of those who have signed in, over all replicas.
    accounts: Option<Buckets>,
    refused: Refused,
}

/// Views that were refused, by the reason.
#[derive(Debug, Default)]
struct Refused {
    rate: AtomicU64,
    queue: AtomicU64,
}

#[derive(Debug)]
struct Bucket {
    /// Negative while refused views keep coming.
    tokens: f64,
    at: Instant,
    known: VecDeque<Fingerprint>,
}

impl Admission {
    /// With nothing counted yet.
    pub fn new(limits: ClientLimits) -> Self {
        let (clients, refused, accounts) = (Mutex::default(), Refused::default(), None);
        Self { limits, of_accounts: limits, clients, accounts, refused }
    }

    /// The same, with these limits for clients who have signed in, who also take from `accounts`.
    #[must_use]
    pub fn with_accounts(self, limits: AccountLimits, accounts: Buckets) -> Self {
        let AccountLimits { cold_views, cold_views_per_second, .. } = limits;
        let of_accounts = ClientLimits { cold_views, cold_views_per_second, ..self.limits };
        Self { of_accounts, accounts: Some(accounts), ..self }
    }

    /// Fetches what an account has taken on other replicas, unless that is known: before something is
    /// loaded.
    pub async fn know(&self, client: &Client) {
        if let (Some(accounts), Some(id)) = (&self.accounts, client::account_of(client)) {
            accounts.know(id).await;
        }
    }

    fn limits_of(&self, client: &Client) -> &ClientLimits {
        if client::is_an_account(client) { &self.of_accounts } else { &self.limits }
    }

    /// Before a view is looked up: refuses a client that keeps asking though it was refused many times.
    /// Planning a view costs a millisecond or more.
    pub fn before_lookup(&self, client: &Client, view: Fingerprint) -> Result<(), TooMany> {
        let mut clients = self.lock();
        let Some(bucket) = clients.get_mut(client) else { return Ok(()) };
        bucket.fill(self.limits_of(client), Instant::now());
        if bucket.tokens > -DEEPEST / 2.0 || bucket.known.contains(&view) {
            return Ok(());
        }
        Err(self.refused_by_rate(client, bucket))
    }

    /// Admits a view whose loads have to wait in the lanes `missing`.
    pub fn admit(
        &self,
        client: &Client,
        view: Fingerprint,
        missing: &BTreeSet<&str>,
        cache: &Cache<Cached>,
    ) -> Result<(), TooMany> {
        if *client == Client::Background {
            return Ok(());
        }
        let is_known = self.lock().get(client).is_some_and(|bucket| bucket.known.contains(&view));
        if missing.is_empty() || is_known {
            if !is_known {
                self.with_bucket(client, |bucket| bucket.remember(view));
            }
            return Ok(());
        }
        if missing.iter().any(|lane| cache.waiting_for(lane, client) >= self.limits.queue) {
            self.refused.queue.fetch_add(1, Ordering::Relaxed);
            return Err(TooMany { retry_after: UNTIL_LOADED });
        }
        self.take(client, view)
    }

    /// Admits a view that was not looked up: one that a page begins to follow.
    pub fn take(&self, client: &Client, view: Fingerprint) -> Result<(), TooMany> {
        self.with_bucket(client, |bucket| {
            if bucket.known.contains(&view) {
                return Ok(());
            }
            self.take_one(client, bucket)?;
            bucket.remember(view);
            Ok(())
        })
    }

    /// Admits another load of a view that is there already.
    pub fn take_again(&self, client: &Client) -> Result<(), TooMany> {
        self.with_bucket(client, |bucket| self.take_one(client, bucket))
    }

    fn take_one(&self, client: &Client, bucket: &mut Bucket) -> Result<(), TooMany> {
        if bucket.tokens < 1.0 {
            return Err(self.refused_by_rate(client, bucket));
        }
        if let (Some(accounts), Some(id)) = (&self.accounts, client::account_of(client))
            && let Err(empty) = accounts.take(id)
        {
            let TooMany { retry_after } = self.refused_by_rate(client, bucket);
            return Err(TooMany { retry_after: retry_after.max(empty.seconds) });
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// How many views were refused: because too many were asked for, because too many loads waited.
    pub fn refused(&self) -> (u64, u64) {
        let Refused { rate, queue } = &self.refused;
        (rate.load(Ordering::Relaxed), queue.load(Ordering::Relaxed))
    }

    fn refused_by_rate(&self, client: &Client, bucket: &mut Bucket) -> TooMany {
        self.refused.rate.fetch_add(1, Ordering::Relaxed);
        bucket.tokens = (bucket.tokens - 1.0).max(-DEEPEST);
        let seconds =
            (1.0 - bucket.tokens) / f64::from(self.limits_of(client).cold_views_per_second);
        TooMany { retry_after: seconds.ceil().max(1.0) as u32 }
    }

    fn with_bucket<T>(&self, client: &Client, act: impl FnOnce(&mut Bucket) -> T) -> T {
        let now = Instant::now();
        let mut clients = self.lock();
        if clients.len() >= CLIENTS && !clients.contains_key(client) {
            clients.retain(|client, bucket| {
                let limits = self.limits_of(client);
                bucket.fill(limits, now);
                bucket.tokens < f64::from(limits.cold_views) / 2.0
            });
            if clients.len() >= CLIENTS {
                clients.clear();
            }
        }
        let new = || Bucket {
            tokens: f64::from(self.limits_of(client).cold_views),
            at: now,
            known: VecDeque::new(),
        };
        let bucket = clients.entry(client.clone()).or_insert_with(new);
        bucket.fill(self.limits_of(client), now);
        act(bucket)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Client, Bucket>> {
        self.clients.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Bucket {
    fn fill(&mut self, limits: &ClientLimits, now: Instant) {
        let gone: Duration = now.saturating_duration_since(self.at);
        let more = gone.as_secs_f64() * f64::from(limits.cold_views_per_second);
        self.tokens = (self.tokens + more).min(f64::from(limits.cold_views));
        self.at = now;
    }

    fn remember(&mut self, view: Fingerprint) {
        if self.known.len() >= KNOWN {
            self.known.pop_front();
        }
        self.known.push_back(view);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(name: usize) -> Fingerprint {
        Fingerprint::of([name.to_string()])
    }

    fn admission() -> Admission {
        // So slowly that no machine is slow enough to see it.
        Admission::new(ClientLimits { queue: 10, cold_views: 5, cold_views_per_second: 1 })
    }

    #[test]
    fn a_client_has_so_many_views_and_then_has_to_wait() {
        let (admission, client) = (admission(), Client::reader("a"));
        let admitted = (0..100).filter(|at| admission.take(&client, view(*at)).is_ok()).count();
        assert!((5..50).contains(&admitted), "{admitted}");
        let refused = admission.take(&client, view(1_000)).unwrap_err();
        assert!(refused.retry_after > 1, "{refused:?}");
        assert_eq!(admission.take(&client, view(0)), Ok(()), "it has that one already");
        assert!(admission.take_again(&client).is_err(), "it is not loaded again and again");
        assert_eq!(admission.take(&Client::reader("b"), view(1_000)), Ok(()), "another client");
        assert!(admission.refused().0 >= 50);
    }

    #[test]
    fn who_goes_on_asking_is_refused_without_a_lookup() {
        let (admission, client) = (admission(), Client::reader("a"));
        assert_eq!(admission.before_lookup(&client, view(0)), Ok(()));
        let refused = (0..60).map(|at| admission.take(&client, view(at)));
        assert!(refused.filter(Result::is_err).count() > 20);
        assert!(admission.before_lookup(&client, view(100)).is_err());
        assert_eq!(admission.before_lookup(&client, view(0)), Ok(()), "it has that one already");
    }

    #[test]
    fn clients_are_forgotten_and_not_without_bound() {
        let admission = admission();
        for at in 0..CLIENTS + 10 {
            admission.take(&Client::reader(&at.to_string()), view(0)).unwrap();
        }
        assert!(admission.lock().len() <= CLIENTS);
    }
}
