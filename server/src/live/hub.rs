//! [`Hub`]: the channels of all views that somebody has open, and how many pages there are.

use super::channel::{Channel, Followed};
use super::said::Said;
use brisk_domain::{Clock, Dashboard, Timestamp};
use brisk_engine::Engine;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;

/// The channels of all views that somebody has open. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    channels: Mutex<HashMap<Followed, watch::Sender<Arc<Said>>>>,
    open: AtomicUsize,
    most: usize,
    closing: watch::Sender<bool>,
}

/// Pages that one process serves at a time; more are told to come back.
pub const MOST: usize = 20_000;
/// How long a view is followed after the last page has gone: one that is loaded again finds what
/// was on its way.
const GRACE: Duration = Duration::from_secs(2);

/// There are too many open pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Hub {
    /// A hub over `engine`, for at most `most` pages.
    pub fn new(engine: Arc<Engine>, clock: Arc<dyn Clock>, most: usize) -> Self {
        let (channels, open) = (Mutex::default(), AtomicUsize::new(0));
        let closing = watch::Sender::new(false);
        Self(Arc::new(Inner { engine, clock, channels, open, most, closing }))
    }

    /// Follows what `followed` says of `dashboard`, together with all who do.
    pub fn join(&self, followed: Followed, dashboard: Arc<Dashboard>) -> Result<Page, Full> {
        let place = self.place().ok_or(Full)?;
        let mut channels = self.lock();
        let said = match channels.get(&followed) {
            Some(sender) => sender.subscribe(),
            None => {
                let (sender, said) = watch::channel(Arc::default());
                channels.insert(followed.clone(), sender.clone());
                self.follow(followed, dashboard, sender);
                said
            }
        };
        Ok(Page { said, closing: self.0.closing.subscribe(), _place: place })
    }

    /// Ends all streams: the process is about to end, and pages find another one.
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
        said: watch::Sender<Arc<Said>>,
    ) {
        let (engine, clock) = (Arc::clone(&self.0.engine), Arc::clone(&self.0.clock));
        let channel = Channel::new(engine, clock, followed.clone(), dashboard, said.clone());
        let listed = Listed { hub: self.clone(), followed, said };
        tokio::spawn(async move {
            tokio::select! {
                // What it said last stays with those who listen; who comes next starts anew.
                () = channel.run() => {}
                () = listed.hub.abandoned(&listed.followed, &listed.said) => {}
            }
        });
    }

    /// Waits until nobody has the view open any more, and forgets it.
    async fn abandoned(&self, followed: &Followed, said: &watch::Sender<Arc<Said>>) {
        loop {
            said.closed().await;
            self.0.clock.until(self.now().after(GRACE)).await;
            if self.forget(followed, said, true) {
                return;
            }
        }
    }

    /// Takes a channel off the list; with `if_unused`, only if nobody listens. Under the lock, so
    /// that nobody joins what is just going.
    fn forget(
        &self,
        followed: &Followed,
        said: &watch::Sender<Arc<Said>>,
        if_unused: bool,
    ) -> bool {
        let mut channels = self.lock();
        if if_unused && said.receiver_count() > 0 {
            return false;
        }
        if channels.get(followed).is_some_and(|known| known.same_channel(said)) {
            channels.remove(followed);
        }
        true
    }

    fn place(&self) -> Option<Place> {
        let open = self.0.open.fetch_add(1, Ordering::Relaxed);
        let place = Place(self.clone());
        (open < self.0.most).then_some(place)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Followed, watch::Sender<Arc<Said>>>> {
        self.0.channels.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A channel on the list: it is taken off on every way out, so that nobody joins one that has
/// ended.
struct Listed {
    hub: Hub,
    followed: Followed,
    said: watch::Sender<Arc<Said>>,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.hub.forget(&self.followed, &self.said, false);
    }
}

/// One open page.
pub struct Page {
    pub(super) said: watch::Receiver<Arc<Said>>,
    pub(super) closing: watch::Receiver<bool>,
    _place: Place,
}

/// A place among those that there are.
struct Place(Hub);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
