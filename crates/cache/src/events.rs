//! Events of the cache, for its followers: open pages, administration.

use crate::key::{EntryKey, Tag};
use std::sync::Arc;
use tokio::sync::broadcast;

/// Something followers should know. With a shared tier, events of all processes arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// These tags have new generations.
    Invalidated(Arc<[Tag]>),
    /// These entries were forgotten.
    Forgotten(Arc<[EntryKey]>),
    /// Events may have been missed: check again whatever matters.
    Missed,
}

/// How many events a slow follower may lag behind.
const CAPACITY: usize = 1_024;

#[derive(Debug)]
pub(crate) struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }
}

impl Events {
    pub(crate) fn send(&self, event: Event) {
        // There may be no followers.
        let _ = self.0.send(event);
    }

    pub(crate) fn follow(&self) -> Follower {
        Follower(self.0.subscribe())
    }
}

/// Receives events, from its creation on.
#[derive(Debug)]
pub struct Follower(broadcast::Receiver<Event>);

impl Follower {
    /// The next event; `None` once the cache is gone. A follower that lags too far behind gets
    /// [`Event::Missed`].
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::Missed),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
