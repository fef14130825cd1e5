//! [`RollupWriter`]: writes a source's rollups, whichever database it is.

use super::refresh::{Record, Refresh};
use crate::error::SourceError;
use crate::mysql::rollups::MySqlRollups;
use crate::postgres::rollups::PostgresRollups;
use crate::sqlite::rollups::SqliteRollups;
use brisk_domain::RollupReport;

/// Writes a source's rollups.
#[derive(Clone)]
pub(crate) enum RollupWriter {
    Sqlite(SqliteRollups),
    Postgres(Box<PostgresRollups>),
    MySql(Box<MySqlRollups>),
}

impl RollupWriter {
    pub(crate) async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.refresh(refresh).await,
            Self::Postgres(postgres) => postgres.refresh(refresh).await,
            Self::MySql(mysql) => mysql.refresh(refresh).await,
        }
    }

    pub(crate) async fn records(&self) -> Result<Vec<Record>, SourceError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.records().await,
            Self::Postgres(postgres) => postgres.records().await,
            Self::MySql(mysql) => mysql.records().await,
        }
    }
}
