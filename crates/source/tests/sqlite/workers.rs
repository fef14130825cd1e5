//! Statements on SQLite files in processes of their own: how one of them affects itself, others and the
//! server.

use crate::fixture;

use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Program, Source, SourceError, Statement};
use brisk_test_waiting::{eventually, wait_for};
use fixture::statement;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Memory that a statement may take, in these tests.
pub(crate) const MEMORY: u64 = 64 << 20;

/// A source whose file is `path`, with workers of its own.
pub(crate) fn source(path: &Path, limits: Limits) -> Source {
    let name = SourceName::parse("shop").unwrap();
    Source::sqlite(name, path, limits).with_worker_processes(program(), MEMORY)
}

pub(crate) fn program() -> Program {
    Program::at(PathBuf::from(env!("CARGO_BIN_EXE_brisk-sqlite-worker")))
}

fn seconds(seconds: u64) -> Limits {
    Limits { time: Duration::from_secs(seconds), ..Limits::default() }
}

pub(crate) struct World {
    directory: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// A world whose database was made by `sql`.
    pub(crate) async fn with(sql: &str) -> Self {
        let world = Self::new();
        write(&world.path(), sql).await;
        world
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.file("shop.sqlite")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn source(&self) -> Source {
        source(&self.path(), seconds(60))
    }
}

pub(crate) async fn write(path: &Path, sql: &str) {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

/// A statement that bypasses the check of the author's text.
pub(crate) fn unchecked(sql: &str) -> Statement {
    let mut statement = statement(Dialect::Sqlite, "select 1 as a");
    statement.sql = sql.to_owned();
    statement
}

/// The first cell of `sql`'s result, which must have one.
pub(crate) async fn first(source: &Source, sql: &str) -> Result<String, SourceError> {
    let frame = wait_for("an answer", source.run(&unchecked(sql), &[])).await?;
    Ok(frame.columns()[0].values.exact(0).unwrap())
}

/// The workers that have `file` open, whoever started them.
fn workers_on(file: &Path) -> BTreeSet<i32> {
    let file = file.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let entry = entry.ok()?;
        let id = entry.file_name().to_str()?.parse().ok()?;
        let command = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let is_worker = command.starts_with("brisk: sqlite-worker");
        (is_worker && open_files(id).iter().any(|open| open.starts_with(file))).then_some(id)
    });
    processes.collect()
}

fn open_files(process: i32) -> Vec<String> {
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten();
    let links = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    links.map(|link| link.to_string_lossy().into_owned()).collect()
}

async fn wait_until_none_is_on(file: &Path) {
    eventually("its worker is gone", async || workers_on(file).is_empty()).await;
}

fn kill(process: i32) {
    // It may be gone already.
    let _ = kill_process(Pid::from_raw(process).unwrap(), Signal::KILL);
}

/// Bytes of memory that this process has.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().trim().parse::<u64>().unwrap() << 10
}

const NUMBERS: &str = "create table o (n int); insert into o values (1), (2)";

/// Calculates for hours without checking whether to go on.
const SPIN: &str = "select instr(printf('%.*c', 20000000, 'a'), printf('%.*c', 10000000, 'a')||'b') \
                    as a from o";

#[tokio::test]
async fn a_statement_runs_in_a_process_of_its_own_that_stays_for_the_next_one() {
    let world = World::with(NUMBERS).await;
    let source = world.source();
    assert!(workers_on(&world.path()).is_empty());
    assert_eq!(first(&source, "select sum(n) from o").await.unwrap(), "3");
    let workers = workers_on(&world.path());
    assert_eq!(workers.len(), 1);
    assert_eq!(first(&source, "select max(n) from o").await.unwrap(), "2");
    assert_eq!(workers_on(&world.path()), workers);
    let counts = source.worker_counts().unwrap();
    assert_eq!((counts.alive, counts.started, counts.ended), (1, 1, 0));
    drop(source);
    wait_until_none_is_on(&world.path()).await;
}

#[tokio::test]
async fn a_worker_inherits_neither_variables_nor_files_and_is_limited() {
    let world = World::with(NUMBERS).await;
    let source = world.source();
    first(&source, "select sum(n) from o").await.unwrap();
    let worker = *workers_on(&world.path()).first().unwrap();
    let read = |what: &str| std::fs::read_to_string(format!("/proc/{worker}/{what}")).unwrap();
    let variables = read("environ");
    assert!(variables.split_terminator('\0').all(|one| one.starts_with("TZ=")), "{variables}");
    let mut files = open_files(worker);
    files.retain(|file| file != "/dev/null" && !file.starts_with("socket:"));
    assert_eq!(files, [world.path().to_str().unwrap()]);
    let limits = read("limits");
    let limit = |name: &str| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!(limit("Max core file size"), "0");
    assert!(limit("Max data size").parse::<u64>().unwrap() < MEMORY + (512 << 20));
    assert_eq!(read("oom_score_adj").trim(), "1000");
}

