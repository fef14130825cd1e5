//! [`Following`]: one open page, or one subscription of a program, and what is new to it.

use super::hub::{Hub, Subscription};
use super::reader::Reader;
use super::revision::Revision;
use crate::open_pages::OpenPage;
use brisk_domain::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How often a silent stream is told so: proxies close what is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// One follower of a view.
pub(crate) struct Following {
    hub: Hub,
    subscription: Subscription,
    reader: Reader,
    /// The revision that it knows.
    known: Option<Arc<Revision>>,
    /// The event that it has seen before.
    last: Option<String>,
    is_over: bool,
    /// Counts among the open pages of its reader's account.
    _open: Option<OpenPage>,
}

/// What happens to a follower.
pub(crate) enum Step {
    /// A revision, and the one that it knew before.
    News(Arc<Revision>, Option<Arc<Revision>>),
    /// Nothing, for a while.
    Silence,
    /// Its reader has lost a right, or would see something else. Nothing follows.
    Gone,
}

impl Following {
    /// A follower that has seen the event `last` before.
    pub(super) fn new(
        hub: Hub,
        subscription: Subscription,
        reader: Reader,
        last: Option<String>,
        open: Option<OpenPage>,
    ) -> Self {
        Self { hub, subscription, reader, known: None, last, is_over: false, _open: open }
    }

    /// The current instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.hub.now()
    }

    /// Waits for what happens next; `None` once nothing does.
    pub(crate) async fn step(&mut self) -> Option<Step> {
        loop {
            if self.is_over || *self.subscription.closing.borrow() {
                return None;
            }
            if let Some(news) = self.news() {
                return Some(news);
            }
            tokio::select! {
                changed = self.subscription.revisions.changed() => {
                    // The channel has ended, and its last revision was sent.
                    changed.ok()?;
                }
                _ = self.subscription.closing.changed() => return None,
                () = self.reader.gone() => return Some(self.gone()),
                () = tokio::time::sleep(HEARTBEAT) => {
                    if !self.reader.may_go_on().await {
                        return Some(self.gone());
                    }
                    return Some(Step::Silence);
                }
            }
        }
    }

    fn gone(&mut self) -> Step {
        self.is_over = true;
        Step::Gone
    }

    fn news(&mut self) -> Option<Step> {
        let revision = Arc::clone(&self.subscription.revisions.borrow_and_update());
        if self.known.as_ref().is_some_and(|known| Arc::ptr_eq(known, &revision)) {
            return None;
        }
        if !revision.is_published() {
            return None;
        }
        let is_seen = self.last.take().is_some_and(|last| last == revision.id());
        let known = self.known.replace(Arc::clone(&revision));
        (!is_seen).then_some(Step::News(revision, known))
    }
}
