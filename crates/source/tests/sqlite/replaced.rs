//! A SQLite file that is replaced, overwritten, or written to while it is read.

use super::workers::{World, first, source, write};
use brisk_source::{Limits, Source, SourceError};
use std::path::Path;
use std::time::Duration;

fn sources(path: &Path) -> [Source; 2] {
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let name = brisk_domain::SourceName::parse("shop").unwrap();
    // In processes and on threads: both look at the file in the same place.
    [source(path, limits), Source::sqlite(name, path, limits)]
}

fn numbered(n: u32) -> String {
    format!("create table o (n int); insert into o values ({n})")
}

#[tokio::test]
async fn a_file_that_is_moved_over_another_is_read_by_the_next_statement() {
    let world = World::with(&numbered(0)).await;
    for source in sources(&world.path()) {
        for n in 1..=5 {
            first(&source, "select n from o").await.unwrap();
            let new = world.file("new.sqlite");
            write(&new, &numbered(n)).await;
            std::fs::rename(&new, world.path()).unwrap();
            assert_eq!(first(&source, "select n from o").await.unwrap(), n.to_string());
        }
    }
}

#[tokio::test]
async fn a_file_that_is_written_over_is_read_by_the_next_statement() {
    let world = World::with(&numbered(0)).await;
    for source in sources(&world.path()) {
        for n in 1..=5 {
            first(&source, "select n from o").await.unwrap();
            // As many pages and changes as the one before: only its content distinguishes it.
            let new = world.file(&format!("{n}.sqlite"));
            let _ = std::fs::remove_file(&new);
            write(&new, &numbered(n)).await;
            std::fs::copy(&new, world.path()).unwrap();
            assert_eq!(first(&source, "select n from o").await.unwrap(), n.to_string());
        }
    }
}

#[tokio::test]
async fn other_columns_of_a_new_file_are_asked_for_again() {
    // A column of text and one of seconds are compared with the range in different ways.
    let text = "create table o (at text); insert into o values ('2011-11-16 06:00:00')";
    let seconds = "create table o (at int); insert into o values (1321423200), (1321423201)";
    let world = World::with(text).await;
    let sql = "select count(*) as n from o where $range(at)";
    let statement = crate::fixture::statement(brisk_source::Dialect::Sqlite, sql);
    for source in sources(&world.path()) {
        for (n, setup) in [("1", text), ("2", seconds), ("1", text)] {
            let new = world.file("new.sqlite");
            write(&new, setup).await;
            std::fs::rename(&new, world.path()).unwrap();
            let frame = source.run(&statement, &[]).await.unwrap();
            assert_eq!(frame.columns()[0].values.exact(0).unwrap(), n);
        }
    }
}

