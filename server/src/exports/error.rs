//! [`Error`]: why there is no file.

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It cannot be printed.
    #[error(transparent)]
    Pdf(#[from] brisk_pdf::Error),
    /// It cannot be a workbook.
    #[error(transparent)]
    Workbook(#[from] brisk_xlsx::Error),
}
