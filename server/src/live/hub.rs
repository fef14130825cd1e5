//! [`Hub`]: the channels of all views that are open, and the number of open pages.

use super::channel::{Channel, Followed};
use super::followers::{Follower, Followers};
use super::revision::Revision;
use crate::connections::kept_place::{Connection, KeptPlace};
use brisk_cache::Client;
use brisk_domain::{Clock, Dashboard, Timestamp};
use brisk_engine::Engine;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;

/// The channels of all views that are open. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    channels: Mutex<HashMap<Followed, Open>>,
    open: AtomicUsize,
    /// Connections that open pages keep, and how many may be.
    kept: Arc<AtomicUsize>,
    max_kept: usize,
    closing: watch::Sender<bool>,
}

/// A view that is followed.
struct Open {
    revisions: watch::Sender<Arc<Revision>>,
    followers: Followers,
}

/// Pages that one process serves at a time, over however few connections; more are told to come back.
pub const MAX_PAGES: usize = 20_000;
/// How long a view is followed after its last page has gone: a page that is reloaded finds its
/// loads still under way.
const GRACE: Duration = Duration::from_secs(2);

/// There are too many open pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Hub {
    /// A hub over `engine`, whose pages keep at most `max_kept` connections.
    pub fn new(engine: Arc<Engine>, clock: Arc<dyn Clock>, max_kept: usize) -> Self {
        let (channels, open, kept) = (Mutex::default(), AtomicUsize::new(0), Arc::default());
        let closing = watch::Sender::new(false);
        Self(Arc::new(Inner { engine, clock, channels, open, kept, max_kept, closing }))
    }

    /// Whether a page follows that view already.
    pub fn is_followed(&self, followed: &Followed) -> bool {
        self.lock().contains_key(followed)
    }

    /// Follows the view of `dashboard` that `followed` names for `client`, on the channel of all pages
    /// that do; news go out over `connection`.
    pub fn subscribe(
        &self,
        followed: Followed,
        dashboard: Arc<Dashboard>,
        client: Client,
        connection: &Connection,
    ) -> Result<Subscription, Full> {
        let permit = self.permit(connection).ok_or(Full)?;
        let mut channels = self.lock();
        let (revisions, followers) = match channels.get(&followed) {
            Some(open) => (open.revisions.subscribe(), open.followers.clone()),
            None => {
                let (sender, revisions) = watch::channel(Arc::default());
                let followers = Followers::default();
                let open = Open { revisions: sender.clone(), followers: followers.clone() };
                channels.insert(followed.clone(), open);
                self.follow(followed, dashboard, sender, followers.clone());
                (revisions, followers)
            }
        };
        let (closing, follower) = (self.0.closing.subscribe(), followers.add(client));
        Ok(Subscription { revisions, closing, _permit: permit, _follower: follower })
    }

    /// Ends all streams: the process is about to stop, and pages reconnect to another one.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// How many pages are open.
    pub fn open_pages(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }

    /// How many views are followed.
    pub fn followed_views(&self) -> usize {
        self.lock().len()
    }

    /// The current instant.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn follow(
        &self,
        followed: Followed,
        dashboard: Arc<Dashboard>,
        revisions: watch::Sender<Arc<Revision>>,
        followers: Followers,
    ) {
        let (engine, clock) = (Arc::clone(&self.0.engine), Arc::clone(&self.0.clock));
        let channel =
            Channel::new(engine, clock, followed.clone(), dashboard, followers, revisions.clone());
        let listed = Listed { hub: self.clone(), followed, revisions };
        tokio::spawn(async move {
            tokio::select! {
                // Subscribers keep its last revision; the next page gets a new channel.
                () = channel.run() => {}
                () = listed.hub.abandoned(&listed.followed, &listed.revisions) => {}
            }
        });
    }

    /// Waits until no page has the view open any more, and forgets it.
    async fn abandoned(&self, followed: &Followed, revisions: &watch::Sender<Arc<Revision>>) {
        loop {
            revisions.closed().await;
            self.0.clock.until(self.now().after(GRACE)).await;
            if self.forget(followed, revisions, true) {
                return;
            }
        }
    }

    /// Removes a channel from the list; with `if_unused`, only if it has no subscriber. Under the
    /// lock, so that nobody subscribes to one that is about to end.
    fn forget(
        &self,
        followed: &Followed,
        revisions: &watch::Sender<Arc<Revision>>,
        if_unused: bool,
    ) -> bool {
        let mut channels = self.lock();
        if if_unused && revisions.receiver_count() > 0 {
            return false;
        }
        if channels.get(followed).is_some_and(|known| known.revisions.same_channel(revisions)) {
            channels.remove(followed);
        }
        true
    }

    fn permit(&self, connection: &Connection) -> Option<Permit> {
        let place = connection.keep(&self.0.kept, self.0.max_kept)?;
        let open = self.0.open.fetch_add(1, Ordering::Relaxed);
        let permit = Permit { hub: self.clone(), _place: place };
        (open < MAX_PAGES).then_some(permit)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Followed, Open>> {
        self.0.channels.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A channel on the list: it is removed on every way out, so that nobody subscribes to one that has
/// ended.
struct Listed {
    hub: Hub,
    followed: Followed,
    revisions: watch::Sender<Arc<Revision>>,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.hub.forget(&self.followed, &self.revisions, false);
    }
}

/// One open page's end of a channel.
pub struct Subscription {
    pub(super) revisions: watch::Receiver<Arc<Revision>>,
    pub(super) closing: watch::Receiver<bool>,
    _permit: Permit,
    _follower: Follower,
}

/// One of the pages that may be open.
struct Permit {
    hub: Hub,
    _place: Arc<KeptPlace>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.hub.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
