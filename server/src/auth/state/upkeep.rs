//! What goes on beside requests: changes of rights are followed, uses written down, what has expired is forgotten,
//! and sessions that Redis has lost are written back.

use super::{Auth, Kept, NOTE};
use crate::auth::session_records::SessionRecords;
use crate::auth::settings::TRIES_KEPT;
use brisk_domain::Timestamp;
use brisk_store::{Store, StoreError};
use std::cmp::Reverse;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often a process asks whether rights have changed.
const ASK: Duration = Duration::from_millis(300);
/// How often it looks whether Redis has lost sessions.
const LOOK: Duration = Duration::from_secs(1);
/// How often what has expired is forgotten.
const FORGET: Duration = Duration::from_secs(600);

impl Auth {
    /// Follows changes, notes what was used, forgets what has expired, and writes back what Redis has lost.
    pub async fn follow(&self) -> Infallible {
        tokio::select! {
            never = self.follow_changes() => never,
            never = self.follow_losses() => never,
        }
    }

    async fn follow_losses(&self) -> Infallible {
        if self.0.losses.is_none() {
            return std::future::pending().await;
        }
        loop {
            if let Err(error) = self.write_back().await {
                // Whoever needs a session says more of it.
                tracing::debug!(%error, "it is not known whether Redis has lost sessions");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn follow_changes(&self) -> Infallible {
        let Some(store) = &self.0.store else { return std::future::pending().await };
        let (mut noted, mut forgotten) = (Instant::now(), None::<Instant>);
        loop {
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "whether rights have changed cannot be asked");
            }
            if noted.elapsed() > NOTE {
                noted = Instant::now();
                self.note_used().await;
            }
            if forgotten.is_none_or(|at| at.elapsed() > FORGET) {
                forgotten = Some(Instant::now());
                if let Err(error) = self.forget(store).await {
                    tracing::warn!(%error, "what has expired stays in the store");
                }
            }
            tokio::time::sleep(ASK).await;
        }
    }

    /// Notes when sessions and tokens were used.
    pub async fn note_used(&self) {
        let (Some(store), Some(records)) = (&self.0.store, &self.0.records) else { return };
        let noted = async {
            // One at a time, as where Redis is full.
            for hash in self.0.used.write_down(store, records).await? {
                if let Some(kept) = self.0.kept.get(&hash) {
                    self.write_one_back(records, &kept).await?;
                }
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "it is not noted which sessions were used");
        }
    }

    /// Writes the sessions that this process knows back to Redis, where that has lost some; how many it had lost.
    pub async fn write_back(&self) -> Result<usize, StoreError> {
        let (Some(records), Some(losses)) = (&self.0.records, &self.0.losses) else {
            return Ok(0);
        };
        if !losses.look().await? {
            return Ok(0);
        }
        // Should the store have been set back at the same time, all of them end before one is written.
        self.refresh().await?;
        let mut known: Vec<Arc<Kept>> = self.0.kept.iter().map(|(_, kept)| kept).collect();
        // Who is there at the moment, first.
        known.sort_by_key(|kept| Reverse(kept.seen.load(Ordering::Relaxed)));
        let mut count = 0;
        for kept in &known {
            count += usize::from(self.write_one_back(records, kept).await?);
        }
        losses.written_back();
        if count > 0 {
            tracing::warn!(
                count,
                "Redis had lost sessions: those that this process knows are back"
            );
        }
        Ok(count)
    }

    async fn write_one_back(
        &self,
        records: &SessionRecords,
        kept: &Kept,
    ) -> Result<bool, StoreError> {
        let seen = Timestamp(kept.seen.load(Ordering::Relaxed));
        let Some(found) = &kept.session else { return Ok(false) };
        if self.is_over(kept.expires, seen, true) || !self.is_compared() {
            return Ok(false);
        }
        records.write_back(found, seen).await
    }

    async fn forget(&self, store: &Store) -> Result<(), StoreError> {
        let now = self.now();
        let before = |time: Duration| Timestamp(now.0.saturating_sub(micros(time)));
        if let Some(records) = &self.0.records {
            records.forget(now, before(self.0.settings.idle)).await?;
        }
        store.forget_links(now).await?;
        store.forget_sign_ins(now).await?;
        store.forget_failures(before(TRIES_KEPT)).await
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
