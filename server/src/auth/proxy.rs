//! [`ProxyUsers`]: people whom a proxy names in a header, with each request. The header counts only
//! where the peer of the connection is one of the listed proxies; from any other it is removed before
//! anybody reads it.

use super::settings::ProxySettings;
use super::viewer::Viewer;
use axum::extract::{ConnectInfo, Request};
use brisk_accounts::{Claims, secret};
use brisk_domain::Timestamp;
use http::{HeaderMap, HeaderName};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// People who are kept in memory.
const KEPT: u64 = 10_000;
/// For how long an entry is valid, if no right changes.
const HOLDS: Duration = Duration::from_secs(300);
/// The longest value of either header that is read, in bytes.
const LONGEST: usize = 8_192;

/// People whom proxies name.
pub(super) struct ProxyUsers {
    settings: Arc<ProxySettings>,
    kept: moka::sync::Cache<String, Kept>,
    ignored: AtomicU64,
}

/// Somebody whom a proxy names.
pub(super) struct Named {
    /// The name; none where the header cannot be read as one.
    pub(super) name: Option<String>,
    pub(super) groups: BTreeSet<String>,
}

/// The viewer that was found.
#[derive(Clone)]
struct Kept {
    viewer: Viewer,
    version: i64,
    until: Timestamp,
}

impl ProxyUsers {
    pub(super) fn new(settings: Arc<ProxySettings>) -> Self {
        let kept = moka::sync::Cache::new(KEPT);
        Self { settings, kept, ignored: AtomicU64::default() }
    }

    pub(super) fn settings(&self) -> &ProxySettings {
        &self.settings
    }

    /// How many requests named somebody and did not come from a proxy.
    pub(super) fn ignored(&self) -> u64 {
        self.ignored.load(Ordering::Relaxed)
    }

    /// Whether this header names people.
    pub(super) fn is_header(&self, name: &HeaderName) -> bool {
        *name == self.settings.user || self.settings.groups.as_ref() == Some(name)
    }

    /// Removes the headers from a request that does not come from one of the proxies.
    pub(super) fn disbelieve(&self, request: &mut Request) {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
        if peer.is_some_and(|peer| self.settings.addresses.has(peer)) {
            return;
        }
        let headers = request.headers_mut();
        let named = headers.remove(&self.settings.user).is_some();
        if let Some(groups) = &self.settings.groups {
            headers.remove(groups);
        }
        if named {
            self.ignored.fetch_add(1, Ordering::Relaxed);
            let (header, peer) = (&self.settings.user, peer.map(|peer| peer.to_string()));
            tracing::warn!(
                %header,
                peer = peer.as_deref().unwrap_or("this machine"),
                "a request says who sends it, but does not come from one of the addresses of \
                 [auth.proxy]: the header is ignored"
            );
        }
    }

    /// Whom a request from a proxy names.
    pub(super) fn named(&self, headers: &HeaderMap) -> Option<Named> {
        let mut values = headers.get_all(&self.settings.user).iter();
        let first = values.next()?.to_str().ok().map(str::trim);
        if first == Some("") {
            return None;
        }
        // Two count as none: one may be what the reader has sent.
        let is_one = values.next().is_none();
        let name = first.filter(|name| is_one && name.len() <= LONGEST).map(ToOwned::to_owned);
        let lines = self.settings.groups.iter().flat_map(|name| headers.get_all(name));
        let groups = lines
            .filter_map(|line| line.to_str().ok())
            .filter(|line| line.len() <= LONGEST)
            .flat_map(|line| line.split(','))
            .map(|group| group.trim().to_owned());
        let groups = groups.filter(|group| !group.is_empty()).collect();
        Some(Named { name, groups })
    }

    /// The viewer that was found under that version of all rights.
    pub(super) fn known(&self, named: &Named, version: i64, now: Timestamp) -> Option<Viewer> {
        let kept = self.kept.get(&named.key())?;
        (kept.version == version && now < kept.until).then_some(kept.viewer)
    }

    /// Keeps the viewer that was found.
    pub(super) fn keep(&self, named: &Named, viewer: &Viewer, version: i64, now: Timestamp) {
        let until = now.after(HOLDS);
        self.kept.insert(named.key(), Kept { viewer: viewer.clone(), version, until });
    }
}

impl Named {
    /// Identifies the name with its groups.
    pub(super) fn key(&self) -> String {
        let groups = self.groups.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        secret::hash(&format!("{}\n\n{groups}", self.name.as_deref().unwrap_or_default()))
    }

    /// The name and the groups, as rules read them.
    pub(super) fn claims(&self) -> Claims {
        let user = self.name.iter().cloned().collect();
        Claims::from([("groups".to_owned(), self.groups.clone()), ("user".to_owned(), user)])
    }
}
