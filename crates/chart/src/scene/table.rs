//! Tables, and the controls of those that readers can sort and page through.

use super::link::Link;
use super::stat::Sparkline;

/// Rows of cells under column heads.
pub(crate) struct Table {
    /// Its caption, for screen readers.
    pub(crate) title: String,
    /// Whether a row has been chosen.
    pub(crate) is_any_chosen: bool,
    /// One per column.
    pub(crate) heads: Vec<Head>,
    /// In the order in which they are shown.
    pub(crate) rows: Vec<Row>,
    /// Says how many rows are missing.
    pub(crate) note: Option<String>,
}

/// The head of a column.
pub(crate) struct Head {
    /// Its word for readers.
    pub(crate) label: String,
    /// What its column holds.
    pub(crate) holds: Holds,
    /// The button that sorts by the column.
    pub(crate) sort: Option<SortButton>,
}

/// What a column holds, as far as its look depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text, which may be cut.
    Text,
    /// Numbers, at the right.
    Numbers,
    /// Dates and times, which must not be cut: half of one would read as another.
    Times,
}

/// Sorts by a column.
pub(crate) struct SortButton {
    /// The column, as the frame names it.
    pub(crate) column: String,
    /// The current order, if the rows are sorted by this column.
    pub(crate) order: Option<Order>,
    /// The order that the first press gives.
    pub(crate) first: Order,
    /// The value that it submits.
    pub(crate) value: String,
}

/// A direction of sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

impl Order {
    /// Its word in addresses.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }

    /// The other one.
    pub(crate) fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// One row.
pub(crate) struct Row {
    /// One per column.
    pub(crate) cells: Vec<Cell>,
    /// Whether it has a link.
    pub(crate) is_link: bool,
    /// Whether it is chosen.
    pub(crate) is_chosen: bool,
    /// Its position in the statement's order and in the order of each column, for sorting in browsers.
    pub(crate) places: Option<String>,
    /// Whether it is on another page.
    pub(crate) is_hidden: bool,
}

/// One cell.
pub(crate) enum Cell {
    /// Words.
    Text(String),
    /// The start of a partial time bucket, and its label.
    Bucket(String, String),
    /// A cell that a reader might press, and why it leads nowhere.
    Unlinked {
        /// The text.
        text: String,
        /// Why.
        why: &'static str,
        /// Whether it is a number.
        is_number: bool,
    },
    /// A number, and all its digits if the text is rounded.
    Number(String, Option<String>),
    /// The same over a bar, whose length is a fraction of the cell's width.
    Bar(String, Option<String>, f64),
    /// A sparkline and its text alternative; `None` if there are too few numbers.
    Trend(Option<(Sparkline, String)>),
    /// The row's link.
    Link {
        /// The link.
        link: Link,
        /// The cell's text.
        text: String,
        /// Whether it is a number.
        is_number: bool,
    },
}

/// A table that readers sort and page through.
pub(crate) struct Sortable {
    /// The panel, as the address names it.
    pub(crate) panel: String,
    /// Where the controls lead.
    pub(crate) action: String,
    /// How many rows a page has.
    pub(crate) page_rows: usize,
    /// The state that browsers continue from, if all rows are sent.
    pub(crate) whole: Option<Whole>,
    /// The other parameters of the view, which the controls keep.
    pub(crate) pairs: Vec<(String, String)>,
    /// The rows.
    pub(crate) table: Table,
    /// The links to other pages, if there are several.
    pub(crate) pager: Option<Pager>,
}

/// The state of a table that is sent whole.
pub(crate) struct Whole {
    /// The order, as in the address.
    pub(crate) sort: Option<String>,
    /// The page, from 0.
    pub(crate) page: usize,
}

/// The links to the pages before and after.
pub(crate) struct Pager {
    /// Which rows of how many are shown.
    pub(crate) range: String,
    /// The labels of the buttons and the values they submit; `None` disables a button.
    pub(crate) buttons: [(&'static str, Option<String>); 2],
}
