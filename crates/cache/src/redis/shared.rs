//! [`Shared`]: the shared tier, and how its operations run.

use super::breaker::{self, Breaker, Open};
use super::config::{RedisConfig, RedisConfigError};
use super::connection::{self, Connection, Connector};
use super::era::Era;
use super::trouble::Trouble;
use redis::RedisError;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

/// How often to check whether a full or read-only Redis accepts writes again.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// The shared tier.
pub(crate) struct Shared {
    pub(crate) config: RedisConfig,
    pub(super) connector: Connector,
    pub(super) breaker: Arc<Breaker>,
    pub(super) era: Era,
    /// The longest value that is read, in bytes.
    pub(super) longest: usize,
    /// How long it has answered but refused writes: it is full or read-only.
    write_trouble: Arc<Mutex<Option<Open>>>,
    round_trips: AtomicU64,
}

impl Shared {
    /// Connects on first use, and reads no value of more than `longest` bytes.
    pub(crate) fn new(config: RedisConfig, longest: usize) -> Result<Self, RedisConfigError> {
        Ok(Self {
            connector: Connector::new(&config)?,
            config,
            longest,
            breaker: Arc::default(),
            era: Era::default(),
            write_trouble: Arc::default(),
            round_trips: AtomicU64::new(0),
        })
    }

    /// How long it has been in trouble, and why.
    pub(crate) fn trouble(&self) -> Option<Open> {
        self.breaker.trouble()
    }

    /// How long it has refused writes, and why.
    pub(crate) fn write_trouble(&self) -> Option<Open> {
        self.write_trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Notes that Redis is reachable but refuses writes. On the first refusal, starts checking
    /// whether it accepts them again, for as long as the shared tier is in use.
    fn writes_failed(&self, why: &Trouble) {
        let mut write_trouble =
            self.write_trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if write_trouble.is_some() {
            return;
        }
        tracing::warn!(%why, "Redis refuses writes");
        *write_trouble = Some(Open { since: Instant::now(), why: why.clone() });
        let (write_trouble, connector) =
            (Arc::downgrade(&self.write_trouble), self.connector.clone());
        let (key, timeout) = (format!("{}try", self.config.prefix), self.config.timeout);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(WRITE_AGAIN).await;
                let Some(write_trouble) = write_trouble.upgrade() else { return };
                let set = async {
                    let mut connection = connector.connection().await?;
                    let mut set = redis::cmd("SET");
                    set.arg(&key).arg("x").arg("PX").arg(1_000).exec_async(&mut connection).await
                };
                if matches!(tokio::time::timeout(timeout, set).await, Ok(Ok(()))) {
                    tracing::info!("Redis accepts writes again");
                    *write_trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = None;
                    return;
                }
            }
        });
    }

    /// How many times a caller waited for an answer.
    pub(crate) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }

    pub(super) fn key(&self, kind: &str, name: &impl std::fmt::Display) -> String {
        format!("{}{kind}:{name}", self.config.prefix)
    }

    /// Runs one operation that a caller waits for, unless the breaker is open.
    pub(super) async fn ask<T>(
        &self,
        operation: impl AsyncFnOnce(Connection) -> Result<T, RedisError>,
    ) -> Result<T, Trouble> {
        self.breaker.admit()?;
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        self.operate(operation).await
    }

    /// Runs one alongside another, which does not count as a round trip.
    pub(super) async fn ask_beside<T>(
        &self,
        operation: impl AsyncFnOnce(Connection) -> Result<T, RedisError>,
    ) -> Result<T, Trouble> {
        self.breaker.admit()?;
        self.operate(operation).await
    }

    /// Runs one operation, for no longer than the timeout.
    pub(super) async fn operate<T>(
        &self,
        operation: impl AsyncFnOnce(Connection) -> Result<T, RedisError>,
    ) -> Result<T, Trouble> {
        let begun = Instant::now();
        let running = async { operation(self.connector.connection().await?).await };
        let result = match answered(self.config.timeout, running).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) if error.is_timeout() => Err(Trouble::Timeout),
            Ok(Err(error)) if let Some(why) = refused_certificate(&error) => {
                Err(Trouble::Certificate(why))
            }
            Ok(Err(error)) => {
                let text = error.to_string();
                // Whatever the answer, the server is reachable.
                if error.kind() != redis::ErrorKind::Io
                    && error.code().is_some()
                    && !is_down(&error)
                {
                    self.breaker.succeeded();
                    let trouble = Trouble::Failed(text);
                    if is_write_trouble(&error) {
                        self.writes_failed(&trouble);
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

    fn failed(&self, trouble: &Trouble, sent: Instant) {
        if let Some(pause) = self.breaker.failed(trouble, sent) {
            self.probe(pause);
        }
    }

    /// Probes in the background until Redis answers, or the shared tier is dropped.
    fn probe(&self, pause: Duration) {
        let (breaker, connector) = (Arc::downgrade(&self.breaker), self.connector.clone());
        // No caller waits for this, so it may take as long as a new connection.
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

/// Scheduler rounds after which an answer that has arrived is surely read: one polls the system for
/// input, one hands it to the connection, one to the waiting task; and twice that, because they may
/// run on different threads.
const CATCH_UP: usize = 8;

/// The result of `operation` within `time`. If it is this process that is slow and not Redis, the
/// answer may already have arrived unread: so all ready tasks get a turn before it counts as a
/// timeout. In an idle process this takes microseconds.
async fn answered<T>(time: Duration, operation: impl Future<Output = T>) -> Result<T, ()> {
    let mut operation = std::pin::pin!(operation);
    if let Ok(answer) = tokio::time::timeout(time, &mut operation).await {
        return Ok(answer);
    }
    for _ in 0..CATCH_UP {
        tokio::task::yield_now().await;
        if let Poll::Ready(answer) = futures::poll!(&mut operation) {
            return Ok(answer);
        }
    }
    Err(())
}

/// Answers that mean the server is reachable but cannot serve requests.
fn is_down(error: &RedisError) -> bool {
    let code = error.code().unwrap_or_default();
    matches!(code, "LOADING" | "BUSY" | "CLUSTERDOWN" | "MASTERDOWN" | "TRYAGAIN" | "NOAUTH")
}

/// Answers that mean the server is full or read-only.
fn is_write_trouble(error: &RedisError) -> bool {
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
