//! Pictures: shapes with fixed proportions, which shrink where room is short but are never stretched.
//! The origin is the centre of their circles; all lengths are px of the picture.

use super::color::Color;
use super::link::{Link, LinkState};
use super::text::Text;

/// A picture, with or without a list of keys beside it.
pub(crate) struct Picture {
    /// The height of the box, in px.
    pub(crate) height: f64,
    /// The visible area: left, top, width and height.
    pub(crate) view: [f64; 4],
    /// Whether it is never shown larger than `view`; otherwise it fills the box.
    pub(crate) keeps_size: bool,
    /// Whether its marks are links.
    pub(crate) links: LinkState,
    /// From back to front.
    pub(crate) parts: Vec<Part>,
    /// What the colours mean.
    pub(crate) keys: Option<Keys>,
}

/// A shape of a picture.
pub(crate) enum Part {
    /// A piece of a ring, clockwise from the top.
    Slice {
        /// What its colour says.
        color: Color,
        /// The point that it is a mark of.
        mark: usize,
        /// Where it begins and ends, as parts of a turn.
        turn: [f64; 2],
        /// The outer and the inner radius.
        radii: [f64; 2],
        /// Where it leads.
        link: Option<Link>,
    },
    /// A piece of the upper half circle, as a stroke with round ends.
    Arc(Arc),
    /// An arrowhead in the accent colour: its corners.
    Arrow([(f64, f64); 3]),
    /// Words.
    Text(Text),
    /// Parts that together are one mark.
    Mark {
        /// The point.
        mark: usize,
        /// The width of its arcs.
        stroke: f64,
        /// The parts.
        parts: Vec<Part>,
    },
}

/// A piece of a half circle.
pub(crate) struct Arc {
    /// Whether it is the whole scale, behind the piece for the value.
    pub(crate) is_scale: bool,
    /// The radius of its middle.
    pub(crate) radius: f64,
    /// How much of the half circle it covers, from the left end.
    pub(crate) part: f64,
}

/// What the colours of a picture mean.
pub(crate) struct Keys {
    /// One per mark.
    pub(crate) items: Vec<KeyItem>,
    /// What has no mark, and why.
    pub(crate) note: Option<String>,
}

/// What one colour means.
pub(crate) struct KeyItem {
    /// The colour.
    pub(crate) color: Color,
    /// The mark's name.
    pub(crate) name: String,
    /// Its value.
    pub(crate) value: String,
    /// Where it leads.
    pub(crate) link: Option<Link>,
}
