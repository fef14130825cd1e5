//! What a kind is, whatever its options: what everybody who treats kinds differently asks.

/// What a kind of panel is. Each kind says all of it, so that a new trait is a question to every
/// kind, and no kind has a default that nobody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// Its word in dashboard files and in the API.
    pub word: &'static str,
    /// Its usual width and height on the grid.
    pub size: (u16, u16),
    /// Its height on a page of its own, in rows of the grid.
    pub large_rows: u16,
    /// How its card stands among the others.
    pub card: Card,
    /// What fills its card.
    pub body: Body,
    /// What stands in its place while it loads.
    pub skeleton: Skeleton,
    /// How it looks in a dashboard's thumbnail.
    pub thumbnail: Thumbnail,
    /// What its menu offers besides the entries of all panels.
    pub menu: &'static [MenuEntry],
    /// Whether each mark or row stands for a value, so that it can be a filter or a link.
    pub has_marks: bool,
}

/// How a card stands among the others in windows that are not wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// As a figure: several side by side.
    Figure,
    /// As a figure where it is small, else as a chart.
    FigureIfSmall,
    /// As a chart: alone, or beside another half.
    Chart,
}

/// What fills a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// What `brisk-chart` draws. It needs a number.
    Chart,
    /// The rows, with the controls of tables.
    Rows,
}

/// What stands in a panel's place while it loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skeleton {
    /// An empty box.
    Box,
    /// The lines of rows.
    Rows,
}

/// How a panel looks in a dashboard's thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thumbnail {
    /// A figure.
    Figure,
    /// A surface.
    Surface,
}

/// An entry of a panel's menu that some kinds have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuEntry {
    /// Copies the figure, with all its digits.
    CopyValue,
}
