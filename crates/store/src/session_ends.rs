//! The ends of sessions that are kept in Redis. Whatever Redis returns, has forgotten, or brings back
//! from a backup: a session that has ended here stays ended.

use crate::access_state::count;
use crate::audit::{Actor, AuditRecord};
use crate::change::Topic;
use crate::secret_key::random;
use crate::{Store, StoreError};
use brisk_accounts::AccountId;
use brisk_domain::Timestamp;
use sqlx::{AnyConnection, Row as _};

impl Store {
    /// The number under which an account's sessions begin now.
    pub async fn session_number(&self, account: &AccountId) -> Result<i64, StoreError> {
        let row = sqlx::query("select number from session_ends where account = $1")
            .bind(account.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map_or(0, |row| row.get(0)))
    }

    /// Whether the session of that hash, begun under that number, has not ended.
    pub async fn holds_session(
        &self,
        hash: &str,
        account: &AccountId,
        number: i64,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select coalesce((select number from session_ends where account = $1), 0),
               (select count(*) from ended_sessions where hash = $2)",
        )
        .bind(account.as_str())
        .bind(hash)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.get::<i64, _>(0) == number && row.get::<i64, _>(1) == 0)
    }

    /// Notes that the session of that hash has ended, which would have gone on until `expires_at` at most, with
    /// who has ended it, if somebody has. One that has ended already has not ended once more.
    pub async fn note_session_end(
        &self,
        hash: &str,
        expires_at: Timestamp,
        by: Option<&AuditRecord>,
    ) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        let noted = sqlx::query(
            "insert into ended_sessions (hash, expires_at) values ($1, $2) on conflict (hash) do nothing",
        )
        .bind(hash)
        .bind(expires_at.0)
        .execute(&mut *change)
        .await?;
        if noted.rows_affected() == 0 {
            return Ok(());
        }
        count(&mut change).await?;
        if let Some(by) = by {
            change.record(by).await?;
        }
        change.commit().await
    }

    /// Ends all sessions, and the one-time links that may have been used already: this store was set
    /// back, after a version up to `highest` was seen. Of several replicas that notice, one does so.
    pub async fn end_all_sessions(&self, highest: i64, at: Timestamp) -> Result<(), StoreError> {
        let mut change = self.begin_change(Topic::Accounts).await?;
        let sql = "update access_state set version = $1 where id = 1 and version < $1";
        let first = sqlx::query(sql).bind(highest.saturating_add(1)).execute(&mut *change).await?;
        if first.rows_affected() == 0 {
            return Ok(());
        }
        for sql in ["delete from sessions", "delete from links"] {
            sqlx::query(sql).execute(&mut *change).await?;
        }
        // Sessions in Redis: their accounts get a number that none was begun under.
        let number =
            random::<7>().map_err(|error| StoreError::Sealing("a number".into(), error))?;
        let number = number.iter().fold(0, |number, byte| number << 8 | i64::from(*byte));
        sqlx::query(
            "insert into session_ends (account, number) select id, $1 from accounts where true
             on conflict (account) do update set number = excluded.number",
        )
        .bind(number)
        .execute(&mut *change)
        .await?;
        let record = AuditRecord {
            at,
            actor: Actor { name: "brisk serve".into(), address: String::new() },
            action: "store set back".into(),
            subject: "store".into(),
            before: None,
            after: Some("all sessions and one-time links have ended".into()),
        };
        change.record(&record).await?;
        change.commit().await
    }

    /// Notes that an account was signed in to.
    pub async fn signed_in(&self, account: &AccountId, at: Timestamp) -> Result<(), StoreError> {
        // As with a session that is kept here: from now on the store must not be begun anew.
        self.require()?;
        sqlx::query("update accounts set signed_in_at = $1 where id = $2")
            .bind(at.0)
            .bind(account.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets the ends of sessions that would have ended by `now` anyway.
    pub async fn forget_session_ends(&self, now: Timestamp) -> Result<(), StoreError> {
        let sql = "delete from ended_sessions where expires_at <= $1";
        sqlx::query(sql).bind(now.0).execute(&self.pool).await?;
        Ok(())
    }
}

/// Ends all sessions of an account, wherever they are kept, in the caller's transaction.
pub(crate) async fn end_all(change: &mut AnyConnection, account: &str) -> Result<(), StoreError> {
    sqlx::query("delete from sessions where account = $1")
        .bind(account)
        .execute(&mut *change)
        .await?;
    sqlx::query(
        "insert into session_ends (account, number) values ($1, 1)
         on conflict (account) do update set number = session_ends.number + 1",
    )
    .bind(account)
    .execute(&mut *change)
    .await?;
    Ok(())
}
