//! The views that readers request, kept for warming after a restart.

use crate::{Store, StoreError};
use brisk_domain::{RequestedView, Slug};
use sqlx::Row as _;

impl Store {
    /// Replaces the kept views with `views`.
    pub async fn keep_requested_views(&self, views: &[RequestedView]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("delete from requested_views").execute(&mut *transaction).await?;
        for view in views {
            sqlx::query("insert into requested_views (dashboard, query, count) values (?, ?, ?)")
                .bind(view.dashboard.as_str())
                .bind(&view.query)
                .bind(view.count)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The kept views, most requested first.
    pub async fn requested_views(&self) -> Result<Vec<RequestedView>, StoreError> {
        let rows = sqlx::query(
            "select dashboard, query, count from requested_views
             order by count desc, dashboard, query",
        )
        .fetch_all(&self.pool)
        .await?;
        let views = rows.iter().filter_map(|row| {
            // A name that is no longer valid belongs to no dashboard.
            let dashboard = Slug::parse(row.get(0)).ok()?;
            Some(RequestedView { dashboard, query: row.get(1), count: row.get(2) })
        });
        Ok(views.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requested_views_are_kept_across_restarts_and_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("brisk.sqlite");
        let view = |query: &str, count| {
            let dashboard = Slug::parse("sales").unwrap();
            RequestedView { dashboard, query: query.into(), count }
        };
        let store = Store::open(&path).await.unwrap();
        store.keep_requested_views(&[view("?old=1", 9)]).await.unwrap();
        store.keep_requested_views(&[view("", 1), view("?country=France", 5)]).await.unwrap();
        drop(store);
        let store = Store::open(&path).await.unwrap();
        let kept = store.requested_views().await.unwrap();
        assert_eq!(kept, [view("?country=France", 5), view("", 1)]);
    }
}
