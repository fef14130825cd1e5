//! The configuration: a TOML file, environment variables over it, flags over both.
//!
//! - [`Settings::read`] merges the layers; [`Flags`] are the top one, in which clap has already put
//!   flags over their variables;
//! - `file` reads `brisk.toml` through [`brisk_toml_reader`], which reports wrong types and unknown keys at
//!   their place; `account_limits`, `app_sources`, `audit`, `auth` with `oidc`, `proxy_users` and `rules`,
//!   [`cache`], [`clients`], `connections`, `jobs`, `outgoing`, `redis`, [`sources`] (with [`noticing`]), `store`
//!   and [`webhooks`] are its tables, `names` and `secret_key` keys beside them;
//! - [`secret`] keeps URLs out of messages, `secret_location` finds them where the file says they are;
//!   [`environment`] is the variables as a value;
//! - [`database`] is the one database that is written to, by `brisk import`; no file declares it.
//!
//! To add a setting: read it in the file of its table, give it a default there, and describe it
//! in `docs/operating.md`.

mod account_limits;
pub mod app_sources;
mod audit;
mod auth;
pub mod cache;
mod channels;
pub mod clients;
mod connections;
pub mod database;
pub mod environment;
mod error;
mod file;
mod jobs;
mod mail;
mod names;
pub mod noticing;
mod oidc;
mod outgoing;
mod proxy_users;
mod redis;
mod rules;
pub mod secret;
mod secret_key;
mod secret_location;
pub mod sources;
mod store;
pub mod webhooks;

pub use account_limits::AccountLimits;
pub use app_sources::AppSourceRules;
pub use auth::AuthLimits;
pub use cache::CacheSettings;
pub use channels::ChannelSettings;
pub use clients::ClientLimits;
pub use environment::Environment;
pub use error::ConfigError;
pub use secret::Secret;
pub use sources::{Location, SourceSettings};

use crate::auth::openid::settings::ProviderSettings;
use crate::connections::limits::Limits;
use crate::hooks::hook::Hook;
use crate::http::client::TrustedProxies;
use crate::http::own_names::OwnNames;
use brisk_cache::RedisConfig;
use brisk_domain::{ChannelName, SourceName, WebhookName};
use brisk_engine::Policies;
use brisk_outgoing::AllowedNames;
use brisk_store::{KeyOrigin, SecretKey, StoreLocation};
use brisk_toml_reader::{Place, Problem};
use file::File;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The top layer: flags, and below them the variables of the same names.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The file; without it, `brisk.toml` in the working directory, if it exists.
    pub config: Option<PathBuf>,
    /// The address to listen on.
    pub listen: Option<SocketAddr>,
    /// The address of the figures alone.
    pub metrics_listen: Option<SocketAddr>,
    /// Where Brisk keeps its own data.
    pub data_dir: Option<PathBuf>,
    /// The dashboards as code.
    pub dashboards_dir: Option<PathBuf>,
    /// The built frontend.
    pub assets_dir: Option<PathBuf>,
    /// The shared Redis.
    pub redis_url: Option<Secret>,
    /// The PostgreSQL database of Brisk's own records.
    pub database_url: Option<Secret>,
    /// NAME=PATH or NAME=URL.
    pub sources: Vec<Secret>,
    /// SQLite files of Brisk's own in the data directory, each a source of that name.
    pub own_files: Vec<(SourceName, PathBuf)>,
}

