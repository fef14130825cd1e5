//! `cargo xtask cluster`: three replicas behind nginx, a Redis Cluster, PostgreSQL as the store, and a source
//! that is spread over three servers; what it costs and what it survives, or just the servers.

use crate::apt;
use crate::arguments::Arguments;
use crate::build;
use crate::process::run;
use crate::step::step;
use crate::workspace::Workspace;
use anyhow::Result;
use std::process::ExitCode;

pub(crate) fn run_command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let stay = arguments.flag("--stay");
    let older = arguments.value("--older")?;
    let extra = arguments.pass_on();
    arguments.finish()?;
    step("tools", "nginx and databases", || apt::install_missing(workspace))?;
    let program = build::measured(workspace)?;
    let mut command = workspace.command(workspace.target("release/brisk-bench"));
    command.arg("--program").arg(&program).arg("cluster");
    if let Some(older) = older {
        command.args(["--older", &older]);
    }
    if stay {
        command.arg("--stay");
    }
    step("cluster", "on servers of its own", || run(command.args(&extra)))?;
    Ok(ExitCode::SUCCESS)
}
