//! The client against real listeners, and names that a test decides about.
//!
//! One test binary: every further one would be linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise the helpers of tests as test code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod answers;
mod mutations;
mod only_way;
mod over_tls;
mod progress;
mod redirects;
mod support;
mod tricks;
