//! Deliveries that were recorded lately: the very same bytes once more are answered as before, and take no
//! second effect. Each replica knows its own; elsewhere, and when too much has come since, the effect is one
//! more load.

use super::answer::Answer;
use super::signature::TOLERANCE;
use std::sync::Arc;
use std::time::Duration;

/// How much is remembered: each answer counts as its tags.
const MOST: u64 = 50_000;
/// For as long as a signature could be believed, from the earliest clock to the latest.
const LIFE: Duration = Duration::from_secs(2 * TOLERANCE.unsigned_abs());

/// Answers by what only who knows a webhook's secret can make of a delivery.
pub(super) struct Replays(moka::sync::Cache<[u8; 32], Arc<Answer>>);

impl Default for Replays {
    fn default() -> Self {
        let weight = |_: &[u8; 32], answer: &Arc<Answer>| {
            u32::try_from(answer.invalidated.len()).unwrap_or(u32::MAX).saturating_add(1)
        };
        Self(
            moka::sync::Cache::builder()
                .max_capacity(MOST)
                .weigher(weight)
                .time_to_live(LIFE)
                .build(),
        )
    }
}

impl Replays {
    /// What was answered to this delivery.
    pub(super) fn get(&self, proof: &[u8; 32]) -> Option<Arc<Answer>> {
        self.0.get(proof)
    }

    /// Remembers that it was recorded.
    pub(super) fn add(&self, proof: [u8; 32], answer: Arc<Answer>) {
        self.0.insert(proof, answer);
    }
}
