//! The first sheet: what the workbook is, and where its panels are.

use crate::error::Error;
use crate::moment::{self, Grain};
use crate::remarks::Remarks;
use crate::styles;
use crate::text::{self, CellText};
use brisk_domain::sentence::{capitalised, sentence};
use brisk_domain::{Export, ExportedPanel};
use rust_xlsxwriter::{Format, FormatAlign, RowNum, Url, Worksheet, XlsxError};

/// Its name.
pub(crate) const NAME: &str = "Contents";
/// The widths of its columns, in characters.
const WIDTHS: [u16; 3] = [32, 72, 20];

/// A panel, and the sheet that it is on.
pub(crate) struct Entry<'a> {
    /// The panel.
    pub(crate) panel: &'a ExportedPanel<'a>,
    /// Its title.
    pub(crate) title: &'a str,
    /// The name of its sheet.
    pub(crate) sheet: String,
    /// What the sheet does not show as it is.
    pub(crate) remarks: Remarks,
}

/// Writes the sheet.
pub(crate) fn write(
    sheet: &mut Worksheet,
    export: &Export<'_>,
    entries: &[Entry<'_>],
) -> Result<(), Error> {
    for (at, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(at, width)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_screen_gridlines(false);
    sheet.write_string_with_format(0, 0, text::plain(export.title), &styles::title())?;
    let mut row = 1;
    if let Some(description) = export.description {
        sheet.write_string_with_format(row, 0, text::plain(description), &styles::message())?;
        row += 1;
    }
    row = facts(sheet, export, row + 1)?;
    row = contents(sheet, export, entries, row + 1)?;
    notes(sheet, entries, row + 1)?;
    Ok(())
}

/// The facts that hold for all panels; returns the row after them.
fn facts(sheet: &mut Worksheet, export: &Export<'_>, first: RowNum) -> Result<RowNum, XlsxError> {
    let zone = format!("{}, for all dates and times in this workbook", export.zone);
    let mut facts = vec![
        ("Range".to_owned(), export.range.clone()),
        ("Interval".to_owned(), capitalised(export.interval.word())),
        ("Time zone".to_owned(), zone),
    ];
    facts.extend(export.filters.iter().cloned());
    let loaded = export.loaded_at().map(|at| ("Loaded".to_owned(), export.moment(at)));
    facts.extend(loaded);
    facts.push(("Made".to_owned(), export.moment(export.made_at)));
    let mut row = first;
    for (name, fact) in facts {
        pair(sheet, row, &name, &fact)?;
        row += 1;
    }
    if let Some(address) = export.address {
        pair(sheet, row, "Dashboard", address)?;
        // Longer ones are no links in Excel, and stay text.
        if let Some(link) = export.link().filter(|link| link.encode_utf16().count() <= 2_000) {
            sheet.write_url_with_options(row, 1, Url::new(link), link, "", None)?;
        }
        row += 1;
    }
    Ok(row)
}

/// The list of panels; returns the row after it.
fn contents(
    sheet: &mut Worksheet,
    export: &Export<'_>,
    entries: &[Entry<'_>],
    first: RowNum,
) -> Result<RowNum, XlsxError> {
    for (at, label) in (0..).zip(["Panel", "Rows", "Loaded"]) {
        let head = styles::head(false);
        sheet.write_string_with_format(first, at, label, &head)?;
    }
    let left = |format: Format| format.set_align(FormatAlign::Left).set_align(FormatAlign::Top);
    let mut row = first + 1;
    for entry in entries {
        let place = format!("internal:'{}'!A1", entry.sheet.replace('\'', "''"));
        let title = match text::plain(entry.title) {
            empty if empty.is_empty() => entry.sheet.clone(),
            title => title,
        };
        sheet.write_url_with_text(row, 0, Url::new(place), title)?;
        match (entry.panel.nothing(), entry.panel.data) {
            (None, Ok(data)) => {
                let format = left(styles::number("#,##0"));
                sheet.write_number_with_format(row, 1, data.frame.rows() as f64, &format)?;
            }
            (message, _) => {
                let message = CellText::of(&message.unwrap_or_default()).text;
                sheet.write_string_with_format(row, 1, message, &styles::sentence())?;
            }
        }
        if let Ok(data) = entry.panel.data {
            match moment::of_instant(data.as_of, export.offsets) {
                Ok(days) => {
                    let format = left(styles::number(Grain::Second.format()));
                    sheet.write_number_with_format(row, 2, days, &format)?;
                }
                Err(text) => {
                    sheet.write_string_with_format(row, 2, text, &styles::sentence())?;
                }
            }
        }
        row += 1;
    }
    Ok(row)
}

/// What the figures do not say by themselves.
fn notes(sheet: &mut Worksheet, entries: &[Entry<'_>], first: RowNum) -> Result<(), XlsxError> {
    let notes = |entry: &Entry<'_>| {
        let own = entry.panel.data.map_or(&[][..], |data| &data.notes);
        let own = own.iter().map(|note| sentence(note));
        own.chain(entry.remarks.sentences()).collect::<Vec<_>>()
    };
    let mut row = first + 1;
    for entry in entries {
        for note in notes(entry) {
            if row == first + 1 {
                sheet.write_string_with_format(first, 0, "Notes", &styles::head(false))?;
                sheet.write_string_with_format(first, 1, "", &styles::head(false))?;
            }
            pair(sheet, row, entry.title, &note)?;
            row += 1;
        }
    }
    Ok(())
}

fn pair(sheet: &mut Worksheet, row: RowNum, name: &str, text: &str) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, 0, text::plain(name), &styles::name())?;
    sheet.write_string_with_format(row, 1, CellText::of(text).text, &styles::sentence())?;
    Ok(())
}
