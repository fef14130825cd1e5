//! The schema's migrations, in order.
//!
//! Listed by hand, because the macro that embeds the folder would compile all of sqlx, and SQLite
//! with it, a second time for the build machine.

use crate::StoreError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, Row as _, SqlSafeStr};

/// Which SQL a database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A migration's SQL: the same for both databases, or one for each.
#[derive(Debug, Clone, Copy)]
enum Text {
    Same(&'static str),
    Each { sqlite: &'static str, postgres: &'static str },
}

/// The file's text; where PostgreSQL needs another, there is a file of the same name for it.
macro_rules! migration {
    ($file:literal) => {
        Text::Same(include_str!(concat!("../../../migrations/", $file)))
    };
    ($file:literal each) => {
        Text::Each {
            sqlite: include_str!(concat!("../../../migrations/", $file)),
            postgres: include_str!(concat!("../../../migrations/postgres/", $file)),
        }
    };
}

/// How the description of a migration begins after which releases that do not know it must not go on. All
/// others leave what there is as it is, and add: tables, and columns that may be left out.
const BREAKING: &str = "breaking: ";

/// Version, description, SQL. Never edit a released one: existing databases are checked against its
/// text. One that takes something away, or gives it another meaning, is described as [`BREAKING`].
const MIGRATIONS: [(i64, &str, Text); 20] = [
    (1, "imports", migration!("0001_imports.sql" each)),
    (2, "requested views", migration!("0002_requested_views.sql" each)),
    (3, "rollup runs", migration!("0003_rollup_runs.sql" each)),
    (4, "changes", migration!("0004_changes.sql")),
    (5, "audit", migration!("0005_audit.sql" each)),
    (6, "settings", migration!("0006_settings.sql")),
    (7, "secret key", migration!("0007_secret_key.sql")),
    (8, "jobs", migration!("0008_jobs.sql")),
    (10, "accounts", migration!("0010_accounts.sql")),
    (11, "identities", migration!("0011_identities.sql")),
    (13, "webhooks", migration!("0013_webhooks.sql")),
    (14, "deliveries", migration!("0014_deliveries.sql" each)),
    (15, "folder editors", migration!("0015_folder_editors.sql")),
    (16, "schedules and sources", migration!("0016_schedules_and_sources.sql")),
    (17, "session ends", migration!("0017_session_ends.sql")),
    (18, "webhook switches", migration!("0018_webhook_switches.sql")),
    (19, "shared by replicas", migration!("0019_shared_by_replicas.sql")),
    (20, "queued jobs", migration!("0020_queued_jobs.sql" each)),
    (21, "reports", migration!("0021_reports.sql")),
    (22, "image keys", migration!("0022_image_keys.sql")),
];

/// The migrator that brings a database up to date. Migrations of a newer release are no error: while
/// replicas are replaced one by one, releases run side by side.
pub(crate) fn migrator(dialect: Dialect) -> Migrator {
    let migration = |(version, description, text): (i64, &'static str, Text)| {
        let sql = match (text, dialect) {
            (Text::Same(sql), _)
            | (Text::Each { sqlite: sql, .. }, Dialect::Sqlite)
            | (Text::Each { postgres: sql, .. }, Dialect::Postgres) => sql,
        };
        let kind = MigrationType::Simple;
        Migration::new(version, description.into(), kind, sql.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations(MIGRATIONS.map(migration).into());
    migrator.set_ignore_missing(true);
    migrator
}

/// Whether this release understands what newer ones have made of the database.
pub(crate) async fn understood(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let rows = sqlx::query("select version, description from _sqlx_migrations order by version")
        .fetch_all(connection)
        .await?;
    for row in &rows {
        let (version, description): (i64, String) = (row.get(0), row.get(1));
        let is_known = MIGRATIONS.iter().any(|(known, ..)| *known == version);
        if let Some(what) = description.strip_prefix(BREAKING)
            && !is_known
        {
            let what: String = what.chars().filter(|c| !c.is_control()).take(100).collect();
            return Err(StoreError::Broken(format!("migration {version}: {what}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn names(folder: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        let mut names: Vec<String> =
            files.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn every_migration_in_the_folder_is_listed() {
        let listed = |of: fn(&Text) -> bool| -> Vec<String> {
            let listed = MIGRATIONS.iter().filter(|(_, _, text)| of(text));
            let name = |(version, description, _): &(i64, &str, Text)| {
                format!("{version:04}_{}.sql", description.replace(' ', "_"))
            };
            listed.map(name).collect()
        };
        assert_eq!(names("migrations"), listed(|_| true));
        let of_postgres = listed(|text| matches!(text, Text::Each { .. }));
        assert_eq!(names("migrations/postgres"), of_postgres);
    }

    #[test]
    fn what_was_released_keeps_its_text() {
        let of = |dialect| {
            let migrator = migrator(dialect);
            let sums = migrator.iter().map(|migration| {
                let sum = &migration.checksum[..4];
                (migration.version, sum.iter().map(|byte| format!("{byte:02x}")).collect())
            });
            sums.collect::<Vec<(i64, String)>>()
        };
        let expected = |sums: &[(i64, &str)]| -> Vec<(i64, String)> {
            sums.iter().map(|(version, sum)| (*version, (*sum).to_owned())).collect()
        };
        let sqlite = [(1, "660b9f3b"), (2, "daf50dc8"), (3, "db3bb44e")];
        assert_eq!(of(Dialect::Sqlite)[..3], expected(&sqlite));
    }
}
