//! [`Deliveries`]: what came to the webhooks lately, and what was made of it.

use brisk_domain::{Tag, Timestamp};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

/// How many deliveries that were done are kept, and how many that were refused: of each its own, so that
/// forged ones do not push out the others.
const KEPT: usize = 100;
/// How many of a delivery's tags are kept.
const KEPT_TAGS: usize = 10;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When it came.
    pub at: Timestamp,
    /// The webhook; none if there is none of that name.
    pub hook: Option<String>,
    /// The status of the response.
    pub status: u16,
    /// Why it was refused.
    pub refused: Option<String>,
    /// The first tags that it named, where it was authentic.
    pub tags: Vec<String>,
    /// How many tags it named.
    pub named: usize,
    /// How many tags have new generations: those that it named, their other spellings, and views.
    pub invalidated: usize,
}

/// The latest deliveries.
#[derive(Debug, Default)]
pub struct Deliveries(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    done: VecDeque<Delivery>,
    refused: VecDeque<Delivery>,
}

impl Delivery {
    /// A delivery to `hook` at `at`, of which nothing is known yet.
    pub(super) fn to(hook: Option<&str>, at: Timestamp) -> Self {
        Self {
            at,
            hook: hook.map(ToOwned::to_owned),
            status: 200,
            refused: None,
            tags: Vec::new(),
            named: 0,
            invalidated: 0,
        }
    }

    /// The same, which names `tags`.
    pub(super) fn name(&mut self, tags: &[Tag]) {
        self.named = tags.len();
        self.tags = tags.iter().take(KEPT_TAGS).map(Tag::to_string).collect();
    }
}

impl Deliveries {
    /// Adds one; the oldest of its kind beyond the limit is forgotten.
    pub(super) fn add(&self, delivery: Delivery) {
        let mut kept = self.lock();
        let kept = match delivery.refused {
            None => &mut kept.done,
            Some(_) => &mut kept.refused,
        };
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(delivery);
    }

    /// The latest deliveries, newest first.
    pub fn latest(&self) -> Vec<Delivery> {
        let kept = self.lock();
        let mut all: Vec<Delivery> = kept.done.iter().chain(&kept.refused).cloned().collect();
        drop(kept);
        all.sort_by_key(|delivery| std::cmp::Reverse(delivery.at));
        all
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forged_deliveries_do_not_push_out_those_that_were_done() {
        let deliveries = Deliveries::default();
        deliveries.add(Delivery::to(Some("shop"), Timestamp::from_seconds(0)));
        for second in 1..=500 {
            let refused = Some("The signature is wrong.".to_owned());
            let forged = Delivery::to(Some("shop"), Timestamp::from_seconds(second));
            deliveries.add(Delivery { status: 401, refused, ..forged });
        }
        let latest = deliveries.latest();
        assert_eq!(latest.len(), KEPT + 1);
        assert_eq!(latest[0].at, Timestamp::from_seconds(500), "newest first");
        assert_eq!((latest[KEPT].status, &latest[KEPT].refused), (200, &None));
    }
}
