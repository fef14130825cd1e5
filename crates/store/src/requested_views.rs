//! The views that readers request, kept for warming after a restart.

use crate::{Store, StoreError};
use brisk_domain::{RequestedView, Slug};
use sqlx::Row as _;

impl Store {
    /// Replaces the kept views with `views`.
    pub async fn keep_requested_views(&self, views: &[RequestedView]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("delete from requested_views").execute(&mut *transaction).await?;
        for view in views {
            sqlx::query(
                "insert into requested_views (dashboard, query, count) values ($1, $2, $3)",
            )
            .bind(view.dashboard.as_str())
            .bind(&view.query)
            .bind(i64::from(view.count))
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
            let count = u32::try_from(row.get::<i64, _>(2)).unwrap_or(u32::MAX);
            Some(RequestedView { dashboard, query: row.get(1), count })
        });
        Ok(views.collect())
    }
}
