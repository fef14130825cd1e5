//! `cargo xtask build`: frontend, assets, server.

use crate::arguments::Arguments;
use crate::packages::{self, Packages};
use crate::process::run;
use crate::step::step;
use crate::workspace::Workspace;
use crate::{assets, frontend};
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which build of the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Release,
    Debug,
}

pub(crate) fn run_command(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    arguments.finish()?;
    site(workspace)?;
    server(workspace, Profile::Release)?;
    Ok(ExitCode::SUCCESS)
}

/// The frontend and everything else that browsers load.
pub(crate) fn site(workspace: &Workspace) -> Result<()> {
    // First, so that a missing tool is reported before anything is compiled.
    step("packages", "the npm packages that bundle the scripts and optimise the wasm", || {
        packages::install(workspace, Packages::Build)
    })?;
    let frontend = step("frontend", "wasm for the browser, in its size profile", || {
        frontend::build(workspace)
    })?;
    step("assets", "hashed and compressed, in target/site", || assets::build(workspace, &frontend))
}

/// Builds the program under test together with the benchmarks: building one after the other would
/// compile shared dependencies twice, with different features. Returns the path of the server.
pub(crate) fn measured(workspace: &Workspace) -> Result<PathBuf> {
    let words = ["build", "--quiet", "-p", "brisk-server", "-p", "brisk-bench", "--release"];
    step("server", "the release build of brisk and brisk-bench", || {
        run(&mut workspace.cargo(&words))
    })?;
    Ok(workspace.target("release/brisk"))
}

/// Builds the server; returns its path.
pub(crate) fn server(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let (name, words): (&str, &[&str]) = match profile {
        Profile::Release => ("release", &["build", "--quiet", "-p", "brisk-server", "--release"]),
        Profile::Debug => ("debug", &["build", "--quiet", "-p", "brisk-server"]),
    };
    step("server", &format!("the {name} build of brisk"), || run(&mut workspace.cargo(words)))?;
    Ok(workspace.target(&format!("{name}/brisk")))
}
