//! [`Links`]: where rows lead, which only the caller knows. With links, a drawing is a group instead
//! of an image.

use brisk_domain::{Frame, RowLink, RowLinks};

/// Where rows lead. A trait, so that the code that makes addresses stays with the caller.
pub trait Links: std::fmt::Debug {
    /// Where row `row` leads, if anywhere.
    fn row(&self, frame: &Frame, row: usize) -> Option<RowLink>;
    /// Why row `row` leads nowhere, in a few words.
    fn refusal(&self, frame: &Frame, row: usize) -> Option<&'static str>;
    /// Whether one of the rows is chosen.
    fn is_any_chosen(&self, frame: &Frame) -> bool;
    /// The index of the column whose cells are the choices.
    fn column(&self, frame: &Frame) -> Option<usize>;
    /// What a link does, in words.
    fn hint(&self, is_chosen: bool) -> String;
}

impl Links for RowLinks {
    fn row(&self, frame: &Frame, row: usize) -> Option<RowLink> {
        self.row(frame, row)
    }

    fn refusal(&self, frame: &Frame, row: usize) -> Option<&'static str> {
        self.refusal(frame, row)
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
