//! [`Caller`]: on whose behalf a value is looked up or loaded, and why.

use crate::policy::Trigger;
use std::sync::Arc;

/// Who asks, under a name that is opaque to the cache. Loads of one client wait for each other; those
/// of different clients take turns.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Client {
    /// Nobody waits: the cache is filled ahead of readers. Gets a smaller share.
    Background,
    /// A reader or a program.
    Reader(Arc<str>),
}

impl Client {
    /// The reader of that name.
    pub fn reader(name: &str) -> Self {
        Self::Reader(name.into())
    }

    /// A caller within this process.
    pub fn local() -> Self {
        Self::reader("")
    }
}

/// Who asks, and why.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Why.
    pub trigger: Trigger,
    /// On whose behalf; several where one load serves pages of several clients.
    pub clients: Arc<[Client]>,
}

impl Caller {
    /// One client.
    pub fn new(trigger: Trigger, client: Client) -> Self {
        Self { trigger, clients: Arc::new([client]) }
    }

    /// Nobody waits for what it loads.
    pub fn background(trigger: Trigger) -> Self {
        Self::new(trigger, Client::Background)
    }
}

impl From<Trigger> for Caller {
    /// A caller within this process.
    fn from(trigger: Trigger) -> Self {
        match trigger {
            Trigger::Warm => Self::background(trigger),
            Trigger::View | Trigger::Live | Trigger::Api | Trigger::Report => {
                Self::new(trigger, Client::local())
            }
        }
    }
}
