//! Builds the test programs, and lints them in the same pass.
//!
//! clippy stands in for the compiler of the workspace's own crates, and what it compiles is what
//! runs: a separate lint pass would compile everything twice, dependencies included.

use crate::process;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One linked program of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestProgram {
    /// `cache`, `cache, unit`.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The package's directory, in which it runs.
    pub(crate) directory: PathBuf,
}

/// What is built.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Selection<'a> {
    /// Every crate, with its benchmarks and examples; the browser's entry has a build of its own.
    Everything,
    /// These packages.
    Packages(&'a [String]),
}

/// Builds and lints, with warnings denied; the answer lists what to run, in the order of the crates.
pub(crate) fn build(workspace: &Workspace, selection: Selection<'_>) -> Result<Vec<TestProgram>> {
    let mut command = cargo(workspace, &["test", "--no-run", "--quiet"])?;
    command.arg("--message-format=json-render-diagnostics");
    match selection {
        Selection::Everything => {
            command.args(["--workspace", "--exclude", "brisk-frontend", "--all-targets"]);
        }
        Selection::Packages(names) => {
            command.args(names.iter().flat_map(|name| ["-p", name]));
        }
    }
    let mut programs = Vec::new();
    process::read_lines(&mut command, |line| programs.extend(program(line)))
        .context("the tests do not compile without warnings")?;
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(programs)
}

/// Runs the examples in the crates' documentation.
pub(crate) fn doc_tests(
    workspace: &Workspace,
    selection: Selection<'_>,
    read: impl FnMut(&str),
) -> Result<()> {
    let mut command = cargo(workspace, &["test", "--doc", "--quiet"])?;
    match selection {
        Selection::Everything => {
            command.args(["--workspace", "--exclude", "brisk-frontend"]);
        }
        Selection::Packages(names) => {
            command.args(names.iter().flat_map(|name| ["-p", name]));
        }
    }
    process::run_reading(&mut command, read)
}

/// cargo, with clippy as the compiler of the workspace's own crates.
fn cargo(workspace: &Workspace, words: &[&str]) -> Result<Command> {
    let mut command = workspace.cargo(words);
    let cargo = PathBuf::from(command.get_program());
    let driver = match cargo.parent().map(|folder| folder.join("clippy-driver")) {
        Some(path) if path.exists() => path,
        _ => crate::programs::find("clippy-driver")
            .context("clippy is not installed: rustup component add clippy")?,
    };
    command.env("RUSTC_WORKSPACE_WRAPPER", driver);
    // How `cargo clippy -- -D warnings` passes its arguments on.
    command.env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    Ok(command)
}

/// The program that a line of cargo's output announces, if any, and if it has tests to run.
fn program(line: &str) -> Option<TestProgram> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let path = PathBuf::from(message["executable"].as_str()?);
    let directory = Path::new(message["manifest_path"].as_str()?).parent()?.to_path_buf();
    let kind = message["target"]["kind"][0].as_str()?;
    if kind == "bench" || kind == "example" {
        return None;
    }
    let package = directory.file_name()?.to_str()?;
    let name = match kind {
        "test" => package.to_owned(),
        "bin" => format!("{package}, program"),
        _ => format!("{package}, unit"),
    };
    Some(TestProgram { name, path, directory })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_in_what_cargo_says() {
        let line = |kind: &str, test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/w/crates/cache/Cargo.toml",
                "target":{{"kind":["{kind}"]}},"profile":{{"test":{test}}},"executable":"/t/x"}}"#
            )
        };
        let found = program(&line("test", true)).unwrap();
        assert_eq!((found.name.as_str(), found.path.to_str().unwrap()), ("cache", "/t/x"));
        assert_eq!(program(&line("lib", true)).unwrap().name, "cache, unit");
        assert_eq!(program(&line("bin", false)), None);
        assert_eq!(program(&line("bench", true)), None);
        assert_eq!(program("Compiling brisk-cache"), None);
    }
}
