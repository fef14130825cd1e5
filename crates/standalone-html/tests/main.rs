//! What standalone files hold, and what they never do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alone;
mod content;
mod support;
