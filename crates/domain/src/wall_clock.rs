//! Time without a zone: what a calendar or a wall clock shows, wherever it hangs.
//!
//! Neither is an instant. They are shown as the database has them, and are placed in time only where
//! they must be, on a time axis, by [`ZoneOffsets::instant`](crate::ZoneOffsets::instant).

use crate::Timestamp;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A date: days since 1970-01-01. The least and the largest are −infinity and infinity.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Date(pub i32);

/// What a wall clock shows: microseconds since it showed 1970-01-01 00:00. The least and the largest
/// are −infinity and infinity.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct WallTime(pub i64);

const MICROS_OF_DAY: i64 = 86_400_000_000;

impl Date {
    /// From a calendar's date.
    pub fn of(date: NaiveDate) -> Self {
        let days = date.signed_duration_since(NaiveDate::default()).num_days();
        Self(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The calendar's date; `None` for the infinities and beyond the calendar.
    pub fn naive(self) -> Option<NaiveDate> {
        let (start, days) = (NaiveDate::default(), Days::new(u64::from(self.0.unsigned_abs())));
        match self.0 {
            i32::MIN | i32::MAX => None,
            ..0 => start.checked_sub_days(days),
            0.. => start.checked_add_days(days),
        }
    }

    /// The date's midnight.
    pub const fn midnight(self) -> WallTime {
        match self.0 {
            i32::MIN => WallTime(i64::MIN),
            i32::MAX => WallTime(i64::MAX),
            days => WallTime((days as i64).saturating_mul(MICROS_OF_DAY)),
        }
    }
}

impl WallTime {
    /// From a calendar's date and time, to the microsecond.
    pub fn of(time: NaiveDateTime) -> Self {
        Self(time.and_utc().timestamp_micros())
    }

    /// The calendar's date and time; `None` for the infinities and beyond the calendar.
    pub fn naive(self) -> Option<NaiveDateTime> {
        match self.0 {
            i64::MIN | i64::MAX => None,
            micros => DateTime::from_timestamp_micros(micros).map(|time| time.naive_utc()),
        }
    }

    /// The instant at which a clock in UTC shows it.
    pub const fn in_utc(self) -> Timestamp {
        Timestamp(self.0)
    }
}

/// ISO 8601: `2026-03-01`; `infinity` and `-infinity`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.naive() {
            Some(date) => date.fmt(f),
            None => f.write_str(if self.0 < 0 { "-infinity" } else { "infinity" }),
        }
    }
}

/// ISO 8601 without an offset: `2026-03-01T00:30:00`, with microseconds if there are any;
/// `infinity` and `-infinity`.
impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = self.naive() else {
            return f.write_str(if self.0 < 0 { "-infinity" } else { "infinity" });
        };
        write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%S"))?;
        match self.0.rem_euclid(1_000_000) {
            0 => Ok(()),
            micros => write!(f, ".{micros:06}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_wall_times_read_as_iso_8601_has_them() {
        assert_eq!(Date(0).to_string(), "1970-01-01");
        assert_eq!(Date(-25_567).to_string(), "1900-01-01");
        assert_eq!(Date(i32::MAX).to_string(), "infinity");
        assert_eq!(WallTime(-1).to_string(), "1969-12-31T23:59:59.999999");
        assert_eq!(WallTime(1_000_000).to_string(), "1970-01-01T00:00:01");
        assert_eq!(WallTime(i64::MIN).to_string(), "-infinity");
        assert_eq!(Date(1).midnight(), WallTime(MICROS_OF_DAY));
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default();
        assert_eq!(Date::of(day).to_string(), "2026-03-01");
        assert_eq!(Date::of(day).naive(), Some(day));
    }
}
