//! Brisk's own records. All SQL of the store is in this crate; its schema is in `migrations/`.
//!
//! The store is a SQLite file, or a database of a PostgreSQL server ([`StoreLocation`]); `opening` opens
//! and migrates it, [`Store`] begins transactions. Above that nothing knows which of the two it is:
//!
//! - placeholders are `$1`, `$2`; changes of one row say `on conflict … do update` and `returning`;
//! - columns are `bigint`, `text` and `double precision`: flags are 0 and 1, times are microseconds
//!   since the epoch, hashes are hexadecimal. A sum of bigints is cast to bigint again, which
//!   PostgreSQL widens. What may be null is never `double precision`: sqlx confuses the types of
//!   such nulls;
//! - functions that only one of them has are in `store.rs`;
//! - whoever writes begins with `Store::begin`, or, for what somebody has decided (an account, a
//!   setting), with `Store::begin_change`: a [`Change`] is recorded in the audit log with it, and all
//!   replicas hear of it ([`Changes`]).
//!
//! Secrets are sealed ([`Store::seal`]) under a key that is not in the store ([`KeyOrigin`]);
//! `key_change` lists every column of them. A store in a file is copied and put back by [`backup()`] and
//! [`restore()`]. What has to happen once among all processes is a [`DueTime`]; what runs in the background
//! and is renewed, retried and seen is a [`QueuedJob`].
//!
//! To add a record, add a migration (forward only, and usable by the previous release, which may go on
//! running beside it) with its line in `migrations.rs`, and a file here with its type and queries. Where
//! PostgreSQL needs other words in the migration, as for ids that the database gives, there is one of
//! the same name in `migrations/postgres/`. Test it in `tests/`, over both.

mod access_state;
mod account_change;
mod accounts;
mod attributes;
mod audit;
mod backup;
mod bounded_text;
mod change;
mod changes;
mod damage;
mod deliveries;
mod due_times;
mod error;
mod folder_editors;
mod identities;
mod image_keys;
mod imports;
mod in_use;
mod key_change;
mod landings;
mod links;
mod location;
mod mail_addresses;
mod migrations;
mod opening;
mod queued_jobs;
mod report_due;
mod report_figures;
mod report_progress;
mod report_runs;
mod report_sendings;
mod reports;
mod requested_views;
mod restore;
mod rollup_runs;
mod schedule_runs;
mod schedules;
mod sealing;
mod secret_key;
mod secrets;
mod session_ends;
mod sessions;
mod settings;
mod sign_in_failures;
mod snapshot;
mod sources;
mod store;
mod tokens;
mod unsubscribes;
mod watches;
mod webhook_switches;
mod webhooks;

pub use access_state::AccessState;
pub use account_change::AccountChange;
pub use accounts::Changed;
pub use audit::{Actor, AuditFilter, AuditRecord, LEAST_RETENTION, LoggedRecord};
pub use backup::backup;
pub use change::{Change, Topic};
pub use changes::Changes;
pub use due_times::DueTime;
pub use error::StoreError;
pub use folder_editors::{Editor, FolderEditors};
pub use identities::{Connected, Disconnected};
pub use image_keys::ImageKey;
pub use imports::ImportRecord;
pub use links::Link;
pub use location::{DatabaseUrl, StoreLocation};
pub use queued_jobs::{
    Added, Claim, Claimed, Enqueued, Hold, JobFilter, JobResult, JobState, LARGEST_PART,
    LARGEST_RESULT, MOST_KEPT, MOST_LISTED, MOST_WAITING, NewJob, NewResult, QueuedJob, Refusal,
};
pub use report_due::{PlannedRun, RunCause};
pub use report_progress::ReportProgress;
pub use report_runs::{ReportRun, RunOutcome, SendingCounts};
pub use report_sendings::{SendingClaim, SendingKey, SendingOutcome, SendingRecord, SendingState};
pub use reports::ReportRecord;
pub use restore::restore;
pub use schedule_runs::{RunRecord, Warmed};
pub use schedules::{Schedule, ScheduleChange};
pub use secret_key::{KeyOrigin, NoSecretKey, SecretKey};
pub use sessions::SessionRecord;
pub use settings::Setting;
pub use sources::AppSource;
pub use store::Store;
pub use tokens::TokenRecord;
pub use unsubscribes::{Subscription, Unsubscribe};
pub use watches::WatchRecord;
pub use webhook_switches::WebhookSwitch;
pub use webhooks::{WebhookLimits, WebhookRecord};
