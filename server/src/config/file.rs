//! `brisk.toml`: its top level. All that is wrong with it is found in one go.

use super::cache::CacheSettings;
use super::place::ConfigError;
use super::redis::RedisTable;
use super::sources::SourceTable;
use super::table::{Problems, Table};
use super::webhooks::WebhookTable;
use brisk_domain::{SourceName, WebhookName};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml_edit::Document;

/// What the file says; paths are no longer relative to it.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) listen: Option<SocketAddr>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) dashboards_dir: Option<PathBuf>,
    pub(super) assets_dir: Option<PathBuf>,
    pub(super) cache: CacheSettings,
    pub(super) redis: Option<RedisTable>,
    pub(super) sources: BTreeMap<SourceName, SourceTable>,
    pub(super) webhooks: BTreeMap<WebhookName, WebhookTable>,
}

impl File {
    /// Reads the text of the file at `path`.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let mut problems = Problems::of(&name, text);
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                // Its message alone: the whole error repeats the line, which may hold a password.
                problems.add(error.span(), format!("this is not TOML: {}", error.message()));
                return Err(ConfigError(problems.into_sorted()));
            }
        };
        let base = path.parent().unwrap_or(Path::new(""));
        let file = Self::read(&Table::root(document.as_table()), base, &mut problems);
        match problems.into_sorted() {
            problems if problems.is_empty() => Ok(file),
            problems => Err(ConfigError(problems)),
        }
    }

    fn read(top: &Table<'_>, base: &Path, problems: &mut Problems<'_>) -> Self {
        let address = "an address and a port such as \"127.0.0.1:3000\"";
        let listen = top.parsed("listen", address, |text| text.parse().ok(), problems);
        let mut folder = |key| {
            let inside = |text: &str| (!text.is_empty()).then(|| base.join(text));
            top.parsed(key, "the path of a folder", inside, problems)
        };
        let data_dir = folder("data_dir");
        let dashboards_dir = folder("dashboards_dir");
        let assets_dir = folder("assets_dir");
        let cache = top.table("cache", "[cache]", problems);
        let cache = cache.map(|table| CacheSettings::read(&table, problems));
        let redis = top.table("redis", "[redis]", problems);
        let redis = redis.map(|table| RedisTable::read(&table, base, problems));
        let sources = top.table("source", "[source]", problems);
        let sources = sources.map(|table| SourceTable::read_all(&table, base, problems));
        let webhooks = top.table("webhook", "[webhook]", problems);
        let webhooks = webhooks.map(|table| WebhookTable::read_all(&table, base, problems));
        top.finish(problems);
        Self {
            listen,
            data_dir,
            dashboards_dir,
            assets_dir,
            cache: cache.unwrap_or_default(),
            redis,
            sources: sources.unwrap_or_default(),
            webhooks: webhooks.unwrap_or_default(),
        }
    }
}
