//! Open pages follow their data: `/d/{slug}/live`.
//!
//! - [`handler`]: the routes; [`stream`]: server-sent events for one page; `following`: what is new to it,
//!   or to a subscription in GraphQL;
//! - [`hub`]: one channel for each view that is open, however many pages show it;
//! - [`channel`]: follows one view: refreshes what is out of date, and publishes each panel's
//!   status;
//! - `reader`: who reads a stream, and for how long they may;
//! - `followers`: the clients whose pages follow a view;
//! - [`snapshot`]: the status of all panels, and what of it is new to a page (pure);
//!   [`revision`]: the same, numbered, and serialised once for all pages.
//!
//! A channel publishes which editions there are, never their frames: pages fetch what they show, so that
//! what nobody looks at costs nothing, and a page that was away fetches only what it missed.

pub mod channel;
mod followers;
pub(crate) mod following;
pub mod handler;
pub mod hub;
mod reader;
pub mod revision;
pub mod snapshot;
pub(crate) mod stream;
