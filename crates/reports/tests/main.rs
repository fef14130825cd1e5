//! When reports are due, who receives them, whether their conditions are met.
//!
//! A single test binary, because each one is linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise test helpers as test code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod calendar;
mod judgement;
mod made;
mod plan;
mod replicas;