#[tokio::test]
async fn what_takes_too_much_memory_fails_alone_and_leaves_none_of_it_taken() {
    let world = World::with(NUMBERS).await;
    let source = Source::sqlite(SourceName::parse("shop").unwrap(), &world.path(), seconds(60));
    let source = source.with_worker_processes(program(), 16 << 20);
    let before = resident();
    let numbers =
        "with recursive r(i) as (select 1 union all select i + 1 from r where i < 3000000)";
    let bombs = [
        "select printf('%.*c', 999999999, 'x') as a, printf('%.*c', 999999998, 'x') as b from o"
            .into(),
        "select length(printf('%.*c', 60000000, 'x') || printf('%.*c', 7000000, n)) as a from o"
            .into(),
        "select hex(randomblob(900000000)) as a from o".into(),
        "select replace(hex(randomblob(1000000)), '0', hex(randomblob(1000))) as a from o".into(),
        format!("{numbers} select group_concat(i) as a from r"),
        format!("{numbers} select json_group_array(i) as a from r"),
        format!("{numbers} select i from r order by i * 7 % 1000003"),
        format!("{numbers} select count(distinct i) as a from r"),
        format!("{numbers} select a.i from r a, r b where a.i = b.i order by 1"),
        format!("select {} from o", vec!["randomblob(9000000)"; 30].join(", ")),
    ];
    let mut failed = 0;
    for bomb in &bombs {
        match wait_for("it ends", source.run(&unchecked(bomb), &[])).await {
            // A text that is too long for SQLite is NULL.
            Ok(frame) => assert!(frame.rows() <= 2, "{bomb}"),
            Err(error) => {
                assert!(!matches!(error, SourceError::Ended), "{bomb}");
                let told = error.to_string();
                let is_told = ["memory", "larger than", "more than", "too big"];
                assert!(is_told.iter().any(|word| told.contains(word)), "{bomb}: {told}");
                failed += 1;
            }
        }
        assert_eq!(first(&source, "select sum(n) from o").await.unwrap(), "3", "after {bomb}");
    }
    assert!(failed >= 7, "{failed} of {} failed", bombs.len());
    let taken = resident().saturating_sub(before);
    assert!(taken < 512 << 20, "this process has taken {taken} bytes");
}

#[tokio::test]
async fn an_aggregate_that_fills_memory_ends_at_the_limit_and_not_with_its_rows() {
    let world = World::with(NUMBERS).await;
    let source = Source::sqlite(SourceName::parse("shop").unwrap(), &world.path(), seconds(50));
    let source = source.with_worker_processes(program(), 2 * MEMORY);
    let endless = "with recursive r(i) as (select 1 union all select i + 1 from r), \
                   t(x, i) as (select printf('%.*c', 1000, 'x') || i, i from r)";
    for aggregate in [
        "group_concat(x)",
        "string_agg(x, i)",
        "group_concat(distinct x)",
        "group_concat(x order by x)",
        "json_group_array(x)",
        "json_group_object(x, x)",
        "jsonb_group_array(x)",
        "count(distinct x)",
    ] {
        let sql = format!("{endless} select length({aggregate}) as a from t");
        let told = first(&source, &sql).await.unwrap_err().to_string();
        // And not that it took too long.
        let is_told = told.contains("larger than") || told.contains("memory");
        assert!(is_told, "{aggregate}: {told}");
    }
    assert_eq!(first(&source, "select sum(n) from o").await.unwrap(), "3");
}

#[tokio::test]
async fn what_never_asks_whether_to_stop_is_ended_with_its_process() {
    let world = World::with(NUMBERS).await;
    let source = source(&world.path(), seconds(1));
    // More often than there are places.
    for _ in 0..5 {
        let error = first(&source, SPIN).await.unwrap_err();
        assert!(matches!(error, SourceError::Timeout { seconds: 1 }), "{error}");
        wait_until_none_is_on(&world.path()).await;
    }
    assert_eq!(source.worker_counts().unwrap().ended, 5);
    assert_eq!(first(&source, "select sum(n) from o").await.unwrap(), "3");
}

