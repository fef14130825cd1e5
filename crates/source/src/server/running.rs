//! [`Running`]: a connection on which a statement may be running, and [`Canceller`], which ends statements
//! that nobody waits for any more.

use super::protocol::{ConnectionOf, OptionsOf, Protocol};
use super::times::CONNECT;
use brisk_domain::SourceName;
use sqlx::pool::PoolConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;

/// The number of statements that may still run, because ending them failed.
static DETACHED: AtomicU64 = AtomicU64::new(0);

/// How many statements on servers may have gone on running, because ending them failed.
pub fn detached_statements() -> u64 {
    DETACHED.load(Ordering::Relaxed)
}

/// How long closing a discarded connection may take.
const CLOSE: Duration = Duration::from_secs(1);

/// A pooled connection on which a statement may be running. Unless it is given back, the statement
/// is ended when this is dropped, which also happens when the reader goes away.
pub(super) struct Running<P: Protocol> {
    connection: Option<PoolConnection<P::Database>>,
    /// Known once the server has reported it.
    id: Option<P::Id>,
    canceller: Canceller<P>,
}

impl<P: Protocol> Running<P> {
    pub(super) fn on(connection: PoolConnection<P::Database>, canceller: Canceller<P>) -> Self {
        Self { connection: Some(connection), id: None, canceller }
    }

    pub(super) async fn prepare_session(&mut self, prelude: &str) -> Result<(), sqlx::Error> {
        self.id = P::prepare_session(self.connection()?, prelude).await?;
        Ok(())
    }

    pub(super) fn connection(&mut self) -> Result<&mut ConnectionOf<P>, sqlx::Error> {
        self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Gives the connection back: nothing runs on it.
    pub(super) fn give_back(mut self) {
        drop(self.connection.take());
    }
}

impl<P: Protocol> Drop for Running<P> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // Its answer is not read to the end, so nobody else may use it.
        match Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn(self.canceller.clone().end(connection, self.id)),
            Err(_) => drop(connection.leak()),
        }
    }
}

/// Ends statements on connections to a source.
pub(crate) struct Canceller<P: Protocol> {
    pub(crate) source: SourceName,
    /// How to make the connection that ends another one.
    pub(crate) options: Arc<OptionsOf<P>>,
}

impl<P: Protocol> Clone for Canceller<P> {
    fn clone(&self) -> Self {
        Self { source: self.source.clone(), options: Arc::clone(&self.options) }
    }
}

impl<P: Protocol> Canceller<P> {
    /// A server notices that its client has gone only when it sends something, which a long
    /// calculation may never do: so another connection ends it. Until then the slot in the pool
    /// stays taken, so that a source never has more connections than it may.
    async fn end(self, connection: PoolConnection<P::Database>, id: Option<P::Id>) {
        if let Some(id) = id {
            match tokio::time::timeout(CONNECT, self.cancel(id)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    DETACHED.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(source = %self.source, %error, "a statement may go on running");
                }
                Err(_) => {
                    DETACHED.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(source = %self.source, "a statement may go on running");
                }
            }
        }
        let _ = tokio::time::timeout(CLOSE, P::close(connection)).await;
    }

    /// Ends the connection `id`.
    pub(crate) async fn cancel(&self, id: P::Id) -> Result<(), sqlx::Error> {
        P::cancel(&self.options, id).await
    }
}
