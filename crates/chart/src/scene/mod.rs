//! What a chart shows, as shapes and blocks that no file format knows of yet. Kinds make a scene; a
//! backend (`html/`) writes it.
//!
//! A backend has one function per shape and none per kind, so a new kind needs nothing in it unless
//! the kind brings a shape of its own.
//!
//! **Fluid width.** A plot's width is not known when it is drawn. y and heights are px from the top of
//! the box; x is a fraction of the plot, or px from one of its ends. Texts say how wide a box they
//! need, so that a backend can drop those that would collide.

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
pub(crate) use path::Path;
pub(crate) use picture::{Arc, KeyItem, Keys, Part, Picture};
pub(crate) use plot::{Across, LeftMargin, Plot, RowName, RowNames, Shape};
pub(crate) use stat::{Change, Figure, Sparkline, Stat, Verdict};
pub(crate) use text::{Anchor, Role, Text, X};

/// A whole drawing.
pub(crate) enum Scene {
    /// Shapes over a width that is not known yet.
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
        /// The height of the box, in px.
        height: f64,
    },
}
