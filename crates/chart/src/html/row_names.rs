//! Row names in a margin whose width only the browser knows, so the browser truncates them.

use super::link;
use crate::markup::escape;
use crate::markup::px;
use crate::scene::{RowName, RowNames};
use std::fmt::Write as _;

/// Writes names beside their rows, in a margin that is `left` px wide at most, as HTML: SVG cannot
/// truncate text.
pub(super) fn row_names(names: &RowNames, left: f64, out: &mut String) {
    let _ = write!(
        out,
        "<foreignObject x=\"-{}\" y=\"{}\" width=\"{}\" height=\"{}\"><div class=\"names\">",
        px(left),
        px(names.top),
        px(left - 8.0),
        px(names.band * names.names.len() as f64),
    );
    names.names.iter().for_each(|name| row_name(name, out));
    out.push_str("</div></foreignObject>");
}

fn row_name(RowName { name, differs_at, is_chosen }: &RowName, out: &mut String) {
    let tick = link::tick(*is_chosen);
    let chosen = if *is_chosen { " class=\"chosen\"" } else { "" };
    let full = escape(name);
    // Where names would be truncated to the same text, their beginnings are shortened first.
    let (head, tail) = match differs_at.and_then(|at| name.split_at_checked(at)) {
        Some((head, tail)) => (escape(head), format!("<span>{}</span>", escape(tail))),
        None => (full.clone(), String::new()),
    };
    let _ = write!(out, "<div{chosen} title=\"{full}\"><span>{tick}{head}</span>{tail}</div>");
}
