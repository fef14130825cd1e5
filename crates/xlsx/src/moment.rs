//! Dates and times as Excel counts them: days since 1899-12-30, without a zone.
//!
//! Excel takes 1900 for a leap year and knows nothing before, so its calendar begins on 1900-03-01; it ends with
//! the year 9999. What lies beyond is ISO 8601 text, and so are moments that no number of days tells apart: the
//! readings that a clock shows twice, those of clocks that were no whole number of minutes off UTC, and
//! microseconds after the middle of 2079, which a double does not hold.

use brisk_domain::{Date, IsoInstant, Timestamp, WallTime, ZoneOffsets};

const DAY: i128 = 86_400_000_000;
/// Days from 1899-12-30 to 1970-01-01.
const EPOCH: i128 = 25_569;
/// 1900-03-01, and 10000-01-01.
const DAYS: std::ops::Range<i128> = 61..2_958_466;

/// A date as a number of days, or as text.
pub(crate) fn of_date(date: Date) -> Result<f64, String> {
    let days = i128::from(date.0) + EPOCH;
    if DAYS.contains(&days) { Ok(days as f64) } else { Err(date.to_string()) }
}

/// What a wall clock shows as a number of days, or as text.
pub(crate) fn of_wall_time(time: WallTime) -> Result<f64, String> {
    serial(i128::from(time.0)).ok_or_else(|| time.to_string())
}

/// An instant on the clock of `zone` as a number of days, or as text with the offset.
pub(crate) fn of_instant(at: Timestamp, zone: &ZoneOffsets) -> Result<f64, String> {
    let text = || IsoInstant::in_zone(at, zone).to_string();
    let offset = zone.at(at);
    let serial = serial(i128::from(at.0) + i128::from(offset) * 1_000_000).ok_or_else(text)?;
    let is_repeated = zone.second(zone.local(at)).is_some();
    if is_repeated || offset % 60 != 0 { Err(text()) } else { Ok(serial) }
}

/// The number of days, if Excel's calendar has the day and a double the microsecond.
fn serial(wall: i128) -> Option<f64> {
    let (day, micros) = (wall.div_euclid(DAY) + EPOCH, wall.rem_euclid(DAY));
    let serial = day as f64 + micros as f64 / DAY as f64;
    // Excel itself shows and keeps milliseconds.
    let unit = if micros % 1_000 == 0 { 1_000 } else { 1 };
    let read = ((serial - day as f64) * (DAY / unit) as f64).round() as i128 * unit;
    (DAYS.contains(&day) && read == micros).then_some(serial)
}

/// How fine the times of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Grain {
    /// Midnights.
    #[default]
    Day,
    /// Whole minutes.
    Minute,
    /// Whole seconds.
    Second,
    /// Parts of seconds.
    Fraction,
}

impl Grain {
    /// The grain of what a clock shows, in microseconds.
    pub(crate) fn of(wall: i64) -> Self {
        match wall {
            wall if wall % 1_000_000 != 0 => Self::Fraction,
            wall if wall % 60_000_000 != 0 => Self::Second,
            wall if wall % 86_400_000_000 != 0 => Self::Minute,
            _ => Self::Day,
        }
    }

    /// The number format.
    pub(crate) fn format(self) -> &'static str {
        match self {
            Self::Day => "yyyy-mm-dd",
            Self::Minute => "yyyy-mm-dd hh:mm",
            Self::Second => "yyyy-mm-dd hh:mm:ss",
            Self::Fraction => "yyyy-mm-dd hh:mm:ss.000",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wall(day: i64, micros: i64) -> Result<f64, String> {
        of_wall_time(WallTime((day - EPOCH as i64) * DAY as i64 + micros))
    }

    #[test]
    fn days_are_counted_as_excel_counts_them() {
        assert_eq!(of_date(Date(0)), Ok(25_569.0));
        assert_eq!(of_date(Date(61 - 25_569)), Ok(61.0));
        assert_eq!(of_date(Date(60 - 25_569)), Err("1900-02-28".into()));
        assert_eq!(of_date(Date(2_958_465 - 25_569)), Ok(2_958_465.0));
        assert_eq!(of_date(Date(2_958_466 - 25_569)), Err("+10000-01-01".into()));
        assert_eq!(of_date(Date(i32::MAX)), Err("infinity".into()));
        assert_eq!(wall(45_000, DAY as i64 / 2), Ok(45_000.5));
        assert_eq!(wall(60, 1), Err("1900-02-28T00:00:00.000001".into()));
        assert_eq!(of_wall_time(WallTime(i64::MIN)), Err("-infinity".into()));
    }

    #[test]
    fn readings_that_a_clock_shows_twice_have_their_offset() {
        // London, 2011-10-30: 02:00 became 01:00 at 01:00 UTC.
        let london = ZoneOffsets { first: 3600, changes: vec![(1_319_936_400, 0)] };
        let at = |seconds| of_instant(Timestamp::from_seconds(seconds), &london);
        assert_eq!(at(1_319_936_400 - 1800), Err("2011-10-30T01:30:00+01:00".into()));
        assert_eq!(at(1_319_936_400 + 1800), Err("2011-10-30T01:30:00+00:00".into()));
        assert_eq!(at(1_319_936_400 - 3600), Err("2011-10-30T01:00:00+01:00".into()));
        assert_eq!(at(1_319_936_400 - 3660), Ok(40_846.0 + 59.0 / 1440.0));
        assert_eq!(at(1_319_936_400 + 3600), Ok(40_846.0 + 2.0 / 24.0));
    }

    #[test]
    fn clocks_off_by_seconds_and_instants_beyond_the_calendar_are_text() {
        let monrovia = ZoneOffsets { first: -2670, changes: vec![] };
        assert_eq!(of_instant(Timestamp(0), &monrovia), Err("1969-12-31T23:16:00-00:44".into()));
        let far = of_instant(Timestamp(i64::MAX), &ZoneOffsets::utc()).unwrap_err();
        assert_eq!(far, "+294247-01-10T04:00:54.775807+00:00");
    }

    proptest! {
        #[test]
        fn a_number_of_days_reads_back_as_the_microsecond(day in 61..2_958_466_i64, micros in 0..86_400_000_000_i64, unit in prop_oneof![Just(1), Just(1_000), Just(60_000_000)]) {
            let micros = micros / unit * unit;
            match wall(day, micros) {
                Ok(serial) => {
                    let fraction = serial - serial.floor();
                    let read = match micros % 1_000 {
                        0 => (fraction * 86_400e3).round() as i64 * 1_000,
                        _ => (fraction * 86_400e6).round() as i64,
                    };
                    prop_assert_eq!((serial.floor() as i64, read), (day, micros));
                }
                Err(text) => {
                    prop_assert!(day >= 65_536 && micros % 1_000 != 0, "{} {}", day, text);
                }
            }
        }
    }
}
