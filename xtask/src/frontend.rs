//! The frontend: Rust to WebAssembly, and the JavaScript around it. wasm-bindgen is linked in at
//! the version that the frontend uses, so the two cannot mismatch.

use crate::wasm_opt::{self, WasmOpt};
use crate::workspace::Workspace;
use crate::{process, step};
use anyhow::{Context, Result, anyhow};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// Goes into the key of unchanged work; the workspace pins the same version.
const BINDGEN: &str = "wasm-bindgen 0.2.130 web 1";

/// What the frontend is built for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Profile {
    /// The fewest bytes.
    Size,
    /// The shortest wait, for `serve --dev`.
    Dev,
}

impl Profile {
    /// (cargo's `--profile`, the folder it puts the output in)
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Size => ("wasm", "wasm"),
            Self::Dev => ("dev", "debug"),
        }
    }
}

/// Builds it; returns the folder with `brisk.js`, `brisk_bg.wasm` and perhaps `snippets/`.
pub(crate) fn build(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    add_target(workspace)?;
    let (name, folder) = profile.words();
    step::step("frontend", "compiling to WebAssembly", || {
        let words = ["build", "--package", "brisk-frontend", "--lib"];
        let mut cargo = workspace.cargo(&words);
        process::run(cargo.args(["--target", TARGET, "--profile", name]))
    })?;
    let compiled = workspace.target(&format!("{TARGET}/{folder}/brisk_frontend.wasm"));
    let made = workspace.target(&format!("frontend/{folder}"));
    step::step("wasm", "generating the JavaScript, then making the wasm small", || {
        let tool = match profile {
            Profile::Size => wasm_opt::prepare(workspace)?,
            Profile::Dev => None,
        };
        shrink_and_wrap(workspace, &compiled, &made, tool.as_ref())
    })?;
    Ok(made)
}

/// Adds the wasm target to the toolchain, once.
pub(crate) fn add_target(workspace: &Workspace) -> Result<()> {
    let mut rustc = workspace.command("rustc");
    let shown = rustc.args(["--print", "target-libdir", "--target", TARGET]).output();
    let libraries = shown.map(|shown| String::from_utf8_lossy(&shown.stdout).trim().to_owned());
    if libraries.is_ok_and(|folder| !folder.is_empty() && Path::new(&folder).is_dir()) {
        return Ok(());
    }
    step::step("target", "adding WebAssembly to the Rust toolchain", || {
        process::run(workspace.command("rustup").args(["target", "add", TARGET]))
            .context("the target wasm32-unknown-unknown is missing: add it to your Rust toolchain")
    })
}

fn shrink_and_wrap(
    workspace: &Workspace,
    compiled: &Path,
    made: &Path,
    tool: Option<&WasmOpt>,
) -> Result<()> {
    let input = std::fs::read(compiled)
        .with_context(|| format!("cargo did not write {}", compiled.display()))?;
    let tool_key = tool.map_or("as compiled", |tool| &tool.key);
    let key = format!("{} {BINDGEN} {tool_key}", blake3::hash(&input).to_hex());
    let stamp = made.join("made-from");
    if std::fs::read_to_string(&stamp).is_ok_and(|done| done == key) {
        step::note("unchanged since the last time");
        return Ok(());
    }
    if made.exists() {
        std::fs::remove_dir_all(made)
            .with_context(|| format!("{} could not be cleared", made.display()))?;
    }
    generate(input, made)?;
    if let Some(tool) = tool {
        tool.run(workspace, &made.join("brisk_bg.wasm"))?;
    }
    std::fs::write(&stamp, key).with_context(|| format!("{} is not writable", stamp.display()))
}

fn generate(input: Vec<u8>, made: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes("brisk", input)
        .out_name("brisk")
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(made))
        .map_err(|error| anyhow!("wasm-bindgen could not read the frontend: {error:#}"))
}
