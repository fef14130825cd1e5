//! Real servers on free ports, in temporary directories. They end with this process, however it
//! ends.

pub mod brisk;
pub mod disk;
pub mod guarded;
pub mod mariadb;
pub mod pgbouncer;
pub mod postgres;
pub mod proxy;
pub mod redis;

use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A free port. Not an ephemeral one: a client could be given it before the server binds it, or
/// while the server is down.
pub fn free_port() -> Result<u16> {
    let mut tried = (0..1_000).map(|_| rand::random_range(10_000..32_000));
    let free = tried.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.context("no port is free")
}

/// Waits until `port` accepts connections.
pub(crate) fn listening(port: u16, what: &str) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if begun.elapsed() > PATIENCE {
            bail!("{what} does not start on port {port}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// A program on the `PATH`, or where Debian installs PostgreSQL's.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("{name} is not installed; cargo xtask test installs it"))
}

/// The user to run databases as, if we are root: they refuse to run as root.
pub(crate) fn unprivileged() -> Option<&'static str> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = |name: &str| users.lines().any(|line| line.starts_with(&format!("{name}:")));
    ["postgres", "nobody"].into_iter().find(|name| known(name))
}

/// The words before a program's that has to run as another user than root.
fn as_unprivileged() -> Vec<OsString> {
    let Some(user) = unprivileged() else { return Vec::new() };
    let group = if user == "nobody" { "nogroup" } else { user };
    ["setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--"]
        .map(OsString::from)
        .to_vec()
}

/// Runs a program to its end, and says what it said if it fails.
fn quietly(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?} could not be started"))?;
    if !output.status.success() {
        bail!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
