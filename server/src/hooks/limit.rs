//! How many deliveries a minute a webhook accepts: over all replicas that share a Redis, else on each.
//! Only authentic ones are counted: without the secret, nobody uses up any of it. While Redis is in
//! trouble, each replica counts its own.

use brisk_cache::Records;
use brisk_domain::{Timestamp, WebhookName};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const MINUTE: i64 = 60;
/// The kind of the records in Redis, and how long they are kept: the clocks of replicas differ.
const KIND: &str = "hook";
const LIFE: Duration = Duration::from_secs(120);

/// The deliveries of the present minute, by webhook.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Those to this process.
    own: Mutex<BTreeMap<WebhookName, (i64, u32)>>,
    shared: Option<Arc<Records>>,
}

impl Counts {
    /// The same over all replicas that share `shared`.
    pub(super) fn shared(shared: Option<Arc<Records>>) -> Self {
        Self { own: Mutex::default(), shared }
    }

    /// Counts one more delivery to `name` at `now`; beyond `most` in this minute it is not counted, and
    /// the answer is the seconds until the next one.
    pub(super) async fn add(
        &self,
        name: &WebhookName,
        most: u32,
        now: Timestamp,
    ) -> Result<(), u32> {
        let (minute, second) = (now.seconds().div_euclid(MINUTE), now.seconds().rem_euclid(MINUTE));
        let next = u32::try_from(MINUTE - second).unwrap_or(1);
        if let Some(shared) = &self.shared {
            let place = format!("{name}@{minute}");
            if let Ok(false) = shared.count((KIND, &place), most, LIFE).await {
                return Err(next);
            }
        }
        // Even while Redis counts: its count must not be lost with it.
        let mut counts = self.lock();
        let (of, count) = counts.entry(name.clone()).or_insert((minute, 0));
        if *of != minute {
            (*of, *count) = (minute, 0);
        }
        if *count >= most {
            return Err(next);
        }
        *count += 1;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<WebhookName, (i64, u32)>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_webhook_has_its_own_number_in_each_minute() {
        let counts = Counts::default();
        let name = |name: &str| WebhookName::parse(name).unwrap();
        let at = Timestamp::from_seconds;
        assert_eq!(counts.add(&name("shop"), 2, at(120)).await, Ok(()));
        assert_eq!(counts.add(&name("shop"), 2, at(150)).await, Ok(()));
        assert_eq!(counts.add(&name("shop"), 2, at(170)).await, Err(10));
        assert_eq!(counts.add(&name("stock"), 2, at(170)).await, Ok(()));
        assert_eq!(counts.add(&name("shop"), 2, at(180)).await, Ok(()));
        let set_back = counts.add(&name("shop"), 2, at(60)).await;
        assert_eq!(set_back, Ok(()), "a clock that was set back");
    }
}
