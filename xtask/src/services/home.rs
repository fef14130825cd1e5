//! The folder of one server: its data, its password, its log. Nobody but its account gets in.

use super::account::Account;
use anyhow::{Context, Result};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub(super) struct Home {
    folder: TempDir,
    account: Option<Account>,
    /// What its clients have to know; letters and digits.
    pub(super) password: String,
}

impl Home {
    pub(super) fn make(name: &str, accounts: &[&str]) -> Result<Self> {
        let account = Account::choose(accounts)?;
        let prefix = format!("brisk-test-{}-", name.to_lowercase());
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir()
            .context("no temporary folder could be made: is the disk full?")?;
        let home = Self { folder, account, password: random()? };
        home.give(home.folder.path())?;
        Ok(home)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path("log")
    }

    /// Writes a file that its account can read.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let file = self.path(name);
        std::fs::write(&file, text)
            .with_context(|| format!("{} could not be written", file.display()))?;
        self.give(&file)?;
        Ok(file)
    }

    /// A program of the server, run as its account, with none of our environment: settings such
    /// as PGDATA are for other servers.
    pub(super) fn command(&self, program: &str) -> Result<Command> {
        let found = crate::programs::find(program)
            .with_context(|| format!("{program} is missing: install the package that has it"))?;
        let mut command = Command::new(found);
        command.current_dir(self.folder.path()).env_clear();
        let path = std::env::join_paths(crate::programs::folders()).unwrap_or_default();
        command.env("PATH", path).env("HOME", self.folder.path());
        command.env("LC_ALL", "C").env("TZ", "UTC");
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        Ok(command)
    }

    /// Removes the folder, after the server is gone.
    pub(super) fn remove(self, name: &str) -> Result<()> {
        let path = self.folder.path().to_path_buf();
        self.folder
            .close()
            .with_context(|| format!("{name} left {} behind: remove it", path.display()))
    }

    fn give(&self, path: &Path) -> Result<()> {
        let Some(account) = self.account else { return Ok(()) };
        std::os::unix::fs::chown(path, Some(account.uid), Some(account.gid))
            .with_context(|| format!("{} could not be given away", path.display()))
    }
}

/// 32 hexadecimal digits from the system.
fn random() -> Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("/dev/urandom gives no random numbers")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
