//! Known differences, each with its reason. They are counted and printed.

use super::compare::THINNED;

/// Why a panel may differ in this way from what the client prints; `None` if it must not.
pub(super) fn reason(difference: &anyhow::Error) -> Option<&'static str> {
    // Table, API and CSV have been compared by then.
    difference
        .root_cause()
        .to_string()
        .starts_with(THINNED)
        .then_some("lines of more than a thousand buckets are thinned, where they are drawn")
}
