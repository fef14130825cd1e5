//! `[webhook.NAME]` and `BRISK_WEBHOOK_NAME`: the webhooks, and the tags that each may invalidate.

use super::environment::Environment;
use super::secret::shown;
use super::secret_location::SecretLocation;
use super::sources::in_variables;
use crate::hooks::allowed::Pattern;
use crate::hooks::hook::Hook;
use brisk_domain::{SourceName, WebhookName};
use brisk_signature::SigningKey;
use brisk_toml_reader::{Fields, Place, Problem, Problems};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

/// What the variables' names begin with.
const VARIABLE: &str = "BRISK_WEBHOOK_";
/// The range of the limit of deliveries a minute.
pub(crate) const PER_MINUTE: RangeInclusive<u32> = 1..=1_000_000;
const SECRET_KEYS: [&str; 3] = ["secret", "secret_env", "secret_file"];

/// What the file says about a webhook.
#[derive(Debug)]
pub(super) struct WebhookTable {
    at: Place,
    secret: Option<SecretLocation>,
    allow: Option<Vec<Pattern>>,
    per_minute: Option<u32>,
    source: Option<SourceName>,
}

impl WebhookTable {
    /// Reads all of `[webhook.NAME]`; `base` is the folder of the file.
    pub(super) fn read_all(
        webhooks: &Fields<'_>,
        base: &Path,
        problems: &mut Problems<'_>,
    ) -> BTreeMap<WebhookName, Self> {
        let mut declared = BTreeMap::new();
        for (key, table) in webhooks.named_tables("webhook", problems) {
            let at = problems.place(table.span());
            let secret = SecretLocation::read_keys(SECRET_KEYS, &table, base, problems);
            let allow = allow(&table, problems);
            let per_minute = table.whole("per_minute", PER_MINUTE, problems);
            let source = table.parsed("source", SourceName::parse, problems);
            table.finish(problems);
            match WebhookName::parse(key) {
                Ok(name) => {
                    _ = declared.insert(name, Self { at, secret, allow, per_minute, source });
                }
                Err(_) => problems.add(webhooks.key_place(key), bad_name(key)),
            }
        }
        declared
    }
}

fn allow(table: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Vec<Pattern>> {
    let mut patterns = Vec::new();
    for text in table.texts("allow", "a list of texts", problems)? {
        match Pattern::parse(text) {
            Some(pattern) => patterns.push(pattern),
            None => {
                let message =
                    format!("{} in \"allow\" of {} is no tag", shown(text), table.title());
                let help = "for example \"table:shop.*\", \"dashboard:sales\" or \"all\"";
                problems.add_with_help(table.place("allow"), message, help);
            }
        }
    }
    Some(patterns)
}

/// All webhooks: variables take precedence over the file. A problem of a secret matters only to a
/// server.
pub(super) fn layered(
    file: &BTreeMap<WebhookName, WebhookTable>,
    environment: &Environment,
) -> Result<BTreeMap<WebhookName, Result<Hook, Problem>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let parse = |name: &str| WebhookName::parse(name).map_err(|_| bad_name(name));
    let variables = in_variables(VARIABLE, parse, environment, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let names = file.keys().chain(variables.keys());
    let hooks = names.map(|name| {
        let table = file.get(name);
        let secret = variables.get(name).or(table.and_then(|table| table.secret.as_ref()));
        let keys = match (secret, table) {
            (Some(secret), _) => keys(name, secret, environment),
            (None, table) => Err(without_secret(name, table)),
        };
        let allow = table.and_then(|table| table.allow.clone());
        let hook = keys.map(|keys| Hook {
            per_minute: table.and_then(|table| table.per_minute),
            source: table.and_then(|table| table.source.clone()),
            ..Hook::declared(keys, allow)
        });
        (name.clone(), hook)
    });
    Ok(hooks.collect())
}

/// The secrets, separated by blanks; none of them is repeated in a message.
fn keys(
    name: &WebhookName,
    secret: &SecretLocation,
    environment: &Environment,
) -> Result<Vec<SigningKey>, Problem> {
    let text = secret.resolve(environment)?;
    let keys: Result<Vec<SigningKey>, _> =
        text.expose().split_whitespace().map(SigningKey::parse).collect();
    match keys {
        Ok(keys) if !keys.is_empty() => Ok(keys),
        Ok(_) => Err(secret.at.problem(format!("webhook \"{name}\": its secret is empty"))),
        Err(why) => Err(secret.at.problem(format!("webhook \"{name}\": {why}"))),
    }
}

fn without_secret(name: &WebhookName, table: Option<&WebhookTable>) -> Problem {
    let at = table.map_or_else(|| Place::named(VARIABLE), |table| table.at.clone());
    let variable = format!("{VARIABLE}{}", name.as_str().to_uppercase().replace('-', "_"));
    let help = format!("or \"secret\", \"secret_file\", or the variable {variable}");
    at.problem_with_help(format!("[webhook.{name}] has no \"secret_env\""), help)
}

fn bad_name(name: &str) -> String {
    format!(
        "webhook name {} must be 1 to 64 lower-case letters, digits and hyphens, starting with a \
         letter or digit",
        shown(name)
    )
}
