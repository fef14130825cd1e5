//! The figures that conditions compared: by them, the next one tells whether a bound was crossed.

use crate::{SendingKey, Store, StoreError};
use brisk_domain::Decimal;
use sqlx::Row as _;

impl Store {
    /// Keeps the figure of a due time and recipient. A run that another process takes over compares with
    /// the same one before, whatever of it was kept already.
    pub async fn keep_report_figure(
        &self,
        key: &SendingKey,
        figure: &Decimal,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into report_figures (report, recipient, due_at, figure) values ($1, $2, $3, $4)
             on conflict (report, recipient, due_at) do update set figure = excluded.figure",
        )
        .bind(&key.report)
        .bind(&key.recipient)
        .bind(key.due_at.0)
        .bind(figure.as_str())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The figure of the latest due time before that of `key`, of the same recipient.
    pub async fn report_figure_before(
        &self,
        key: &SendingKey,
    ) -> Result<Option<Decimal>, StoreError> {
        let row = sqlx::query(
            "select figure from report_figures where report = $1 and recipient = $2 and due_at < $3
             order by due_at desc limit 1",
        )
        .bind(&key.report)
        .bind(&key.recipient)
        .bind(key.due_at.0)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.and_then(|row| Decimal::parse(row.get(0)).ok()))
    }
}
