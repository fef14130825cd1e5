//! What happened to the cache, for those who follow it: open pages, administration.

use crate::key::{EntryKey, Tag};
use std::sync::Arc;
use tokio::sync::broadcast;

/// Something that followers should know. With a shared tier, events of all processes arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// These tags have new generations.
    Invalidated(Arc<[Tag]>),
    /// These entries were forgotten.
    Forgotten(Arc<[EntryKey]>),
    /// Events may have been missed: look again at whatever matters.
    Missed,
}

/// Events that a slow follower may be behind.
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
        // Nobody may be listening.
        let _ = self.0.send(event);
    }

    pub(crate) fn follow(&self) -> Follower {
        Follower(self.0.subscribe())
    }
}

/// Receives events from now on.
#[derive(Debug)]
pub struct Follower(broadcast::Receiver<Event>);

impl Follower {
    /// The next event; `None` when the cache is gone. One who was too slow hears
    /// [`Event::Missed`].
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::Missed),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
