//! Private database servers for the tests: started on free ports in a temporary directory, and
//! stopped by the process that was started, never by name. No other server is touched.

mod mariadb;
mod postgres;
mod redis;

use crate::process::{self, Guarded};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running server: it stops, and its directory goes, with the value.
pub(crate) struct Service {
    // Dropped in this order: first the server, then its directory.
    server: Guarded,
    _directory: TempDir,
    /// How tests reach it.
    pub(crate) url: String,
    /// The variable that tells tests.
    pub(crate) variable: &'static str,
}

/// Starts PostgreSQL, Redis and MariaDB.
pub(crate) fn start(workspace: &Workspace) -> Result<Vec<Service>> {
    Ok(vec![postgres::start(workspace)?, redis::start(workspace)?, mariadb::start(workspace)?])
}

/// Starts PostgreSQL alone.
pub(crate) fn postgres(workspace: &Workspace) -> Result<Service> {
    postgres::start(workspace)
}

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(90);

impl Service {
    /// Waits until the port answers.
    fn started(
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

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        !self.server.has_ended()
    }
}

/// A port that nobody uses right now.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// A directory of its own that `user` may use.
fn directory(user: Option<&str>) -> Result<TempDir> {
    let directory = tempfile::Builder::new().prefix("brisk-test-").tempdir()?;
    if let Some(user) = user {
        run(Command::new("chown").arg(user).arg(directory.path()))?;
    }
    Ok(directory)
}

/// Servers refuse to run as root: who runs them instead.
fn unprivileged() -> Option<&'static str> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = |name: &str| users.lines().any(|line| line.starts_with(&format!("{name}:")));
    ["postgres", "nobody"].into_iter().find(|name| known(name))
}

/// `program`, run by `user`.
fn command_as(user: Option<&str>, program: &Path) -> Command {
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

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?} could not be started"))?;
    if !output.status.success() {
        bail!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each server answers a real question, and leaves nothing behind.
    #[test]
    fn servers_start_answer_and_leave_nothing_behind() {
        let workspace = Workspace::find().unwrap();
        let services = start(&workspace).unwrap();
        let answer = |name: &str, words: &[&str]| {
            let output = Command::new(program(name).unwrap()).args(words).output().unwrap();
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name}: {error}");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let port = |url: &str| {
            let after = url.rsplit(':').next().unwrap();
            after.split('/').next().unwrap().to_owned()
        };
        let question = "select 6 * 7";
        assert_eq!(answer("psql", &[&services[0].url, "-Atc", question]), "42");
        assert_eq!(answer("redis-cli", &["-p", &port(&services[1].url), "ping"]), "PONG");
        let mysql = port(&services[2].url);
        let words = ["-h", "127.0.0.1", "-P", &mysql, "-u", "brisk", "-N", "-e", question];
        assert_eq!(answer("mariadb", &words), "42");
        let left: Vec<(PathBuf, u16)> = services
            .iter()
            .map(|s| (s._directory.path().to_owned(), port(&s.url).parse().unwrap()))
            .collect();
        drop(services);
        for (directory, port) in left {
            assert!(!directory.exists(), "{}", directory.display());
            assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        }
    }
}
