//! [`Folder`]: puts a message's files into a folder, for whatever reads there.
//!
//! Each message gets a folder of its own, named after due time, title and id. It is written under another name,
//! to the disk, and then renamed: so it is there with all files or not at all, and nothing that is there is
//! ever written again. All steps are relative to the open folder and follow no link, so that nobody who may
//! write there leads them elsewhere.

use crate::file_name::{distinct, file_name};
use crate::message::{Contents, Message, MessageId};
use crate::outcome::Outcome;
use crate::plain;
use bytes::Bytes;
use chrono::DateTime;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use rustix::fs::{fsync, mkdirat, openat, renameat, statat, unlinkat};
use rustix::io::Errno;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

/// A folder of this machine.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    largest: usize,
}

/// A file to be written.
type Written = (String, Bytes);

impl Folder {
    /// The folder at `path`, which has to be there; a message may have `largest` bytes.
    pub fn new(path: impl Into<PathBuf>, largest: usize) -> Self {
        Self { path: path.into(), largest }
    }

    /// Writes the files of a message: its text, its drawings, its attachments. A message that is already there is
    /// accepted, and not touched.
    pub async fn send(&self, message: &Message) -> Outcome {
        let (folder, message) = (self.clone(), message.clone());
        // A disk may be slow.
        let written = tokio::task::spawn_blocking(move || folder.write(message.contents()));
        written.await.unwrap_or_else(Outcome::unknown)
    }

    fn write(&self, contents: &Contents) -> Outcome {
        let files = files(contents);
        let has: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        if has > self.largest {
            let largest = self.largest;
            let why = format_args!("the files have {has} bytes, and the folder takes {largest}");
            return Outcome::refused(why);
        }
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let base = match openat(CWD, &self.path, flags, Mode::empty()) {
            Ok(base) => base,
            Err(error) => return self.not_sent(error),
        };
        let name = name(contents);
        match what_is_there(&base, &name) {
            Ok(None) => {}
            Ok(Some(outcome)) => return outcome,
            Err(error) => return self.not_sent(error),
        }
        let unfinished = unfinished(&contents.id);
        if let Err(error) = prepare(&base, &unfinished, &files) {
            remove(&base, &unfinished);
            return self.not_sent(error);
        }
        if let Err(error) = renameat(&base, &unfinished, &base, &name) {
            remove(&base, &unfinished);
            // Somebody else may have been faster.
            return match what_is_there(&base, &name) {
                Ok(Some(outcome)) => outcome,
                _ => self.not_sent(error),
            };
        }
        match fsync(&base) {
            Ok(()) => Outcome::Accepted,
            Err(error) => Outcome::unknown(format_args!("it is there, but may not last: {error}")),
        }
    }

    fn not_sent(&self, error: impl Into<io::Error>) -> Outcome {
        let (path, error) = (self.path.display(), error.into());
        Outcome::not_sent(format_args!("the folder {path} cannot be written to: {error}"))
    }
}

/// What is there, under names that differ.
fn files(contents: &Contents) -> Vec<Written> {
    let mut taken = HashSet::new();
    let mut named = |name: &str, bytes: &Bytes| (distinct(name, &mut taken), bytes.clone());
    let mut files: Vec<Written> =
        contents.attachments.iter().map(|file| named(&file.name, &file.bytes)).collect();
    for (number, drawing) in (1..).zip(&contents.drawings) {
        files.push(named(&format!("drawing-{number}.png"), &drawing.png));
    }
    files.push(named("report.txt", &Bytes::from(plain::text(contents))));
    files
}

/// `2026-11-30T060000Z Sales 1f0c9a2b`.
fn name(contents: &Contents) -> String {
    let due = DateTime::from_timestamp(contents.due.seconds(), 0).unwrap_or_default();
    let (due, id) = (due.format("%Y-%m-%dT%H%M%SZ"), &contents.id.as_str()[..8]);
    format!("{due} {} {id}", file_name(&contents.title))
}

/// What a message is called until all of it is on the disk.
fn unfinished(id: &MessageId) -> String {
    format!(".{id}.unfinished")
}

/// The outcome if there is something of that name.
fn what_is_there(base: &OwnedFd, name: &str) -> Result<Option<Outcome>, Errno> {
    match statat(base, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => {
            Ok(Some(Outcome::Accepted))
        }
        Ok(_) => Ok(Some(Outcome::refused(format_args!("\"{name}\" is there, and is no folder")))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes all files, down to the disk.
fn prepare(base: &OwnedFd, unfinished: &str, files: &[Written]) -> io::Result<()> {
    // Of an attempt that did not end.
    remove(base, unfinished);
    mkdirat(base, unfinished, Mode::from_raw_mode(0o750))?;
    let folder = open_folder(base.as_fd(), unfinished)?;
    for (name, bytes) in files {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&folder, name, flags, Mode::from_raw_mode(0o640))?;
        let mut file = File::from(file);
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    Ok(fsync(&folder)?)
}

fn open_folder(base: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC;
    openat(base, name, flags, Mode::empty())
}

/// Removes what was not finished: files, one level of them. What cannot be removed is met by the next step.
fn remove(base: &OwnedFd, unfinished: &str) {
    let Ok(folder) = open_folder(base.as_fd(), unfinished) else { return };
    let Ok(entries) = Dir::read_from(&folder) else { return };
    for entry in entries.flatten() {
        let _ = unlinkat(&folder, entry.file_name(), AtFlags::empty());
    }
    let _ = unlinkat(base, unfinished, AtFlags::REMOVEDIR);
}
