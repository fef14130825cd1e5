//! Tests of the store, over both databases.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used)]

mod accounts;
mod at_once;
mod audit;
mod backup;
mod damage;
mod deliveries;
mod due_times;
mod identities;
mod newer_release;
mod opening;
mod people;
mod records;
mod schedules;
mod secrets;
mod settings;
mod watches;
mod webhooks;
