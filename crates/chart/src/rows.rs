//! [`Rows`]: a table as texts, without a place for each: for those who lay it out on pages of their own.

use crate::data::parts;
use crate::kinds::table;
use crate::kinds::table_columns::Columns;
use crate::scene::Sparkline;
use crate::scene::table::{Cell, Holds};
use crate::spec::Input;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// One for each column.
    pub heads: Vec<RowHead>,
    /// The rows in the order of the statement, with a cell for each column.
    pub rows: Vec<Vec<RowCell>>,
    /// How many rows there are besides these.
    pub left_out: usize,
    /// What the rows do not say: that time buckets are missing.
    pub note: Option<String>,
    /// The text alternative.
    pub summary: String,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowHead {
    /// Its word for readers.
    pub label: String,
    /// What its column holds.
    pub holds: Holds,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowCell {
    /// The text, as pages show it; empty beside a trend.
    pub text: String,
    /// That its time bucket is partial, in a few words.
    pub part: Option<String>,
    /// The length of the bar below the text, as a fraction of the cell's width.
    pub bar: Option<f64>,
    /// A sparkline in place of text.
    pub trend: Option<Trend>,
}

/// A sparkline.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// From left to right; x and y from 0 to 1, from the upper left corner.
    pub points: Vec<(f64, f64)>,
    /// Its text alternative.
    pub words: String,
}

/// The first `most` rows of a table.
pub(crate) fn of(input: &Input<'_>, most: usize) -> Rows {
    let all = input.frame.rows();
    let columns = Columns::of(input, true);
    let heads = columns.heads(None).into_iter();
    let cells = |row| columns.row(row).cells.into_iter().map(cell).collect();
    Rows {
        heads: heads.map(|head| RowHead { label: head.label, holds: head.holds }).collect(),
        rows: (0..all.min(most)).map(cells).collect(),
        left_out: all.saturating_sub(most),
        note: parts::left_out(input.coverage),
        summary: table::summary(input),
    }
}

fn cell(cell: Cell) -> RowCell {
    let plain = |text: String| RowCell { text, ..RowCell::default() };
    match cell {
        Cell::Text(text)
        | Cell::Number(text, _)
        | Cell::Unlinked { text, .. }
        | Cell::Link { text, .. } => plain(text),
        Cell::Bucket(text, part) => RowCell { part: Some(part), ..plain(text) },
        Cell::Bar(text, _, part) => RowCell { bar: Some(part.clamp(0.0, 1.0)), ..plain(text) },
        Cell::Trend(None) => plain("–".to_owned()),
        Cell::Trend(Some((line, words))) => {
            RowCell { trend: Some(Trend { points: points(&line), words }), ..plain(String::new()) }
        }
    }
}

fn points(line: &Sparkline) -> Vec<(f64, f64)> {
    let height = line.height.max(1.0);
    let points = line.points.iter();
    points.map(|(x, y)| ((x / 100.0).clamp(0.0, 1.0), (y / height).clamp(0.0, 1.0))).collect()
}
