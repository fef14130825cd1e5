//! The links of a drawing's marks.

use crate::scene::{Link, LinkName, LinkState, Shape};
use crate::spec::Input;

/// Makes the links of marks from those of the rows that they show.
pub(crate) struct MarkLinks<'a> {
    input: &'a Input<'a>,
}

impl<'a> MarkLinks<'a> {
    /// The links of `input`.
    pub(crate) fn of(input: &'a Input<'a>) -> Self {
        Self { input }
    }

    /// Whether there are any, and whether one has been chosen.
    pub(crate) fn state(&self) -> LinkState {
        match self.input.links {
            None => LinkState::Absent,
            Some(links) if links.is_any_chosen(self.input.frame) => LinkState::Chosen,
            Some(_) => LinkState::Open,
        }
    }

    /// The link of a mark that shows `row`; `name` is called only if there is one.
    pub(crate) fn link(&self, row: Option<usize>, name: impl FnOnce() -> LinkName) -> Option<Link> {
        let links = self.input.links?;
        let link = links.row(self.input.frame, row?)?;
        let (is_chosen, hint) = (link.is_chosen, links.hint(link.is_chosen));
        Some(Link { href: link.href, is_chosen, hint, name: name() })
    }

    /// Whether what shows `row` has been chosen.
    pub(crate) fn is_chosen(&self, row: Option<usize>) -> bool {
        let link = self.input.links.zip(row).and_then(|(l, row)| l.row(self.input.frame, row));
        link.is_some_and(|link| link.is_chosen)
    }
}

/// Adds the shapes of a mark to `shapes`, in its link if it has one.
pub(crate) fn add_mark(
    link: Option<Link>,
    mark: usize,
    of_mark: Vec<Shape>,
    shapes: &mut Vec<Shape>,
) {
    match link {
        Some(link) => shapes.push(Shape::Linked { link, mark, shapes: of_mark }),
        None => shapes.extend(of_mark),
    }
}
