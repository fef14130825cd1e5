//! The width of a time bucket.

use crate::{Bounds, Timestamp, ZoneOffsets};
use chrono::{Datelike, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

/// The width of a time bucket on the wall clock of the dashboard's zone. Weeks start on Monday
/// (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day, midnight to midnight.
    Day,
    /// A week, starting on Monday.
    Week,
    /// A calendar month.
    Month,
    /// A quarter, starting in January, April, July or October.
    Quarter,
    /// A calendar year.
    Year,
}

/// The most buckets in one range. More would be unreadable and are refused.
pub const MAX_BUCKETS: i64 = 20_000;

/// The reader's choice of interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum IntervalChoice {
    /// The interval that best suits the range.
    #[default]
    Auto,
    /// A fixed interval.
    Fixed(Interval),
}

impl Interval {
    /// Every interval, finest first.
    pub const ALL: [Self; 7] =
        [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// Its name in URLs and files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// Parses [`Interval::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interval| interval.word() == word)
    }

    /// Its approximate length in seconds.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
            Self::Month => 30 * 86_400,
            Self::Quarter => 91 * 86_400,
            Self::Year => 365 * 86_400,
        }
    }

    /// The interval that gives a readable number of buckets over `bounds`.
    pub fn suited_to(bounds: Bounds) -> Self {
        const DAY: i64 = 86_400;
        match bounds.seconds() {
            s if s <= 3 * 3600 => Self::Minute,
            s if s <= 4 * DAY => Self::Hour,
            s if s <= 124 * DAY => Self::Day,
            s if s <= 2 * 366 * DAY => Self::Week,
            s if s <= 10 * 366 * DAY => Self::Month,
            _ => Self::Year,
        }
    }

    /// Whether `bounds` holds more of these buckets than are allowed.
    pub fn is_too_fine_for(self, bounds: Bounds) -> bool {
        bounds.seconds() / self.seconds() > MAX_BUCKETS
    }

    /// The start of the bucket that contains the wall-clock time `local`.
    pub fn floor(self, local: NaiveDateTime) -> NaiveDateTime {
        let date = local.date();
        let month = |month: u32| NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date);
        let clock = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        match self {
            Self::Minute => date.and_time(clock(local.hour(), local.minute())),
            Self::Hour => date.and_time(clock(local.hour(), 0)),
            Self::Day => date.and_time(NaiveTime::MIN),
            Self::Week => {
                let days = i64::from(date.weekday().num_days_from_monday());
                (date - Duration::days(days)).and_time(NaiveTime::MIN)
            }
            Self::Month => month(date.month()).and_time(NaiveTime::MIN),
            Self::Quarter => month(date.month0() / 3 * 3 + 1).and_time(NaiveTime::MIN),
            Self::Year => month(1).and_time(NaiveTime::MIN),
        }
    }

    /// The start of the bucket `count` buckets after the one that starts at `local`.
    pub fn step(self, local: NaiveDateTime, count: i32) -> NaiveDateTime {
        let n = i64::from(count);
        let moved = match self {
            Self::Minute => local.checked_add_signed(Duration::minutes(n)),
            Self::Hour => local.checked_add_signed(Duration::hours(n)),
            Self::Day => local.checked_add_signed(Duration::days(n)),
            Self::Week => local.checked_add_signed(Duration::weeks(n)),
            Self::Month => months(local, count),
            Self::Quarter => months(local, count.saturating_mul(3)),
            Self::Year => months(local, count.saturating_mul(12)),
        };
        moved.unwrap_or(local)
    }

    /// Whether a bucket starts at `at`. If the clock moves by half an hour within an hour, the start computed
    /// for the time after the change lies before it, within the bucket before.
    pub fn is_start(self, at: Timestamp, zone: &ZoneOffsets) -> bool {
        let last = Timestamp::from_seconds(at.seconds() + self.seconds() - 1);
        let is_fine = matches!(self, Self::Minute | Self::Hour);
        // A rollup has it begin at the change itself.
        let is_change = || zone.changes.iter().any(|(change, _)| *change == at.seconds());
        self.start(at, zone) == at
            || is_fine && (self.start(last, zone) == at || at.0 % 1_000_000 == 0 && is_change())
    }

    /// The start of the bucket that contains `instant`. Minutes and hours are computed on instants,
    /// not on the wall clock, so that the repeated hour at the end of daylight saving stays two
    /// buckets.
    pub fn start(self, instant: Timestamp, zone: &ZoneOffsets) -> Timestamp {
        match self {
            Self::Minute | Self::Hour => {
                let width = self.seconds();
                let offset = i64::from(zone.at(instant));
                let wall = instant.seconds() + offset;
                Timestamp::from_seconds(wall.div_euclid(width) * width - offset)
            }
            _ => zone.instant(self.floor(zone.local(instant))),
        }
    }

    /// When the bucket that starts at `start` begins on the clock. Of an hour in which the clock is moved by less
    /// than an hour, the part after the change starts, by its arithmetic, at a time before it, which the clock showed
    /// otherwise or never: it begins at the change.
    pub fn begins(self, start: Timestamp, zone: &ZoneOffsets) -> Timestamp {
        let is_fine = matches!(self, Self::Minute | Self::Hour);
        if !is_fine || self.start(start, zone) == start {
            return start;
        }
        let end = start.seconds().saturating_add(self.seconds());
        let mut changes = zone.changes.iter().map(|(change, _)| Timestamp::from_seconds(*change));
        let is_within = |change: &Timestamp| *change > start && change.seconds() < end;
        let change = changes.find(|change| is_within(change) && self.start(*change, zone) == start);
        change.unwrap_or(start)
    }

    /// The start of the bucket that follows the one starting at `start`.
    pub fn next(self, start: Timestamp, zone: &ZoneOffsets) -> Timestamp {
        match self {
            Self::Minute | Self::Hour => {
                let end = Timestamp(start.0.saturating_add(self.seconds() * 1_000_000));
                // Where the clock is moved within an hour, the next one begins, by the clock, before this one ends.
                let next = self.start(end, zone);
                if next > start { next } else { end }
            }
            _ => zone.instant(self.step(self.floor(zone.local(start)), 1)),
        }
    }

    /// The start of every bucket that overlaps `bounds`; the first may be before `bounds`.
    pub fn buckets(self, bounds: Bounds, zone: &ZoneOffsets) -> Vec<Timestamp> {
        let mut starts = Vec::new();
        let mut at = self.start(bounds.from, zone);
        while at < bounds.to && (starts.len() as i64) <= MAX_BUCKETS + 1 {
            starts.push(at);
            let next = self.next(at, zone);
            if next <= at {
                break;
            }
            at = next;
        }
        starts
    }
}

