//! Row names in a margin whose width only the browser knows, so that the browser cuts them.

use super::escape::escape;
use super::link;
use super::numbers::px;
use crate::scene::{LeftMargin, RowName, RowNames};
use std::fmt::Write as _;

/// The CSS width of a margin that shrinks in narrow boxes.
pub(super) fn fluid(margin: LeftMargin) -> Option<String> {
    let most = margin.most?;
    Some(format!("min({}px,{}cqi)", px(margin.px), px(most * 100.0)))
}

const CUT: &str = "overflow:hidden;text-overflow:ellipsis";

/// Writes names beside their rows, as HTML: SVG cannot cut text.
pub(super) fn row_names(names: &RowNames, margin: LeftMargin, out: &mut String) {
    let _ = write!(
        out,
        "<foreignObject x=\"-{}\" y=\"{}\" width=\"{}\" height=\"{}\"><div style=\"margin-left:auto;max-width:calc({} - 8px);font:500 12px/{}px var(--font);color:var(--ink-2);text-align:right;white-space:pre\">",
        px(margin.px),
        px(names.top),
        px(margin.px - 8.0),
        px(names.band * names.names.len() as f64),
        fluid(margin).unwrap_or_default(),
        px(names.band),
    );
    names.names.iter().for_each(|name| row_name(name, out));
    out.push_str("</div></foreignObject>");
}

fn row_name(RowName { name, differs_at, is_chosen }: &RowName, out: &mut String) {
    let tick = link::tick(*is_chosen);
    // The style sheet sets `fill`, which HTML ignores.
    let (class, style) = match is_chosen {
        true => (" class=\"chosen\"", "color:var(--ink);"),
        false => ("", ""),
    };
    let full = escape(name);
    // Where names would be cut to the same, their beginnings give way first.
    let Some((head, tail)) = differs_at.and_then(|at| name.split_at_checked(at)) else {
        let _ =
            write!(out, "<div{class} style=\"{style}{CUT}\" title=\"{full}\">{tick}{full}</div>");
        return;
    };
    let _ = write!(
        out,
        "<div{class} style=\"{style}display:flex;justify-content:end\" title=\"{full}\"><span style=\"{CUT};min-width:3em;flex-shrink:99\">{tick}{}</span><span style=\"{CUT}\">{}</span></div>",
        escape(head),
        escape(tail)
    );
}
