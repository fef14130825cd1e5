//! Lines and areas, stretched over the width of the plot.

use super::color::Color;

/// Points of a path: x as a fraction of the plot, y in px from the top of the box.
type Points = Vec<(f64, f64)>;

/// One path. Strokes keep their width however much the plot is stretched.
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
        /// Whether it is stacked on the series below: then it is filled, not just tinted.
        is_stacked: bool,
        /// All the way round, without repeating the first point.
        outline: Points,
    },
    /// Bars too numerous to be separate marks.
    Bars {
        /// Whose they are.
        color: Color,
        /// Left edge, top edge, width and height of each; left edge and width as fractions of the plot.
        bars: Vec<[f64; 4]>,
    },
}
