//! The schema's migrations, in order.
//!
//! Listed by hand, because the macro that embeds the folder would compile all of sqlx, and SQLite
//! with it, a second time for the build machine.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Version, description, SQL. Never edit a released one: existing databases are checked against its
/// text.
const MIGRATIONS: [(i64, &str, &str); 3] = [
    (1, "imports", include_str!("../../../migrations/0001_imports.sql")),
    (2, "requested views", include_str!("../../../migrations/0002_requested_views.sql")),
    (3, "rollup runs", include_str!("../../../migrations/0003_rollup_runs.sql")),
];

/// The migrator that brings a database up to date.
pub(crate) fn migrator() -> Migrator {
    let migration = |(version, description, sql): (i64, &'static str, &'static str)| {
        let kind = MigrationType::Simple;
        Migration::new(version, description.into(), kind, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.map(migration).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_migration_in_the_folder_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed = MIGRATIONS.map(|(version, description, _)| {
            format!("{version:04}_{}.sql", description.replace(' ', "_"))
        });
        assert_eq!(files, listed);
    }
}
