//! Data of the page "Activity".

use brisk_domain::Timestamp;

/// What people did, as far as a filter lets it through.
#[derive(Debug)]
pub struct ActivityPage {
    /// The records, newest first.
    pub records: Vec<ActivityRecord>,
    /// The filter.
    pub filter: ActivityFilter,
    /// The actions that there are records of.
    pub actions: Vec<String>,
    /// What of the filter cannot be read.
    pub problem: Option<String>,
    /// The address of the next page of older records, if there are more.
    pub older: Option<String>,
    /// The address of all that pass the filter, as CSV.
    pub csv: String,
}

/// A filter as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// Part of the name of what it was done to.
    pub subject: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// What somebody did.
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
    /// What was before.
    pub before: Option<String>,
    /// What is now.
    pub after: Option<String>,
}
