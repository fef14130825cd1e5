//! `cargo xtask serve`: from a fresh clone to a dashboard in the browser.

use crate::arguments::Arguments;
use crate::workspace::Workspace;
use crate::{build, step, watch};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::time::Instant;

pub(crate) fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let start = Instant::now();
    // Release is what it does anyway; the flag only says so.
    arguments.flag("--release");
    let dev = arguments.flag("--dev");
    let port = arguments.value("--port")?.unwrap_or_else(|| "3000".to_owned());
    let port: u16 = port.parse().with_context(|| format!("--port {port} is no port number"))?;
    let more = arguments.pass_on();
    arguments.finish()?;
    if dev {
        return watch::serve(workspace, || brisk(workspace, "debug", port, &more));
    }
    build::release(workspace)?;
    step::note(format!("everything is built, after {}", step::took(start.elapsed())));
    // The server takes this process's place, so signals and the exit code are its own.
    let error = brisk(workspace, "release", port, &more).exec();
    Err(error).context("the server could not be started: build it with `cargo xtask build`")
}

fn brisk(workspace: &Workspace, profile: &str, port: u16, more: &[String]) -> Command {
    let mut brisk = workspace.command(workspace.target(profile).join("brisk"));
    brisk.args(["serve", "--demo"]);
    for (flag, setting, value) in [
        ("--listen", "BRISK_LISTEN", format!("127.0.0.1:{port}").into()),
        ("--data-dir", "BRISK_DATA_DIR", "data".into()),
        ("--assets", "BRISK_ASSETS_DIR", workspace.target("site").into_os_string()),
        ("--dashboards", "BRISK_DASHBOARDS_DIR", "dashboards".into()),
    ] {
        let given = more.iter().any(|word| {
            word.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        });
        // What somebody set for the server stands; these are only the values for want of others.
        if !given && std::env::var_os(setting).is_none() {
            brisk.arg(flag).arg(value);
        }
    }
    brisk.args(more);
    brisk
}
