//! `cargo xtask check`: formatting and lints.

use crate::arguments::Arguments;
use crate::process;
use crate::step::step;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::process::ExitCode;

pub(crate) fn run(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    arguments.finish()?;
    step("format", FORMAT, || format(workspace))?;
    step("clippy", CLIPPY, || clippy(workspace))?;
    step("clippy for wasm", CLIPPY_WASM, || clippy_wasm(workspace))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) const FORMAT: &str = "is every file formatted?";
pub(crate) const CLIPPY: &str = "lints, with warnings denied";
pub(crate) const CLIPPY_WASM: &str = "the same for the frontend";

pub(crate) fn format(workspace: &Workspace) -> Result<()> {
    process::run(&mut workspace.cargo(&["fmt", "--all", "--check"]))
        .context("run `cargo fmt --all`")
}

/// Everything that is built for this machine. The frontend is not among it: built together, its
/// `hydrate` and the server's `ssr` would be switched on in one and the same app.
pub(crate) fn clippy(workspace: &Workspace) -> Result<()> {
    let words = ["clippy", "--workspace", "--exclude", "brisk-frontend", "--all-targets"];
    process::run(workspace.cargo(&words).args(["--", "--deny", "warnings"]))
}

pub(crate) fn clippy_wasm(workspace: &Workspace) -> Result<()> {
    crate::frontend::add_target(workspace)?;
    let words = ["clippy", "--package", "brisk-frontend", "--target", crate::frontend::TARGET];
    process::run(workspace.cargo(&words).args(["--", "--deny", "warnings"]))
}
