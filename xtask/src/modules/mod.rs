//! The shape of the crates: no circle of files within one, and no file that is never compiled.
//!
//! Read from the sources' text: [`tokens`] cuts it into words, [`names`] finds the paths that a file
//! writes and the modules it declares, [`tree`] knows which file a path leads to, [`circles`] which
//! files lead back to themselves. A path through a re-export counts for the file that defines the
//! item; `mod` declarations are not arrows, and neither are paths in unit tests.

mod circles;
mod names;
mod tokens;
mod tree;

use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use tree::Tree;

/// Fails on a circle of files within a crate, and on a file that no `mod` leads to.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut problems = Vec::new();
    for package in packages(workspace)? {
        for root in roots(&package) {
            let tree = Tree::read(&root)?;
            let shown = |path: &Path| workspace.relative(path).display().to_string();
            for circle in circles::of(&tree.arrows()) {
                let names: Vec<String> = circle.iter().map(|path| shown(path)).collect();
                problems.push(format!("a circle of files: {}", names.join(" -> ")));
            }
            let folder = root.parent().unwrap_or(&root);
            for path in rust_files(folder)?.into_iter().filter(|path| !tree.has(path)) {
                if !is_root_of_its_own(&path, &root) {
                    problems.push(format!("no `mod` leads to {}", shown(&path)));
                }
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}", problems.join("\n"))
}

/// The directories of all crates.
fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut packages: Vec<PathBuf> =
        ["app", "bench", "frontend", "server", "xtask"].map(|name| workspace.path(name)).into();
    for entry in std::fs::read_dir(workspace.path("crates"))? {
        packages.push(entry?.path());
    }
    packages.retain(|package| package.join("Cargo.toml").exists());
    packages.sort();
    Ok(packages)
}

/// The root files of compilation: the library, or the program where there is none, and the tests.
fn roots(package: &Path) -> Vec<PathBuf> {
    let code = ["src/lib.rs", "src/main.rs"].map(|name| package.join(name));
    let code = code.into_iter().find(|path| path.exists());
    let tests = Some(package.join("tests/main.rs")).filter(|path| path.exists());
    code.into_iter().chain(tests).collect()
}

/// A program beside the library.
fn is_root_of_its_own(path: &Path, root: &Path) -> bool {
    path.parent() == root.parent() && path.file_name().is_some_and(|name| name == "main.rs")
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}
