//! A Redis server that can be killed, paused, flushed, filled and restarted.

use super::guarded::Guarded;
use super::{free_port, listening, program};
use anyhow::{Context, Result};
use rustix::process::Signal;
use std::ffi::OsString;
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;

/// A private Redis server.
pub struct Redis {
    /// The port it listens on.
    pub port: u16,
    directory: TempDir,
    options: Vec<String>,
    process: Mutex<Option<Guarded>>,
}

impl Redis {
    /// Starts it.
    pub fn start(options: &[&str]) -> Result<Self> {
        let server = Self {
            port: free_port()?,
            directory: tempfile::tempdir()?,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            process: Mutex::default(),
        };
        server.run()?;
        Ok(server)
    }

    /// Restarts it, on the same port, with what it has saved.
    pub fn run(&self) -> Result<()> {
        let port = self.port.to_string();
        let mut words: Vec<OsString> = vec![program("redis-server")?.into()];
        words.extend(
            ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
                .map(OsString::from),
        );
        words.extend(self.options.iter().map(OsString::from));
        let (directory, log) = (self.directory.path(), self.directory.path().join("log"));
        let process = Guarded::start(&words, directory, &log, "KILL", &[])?;
        *self.lock() = Some(process);
        listening(self.port, "redis-server")
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.lock().as_ref().context("it does not run")?.signal(signal)
    }

    /// Kills it.
    pub fn kill(&self) {
        drop(self.lock().take());
    }

    /// Runs a command.
    pub fn command<T: redis::FromRedisValue>(&self, words: &[&str]) -> Result<T> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_connection_with_timeout(Duration::from_secs(5))?;
        connection.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut command = redis::cmd(words[0]);
        Ok(command.arg(&words[1..]).query(&mut connection)?)
    }

    /// How often each command was called, by name.
    pub fn calls(&self) -> Result<std::collections::BTreeMap<String, u64>> {
        let text: String = self.command(&["INFO", "commandstats"])?;
        let lines = text.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            Some((name.to_owned(), rest.split_once(',')?.0.parse().ok()?))
        });
        Ok(lines.collect())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Guarded>> {
        self.process.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
