//! A view of a dashboard, or of one of its panels, as a file that stands alone.
//!
//! `view` is what all of them are made of; `form` reads what is asked for, and has the file made; `pdf` prints. Making a file is
//! computation: it belongs where pages are drawn.

mod form;
mod pdf;
mod view;

pub(crate) use form::{FileForm, OF_FILES};
pub(crate) use view::ExportedView;

use brisk_raster::Fonts;
use std::sync::OnceLock;

/// The fonts of this machine, which are read when the first image or PDF is asked for.
pub(crate) fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(Fonts::of_the_machine)
}

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
