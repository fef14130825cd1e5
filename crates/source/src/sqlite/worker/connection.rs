//! [`Opened`]: a connection to the file that is currently at its path.

use super::super::file;
use super::super::file_state::FileState;
use super::super::functions::{self, Zones};
use super::super::{joined_texts, long_texts};
use super::identity::{Identity, Place};
use super::log::Log;
use super::permissions::Permissions;
use super::protocol::{Failure, FilePath, Setup};
use super::watch::Watch;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};

/// The longest text, blob or row, in bytes. A result may hold less; intermediate values may be longer
/// than that.
const LONGEST_VALUE: i32 = 64 << 20;
/// The longest statement. Zones with hundreds of changes make them long.
const LONGEST_SQL: i32 = 2 << 20;
/// The longest LIKE or GLOB pattern, in bytes: its time grows with the square of its length.
const LONGEST_PATTERN: i32 = 1_000;
/// How long a statement waits for a writer.
const BUSY: Duration = Duration::from_secs(5);
/// How often a file may be replaced while it is opened.
const TRIES: usize = 10;
/// How long to wait, before each try, for others that have the log open and are being ended.
const MOMENT: Duration = Duration::from_millis(20);

const SETTINGS: &str = "
    pragma trusted_schema = off;
    pragma cell_size_check = on;
    pragma mmap_size = 0;
    pragma cache_size = -65536;
    pragma temp_store = memory;
    pragma threads = 0;";

/// A connection, and the files that it has open.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) permissions: Permissions,
    main: Identity,
    rollups: Option<Place>,
    /// Whether others may write to the file while it is read, by SQLite's own rules.
    is_wal: bool,
    /// The log of such a file. After the connection, which is closed first.
    log: Option<Log>,
}

impl Opened {
    /// A connection to the file of `setup` in a transaction, so that SQLite keeps others from changing
    /// what is read: `kept`, if the file is still the same, or a new one.
    pub(super) fn now(
        kept: Option<Self>,
        setup: &Setup,
        reads_rollups: bool,
        is_process: bool,
        zones: &Zones,
        watch: &Watch,
    ) -> Result<Self, Failure> {
        let path = setup.file.path();
        let rollups = setup.rollups.as_ref().filter(|_| reads_rollups).map(FilePath::path);
        if let Some(kept) = kept.filter(|kept| kept.has(rollups.as_deref()))
            && kept.begin().is_ok()
            && Identity::of(&path).is_ok_and(|now| kept.main.is_still(&now))
            && kept.log.as_ref().is_none_or(|log| log.is_well(&path))
        {
            return Ok(kept);
        }
        let mut has_its_log = true;
        for _ in 0..TRIES {
            let before = identity(&path)?;
            let opened = Self::open(setup, rollups.as_deref(), zones, watch, before);
            let begun = opened.and_then(|opened| Ok(opened.begin().map(|()| opened)?));
            // In a process shared with others, opening the index would release their locks.
            let log = is_process.then(|| Log::of(&path));
            has_its_log = log.as_ref().is_none_or(|log| log.is_well(&path));
            if !has_its_log {
                // The first connection to open it reads all of the log.
                drop(begun);
                std::thread::sleep(MOMENT);
                continue;
            }
            let mut opened = begun?;
            // Nothing was read before the lock: the content now is what will be read.
            let now = identity(&path)?;
            if before.place() == now.place() {
                (opened.main, opened.log) = (now, log.filter(|_| opened.is_wal));
                return Ok(opened);
            }
        }
        match has_its_log {
            true => Err(Failure::File("it is replaced again and again".into())),
            false => Err(Failure::Log),
        }
    }

    /// A connection that writes the rollups. In a process of its own, `brisk_file_state()` returns the
    /// state that the file had before.
    pub(super) fn writer(
        setup: &Setup,
        zones: &Zones,
        watch: &Watch,
        is_process: bool,
    ) -> Result<Self, Failure> {
        let (path, rollups) = (setup.file.path(), setup.rollups.as_ref().map(FilePath::path));
        let state = is_process.then(|| FileState::of(&path).ok()).flatten();
        let opened = Self::open(setup, rollups.as_deref(), zones, watch, identity(&path)?)?;
        functions::tell_file_state(&opened.connection, state.map(|state| state.text()))?;
        Ok(opened)
    }

    /// Ends the transaction.
    pub(super) fn end(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("rollback")
    }

