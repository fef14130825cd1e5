//! [`Accounts`]: how much each account asks for besides views that have to be loaded, which
//! [`crate::admission`] counts: refreshes, open pages, requests of the API. All its sessions and tokens
//! count together. Each process counts for itself: over several, the limits add up.

use crate::auth::viewer::Viewer;
use crate::config::AccountLimits;
use brisk_app::service::{Exceeded, PageError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Accounts that are remembered; of more, those that have asked for little are forgotten.
const REMEMBERED: usize = 10_000;
/// After how many seconds an account may come back that has too many pages open.
const UNTIL_CLOSED: u32 = 60;

/// What accounts ask for. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Accounts(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    limits: AccountLimits,
    refreshes: Mutex<HashMap<String, Bucket>>,
    requests: Mutex<HashMap<String, Bucket>>,
    streams: Mutex<HashMap<String, u32>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

/// An open page of an account's; it counts until this is dropped.
#[derive(Debug)]
pub struct OpenPage {
    of: Accounts,
    account: String,
}

impl Accounts {
    /// Nobody has asked for anything yet.
    pub fn new(limits: AccountLimits) -> Self {
        Self(Arc::new(Inner { limits, ..Inner::default() }))
    }

    /// Admits that a view is loaded again although it is there.
    pub fn refresh(&self, viewer: &Viewer) -> Result<(), PageError> {
        let AccountLimits { refreshes, refreshes_per_minute, .. } = self.0.limits;
        let each_second = f64::from(refreshes_per_minute) / 60.0;
        self.take(&self.0.refreshes, viewer, refreshes, each_second, Exceeded::Refreshes)
    }

    /// Admits a request of the API.
    pub fn request(&self, viewer: &Viewer) -> Result<(), PageError> {
        let AccountLimits { api_requests, api_requests_per_second, .. } = self.0.limits;
        let each_second = f64::from(api_requests_per_second);
        self.take(&self.0.requests, viewer, api_requests, each_second, Exceeded::Requests)
    }

    /// Admits one more page that follows its data; of who has no account, any number.
    pub fn open(&self, viewer: &Viewer) -> Result<Option<OpenPage>, PageError> {
        let Some(account) = viewer.account() else { return Ok(None) };
        let account = account.id.as_str().to_owned();
        let mut streams = lock(&self.0.streams);
        let open = streams.entry(account.clone()).or_default();
        if *open >= self.0.limits.streams {
            let (what, retry_after) = (Exceeded::Streams, UNTIL_CLOSED);
            return Err(PageError::TooMany { what, retry_after });
        }
        *open += 1;
        Ok(Some(OpenPage { of: self.clone(), account }))
    }

    fn take(
        &self,
        buckets: &Mutex<HashMap<String, Bucket>>,
        viewer: &Viewer,
        most: u32,
        each_second: f64,
        what: Exceeded,
    ) -> Result<(), PageError> {
        // Who has none is a client of their address, and counted as such.
        let Some(account) = viewer.account() else { return Ok(()) };
        let (now, most) = (Instant::now(), f64::from(most));
        let mut buckets = lock(buckets);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(account.id.as_str()) {
            buckets.retain(|_, bucket| bucket.filled(now, most, each_second).tokens < most / 2.0);
            if buckets.len() >= REMEMBERED {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(account.id.as_str().to_owned());
        let bucket = bucket.or_insert(Bucket { tokens: most, at: now });
        *bucket = bucket.filled(now, most, each_second);
        if bucket.tokens < 1.0 {
            let seconds = ((1.0 - bucket.tokens) / each_second).ceil().max(1.0);
            return Err(PageError::TooMany { what, retry_after: seconds as u32 });
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

impl Bucket {
    fn filled(self, now: Instant, most: f64, each_second: f64) -> Self {
        let gone = now.saturating_duration_since(self.at).as_secs_f64();
        Self { tokens: (self.tokens + gone * each_second).min(most), at: now }
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let mut streams = lock(&self.of.0.streams);
        if let Some(open) = streams.get_mut(&self.account) {
            *open -= 1;
            if *open == 0 {
                streams.remove(&self.account);
            }
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
