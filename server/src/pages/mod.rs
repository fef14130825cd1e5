//! Pages for readers, as HTML.
//!
//! - [`handlers`]: the routes of dashboards;
//! - [`administration`]: the sources and their rollups, with the [`rebuilds`] that administrators started;
//!   [`app_sources`]: databases that are added in the app;
//! - [`cache_administration`], [`cache_changes`] and [`cache_policy`]: the cache; [`schedules`]: when it is
//!   warmed;
//! - [`invalidation_administration`], [`webhook_administration`] and [`source_changes`]: what invalidates it;
//! - [`image_keys`]: addresses of images for pages elsewhere;
//! - [`reports`]: what is sent when, and what became of it; [`unsubscribe`]: the link by which readers end it;
//! - [`jobs`]: background jobs; [`folders`]: who may see and look after what; [`activity`]: the audit log;
//! - [`server_functions`]: what islands and scripts call;
//! - [`page_request`]: what one page shows, looked up but not rendered;
//! - [`page_cache`]: pages that were rendered lately, compressed;
//! - [`response`]: from a page to a response, streamed or complete;
//! - [`build_id`]: tells pages of this build from those of others.

pub mod activity;
pub mod administration;
pub mod app_sources;
pub mod build_id;
pub mod cache_administration;
pub mod cache_changes;
pub mod cache_policy;
pub mod folders;
pub mod handlers;
pub mod image_keys;
pub mod invalidation_administration;
pub mod jobs;
pub mod page_cache;
pub mod page_request;
pub mod rebuilds;
pub mod reports;
pub mod response;
pub mod schedules;
pub mod server_functions;
pub mod source_changes;
pub mod unsubscribe;
pub mod webhook_administration;
mod webhook_rows;
