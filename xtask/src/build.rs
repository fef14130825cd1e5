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

/// Which server is built.
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
    // First: what is missing is said before anything is compiled.
    step("packages", "what bundles the scripts and shrinks the wasm, from npm", || {
        packages::install(workspace, Packages::Build)
    })?;
    let frontend = step("frontend", "wasm for the browser, in its size profile", || {
        frontend::build(workspace)
    })?;
    step("assets", "hashed and packed, in target/site", || assets::build(workspace, &frontend))
}

/// What is measured and what measures, together: one after the other would compile what they share
/// twice, because each asks for other features of it. The answer is where the server is.
pub(crate) fn measured(workspace: &Workspace) -> Result<PathBuf> {
    let words = ["build", "--quiet", "-p", "brisk-server", "-p", "brisk-bench", "--release"];
    step("server", "the release build of brisk and brisk-bench", || {
        run(&mut workspace.cargo(&words))
    })?;
    Ok(workspace.target("release/brisk"))
}

/// The server; the answer is where it is.
pub(crate) fn server(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let (name, words): (&str, &[&str]) = match profile {
        Profile::Release => ("release", &["build", "--quiet", "-p", "brisk-server", "--release"]),
        Profile::Debug => ("debug", &["build", "--quiet", "-p", "brisk-server"]),
    };
    step("server", &format!("the {name} build of brisk"), || run(&mut workspace.cargo(words)))?;
    Ok(workspace.target(&format!("{name}/brisk")))
}
