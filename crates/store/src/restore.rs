//! Putting a backup in the place of the store. No other process may have the store open meanwhile: it
//! would go on writing to the file that was put aside.

use crate::audit::{self, Actor, AuditRecord};
use crate::damage::{self, free_name};
use crate::in_use::InUse;
use crate::location::with_suffix;
use crate::opening::{Access, sqlite_options};
use crate::snapshot::{self, Copy};
use crate::{StoreError, StoreLocation};
use brisk_domain::Timestamp;
use sqlx::{AnyConnection, Connection as _, Executor as _, Row as _};
use std::path::{Path, PathBuf};

/// Tables whose records end with a restore: a session that was ended after the backup was made would
/// come back to life, and so would a link that was used, and a job that was done would be done again.
const ENDED: [(&str, &str); 5] = [
    ("sessions", "delete from sessions"),
    ("links", "delete from links"),
    // Sessions in Redis: their accounts get numbers that none was begun under.
    (
        "session_ends",
        "insert into session_ends (account, number)
           select id, abs(random() / 2) from accounts where true
         on conflict (account) do update set number = excluded.number",
    ),
    // They may have been done since.
    (
        "queued_jobs",
        "update queued_jobs set state = 'cancelled', claimed_until = null,
           ended_at = coalesce(ended_at, started_at, asked_at),
           outcome = 'It had not ended when the backup was made. It may have been done since.'
         where state in ('waiting', 'running')",
    ),
    (
        "job_result_parts",
        "delete from job_result_parts where job_id not in (select job_id from job_results)",
    ),
];

/// Replaces the store by the backup `file`, at `now`. The answer is where the old one is kept, if there
/// was one. However this process ends, the old store or the new one is there.
pub async fn restore(
    location: &StoreLocation,
    file: &Path,
    now: Timestamp,
) -> Result<Option<PathBuf>, StoreError> {
    let StoreLocation::Sqlite(path) = location else { return Err(StoreError::NotAFile) };
    let Some(_alone) = InUse::exclusive(path)? else {
        return Err(StoreError::InUse(path.clone()));
    };
    if !file.is_file() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(StoreError::File(file.to_owned(), missing));
    }
    snapshot::inspect(file).await?;
    let copy = Copy::begin(path)?;
    if let Err(error) = prepare(file, &copy, now).await {
        copy.give_up();
        return Err(error);
    }
    let aside = match path.exists() {
        true => Some(keep(path).await?),
        false => None,
    };
    damage::require(path)?;
    copy.finish(path)?;
    Ok(aside)
}

/// Copies `file`, ends the sessions and links in the copy, and notes the restore in its audit log.
async fn prepare(file: &Path, copy: &Copy, now: Timestamp) -> Result<(), StoreError> {
    let mut connection = AnyConnection::connect_with(&sqlite_options(file, Access::Read)?).await?;
    let written = copy.write(&mut connection).await;
    connection.close().await?;
    written?;
    let mut connection =
        AnyConnection::connect_with(&sqlite_options(&copy.path, Access::Write)?).await?;
    let prepared = end_and_note(&mut connection, now).await;
    connection.close().await?;
    prepared
}

async fn end_and_note(connection: &mut AnyConnection, now: Timestamp) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    let tables = "select name from sqlite_master where type = 'table'";
    let tables = sqlx::query(tables).fetch_all(&mut *transaction).await?;
    let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
    let has = |name: &str| tables.iter().any(|table| table == name);
    for (table, delete) in ENDED {
        if has(table) {
            transaction.execute(delete).await?;
        }
    }
    // A backup of an older release has no log yet.
    if has("audit") {
        let name = "the command line".to_owned();
        let record = AuditRecord {
            at: now,
            actor: Actor { name, address: String::new() },
            action: "backup restored".into(),
            subject: "store".into(),
            before: None,
            after: None,
        };
        audit::insert(&mut transaction, &record).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Gives the old store a second name, under which it stays. Its write-ahead log goes into its file
/// first; if the store is damaged, the log gets a second name as well.
async fn keep(path: &Path) -> Result<PathBuf, StoreError> {
    // Closing the only connection removes the log.
    if let Ok(mut connection) =
        AnyConnection::connect_with(&sqlite_options(path, Access::Write)?).await
    {
        let _ = connection.execute("pragma wal_checkpoint(truncate)").await;
        let _ = connection.close().await;
    }
    let aside = free_name(path, ".before-restore");
    let second = |suffix: &str| {
        let (old, new) = (with_suffix(path, suffix), with_suffix(&aside, suffix));
        // Some file systems have no hard links.
        std::fs::hard_link(&old, &new).or_else(|_| std::fs::copy(&old, &new).map(|_| ()))
    };
    second("").map_err(|error| StoreError::File(aside.clone(), error))?;
    for suffix in ["-wal", "-shm"] {
        let left = with_suffix(path, suffix);
        if !left.exists() {
            continue;
        }
        // The old file's log would be written into the new one.
        second(suffix).map_err(|error| StoreError::File(left.clone(), error))?;
        std::fs::remove_file(&left).map_err(|error| StoreError::File(left, error))?;
    }
    Ok(aside)
}
