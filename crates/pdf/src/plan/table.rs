//! [`TableLayout`]: the columns of a table and the lines of its cells, for a width.

use crate::look;
use crate::text::{Style, Typesetter};
use brisk_chart::{Holds, RowCell, Rows};

/// Between two columns, as a multiple of the size of text.
const GAP: f32 = 1.4;
/// Above and below the lines of a row.
const PADDING: f32 = 0.4;
/// The narrowest column of texts, and the width of one with bars or sparklines.
const NARROWEST: f32 = 7.0;
const DRAWN: f32 = 8.0;
/// The smallest text, in pt.
const SMALLEST: f32 = 4.5;
/// The most lines of a head, and how wide one on a line is, as a multiple of the size of text.
const HEAD_LINES: usize = 3;
const LONG_HEAD: f32 = 9.0;

/// How tables are set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// The width that there is, in pt.
    pub(crate) width: f32,
    /// The size of text, in pt; smaller where not even numbers fit.
    pub(crate) size: f32,
    /// The most lines of a cell.
    pub(crate) lines: usize,
    /// The most rows that are laid out.
    pub(crate) rows: usize,
}

/// A column's place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Column {
    /// Its left end, from that of the table.
    pub(crate) x: f32,
    /// Its width.
    pub(crate) width: f32,
    /// Whether its texts end at its right end.
    pub(crate) is_right: bool,
}

/// A row.
pub(crate) struct LaidRow {
    /// The lines of each cell.
    pub(crate) cells: Vec<Vec<String>>,
    /// In pt.
    pub(crate) height: f32,
}

/// A table for a width.
pub(crate) struct TableLayout {
    /// The columns that fit: the first ones.
    pub(crate) columns: Vec<Column>,
    /// The look of texts.
    pub(crate) style: Style,
    /// The heads.
    pub(crate) head: LaidRow,
    /// The rows.
    pub(crate) rows: Vec<LaidRow>,
    /// Names the columns that have no room.
    pub(crate) left_out: Option<String>,
    /// Whether no text is cut, and no column is left out.
    pub(crate) is_whole: bool,
}

impl TableLayout {
    /// Lays `rows` out.
    pub(crate) fn of(rows: &Rows, setting: Setting, typesetter: &Typesetter<'_>) -> Self {
        let natural = natural_widths(rows, setting, typesetter);
        let (size, shown) = fitting(&natural, rows, setting);
        let style = Style::new(size, look::INK).even();
        let widths = shared(&natural[..shown], rows, size, (size / setting.size, setting.width));
        let columns = placed(&widths, rows, size * GAP);
        let mut is_whole = shown == rows.heads.len();
        let mut laid =
            |texts: &mut dyn Iterator<Item = (&str, bool)>, most: usize, style: Style| {
                let mut cells = Vec::with_capacity(columns.len());
                for (column, (text, is_number)) in columns.iter().zip(texts) {
                    // A number is not broken, and half of one would be another.
                    let (lines, whole) = match is_number {
                        true => (vec![text.to_owned()], true),
                        false => typesetter.lines(text, style, column.width + 0.01, most),
                    };
                    is_whole &= whole;
                    cells.push(lines);
                }
                let lines = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
                let height = lines as f32 * style.leading() + 2.0 * PADDING * style.size;
                LaidRow { cells, height }
            };
        let holds_numbers: Vec<bool> =
            rows.heads.iter().map(|head| head.holds == Holds::Numbers).collect();
        let heads = &mut rows.heads.iter().map(|head| (head.label.as_str(), false));
        let head = laid(heads, HEAD_LINES.min(setting.lines + 1), style);
        let body = rows.rows.iter().take(setting.rows).map(|row| {
            let mut texts = row.iter().enumerate().map(|(at, cell)| {
                let is_number = holds_numbers.get(at).copied().unwrap_or(false);
                (cell.text.as_str(), is_number || cell.part.is_some())
            });
            laid(&mut texts, setting.lines, style)
        });
        let body = body.collect();
        let left_out = (shown < rows.heads.len()).then(|| left_out(rows, shown));
        Self { columns, style, head, rows: body, left_out, is_whole }
    }
}

