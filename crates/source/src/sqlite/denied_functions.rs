//! Functions that panels may not call on SQLite; see `compile::denied_functions` for why.

/// Most come with extensions or the shell, and exist only where they were compiled in; a trailing
/// `*` matches any suffix.
pub(super) const DENIED_FUNCTIONS: &[&str] = &[
    "load_extension",
    "readfile",
    "writefile",
    "lsdir",
    "fsdir",
    "edit",
    "zipfile*",
    "sqlar_*",
    "sqlite_log",
    "fts3_tokenizer",
    // A few characters of SQL take a gigabyte of memory.
    "zeroblob",
    "pragma_*",
    // Run or prepare SQL, or read tables, passed as text.
    "eval",
    "bytecode",
    "tables_used",
    "rtreecheck",
];
