//! [`About`]: a source's server, and what the reading user may do besides. Queried once at startup,
//! for warnings; panels only read in any case.

/// A source's server, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name and version: `PostgreSQL 15.18`.
    pub version: String,
    /// What the user may do besides reading, in words: `may insert into public.orders`.
    pub may_write: Option<String>,
}
