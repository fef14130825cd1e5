//! The file that lists rejected lines.

use crate::{ImportError, Rejected};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A CSV file with two columns: the line number, and why it was rejected.
pub(crate) struct RejectedFile {
    path: PathBuf,
    writer: csv::Writer<File>,
}

impl RejectedFile {
    /// Creates the file and writes its header.
    pub(crate) fn create(path: &Path) -> Result<Self, ImportError> {
        let file = File::create(path).map_err(|error| failed(path, &error))?;
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["line", "reason"]).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), writer })
    }

    /// Adds a rejected line.
    pub(crate) fn add(&mut self, rejected: &Rejected) -> Result<(), ImportError> {
        let record = [rejected.line.to_string(), rejected.reason.clone()];
        self.writer.write_record(record).map_err(|error| failed(&self.path, &error))
    }

    /// Flushes the file.
    pub(crate) fn finish(mut self) -> Result<(), ImportError> {
        self.writer.flush().map_err(|error| failed(&self.path, &error))
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> ImportError {
    ImportError::RejectedFile { path: path.display().to_string(), reason: error.to_string() }
}
