//! `cargo xtask serve`: from a fresh clone to a running server.

use crate::arguments::Arguments;
use crate::build::{self, Profile};
use crate::process::{self, Guarded};
use crate::watch::Watch;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

pub(crate) fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let dev = arguments.flag("--dev");
    let port = arguments.value("--port")?.unwrap_or_else(|| "3000".into());
    let port: u16 = port.parse().with_context(|| format!("--port {port} is no port"))?;
    let extra = arguments.pass_on();
    arguments.finish()?;
    let profile = if dev { Profile::Debug } else { Profile::Release };
    let program = build::site_and_server(workspace, profile)?;
    let command = || command(workspace, &program, port, &extra);
    if !dev {
        process::run(&mut command())?;
        return Ok(ExitCode::SUCCESS);
    }
    develop(workspace, command)
}

fn command(workspace: &Workspace, program: &Path, port: u16, extra: &[String]) -> Command {
    let mut command = workspace.command(program);
    command.args(["serve", "--demo", "--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--data-dir", "data", "--dashboards", "dashboards", "--assets"]);
    command.arg(workspace.target("site")).args(extra);
    command
}

/// Rebuilds and restarts whenever a source file changes. A failed build leaves the old server
/// running.
fn develop(workspace: &Workspace, command: impl Fn() -> Command) -> Result<ExitCode> {
    let mut watch = Watch::new(workspace);
    let mut server = Guarded::start(&mut command(), Signal::TERM)?;
    loop {
        process::go_on()?;
        std::thread::sleep(Duration::from_millis(500));
        if server.has_ended() && !watch.has_changed() {
            bail!("the server ended; its output is above");
        }
        if !watch.take_change() {
            continue;
        }
        match build::site_and_server(workspace, Profile::Debug) {
            Ok(_) => {
                drop(server);
                server = Guarded::start(&mut command(), Signal::TERM)?;
            }
            Err(error) => eprintln!("{error:#}\nthe old server keeps running"),
        }
    }
}
