//! What watched queries returned last, for all replicas, which take turns at them.

use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::time::Duration;

/// What a watched query returned last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchRecord {
    /// Its source.
    pub source: String,
    /// Its name.
    pub name: String,
    /// A hash of the result; none before the first one.
    pub hash: Option<String>,
    /// The beginning of the result.
    pub shown: String,
    /// When it ran last.
    pub checked_at: Option<Timestamp>,
    /// When its result last changed.
    pub changed_at: Option<Timestamp>,
    /// Why the latest run failed.
    pub error: Option<String>,
    /// Since when runs have failed.
    pub failing_since: Option<Timestamp>,
}

impl WatchRecord {
    /// One that has not run.
    pub fn new(source: &str, name: &str) -> Self {
        Self { source: source.to_owned(), name: name.to_owned(), ..Self::default() }
    }
}

impl Store {
    /// All of them, by source and name.
    pub async fn watches(&self) -> Result<Vec<WatchRecord>, StoreError> {
        let rows = sqlx::query(
            "select source, name, hash, shown, checked_at, changed_at, error, failing_since
             from watched_values order by source, name",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(record).collect())
    }

    /// What is known of a query that runs every `pace`, if it is due: then no other replica runs it before
    /// the next time. A clock that was set back makes it due.
    pub async fn claim_watch(
        &self,
        source: &str,
        name: &str,
        now: Timestamp,
        pace: Duration,
    ) -> Result<Option<WatchRecord>, StoreError> {
        let pace = i64::try_from(pace.as_micros()).unwrap_or(i64::MAX);
        let mut change = self.begin().await?;
        sqlx::query(
            "insert into watched_values (source, name, shown) values ($1, $2, '')
             on conflict (source, name) do nothing",
        )
        .bind(source)
        .bind(name)
        .execute(&mut *change)
        .await?;
        let claimed = sqlx::query(
            "update watched_values set checked_at = $1
             where source = $2 and name = $3
               and (checked_at is null or checked_at <= $4 or checked_at > $1)
             returning source, name, hash, shown, checked_at, changed_at, error, failing_since",
        )
        .bind(now.0)
        .bind(source)
        .bind(name)
        .bind(now.0.saturating_sub(pace))
        .fetch_optional(&mut *change)
        .await?;
        change.commit().await?;
        Ok(claimed.as_ref().map(record))
    }

    /// Keeps what a query returned.
    pub async fn keep_watch(&self, record: &WatchRecord) -> Result<(), StoreError> {
        sqlx::query(
            "update watched_values set hash = $1, shown = $2, checked_at = $3, changed_at = $4,
               error = $5, failing_since = $6
             where source = $7 and name = $8",
        )
        .bind(&record.hash)
        // PostgreSQL stores no NUL.
        .bind(record.shown.replace('\0', "\u{fffd}"))
        .bind(record.checked_at.map(|at| at.0))
        .bind(record.changed_at.map(|at| at.0))
        .bind(record.error.as_ref().map(|error| error.replace('\0', "\u{fffd}")))
        .bind(record.failing_since.map(|at| at.0))
        .bind(&record.source)
        .bind(&record.name)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

fn record(row: &AnyRow) -> WatchRecord {
    let time = |at| row.get::<Option<i64>, _>(at).map(Timestamp);
    WatchRecord {
        source: row.get(0),
        name: row.get(1),
        hash: row.get(2),
        shown: row.get(3),
        checked_at: time(4),
        changed_at: time(5),
        error: row.get(6),
        failing_since: time(7),
    }
}
