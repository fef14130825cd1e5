//! [`Deliveries`]: the latest deliveries and their outcome. With a store, the log of all replicas is
//! there: new ones wait here for a moment, so that no delivery waits for the store.

use brisk_domain::{Clock, Delivery, Timestamp};
use brisk_store::{Store, StoreError};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many deliveries that were done are kept here, and how many that were refused: counted apart, so
/// that forged ones do not push out the others. While the store is away, these are what it gets later.
const KEPT: usize = 100;
/// The same for the store: many pages of them.
const KEPT_IN_STORE: u32 = 2_000;
/// How long the store keeps them.
const AGE: Duration = Duration::from_secs(30 * 86_400);
/// How many of each a page shows.
const SHOWN: u32 = 100;
/// How often new ones are written to the store.
const EVERY: Duration = Duration::from_secs(1);
/// After so many writes, those beyond the limits are deleted.
const TIDY: u32 = 60;

/// The latest deliveries.
#[derive(Debug, Default)]
pub struct Deliveries {
    waiting: Mutex<Waiting>,
    store: Option<Store>,
}

#[derive(Debug, Default)]
struct Waiting {
    done: VecDeque<Delivery>,
    refused: VecDeque<Delivery>,
}

impl Deliveries {
    /// The same, kept in `store`.
    pub(super) fn in_store(store: Store) -> Self {
        Self { waiting: Mutex::default(), store: Some(store) }
    }

    /// Adds one; the oldest of its kind beyond the limit is dropped.
    pub(super) fn add(&self, delivery: Delivery) {
        let mut waiting = self.lock();
        let kept = match delivery.refused {
            None => &mut waiting.done,
            Some(_) => &mut waiting.refused,
        };
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(delivery);
    }

    /// The latest deliveries, newest first: to all replicas, where there is a store.
    pub async fn latest(&self) -> Result<Vec<Delivery>, StoreError> {
        if let Some(store) = &self.store {
            self.write(store).await?;
            return store.deliveries(SHOWN).await;
        }
        let waiting = self.lock();
        let mut all: Vec<Delivery> = waiting.done.iter().chain(&waiting.refused).cloned().collect();
        drop(waiting);
        all.sort_by_key(|delivery| std::cmp::Reverse(delivery.at));
        Ok(all)
    }

    /// When the latest delivery that was done came, for each webhook, as far as the store knows.
    pub async fn latest_of_each(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        match &self.store {
            Some(store) => store.latest_deliveries().await,
            None => Ok(Vec::new()),
        }
    }

    /// Writes new ones to the store, and deletes those that are too many or too old.
    pub async fn keep(&self, clock: &dyn Clock) -> Infallible {
        let Some(store) = &self.store else { return std::future::pending().await };
        let mut rounds = 0_u32;
        loop {
            if let Err(error) = self.write(store).await {
                tracing::warn!(%error, "deliveries are not in the log yet");
            }
            if rounds.is_multiple_of(TIDY) {
                let age = i64::try_from(AGE.as_micros()).unwrap_or(i64::MAX);
                let before = Timestamp(clock.now().0.saturating_sub(age));
                if let Err(error) = store.forget_deliveries(before, KEPT_IN_STORE).await {
                    tracing::warn!(%error, "old deliveries cannot be deleted");
                }
            }
            rounds = rounds.wrapping_add(1);
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Writes those that wait to the store.
    pub async fn write_now(&self) {
        if let Some(store) = &self.store
            && let Err(error) = self.write(store).await
        {
            tracing::warn!(%error, "the latest deliveries are not in the log");
        }
    }

    async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let Waiting { done, refused } = std::mem::take(&mut *self.lock());
        let mut all: Vec<Delivery> = done.into_iter().chain(refused).collect();
        if all.is_empty() {
            return Ok(());
        }
        all.sort_by_key(|delivery| delivery.at);
        let written = store.add_deliveries(&all).await;
        if written.is_err() {
            // They are older than what has come since.
            let mut waiting = self.lock();
            for delivery in all.into_iter().rev() {
                let kept = match delivery.refused {
                    None => &mut waiting.done,
                    Some(_) => &mut waiting.refused,
                };
                if kept.len() < KEPT {
                    kept.push_front(delivery);
                }
            }
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::Door;

    #[tokio::test]
    async fn forged_deliveries_do_not_push_out_those_that_were_done() {
        let deliveries = Deliveries::default();
        let to_shop =
            |second| Delivery::new(Door::Webhook("shop".into()), Timestamp::from_seconds(second));
        deliveries.add(to_shop(0));
        for second in 1..=500 {
            let refused = Some("The signature is wrong.".to_owned());
            deliveries.add(Delivery { status: 401, refused, ..to_shop(second) });
        }
        let latest = deliveries.latest().await.unwrap();
        assert_eq!(latest.len(), KEPT + 1);
        assert_eq!(latest[0].at, Timestamp::from_seconds(500), "newest first");
        assert_eq!((latest[KEPT].status, &latest[KEPT].refused), (200, &None));
    }
}
