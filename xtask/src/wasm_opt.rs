//! `wasm-opt`, which makes the frontend half as large. It comes from npm's `binaryen`, pinned in
//! `xtask/wasm-opt`. A machine without npm builds a larger frontend that works the same.

use crate::workspace::Workspace;
use crate::{npm, process, step};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// What Rust's own output uses, and every browser of the last years knows.
const FLAGS: [&str; 7] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

pub(crate) struct WasmOpt {
    script: PathBuf,
    /// Names the version and the flags, so that a change of either does the work again.
    pub(crate) key: String,
}

/// Installs it below target/tools. `None`, with a line that says why, when that cannot be.
pub(crate) fn prepare(workspace: &Workspace) -> Result<Option<WasmOpt>> {
    if !npm::is_here() {
        step::note("npm is missing: going on without wasm-opt, so the frontend will be larger");
        return Ok(None);
    }
    let folder = workspace.target("tools");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} could not be made", folder.display()))?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(workspace.path("xtask/wasm-opt").join(file), folder.join(file))
            .with_context(|| format!("xtask/wasm-opt/{file} could not be copied"))?;
    }
    if let Err(error) = npm::install(&folder, &workspace.target("logs/npm-tools.log")) {
        process::go_on()?;
        step::note(format!("wasm-opt is not to be had, so the frontend will be larger: {error:#}"));
        return Ok(None);
    }
    let lock = std::fs::read(folder.join("package-lock.json")).context("the lock file is gone")?;
    Ok(Some(WasmOpt {
        script: folder.join("node_modules/binaryen/bin/wasm-opt"),
        key: format!("{} {}", blake3::hash(&lock).to_hex(), FLAGS.join(" ")),
    }))
}

impl WasmOpt {
    /// Optimises a file in place.
    pub(crate) fn run(&self, workspace: &Workspace, wasm: &Path) -> Result<()> {
        let smaller = wasm.with_extension("small.wasm");
        let mut node = workspace.command("node");
        node.arg(&self.script).args(FLAGS).arg(wasm).arg("-o").arg(&smaller);
        process::run_quietly(&mut node, &workspace.target("logs/wasm-opt.log"))?;
        std::fs::rename(&smaller, wasm)
            .with_context(|| format!("{} could not be replaced", wasm.display()))
    }
}
