//! Follows the changes in the store, so that what somebody has decided takes effect on all replicas
//! within a second.

use brisk_store::{Changes, Store, StoreError, Topic};
use futures::future::BoxFuture;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

/// How long after a failure to try again.
const AGAIN: Duration = Duration::from_secs(1);

/// Reads what a change was about.
type Subscriber = Box<dyn Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync>;

/// The functions that are called when something has changed.
#[derive(Default)]
pub struct Subscribers(Vec<(Topic, Subscriber)>);

impl Subscribers {
    /// With `subscriber` for changes of `topic`.
    #[must_use]
    pub fn on(
        mut self,
        topic: Topic,
        subscriber: impl Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync + 'static,
    ) -> Self {
        self.0.push((topic, Box::new(subscriber)));
        self
    }

    async fn call(&self, topic: Topic) -> Result<(), StoreError> {
        for (_, subscriber) in self.0.iter().filter(|(of, _)| *of == topic) {
            subscriber().await?;
        }
        Ok(())
    }
}

/// Changes on their way to their subscribers.
pub struct StoreChanges {
    changes: Changes,
    subscribers: Subscribers,
}

impl StoreChanges {
    /// Calls all subscribers, and notices changes from then on. Fails if one of them cannot read the
    /// store: a server does not start without what has been decided.
    pub async fn begin(store: &Store, subscribers: Subscribers) -> Result<Self, StoreError> {
        // First, so that nothing happens between the two.
        let changes = store.follow_changes().await?;
        let topics: BTreeSet<Topic> = subscribers.0.iter().map(|(topic, _)| *topic).collect();
        for topic in topics {
            subscribers.call(topic).await?;
        }
        Ok(Self { changes, subscribers })
    }

    /// Passes changes on. While the store does not answer, what was read last stays in force.
    pub async fn follow(&mut self) -> Infallible {
        let mut due = BTreeSet::new();
        loop {
            match self.changes.next().await {
                Ok(topics) => due.extend(topics),
                Err(error) => {
                    tracing::warn!(%error, "changes in the store cannot be followed");
                    tokio::time::sleep(AGAIN).await;
                }
            }
            while let Some(topic) = due.first().copied() {
                match self.subscribers.call(topic).await {
                    Ok(()) => {
                        due.pop_first();
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a change in the store cannot be read");
                        tokio::time::sleep(AGAIN).await;
                    }
                }
            }
        }
    }
}
