//! Runs statements on SQLite: read-only, in worker processes, within limits.

use super::value::{self, Hint};
use super::worker::client::ResultSet;
use super::worker::pool::{Trouble, WorkerCounts, Workers};
use super::worker::process::Program;
use super::worker::protocol::{Failure, FilePath, Run, Setup, Value};
use super::{error, file};
use crate::about::About;
use crate::columns::distinct_names;
use crate::compile::statement::{Bind, Chosen, Statement};
use crate::connect_error::ConnectError;
use crate::error::SourceError;
use crate::limits::Limits;
use brisk_domain::{Frame, SourceName};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A SQLite database that panels read. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sqlite {
    name: SourceName,
    path: PathBuf,
    limits: Limits,
    workers: Workers,
    program: Option<Program>,
}

/// How many statements run at once; the others queue. Not fewer on fewer cores: a panel with two
/// slow statements would hold up all others.
pub const CONNECTIONS: u32 = 4;

/// How much memory a statement may take, by default.
pub const MEMORY: u64 = 512 << 20;

/// The log's message about a write-ahead log that something other than SQLite put there.
pub(super) const LOG: &str = "its write-ahead log (-wal) is not the one that its index (-shm) describes: \
     replace a database with both, or without";

/// How long opening the file may take at startup.
const ABOUT: Duration = Duration::from_secs(5);

impl Sqlite {
    /// The database file at `path`, which is opened when first needed, on threads of this process.
    pub(crate) fn new(name: SourceName, path: &Path, limits: Limits) -> Self {
        let setup = Setup {
            file: FilePath::new(path),
            rollups: None,
            writes_rollups: false,
            rows: limits.rows as u64,
            bytes: limits.bytes as u64,
            memory: MEMORY,
        };
        let workers = Workers::new(None, setup, CONNECTIONS);
        Self { name, path: path.to_owned(), limits, workers, program: None }
    }

    /// The same in processes of `program`, each with `memory` bytes for a statement.
    pub(crate) fn with_processes(self, program: Program, memory: u64) -> Self {
        let setup = Setup { memory, ..self.workers.setup().clone() };
        let workers = Workers::new(Some(program.clone()), setup, CONNECTIONS);
        Self { workers, program: Some(program), ..self }
    }

    /// The same with the rollups in `file`, for statements that read them.
    pub(crate) fn with_rollups(self, file: &Path) -> Self {
        let rollups = Some(FilePath::new(file));
        let setup = Setup { rollups, ..self.workers.setup().clone() };
        Self { workers: Workers::new(self.program.clone(), setup, CONNECTIONS), ..self }
    }

