//! A `brisk serve` process: one of several replicas, which can be killed and paused.

use super::guarded::Guarded;
use super::{free_port, listening};
use crate::client::Client;
use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What all replicas in a proof share.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The program.
    pub program: PathBuf,
    /// The configuration file's text, without `listen` and directories.
    pub configuration: String,
    /// The dashboards, and what else is in their folder: file name and text.
    pub dashboards: Vec<(String, String)>,
}

/// One process.
pub struct Brisk {
    /// The port it listens on.
    pub port: u16,
    directory: TempDir,
    program: Mutex<PathBuf>,
    variables: Vec<(String, String)>,
    process: Mutex<Option<Guarded>>,
}

impl Deployment {
    /// Starts a replica.
    pub fn start(&self) -> Result<Brisk> {
        self.start_with(&[])
    }

    /// Starts a replica with additional environment variables.
    pub fn start_with(&self, variables: &[(String, String)]) -> Result<Brisk> {
        let directory = tempfile::Builder::new().prefix("brisk-bench-").tempdir()?;
        let dashboards = directory.path().join("dashboards");
        std::fs::create_dir(&dashboards)?;
        for (name, text) in &self.dashboards {
            let file = dashboards.join(name);
            std::fs::create_dir_all(file.parent().context("a folder")?)?;
            std::fs::write(file, text)?;
        }
        // Pages link to these files; no client loads them here.
        let manifest = r#"{"brisk.css":"/assets/brisk.css","brisk.js":"/assets/brisk.js",
            "brisk_bg.wasm":"/assets/brisk_bg.wasm","loader.js":"/assets/loader.js"}"#;
        std::fs::write(directory.path().join("manifest.json"), manifest)?;
        let port = free_port()?;
        // One program sends the requests of thousands of readers.
        let clients = match self.configuration.contains("[clients]") {
            true => "",
            false => {
                "\n[clients]\nqueue = 1000000\ncold_views = 1000000\n\
                 cold_views_per_second = 1000000\n[account_limits]\ncold_views = 1000000\n\
                 cold_views_per_second = 1000000\nstreams = 1000000\napi_requests = 1000000\n\
                 refreshes = 1000000\n[connections]\nper_client = 1000000\n"
            }
        };
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\ndata_dir = \"data\"\ndashboards_dir = \"dashboards\"\n\
             assets_dir = \".\"\n{}{clients}",
            self.configuration
        );
        std::fs::write(directory.path().join("brisk.toml"), text)?;
        let (program, variables) = (Mutex::new(self.program.clone()), variables.to_vec());
        let brisk = Brisk { port, directory, program, variables, process: Mutex::default() };
        brisk.run()?;
        Ok(brisk)
    }
}

impl Brisk {
    /// Restarts it.
    pub fn run(&self) -> Result<()> {
        self.launch()?;
        listening(self.port, "brisk serve")
            .with_context(|| std::fs::read_to_string(self.log()).unwrap_or_default())
    }

    /// Starts its process, which may end at once: without its store it does.
    pub fn launch(&self) -> Result<()> {
        let words: Vec<OsString> = vec![self.program().into(), "serve".into()];
        let log = self.log();
        // Variables for Brisk in the caller's environment must not reach this one.
        let mut variables = vec![("RUST_LOG".to_owned(), "info".to_owned())];
        variables.extend(self.variables.iter().cloned());
        let process = Guarded::start(&words, self.directory.path(), &log, "KILL", &variables)?;
        *self.lock() = Some(process);
        Ok(())
    }

    /// Whether its process has not ended by itself.
    pub fn is_running(&self) -> bool {
        self.lock().as_ref().is_some_and(|process| !process.has_ended())
    }

    /// The same with another release of the program.
    pub fn run_with(&self, program: &Path) -> Result<()> {
        *self.program.lock().unwrap_or_else(PoisonError::into_inner) = program.to_owned();
        self.run()
    }

    fn program(&self) -> PathBuf {
        self.program.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The URL of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Adds a file that it serves under `/assets`.
    pub fn add_asset(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let folder = self.directory.path().join("assets");
        std::fs::create_dir_all(&folder)?;
        Ok(std::fs::write(folder.join(name), bytes)?)
    }

    /// The address it listens on.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.lock().as_ref().context("it does not run")?.signal(signal)
    }

    /// The directory of its dashboards.
    pub fn dashboards(&self) -> PathBuf {
        self.directory.path().join("dashboards")
    }

    /// Asks it to stop, and waits until it has ended; `None` if it has not within `patience`.
    pub fn stop(&self, patience: Duration) -> Result<Option<Duration>> {
        let begun = Instant::now();
        self.signal(Signal::TERM)?;
        while begun.elapsed() < patience {
            if !self.is_running() {
                return Ok(Some(begun.elapsed()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(None)
    }

    /// Kills it.
    pub fn kill(&self) {
        drop(self.lock().take());
    }

    /// Runs another command of the program over the same data, with a text on its standard input.
    pub fn command(&self, arguments: &[&str], input: &str) -> Result<()> {
        let mut command = Command::new(self.program());
        command.current_dir(self.directory.path()).args(arguments);
        command.envs(self.variables.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        child.stdin.take().context("it reads nothing")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("brisk {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// The path of its log.
    pub fn log(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    /// A figure from its `/metrics`, by name: `loads_total`.
    pub async fn figure(&self, name: &str) -> Result<u64> {
        let patience = Duration::from_secs(30);
        let answer = Client::default().get(&self.url("/metrics"), patience).await?;
        let text = String::from_utf8(answer.body.to_vec())?;
        let start = format!("brisk_{name} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&start)?.parse().ok());
        value.with_context(|| format!("no {name} in /metrics"))
    }

    /// Its resident memory, in bytes.
    pub fn memory(&self) -> Result<u64> {
        self.lock().as_ref().context("it does not run")?.memory()
    }

    /// The processor time that it has used, with its workers.
    pub fn cpu_time(&self) -> Result<Duration> {
        self.lock().as_ref().context("it does not run")?.family_cpu_time()
    }

    /// Its open files, mostly connections.
    pub fn open_files(&self) -> Result<usize> {
        Ok(std::fs::read_dir(self.proc()?.join("fd"))?.count())
    }

    fn proc(&self) -> Result<PathBuf> {
        Ok(self.lock().as_ref().context("it does not run")?.proc())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Guarded>> {
        self.process.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
