//! Frames and panels to draw, for the tests and the gallery. The numbers come from formulas, so that
//! drawings are reproducible.

#![allow(clippy::expect_used, clippy::unwrap_used, dead_code)]

pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod columns;
pub(crate) mod links;
