//! The binary `brisk`: command line, configuration, router, jobs. It uses every crate; none
//! uses it.
//!
//! - [`cli`]: the commands; [`check`], [`import`] and [`invalidate`] are the short ones;
//! - [`config`]: what Brisk is told, by a file, the environment and flags;
//! - [`open`]: the sources, the cache and the engine that the configuration names;
//!   [`shared_cache`]: whether Redis answers;
//! - [`serve`]: puts the rooms together and serves; [`demo`] loads the demo data and
//!   [`feeder`] goes on with them, [`warm`] fills the cache ahead of readers, from what [`requested_views`] remembers;
//! - [`rollup`]: the commands about rollups; [`rollup_schedule`] refreshes them without readers,
//!   [`rollup_runs`] writes down what was done, [`rollup_status`] how they do;
//! - [`router`]: every route; [`handlers`] answer those of pages, [`api`] those of programs;
//! - [`administration`]: the pages of those who look after sources and rollups;
//! - [`hooks`]: the webhook that invalidates;
//! - [`service`]: what pages and programs get, from the engine; [`sentence`]: how messages read;
//! - [`look`]: a view that was looked up, before it is drawn; [`pages`]: what was drawn lately,
//!   by its [`etag`], packed as [`accept_encoding`] says; [`build`]: what it was drawn with;
//! - [`live`]: open pages follow their data; [`metrics`]: figures for those who operate it;
//! - [`assets`]: the built frontend; [`watch`]: dashboards that change while serving.

pub mod accept_encoding;
pub mod administration;
pub mod api;
pub mod assets;
pub mod build;
pub mod check;
pub mod cli;
pub mod config;
pub mod demo;
pub mod etag;
pub mod explain;
pub mod feeder;
pub mod handlers;
pub mod hooks;
pub mod import;
pub mod invalidate;
pub mod live;
pub mod logging;
pub mod look;
pub mod metrics;
pub mod open;
pub mod pages;
pub mod requested_views;
pub mod rollup;
pub mod rollup_runs;
pub mod rollup_schedule;
pub mod rollup_status;
pub mod router;
pub mod sentence;
pub mod serve;
pub mod service;
pub mod shared_cache;
pub mod system_clock;
pub mod warm;
pub mod watch;
