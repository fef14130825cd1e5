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
//! - `panel_sheet`, `contents_sheet`: the sheets; `styles`: their looks; `remarks`: what they do not show as it
//!   is.
//!
//! The same export gives the same bytes. Writing is computation, and belongs on threads that may be busy; rows
//! of large sheets wait in a temporary file.

mod cell;
mod contents_sheet;
mod error;
mod limits;
mod moment;
mod names;
mod number;
mod number_format;
mod panel_sheet;
mod remarks;
mod styles;
mod text;
mod width;

pub use error::Error;
pub use limits::{MOST_COLUMNS, MOST_ROWS};

use brisk_domain::{Export, Timestamp};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use std::panic::{AssertUnwindSafe, catch_unwind};

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