/// The configuration, with all layers merged.
#[derive(Debug)]
pub struct Settings {
    /// The file that was read, if any.
    pub file: Option<PathBuf>,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address of the figures alone, if there is one.
    pub metrics_listen: Option<SocketAddr>,
    /// Where Brisk keeps its own data.
    pub data_dir: PathBuf,
    /// The dashboards as code.
    pub dashboards_dir: PathBuf,
    /// The built frontend.
    pub assets_dir: PathBuf,
    /// The proxies that say whom they ask for.
    pub trusted_proxies: TrustedProxies,
    /// How much one client may ask for.
    pub clients: ClientLimits,
    /// How much one account may ask for.
    pub account_limits: AccountLimits,
    /// Which databases may be added in the app.
    pub app_sources: AppSourceRules,
    /// The hosts that the server's own requests may ask although their addresses are private.
    pub outgoing: AllowedNames,
    /// The names that the server answers to.
    pub own_names: OwnNames,
    /// The limits of connections.
    pub connections: Limits,
    /// How long people stay signed in.
    pub auth: AuthLimits,
    provider: Option<Result<Arc<ProviderSettings>, Problem>>,
    /// The cache.
    pub cache: CacheSettings,
    /// Where Brisk's own records are; or what is wrong with it, which matters only to commands that
    /// need them.
    pub store: Result<StoreLocation, Problem>,
    /// Where the key of the secrets in them comes from; or what is wrong with it.
    pub secret_key: Result<KeyOrigin, Problem>,
    /// The key before it, while it is changed; or what is wrong with it.
    pub old_secret_key: Result<Option<SecretKey>, Problem>,
    /// How long the audit log is kept.
    pub audit_retention: Duration,
    /// How many background jobs this server does at a time.
    pub job_workers: usize,
    mail: Option<Result<brisk_delivery::mail::Settings, Problem>>,
    channels: BTreeMap<ChannelName, Result<ChannelSettings, Problem>>,
    /// The shared Redis, if any; or what is wrong with it, which matters only to commands that
    /// connect.
    pub redis: Result<Option<RedisConfig>, Problem>,
    /// The databases that panels read.
    pub sources: BTreeMap<SourceName, SourceSettings>,
    /// The webhooks; or what is wrong with a secret, which matters only to a server.
    pub webhooks: BTreeMap<WebhookName, Result<Hook, Problem>>,
}

/// The file that is read by default.
const FILE: &str = "brisk.toml";
/// The default address.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

impl Settings {
    /// The file with the rollups of a SQLite source.
    pub fn rollup_file(&self, source: &SourceName) -> PathBuf {
        let own = self.sources.get(source).and_then(|source| source.rollup_file.clone());
        own.unwrap_or_else(|| self.data_dir.join("rollups").join(format!("{source}.sqlite")))
    }

    /// Reads the file and puts the environment and the flags over it.
    pub fn read(flags: &Flags, environment: &Environment) -> Result<Self, ConfigError> {
        let (path, file) = match read_file(flags.config.as_deref())? {
            Some((path, file)) => (Some(path), file),
            None => (None, File::default()),
        };
        let folder = |flag: &Option<PathBuf>, file: Option<PathBuf>, usual: &str| {
            flag.clone().or(file).unwrap_or_else(|| usual.into())
        };
        let data_dir = folder(&flags.data_dir, file.data_dir, "data");
        let sources = sources::layered(&file.sources, &flags.sources, environment);
        let mut sources = sources.map_err(ConfigError)?;
        for (name, own_file) in &flags.own_files {
            sources::add_own(&mut sources, &file.sources, name, data_dir.join(own_file));
        }
        let webhooks = webhooks::layered(&file.webhooks, environment).map_err(ConfigError)?;
        let database_url = flags.database_url.as_ref();
        let store = store::layered(file.database.as_ref(), database_url, &data_dir, environment);
        let secret_key = secret_key::layered(file.secret_key.as_ref(), &data_dir, environment);
        let old_secret_key = secret_key::layered_old(file.old_secret_key.as_ref(), environment);
        let own_names = file.names.layered(environment)?;
        let listen = flags.listen.or(file.listen).unwrap_or(LISTEN);
        if let Some(oidc) = &file.oidc
            && own_names.public().is_none()
            && !listen.ip().is_loopback()
        {
            let message = "[auth.oidc] needs \"public_url\": the provider leads people back there";
            return Err(oidc.at.problem(message).into());
        }
        let mail = file.mail.as_ref().map(|mail| mail.resolved(environment));
        let channels = file.channels.iter();
        let channels =
            channels.map(|(name, table)| (name.clone(), table.resolved(environment))).collect();
        let provider = file.oidc.as_ref().map(|oidc| oidc.resolved(&file.outgoing, environment));
        Ok(Self {
            file: path,
            listen,
            metrics_listen: flags.metrics_listen.or(file.metrics_listen),
            data_dir,
            dashboards_dir: folder(&flags.dashboards_dir, file.dashboards_dir, "dashboards"),
            assets_dir: folder(&flags.assets_dir, file.assets_dir, "target/site"),
            trusted_proxies: file.trusted_proxies,
            clients: file.clients,
            account_limits: file.account_limits,
            app_sources: file.app_sources,
            outgoing: file.outgoing,
            own_names,
            connections: file.connections,
            auth: file.auth,
            provider,
            cache: file.cache,
            store,
            secret_key,
            old_secret_key,
            audit_retention: file.audit_retention.unwrap_or(audit::USUAL),
            job_workers: file.job_workers.unwrap_or(jobs::USUAL),
            mail,
            channels,
            redis: redis::layered(file.redis.as_ref(), flags.redis_url.as_ref(), environment),
            sources,
            webhooks,
        })
    }

