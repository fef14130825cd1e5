//! `[redis]`: the Redis that several Brisk processes share.

use super::environment::Environment;
use super::secret::Secret;
use super::secret_location::SecretLocation;
use brisk_cache::RedisConfig;
use brisk_toml_reader::{Fields, Place, Problem, Problems};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the file says about Redis.
#[derive(Debug)]
pub(super) struct RedisTable {
    at: Place,
    url: Option<SecretLocation>,
    prefix: Option<String>,
    timeout: Option<Duration>,
    lease: Option<Duration>,
    replicas: Option<u8>,
    ca: Option<PathBuf>,
}

const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(10);
const LEASE: RangeInclusive<Duration> = Duration::from_millis(500)..=Duration::from_secs(60);
const REPLICAS: RangeInclusive<u8> = 0..=5;

impl RedisTable {
    /// Reads `[redis]`; `base` is the folder of the file.
    pub(super) fn read(table: &Fields<'_>, base: &Path, problems: &mut Problems<'_>) -> Self {
        let example = "1 to 64 letters, digits and the characters : - _ . such as \"brisk:\"";
        let url = SecretLocation::read(table, base, problems);
        let prefix = table.expected("prefix", example, prefix, problems);
        let timeout = table.duration("timeout", TIMEOUT, problems);
        let lease = table.duration("lease", LEASE, problems);
        let replicas = table.whole("replicas", REPLICAS, problems);
        let inside = |text: &str| (!text.is_empty()).then(|| base.join(text));
        let ca = table.expected("ca", "the path of a file of certificates", inside, problems);
        table.finish(problems);
        Self { at: problems.place(table.span()), url, prefix, timeout, lease, replicas, ca }
    }
}

/// The prefix, without braces: these would decide which hash slot of a cluster the keys are in.
fn prefix(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || ":-_.".contains(c);
    ((1..=64).contains(&text.len()) && text.chars().all(fits)).then(|| text.to_owned())
}

/// The Redis to use, if any: `url`, from a flag or a variable, overrides the file's.
pub(super) fn layered(
    table: Option<&RedisTable>,
    url: Option<&Secret>,
    environment: &Environment,
) -> Result<Option<RedisConfig>, Problem> {
    let url = match (url.filter(|url| !url.is_empty()), table) {
        (Some(url), _) => url.clone(),
        (None, None) => return Ok(None),
        (None, Some(table)) => {
            let url = table.url.as_ref().ok_or_else(|| {
                let help = "or \"url_env\", \"url_file\", or the variable BRISK_REDIS_URL";
                table.at.problem_with_help("[redis] has no \"url\"", help)
            })?;
            url.resolve(environment)?
        }
    };
    let mut config = RedisConfig::parse(url.expose().trim());
    if let Some(table) = table {
        config.prefix = table.prefix.clone().unwrap_or(config.prefix);
        config.timeout = table.timeout.unwrap_or(config.timeout);
        config.lease = table.lease.unwrap_or(config.lease);
        config.replicas = table.replicas.unwrap_or(config.replicas);
        config.ca.clone_from(&table.ca);
    }
    Ok(Some(config))
}
