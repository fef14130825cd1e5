//! How long readers wait, measured by requests at an even pace.

use crate::client::Client;
use crate::servers::brisk::Brisk;
use anyhow::{Result, bail};
use std::fmt;
use std::time::{Duration, Instant};

/// How long readers wait.
#[derive(Debug, Clone, Default)]
pub struct Readers {
    /// `/healthz`, each request over a connection of its own.
    pub health: Waits,
    /// A cached page, over one connection.
    pub warm: Waits,
    /// A new view of a small statement on a source that is not attacked.
    pub cold: Waits,
}

/// How long requests took, and how many had no answer or a status other than 200.
#[derive(Debug, Clone, Default)]
pub struct Waits {
    waits: Vec<Duration>,
    /// Requests without that answer.
    pub failed: usize,
}

const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until the requested pages are cached.
pub(super) async fn ready(brisk: &Brisk) -> Result<()> {
    let (client, begun) = (Client::default(), Instant::now());
    let is_served = async |path: &str| {
        client.get(&brisk.url(path), PATIENCE).await.is_ok_and(|answer| answer.status == 200)
    };
    while !(is_served("/readyz").await && is_served("/d/warm").await && is_served(&cold(0)).await) {
        if begun.elapsed() > PATIENCE * 3 {
            bail!("the pages are not served before any attack");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Sends requests for `length`.
pub(super) async fn readers(brisk: &Brisk, length: Duration) -> Result<Readers> {
    let end = Instant::now() + length;
    let health = asked(end, Duration::from_millis(20), async |_| {
        let client = Client::default();
        client.get(&brisk.url("/healthz"), PATIENCE).await
    });
    let client = Client::default();
    let warm = asked(end, Duration::from_millis(10), async |_| {
        client.get(&brisk.url("/d/warm"), PATIENCE).await
    });
    // Those of the second run must be new, too.
    let first = u64::from(rand::random::<u32>());
    let cold = asked(end, Duration::from_millis(250), async |i| {
        client.get(&brisk.url(&cold(first + i)), PATIENCE).await
    });
    let (health, warm, cold) = tokio::join!(health, warm, cold);
    Ok(Readers { health, warm, cold })
}

/// The data of a view that nobody has requested before.
fn cold(number: u64) -> String {
    format!("/api/v1/dashboards/warm/panels/cold?number={number}")
}

async fn asked(
    end: Instant,
    pace: Duration,
    ask: impl AsyncFn(u64) -> Result<crate::client::Answer>,
) -> Waits {
    let mut waits = Waits::default();
    for i in 1.. {
        let begun = Instant::now();
        if begun >= end {
            break;
        }
        match ask(i).await {
            Ok(answer) if answer.status == 200 => waits.waits.push(begun.elapsed()),
            _ => waits.failed += 1,
        }
        tokio::time::sleep(pace.saturating_sub(begun.elapsed())).await;
    }
    waits.waits.sort();
    waits
}

impl Waits {
    /// The median over requests with an answer.
    pub fn median(&self) -> Duration {
        self.waits.get(self.waits.len() / 2).copied().unwrap_or(PATIENCE)
    }
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let p99 = self.waits.get(self.waits.len() * 99 / 100).copied().unwrap_or(PATIENCE);
        let milliseconds = |wait: Duration| wait.as_secs_f64() * 1e3;
        write!(f, "{:.1} / {:.1} ms", milliseconds(self.median()), milliseconds(p99))?;
        match self.failed {
            0 => Ok(()),
            failed => write!(f, ", {failed} of {} failed", failed + self.waits.len()),
        }
    }
}
