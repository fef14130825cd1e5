//! Tables, and the controls of those that readers sort and page through.

use super::link::Link;
use super::stat::Sparkline;

/// Rows of cells below heads.
pub(crate) struct Table {
    /// Its name for those who do not see what is around it.
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
    /// Whether numbers stand below it.
    pub(crate) is_number: bool,
    /// The button that sorts by the column.
    pub(crate) sort: Option<SortButton>,
}

/// Sorts by a column.
pub(crate) struct SortButton {
    /// The column, as the frame names it.
    pub(crate) column: String,
    /// The column's present order, where the rows are in it.
    pub(crate) order: Option<Order>,
    /// The order that the first press gives.
    pub(crate) first: Order,
    /// What pressing it asks for.
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
    /// As addresses say it.
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
    /// Whether it leads somewhere, and whether it has been chosen.
    pub(crate) is_link: bool,
    pub(crate) is_chosen: bool,
    /// Its places in the statement's order and in each column's, for sorting in the browser.
    pub(crate) places: Option<String>,
    /// Whether it is on another page.
    pub(crate) is_hidden: bool,
}

/// One cell.
pub(crate) enum Cell {
    /// Words.
    Text(String),
    /// A number, and all its digits where the text has fewer.
    Number(String, Option<String>),
    /// A number over a bar that is a part of the cell's width.
    Bar(String, Option<String>, f64),
    /// A small line and what it shows in words; none where there are too few numbers.
    Trend(Option<(Sparkline, String)>),
    /// What the row's link is called.
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
    /// Where browsers go on from, when they have all rows.
    pub(crate) whole: Option<Whole>,
    /// The rest of the view, so that a control changes its part of it only.
    pub(crate) pairs: Vec<(String, String)>,
    /// The rows.
    pub(crate) table: Table,
    /// The way to other pages, where there are several.
    pub(crate) pager: Option<Pager>,
}

/// The look of a table whose rows are all there.
pub(crate) struct Whole {
    /// The order, as the address says it.
    pub(crate) sort: Option<String>,
    /// The page, from 0.
    pub(crate) page: usize,
}

/// The way to the pages before and after.
pub(crate) struct Pager {
    /// Which rows of how many are shown.
    pub(crate) range: String,
    /// The buttons: their words, and what pressing them asks for, if they lead anywhere.
    pub(crate) buttons: [(&'static str, Option<String>); 2],
}
