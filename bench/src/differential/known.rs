//! Differences that are known, each with its reason. They are counted, and printed.

use super::compare::THINNED;

/// Why a panel may differ in this way from what the client prints; none where it must not.
pub(super) fn reason(difference: &anyhow::Error) -> Option<&'static str> {
    // Table, API and CSV were compared before.
    difference
        .root_cause()
        .to_string()
        .starts_with(THINNED)
        .then_some("lines of more than a thousand buckets are thinned, where they are drawn")
}
