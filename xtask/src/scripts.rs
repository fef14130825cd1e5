//! The scripts of the browser and of its tests: types, lints, and the one bundle that pages load.

use crate::packages::{self, Packages};
use crate::process::run;
use crate::step::step;
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::PathBuf;

/// Type-checks and lints `frontend/scripts` and `end2end`. Import cycles are an error, too:
/// `import/no-cycle` in `.oxlintrc.json`.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    step("scripts", "types and lints, with tsc and oxlint", || {
        packages::install(workspace, Packages::All)?;
        for project in ["frontend", "end2end"] {
            run(packages::command(workspace, "tsc").args(["--project", project]))?;
        }
        let mut lint = packages::command(workspace, "oxlint");
        run(lint.args(["--quiet", "--deny-warnings", "frontend/scripts", "end2end"]))
    })
}

/// Bundles `frontend/scripts` and returns the file's path. It is a single file, because each
/// further one would be another request before the first island starts.
pub(crate) fn bundle(workspace: &Workspace) -> Result<PathBuf> {
    let bundle = workspace.target("frontend/loader.js");
    let mut esbuild = packages::command(workspace, "esbuild");
    esbuild.args(["frontend/scripts/main.js", "--bundle", "--minify", "--log-level=warning"]);
    // A module, because the islands await the wasm at its top level.
    esbuild.args(["--format=esm", "--target=es2022"]);
    run(esbuild.arg(format!("--outfile={}", bundle.display())))?;
    Ok(bundle)
}
