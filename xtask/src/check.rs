//! `cargo xtask check`: formatting, types and lints, with warnings denied.

use crate::arguments::Arguments;
use crate::process::run;
use crate::scripts;
use crate::step::step;
use crate::workspace::Workspace;
use anyhow::Result;
use std::process::ExitCode;

pub(crate) fn run_command(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    arguments.finish()?;
    format(workspace)?;
    // Seconds, and clippy takes minutes.
    scripts::check(workspace)?;
    lint(workspace)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn format(workspace: &Workspace) -> Result<()> {
    step("format", "every file is as rustfmt would write it", || {
        run(&mut workspace.cargo(&["fmt", "--all", "--check"]))
    })
}

/// The app is built twice, with different features: the frontend never shares a build with the
/// server.
pub(crate) fn lint(workspace: &Workspace) -> Result<()> {
    step("clippy", "no lint has anything to say", || {
        run(&mut workspace.cargo(&[
            "clippy",
            "--quiet",
            "--workspace",
            "--exclude",
            "brisk-frontend",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))?;
        crate::frontend::wasm_target(workspace)?;
        run(&mut workspace.cargo(&[
            "clippy",
            "--quiet",
            "-p",
            "brisk-frontend",
            "--target",
            crate::frontend::TARGET,
            "--",
            "-D",
            "warnings",
        ]))
    })
}
