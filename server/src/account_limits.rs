//! [`Accounts`]: how much each account may ask for: views that have to be loaded ([`crate::admission`]),
//! refreshes, open pages, requests of the API. All its sessions and tokens count together, on all
//! replicas that share a Redis; without one each process counts for itself, and the limits add up.
//!
//! Views that are in the cache count towards no limit, and wait for no counter.

use crate::auth::viewer::Viewer;
use crate::buckets::{Buckets, Empty};
use crate::config::AccountLimits;
use crate::open_pages::{OpenPage, OpenPages};
use brisk_app::service::{Exceeded, PageError};
use brisk_cache::Records;
use std::convert::Infallible;
use std::sync::Arc;

/// After how many seconds an account with too many open pages may come back.
const UNTIL_CLOSED: u32 = 60;

/// What accounts ask for. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts {
    views: Buckets,
    refreshes: Buckets,
    requests: Buckets,
    pages: OpenPages,
}

impl Default for Accounts {
    fn default() -> Self {
        Self::new(AccountLimits::default(), None)
    }
}

impl Accounts {
    /// With nothing counted in this process yet; what other replicas count is in `shared`.
    pub fn new(limits: AccountLimits, shared: Option<Arc<Records>>) -> Self {
        let buckets =
            |kind, most, each_second| Buckets::new(kind, most, each_second, shared.clone());
        let AccountLimits { cold_views, refreshes, api_requests, .. } = limits;
        let each_second = f64::from(limits.cold_views_per_second);
        let views = buckets("views", cold_views, each_second);
        let each_second = f64::from(limits.refreshes_per_minute) / 60.0;
        let refreshes = buckets("refreshes", refreshes, each_second);
        let each_second = f64::from(limits.api_requests_per_second);
        let requests = buckets("requests", api_requests, each_second);
        let pages = OpenPages::new(limits.streams, shared);
        Self { views, refreshes, requests, pages }
    }

    /// The views that have to be loaded.
    pub fn views(&self) -> &Buckets {
        &self.views
    }

    /// Admits another load of a view that is there already.
    pub async fn refresh(&self, viewer: &Viewer) -> Result<(), PageError> {
        // Viewers without an account are clients by their address, and counted as such; so below.
        let Some(account) = viewer.account() else { return Ok(()) };
        let taken = self.refreshes.take_surely(account.id.as_str()).await;
        taken.map_err(|empty| too_many(Exceeded::Refreshes, empty))
    }

    /// Admits a request of the API.
    pub async fn request(&self, viewer: &Viewer) -> Result<(), PageError> {
        let Some(account) = viewer.account() else { return Ok(()) };
        self.requests.know(account.id.as_str()).await;
        let taken = self.requests.take(account.id.as_str());
        taken.map_err(|empty| too_many(Exceeded::Requests, empty))
    }

    /// Admits one more page that follows its data; viewers without an account may have any number.
    pub async fn open(&self, viewer: &Viewer) -> Result<Option<OpenPage>, PageError> {
        let Some(account) = viewer.account() else { return Ok(None) };
        let (what, retry_after) = (Exceeded::Streams, UNTIL_CLOSED);
        let opened = self.pages.open(account.id.as_str()).await;
        opened.map(Some).ok_or(PageError::TooMany { what, retry_after })
    }

    /// Shares this replica's counts with the others, for as long as it is polled.
    pub async fn share(&self) -> Infallible {
        tokio::select! {
            never = self.views.share() => never,
            never = self.refreshes.share() => never,
            never = self.requests.share() => never,
            never = self.pages.share() => never,
        }
    }
}

fn too_many(what: Exceeded, Empty { seconds: retry_after }: Empty) -> PageError {
    PageError::TooMany { what, retry_after }
}
