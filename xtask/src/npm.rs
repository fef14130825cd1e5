//! Installs what a `package-lock.json` pins, once for each version of the file.

use crate::process;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Whether Node and npm are on this machine.
pub(crate) fn is_here() -> bool {
    crate::programs::find("node").is_some() && crate::programs::find("npm").is_some()
}

/// `npm ci` in `folder`, unless it was done for this very lock file.
pub(crate) fn install(folder: &Path, log: &Path) -> Result<()> {
    if !is_here() {
        bail!("node and npm are missing: install Node.js 20 or later");
    }
    let lock = folder.join("package-lock.json");
    let wanted = std::fs::read(&lock)
        .with_context(|| format!("{} is missing: restore it with git", lock.display()))?;
    let stamp = folder.join("node_modules/.installed-for");
    if std::fs::read(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    let mut npm = std::process::Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::run_quietly(&mut npm, log).context("the npm packages could not be installed")?;
    std::fs::write(&stamp, wanted).with_context(|| format!("{} is not writable", stamp.display()))
}
