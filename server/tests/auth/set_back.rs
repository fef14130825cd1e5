//! A store that is put back to an earlier state, while Redis keeps the sessions from after that.

use super::world::World;
use brisk_accounts::Role;
use brisk_bench::servers::program;
use brisk_bench::servers::redis::Redis;
use brisk_store::{AuditFilter, StoreLocation, backup};
use brisk_test_stores::TestStore;
use brisk_test_waiting::output;
use std::path::Path;
use std::process::Command;

/// Copies the store to `file`: the dump of a server, a backup of a file.
async fn copy(test: &TestStore, file: &Path) {
    match &test.location {
        StoreLocation::Sqlite(_) => _ = backup(&test.location, file).await.unwrap(),
        StoreLocation::Postgres(_) => {
            let mut dump = Command::new(program("pg_dump").unwrap());
            dump.args(["--clean", "--if-exists", "--file"]).arg(file).arg(test.url());
            let output = output(&mut dump);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Puts it in the place of the store, behind Brisk's back.
fn put_back(test: &TestStore, file: &Path) {
    match &test.location {
        StoreLocation::Sqlite(path) => {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
            }
            std::fs::copy(file, path).unwrap();
        }
        StoreLocation::Postgres(_) => {
            let mut restore = Command::new(program("psql").unwrap());
            restore
                .args(["--quiet", "--set", "ON_ERROR_STOP=1", "--file"])
                .arg(file)
                .arg(test.url());
            let output = output(&mut restore);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[tokio::test]
async fn a_store_that_was_put_back_ends_the_sessions_that_redis_still_holds() {
    for test in TestStore::each().await {
        let (redis, folder) = (Redis::start(&[]).unwrap(), tempfile::tempdir().unwrap());
        let file = folder.path().join("copy");
        let world = World::sharing(test, &redis).await;
        world.person("ann", Role::Viewer, &["sales"]).await;
        let (out, before) = (world.sign_in("ann").await, world.sign_in("ann").await);
        assert_eq!(world.get("/d/team", &out).await.status, 200);
        copy(world.test(), &file).await;
        assert_eq!(world.post("/sign-out", &out, "").await.status, 303);
        let after = world.sign_in("ann").await;
        world.auth.refresh().await.unwrap();
        // Sessions that have not ended are untouched.
        let other = world.replica(&redis).await;
        for (cookie, status) in [(&out, 303), (&before, 200), (&after, 200)] {
            assert_eq!(other.get("/d/team", cookie).await.status, status);
        }
        put_back(world.test(), &file);
        // A process that starts now, and with PostgreSQL also one that runs.
        let mut all = vec![world.replica(&redis).await];
        if world.test().is_postgres() {
            other.auth.refresh().await.unwrap();
            all.push(other);
        }
        for replica in &all {
            for cookie in [&out, &before, &after] {
                assert_eq!(replica.get("/d/team", cookie).await.status, 303, "it has ended");
            }
        }
        let new = all[0].sign_in("ann").await;
        let once_more = world.replica(&redis).await;
        for replica in all.iter().chain([&once_more]) {
            replica.auth.refresh().await.unwrap();
            assert_eq!(replica.get("/d/team", &new).await.status, 200, "people sign in again");
        }
        let log = all[0].store.audit(&AuditFilter::default(), 100).await.unwrap();
        let said = log.iter().filter(|one| one.record.action == "store set back").count();
        assert_eq!(said, 1, "once");
    }
}

#[tokio::test]
async fn a_process_that_runs_knows_that_the_store_was_put_back_also_where_redis_is_empty() {
    // Under a process that runs, only a server's database is put back.
    let Some(test) = TestStore::postgres().await else { return };
    let (redis, folder) = (Redis::start(&[]).unwrap(), tempfile::tempdir().unwrap());
    let file = folder.path().join("copy");
    let world = World::sharing(test, &redis).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let (out, known) = (world.sign_in("ann").await, world.sign_in("ann").await);
    for cookie in [&out, &known] {
        assert_eq!(world.get("/d/team", cookie).await.status, 200);
    }
    assert_eq!(world.auth.write_back().await.unwrap(), 0, "nothing is lost");
    copy(world.test(), &file).await;
    let other = world.replica(&redis).await;
    assert_eq!(other.post("/sign-out", &out, "").await.status, 303);
    // The process still has it in memory.
    world.auth.refresh().await.unwrap();
    put_back(world.test(), &file);
    redis.command::<String>(&["FLUSHALL"]).unwrap();
    assert_eq!(world.auth.write_back().await.unwrap(), 0, "all have ended before one is written");
    for replica in [&world, &other, &world.replica(&redis).await] {
        replica.auth.refresh().await.unwrap();
        for cookie in [&out, &known] {
            assert_eq!(replica.get("/d/team", cookie).await.status, 303, "it has ended");
        }
    }
}

#[tokio::test]
async fn no_session_is_believed_before_redis_and_the_store_were_compared() {
    let redis = Redis::start(&[]).unwrap();
    let world = World::sharing(TestStore::sqlite().await, &redis).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let cookie = world.sign_in("ann").await;
    assert_eq!(world.get("/d/team", &cookie).await.status, 200);
    redis.kill();
    let other = world.replica(&redis).await;
    assert_eq!(other.get("/d/team", &cookie).await.status, 503, "neither yes nor no");
    assert_eq!(other.get("/d/public", "").await.status, 200);
    assert_eq!(
        world.get("/d/team", &cookie).await.status,
        200,
        "known here, whose rights are asked"
    );
}
