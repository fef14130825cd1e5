//! Hostile files: a database that is overwritten and replaced while statements read it, and links
//! in the dashboards' folder that lead to no file.

use anyhow::{Context, Result};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The SQLite sources.
pub(super) struct Place {
    directory: TempDir,
}

impl Place {
    pub(super) fn new() -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("brisk-attack-").tempdir()?;
        let place = Self { directory };
        for (name, rows) in [("calm", 1), ("file", 20_000), ("other", 1)] {
            let path = place.path(name);
            std::thread::spawn(move || fill(&path, rows)).join().ok().context("a thread")??;
        }
        Ok(place)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(format!("{name}.sqlite"))
    }

    /// The sources' settings.
    /// Its clients have the usual limits.
    pub(super) fn configuration(&self, postgres: &str) -> String {
        format!(
            "[clients]\n[source.calm]\nurl = {:?}\n[source.file]\nurl = {:?}\ntimeout = \"2s\"\n\
             [source.pg]\nurl = {postgres:?}\n",
            self.path("calm"),
            self.path("file"),
        )
    }

    /// Changes the files until `end`.
    pub(super) async fn change(self, dashboards: PathBuf, end: Instant) -> Result<()> {
        tokio::fs::symlink("/dev/zero", dashboards.join("zero.toml")).await?;
        let (file, other) = (self.path("file"), self.path("other"));
        let moved = self.directory.path().join("moved");
        let full = tokio::fs::read(&file).await?;
        let short = tokio::fs::read(&other).await?;
        while Instant::now() < end {
            // First overwritten in place with less than is being read, then replaced by renaming.
            tokio::fs::write(&file, &short).await?;
            tokio::time::sleep(Duration::from_millis(300)).await;
            tokio::fs::write(&moved, &full).await?;
            tokio::fs::rename(&moved, &file).await?;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        tokio::fs::remove_file(dashboards.join("zero.toml")).await?;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn fill(path: &Path, rows: u32) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut database = options.connect().await?;
    database.execute("create table o (n integer, t text)").await?;
    let sql = format!(
        "with recursive r(n) as (select 1 union all select n + 1 from r where n < {rows})
         insert into o select n, hex(randomblob(500)) from r"
    );
    database.execute(AssertSqlSafe(sql)).await?;
    Ok(database.close().await?)
}
