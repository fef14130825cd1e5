//! What both backends write markup with: escaped text, short numbers, and the outlines of shapes.

mod escape;
mod numbers;
mod outline;

pub use escape::escape;
pub(crate) use numbers::{percent, px};
pub(crate) use outline::{half_ring, ring};
