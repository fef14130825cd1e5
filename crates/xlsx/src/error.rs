//! Why there is no workbook.

use rust_xlsxwriter::XlsxError;

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no temporary file for a sheet's rows.
    #[error(
        "the workbook cannot be written, because no temporary file can be made ({0}): let TMPDIR name a directory that \
         can be written"
    )]
    NoTemporaryFile(#[source] XlsxError),
    /// The library does not return errors of a temporary file that it writes to: it panics.
    #[error(
        "the workbook could not be written, probably because the directory for temporary files has no room: make room, \
         or let TMPDIR name another directory"
    )]
    Interrupted,
    /// The library refused something.
    #[error("the workbook cannot be written: {0}")]
    Refused(#[from] XlsxError),
}
