//! [`Buckets`]: how much each of many may still ask for, as tokens that come back. Replicas that share a
//! Redis take from the same buckets without waiting for it: each process takes from what it knows,
//! reports that to Redis right afterwards, and learns what the others have taken. So the excess is
//! limited to what is asked for during one round trip. Without Redis, or while it is in trouble, each
//! process counts for itself.

use brisk_cache::{BucketSize, Records};
use futures::future::join_all;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Buckets that are remembered; of more, those from which little was taken are forgotten.
const REMEMBERED: usize = 10_000;
/// How often Redis is updated, at most.
const PACE: Duration = Duration::from_millis(50);
/// How many buckets one update has, at most.
const AT_A_TIME: usize = 500;

/// The buckets of one kind. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Buckets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: &'static str,
    size: BucketSize,
    all: Mutex<HashMap<String, Bucket>>,
    shared: Option<Arc<Records>>,
    taken: Notify,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
    /// What was taken here and is not yet reported to Redis.
    untold: f64,
}

/// How long to wait for the next token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Empty {
    /// Whole seconds, one at least.
    pub seconds: u32,
}

impl Buckets {
    /// Full ones, each of which holds `most`. Their tokens are shared with all that use the same `kind`
    /// in `shared`.
    pub fn new(
        kind: &'static str,
        most: u32,
        each_second: f64,
        shared: Option<Arc<Records>>,
    ) -> Self {
        let size = BucketSize { most: f64::from(most), each_second };
        let (all, taken) = (Mutex::default(), Notify::new());
        Self(Arc::new(Inner { kind, size, all, shared, taken }))
    }

    /// Takes one, at once.
    pub fn take(&self, name: &str) -> Result<(), Empty> {
        self.with(name, |bucket| {
            if bucket.tokens < 1.0 {
                return Err(self.empty(bucket.tokens));
            }
            bucket.tokens -= 1.0;
            bucket.untold += 1.0;
            Ok(())
        })?;
        self.0.taken.notify_one();
        Ok(())
    }

    /// Takes one once Redis has answered, for what is rare enough to wait for that.
    pub async fn take_surely(&self, name: &str) -> Result<(), Empty> {
        let Some(shared) = &self.0.shared else { return self.take(name) };
        match shared.take((self.0.kind, name), self.0.size, 1.0, true).await {
            Ok(left) if left < 0.0 => {
                // It has less than one.
                self.with(name, |bucket| bucket.tokens = bucket.tokens.min(left + 1.0));
                Err(self.empty(left + 1.0))
            }
            Ok(left) => {
                self.learn(name, left);
                Ok(())
            }
            Err(_) => self.take(name),
        }
    }

    /// Reads from Redis a bucket that is unknown here, so that a process that has just started does not
    /// begin with full ones.
    pub async fn know(&self, name: &str) {
        let Some(shared) = &self.0.shared else { return };
        if self.lock().contains_key(name) {
            return;
        }
        if let Ok(left) = shared.take((self.0.kind, name), self.0.size, 0.0, false).await {
            self.learn(name, left);
        }
    }

    /// Reports to Redis what was taken, for as long as it is polled.
    pub async fn share(&self) -> Infallible {
        let Some(shared) = &self.0.shared else { return std::future::pending().await };
        loop {
            self.0.taken.notified().await;
            let untold = self.untold();
            let is_more = untold.len() == AT_A_TIME;
            let told = untold.into_iter().map(async |(name, amount)| {
                let left = shared.take((self.0.kind, &name), self.0.size, amount, false).await;
                match left {
                    Ok(left) => self.learn(&name, left),
                    // It is counted here; when Redis is back, it counts from then on.
                    Err(trouble) => tracing::debug!(%trouble, "what is asked for is not counted"),
                }
            });
            join_all(told).await;
            if is_more {
                self.0.taken.notify_one();
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// What is to be reported to Redis next; it counts as reported.
    fn untold(&self) -> Vec<(String, f64)> {
        let mut all = self.lock();
        let untold = all.iter_mut().filter(|(_, bucket)| bucket.untold > 0.0).take(AT_A_TIME);
        untold.map(|(name, bucket)| (name.clone(), std::mem::take(&mut bucket.untold))).collect()
    }

    /// Notes that `left` remain over all replicas, without what was taken here since.
    fn learn(&self, name: &str, left: f64) {
        self.with(name, |bucket| bucket.tokens = left - bucket.untold);
    }

    fn empty(&self, tokens: f64) -> Empty {
        let seconds = ((1.0 - tokens) / self.0.size.each_second).ceil().max(1.0);
        Empty { seconds: seconds as u32 }
    }

    fn with<T>(&self, name: &str, act: impl FnOnce(&mut Bucket) -> T) -> T {
        let (now, size) = (Instant::now(), self.0.size);
        let mut all = self.lock();
        if all.len() >= REMEMBERED && !all.contains_key(name) {
            all.retain(|_, bucket| {
                bucket.fill(size, now);
                bucket.tokens < size.most / 2.0
            });
            if all.len() >= REMEMBERED {
                all.clear();
            }
        }
        let full = Bucket { tokens: size.most, at: now, untold: 0.0 };
        let bucket = all.entry(name.to_owned()).or_insert(full);
        bucket.fill(size, now);
        act(bucket)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Bucket>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn fill(&mut self, size: BucketSize, now: Instant) {
        let gone = now.saturating_duration_since(self.at).as_secs_f64();
        (self.tokens, self.at) = ((self.tokens + gone * size.each_second).min(size.most), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So slowly that no machine is slow enough to see it.
    fn buckets(most: u32) -> Buckets {
        Buckets::new("tests", most, 0.000_1, None)
    }

    #[tokio::test]
    async fn each_has_so_many_tokens_and_then_has_to_wait() {
        let buckets = buckets(2);
        assert_eq!(buckets.take("ann"), Ok(()));
        assert_eq!(buckets.take_surely("ann").await, Ok(()));
        assert!(buckets.take("ann").unwrap_err().seconds > 1);
        assert!(buckets.take_surely("ann").await.is_err());
        assert_eq!(buckets.take("ben"), Ok(()));
    }

    #[test]
    fn what_others_have_taken_counts_and_what_was_taken_here_since() {
        let buckets = buckets(10);
        buckets.take("ann").unwrap();
        assert_eq!(buckets.untold(), [("ann".to_owned(), 1.0)]);
        buckets.take("ann").unwrap();
        // Others have taken all but three.
        buckets.learn("ann", 3.0);
        let taken = (0..10).filter(|_| buckets.take("ann").is_ok()).count();
        assert_eq!(taken, 2);
        assert_eq!(buckets.untold(), [("ann".to_owned(), 3.0)]);
        assert!(buckets.untold().is_empty());
        buckets.learn("ann", -5.0);
        assert!(buckets.take("ann").is_err());
    }

    #[test]
    fn they_are_forgotten_and_not_without_bound() {
        let buckets = buckets(5);
        for at in 0..REMEMBERED + 10 {
            buckets.take(&at.to_string()).unwrap();
        }
        assert!(buckets.lock().len() <= REMEMBERED);
    }
}