    /// Whether the file has been written to since the transaction began, bypassing SQLite's locks.
    pub(super) fn was_written_over(&self, setup: &Setup) -> bool {
        let path = setup.file.path();
        if self.is_wal {
            // SQLite writes to the file itself, too.
            return self.log.as_ref().is_some_and(|log| !log.is_well(&path));
        }
        Identity::of(&path).is_ok_and(|now| self.main.was_written_before(&now))
    }

    fn open(
        setup: &Setup,
        rollups: Option<&Path>,
        zones: &Zones,
        watch: &Watch,
        main: Identity,
    ) -> Result<Self, Failure> {
        let path = setup.file.path();
        let common = OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = if setup.writes_rollups {
            // The connection as a whole may write and create, because otherwise no attached file could
            // be written; the URL of its main database makes that one read-only.
            let writing = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
            Connection::open_with_flags(file::uri(&path, "ro"), common | writing)?
        } else {
            Connection::open_with_flags(
                file::uri(&path, "ro"),
                common | OpenFlags::SQLITE_OPEN_READ_ONLY,
            )?
        };
        connection.busy_timeout(BUSY)?;
        connection.execute_batch(SETTINGS)?;
        let rollups = match rollups {
            None => None,
            Some(rollups) => attach(&connection, rollups, setup.writes_rollups)?,
        };
        if !setup.writes_rollups {
            connection.execute_batch("pragma query_only = on")?;
        }
        // The last reader does not checkpoint a database that others write.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !setup.writes_rollups)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        let limits = [
            (Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, LONGEST_SQL),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN),
            (Limit::SQLITE_LIMIT_ATTACHED, 1),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
            (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        ];
        for (limit, most) in limits {
            connection.set_limit(limit, most)?;
        }
        let journal: String =
            connection.query_row("pragma main.journal_mode", [], |row| row.get(0))?;
        functions::add(&connection, zones)?;
        long_texts::add(&connection, LONGEST_VALUE)?;
        joined_texts::add(&connection, LONGEST_VALUE as usize, setup.memory)?;
        watch.over(&connection)?;
        let permissions = Permissions::over(&connection, setup.writes_rollups)?;
        let (is_wal, log) = (journal == "wal", None);
        Ok(Self { connection, permissions, main, rollups, is_wal, log })
    }

    /// Begins a transaction that holds SQLite's read lock.
    fn begin(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("begin")?;
        let read = self.connection.query_row("pragma main.schema_version", [], |_| Ok(()));
        if read.is_err() {
            self.end()?;
        }
        read
    }

    /// Whether it has attached the rollups that are now in `file`, if any are wanted.
    fn has(&self, file: Option<&Path>) -> bool {
        let now = |file| Identity::of(file).ok().map(|file| file.place());
        file.is_none_or(|file| now(file) == self.rollups)
    }
}

fn identity(path: &Path) -> Result<Identity, Failure> {
    Identity::of(path).map_err(|error| Failure::File(error.to_string()))
}

/// Attaches the rollups in `file` as the schema `brisk`. A reader without a file has none, which the
/// statement reports.
fn attach(connection: &Connection, file: &Path, writes: bool) -> Result<Option<Place>, Failure> {
    let place = Identity::of(file).ok().map(|file| file.place());
    if place.is_none() && !writes {
        return Ok(None);
    }
    let mode = if writes { "rwc" } else { "ro" };
    connection.execute("attach database ?1 as brisk", [file::uri(file, mode)])?;
    connection.execute_batch("pragma brisk.mmap_size = 0; pragma brisk.cache_size = -16384")?;
    if writes {
        // Readers continue with the old rows while new ones are written.
        write_ahead(connection)?;
    }
    Ok(place)
}

/// Gives the rollups a write-ahead log. SQLite waits for no lock to change the journal, so of the
/// writers that open a new file together all but one are refused at first.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let journal = "pragma brisk.journal_mode = wal; pragma brisk.synchronous = normal";
    let started = Instant::now();
    loop {
        match connection.execute_batch(journal) {
            Err(error) if is_busy(&error) && started.elapsed() < BUSY => std::thread::sleep(MOMENT),
            done => return done,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let busy = [rusqlite::ErrorCode::DatabaseBusy, rusqlite::ErrorCode::DatabaseLocked];
    error.sqlite_error_code().is_some_and(|code| busy.contains(&code))
}
