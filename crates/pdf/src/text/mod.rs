//! Text: `faces` loads the fonts that a document needs, `sanitise` makes one line of anything, `shape` turns
//! words into glyphs, and `typeset` measures, cuts and wraps.

mod faces;
mod sanitise;
mod shape;
#[cfg(test)]
mod tests;
mod typeset;

pub(crate) use faces::Faces;
pub(crate) use sanitise::{Characters, sanitised};
pub(crate) use typeset::{Style, Typesetter};
