//! Marks that lead somewhere: what is chosen when a mark is pressed.

use crate::Input;
use crate::markup::escape;
use brisk_domain::{Frame, RowLink, RowLinks};
use std::fmt::Write as _;

/// Where rows lead. Behind a trait, because browsers draw without: they should not have to load it.
pub trait Links: std::fmt::Debug {
    /// Where row `row` leads, if anywhere.
    fn row(&self, frame: &Frame, row: usize) -> Option<RowLink>;
    /// Whether one of the rows is chosen.
    fn is_any_chosen(&self, frame: &Frame) -> bool;
    /// The place of the column whose cells say what is chosen.
    fn column(&self, frame: &Frame) -> Option<usize>;
    /// What a link does, in words.
    fn hint(&self, is_chosen: bool) -> String;
}

impl Links for RowLinks {
    fn row(&self, frame: &Frame, row: usize) -> Option<RowLink> {
        self.row(frame, row)
    }

    fn is_any_chosen(&self, frame: &Frame) -> bool {
        self.is_any_chosen(frame)
    }

    fn column(&self, frame: &Frame) -> Option<usize> {
        self.column(frame)
    }

    fn hint(&self, is_chosen: bool) -> String {
        self.hint(is_chosen)
    }
}

/// What a link is called.
pub(crate) enum Name<'a> {
    /// This, and what it does.
    Said(&'a str),
    /// What is in it.
    Content,
    /// Nothing: there is a second mark of the same, which is called something. This one is left out
    /// of the order of the Tab key.
    None,
}

/// The links of a drawing's marks.
pub(crate) struct MarkLinks<'a> {
    input: &'a Input<'a>,
    is_any_chosen: bool,
}

impl<'a> MarkLinks<'a> {
    /// What `input` says of them.
    pub(crate) fn of(input: &'a Input<'a>) -> Self {
        let is_any_chosen = input.links.is_some_and(|links| links.is_any_chosen(input.frame));
        Self { input, is_any_chosen }
    }

    /// Class and role of the drawing: with links it is a group of them, and no image.
    pub(crate) fn class_and_role(&self) -> (&'static str, &'static str) {
        match (self.input.links, self.is_any_chosen) {
            (None, _) => ("c", "img"),
            (Some(_), false) => ("c", "group"),
            (Some(_), true) => ("c picked", "group"),
        }
    }

    /// Whether what shows `row` is chosen.
    pub(crate) fn is_chosen(&self, row: Option<usize>) -> bool {
        let link = self.input.links.zip(row).and_then(|(l, row)| l.row(self.input.frame, row));
        link.is_some_and(|link| link.is_chosen)
    }

    /// Opens the link of the mark `i`, which shows `row`.
    pub(crate) fn open(
        &self,
        (row, i): (Option<usize>, usize),
        name: Name<'_>,
        out: &mut String,
    ) -> Option<RowLink> {
        let links = self.input.links?;
        let link = links.row(self.input.frame, row?)?;
        let _ = write!(out, "<a href=\"{}\" data-i=\"{i}\"", escape(&link.href));
        if link.is_chosen {
            out.push_str(" aria-current=\"true\"");
        }
        match name {
            Name::Said(said) => {
                let hint = links.hint(link.is_chosen);
                let _ = write!(out, " aria-label=\"{}: {}\">", escape(said), escape(&hint));
            }
            Name::Content => out.push('>'),
            Name::None => out.push_str(" tabindex=\"-1\" aria-hidden=\"true\">"),
        }
        Some(link)
    }

    /// What the link does, for who does not see it; behind its content.
    pub(crate) fn hint(&self, link: Option<&RowLink>, out: &mut String) {
        if let Some((links, link)) = self.input.links.zip(link) {
            let hint = escape(&links.hint(link.is_chosen));
            let _ = write!(out, "<span class=\"visually-hidden\">: {hint}</span>");
        }
    }
}

/// Closes what was opened, if anything was.
pub(crate) fn close(link: Option<&RowLink>, out: &mut String) {
    if link.is_some() {
        out.push_str("</a>");
    }
}

/// Before the name of what is chosen, because colour alone is not enough.
pub(crate) fn tick(link: Option<&RowLink>) -> &'static str {
    if link.is_some_and(|link| link.is_chosen) { "✓ " } else { "" }
}
