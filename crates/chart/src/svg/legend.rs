//! The series of a chart, above it.

use super::paths;
use super::pen::{Area, Pen};
use super::words::{self, Style};
use crate::markup::px;
use crate::scene::{Anchor, Color, Stroke};
use crate::spec::LegendItem;
use std::fmt::Write as _;

/// The height of a row, in px.
const ROW: f64 = 20.0;
/// Between the last row and the chart, in px.
const BELOW: f64 = 4.0;
/// The width of a line's swatch, and of a surface's, in px.
const SWATCHES: (f64, f64) = (16.0, 10.0);
/// Between a swatch and its name, and between two series, in px.
const GAPS: (f64, f64) = (6.0, 14.0);
/// What the count of those without room takes, in px.
const REST: f64 = 80.0;
/// The size of names, in px.
const SIZE: f64 = 12.0;

/// Series in rows.
struct Rows<'a> {
    /// Each with its name, as far as there is room for it, its row and where it begins.
    placed: Vec<(&'a LegendItem, String, usize, f64)>,
    /// How many have no room, and where that is said.
    missing: usize,
    end: (usize, f64),
}

/// The height of the legend above a chart in a box of that width and height.
pub(super) fn height(items: &[LegendItem], (width, height): (f64, f64)) -> f64 {
    match items {
        [] => 0.0,
        _ => ROW * (laid(items, width, height).end.0 as f64 + 1.0) + BELOW,
    }
}

/// Writes the series on as many rows as they take; returns what is left of `area` below.
pub(super) fn legend(items: &[LegendItem], area: Area, pen: &mut Pen) -> Area {
    let style = Style::new(pen.palette.ink_2, SIZE);
    let rows = laid(items, area.width, area.height);
    let middle = |row: usize| area.y + ROW * (row as f64 + 0.5);
    for (item, name, row, x) in &rows.placed {
        let (x, middle) = (area.x + x, middle(*row));
        swatch(item, (x, middle), pen);
        let at = (x + swatch_width(item) + GAPS.0, words::centred(middle, style));
        words::write(name, at, Anchor::Start, style, pen);
    }
    if rows.missing > 0 {
        let (rest, style) =
            (format!("and {} more", rows.missing), Style::new(pen.palette.ink_3, SIZE));
        let at = (area.x + rows.end.1, words::centred(middle(rows.end.0), style));
        words::write(&rest, at, Anchor::Start, style, pen);
    }
    area.below(height(items, (area.width, area.height)))
}

/// Lays series out on a third of the height at most.
fn laid(items: &[LegendItem], width: f64, height: f64) -> Rows<'_> {
    let style = Style::new("", SIZE);
    let last = ((height / 3.0 / ROW) as usize).max(1) - 1;
    let mut rows = Rows { placed: Vec::new(), missing: 0, end: (0, 0.0) };
    for (number, item) in items.iter().enumerate() {
        let swatch = swatch_width(item) + GAPS.0;
        let name = words::cut(&item.name, style, width - swatch);
        let taken = swatch + words::width(&name, style);
        // On the last row there has to be room for the count of the others.
        let kept = if rows.end.0 == last && number + 1 < items.len() { REST } else { 0.0 };
        if rows.end.1 > 0.0 && rows.end.1 + taken + kept > width {
            if rows.end.0 == last {
                rows.missing = items.len() - number;
                break;
            }
            rows.end = (rows.end.0 + 1, 0.0);
        }
        rows.placed.push((item, name, rows.end.0, rows.end.1));
        rows.end.1 += taken + GAPS.1;
    }
    rows
}

fn swatch_width(item: &LegendItem) -> f64 {
    if item.line { SWATCHES.0 } else { SWATCHES.1 }
}

fn swatch(item: &LegendItem, (x, middle): (f64, f64), pen: &mut Pen) {
    let color = pen.palette.data(Color::Series(item.color));
    if item.line {
        let stroke = if item.dashed { Stroke::Previous } else { Stroke::Plain };
        return paths::line(color, stroke, &[(x, middle), (x + SWATCHES.0, middle)], pen);
    }
    let (x, y, side) = (px(x), px(middle - SWATCHES.1 / 2.0), SWATCHES.1);
    let _ = write!(
        pen.out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" rx=\"3\" fill=\"{color}\"/>"
    );
}
