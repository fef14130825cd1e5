//! [`Pen`]: what is written so far, and in which colours.

use super::palette::{Palette, Theme};

/// Writes shapes one after another.
pub(super) struct Pen {
    /// What is written.
    pub(super) out: String,
    /// The colours.
    pub(super) palette: &'static Palette,
}

/// A part of the image, in px.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    /// Its left end.
    pub(super) x: f64,
    /// Its upper end.
    pub(super) y: f64,
    /// Its width.
    pub(super) width: f64,
    /// Its height.
    pub(super) height: f64,
}

impl Pen {
    /// A pen that has written nothing.
    pub(super) fn new(theme: Theme) -> Self {
        Self { out: String::new(), palette: Palette::of(theme) }
    }
}

impl Area {
    /// What is left below its first `height` px.
    pub(super) fn below(self, height: f64) -> Self {
        let taken = height.min(self.height);
        Self { y: self.y + taken, height: self.height - taken, ..self }
    }
}
