//! How scripts fetch markup after the first load: typed GET requests, served by the same service as pages.
//! One file each.

mod cache;
mod cards;
mod panel;
#[cfg(feature = "ssr")]
mod refusal;

pub use cache::cache;
pub use cards::{Card, cards};
pub use panel::panel;
