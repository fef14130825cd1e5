//! The dashboards' folder, whose contents are not trusted: a file in it may be a device, a FIFO, endless,
//! a link to a file of somebody else's, or replaced while it is read.
//!
//! Only regular files are opened, and read only up to a limit; links are followed only within the folder.
//! The folder itself may be a link.

use brisk_domain::FolderName;
use rustix::fs::OFlags;
use std::fs::{File, FileType, Metadata};
use std::io::{ErrorKind, Read as _, Result};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes. The longest dashboards in use have a tenth of that.
const MAX_BYTES: u64 = 1 << 20;
/// How many bytes of files are read at most, so that a folder cannot fill the memory.
pub(crate) const MAX_TOTAL: u64 = 64 << 20;
/// How many files of a folder are read at most.
pub(crate) const MAX_FILES: usize = 1_000;
/// How many folders in it are read at most.
const MAX_FOLDERS: usize = 100;
/// How many entries of a folder are looked at, to find its files.
const MAX_ENTRIES: usize = 100_000;

/// The subdirectory with the rollups.
pub const ROLLUPS: &str = "rollups";
/// The subdirectory with the reports.
pub const REPORTS: &str = "reports";

/// The folder.
pub(crate) struct Folder {
    /// The folder's path, with every link resolved.
    root: PathBuf,
    /// How many bytes may still be read.
    left: u64,
    /// Whether a read failed for a reason that does not show in the folder.
    has_failed: bool,
}

impl Folder {
    /// The folder at `directory`.
    pub(crate) fn at(directory: &Path) -> Result<Self> {
        Ok(Self { root: directory.canonicalize()?, left: MAX_TOTAL, has_failed: false })
    }

    /// Whether something could not be read, and may be later without any change in the folder: because
    /// the process ran out of file descriptors, or a network drive did not answer.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Records why something was not read.
    pub(crate) fn note(&mut self, error: &std::io::Error) {
        self.has_failed |= may_pass(error);
    }

    /// The content of the file at `path`, or a message that says why it is not read.
    pub(crate) fn read(&mut self, path: &Path) -> std::result::Result<String, String> {
        let mut failed = false;
        let text = self.text(path, |error| {
            failed |= may_pass(&error);
            match error.kind() {
                ErrorKind::NotFound => {
                    "the file cannot be read: it is gone, or its link leads nowhere".into()
                }
                _ => format!("the file cannot be read: {error}"),
            }
        });
        self.has_failed |= failed;
        text
    }

    fn text(
        &mut self,
        path: &Path,
        mut unreadable: impl FnMut(std::io::Error) -> String,
    ) -> std::result::Result<String, String> {
        let target = self.inside(path)?;
        let found = target.metadata().map_err(&mut unreadable)?;
        // Opening a device may be enough to do harm.
        only_regular(found.file_type())?;
        let wanted = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
        let mut options = File::options();
        let options = options.read(true).custom_flags(wanted.bits() as i32);
        let file = options.open(&target).map_err(&mut unreadable)?;
        let opened = file.metadata().map_err(&mut unreadable)?;
        only_regular(opened.file_type())?;
        // A folder on the path may have become a link in the meantime.
        let again = self.inside(path)?.metadata().map_err(&mut unreadable)?;
        if !is_same(&opened, &again) {
            return Err("the file cannot be read: it was replaced meanwhile".into());
        }
        let too_large = |size: u64| format!("the file has {size} bytes, more than {MAX_BYTES}");
        if opened.len() > MAX_BYTES {
            return Err(too_large(opened.len()));
        }
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(&mut unreadable)?;
        let size = bytes.len() as u64;
        if size > MAX_BYTES {
            return Err(too_large(size));
        }
        self.left = self.left.checked_sub(size).ok_or_else(|| {
            format!(
                "the files of the folder have more than {MAX_TOTAL} bytes: this one is not read"
            )
        })?;
        let text = String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned())?;
        Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), ToOwned::to_owned))
    }

    /// The files of `directory`, which is the folder itself or in it, in order, and how many more there
    /// are.
    pub(crate) fn files(&self, directory: &Path) -> Result<(Vec<PathBuf>, usize)> {
        if !directory.canonicalize()?.starts_with(&self.root) {
            return Err(std::io::Error::other("it leads out of the dashboards' folder"));
        }
        let mut paths = listed(directory)?;
        let more = paths.len().saturating_sub(MAX_FILES);
        paths.truncate(MAX_FILES);
        Ok((paths, more))
    }

    /// Where `path` leads, if that is within the folder.
    fn inside(&self, path: &Path) -> std::result::Result<PathBuf, String> {
        let target = path.canonicalize().map_err(|error| match error.kind() {
            ErrorKind::NotFound => "the file cannot be read: its link leads nowhere".to_owned(),
            _ => format!("the file cannot be read: {error}"),
        })?;
        if target.starts_with(&self.root) {
            return Ok(target);
        }
        Err("this is a link that leads out of the dashboards' folder: only files in it are read"
            .into())
    }
}

/// The paths of the definition files in `directory`, in order. Names that begin with a dot are left out:
/// editors keep their own files under such names, and ConfigMaps their versions.
pub(crate) fn listed(directory: &Path) -> Result<Vec<PathBuf>> {
    let is_meant = |path: &PathBuf| {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        !hidden && path.extension().is_some_and(|extension| extension == "toml")
    };
    let entries = std::fs::read_dir(directory)?.take(MAX_ENTRIES).flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).filter(is_meant).collect();
    paths.sort();
    Ok(paths)
}

/// Whether a retry may succeed without any change in the folder.
pub(crate) fn may_pass(error: &std::io::Error) -> bool {
    !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied)
}

/// The folders in `directory` that may hold dashboards, in order.
pub(crate) fn subfolders(directory: &Path) -> Result<Vec<PathBuf>> {
    let is_meant = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_plain = FolderName::parse(name).is_ok() && ![ROLLUPS, REPORTS].contains(&name);
        is_plain && path.is_dir()
    };
    let entries = std::fs::read_dir(directory)?.take(MAX_ENTRIES).flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).filter(is_meant).collect();
    paths.sort();
    paths.truncate(MAX_FOLDERS);
    Ok(paths)
}

fn only_regular(kind: FileType) -> std::result::Result<(), String> {
    let what = match kind {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a FIFO",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    Err(format!("this is {what}, and only regular files are read"))
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
