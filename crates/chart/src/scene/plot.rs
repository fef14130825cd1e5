//! Plots: shapes over a width that only the backend knows.

use super::color::Color;
use super::link::{Link, LinkState};
use super::path::Path;
use super::text::Text;

/// A plot area between two margins.
pub(crate) struct Plot {
    /// The height of the box, in px.
    pub(crate) height: f64,
    /// The margin at the left.
    pub(crate) left: LeftMargin,
    /// The margin at the right, in px.
    pub(crate) right: f64,
    /// Whether its marks are links.
    pub(crate) links: LinkState,
    /// From back to front.
    pub(crate) shapes: Vec<Shape>,
}

/// The margin at the left of a plot, where labels stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeftMargin {
    /// Its width, in px.
    pub(crate) px: f64,
    /// Whether it takes two fifths of the box at most, and so shrinks in narrow ones.
    pub(crate) is_fluid: bool,
}

/// A shape of a plot.
pub(crate) enum Shape {
    /// A grid line at a y tick.
    Grid {
        /// Where, in px.
        y: f64,
        /// Whether it is the zero line.
        is_zero: bool,
    },
    /// Words.
    Text(Text),
    /// A bar or a cell.
    Rect {
        /// What its colour says.
        color: Color,
        /// Whether it is of a part of a time bucket, and so hollow.
        is_part: bool,
        /// The point that it is a mark of, if any.
        mark: Option<usize>,
        /// Its place along x.
        across: Across,
        /// Its upper end, in px.
        y: f64,
        /// Its height, in px.
        height: f64,
    },
    /// A round mark.
    Dot {
        /// What its colour says.
        color: Color,
        /// Whether it is of a part of a time bucket, and so hollow.
        is_part: bool,
        /// The point that it is a mark of, if any.
        mark: Option<usize>,
        /// Its centre, as a fraction of the plot.
        x: f64,
        /// Its centre, in px.
        y: f64,
        /// Its radius, in px.
        radius: f64,
    },
    /// An invisible area that extends a mark's link to the pointer.
    Hit {
        /// Its place along x.
        across: Across,
        /// Its upper end, in px.
        y: f64,
        /// Its height, in px.
        height: f64,
    },
    /// Paths, from back to front.
    Paths(Vec<Path>),
    /// Shapes inside one link.
    Linked {
        /// Where.
        link: Link,
        /// The point that they are marks of.
        mark: usize,
        /// The shapes.
        shapes: Vec<Shape>,
    },
    /// Row names in a margin that shrinks in narrow boxes.
    RowNames(RowNames),
    /// Shapes whose x is in px from the plot's right end.
    AtRightEnd(Vec<Shape>),
}

/// A place along x.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Across {
    /// A part of the plot: the left end and the width, as fractions.
    Part(f64, f64),
    /// The left end and the width, in px.
    Px(f64, f64),
    /// The whole box, margins included.
    Box,
}

/// Names to the left of rows of equal height; the backend shortens those that do not fit.
pub(crate) struct RowNames {
    /// From the top.
    pub(crate) names: Vec<RowName>,
    /// Where the first row begins, in px.
    pub(crate) top: f64,
    /// The height of a row, in px.
    pub(crate) band: f64,
}

/// The name of a row.
pub(crate) struct RowName {
    /// All of it.
    pub(crate) name: String,
    /// The byte at which it begins to differ from similar names; the part before it is shortened
    /// first.
    pub(crate) differs_at: Option<usize>,
    /// Whether the row has been chosen.
    pub(crate) is_chosen: bool,
}
