//! How many deliveries a minute a webhook takes. Each replica counts its own, and only authentic ones: who
//! has no secret uses up nothing of it.

use brisk_domain::{Timestamp, WebhookName};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

const MINUTE: i64 = 60;

/// The deliveries of the present minute, by webhook.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<BTreeMap<WebhookName, (i64, u32)>>);

impl Counts {
    /// Counts one more to `name` at `now`; if it is beyond `most` in this minute, it is not, and the answer
    /// is the seconds until the next one.
    pub(super) fn add(&self, name: &WebhookName, most: u32, now: Timestamp) -> Result<(), u32> {
        let (minute, second) = (now.seconds().div_euclid(MINUTE), now.seconds().rem_euclid(MINUTE));
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, count) = counts.entry(name.clone()).or_insert((minute, 0));
        if *of != minute {
            (*of, *count) = (minute, 0);
        }
        if *count >= most {
            return Err(u32::try_from(MINUTE - second).unwrap_or(1));
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_webhook_has_its_own_number_in_each_minute() {
        let counts = Counts::default();
        let name = |name: &str| WebhookName::parse(name).unwrap();
        let at = Timestamp::from_seconds;
        assert_eq!(counts.add(&name("shop"), 2, at(120)), Ok(()));
        assert_eq!(counts.add(&name("shop"), 2, at(150)), Ok(()));
        assert_eq!(counts.add(&name("shop"), 2, at(170)), Err(10));
        assert_eq!(counts.add(&name("stock"), 2, at(170)), Ok(()));
        assert_eq!(counts.add(&name("shop"), 2, at(180)), Ok(()));
        assert_eq!(counts.add(&name("shop"), 2, at(60)), Ok(()), "a clock that was set back");
    }
}
