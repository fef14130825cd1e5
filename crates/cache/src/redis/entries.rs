//! Entries in the shared tier.

use super::connection::Connection;
use super::shared::Shared;
use super::trouble::Trouble;
use crate::key::{EntryKey, Fingerprint};
use futures::future::try_join_all;
use redis::{Cmd, RedisError, Script};
use std::sync::LazyLock;
use std::time::Duration;

/// What is stored, as far as it is no longer than an entry can be: a text in Redis may have 512 MiB, and
/// would be in memory before anybody could look at it.
static READ: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local most, found = tonumber(ARGV[1]), redis.call('MGET', unpack(KEYS))\n\
         for i = 1, #KEYS do if found[i] and #found[i] > most then found[i] = false end end\n\
         return found",
    )
});

impl Shared {
    /// The bytes under `entries`, and the keys of the newest entries of `fingerprints`, in one
    /// round trip.
    pub(crate) async fn entries(
        &self,
        entries: &[EntryKey],
        fingerprints: &[Fingerprint],
    ) -> Result<(Vec<Option<Vec<u8>>>, Vec<Option<EntryKey>>), Trouble> {
        if entries.is_empty() && fingerprints.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let names = self.names(entries, fingerprints);
        let asked = self.ask(async |connection| self.values(connection, &names).await);
        let mut found = asked.await?;
        if found.len() != entries.len() + fingerprints.len() {
            return Err(Trouble::Failed("it answered with another number of entries".into()));
        }
        let newest = found.split_off(entries.len());
        let newest = newest.into_iter().map(|bytes| EntryKey::from_bytes(&bytes?)).collect();
        Ok((found, newest))
    }

    /// The bytes under `entries`, for a caller that waits for the generations at the same time.
    pub(crate) async fn entries_beside(
        &self,
        entries: &[EntryKey],
    ) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        let names = self.names(entries, &[]);
        self.ask_beside(async |connection| self.values(connection, &names).await).await
    }

    /// The names of both in Redis.
    pub(super) fn names(&self, entries: &[EntryKey], fingerprints: &[Fingerprint]) -> Vec<String> {
        let entries = entries.iter().map(|key| self.key("e", key));
        entries.chain(fingerprints.iter().map(|fingerprint| self.key("n", fingerprint))).collect()
    }

    /// The command that reads them, once Redis knows its script.
    pub(super) fn reading_values(&self, names: &[String]) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        command.arg(READ.get_hash()).arg(names.len()).arg(names).arg(self.longest);
        command
    }

    /// What is under `names`.
    async fn values(
        &self,
        mut connection: Connection,
        names: &[String],
    ) -> Result<Vec<Option<Vec<u8>>>, RedisError> {
        if !self.config.cluster {
            let mut script = READ.prepare_invoke();
            names.iter().for_each(|name| _ = script.key(name));
            return script.arg(self.longest).invoke_async(&mut connection).await;
        }
        // They are on several nodes, each of which runs a script for what it has.
        let each = names.iter().map(|name| {
            let mut connection = connection.clone();
            async move {
                let mut script = READ.key(name);
                script.arg(self.longest);
                let found: Vec<Option<Vec<u8>>> = script.invoke_async(&mut connection).await?;
                Ok::<_, RedisError>(found.into_iter().next().flatten())
            }
        });
        try_join_all(each).await
    }

    /// Stores `bytes` under `key` for `life`, as the newest entry of `fingerprint`.
    pub(crate) async fn store(
        &self,
        fingerprint: &Fingerprint,
        key: &EntryKey,
        bytes: &[u8],
        life: Duration,
    ) -> Result<(), Trouble> {
        let milliseconds = u64::try_from(life.as_millis()).unwrap_or(u64::MAX).max(1);
        let set = |name: String, value: &[u8]| {
            let mut command = redis::cmd("SET");
            command.arg(name).arg(value).arg("PX").arg(milliseconds);
            command
        };
        let entry = set(self.key("e", key), bytes);
        let newest = set(self.key("n", fingerprint), key.as_bytes());
        self.ask(async |mut connection| {
            let mut other = connection.clone();
            let stored = entry.exec_async(&mut connection);
            futures::future::try_join(stored, newest.exec_async(&mut other)).await.map(|_| ())
        })
        .await
    }

    /// Forgets what is stored under `keys`.
    pub(crate) async fn forget(&self, keys: &[EntryKey]) -> Result<(), Trouble> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut command = redis::cmd("UNLINK");
        for key in keys {
            command.arg(self.key("e", key));
        }
        self.ask(async |mut connection| command.exec_async(&mut connection).await).await
    }
}
