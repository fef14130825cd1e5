//! Instants as ISO 8601 text: exact, for every possible instant. How people read them is in `format`.

use crate::{Timestamp, ZoneOffsets};
use serde::{Serialize, Serializer};
use std::fmt;

/// An instant as RFC 3339 has it: `2011-11-01T09:30:00Z`, or on the wall clock of a zone with its offset,
/// `2011-11-01T10:30:00+01:00`; with microseconds where it has some. Years that do not have four digits have a
/// sign and six: `+012345`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsoInstant {
    at: Timestamp,
    /// Minutes east of UTC; `None` writes `Z`.
    offset: Option<i32>,
}

impl IsoInstant {
    /// `at` in UTC.
    pub fn utc(at: Timestamp) -> Self {
        Self { at, offset: None }
    }

    /// `at` on the wall clock of `zone`, with its offset. An offset from before 1972 that is no whole number
    /// of minutes is truncated to one, for the wall clock too: the instant stays exact.
    pub fn in_zone(at: Timestamp, zone: &ZoneOffsets) -> Self {
        Self { at, offset: Some(zone.at(at) / 60) }
    }
}

impl fmt::Display for IsoInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: i128 = 86_400_000_000;
        let east = self.offset.unwrap_or(0);
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
        match self.offset {
            None => f.write_str("Z"),
            Some(east) => {
                let sign = if east < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", east.abs() / 60, east.abs() % 60)
            }
        }
    }
}

impl Serialize for IsoInstant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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
            let written = IsoInstant::in_zone(Timestamp(micros), &zone).to_string();
            prop_assert_eq!(written, at.to_rfc3339_opts(form, false));
            let in_utc = DateTime::from_timestamp_micros(micros).unwrap();
            let written = IsoInstant::utc(Timestamp(micros)).to_string();
            prop_assert_eq!(written, in_utc.to_rfc3339_opts(form, true));
        }
    }

    #[test]
    fn no_instant_is_too_far_away() {
        let zone = ZoneOffsets { first: 14 * 3600, changes: vec![] };
        assert_eq!(
            IsoInstant::in_zone(Timestamp(i64::MAX), &zone).to_string(),
            "+294247-01-10T18:00:54.775807+14:00"
        );
        assert_eq!(
            IsoInstant::in_zone(Timestamp(i64::MIN), &ZoneOffsets::utc()).to_string(),
            "-290308-12-21T19:59:05.224192+00:00"
        );
    }

    #[test]
    fn the_wall_clock_and_its_offset_name_the_same_instant() {
        let london = ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600)] };
        let before = Timestamp::from_seconds(1_301_187_599);
        let after = Timestamp::from_seconds(1_301_187_600);
        assert_eq!(IsoInstant::in_zone(before, &london).to_string(), "2011-03-27T00:59:59+00:00");
        assert_eq!(IsoInstant::in_zone(after, &london).to_string(), "2011-03-27T02:00:00+01:00");
        let monrovia = ZoneOffsets { first: -2670, changes: vec![] };
        assert_eq!(
            IsoInstant::in_zone(Timestamp(0), &monrovia).to_string(),
            "1969-12-31T23:16:00-00:44",
            "the offset was 44 minutes and a half"
        );
    }
}
