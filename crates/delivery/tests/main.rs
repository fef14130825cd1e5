//! How reports are sent, over real connections.
//!
//! One test binary: every further one would be linked and started separately. A new file is a `mod`
//! here.

// Clippy does not recognise the helpers of tests as test code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod chats;
mod folders;
mod messages;
mod mutations;
mod receiver;
mod smtp;
mod webhooks;
