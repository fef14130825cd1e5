//! Pages for readers, as HTML.
//!
//! - [`handlers`] answer the routes of dashboards; [`administration`] those of administrators, with
//!   the [`rebuilds`] that they started, [`cache_administration`], [`cache_changes`] and [`cache_policy`]
//!   those about the cache, [`schedules`] that about when it is warmed, [`folders`] that about who may see
//!   and look after what, [`app_sources`] those about databases that are added in the app,
//!   [`invalidation_administration`], [`webhook_administration`] and [`source_changes`] those about what
//!   invalidates it, [`activity`] that about what people did; [`server_functions`] what islands and scripts
//!   ask for;
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
pub mod invalidation_administration;
pub mod page_cache;
pub mod page_request;
pub mod rebuilds;
pub mod response;
pub mod schedules;
pub mod server_functions;
pub mod source_changes;
pub mod webhook_administration;
mod webhook_rows;
