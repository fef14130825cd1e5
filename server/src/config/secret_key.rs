//! `secret_key`: what secrets in Brisk's own database are encrypted under. `BRISK_SECRET_KEY` overrides
//! the file; without either, it is in the data directory, where the first start generates it.

use super::environment::Environment;
use super::secret::Secret;
use super::secret_location::SecretLocation;
use brisk_store::{KeyOrigin, SecretKey};
use brisk_toml_reader::{Fields, Place, Problem, Problems};
use std::path::Path;

const VARIABLE: &str = "BRISK_SECRET_KEY";
const OLD_VARIABLE: &str = "BRISK_OLD_SECRET_KEY";
/// The file in the data directory.
const FILE: &str = "secret.key";

/// Reads `secret_key`, `secret_key_env` or `secret_key_file` of the file's top level.
pub(super) fn read(
    top: &Fields<'_>,
    base: &Path,
    problems: &mut Problems<'_>,
) -> Option<SecretLocation> {
    SecretLocation::read_keys(
        ["secret_key", "secret_key_env", "secret_key_file"],
        top,
        base,
        problems,
    )
}

/// Reads `old_secret_key` and the like: the key before, while it is changed.
pub(super) fn read_old(
    top: &Fields<'_>,
    base: &Path,
    problems: &mut Problems<'_>,
) -> Option<SecretLocation> {
    SecretLocation::read_keys(
        ["old_secret_key", "old_secret_key_env", "old_secret_key_file"],
        top,
        base,
        problems,
    )
}

/// The key before, if one is given.
pub(super) fn layered_old(
    file: Option<&SecretLocation>,
    environment: &Environment,
) -> Result<Option<SecretKey>, Problem> {
    let (at, secret) = match (environment.get(OLD_VARIABLE), file) {
        (Some(text), _) => (Place::named(OLD_VARIABLE), Secret::from(text)),
        (None, Some(file)) => (file.at.clone(), file.resolve(environment)?),
        (None, None) => return Ok(None),
    };
    let key = SecretKey::parse(secret.expose());
    key.map(Some).map_err(|error| at.problem(error.to_string()))
}

/// Where the key comes from.
pub(super) fn layered(
    file: Option<&SecretLocation>,
    data_dir: &Path,
    environment: &Environment,
) -> Result<KeyOrigin, Problem> {
    let (at, secret) = match (environment.get(VARIABLE), file) {
        (Some(text), _) => (Place::named(VARIABLE), Secret::from(text)),
        (None, Some(file)) => (file.at.clone(), file.resolve(environment)?),
        (None, None) => return Ok(KeyOrigin::File(data_dir.join(FILE))),
    };
    let key = SecretKey::parse(secret.expose());
    key.map(KeyOrigin::Given).map_err(|error| at.problem(error.to_string()))
}
