//! The connection of one refresh on MySQL or MariaDB, which ends with it.

use super::MySqlRollups;
use crate::SourceError;
use crate::mysql_session::{self, CONNECT, Ender};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use sqlx::{MySqlConnection, Row as _};
use tokio::runtime::Handle;

/// A connection that writes. When it is dropped before it is closed, as by whoever gives up, what
/// runs on it is ended: the server does not notice that its client has gone before the statement
/// has ended, and until then nobody else could refresh the rollup.
pub(super) struct Writing {
    connection: Option<MySqlConnection>,
    id: Option<u64>,
    ender: Ender,
}

impl Writing {
    pub(super) async fn connect(rollups: &MySqlRollups) -> Result<Self, SourceError> {
        let ender = rollups.ender.clone();
        let connecting = async {
            let mut connection = ender.options.connect().await?;
            mysql_session::set_time_limit(&mut connection, rollups.time).await?;
            let prelude = AssertSqlSafe(mysql_session::writing_prelude(rollups.time));
            let rows = connection.fetch_all(prelude).await?;
            let id = rows.last().and_then(|row| row.try_get_unchecked(0).ok());
            Ok((connection, id))
        };
        let late = |_| SourceError::Unavailable("it does not answer".into());
        let connected: Result<_, sqlx::Error> =
            tokio::time::timeout(CONNECT, connecting).await.map_err(late)?;
        let (connection, id) = connected.map_err(|error| rollups.unreachable(&error))?;
        Ok(Self { connection: Some(connection), id, ender })
    }

    /// The connection, while it is not closed.
    pub(super) fn connection(&mut self) -> Result<&mut MySqlConnection, sqlx::Error> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Says goodbye: nothing runs on it, and what is not committed shall not be.
    pub(super) async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            // What is not closed ends with its socket.
            let _ = tokio::time::timeout(CONNECT, connection.close()).await;
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let (Some(connection), Some(id)) = (self.connection.take(), self.id) else { return };
        let ender = self.ender.clone();
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            let killed = tokio::time::timeout(CONNECT, ender.kill(id)).await;
            if !matches!(killed, Ok(Ok(()))) {
                tracing::warn!(source = %ender.name, "a refresh that was given up may go on");
            }
            drop(connection);
        });
    }
}
