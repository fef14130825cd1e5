//! The one place that asks the operating system for the time.

use brisk_domain::{Clock, ManualClock, Timestamp, ZoneName};
use std::sync::Arc;

/// The operating system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // This is the clock that everybody else is given.
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp(since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// The system's clock, or one that stands at `fixed` (UTC, `2011-12-09T13:00`).
pub fn clock(fixed: Option<&str>) -> anyhow::Result<Arc<dyn Clock>> {
    let Some(text) = fixed else {
        return Ok(Arc::new(SystemClock));
    };
    let at = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .map_err(|_| anyhow::anyhow!("--now \"{text}\" is not a time such as 2011-12-09T13:00"))?;
    let offsets = ZoneName::utc().offsets(Timestamp(0), Timestamp(0));
    Ok(Arc::new(ManualClock::at(offsets.instant(at))))
}