#[tokio::test]
async fn a_file_that_is_written_over_while_it_is_read_gives_one_of_its_states_or_none() {
    let filled = |text: &str| {
        format!(
            "create table o (t text); with recursive r(n) as (select 1 union all select n + 1 from r
             where n < 20000) insert into o select '{text}' || hex(randomblob(500)) from r"
        )
    };
    let world = World::with(&filled("x")).await;
    let files = [world.file("x.sqlite"), world.file("y.sqlite")];
    std::fs::copy(world.path(), &files[0]).unwrap();
    write(&files[1], &filled("y")).await;
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let source = source(&world.path(), limits);
    let sql = "select group_concat(distinct substr(t, 1, 1)) || count(*) from o";
    let over = async {
        for round in 0..20 {
            let file = &files[(round + 1) % 2];
            tokio::fs::copy(file, world.path()).await.unwrap();
        }
    };
    let reads = async {
        for _ in 0..20 {
            match first(&source, sql).await {
                Ok(read) => assert!(["x20000", "y20000"].contains(&read.as_str()), "{read}"),
                // A half-written file is not a database.
                Err(SourceError::Unavailable(_) | SourceError::Database { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::join!(reads, over);
    assert_eq!(first(&source, sql).await.unwrap(), "x20000");
    assert_eq!(source.worker_counts().unwrap().ended, 0);
}

#[tokio::test]
async fn what_others_write_is_read_by_the_next_statement_with_and_without_a_log() {
    for journal in ["delete", "wal"] {
        let world = World::with(&format!("pragma journal_mode = {journal}; {}", numbered(0))).await;
        for source in sources(&world.path()) {
            for n in 1..=20 {
                write(&world.path(), &format!("update o set n = {n}")).await;
                assert_eq!(first(&source, "select n from o").await.unwrap(), n.to_string());
            }
        }
    }
}

/// The suffixes of a database's three files.
const FILES: [&str; 3] = ["", "-wal", "-shm"];

/// The files of a database whose only row is in its log, next to each other under the name `made`; databases
/// made like this differ only in the row.
async fn with_log(world: &World, made: &str, n: u32) {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
    let of = |name: &str, end: &str| world.file(&format!("{name}{end}"));
    let base = world.file("base.sqlite");
    if !base.exists() {
        write(&base, &format!("pragma journal_mode = wal; {}", numbered(0))).await;
    }
    std::fs::copy(&base, world.file("open.sqlite")).unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.file("open.sqlite"));
    let mut writer = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let update = format!("pragma wal_autocheckpoint = 0; update o set n = {n}");
    writer.execute(AssertSqlSafe(update)).await.unwrap();
    for end in FILES {
        std::fs::copy(of("open.sqlite", end), of(made, end)).unwrap();
    }
    writer.close().await.unwrap();
    for end in FILES {
        // The log disappeared with its last connection.
        let _ = std::fs::remove_file(of("open.sqlite", end));
    }
}

#[tokio::test]
async fn a_log_that_is_copied_over_or_replaced_is_read_by_the_next_statement() {
    let world = World::with(&numbered(0)).await;
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    with_log(&world, "shop.sqlite", 0).await;
    let source = source(&world.path(), limits);
    let mut n = 0;
    for round in 0..3 {
        // All of it, without its index, the log alone.
        for copied in [&FILES[..], &FILES[..2], &FILES[1..2]] {
            for is_moved in [false, true] {
                // As many workers as there are have it open.
                let reads = (0..4).map(|_| first(&source, "select n from o"));
                for read in futures::future::join_all(reads).await {
                    assert_eq!(read.unwrap(), n.to_string());
                }
                n += 1;
                with_log(&world, "new.sqlite", n).await;
                for end in copied {
                    let new = world.file(&format!("new.sqlite{end}"));
                    let old = world.file(&format!("shop.sqlite{end}"));
                    match is_moved {
                        true => std::fs::rename(new, old).unwrap(),
                        false => _ = std::fs::copy(new, old).unwrap(),
                    }
                }
                let read = first(&source, "select n from o").await;
                assert_eq!(read.unwrap(), n.to_string(), "{round} {copied:?} {is_moved}");
            }
        }
    }
}

#[tokio::test]
async fn a_log_that_others_write_and_begin_anew_stays_the_one_that_is_read() {
    let world = World::with(&format!("pragma journal_mode = wal; {}", numbered(0))).await;
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let source = source(&world.path(), limits);
    let writes = async {
        for n in 1..=200 {
            let truncates = if n % 5 == 0 { "pragma wal_checkpoint(truncate);" } else { "" };
            write(&world.path(), &format!("update o set n = {n}; {truncates}")).await;
        }
    };
    let reads = async {
        let mut before = 0;
        for _ in 0..200 {
            let n = first(&source, "select n from o").await.unwrap().parse().unwrap();
            assert!(n >= before, "{n} after {before}");
            before = n;
        }
    };
    tokio::join!(writes, reads);
    assert_eq!(first(&source, "select n from o").await.unwrap(), "200");
    assert_eq!(source.worker_counts().unwrap().ended, 0);
}

#[tokio::test]
async fn a_file_that_is_away_for_a_while_is_read_once_it_is_back() {
    let world = World::with(&numbered(7)).await;
    for source in sources(&world.path()) {
        assert_eq!(first(&source, "select n from o").await.unwrap(), "7");
        std::fs::rename(world.path(), world.file("away")).unwrap();
        let error = first(&source, "select n from o").await.unwrap_err();
        assert!(matches!(error, SourceError::Unavailable(_)), "{error}");
        std::fs::rename(world.file("away"), world.path()).unwrap();
        assert_eq!(first(&source, "select n from o").await.unwrap(), "7");
    }
}
