//! Lines and areas, stretched over the width of the plot.

use super::color::Color;

/// Points of a path: x as a fraction of the plot, y in px from the top of the box.
type Points = Vec<(f64, f64)>;

/// One path. Strokes keep their width however far the plot is stretched.
pub(crate) enum Path {
    /// A series.
    Line {
        /// Whose it is.
        color: Color,
        /// Whether it is the compared range, which is dashed.
        is_previous: bool,
        /// From left to right.
        points: Points,
    },
    /// What lies between a series and its base.
    Area {
        /// Whose it is.
        color: Color,
        /// Whether it stands on the series below it: then it is filled, not only tinted.
        is_stacked: bool,
        /// All around, without the first point again.
        outline: Points,
    },
    /// Bars that are too many to be marks of their own.
    Bars {
        /// Whose they are.
        color: Color,
        /// Each one's left end, upper end, width and height; x and width as fractions of the plot.
        bars: Vec<[f64; 4]>,
    },
}
