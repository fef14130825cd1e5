//! The shared tier: generations, entries, leases and events in a Redis (or Valkey), or in a
//! Redis Cluster, so that any number of processes keep the same rules.
//!
//! Every operation has a short timeout and goes through a circuit breaker: trouble is an answer
//! ([`Trouble`]), never a wait. Every key begins with the prefix and expires:
//!
//! | key | what | expires |
//! |---|---|---|
//! | `brisk:{g}era:EDITION` | the era, see [`generations`] | after eight days without a reader |
//! | `brisk:{g}:TAG` | a tag's generation | the same |
//! | `brisk:{g}stamp` | changes with every invalidation | the same |
//! | `brisk:e:KEY` | an entry | with its stale window |
//! | `brisk:n:FINGERPRINT` | the key of the newest entry of a fingerprint | with that entry |
//! | `brisk:l:KEY` | the lease of a load | after [`RedisConfig::lease`] |
//! | `brisk:try` | whether a full Redis takes something again | after a second |
//! | `brisk:events` | a channel, not a key | |
//!
//! A user of its own needs no more than `~brisk:* &brisk:* +ping +get +set +mget +del +unlink
//! +expire +pexpire +publish +subscribe +unsubscribe +eval +evalsha +script|load +multi +exec`,
//! and in a cluster `+cluster|slots` besides.

pub(crate) mod breaker;
pub(crate) mod channel;
pub(crate) mod connection;
pub(crate) mod entries;
pub(crate) mod generations;
pub(crate) mod lease;

use breaker::{Breaker, Open};
use connection::{Connection, Connector};
use redis::RedisError;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

/// Where the shared tier is, and how patient to be with it.
#[derive(Clone)]
pub struct RedisConfig {
    /// `redis://user:password@host:6379/0`, `rediss://` for TLS; several nodes of a cluster
    /// separated by commas.
    pub urls: Vec<String>,
    /// Whether the nodes form a Redis Cluster.
    pub cluster: bool,
    /// What every key begins with.
    pub prefix: String,
    /// How long one operation may take.
    pub timeout: Duration,
    /// A file of certificates (PEM) of the authorities that sign for `rediss://`, and no others;
    /// without it, those that the machine trusts. It is read once, at the start.
    pub ca: Option<PathBuf>,
    /// How long a leader that died keeps the others waiting; one that lives renews its lease.
    pub lease: Duration,
}

impl RedisConfig {
    /// One URL; or several, separated by commas, of which any begins a cluster. A cluster with
    /// one known node is `cluster+redis://…`.
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
            lease: Duration::from_secs(3),
        }
    }
}

// URLs hold passwords: nobody shall print them by accident.
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

/// The configuration names no usable Redis.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedisConfigError {
    /// A URL cannot be used.
    #[error(
        "the Redis URL cannot be used ({0}): write redis://host:6379/0, or rediss:// for TLS; \
         several nodes of a cluster are separated by commas"
    )]
    Url(String),
    /// The file of certificates cannot be used.
    #[error("the certificates for Redis in {} cannot be used: {why}", path.display())]
    Ca {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// Why the shared tier gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It was in trouble a moment ago and is not asked for now.
    #[error("Redis is in trouble and not asked for the moment")]
    Open,
    /// It did not answer in time.
    #[error("Redis did not answer in time")]
    Timeout,
    /// Its certificate is not from an authority that is trusted, or not for its name.
    #[error(
        "the certificate of Redis is refused ({0}): it has to be for the host in the URL, and \
         from an authority that this machine trusts, or that the configured file of \
         certificates holds"
    )]
    Certificate(String),
    /// It refused, or the connection broke.
    #[error("Redis failed: {0}")]
    Failed(String),
}

/// How often a Redis that is full, or may only be read, is asked whether it takes something again.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// The shared tier.
pub(crate) struct Shared {
    pub(crate) config: RedisConfig,
    connector: Connector,
    breaker: Arc<Breaker>,
    era: generations::Era,
    /// Since when it answers but takes nothing: it is full, or may only be read.
    refusal: Arc<Mutex<Option<Open>>>,
    round_trips: AtomicU64,
}

impl Shared {
    /// Connects when it is first needed.
    pub(crate) fn new(config: RedisConfig) -> Result<Self, RedisConfigError> {
        Ok(Self {
            connector: Connector::new(&config)?,
            config,
            breaker: Arc::default(),
            era: generations::Era::default(),
            refusal: Arc::default(),
            round_trips: AtomicU64::new(0),
        })
    }

    /// Since when it is in trouble, and why.
    pub(crate) fn trouble(&self) -> Option<Open> {
        self.breaker.trouble()
    }

