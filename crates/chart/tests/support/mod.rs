//! Frames and panels to draw, for the tests and the gallery. The numbers are made by formula, so that
//! drawings never change by themselves.

#![allow(clippy::expect_used, clippy::unwrap_used, dead_code)]

pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod columns;
pub(crate) mod links;
