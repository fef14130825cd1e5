//! What administrators set in the app, and how it takes effect: the same on all replicas, because each
//! reads it from the store, and again when something has changed (`jobs::store_changes`).
//!
//! - [`cache_settings`]: how long frames may be shown; [`access_settings`]: who may see a dashboard;
//! - [`schedules`]: what is warmed, and when; [`file_schedules`]: the same in dashboards' files;
//! - [`app_sources`]: databases that were added in the app; [`app_source_rules`]: where they may be;
//!   [`rollup_files`]: where their rollups are;
//! - [`webhooks`]: who may say that data have changed;
//! - `audit`: records of what else they do.

pub mod access_settings;
pub mod app_source_rules;
pub mod app_sources;
pub(crate) mod audit;
pub mod cache_settings;
pub mod file_schedules;
pub mod rollup_files;
pub mod schedules;
pub mod webhooks;
