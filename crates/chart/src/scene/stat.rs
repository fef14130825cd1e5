//! One figure, its change, and a sparkline.

use std::ops::Range;

/// A figure and what goes with it.
pub(crate) struct Stat {
    /// The figure.
    pub(crate) figure: Figure,
    /// How it has changed, where it is compared.
    pub(crate) change: Option<Change>,
    /// Its course over time.
    pub(crate) sparkline: Option<Sparkline>,
}

/// A figure to read from afar.
pub(crate) struct Figure {
    /// Short, as shown.
    pub(crate) text: String,
    /// In full, formatted.
    pub(crate) full: String,
    /// All its digits, in plain notation.
    pub(crate) exact: String,
    /// Its width as a multiple of its font size, if it must shrink to fit the smallest box.
    pub(crate) width: Option<f64>,
    /// Whether a sparkline takes some of the room.
    pub(crate) is_beside_line: bool,
}

/// How a figure has changed.
pub(crate) enum Change {
    /// There is nothing to compare with, or it was zero; this is the sentence.
    Unknown(String),
    /// It has not changed, or hardly.
    Little {
        /// How little.
        words: &'static str,
        /// Compared with what.
        from: String,
    },
    /// It has changed.
    Moved {
        /// Whether it is larger than before.
        rises: bool,
        /// Whether that is good.
        verdict: Verdict,
        /// By how much, without a sign.
        by: String,
        /// What it was before.
        versus: String,
        /// When that was.
        when: &'static str,
    },
}

/// Whether a change is for the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// For the better.
    Good,
    /// For the worse.
    Bad,
    /// The panel does not say.
    Neither,
}

/// A line without axes. x runs from 0 to 100, y from 0 to `height`; both are stretched.
pub(crate) struct Sparkline {
    /// From left to right; at least two.
    pub(crate) points: Vec<(f64, f64)>,
    /// The points from the first to the last that is whole; the others are partial time buckets.
    pub(crate) whole: Range<usize>,
    /// The y of zero, where the area ends; `None` if zero is not shown.
    pub(crate) zero: Option<f64>,
    /// The lowest y.
    pub(crate) height: f64,
}
