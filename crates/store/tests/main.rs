//! Tests of the store, over both databases.

// Clippy does not take helpers for tests.
#![allow(clippy::unwrap_used)]

mod accounts;
mod at_once;
mod audit;
mod backup;
mod damage;
mod deliveries;
mod due_times;
mod identities;
mod image_keys;
mod job_claims;
mod job_decisions;
mod job_results;
mod jobs;
mod mutations;
mod newer_release;
mod opening;
mod people;
mod records;
mod report_sendings;
mod reports;
mod schedules;
mod secrets;
mod settings;
mod watches;
mod webhooks;