/// The widths that columns would like to have.
fn natural_widths(rows: &Rows, setting: Setting, typesetter: &Typesetter<'_>) -> Vec<f32> {
    let style = Style::new(setting.size, look::INK).even();
    let mut widths: Vec<f32> =
        rows.heads.iter().map(|head| head_width(&head.label, style, typesetter)).collect();
    for row in rows.rows.iter().take(setting.rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            let mut needed = typesetter.width(&cell.text, style);
            if let Some(part) = &cell.part {
                needed += typesetter.width(part, style) * 0.85 + setting.size * 0.6;
            }
            if cell.bar.is_some() || cell.trend.is_some() {
                needed = needed.max(DRAWN * setting.size);
            }
            *width = width.max(needed);
        }
    }
    widths
}

/// How wide a head wants to be: long ones take two lines.
fn head_width(label: &str, style: Style, typesetter: &Typesetter<'_>) -> f32 {
    let whole = typesetter.width(label, style);
    if whole <= LONG_HEAD * style.size {
        return whole;
    }
    let words = label.split(' ').map(|word| typesetter.width(word, style));
    words.fold(whole / 2.0 + style.size, f32::max).min(whole)
}

/// The size of text, and how many columns fit at that size.
fn fitting(natural: &[f32], rows: &Rows, setting: Setting) -> (f32, usize) {
    let least: Vec<f32> = natural
        .iter()
        .zip(&rows.heads)
        .map(|(width, head)| match head.holds {
            Holds::Text => width.min(NARROWEST * setting.size),
            Holds::Numbers | Holds::Times => *width,
        })
        .collect();
    let gap = GAP * setting.size;
    let needed = least.iter().sum::<f32>() + gap * (least.len().max(1) - 1) as f32;
    let scale = (setting.width / needed.max(1.0)).min(1.0);
    let size = (setting.size * scale).max(SMALLEST.min(setting.size));
    let scale = size / setting.size;
    let mut taken = 0.0;
    let mut shown = 0;
    for width in &least {
        taken += width * scale;
        // The first one is shown in any case.
        if shown > 0 && taken > setting.width + 0.5 {
            break;
        }
        taken += gap * scale;
        shown += 1;
    }
    (size, shown)
}

/// The widths of columns that take all of `room`: texts give what is missing, and get what is left.
fn shared(natural: &[f32], rows: &Rows, size: f32, (scale, room): (f32, f32)) -> Vec<f32> {
    // Sparklines are as wide as they are high enough for.
    let has_trends = |at| rows.rows.iter().any(|row| row.get(at).is_some_and(has_trend));
    let is_text = |at: usize| {
        rows.heads.get(at).is_some_and(|head| head.holds == Holds::Text) && !has_trends(at)
    };
    let mut widths: Vec<f32> = natural.iter().map(|width| width * scale).collect();
    let gaps = GAP * size * (widths.len().max(1) - 1) as f32;
    let left = room - gaps - widths.iter().sum::<f32>();
    let texts: Vec<usize> = (0..widths.len()).filter(|at| is_text(*at)).collect();
    if left < 0.0 {
        // Those that need most give most, down to the narrowest.
        let least = NARROWEST * size;
        let spare = |width: f32| (width - least).max(0.0);
        let all: f32 = texts.iter().map(|at| spare(widths[*at])).sum();
        let part = (-left / all.max(0.01)).min(1.0);
        for at in texts {
            widths[at] -= spare(widths[at]) * part;
        }
        return widths;
    }
    // What is left goes to texts, so that numbers are at the right end; without texts, to all.
    let getting = if texts.is_empty() { (0..widths.len()).collect() } else { texts };
    let each = left / getting.len().max(1) as f32;
    for at in getting {
        widths[at] += each;
    }
    widths
}

fn has_trend(cell: &RowCell) -> bool {
    cell.trend.is_some()
}

fn placed(widths: &[f32], rows: &Rows, gap: f32) -> Vec<Column> {
    let mut x = 0.0;
    let columns = widths.iter().zip(&rows.heads).map(|(width, head)| {
        let column = Column { x, width: *width, is_right: head.holds == Holds::Numbers };
        x += width + gap;
        column
    });
    columns.collect()
}

fn left_out(rows: &Rows, shown: usize) -> String {
    let names: Vec<&str> = rows.heads[shown..].iter().map(|head| head.label.as_str()).collect();
    let noun = if names.len() == 1 { "column has" } else { "columns have" };
    let mut list: String = names.join(", ").chars().take(300).collect();
    if list.len() < names.join(", ").len() {
        list.push('…');
    }
    format!("{} {noun} no room on this page: {list}.", names.len())
}
