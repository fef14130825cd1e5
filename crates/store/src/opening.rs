//! Opening the store: over SQLite or PostgreSQL, migrated once however many start together.

use crate::damage;
use crate::error::is_busy;
use crate::in_use::InUse;
use crate::location::{DatabaseUrl, with_suffix};
use crate::migrations::{self, Dialect};
use crate::store::{Place, SqliteFile};
use crate::{Store, StoreError, StoreLocation};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AnyConnection, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _,
};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Connections to a SQLite file: one writes at a time, and reads are short.
const SQLITE_CONNECTIONS: u32 = 4;
/// Connections of each process to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long to wait for a free connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a process waits while others migrate.
const MIGRATING: Duration = Duration::from_secs(60);
/// How often to try a lock that cannot be waited for.
const PACE: Duration = Duration::from_millis(20);
/// What PostgreSQL ends on its own: hanging statements, and the transactions of hanging processes.
const LIMITS: &str =
    "set statement_timeout = '30s'; set idle_in_transaction_session_timeout = '60s'";

impl Store {
    /// Opens the store, and brings it up to date. A SQLite file that is damaged is put aside, and the
    /// answer is where: as long as it holds only counts and history, a server can begin without it. Once
    /// there is more, the answer is [`StoreError::Damaged`].
    pub async fn open_or_renew(
        location: &StoreLocation,
    ) -> Result<(Self, Option<PathBuf>), StoreError> {
        let path = match location {
            StoreLocation::Sqlite(path) => path,
            StoreLocation::Postgres(url) => return Ok((Self::connect(url).await?, None)),
        };
        match Self::open(path).await {
            Err(error) if error.is_damage() => renew(path).await,
            opened => opened.map(|store| (store, None)),
        }
    }

    /// Opens the store, and brings it up to date.
    pub async fn at(location: &StoreLocation) -> Result<Self, StoreError> {
        match location {
            StoreLocation::Sqlite(path) => Self::open(path).await,
            StoreLocation::Postgres(url) => Self::connect(url).await,
        }
    }

    /// Opens the SQLite file at `path`, creates it if it is missing, and brings it up to date.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let in_use = InUse::shared(path)?;
        open_sqlite(path, in_use).await
    }

    /// Opens the store without migrating it, for a process that only reads, even one of a newer release.
    pub async fn as_it_is(location: &StoreLocation) -> Result<Self, StoreError> {
        match location {
            StoreLocation::Sqlite(path) => {
                let in_use = InUse::shared(path)?;
                sqlite_pool(path, in_use, sqlite_options(path, Access::Write)?).await
            }
            StoreLocation::Postgres(url) => {
                refuse_shared_sessions(url).await?;
                postgres_pool(url).await
            }
        }
    }

    /// Connects to a PostgreSQL database, and brings it up to date.
    async fn connect(url: &DatabaseUrl) -> Result<Self, StoreError> {
        refuse_shared_sessions(url).await?;
        let options = postgres_options(url)?;
        // Its statements may take as long as they need: it waits while another process migrates.
        let mut connection = AnyConnection::connect_with(&options).await?;
        let migrator = migrations::migrator(Dialect::Postgres);
        let migrated = migrator.run_direct(None, &mut connection, false).await;
        let migrated = match migrated {
            Ok(()) => migrations::understood(&mut connection).await,
            Err(error) => Err(error.into()),
        };
        // The lock of a migration that failed ends with the connection.
        let closed = connection.close().await;
        migrated?;
        closed?;
        postgres_pool(url).await
    }
}

/// Refuses a database behind a pooler that hands sessions from one client to another: a statement could
/// be answered by what another client has prepared under the same name, and locks would be anybody's.
async fn refuse_shared_sessions(url: &DatabaseUrl) -> Result<(), StoreError> {
    let options = PgConnectOptions::from_str(url.expose())?;
    let mut connection = options.connect().await?;
    let shared = brisk_pooling::is_shared(&mut connection, &options).await;
    // The pooler may have given its process to somebody else.
    let _ = connection.close_hard().await;
    if shared? { Err(StoreError::SharedSessions) } else { Ok(()) }
}

async fn postgres_pool(url: &DatabaseUrl) -> Result<Store, StoreError> {
    let pool = AnyPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(LIMITS).await.map(|_| ()) })
        })
        .connect_with(postgres_options(url)?)
        .await?;
    let place = Place::Postgres(Arc::new(url.clone()));
    Ok(Store { pool, place, news: watch::Sender::default(), sealing: None })
}

