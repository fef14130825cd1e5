//! Time zones: an IANA name, and its UTC offsets over a span of time.
//!
//! Offsets travel in place of the time zone database: SQL and the browser need only the few changes
//! within the range at hand.

use crate::Timestamp;
use chrono::{DateTime, Duration, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a zone in the IANA time zone database: `Europe/London`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneName(String);

/// The time zone database does not have this zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("time zone \"{0}\" is not in the IANA database: use a name such as Europe/London or UTC")]
pub struct ZoneError(String);

/// A zone's UTC offsets over a span of time. Written as in `3600 1319936400:0`: the first offset, then
/// each change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ZoneOffsets {
    /// Seconds east of UTC before the first change.
    pub first: i32,
    /// Each change: the instant (in whole seconds since the epoch) and the offset from then on.
    pub changes: Vec<(i64, i32)>,
}

impl ZoneName {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self("UTC".into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ZoneOffsets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.changes.iter().try_for_each(|(from, offset)| write!(f, " {from}:{offset}"))
    }
}

impl ZoneOffsets {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let first = words.next()?.parse().ok()?;
        let change = |word: &str| {
            let (from, offset) = word.split_once(':')?;
            Some((from.parse().ok()?, offset.parse().ok()?))
        };
        Some(Self { first, changes: words.map(change).collect::<Option<_>>()? })
    }

    /// UTC: offset 0, no changes.
    pub const fn utc() -> Self {
        Self { first: 0, changes: Vec::new() }
    }

    /// Seconds east of UTC at `instant`.
    pub fn at(&self, instant: Timestamp) -> i32 {
        let seconds = instant.seconds();
        let passed = self.changes.partition_point(|(from, _)| *from <= seconds);
        passed.checked_sub(1).map_or(self.first, |i| self.changes[i].1)
    }

    /// The wall clock at `instant`. Instants whose year cannot be represented show the epoch.
    pub fn local(&self, instant: Timestamp) -> NaiveDateTime {
        let shifted = instant.0.saturating_add(i64::from(self.at(instant)) * 1_000_000);
        DateTime::from_timestamp_micros(shifted).unwrap_or_default().naive_utc()
    }

    /// The instant at which the wall clock shows `local`: the earlier one if it does so twice, and
    /// the instant of the change if it skips `local`.
    pub fn instant(&self, local: NaiveDateTime) -> Timestamp {
        let wall = local.and_utc().timestamp_micros();
        let mut offset = self.first;
        for (from, next) in &self.changes {
            let from = from.saturating_mul(1_000_000);
            let ends_before = from.saturating_add(i64::from(offset) * 1_000_000);
            if wall < ends_before {
                break;
            }
            if wall < from.saturating_add(i64::from(*next) * 1_000_000) {
                return Timestamp(from);
            }
            offset = *next;
        }
        Timestamp(wall - i64::from(offset) * 1_000_000)
    }

    /// The offsets between `from` and `to` only, which is short enough to send.
    #[must_use]
    pub fn within(&self, from: Timestamp, to: Timestamp) -> Self {
        let inside = |at: &&(i64, i32)| at.0 > from.seconds() && at.0 <= to.seconds();
        Self {
            first: self.at(from),
            changes: self.changes.iter().filter(inside).copied().collect(),
        }
    }

    /// The offsets between `from` and `to`, and that of `moment`, which may lie before or after them;
    /// the changes in between are left out, since nothing from then is shown.
    #[must_use]
    pub fn within_and_at(&self, from: Timestamp, to: Timestamp, moment: Timestamp) -> Self {
        let mut within = self.within(from, to);
        let offset = self.at(moment);
        if moment < from && offset != within.first {
            within.changes.insert(0, (from.seconds(), within.first));
            within.first = offset;
        } else if moment > to && offset != within.at(moment) {
            within.changes.push((moment.seconds(), offset));
        }
        within
    }

    /// `instant` moved by a number of days on the wall clock, through daylight-saving changes.
    pub fn plus_days(&self, instant: Timestamp, days: i64) -> Timestamp {
        let local = self.local(instant);
        self.instant(local.checked_add_signed(Duration::days(days)).unwrap_or(local))
    }
}

#[cfg(feature = "tz")]
mod database {
    use super::{Timestamp, ZoneError, ZoneName, ZoneOffsets};
    use chrono::{DateTime, Offset, TimeZone};

    const DAY: i64 = 86_400;

    impl ZoneName {
        /// Accepts `text` if the time zone database knows it.
        pub fn parse(text: &str) -> Result<Self, ZoneError> {
            match text.parse::<chrono_tz::Tz>() {
                Ok(_) => Ok(Self(text.into())),
                Err(_) => Err(ZoneError(text.chars().take(80).collect())),
            }
        }

