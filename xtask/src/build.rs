//! `cargo xtask build`: everything that a release is made of.

use crate::arguments::Arguments;
use crate::workspace::Workspace;
use crate::{assets, frontend, process, step};
use anyhow::Result;
use std::process::ExitCode;

pub(crate) fn run(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    arguments.finish()?;
    release(workspace)?;
    step::note(format!("the server is {}", workspace.target("release/brisk").display()));
    step::note(format!("the site is   {}", workspace.target("site").display()));
    Ok(ExitCode::SUCCESS)
}

/// The frontend, the assets and the server.
pub(crate) fn release(workspace: &Workspace) -> Result<()> {
    let built = frontend::build(workspace, frontend::Profile::Size)?;
    assets::build(workspace, &built, assets::Packing::Smallest)?;
    step::step("server", "compiling for speed", || {
        process::run(&mut workspace.cargo(&["build", "--release", "--package", "brisk-server"]))
    })
}
