//! [`SetBack`]: whether the store was put back to an earlier state, from a dump, a snapshot or a backup.
//! Redis still holds the sessions from after that, and those whose end the store has forgotten.
//!
//! Each change of rights raises a version in the store. Redis notes the highest that was seen; a store that says a
//! lower one was set back, and then everybody's sessions end, wherever they are kept. Before a process believes
//! the first session that Redis knows, it has compared the two. A process that runs knows the highest itself, also
//! where Redis was emptied: it tells it again.

use brisk_cache::Records;
use brisk_domain::Timestamp;
use brisk_store::{AccessState, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

/// The kind of the records in Redis.
const KIND: &str = "access";
/// No version: nothing was compared yet.
const NONE: i64 = -1;

/// Compares the versions of the store and of Redis.
#[derive(Debug)]
pub(super) struct SetBack {
    shared: Arc<Records>,
    /// As long as a session lasts.
    life: Duration,
    /// Which store it is, among those that share a Redis.
    name: OnceCell<String>,
    /// What was compared last.
    compared: AtomicI64,
    /// The highest that this process has seen.
    seen: AtomicI64,
}

impl SetBack {
    pub(super) fn new(shared: Arc<Records>, life: Duration) -> Self {
        Self {
            shared,
            life,
            name: OnceCell::new(),
            compared: AtomicI64::new(NONE),
            seen: AtomicI64::new(NONE),
        }
    }

    /// Whether the two were compared since this process began.
    pub(super) fn is_compared(&self) -> bool {
        self.compared.load(Ordering::Acquire) != NONE
    }

    /// The state that holds, where the store says `state`. Redis is asked only about a version that is
    /// new; while Redis is in trouble, it is asked again the next time, and no session is read from it
    /// either.
    pub(super) async fn checked(
        &self,
        store: &Store,
        state: AccessState,
        now: Timestamp,
    ) -> Result<AccessState, StoreError> {
        let seen = self.seen.fetch_max(state.version, Ordering::AcqRel);
        if self.compared.load(Ordering::Acquire) == state.version && seen <= state.version {
            return Ok(state);
        }
        let highest = match self.highest(store, state.version).await? {
            Some(highest) => highest,
            // This process knows better without Redis.
            None if seen > state.version => seen,
            None => return Ok(state),
        };
        if highest == state.version {
            self.compared.store(highest, Ordering::Release);
            return Ok(state);
        }
        // Another replica may have changed something just now: then the store has it by this time.
        let mut state = store.access_state().await?;
        if state.version < highest {
            tracing::warn!(
                version = state.version,
                highest,
                "Brisk's own database was set back to an earlier state: all sessions end"
            );
            store.end_all_sessions(highest, now).await?;
            state = store.access_state().await?;
        }
        if self.highest(store, state.version).await? == Some(state.version) {
            self.compared.store(state.version, Ordering::Release);
        }
        Ok(state)
    }

    /// The highest version that was seen of this store, including `version`; none while Redis does not
    /// answer.
    async fn highest(&self, store: &Store, version: i64) -> Result<Option<i64>, StoreError> {
        let name = self.name.get_or_try_init(|| store.lineage()).await?;
        let version = version.max(self.seen.load(Ordering::Acquire));
        Ok(self.shared.highest((KIND, name), version, self.life).await.ok())
    }
}
