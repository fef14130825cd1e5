//! The one database that is written to, by `brisk import`: `--into`, `--into-env` and
//! `--into-file`. No file declares it.

use super::environment::Environment;
use super::error::ConfigError;
use super::secret::Secret;
use super::secret_location::SecretLocation;
use super::sources::Location;
use brisk_toml_reader::Place;
use std::path::Path;

/// Where the database is: its URL or path itself, the variable that holds it, or the file that
/// does. Messages do not repeat the URL.
pub fn location(
    given: Option<&Secret>,
    variable: Option<&str>,
    file: Option<&Path>,
    environment: &Environment,
) -> Result<Location, ConfigError> {
    let located = match (given, variable, file) {
        (_, Some(name), _) => SecretLocation::variable(Place::named("--into-env"), name),
        (_, _, Some(path)) => SecretLocation::file(Place::named("--into-file"), path),
        // Clap refuses a command line with none of the three.
        (given, None, None) => {
            let given = given.cloned().unwrap_or_else(|| Secret::from(""));
            SecretLocation::given(Place::named("--into"), given)
        }
    };
    let secret = located.resolve(environment)?;
    if secret.is_empty() {
        return Err(located.at.problem("it is empty").into());
    }
    let location = Location::parse(secret.expose(), located.base());
    Ok(location.map_err(|message| located.at.problem(message))?)
}
