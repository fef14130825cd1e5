//! `cargo xtask check`: formatting, lints, types and the shape of the crates, with warnings denied.

use crate::arguments::Arguments;
use crate::modules;
use crate::process::run;
use crate::scripts;
use crate::step::step;
use crate::test_build::{self, Selection};
use crate::workspace::Workspace;
use anyhow::Result;
use std::process::ExitCode;

pub(crate) fn run_command(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    arguments.finish()?;
    files(workspace)?;
    step("clippy", "no lint has anything to say", || {
        test_build::build(workspace, Selection::Everything)
    })?;
    frontend(workspace)?;
    Ok(ExitCode::SUCCESS)
}

/// Checks that need no compilation.
pub(crate) fn files(workspace: &Workspace) -> Result<()> {
    step("format", "every file is as rustfmt would write it", || {
        run(&mut workspace.cargo(&["fmt", "--all", "--check"]))
    })?;
    step("modules", "no circles of files, and no file that nobody compiles", || {
        modules::check(workspace)
    })?;
    scripts::check(workspace)
}

/// The app is built twice, with different features: the frontend never shares a build with the
/// server.
pub(crate) fn frontend(workspace: &Workspace) -> Result<()> {
    step("clippy", "no lint has anything to say of what runs in browsers", || {
        crate::frontend::wasm_target(workspace)?;
        let target = ["clippy", "--quiet", "-p", "brisk-frontend", "--target"];
        let mut command = workspace.cargo(&target);
        run(command.arg(crate::frontend::TARGET).args(["--", "-D", "warnings"]))
    })
}
