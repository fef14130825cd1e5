//! Opening a source, and reading from it, writes nothing to disk.

use crate::fixture;
use crate::rollups;

use brisk_domain::SourceName;
use brisk_source::{Limits, Source};
use fixture::url::url;
use rollups::{SALES, refresh, rollup, rows};
use sqlx::{Connection, Executor, SqliteConnection};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Set in the process that opens the sources: the folder of the SQLite file.
const FOLDER: &str = "BRISK_TEST_OPENING_FOLDER";

#[tokio::test]
async fn opening_and_reading_a_source_writes_nothing() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return open_everything(Path::new(&folder)).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let (working, data) = (directory.path().join("working"), directory.path().join("data"));
    for folder in [&working, &data] {
        std::fs::create_dir(folder).unwrap();
    }
    make_database(&data.join("shop.sqlite")).await;
    let before = (contents(&working), contents(&data));
    set_read_only(&[&working, &data], true);
    // A process of its own, because the working directory belongs to all tests of this one.
    let opened = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "opening::opening_and_reading_a_source_writes_nothing", "--nocapture"])
        .current_dir(&working)
        .env(FOLDER, &data)
        .output()
        .unwrap();
    set_read_only(&[&working, &data], false);
    let output = String::from_utf8_lossy(&opened.stdout);
    assert!(opened.status.success(), "{output}{}", String::from_utf8_lossy(&opened.stderr));
    assert!(output.contains("1 passed"), "{output}");
    assert_eq!((contents(&working), contents(&data)), before);
}

#[tokio::test]
async fn the_first_refresh_identifies_the_folder_of_the_rollups() {
    let directory = tempfile::tempdir().unwrap();
    make_database(&directory.path().join("shop.sqlite")).await;
    let source = sqlite(directory.path(), "a place");
    let kept = directory.path().join("rollups").join(Source::PLACE_FILE);
    rows(&source, "select count(*) as orders from orders").await;
    assert!(source.rollup_records().await.unwrap().is_empty());
    assert!(!kept.exists());
    refresh(&source, &rollup(SALES)).await.unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "a place");
    // Another process that started before has another name for the folder; the first one stays.
    refresh(&sqlite(directory.path(), "another"), &rollup(SALES)).await.unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "a place");
}

async fn open_everything(folder: &Path) {
    let mut sources = vec![sqlite(folder, "a place")];
    let name = SourceName::parse("shop").unwrap();
    if let Some(url) = url("BRISK_TEST_POSTGRES_URL") {
        sources.push(Source::postgres(name.clone(), &url, 1, Limits::default()).unwrap());
    }
    if let Some(url) = url("BRISK_TEST_MYSQL_URL") {
        sources.push(Source::mysql(name, &url, 1, Limits::default()).unwrap());
    }
    for source in sources {
        source.about().await.unwrap();
        assert_eq!(rows(&source, "select 1 as one").await, ["1"]);
    }
}

fn sqlite(folder: &Path, place: &str) -> Source {
    let name = SourceName::parse("shop").unwrap();
    let source = Source::sqlite(name, &folder.join("shop.sqlite"), Limits::default());
    let file = folder.join("rollups").join("shop.sqlite");
    source.with_rollup_file(&file, place, Duration::from_secs(20))
}

async fn make_database(path: &Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let setup = "create table orders (at integer not null, country text, net integer not null);
                 insert into orders values (1321444800, 'France', 10)";
    connection.execute(setup).await.unwrap();
    connection.close().await.unwrap();
}

/// The files below `folder`, and what is in them.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(contents(&path)),
            false => _ = all.insert(path.clone(), std::fs::read(&path).unwrap()),
        }
    }
    all
}

/// Forbids writing, to everyone but root, whose writes the comparison finds.
fn set_read_only(folders: &[&PathBuf], read_only: bool) {
    for folder in folders {
        let mut permissions = std::fs::metadata(folder).unwrap().permissions();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            permissions.set_mode(if read_only { 0o555 } else { 0o755 });
        }
        #[cfg(not(unix))]
        permissions.set_readonly(read_only);
        std::fs::set_permissions(folder, permissions).unwrap();
    }
}
