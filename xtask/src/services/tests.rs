//! Each service starts, answers a real question, and leaves nothing. Where its programs are
//! missing a test says so and stops: `cargo xtask test` installs them before it runs this.

use super::mariadb::MariaDb;
use super::postgres::Postgres;
use super::redis::Redis;
use super::{Kind, Service};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn postgres_starts_answers_and_leaves_nothing() {
    round_trip::<Postgres>("postgres", |service| {
        let sql = "select 6 * 7";
        output(client("psql", service).args([&service.url, "-tAc", sql]))
    });
}

#[test]
fn mariadb_starts_answers_and_leaves_nothing() {
    round_trip::<MariaDb>("mariadbd", |service| {
        output(
            client("mariadb", service)
                .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--user=brisk"])
                .args([&format!("--port={}", port(service)), "-N", "-e", "select 6 * 7", "brisk"])
                .env("MYSQL_PWD", &service.home.password),
        )
    });
}

#[test]
fn redis_starts_answers_and_leaves_nothing() {
    round_trip::<Redis>("redis-server", |service| {
        let script = "return 6 * 7";
        output(client("redis-cli", service).args(["-u", &service.url, "eval", script, "0"]))
    });
}

#[test]
fn a_service_is_stopped_when_its_owner_panics() {
    if crate::programs::find("redis-server").is_none() {
        return eprintln!("skipped: redis-server is not installed");
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let service = Service::start::<Redis>().unwrap();
        sender.send((service.process.id(), service.home.path(""))).unwrap();
        panic!("on purpose");
    });
    assert!(thread.join().is_err());
    let (id, folder) = receiver.recv().unwrap();
    assert_gone(id, &folder);
}

fn round_trip<K: Kind>(program: &str, ask: impl Fn(&Service) -> String) {
    if crate::programs::find(program).is_none() {
        return eprintln!("skipped: {program} is not installed");
    }
    let service = Service::start::<K>().unwrap();
    let (id, folder) = (service.process.id(), service.home.path(""));
    assert_eq!(ask(&service).trim(), "42");
    let owner = Path::new(&format!("/proc/{id}")).metadata().unwrap().uid();
    assert_ne!(owner, 0, "{} runs as root", K::NAME);
    let mode = folder.metadata().unwrap().mode();
    assert_eq!(mode & 0o077, 0, "others can look into {}", folder.display());
    service.stop().unwrap();
    assert_gone(id, &folder);
}

fn assert_gone(id: u32, folder: &Path) {
    assert!(!PathBuf::from(format!("/proc/{id}")).exists(), "process {id} is still there");
    assert!(!folder.exists(), "{} is still there", folder.display());
}

fn client(program: &str, service: &Service) -> Command {
    service.home.command(program).unwrap()
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn port(service: &Service) -> &str {
    let after = service.url.rsplit(':').next().unwrap();
    after.split('/').next().unwrap()
}
