//! The file that lists every line that does not fit.

use crate::{ImportError, Rejected};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A CSV file with two columns: the line's number, and why it does not fit.
pub(crate) struct RejectedFile {
    path: PathBuf,
    writer: csv::Writer<File>,
}

impl RejectedFile {
    /// Makes the file, with its header.
    pub(crate) fn create(path: &Path) -> Result<Self, ImportError> {
        let file = File::create(path).map_err(|error| failed(path, &error))?;
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["line", "reason"]).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), writer })
    }

    /// Adds a line.
    pub(crate) fn add(&mut self, rejected: &Rejected) -> Result<(), ImportError> {
        let record = [rejected.line.to_string(), rejected.reason.clone()];
        self.writer.write_record(record).map_err(|error| failed(&self.path, &error))
    }

    /// Makes sure that all of it is in the file.
    pub(crate) fn finish(mut self) -> Result<(), ImportError> {
        self.writer.flush().map_err(|error| failed(&self.path, &error))
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> ImportError {
    ImportError::RejectedFile { path: path.display().to_string(), reason: error.to_string() }
}
