//! Where rows lead, as whoever asks for a drawing says it. With links, a drawing is a group of them
//! instead of an image.

use brisk_domain::{Frame, RowLink, RowLinks};

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