    /// Since when it takes nothing new, and why.
    pub(crate) fn refusal(&self) -> Option<Open> {
        self.refusal.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Notes that Redis is there but refuses what is to be written; if that is news, tries from
    /// time to time whether it takes something again, for as long as somebody would care.
    fn refused(&self, why: &Trouble) {
        let mut refusal = self.refusal.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if refusal.is_some() {
            return;
        }
        tracing::warn!(%why, "Redis takes nothing new");
        *refusal = Some(Open { since: Instant::now(), why: why.clone() });
        let (refusal, connector) = (Arc::downgrade(&self.refusal), self.connector.clone());
        let (key, timeout) = (format!("{}try", self.config.prefix), self.config.timeout);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(WRITE_AGAIN).await;
                let Some(refusal) = refusal.upgrade() else { return };
                let set = async {
                    let mut connection = connector.connection().await?;
                    let mut set = redis::cmd("SET");
                    set.arg(&key).arg("x").arg("PX").arg(1_000).exec_async(&mut connection).await
                };
                if matches!(tokio::time::timeout(timeout, set).await, Ok(Ok(()))) {
                    tracing::info!("Redis takes something again");
                    *refusal.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = None;
                    return;
                }
            }
        });
    }

    /// Times that somebody waited for an answer.
    pub(crate) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }

    fn key(&self, kind: &str, name: &impl std::fmt::Display) -> String {
        format!("{}{kind}:{name}", self.config.prefix)
    }

    /// Runs one operation that somebody waits for: not while the breaker is open.
    async fn ask<T>(
        &self,
        operation: impl AsyncFnOnce(Connection) -> Result<T, RedisError>,
    ) -> Result<T, Trouble> {
        self.breaker.admit()?;
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        self.operate(operation).await
    }

    /// Runs one that runs beside another, and is no wait of its own.
    async fn ask_beside<T>(
        &self,
        operation: impl AsyncFnOnce(Connection) -> Result<T, RedisError>,
    ) -> Result<T, Trouble> {
        self.breaker.admit()?;
        self.operate(operation).await
    }

    /// Runs one operation, for no longer than the timeout.
    async fn operate<T>(
        &self,
        operation: impl AsyncFnOnce(Connection) -> Result<T, RedisError>,
    ) -> Result<T, Trouble> {
        let begun = Instant::now();
        let asked = async { operation(self.connector.connection().await?).await };
        let result = match answered(self.config.timeout, asked).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) if error.is_timeout() => Err(Trouble::Timeout),
            Ok(Err(error)) if let Some(why) = refused_certificate(&error) => {
                Err(Trouble::Certificate(why))
            }
            Ok(Err(error)) => {
                let text = error.to_string();
                // The server answered: it is there, whatever it said.
                if error.kind() != redis::ErrorKind::Io
                    && error.code().is_some()
                    && !is_down(&error)
                {
                    self.breaker.succeeded();
                    let trouble = Trouble::Failed(text);
                    if is_refusal(&error) {
                        self.refused(&trouble);
                    }
                    return Err(trouble);
                }
                Err(Trouble::Failed(text))
            }
            Err(_) => Err(Trouble::Timeout),
        };
        match &result {
            Ok(_) => self.breaker.succeeded(),
            Err(trouble) => self.failed(trouble, begun),
        }
        result
    }

    fn failed(&self, trouble: &Trouble, asked: Instant) {
        if let Some(pause) = self.breaker.failed(trouble, asked) {
            self.probe(pause);
        }
    }

    /// Asks again from time to time, in the background, until Redis answers, or nobody is left
    /// who would ask it.
    fn probe(&self, pause: Duration) {
        let (breaker, connector) = (Arc::downgrade(&self.breaker), self.connector.clone());
        // Nobody waits for this: it has the time that a new connection may take.
        let (timeout, mut pause) = (self.config.timeout.max(connection::CONNECT), pause);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let Some(breaker) = breaker.upgrade() else { return };
                let ping = async {
                    let mut connection = connector.connection().await?;
                    redis::cmd("PING").query_async::<redis::Value>(&mut connection).await
                };
                match tokio::time::timeout(timeout, ping).await {
                    Ok(Ok(_)) => return breaker.succeeded_probe(),
                    _ => pause = (pause * 2).min(breaker::LONGEST_PAUSE),
                }
            }
        });
    }
}

/// Rounds of the scheduler after which an answer that has come is read: a round asks the system
/// what has come in, another one gives it to the connection, a third one to who waits; twice,
/// because they may run on different threads.
const CATCH_UP: usize = 8;

/// What `asked` comes to within `time`. Where this process is late, and not Redis, the answer may
/// lie there unread: so everything that waits to be run gets its turn before that is a timeout.
/// In a process that has nothing to do this takes microseconds.
async fn answered<T>(time: Duration, asked: impl Future<Output = T>) -> Result<T, ()> {
    let mut asked = std::pin::pin!(asked);
    if let Ok(answer) = tokio::time::timeout(time, &mut asked).await {
        return Ok(answer);
    }
    for _ in 0..CATCH_UP {
        tokio::task::yield_now().await;
        if let Poll::Ready(answer) = futures::poll!(&mut asked) {
            return Ok(answer);
        }
    }
    Err(())
}

/// Answers that say that the server is there but cannot serve anybody.
fn is_down(error: &RedisError) -> bool {
    let code = error.code().unwrap_or_default();
    matches!(code, "LOADING" | "BUSY" | "CLUSTERDOWN" | "MASTERDOWN" | "TRYAGAIN" | "NOAUTH")
}

/// Answers that say that the server is full, or may only be read.
fn is_refusal(error: &RedisError) -> bool {
    let code = error.code().unwrap_or_default();
    matches!(code, "OOM" | "MISCONF" | "READONLY" | "NOREPLICAS")
}

/// What is wrong with the server's certificate, if that is what the error is about.
fn refused_certificate(error: &RedisError) -> Option<String> {
    type Source = Arc<dyn std::error::Error + Send + Sync>;
    let source = std::error::Error::source(error)?;
    let io: &std::io::Error = match source.downcast_ref::<Source>() {
        Some(source) => source.downcast_ref()?,
        None => source.downcast_ref()?,
    };
    match io.get_ref()?.downcast_ref()? {
        rustls::Error::InvalidCertificate(why) => Some(why.to_string()),
        _ => None,
    }
}
