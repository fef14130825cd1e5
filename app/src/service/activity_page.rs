//! Data of the page "Activity".

use brisk_domain::Timestamp;

/// The records of the audit log that pass a filter.
#[derive(Debug)]
pub struct ActivityPage {
    /// The records, newest first.
    pub records: Vec<ActivityRecord>,
    /// The filter.
    pub filter: ActivityFilter,
    /// The actions that have records.
    pub actions: Vec<String>,
    /// What is wrong with the filter.
    pub problem: Option<String>,
    /// The address of the next page of older records, if there are more.
    pub older: Option<String>,
    /// The address of all records that pass the filter, as CSV.
    pub csv: String,
}

/// A filter as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// Part of the subject's name.
    pub subject: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// A record of the audit log.
#[derive(Debug)]
pub struct ActivityRecord {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// From where.
    pub address: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The state before.
    pub before: Option<String>,
    /// The state after.
    pub after: Option<String>,
}