/// Begins the damaged store at `path` anew, or refuses to.
async fn renew(path: &Path) -> Result<(Store, Option<PathBuf>), StoreError> {
    if damage::is_required(path) {
        return Err(StoreError::Damaged(path.to_owned()));
    }
    let begun = Instant::now();
    loop {
        let Some(alone) = InUse::exclusive(path)? else {
            // Others that start now find the same, and one of them puts it aside.
            match Store::open(path).await {
                Err(error) if error.is_damage() && begun.elapsed() < MIGRATING => {}
                Err(StoreError::Restoring(_)) if begun.elapsed() < MIGRATING => {}
                opened => return opened.map(|store| (store, None)),
            }
            tokio::time::sleep(PACE).await;
            continue;
        };
        let aside = match open_sqlite(path, alone).await {
            Err(error) if error.is_damage() => damage::put_aside(path)?,
            // Another process has put it aside in the meantime.
            opened => {
                opened?.close().await;
                return Ok((Store::open(path).await?, None));
            }
        };
        return Ok((Store::open(path).await?, Some(aside)));
    }
}

async fn open_sqlite(path: &Path, in_use: InUse) -> Result<Store, StoreError> {
    damage::expect_there(path)?;
    create(path)?;
    let options = sqlite_options(path, Access::Create)?;
    let mut connection = AnyConnection::connect_with(&options).await?;
    let migrated = migrate_sqlite(&mut connection).await;
    let closed = connection.close().await;
    migrated?;
    closed?;
    sqlite_pool(path, in_use, options).await
}

async fn sqlite_pool(
    path: &Path,
    in_use: InUse,
    options: AnyConnectOptions,
) -> Result<Store, StoreError> {
    let pool = AnyPoolOptions::new()
        .max_connections(SQLITE_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await?;
    let is_required = AtomicBool::new(damage::is_required(path));
    let file = SqliteFile { path: path.to_owned(), is_required, _in_use: in_use };
    Ok(Store {
        pool,
        place: Place::Sqlite(Arc::new(file)),
        news: watch::Sender::default(),
        sealing: None,
    })
}

/// Makes the file where there is none, for its owner only: hashes of passwords are in it. SQLite gives
/// the files beside it the same permissions.
fn create(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600);
    let created = options.open(path).map(drop);
    created.map_err(|error| StoreError::File(path.to_owned(), error))
}

/// In one transaction that has the right to write before it looks at what there is, so that one of
/// several processes migrates, and the others find it done.
async fn migrate_sqlite(connection: &mut AnyConnection) -> Result<(), StoreError> {
    write_ahead(connection).await?;
    let patience = format!("pragma busy_timeout = {}", MIGRATING.as_millis());
    connection.execute(AssertSqlSafe(patience)).await?;
    let mut transaction = connection.begin_with("begin immediate").await?;
    let migrator = migrations::migrator(Dialect::Sqlite);
    migrator.run_direct(None, &mut *transaction, false).await?;
    migrations::understood(&mut transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// Switches the file to write-ahead logging, in which it stays. SQLite does not wait for the lock
/// that this needs.
async fn write_ahead(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let begun = Instant::now();
    loop {
        let mode = sqlx::query("pragma journal_mode = wal").fetch_one(&mut *connection).await;
        match mode.map(|row| row.get::<String, _>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            // Where it is not possible, as in memory, SQLite answers with the mode that there is.
            Ok(_) => return Ok(()),
            Err(error) if is_busy(&error) && begun.elapsed() < MIGRATING => {}
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(PACE).await;
    }
}

/// How a SQLite file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is made if it is missing.
    Create,
    /// It is there.
    Write,
    /// It is there, and nobody else writes to it.
    Read,
}

/// How to connect to the file at `path`. sqlx turns foreign keys on, and lets writers wait for five
/// seconds.
pub(crate) fn sqlite_options(path: &Path, access: Access) -> Result<AnyConnectOptions, StoreError> {
    sqlx::any::install_default_drivers();
    // A URL has no relative paths, and takes ".." out without looking at links.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = std::fs::canonicalize(folder.unwrap_or(Path::new(".")));
    let folder = folder.map_err(|error| StoreError::File(path.to_owned(), error))?;
    let whole = path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name));
    let mut url = String::from("sqlite://");
    for byte in whole.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'_' | b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                url.push(char::from(*byte));
            }
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url.push_str(match access {
        Access::Create => "?mode=rwc",
        Access::Write => "?mode=rw",
        // Without a write-ahead log, no files beside it are needed to read it.
        Access::Read if with_suffix(path, "-wal").exists() => "?mode=ro",
        Access::Read => "?mode=ro&immutable=true",
    });
    Ok(AnyConnectOptions::from_str(&url)?)
}

fn postgres_options(url: &DatabaseUrl) -> Result<AnyConnectOptions, StoreError> {
    sqlx::any::install_default_drivers();
    let mut options = AnyConnectOptions::from_str(url.expose())?;
    let is_named = options.database_url.query_pairs().any(|(key, _)| key == "application_name");
    if !is_named {
        options.database_url.query_pairs_mut().append_pair("application_name", "brisk");
    }
    Ok(options)
}
