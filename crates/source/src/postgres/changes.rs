//! [`ChangeListener`]: hears which PostgreSQL tables have changed, from the triggers of
//! [`super::triggers`], over a connection that does nothing else.

use crate::error::SourceError;
use crate::server::CONNECT;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// The channel to which the triggers tell.
pub(super) const CHANNEL: &str = "brisk_tables";
/// The channel on which a listener proves that notifications reach it.
const PROOF: &str = "brisk_listens";
/// How long nothing may be heard before the connection is tested, by default.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long the server may take to answer that test.
const ANSWER: Duration = Duration::from_secs(5);

/// The message about a pooler that loses notifications.
const POOLER: &str = "notifications do not come through: a pooler that gives each transaction another session \
                      (PgBouncer in transaction mode) loses them; give a \"listen_url\" that leads past it, \
                      or to a pool in session mode";

/// Where a listener connects. Cheap to clone.
#[derive(Clone)]
pub(crate) struct ListenAt(pub(crate) Arc<PgConnectOptions>);

/// A connection that listens. Dropping it closes the connection.
#[derive(Debug)]
pub struct ChangeListener {
    listener: PgListener,
    heartbeat: Duration,
}

impl ChangeListener {
    /// Connects, listens, and verifies that notifications from another connection arrive: a pooler
    /// that gives each transaction another session accepts `listen`, and then nothing arrives.
    pub(crate) async fn connect(at: &ListenAt) -> Result<Self, SourceError> {
        let connected = tokio::time::timeout(2 * CONNECT, Self::proven(at)).await;
        connected.unwrap_or_else(|_| Err(unavailable("its server does not answer in time")))
    }

    async fn proven(at: &ListenAt) -> Result<Self, SourceError> {
        let options = PgConnectOptions::clone(&at.0).application_name("brisk, listening");
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.clone());
        let mut listener = PgListener::connect_with(&pool).await.map_err(|error| why(&error))?;
        // The owner of this has to know that something was missed.
        listener.eager_reconnect(false);
        let mut other = options.connect().await.map_err(|error| why(&error))?;
        if !has_its_own_session(&mut listener, &mut other).await.map_err(|error| why(&error))? {
            return Err(unavailable(POOLER));
        }
        listener.listen_all([CHANNEL, PROOF]).await.map_err(|error| why(&error))?;
        let tell =
            "select pg_catalog.pg_backend_pid() from pg_catalog.pg_notify('brisk_listens', '')";
        let told = other.fetch_one(sqlx::raw_sql(tell)).await.map_err(|error| why(&error))?;
        let teller = told.try_get::<i32, _>(0).map_err(|error| why(&error))?.unsigned_abs();
        let heard = async {
            loop {
                match listener.try_recv().await {
                    Ok(Some(told)) if told.channel() == PROOF && told.process_id() == teller => {
                        return Ok(());
                    }
                    // Changes at this moment count as missed before listening began.
                    Ok(Some(_)) => {}
                    Ok(None) => return Err(lost()),
                    Err(error) => return Err(why(&error)),
                }
            }
        };
        let heard = tokio::time::timeout(ANSWER, heard).await;
        // Its session lives until then, so that no other one has its number.
        let _ = other.close().await;
        match heard {
            Ok(heard) => heard?,
            Err(_) => return Err(unavailable(POOLER)),
        }
        Ok(Self { listener, heartbeat: HEARTBEAT })
    }

    /// The same, testing the connection after this long without a notification.
    #[must_use]
    pub fn with_heartbeat(self, heartbeat: Duration) -> Self {
        Self { heartbeat, ..self }
    }

    /// Waits until tables have changed, and names them, each with its schema. An error is the end of the
    /// connection: what happens from then on is missed.
    pub async fn changed(&mut self) -> Result<BTreeSet<String>, SourceError> {
        loop {
            let told = match tokio::time::timeout(self.heartbeat, self.listener.try_recv()).await {
                Ok(Ok(Some(told))) => told,
                Ok(Ok(None)) => return Err(lost()),
                Ok(Err(error)) => return Err(why(&error)),
                Err(_) => {
                    let asked = self.listener.execute("select 1");
                    match tokio::time::timeout(ANSWER, asked).await {
                        Ok(Ok(_)) => continue,
                        Ok(Err(error)) => return Err(why(&error)),
                        Err(_) => return Err(unavailable("its server no longer answers")),
                    }
                }
            };
            let more = std::iter::from_fn(|| self.listener.next_buffered());
            let all = std::iter::once(told).chain(more);
            let tables = all.filter(|told| told.channel() == CHANNEL);
            let tables: BTreeSet<String> = tables.map(|told| told.payload().to_owned()).collect();
            if !tables.is_empty() {
                return Ok(tables);
            }
        }
    }
}

/// Whether one connection's setting is invisible to the other. Tested before listening: a session shared
/// with others would send them notifications they do not expect.
async fn has_its_own_session(
    listener: &mut PgListener,
    other: &mut PgConnection,
) -> Result<bool, sqlx::Error> {
    let set = "select pg_catalog.set_config('brisk.session', 'own', false)";
    listener.execute(sqlx::raw_sql(set)).await?;
    let set = "select pg_catalog.set_config('brisk.session', 'other', false)";
    other.execute(sqlx::raw_sql(set)).await?;
    let ask = "select pg_catalog.current_setting('brisk.session', true) = 'own'";
    let row = listener.fetch_one(sqlx::raw_sql(ask)).await?;
    Ok(row.try_get::<Option<bool>, _>(0)?.unwrap_or_default())
}

fn lost() -> SourceError {
    unavailable("the connection was closed")
}

fn unavailable(why: &str) -> SourceError {
    SourceError::Unavailable(why.to_owned())
}

/// What went wrong, for those who administer the source: the driver's words repeat no password.
fn why(error: &sqlx::Error) -> SourceError {
    /// `read_only_sql_transaction`: a standby's answer to `listen`.
    const ON_STANDBY: &str = "25006";
    let code = error.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        Some(ON_STANDBY) => unavailable(
            "its server is a standby, which passes no notifications on: give a \"listen_url\" of its \
             primary",
        ),
        _ => SourceError::Unavailable(error.to_string()),
    }
}
