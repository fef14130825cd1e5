//! Leases: of all processes, one loads an entry. A lease expires if its holder dies, and is given
//! back on every other way out.

use super::channel::Message;
use super::shared::Shared;
use super::trouble::Trouble;
use crate::key::EntryKey;
use redis::Script;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Whether the lease is the holder's from now on. Whose it is instead is not told: it may be anything.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local holder = redis.call('GET', KEYS[1]) \
         if holder and holder ~= ARGV[1] then return 0 end \
         redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1",
    )
});
/// Only the holder may renew or end a lease; by now that may be another process.
static RENEW: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then \
         return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end",
    )
});
static END: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then \
         return redis.call('DEL', KEYS[1]) else return 0 end",
    )
});

/// Identifies the holder of a lease: random, and the same for all attempts of one load.
pub(crate) type Token = Box<[u8]>;

/// A lease that this process holds, and renews until it is dropped or given back.
pub(crate) struct Lease {
    shared: Arc<Shared>,
    key: EntryKey,
    token: Token,
    renewal: tokio::task::AbortHandle,
    given_back: bool,
}

impl Shared {
    /// The lease of `key` under `token`, or `None` while another process holds it. A late answer
    /// may have been a success: asking again with the same token then succeeds.
    pub(crate) async fn lease(
        self: &Arc<Self>,
        key: EntryKey,
        token: &Token,
    ) -> Result<Option<Lease>, Trouble> {
        let (name, time) = (self.key("l", &key), self.lease_time());
        let taken = self.ask(async |mut connection| {
            TAKE.key(name).arg(&**token).arg(time).invoke_async::<i64>(&mut connection).await
        });
        if taken.await? == 0 {
            return Ok(None);
        }
        let token = token.clone();
        let renewal = tokio::spawn(renew(Arc::clone(self), key, token.clone())).abort_handle();
        Ok(Some(Lease { shared: Arc::clone(self), key, token, renewal, given_back: false }))
    }

    fn lease_time(&self) -> u64 {
        u64::try_from(self.config.lease.as_millis()).unwrap_or(u64::MAX).max(10)
    }

    async fn end_lease(&self, key: &EntryKey, token: &[u8]) -> Result<(), Trouble> {
        let name = self.key("l", key);
        self.ask(async |mut connection| {
            END.key(name).arg(token).invoke_async::<i64>(&mut connection).await.map(|_| ())
        })
        .await
    }
}

/// Renews a lease until its holder drops it.
async fn renew(shared: Arc<Shared>, key: EntryKey, token: Token) {
    loop {
        tokio::time::sleep(shared.config.lease.max(Duration::from_millis(30)) / 3).await;
        let (name, time) = (shared.key("l", &key), shared.lease_time());
        let renewed = shared.ask(async |mut connection| {
            RENEW.key(name).arg(&*token).arg(time).invoke_async::<i64>(&mut connection).await
        });
        if matches!(renewed.await, Ok(0)) {
            tracing::debug!(%key, "lease expired before its load ended");
            return;
        }
    }
}

impl Lease {
    /// Gives the lease back; the others may proceed at once.
    pub(crate) async fn give_back(mut self) {
        self.given_back = true;
        self.renewal.abort();
        // If that fails, it expires.
        let _ = self.shared.end_lease(&self.key, &self.token).await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
        if self.given_back {
            return;
        }
        let (shared, key, token) = (Arc::clone(&self.shared), self.key, self.token.clone());
        // Outside a runtime the process is exiting, and the lease expires.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let _ = shared.end_lease(&key, &token).await;
                // Waiters elsewhere may lead now.
                shared.publish(&Message::Landed(key)).await;
            });
        }
    }
}
