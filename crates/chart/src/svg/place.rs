//! [`Place`]: where a plot's fluid coordinates are.

use super::pen::Area;
use crate::scene::{Across, LeftMargin, Plot, X};

/// The margin of row names takes two fifths of the box at most.
const MOST_OF_BOX: f64 = 0.4;

/// A plot in its area.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The width of the whole box, which decides which texts are shown.
    pub(super) room: f64,
    /// The plot's left end.
    pub(super) left: f64,
    /// Its width.
    pub(super) width: f64,
    /// Its upper end.
    pub(super) top: f64,
    /// Where lengths in px begin.
    origin: f64,
}

impl Place {
    /// Where `plot` is in `area`.
    pub(super) fn of(plot: &Plot, area: Area) -> Self {
        let LeftMargin { px, is_fluid } = plot.left;
        let margin = if is_fluid { px.min(area.width * MOST_OF_BOX) } else { px };
        let left = area.x + margin;
        let width = (area.width - margin - plot.right).max(1.0);
        Self { room: area.width, left, width, top: area.y, origin: left }
    }

    /// The same with lengths that begin at the plot's right end.
    pub(super) fn at_right_end(self) -> Self {
        Self { origin: self.left + self.width, ..self }
    }

    /// An x.
    pub(super) fn x(&self, x: X) -> f64 {
        match x {
            X::Part(part) => self.part(part),
            X::Px(px) => self.origin + px,
            X::Beyond(part, px) => self.part(part) + px,
        }
    }

    /// A fraction of the plot.
    pub(super) fn part(&self, part: f64) -> f64 {
        self.left + part * self.width
    }

    /// A y.
    pub(super) fn y(&self, y: f64) -> f64 {
        self.top + y
    }

    /// The left end and the width of a shape; `None` for the whole box, which is nothing to see.
    pub(super) fn across(&self, across: Across) -> Option<(f64, f64)> {
        match across {
            Across::Part(x, width) => Some((self.part(x), width * self.width)),
            Across::Px(x, width) => Some((self.origin + x, width)),
            Across::Box => None,
        }
    }
}
