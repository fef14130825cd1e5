//! What a chart shows, as shapes and blocks independent of any output format. Kinds produce a scene; a
//! backend (`html/`) writes it.
//!
//! A backend has a function per shape, none per kind: a new kind needs no change there unless it needs
//! a new shape.
//!
//! **Fluid width.** How wide a plot will be shown is unknown when it is drawn. So y and heights are px
//! from the top of the box, while x is a fraction of the plot's width, or px from one of its ends. Each
//! text says how wide a box it needs, so that a backend can drop those that would collide.

mod color;
mod link;
mod path;
mod picture;
mod plot;
mod stat;
pub(crate) mod table;
mod text;

pub(crate) use color::Color;
pub(crate) use link::{Link, LinkName, LinkState};
pub(crate) use path::{Path, Stroke};
pub(crate) use picture::{Arc, KeyItem, Keys, Part, Picture};
pub(crate) use plot::{Across, LeftMargin, Plot, RowName, RowNames, Shape};
pub(crate) use stat::{Change, Figure, Sparkline, Stat, Verdict};
pub(crate) use text::{Anchor, Role, Text, X};

/// A whole drawing.
pub(crate) enum Scene {
    /// Shapes over a width that only the backend knows.
    Plot(Plot),
    /// Shapes with fixed proportions.
    Picture(Picture),
    /// One figure.
    Stat(Stat),
    /// Rows of cells.
    Table(table::Table),
    /// A sentence in place of a drawing.
    Message {
        /// What it says.
        text: String,
    },
}
