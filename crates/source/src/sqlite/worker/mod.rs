//! Worker processes: all SQL on a SQLite file runs in them, one statement at a time in each, so that
//! a statement that takes too much is ended with its process and takes nothing else with it.
//!
//! On Brisk's side: `pool` (which workers there are), `client` (requests to one, and its answers), `process`
//! (how one starts and ends). On the worker's side: `serve` (the loop), `confine` (the limits of the
//! process), `session` (one statement), `connection` (the file, as it is now), `identity` (which file that
//! is), `log` (whether its log is its own), `heap` (whether SQLite has memory), `permissions` (what a
//! statement may do), `rows`, `watch` (when to stop). Both: `protocol`, `cells`.

mod cells;
pub(crate) mod client;
mod confine;
mod connection;
mod heap;
mod identity;
mod log;
mod permissions;
pub(crate) mod pool;
pub(crate) mod process;
pub(crate) mod protocol;
mod rows;
pub(crate) mod serve;
mod session;
mod watch;
