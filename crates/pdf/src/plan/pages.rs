//! [`Plan`]: what is on which page; [`Pages`]: the same while it comes to be.

use super::table::TableLayout;
use crate::furniture::Furniture;
use crate::look::Titled;
use crate::sheet::Area;
use std::ops::Range;

/// All pages.
pub(crate) struct Plan {
    /// What is on each.
    pub(crate) pages: Vec<Vec<Item>>,
    /// The tables that flow over pages, by their panels.
    pub(crate) tables: Vec<Option<Flowing>>,
}

/// A table that flows over pages.
pub(crate) struct Flowing {
    /// It.
    pub(crate) layout: TableLayout,
    /// The lines below its last row.
    pub(crate) notes: Vec<String>,
    /// Its first page, and where it begins there.
    pub(crate) page: usize,
    pub(crate) top: f32,
    /// Whether its first rows are also in the panel's box.
    pub(crate) has_preview: bool,
    /// The look of its title.
    pub(crate) look: &'static Titled,
}

/// A table in a panel's box.
pub(crate) struct Preview {
    /// It.
    pub(crate) layout: TableLayout,
    /// How many of its rows are shown.
    pub(crate) shown: usize,
    /// The lines below, if these are all rows.
    pub(crate) notes: Vec<String>,
    /// Whether these are all rows, with all of their texts; else the table flows over other pages.
    pub(crate) is_all: bool,
}

/// Something on a page.
pub(crate) enum Item {
    /// A panel in its box.
    Panel {
        /// Its number.
        panel: usize,
        /// All of it, with its title.
        area: Area,
        /// Px to pt in its drawing.
        scale: f32,
        /// A table as far as it fits.
        table: Option<Preview>,
        /// The look of its title.
        look: &'static Titled,
    },
    /// Rows of a table that flows.
    Rows {
        /// Its panel.
        panel: usize,
        /// Which of its rows.
        rows: Range<usize>,
        /// From the title to the last row, or the notes below it.
        area: Area,
    },
}

impl Item {
    /// Its panel.
    pub(crate) fn panel(&self) -> usize {
        match self {
            Self::Panel { panel, .. } | Self::Rows { panel, .. } => *panel,
        }
    }

    /// Where it is.
    pub(crate) fn area(&self) -> Area {
        match self {
            Self::Panel { area, .. } | Self::Rows { area, .. } => *area,
        }
    }
}

/// Pages that are being filled.
pub(crate) struct Pages<'a> {
    /// What is on each.
    pub(crate) all: Vec<Vec<Item>>,
    /// What is free on the last one.
    pub(crate) free: Area,
    furniture: &'a Furniture,
}

impl<'a> Pages<'a> {
    /// One page, with nothing on it.
    pub(crate) fn new(furniture: &'a Furniture) -> Self {
        Self { all: vec![Vec::new()], free: furniture.body(0), furniture }
    }

    /// The number of the last page.
    pub(crate) fn last(&self) -> usize {
        self.all.len() - 1
    }

    /// Begins a page.
    pub(crate) fn turn(&mut self) {
        self.free = self.furniture.body(self.all.len());
        self.all.push(Vec::new());
    }

    /// How much is on the last page.
    pub(crate) fn count(&self) -> usize {
        self.all.last().map_or(0, Vec::len)
    }

    /// Whether nothing is on the last page.
    pub(crate) fn is_fresh(&self) -> bool {
        self.all.last().is_some_and(Vec::is_empty)
    }

    /// Puts something on the last page.
    pub(crate) fn put(&mut self, item: Item) {
        if let Some(page) = self.all.last_mut() {
            page.push(item);
        }
    }
}
