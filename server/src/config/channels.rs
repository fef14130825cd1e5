//! `[channel.NAME]`: where reports are sent besides mail: a chat, a webhook, a folder.

use super::environment::Environment;
use super::secret_location::SecretLocation;
use brisk_delivery::Secret;
use brisk_domain::ChannelName;
use brisk_toml_reader::{Fields, Place, Problem, Problems};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const CHAT_KEYS: [&str; 3] = ["chat", "chat_env", "chat_file"];
const WEBHOOK_KEYS: [&str; 3] = ["webhook", "webhook_env", "webhook_file"];
const SECRET_KEYS: [&str; 3] = ["secret", "secret_env", "secret_file"];

/// Where a channel leads.
#[derive(Debug, Clone)]
pub enum ChannelSettings {
    /// A chat that takes Slack's format, at this address.
    Chat(Secret),
    /// A program at this address, which knows one of the secrets.
    Webhook(Secret, Vec<Secret>),
    /// A folder of this machine.
    Folder(PathBuf),
}

/// What the file says about a channel.
#[derive(Debug)]
pub(super) struct ChannelTable {
    at: Place,
    chat: Option<SecretLocation>,
    webhook: Option<SecretLocation>,
    secret: Option<SecretLocation>,
    folder: Option<PathBuf>,
}

impl ChannelTable {
    /// Reads all of `[channel.NAME]`; `base` is the folder of the file.
    pub(super) fn read_all(
        channels: &Fields<'_>,
        base: &Path,
        problems: &mut Problems<'_>,
    ) -> BTreeMap<ChannelName, Self> {
        let mut declared = BTreeMap::new();
        for (key, table) in channels.named_tables("channel", problems) {
            let at = problems.place(table.span());
            let chat = SecretLocation::read_keys(CHAT_KEYS, &table, base, problems);
            let webhook = SecretLocation::read_keys(WEBHOOK_KEYS, &table, base, problems);
            let secret = SecretLocation::read_keys(SECRET_KEYS, &table, base, problems);
            let inside = |text: &str| (!text.is_empty()).then(|| base.join(text));
            let folder = table.expected("folder", "the path of a folder", inside, problems);
            let kinds = [chat.is_some(), webhook.is_some(), folder.is_some()];
            if kinds.into_iter().filter(|is_given| *is_given).count() != 1 {
                let message = format!(
                    "{} leads to one of \"chat_env\", \"webhook_env\" and \"folder\"",
                    table.title()
                );
                problems.add(table.span(), message);
            }
            if webhook.is_some() != secret.is_some() {
                let message = format!("{} has a \"secret_env\" if it is a webhook", table.title());
                problems.add(table.span(), message);
            }
            table.finish(problems);
            match ChannelName::parse(key) {
                Ok(name) => {
                    _ = declared.insert(name, Self { at, chat, webhook, secret, folder });
                }
                Err(error) => problems.add(channels.key_place(key), error.to_string()),
            }
        }
        declared
    }

    /// Where it leads, with its secrets.
    pub(super) fn resolved(&self, environment: &Environment) -> Result<ChannelSettings, Problem> {
        let resolved = |one: &SecretLocation| {
            one.resolve(environment).map(|secret| Secret::from(secret.expose()))
        };
        match (&self.chat, &self.webhook, &self.folder) {
            (Some(chat), _, _) => resolved(chat).map(ChannelSettings::Chat),
            (_, Some(webhook), _) => {
                let secrets = self.secret.as_ref().map(resolved).transpose()?;
                let secrets = secrets.iter().flat_map(|text| text.expose().split_whitespace());
                let secrets = secrets.map(Secret::from).collect();
                Ok(ChannelSettings::Webhook(resolved(webhook)?, secrets))
            }
            (_, _, Some(folder)) => Ok(ChannelSettings::Folder(folder.clone())),
            (None, None, None) => Err(self.at.problem("this channel leads nowhere")),
        }
    }
}
