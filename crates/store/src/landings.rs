//! When data have landed that reports wait for. A set that all replicas add to: in which order they do so
//! changes nothing.

use crate::{Store, StoreError};
use brisk_domain::{Tag, Timestamp};
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeSet;

/// Of each minute the first landing is kept: data that are written all day need no more.
const MINUTE: i64 = 60_000_000;

impl Store {
    /// Notes that `tags` were invalidated at `at`. Only those that some report waits for need be noted.
    pub async fn note_landings(&self, tags: &[Tag], at: Timestamp) -> Result<(), StoreError> {
        if tags.is_empty() {
            return Ok(());
        }
        // In one order: two replicas that note the same tags would otherwise wait for each other.
        let tags: BTreeSet<String> = tags.iter().map(Tag::compared).collect();
        let mut change = self.begin().await?;
        for tag in tags {
            sqlx::query(
                "insert into landings (tag, minute, landed_at) values ($1, $2, $3)
                 on conflict (tag, minute) do update set landed_at = excluded.landed_at
                   where excluded.landed_at < landings.landed_at",
            )
            .bind(tag)
            .bind(at.0.div_euclid(MINUTE))
            .bind(at.0)
            .execute(&mut *change)
            .await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// When each of `tags` has landed from `from` on, as they are compared.
    pub async fn landings(
        &self,
        tags: &[Tag],
        from: Timestamp,
    ) -> Result<Vec<(String, Timestamp)>, StoreError> {
        if tags.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<String> = (2..tags.len() + 2).map(|at| format!("${at}")).collect();
        let sql = format!(
            "select tag, landed_at from landings where landed_at >= $1 and tag in ({})
             order by landed_at, tag",
            places.join(", ")
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(from.0);
        let query = tags.iter().fold(query, |query, tag| query.bind(tag.compared()));
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| (row.get(0), Timestamp(row.get(1)))).collect())
    }
}
