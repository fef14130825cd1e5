//! Functions that do more than read: they reach outside the database, load code, run SQL passed as
//! text (whose tables would be missing from the tags), lock, wait, or change what a read-only
//! transaction does not protect. Pure.
//!
//! A read-only role is the better protection; this one holds for every role and explains itself.
//! Each dialect lists its functions in its own `denied_functions`.

use crate::dialect::Dialect;

/// Whether panels may not call the function `name`, which is in lower case.
pub(crate) fn is_denied(dialect: Dialect, name: &str) -> bool {
    is_among(dialect.syntax().denied_functions(), name)
}

/// Whether panels may not read the table or view `name`, which is in lower case.
pub(crate) fn is_denied_table(dialect: Dialect, name: &str) -> bool {
    is_among(dialect.syntax().denied_tables(), name)
}

fn is_among(denied: &[&str], name: &str) -> bool {
    denied.iter().any(|denied| match denied.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *denied,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_suffix_and_other_names_match_exactly() {
        assert!(is_denied(Dialect::Postgres, "pg_sleep_for"));
        assert!(is_denied(Dialect::Postgres, "ts_stat"));
        assert!(!is_denied(Dialect::Postgres, "ts_stats"));
        assert!(!is_denied(Dialect::Sqlite, "pg_sleep"));
        for honest in ["pg_size_pretty", "pg_total_relation_size", "pg_typeof", "ts_rank"] {
            assert!(!is_denied(Dialect::Postgres, honest), "{honest}");
        }
    }
}
