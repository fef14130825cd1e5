//! A view of a dashboard as an XLSX workbook: a sheet that says of which time, zone and choices it is, then a
//! sheet for each panel, with the columns that CSV has. Cells have types, and no value is rounded without a
//! word:
//!
//! - `number`: numbers are numbers if Excel shows all their digits, otherwise text;
//! - `moment`: dates and times are dates and times if there is exactly one way to read them back, otherwise
//!   ISO 8601 text;
//! - `text`: texts stay texts, whatever they begin with; what XML cannot hold is written out;
//! - `number_format`, `width`: how cells look; the values are whole whatever is shown of them;
//! - `cell`: from a frame's cell to a sheet's;
//! - `names`: names of sheets, as Excel takes them;
//! - `panel_sheet`, `contents_sheet`: the sheets; `styles`: their looks.
//!
//! The same export gives the same bytes. Writing is computation, and belongs on threads that may be busy; rows
//! of large sheets wait in a temporary file.

mod cell;
mod contents_sheet;
mod moment;
mod names;
mod number;
mod number_format;
mod panel_sheet;
mod remarks;
mod styles;
mod text;
mod width;

use brisk_domain::{Export, Timestamp};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most rows of a sheet below its head: Excel's limit.
pub const MOST_ROWS: usize = 1_048_575;
/// The most columns: Excel's limit.
pub const MOST_COLUMNS: usize = 16_384;

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

/// The workbook of `export`: the bytes of a file.
///
/// # Errors
/// If the directory for temporary files cannot be written, or has no room.
pub fn workbook(export: &Export<'_>) -> Result<Vec<u8>, Error> {
    catch_unwind(AssertUnwindSafe(|| written(export))).unwrap_or(Err(Error::Interrupted))
}

fn written(export: &Export<'_>) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(export));
    let titles: Vec<String> = export.panels.iter().map(|panel| panel.title(export)).collect();
    let names = names::unique(contents_sheet::NAME, titles.iter().map(String::as_str));
    // It comes first, and is written last, since it says what the others left out.
    workbook.add_worksheet().set_name(contents_sheet::NAME)?;
    let mut entries = Vec::with_capacity(names.len());
    for ((panel, title), name) in export.panels.iter().zip(&titles).zip(names) {
        let remarks = panel_sheet::write(&mut workbook, panel, title, &name)?;
        entries.push(contents_sheet::Entry { panel, title, sheet: name, remarks });
    }
    contents_sheet::write(workbook.worksheet_from_index(0)?, export, &entries)?;
    Ok(workbook.save_to_buffer()?)
}

fn properties(export: &Export<'_>) -> DocProperties {
    let Timestamp(micros) = export.made_at;
    let made_at = ExcelDateTime::from_timestamp(micros.div_euclid(1_000_000));
    let properties = DocProperties::new().set_title(text::plain(export.title)).set_author("Brisk");
    // What is no time for Excel is none of a clock either.
    let unknown = || ExcelDateTime::from_timestamp(0).ok();
    match made_at.ok().or_else(unknown) {
        Some(at) => properties.set_creation_datetime(&at),
        None => properties,
    }
}
