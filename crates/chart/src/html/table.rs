//! Tables.

use super::{link, stat};
use crate::markup::escape;
use crate::markup::{percent, px};
use crate::scene::table::{Cell, Head, Holds, Order, Row, Table};
use std::fmt::Write as _;

/// The markup of a table panel.
pub(super) fn panel(table: &Table) -> String {
    let mut out = String::new();
    self::table(table, &mut out);
    note(table, &mut out);
    out
}

/// Writes what is missing.
pub(super) fn note(table: &Table, out: &mut String) {
    if let Some(note) = &table.note {
        let _ = write!(out, "<p class=\"tb-more\">{}</p>", escape(note));
    }
}

/// Writes heads and rows.
pub(super) fn table(table: &Table, out: &mut String) {
    let picked = if table.is_any_chosen { " picked" } else { "" };
    let _ = write!(
        out,
        "<table class=\"tb{picked}\"><caption class=\"visually-hidden\">{}</caption><thead><tr>",
        escape(&table.title)
    );
    table.heads.iter().for_each(|head| self::head(head, out));
    out.push_str("</tr></thead><tbody>");
    table.rows.iter().for_each(|row| self::row(row, out));
    out.push_str("</tbody></table>");
}

fn head(head: &Head, out: &mut String) {
    let (class, label) = (class_of(head.holds), escape(&head.label));
    let Some(sort) = &head.sort else {
        let _ = write!(out, "<th scope=\"col\"{class}>{label}</th>");
        return;
    };
    let aria = match sort.order {
        None => "",
        Some(Order::Ascending) => " aria-sort=\"ascending\"",
        Some(Order::Descending) => " aria-sort=\"descending\"",
    };
    let _ = write!(
        out,
        "<th scope=\"col\"{class}{aria}><button name=\"sort\" value=\"{}\" data-column=\"{}\" data-first=\"{}\">{label}</button></th>",
        escape(&sort.value),
        escape(&sort.column),
        sort.first.word()
    );
}

fn class_of(holds: Holds) -> &'static str {
    match holds {
        Holds::Text => "",
        Holds::Numbers => " class=\"n\"",
        Holds::Times => " class=\"d\"",
    }
}

fn number_class(is_number: bool) -> &'static str {
    if is_number { " class=\"n\"" } else { "" }
}

fn row(row: &Row, out: &mut String) {
    out.push_str(match (row.is_link, row.is_chosen) {
        (false, _) => "<tr",
        (true, false) => "<tr class=\"to\"",
        (true, true) => "<tr class=\"to chosen\"",
    });
    if let Some(places) = &row.places {
        let _ = write!(out, " data-o=\"{places}\"");
    }
    out.push_str(if row.is_hidden { " hidden>" } else { ">" });
    row.cells.iter().for_each(|cell| self::cell(cell, out));
    out.push_str("</tr>");
}

fn cell(cell: &Cell, out: &mut String) {
    let _ = match cell {
        Cell::Text(text) => {
            let text = escape(text);
            // Only what may be cut needs its full text in a tooltip.
            match text.len() > 20 {
                true => write!(out, "<td title=\"{text}\">{text}</td>"),
                false => write!(out, "<td>{text}</td>"),
            }
        }
        Cell::Unlinked { text, why, is_number } => {
            let (class, text) = (number_class(*is_number), escape(text));
            write!(out, "<td{class} title=\"{}\">{text}</td>", escape(why))
        }
        Cell::Number(text, exact) => {
            write!(out, "<td class=\"n\"{}>{}</td>", title(exact), escape(text))
        }
        Cell::Bar(text, exact, part) => write!(
            out,
            "<td class=\"n b\"{}><svg width=\"{}\" aria-hidden=\"true\"></svg><span>{}</span></td>",
            title(exact),
            percent(*part),
            escape(text)
        ),
        Cell::Trend(None) => write!(out, "<td>–</td>"),
        Cell::Trend(Some((line, words))) => {
            let _ = write!(
                out,
                "<td><svg class=\"trend\" viewBox=\"0 0 100 {}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
                px(line.height),
                escape(words)
            );
            stat::strokes(line, out);
            write!(out, "</svg></td>")
        }
        Cell::Bucket(text, words) => {
            write!(out, "<td>{} <small>{}</small></td>", escape(text), escape(words))
        }
        Cell::Link { link, text, is_number } => write!(
            out,
            "<td{}><a href=\"{}\"{} title=\"{text}\">{}{text}<span class=\"visually-hidden\">: {}</span></a></td>",
            number_class(*is_number),
            escape(&link.href),
            if link.is_chosen { " aria-current=\"true\"" } else { "" },
            link::tick(link.is_chosen),
            escape(&link.hint),
            text = escape(text),
        ),
    };
}

/// All digits of a number that is rounded for reading.
fn title(exact: &Option<String>) -> String {
    exact.as_ref().map_or(String::new(), |exact| format!(" title=\"{}\"", escape(exact)))
}
