//! What a server does besides answering requests.
//!
//! - [`warming`]: loads dashboards ahead of their readers, from what [`requested_views`] remembers;
//! - [`warming_schedules`]: the same at the times that admins have set;
//! - [`rollup_schedule`]: refreshes rollups that nobody reads, [`rollup_runs`] records the runs;
//! - [`cache_samples`]: the cache's figures, from time to time;
//! - [`dashboard_watch`]: reloads dashboards when their files change;
//! - [`job_workers`]: background jobs, from the store's queue;
//! - [`store_changes`]: what is decided in the app takes effect on all replicas; [`audit_retention`]: how
//!   long the audit log is kept.

pub mod audit_retention;
pub mod cache_samples;
pub mod dashboard_watch;
pub mod job_workers;
pub mod requested_views;
pub mod rollup_runs;
pub mod rollup_schedule;
pub mod store_changes;
pub mod warming;
pub mod warming_schedules;