    /// The database file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Workers that write the rollups in `file`.
    pub(crate) fn rollup_workers(&self, file: &Path) -> Workers {
        let setup = Setup {
            rollups: Some(FilePath::new(file)),
            writes_rollups: true,
            ..self.workers.setup().clone()
        };
        Workers::new(self.program.clone(), setup, CONNECTIONS)
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn connections(&self) -> (u32, u32) {
        (CONNECTIONS, self.workers.counts().alive)
    }

    /// Counts of its workers so far.
    pub(crate) fn worker_counts(&self) -> WorkerCounts {
        self.workers.counts()
    }

    /// What distinguishes this file from another one at its path, whose tables may have other
    /// columns.
    pub(crate) async fn version(&self) -> Option<file::Version> {
        file::version(&self.path).await
    }

    /// SQLite's version.
    pub(crate) async fn about(&self) -> Result<About, ConnectError> {
        let sql = "select sqlite_version() as version, (select count(*) from sqlite_schema)";
        let statement = Statement::of_our_own(sql.to_owned(), Vec::new());
        let asked = tokio::time::timeout(ABOUT, self.asked(&statement, false)).await;
        let result = asked.unwrap_or(Err(Trouble::Late)).map_err(|trouble| match trouble {
            Trouble::Failed(Failure::NotADatabase(_)) => ConnectError::NotADatabase,
            Trouble::Failed(Failure::File(why)) => ConnectError::File(why),
            Trouble::Failed(Failure::Log) => ConnectError::File(LOG.to_owned()),
            Trouble::Start(why) => {
                ConnectError::Other(format!("its worker cannot be started ({why})"))
            }
            other => ConnectError::Other(self.error(other, &statement).to_string()),
        })?;
        let frame = frame(result, &statement, &[]);
        let frame = frame.map_err(|error| ConnectError::Other(error.to_string()))?;
        let version = frame.column("version").and_then(|column| column.values.exact(0));
        // The file is opened read-only.
        Ok(About { version: format!("SQLite {}", version.unwrap_or_default()), may_write: None })
    }

    /// Runs `statement`. Whole-number columns named in `scales` count 10^-scale units and become
    /// decimals. Dropping the future stops the statement.
    pub(crate) async fn run(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Frame, SourceError> {
        let result = self.result(statement, false).await?;
        frame(result, statement, scales)
    }

    /// Whether SQLite accepts `statement`: it is prepared, and nothing of it runs.
    pub(crate) async fn check(&self, statement: &Statement) -> Result<(), SourceError> {
        self.result(statement, true).await.map(drop)
    }

    async fn result(
        &self,
        statement: &Statement,
        is_only_prepared: bool,
    ) -> Result<ResultSet, SourceError> {
        let result = self.asked(statement, is_only_prepared).await;
        result.map_err(|trouble| self.error(trouble, statement))
    }

    async fn asked(
        &self,
        statement: &Statement,
        is_only_prepared: bool,
    ) -> Result<ResultSet, Trouble> {
        let run = || Run { is_only_prepared, ..self.request(statement) };
        let zone = statement.zone.as_ref().map(|zone| (&zone.name, &zone.offsets));
        self.workers.run(run, zone, self.limits.time).await
    }

    fn request(&self, statement: &Statement) -> Run {
        Run {
            sql: statement.sql.clone(),
            values: values(&statement.binds),
            reads_rollups: statement.rollups().next().is_some(),
            milliseconds: self.limits.time.as_millis() as u64,
            is_only_prepared: false,
        }
    }

    fn timeout(&self) -> SourceError {
        SourceError::Timeout { seconds: self.limits.time.as_secs() }
    }

    /// What readers are told. Details stay in the log, because they may contain paths.
    fn error(&self, trouble: Trouble, statement: &Statement) -> SourceError {
        let unavailable = |told: &str, error: &dyn std::fmt::Display| {
            tracing::warn!(source = %self.name, %error, "a source cannot be reached");
            SourceError::Unavailable(told.into())
        };
        match trouble {
            Trouble::Failed(failure) => match failure {
                Failure::Refused { message, offset, .. } => {
                    let offset = offset.and_then(|offset| usize::try_from(offset).ok());
                    error::statement_error(&message, offset, statement)
                }
                Failure::Function(name) => error::function_error(&name, &statement.query),
                Failure::File(why) | Failure::NotADatabase(why) => {
                    unavailable("its file cannot be read", &why)
                }
                Failure::Log => unavailable("its file cannot be read", &LOG),
                Failure::Time => self.timeout(),
                Failure::Memory => SourceError::Memory { limit: self.workers.setup().memory },
                Failure::Rows => SourceError::TooManyRows { limit: self.limits.rows },
                Failure::Bytes => SourceError::TooLarge { limit: self.limits.bytes },
            },
            Trouble::Late => self.timeout(),
            Trouble::Died => SourceError::Ended,
            Trouble::Busy => unavailable("all its connections are busy", &"too many statements"),
            Trouble::Start(error) => unavailable("its worker cannot be started", &error),
        }
    }
}

/// The values as SQLite stores them.
pub(super) fn values(binds: &[Bind]) -> Vec<Value> {
    let value = |bind: &Bind| match bind {
        Bind::Int(value) => Value::Int(*value),
        Bind::Chosen(Chosen { text, is_number: true, .. }) => match text.parse::<i64>() {
            Ok(value) => Value::Int(value),
            Err(_) => Value::Real(text.parse::<f64>().unwrap_or(f64::NAN)),
        },
        Bind::Text(text) | Bind::Chosen(Chosen { text, .. }) => Value::Text(text.clone()),
    };
    binds.iter().map(value).collect()
}

fn frame(
    result: ResultSet,
    statement: &Statement,
    scales: &[(String, u8)],
) -> Result<Frame, SourceError> {
    let names = distinct_names(result.columns.iter().map(|column| column.name.as_str()));
    let hint = |name: &String, is_declared_text: bool| {
        let scale = scales.iter().find(|(column, _)| column == name);
        match scale {
            _ if statement.times.contains(name) => Hint::Time,
            Some((_, scale)) => Hint::Scale(*scale),
            None if is_declared_text => Hint::DeclaredText,
            None => Hint::None,
        }
    };
    let columns = names.iter().zip(&result.columns).zip(result.cells);
    let columns = columns.map(|((name, column), cells)| {
        value::column(name, cells, hint(name, column.is_declared_text))
    });
    Ok(Frame::new(columns.collect::<Result<_, _>>()?)?)
}
