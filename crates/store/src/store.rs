//! [`Store`]: the pool over either database, and its transactions. All differences between the dialects
//! are here and in `opening`.

use crate::StoreError;
use crate::damage;
use crate::in_use::InUse;
use crate::location::DatabaseUrl;
use crate::sealing::Sealing;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// Brisk's own database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: AnyPool,
    pub(crate) place: Place,
    /// Counts what this process hears of changes.
    pub(crate) news: watch::Sender<u64>,
    /// The key to its secrets, if this process has it.
    pub(crate) sealing: Option<Arc<Sealing>>,
}

/// The channel on which PostgreSQL tells processes of changes.
pub(crate) const NEWS: &str = "brisk_changes";

/// Which database it is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A SQLite file.
    Sqlite(Arc<SqliteFile>),
    /// A database of a PostgreSQL server.
    Postgres(Arc<DatabaseUrl>),
}

/// A SQLite file that is open.
#[derive(Debug)]
pub(crate) struct SqliteFile {
    pub(crate) path: PathBuf,
    /// Whether it is written down that the file has to be there.
    pub(crate) is_required: AtomicBool,
    pub(crate) _in_use: InUse,
}

impl Store {
    /// Whether it is on PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres(_))
    }

    /// A transaction that writes. On SQLite it holds the write lock from the start: one that first reads
    /// would fail where another has written meanwhile.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let begin = if self.is_postgres() { "begin" } else { "begin immediate" };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// Writes down that this store has to be there from now on. Called before a change: a kill in
    /// between only makes an empty store required.
    pub(crate) fn require(&self) -> Result<(), StoreError> {
        if let Place::Sqlite(file) = &self.place
            && !file.is_required.load(Ordering::Acquire)
        {
            damage::require(&file.path)?;
            file.is_required.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Tells other processes that something has changed, once `connection`'s transaction commits.
    pub(crate) async fn notify(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        if self.is_postgres() {
            let notify = sqlx::query("select pg_notify($1, '')").bind(NEWS);
            notify.execute(connection).await?;
        }
        Ok(())
    }

    /// Tells this process the same.
    pub(crate) fn wake(&self) {
        self.news.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Waits until all its connections are closed. Other clones are of no use afterwards.
    pub async fn close(self) {
        self.pool.close().await;
    }
}
