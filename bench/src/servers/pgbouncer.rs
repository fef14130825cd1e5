//! PgBouncer in front of a PostgreSQL server.

use super::guarded::Guarded;
use super::{as_unprivileged, free_port, listening, quietly, unprivileged};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A running PgBouncer.
pub struct PgBouncer {
    /// The port it listens on.
    pub port: u16,
    _process: Guarded,
    _directory: TempDir,
}

impl PgBouncer {
    /// Starts it in front of the server at `server`, for `users`, whom it believes without a password. `mode`
    /// is when it gives a connection to another client: `session`, `transaction` or `statement`.
    pub fn start(server: u16, mode: &str, users: &[&str]) -> Result<Self> {
        let (directory, port) = (tempfile::tempdir()?, free_port()?);
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={server}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = trust\nauth_file = users\npool_mode = {mode}\n\
             ignore_startup_parameters = extra_float_digits,options\n"
        );
        std::fs::write(directory.path().join("pgbouncer.ini"), text)?;
        let users: String = users.iter().map(|user| format!("\"{user}\" \"\"\n")).collect();
        std::fs::write(directory.path().join("users"), users)?;
        // It refuses to run as root.
        if let Some(user) = unprivileged() {
            quietly(Command::new("chown").args(["-R", user]).arg(directory.path()))?;
        }
        let known = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
        let program = known.into_iter().find(|path| Path::new(path).exists());
        let program =
            program.context("pgbouncer is not installed; cargo xtask test installs it")?;
        let mut words = as_unprivileged();
        words.extend([program.into(), "pgbouncer.ini".into()]);
        let log = directory.path().join("log");
        let process = Guarded::start(&words, directory.path(), &log, "KILL", &[])?;
        listening(port, "pgbouncer")?;
        Ok(Self { port, _process: process, _directory: directory })
    }
}
