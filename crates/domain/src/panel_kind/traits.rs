//! What the rest of the code needs to know about a kind, whatever its options.

/// The traits of a panel kind. There are no defaults on purpose: adding a trait makes every kind
/// decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// Its keyword in dashboard files and in the API.
    pub word: &'static str,
    /// Its default width and height on the grid.
    pub size: (u16, u16),
    /// Its height on the panel's own page, in grid rows.
    pub large_rows: u16,
    /// How its card is laid out in narrower windows.
    pub card: Card,
    /// What fills its card.
    pub body: Body,
    /// The placeholder while it loads.
    pub skeleton: Skeleton,
    /// How it is drawn in a dashboard's thumbnail.
    pub thumbnail: Thumbnail,
    /// Its menu entries, besides those that every panel has.
    pub menu: &'static [MenuEntry],
    /// Whether each mark or row represents a value, and so can be a filter or a link.
    pub has_marks: bool,
}

impl Traits {
    /// Whether its card has the rows themselves, so that a table of its data adds nothing.
    pub fn is_table(&self) -> bool {
        self.body == Body::Rows
    }
}

/// How a card is laid out among the others in narrower windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// Like a figure: several side by side.
    Figure,
    /// Like a figure if the panel is small, otherwise like a chart.
    FigureIfSmall,
    /// Like a chart: alone, or two side by side.
    Chart,
}

/// What fills a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// A chart drawn by `brisk-chart`, which needs a number column.
    Chart,
    /// The rows as a table, with its controls.
    Rows,
}

/// The placeholder while a panel loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skeleton {
    /// An empty box.
    Box,
    /// Bars in place of rows.
    Rows,
}

/// How a panel is drawn in a dashboard's thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thumbnail {
    /// A figure.
    Figure,
    /// A filled shape.
    Surface,
}

/// A menu entry that only some kinds have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuEntry {
    /// Copies the figure, with all its digits.
    CopyValue,
}
