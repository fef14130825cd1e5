//! Instants as ISO 8601 text, for every possible instant.

use crate::{Timestamp, ZoneOffsets};
use std::fmt;

/// An instant on the wall clock of a zone, with its offset, as RFC 3339 has it:
/// `2011-11-01T09:30:00+00:00`, with microseconds where it has some. Years that do not have four digits
/// have a sign and six. An offset from before 1972 that is no whole number of minutes is truncated to one,
/// for the wall clock too: the instant stays exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsoInstant {
    at: Timestamp,
    /// Minutes east of UTC.
    east: i32,
}

impl IsoInstant {
    /// `at` on the clock of `zone`.
    pub fn of(at: Timestamp, zone: &ZoneOffsets) -> Self {
        Self { at, east: zone.at(at) / 60 }
    }
}

impl fmt::Display for IsoInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: i128 = 86_400_000_000;
        let east = self.east;
        let wall = i128::from(self.at.0) + i128::from(east) * 60_000_000;
        let (year, month, day) = civil(wall.div_euclid(DAY));
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            _ => write!(f, "{year:+07}")?,
        }
        let (seconds, micros) =
            (wall.rem_euclid(DAY) / 1_000_000, wall.rem_euclid(DAY) % 1_000_000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        let sign = if east < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", east.abs() / 60, east.abs() % 60)
    }
}

/// Year, month and day of the Gregorian calendar, `days` after 1970-01-01: `civil_from_days` of
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn civil(days: i128) -> (i128, i128, i128) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i128::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn instants_are_written_as_the_library_writes_them(
            // The years 1 to 9998: those at the ends leave four digits in some zones.
            micros in -62_135_596_800_000_000..253_370_764_800_000_000_i64,
            minutes in -14 * 60..14 * 60_i32,
        ) {
            let zone = ZoneOffsets { first: minutes * 60, changes: vec![] };
            let offset = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
            let form = if micros % 1_000_000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
            let at = DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&offset);
            let written = IsoInstant::of(Timestamp(micros), &zone).to_string();
            prop_assert_eq!(written, at.to_rfc3339_opts(form, false));
        }
    }

    #[test]
    fn no_instant_is_too_far_away() {
        let zone = ZoneOffsets { first: 14 * 3600, changes: vec![] };
        assert_eq!(
            IsoInstant::of(Timestamp(i64::MAX), &zone).to_string(),
            "+294247-01-10T18:00:54.775807+14:00"
        );
        assert_eq!(
            IsoInstant::of(Timestamp(i64::MIN), &ZoneOffsets::utc()).to_string(),
            "-290308-12-21T19:59:05.224192+00:00"
        );
    }
}
