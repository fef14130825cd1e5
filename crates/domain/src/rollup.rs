//! A rollup: a denormalised, pre-aggregated table that Brisk maintains. Pure; how it is refreshed
//! is the source's business, and when is the engine's.

use crate::identifier::NameError;
use crate::{Interval, Query, SourceName, Timestamp, ZoneName, ZoneOffsets};
use chrono::NaiveDateTime;
use std::fmt;
use std::time::Duration;

/// The schema in which panels find rollups: `from brisk.daily_sales`.
pub const ROLLUP_SCHEMA: &str = "brisk";

/// A rollup's name, which is its table's name and its file's: `daily_sales`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollupName(String);

/// The name of a column of a rollup that Brisk itself has to write into SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollupColumn(String);

/// The table in which Brisk remembers what it did with the others.
const RESERVED: &str = "rollups";
/// PostgreSQL cuts names after 63 bytes, and some are made of these.
const LONGEST: usize = 48;

/// A rollup as its author declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollup {
    /// Its name.
    pub name: RollupName,
    /// The source whose tables it reads, and whose panels read it.
    pub source: SourceName,
    /// The zone whose wall clock its buckets follow.
    pub zone: ZoneName,
    /// What `$bucket(e)` means in it.
    pub grain: Interval,
    /// The column with the start of the bucket.
    pub time: RollupColumn,
    /// The other columns that identify a row.
    pub keys: Vec<RollupColumn>,
    /// How far back rows may still change.
    pub lateness: Lateness,
    /// It is refreshed at the latest so long after the last time.
    pub refresh: Option<Duration>,
    /// The statement that gives its rows.
    pub query: Query,
}

/// How far back from the newest bucket rows may still change, on the wall clock: `2 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lateness(Option<(u16, Interval)>);

/// The text is no lateness.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no lateness: write a whole number and a unit, such as \"90 minutes\" or \"2 days\""
)]
pub struct LatenessError(String);

impl RollupName {
    /// Checks `text` and takes it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let allowed = "lower-case letters, digits and underscores, starting with a letter; at \
                       most 48, and not \"rollups\"";
        if is_name(text) && text.len() <= LONGEST && text != RESERVED {
            return Ok(Self(text.to_owned()));
        }
        Err(NameError::new("rollup name", text, allowed))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RollupColumn {
    /// Checks `text` and takes it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if is_name(text) && text.len() <= LONGEST {
            return Ok(Self(text.to_owned()));
        }
        let allowed = "lower-case letters, digits and underscores, starting with a letter; at \
                       most 48";
        Err(NameError::new("column", text, allowed))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl fmt::Display for RollupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RollupColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lateness {
    /// Reads `0`, `90 minutes`, `1 day`.
    pub fn parse(text: &str) -> Result<Self, LatenessError> {
        let wrong = || LatenessError(text.chars().take(80).collect());
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            ["0"] => Ok(Self(None)),
            [count, unit] => {
                let count: u16 = count.parse().map_err(|_| wrong())?;
                let unit = Interval::parse(unit.strip_suffix('s').unwrap_or(unit));
                Ok(Self(Some((count, unit.ok_or_else(wrong)?)).filter(|_| count > 0)))
            }
            _ => Err(wrong()),
        }
    }

    /// The instant so long before `instant`, on the wall clock from a day on.
    pub fn before(self, instant: Timestamp, zone: &ZoneOffsets) -> Timestamp {
        let Some((count, unit)) = self.0 else { return instant };
        match unit {
            Interval::Minute | Interval::Hour => {
                let seconds = i64::from(count) * unit.seconds();
                Timestamp(instant.0.saturating_sub(seconds * 1_000_000))
            }
            _ => {
                let local: NaiveDateTime = zone.local(instant);
                zone.instant(unit.step(local, -i32::from(count)))
            }
        }
    }
}

/// What one refresh did, or why it failed.
#[derive(Debug, Clone, PartialEq)]
pub struct RollupRun {
    /// The rollup.
    pub rollup: RollupName,
    /// Its source.
    pub source: SourceName,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub seconds: f64,
    /// What it wrote; or a sentence that says why it wrote nothing.
    pub outcome: Result<RollupReport, String>,
}

/// What a refresh wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RollupReport {
    /// From which instant on rows were replaced; all of them where there is none.
    pub from: Option<Timestamp>,
    /// Rows that were written.
    pub written: u64,
    /// Rows that the table has now.
    pub rows: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_that_sql_needs_no_quotes() {
        assert!(RollupName::parse("daily_sales2").is_ok());
        for bad in ["", "rollups", "2days", "_a", "Daily", "a-b", "a b", "é", &"x".repeat(49)] {
            assert!(RollupName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lateness_is_counted_on_the_wall_clock_from_a_day_on() {
        // London, 2011-03-27: the day has 23 hours.
        let zone = ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600)] };
        let after = Timestamp::from_seconds(1_301_266_800);
        let before = |text| Lateness::parse(text).unwrap().before(after, &zone).seconds();
        assert_eq!(after.seconds() - before("1 day"), 23 * 3600);
        assert_eq!(after.seconds() - before("24 hours"), 24 * 3600);
        assert_eq!(before("0"), after.seconds());
        for bad in ["", "2", "2 moons", "-1 days", "2days", "99999 days"] {
            assert!(Lateness::parse(bad).is_err(), "{bad}");
        }
    }
}
