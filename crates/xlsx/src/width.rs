//! Column widths: as wide as what a column shows, within limits.

use crate::moment::Grain;
use brisk_domain::{ExportedColumn, ZoneOffsets};

/// How many rows are measured.
const MEASURED: usize = 1_000;
/// The narrowest and the widest column, in characters.
const LEAST: usize = 6;
const MOST: usize = 60;
/// The room for a filter's button beside the head, and for the cell's margins.
const BUTTON: usize = 3;
const MARGIN: usize = 2;

/// The width of `column`, in characters; `grain` is that of its times.
pub(crate) fn of(column: &ExportedColumn, zone: &ZoneOffsets, grain: Option<Grain>) -> f64 {
    let values = &column.column.values;
    let cells = match grain {
        Some(grain) => grain.format().len(),
        None => (0..values.len().min(MEASURED))
            .map(|row| longest_line(&column.text(row, zone)))
            .max()
            .unwrap_or(0),
    };
    let width = (longest_line(&column.label) + BUTTON).max(cells + MARGIN);
    width.clamp(LEAST, MOST) as f64
}

/// The width of the longest line of `text`.
pub(crate) fn longest_line(text: &str) -> usize {
    // A long text is as wide as its first thousand characters.
    let lines = text.lines().take(50).map(|line| line.chars().take(1_000).map(width).sum());
    lines.max().unwrap_or(0)
}

/// East Asian characters and emoji are twice as wide.
fn width(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_wide_as_its_longest_line() {
        assert_eq!(longest_line("one\nthree\n"), 5);
        assert_eq!(longest_line("売上 a"), 6);
        assert_eq!(longest_line(""), 0);
    }
}
