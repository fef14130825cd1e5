//! Tests of the workers, over real stores.

// Clippy does not take helpers for tests.
#![allow(clippy::unwrap_used)]

mod attempts;
mod leases;
mod places;
mod stopping;
mod support;
