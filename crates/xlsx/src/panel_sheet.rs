//! The sheet of a panel: a head row that stays in view and filters, then the rows.

use crate::cell::{self, Cell};
use crate::error::Error;
use crate::limits::{MOST_COLUMNS, MOST_ROWS};
use crate::moment::Grain;
use crate::number_format::NumberFormat;
use crate::remarks::Remarks;
use crate::{styles, text, width};
use brisk_domain::{ExportedColumn, ExportedPanel, PanelData, Values, ZoneOffsets};
use rust_xlsxwriter::{ColNum, Format, IgnoreError, RowNum, Workbook, Worksheet, XlsxError};
use std::collections::HashMap;

/// Adds the sheet called `name`.
pub(crate) fn write(
    workbook: &mut Workbook,
    panel: &ExportedPanel<'_>,
    title: &str,
    name: &str,
) -> Result<Remarks, Error> {
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(Error::NoTemporaryFile)?;
    sheet.set_name(name)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    let columns = panel.columns();
    match panel.data {
        Ok(data) if !columns.is_empty() => {
            let remarks = table(sheet, data, &columns)?;
            if let Some(message) = panel.nothing() {
                sheet.write_string_with_format(1, 0, message, &styles::message())?;
            }
            Ok(remarks)
        }
        _ => {
            let nothing = "The statement returned no columns.";
            let message = panel.nothing().unwrap_or_else(|| nothing.to_owned());
            sheet.set_column_width(0, 100)?;
            sheet.write_string_with_format(0, 0, text::plain(title), &styles::title())?;
            let message = text::CellText::of(&message).text;
            sheet.write_string_with_format(1, 0, message, &styles::sentence())?;
            Ok(Remarks::default())
        }
    }
}

/// How a column is shown.
struct Shown<'a> {
    column: &'a ExportedColumn,
    numbers: Option<NumberFormat>,
}

fn table(
    sheet: &mut Worksheet,
    data: &PanelData,
    columns: &[ExportedColumn],
) -> Result<Remarks, Error> {
    let rows = data.frame.rows();
    let mut remarks = Remarks {
        rows_left_out: rows.saturating_sub(MOST_ROWS),
        columns_left_out: columns.len().saturating_sub(MOST_COLUMNS),
        ..Remarks::default()
    };
    let zone = &data.offsets;
    let mut shown = Vec::with_capacity(columns.len());
    for (at, column) in (0..).zip(columns.iter().take(MOST_COLUMNS)) {
        shown.push(head(sheet, at, column, zone)?);
    }
    let mut writer = Writer { sheet, formats: HashMap::new() };
    for row in 0..rows.min(MOST_ROWS) {
        for (at, shown) in (0..).zip(&shown) {
            let cell = cell::of(shown.column, row, zone, &mut remarks);
            writer.cell((row + 1) as RowNum, at, cell, shown.numbers.as_ref())?;
        }
    }
    finish(sheet, rows.min(MOST_ROWS), shown.len())?;
    Ok(remarks)
}

/// Writes a column's head, and decides how its cells are shown.
fn head<'a>(
    sheet: &mut Worksheet,
    at: ColNum,
    column: &'a ExportedColumn,
    zone: &ZoneOffsets,
) -> Result<Shown<'a>, XlsxError> {
    let values = &column.column.values;
    let (numbers, grain) = (NumberFormat::of(column), grain(values, zone));
    sheet.set_column_width(at, width::of(column, zone, grain))?;
    let format = numbers.as_ref().map(NumberFormat::column);
    if let Some(format) = format.as_deref().or(grain.map(Grain::format)) {
        sheet.set_column_format(at, &styles::number(format))?;
    }
    if column.is_hidden {
        sheet.set_column_hidden(at)?;
    }
    let is_right = values.is_number() || values.is_time();
    let label = text::plain(&column.label);
    sheet.write_string_with_format(0, at, label, &styles::head(is_right))?;
    Ok(Shown { column, numbers })
}

/// The grain of a column of times.
fn grain(values: &Values, zone: &ZoneOffsets) -> Option<Grain> {
    let shift = |offset: i32| i64::from(offset) * 1_000_000;
    match values {
        Values::Time(cells) => {
            let walls = cells.iter().flatten().map(|at| at.0.saturating_add(shift(zone.at(*at))));
            Some(walls.map(Grain::of).max().unwrap_or_default())
        }
        Values::WallTime(cells) => {
            let finite = cells.iter().flatten().filter(|time| time.naive().is_some());
            Some(finite.map(|time| Grain::of(time.0)).max().unwrap_or_default())
        }
        Values::Date(_) => Some(Grain::Day),
        _ => None,
    }
}

/// Writes cells one after another.
struct Writer<'a> {
    sheet: &'a mut Worksheet,
    /// Formats of single cells by their text.
    formats: HashMap<String, Format>,
}

impl Writer<'_> {
    fn cell(
        &mut self,
        row: RowNum,
        at: ColNum,
        cell: Cell,
        numbers: Option<&NumberFormat>,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Empty => {}
            Cell::Number(value) => match numbers.and_then(|numbers| numbers.cell(value)) {
                None => {
                    self.sheet.write_number(row, at, value)?;
                }
                Some(own) => {
                    let format = self.formats.entry(own);
                    let format = format.or_insert_with_key(|own| styles::number(own));
                    self.sheet.write_number_with_format(row, at, value, format)?;
                }
            },
            Cell::Bool(value) => {
                self.sheet.write_boolean(row, at, value)?;
            }
            Cell::Text(text) if text::is_taken_for_more(&text) => {
                self.sheet.write_string_with_format(row, at, text, &styles::kept())?;
            }
            Cell::Text(text) => {
                self.sheet.write_string(row, at, text)?;
            }
            Cell::Written(text) => {
                self.sheet.write_string_with_format(row, at, text, &styles::written())?;
            }
        }
        Ok(())
    }
}

/// What holds for the sheet as a whole.
fn finish(sheet: &mut Worksheet, rows: usize, columns: usize) -> Result<(), XlsxError> {
    let (last_row, last) = (rows as RowNum, columns.saturating_sub(1) as ColNum);
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    if rows > 0 {
        sheet.autofilter(0, 0, last_row, last)?;
        // Texts of digits are meant as text.
        sheet.ignore_error_range(0, 0, last_row, last, IgnoreError::NumberStoredAsText)?;
    }
    Ok(())
}
