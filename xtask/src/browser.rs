//! The browser tests: a server of their own, with the demo at its own dates and a stopped clock,
//! and Playwright with the system's Chromium against it.

use crate::counts::Counts;
use crate::process::{self, Guarded};
use crate::services::port;
use crate::step::note;
use crate::workspace::Workspace;
use crate::{npm, programs};
use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// When the demo's data end: the tests see the same figures on every day.
const NOW: &str = "2011-12-09T12:00";
/// The first start loads a million lines, in a debug build.
const START_LIMIT: Duration = Duration::from_secs(600);

/// The browser that `BRISK_CHROMIUM` names.
pub(crate) fn chosen_chromium() -> Option<PathBuf> {
    std::env::var_os("BRISK_CHROMIUM").map(PathBuf::from)
}

/// Runs the browser tests; `filter` picks some by name.
pub(crate) fn run(workspace: &Workspace, filter: Option<&str>, counts: &mut Counts) -> Result<()> {
    let chromium = chosen_chromium()
        .or_else(|| programs::find("chromium"))
        .context("install chromium, or name one in BRISK_CHROMIUM")?;
    let folder = workspace.path("end2end");
    npm::install(&folder, &workspace.target("logs/npm-end2end.log"))?;
    let server = Server::start(workspace)?;
    let report = workspace.target("end2end/report.json");
    // An old report must not count for a run that wrote none.
    let _ = std::fs::remove_file(&report);
    let mut playwright = workspace.command("node");
    playwright
        .current_dir(&folder)
        .args(["node_modules/@playwright/test/cli.js", "test"])
        .env("BRISK_URL", &server.url)
        .env("BRISK_CHROMIUM", chromium)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    if let Some(filter) = filter {
        playwright.args(["--grep", filter, "--pass-with-no-tests"]);
    }
    let result = process::run(&mut playwright);
    if let Ok(report) = std::fs::read(&report) {
        counts.read_playwright(&report)?;
    }
    result.with_context(|| format!("the server's log is {}", server.log.display()))
}

struct Server {
    url: String,
    log: PathBuf,
    process: Guarded,
}

impl Server {
    fn start(workspace: &Workspace) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()?));
        let log = workspace.target("logs/end2end-server.log");
        let mut brisk = workspace.command(workspace.target("debug/brisk"));
        brisk
            .args(["serve", "--demo", "--demo-unshifted", "--now", NOW])
            .args(["--listen", &address.to_string(), "--dashboards", "dashboards", "--assets"])
            .arg(workspace.target("site"))
            .arg("--data-dir")
            .arg(workspace.target("e2e-data"));
        // What the person who tests has set for a server of their own is not for this one.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BRISK_") {
                brisk.env_remove(name);
            }
        }
        let process = Guarded::start(process::log_to(&mut brisk, &log)?, Signal::TERM)?;
        let mut server = Self { url: format!("http://{address}"), log, process };
        server.wait(address)?;
        Ok(server)
    }

    fn wait(&mut self, address: SocketAddr) -> Result<()> {
        let start = Instant::now();
        while !is_ready(address) {
            process::go_on()?;
            if self.process.has_ended() || start.elapsed() > START_LIMIT {
                let tail = process::tail(&self.log, 25);
                bail!("the server did not get ready:\n{tail}\n(from {})", self.log.display());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        note(format!("the server is ready after {}", crate::step::took(start.elapsed())));
        Ok(())
    }
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer == b"HTTP/1.1 200")
}