#[tokio::test]
async fn a_worker_whose_reader_has_gone_is_ended_and_its_neighbours_go_on() {
    let world = World::with(NUMBERS).await;
    let source = world.source();
    let spin = unchecked(SPIN);
    let spins = source.run(&spin, &[]);
    let beside = async {
        eventually("it runs", async || !workers_on(&world.path()).is_empty()).await;
        first(&source, "select sum(n) from o").await
    };
    // Dropped at the end of this statement.
    tokio::select! {
        biased;
        answer = beside => assert_eq!(answer.unwrap(), "3"),
        _ = spins => panic!("it takes hours"),
    }
    let one_is_left = async || workers_on(&world.path()).len() == 1;
    eventually("the neighbour's worker alone is left", one_is_left).await;
    assert_eq!(source.worker_counts().unwrap().ended, 1);
}

#[tokio::test]
async fn a_worker_that_is_killed_from_outside_fails_its_own_statement_only() {
    let world = World::with(NUMBERS).await;
    let source = world.source();
    // Between two statements, nobody notices.
    for _ in 0..3 {
        assert_eq!(first(&source, "select sum(n) from o").await.unwrap(), "3");
        workers_on(&world.path()).into_iter().for_each(kill);
    }
    wait_until_none_is_on(&world.path()).await;
    let spin = unchecked(SPIN);
    let spins = wait_for("it ends", source.run(&spin, &[]));
    let killed = async {
        loop {
            // Once more if the first worker was from before, so that the statement runs again.
            eventually("it runs", async || !workers_on(&world.path()).is_empty()).await;
            workers_on(&world.path()).into_iter().for_each(kill);
        }
    };
    let error = tokio::select! {
        result = spins => result.unwrap_err(),
        () = killed => unreachable!("it goes on"),
    };
    assert!(matches!(error, SourceError::Ended), "{error}");
    assert_eq!(first(&source, "select sum(n) from o").await.unwrap(), "3");
}

/// Set in the process that stands for the server: the file of its source.
const FILE: &str = "BRISK_TEST_WORKERS_FILE";

#[tokio::test]
async fn workers_end_with_a_server_that_is_killed() {
    if let Some(file) = std::env::var_os(FILE) {
        let _ = source(Path::new(&file), seconds(600)).run(&unchecked(SPIN), &[]).await;
        return;
    }
    let world = World::with(NUMBERS).await;
    let mut server = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::workers::workers_end_with_a_server_that_is_killed"])
        .env(FILE, world.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    eventually("its worker runs", async || !workers_on(&world.path()).is_empty()).await;
    server.kill().unwrap();
    server.wait().unwrap();
    wait_until_none_is_on(&world.path()).await;
}

#[tokio::test]
async fn what_is_no_database_is_refused_without_waiting_for_it() {
    let world = World::with(NUMBERS).await;
    std::fs::create_dir(world.file("folder")).unwrap();
    std::fs::write(world.file("text"), "not a database, but long enough for one".repeat(99))
        .unwrap();
    let made = std::process::Command::new("mkfifo").arg(world.file("fifo")).status().unwrap();
    assert!(made.success());
    let paths = [world.file("folder"), world.file("text"), world.file("fifo"), world.file("none")];
    for path in paths.iter().map(PathBuf::as_path).chain([Path::new("/dev/zero")]) {
        let source = source(path, seconds(50));
        let error = first(&source, "select count(*) from sqlite_schema").await.unwrap_err();
        assert!(matches!(error, SourceError::Unavailable(_)), "{}: {error}", path.display());
    }
}

#[tokio::test]
async fn an_answer_that_no_worker_gives_ends_it() {
    let world = World::with(NUMBERS).await;
    // The socket is the standard input; these bytes are garbage as a frame, or a frame of arbitrary
    // length.
    let programs = [
        ("zeros", "exec /bin/cat /dev/zero >&0"),
        ("noise", "exec /bin/cat /dev/urandom >&0"),
        ("nothing", "exit 0"),
        ("long", "printf '\\377\\377\\377\\377\\001' >&0; exec /bin/cat /dev/zero >&0"),
        (
            "rows",
            "printf '\\004\\000\\000\\000\\001\\000\\000\\000\\000' >&0; exec /bin/sleep 1000",
        ),
    ];
    for (name, script) in programs {
        let path = world.file(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
        std::fs::set_permissions(&path, permissions).unwrap();
        let name = SourceName::parse("shop").unwrap();
        let source = Source::sqlite(name, &world.path(), seconds(50));
        let source = source.with_worker_processes(Program::at(path), MEMORY);
        let error = first(&source, "select 1").await.unwrap_err();
        assert!(matches!(error, SourceError::Ended), "{script}: {error}");
        assert_eq!(source.worker_counts().unwrap().alive, 0);
    }
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_told() {
    let world = World::with(NUMBERS).await;
    let source = Source::sqlite(SourceName::parse("shop").unwrap(), &world.path(), seconds(50));
    let source = source.with_worker_processes(Program::at(world.file("nowhere")), MEMORY);
    let error = first(&source, "select 1").await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable(_)), "{error}");
}
