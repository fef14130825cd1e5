//! Lines and areas, stretched over the width of the plot.

use super::color::Color;

/// Points of a path: x as a fraction of the plot, y in px from the top of the box.
type Points = Vec<(f64, f64)>;

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// As a line.
    Plain,
    /// Dashed, because it leads to or from a partial time bucket.
    Part,
    /// Dashed and thin, because it is the compared range.
    Previous,
}

/// One path. Strokes keep their width however much the plot is stretched.
pub(crate) enum Path {
    /// A series.
    Line {
        /// Whose it is.
        color: Color,
        /// How it is drawn.
        stroke: Stroke,
        /// From left to right.
        points: Points,
    },
    /// What lies between a series and its base.
    Area {
        /// Whose it is.
        color: Color,
        /// Whether it is stacked on the series below: then it is filled, not just tinted.
        is_stacked: bool,
        /// Whether it leads to or from a partial time bucket, and so is paler.
        is_part: bool,
        /// All the way round, without repeating the first point.
        outline: Points,
    },
    /// Bars too numerous to be separate marks.
    Bars {
        /// Whose they are.
        color: Color,
        /// Whether they are partial time buckets.
        is_part: bool,
        /// Left edge, top edge, width and height of each; left edge and width as fractions of the plot.
        bars: Vec<[f64; 4]>,
    },
}
