//! The sessions of browsers, by the hashes of their ids. With Redis, the server keeps them there, and
//! the store only their ends (`session_ends`).

use crate::access_state::count;
use crate::audit::AuditRecord;
use crate::change::Topic;
use crate::{Store, StoreError, session_ends};
use brisk_accounts::AccountId;
use brisk_domain::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// The hash of its id.
    pub hash: String,
    /// Who has signed in.
    pub account: AccountId,
    /// What else it holds, as the server writes it.
    pub data: String,
    /// The browser's own description of itself.
    pub agent: String,
    /// The address that it was begun from.
    pub address: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last, roughly.
    pub seen_at: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
}

impl Store {
    /// Keeps a new session, and notes that its account was signed in to; `false` where a session of that
    /// hash exists already.
    pub async fn add_session(&self, session: &SessionRecord) -> Result<bool, StoreError> {
        // Nobody's rights change: replicas are not told.
        self.require()?;
        let mut change = self.begin().await?;
        let added = sqlx::query(
            "insert into sessions (hash, account, data, agent, address, created_at, seen_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (hash) do nothing",
        )
        .bind(&session.hash)
        .bind(session.account.as_str())
        .bind(&session.data)
        .bind(&session.agent)
        .bind(&session.address)
        .bind(session.created_at.0)
        .bind(session.seen_at.0)
        .bind(session.expires_at.0)
        .execute(&mut *change)
        .await?;
        sqlx::query("update accounts set signed_in_at = $1 where id = $2")
            .bind(session.seen_at.0)
            .bind(session.account.as_str())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(added.rows_affected() > 0)
    }

    /// Keeps what a session holds.
    pub async fn save_session(&self, hash: &str, data: &str) -> Result<(), StoreError> {
        let sql = "update sessions set data = $1 where hash = $2";
        sqlx::query(sql).bind(data).bind(hash).execute(&self.pool).await?;
        Ok(())
    }

    /// The session of that hash, even if it has expired.
    pub async fn session(&self, hash: &str) -> Result<Option<SessionRecord>, StoreError> {
        let row = sqlx::query(
            "select hash, account, data, agent, address, created_at, seen_at, expires_at
             from sessions where hash = $1",
        )
        .bind(hash)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.as_ref().map(session))
    }

    /// The sessions of an account, the latest first.
    pub async fn sessions_of(&self, id: &AccountId) -> Result<Vec<SessionRecord>, StoreError> {
        let rows = sqlx::query(
            "select hash, account, data, agent, address, created_at, seen_at, expires_at
             from sessions where account = $1 order by seen_at desc, hash",
        )
        .bind(id.as_str())
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(session).collect())
    }

    /// The hashes of those sessions of an account that are beyond so many, of which the latest count.
    pub async fn sessions_beyond(
        &self,
        id: &AccountId,
        most: u32,
    ) -> Result<Vec<String>, StoreError> {
        // Each one that is added ends those, so that there are few; SQLite knows no offset without a limit.
        let sql = "select hash from sessions where account = $1 order by created_at desc, hash \
                   limit 1000 offset $2";
        let rows = sqlx::query(sql).bind(id.as_str()).bind(i64::from(most)).fetch_all(&self.pool);
        Ok(rows.await?.iter().map(|row| row.get(0)).collect())
    }

    /// Notes when sessions were used.
    pub async fn sessions_seen(&self, seen: &[(String, Timestamp)]) -> Result<(), StoreError> {
        if seen.is_empty() {
            return Ok(());
        }
        let mut change = self.begin().await?;
        for (hash, at) in seen {
            sqlx::query("update sessions set seen_at = $1 where hash = $2 and seen_at < $1")
                .bind(at.0)
                .bind(hash)
                .execute(&mut *change)
                .await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// Ends the session of that hash, with who has ended it, if somebody has.
    pub async fn end_session(
        &self,
        hash: &str,
        by: Option<&AuditRecord>,
    ) -> Result<(), StoreError> {
        // Anybody can send an id: what nobody has begun changes nobody's rights, and keeps no change waiting.
        if self.session(hash).await?.is_none() {
            return Ok(());
        }
        let mut change = self.begin_change(Topic::Accounts).await?;
        let ended = sqlx::query("delete from sessions where hash = $1")
            .bind(hash)
            .execute(&mut *change)
            .await?;
        if ended.rows_affected() == 0 {
            return Ok(());
        }
        count(&mut change).await?;
        if let Some(by) = by {
            change.record(by).await?;
        }
        change.commit().await
    }

    /// Ends all sessions of an account, with who has ended them, if somebody has.
    pub async fn end_sessions_of(
        &self,
        id: &AccountId,
        by: Option<&AuditRecord>,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        session_ends::end_all(&mut change, id.as_str()).await?;
        count(&mut change).await?;
        if let Some(by) = by {
            change.record(by).await?;
        }
        change.commit().await
    }

    /// Forgets sessions that have expired by `now`, or that were not used since `idle`.
    pub async fn forget_sessions(&self, now: Timestamp, idle: Timestamp) -> Result<(), StoreError> {
        let sql = "delete from sessions where expires_at <= $1 or seen_at <= $2";
        sqlx::query(sql).bind(now.0).bind(idle.0).execute(&self.pool).await?;
        Ok(())
    }
}

fn session(row: &AnyRow) -> SessionRecord {
    SessionRecord {
        hash: row.get(0),
        account: AccountId::kept(row.get(1)),
        data: row.get(2),
        agent: row.get(3),
        address: row.get(4),
        created_at: Timestamp(row.get(5)),
        seen_at: Timestamp(row.get(6)),
        expires_at: Timestamp(row.get(7)),
    }
}
