//! A private MariaDB server.

use super::guarded::Guarded;
use super::{as_unprivileged, free_port, listening, program, quietly, unprivileged};
use anyhow::Result;
use std::ffi::OsString;
use std::process::Command;
use tempfile::TempDir;

/// The server. Its only user may do everything.
pub struct MariaDb {
    /// The port it listens on.
    pub port: u16,
    _process: Guarded,
    _directory: TempDir,
}

impl MariaDb {
    /// Creates a server with an empty database.
    pub fn start() -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("brisk-bench-").tempdir()?;
        if let Some(user) = unprivileged() {
            quietly(Command::new("chown").arg(user).arg(directory.path()))?;
        }
        let path = |name: &str| directory.path().join(name).display().to_string();
        let data = format!("--datadir={}", path("data"));
        let mut words = as_unprivileged();
        words.push(program("mariadb-install-db")?.into());
        words.extend(
            ["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", &data]
                .map(OsString::from),
        );
        quietly(Command::new(&words[0]).args(&words[1..]).current_dir(directory.path()))?;
        // One statement per line. An anonymous local user would take precedence over brisk@'%'.
        let setup = "create user brisk@localhost;\ngrant all on *.* to brisk@localhost;\n\
                     create user brisk@'%';\ngrant all on *.* to brisk@'%';\ncreate database brisk;\n";
        std::fs::write(directory.path().join("setup.sql"), setup)?;
        let port = free_port()?;
        let mut words = as_unprivileged();
        words.push(program("mariadbd")?.into());
        words.extend(["--no-defaults", "--bind-address=127.0.0.1", &data].map(OsString::from));
        for (option, value) in [
            ("port", port.to_string()),
            ("socket", path("socket")),
            ("init-file", path("setup.sql")),
            ("pid-file", path("pid")),
            ("innodb-flush-log-at-trx-commit", "0".into()),
        ] {
            words.push(format!("--{option}={value}").into());
        }
        let log = directory.path().join("log");
        let process = Guarded::start(&words, directory.path(), &log, "KILL", &[])?;
        listening(port, "mariadbd")?;
        Ok(Self { port, _process: process, _directory: directory })
    }

    /// The URL for a source.
    pub fn url(&self) -> String {
        format!("mysql://brisk@127.0.0.1:{}/brisk", self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_starts_and_its_user_may_create_databases() {
        if std::env::var_os("BRISK_TEST_QUICK").is_some() {
            return;
        }
        let server = MariaDb::start().unwrap();
        let mut client = Command::new(program("mariadb").unwrap());
        client.args(["--no-defaults", "-h", "127.0.0.1", "-u", "brisk", "-N", "-P"]);
        let sql = "create database more; select 6 * 7";
        let output = client.arg(server.port.to_string()).args(["-e", sql]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "42", "{output:?}");
    }
}
