//! `--into`, `--into-env`, `--into-file`: the database that `brisk import` writes to.

use super::environment::Environment;
use super::error::ConfigError;
use super::secret::{Located, Secret};
use super::sources::Location;
use brisk_toml_reader::Place;
use std::path::PathBuf;

/// Where a file is loaded into.
#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = false)]
pub struct IntoArguments {
    /// The database: the path of a SQLite file, made if it is not there;
    /// postgres://user:password@host/database; or mysql://user:password@host/database. Other
    /// users of the machine can see flags: a URL with a password is better kept elsewhere.
    #[arg(long, value_name = "PATH_OR_URL")]
    pub into: Option<Secret>,
    /// The environment variable that holds the database's URL.
    #[arg(long, value_name = "NAME")]
    pub into_env: Option<String>,
    /// The file that holds the database's URL.
    #[arg(long, value_name = "FILE")]
    pub into_file: Option<PathBuf>,
}

impl IntoArguments {
    /// Where the database is. Messages do not repeat the URL.
    pub fn location(&self, environment: &Environment) -> Result<Location, ConfigError> {
        let located = match (&self.into, &self.into_env, &self.into_file) {
            (_, Some(name), _) => Located::variable(Place::named("--into-env"), name),
            (_, _, Some(path)) => Located::file(Place::named("--into-file"), path),
            // Nothing at all the command line refuses.
            (into, None, None) => {
                let into = into.clone().unwrap_or_else(|| Secret::from(""));
                Located::given(Place::named("--into"), into)
            }
        };
        let secret = located.resolve(environment)?;
        if secret.is_empty() {
            return Err(located.at.problem("it is empty").into());
        }
        let location = Location::parse(secret.expose(), located.base());
        Ok(location.map_err(|message| located.at.problem(message))?)
    }
}
