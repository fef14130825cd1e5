//! Functions that are no reading: they reach outside the database, load code, run SQL that is given
//! as text (whose tables would be missing from the tags), lock, wait, or change what a read-only
//! transaction does not protect. Pure.
//!
//! A read-only role is the better fence; this one holds for all roles, and explains itself.

use crate::Dialect;

/// Whether panels may not call the function `name`, which is in lower case.
pub(crate) fn is_refused(dialect: Dialect, name: &str) -> bool {
    let names = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
    };
    names.iter().any(|refused| match refused.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *refused,
    })
}

/// Most come with extensions or the shell, and are there where somebody builds them in; `*` ends a
/// family.
const SQLITE: &[&str] = &[
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
    // One byte of text for a gigabyte of memory.
    "zeroblob",
    "pragma_*",
    // Run or prepare SQL that is given as text, or read tables that are.
    "eval",
    "bytecode",
    "tables_used",
    "rtreecheck",
];

const POSTGRES: &[&str] = &[
    // Files and programs of the server.
    "pg_read_*",
    "pg_ls_*",
    "pg_stat_file",
    "pg_file_*",
    "pg_logdir_ls",
    "pg_current_logfile",
    "pg_hba_file_rules",
    "pg_ident_file_mappings",
    "pg_show_all_file_settings",
    // Large objects: some of these write in read-only transactions.
    "lo_*",
    "loread",
    "lowrite",
    // Waiting and locking.
    "pg_sleep*",
    "pg_advisory_*",
    "pg_try_advisory_*",
    // Other sessions and the server itself.
    "pg_terminate_*",
    "pg_cancel_*",
    "pg_reload_conf",
    "pg_rotate_*",
    "pg_promote",
    "pg_notify",
    "pg_log_*",
    "pg_logical_*",
    "pg_replication_*",
    "pg_create_*",
    "pg_copy_*",
    "pg_drop_*",
    "pg_switch_wal",
    "pg_wal_replay_pause",
    "pg_wal_replay_resume",
    "pg_backup_*",
    "pg_start_backup",
    "pg_stop_backup",
    "pg_export_snapshot",
    "pg_prewarm",
    "autoprewarm_*",
    "pg_stat_reset*",
    "pg_stat_statements_reset",
    "pg_stat_clear_snapshot",
    "pg_stat_force_next_flush",
    // The session.
    "set_config",
    "setseed",
    // Counted up outside of transactions.
    "setval",
    "nextval",
    "pg_current_xact_id",
    "txid_current",
    "pg_nextoid",
    // Written although the transaction is read-only.
    "pg_import_system_collations",
    "pg_extension_config_dump",
    "binary_upgrade_*",
    "brin_summarize_*",
    "brin_desummarize_*",
    "gin_clean_pending_list",
    "heap_force_*",
    "pg_truncate_visibility_map",
    // Run SQL that is given as text, or read tables that are.
    "dblink*",
    "postgres_fdw_*",
    "query_to_xml*",
    "cursor_to_xml*",
    "database_to_xml*",
    "schema_to_xml*",
    "table_to_xml*",
    "ts_stat",
    "ts_rewrite",
    "crosstab*",
    "connectby",
    "xpath_table",
];

/// Those that come with the servers, with their plugins, or with the usual libraries of functions
/// that run commands and open addresses.
const MYSQL: &[&str] = &[
    "load_file",
    "sleep",
    "benchmark",
    "get_lock",
    "release_lock",
    "release_all_locks",
    "is_free_lock",
    "is_used_lock",
    "nextval",
    "lastval",
    "setval",
    "last_insert_id",
    "master_pos_wait",
    "source_pos_wait",
    "master_gtid_wait",
    "wait_for_executed_gtid_set",
    "wait_until_sql_thread_after_gtids",
    "wsrep_*",
    "group_replication_*",
    "asynchronous_connection_failover_*",
    "service_get_*",
    "service_release_locks",
    "version_tokens_*",
    "audit_log_*",
    "keyring_*",
    "load_rewrite_rules",
    "spider_*",
    "mroonga_command",
    "sys_exec",
    "sys_eval",
    "sys_bineval",
    "sys_get",
    "sys_set",
    "http_get",
    "http_post",
    "http_put",
    "http_delete",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_end_in_a_star_and_others_are_whole_names() {
        assert!(is_refused(Dialect::Postgres, "pg_sleep_for"));
        assert!(is_refused(Dialect::Postgres, "ts_stat"));
        assert!(!is_refused(Dialect::Postgres, "ts_stats"));
        assert!(!is_refused(Dialect::Sqlite, "pg_sleep"));
        for honest in ["pg_size_pretty", "pg_total_relation_size", "pg_typeof", "ts_rank"] {
            assert!(!is_refused(Dialect::Postgres, honest), "{honest}");
        }
    }
}
