//! [`RedisConfig`]: where the shared tier is.

use std::path::PathBuf;
use std::time::Duration;

/// Where the shared tier is, and how long to wait for it.
#[derive(Clone)]
pub struct RedisConfig {
    /// `redis://user:password@host:6379/0`, `rediss://` for TLS; several nodes of a cluster
    /// separated by commas.
    pub urls: Vec<String>,
    /// Whether the nodes form a Redis Cluster.
    pub cluster: bool,
    /// The prefix of every key.
    pub prefix: String,
    /// How long one operation may take.
    pub timeout: Duration,
    /// A PEM file with the certificate authorities to trust for `rediss://`; without it, those that
    /// the machine trusts. Read once, at the start.
    pub ca: Option<PathBuf>,
    /// How many replicas of a master have to have an invalidation before it is acknowledged: one that only
    /// a master has is lost with it.
    pub replicas: u8,
    /// How long a leader that died keeps the others waiting; a live one renews its lease.
    pub lease: Duration,
}

impl RedisConfig {
    /// One URL, or several separated by commas, which are the seed nodes of a cluster. A cluster
    /// with one seed node is `cluster+redis://…`.
    pub fn parse(text: &str) -> Self {
        let plain = text.strip_prefix("cluster+").unwrap_or(text);
        let urls: Vec<String> = plain
            .split(',')
            .map(|url| url.trim().to_owned())
            .filter(|url| !url.is_empty())
            .collect();
        Self {
            cluster: plain.len() < text.len() || urls.len() > 1,
            urls,
            prefix: "brisk:".into(),
            timeout: Duration::from_millis(250),
            ca: None,
            replicas: 0,
            lease: Duration::from_secs(3),
        }
    }
}

// URLs hold passwords, which must not be printed by accident.
impl std::fmt::Debug for RedisConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisConfig")
            .field("nodes", &self.urls.len())
            .field("cluster", &self.cluster)
            .field("prefix", &self.prefix)
            .field("ca", &self.ca)
            .finish_non_exhaustive()
    }
}

/// The configuration describes no usable Redis.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedisConfigError {
    /// A URL is unusable.
    #[error(
        "the Redis URL cannot be used ({0}): write redis://host:6379/0, or rediss:// for TLS; \
         several nodes of a cluster are separated by commas"
    )]
    Url(String),
    /// The certificate file is unusable.
    #[error("the certificates for Redis in {} cannot be used: {why}", path.display())]
    Ca {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}
