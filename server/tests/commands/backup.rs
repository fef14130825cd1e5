//! Backups of Brisk's own database, by processes that are killed, and of one that a server uses.

use brisk_bench::servers::brisk::Deployment;
use brisk_domain::Timestamp;
use brisk_store::{Actor, AuditRecord, Store, StoreLocation};
use brisk_test_waiting::output;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn brisk(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    command.current_dir(directory).args(arguments).env_remove("BRISK_DATABASE_URL");
    command
}

/// Runs a command; whether it succeeded, and what it printed.
fn ran(mut command: Command) -> (bool, String) {
    let output = output(&mut command);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn store_in(folder: &Path) -> StoreLocation {
    StoreLocation::Sqlite(folder.join("brisk.sqlite"))
}

async fn set(location: &StoreLocation, value: &str) {
    let store = Store::at(location).await.unwrap();
    let actor = Actor { name: "anna".into(), address: String::new() };
    let ttl = [("cache.ttl", Some(value))];
    store.change_settings("global", &ttl, &actor, Timestamp(1)).await.unwrap();
    store.close().await;
}

/// The value that was set, in a store that is whole.
async fn value(location: &StoreLocation) -> String {
    let store = Store::at(location).await.unwrap();
    let value = store.settings().await.unwrap()[0].value.clone();
    store.close().await;
    value
}

/// Makes it large enough for a copy to take a while.
async fn fill(location: &StoreLocation) {
    let store = Store::at(location).await.unwrap();
    for number in 0..2_000 {
        let record = AuditRecord {
            at: Timestamp(number),
            actor: Actor { name: "anna".into(), address: String::new() },
            action: "filled".into(),
            subject: "x".repeat(1_900),
            before: None,
            after: None,
        };
        store.record_audit(&record).await.unwrap();
    }
    store.close().await;
}

#[tokio::test]
async fn a_backup_or_a_restore_that_is_killed_leaves_the_old_or_the_new() {
    const KILLS: u32 = 8;
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    let (there, file) = (store_in(&folder.join("data")), folder.join("backup.sqlite"));
    std::fs::create_dir(folder.join("data")).unwrap();
    fill(&there).await;
    set(&there, "1m").await;
    let begun = Instant::now();
    let (is_done, said) = ran(brisk(folder, &["backup", "backup.sqlite"]));
    assert!(is_done, "{said}");
    let whole = begun.elapsed();
    let killed_after = |arguments: &[&str], time: Duration| {
        let mut command = brisk(folder, arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(time);
        child.kill().unwrap();
        child.wait().unwrap();
    };
    for kill in 0..KILLS {
        set(&there, if kill % 2 == 0 { "2m" } else { "1m" }).await;
        killed_after(&["backup", "backup.sqlite"], whole * kill / KILLS);
        let elsewhere = tempfile::tempdir().unwrap();
        let copy = store_in(elsewhere.path());
        brisk_store::restore(&copy, &file, Timestamp(1)).await.unwrap();
        assert!(["1m", "2m"].contains(&value(&copy).await.as_str()));
    }
    set(&there, "1m").await;
    assert!(ran(brisk(folder, &["backup", "backup.sqlite"])).0, "what was left is no obstacle");
    for kill in 0..KILLS {
        set(&there, "2m").await;
        killed_after(&["restore", "backup.sqlite"], whole * kill / KILLS);
        assert!(["1m", "2m"].contains(&value(&there).await.as_str()));
    }
    set(&there, "2m").await;
    let (is_done, said) = ran(brisk(folder, &["restore", "backup.sqlite"]));
    assert!(is_done && said.contains("before-restore-"), "{said}");
    assert_eq!(value(&there).await, "1m");
}

#[tokio::test]
async fn a_server_is_backed_up_while_it_runs_and_restored_when_it_has_stopped() {
    let server = Deployment {
        program: env!("CARGO_BIN_EXE_brisk").into(),
        configuration: String::new(),
        dashboards: Vec::new(),
    };
    let server = server.start().unwrap();
    let folder = server.dashboards().parent().unwrap().to_owned();
    let there = store_in(&folder.join("data"));
    set(&there, "1m").await;
    let (is_done, said) = ran(brisk(&folder, &["backup", "backup.sqlite"]));
    assert!(is_done && said.contains("whole"), "{said}");
    assert!(said.contains("secret.key"), "{said}");
    set(&there, "2m").await;
    let (is_done, said) = ran(brisk(&folder, &["restore", "backup.sqlite"]));
    assert!(!is_done && said.contains("stop `brisk serve`"), "{said}");
    assert_eq!(value(&there).await, "2m");
    // Another key than the one that the first start drew is refused.
    let mut other = brisk(&folder, &["serve"]);
    other.env("BRISK_SECRET_KEY", "0b".repeat(32));
    let (is_done, said) = ran(other);
    assert!(!is_done && said.contains("under another key"), "{said}");
    assert!(!said.contains("0b0b"), "{said}");
    server.stop(brisk_test_waiting::LIMIT).unwrap().unwrap();
    let (is_done, said) = ran(brisk(&folder, &["restore", "backup.sqlite"]));
    assert!(is_done && said.contains("signs in anew"), "{said}");
    assert_eq!(value(&there).await, "1m");
    // As if it had been restored on another machine.
    let key = folder.join("data/secret.key");
    std::fs::rename(&key, folder.join("elsewhere")).unwrap();
    let (is_done, said) = ran(brisk(&folder, &["serve"]));
    assert!(!is_done && said.contains("secret.key: put that key there"), "{said}");
    std::fs::rename(folder.join("elsewhere"), &key).unwrap();
    server.run().unwrap();
}
