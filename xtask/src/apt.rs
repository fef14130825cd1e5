//! The programs that the tests need beside Rust and Node. Missing ones are installed with apt
//! where we may, in the background while cargo compiles; else a line says what to install.
//! Services that apt may start on its own are left alone: the tests start private ones.

use crate::{process, programs};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;
use std::thread::JoinHandle;

/// A program, and the Debian package that has it.
const NEEDED: [(&str, &str); 8] = [
    ("chromium", "chromium"),
    ("redis-server", "redis-server"),
    ("mariadbd", "mariadb-server"),
    ("mariadb-install-db", "mariadb-server"),
    ("mariadb", "mariadb-client"),
    ("postgres", "postgresql"),
    ("initdb", "postgresql"),
    ("psql", "postgresql-client"),
];

/// An installation that goes on in the background.
pub(crate) struct Installing(JoinHandle<Result<()>>);

/// Starts to install what is missing.
pub(crate) fn install_missing(log: PathBuf) -> Installing {
    Installing(std::thread::spawn(move || {
        let missing = missing();
        if missing.is_empty() { Ok(()) } else { install(&missing, &log) }
    }))
}

impl Installing {
    /// Waits until everything is there.
    pub(crate) fn wait(self) -> Result<()> {
        match self.0.join() {
            Ok(result) => result,
            Err(_) => bail!("the installation broke off: install {} yourself", missing().join(" ")),
        }
    }
}

fn missing() -> Vec<&'static str> {
    let chosen = crate::browser::chosen_chromium().is_some();
    let mut packages: Vec<_> = NEEDED
        .into_iter()
        .filter(|(program, _)| !(*program == "chromium" && chosen))
        .filter(|(program, _)| programs::find(program).is_none())
        .map(|(_, package)| package)
        .collect();
    packages.dedup();
    packages
}

fn install(missing: &[&str], log: &std::path::Path) -> Result<()> {
    let list = missing.join(" ");
    let by_hand = format!("install these packages, then run this again: {list}");
    if !rustix::process::geteuid().is_root() || programs::find("apt-get").is_none() {
        bail!("{by_hand}");
    }
    println!("    (installing in the background: {list})");
    apt(&["update"], &log.with_extension("update.log")).context(by_hand.clone())?;
    let words = ["install", "--yes", "--no-install-recommends"];
    apt(&[&words[..], missing].concat(), log).context(by_hand)
}

fn apt(words: &[&str], log: &std::path::Path) -> Result<()> {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive").args(words);
    process::run_quietly(&mut apt, log)
}
