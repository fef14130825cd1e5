//! `cargo xtask bench`: the benchmarks of the crates that have a folder `benches`.

use crate::arguments::Arguments;
use crate::process;
use crate::step::{note, step};
use crate::workspace::Workspace;
use anyhow::Result;
use std::process::ExitCode;

pub(crate) fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let filter = arguments.word();
    arguments.finish()?;
    if !has_benchmarks(workspace) {
        note("no crate has benchmarks yet; the first one goes into benches/ of its crate");
        return Ok(ExitCode::SUCCESS);
    }
    step("bench", "measuring, in release", || {
        let mut cargo =
            workspace.cargo(&["bench", "--workspace", "--exclude", "brisk-frontend", "--benches"]);
        process::run(cargo.args(filter))
    })?;
    Ok(ExitCode::SUCCESS)
}

fn has_benchmarks(workspace: &Workspace) -> bool {
    let crates = std::fs::read_dir(workspace.path("crates")).into_iter().flatten().flatten();
    let mut members = crates.map(|entry| entry.path()).chain([workspace.path("server")]);
    members.any(|member| member.join("benches").is_dir())
}
