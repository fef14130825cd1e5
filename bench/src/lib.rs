//! Benchmarks and proofs of the cache: real PostgreSQL, Redis and `brisk serve` processes that are
//! killed, paused, filled and flushed while clients check every response.
//!
//! `servers` starts them and injects faults. Each proof is a file that returns a report:
//! [`attack`], [`case`], [`chaos`], [`cluster`], [`deliveries`], [`differential`], [`freshness`], [`flight`], [`stampede`],
//! [`cold`],
//! [`cold_cost`], [`round_trips`], [`faults`], [`leaving`], [`replay`], [`hot`], [`open_pages`],
//! [`replicas`], [`sign_ins`], [`soak`], [`sqlite_worker`], [`csv_import`]. `brisk-bench` runs them in full,
//! started by `cargo xtask bench`; the server's tests run some of them briefly.
//!
//! To add a proof: a file here with its settings, a `run` function and a report that prints itself
//! as a table, and a subcommand in `main`.

#![allow(clippy::print_stdout, reason = "reports are for people in a terminal")]

pub mod attack;
pub mod case;
pub mod chaos;
pub mod check;
pub mod client;
pub mod cluster;
pub mod cold;
pub mod cold_cost;
pub mod csv_import;
pub mod deliveries;
pub mod differential;
pub mod faults;
pub mod flight;
pub mod freshness;
pub mod hot;
pub mod leaving;
pub mod open_pages;
pub mod raw;
pub mod replay;
pub mod replicas;
pub mod retail;
pub mod round_trips;
pub mod servers;
pub mod sign_ins;
pub mod soak;
pub mod sqlite_worker;
pub mod stampede;
mod wall_clock;
mod zipf;
