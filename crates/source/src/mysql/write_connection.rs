//! The connection of one refresh on MySQL or MariaDB, which ends with it.

use super::executor::MySql;
use super::session;
use crate::server::{CONNECT, Canceller};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use sqlx::{MySqlConnection, Row as _};
use std::time::Duration;
use tokio::runtime::Handle;

/// A connection that writes. If it is dropped before it is closed, as at a timeout, its statement is
/// ended: the server notices that its client has gone only when the statement ends, and until then
/// nobody else could refresh the rollup.
pub(super) struct WriteConnection {
    connection: Option<MySqlConnection>,
    id: Option<u64>,
    canceller: Canceller<MySql>,
}

impl WriteConnection {
    /// Connects; each statement may take `time`. `None` if the server does not answer.
    pub(super) async fn connect(
        canceller: &Canceller<MySql>,
        time: Duration,
    ) -> Result<Option<Self>, sqlx::Error> {
        let connecting = async {
            let mut connection = canceller.options.connect().await?;
            session::set_time_limit(&mut connection, time).await?;
            let prelude = AssertSqlSafe(session::writing_prelude(time));
            let rows = connection.fetch_all(prelude).await?;
            let id = rows.last().and_then(|row| row.try_get_unchecked(0).ok());
            Ok::<_, sqlx::Error>((connection, id))
        };
        let Ok(connected) = tokio::time::timeout(CONNECT, connecting).await else {
            return Ok(None);
        };
        let (connection, id) = connected?;
        Ok(Some(Self { connection: Some(connection), id, canceller: canceller.clone() }))
    }

    /// The connection, while it is not closed.
    pub(super) fn connection(&mut self) -> Result<&mut MySqlConnection, sqlx::Error> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Closes it: nothing runs on it, and what is not committed is rolled back.
    pub(super) async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            // A connection that cannot be closed ends with its socket.
            let _ = tokio::time::timeout(CONNECT, connection.close()).await;
        }
    }
}

impl Drop for WriteConnection {
    fn drop(&mut self) {
        let (Some(connection), Some(id)) = (self.connection.take(), self.id) else { return };
        let canceller = self.canceller.clone();
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            let killed = tokio::time::timeout(CONNECT, canceller.cancel(id)).await;
            if !matches!(killed, Ok(Ok(()))) {
                tracing::warn!(source = %canceller.source, "an abandoned refresh may go on running");
            }
            drop(connection);
        });
    }
}
