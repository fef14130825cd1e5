//! Links of marks and rows.

use crate::markup::escape;
use crate::scene::{Link, LinkName};
use std::fmt::Write as _;

/// Opens the link of a mark; [`close`] closes it.
pub(super) fn open(link: Option<&Link>, mark: usize, out: &mut String) {
    let Some(link) = link else { return };
    let _ = write!(out, "<a href=\"{}\" data-i=\"{mark}\"", escape(&link.href));
    if link.is_chosen {
        out.push_str(" aria-current=\"true\"");
    }
    match &link.name {
        LinkName::Words(words) => {
            let (words, hint) = (escape(words), escape(&link.hint));
            let _ = write!(out, " aria-label=\"{words}: {hint}\">");
        }
        LinkName::Content => out.push('>'),
        LinkName::Unnamed => out.push_str(" tabindex=\"-1\" aria-hidden=\"true\">"),
    }
}

/// Closes what [`open`] opened.
pub(super) fn close(link: Option<&Link>, out: &mut String) {
    if link.is_some() {
        out.push_str("</a>");
    }
}

/// What the link does, for screen readers; goes after its content.
pub(super) fn hint(link: Option<&Link>, out: &mut String) {
    if let Some(link) = link {
        let _ = write!(out, "<span class=\"visually-hidden\">: {}</span>", escape(&link.hint));
    }
}

/// What precedes the name of what is chosen, because colour alone is not enough.
pub(super) fn tick(is_chosen: bool) -> &'static str {
    if is_chosen { "✓ " } else { "" }
}
