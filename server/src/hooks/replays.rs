//! Deliveries that were recorded lately: the very same bytes once more take no second effect. This
//! process knows those that it has recorded; those of others are in Redis, if there is one, and in the
//! log of deliveries in the store, which is written a second later. Beyond that, a replay costs one more
//! load.

use super::answer::Answer;
use brisk_cache::Records;
use brisk_signature::TOLERANCE;
use brisk_store::Store;
use std::sync::Arc;
use std::time::Duration;

/// How much this process remembers: each answer counts as its tags.
const MOST: u64 = 50_000;
/// As long as a signature can be valid, from the earliest clock to the latest.
const LIFE: Duration = Duration::from_secs(2 * TOLERANCE.unsigned_abs());
/// The kind of the records in Redis.
const KIND: &str = "done";
/// How long the store may take to say whether it knows a delivery, for which its sender waits.
const PATIENCE: Duration = Duration::from_millis(500);
/// The bytes of a proof that are kept: enough that no two are alike.
const KEPT: usize = 16;

/// Deliveries, by what only a holder of the webhook's secret can compute from them.
pub(super) struct Replays {
    own: moka::sync::Cache<[u8; 32], Arc<Answer>>,
    shared: Option<Arc<Records>>,
    store: Option<Store>,
}

/// What is known of a delivery.
pub(super) enum Known {
    /// It was not recorded, as far as is known.
    No,
    /// It was, by this process, with this answer.
    Here(Arc<Answer>),
    /// It was, by another one.
    Elsewhere,
}

impl Default for Replays {
    fn default() -> Self {
        Self::new(None, None)
    }
}

impl Replays {
    /// With the knowledge of other replicas.
    pub(super) fn new(shared: Option<Arc<Records>>, store: Option<Store>) -> Self {
        let weight = |_: &[u8; 32], answer: &Arc<Answer>| {
            u32::try_from(answer.invalidated.len()).unwrap_or(u32::MAX).saturating_add(1)
        };
        let own = moka::sync::Cache::builder().max_capacity(MOST).weigher(weight);
        Self { own: own.time_to_live(LIFE).build(), shared, store }
    }

    /// What is known of this delivery.
    pub(super) async fn known(&self, proof: &[u8; 32]) -> Known {
        if let Some(answer) = self.own.get(proof) {
            return Known::Here(answer);
        }
        let name = name(proof);
        if let Some(shared) = &self.shared
            && let Ok(Some(_)) = shared.get(KIND, &name).await
        {
            return Known::Elsewhere;
        }
        // A Redis that was lost in between has forgotten what it knew.
        let Some(store) = &self.store else { return Known::No };
        match tokio::time::timeout(PATIENCE, store.knows_delivery(&name)).await {
            Ok(Ok(true)) => Known::Elsewhere,
            Ok(Ok(false)) => Known::No,
            Ok(Err(error)) => {
                tracing::debug!(%error, "whether a delivery is a replay cannot be asked");
                Known::No
            }
            Err(_) => Known::No,
        }
    }

    /// Remembers that it was recorded. The answer is its name in the log.
    pub(super) async fn add(&self, proof: [u8; 32], answer: Arc<Answer>) -> String {
        self.own.insert(proof, answer);
        let name = name(&proof);
        if let Some(shared) = &self.shared {
            // It is recorded, even if Redis does not know.
            _ = shared.replace((KIND, &name), None, "1", LIFE).await;
        }
        name
    }
}

fn name(proof: &[u8; 32]) -> String {
    proof[..KEPT].iter().map(|byte| format!("{byte:02x}")).collect()
}
