//! The browser tests: a server over the unshifted demo, and Playwright against it.

use crate::packages::{self, Packages};
use crate::process::{self, Guarded, log_to};
use crate::services::{self, Service, free_port};
use crate::summary::Counts;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The first import may take a minute on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs all specs against `program`.
pub(crate) fn run(workspace: &Workspace, program: &Path) -> Result<Counts> {
    let database = services::postgres(workspace)?;
    let server = serve(workspace, program, &database)?;
    let report = workspace.target("playwright.json");
    let mut playwright = server.command(workspace, packages::command(workspace, "playwright"));
    playwright.arg("test").env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
    playwright.env("BRISK_HELD_URL", &database.url).env("BRISK_PSQL", services::program("psql")?);
    playwright.env("BRISK_PROGRAM", program);
    let result = process::run(&mut playwright);
    let counts = Counts::of_playwright(&report)?;
    match result {
        Ok(()) => Ok(counts),
        // Failed specs are counted; any other failure is an error.
        Err(_) if counts.failed > 0 => Ok(counts),
        Err(error) => Err(error),
    }
}

/// Measures first paint in a browser, against `program`.
pub(crate) fn measure(workspace: &Workspace, program: &Path) -> Result<()> {
    // A slow database, as one on another machine might be for its readers.
    let database = services::postgres(workspace)?;
    let view = |ms: u32| format!("create view waits_{ms} as select n from wait({ms}) n");
    let views = WAITS.map(view).join(";");
    create(&database, &format!("{WAIT};{views}"))?;
    let server = serve(workspace, program, &database)?;
    let mut node = server.command(workspace, workspace.command("node"));
    process::run(node.arg("bench/first-paint.mjs"))
}

/// A server over the unshifted demo, with dashboards that may be changed.
struct Server {
    port: u16,
    dashboards: PathBuf,
    _process: Guarded,
}

impl Server {
    /// `command`, run in the directory of the browser tests, with the server's URL in its
    /// environment.
    fn command(&self, workspace: &Workspace, mut command: Command) -> Command {
        command.current_dir(workspace.path("end2end"));
        command.env("BRISK_URL", format!("http://127.0.0.1:{}", self.port));
        command.env("BRISK_DASHBOARDS", &self.dashboards);
        command.env("BRISK_ASSETS", workspace.target("site"));
        command
    }
}

/// How slow the views used for measuring are, in milliseconds: see `bench/dashboards.mjs`.
const WAITS: [u32; 3] = [20, 800, 5_000];

/// The source allows this function by its name.
const WAIT: &str = "create function wait(ms int) returns int language sql volatile as
    'select ms from pg_sleep(ms / 1000.0)'";

/// What `end2end/dashboards/late.toml` reads: blocked for as long as a test holds its lock.
const HELD: &str = "create table held as select 14000000 as counted";

fn create(database: &Service, statements: &str) -> Result<()> {
    let mut psql = Command::new(services::program("psql")?);
    process::run(psql.args(["--quiet", &database.url, "-c", statements]))
}

fn serve(workspace: &Workspace, program: &Path, database: &Service) -> Result<Server> {
    packages::install(workspace, Packages::All)?;
    create(database, HELD)?;
    let port = free_port()?;
    let log = workspace.target("logs/brisk.log");
    let mut serve = workspace.command(program);
    serve.args(["serve", "--demo", "--demo-unshifted", "--demo-still"]);
    // The clock runs from there, so that a reload has a different time.
    serve.args(["--now", "2011-12-09T13:00", "--clock-pace", "1"]);
    serve.arg("--config").arg(workspace.path("end2end/brisk.toml"));
    serve.env("BRISK_HELD_URL", &database.url);
    let dashboards = dashboards(workspace)?;
    serve.args(["--listen", &format!("127.0.0.1:{port}"), "--dashboards"]).arg(&dashboards);
    serve.arg("--assets").arg(workspace.target("site"));
    serve.arg("--data-dir").arg(workspace.target("e2e-data"));
    let mut process = Guarded::start(log_to(&mut serve, &log)?, Signal::TERM)?;
    wait_until_ready(&mut process, port, &log)?;
    Ok(Server { port, dashboards, _process: process })
}

/// The bundled dashboards and those that only tests need, in a directory that specs may change.
fn dashboards(workspace: &Workspace) -> Result<PathBuf> {
    let directory = workspace.target("e2e-dashboards");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    for from in ["dashboards", "end2end/dashboards"] {
        copy(&workspace.path(from), &directory).with_context(|| from.to_owned())?;
    }
    Ok(directory)
}

/// Copies the contents of `from` to `to`, recursively.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn wait_until_ready(server: &mut Guarded, port: u16, log: &Path) -> Result<()> {
    let begun = Instant::now();
    while !is_ready(port) {
        process::go_on()?;
        if server.has_ended() || begun.elapsed() > PATIENCE {
            bail!("the server did not become ready:\n{}", process::tail(log, 20));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}
