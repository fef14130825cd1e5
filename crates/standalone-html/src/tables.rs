//! The data of each panel as a table, closed until somebody opens it.

use crate::cell::{self, Shown};
use brisk_chart::escape;
use brisk_domain::{ColumnRole, Export, ExportedColumn, ExportedPanel, PanelData, Values, format};
use std::fmt::Write as _;

/// The most rows of a table; a sentence says how many there are.
pub const MOST_ROWS: usize = 1_000;

/// Writes the tables of all panels that have data.
pub(crate) fn write(export: &Export<'_>, out: &mut String) {
    let panels = (1..).zip(&export.panels);
    let with_data = panels.filter_map(|(number, panel)| {
        let data = panel.data.ok()?;
        panel.nothing().is_none().then_some((number, panel, data))
    });
    let mut with_data = with_data.peekable();
    if with_data.peek().is_none() {
        return;
    }
    out.push_str("<section class=\"data\"><h2>Data</h2>");
    for (number, panel, data) in with_data {
        table(export, panel, data, number, out);
    }
    out.push_str("</section>");
}

fn table(
    export: &Export<'_>,
    panel: &ExportedPanel<'_>,
    data: &PanelData,
    number: usize,
    out: &mut String,
) {
    let title = panel.title(export);
    let columns = panel.columns();
    let complete = columns.iter().find(|column| column.role == ColumnRole::Complete);
    // Without an earlier period there is nothing beside the figures, as on pages.
    let is_shown = |column: &&ExportedColumn| match column.role {
        _ if column.is_hidden => false,
        ColumnRole::Complete => false,
        ColumnRole::Earlier => data.previous.is_some(),
        ColumnRole::Own | ColumnRole::Bucket(_) => true,
    };
    let shown: Vec<&ExportedColumn> = columns.iter().filter(is_shown).collect();
    let rows = data.frame.rows();
    let grouped = |number: usize| format::grouped(&number.to_string());
    let noun = if rows == 1 { "row" } else { "rows" };
    let (name, count) = (escape(&title), grouped(rows));
    // The place is inside: browsers open what a link leads into.
    let _ = write!(
        out,
        "<details><summary><h3>{name}</h3><small>{count} {noun}</small></summary><div id=\"d{number}\" class=\"rows\">"
    );
    if let Some(description) = &panel.panel.description {
        let _ = write!(out, "<p>{}</p>", escape(description));
    }
    let _ = write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{name}\"><table class=\"tb\">\
         <caption class=\"visually-hidden\">{name}</caption><thead><tr>"
    );
    for column in &shown {
        let class = class(column);
        let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", escape(&column.label));
    }
    out.push_str("</tr></thead><tbody>");
    for row in 0..rows.min(MOST_ROWS) {
        out.push_str("<tr>");
        for column in &shown {
            cell(column, complete, row, data, out);
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    foot(export, data, rows, out);
    out.push_str("</div></details>");
}

fn class(column: &ExportedColumn) -> &'static str {
    match &column.column.values {
        values if values.is_number() => " class=\"n\"",
        values if values.is_time() => " class=\"d\"",
        _ => "",
    }
}

fn cell(
    column: &ExportedColumn,
    complete: Option<&ExportedColumn>,
    row: usize,
    data: &PanelData,
    out: &mut String,
) {
    let Shown { text, exact } = cell::of(column, row, data);
    let class = class(column);
    let title = exact.map_or_else(String::new, |exact| format!(" title=\"{}\"", escape(&exact)));
    let _ = write!(out, "<td{class}{title}>{}", escape(&text));
    let is_part = || {
        let complete = complete.map(|complete| &complete.column.values);
        matches!(complete, Some(Values::Bool(cells)) if cells.get(row) == Some(&Some(false)))
    };
    if matches!(column.role, ColumnRole::Bucket(_)) && is_part() {
        out.push_str(" <small>partial</small>");
    }
    out.push_str("</td>");
}

/// What is missing, and how old the data are if others are older.
fn foot(export: &Export<'_>, data: &PanelData, rows: usize, out: &mut String) {
    let mut sentences = Vec::new();
    if rows > MOST_ROWS {
        let grouped = |number: usize| format::grouped(&number.to_string());
        let (most, all) = (grouped(MOST_ROWS), grouped(rows));
        sentences.push(format!(
            "The first {most} of {all} rows: CSV and the workbook have all of them."
        ));
    }
    let as_of = export.moment(data.as_of);
    if export.loaded_at().is_some_and(|oldest| export.moment(oldest) != as_of) {
        sentences.push(format!("As of {as_of}."));
    }
    if !sentences.is_empty() {
        let _ = write!(out, "<p class=\"foot\">{}</p>", escape(&sentences.join(" ")));
    }
}
