//! [`Used`]: which sessions and tokens were used lately. It is written down now and then, not with each
//! request.

use super::session_records::SessionRecords;
use brisk_domain::Timestamp;
use brisk_store::{Store, StoreError};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// What was used since the last write.
#[derive(Debug, Default)]
pub(super) struct Used(Mutex<ByHash>);

#[derive(Debug, Default)]
struct ByHash {
    sessions: HashMap<String, Timestamp>,
    tokens: HashMap<String, Timestamp>,
}

impl Used {
    /// Notes that a session, or a token, was used.
    pub(super) fn note(&self, hash: &str, is_session: bool, now: Timestamp) {
        let mut used = self.lock();
        let used = if is_session { &mut used.sessions } else { &mut used.tokens };
        used.insert(hash.to_owned(), now);
    }

    /// Writes it down; the answer is the hashes of sessions that are not where they are kept any more.
    pub(super) async fn write_down(
        &self,
        store: &Store,
        records: &SessionRecords,
    ) -> Result<Vec<String>, StoreError> {
        let ByHash { sessions, tokens } = std::mem::take(&mut *self.lock());
        let (sessions, tokens): (Vec<_>, Vec<_>) =
            (sessions.into_iter().collect(), tokens.into_iter().collect());
        let missing = records.seen(&sessions).await?;
        if !tokens.is_empty() {
            store.tokens_used(&tokens).await?;
        }
        Ok(missing)
    }

    fn lock(&self) -> MutexGuard<'_, ByHash> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
