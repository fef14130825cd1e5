//! Entries in the shared tier.

use super::shared::Shared;
use super::trouble::Trouble;
use crate::key::{EntryKey, Fingerprint};
use redis::Cmd;
use std::fmt::Write as _;
use std::time::Duration;

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
        let command = self.read(entries, fingerprints);
        let asked = self.ask(async |mut connection| command.query_async(&mut connection).await);
        let mut found: Vec<Option<Vec<u8>>> = asked.await?;
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
        let command = self.read(entries, &[]);
        self.ask_beside(async |mut connection| command.query_async(&mut connection).await).await
    }

    /// The command that reads both.
    pub(super) fn read(&self, entries: &[EntryKey], fingerprints: &[Fingerprint]) -> Cmd {
        let mut command = redis::cmd("MGET");
        // One buffer for all names: a hot dashboard asks for many.
        let mut name = String::new();
        for key in entries {
            name.clear();
            _ = write!(name, "{}e:{key}", self.config.prefix);
            command.arg(&name);
        }
        for fingerprint in fingerprints {
            name.clear();
            _ = write!(name, "{}n:{fingerprint}", self.config.prefix);
            command.arg(&name);
        }
        command
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
