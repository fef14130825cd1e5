//! [`Change`]: a transaction that writes what somebody has decided (an account, a setting, a secret),
//! and tells all replicas.

use crate::audit::{self, AuditRecord};
use crate::{Store, StoreError};
use sqlx::{Any, AnyConnection, Transaction};
use std::ops::{Deref, DerefMut};

/// What a change is about, for those that follow changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The settings that administrators make in the app.
    Settings,
    /// Accounts, their roles, teams and attributes, sessions, tokens.
    Accounts,
    /// What is warmed, and when.
    Schedules,
    /// The databases that were added in the app.
    Sources,
    /// The webhooks that administrators make in the app.
    Webhooks,
    /// Reports: those made in the app, pauses, who has unsubscribed.
    Reports,
    /// Background jobs that somebody has cancelled, or has had tried again.
    Jobs,
}

impl Topic {
    /// Every topic, with its word in the store.
    pub(crate) const WORDS: [(&'static str, Self); 7] = [
        ("settings", Self::Settings),
        ("accounts", Self::Accounts),
        ("schedules", Self::Schedules),
        ("sources", Self::Sources),
        ("webhooks", Self::Webhooks),
        ("reports", Self::Reports),
        ("jobs", Self::Jobs),
    ];

    pub(crate) fn word(self) -> &'static str {
        let known = Self::WORDS.iter().find(|(_, topic)| *topic == self);
        known.map_or("", |(word, _)| word)
    }
}

/// The transaction of a change. It derefs to its connection; dropped without [`Change::commit`], it has
/// no effect.
#[derive(Debug)]
pub struct Change {
    transaction: Transaction<'static, Any>,
    store: Store,
}

impl Store {
    /// Begins a change. From the first one on, this store is irreplaceable: should it be damaged or
    /// gone, Brisk refuses to start rather than begin with one that has no accounts.
    ///
    /// Changes of one topic run one after another, on all replicas: what one has read or counted in it is still
    /// so when it writes.
    pub(crate) async fn begin_change(&self, topic: Topic) -> Result<Change, StoreError> {
        self.require()?;
        let mut transaction = self.begin().await?;
        // Whoever comes next waits here until this has ended.
        sqlx::query(
            "insert into changes (topic, version) values ($1, 1)
             on conflict (topic) do update set version = changes.version + 1",
        )
        .bind(topic.word())
        .execute(&mut *transaction)
        .await?;
        Ok(Change { transaction, store: self.clone() })
    }
}

impl Change {
    /// Adds the audit record, which is kept if the change is.
    pub(crate) async fn record(&mut self, record: &AuditRecord) -> Result<(), StoreError> {
        audit::insert(&mut self.transaction, record).await
    }

    /// Commits, and tells all replicas.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.store.notify(&mut self.transaction).await?;
        self.transaction.commit().await?;
        self.store.wake();
        Ok(())
    }
}

impl Deref for Change {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.transaction
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}
