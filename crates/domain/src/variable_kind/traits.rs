//! What a kind is, whatever its options.

/// What a kind of variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// Its word in dashboard files and in the API.
    pub word: &'static str,
}
