//! Whether a pooler hands the server's processes from one client to another between two statements, as
//! PgBouncer does in transaction and statement mode. Then what a session has set is another client's (that it
//! only reads, its time limit, its zone), and so are the statements that it has prepared: a panel may get
//! the rows of another one.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::time::Duration;

/// How often the two connections are compared. Once would do if nobody else used the pooler meanwhile.
const TIMES: usize = 4;
/// How long an answer may take that a pooler holds back because it has no process left.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether `connection` shares its process with others.
///
/// A second connection begins a transaction, which keeps the process that it is given. In session mode, or
/// without a pooler, that is never the first one's. Otherwise it is most likely the one that the first
/// connection has just had, or the first one gets another process afterwards, or none.
pub async fn is_shared(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<bool, sqlx::Error> {
    // A server that has no second connection left is not asked.
    let Ok(Ok(mut other)) = tokio::time::timeout(PATIENCE, options.connect()).await else {
        return Ok(false);
    };
    let mut shared = false;
    for _ in 0..TIMES {
        let before = process(connection).await?;
        let begun = tokio::time::timeout(PATIENCE, async {
            other.execute("begin").await?;
            process(&mut other).await
        });
        let held = match begun.await {
            Ok(Ok(held)) => held,
            // The server is stopping, or ends connections: that says nothing of a pooler.
            Ok(Err(sqlx::Error::Database(error)))
                if error.code().is_some_and(|code| code.starts_with("57")) =>
            {
                return Err(sqlx::Error::Database(error));
            }
            // Only a pooler in statement mode refuses transactions.
            Ok(Err(sqlx::Error::Database(_))) => {
                shared = true;
                break;
            }
            // All processes are taken by clients that keep theirs.
            Ok(Err(_)) | Err(_) => break,
        };
        let after = tokio::time::timeout(PATIENCE, process(connection)).await;
        shared = match after {
            Ok(after) => held == before || after? != before,
            Err(_) => true,
        };
        if shared || other.execute("rollback").await.is_err() {
            break;
        }
    }
    // It may have been sent to a process that is now another client's; so it ends without a word.
    let _ = other.close_hard().await;
    Ok(shared)
}

async fn process(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    // Unprepared: what is prepared might be another client's.
    let row = connection.fetch_one(sqlx::raw_sql("select pg_backend_pid()")).await?;
    let text: &str = row.try_get_unchecked(0)?;
    text.parse().map_err(|_| sqlx::Error::Protocol(format!("\"{text}\" is no process")))
}
