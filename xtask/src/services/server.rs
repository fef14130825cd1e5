//! A private server for tests: the user that runs it, its files, and waiting for it.

use crate::process::{self, Guarded};
use anyhow::{Context, Result, bail};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running server; dropping it stops it and deletes its directory.
pub(crate) struct Service {
    // Dropped in this order: first the server, then its directory.
    server: Guarded,
    _directory: TempDir,
    /// Its URL for tests.
    pub(crate) url: String,
    /// The environment variable that passes the URL to tests.
    pub(crate) variable: &'static str,
}

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(90);

impl Service {
    /// Waits until the port answers.
    pub(super) fn started(
        mut server: Guarded,
        directory: TempDir,
        port: u16,
        url: String,
        variable: &'static str,
    ) -> Result<Self> {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            process::go_on()?;
            if server.has_ended() || begun.elapsed() > PATIENCE {
                let log = process::tail(&directory.path().join("log"), 20);
                bail!("{variable}: the server did not start:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Self { server, _directory: directory, url, variable })
    }

    /// The directory of its files.
    #[cfg(test)]
    pub(crate) fn directory(&self) -> &Path {
        self._directory.path()
    }

    /// Whether it is still running.
    pub(crate) fn is_running(&mut self) -> bool {
        !self.server.has_ended()
    }
}

/// A port that is free at the moment.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// A temporary directory that `user` may access.
pub(super) fn directory(user: Option<&str>) -> Result<TempDir> {
    let directory = tempfile::Builder::new().prefix("brisk-test-").tempdir()?;
    if let Some(user) = user {
        run(Command::new("chown").arg(user).arg(directory.path()))?;
    }
    Ok(directory)
}

/// Servers refuse to run as root: the user that runs them instead.
pub(super) fn unprivileged() -> Option<&'static str> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = |name: &str| users.lines().any(|line| line.starts_with(&format!("{name}:")));
    ["postgres", "nobody"].into_iter().find(|name| known(name))
}

/// `program`, run by `user`.
pub(super) fn command_as(user: Option<&str>, program: &Path) -> Command {
    match user {
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(program);
            if user == "nobody" {
                command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", "nogroup", "--clear-groups", "--"]);
                command.arg(program);
            }
            command
        }
        None => Command::new(program),
    }
}

pub(crate) fn program(name: &str) -> Result<PathBuf> {
    crate::programs::find(name).with_context(|| format!("{name} is not installed"))
}

pub(super) fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?} could not be started"))?;
    if !output.status.success() {
        bail!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
