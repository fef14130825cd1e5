//! A small disk, in memory, that can be filled. It is mounted in a namespace of its own, so that nothing of it
//! is left when this process has ended, however it ends.

use super::guarded::Guarded;
use super::{PATIENCE, quietly, unprivileged};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Mounts `$1` with `$2` MiB, and stays for as long as the namespace is needed.
const MOUNT: &str =
    "mount -t tmpfs -o size=$2m,mode=0755 tmpfs \"$1\" && touch \"$1/there\" && exec sleep 1000000";
const FILLING: &str = "filling";

/// A disk.
pub struct Disk {
    directory: TempDir,
    namespace: Guarded,
}

impl Disk {
    /// One of so many MiB; none where this process may not mount.
    pub fn of(megabytes: u32) -> Result<Option<Self>> {
        let mut probe = Command::new("unshare");
        probe.args(["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
        if !probe.output().is_ok_and(|output| output.status.success()) {
            return Ok(None);
        }
        let directory = tempfile::Builder::new().prefix("brisk-bench-").tempdir()?;
        let mut words: Vec<OsString> =
            ["unshare", "-m", "sh", "-c", MOUNT, "sh"].map(Into::into).into();
        words.extend([directory.path().into(), megabytes.to_string().into()]);
        let log = directory.path().join("log");
        let namespace = Guarded::start(&words, directory.path(), &log, "KILL", &[])?;
        let disk = Self { directory, namespace };
        disk.until_mounted()?;
        if let Some(user) = unprivileged() {
            disk.run(&["chown".into(), user.into(), disk.folder().into()])?;
        }
        Ok(Some(disk))
    }

    /// Where it is, for processes that are started [`within`](Self::within) it.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// The words that a command begins with that sees it.
    pub fn within(&self) -> Vec<OsString> {
        let id = self.namespace.pid().as_raw_nonzero().to_string();
        ["nsenter", "-t", &id, "-m", "--"].map(OsString::from).into()
    }

    /// Fills it.
    pub fn fill(&self) -> Result<()> {
        let file = format!("of={}", self.folder().join(FILLING).display());
        let words = self.words(&["dd".into(), "if=/dev/zero".into(), file.into(), "bs=64k".into()]);
        let output = Command::new(&words[0]).args(&words[1..]).output()?;
        match output.status.success() {
            true => bail!("the disk has no end"),
            false => Ok(()),
        }
    }

    /// Frees what was filled.
    pub fn free(&self) -> Result<()> {
        self.run(&["rm".into(), "-f".into(), self.folder().join(FILLING).into()])
    }

    fn until_mounted(&self) -> Result<()> {
        let there = self.namespace.proc().join("root");
        let there = there.join(self.folder().strip_prefix("/")?).join("there");
        let begun = Instant::now();
        while !there.exists() {
            if begun.elapsed() > PATIENCE {
                bail!("a disk could not be mounted");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn words(&self, words: &[OsString]) -> Vec<OsString> {
        [self.within(), words.to_vec()].concat()
    }

    fn run(&self, words: &[OsString]) -> Result<()> {
        let words = self.words(words);
        quietly(Command::new(&words[0]).args(&words[1..])).context("on a disk of its own")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_full_until_it_is_freed() {
        let Some(disk) = Disk::of(2).unwrap() else { return };
        let write = || {
            let file = format!("of={}", disk.folder().join("file").display());
            let words = [
                "dd".into(),
                "if=/dev/zero".into(),
                file.into(),
                "bs=64k".into(),
                "count=1".into(),
            ];
            disk.run(&words)
        };
        write().unwrap();
        disk.fill().unwrap();
        let more =
            ["cp".into(), disk.folder().join("file").into(), disk.folder().join("more").into()];
        assert!(disk.run(&more).is_err());
        disk.free().unwrap();
        disk.run(&more).unwrap();
    }
}
