//! Tables: columns as wide as they need to be, texts cut before numbers are, and rows as far as they fit.

use super::pen::{Area, Pen};
use super::stat;
use super::words::{self, Style};
use crate::markup::px;
use crate::scene::Anchor;
use crate::scene::table::{Cell, Holds, Row, Table};
use std::fmt::Write as _;

/// The height of a row, in px.
const ROW: f64 = 28.0;
/// Between two columns, in px.
const GAP: f64 = 16.0;
/// The size of text, in px.
const SIZE: f64 = 13.0;
/// The narrowest column of texts, in px.
const NARROWEST: f64 = 48.0;
/// The widest, in px.
const WIDEST: f64 = 340.0;
/// The width of a cell with a bar or a sparkline, in px.
const DRAWN: f64 = 96.0;

/// A column's place.
struct Column {
    x: f64,
    width: f64,
    is_right: bool,
}

/// Writes heads and as many rows as fit, and says how many do not.
pub(super) fn table(table: &Table, area: Area, pen: &mut Pen) {
    let rows: Vec<&Row> = table.rows.iter().filter(|row| !row.is_hidden).collect();
    let natural: Vec<f64> = (0..table.heads.len()).map(|i| width_of(table, &rows, i)).collect();
    let widths = shrunk(&natural, table, area.width);
    let needed = widths.iter().sum::<f64>() + GAP * (widths.len().max(1) - 1) as f64;
    // Numbers are never cut: where not even they fit, all of it becomes smaller.
    let scale = (area.width / needed.max(1.0)).min(1.0);
    let height = area.height / scale;
    let _ = write!(
        pen.out,
        "<g transform=\"translate({} {}) scale({scale:.4})\">",
        px(area.x),
        px(area.y)
    );
    let columns = placed(&widths, table);
    let fit = ((height / ROW) as usize).saturating_sub(1);
    let has_note = rows.len() > fit || table.note.is_some();
    let shown = rows.len().min(if has_note { fit.saturating_sub(1) } else { fit });
    let right = (area.width / scale).min(columns.last().map_or(0.0, |last| last.x + last.width));
    heads(table, &columns, pen);
    for (number, row) in rows.iter().take(shown).enumerate() {
        let top = ROW * (number as f64 + 1.0);
        rule(top, right, pen);
        for (column, cell) in columns.iter().zip(&row.cells) {
            self::cell(cell, column, top, pen);
        }
    }
    let missing = rows.len() - shown;
    let note = match (missing, &table.note) {
        (0, note) => note.clone(),
        (1, _) => Some("and 1 more row".to_owned()),
        (missing, _) => Some(format!("and {missing} more rows")),
    };
    if let Some(note) = note {
        let style = Style::new(pen.palette.ink_3, 12.0);
        let middle = ROW * (shown as f64 + 1.5);
        let text = words::cut(&note, style, area.width / scale);
        words::write(&text, (0.0, words::centred(middle, style)), Anchor::Start, style, pen);
    }
    pen.out.push_str("</g>");
}

/// The width that a column would like to have.
fn width_of(table: &Table, rows: &[&Row], column: usize) -> f64 {
    let style = Style::new("", SIZE);
    let head = table.heads.get(column).map_or(0.0, |head| words::width(&head.label, style));
    let cells = rows.iter().filter_map(|row| row.cells.get(column));
    let widths = cells.map(|cell| match cell {
        Cell::Trend(_) => DRAWN,
        Cell::Bar(text, ..) => words::width(text, style).max(DRAWN),
        Cell::Bucket(text, said) => words::width(text, style) + 6.0 + words::width(said, style),
        Cell::Text(text)
        | Cell::Unlinked { text, .. }
        | Cell::Number(text, _)
        | Cell::Link { text, .. } => words::width(text, style),
    });
    widths.fold(head, f64::max)
}

