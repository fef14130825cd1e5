//! `brisk.toml`: its top level. All that is wrong with it is found in one go.

use super::account_limits::AccountLimits;
use super::app_sources::AppSourceRules;
use super::audit;
use super::auth::AuthLimits;
use super::cache::CacheSettings;
use super::channels::ChannelTable;
use super::clients::{self, ClientLimits};
use super::connections;
use super::error::ConfigError;
use super::jobs;
use super::mail::MailTable;
use super::names::NamesInFile;
use super::oidc::OidcTable;
use super::outgoing;
use super::redis::RedisTable;
use super::secret::may_hold_password;
use super::secret_key;
use super::secret_location::SecretLocation;
use super::sources::SourceTable;
use super::store::DatabaseTable;
use super::webhooks::WebhookTable;
use crate::connections::limits::Limits;
use crate::http::client::TrustedProxies;
use brisk_domain::{ChannelName, SourceName, WebhookName};
use brisk_outgoing::AllowedNames;
use brisk_toml_reader::{Fields, Problems, TomlFile};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the file says; paths are no longer relative to it.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) listen: Option<SocketAddr>,
    pub(super) metrics_listen: Option<SocketAddr>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) dashboards_dir: Option<PathBuf>,
    pub(super) assets_dir: Option<PathBuf>,
    pub(super) trusted_proxies: TrustedProxies,
    pub(super) clients: ClientLimits,
    pub(super) account_limits: AccountLimits,
    pub(super) app_sources: AppSourceRules,
    pub(super) outgoing: AllowedNames,
    pub(super) names: NamesInFile,
    pub(super) connections: Limits,
    pub(super) auth: AuthLimits,
    pub(super) oidc: Option<OidcTable>,
    pub(super) cache: CacheSettings,
    pub(super) redis: Option<RedisTable>,
    pub(super) database: Option<DatabaseTable>,
    pub(super) secret_key: Option<SecretLocation>,
    pub(super) old_secret_key: Option<SecretLocation>,
    pub(super) audit_retention: Option<Duration>,
    pub(super) job_workers: Option<usize>,
    pub(super) mail: Option<MailTable>,
    pub(super) channels: BTreeMap<ChannelName, ChannelTable>,
    pub(super) sources: BTreeMap<SourceName, SourceTable>,
    pub(super) webhooks: BTreeMap<WebhookName, WebhookTable>,
}

impl File {
    /// Reads the text of the file at `path`.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let base = path.parent().unwrap_or(Path::new(""));
        let file = TomlFile::new(&name, text).hiding(may_hold_password);
        file.read("the top of the file", |top, problems| Some(Self::read(top, base, problems)))
            .map_err(ConfigError)
    }

    fn read(top: &Fields<'_>, base: &Path, problems: &mut Problems<'_>) -> Self {
        let address = "an address and a port such as \"127.0.0.1:3000\"";
        let listen = top.expected("listen", address, |text| text.parse().ok(), problems);
        let address = "an address and a port such as \"127.0.0.1:9464\"";
        let metrics_listen =
            top.expected("metrics_listen", address, |text| text.parse().ok(), problems);
        let mut folder = |key| {
            let inside = |text: &str| (!text.is_empty()).then(|| base.join(text));
            top.expected(key, "the path of a folder", inside, problems)
        };
        let data_dir = folder("data_dir");
        let dashboards_dir = folder("dashboards_dir");
        let assets_dir = folder("assets_dir");
        let trusted_proxies = clients::trusted_proxies(top, problems);
        let clients = top.table("clients", "[clients]", problems);
        let clients = clients.map(|table| ClientLimits::read(&table, problems));
        let account_limits = top.table("account_limits", "[account_limits]", problems);
        let account_limits = account_limits.map(|table| AccountLimits::read(&table, problems));
        let app_sources = top.table("app_sources", "[app_sources]", problems);
        let app_sources = app_sources.map(|table| AppSourceRules::read(&table, base, problems));
        let outgoing = top.table("outgoing", "[outgoing]", problems);
        let outgoing = outgoing.map(|table| outgoing::read(&table, problems));
        let names = NamesInFile::read(top, problems);
        let connections = top.table("connections", "[connections]", problems);
        let connections = connections.map(|table| connections::read(&table, problems));
        let auth = top.table("auth", "[auth]", problems);
        let auth = auth.map(|table| AuthLimits::read(&table, base, problems));
        let (auth, oidc) = auth.unwrap_or_default();
        let cache = top.table("cache", "[cache]", problems);
        let cache = cache.map(|table| CacheSettings::read(&table, problems));
        let redis = top.table("redis", "[redis]", problems);
        let redis = redis.map(|table| RedisTable::read(&table, base, problems));
        let database = top.table("database", "[database]", problems);
        let database = database.map(|table| DatabaseTable::read(&table, base, problems));
        let secret_key = secret_key::read(top, base, problems);
        let old_secret_key = secret_key::read_old(top, base, problems);
        let audit = top.table("audit", "[audit]", problems);
        let audit_retention = audit.map(|table| audit::read(&table, problems));
        let jobs = top.table("jobs", "[jobs]", problems);
        let job_workers = jobs.map(|table| jobs::read(&table, problems));
        let mail = top.table("mail", "[mail]", problems);
        let mail = mail.and_then(|table| MailTable::read(&table, base, problems));
        let channels = top.table("channel", "[channel]", problems);
        let channels = channels.map(|table| ChannelTable::read_all(&table, base, problems));
        let sources = top.table("source", "[source]", problems);
        let sources = sources.map(|table| SourceTable::read_all(&table, base, problems));
        let webhooks = top.table("webhook", "[webhook]", problems);
        let webhooks = webhooks.map(|table| WebhookTable::read_all(&table, base, problems));
        top.finish(problems);
        Self {
            listen,
            metrics_listen,
            data_dir,
            dashboards_dir,
            assets_dir,
            trusted_proxies,
            clients: clients.unwrap_or_default(),
            account_limits: account_limits.unwrap_or_default(),
            app_sources: app_sources.unwrap_or_default(),
            outgoing: outgoing.unwrap_or_default(),
            names,
            connections: connections.unwrap_or_default(),
            auth,
            oidc,
            cache: cache.unwrap_or_default(),
            redis,
            database,
            secret_key,
            old_secret_key,
            audit_retention,
            job_workers,
            mail,
            channels: channels.unwrap_or_default(),
            sources: sources.unwrap_or_default(),
            webhooks: webhooks.unwrap_or_default(),
        }
    }
}
