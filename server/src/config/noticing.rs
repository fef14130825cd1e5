//! How Brisk notices on its own that a source's tables have changed: `listen`, `listen_url` and
//! `[source.NAME.watch.WATCH]`.

use super::environment::Environment;
use super::secret::Secret;
use super::secret_location::SecretLocation;
use crate::noticing::watch::Watch;
use brisk_domain::Tag;
use brisk_toml_reader::{Fields, Problem, Problems};
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

const LISTEN_KEYS: [&str; 3] = ["listen_url", "listen_url_env", "listen_url_file"];
/// The possible paces; for anything faster, a webhook is the answer.
const PACE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(86_400);
/// How often a watched query runs, by default.
const USUAL_PACE: Duration = Duration::from_secs(30);
/// The longest name of a watched query, in bytes.
const LONGEST_NAME: usize = 64;

/// Where PostgreSQL's notifications are listened to.
#[derive(Debug, Clone, Default)]
pub enum Listening {
    /// Where its panels are read from.
    #[default]
    There,
    /// At another URL; or what is wrong with it.
    At(Result<Secret, Problem>),
    /// Nowhere.
    Off,
}

/// What the file says about it.
#[derive(Debug, Default)]
pub(super) struct NoticingKeys {
    is_off: bool,
    listen_url: Option<SecretLocation>,
    watches: Vec<Watch>,
}

impl NoticingKeys {
    /// Reads the keys of `[source.NAME]`; `base` is the folder of the file.
    pub(super) fn read(table: &Fields<'_>, base: &Path, problems: &mut Problems<'_>) -> Self {
        let is_off = table.has("listen") && !table.flag("listen", problems);
        let listen_url = SecretLocation::read_keys(LISTEN_KEYS, table, base, problems);
        let title = format!("\"watch\" of {}", table.title());
        let watches = table.table("watch", &title, problems);
        let watches = watches.map(|watches| read_watches(&watches, problems));
        Self { is_off, listen_url, watches: watches.unwrap_or_default() }
    }

    pub(super) fn listening(&self, environment: &Environment) -> Listening {
        match (&self.listen_url, self.is_off) {
            (_, true) => Listening::Off,
            (Some(url), false) => Listening::At(url.resolve(environment)),
            (None, false) => Listening::There,
        }
    }

    pub(super) fn watches(&self) -> Vec<Watch> {
        self.watches.clone()
    }
}

fn read_watches(watches: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<Watch> {
    let mut read = Vec::new();
    for (name, table) in watches.named_tables("watch", problems) {
        if name.is_empty() || name.len() > LONGEST_NAME || name.contains(char::is_control) {
            let message = format!("the name of a watched query has 1 to {LONGEST_NAME} characters");
            problems.add(watches.key_place(name), message);
        }
        let sql = table.required_text("sql", problems).unwrap_or_default().to_owned();
        let pace = table.seconds("every", PACE, problems).unwrap_or(USUAL_PACE);
        let tags = table.texts("tags", "a list of tags", problems);
        let tags = tags.map(|tags| {
            let parsed = tags.iter().filter_map(|text| match Tag::parse(text) {
                Ok(tag) => Some(tag),
                Err(error) => {
                    problems.add(table.place("tags"), error.to_string());
                    None
                }
            });
            parsed.collect::<Vec<Tag>>()
        });
        table.finish(problems);
        read.push(Watch { name: name.to_owned(), sql, pace, tags });
    }
    read
}
