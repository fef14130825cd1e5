//! [`Sheet`]: the page in pt (1/72 in), its margins, and how large a px of the dashboard is on it.

use crate::document::{Paper, PaperSize};

/// Left and right of the content, in pt.
const SIDE: f32 = 40.0;
/// Above and below it.
const TOP: f32 = 34.0;
const BOTTOM: f32 = 30.0;
/// How many px of the dashboard the content is wide: paper is read from closer than screens.
const PORTRAIT: f32 = 860.0;
const LANDSCAPE: f32 = 1_120.0;

/// A rectangle on a page, in pt from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Area {
    /// Its right end.
    pub(crate) fn right(self) -> f32 {
        self.x + self.width
    }

    /// Its lower end.
    pub(crate) fn bottom(self) -> f32 {
        self.y + self.height
    }

    /// What is left below its first `height` pt.
    pub(crate) fn below(self, height: f32) -> Self {
        let taken = height.clamp(0.0, self.height.max(0.0));
        Self { y: self.y + taken, height: self.height - taken, ..self }
    }
}

/// A sheet of paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sheet {
    /// Its width.
    pub(crate) width: f32,
    /// Its height.
    pub(crate) height: f32,
    /// Pt for each px of the dashboard.
    pub(crate) scale: f32,
}

impl Sheet {
    /// The sheet that `paper` is.
    pub(crate) fn of(paper: Paper) -> Self {
        let (short, long) = match paper.size {
            PaperSize::A4 => (595.28, 841.89),
            PaperSize::Letter => (612.0, 792.0),
        };
        let (width, height, px) = match paper.is_landscape {
            true => (long, short, LANDSCAPE),
            false => (short, long, PORTRAIT),
        };
        Self { width, height, scale: (width - 2.0 * SIDE) / px }
    }

    /// What margins leave.
    pub(crate) fn content(self) -> Area {
        Area { x: SIDE, y: TOP, width: self.width - 2.0 * SIDE, height: self.height - TOP - BOTTOM }
    }
}
