//! The npm packages that bundle, check and test what runs in the browser: installed from
//! `package-lock.json`, and again only when it has changed.

use crate::process::run_quietly;
use crate::programs;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

/// Which of the packages are needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packages {
    /// `dependencies`: what a build needs.
    Build,
    /// `devDependencies` as well: what checks and tests need.
    All,
}

/// Installs missing packages; quick if there are none.
pub(crate) fn install(workspace: &Workspace, packages: Packages) -> Result<()> {
    let lock = workspace.path("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let hash = blake3::hash(&lock).to_hex().to_string();
    // npm removes the directory first, so an interrupted install leaves no stamp.
    let stamp = workspace.path("node_modules/.installed-from");
    let installed = fs::read_to_string(&stamp).unwrap_or_default();
    if is_enough(&installed, &hash, packages) {
        return Ok(());
    }
    let npm = programs::find("npm")
        .context("npm is missing: install Node.js 20.19 or newer, with npm")?;
    let mut command = workspace.command(npm);
    command.args(["ci", "--no-audit", "--no-fund"]);
    if packages == Packages::Build {
        command.arg("--omit=dev");
    }
    run_quietly(&mut command, &workspace.target("logs/npm.log"))?;
    fs::write(&stamp, written(&hash, packages))
        .with_context(|| format!("{} is not writable", stamp.display()))
}

/// A program of an installed package, to be run in the repository's root.
pub(crate) fn command(workspace: &Workspace, program: &str) -> Command {
    workspace.command(workspace.path("node_modules/.bin").join(program))
}

fn is_enough(stamp: &str, hash: &str, packages: Packages) -> bool {
    stamp == written(hash, Packages::All) || stamp == written(hash, packages)
}

fn written(hash: &str, packages: Packages) -> String {
    let word = match packages {
        Packages::Build => "build",
        Packages::All => "all",
    };
    format!("{hash} {word}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_again_only_for_another_lock_file_or_for_more_of_them() {
        let (build, all) = (written("a", Packages::Build), written("a", Packages::All));
        assert!(is_enough(&build, "a", Packages::Build));
        assert!(is_enough(&all, "a", Packages::Build));
        assert!(is_enough(&all, "a", Packages::All));
        assert!(!is_enough(&build, "a", Packages::All));
        assert!(!is_enough(&all, "b", Packages::Build));
        assert!(!is_enough("", "a", Packages::Build));
    }
}
