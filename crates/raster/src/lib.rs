//! Images as PNG: from the SVG of `brisk_chart::image`, without a browser.
//!
//! [`Fonts`] finds fonts and says which characters none of them has; [`png`] draws. Both are pure computation
//! and belong on threads that may be busy for some milliseconds.

pub mod fonts;
mod png;

pub use fonts::Fonts;
pub use png::{Error, Png, png};
