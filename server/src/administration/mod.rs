//! What administrators set in the app, and how it takes effect: the same on all replicas, because each
//! reads it from the store, and again when something has changed (`jobs::store_changes`).
//!
//! - [`cache_settings`]: how long frames may be shown;
//! - [`webhooks`]: who may say that data have changed;
//! - `audit`: what they do besides.

pub(crate) mod audit;
pub mod cache_settings;
pub mod webhooks;