/// Widths that fit into `room`, if those of texts can shrink so far.
fn shrunk(natural: &[f64], table: &Table, room: f64) -> Vec<f64> {
    let is_text = |i: usize| table.heads.get(i).is_some_and(|head| head.holds == Holds::Text);
    let mut widths: Vec<f64> = natural.to_vec();
    for (i, width) in widths.iter_mut().enumerate().filter(|(i, _)| is_text(*i)) {
        *width = width.min(WIDEST).max(NARROWEST.min(natural[i]));
    }
    let gaps = GAP * (widths.len().max(1) - 1) as f64;
    let excess = widths.iter().sum::<f64>() + gaps - room;
    if excess <= 0.0 {
        return widths;
    }
    let spare = |i: usize, width: f64| if is_text(i) { (width - NARROWEST).max(0.0) } else { 0.0 };
    let all: f64 = widths.iter().enumerate().map(|(i, width)| spare(i, *width)).sum();
    let part = (excess / all.max(1.0)).min(1.0);
    for (i, width) in widths.iter_mut().enumerate() {
        *width -= spare(i, *width) * part;
    }
    widths
}

fn placed(widths: &[f64], table: &Table) -> Vec<Column> {
    let mut x = 0.0;
    let columns = widths.iter().zip(&table.heads).map(|(width, head)| {
        let column = Column { x, width: *width, is_right: head.holds == Holds::Numbers };
        x += width + GAP;
        column
    });
    columns.collect()
}

impl Column {
    /// Where its texts begin, or end.
    fn edge(&self) -> (f64, Anchor) {
        if self.is_right { (self.x + self.width, Anchor::End) } else { (self.x, Anchor::Start) }
    }
}

fn heads(table: &Table, columns: &[Column], pen: &mut Pen) {
    let style = Style::new(pen.palette.ink_3, SIZE);
    for (head, column) in table.heads.iter().zip(columns) {
        let (x, anchor) = column.edge();
        let label = words::cut(&head.label, style, column.width + GAP / 2.0);
        words::write(&label, (x, words::centred(ROW / 2.0, style)), anchor, style, pen);
    }
}

fn rule(y: f64, right: f64, pen: &mut Pen) {
    let (y, right, color) = (px(y), px(right), pen.palette.line);
    let _ = write!(pen.out, "<line x2=\"{right}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{color}\"/>");
}

fn cell(cell: &Cell, column: &Column, top: f64, pen: &mut Pen) {
    let style = Style::new(pen.palette.ink, SIZE);
    let baseline = words::centred(top + ROW / 2.0, style);
    let (x, anchor) = column.edge();
    let cut = |text: &str| words::cut(text, style, column.width + GAP / 2.0);
    match cell {
        Cell::Text(text) => words::write(&cut(text), (x, baseline), anchor, style, pen),
        Cell::Unlinked { text, is_number: false, .. }
        | Cell::Link { text, is_number: false, .. } => {
            words::write(&cut(text), (x, baseline), anchor, style, pen);
        }
        Cell::Number(text, _) | Cell::Unlinked { text, .. } | Cell::Link { text, .. } => {
            words::write(text, (x, baseline), anchor, style, pen);
        }
        Cell::Bar(text, _, part) => {
            let (left, y, color) = (px(column.x), px(top + 5.0), pen.palette.accent);
            let (width, height) = (px(part.clamp(0.0, 1.0) * column.width), px(ROW - 10.0));
            let _ = write!(
                pen.out,
                "<rect x=\"{left}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"3\" \
                 fill=\"{color}\" fill-opacity=\"0.1\"/>"
            );
            words::write(text, (x, baseline), anchor, style, pen);
        }
        Cell::Bucket(text, said) => {
            words::write(text, (column.x, baseline), Anchor::Start, style, pen);
            let small = Style::new(pen.palette.ink_3, 11.0);
            let after = column.x + words::width(text, style) + 6.0;
            words::write(said, (after, baseline), Anchor::Start, small, pen);
        }
        Cell::Trend(None) => words::write("–", (column.x, baseline), Anchor::Start, style, pen),
        Cell::Trend(Some((line, _))) => {
            let area = Area { x: column.x, y: top + 5.0, width: column.width, height: ROW - 10.0 };
            stat::sparkline(line, area, false, pen);
        }
    }
}
