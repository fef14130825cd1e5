//! [`ComingTokens`]: the provider's tokens of those who have come from it and have not typed their authenticator's
//! code yet. A cookie would be too long for proxies between; so they are here for minutes, sealed, in Redis where
//! replicas share one, else in this process. Where one is lost, the provider asks whose session is to end.

use brisk_accounts::secret;
use brisk_cache::Records;
use brisk_store::Store;
use std::sync::Arc;
use std::time::Duration;

/// The kind of their records in Redis.
const KIND: &str = "coming-token";
/// For how long one is kept: as long as the code may take.
const LIFE: Duration = Duration::from_secs(600);
/// The longest that is kept, in bytes.
const LONGEST: usize = 4_096;
/// How many a process keeps.
const MOST: u64 = 1_000;

/// Tokens that wait for a code.
#[derive(Debug)]
pub(crate) struct ComingTokens {
    shared: Option<Arc<Records>>,
    own: moka::sync::Cache<String, String>,
}

impl ComingTokens {
    /// In `shared`, or else in this process.
    pub(crate) fn new(shared: Option<Arc<Records>>) -> Self {
        let own = moka::sync::Cache::builder().max_capacity(MOST).time_to_live(LIFE).build();
        Self { shared, own }
    }

    /// Keeps the token of the sign-in of that id.
    pub(super) async fn keep(&self, store: &Store, id: &str, token: &str) {
        if token.len() > LONGEST {
            return;
        }
        let name = secret::hash(id);
        let Ok(sealed) = store.seal(&place(&name), token.as_bytes()) else { return };
        match &self.shared {
            None => self.own.insert(name, sealed),
            Some(shared) => {
                if let Err(error) = shared.replace((KIND, &name), None, &sealed, LIFE).await {
                    tracing::debug!(%error, "a provider's token is not kept");
                }
            }
        }
    }

    /// Takes it, for its session.
    pub(super) async fn take(&self, store: &Store, id: &str) -> Option<String> {
        let name = secret::hash(id);
        let sealed = match &self.shared {
            None => self.own.remove(&name)?,
            Some(shared) => {
                let sealed = shared.get(KIND, &name).await.ok()??;
                // It expires by itself.
                let _ = shared.remove(KIND, &name).await;
                sealed
            }
        };
        String::from_utf8(store.unseal(&place(&name), &sealed).ok()?).ok()
    }
}

/// Under what name one is sealed: it cannot be put in another's place.
fn place(name: &str) -> String {
    format!("the token of the sign-in {name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_bench::servers::redis::Redis;
    use brisk_cache::RedisConfig;
    use brisk_domain::{Clock, ManualClock, Timestamp};
    use brisk_test_stores::TestStore;
    use brisk_test_waiting::LIMIT;

    #[tokio::test]
    async fn a_token_is_taken_once_by_its_own_sign_in() {
        let (redis, test) = (Redis::start(&[]).unwrap(), TestStore::sqlite().await);
        let store = &test.store;
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp(0)));
        let shared = || {
            let config = RedisConfig { timeout: LIMIT / 4, ..RedisConfig::parse(&redis.url()) };
            ComingTokens::new(Some(Arc::new(Records::new(config, Arc::clone(&clock)).unwrap())))
        };
        let own = ComingTokens::new(None);
        let (one, other) = (shared(), shared());
        for (keeps, takes) in [(&own, &own), (&one, &other)] {
            keeps.keep(store, "a", "token of a").await;
            keeps.keep(store, "b", "token of b").await;
            keeps.keep(store, "long", &"x".repeat(LONGEST + 1)).await;
            assert_eq!(takes.take(store, "a").await.as_deref(), Some("token of a"));
            for none in ["a", "long", "c"] {
                assert_eq!(takes.take(store, none).await, None, "{none}");
            }
        }
        // In Redis it is nobody's to read, and ends by itself; in the place of another it is none.
        let key = redis.command::<Vec<String>>(&["KEYS", "*"]).unwrap().remove(0);
        let text: String = redis.command(&["GET", &key]).unwrap();
        assert!(!text.contains("token") && redis.command::<i64>(&["PTTL", &key]).unwrap() > 0);
        let place = key.replace(&secret::hash("b"), &secret::hash("c"));
        redis.command::<String>(&["SET", &place, &text]).unwrap();
        assert_eq!(other.take(store, "c").await, None);
    }
}
