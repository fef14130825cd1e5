//! The program `brisk`: its commands, routes, pages, live channel, API and webhooks.
//!
//! One program, because each further one would be linked and started separately. Folders mirror the
//! modules of `server/src`; a new file is a `mod` there.

// Clippy does not take helpers for tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod added_sources;
mod administration;
mod api;
mod auth;
mod commands;
mod config;
mod connections;
mod feeder;
mod fixture;
mod forged_frames;
mod hooks;
mod import_memory;
mod jobs;
mod live;
mod mutations;
mod noticing;
mod overload;
mod pages;
mod proofs;
mod readout;
mod replicas;
mod reports;
mod schedules;
mod shared_cache;
mod sqlite_files;
