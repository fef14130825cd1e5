//! What the rest of the code needs to know about a kind, whatever its options.

/// The traits of a variable kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// Its keyword in dashboard files and in the API.
    pub word: &'static str,
}
