//! `cargo xtask build`: frontend, assets, server.

use crate::arguments::Arguments;
use crate::packages::{self, Packages};
use crate::process::run;
use crate::step::step;
use crate::workspace::Workspace;
use crate::{assets, frontend};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::ExitCode;

/// Which build of the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Release,
    Debug,
}

pub(crate) fn run_command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let only_site = arguments.flag("--site");
    arguments.finish()?;
    match only_site {
        true => site(workspace)?,
        false => drop(site_and_server(workspace, Profile::Release)?),
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the frontend and the server in parallel: each has phases that keep only one core busy.
/// Returns the path of the server.
pub(crate) fn site_and_server(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    tools(workspace)?;
    std::thread::scope(|scope| {
        let program = scope.spawn(|| server(workspace, profile));
        let site = frontend_and_assets(workspace);
        let program = program.join().unwrap_or_else(|_| bail!("building the server panicked"))?;
        site.map(|()| program)
    })
}

/// The frontend and everything else that browsers load.
pub(crate) fn site(workspace: &Workspace) -> Result<()> {
    tools(workspace)?;
    frontend_and_assets(workspace)
}

/// Checks for the tools before anything is compiled, so that missing ones are reported at once.
fn tools(workspace: &Workspace) -> Result<()> {
    step("packages", "the npm packages that bundle the scripts and optimise the wasm", || {
        packages::install(workspace, Packages::Build)
    })
}

fn frontend_and_assets(workspace: &Workspace) -> Result<()> {
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
