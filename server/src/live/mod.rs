//! Open pages follow their data: `/d/{slug}/live`.
//!
//! - [`hub`]: one channel for each view that somebody has open, however many do;
//! - [`channel`]: follows one view: looks again when something of it is out of date, and says what
//!   each panel's edition is;
//! - [`handler`]: the routes;
//! - [`state`]: what is said, and what of it is new to somebody (pure); [`said`]: the same, written
//!   once for all;
//! - [`stream`]: server-sent events for one page.
//!
//! A channel says which editions there are, never their frames: pages fetch what they show, so that
//! what nobody looks at costs nothing, and a page that was away asks only for what it missed.

pub mod channel;
pub mod handler;
pub mod hub;
pub mod said;
pub mod state;
pub mod stream;

pub use hub::Hub;
