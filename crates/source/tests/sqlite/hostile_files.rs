//! Files that are no databases where it counts, and what may lie beside one: logs and journals of others, FIFOs,
//! devices. Each statement ends, and nothing is written.

use super::workers::{World, first, source};
use brisk_source::{Limits, Source, SourceError};
use brisk_test_waiting::wait_for;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const TABLES: &str = "
    create table o (n int, t text); create index i on o (t);
    with recursive r(i) as (select 1 union all select i + 1 from r where i < 500)
    insert into o select i, 'text ' || i from r;
    insert into o values (0, hex(randomblob(20000)));
    create virtual table f using fts5(t); insert into f select t from o;
    create virtual table b using rtree(id, x, y); insert into b select n, n, n + 1 from o";
const QUESTIONS: [&str; 5] = [
    "select sum(n) from o",
    "select max(length(t)) from o",
    "select count(*) from o where t > 'text 3'",
    "select count(*) from f where f match 'text'",
    "select count(*) from b where x > 7",
];

fn short(path: &Path) -> Source {
    source(path, Limits { time: Duration::from_secs(1), ..Limits::default() })
}

fn long(path: &Path) -> Source {
    source(path, Limits { time: Duration::from_secs(50), ..Limits::default() })
}

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// Asks all that may be asked of the tables; whatever the answers, there are some.
async fn ask(source: &Source) {
    for question in QUESTIONS {
        let _ = wait_for("an answer", first(source, question)).await;
    }
}

#[tokio::test]
async fn pages_with_any_bytes_in_them_end_their_own_statements() {
    let world = World::with(TABLES).await;
    let whole = std::fs::read(world.path()).unwrap();
    let source = short(&world.path());
    let mut numbers = Numbers(7);
    for round in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..=round % 8 {
            // The header, heads of pages, or anywhere.
            let page = numbers.below(whole.len() / 4_096) * 4_096;
            let at = match numbers.below(3) {
                0 => numbers.below(100),
                1 => page + numbers.below(16),
                _ => numbers.below(whole.len()),
            };
            bytes[at] = [0, 1, 0x7f, 0x80, 0xff][numbers.below(5)];
        }
        std::fs::write(world.path(), &bytes).unwrap();
        ask(&source).await;
    }
    std::fs::write(world.path(), &whole).unwrap();
    assert_eq!(first(&long(&world.path()), QUESTIONS[0]).await.unwrap(), "125250");
}

#[tokio::test]
async fn headers_may_claim_what_they_like() {
    let world = World::with(TABLES).await;
    let whole = std::fs::read(world.path()).unwrap();
    let source = short(&world.path());
    let claims: [(usize, &[u8]); 16] = [
        (0, b"SQLite format 4\0"),
        (16, &[0, 1]),
        (16, &[2, 0]),
        (16, &[0xff, 0xff]),
        (18, &[2, 2]),
        (18, &[9, 9]),
        (20, &[0xff]),
        (21, &[0, 0, 0]),
        (28, &[0xff; 4]),
        (28, &[0; 4]),
        // The list of free pages, the size of the cache, the format of the schema, the encoding.
        (32, &[0xff; 8]),
        (48, &[0x7f, 0xff, 0xff, 0xff]),
        (44, &[0, 0, 0, 99]),
        (52, &[0, 0, 0, 1]),
        (56, &[0, 0, 0, 9]),
        (100, &[0xff; 8]),
    ];
    for (at, claim) in claims {
        let mut bytes = whole.clone();
        bytes[at..at + claim.len()].copy_from_slice(claim);
        std::fs::write(world.path(), &bytes).unwrap();
        ask(&source).await;
    }
    // Cut anywhere, and longer than any disk.
    for length in [0, 1, 99, 100, 4_095, 4_096, 4_097, 3 * 4_096, 1 << 42] {
        std::fs::write(world.path(), &whole).unwrap();
        let mut file = std::fs::OpenOptions::new().write(true).open(world.path()).unwrap();
        if file.set_len(length).is_err() {
            // Not on this file system.
            continue;
        }
        if length > 4_096 {
            file.seek(SeekFrom::Start(28)).unwrap();
            file.write_all(&[0x7f, 0xff, 0xff, 0xff]).unwrap();
        }
        drop(file);
        ask(&source).await;
    }
    std::fs::write(world.path(), &whole).unwrap();
    assert_eq!(first(&long(&world.path()), QUESTIONS[0]).await.unwrap(), "125250");
}

/// Puts something in the place of a file.
type Put = (&'static str, fn(&World, &Path));

const PUTS: [Put; 6] = [
    ("noise", |_, path| std::fs::write(path, vec![0x5a; 100_000]).unwrap()),
    ("a file of another database", |world, path| {
        let end = path.to_str().unwrap().rsplit_once('-').unwrap().1;
        std::fs::copy(world.file(&format!("other.sqlite-{end}")), path).unwrap();
    }),
    ("a folder", |_, path| std::fs::create_dir(path).unwrap()),
    ("a FIFO", |_, path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success())),
    ("a device", |_, path| symlink("/dev/zero", path).unwrap()),
    ("a link to nowhere", |_, path| symlink("/nonexistent/file", path).unwrap()),
];

fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
    let _ = std::fs::remove_dir(path);
}

/// What another database has beside it while somebody writes to it.
async fn of_another(world: &World) {
    use sqlx::{Connection as _, Executor as _};
    let path = world.file("busy.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let copy = |end: &str| {
        let from = world.file(&format!("busy.sqlite-{end}"));
        std::fs::copy(from, world.file(&format!("other.sqlite-{end}"))).unwrap();
    };
    let mut writer = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    writer.execute("create table o (n int, t text); insert into o values (9, 'x')").await.unwrap();
    // A journal is there as soon as a page has left the cache.
    writer.execute("pragma cache_size = 1; begin; delete from o").await.unwrap();
    let more = "with recursive r(i) as (select 1 union all select i + 1 from r where i < 5000)
        insert into o select i, 'y' || i from r";
    writer.execute(more).await.unwrap();
    copy("journal");
    writer.execute("rollback; pragma journal_mode = wal").await.unwrap();
    writer.execute("update o set n = 10").await.unwrap();
    copy("wal");
    copy("shm");
    writer.close().await.unwrap();
}

#[tokio::test]
async fn what_lies_beside_a_database_hurts_its_own_statements_only_and_nothing_is_written() {
    for journal in ["delete", "wal"] {
        let world = World::with(&format!("pragma journal_mode = {journal}; {TABLES}")).await;
        of_another(&world).await;
        let whole = std::fs::read(world.path()).unwrap();
        for end in ["wal", "shm", "journal"] {
            for (name, put) in PUTS {
                let path = PathBuf::from(format!("{}-{end}", world.path().display()));
                remove(&path);
                put(&world, &path);
                let source = short(&world.path());
                let result = wait_for("an answer", first(&source, QUESTIONS[0])).await;
                let what = format!("{journal}: {name} as {end}: {result:?}");
                // A log of another database is a log, too: what it says is read.
                assert!(!matches!(result, Err(SourceError::Ended)), "{what}");
                drop(source);
                remove(&path);
                assert!(std::fs::read(world.path()).unwrap() == whole, "{what}");
                for end in ["wal", "shm", "journal"] {
                    remove(&PathBuf::from(format!("{}-{end}", world.path().display())));
                }
                let read = first(&long(&world.path()), QUESTIONS[0]).await;
                assert_eq!(read.unwrap(), "125250", "{what}: it stays so");
            }
        }
    }
}
