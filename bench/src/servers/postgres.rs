//! A PostgreSQL server that counts its statements, and can be killed and restarted.

use super::disk::Disk;
use super::guarded::Guarded;
use super::{as_unprivileged, free_port, listening, program, quietly, unprivileged};
use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::ffi::OsString;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;

/// The owner of the data; panels read as [`READER`].
const OWNER: &str = "owner";
/// The read-only role of sources.
pub const READER: &str = "reader";

/// A private PostgreSQL server.
pub struct Postgres {
    /// The port it listens on.
    pub port: u16,
    /// The owner's connections.
    pub pool: PgPool,
    directory: TempDir,
    disk: Option<Disk>,
    process: Mutex<Option<Guarded>>,
}

impl Postgres {
    /// Creates a server with an empty database, and counts its statements.
    pub async fn start() -> Result<Self> {
        Self::start_on(None).await
    }

    /// The same on a disk of its own, which can be filled.
    pub async fn start_on(disk: Option<Disk>) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("brisk-bench-").tempdir()?;
        if let Some(user) = unprivileged() {
            quietly(Command::new("chown").arg(user).arg(directory.path()))?;
        }
        let data = match &disk {
            Some(disk) => disk.folder().to_owned(),
            None => directory.path().to_owned(),
        };
        let mut words = disk.as_ref().map(Disk::within).unwrap_or_default();
        words.extend(as_unprivileged());
        words.push(program("initdb")?.into());
        words.extend(
            ["--auth=trust", "--no-sync", "--encoding=UTF8", "--username", OWNER, "-D"]
                .map(OsString::from),
        );
        words.push(data.join("data").into());
        // Small ones, of which new ones are soon needed: those that are there are written to on a full disk.
        words.extend(disk.iter().map(|_| "--wal-segsize=1".into()));
        quietly(Command::new(&words[0]).args(&words[1..]).current_dir(directory.path()))?;
        let port = free_port()?;
        let pool = pool_at(port);
        let server = Self { port, pool, directory, disk, process: Mutex::default() };
        server.run()?;
        let setup = [
            "create extension pg_stat_statements".to_owned(),
            format!("create role {READER} login"),
            format!("grant pg_read_all_data to {READER}"),
        ];
        for statement in setup {
            server.execute(statement).await?;
        }
        Ok(server)
    }

    /// A read replica of it: a hot standby, which has what it has.
    pub fn replica(&self) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("brisk-bench-").tempdir()?;
        if let Some(user) = unprivileged() {
            quietly(Command::new("chown").arg(user).arg(directory.path()))?;
        }
        let mut words = as_unprivileged();
        words.push(program("pg_basebackup")?.into());
        words.extend(
            ["-h", "127.0.0.1", "-U", OWNER, "-R", "-c", "fast", "-X", "stream", "-p"]
                .map(OsString::from),
        );
        words.extend([self.port.to_string().into(), "-D".into()]);
        words.push(directory.path().join("data").into());
        quietly(Command::new(&words[0]).args(&words[1..]).current_dir(directory.path()))?;
        let port = free_port()?;
        let pool = pool_at(port);
        let server = Self { port, pool, directory, disk: None, process: Mutex::default() };
        server.run()?;
        Ok(server)
    }

    /// Restarts it, on the same port, with its data.
    pub fn run(&self) -> Result<()> {
        let folder = self.disk.as_ref().map_or(self.directory.path(), Disk::folder);
        let mut words = self.disk.as_ref().map(Disk::within).unwrap_or_default();
        words.extend(as_unprivileged());
        words.push(program("postgres")?.into());
        words.push("-D".into());
        words.push(folder.join("data").into());
        words.extend(["-h", "127.0.0.1", "-p"].map(OsString::from));
        words.push(self.port.to_string().into());
        words.push("-k".into());
        words.push(folder.into());
        for setting in [
            "fsync=off",
            "shared_preload_libraries=pg_stat_statements",
            "pg_stat_statements.track=top",
            "shared_buffers=1GB",
            "max_connections=200",
            "max_wal_size=4GB",
        ] {
            words.extend(["-c", setting].map(OsString::from));
        }
        let (directory, log) = (self.directory.path(), self.directory.path().join("log"));
        // QUIT is its immediate shutdown, which ends its children as well.
        *self.lock() = Some(Guarded::start(&words, directory, &log, "QUIT", &[])?);
        listening(self.port, "postgres")
    }

    /// The URL for a source.
    pub fn url(&self) -> String {
        format!("postgres://{READER}@127.0.0.1:{}/postgres", self.port)
    }

    /// The URL for its owner, who may create tables.
    pub fn owner_url(&self) -> String {
        format!("postgres://{OWNER}@127.0.0.1:{}/postgres", self.port)
    }

    /// Kills it, with everything it is doing.
    pub fn kill(&self) {
        drop(self.lock().take());
    }

    /// Sends its parent process a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.lock().as_ref().context("it does not run")?.signal(signal)
    }

    /// Sends a signal to it and to the processes of its connections, which do not stop with their parent.
    pub fn signal_all(&self, signal: Signal) -> Result<()> {
        let parent = self.lock().as_ref().context("it does not run")?.pid();
        kill_process(parent, signal)?;
        for child in children(parent)? {
            // It may have ended meanwhile.
            let _ = kill_process(child, signal);
        }
        Ok(())
    }

    /// Whether it has not ended by itself.
    pub fn is_running(&self) -> bool {
        self.lock().as_ref().is_some_and(|process| !process.has_ended())
    }

    /// Its disk, if it has one of its own.
    pub fn disk(&self) -> Option<&Disk> {
        self.disk.as_ref()
    }

    /// Runs a statement as the owner.
    pub async fn execute(&self, sql: impl Into<String>) -> Result<()> {
        let sql = sql.into();
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(&self.pool).await;
        done.map(|_| ()).with_context(|| format!("running {sql}"))
    }

    /// Queries a single number.
    pub async fn number(&self, sql: &str) -> Result<i64> {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
        query.fetch_one(&self.pool).await.with_context(|| format!("running {sql}"))
    }

    /// Queries a single text.
    pub async fn text(&self, sql: &str) -> Result<String> {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
        query.fetch_one(&self.pool).await.with_context(|| format!("running {sql}"))
    }

    /// The URL for another role.
    pub fn url_of(&self, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/postgres", self.port)
    }

    /// Statements that the sources' role has completed or started since the last reset, without
    /// those that prepare its sessions.
    pub async fn statements(&self) -> Result<i64> {
        self.number(&format!(
            "select coalesce(sum(calls), 0)::int8 from pg_stat_statements \
             where userid = '{READER}'::regrole and query not ilike 'set %' \
             and query <> 'select pg_backend_pid()'"
        ))
        .await
    }

    /// Resets the count.
    pub async fn reset(&self) -> Result<()> {
        self.execute("select pg_stat_statements_reset()").await
    }

    /// Statements of sources that are running.
    pub async fn running(&self) -> Result<i64> {
        self.number(&format!(
            "select count(*) from pg_stat_activity where usename = '{READER}' and state = 'active'"
        ))
        .await
    }

    /// Connections of sources: all, and those in a transaction.
    pub async fn connections(&self) -> Result<(i64, i64)> {
        let of = |more: &str| {
            format!("select count(*) from pg_stat_activity where usename = '{READER}'{more}")
        };
        let within = of(" and xact_start is not null");
        Ok((self.number(&of("")).await?, self.number(&within).await?))
    }

    /// CPU time of the server and its children, including those that have exited.
    pub fn cpu_time(&self) -> Result<Duration> {
        let guard = self.lock();
        guard.as_ref().context("it does not run")?.family_cpu_time()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Guarded>> {
        self.process.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn children(parent: Pid) -> Result<Vec<Pid>> {
    let mut children = Vec::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // The second field is a name in parentheses, which may contain anything; the fourth is the parent.
        let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
        let is_child = rest.split(' ').nth(1) == Some(&parent.as_raw_nonzero().to_string());
        let id = entry.file_name().to_str().and_then(|name| name.parse().ok());
        children.extend(id.filter(|_| is_child).and_then(Pid::from_raw));
    }
    Ok(children)
}

/// The owner's connections to the server at `port`.
fn pool_at(port: u16) -> PgPool {
    let options = PgConnectOptions::new().host("127.0.0.1").port(port).username(OWNER);
    PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(30))
        .connect_lazy_with(options.database("postgres"))
}
