//! Connections to SQLite files: their URLs, how the file of the rollups is attached, and how a
//! running statement is stopped.

use brisk_domain::rollup::ROLLUP_SCHEMA;
use sqlx::sqlite::LockedSqliteHandle;
use sqlx::{Executor as _, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// SQLite asks so often, in virtual machine instructions, whether to go on.
const PROGRESS: i32 = 10_000;

/// `path` as the kind of URL that tells SQLite how it may be opened: `ro` or `rwc`.
pub(crate) fn uri(path: &Path, mode: &str) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b':' => {
                uri.push(char::from(*byte));
            }
            // The path separator of Windows, which SQLite expects as a slash.
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?mode=");
    uri.push_str(mode);
    uri
}

/// Attaches the rollups in `file` to `connection` as the schema `brisk`, unless they already are.
/// Without a file there are no rollups, which the statement reports.
pub(crate) async fn attach(
    connection: &mut SqliteConnection,
    file: &Path,
) -> Result<(), sqlx::Error> {
    let known = sqlx::query("select 1 from pragma_database_list where name = ?1");
    let known = known.bind(ROLLUP_SCHEMA).fetch_optional(&mut *connection).await?;
    if known.is_some() || !file.exists() {
        return Ok(());
    }
    let attach = sqlx::query("attach database ?1 as brisk").bind(uri(file, "ro"));
    attach.execute(&mut *connection).await?;
    let settings = "pragma brisk.mmap_size = 1073741824; pragma brisk.cache_size = -16384";
    connection.execute(settings).await?;
    Ok(())
}

/// Stops a connection's statement when dropped, as when the future that holds it is.
#[derive(Default)]
pub(crate) struct StopOnDrop(Arc<AtomicBool>);

impl StopOnDrop {
    /// Stops what runs on the connection once this is dropped.
    pub(crate) fn watch(&self, handle: &mut LockedSqliteHandle<'_>) {
        let asked_to_stop = Arc::clone(&self.0);
        handle.set_progress_handler(PROGRESS, move || !asked_to_stop.load(Ordering::Relaxed));
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
