//! `[database]`: the PostgreSQL database of Brisk's own records. Without it, they are in a SQLite file
//! in the data directory.

use super::environment::Environment;
use super::secret::Secret;
use super::secret_location::SecretLocation;
use brisk_store::{DatabaseUrl, StoreLocation};
use brisk_toml_reader::{Fields, Place, Problem, Problems};
use std::path::Path;

/// The file in the data directory.
const FILE: &str = "brisk.sqlite";

/// What the file says about the database.
#[derive(Debug)]
pub(super) struct DatabaseTable {
    at: Place,
    url: Option<SecretLocation>,
}

impl DatabaseTable {
    /// Reads `[database]`; `base` is the folder of the file.
    pub(super) fn read(table: &Fields<'_>, base: &Path, problems: &mut Problems<'_>) -> Self {
        let url = SecretLocation::read(table, base, problems);
        table.finish(problems);
        Self { at: problems.place(table.span()), url }
    }
}

/// Where the store is: `url`, from a flag or a variable, overrides the file's.
pub(super) fn layered(
    table: Option<&DatabaseTable>,
    url: Option<&Secret>,
    data_dir: &Path,
    environment: &Environment,
) -> Result<StoreLocation, Problem> {
    let (at, url) = match (url.filter(|url| !url.is_empty()), table) {
        (Some(url), _) => (Place::named("BRISK_DATABASE_URL"), url.clone()),
        (None, None) => return Ok(StoreLocation::Sqlite(data_dir.join(FILE))),
        (None, Some(table)) => {
            let url = table.url.as_ref().ok_or_else(|| {
                let help = "or \"url_env\", \"url_file\", or the variable BRISK_DATABASE_URL";
                table.at.problem_with_help("[database] has no \"url\"", help)
            })?;
            (table.at.clone(), url.resolve(environment)?)
        }
    };
    let url = DatabaseUrl::parse(url.expose()).ok_or_else(|| {
        at.problem_with_help(
            "this is not the URL of a PostgreSQL database: postgres://user:password@host/database",
            "without one, Brisk's own records are in a SQLite file in the data directory",
        )
    })?;
    Ok(StoreLocation::Postgres(url))
}