    /// The webhooks, with their secrets.
    pub fn hooks(&self) -> Result<BTreeMap<WebhookName, Hook>, ConfigError> {
        let hooks = self.webhooks.iter().map(|(name, hook)| Ok((name.clone(), hook.clone()?)));
        hooks.collect::<Result<_, Problem>>().map_err(ConfigError::from)
    }

    /// The server that takes mail, with its password.
    pub fn mail(&self) -> Result<Option<brisk_delivery::mail::Settings>, ConfigError> {
        self.mail.clone().transpose().map_err(ConfigError::from)
    }

    /// Where reports are sent besides mail, with the secrets.
    pub fn channels(&self) -> Result<BTreeMap<ChannelName, ChannelSettings>, ConfigError> {
        let channels = self.channels.iter();
        let channels = channels.map(|(name, channel)| Ok((name.clone(), channel.clone()?)));
        channels.collect::<Result<_, Problem>>().map_err(ConfigError::from)
    }

    /// The OpenID provider, with what this server shows there.
    pub fn provider(&self) -> Result<Option<Arc<ProviderSettings>>, ConfigError> {
        self.provider.clone().transpose().map_err(ConfigError::from)
    }

    /// Where Brisk's own records are.
    pub fn store(&self) -> Result<StoreLocation, ConfigError> {
        self.store.clone().map_err(ConfigError::from)
    }

    /// Where the key of the secrets in them comes from.
    pub fn secret_key(&self) -> Result<KeyOrigin, ConfigError> {
        self.secret_key.clone().map_err(ConfigError::from)
    }

    /// The key before it, while it is changed.
    pub fn old_secret_key(&self) -> Result<Option<SecretKey>, ConfigError> {
        self.old_secret_key.clone().map_err(ConfigError::from)
    }

    /// The shared Redis, if one is configured.
    pub fn redis(&self) -> Result<Option<RedisConfig>, ConfigError> {
        self.redis.clone().map_err(ConfigError::from)
    }

    /// The policies of the global default and of the sources.
    pub fn policies(&self) -> Policies {
        let sources = self.sources.iter().map(|(name, source)| (name.clone(), source.policy));
        let sources = sources.collect();
        Policies { default: self.cache.policy, sources, ..Policies::default() }
    }
}

/// The named file, which must exist, or the default one if it exists.
fn read_file(named: Option<&Path>) -> Result<Option<(PathBuf, File)>, ConfigError> {
    let path = named.unwrap_or(Path::new(FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(None);
        }
        Err(error) => {
            let at = Place::named(path.display().to_string());
            let message = format!("the configuration file cannot be read: {error}");
            return Err(at.problem(message).into());
        }
    };
    let file = File::parse(path, &text)?;
    Ok(Some((path.to_owned(), file)))
}
