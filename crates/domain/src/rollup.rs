//! A rollup: a denormalised, pre-aggregated table that Brisk maintains. Pure types; `brisk-source`
//! refreshes it, and `brisk-engine` decides when.

use crate::identifier::NameError;
use crate::{Interval, Query, SourceName, Timestamp, ZoneName, ZoneOffsets};
use chrono::NaiveDateTime;
use std::fmt;
use std::time::Duration;

/// The schema in which panels find rollups: `from brisk.daily_sales`.
pub const ROLLUP_SCHEMA: &str = "brisk";

/// A rollup's name, also that of its table and its file: `daily_sales`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollupName(String);

/// A column of a rollup whose name Brisk itself writes into SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollupColumn(String);

/// The bookkeeping table for all rollups.
const RESERVED: &str = "rollups";
/// PostgreSQL cuts names after 63 bytes, and some names are derived from these.
const LONGEST: usize = 48;

/// A rollup as its author defined it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollup {
    /// Its name.
    pub name: RollupName,
    /// The source whose tables it reads, and whose panels read it.
    pub source: SourceName,
    /// The zone whose wall clock its buckets follow.
    pub zone: ZoneName,
    /// The width of its buckets: what `$bucket(e)` means in its statement.
    pub grain: Interval,
    /// The column with the start of the bucket.
    pub time: RollupColumn,
    /// The other columns that identify a row.
    pub keys: Vec<RollupColumn>,
    /// How far back rows may still change.
    pub lateness: Lateness,
    /// The longest time between two refreshes.
    pub refresh: Option<Duration>,
    /// The statement that returns its rows.
    pub query: Query,
}

/// How far back from the newest bucket rows may still change, on the wall clock: `2 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lateness(Option<(u16, Interval)>);

/// The text is not a lateness.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no lateness: write a whole number and a unit, such as \"90 minutes\" or \"2 days\""
)]
pub struct LatenessError(String);

impl RollupName {
    /// Validates `text`.
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
    /// Validates `text`.
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
    /// Parses `0`, `90 minutes`, `1 day`.
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

    /// The instant this much before `instant`; from a day on, counted on the wall clock.
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
    /// What it wrote, or a sentence on why it failed.
    pub outcome: Result<RollupReport, String>,
}

/// What a refresh wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RollupReport {
    /// Rows from this instant on were replaced; all rows if `None`.
    pub from: Option<Timestamp>,
    /// Rows written.
    pub written: u64,
    /// Rows in the table afterwards.
    pub rows: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_need_no_quotes_in_sql() {
        assert!(RollupName::parse("daily_sales2").is_ok());
        for bad in ["", "rollups", "2days", "_a", "Daily", "a-b", "a b", "é", &"x".repeat(49)] {
            assert!(RollupName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lateness_of_a_day_or_more_follows_the_wall_clock() {
        // Clocks go forward in London on 2011-03-27, so that day has 23 hours.
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
