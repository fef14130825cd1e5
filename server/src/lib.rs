//! The binary `brisk`: command line, configuration, routes, jobs. It uses every crate; none
//! uses it.
//!
//! - [`cli`] lists the commands, [`commands`] runs them, [`config`] is how they are configured;
//! - [`allocator`]: how memory is given back to the system;
//! - [`assembly`] builds the sources, the cache and the engine that the configuration names;
//! - [`connections`]: who is let in, how long each step may take, and how they end;
//! - [`router`]: every route, over [`state`]; [`http`]: what all handlers share;
//! - [`pages`] are for readers, [`api`] is for programs; both get their data from [`service`];
//! - [`administration`]: what administrators set in the app;
//! - [`auth`]: who asks, and what they may;
//! - [`admission`]: how much one client may ask for; [`account_limits`]: and one account, in [`buckets`] and
//!   [`open_pages`] that replicas share;
//! - [`drawing`]: pages are drawn on threads of their own;
//! - [`image_links`]: images for whoever has their signed address;
//! - [`live`]: open pages follow their data;
//! - [`hooks`]: webhooks invalidate; [`invalidation`] does so for commands and pages;
//! - [`noticing`]: changes that Brisk notices on its own;
//! - [`jobs`]: what a server does besides answering requests; [`rollup_status`]: the state of each rollup;
//! - [`sqlite_workers`]: this program once more, for statements on SQLite files;
//! - [`health_door`] accepts connections, and answers health checks itself; [`logging`] counts what repeats
//!   (`log_repeats`);
//! - [`health`] and [`metrics`] are for operators, over [`shared_cache`]; `overload_figures`: what waits,
//!   what is refused and what fails; [`systemd`] is notified that the process is ready, lives and stops;
//! - [`feeder`]: the demo's shop goes on selling.
//!
//! A new subject gets a module of its own beside these: accounts in `people/`, deliveries in `reports/`,
//! exporters in `metrics/`. Its pages and jobs live there; `router`, `state` and `cli` are where it is
//! plugged in.

pub mod account_limits;
pub mod administration;
pub mod admission;
pub mod allocator;
pub mod answers;
pub mod api;
pub mod assembly;
pub mod auth;
pub mod buckets;
pub mod cache_history;
pub mod cli;
pub mod commands;
pub mod config;
pub mod connections;
pub mod drawing;
mod exports;
pub mod feeder;
mod graphql;
pub mod health;
pub mod health_door;
pub mod hooks;
pub mod http;
pub mod image_links;
pub mod invalidation;
pub mod jobs;
pub mod live;
mod log_repeats;
pub mod logging;
pub mod metrics;
pub mod noticing;
pub mod open_pages;
mod overload_figures;
pub mod pages;
pub mod reports;
pub mod rollup_status;
pub mod router;
pub mod service;
pub mod shared_cache;
mod single_flight;
pub mod sqlite_workers;
pub mod state;
pub mod system_clock;
pub mod systemd;
