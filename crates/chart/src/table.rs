//! Tables: the table panel, and the table view that every chart has.

use crate::markup::{escape, percent, px};
use crate::readout::Readout;
use crate::stat::mini_path;
use crate::{Drawing, Input};
use brisk_domain::panel::Cell;
use brisk_domain::{Column, PanelKind, Values, format};
use std::fmt::Write as _;

/// Rows that are drawn; more are left to exports.
const MAX_ROWS: usize = 50;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let rows = input.frame.rows();
    let summary = format!(
        "{}. Table with {} {}.",
        input.spec.title,
        format::grouped(&rows.to_string()),
        if rows == 1 { "row" } else { "rows" }
    );
    let body = markup(input, MAX_ROWS, true);
    Some(Drawing {
        body,
        legend: Vec::new(),
        summary,
        readout: Readout::default(),
        is_empty: false,
    })
}

pub(crate) fn plain(input: &Input<'_>, max_rows: usize) -> String {
    markup(input, max_rows, input.spec.kind == PanelKind::Table)
}

fn markup(input: &Input<'_>, max_rows: usize, decorated: bool) -> String {
    let frame = input.frame;
    let style = |column: &Column| {
        let cell = input.spec.column(&column.name).map(|s| s.cell).unwrap_or_default();
        let plain = !decorated && cell != Cell::Hidden;
        let numbers = (0..frame.rows()).filter_map(|row| column.values.number(row));
        Style { cell: if plain { Cell::Plain } else { cell }, largest: numbers.fold(0.0, f64::max) }
    };
    let columns: Vec<(&Column, Style)> = frame
        .columns()
        .iter()
        .map(|column| (column, style(column)))
        .filter(|(_, style)| style.cell != Cell::Hidden)
        .collect();
    let mut out = format!(
        "<table class=\"tb\"><caption class=\"visually-hidden\">{}</caption><thead><tr>",
        escape(&input.spec.title)
    );
    for (column, _) in &columns {
        let class = if column.values.is_number() { " class=\"n\"" } else { "" };
        let label = escape(&input.spec.label_of(&column.name));
        let _ = write!(out, "<th scope=\"col\"{class}>{label}</th>");
    }
    out.push_str("</tr></thead><tbody>");
    let shown = frame.rows().min(max_rows);
    for row in 0..shown {
        out.push_str("<tr>");
        for (column, style) in &columns {
            td(input, column, style, row, &mut out);
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    if shown < frame.rows() {
        let left = format::grouped(&(frame.rows() - shown).to_string());
        let _ = write!(out, "<p class=\"tb-more\">{left} more rows are not shown here.</p>");
    }
    out
}

/// What `td` needs of a column: how it is shown, and its largest number for bars.
struct Style {
    cell: Cell,
    largest: f64,
}

fn td(
    input: &Input<'_>,
    column: &Column,
    Style { cell, largest }: &Style,
    row: usize,
    out: &mut String,
) {
    let text = match &column.values {
        Values::Time(cells) => cells
            .get(row)
            .copied()
            .flatten()
            .map_or("–".into(), |at| format::instant(at, input.zone)),
        values => format::cell(values, row, input.spec.unit_of(&column.name), input.zone),
    };
    let text = escape(&text);
    match cell {
        Cell::Bar => {
            let part = column.values.number(row).map_or(0.0, |v| (v / largest).clamp(0.0, 1.0));
            let _ = write!(
                out,
                "<td class=\"n b\"><i style=\"width:{}\"></i><span>{text}</span></td>",
                percent(part)
            );
        }
        Cell::Trend => {
            let numbers: Vec<f64> = column
                .values
                .exact(row)
                .unwrap_or_default()
                .split(',')
                .filter_map(|n| n.trim().parse().ok())
                .filter(|n: &f64| n.is_finite())
                .collect();
            if numbers.len() < 2 {
                out.push_str("<td>–</td>");
                return;
            }
            let (line, _) = mini_path(&numbers, 20.0);
            let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
            let _ = write!(
                out,
                "<td><svg class=\"trend\" viewBox=\"0 0 100 20\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"from {} to {}\"><path class=\"l s0\" d=\"{line}\"/></svg></td>",
                px(first),
                px(last)
            );
        }
        Cell::Plain | Cell::Hidden if column.values.is_number() => {
            let _ = write!(out, "<td class=\"n\">{text}</td>");
        }
        // Only what may be cut needs its full text in a tooltip.
        Cell::Plain | Cell::Hidden if text.len() > 20 => {
            let _ = write!(out, "<td title=\"{text}\">{text}</td>");
        }
        Cell::Plain | Cell::Hidden => {
            let _ = write!(out, "<td>{text}</td>");
        }
    }
}
