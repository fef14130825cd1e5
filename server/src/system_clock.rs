//! The one place that asks the operating system for the time.

use anyhow::Context;
use brisk_domain::{Clock, ManualClock, Timestamp, Wait, ZoneName};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixListener;

/// The operating system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // This is the clock that everybody else is given.
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp(since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
    }

    fn until(&self, at: Timestamp) -> Wait<'_> {
        Box::pin(tokio::time::sleep(at.since(self.now())))
    }
}

/// A clock that stands still. Waiting takes as long as if it ran, so that a server with it keeps
/// polling.
struct StillClock(Timestamp);

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn until(&self, at: Timestamp) -> Wait<'_> {
        Box::pin(tokio::time::sleep(at.since(self.0)))
    }
}

/// A clock that runs from an instant on, at its own pace: a day in minutes, for tests.
pub struct PacedClock {
    from: Timestamp,
    begun: Instant,
    pace: f64,
}

impl PacedClock {
    /// A clock that shows `from` now, and moves on by `pace` seconds in each second.
    pub fn new(from: Timestamp, pace: f64) -> Self {
        Self { from, begun: Instant::now(), pace }
    }
}

impl Clock for PacedClock {
    fn now(&self) -> Timestamp {
        let passed = self.begun.elapsed().as_micros() as f64 * self.pace;
        Timestamp(self.from.0.saturating_add(passed as i64))
    }

    fn until(&self, at: Timestamp) -> Wait<'_> {
        Box::pin(tokio::time::sleep(at.since(self.now()).div_f64(self.pace)))
    }
}

/// The system's clock; or one that stands at `fixed` (UTC, `2011-12-09T13:00`), or runs from there on if
/// there is a `pace`, in seconds per second.
pub fn clock(fixed: Option<&str>, pace: Option<f64>) -> anyhow::Result<Arc<dyn Clock>> {
    let from = match fixed {
        None if pace.is_none() => return Ok(Arc::new(SystemClock)),
        None => SystemClock.now(),
        Some(text) => {
            let at = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M");
            let at = at.map_err(|_| {
                anyhow::anyhow!("--now \"{text}\" is not a time such as 2011-12-09T13:00")
            })?;
            ZoneName::utc().offsets(Timestamp(0), Timestamp(0)).instant(at)
        }
    };
    let Some(pace) = pace else {
        return Ok(Arc::new(StillClock(from)));
    };
    if !(0.001..=100_000.0).contains(&pace) {
        anyhow::bail!("--clock-pace {pace} is not between 0.001 and 100000");
    }
    Ok(Arc::new(PacedClock::new(from, pace)))
}

/// A clock that stands until a client of the socket at `path` moves it: each line is a number of
/// seconds, which is answered by a line once the clock has moved.
pub fn moved_over(path: &Path) -> anyhow::Result<Arc<dyn Clock>> {
    let listener = UnixListener::bind(path)
        .with_context(|| format!("listening on the socket {}", path.display()))?;
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let moved = Arc::clone(&clock);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (lines, mut answers) = stream.into_split();
            let mut lines = BufReader::new(lines).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let Ok(seconds) = line.parse() else { break };
                moved.advance(seconds);
                if answers.write_all(b"moved\n").await.is_err() {
                    break;
                }
            }
        }
    });
    Ok(clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paced_clock_runs_from_where_it_is_told() {
        let clock = clock(Some("2011-12-09T13:00"), Some(100_000.0)).unwrap();
        let begun = clock.now();
        assert!(begun.0 >= 1_323_435_600_000_000);
        while clock.now() == begun {}
        assert!(super::clock(None, Some(0.0)).is_err());
        assert!(super::clock(Some("soon"), None).is_err());
        let still = super::clock(Some("2011-12-09T13:00"), None).unwrap();
        assert_eq!(still.now(), Timestamp(1_323_435_600_000_000));
    }
}
