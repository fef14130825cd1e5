//! Programs that tests need: found, installed with apt if possible, or else listed as missing.

use crate::process::run_quietly;
use crate::programs;
use crate::step::note;
use crate::workspace::Workspace;
use anyhow::{Result, bail};

/// Each program with its Debian package.
const NEEDED: [(&str, &str); 14] = [
    ("chromium", "chromium"),
    ("firefox-esr", "firefox-esr"),
    ("WebKitWebDriver", "webkit2gtk-driver"),
    ("Xvfb", "xvfb"),
    ("redis-server", "redis-server"),
    ("mariadbd", "mariadb-server"),
    ("mariadb", "mariadb-client"),
    ("initdb", "postgresql"),
    ("sqlite3", "sqlite3"),
    ("npm", "npm"),
    ("python3", "python3-venv"),
    ("nginx", "nginx"),
    ("pgbouncer", "pgbouncer"),
    ("pdftotext", "poppler-utils"),
];

/// Makes sure that all programs are installed.
pub(crate) fn install_missing(workspace: &Workspace) -> Result<()> {
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(program, _)| programs::find(program).is_none())
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        note("everything is installed");
        return Ok(());
    }
    install(workspace, &missing)
}

/// Installs Debian packages, or says which are missing.
pub(crate) fn install(workspace: &Workspace, missing: &[&str]) -> Result<()> {
    let wanted = missing.join(" ");
    let (Some(apt), true) = (programs::find("apt-get"), rustix::process::geteuid().is_root())
    else {
        bail!("these programs are missing: install the packages {wanted}");
    };
    note(format!("installing {wanted}"));
    let log = workspace.target("logs/apt.log");
    let mut update = workspace.command(&apt);
    run_quietly(update.arg("update"), &log)?;
    let mut install = workspace.command(&apt);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    install.args(["install", "-y", "--no-install-recommends"]).args(missing);
    run_quietly(&mut install, &log)
}
