//! The form around a table that readers can sort and page through.

use super::table;
use crate::markup::escape;
use crate::scene::table::{Pager, Sortable, Whole};
use std::fmt::Write as _;

/// The markup of a table with its controls.
pub(crate) fn sortable(sortable: &Sortable) -> String {
    let mut out = format!(
        "<form class=\"tb-form\" method=\"get\" action=\"{}\" data-panel=\"{}\" data-page=\"{}\"",
        escape(&sortable.action),
        escape(&sortable.panel),
        sortable.page_rows
    );
    if let Some(whole) = &sortable.whole {
        self::whole(whole, &mut out);
    }
    out.push('>');
    for (name, value) in &sortable.pairs {
        let (name, value) = (escape(name), escape(value));
        let _ = write!(out, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\"/>");
    }
    table::table(&sortable.table, &mut out);
    table::note(&sortable.table, &mut out);
    if let Some(pager) = &sortable.pager {
        self::pager(pager, &mut out);
    }
    out.push_str("</form>");
    out
}

/// The state that browsers need to take over sorting and paging.
fn whole(whole: &Whole, out: &mut String) {
    out.push_str(" data-whole");
    if let Some(sort) = &whole.sort {
        let _ = write!(out, " data-sort=\"{}\"", escape(sort));
    }
    if whole.page > 0 {
        let _ = write!(out, " data-at=\"{}\"", whole.page);
    }
}

fn pager(pager: &Pager, out: &mut String) {
    let _ = write!(
        out,
        "<div class=\"tb-pager\"><span role=\"status\">{}</span>",
        escape(&pager.range)
    );
    for (words, to) in &pager.buttons {
        let off = if to.is_none() { " disabled" } else { "" };
        let value = escape(to.as_deref().unwrap_or_default());
        let _ = write!(
            out,
            "<button class=\"btn\" name=\"page\" value=\"{value}\"{off}>{words}</button>"
        );
    }
    out.push_str("</div>");
}