        /// The names of all zones that the database knows, sorted.
        pub fn all() -> Vec<&'static str> {
            let mut names: Vec<&str> =
                chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
            names.sort_unstable();
            names
        }

        /// The zone's offsets, valid for instants from `from` to `to`.
        pub fn offsets(&self, from: Timestamp, to: Timestamp) -> ZoneOffsets {
            let zone = self.0.parse().unwrap_or(chrono_tz::Tz::UTC);
            let offset = |seconds: i64| -> i32 {
                let instant = DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc();
                zone.offset_from_utc_datetime(&instant).fix().local_minus_utc()
            };
            // A day's margin on both sides, because a wall clock can be up to 14 hours off UTC.
            let (mut at, end) = (from.seconds() - DAY, to.seconds() + DAY);
            let first = offset(at);
            let (mut current, mut changes) = (first, Vec::new());
            while at < end {
                let next = at + DAY;
                let after = offset(next);
                if after != current {
                    // Bisect the day for the second at which the offset changed.
                    let (mut low, mut high) = (at, next);
                    while high - low > 1 {
                        let middle = low + (high - low) / 2;
                        if offset(middle) == current { low = middle } else { high = middle }
                    }
                    changes.push((high, after));
                    current = after;
                }
                at = next;
            }
            ZoneOffsets { first, changes }
        }
    }
}

#[cfg(all(test, feature = "tz"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn london_2011() -> ZoneOffsets {
        let day = |y, m, d| {
            let at = NaiveDate::from_ymd_opt(y, m, d).unwrap().and_hms_opt(0, 0, 0).unwrap();
            Timestamp::from_seconds(at.and_utc().timestamp())
        };
        ZoneName::parse("Europe/London").unwrap().offsets(day(2011, 1, 1), day(2011, 12, 31))
    }

    fn wall(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn london_changes_twice_in_2011() {
        let offsets = london_2011();
        assert_eq!(offsets.first, 0);
        // 2011-03-27 01:00 and 2011-10-30 01:00 UTC, the legal dates of the change.
        assert_eq!(offsets.changes, vec![(1_301_187_600, 3600), (1_319_936_400, 0)]);
    }

    #[test]
    fn offsets_are_read_as_they_are_written() {
        let offsets = london_2011();
        assert_eq!(offsets.to_string(), "0 1301187600:3600 1319936400:0");
        for offsets in
            [offsets, ZoneOffsets::utc(), ZoneOffsets { first: -12_600, changes: vec![] }]
        {
            assert_eq!(ZoneOffsets::parse(&offsets.to_string()), Some(offsets));
        }
        for wrong in ["", "x", "0 1", "0 1:x", "0  1:2"] {
            assert_eq!(ZoneOffsets::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn wall_clock_and_instant_agree_outside_the_changes() {
        let offsets = london_2011();
        for text in ["2011-01-15 12:00", "2011-07-01 00:00", "2011-10-30 00:30", "2011-12-01 08:00"]
        {
            assert_eq!(offsets.local(offsets.instant(wall(text))), wall(text), "{text}");
        }
    }

    #[test]
    fn a_skipped_time_is_the_change_and_a_repeated_time_is_the_earlier() {
        let offsets = london_2011();
        assert_eq!(offsets.instant(wall("2011-03-27 01:30")).seconds(), 1_301_187_600);
        assert_eq!(offsets.instant(wall("2011-10-30 01:30")).seconds(), 1_319_936_400 - 1800);
    }

    #[test]
    fn a_moment_far_from_a_range_has_the_offset_of_its_own() {
        let at = Timestamp::from_seconds;
        let all = ZoneName::parse("Europe/London").unwrap().offsets(at(0), at(2_000_000_000));
        // In the winters of 2011 and 1970, when the clocks stood on summer time all year.
        let (from, to, inside) = (at(1_321_000_000), at(1_323_000_000), at(1_322_000_000));
        for moment in [at(1_000_000), at(1_405_000_000), at(1_305_000_000), inside] {
            let offsets = all.within_and_at(from, to, moment);
            assert_eq!(offsets.at(moment), all.at(moment), "{moment:?}");
            assert_eq!((offsets.at(from), offsets.at(inside), offsets.at(to)), (0, 0, 0));
        }
        assert_eq!(all.within_and_at(from, to, inside), all.within(from, to));
    }

    #[test]
    fn a_day_on_the_wall_clock_may_have_23_hours() {
        let offsets = london_2011();
        let start = offsets.instant(wall("2011-03-27 00:00"));
        assert_eq!(offsets.plus_days(start, 1).seconds() - start.seconds(), 23 * 3600);
    }
}
