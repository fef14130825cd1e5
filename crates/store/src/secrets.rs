//! Secrets in the store, encrypted under one key that all replicas have; `key_change` replaces it.

use crate::sealing::Sealing;
use crate::secret_key::{KeyOrigin, SecretKey};
use crate::{Store, StoreError};
use ring::digest::{SHA256, digest};
use sqlx::Row as _;
use std::path::Path;
use std::sync::Arc;

/// The text that the store keeps encrypted, to recognise its key.
pub(crate) const CHECK: &str = "the check of the key";
/// The name of its row.
pub(crate) const KEY: &str = "current";

impl Store {
    /// The same store, with the key to its secrets. If the store has no key yet, this process's key
    /// becomes the store's; a process with another key is refused. A key file is written where there is
    /// none, unless the store has a key already.
    pub async fn unlocked(self, origin: &KeyOrigin) -> Result<Self, StoreError> {
        Ok(self.unlocked_after(origin, None).await?.0)
    }

    /// The same where the key may have changed: what is sealed under `before` is sealed again under the
    /// present key, all of it or nothing. The answer also has how many secrets that were, if the key was
    /// changed.
    pub async fn unlocked_after(
        self,
        origin: &KeyOrigin,
        before: Option<&SecretKey>,
    ) -> Result<(Self, Option<u64>), StoreError> {
        let stored = self.key_check().await?;
        let (key, drawn) = match origin {
            KeyOrigin::Given(key) => (key.clone(), None),
            KeyOrigin::File(path) => match (SecretKey::read(path)?, &stored) {
                (Some(key), _) => (key, None),
                (None, Some((id, _))) if before.is_none_or(|before| before.id() != *id) => {
                    return Err(StoreError::NoKey { id: id.clone(), path: path.clone() });
                }
                (None, _) => (SecretKey::draw(path)?, Some(path.as_path())),
            },
        };
        let sealing = Sealing::under(&key).ok_or(StoreError::Locked)?;
        let before = before.filter(|before| **before != key);
        let sealing = match before {
            Some(before) => sealing.after(Sealing::under(before).ok_or(StoreError::Locked)?),
            None => sealing,
        };
        let checked = self.check(&key, &sealing, stored).await;
        if let (Err(StoreError::OtherKey { .. }), Some(drawn)) = (&checked, drawn) {
            // Another replica was first: this key is unused.
            forget(drawn);
        }
        checked?;
        let changed = match before {
            Some(before) => self.change_key((&key, &sealing), before).await?,
            None => None,
        };
        Ok((Self { sealing: Some(Arc::new(sealing)), ..self }, changed))
    }

    /// The same store, with the key to its secrets, for a process that only reads: a key is neither
    /// drawn nor changed, and what is sealed under `before` can be read, too.
    pub async fn readable(
        self,
        origin: &KeyOrigin,
        before: Option<&SecretKey>,
    ) -> Result<Self, StoreError> {
        // Without one, there is no secret.
        let Some((id, value)) = self.key_check().await? else { return Ok(self) };
        let key = match origin {
            KeyOrigin::Given(key) => key.clone(),
            KeyOrigin::File(path) => {
                let known = SecretKey::read(path)?.or_else(|| before.cloned());
                known.ok_or_else(|| StoreError::NoKey { id: id.clone(), path: path.clone() })?
            }
        };
        let sealing = Sealing::under(&key).ok_or(StoreError::Locked)?;
        let sealing = match before {
            Some(before) => sealing.after(Sealing::under(before).ok_or(StoreError::Locked)?),
            None => sealing,
        };
        match sealing.unseal(CHECK, &value) {
            Ok(_) => Ok(Self { sealing: Some(Arc::new(sealing)), ..self }),
            Err(_) => Err(StoreError::OtherKey { stored: id, own: key.id() }),
        }
    }

    /// `secret`, sealed for the store as that of `record`, such as "webhook pipeline".
    pub fn seal(&self, record: &str, secret: &[u8]) -> Result<String, StoreError> {
        let sealing = self.sealing.as_ref().ok_or(StoreError::Locked)?;
        sealing.seal(record, secret).map_err(|error| StoreError::Sealing(record.into(), error))
    }

    /// The secret of `record`.
    pub fn unseal(&self, record: &str, sealed: &str) -> Result<Vec<u8>, StoreError> {
        let sealing = self.sealing.as_ref().ok_or(StoreError::Locked)?;
        sealing.unseal(record, sealed).map_err(|_| StoreError::Unreadable(record.into()))
    }

    /// Tells this store and its copies from all others; it changes with the key.
    pub async fn lineage(&self) -> Result<String, StoreError> {
        let check = self.key_check().await?.map(|(_, check)| check).unwrap_or_default();
        let digest = digest(&SHA256, check.as_bytes());
        Ok(digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// The id of the store's key, and what only it opens.
    async fn key_check(&self) -> Result<Option<(String, String)>, StoreError> {
        let row = sqlx::query("select key_id, check_value from secret_key where name = $1")
            .bind(KEY)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| (row.get(0), row.get(1))))
    }

    async fn check(
        &self,
        key: &SecretKey,
        sealing: &Sealing,
        stored: Option<(String, String)>,
    ) -> Result<(), StoreError> {
        let stored = match stored {
            Some(stored) => stored,
            None => {
                let value = sealing.seal(CHECK, CHECK.as_bytes());
                let value = value.map_err(|error| StoreError::Sealing(CHECK.into(), error))?;
                sqlx::query(
                    "insert into secret_key (name, key_id, check_value) values ($1, $2, $3)
                     on conflict (name) do nothing",
                )
                .bind(KEY)
                .bind(key.id())
                .bind(value)
                .execute(&self.pool)
                .await?;
                // Another process may have been first.
                self.key_check().await?.ok_or(StoreError::Locked)?
            }
        };
        let (id, value) = stored;
        match sealing.unseal(CHECK, &value) {
            Ok(text) if text == CHECK.as_bytes() => Ok(()),
            _ => Err(StoreError::OtherKey { stored: id, own: key.id() }),
        }
    }
}

fn forget(drawn: &Path) {
    // If it stays, the next start reports the same error.
    let _ = std::fs::remove_file(drawn);
}
