//! Failed sign-ins, counted over all processes; and the addresses that accounts were signed in to from,
//! which are not slowed because somebody elsewhere guesses.

use crate::{Store, StoreError};
use brisk_accounts::AccountId;
use brisk_accounts::throttle::Throttle;
use brisk_domain::Timestamp;
use sqlx::Row as _;

impl Store {
    /// What is known of a subject's tries.
    pub async fn throttle(&self, subject: &str) -> Result<Option<Throttle>, StoreError> {
        let row = sqlx::query("select failures, last_at from sign_in_failures where subject = $1")
            .bind(subject)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| Throttle {
            failures: u32::try_from(row.get::<i64, _>(0)).unwrap_or(u32::MAX),
            last: Timestamp(row.get(1)),
        }))
    }

    /// Writes down `next`, if the throttle is still `before`; whether it was. Of several tries at the
    /// same moment one succeeds, and the others read again.
    pub async fn set_throttle(
        &self,
        subject: &str,
        before: Option<Throttle>,
        next: Throttle,
    ) -> Result<bool, StoreError> {
        let query = match before {
            None => sqlx::query(
                "insert into sign_in_failures (subject, failures, last_at) values ($1, $2, $3)
                 on conflict (subject) do nothing",
            )
            .bind(subject)
            .bind(i64::from(next.failures))
            .bind(next.last.0),
            Some(before) => sqlx::query(
                "update sign_in_failures set failures = $2, last_at = $3
                 where subject = $1 and failures = $4 and last_at = $5",
            )
            .bind(subject)
            .bind(i64::from(next.failures))
            .bind(next.last.0)
            .bind(i64::from(before.failures))
            .bind(before.last.0),
        };
        Ok(query.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Forgets the tries of a subject: one was right.
    pub async fn forgive(&self, subject: &str) -> Result<(), StoreError> {
        let sql = "delete from sign_in_failures where subject = $1";
        sqlx::query(sql).bind(subject).execute(&self.pool).await?;
        Ok(())
    }

    /// Takes back one try of a subject that was right, where others may have been wrong.
    pub async fn forgive_one(&self, subject: &str) -> Result<(), StoreError> {
        let sql = "update sign_in_failures set failures = failures - 1
                   where subject = $1 and failures > 0";
        sqlx::query(sql).bind(subject).execute(&self.pool).await?;
        Ok(())
    }

    /// Forgets tries from before `since`.
    pub async fn forget_failures(&self, since: Timestamp) -> Result<(), StoreError> {
        let sql = "delete from sign_in_failures where last_at < $1";
        sqlx::query(sql).bind(since.0).execute(&self.pool).await?;
        Ok(())
    }

    /// Notes that an account was signed in to from an address.
    pub async fn know_address(
        &self,
        id: &AccountId,
        address: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into known_addresses (account, address, seen_at) values ($1, $2, $3)
             on conflict (account, address) do update set seen_at = excluded.seen_at",
        )
        .bind(id.as_str())
        .bind(address)
        .bind(now.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Whether an account was signed in to from an address after `since`.
    pub async fn knows_address(
        &self,
        id: &AccountId,
        address: &str,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "select seen_at from known_addresses
                   where account = $1 and address = $2 and seen_at > $3";
        let row = sqlx::query(sql)
            .bind(id.as_str())
            .bind(address)
            .bind(since.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }
}
