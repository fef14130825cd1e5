//! The frontend: wasm in its size profile, with its JavaScript bindings, and optimised.

use crate::packages;
use crate::process::run;
use crate::programs;
use crate::step::note;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The target of the frontend.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The built files.
pub(crate) struct Frontend {
    pub(crate) js: PathBuf,
    pub(crate) wasm: PathBuf,
}

/// Adds the wasm target if it is missing.
pub(crate) fn wasm_target(workspace: &Workspace) -> Result<()> {
    let Some(rustup) = programs::find("rustup") else {
        // Without rustup, the toolchain has the target, or cargo reports that it does not.
        return Ok(());
    };
    let installed = workspace.command(&rustup).args(["target", "list", "--installed"]).output();
    let installed = installed.context("rustup could not be asked for its targets")?;
    if String::from_utf8_lossy(&installed.stdout).lines().any(|line| line == TARGET) {
        return Ok(());
    }
    run(workspace.command(rustup).args(["target", "add", TARGET]))
}

/// Builds the frontend, unless it is unchanged.
pub(crate) fn build(workspace: &Workspace) -> Result<Frontend> {
    wasm_target(workspace)?;
    run(&mut workspace.cargo(&[
        "build",
        "--quiet",
        "-p",
        "brisk-frontend",
        "--lib",
        "--target",
        TARGET,
        "--profile",
        "wasm",
    ]))?;
    let linked = workspace.target(&format!("{TARGET}/wasm/brisk_frontend.wasm"));
    let bytes = fs::read(&linked).with_context(|| format!("{} is missing", linked.display()))?;
    let directory = workspace.target("frontend");
    let frontend =
        Frontend { js: directory.join("brisk.js"), wasm: directory.join("brisk_bg.wasm") };
    let hash = format!("{} {PASSES:?}", blake3::hash(&bytes).to_hex());
    let stamp = directory.join("built-from");
    if fs::read_to_string(&stamp).is_ok_and(|built| built == hash) {
        note("unchanged");
        return Ok(frontend);
    }
    bind(&linked, &directory)?;
    optimise(workspace, &frontend.wasm)?;
    minify(workspace, &frontend.js)?;
    fs::write(&stamp, hash).with_context(|| format!("{} is not writable", stamp.display()))?;
    Ok(frontend)
}

/// wasm-bindgen as a library: its version is the one in Cargo.lock, so it always matches.
fn bind(linked: &Path, directory: &Path) -> Result<()> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_path(linked)
        .web(true)
        .context("wasm-bindgen does not know the web target")?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("brisk");
    bindgen.generate(directory).context("wasm-bindgen could not write the frontend")
}

/// How the wasm is optimised: two passes, after flattening, save 1 % over one. Options that assume that
/// nothing traps, or that low memory is unused, are left out: they would save 2 %, and may be wrong.
const PASSES: [&str; 4] = ["--flatten", "--rereloop", "-Oz", "-Oz"];

/// Saves two fifths of the size.
fn optimise(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let features = [
        "bulk-memory",
        "nontrapping-float-to-int",
        "sign-ext",
        "mutable-globals",
        "reference-types",
        "multivalue",
    ];
    let mut command = packages::command(workspace, "wasm-opt");
    command.args(PASSES).args(features.map(|feature| format!("--enable-{feature}")));
    run(command.arg(wasm).arg("-o").arg(wasm))
}

/// Minifies the bindings.
fn minify(workspace: &Workspace, js: &Path) -> Result<()> {
    let mut command = packages::command(workspace, "esbuild");
    command.arg(js).args(["--minify", "--log-level=warning", "--format=esm", "--target=es2022"]);
    run(command.arg("--allow-overwrite").arg(format!("--outfile={}", js.display())))
}