fn months(local: NaiveDateTime, count: i32) -> Option<NaiveDateTime> {
    let months = Months::new(count.unsigned_abs());
    if count < 0 { local.checked_sub_months(months) } else { local.checked_add_months(months) }
}

impl IntervalChoice {
    /// The interval to use over `bounds`.
    pub fn over(self, bounds: Bounds) -> Interval {
        match self {
            Self::Auto => Interval::suited_to(bounds),
            Self::Fixed(interval) => interval,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn an_hour_that_is_cut_by_half_an_hour_starts_twice() {
        // As on Lord Howe Island: the clock is put back from 02:00 to 01:30.
        let change = 1_523_113_200;
        let zone = ZoneOffsets { first: 39_600, changes: vec![(change, 37_800)] };
        let at = Timestamp::from_seconds;
        let second = Interval::Hour.start(at(change), &zone);
        assert_eq!(second, at(change - 1800), "01:00 of the new time, which was never read");
        for start in [at(change - 3600), second, at(change + 1800)] {
            assert!(Interval::Hour.is_start(start, &zone), "{start:?}");
        }
        assert!(Interval::Hour.is_start(at(change), &zone), "where a rollup has it begin");
        for other in [at(change - 1799), at(change + 1), at(change - 5400)] {
            assert!(!Interval::Hour.is_start(other, &zone), "{other:?}");
        }
        let bounds = Bounds { from: at(change - 7200), to: at(change + 5400) };
        let starts = [-7200, -3600, -1800, 1800].map(|away| at(change + away));
        assert_eq!(Interval::Hour.buckets(bounds, &zone), starts, "each bucket once");
    }

    #[test]
    fn hours_begin_when_the_clock_says_where_it_moves_by_less_than_an_hour() {
        // Lord Howe Island back to 01:30 and forward to 02:30, Kathmandu forward from 00:00 to 00:15.
        for (change, before, after, shown) in [
            (1_523_113_200, 39_600, 37_800, ["00:00", "01:00", "01:30", "02:00"]),
            (1_538_839_800, 37_800, 39_600, ["00:00", "01:00", "02:30", "03:00"]),
            (504_901_800, 19_800, 20_700, ["22:00", "23:00", "00:15", "01:00"]),
        ] {
            let zone = ZoneOffsets { first: before, changes: vec![(change, after)] };
            let at = |away: i64| Timestamp::from_seconds(change + away);
            let bounds = Bounds { from: at(-7200), to: at(3599) };
            let buckets = Interval::Hour.buckets(bounds, &zone);
            let begins = |start: &Timestamp| zone.local(Interval::Hour.begins(*start, &zone));
            let begins: Vec<String> =
                buckets.iter().map(|start| begins(start).format("%H:%M").to_string()).collect();
            assert_eq!(begins, shown);
            for start in [at(-7200), at(-3600), at(0), at(7200)] {
                assert_eq!(Interval::Day.begins(start, &zone), start);
            }
            assert_eq!(Interval::Hour.begins(at(0), &zone), at(0), "where a rollup has it begin");
        }
    }

    #[test]
    fn buckets_start_where_the_calendar_says() {
        let at = wall("2011-11-16 14:35");
        let starts = [
            (Interval::Minute, "2011-11-16 14:35"),
            (Interval::Hour, "2011-11-16 14:00"),
            (Interval::Day, "2011-11-16 00:00"),
            (Interval::Week, "2011-11-14 00:00"),
            (Interval::Month, "2011-11-01 00:00"),
            (Interval::Quarter, "2011-10-01 00:00"),
            (Interval::Year, "2011-01-01 00:00"),
        ];
        for (interval, start) in starts {
            assert_eq!(interval.floor(at), wall(start), "{interval:?}");
        }
    }

    #[test]
    fn hours_of_the_doubled_night_are_25_buckets() {
        let zone = ZoneOffsets { first: 3600, changes: vec![(1_319_936_400, 0)] };
        let bounds = Bounds {
            from: zone.instant(wall("2011-10-30 00:00")),
            to: zone.instant(wall("2011-10-31 00:00")),
        };
        assert_eq!(Interval::Hour.buckets(bounds, &zone).len(), 25);
        assert_eq!(Interval::Day.buckets(bounds, &zone).len(), 1);
    }
}
