//! The history of imports.

use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::Row as _;

/// One finished import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// The source's name.
    pub source: String,
    /// The table's name.
    pub table: String,
    /// The file's name.
    pub file: String,
    /// Rows inserted.
    pub rows: i64,
    /// Lines rejected.
    pub rejected: i64,
    /// The number of weeks that times were shifted by.
    pub shift_weeks: i64,
    /// When it started.
    pub started_at: Timestamp,
    /// When it finished.
    pub finished_at: Timestamp,
}

impl Store {
    /// Records an import.
    pub async fn record_import(&self, record: &ImportRecord) -> Result<(), StoreError> {
        sqlx::query(
            "insert into imports
               (source, table_name, file, rows, rejected, shift_weeks, started_at, finished_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&record.source)
        .bind(&record.table)
        .bind(&record.file)
        .bind(record.rows)
        .bind(record.rejected)
        .bind(record.shift_weeks)
        .bind(record.started_at.0)
        .bind(record.finished_at.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The newest import into a table.
    pub async fn latest_import(
        &self,
        source: &str,
        table: &str,
    ) -> Result<Option<ImportRecord>, StoreError> {
        let row = sqlx::query(
            "select source, table_name, file, rows, rejected, shift_weeks, started_at, finished_at
             from imports where source = $1 and table_name = $2 order by id desc limit 1",
        )
        .bind(source)
        .bind(table)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| ImportRecord {
            source: row.get(0),
            table: row.get(1),
            file: row.get(2),
            rows: row.get(3),
            rejected: row.get(4),
            shift_weeks: row.get(5),
            started_at: Timestamp(row.get(6)),
            finished_at: Timestamp(row.get(7)),
        }))
    }
}
