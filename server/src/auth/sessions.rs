//! The sessions of browsers: `tower_sessions`' type over [`SessionRecords`], which knows only the hashes
//! of their ids. What requests need of them is read by [`super::state`], which keeps it in memory.

use super::begun::{self, Begun};
use super::session_records::{SessionRecords, TOKEN};
use super::settings::AuthSettings;
use async_trait::async_trait;
use brisk_accounts::{AccountId, secret};
use brisk_domain::{Clock, Timestamp};
use brisk_store::{AuditRecord, SessionRecord, StoreError};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result as StoreResult};
use tower_sessions::{Expiry, Session, SessionStore};

/// What is kept of a session's id.
pub fn hash(id: &Id) -> String {
    secret::hash(&id.to_string())
}

/// Begins, renews and ends sessions.
#[derive(Debug, Clone)]
pub struct Sessions {
    store: Arc<Kept>,
    settings: AuthSettings,
}

/// Where a session is begun.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The browser's own description of itself.
    pub agent: String,
    /// Its address.
    pub address: String,
    /// Who authenticated its owner, and when; if none, a password or a link, now.
    pub begun: Option<Begun>,
    /// The token by which the OpenID provider knows its own session.
    pub token: Option<String>,
}

/// The longest token of a provider that is kept, in bytes: it becomes part of a URL, of which servers
/// accept 8 KiB.
const LONGEST_TOKEN: usize = 4_096;
/// The longest user agent that is kept.
const LONGEST_AGENT: usize = 200;

impl Sessions {
    pub(super) fn new(
        records: SessionRecords,
        clock: Arc<dyn Clock>,
        settings: AuthSettings,
    ) -> Self {
        Self { store: Arc::new(Kept { records, clock }), settings }
    }

    /// Begins a session of an account; the answer is its id, which only the browser keeps.
    pub async fn begin(&self, account: &AccountId, origin: &Origin) -> Result<Id, Failed> {
        let now = self.store.clock.now();
        let expires = time(now.after(self.settings.absolute));
        let session =
            Session::new(None, Arc::clone(&self.store), Some(Expiry::AtDateTime(expires)));
        let agent: String = origin.agent.chars().take(LONGEST_AGENT).collect();
        session.insert(ACCOUNT, account.as_str()).await?;
        session.insert(AGENT, agent).await?;
        session.insert(ADDRESS, &origin.address).await?;
        if let Some(begun) = origin.begun {
            session.insert(begun::BY, begun.by.word()).await?;
            session.insert(begun::AT, begun.at.0).await?;
        }
        if let Some(token) = origin.token.as_deref().filter(|token| token.len() <= LONGEST_TOKEN) {
            let sealed = self.store.records.sealed(token).map_err(|error| {
                tracing::error!(%error, "a session cannot be kept");
                Failed
            })?;
            session.insert(TOKEN, sealed).await?;
        }
        session.save().await?;
        session.id().ok_or(Failed)
    }

    /// Gives a session another id: the old one is of no use any more.
    pub async fn renew(&self, id: Id) -> Result<Id, Failed> {
        let session = Session::new(Some(id), Arc::clone(&self.store), None);
        session.load().await?;
        let expires = session.get::<i64>(EXPIRES).await?;
        let expires = expires.map(|at| Expiry::AtDateTime(time(Timestamp(at))));
        session.set_expiry(expires);
        session.cycle_id().await?;
        session.save().await?;
        session.id().ok_or(Failed)
    }

    /// Ends a session, with who has ended it, if somebody has. `is_known` where it is certain that there was one.
    pub async fn end(
        &self,
        id: Id,
        is_known: bool,
        by: Option<&AuditRecord>,
    ) -> Result<(), Failed> {
        // Not through tower_sessions, which would read it first: it ends even if it cannot be read.
        self.store.records.end(&hash(&id), is_known, by).await.map_err(|error| {
            tracing::error!(%error, "a session cannot be ended");
            Failed
        })
    }
}

/// A session could not be begun, renewed or ended; the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

impl From<tower_sessions::session::Error> for Failed {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "a session cannot be kept");
        Self
    }
}

const ACCOUNT: &str = "account";
const AGENT: &str = "agent";
const ADDRESS: &str = "address";
/// When it began, and when it ends; the store has columns for both.
const CREATED: &str = "created";
const EXPIRES: &str = "expires";

/// Sessions as tower_sessions sees them.
struct Kept {
    records: SessionRecords,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.records.fmt(f)
    }
}

impl Kept {
    fn record(&self, record: &Record) -> Option<SessionRecord> {
        let text = |key: &str| record.data.get(key)?.as_str().map(ToOwned::to_owned);
        let now = self.clock.now();
        let created = record.data.get(CREATED).and_then(serde_json::Value::as_i64);
        Some(SessionRecord {
            hash: hash(&record.id),
            account: AccountId::kept(&text(ACCOUNT)?),
            data: serde_json::to_string(&record.data).ok()?,
            agent: text(AGENT).unwrap_or_default(),
            address: text(ADDRESS).unwrap_or_default(),
            created_at: created.map_or(now, Timestamp),
            seen_at: now,
            expires_at: timestamp(record.expiry_date),
        })
    }
}

#[async_trait]
impl SessionStore for Kept {
    async fn create(&self, record: &mut Record) -> StoreResult<()> {
        loop {
            let kept = self.record(record);
            let kept = kept.ok_or_else(|| Error::Encode("a session is nobody's".into()))?;
            if self.records.add(&kept).await.map_err(failed)? {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> StoreResult<()> {
        let data = serde_json::to_string(&record.data).map_err(|e| Error::Encode(e.to_string()))?;
        self.records.save(&hash(&record.id), &data).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<Record>> {
        let Some(kept) = self.records.get(&hash(id)).await.map_err(failed)? else {
            return Ok(None);
        };
        if kept.expires_at <= self.clock.now() {
            return Ok(None);
        }
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_str(&kept.data).map_err(|e| Error::Decode(e.to_string()))?;
        let mut data = data;
        data.insert(CREATED.into(), kept.created_at.0.into());
        data.insert(EXPIRES.into(), kept.expires_at.0.into());
        Ok(Some(Record { id: *id, data, expiry_date: time(kept.expires_at) }))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.records.end(&hash(id), false, None).await.map_err(failed)
    }
}

fn failed(error: StoreError) -> Error {
    Error::Backend(error.to_string())
}

fn time(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn timestamp(time: OffsetDateTime) -> Timestamp {
    Timestamp(i64::try_from(time.unix_timestamp_nanos() / 1_000).unwrap_or_default())
}
